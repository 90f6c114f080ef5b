/*
 * Counters and trends over ranges: rate and its family, irate, changes, resets, regression.
 *
 * rate, increase and delta stretch what was seen between the first and the last sample to the whole
 * range where the samples reach near its edges: by up to 1.1 of the mean distance between samples,
 * else by half of it; a counter is not stretched to before it was 0 (prometheus:
 * promql/functions.go, extrapolatedRate; Prometheus 3 looks at the zero point after that rule, 2.x
 * before).
 */
#include <math.h>
#include <stdlib.h>

#include "base/escape.h"
#include "base/mem.h"
#include "base/vec.h"
#include "promql/absent.h"
#include "promql/eval/func.h"
#include "promql/eval/kahan.h"
#include "promql/eval/window.h"

/* How near to an edge, in mean distances between samples, a sample must be for the series to count
 * as going on to there. */
#define NEAR_EDGE 1.1

/* A place where a counter went down: what it had counted before is added. */
struct reset {
    size_t at;
    double before;
};

/*
 * What depends on the times alone. Regular scrapes give the same from step to step and from series
 * to series, so that it is kept and a point costs no division.
 */
struct spread {
    size_t count; /* of samples; with the three below it decides all others */
    int64_t before_ms;
    int64_t sampled_ms;
    int64_t after_ms;
    double sampled; /* seconds from here on */
    double spacing;
    double to_start;     /* from the edge to the first sample */
    double filled_start; /* as much of it as is filled, the zero point aside */
    double filled_end;
    double factor;
    double zero_share; /* the zero point can matter only where first <= result * zero_share */
};

struct extrapolation {
    bool is_counter;
    bool per_second;
    bool zero_point_last;
    double range_s;
    struct spread spread;
    VEC(struct reset) resets; /* of the stream at hand */
    size_t first;             /* resets inside the window: [first, last) */
    size_t last;
};

static void find_resets(struct extrapolation *x, const struct stream *s)
{
    x->resets.len = 0;
    x->first = 0;
    x->last = 0;
    if (!x->is_counter) {
        return;
    }
    if (s->kept != NULL) {
        for (size_t i = 0; i < s->kept->falls_count; i++) {
            size_t at = s->kept->falls[i] - s->kept->base;
            vec_push(&x->resets, ((struct reset){.at = at, .before = s->v[at - 1]}));
        }
        return;
    }
    for (size_t i = 1; i < s->len; i++) {
        if (s->v[i] < s->v[i - 1]) {
            vec_push(&x->resets, ((struct reset){.at = i, .before = s->v[i - 1]}));
        }
    }
}

/* Adds what the resets inside the window hide to its change. Summed anew for each window, in the
 * order of time, as Prometheus does: a running sum would lose digits to a long past huge value. */
static double add_hidden(struct extrapolation *x, const struct window *w, double change)
{
    while (x->last < x->resets.len && x->resets.items[x->last].at < w->end) {
        x->last++;
    }
    while (x->first < x->last && x->resets.items[x->first].at <= w->begin) {
        x->first++;
    }
    for (size_t i = x->first; i < x->last; i++) {
        change += x->resets.items[i].before;
    }
    return change;
}

static double spread_factor(const struct extrapolation *x, double filled_start)
{
    double factor = (x->spread.sampled + filled_start + x->spread.filled_end) / x->spread.sampled;
    return x->per_second ? factor / x->range_s : factor;
}

/* As much as is filled of the time between an edge and the sample next to it. */
static double filled(double to_edge, double spacing)
{
    return to_edge >= spacing * NEAR_EDGE ? spacing / 2 : to_edge;
}

static void spread_set(struct extrapolation *x, size_t count, int64_t before_ms, int64_t sampled_ms,
                       int64_t after_ms)
{
    struct spread *s = &x->spread;
    if (s->count == count && s->before_ms == before_ms && s->sampled_ms == sampled_ms &&
        s->after_ms == after_ms) {
        return;
    }
    s->count = count;
    s->before_ms = before_ms;
    s->sampled_ms = sampled_ms;
    s->after_ms = after_ms;
    s->sampled = (double)sampled_ms / 1000;
    s->spacing = s->sampled / (double)(count - 1);
    s->to_start = (double)before_ms / 1000;
    s->filled_start = filled(s->to_start, s->spacing);
    s->filled_end = filled((double)after_ms / 1000, s->spacing);
    s->factor = spread_factor(x, s->filled_start);
    /* A little more than needed: it rounds differently from the quotient it stands for. */
    s->zero_share = s->to_start / s->sampled * 1.001;
}

