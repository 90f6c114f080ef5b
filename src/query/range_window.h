/*
 * The window of a watched range, without any asking: which steps to ask for next, and how an answer
 * is put into what is held. Pure; the asynchronous part is range_cache.c.
 *
 * A series is one array of twice the window's steps, of which `capacity` are in view. Sliding the
 * window moves the view; only when it meets the end of the arrays are they moved back, so that a
 * refresh costs its new steps and not the whole window, and the points of a series stand in one
 * piece.
 *
 * Invariants: `value.series` is sorted by labels, runs parallel to `columns`, and every series has
 * a point in view. `value.grid` is the view; its end is the newest step ever answered (`known`).
 *
 * Owner: range_window_init/range_window_release. `value` must not be released by others. Limit:
 * EVAL_MAX_POINTS points in view.
 */
#ifndef TOCSIN_QUERY_RANGE_WINDOW_H
#define TOCSIN_QUERY_RANGE_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/vec.h"
#include "promql/value.h"

struct range_column {
    double *base;      /* 2 x capacity points */
    int64_t newest_ms; /* of the newest point in view */
};

struct range_window {
    size_t capacity;      /* steps in view: the span's, both ends included */
    size_t overlap_steps; /* that may still change */
    bool known;           /* something was answered */
    size_t offset;        /* where the view begins in every column */
    VEC(struct range_column) columns;
    struct value value;
};

/* `span_ms` and `step_ms` > 0; `overlap_ms` is rounded up to steps. */
void range_window_init(struct range_window *w, int64_t span_ms, int64_t step_ms,
                       int64_t overlap_ms);
void range_window_release(struct range_window *w);
/*
 * The steps to ask for at `now_ms`: those that are new, and the overlap before them. False where no
 * step is new. A clock that went back by no more than the overlap is waited for; one that went back
 * further, or forward by more than the window, gives the whole window.
 */
bool range_window_next(const struct range_window *w, int64_t now_ms, struct grid *ask);
/*
 * Puts an answer over what is held: every step of its grid becomes what the answer says, absent
 * where it says nothing. An answer as long as the window replaces it. False, with nothing changed,
 * for an answer that is no matrix on aligned steps (ERROR_TYPE, ERROR_PROTOCOL), has a series twice
 * (ERROR_PROTOCOL), or would hold too many points (ERROR_LIMIT).
 */
bool range_window_merge(struct range_window *w, const struct value *answer,
                        struct error *err) ATTR_NODISCARD;

#endif
