/* The handlers of functions.def's rows, and how each kind is run. */
#include <assert.h>
#include <math.h>

#include "promql/absent.h"
#include "promql/eval/eval_edges.h"
#include "promql/eval/func.h"

/* The same order as functions.def, by designated index. */
static const struct func_handler handlers[FUNC_COUNT] = {
    [FUNC_abs] = {.math = fabs},
    [FUNC_absent] = {.vector = func_absent},
    [FUNC_absent_over_time] = {.vector = func_absent_over_time},
    [FUNC_acos] = {.math = acos},
    [FUNC_acosh] = {.math = acosh},
    [FUNC_asin] = {.math = asin},
    [FUNC_asinh] = {.math = asinh},
    [FUNC_atan] = {.math = atan},
    [FUNC_atanh] = {.math = atanh},
    [FUNC_avg_over_time] = {.window = func_avg_over_time},
    [FUNC_ceil] = {.math = ceil},
    [FUNC_changes] = {.window = func_changes, .sliding = func_sliding_changes},
    [FUNC_clamp] = {.vector = func_clamp},
    [FUNC_clamp_max] = {.vector = func_clamp_max},
    [FUNC_clamp_min] = {.vector = func_clamp_min},
    [FUNC_cos] = {.math = cos},
    [FUNC_cosh] = {.math = cosh},
    [FUNC_count_over_time] = {.window = func_count_over_time},
    [FUNC_day_of_month] = {.date = func_day_of_month},
    [FUNC_day_of_week] = {.date = func_day_of_week},
    [FUNC_day_of_year] = {.date = func_day_of_year},
    [FUNC_days_in_month] = {.date = func_days_in_month},
    [FUNC_deg] = {.math = func_deg},
    [FUNC_delta] = {.vector = func_delta, .makes_rows = true},
    [FUNC_deriv] = {.window = func_deriv},
    [FUNC_double_exponential_smoothing] = {.window = func_double_exponential_smoothing,
                                           .check = func_check_factors},
    [FUNC_end] = {.scalar = func_end},
    [FUNC_exp] = {.math = exp},
    [FUNC_first_over_time] = {.window = func_first_over_time, .keeps_name = true},
    [FUNC_floor] = {.math = floor},
    [FUNC_histogram_avg] = {.vector = func_native_histogram},
    [FUNC_histogram_count] = {.vector = func_native_histogram},
    [FUNC_histogram_fraction] = {.vector = func_histogram_fraction},
    [FUNC_histogram_quantile] = {.vector = func_histogram_quantile},
    [FUNC_histogram_quantiles] = {.vector = func_histogram_quantiles},
    [FUNC_histogram_stddev] = {.vector = func_native_histogram},
    [FUNC_histogram_stdvar] = {.vector = func_native_histogram},
    [FUNC_histogram_sum] = {.vector = func_native_histogram},
    [FUNC_hour] = {.date = func_hour},
    [FUNC_idelta] = {.window = func_idelta},
    [FUNC_increase] = {.vector = func_increase, .makes_rows = true},
    [FUNC_info] = {.vector = func_info},
    [FUNC_irate] = {.window = func_irate},
    [FUNC_label_join] = {.vector = func_label_join},
    [FUNC_label_replace] = {.vector = func_label_replace},
    [FUNC_last_over_time] = {.window = func_last_over_time, .keeps_name = true},
    [FUNC_ln] = {.math = log},
    [FUNC_log10] = {.math = log10},
    [FUNC_log2] = {.math = log2},
    [FUNC_mad_over_time] = {.window = func_mad_over_time},
    [FUNC_max_of] = {.scalar = func_max_of},
    [FUNC_max_over_time] = {.window = func_max_over_time, .sliding = func_sliding_max},
    [FUNC_min_of] = {.scalar = func_min_of},
    [FUNC_min_over_time] = {.window = func_min_over_time, .sliding = func_sliding_min},
    [FUNC_minute] = {.date = func_minute},
    [FUNC_month] = {.date = func_month},
    [FUNC_pi] = {.scalar = func_pi},
    [FUNC_predict_linear] = {.window = func_predict_linear},
    [FUNC_present_over_time] = {.window = func_present_over_time},
    [FUNC_quantile_over_time] = {.window = func_quantile_over_time, .quantile_arg = true},
    [FUNC_rad] = {.math = func_rad},
    [FUNC_range] = {.scalar = func_range},
    [FUNC_rate] = {.vector = func_rate, .makes_rows = true},
    [FUNC_resets] = {.window = func_resets, .sliding = func_sliding_resets},
    [FUNC_round] = {.vector = func_round},
    [FUNC_scalar] = {.scalar = func_scalar},
    [FUNC_sgn] = {.math = func_sgn},
    [FUNC_sin] = {.math = sin},
    [FUNC_sinh] = {.math = sinh},
    [FUNC_sort] = {.vector = func_sort},
    [FUNC_sort_by_label] = {.vector = func_sort_by_label},
    [FUNC_sort_by_label_desc] = {.vector = func_sort_by_label_desc},
    [FUNC_sort_desc] = {.vector = func_sort_desc},
    [FUNC_sqrt] = {.math = sqrt},
    [FUNC_start] = {.scalar = func_start},
    [FUNC_stddev_over_time] = {.window = func_stddev_over_time},
    [FUNC_stdvar_over_time] = {.window = func_stdvar_over_time},
    [FUNC_step] = {.scalar = func_step},
    [FUNC_sum_over_time] = {.window = func_sum_over_time},
    [FUNC_tan] = {.math = tan},
    [FUNC_tanh] = {.math = tanh},
    [FUNC_time] = {.scalar = func_time},
    [FUNC_timestamp] = {.vector = func_timestamp},
    [FUNC_ts_of_first_over_time] = {.window = func_ts_of_first_over_time},
    [FUNC_ts_of_last_over_time] = {.window = func_ts_of_last_over_time},
    [FUNC_ts_of_max_over_time] = {.window = func_ts_of_max_over_time,
                                  .sliding = func_sliding_ts_of_max},
    [FUNC_ts_of_min_over_time] = {.window = func_ts_of_min_over_time,
                                  .sliding = func_sliding_ts_of_min},
    [FUNC_vector] = {.vector = func_vector},
    [FUNC_year] = {.date = func_year},
};

