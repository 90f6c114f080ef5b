/* The *_over_time functions: one number of a window of samples. */
#include <math.h>
#include <string.h>

#include "promql/eval/func.h"
#include "promql/eval/kahan.h"
#include "promql/eval/quantile.h"

double func_avg_over_time(const struct func_window *w)
{
    struct kahan_mean mean = {0};
    for (size_t i = 0; i < w->len; i++) {
        kahan_mean_add(&mean, w->v[i]);
    }
    return kahan_mean_value(&mean);
}

double func_count_over_time(const struct func_window *w)
{
    return (double)w->len;
}

double func_first_over_time(const struct func_window *w)
{
    return w->v[0];
}

double func_last_over_time(const struct func_window *w)
{
    return w->v[w->len - 1];
}

double func_present_over_time(const struct func_window *w)
{
    (void)w;
    return 1;
}

/* A window may be so long that sorting it pauses. */
static double quantile_of_scratch(const struct func_window *w, double q)
{
    double value = NAN;
    if (!quantile_of_values_paced(q, w->scratch, w->len, w->pace, &value)) {
        *w->called_off = true;
    }
    return value;
}

/* Median absolute deviation from the median. A NaN would sort away; it is handed on instead. */
double func_mad_over_time(const struct func_window *w)
{
    for (size_t i = 0; i < w->len; i++) {
        if (isnan(w->v[i])) {
            return NAN;
        }
    }
    memcpy(w->scratch, w->v, w->len * sizeof(double));
    double median = quantile_of_scratch(w, 0.5);
    for (size_t i = 0; i < w->len; i++) {
        w->scratch[i] = fabs(w->v[i] - median);
    }
    return quantile_of_scratch(w, 0.5);
}

/* NaN only where there is nothing else. Of equal ones the last. */
static size_t position_of_max(const struct func_window *w)
{
    size_t best = 0;
    for (size_t i = 1; i < w->len; i++) {
        if (w->v[i] >= w->v[best] || isnan(w->v[best])) {
            best = i;
        }
    }
    return best;
}

static size_t position_of_min(const struct func_window *w)
{
    size_t best = 0;
    for (size_t i = 1; i < w->len; i++) {
        if (w->v[i] <= w->v[best] || isnan(w->v[best])) {
            best = i;
        }
    }
    return best;
}

/* Of equal ones, which 0 and -0 are, the first. */
double func_max_over_time(const struct func_window *w)
{
    double best = w->v[0];
    for (size_t i = 1; i < w->len; i++) {
        best = w->v[i] > best || isnan(best) ? w->v[i] : best;
    }
    return best;
}

double func_min_over_time(const struct func_window *w)
{
    double best = w->v[0];
    for (size_t i = 1; i < w->len; i++) {
        best = w->v[i] < best || isnan(best) ? w->v[i] : best;
    }
    return best;
}

double func_quantile_over_time(const struct func_window *w)
{
    memcpy(w->scratch, w->v, w->len * sizeof(double));
    return quantile_of_scratch(w, w->a);
}

double func_stdvar_over_time(const struct func_window *w)
{
    struct kahan mean = {0};
    struct kahan squares = {0};
    for (size_t i = 0; i < w->len; i++) {
        double delta = w->v[i] - (mean.sum + mean.lost);
        kahan_add(&mean, delta / (double)(i + 1));
        kahan_add(&squares, delta * (w->v[i] - (mean.sum + mean.lost)));
    }
    return (squares.sum + squares.lost) / (double)w->len;
}

double func_stddev_over_time(const struct func_window *w)
{
    return sqrt(func_stdvar_over_time(w));
}

double func_sum_over_time(const struct func_window *w)
{
    struct kahan sum = {0};
    for (size_t i = 0; i < w->len; i++) {
        kahan_add(&sum, w->v[i]);
    }
    return kahan_value(&sum);
}

static double seconds(int64_t t_ms)
{
    return (double)t_ms / 1000;
}

double func_ts_of_first_over_time(const struct func_window *w)
{
    return seconds(w->t_ms[0]);
}

double func_ts_of_last_over_time(const struct func_window *w)
{
    return seconds(w->t_ms[w->len - 1]);
}

double func_ts_of_max_over_time(const struct func_window *w)
{
    return seconds(w->t_ms[position_of_max(w)]);
}

double func_ts_of_min_over_time(const struct func_window *w)
{
    return seconds(w->t_ms[position_of_min(w)]);
}
