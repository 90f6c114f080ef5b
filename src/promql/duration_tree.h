/*
 * Durations that are computed: `[5m * 2]`, `offset -(step() + 1m)`, `[max_of(step(), 1m)]`
 * (Prometheus 3's duration expressions). What step() and range() are is known with the question.
 */
#ifndef TOCSIN_PROMQL_DURATION_TREE_H
#define TOCSIN_PROMQL_DURATION_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "promql/ast.h"

/* What a question says of itself, in seconds; an instant has neither step nor range. */
struct question_times {
    double step_s;
    double range_s;
};

/* Does its value depend on the question? */
bool duration_of_question(const struct duration *d);
/* In milliseconds, cut off as Prometheus does. NULL where it is fine, else what is wrong with it in
 * words. */
const char *duration_value(const struct duration *d, const struct question_times *question,
                           bool positive, int64_t *ms);
/* Seconds, rounded to milliseconds; false past what Prometheus can count in nanoseconds. */
bool duration_from_seconds(double seconds, int64_t *ms);
/* Into another arena. NULL for NULL. */
const struct duration *duration_copy(struct arena *arena, const struct duration *d);
/* `d` and then `ms` later; either may be NULL or 0. */
const struct duration *duration_add(struct arena *arena, const struct duration *d, int64_t ms);
void duration_print(struct strbuf *out, const struct duration *d);
bool duration_equal(const struct duration *a, const struct duration *b);

#endif
