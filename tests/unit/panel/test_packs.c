/*
 * Each shipped pack over a page of what it is for: two scrapes a minute apart, through the real
 * store, engine and board. Pages of the host and the Prometheus server were recorded from Debian's
 * node_exporter 1.5 and Prometheus 2.42 (the families the packs ask for); the others are made up,
 * so that their numbers are known.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "loop/loop.h"
#include "panel/board.h"
#include "panel/packs.h"
#include "query/query.h"
#include "support/suite.h"
#include "unit/panel/page.h"

#define FIRST_MS  INT64_C(1700000010000)
#define SECOND_MS INT64_C(1700000070000)

static struct loop *loop;
static struct label_table *table;
static struct store *store;
static struct answerer *answerer;
static struct board *board;

static void on_changed(void *user)
{
    (void)user;
}

static void set_up(void)
{
    struct error err = ERROR_INIT;
    loop = loop_create(NULL, &err);
    table = label_table_create();
    store = store_create(&(struct store_options){0}, table);
    answerer = answerer_local_create(loop, store, table, "test", NULL);
    answerer->interval_ms = 20000; /* windows of 80 s hold both scrapes */
    board = board_create(table, 3600000, on_changed, NULL);
}

static void tear_down(void)
{
    board_destroy(board);
    answerer_local_destroy(answerer);
    store_destroy(store);
    label_table_destroy(table);
    loop_destroy(loop);
}

static const struct instance *show(const char *pack)
{
    struct diags diags;
    struct packs packs;
    diags_init(&diags);
    packs_load(&packs, NULL, 0, &diags);
    board_set_panels(board, packs.list.items, packs.list.len);
    board_add_source(board, "test", answerer, "job=\"shop\"");
    for (int i = 0; i < 2; i++) {
        board_refresh(board, "test", (struct wall){SECOND_MS});
        for (int turns = 0; turns < 300; turns++) {
            loop_step(loop, 0);
        }
    }
    packs_release(&packs);
    diags_release(&diags);
    ck_assert_msg(board_problem(board) == NULL, "%s", board_problem(board));
    ck_assert_uint_eq(board_count(board), 1);
    const struct instance *it = board_at(board, 0);
    ck_assert_str_eq(it->panel->name, pack);
    ck_assert_int_eq(it->state, INSTANCE_LIVE);
    return it;
}

static const struct pack_case {
    const char *pack;
    const char *signal;
    double low, high;
} cases[] = {
    /* 600 requests a minute, 6 of them failed; ranks by hand from the buckets of pages/. */
    {"http-server", "rate", 10, 10},
    {"http-server", "errors", 0.01, 0.01},
    {"http-server", "p50", 0.0526, 0.0527},
    {"http-server", "p95", 0.1, 0.1},
    {"http-server", "p99", 0.25, 0.25},
    {"otel-http-server", "rate", 10, 10},
    {"otel-http-server", "errors", 0.01, 0.01},
    {"otel-http-server", "p95", 0.1, 0.1},
    /* Nothing failed yet: known to be no errors. */
    {"http-requests", "rate", 10, 10},
    {"http-requests", "errors", 0, 0},
    /* 30 of 600 calls were the server's fault, 30 NotFound the caller's. */
    {"grpc-server", "rate", 10, 10},
    {"grpc-server", "errors", 0.05, 0.05},
    {"grpc-server", "p95", 0.1, 0.1},
    {"prometheus-server", "rate", 0.01, 100},
    {"prometheus-server", "errors", 0, 0.5},
    {"prometheus-server", "p50", 0.0001, 10},
    {"prometheus-server", "p95", 0.0001, 10},
    {"prometheus-server", "p99", 0.0001, 10},
    {"host", "cpu_utilization", 0.0001, 1},
    {"host", "cpu_load", 0.0001, 1000},
    {"host", "cpu_iowait", 0, 1},
    {"host", "cpu_steal", 0, 1},
    {"host", "memory_utilization", 0.0001, 1},
    {"host", "memory_pressure", 0, 1},
    {"host", "oom_kills", 0, 1000},
    {"host", "swap_pages", 0, 1e6},
    {"host", "disk_utilization", 0, 1.01},
    {"host", "disk_queue", 0, 1000},
    {"host", "filesystem_utilization", 0.0001, 1},
    {"host", "filesystem_inodes", 0.0001, 1},
    {"host", "filesystem_errors", 0, 0},
    {"host", "network_receive", 0, 1e10},
    {"host", "network_transmit", 0, 1e10},
    {"host", "network_drops", 0, 1e6},
    {"host", "network_errors", 0, 1e6},
    {"host", "tcp_connections", 1, 1e6},
    {"host", "tcp_retransmits", 0, 1},
    {"host", "tcp_overflows", 0, 1e6},
    {"host", "file_descriptors", 1e-12, 1},
    {"host", "io_pressure", 0, 1},
};

START_TEST(test_pack)
{
    const struct pack_case *c = &cases[_i];
    page_load(store, table, c->pack);
    const struct signal_row *row = instance_signal(show(c->pack), c->signal);
    ck_assert_msg(row != NULL, "%s has no %s", c->pack, c->signal);
    ck_assert_int_eq(row->state, SIGNAL_VALUE);
    ck_assert_msg(row->now >= c->low - 1e-9 && row->now <= c->high + 1e-9, "%s of %s is %g",
                  c->signal, c->pack, row->now);
}
END_TEST

/* A machine without swap has no use of it, not one of zero. */
START_TEST(test_no_swap)
{
    page_load(store, table, "host");
    ck_assert_ptr_null(instance_signal(show("host"), "swap_utilization"));
}
END_TEST

/* Every signal of every shipped pack is in the table above, or is known to have nothing to show on
 * these pages. */
START_TEST(test_every_signal_is_tested)
{
    struct diags diags;
    struct packs packs;
    diags_init(&diags);
    packs_load(&packs, NULL, 0, &diags);
    for (size_t p = 0; p < packs.list.len; p++) {
        const struct panel *panel = packs.list.items[p];
        for (size_t s = 0; s < panel->signals.len; s++) {
            const char *name = panel->signals.items[s].name;
            bool tested = strcmp(name, "swap_utilization") == 0 ||
                          /* the same expressions as p95 with another number */
                          (strcmp(name, "p95") != 0 && name[0] == 'p' && strlen(name) == 3);
            for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
                tested = tested || (strcmp(cases[i].pack, panel->name) == 0 &&
                                    strcmp(cases[i].signal, name) == 0);
            }
            ck_assert_msg(tested, "no test of %s of %s", name, panel->name);
        }
    }
    packs_release(&packs);
    diags_release(&diags);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("packs");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_loop_test(tc, test_pack, 0, ARRAY_LEN(cases));
    tcase_add_test(tc, test_no_swap);
    tcase_add_test(tc, test_every_signal_is_tested);
    return suite_run("panel/packs", tc);
}
