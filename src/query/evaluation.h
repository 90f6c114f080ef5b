/*
 * One evaluation of the embedded engine, or one search for values of a label, done in slices: it
 * runs on a coroutine, looks at the clock whenever the evaluator offers to pause, and gives way
 * when the loop's turn has taken long enough. While it is suspended the store is held, so that
 * polls go on under it.
 *
 * The time of a slice counts from the beginning of the loop's turn and not of the slice: a turn in
 * which several answerers evaluate, or a poll was large, is not longer for it.
 *
 * Owner: evaluation_create/evaluation_destroy; loop, store and table outlive it. It serves one
 * question after the other and keeps its stack.
 */
#ifndef TOCSIN_QUERY_EVALUATION_H
#define TOCSIN_QUERY_EVALUATION_H

#include "base/clock.h"
#include "query/query.h"
#include "series/store.h"

/* A quarter of LOOP_SLOW_MS: the rest is for what comes after the last look at the clock, and for
 * other work of the same turn. */
#define EVALUATION_SLICE_MS 5

struct evaluation;

/* `slice_ms` 0: it gives way whenever it can. NULL where there is no memory for its stack. */
struct evaluation *evaluation_create(struct loop *loop, struct store *store,
                                     struct label_table *table, int64_t slice_ms,
                                     struct error *err) ATTR_NODISCARD;
/* Stops what is under way. NULL is fine. */
void evaluation_destroy(struct evaluation *e);
/* Prepares; `request` is borrowed until the evaluation was taken or stopped, of `options` a copy is
 * made. Not while another one is under way. */
void evaluation_begin(struct evaluation *e, const struct query_request *request,
                      const struct eval_options *options, struct mono deadline);
/* The same for a search; evaluation_take_names takes what it comes to. */
void evaluation_begin_names(struct evaluation *e, const struct query_names_request *wanted,
                            struct mono deadline);
enum evaluation_state {
    EVALUATION_PAUSED, /* it gave way and is to be continued */
    EVALUATION_ENDED,  /* evaluation_take has what it came to */
    EVALUATION_LATE    /* it came past its deadline: evaluation_stop is all that is left to do */
};
enum evaluation_state evaluation_continue(struct evaluation *e);
/* Once: the value becomes the caller's; false with `err`, and `value` holds nothing. */
bool evaluation_take(struct evaluation *e, struct value *value, struct error *err) ATTR_NODISCARD;
/* The same of a search. The strings are good as long as `hold` is, a hold of the store that becomes
 * the caller's too. */
bool evaluation_take_names(struct evaluation *e, struct label_values *names, uint64_t *hold,
                           struct error *err) ATTR_NODISCARD;
/* Ends it without a result. Nothing where none is under way. */
void evaluation_stop(struct evaluation *e);

#endif
