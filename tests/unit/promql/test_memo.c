/*
 * What expressions have in common: that a memo changes no answer, that what it keeps is let go when
 * anything it depends on changes, and that it keeps what it should.
 */
#include "promql/absent.h"
#include "promql/eval/memo.h"
#include "promql/promql.h"
#include "promql/syntax/series_notation.h"
#include "support/suite.h"

static struct label_table *table;
static struct store *store;
static struct memo *memo;

static void load_at(int64_t from_ms, const char *line)
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
        batch_add_labels(&batch, labels_ref(ls), values.list.items[i].v);
        batch_set_time(&batch, from_ms + (int64_t)i * 15000);
    }
    ck_assert(store_commit(store, 0, &batch, NULL, &err));
    batch_release(&batch);
    notation_values_release(&values);
    labels_unref(ls);
}

static void set_up(void)
{
    table = label_table_create();
    struct store_options options = {.retention_ms = 600000};
    store = store_create(&options, table);
    memo = memo_create(0);
    load_at(0, "a_total{h=\"1\"} 0+3x10 5 9 20 4+7x20");
    load_at(0, "a_total{h=\"2\"} 1+1x20 3+4x20");
    load_at(0, "g{h=\"1\"} 5 -3 2.5 0 0 7 8 1 2 3 4 9 4 1 -2 6x12");
}

static void tear_down(void)
{
    memo_destroy(memo);
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

/* Parses and announces; the memo keeps the reference. */
static const struct expr *announce(const char *text)
{
    struct expr *e = parse(text);
    memo_add(memo, e);
    expr_unref(e);
    return e;
}

static struct value ask_with(const struct expr *e, const struct grid *grid,
                             const struct eval_options *options)
{
    struct value v;
    struct error err = ERROR_INIT;
    ck_assert_msg(expr_eval(e, store, table, grid, false, options, &v, &err), "%.*s: %s",
                  STR_ARG(e->text), error_text(&err));
    return v;
}

static void check_equal(const struct expr *e, const struct value *a, const struct value *b)
{
    ck_assert_msg(a->series.len == b->series.len, "%.*s", STR_ARG(e->text));
    for (size_t i = 0; i < a->series.len; i++) {
        ck_assert_ptr_eq(a->series.items[i].labels, b->series.items[i].labels);
        ck_assert_mem_eq(a->series.items[i].points, b->series.items[i].points,
                         a->series.items[i].count * sizeof(double));
    }
    ck_assert_uint_eq(a->infos.len, b->infos.len);
    for (size_t i = 0; i < a->infos.len; i++) {
        ck_assert_str_eq(a->infos.items[i], b->infos.items[i]);
    }
    ck_assert_uint_eq(a->warnings.len, b->warnings.len);
    for (size_t i = 0; i < a->warnings.len; i++) {
        ck_assert_str_eq(a->warnings.items[i], b->warnings.items[i]);
    }
}

/* The answer is the one without a memo; returns how many parts were taken from it. */
static size_t check(const struct expr *e, const struct grid *grid, struct eval_options options)
{
    struct memo_stats before;
    struct memo_stats after;
    struct value alone = ask_with(e, grid, &options);
    options.memo = memo;
    memo_stats(memo, &before);
    struct value shared = ask_with(e, grid, &options);
    memo_stats(memo, &after);
    check_equal(e, &alone, &shared);
    value_release(&alone);
    value_release(&shared);
    return after.reused - before.reused;
}

static const struct grid range = {.start_ms = 60000, .step_ms = 15000, .steps = 20};
static const struct eval_options plainly = {0};

START_TEST(memo_shares_equal_parts)
{
    const struct expr *a = announce("sum by (h) (rate(a_total[1m])) > 0.1");
    const struct expr *b = announce("1 + 2 * sum by(h)(rate( a_total{}[60s]))");
    const struct expr *other = announce("sum by (h) (rate(a_total[2m])) > 0.1");
    struct memo_stats stats;
    memo_stats(memo, &stats);
    ck_assert_uint_eq(stats.shared, 1);
    ck_assert_uint_eq(check(a, &range, plainly), 0);
    ck_assert_uint_eq(check(b, &range, plainly), 1);
    ck_assert_uint_eq(check(a, &range, plainly), 1);
    ck_assert_uint_eq(check(other, &range, plainly), 0);
}
END_TEST

/* Only where a part is asked for twice although all that is around it is kept. */
START_TEST(memo_keeps_the_outermost)
{
    announce("sum(rate(a_total[1m])) > 0.1");
    announce("sum(rate(a_total[1m])) > 0.2");
    struct memo_stats stats;
    memo_stats(memo, &stats);
    ck_assert_uint_eq(stats.shared, 1);
    announce("max(rate(a_total[1m]))");
    memo_stats(memo, &stats);
    ck_assert_uint_eq(stats.shared, 2);
    announce("max_over_time(sum(rate(a_total[1m]))[3m:15s])"); /* over another grid */
    memo_stats(memo, &stats);
    ck_assert_uint_eq(stats.shared, 2);
}
END_TEST

START_TEST(memo_tells_differences)
{
    static const char *const texts[] = {
        "abs(g)",
        "abs(g offset 15s)",
        "abs(g @ 120)",
        "abs(g @ start())",
        "abs(g @ end())",
        "abs(g{h=\"1\"})",
        "abs(g{h!=\"1\"})",
        "abs(g{h=~\"1\"})",
        "ceil(g)",
        "sum(g)",
        "sum by (h) (g)",
        "sum without (h) (g)",
        "max(g)",
        "topk(1, g)",
        "topk(2, g)",
        "count_values(\"a\", g)",
        "count_values(\"b\", g)",
        "g > 1",
        "g > bool 1",
        "g > 2",
        "1 > g",
        "g * on (h) a_total",
        "g * ignoring (h) a_total{h=\"1\"}",
        "g * on (h) group_left () a_total",
        "g * on (h) group_left (x) a_total",
        "a_total * on (h) g",
        "-g",
        "max_over_time(g[1m])",
        "max_over_time(g[2m])",
        "max_over_time(g[1m:15s])",
        "max_over_time(g[1m:20s])",
        "max_over_time(g[1m:15s] offset 15s)",
        "max_over_time(g[1m:15s] @ 120)",
        "label_replace(g, \"x\", \"1\", \"\", \"\")",
        "label_replace(g, \"x\", \"2\", \"\", \"\")",
    };
    const struct expr *e[ARRAY_LEN(texts)];
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        e[i] = announce(texts[i]);
        for (size_t j = 0; j < i; j++) {
            ck_assert_msg(!node_equal(e[i]->root, e[j]->root), "%s, %s", texts[i], texts[j]);
            ck_assert(e[i]->root->fingerprint != e[j]->root->fingerprint);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        memo_add(memo, e[i]);
        check(e[i], &range, plainly);
    }
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        ck_assert_uint_ge(check(e[i], &range, plainly), 1);
    }
}
END_TEST

