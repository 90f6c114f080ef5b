/*
 * A memo while the store lives on: what it keeps stays right and is kept as long as it is right.
 * Every answer is compared with the one without a memo.
 */
#include <stdio.h>

#include "promql/eval/kept_samples.h"
#include "promql/eval/memo.h"
#include "promql/promql.h"
#include "promql/syntax/series_notation.h"
#include "support/suite.h"

#define INTERVAL 15000

static struct label_table *table;
static struct store *store;
static struct memo *memo;
static store_target scraped;
static store_target recorded;

static void set_up(void)
{
    table = label_table_create();
    struct store_options options = {.retention_ms = 3600000};
    store = store_create(&options, table);
    memo = memo_create(0);
    scraped = store_add_target(store);
    recorded = store_add_target(store);
}

static void tear_down(void)
{
    memo_destroy(memo);
    store_destroy(store);
    ck_assert_uint_eq(label_table_sets(table), 0);
    label_table_destroy(table);
}

static void add(store_target target, int64_t t_ms, const char *series, double v)
{
    struct error err = ERROR_INIT;
    struct str rest;
    struct labels *ls = series_notation_labels(str_from(series), table, &rest, &err);
    ck_assert_ptr_nonnull(ls);
    struct batch batch;
    batch_init(&batch);
    batch_reset(&batch, t_ms);
    batch_add_labels(&batch, ls, v);
    ck_assert(store_commit(store, target, &batch, NULL, &err));
    batch_release(&batch);
}

static const struct expr *announce_twice(const char *text)
{
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(str_from(text), NULL, &err);
    ck_assert_msg(e != NULL, "%s: %s", text, error_text(&err));
    memo_add(memo, e);
    memo_add(memo, e);
    expr_unref(e);
    return e;
}

static struct value ask(const struct expr *e, int64_t at_ms, struct memo *with)
{
    struct value v;
    struct error err = ERROR_INIT;
    struct grid grid = grid_instant(at_ms);
    struct eval_options options = {.memo = with};
    ck_assert_msg(expr_eval(e, store, table, &grid, true, &options, &v, &err), "%.*s: %s",
                  STR_ARG(e->text), error_text(&err));
    return v;
}

/* The answer is the one without a memo; returns how many parts were taken from it. */
static size_t check(const struct expr *e, int64_t at_ms)
{
    struct memo_stats before;
    struct memo_stats after;
    struct value alone = ask(e, at_ms, NULL);
    memo_stats(memo, &before);
    struct value shared = ask(e, at_ms, memo);
    memo_stats(memo, &after);
    ck_assert_msg(alone.series.len == shared.series.len, "%.*s", STR_ARG(e->text));
    for (size_t i = 0; i < alone.series.len; i++) {
        ck_assert_ptr_eq(alone.series.items[i].labels, shared.series.items[i].labels);
        ck_assert_mem_eq(alone.series.items[i].points, shared.series.items[i].points,
                         sizeof(double));
    }
    value_release(&alone);
    value_release(&shared);
    return after.reused - before.reused;
}

#define T INT64_C(600000)

static void scrape(int64_t until_ms)
{
    for (int64_t t_ms = 0; t_ms <= until_ms; t_ms += INTERVAL) {
        add(scraped, t_ms, "a_total{h=\"1\"}", (double)t_ms);
        add(scraped, t_ms, "a_total{h=\"2\"}", (double)(t_ms % 90000));
    }
}

START_TEST(other_targets_leave_it_alone)
{
    scrape(T);
    add(recorded, T - INTERVAL, "r", 1);
    const struct expr *a = announce_twice("sum(rate(a_total[5m]))");
    const struct expr *r = announce_twice("sum(r)");
    const struct expr *both = announce_twice("sum(rate(a_total[5m])) + sum(r)");
    ck_assert_uint_eq(check(a, T), 0);
    ck_assert_uint_eq(check(r, T), 0);
    add(recorded, T, "r", 2); /* at the very time that is asked for */
    ck_assert_uint_eq(check(a, T), 1);
    ck_assert_uint_eq(check(r, T), 0);
    ck_assert_uint_eq(check(r, T), 1);
    /* What was made of parts that were kept depends on what they depend on. */
    ck_assert_uint_eq(check(both, T), 2);
    ck_assert_uint_eq(check(both, T), 1);
    add(recorded, T + 1, "r", 3);
    ck_assert_uint_eq(check(both, T), 1); /* only what is of `a` */
    add(scraped, T + 1, "a_total{h=\"1\"}", 7);
    ck_assert_uint_eq(check(both, T), 1); /* only what is of `r` */
}
END_TEST

START_TEST(late_samples_are_seen)
{
    scrape(T - INTERVAL);
    const struct expr *a = announce_twice("sum(a_total)");
    ck_assert_uint_eq(check(a, T), 0);
    add(scraped, T - 1, "a_total{h=\"1\"}", 5);
    ck_assert_uint_eq(check(a, T), 0);
    add(scraped, T, "a_total{h=\"1\"}", 6);
    ck_assert_uint_eq(check(a, T), 0);
    add(0, T, "a_total{h=\"2\"}", 7); /* brought by another target than before */
    ck_assert_uint_eq(check(a, T), 0);
    add(0, T + 1, "a_total{h=\"2\"}", 8);
    ck_assert_uint_eq(check(a, T + 1), 0);
    ck_assert_uint_eq(check(a, T + 1), 1);
    add(recorded, T + 1, "a_total{h=\"3\"}", 9); /* a new series */
    ck_assert_uint_eq(check(a, T + 1), 0);
    struct value v = ask(a, T + 1, memo);
    ck_assert_double_eq(v.series.items[0].points[0], 6 + 8 + 9);
    value_release(&v);
}
END_TEST

