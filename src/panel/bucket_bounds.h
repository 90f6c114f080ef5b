/*
 * The highest finite bucket bound of the histograms that a panel's quantiles are made of. A
 * quantile that falls into the +Inf bucket is given as that bound (prometheus: histogram_quantile),
 * which is then no value but a "more than this"; the number alone does not tell.
 *
 * Only signals that are histogram_quantile(...) and nothing around it have a bound, and only where
 * all selectors inside agree on the series: then the `le` values of those series are asked for.
 * Where the instances of a panel have different buckets, the highest of all counts: a quantile is
 * then shown as a value that is a bound in truth, never the other way round.
 *
 * Owner: bucket_bounds_create/destroy (cancels).
 */
#ifndef TOCSIN_PANEL_BUCKET_BOUNDS_H
#define TOCSIN_PANEL_BUCKET_BOUNDS_H

#include "base/clock.h"
#include "query/query.h"

struct bucket_bounds;

/* After each question; `err` NULL, or why it failed (the old bounds stay). */
typedef void (*bucket_bounds_cb)(void *user, const struct error *err);

/* One number an expression; the expressions and the answerer are borrowed. */
struct bucket_bounds *bucket_bounds_create(struct answerer *answerer, struct expr *const *signals,
                                           size_t count, bucket_bounds_cb answered, void *user);
void bucket_bounds_destroy(struct bucket_bounds *b);
/* Asks about the series of the last `range_ms`. Returns how many questions were put, each of which
 * ends with `answered`; those still open are not put again, nor those put a moment ago: what is
 * known changes with a release and not with the minute, what is not known is asked for again
 * sooner. May be called at every refresh. */
#define BUCKET_BOUNDS_FRESH_MS ((int64_t)10 * 60 * 1000)
#define BUCKET_BOUNDS_RETRY_MS ((int64_t)60 * 1000)
size_t bucket_bounds_ask(struct bucket_bounds *b, struct wall now, int64_t range_ms);
/* One number a signal: NaN where it is no quantile or nothing is known. */
const double *bucket_bounds_highest(const struct bucket_bounds *b);

#endif
