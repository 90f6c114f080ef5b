/*
 * Matching of two vectors' series by `on` or `ignoring`: which rows of either side share a
 * signature. Signatures are compared label by label; names and values are interned, so that this
 * compares pointers, and no label set is built for one. Private to this folder.
 *
 * Owner: matching_release, also after a failed matching_find. Both columns must outlive it; their
 * labels stay as they are.
 */
#ifndef TOCSIN_PROMQL_EVAL_MATCHING_H
#define TOCSIN_PROMQL_EVAL_MATCHING_H

#include "promql/ast.h"
#include "promql/eval/columns.h"
#include "promql/eval/label_groups.h"
#include "promql/eval/work.h"

struct matching {
    struct label_reduction reduction; /* what makes a signature */
    size_t count;                     /* of signatures */
    const struct labels **example;    /* of a series with the signature; by its number */
    struct matching_side {
        size_t *of_row;         /* signature of each row */
        struct group_rows rows; /* by signature */
    } sides[2];
};

/* `n` is the NODE_BINARY. False where the question was called off. */
bool matching_find(struct matching *m, const struct node *n, const struct columns *first,
                   const struct columns *second, struct work *work) ATTR_NODISCARD;
void matching_release(struct matching *m);

struct matching_rows {
    const size_t *items;
    size_t count;
};
struct matching_rows matching_rows_of(const struct matching *m, int side, size_t signature);

/* The signature as a label set; `b` is scratch. NULL with `err`. */
struct labels *matching_labels(const struct matching *m, size_t signature, struct labels_builder *b,
                               struct error *err) ATTR_NODISCARD;
/* `name` is in the list of `on` or `ignoring`. */
bool matching_names(const struct node *n, struct str name);
/* `{a="b", c="d"}`, the metric's name among them: how Prometheus' matching errors show series. */
void matching_format_labels(struct strbuf *out, const struct labels *labels);

#endif
