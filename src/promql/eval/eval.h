/*
 * Inside the evaluator: what every node's evaluation is given and what it gives. Private to this
 * folder; the way in is expr_eval (promql.h).
 *
 * Each node is evaluated once, over the whole grid of steps, into columns (columns.h). Subtrees
 * whose value is the same at every step are evaluated at one step and repeated. Subqueries evaluate
 * their inside over a grid of their own, with an evaluator copied from the outer one.
 *
 * Errors: false with `ev->err` filled. Columns given out by a failed evaluation are empty.
 *
 * Every loop over series, rows or windows spends what it does (work.h), so that no evaluation keeps
 * the program from its other work.
 */
#ifndef TOCSIN_PROMQL_EVAL_EVAL_H
#define TOCSIN_PROMQL_EVAL_EVAL_H

#include "promql/ast.h"
#include "promql/eval/columns.h"
#include "promql/eval/memo_inside.h"
#include "promql/eval/note.h"
#include "promql/eval/work.h"
#include "promql/promql.h"
#include "promql/value.h"

struct evaluator {
    const struct store *store;
    struct label_table *table;
    struct grid grid;         /* of this part of the tree */
    const struct grid *query; /* of the whole question: start(), `@ start()` */
    int64_t end_ms;           /* end(), `@ end()` */
    bool instant;             /* the whole question is one instant */
    int64_t lookback_ms;
    int64_t default_step_ms;
    bool left_open;   /* a sample exactly at a window's left edge is outside (Prometheus 3) */
    bool delay_names; /* metric names go at the end (Prometheus 3), not where they are dropped */
    enum semantics semantics;
    size_t max_points;
    struct notes *notes; /* takes the annotations */
    struct work *work;   /* of the whole question */
    struct selections *selections;
    struct samples *spare;   /* memory to read a series into, for whoever comes first; or empty */
    struct memo *memo;       /* or NULL */
    uint64_t way;            /* memo_inside.h */
    struct sources *sources; /* takes what is read from */
    const struct plan *plan; /* NULL: nothing of this part of the tree is kept in the memo */
    struct error *err;
};

bool eval_vector(struct evaluator *ev, const struct node *n, struct columns *out) ATTR_NODISCARD;
/* The same without a look into the memo. */
bool eval_vector_anew(struct evaluator *ev, const struct node *n,
                      struct columns *out) ATTR_NODISCARD;
/* eval_shared.c: a part that other expressions have as well. */
bool eval_shared(struct evaluator *ev, const struct node *n, struct part *part,
                 struct columns *out) ATTR_NODISCARD;
/* The rows go to `sink`, where they can be made one by one without all being in memory at once. */
bool eval_vector_rows(struct evaluator *ev, const struct node *n,
                      struct columns_sink *sink) ATTR_NODISCARD;
/* `out` has room for ev->grid.steps points. */
bool eval_scalar(struct evaluator *ev, const struct node *n, double *out) ATTR_NODISCARD;
/* The text of a string literal, through parentheses. */
struct str eval_string(const struct node *n);
/* Without parentheses and signal names around it. */
const struct node *eval_unwrap(const struct node *n);

/* The parts, one file each. `n` is of the kind in the name. */
bool eval_selector(struct evaluator *ev, const struct node *n, bool timestamps,
                   struct columns *out) ATTR_NODISCARD;
bool eval_binary(struct evaluator *ev, const struct node *n, struct columns *out) ATTR_NODISCARD;
bool eval_set(struct evaluator *ev, const struct node *n, struct columns *left,
              struct columns *right, struct columns *out) ATTR_NODISCARD;
bool eval_aggregate(struct evaluator *ev, const struct node *n, struct columns *out) ATTR_NODISCARD;
/* eval_match.c: operators between two vectors, set operators aside. Rows of either side may be
 * taken. */
bool eval_match(struct evaluator *ev, const struct node *n, struct columns *left,
                struct columns *right, struct columns *out) ATTR_NODISCARD;
/* Does the result of the operator keep its series' names, as filters do? */
bool eval_binary_keeps_name(const struct evaluator *ev, const struct node *n);
/* Is it a comparison without `bool`? */
bool eval_binary_filters(const struct node *n);

/* Counts samples or points worked on, and pauses where a slice is full; see work.h. */
static inline bool eval_spend(struct evaluator *ev, size_t amount)
{
    return work_spend(ev->work, amount);
}

/* Steps of a long row between two times that they are counted. */
#define EVAL_STRETCH ((size_t)8192)

/* For sorting by base/merge_sort.h; what is sorted stays as it is in pauses. */
struct sort_pace eval_sort_pace(struct evaluator *ev);

/* Room for `rows` rows in `c`, unless that is over the limit of points: then ERROR_LIMIT. */
bool eval_reserve(struct evaluator *ev, struct columns *c, size_t rows) ATTR_NODISCARD;
/* The metric name of every row is dropped: now, or marked so. */
bool eval_drop_names(struct evaluator *ev, struct columns *c) ATTR_NODISCARD;
/* What goes with the metric's name: the name itself, and in Prometheus 3 the labels of its type and
 * unit (prometheus: schema.IsMetadataLabel). */
bool eval_is_of_name(const struct evaluator *ev, struct str label);

#endif
