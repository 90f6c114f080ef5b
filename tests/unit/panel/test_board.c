/* The board over a real store and engine: what is found, what a configured service is called, what
 * happens when its data stops. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "loop/loop.h"
#include "panel/board.h"
#include "query/query.h"
#include "support/suite.h"

#define INTERVAL_MS 15000
#define START       INT64_C(1700000010000) /* a multiple of the interval */
#define POLLS       20

static struct loop *loop;
static struct label_table *table;
static struct store *store;
static struct answerer *answerer;
static struct board *board;
static struct panel *panel;
static int changes;

static const char pack[] =
    "panel: shop\nshape: red\ndetect: shop_requests_total{$match}\neach: [job]\nsignals:\n"
    "  rate: { expr: 'sum by ($each) (rate(shop_requests_total{$match}[$window]))', unit: "
    "per_second }\n"
    "  errors:\n    expr: '(sum by ($each) "
    "(rate(shop_requests_total{$match,code=\"500\"}[$window]))"
    " or 0 * rate) / rate'\n    unit: ratio\n";

static void on_changed(void *user)
{
    (void)user;
    changes++;
}

static void set_up(void)
{
    struct error err = ERROR_INIT;
    struct diags diags;
    diags_init(&diags);
    loop = loop_create(NULL, &err);
    table = label_table_create();
    store = store_create(&(struct store_options){0}, table);
    answerer = answerer_local_create(loop, store, table, "edge", NULL);
    answerer->interval_ms = INTERVAL_MS;
    panel = panel_parse("shop.yaml", str_from(pack), &diags);
    ck_assert_ptr_nonnull(panel);
    board = board_create(table, 3600000, on_changed, NULL);
    board_set_panels(board, &panel, 1);
    diags_release(&diags);
    changes = 0;
}

static void tear_down(void)
{
    board_destroy(board);
    panel_unref(panel);
    answerer_local_destroy(answerer);
    store_destroy(store);
    label_table_destroy(table);
    loop_destroy(loop);
}

struct pair {
    const char *name, *value;
};

static void add_pairs(struct batch *batch, const struct pair *pairs, size_t count, double v)
{
    struct labels_builder b;
    struct error err = ERROR_INIT;
    labels_builder_init(&b, table);
    for (size_t i = 0; i < count; i++) {
        labels_builder_set(&b, str_from(pairs[i].name), str_from(pairs[i].value));
    }
    batch_add_labels(batch, labels_builder_finish(&b, &err), v);
    labels_builder_release(&b);
}

static void add(struct batch *batch, const char *job, const char *code, double v)
{
    const struct pair pairs[] = {{"__name__", "shop_requests_total"}, {"job", job}, {"code", code}};
    add_pairs(batch, pairs, ARRAY_LEN(pairs), v);
}

/* `cart` takes 10 requests a second and fails none, `idle` none. */
static void poll_shop(int64_t t_ms)
{
    struct batch batch;
    struct error err = ERROR_INIT;
    batch_init(&batch);
    batch_reset(&batch, t_ms);
    double seconds = (double)(t_ms - START) / 1000;
    add(&batch, "cart", "200", seconds * 10);
    add(&batch, "idle", "200", 7);
    ck_assert(store_commit(store, 1, &batch, NULL, &err));
    batch_release(&batch);
}

static void settle(void)
{
    for (int turns = 0; turns < 200; turns++) {
        loop_step(loop, 0);
    }
    ck_assert(!board_busy(board));
}

static void poll_all(void)
{
    ck_assert_uint_eq(store_add_target(store), 1);
    for (int i = 0; i < POLLS; i++) {
        poll_shop(START + i * INTERVAL_MS);
    }
}

static const struct wall last = {START + (POLLS - 1) * INTERVAL_MS};

static struct wall after_last(int64_t ms)
{
    return (struct wall){last.ms + ms};
}

static void refresh(struct wall now)
{
    board_refresh(board, "edge", now); /* finds */
    settle();
    board_refresh(board, "edge", now); /* asks */
    settle();
}

START_TEST(test_found)
{
    poll_all();
    board_add_source(board, "edge", answerer, "");
    refresh(last);
    ck_assert_uint_eq(board_count(board), 2);
    const struct instance *cart = board_at(board, 0);
    ck_assert_str_eq(cart->name, "cart");
    ck_assert_double_eq_tol(instance_signal(cart, "rate")->now, 10, 1e-9);
    /* Healthy: no errors are 0 errors, not unknown ones. */
    ck_assert_int_eq(instance_signal(cart, "errors")->state, SIGNAL_VALUE);
    ck_assert_double_eq(instance_signal(cart, "errors")->now, 0);
    /* Idle: known to have no traffic, which is no error ratio. */
    const struct instance *idle = board_at(board, 1);
    ck_assert_double_eq(instance_signal(idle, "rate")->now, 0);
    ck_assert_int_eq(instance_signal(idle, "errors")->state, SIGNAL_NO_TRAFFIC);
    ck_assert_ptr_eq(board_find(board, idle->id), idle);
    ck_assert_ptr_null(board_problem(board));
    ck_assert_int_gt(changes, 0);
}
END_TEST

