/*
 * The evaluator as a whole: what tests/promql cannot say in Prometheus' test language. That a range
 * gives at each step what an instant gives there; that every function of the table is there;
 * limits, errors, types of answers.
 */
#include <math.h>
#include <stdlib.h>

#include "promql/absent.h"
#include "promql/functions.h"
#include "promql/promql.h"
#include "promql/syntax/series_notation.h"
#include "support/suite.h"

static struct label_table *table;
static struct store *store;

/* A series in the notation of tests, a sample each `step_ms` from 0 on. */
static void load(int64_t step_ms, const char *line)
{
    struct error err = ERROR_INIT;
    struct str rest;
    struct labels *ls = series_notation_labels(str_from(line), table, &rest, &err);
    ck_assert_ptr_nonnull(ls);
    struct notation_values values = {0};
    ck_assert(series_notation_values(rest, &values, &err));
    struct batch batch;
    batch_init(&batch);
    batch_reset(&batch, 0);
    for (size_t i = 0; i < values.list.len; i++) {
        if (!values.list.items[i].omitted) {
            batch_add_labels(&batch, labels_ref(ls), values.list.items[i].v);
            batch_set_time(&batch, (int64_t)i * step_ms);
        }
    }
    ck_assert(store_commit(store, 0, &batch, NULL, &err));
    batch_release(&batch);
    notation_values_release(&values);
    labels_unref(ls);
}

static void set_up(void)
{
    table = label_table_create();
    struct store_options options = {0};
    store = store_create(&options, table);
    load(15000, "a_total{h=\"1\", le=\"1\"} 0+3x10 5 9 20 stale _ _ 4+7x20");
    load(15000, "a_total{h=\"1\", le=\"+Inf\"} 0+5x20 3+4x20");
    load(15000, "a_total{h=\"2\", le=\"1\"} _x7 10+0x5 _ _ 12 _ 11 NaN 40 41 41 45x9");
    load(15000, "a_total{h=\"2\", le=\"+Inf\"} 1 2 _ _ 8 9 30 stale 1 Inf 4 -2 -8x10");
    load(15000, "g{h=\"1\"} 5 -3 2.5 _ 0 0 7 8 stale stale 1 2 3 4 9 4 1 -2 6x12");
    load(15000, "g{h=\"2\"} 1 1 1 1 _x20 2 2 2");
}

static void tear_down(void)
{
    store_destroy(store);
    ck_assert_uint_eq(label_table_sets(table), 0);
    label_table_destroy(table);
}

static struct expr *parse(const char *text)
{
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(str_from(text), NULL, &err);
    ck_assert_msg(e != NULL, "%s: %s", text, error_text(&err));
    return e;
}

static struct value ask_at(const struct expr *e, int64_t at_ms, const struct eval_options *options)
{
    struct grid grid = grid_instant(at_ms);
    struct value v;
    struct error err = ERROR_INIT;
    ck_assert_msg(expr_eval(e, store, table, &grid, true, options, &v, &err), "%.*s: %s",
                  STR_ARG(e->text), error_text(&err));
    return v;
}

static const char *const same_in_range[] = {
    "a_total",
    "a_total offset 40s",
    "g @ 60",
    "rate(a_total[1m])",
    "increase(a_total[47s])",
    "irate(a_total[2m])",
    "delta(g[1m])",
    "idelta(g[1m])",
    "deriv(g[1m])",
    "predict_linear(g[1m], 60)",
    "changes(a_total[90s])",
    "resets(a_total[90s])",
    "sum_over_time(a_total[1m])",
    "avg_over_time(g[50s])",
    "quantile_over_time(0.4, g[1m])",
    "last_over_time(a_total[20s])",
    "ts_of_max_over_time(g[1m])",
    "ts_of_min_over_time(g[50s])",
    "max_over_time(g[1m])",
    "min_over_time(a_total[2m])",
    "changes(g[1m])",
    "resets(g[100s])",
    "absent_over_time(g{h=\"2\"}[1m])",
    "absent(g{h=\"1\"})",
    "max_over_time(rate(a_total[1m])[2m:20s])",
    "sum_over_time(g[1m:7s] offset 10s)",
    "sum by (h) (a_total)",
    "avg without (le) (a_total)",
    "stddev(g)",
    "topk(1, g)",
    "bottomk(2, a_total)",
    "limitk(1, g)",
    "limit_ratio(0.5, a_total)",
    "quantile(0.7, a_total)",
    "count_values(\"v\", g)",
    "histogram_quantile(0.5, a_total)",
    "histogram_quantile(0.9, sum by (le) (rate(a_total[1m])))",
    "g / on (h) group_left () sum by (h) (a_total)",
    "g or a_total",
    "a_total and on (h) (g > 2)",
    "a_total unless on (h) (g > bool 2)",
    "g > 1",
    "1 < bool g",
    "-g + time()",
    "scalar(g) + g",
    "timestamp(g)",
    "clamp(g, scalar(g{h=\"1\"}), 3)",
    "label_replace(g > 2, \"h\", \"x\", \"h\", \"1\")",
    "hour() + minute()",
};

