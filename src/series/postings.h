/*
 * The index: for every label name and value the numbers of the series that have them.
 *
 * Names and values are the label table's interned strings, so they are looked up by address; the
 * series in a list keep its strings alive. Lists are in no order: a series has one value of a name,
 * so the lists of a name never overlap, and a selection takes the shortest list that will do and
 * looks at the labels of what is on it (store_select.c).
 *
 * Owner: postings_init/release.
 */
#ifndef TOCSIN_SERIES_POSTINGS_H
#define TOCSIN_SERIES_POSTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "series/label_table.h"

struct posting {
    const struct interned *value;
    VEC(uint32_t) ids;
    bool dirty; /* has series that are about to go */
};

struct posting_name {
    const struct interned *name;
    struct hash_set values; /* struct posting */
};

struct postings {
    const struct label_table *table;
    struct hash_set names; /* struct posting_name */
    size_t bytes;
};

void postings_init(struct postings *ps, const struct label_table *table);
void postings_release(struct postings *ps);
void postings_add(struct postings *ps, const struct labels *ls, uint32_t id);
/* Takes the series of these sets out of all lists. `is_dead` says of a number whether it is one of
 * them. To be called while the sets are still there. */
void postings_remove(struct postings *ps, const struct labels *const *sets, size_t count,
                     bool (*is_dead)(const void *context, uint32_t id), const void *context);
/* NULL where no series has the name. */
const struct posting_name *postings_name(const struct postings *ps, struct str name);
/* NULL where no series has the value. */
const struct posting *postings_value(const struct postings *ps, const struct posting_name *name,
                                     struct str value);

#endif
