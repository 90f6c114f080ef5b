/*
 * Columns: an instant vector over a whole grid of steps, as the evaluator passes it from node to
 * node. One row a series, `steps` points each; absent points are absent.h's. Rows are allocated one
 * by one, so that merging, choosing and handing over an answer move pointers and not points.
 *
 * A row's labels may still carry the metric name although an operation has dropped it: Prometheus 3
 * removes names at the end of the evaluation only, so that label_replace and friends can still see
 * them. `drop_name` says so.
 *
 * Owner: columns_release; the references on labels are the columns'.
 */
#ifndef TOCSIN_PROMQL_EVAL_COLUMNS_H
#define TOCSIN_PROMQL_EVAL_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "promql/eval/work.h"
#include "series/labels.h"

struct columns_head {
    struct labels *labels;
    double *points;
    bool drop_name;
};

/*
 * Takes rows one by one as they are finished, so that an aggregation over a thousand series needs
 * the memory of one. What it keeps of a row it sets to NULL there. False stops the evaluation; the
 * sink has filled the error.
 */
struct columns_sink {
    bool (*take)(struct columns_sink *sink, struct columns_head *row);
};

struct columns {
    size_t steps;
    size_t count;
    size_t capacity;
    struct columns_head *heads;
    double *spare; /* points of a row that was taken away again, for the next one; or NULL */
    struct columns_sink *sink; /* borrowed; NULL: rows are kept */
    struct work *work;         /* borrowed; what freeing the rows is spent on, or NULL */
};

void columns_init(struct columns *c, size_t steps);
void columns_release(struct columns *c);
/* Room for `extra` more rows. */
void columns_reserve(struct columns *c, size_t extra);
/* Takes over the reference. The points are not set; they stay where they are until the row goes. */
double *columns_add(struct columns *c, struct labels *labels, bool drop_name);
static inline double *columns_row(const struct columns *c, size_t row)
{
    return c->heads[row].points;
}
/* The same with points that are there already, which become the columns'. */
void columns_add_points(struct columns *c, struct labels *labels, double *points, bool drop_name);
/* The row added last is finished: it stays, or goes to the sink. */
bool columns_finish_last(struct columns *c) ATTR_NODISCARD;
/* Takes the row added last away again. */
void columns_remove_last(struct columns *c);
/* Replaces the labels of a row; takes over the reference. */
void columns_relabel(struct columns *c, size_t row, struct labels *labels);
/* Those that look at all rows spend their work; false where it was called off. */
bool columns_drop_empty(struct columns *c, struct work *work) ATTR_NODISCARD;
/* All rows of `from`, which is empty afterwards, behind those of `c`. */
void columns_append(struct columns *c, struct columns *from);
/* Every present point becomes f(point). */
bool columns_map(struct columns *c, double (*f)(double v), struct work *work) ATTR_NODISCARD;
/*
 * Makes one row of rows with equal labels. Two points at one step are ERROR_EVALUATION with
 * `message`.
 */
bool columns_merge(struct columns *c, const char *message, struct work *work) ATTR_NODISCARD;
/* From one step to `steps`, each row's point repeated. */
bool columns_broadcast(struct columns *c, size_t steps, struct work *work) ATTR_NODISCARD;

#define COLUMNS_SAME_LABELSET "vector cannot contain metrics with the same labelset"

#endif
