/*
 * `anchored` and `smoothed`: ranges that also look at the samples next to their edges, up to the
 * look-back away (Prometheus 3, extended range selectors). Private to this folder.
 *
 *   anchored  the newest sample at or before the start stands for the start, the last sample in the
 *             range for its end
 *   smoothed  at both edges the value on the line between the samples on either side
 */
#ifndef TOCSIN_PROMQL_EVAL_EVAL_EDGES_H
#define TOCSIN_PROMQL_EVAL_EVAL_EDGES_H

#include "promql/eval/eval.h"
#include "promql/eval/window.h"

/* Of the selector that `n` is, through parentheses; EDGES_PLAIN of anything else. */
enum edges edges_of(const struct node *n);

/* A window with its surroundings: samples first to last, of which those on or beyond an edge only
 * serve to say what is there. */
struct edged_window {
    const int64_t *t_ms;
    const double *v;
    size_t first;
    size_t last;
    int64_t begin_ms; /* the edges */
    int64_t end_ms;
    double left; /* the values there */
    double right;
};

struct edged_reader {
    struct node wide; /* the selector over all that may be looked at */
    struct range_reader reader;
    enum edges edges;
    int64_t before_ms;
    int64_t after_ms;
};

/* Owner: edged_reader_close. */
bool edged_reader_open(struct edged_reader *r, struct evaluator *ev,
                       const struct node *n) ATTR_NODISCARD;
void edged_reader_close(struct edged_reader *r);
/* The `window`, of r->reader and already at its step, with its edges' values. False where it has
 * none. A counter that was reset next to an edge is taken to have started at 0. */
bool edged_reader_window(const struct edged_reader *r, const struct window *window, bool is_counter,
                         struct edged_window *w);

/* `m smoothed`: on the line between the samples before and after each step; the one before where
 * there is none after. */
bool edges_selector(struct evaluator *ev, const struct node *n, struct columns *out) ATTR_NODISCARD;
/* `m[5m] anchored` asked as such: the samples within, and one at either edge; in no
 * order. */
bool edges_answer(struct evaluator *ev, const struct node *n, struct value *out) ATTR_NODISCARD;

#endif