/* Asked when it had nothing yet, as a server is that has just started: found seconds later. */
START_TEST(test_found_later)
{
    board_add_source(board, "edge", answerer, "");
    refresh(last);
    ck_assert_uint_eq(board_count(board), 0);
    poll_all();
    refresh(after_last(BOARD_DETECT_EMPTY_MS - 1));
    ck_assert_uint_eq(board_count(board), 0);
    refresh(after_last(BOARD_DETECT_EMPTY_MS));
    ck_assert_uint_eq(board_count(board), 2);
}
END_TEST

START_TEST(test_narrowed_to_a_job)
{
    poll_all();
    board_add_source(board, "edge", answerer, "job=\"idle\"");
    refresh(last);
    ck_assert_uint_eq(board_count(board), 1);
    ck_assert_str_eq(board_at(board, 0)->name, "idle");
}
END_TEST

START_TEST(test_services)
{
    poll_all();
    const struct service_match by_job = {"job", "cart"}, by_code = {"code", "200"},
                               nobody = {"job", "nobody"};
    const struct service services[] = {
        {.name = "Shopping cart", .match = &by_job, .match_count = 1},
        {.name = "All that went well", .match = &by_code, .match_count = 1},
        {.name = "Missing", .match = &nobody, .match_count = 1},
    };
    board_set_services(board, services, ARRAY_LEN(services));
    board_add_source(board, "edge", answerer, "");
    refresh(last);
    ck_assert_uint_eq(board_count(board), 4);
    ck_assert_str_eq(board_at(board, 0)->name, "All that went well");
    ck_assert_double_eq_tol(instance_signal(board_at(board, 0), "rate")->now, 10, 1e-9);
    ck_assert_str_eq(board_at(board, 1)->name, "Missing");
    ck_assert_int_eq(board_at(board, 1)->state, INSTANCE_STALE);
    ck_assert_int_eq(board_at(board, 1)->last_seen.ms, 0);
    ck_assert_str_eq(board_at(board, 2)->name, "Shopping cart");
    ck_assert_str_eq(board_at(board, 3)->name, "idle");
}
END_TEST

/* The target goes away: its series end, the chart has a gap, the instance an age and no values. */
START_TEST(test_gone)
{
    poll_all();
    board_add_source(board, "edge", answerer, "");
    refresh(last);
    uint64_t before = board_version(board);
    store_remove_target(store, 1, last.ms + INTERVAL_MS);
    for (int i = 1; i <= 4; i++) {
        refresh(after_last(i * INTERVAL_MS));
    }
    ck_assert_uint_gt(board_version(board), before);
    ck_assert_uint_eq(board_count(board), 2);
    const struct instance *cart = board_at(board, 0);
    ck_assert_int_eq(cart->state, INSTANCE_STALE);
    ck_assert_int_eq(cart->last_seen.ms, last.ms);
    const struct signal_row *rate = instance_signal(cart, "rate");
    ck_assert(rate == NULL || rate->state == SIGNAL_NO_DATA);
}
END_TEST

/* One machine seen by two sources is two rows that can be told apart. */
START_TEST(test_namesakes)
{
    poll_all();
    board_add_source(board, "edge", answerer, "job=\"cart\"");
    board_add_source(board, "prom", answerer, "job=\"cart\"");
    refresh(last);
    board_refresh(board, "prom", last);
    settle();
    board_refresh(board, "prom", last);
    settle();
    ck_assert_uint_eq(board_count(board), 2);
    ck_assert_str_eq(board_at(board, 0)->name, "cart (edge)");
    ck_assert_str_eq(board_at(board, 1)->name, "cart (prom)");
    board_remove_source(board, "prom");
    ck_assert_str_eq(board_at(board, 0)->name, "cart");
}
END_TEST

START_TEST(test_source_removed_while_asked)
{
    poll_all();
    board_add_source(board, "edge", answerer, "");
    board_refresh(board, "edge", last);
    board_remove_source(board, "edge");
    settle();
    ck_assert_uint_eq(board_count(board), 0);
    board_add_source(board, "edge", answerer, "");
    refresh(last);
    board_refresh(board, "edge", after_last(INTERVAL_MS));
    board_remove_source(board, "edge");
    settle();
    ck_assert_uint_eq(board_count(board), 0);
}
END_TEST

/* The keys + and - must not blank the screen: what is there stays until the new range has answers,
 * also where questions over the old one were open. */
