/*
 * Range results that are kept and grown. A watched range holds the last `span_ms` of an expression,
 * on a grid aligned to its step; a refresh asks only for the steps that are new and an overlap that
 * may still change (the answerer's late_ms, at least two of its intervals), and puts them over what
 * it has, so that late data corrects the past.
 *
 * After a failure nothing is lost: the next refresh asks from the oldest step not yet known. Steps
 * never answered are absent. When the span or step changes the range is asked anew.
 *
 * The expression stands at the answerer as long as the range is there (query_stand), so that ranges
 * refreshed together share what they have in common.
 *
 * Owner: range_create/range_destroy (cancels), before the answerer goes. The value is the range's,
 * valid until the next loop turn; its version grows when it changes. Its series are sorted by
 * labels; one without any point left in the span is dropped.
 */
#ifndef TOCSIN_QUERY_RANGE_CACHE_H
#define TOCSIN_QUERY_RANGE_CACHE_H

#include "base/clock.h"
#include "query/query.h"

struct range;

/* `changed` runs after each refresh: `err` NULL, or why it failed (the old value stays). */
typedef void (*range_changed_cb)(void *user, const struct error *err);

struct range_options {
    int64_t span_ms; /* > 0 */
    int64_t step_ms; /* > 0; steps are at multiples of it since the epoch */
    int64_t timeout_ms;
    enum query_priority priority;
};

struct range *range_create(struct answerer *answerer, const struct expr *expr,
                           const struct range_options *options, range_changed_cb changed,
                           void *user);
void range_destroy(struct range *range);
/* Asks for what is missing up to `now`. While a question is open, or where no step is new, this
 * does nothing and returns false. */
bool range_refresh(struct range *range, struct wall now);
/* Never NULL: a matrix whose grid ends at the newest step answered; without series before the first
 * answer. */
const struct value *range_value(const struct range *range);
/* 0 until the first answer. */
uint64_t range_version(const struct range *range);
/* Steps asked for so far, and questions: for tests, the self view and benchmarks. */
struct range_stats {
    uint64_t questions;
    uint64_t steps_asked;
    uint64_t failures;
};
struct range_stats range_stats(const struct range *range);

#endif