/* The factor where the counter was 0 `to_zero` seconds before the first sample. */
static double zero_point_factor(const struct extrapolation *x, double to_zero)
{
    const struct spread *s = &x->spread;
    if (!x->zero_point_last) {
        return spread_factor(x,
                             to_zero < s->to_start ? filled(to_zero, s->spacing) : s->filled_start);
    }
    return to_zero < s->filled_start ? spread_factor(x, to_zero) : s->factor;
}

static double extrapolate(struct extrapolation *x, const struct window *w)
{
    size_t count = w->end - w->begin;
    if (count < 2) {
        return absent();
    }
    const struct stream *s = w->stream;
    double first = s->v[w->begin];
    double result = s->v[w->end - 1] - first;
    if (x->resets.len > 0) {
        result = add_hidden(x, w, result);
    }
    int64_t first_ms = s->t_ms[w->begin];
    int64_t last_ms = s->t_ms[w->end - 1];
    spread_set(x, count, first_ms - w->begin_ms, last_ms - first_ms, w->end_ms - last_ms);
    if (x->is_counter && first <= result * x->spread.zero_share && result > 0 && first >= 0) {
        return result * zero_point_factor(x, x->spread.sampled * (first / result));
    }
    return result * x->spread.factor;
}

/* By their names, these are counters; rate of anything else is doubtful. */
static bool named_like_counter(struct str name)
{
    return str_ends_with(name, STR("_total")) || str_ends_with(name, STR("_sum")) ||
           str_ends_with(name, STR("_count")) || str_ends_with(name, STR("_bucket"));
}

void func_check_counter_name(struct evaluator *ev, const struct node *arg,
                             const struct labels *labels)
{
    struct str name = labels_name(labels);
    if (name.len == 0 || named_like_counter(name)) {
        return;
    }
    struct strbuf quoted = STRBUF_INIT;
    escape_quoted(&quoted, name);
    eval_info(ev, arg,
              "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: %s",
              strbuf_cstr(&quoted));
    strbuf_release(&quoted);
}

static bool extrapolate_all(struct evaluator *ev, const struct node *arg, struct extrapolation *x,
                            struct columns *out)
{
    struct range_reader r;
    bool ok = range_reader_open(&r, ev, arg) && eval_reserve(ev, out, range_reader_count(&r));
    struct stream s;
    struct str checked = STR_NONE;
    while (ok && range_reader_next(&r, ev, &s, &ok)) {
        find_resets(x, &s);
        struct window w = range_reader_window(&r, &s);
        x->range_s = (double)w.range_ms / 1000;
        double *row = columns_add(out, labels_ref(s.labels), true);
        bool any = false;
        for (size_t i = 0; ok && i < ev->grid.steps; i++) {
            if (i % EVAL_STRETCH == EVAL_STRETCH - 1) {
                ok = eval_spend(ev, EVAL_STRETCH);
            }
            window_slide(&w, i);
            row[i] = extrapolate(x, &w);
            any = any || !is_absent(row[i]);
        }
        ok = ok && eval_spend(ev, WORK_ROW + ev->grid.steps % EVAL_STRETCH);
        if (!any || !ok) {
            columns_remove_last(out);
            continue;
        }
        if (x->is_counter && labels_name(s.labels).data != checked.data) {
            /* Names are interned: most series of a selector share one. */
            checked = labels_name(s.labels);
            func_check_counter_name(ev, arg, s.labels);
        }
        ok = columns_finish_last(out) && ok;
    }
    range_reader_close(&r);
    return ok && eval_drop_names(ev, out);
}

static bool range_change(struct evaluator *ev, const struct node *n, bool is_counter,
                         bool per_second, struct columns *out)
{
    struct extrapolation x = {.is_counter = is_counter,
                              .per_second = per_second,
                              .zero_point_last = ev->semantics == SEMANTICS_V3};
    bool ok = extrapolate_all(ev, n->call.args[0], &x, out);
    vec_release(&x.resets);
    return ok;
}

