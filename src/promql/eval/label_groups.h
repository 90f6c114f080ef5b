/*
 * Numbers for label sets: equal sets get the same number, counted from 0 in the order they come.
 * Aggregation, matching and merging all group series by a reduced set; since sets are interned, a
 * group is found by pointer.
 *
 * Owner: label_groups_release; holds a reference on each distinct set.
 */
#ifndef TOCSIN_PROMQL_EVAL_LABEL_GROUPS_H
#define TOCSIN_PROMQL_EVAL_LABEL_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "series/labels.h"

#define LABEL_GROUPS_NONE SIZE_MAX

struct label_groups {
    struct labels **labels; /* by number */
    size_t count;
    size_t capacity;
    uint32_t *slots; /* number + 1, or 0; open addressing */
    size_t slot_count;
};

void label_groups_init(struct label_groups *g, size_t expected);
void label_groups_release(struct label_groups *g);
/* Takes over the reference. */
size_t label_groups_add(struct label_groups *g, struct labels *labels);
size_t label_groups_find(const struct label_groups *g, const struct labels *labels);

/*
 * Rows in the order of their groups' numbers, and in a group in their own order, so that a group is
 * a slice: rows[starts[g]] up to rows[starts[g + 1]]. Owner: group_rows_release.
 */
struct group_rows {
    size_t *rows;
    size_t *starts;
};

/* `of_row` has the number of each of `count` rows, below `groups`. */
void group_rows_init(struct group_rows *r, const size_t *of_row, size_t count, size_t groups);
void group_rows_release(struct group_rows *r);

/* Which labels of a series make its group. */
struct label_reduction {
    const struct str *names;
    size_t count;
    bool keep; /* only `names`; otherwise all but `names` and the metric's name */
};
bool label_reduction_keeps(const struct label_reduction *r, struct str name);
/* The reduced set; `b` is scratch. NULL with `err` as labels_builder_finish says. */
struct labels *label_reduction_apply(const struct label_reduction *r, struct labels_builder *b,
                                     const struct labels *ls, struct error *err) ATTR_NODISCARD;

#endif