static void check_step(const char *text, const struct value *range, size_t step,
                       const struct value *instant)
{
    size_t present = 0;
    for (size_t i = 0; i < range->series.len; i++) {
        const struct value_series *s = &range->series.items[i];
        const struct value_series *at = value_find(instant, s->labels);
        double v = s->points[step];
        if (is_absent(v)) {
            ck_assert_msg(at == NULL, "%s, step %zu: only an instant has it", text, step);
            continue;
        }
        present++;
        ck_assert_msg(at != NULL, "%s, step %zu: only the range has it", text, step);
        double w = at->points[0];
        ck_assert_msg(v == w || (isnan(v) && isnan(w)), "%s, step %zu: %g and %g", text, step, v,
                      w);
    }
    ck_assert_msg(present == instant->series.len, "%s, step %zu: series are missing", text, step);
}

/* Steps that fall on samples and steps that do not. */
START_TEST(eval_range_is_instants)
{
    const char *text = same_in_range[_i];
    struct expr *e = parse(text);
    static const int64_t step_lengths[] = {15000, 13000};
    for (int v2 = 0; v2 < 2; v2++) {
        for (size_t s = 0; s < ARRAY_LEN(step_lengths); s++) {
            struct eval_options options = {.semantics = v2 ? SEMANTICS_V2 : SEMANTICS_V3,
                                           .lookback_delta_ms = 60000};
            struct grid grid = grid_range(-15000, 720000, step_lengths[s]);
            struct value range;
            struct error err = ERROR_INIT;
            ck_assert_msg(expr_eval(e, store, table, &grid, false, &options, &range, &err),
                          "%s: %s", text, error_text(&err));
            for (size_t i = 0; i < grid.steps; i++) {
                struct value instant = ask_at(e, grid_time(&grid, i), &options);
                check_step(text, &range, i, &instant);
                value_release(&instant);
            }
            value_release(&range);
        }
    }
    expr_unref(e);
}
END_TEST

/* An argument of each type, as text. */
static const char *argument(enum value_type type)
{
    switch (type) {
    case VALUE_SCALAR:
        return "0.5";
    case VALUE_VECTOR:
        return "g";
    case VALUE_MATRIX:
        return "g[1m]";
    case VALUE_STRING:
        return "\"x\"";
    }
    return "";
}

/* Every row of the table has a handler that takes what the table says. */
START_TEST(eval_knows_every_function)
{
    size_t count;
    const struct function *functions = function_table(&count);
    const struct function *f = &functions[_i];
    for (unsigned n = f->required; n <= f->required + 1 && n <= f->maximum; n++) {
        struct strbuf text = STRBUF_INIT;
        strbuf_printf(&text, "%s(", f->name);
        for (unsigned i = 0; i < n; i++) {
            /* info's second vector is a label selector. */
            bool labels = i == 1 && strcmp(f->name, "info") == 0;
            strbuf_printf(&text, "%s%s", i > 0 ? ", " : "",
                          labels ? "{h=\"1\"}" : argument(function_arg_type(f, i)));
        }
        strbuf_add_char(&text, ')');
        struct expr *e = parse(strbuf_cstr(&text));
        struct grid grid = grid_range(0, 300000, 15000);
        struct value v;
        struct error err = ERROR_INIT;
        ck_assert_msg(expr_eval(e, store, table, &grid, false, NULL, &v, &err), "%s: %s",
                      strbuf_cstr(&text), error_text(&err));
        value_release(&v);
        expr_unref(e);
        strbuf_release(&text);
    }
}
END_TEST

