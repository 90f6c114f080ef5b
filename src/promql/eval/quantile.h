/*
 * Quantiles: of plain values, and estimated from the cumulative buckets of a classic histogram
 * (prometheus: promql/quantile.go).
 *
 * Inside a bucket observations are taken to be spread evenly; the lowest bucket starts at 0 where
 * its bound is positive; a rank in the `+Inf` bucket gives the highest finite bound. What cannot be
 * known is NaN: no `+Inf` bucket at the end, fewer than two buckets, no observations. q below 0 is
 * -Inf, above 1 +Inf, NaN is NaN.
 */
#ifndef TOCSIN_PROMQL_EVAL_QUANTILE_H
#define TOCSIN_PROMQL_EVAL_QUANTILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/merge_sort.h"

struct bucket {
    double bound; /* le */
    double count; /* cumulative */
};

/* Counts that went down by more than rounding, and were lifted to be cumulative. */
struct bucket_repair {
    double difference; /* by how much at most; 0: nothing was repaired, the others mean nothing */
    double lowest;     /* bound of the lowest such bucket */
    double highest;
};

/* `n` >= 1 buckets, ascending by bound, NaN last; they are changed. `repair` is filled in any
 * case. */
double quantile_of_buckets(double q, struct bucket *buckets, size_t n,
                           struct bucket_repair *repair);
/* Share of the observations between `lower` and `upper`. */
double quantile_fraction_of_buckets(double lower, double upper, struct bucket *buckets, size_t n);
/* Of `n` values, which are sorted in place; NaN sorts first. NaN where there are none. */
double quantile_of_values(double q, double *values, size_t n);
/* The same, `*out`, in slices where they are many; false where it was called off. */
bool quantile_of_values_paced(double q, double *values, size_t n, const struct sort_pace *pace,
                              double *out) ATTR_NODISCARD;

#endif