START_TEST(test_range_keeps_what_is_shown)
{
    poll_all();
    board_add_source(board, "edge", answerer, "");
    refresh(last);
    uint64_t cart = board_at(board, 0)->id;
    board_refresh(board, "edge", after_last(INTERVAL_MS));
    board_set_range(board, 24 * INT64_C(3600000));
    ck_assert(!board_busy(board));
    ck_assert_uint_eq(board_count(board), 2);
    ck_assert_double_eq_tol(instance_signal(board_find(board, cart), "rate")->now, 10, 1e-9);
    ck_assert_int_eq(board_find(board, cart)->grid.step_ms, INTERVAL_MS);
    refresh(after_last(INTERVAL_MS));
    ck_assert_uint_eq(board_count(board), 2);
    ck_assert_int_eq(board_find(board, cart)->grid.step_ms, 600000);
    ck_assert_int_eq(instance_signal(board_find(board, cart), "rate")->state, SIGNAL_VALUE);
}
END_TEST

/* What is away is still known to have been there, though the new range does not reach back to it.
 */
START_TEST(test_range_keeps_what_is_away)
{
    poll_all();
    board_add_source(board, "edge", answerer, "");
    refresh(last);
    store_remove_target(store, 1, last.ms + INTERVAL_MS);
    struct wall later = after_last(2 * 3600000);
    refresh(later);
    ck_assert_uint_eq(board_count(board), 2);
    board_set_range(board, 600000);
    refresh(later);
    ck_assert_uint_eq(board_count(board), 2);
    const struct instance *cart = board_at(board, 0);
    ck_assert_str_eq(cart->name, "cart");
    ck_assert_int_eq(cart->state, INSTANCE_STALE);
    ck_assert_int_eq(cart->last_seen.ms, last.ms);
}
END_TEST

static const struct bucket {
    const char *le;
    double per_second;
} slow_buckets[] = {{"0.1", 1}, {"2.5", 2}, {"+Inf", 20}},
  fast_buckets[] = {{"0.1", 19}, {"2.5", 20}, {"+Inf", 20}};

static void add_buckets(struct batch *batch, const char *job, const struct bucket *buckets,
                        double seconds)
{
    for (size_t i = 0; i < ARRAY_LEN(slow_buckets); i++) {
        const struct pair pairs[] = {
            {"__name__", "page_bucket"}, {"job", job}, {"le", buckets[i].le}};
        add_pairs(batch, pairs, ARRAY_LEN(pairs), buckets[i].per_second * seconds);
    }
}

static const char quantile_pack[] =
    "panel: page\nshape: red\ndetect: page_bucket{$match}\neach: [job]\nsignals:\n"
    "  p95: { expr: 'histogram_quantile(0.95, sum by ($each, le) "
    "(rate(page_bucket{$match}[$window])))', unit: seconds }\n"
    "  same: { expr: '(p95)', unit: seconds }\n"
    "  scaled: { expr: '1 * p95', unit: seconds }\n";

/* A quantile in the +Inf bucket is "more than the highest bound", by whatever name. */
START_TEST(test_above_highest_bucket)
{
    struct diags diags;
    diags_init(&diags);
    struct panel *pages = panel_parse("page.yaml", str_from(quantile_pack), &diags);
    ck_assert_ptr_nonnull(pages);
    board_set_panels(board, &pages, 1);
    ck_assert_uint_eq(store_add_target(store), 1);
    struct batch batch;
    batch_init(&batch);
    for (int i = 0; i < POLLS; i++) {
        struct error err = ERROR_INIT;
        batch_reset(&batch, START + i * INTERVAL_MS);
        add_buckets(&batch, "fast", fast_buckets, i * 15.0);
        add_buckets(&batch, "slow", slow_buckets, i * 15.0);
        ck_assert(store_commit(store, 1, &batch, NULL, &err));
    }
    batch_release(&batch);
    board_add_source(board, "edge", answerer, "");
    refresh(last);
    ck_assert_uint_eq(board_count(board), 2);
    const struct instance *fast = board_at(board, 0), *slow = board_at(board, 1);
    ck_assert(!instance_signal(fast, "p95")->above_highest_bucket);
    ck_assert(instance_signal(slow, "p95")->above_highest_bucket);
    ck_assert_double_eq(instance_signal(slow, "p95")->now, 2.5);
    ck_assert(instance_signal(slow, "same")->above_highest_bucket);
    ck_assert(!instance_signal(slow, "scaled")->above_highest_bucket);
    panel_unref(pages);
    diags_release(&diags);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("board");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, test_found);
    tcase_add_test(tc, test_found_later);
    tcase_add_test(tc, test_narrowed_to_a_job);
    tcase_add_test(tc, test_services);
    tcase_add_test(tc, test_gone);
    tcase_add_test(tc, test_namesakes);
    tcase_add_test(tc, test_source_removed_while_asked);
    tcase_add_test(tc, test_range_keeps_what_is_shown);
    tcase_add_test(tc, test_range_keeps_what_is_away);
    tcase_add_test(tc, test_above_highest_bucket);
    return suite_run("panel/board", tc);
}
