/* Polls of the source `prometheus` while questions are under way: whose answer ends a poll, and
 * when the server is asked for nothing but its health. */
#include <stdlib.h>

#include "source/prometheus/probe.h"
#include "support/peer.h"
#include "support/suite.h"

#define T0      INT64_C(1700000000000)
#define DATE    "Date: Tue, 14 Nov 2023 22:13:21 GMT\r\n"
#define DATE_MS INT64_C(1700000001000)
#define ONE                                                                                   \
    "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{}," \
    "\"value\":[1700000000,\"1\"]}]}}"
#define MANY  "{\"status\":\"error\",\"errorType\":\"execution\",\"error\":\"many\"}"
#define NAMES "{\"status\":\"success\",\"data\":[\"a\"]}"
#define BODY  "query=vector%281%29"

extern const struct source_ops source_prometheus_ops;

static struct loop *loop;
static struct http_client *http;
static struct label_table *labels;
static struct peer *peer;
static struct source_env env;
static struct source_config config;
static struct source *source;
static bool hold_questions; /* by the peer */
static bool hold_probes;
static unsigned probes;

/* A deadline that no stall of a busy machine reaches. */
#define LONG_MS 60000

static bool is_probe(const struct peer_request *request)
{
    return str_starts_with(request->body, STR(BODY));
}

/* Good answers, but those that are held never come; questions after `bad` fail. */
static void answer(void *user, const struct peer_request *request, struct peer_reply *reply)
{
    (void)user;
    probes += is_probe(request);
    if (is_probe(request) ? hold_probes : hold_questions) {
        reply->then = PEER_STALL;
    } else if (str_contains(request->body, STR("bad"))) {
        peer_reply_http(peer, reply, 422, DATE, MANY);
    } else if (str_contains(request->target, STR("/label/"))) {
        peer_reply_http(peer, reply, 200, DATE, NAMES);
    } else {
        peer_reply_http(peer, reply, 200, DATE, ONE);
    }
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
        .name = mem_strdup("prom"), .ops = &source_prometheus_ops, .interval_ms = 15000};
    config.options = config.ops->target_options(str_from(peer_url(peer, "")), &err);
    source = config.ops->create(&env, &config, &err);
    ck_assert_msg(source != NULL, "%s", error_text(&err));
    hold_questions = hold_probes = false;
    probes = 0;
}

static void close_source(void)
{
    if (source != NULL) {
        source->ops->destroy(source);
        source = NULL;
    }
}

static void teardown(void)
{
    close_source();
    config.ops->free_options(config.options);
    free(config.name);
    peer_destroy(peer);
    http_client_destroy(http);
    label_table_destroy(labels);
    loop_destroy(loop);
}

struct outcome {
    bool done;
    unsigned calls;
    enum error_kind kind;
    struct poll_result result;
    bool closes; /* the source */
};

static void took(struct outcome *o, const struct error *err)
{
    o->done = true;
    o->calls++;
    o->kind = err != NULL ? err->kind : ERROR_NONE;
    if (o->closes) {
        close_source();
    }
}

static void on_value(void *user, struct value *value, const struct error *err)
{
    (void)value;
    took(user, err);
}

static void on_names(void *user, const struct str *names, size_t count, const struct error *err)
{
    (void)names;
    (void)count;
    took(user, err);
}

static void on_polled(void *user, const struct poll_result *result, const struct error *err)
{
    struct outcome *o = user;
    if (result != NULL) {
        o->result = *result;
    }
    took(o, err);
}

static struct query *ask(const char *text, struct outcome *o)
{
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(str_from(text), NULL, &err);
    const struct query_request request = {.expr = e,
                                          .grid = grid_instant(T0),
                                          .instant = true,
                                          .timeout_ms = 60000,
                                          .done = on_value,
                                          .user = o};
    struct query *q = query_ask(source->ops->answerer(source), &request);
    expr_unref(e);
    return q;
}

static void poll(int64_t deadline_ms, struct outcome *o)
{
    source->ops->poll(source, (struct wall){T0}, deadline_ms, on_polled, o);
    ck_assert_uint_eq(o->calls, 0);
}

static void some_turns(void)
{
    for (int i = 0; i < 10; i++) {
        loop_step(loop, 1);
    }
}

static void finish(struct outcome *o)
{
    ck_assert(peer_wait(loop, &o->done));
    some_turns();
    ck_assert_uint_eq(o->calls, 1);
}

/* Nothing was asked but what had to be; where the machine was so slow that patience ended, one
 * probe is right. */
static void check_spared(struct mono began)
{
    bool late = mono_ms_since(loop_mono(loop), began) >= PROBE_PATIENCE_MS;
    ck_assert_uint_le(probes, late ? 1 : 0);
    ck_assert_uint_eq(peer_requests(peer), 1 + probes);
}

START_TEST(a_question_is_the_poll)
{
    struct outcome q = {0}, p = {0};
    struct mono began = loop_mono(loop);
    ask("up", &q);
    poll(LONG_MS, &p);
    finish(&p);
    ck_assert_int_eq(p.kind, ERROR_NONE);
    ck_assert_int_eq(p.result.server_time.ms, DATE_MS);
    ck_assert_uint_eq(p.result.bytes, strlen(ONE));
    ck_assert_uint_eq(q.calls, 1);
    check_spared(began);
    /* The next one has none. */
    unsigned before = probes;
    p = (struct outcome){0};
    poll(LONG_MS, &p);
    finish(&p);
    ck_assert_uint_eq(probes, before + 1);
}
END_TEST