START_TEST(markers_and_going_are_seen)
{
    scrape(T - INTERVAL);
    const struct expr *a = announce_twice("count(a_total)");
    const struct expr *rate = announce_twice("rate(a_total[5m])");
    check(a, T);
    check(rate, T);
    add(scraped, T, "a_total{h=\"1\"}", stale_nan());
    ck_assert_uint_eq(check(a, T), 0);
    ck_assert_uint_eq(check(rate, T), 0);
    store_remove_target(store, scraped, T);
    ck_assert_uint_eq(check(a, T), 0);
    check(rate, T);
    scraped = store_add_target(store);
    add(scraped, T + INTERVAL, "a_total{h=\"1\"}", 3);
    check(a, T + INTERVAL);
    check(rate, T + INTERVAL);
    check(rate, T);
    store_trim(store, T + 3600000); /* takes everything but the last sample's chunk */
    check(rate, T + INTERVAL);
    store_trim(store, T + 7200000);
    check(rate, T + INTERVAL);
    add(scraped, T + 2 * INTERVAL, "a_total{h=\"1\"}", 3);
    check(rate, T + 2 * INTERVAL);
}
END_TEST

static unsigned next_random(unsigned below)
{
    static uint64_t state = 7;
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(state >> 33) % below;
}

/* Instants go on while series stop, come back, start again, go, and rows are missing. */
START_TEST(windows_go_on)
{
    static const char *const texts[] = {
        "rate(a_total[5m])",
        "rate(a_total[1m])",
        "increase(a_total[10m] offset 5m)",
        "rate(a_total{h=~\"1|2\"}[20m])",
        "changes(a_total[3m] offset 1h)",
        "sum_over_time(a_total[4m])",
        "resets(a_total[30m])",
        "last_over_time(a_total[2m] offset -1m)",
        "max_over_time(a_total[2m] @ 3000)",
    };
    const struct expr *exprs[sizeof(texts) / sizeof(texts[0])];
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        exprs[i] = announce_twice(texts[i]);
    }
    double counters[4] = {0};
    for (int row = 0; row < 800; row++) {
        int64_t t_ms = (int64_t)row * INTERVAL;
        for (int i = 0; i < 4; i++) {
            char name[32];
            snprintf(name, sizeof(name), "a_total{h=\"%d\"}", i);
            counters[i] = next_random(20) == 0 ? 1 : counters[i] + next_random(5);
            bool away = i == 3 && row % 400 > 100;
            if (!away && next_random(8) != 0) {
                add(scraped, t_ms, name, next_random(30) == 0 ? stale_nan() : counters[i]);
            }
        }
        if (row % 50 == 0) {
            store_trim(store, t_ms);
        }
        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
            /* Now and then an older instant, or none at all. */
            if (next_random(6) != 0) {
                check(exprs[i], next_random(10) == 0 ? t_ms - 100000 : t_ms - next_random(3));
            }
        }
    }
}
END_TEST

/* Samples of a series, as they are kept. */
static size_t kept_of(struct kept_samples *k, const struct series *s, int64_t from_ms,
                      int64_t to_ms, struct kept_series **held)
{
    struct samples into = {.t_ms = NULL};
    struct kept_slice slice;
    *held = kept_samples_get(k, store, s, from_ms, to_ms, &into, &slice);
    for (size_t i = 1; i < slice.len; i++) {
        ck_assert_int_lt(slice.t_ms[i - 1], slice.t_ms[i]);
    }
    samples_release(&into);
    return slice.len;
}

START_TEST(samples_are_bounded)
{
    scrape(T);
    struct matcher m;
    struct error err = ERROR_INIT;
    ck_assert(matcher_init(&m, MATCH_EQUAL, STR("__name__"), STR("a_total"), &err));
    struct selection selection;
    ck_assert(store_select(store, &m, 1, &selection, &err));
    const struct series *first = selection.series.items[0];
    const struct series *second = selection.series.items[1];
    struct kept_samples k;
    struct kept_series *held;
    kept_samples_init(&k, 1024); /* for one of them */
    ck_assert_uint_eq(kept_of(&k, first, T - 300000, T, &held), 21);
    ck_assert_ptr_nonnull(held);
    kept_samples_unref(held);
    ck_assert_uint_eq(kept_of(&k, second, T - 300000, T, &held), 21);
    ck_assert_ptr_null(held);
    ck_assert_uint_le(k.bytes, 1024);
    /* What nobody asks for any more makes room. */
    kept_samples_next_round(&k);
    kept_samples_next_round(&k);
    ck_assert_uint_eq(kept_of(&k, second, T - 300000, T, &held), 21);
    ck_assert_ptr_nonnull(held);
    /* What is held is not changed under its reader. */
    add(scraped, T + INTERVAL, "a_total{h=\"2\"}", 1);
    struct kept_series *other;
    ck_assert_uint_eq(kept_of(&k, second, T - 300000, T + INTERVAL, &other), 22);
    ck_assert_ptr_null(other);
    kept_samples_unref(held);
    ck_assert_uint_eq(kept_of(&k, second, T - 300000, T + INTERVAL, &held), 22);
    ck_assert_ptr_nonnull(held);
    kept_samples_unref(held);
    kept_samples_release(&k);
    selection_release(&selection);
    matcher_release(&m);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("memo_store");
    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, other_targets_leave_it_alone);
    tcase_add_test(tc, late_samples_are_seen);
    tcase_add_test(tc, markers_and_going_are_seen);
    tcase_add_test(tc, windows_go_on);
    tcase_add_test(tc, samples_are_bounded);
    return suite_run("promql/memo_store", tc);
}