START_TEST(memo_lets_go)
{
    const struct expr *e = announce("sum by (h) (rate(a_total[1m]))");
    memo_add(memo, e);
    ck_assert_uint_eq(check(e, &range, plainly), 0);
    ck_assert_uint_eq(check(e, &range, plainly), 1);
    struct grid later = range;
    later.start_ms += 15000;
    ck_assert_uint_eq(check(e, &later, plainly), 0);
    struct eval_options options = {.semantics = SEMANTICS_V2};
    ck_assert_uint_eq(check(e, &later, options), 0);
    options.lookback_delta_ms = 30000;
    ck_assert_uint_eq(check(e, &later, options), 0);
    options.default_step_ms = 30000;
    ck_assert_uint_eq(check(e, &later, options), 0);
    options.end_ms = grid_end(&later) + 1;
    ck_assert_uint_eq(check(e, &later, options), 0);
    ck_assert_uint_eq(check(e, &later, options), 1);
    load_at(900000, "a_total{h=\"1\"} 7"); /* a sample */
    ck_assert_uint_eq(check(e, &later, options), 0);
    load_at(0, "a_total{h=\"3\"} 0+5x40"); /* a series */
    ck_assert_uint_eq(check(e, &later, options), 0);
    struct value v = ask_with(e, &later, &options);
    ck_assert_uint_eq(v.series.len, 3);
    value_release(&v);
    store_trim(store, 1300000); /* two series gone */
    ck_assert_uint_eq(check(e, &later, options), 0);
    struct grid end = grid_range(900000, 930000, 15000);
    const struct expr *sample = announce("a_total");
    check(sample, &end, plainly);
    load_at(915000, "a_total{h=\"4\"} 7 8");
    check(sample, &end, plainly);
}
END_TEST