static struct outcome late;

static void ask_late(void *user)
{
    (void)user;
    ask("up", &late);
}

/* As what joins questions does. */
START_TEST(a_question_of_the_next_turn_is_the_poll)
{
    struct outcome p = {0};
    struct mono began = loop_mono(loop);
    late = (struct outcome){0};
    loop_defer(loop, ask_late, NULL);
    poll(LONG_MS, &p);
    finish(&p);
    ck_assert_int_eq(p.kind, ERROR_NONE);
    check_spared(began);
}
END_TEST

START_TEST(names_are_the_poll)
{
    struct outcome q = {0}, p = {0};
    const struct query_names_request request = {
        .label = STR("job"), .to_ms = T0, .done = on_names, .user = &q};
    struct mono began = loop_mono(loop);
    query_names(source->ops->answerer(source), &request);
    poll(LONG_MS, &p);
    finish(&p);
    ck_assert_int_eq(p.kind, ERROR_NONE);
    check_spared(began);
}
END_TEST

/* That an expression fails says nothing about the server. */
START_TEST(a_failed_question_is_followed_by_a_probe)
{
    struct outcome q = {0}, p = {0};
    ask("bad", &q);
    poll(LONG_MS, &p);
    finish(&p);
    ck_assert_int_eq(q.kind, ERROR_EVALUATION);
    ck_assert_int_eq(p.kind, ERROR_NONE);
    ck_assert_uint_eq(probes, 1);
}
END_TEST

START_TEST(of_several_the_first_good_one_counts)
{
    struct outcome bad[3] = {0}, good = {0}, p = {0};
    for (int i = 0; i < 3; i++) {
        ask("bad", &bad[i]);
    }
    ask("up", &good);
    poll(LONG_MS, &p);
    finish(&p);
    ck_assert_int_eq(p.kind, ERROR_NONE);
    ck_assert_uint_le(probes, 1);
}
END_TEST

START_TEST(nobody_listens)
{
    struct outcome q = {0}, p = {0};
    peer_refuse(peer);
    ask("up", &q);
    poll(LONG_MS, &p);
    finish(&p);
    ck_assert_int_eq(q.kind, ERROR_REFUSED);
    ck_assert_int_eq(p.kind, ERROR_REFUSED);
}
END_TEST

/* An expression that takes long is no server that is down. */
START_TEST(patience_ends)
{
    struct outcome q = {0}, p = {0};
    hold_questions = true;
    ask("up", &q);
    poll(LONG_MS, &p);
    finish(&p);
    ck_assert_int_eq(p.kind, ERROR_NONE);
    ck_assert_uint_eq(probes, 1);
    ck_assert_uint_eq(q.calls, 0);
    close_source();
}
END_TEST

START_TEST(a_silent_server_is_known_by_the_deadline)
{
    struct outcome q = {0}, p = {0};
    hold_questions = hold_probes = true;
    struct mono began = loop_mono(loop);
    ask("up", &q);
    poll(200, &p);
    finish(&p);
    ck_assert_int_eq(p.kind, ERROR_TIMEOUT);
    ck_assert_int_ge(mono_ms_since(loop_mono(loop), began), 150);
    close_source();
}
END_TEST

/* A question put while the probe is out ends the poll too, and the probe with it. */
START_TEST(whichever_answers_first)
{
    struct outcome q = {0}, p = {0};
    hold_probes = true;
    poll(LONG_MS, &p);
    for (int i = 0; probes == 0 && i < 1000; i++) {
        loop_step(loop, 10);
    }
    ask("up", &q);
    finish(&p);
    ck_assert_int_eq(p.kind, ERROR_NONE);
    ck_assert_uint_eq(q.calls, 1);
}
END_TEST

/* While it looks, waits, asks; and after the question was answered. */
START_TEST(cancelled_at_any_time)
{
    for (int turns = 0; turns < 30; turns++) {
        struct outcome q = {0}, p = {0};
        ask(turns % 3 == 0 ? "bad" : "up", &q);
        poll(100, &p);
        for (int i = 0; i < turns && !p.done; i++) {
            loop_step(loop, 1);
        }
        unsigned before = p.calls;
        source->ops->cancel(source);
        finish(&q);
        ck_assert_uint_eq(p.calls, before);
    }
}
END_TEST

START_TEST(callbacks_close_the_source)
{
    struct outcome q = {.closes = _i == 0}, p = {.closes = _i == 1};
    ask("up", &q);
    poll(LONG_MS, &p);
    for (int i = 0; source != NULL && i < 1000; i++) {
        loop_step(loop, 10);
    }
    some_turns();
    ck_assert_uint_eq(q.calls, 1);
    ck_assert_uint_eq(p.calls, _i);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("probe");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, a_question_is_the_poll);
    tcase_add_test(cases, a_question_of_the_next_turn_is_the_poll);
    tcase_add_test(cases, names_are_the_poll);
    tcase_add_test(cases, a_failed_question_is_followed_by_a_probe);
    tcase_add_test(cases, of_several_the_first_good_one_counts);
    tcase_add_test(cases, nobody_listens);
    tcase_add_test(cases, patience_ends);
    tcase_add_test(cases, a_silent_server_is_known_by_the_deadline);
    tcase_add_test(cases, whichever_answers_first);
    tcase_add_test(cases, cancelled_at_any_time);
    tcase_add_loop_test(cases, callbacks_close_the_source, 0, 2);
    return suite_run("source/prometheus_probe", cases);
}