START_TEST(eval_gives_types_as_asked)
{
    static const struct {
        const char *text;
        enum value_type type;
    } cases[] = {
        {"1 + 1", VALUE_SCALAR},
        {"(g)", VALUE_VECTOR},
        {"(g[1m])", VALUE_MATRIX},
        {"(\"text\")", VALUE_STRING},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct expr *e = parse(cases[i].text);
        struct value v = ask_at(e, 60000, NULL);
        ck_assert_int_eq(v.type, cases[i].type);
        value_release(&v);
        struct grid grid = grid_range(0, 60000, 15000);
        struct error err = ERROR_INIT;
        bool ok = expr_eval(e, store, table, &grid, false, NULL, &v, &err);
        if (cases[i].type == VALUE_SCALAR || cases[i].type == VALUE_VECTOR) {
            ck_assert(ok);
            ck_assert_int_eq(v.type, VALUE_MATRIX);
            ck_assert_uint_eq(v.series.items[0].count, 5);
        } else {
            ck_assert(!ok);
            ck_assert_int_eq(err.kind, ERROR_TYPE);
            error_release(&err);
        }
        value_release(&v);
        expr_unref(e);
    }
}
END_TEST

START_TEST(eval_gives_samples_of_a_range)
{
    struct expr *e = parse("g{h=\"1\"}[45s]");
    struct value v = ask_at(e, 135000, NULL);
    ck_assert_uint_eq(v.series.len, 1);
    /* 8 at 105 s; two markers after it are no samples. */
    ck_assert_uint_eq(v.series.items[0].count, 1);
    ck_assert_int_eq(v.series.items[0].times_ms[0], 105000);
    ck_assert_double_eq(v.series.items[0].points[0], 8);
    value_release(&v);
    expr_unref(e);
    e = parse("g{h=\"1\"}[1m:15s]");
    v = ask_at(e, 60000, NULL);
    ck_assert_uint_eq(v.series.items[0].count, 4);
    ck_assert_int_eq(v.series.items[0].times_ms[3], 60000);
    value_release(&v);
    expr_unref(e);
}
END_TEST

static const struct {
    const char *text;
    size_t max_points;
    enum error_kind kind;
    const char *message;
} failures[] = {
    {"a_total", 40, ERROR_LIMIT, "more than 40 points"},
    {"rate(a_total[1m])", 40, ERROR_LIMIT, "more than 40 points"},
    {"sum(a_total)", 40, ERROR_LIMIT, "more than 40 points"},
    {"a_total @ 60", 40, ERROR_LIMIT, "more than 40 points"},
    {"1", 10, ERROR_LIMIT, "more than 10 steps"},
    {"sum_over_time(g[1h:1s])", 2000, ERROR_LIMIT, "more than 2000 steps"},
    {"sum(g) + on () a_total", 0, ERROR_EVALUATION, "found duplicate series"},
    {"rate(a_total[1m]) + sum_over_time(g[1h:1s] offset 1s) * on () a_total", 0, ERROR_EVALUATION,
     "duplicate series"},
    {"label_replace(g, \"h\", \"\", \"h\", \".*\")", 0, ERROR_EVALUATION, "same labelset"},
    {"label_replace(g, \"h\", \"\", \"h\", \"(\")", 0, ERROR_EVALUATION,
     "invalid regular expression"},
    {"label_replace(g, \"\", \"\", \"h\", \"\")", 0, ERROR_EVALUATION, "destination label name"},
    {"label_join(g, \"x\", \"\", \"\")", 0, ERROR_EVALUATION, "source label name"},
    {"count_values(\"\", g)", 0, ERROR_EVALUATION, "invalid label name"},
    {"topk(scalar(absent(g)), g)", 0, ERROR_EVALUATION, "Parameter value is NaN"},
    {"limitk(1e30, g)", 0, ERROR_EVALUATION, "overflows int64"},
    {"limit_ratio(NaN, g)", 0, ERROR_EVALUATION, "Ratio value is NaN"},
    {"double_exponential_smoothing(g[1m], 0, 0.5)", 0, ERROR_EVALUATION, "smoothing factor"},
    {"double_exponential_smoothing(g[1m], 0.5, 1)", 0, ERROR_EVALUATION, "trend factor"},
    {"{__name__=~\".*\"}", 0, ERROR_TYPE, NULL},
};

