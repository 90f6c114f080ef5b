/*
 * Windows over samples: what a range selector or subquery gives to rate, the *_over_time functions
 * and their kin. Each series is read once, over everything all steps need; a window then slides
 * over it with two positions, so that each sample is entered and left once.
 *
 * Owner: range_reader_open/close. A stream is borrowed and good until the next one.
 */
#ifndef TOCSIN_PROMQL_EVAL_WINDOW_H
#define TOCSIN_PROMQL_EVAL_WINDOW_H

#include "promql/eval/columns.h"
#include "promql/eval/eval.h"
#include "promql/eval/kept_samples.h"
#include "series/store.h"

/* Samples of one series, ascending, without staleness markers. */
struct stream {
    const struct labels *labels;
    bool drop_name;
    const int64_t *t_ms;
    const double *v;
    size_t len;
    const struct kept_slice *kept; /* not NULL: of kept samples, which say more */
};

struct range_reader {
    struct grid grid; /* of the steps that windows end at */
    int64_t range_ms;
    int64_t offset_ms;
    bool fixed; /* by `@`: every window ends at fixed_ms - offset_ms */
    int64_t fixed_ms;
    bool left_open;
    size_t next;
    /* a selector's */
    struct selected *selected;
    struct samples samples;
    struct samples *spare;      /* gets the memory back */
    struct kept_samples *keeps; /* NULL: samples are not kept */
    struct kept_series *held;   /* that the stream is of; or NULL */
    struct kept_slice slice;
    int64_t from_ms;
    int64_t to_ms;
    /* a subquery's: its values over a grid of its own */
    bool is_subquery;
    struct grid inner_grid;
    struct columns inner;
    int64_t *inner_t_ms;
    double *inner_v;
};

/* `n` is a range selector or subquery, possibly in parentheses. False with ev->err. */
bool range_reader_open(struct range_reader *r, struct evaluator *ev,
                       const struct node *n) ATTR_NODISCARD;
void range_reader_close(struct range_reader *r);
size_t range_reader_count(const struct range_reader *r);
/* False at the end, and with *ok false where the evaluation cannot go on. */
bool range_reader_next(struct range_reader *r, struct evaluator *ev, struct stream *out, bool *ok);

/* The evaluator's memory for samples, and back: nested readers have their own. */
struct samples samples_take(struct samples *spare);
void samples_give(struct samples *spare, struct samples *samples);

/* A window on a stream: samples [begin, end), of the time (begin_ms, end_ms]. */
struct window {
    const struct stream *stream;
    size_t begin;
    size_t end;
    int64_t begin_ms;
    int64_t end_ms;
    /* how it slides */
    int64_t first_end_ms;
    int64_t step_ms;
    int64_t range_ms;
    int64_t closed; /* 1 where a sample at begin_ms is inside */
};

struct window range_reader_window(const struct range_reader *r, const struct stream *s);

/* Moves the window to `step`; steps only go up. */
static inline void window_slide(struct window *w, size_t step)
{
    const struct stream *s = w->stream;
    w->end_ms = w->first_end_ms + (int64_t)step * w->step_ms;
    w->begin_ms = w->end_ms - w->range_ms;
    while (w->end < s->len && s->t_ms[w->end] <= w->end_ms) {
        w->end++;
    }
    int64_t outside_ms = w->begin_ms - w->closed;
    while (w->begin < w->end && s->t_ms[w->begin] <= outside_ms) {
        w->begin++;
    }
}

#endif
