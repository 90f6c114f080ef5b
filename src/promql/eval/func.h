/*
 * What the functions do: one handler a row of functions.def, in the same order (func_table.c). The
 * kinds of handler take the repetition out of the functions themselves. Private to this folder.
 */
#ifndef TOCSIN_PROMQL_EVAL_FUNC_H
#define TOCSIN_PROMQL_EVAL_FUNC_H

#include "promql/eval/eval.h"
#include "promql/functions.h"

/* The samples of one window: never empty. `a` and `b` are the scalar arguments, in their order. */
struct func_window {
    const int64_t *t_ms;
    const double *v;
    size_t len;
    int64_t at_ms; /* time of the step, not of the window's end */
    double a;
    double b;
    double *scratch; /* room for `len` */
    const struct sort_pace *pace;
    bool *called_off; /* set where the pace said so: what is given then does not matter */
};

/* A series' samples with a window that slides over them: never empty, both ends only go up. */
struct func_sliding {
    const int64_t *t_ms;
    const double *v;
    size_t begin;
    size_t end;
    /* What has been made of it so far, 0 at first; each function uses these in its own way. */
    size_t seen; /* samples that came in */
    size_t left; /* samples that went out */
    size_t first;
    size_t last;
    size_t *queue; /* room for all samples */
};

struct func_handler {
    /* One of these is set. */
    double (*math)(double v);                     /* of each point */
    double (*date)(int64_t unix_s);               /* of each point taken as a time */
    double (*window)(const struct func_window *); /* of each window; may be absent */
    bool (*vector)(struct evaluator *ev, const struct node *n, struct columns *out);
    bool (*scalar)(struct evaluator *ev, const struct node *n, double *out);
    double (*sliding)(struct func_sliding *); /* the same as `window`, for many; or NULL */
    bool makes_rows;                          /* vectors only: as all windows do */
    bool keeps_name;                          /* windows only: the metric name stays */
    bool quantile_arg; /* windows only: the first scalar is to be in [0, 1], else a warning */
    /* Windows only, or NULL: scalar arguments that a window with samples cannot be given. */
    bool (*check)(const struct func_window *, struct error *err);
};

/* `n` is a NODE_CALL. */
bool func_call_vector(struct evaluator *ev, const struct node *n,
                      struct columns *out) ATTR_NODISCARD;
bool func_call_scalar(struct evaluator *ev, const struct node *n, double *out) ATTR_NODISCARD;
/* Its rows come from the series of a range vector, one by one. */
bool func_makes_rows(const struct function *f);

/* func_window.c: runs `h->window` over the windows of the call's range vector. */
bool func_over_windows(struct evaluator *ev, const struct node *n, const struct func_handler *h,
                       struct columns *out) ATTR_NODISCARD;
/* A warning for each step's value outside [0, 1]. */
void func_check_quantile(struct evaluator *ev, const struct node *arg, const double *q,
                         size_t steps);

/* func_edges.c: those functions over a range that is `anchored` or `smoothed`. */
bool func_over_edges(struct evaluator *ev, const struct node *n, struct columns *out);

/* func_range.c */
/* Rates of what is not named like a counter are doubtful: an annotation. */
void func_check_counter_name(struct evaluator *ev, const struct node *arg,
                             const struct labels *labels);
bool func_rate(struct evaluator *ev, const struct node *n, struct columns *out);
bool func_increase(struct evaluator *ev, const struct node *n, struct columns *out);
bool func_delta(struct evaluator *ev, const struct node *n, struct columns *out);
double func_irate(const struct func_window *w);
double func_idelta(const struct func_window *w);
double func_changes(const struct func_window *w);
double func_resets(const struct func_window *w);
double func_deriv(const struct func_window *w);
double func_predict_linear(const struct func_window *w);
double func_double_exponential_smoothing(const struct func_window *w);
bool func_check_factors(const struct func_window *w, struct error *err);