bool func_makes_rows(const struct function *f)
{
    return handlers[f->id].window != NULL || handlers[f->id].makes_rows;
}

static bool map_points(struct evaluator *ev, const struct node *n, const struct func_handler *h,
                       struct columns *out)
{
    if (!eval_vector(ev, n->call.args[0], out)) {
        return false;
    }
    return columns_map(out, h->math, ev->work) && eval_drop_names(ev, out);
}

/* Seconds beyond any calendar; what lies outside is no date. */
#define DATE_LIMIT_S 1e15

static double date_of(const struct func_handler *h, double v)
{
    if (isnan(v) || fabs(v) > DATE_LIMIT_S) {
        return NAN;
    }
    return h->date((int64_t)v);
}

static bool map_dates(struct evaluator *ev, const struct node *n, const struct func_handler *h,
                      struct columns *out)
{
    if (n->call.arg_count == 0) {
        if (!eval_reserve(ev, out, 1)) {
            return false;
        }
        double *row = columns_add(out, labels_empty(ev->table), false);
        for (size_t i = 0; i < out->steps; i++) {
            row[i] = date_of(h, (double)grid_time(&ev->grid, i) / 1000);
        }
        return true;
    }
    if (!eval_vector(ev, n->call.args[0], out)) {
        return false;
    }
    for (size_t row = 0; row < out->count; row++) {
        if (!eval_spend(ev, out->steps)) {
            return false;
        }
        double *points = columns_row(out, row);
        for (size_t i = 0; i < out->steps; i++) {
            if (!is_absent(points[i])) {
                points[i] = date_of(h, points[i]);
            }
        }
    }
    return eval_drop_names(ev, out);
}

bool func_call_vector(struct evaluator *ev, const struct node *n, struct columns *out)
{
    const struct func_handler *h = &handlers[n->call.function->id];
    if (n->call.arg_count == 1 && edges_of(n->call.args[0]) != EDGES_PLAIN &&
        eval_unwrap(n->call.args[0])->type == VALUE_MATRIX) {
        return func_over_edges(ev, n, out);
    }
    if (h->math != NULL) {
        return map_points(ev, n, h, out);
    }
    if (h->date != NULL) {
        return map_dates(ev, n, h, out);
    }
    if (h->window != NULL) {
        return func_over_windows(ev, n, h, out);
    }
    assert(h->vector != NULL);
    return h->vector(ev, n, out);
}

bool func_call_scalar(struct evaluator *ev, const struct node *n, double *out)
{
    const struct func_handler *h = &handlers[n->call.function->id];
    assert(h->scalar != NULL);
    return h->scalar(ev, n, out);
}
