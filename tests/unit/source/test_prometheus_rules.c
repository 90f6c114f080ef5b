/* The alerts of a server's own rules: when they are asked for, what comes of it, and that the
 * source's health never depends on it. */
#include <stdlib.h>

#include "base/mem.h"
#include "source/foreign.h"
#include "source/prometheus/rules.h"
#include "source/source.h"
#include "support/peer.h"
#include "support/suite.h"

extern const struct source_ops source_prometheus_ops;

#define ONE                                                                                   \
    "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{}," \
    "\"value\":[1700000000,\"1\"]}]}}"
#define RULES                                                                                  \
    "{\"status\":\"success\",\"data\":{\"groups\":[{\"name\":\"g\",\"file\":\"f\",\"rules\":[" \
    "{\"name\":\"A\",\"query\":\"up == 0\",\"duration\":60,\"alerts\":[{\"labels\":{"          \
    "\"alertname\":\"A\"},\"annotations\":{},\"state\":\"pending\",\"activeAt\":"              \
    "\"2026-11-21T20:38:41Z\",\"value\":\"0\"}]}]}]}}"
#define NO_RULES    "{\"status\":\"success\",\"data\":{\"groups\":[]}}"
#define INTERVAL_MS 50

static struct loop *loop;
static struct http_client *http;
static struct label_table *labels;
static struct peer *peer;
static struct source_env env;
static struct source_config config;
static struct source *source;
static const struct foreign_ops *foreign;
static int rules_status;
static const char *rules_body;
static bool stall;
static unsigned asked;
static unsigned changes;

static void answer(void *user, const struct peer_request *request, struct peer_reply *reply)
{
    (void)user;
    if (!str_contains(request->target, STR("/rules"))) {
        peer_reply_http(peer, reply, 200, NULL, ONE);
        return;
    }
    asked++;
    ck_assert(str_equal_c(request->method, "GET"));
    ck_assert(str_equal_c(request->target, "/api/v1/rules?type=alert"));
    if (stall) {
        reply->then = PEER_STALL;
    } else {
        peer_reply_http(peer, reply, rules_status, NULL, rules_body);
    }
}

static void on_changed(void *user)
{
    (void)user;
    changes++;
}

static void setup(void)
{
    struct error err = ERROR_INIT;
    loop = loop_create(NULL, &err);
    http = http_client_create(loop);
    labels = label_table_create();
    peer = peer_create(loop);
    peer_handle(peer, answer, NULL);
    env = (struct source_env){.loop = loop, .http = http, .labels = labels};
    config = (struct source_config){
        .name = mem_strdup("prom"), .ops = &source_prometheus_ops, .interval_ms = INTERVAL_MS};
    config.options = config.ops->target_options(str_from(peer_url(peer, "")), &err);
    source = config.ops->create(&env, &config, &err);
    ck_assert_msg(source != NULL, "%s", error_text(&err));
    foreign = config.ops->foreign;
    rules_status = 200;
    rules_body = RULES;
    stall = false;
    asked = changes = 0;
}

static void teardown(void)
{
    source->ops->destroy(source);
    config.ops->free_options(config.options);
    free(config.name);
    peer_destroy(peer);
    http_client_destroy(http);
    label_table_destroy(labels);
    loop_destroy(loop);
}

struct outcome {
    bool done;
    bool ok;
};

static void on_polled(void *user, const struct poll_result *result, const struct error *err)
{
    struct outcome *o = user;
    ck_assert_msg(result != NULL, "%s", err != NULL ? error_text(err) : "");
    ck_assert_ptr_null(result->partial);
    *o = (struct outcome){.done = true, .ok = true};
}

/* A poll, and `wanted` more changes. */
static void poll_and_wait(unsigned wanted)
{
    struct outcome o = {0};
    unsigned until = changes + wanted;
    source->ops->poll(source, (struct wall){INT64_C(1700000000000)}, 60000, on_polled, &o);
    ck_assert(peer_wait(loop, &o.done));
    for (int i = 0; i < 3000 && changes < until; i++) {
        loop_step(loop, 10);
    }
    for (int i = 0; i < 5; i++) {
        loop_step(loop, 2);
    }
    ck_assert_uint_eq(changes, until);
}

static void pass(int64_t ms)
{
    int64_t until = loop_mono(loop).ns + ms * 1000000;
    while (loop_mono(loop).ns < until) {
        loop_step(loop, 10);
    }
}