/* func_over_time.c */
double func_avg_over_time(const struct func_window *w);
double func_count_over_time(const struct func_window *w);
double func_first_over_time(const struct func_window *w);
double func_last_over_time(const struct func_window *w);
double func_mad_over_time(const struct func_window *w);
double func_max_over_time(const struct func_window *w);
double func_min_over_time(const struct func_window *w);
double func_present_over_time(const struct func_window *w);
double func_quantile_over_time(const struct func_window *w);
double func_stddev_over_time(const struct func_window *w);
double func_stdvar_over_time(const struct func_window *w);
double func_sum_over_time(const struct func_window *w);
double func_ts_of_first_over_time(const struct func_window *w);
double func_ts_of_last_over_time(const struct func_window *w);
double func_ts_of_max_over_time(const struct func_window *w);
double func_ts_of_min_over_time(const struct func_window *w);

/* func_sliding.c */
double func_sliding_changes(struct func_sliding *w);
double func_sliding_max(struct func_sliding *w);
double func_sliding_min(struct func_sliding *w);
double func_sliding_resets(struct func_sliding *w);
double func_sliding_ts_of_max(struct func_sliding *w);
double func_sliding_ts_of_min(struct func_sliding *w);

/* func_math.c */
double func_deg(double v);
double func_rad(double v);
double func_sgn(double v);
bool func_clamp(struct evaluator *ev, const struct node *n, struct columns *out);
bool func_clamp_max(struct evaluator *ev, const struct node *n, struct columns *out);
bool func_clamp_min(struct evaluator *ev, const struct node *n, struct columns *out);
bool func_round(struct evaluator *ev, const struct node *n, struct columns *out);
bool func_max_of(struct evaluator *ev, const struct node *n, double *out);
bool func_min_of(struct evaluator *ev, const struct node *n, double *out);
bool func_pi(struct evaluator *ev, const struct node *n, double *out);

/* func_info.c */
bool func_info(struct evaluator *ev, const struct node *n, struct columns *out);

/* func_label.c */
/* Can a label be given this name? Prometheus 3 takes any UTF-8, 2.x what the old text format could
 * write. */
bool func_label_name_valid(const struct evaluator *ev, struct str name);
bool func_label_join(struct evaluator *ev, const struct node *n, struct columns *out);
bool func_label_replace(struct evaluator *ev, const struct node *n, struct columns *out);

/* func_sort.c */
bool func_sort(struct evaluator *ev, const struct node *n, struct columns *out);
bool func_sort_desc(struct evaluator *ev, const struct node *n, struct columns *out);
bool func_sort_by_label(struct evaluator *ev, const struct node *n, struct columns *out);
bool func_sort_by_label_desc(struct evaluator *ev, const struct node *n, struct columns *out);

/* func_time.c */
bool func_time(struct evaluator *ev, const struct node *n, double *out);
bool func_end(struct evaluator *ev, const struct node *n, double *out);
bool func_range(struct evaluator *ev, const struct node *n, double *out);
bool func_start(struct evaluator *ev, const struct node *n, double *out);
bool func_step(struct evaluator *ev, const struct node *n, double *out);
bool func_timestamp(struct evaluator *ev, const struct node *n, struct columns *out);
double func_day_of_month(int64_t unix_s);
double func_day_of_week(int64_t unix_s);
double func_day_of_year(int64_t unix_s);
double func_days_in_month(int64_t unix_s);
double func_hour(int64_t unix_s);
double func_minute(int64_t unix_s);
double func_month(int64_t unix_s);
double func_year(int64_t unix_s);

/* func_vector.c */
bool func_absent(struct evaluator *ev, const struct node *n, struct columns *out);
bool func_absent_over_time(struct evaluator *ev, const struct node *n, struct columns *out);
bool func_scalar(struct evaluator *ev, const struct node *n, double *out);
bool func_vector(struct evaluator *ev, const struct node *n, struct columns *out);

/* func_histogram.c */
bool func_histogram_fraction(struct evaluator *ev, const struct node *n, struct columns *out);
bool func_histogram_quantile(struct evaluator *ev, const struct node *n, struct columns *out);
bool func_histogram_quantiles(struct evaluator *ev, const struct node *n, struct columns *out);
bool func_native_histogram(struct evaluator *ev, const struct node *n, struct columns *out);

#endif