/* Wherever in the tree it fails, nothing is left behind and nothing half done is given out. */
START_TEST(eval_fails)
{
    struct strbuf texts[3] = {STRBUF_INIT, STRBUF_INIT, STRBUF_INIT};
    strbuf_add_c(&texts[0], failures[_i].text);
    strbuf_printf(&texts[1], "sum by (h) (g or (%s))", failures[_i].text);
    strbuf_printf(&texts[2], "abs(vector(1) * on () group_right () -(%s))", failures[_i].text);
    for (size_t i = 0; i < (strcmp(failures[_i].text, "1") == 0 ? 1 : ARRAY_LEN(texts)); i++) {
        struct error err = ERROR_INIT;
        struct expr *e = expr_parse(strbuf_str(&texts[i]), NULL, &err);
        if (e == NULL) {
            /* An empty selector is refused by the parser already. */
            error_release(&err);
            continue;
        }
        struct eval_options options = {.max_points = failures[_i].max_points};
        struct grid grid = grid_range(0, 300000, 15000);
        struct value v;
        ck_assert_msg(!expr_eval(e, store, table, &grid, false, &options, &v, &err), "%s",
                      strbuf_cstr(&texts[i]));
        ck_assert_msg(err.kind == failures[_i].kind, "%s: %s", strbuf_cstr(&texts[i]),
                      error_text(&err));
        if (failures[_i].message != NULL) {
            ck_assert_msg(strstr(error_text(&err), failures[_i].message) != NULL, "%s: %s",
                          strbuf_cstr(&texts[i]), error_text(&err));
        }
        ck_assert_uint_eq(v.series.len, 0);
        error_release(&err);
        expr_unref(e);
    }
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        strbuf_release(&texts[i]);
    }
}
END_TEST

START_TEST(eval_places_annotations)
{
    struct expr *e = parse("sum(g)\n  + sum(rate(g[5m]))");
    struct value v = ask_at(e, 300000, NULL);
    ck_assert_uint_eq(v.infos.len, 1);
    ck_assert_str_eq(v.infos.items[0], "PromQL info: metric might not be a counter, name does not "
                                       "end in _total/_sum/_count/_bucket: \"g\" (2:14)");
    value_release(&v);
    expr_unref(e);
}
END_TEST

START_TEST(eval_range_comes_in_order)
{
    struct expr *e = parse("sort_desc(a_total)");
    struct grid grid = grid_range(0, 300000, 15000);
    struct value v;
    struct error err = ERROR_INIT;
    ck_assert(expr_eval(e, store, table, &grid, false, NULL, &v, &err));
    for (size_t i = 1; i < v.series.len; i++) {
        ck_assert_int_lt(labels_compare(v.series.items[i - 1].labels, v.series.items[i].labels), 0);
    }
    ck_assert_uint_eq(v.series.len, 4);
    value_release(&v);
    expr_unref(e);
}
END_TEST

START_TEST(eval_sees_through_signals)
{
    struct expr *signal = parse("sum by (h) (g)");
    /* What the parser does with a signal's name: a node that stands for the tree. */
    struct node name = {.kind = NODE_SIGNAL, .type = VALUE_VECTOR, .signal.inner = signal->root};
    struct expr whole = {.refs = 1, .text = STR("g_sum"), .root = &name};
    struct value v = ask_at(&whole, 15000, NULL);
    ck_assert_uint_eq(v.series.len, 2);
    value_release(&v);
    expr_unref(signal);
}
END_TEST

/* A caller that lives on in pauses: counts them, and calls the question off in one of them. */
struct pauses {
    size_t count;
    size_t last; /* the question is called off in this one; 0: never */
};

static bool take_pause(void *user)
{
    struct pauses *p = user;
    return ++p->count != p->last;
}

#define LONG_STEPS ((size_t)12000)

static bool ask_long(const struct expr *e, struct pauses *pauses, struct value *v,
                     struct error *err)
{
    struct eval_options options = {.pause = take_pause, .pause_user = pauses};
    struct grid grid = grid_range(0, (int64_t)(LONG_STEPS - 1) * 100, 100);
    return expr_eval(e, store, table, &grid, false, &options, v, err);
}