/* Each says it at its own place, also from inside a part that is kept within another. */
START_TEST(memo_repeats_annotations)
{
    announce("sum(rate(g[1m])) * 2");
    const struct expr *a = announce("sum(rate(g[1m])) + on () max(quantile_over_time(2, g[1m]))");
    const struct expr *b = announce("1 +\n  (sum(rate(g[1m])) + on () "
                                    "max(quantile_over_time(2, g[1m])))");
    struct eval_options options = {.memo = memo};
    check(a, &range, plainly);
    ck_assert_uint_eq(check(b, &range, plainly), 1);
    struct value v = ask_with(b, &range, &options);
    ck_assert_uint_eq(v.infos.len, 1);
    ck_assert_ptr_nonnull(strstr(v.infos.items[0], "(2:13)"));
    ck_assert_uint_eq(v.warnings.len, 1);
    ck_assert_ptr_nonnull(strstr(v.warnings.items[0], "(2:"));
    value_release(&v);
}
END_TEST

START_TEST(memo_forgets_what_is_withdrawn)
{
    const struct expr *a = announce("sum(g) > 1");
    const struct expr *b = announce("sum(g) > 2");
    memo_add(memo, b);
    struct memo_stats stats;
    memo_stats(memo, &stats);
    ck_assert_uint_eq(stats.shared, 2);
    check(a, &range, plainly);
    memo_remove(memo, b);
    memo_stats(memo, &stats);
    ck_assert_uint_eq(stats.shared, 1);
    check(b, &range, plainly);
    memo_remove(memo, a);
    memo_stats(memo, &stats);
    ck_assert_uint_eq(stats.shared, 0);
    check(b, &range, plainly);
    memo_remove(memo, b);
    const struct expr *c = announce("sum(g)");
    ck_assert_uint_eq(check(c, &range, plainly), 0);
    ck_assert_uint_eq(check(c, &range, plainly), 0);
}
END_TEST

START_TEST(memo_is_bounded)
{
    memo_destroy(memo);
    memo = memo_create(1000);
    const struct expr *a = announce("abs(a_total)");
    memo_add(memo, a);
    struct memo_stats stats;
    check(a, &range, plainly);
    ck_assert_uint_eq(check(a, &range, plainly), 1);
    memo_stats(memo, &stats);
    ck_assert_uint_le(stats.bytes, 1000);
    struct grid longer = range;
    longer.steps = 200;
    ck_assert_uint_eq(check(a, &longer, plainly), 0);
    ck_assert_uint_eq(check(a, &longer, plainly), 0);
    for (int i = 0; i < 30; i++) {
        struct strbuf text = STRBUF_INIT;
        strbuf_printf(&text, "g{h!=\"%d\"}", i);
        struct expr *e = parse(strbuf_cstr(&text));
        check(e, &range, plainly);
        memo_stats(memo, &stats);
        ck_assert_uint_le(stats.bytes, 1000);
        expr_unref(e);
        strbuf_release(&text);
    }
}
END_TEST

/* A question that pauses, while another is asked, samples come and its rule is withdrawn. */
static const struct expr *paused;

static bool live_on(void *user)
{
    unsigned *pauses = user;
    if (++*pauses == 2) {
        struct eval_options options = {.memo = memo};
        struct value v = ask_with(paused, &range, &options);
        value_release(&v);
        load_at(900000, "a_total{h=\"1\"} 7");
        memo_remove(memo, paused);
    }
    return true;
}

START_TEST(memo_stands_changes_in_a_pause)
{
    static const struct grid fine = {.start_ms = 0, .step_ms = 10, .steps = 30000};
    unsigned pauses = 0;
    struct expr *e = parse("sum(rate(a_total[1m])) + sum(rate(a_total[1m]))");
    memo_add(memo, e);
    paused = e;
    struct value alone = ask_with(e, &fine, &plainly);
    struct eval_options options = {.memo = memo, .pause = live_on, .pause_user = &pauses};
    struct value v = ask_with(e, &fine, &options);
    check_equal(e, &alone, &v);
    ck_assert_uint_ge(pauses, 3);
    value_release(&alone);
    value_release(&v);
    expr_unref(e);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("memo");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, memo_shares_equal_parts);
    tcase_add_test(tc, memo_keeps_the_outermost);
    tcase_add_test(tc, memo_tells_differences);
    tcase_add_test(tc, memo_lets_go);
    tcase_add_test(tc, memo_repeats_annotations);
    tcase_add_test(tc, memo_forgets_what_is_withdrawn);
    tcase_add_test(tc, memo_is_bounded);
    tcase_add_test(tc, memo_stands_changes_in_a_pause);
    return suite_run("promql/memo", tc);
}
