/* See quantile.h. */
#include "promql/eval/quantile.h"

#include <math.h>
#include <stdlib.h>

/* Relative difference of neighbouring counts that is taken for rounding: sums of rates of the same
 * requests differ by this much (prometheus: smallDeltaTolerance). */
#define ROUNDING_TOLERANCE 1e-12

/* Buckets of one bound, written differently (`1`, `1.0`), are one. */
static size_t coalesce(struct bucket *buckets, size_t n)
{
    size_t last = 0;
    for (size_t i = 1; i < n; i++) {
        if (buckets[i].bound == buckets[last].bound) {
            buckets[last].count += buckets[i].count;
        } else {
            buckets[++last] = buckets[i];
        }
    }
    return last + 1;
}

/* Makes the counts cumulative. */
static void repair_counts(struct bucket *buckets, size_t n, struct bucket_repair *repair)
{
    double previous = buckets[0].count;
    for (size_t i = 1; i < n; i++) {
        double count = buckets[i].count;
        if (count == previous) {
            continue;
        }
        if (fabs(count - previous) < ROUNDING_TOLERANCE * (fabs(previous) + fabs(count))) {
            buckets[i].count = previous;
        } else if (count < previous) {
            buckets[i].count = previous;
            if (repair->difference == 0) {
                repair->lowest = buckets[i].bound;
            }
            repair->highest = buckets[i].bound;
            repair->difference = fmax(repair->difference, previous - count);
        } else {
            previous = count;
        }
    }
}

double quantile_of_buckets(double q, struct bucket *buckets, size_t n, struct bucket_repair *repair)
{
    *repair = (struct bucket_repair){0};
    if (isnan(q)) {
        return NAN;
    }
    if (q < 0) {
        return -INFINITY;
    }
    if (q > 1) {
        return INFINITY;
    }
    if (buckets[n - 1].bound != (double)INFINITY) {
        return NAN;
    }
    n = coalesce(buckets, n);
    repair_counts(buckets, n, repair);
    double observations = buckets[n - 1].count;
    if (n < 2 || observations == 0) {
        return NAN;
    }
    double rank = q * observations;
    size_t low = 0;
    size_t high = n - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (buckets[middle].count >= rank) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    if (low == n - 1) {
        return buckets[n - 2].bound;
    }
    if (low == 0 && buckets[0].bound <= 0) {
        return buckets[0].bound;
    }
    double start = 0;
    double count = buckets[low].count;
    if (low > 0) {
        start = buckets[low - 1].bound;
        count -= buckets[low - 1].count;
        rank -= buckets[low - 1].count;
    }
    return start + (buckets[low].bound - start) * (rank / count);
}

/* Observations below `v`, which lies in (start, bucket->bound); `before` of them below start. */
static double rank_within(const struct bucket *bucket, double start, double before, double v)
{
    if (isinf(start)) {
        return bucket->count; /* no position in a bucket without a width */
    }
    return before + (bucket->count - before) * (v - start) / (bucket->bound - start);
}

double quantile_fraction_of_buckets(double lower, double upper, struct bucket *buckets, size_t n)
{
    if (buckets[n - 1].bound != (double)INFINITY) {
        return NAN;
    }
    n = coalesce(buckets, n);
    double count = buckets[n - 1].count;
    if (count == 0 || isnan(lower) || isnan(upper)) {
        return NAN;
    }
    if (lower >= upper) {
        return 0;
    }
    double limits[2] = {lower, upper};
    double ranks[2] = {count, count};
    for (int side = 0; side < 2; side++) {
        double before = 0;
        for (size_t i = 0; i < n; i++) {
            double start = -INFINITY;
            if (i > 0) {
                start = buckets[i - 1].bound;
            } else if (buckets[0].bound > 0) {
                start = 0;
            }
            if (start >= limits[side]) {
                ranks[side] = before;
                break;
            }
            if (buckets[i].bound > limits[side]) {
                ranks[side] = rank_within(&buckets[i], start, before, limits[side]);
                break;
            }
            before = buckets[i].count;
        }
        if (ranks[side] > count) {
            ranks[side] = count;
        }
    }
    return (ranks[1] - ranks[0]) / count;
}

/* Ascending, NaN first. */
static int value_compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    if (isnan(x) || isnan(y)) {
        return (isnan(y) != 0) - (isnan(x) != 0);
    }
    return (x > y) - (x < y);
}

/* Where no value is needed to say it. */
static bool is_known(double q, size_t n, double *out)
{
    if (n == 0 || isnan(q)) {
        *out = NAN;
        return true;
    }
    *out = q < 0 ? -INFINITY : INFINITY;
    return q < 0 || q > 1;
}

static double quantile_of_sorted(double q, const double *values, size_t n)
{
    double rank = q * (double)(n - 1);
    size_t below = (size_t)rank;
    size_t above = below + 1 < n ? below + 1 : n - 1;
    double weight = rank - floor(rank);
    return values[below] * (1 - weight) + values[above] * weight;
}

double quantile_of_values(double q, double *values, size_t n)
{
    double known;
    if (is_known(q, n, &known)) {
        return known;
    }
    qsort(values, n, sizeof(*values), value_compare);
    return quantile_of_sorted(q, values, n);
}

/* So few are sorted at once, which is faster. */
#define SORTED_AT_ONCE ((size_t)4096)

bool quantile_of_values_paced(double q, double *values, size_t n, const struct sort_pace *pace,
                              double *out)
{
    if (n <= SORTED_AT_ONCE) {
        *out = quantile_of_values(q, values, n);
        return true;
    }
    if (is_known(q, n, out)) {
        return true;
    }
    if (!merge_sort(values, n, sizeof(*values), value_compare, pace)) {
        return false;
    }
    *out = quantile_of_sorted(q, values, n);
    return true;
}