START_TEST(eval_pauses_in_proportion)
{
    size_t counts[2];
    for (size_t i = 0; i < 2; i++) {
        struct strbuf text = STRBUF_INIT;
        strbuf_add_c(&text, "sum by (h) (rate(a_total[1m]))");
        for (size_t more = 1; more < (i == 0 ? 3 : 30); more++) {
            strbuf_add_c(&text, " + sum by (h) (rate(a_total[1m]))");
        }
        struct expr *e = parse(strbuf_cstr(&text));
        struct pauses pauses = {0};
        struct value v;
        struct error err = ERROR_INIT;
        ck_assert(ask_long(e, &pauses, &v, &err));
        counts[i] = pauses.count;
        value_release(&v);
        expr_unref(e);
        strbuf_release(&text);
    }
    ck_assert_uint_ge(counts[0], 3);
    ck_assert_uint_ge(counts[1], 8 * counts[0]);
    ck_assert_uint_le(counts[1], 12 * counts[0]);
}
END_TEST

/* Wherever it is called off, it says so and leaves nothing behind; else pauses change nothing. */
START_TEST(eval_can_be_called_off)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_printf(&text, "%s or vector(1)", same_in_range[_i]);
    struct expr *e = parse(strbuf_cstr(&text));
    struct value calm;
    struct error err = ERROR_INIT;
    struct grid grid = grid_range(0, (int64_t)(LONG_STEPS - 1) * 100, 100);
    ck_assert_msg(expr_eval(e, store, table, &grid, false, NULL, &calm, &err), "%s",
                  error_text(&err));
    size_t stops = 0;
    for (size_t last = 1;; last++) {
        struct pauses pauses = {.last = last};
        struct value v;
        if (ask_long(e, &pauses, &v, &err)) {
            ck_assert_uint_lt(pauses.count, last);
            ck_assert_uint_eq(v.series.len, calm.series.len);
            for (size_t i = 0; i < v.series.len; i++) {
                ck_assert_ptr_eq(v.series.items[i].labels, calm.series.items[i].labels);
                ck_assert_mem_eq(v.series.items[i].points, calm.series.items[i].points,
                                 LONG_STEPS * sizeof(double));
            }
            value_release(&v);
            break;
        }
        stops++;
        ck_assert_uint_eq(pauses.count, last);
        ck_assert_msg(err.kind == ERROR_CANCELLED, "%s", error_text(&err));
        ck_assert_uint_eq(v.series.len, 0);
        error_release(&err);
    }
    ck_assert_uint_ge(stops, 1);
    value_release(&calm);
    strbuf_release(&text);
    expr_unref(e);
}
END_TEST

START_TEST(eval_limits_samples)
{
    static const char *const texts[] = {"a_total", "sum(rate(a_total[1m]))",
                                        "sum_over_time(g[1m:1s])", "a_total{h=\"1\"}[5m]"};
    struct expr *e = parse(texts[_i]);
    struct eval_options options = {.max_samples = 40};
    struct grid grid = grid_range(0, 300000, 15000);
    bool instant = e->root->type == VALUE_MATRIX;
    if (instant) {
        grid = grid_instant(300000);
        options.max_samples = 20;
    }
    struct value v;
    struct error err = ERROR_INIT;
    ck_assert(!expr_eval(e, store, table, &grid, instant, &options, &v, &err));
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    ck_assert_ptr_nonnull(strstr(error_text(&err), "reads more than"));
    error_release(&err);
    options.max_samples = 4000;
    ck_assert(expr_eval(e, store, table, &grid, instant, &options, &v, &err));
    value_release(&v);
    expr_unref(e);
}
END_TEST

int main(void)
{
    size_t functions;
    function_table(&functions);
    TCase *tc = tcase_create("eval");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_loop_test(tc, eval_range_is_instants, 0, ARRAY_LEN(same_in_range));
    tcase_add_loop_test(tc, eval_knows_every_function, 0, (int)functions);
    tcase_add_test(tc, eval_gives_types_as_asked);
    tcase_add_test(tc, eval_gives_samples_of_a_range);
    tcase_add_loop_test(tc, eval_fails, 0, ARRAY_LEN(failures));
    tcase_add_test(tc, eval_places_annotations);
    tcase_add_test(tc, eval_range_comes_in_order);
    tcase_add_test(tc, eval_sees_through_signals);
    tcase_add_test(tc, eval_pauses_in_proportion);
    tcase_add_loop_test(tc, eval_can_be_called_off, 0, ARRAY_LEN(same_in_range));
    tcase_add_loop_test(tc, eval_limits_samples, 0, 4);
    return suite_run("promql/eval", tc);
}
