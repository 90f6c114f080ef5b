/*
 * The inside of the label table, for labels.c, labels_builder.c and the store's index: what a set
 * looks like, and how strings and sets are interned.
 */
#ifndef TOCSIN_SERIES_LABEL_TABLE_H
#define TOCSIN_SERIES_LABEL_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "series/hash_set.h"
#include "series/labels.h"

struct interned {
    uint32_t refs; /* label pairs that use it */
    uint32_t len;
    char data[]; /* NUL-terminated */
};

struct label_pair {
    struct interned *name;
    struct interned *value;
};

struct labels {
    struct label_table *table;
    uint64_t hash;
    uint32_t refs;
    uint32_t count;
    struct label_pair pairs[];
};

struct label_table {
    struct hash_set strings; /* struct interned, by str_hash */
    struct hash_set sets;    /* struct labels, by labels_hash */
};

static inline struct str interned_str(const struct interned *s)
{
    return str_span(s->data, s->len);
}

/* The interned string equal to `s`, or NULL; no reference is taken. */
struct interned *label_table_find(const struct label_table *table, struct str s);
/* A new reference on the set of these labels (sorted, no name twice, no empty value). */
struct labels *label_table_intern(struct label_table *table, const struct label *labels,
                                  size_t count);
/* The last reference is gone. */
void label_table_drop(struct labels *ls);

#endif