bool func_rate(struct evaluator *ev, const struct node *n, struct columns *out)
{
    return range_change(ev, n, true, true, out);
}

bool func_increase(struct evaluator *ev, const struct node *n, struct columns *out)
{
    return range_change(ev, n, true, false, out);
}

bool func_delta(struct evaluator *ev, const struct node *n, struct columns *out)
{
    return range_change(ev, n, false, false, out);
}

double func_irate(const struct func_window *w)
{
    if (w->len < 2) {
        return absent();
    }
    double last = w->v[w->len - 1];
    double before = w->v[w->len - 2];
    double increase = last < before ? last : last - before;
    return increase / ((double)(w->t_ms[w->len - 1] - w->t_ms[w->len - 2]) / 1000);
}

double func_idelta(const struct func_window *w)
{
    return w->len < 2 ? absent() : w->v[w->len - 1] - w->v[w->len - 2];
}

double func_changes(const struct func_window *w)
{
    double changes = 0;
    for (size_t i = 1; i < w->len; i++) {
        bool both_nan = isnan(w->v[i]) && isnan(w->v[i - 1]);
        changes += w->v[i] != w->v[i - 1] && !both_nan;
    }
    return changes;
}

double func_resets(const struct func_window *w)
{
    double resets = 0;
    for (size_t i = 1; i < w->len; i++) {
        resets += w->v[i] < w->v[i - 1];
    }
    return resets;
}

struct line {
    double slope;
    double at_origin;
};

/* Least squares, with `origin_ms` as the zero of time. */
static struct line regress(const struct func_window *w, int64_t origin_ms)
{
    struct kahan x_sum = {0};
    struct kahan y_sum = {0};
    struct kahan xy_sum = {0};
    struct kahan xx_sum = {0};
    bool level = true;
    for (size_t i = 0; i < w->len; i++) {
        double x = (double)(w->t_ms[i] - origin_ms) / 1000;
        double y = w->v[i];
        level = level && y == w->v[0];
        kahan_add(&x_sum, x);
        kahan_add(&y_sum, y);
        kahan_add(&xy_sum, x * y);
        kahan_add(&xx_sum, x * x);
    }
    if (level) {
        return isinf(w->v[0]) ? (struct line){NAN, NAN} : (struct line){0, w->v[0]};
    }
    double n = (double)w->len;
    double sx = x_sum.sum + x_sum.lost;
    double sy = y_sum.sum + y_sum.lost;
    double covariance = xy_sum.sum + xy_sum.lost - sx * sy / n;
    double variance = xx_sum.sum + xx_sum.lost - sx * sx / n;
    double slope = covariance / variance;
    return (struct line){slope, sy / n - slope * sx / n};
}

double func_deriv(const struct func_window *w)
{
    /* From the first sample on: with Unix times the squares would lose the digits that matter. */
    return w->len < 2 ? absent() : regress(w, w->t_ms[0]).slope;
}

double func_predict_linear(const struct func_window *w)
{
    if (w->len < 2) {
        return absent();
    }
    struct line line = regress(w, w->at_ms);
    return line.slope * w->a + line.at_origin;
}

double func_double_exponential_smoothing(const struct func_window *w)
{
    if (w->len < 2) {
        return absent();
    }
    double smoothed = w->v[0];
    double previous = 0;
    double trend = w->v[1] - w->v[0];
    for (size_t i = 1; i < w->len; i++) {
        if (i > 1) {
            trend = w->b * (smoothed - previous) + (1 - w->b) * trend;
        }
        double next = w->a * w->v[i] + (1 - w->a) * (smoothed + trend);
        previous = smoothed;
        smoothed = next;
    }
    return smoothed;
}

static bool check_factor(const char *name, double factor, struct error *err)
{
    return !(factor <= 0 || factor >= 1) ||
           error_set(err, ERROR_EVALUATION, "invalid %s factor. Expected: 0 < %cf < 1, got: %f",
                     name, name[0], factor);
}

bool func_check_factors(const struct func_window *w, struct error *err)
{
    return check_factor("smoothing", w->a, err) && check_factor("trend", w->b, err);
}