START_TEST(nobody_follows_nobody_asks)
{
    poll_and_wait(0);
    ck_assert_uint_eq(asked, 0);
    ck_assert_ptr_null(foreign->list(source));
}
END_TEST

START_TEST(alerts_come_in)
{
    foreign->follow(source, on_changed, NULL);
    poll_and_wait(1);
    const struct foreign_list *list = foreign->list(source);
    ck_assert_uint_eq(list->alerts.len, 1);
    ck_assert_int_eq(list->alerts.items[0].state, FOREIGN_PENDING);
    ck_assert(str_equal_c(list->alerts.items[0].expr, "up == 0"));
    ck_assert(str_equal_c(list->alerts.items[0].group, "g"));
    ck_assert_ptr_null(foreign->problem(source));
    ck_assert(foreign->silence_put == NULL && foreign->silence_expire == NULL);
    pass(INTERVAL_MS);
    poll_and_wait(1);
    ck_assert_uint_eq(asked, 2);
    foreign->follow(source, NULL, NULL);
    pass(INTERVAL_MS);
    poll_and_wait(0);
    ck_assert_uint_eq(asked, 2);
}
END_TEST

static const struct {
    int status;
    const char *body;
} without[] = {
    {404, "404 page not found\n"},
    {405, ""},
    {501, "{\"status\":\"error\"}"},
    {200, NO_RULES},
    {200, "{\"status\":\"success\",\"data\":null}"},
};

START_TEST(servers_without_rules_are_asked_rarely)
{
    rules_status = without[_i].status;
    rules_body = without[_i].body;
    foreign->follow(source, on_changed, NULL);
    poll_and_wait(1);
    ck_assert_ptr_null(foreign->problem(source));
    ck_assert_uint_eq(foreign->list(source)->alerts.len, 0);
    pass(INTERVAL_MS);
    poll_and_wait(0);
    ck_assert_uint_eq(asked, 1);
}
END_TEST

static const struct {
    int status;
    const char *body;
} faults[] = {
    {500, "oh dear"},
    {403, ""},
    {200, "<html>"},
    {200, "{\"status\":\"success\",\"data\":{\"groups\":[7]}}"},
    {200, "{\"status\":\"success\",\"data\":{\"groups\":[{\"rules\":[{\"alerts\":[{\"labels\":{}}"},
};

START_TEST(failures_keep_the_list_and_are_said)
{
    foreign->follow(source, on_changed, NULL);
    poll_and_wait(1);
    rules_status = faults[_i].status;
    rules_body = faults[_i].body;
    pass(INTERVAL_MS);
    poll_and_wait(1);
    ck_assert_uint_eq(foreign->list(source)->alerts.len, 1);
    ck_assert_ptr_nonnull(foreign->problem(source));
    ck_assert_msg(str_starts_with(str_from(foreign->problem(source)),
                                  STR("the server's own alerts: ")),
                  "%s", foreign->problem(source));
    ck_assert_uint_eq(asked, 2);
}
END_TEST

START_TEST(no_answer_holds_nothing_up)
{
    stall = true;
    foreign->follow(source, on_changed, NULL);
    poll_and_wait(0);
    poll_and_wait(0);
    ck_assert_uint_eq(asked, 1);
}
END_TEST

START_TEST(waits)
{
    ck_assert_int_eq(rules_wait_ms(15000, 3, 1000), 15000);
    ck_assert_int_eq(rules_wait_ms(15000, 0, 100), RULES_RARELY_MS);
    ck_assert_int_eq(rules_wait_ms(2 * RULES_RARELY_MS, 0, 100), 2 * RULES_RARELY_MS);
    int64_t large_ms = rules_wait_ms(15000, 3, (size_t)2 << 20);
    ck_assert(large_ms > 60000 && large_ms < 70000);
    ck_assert_int_eq(rules_backoff_ms(15000, 1), 30000);
    ck_assert_int_eq(rules_backoff_ms(15000, 3), 120000);
    ck_assert_int_eq(rules_backoff_ms(15000, 4000000000u), RULES_RARELY_MS);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("rules");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, nobody_follows_nobody_asks);
    tcase_add_test(tc, alerts_come_in);
    tcase_add_loop_test(tc, servers_without_rules_are_asked_rarely, 0, (int)ARRAY_LEN(without));
    tcase_add_loop_test(tc, failures_keep_the_list_and_are_said, 0, (int)ARRAY_LEN(faults));
    tcase_add_test(tc, no_answer_holds_nothing_up);
    tcase_add_test(tc, waits);
    return suite_run("source/prometheus_rules", tc);
}
