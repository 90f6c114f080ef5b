/* The source `prometheus` against a scripted peer: what it sends, and what it makes of answers that
 * are good, refusing, broken, slow or never come. */
#include <stdlib.h>

#include "source/prometheus/api.h"
#include "source/source.h"
#include "support/peer.h"
#include "support/suite.h"

#define T0 INT64_C(1700000000000)

#define VECTOR                                                                                \
    "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{}," \
    "\"value\":[1700000000,\"42\"]}]}}"
#define MATRIX                                                                                    \
    "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":{\"a\":" \
    "\"b\"},\"values\":[[1700000000,\"1\"],[1700000015,\"2\"]]}]}}"

extern const struct source_ops source_prometheus_ops;

static struct loop *loop;
static struct http_client *http;
static struct label_table *labels;
static struct peer *peer;
static struct source_env env;
static struct source_config config;
static struct source *source;

static void make_source(const char *path)
{
    struct error err = ERROR_INIT;
    config = (struct source_config){
        .name = mem_strdup("prom"), .ops = &source_prometheus_ops, .interval_ms = 15000};
    config.options = config.ops->target_options(str_from(peer_url(peer, path)), &err);
    ck_assert_msg(config.options != NULL, "%s", error_text(&err));
    source = config.ops->create(&env, &config, &err);
    ck_assert_msg(source != NULL, "%s", error_text(&err));
}

static void setup(void)
{
    struct error err = ERROR_INIT;
    loop = loop_create(NULL, &err);
    http = http_client_create(loop);
    labels = label_table_create();
    peer = peer_create(loop);
    env = (struct source_env){.loop = loop, .http = http, .labels = labels};
    make_source("/prefix/");
}

/* For tests whose questions are still open at their end. */
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
    unsigned *order; /* counts calls among several, or NULL */
    unsigned place;
    enum error_kind kind;
    int http;
    int64_t retry_after_ms;
    char text[300];
    double first;
    struct wall server_time;
    bool destroys;
};

static void took(struct outcome *o, const struct error *err)
{
    o->done = true;
    o->calls++;
    o->place = o->order != NULL ? ++*o->order : 0;
    o->kind = err != NULL ? err->kind : ERROR_NONE;
    o->http = err != NULL ? err->http : 0;
    o->retry_after_ms = err != NULL ? err->retry_after_ms : 0;
    snprintf(o->text, sizeof(o->text), "%s", err != NULL ? error_text(err) : "");
    if (o->destroys) {
        close_source();
    }
}

static void on_value(void *user, struct value *value, const struct error *err)
{
    struct outcome *o = user;
    ck_assert((value == NULL) != (err == NULL));
    if (value != NULL && value->series.len > 0) {
        o->first = value->series.items[0].points[0];
    }
    took(o, err);
}

/* Names in `text`, each with a blank behind. */
static void on_names(void *user, const struct str *names, size_t count, const struct error *err)
{
    struct outcome *o = user;
    struct strbuf text = STRBUF_INIT;
    for (size_t i = 0; i < count; i++) {
        strbuf_printf(&text, "%.*s ", STR_ARG(names[i]));
    }
    took(o, err);
    if (err == NULL) {
        snprintf(o->text, sizeof(o->text), "%s", strbuf_cstr(&text));
    }
    strbuf_release(&text);
}

static void on_polled(void *user, const struct poll_result *result, const struct error *err)
{
    struct outcome *o = user;
    ck_assert((result == NULL) != (err == NULL));
    o->server_time = result != NULL ? result->server_time : (struct wall){0};
    took(o, err);
}

struct asking {
    bool range;
    int64_t end_ms;
    int64_t timeout_ms;
    enum query_priority priority;
    const char *text;
};

static struct query *ask_with(const struct asking *how, struct outcome *o)
{
    struct error err = ERROR_INIT;
    struct parse_options plain = {.conveniences = true};
    struct expr *e = expr_parse(str_from(how->text != NULL ? how->text : "up"), &plain, &err);
    ck_assert_msg(e != NULL, "%s", error_text(&err));
    struct query_request request = {
        .expr = e,
        .grid = how->range ? grid_range(T0, T0 + 15000, 15000) : grid_instant(T0),
        .end_ms = how->end_ms,
        .instant = !how->range,
        .timeout_ms = how->timeout_ms,
        .priority = how->priority,
        .done = on_value,
        .user = o,
    };
    struct query *q = query_ask(source->ops->answerer(source), &request);
    expr_unref(e);
    return q;
}

static struct query *ask(struct outcome *o)
{
    return ask_with(&(struct asking){0}, o);
}

static void finish(struct outcome *o)
{
    ck_assert(!o->done); /* never inside the call */
    ck_assert(peer_wait(loop, &o->done));
    for (int i = 0; i < 5; i++) {
        loop_step(loop, 0);
    }
    ck_assert_uint_eq(o->calls, 1);
}

static void check_str(struct str have, const char *want)
{
    ck_assert_msg(str_equal_c(have, want), "got %.*s\nnot %s", STR_ARG(have), want);
}

START_TEST(instant_question)
{
    struct outcome o = {0};
    peer_answer(peer, 200, "Content-Type: application/json\r\n", VECTOR);
    ask_with(&(struct asking){.text = "rate(x{a=\"b&c\"}[5m]) > 1%", .timeout_ms = 10000}, &o);
    finish(&o);
    ck_assert_int_eq(o.kind, ERROR_NONE);
    ck_assert(o.first == 42);
    const struct peer_request *r = peer_request(peer, 0);
    check_str(r->method, "POST");
    check_str(r->target, "/prefix/api/v1/query");
    check_str(peer_header(r, "Content-Type"), "application/x-www-form-urlencoded");
    check_str(r->body, "query=rate%28x%7Ba%3D%22b%26c%22%7D%5B5m%5D%29%20%3E%200.01"
                       "&time=1700000000.000&timeout=9.500");
}
END_TEST

START_TEST(range_question)
{
    struct outcome o = {0};
    peer_answer(peer, 200, NULL, MATRIX);
    ask_with(&(struct asking){.range = true, .timeout_ms = 4000}, &o);
    finish(&o);
    ck_assert_int_eq(o.kind, ERROR_NONE);
    ck_assert(o.first == 1);
    const struct peer_request *r = peer_request(peer, 0);
    check_str(r->target, "/prefix/api/v1/query_range");
    check_str(r->body,
              "query=up&start=1700000000.000&end=1700000015.000&step=15.000&timeout=3.600");
}
END_TEST

/* `@ end()` is the end that was asked for; the answer's steps are the same. */
START_TEST(range_question_with_an_end)
{
    struct outcome o = {0};
    peer_answer(peer, 200, NULL, MATRIX);
    ask_with(&(struct asking){.range = true, .end_ms = T0 + 20000, .timeout_ms = 4000}, &o);
    finish(&o);
    ck_assert_int_eq(o.kind, ERROR_NONE);
    ck_assert(o.first == 1);
    check_str(peer_request(peer, 0)->body,
              "query=up&start=1700000000.000&end=1700000020.000&step=15.000&timeout=3.600");
}
END_TEST

START_TEST(answers_in_pieces)
{
    size_t len = 0;
    struct outcome o = {0};
    char *bytes = peer_http(200, NULL, STR(MATRIX), &len);
    peer_add(peer, &(struct peer_reply){.bytes = bytes, .len = len, .chunk_bytes = 3});
    free(bytes);
    ask_with(&(struct asking){.range = true}, &o);
    finish(&o);
    ck_assert_int_eq(o.kind, ERROR_NONE);
    ck_assert(o.first == 1);
}
END_TEST

/* 405 makes it ask by GET, at once and from then on. */
START_TEST(get_where_post_is_not_allowed)
{
    struct outcome a = {0};
    struct outcome b = {0};
    peer_answer(peer, 405, NULL, "no");
    peer_answer(peer, 200, NULL, VECTOR);
    ask(&a);
    finish(&a);
    ck_assert_int_eq(a.kind, ERROR_NONE);
    ask(&b);
    finish(&b);
    ck_assert_uint_eq(peer_requests(peer), 3);
    check_str(peer_request(peer, 0)->method, "POST");
    check_str(peer_request(peer, 1)->method, "GET");
    check_str(peer_request(peer, 1)->target,
              "/prefix/api/v1/query?query=up&time=1700000000.000&timeout=29.500");
    check_str(peer_request(peer, 2)->method, "GET");
}
END_TEST

START_TEST(get_refused_too)
{
    struct outcome o = {0};
    peer_answer(peer, 405, NULL, "no");
    ask(&o);
    finish(&o);
    ck_assert_int_eq(o.kind, ERROR_HTTP);
    ck_assert_int_eq(o.http, 405);
    ck_assert_uint_eq(peer_requests(peer), 2);
}
END_TEST

struct failure_row {
    int status;
    const char *headers;
    const char *body;
    enum error_kind kind;
    const char *text;
};

static const struct failure_row failures[] = {
    {400, NULL,
     "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"1:1: parse error: oh\"}",
     ERROR_SYNTAX, "the server says: 1:1: parse error: oh"},
    {422, NULL, "{\"status\":\"error\",\"errorType\":\"execution\",\"error\":\"many\"}",
     ERROR_EVALUATION, "the server says: many"},
    {503, NULL, "{\"status\":\"error\",\"errorType\":\"timeout\",\"error\":\"slow\"}",
     ERROR_TIMEOUT, "the server says: slow"},
    {200, NULL, "{\"status\":\"error\",\"errorType\":\"execution\",\"error\":\"many\"}",
     ERROR_EVALUATION, "the server says: many"},
    {401, NULL, "Unauthorized\nmore", ERROR_AUTH, "HTTP status 401: Unauthorized"},
    {403, NULL, "", ERROR_AUTH, "HTTP status 403"},
    {404, NULL, "404 page not found", ERROR_NOT_FOUND, "HTTP status 404: 404 page not found"},
    {429, "Retry-After: 7\r\n", "slow down", ERROR_BUSY, "HTTP status 429: slow down"},
    {500, NULL, "<html>oops</html>", ERROR_HTTP, "HTTP status 500"},
    {502, NULL, "{\"message\":\"no upstream\"}", ERROR_HTTP, "HTTP status 502"},
    {504, NULL, "{\"status\":\"err", ERROR_TIMEOUT, "HTTP status 504"},
    {200, NULL, "<!doctype html><title>Login</title>", ERROR_PROTOCOL,
     "answered with a web page instead of JSON: is the path right?"},
    {200, NULL, "# HELP up metrics page", ERROR_PROTOCOL, "no JSON at byte 0 of the answer"},
    {200, NULL, "", ERROR_PROTOCOL, "the answer is empty"},
    {204, NULL, "", ERROR_PROTOCOL, "the answer is empty"},
    {200, NULL, "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[",
     ERROR_PROTOCOL, "the answer ends in the middle, after 60 bytes"},
    {200, NULL, "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}}",
     ERROR_PROTOCOL, "something follows the end of the JSON at byte 63 of the answer"},
};

START_TEST(refusals)
{
    const struct failure_row *row = &failures[_i];
    struct outcome o = {0};
    peer_answer(peer, row->status, row->headers, row->body);
    ask(&o);
    finish(&o);
    ck_assert_msg(o.kind == row->kind, "got %s: %s", error_kind_label(o.kind), o.text);
    ck_assert_str_eq(o.text, row->text);
    ck_assert_int_eq(o.http, row->status >= 400 ? row->status : 0);
    ck_assert_int_eq(o.retry_after_ms, row->headers != NULL ? 7000 : 0);
}
END_TEST

struct fault_row {
    const char *bytes;
    enum peer_then then;
    bool on_connect;
};

static const struct fault_row faults[] = {
    {"", PEER_CLOSE, false},
    {"", PEER_RESET, false},
    {"", PEER_RESET, true},
    {"SSH-2.0-OpenSSH_9.2\r\n", PEER_CLOSE, true},
    {"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"status\":\"succ", PEER_CLOSE, false},
    {"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"status\":\"succ", PEER_RESET, false},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", PEER_CLOSE, false},
};

START_TEST(broken_connections)
{
    const struct fault_row *row = &faults[_i];
    struct outcome o = {0};
    peer_add(peer, &(struct peer_reply){
                       .bytes = row->bytes, .then = row->then, .on_connect = row->on_connect});
    ask(&o);
    finish(&o);
    ck_assert_int_ne(o.kind, ERROR_NONE);
    ck_assert_int_ne(o.text[0], '\0');
}
END_TEST

START_TEST(nobody_listens)
{
    struct outcome o = {0};
    peer_refuse(peer);
    ask(&o);
    finish(&o);
    ck_assert_int_eq(o.kind, ERROR_REFUSED);
}
END_TEST

/* A list of warnings that never ends is an error by its size, and the connection is given up. */
START_TEST(endless_answer)
{
    struct outcome o = {0};
    static const char head[] = "HTTP/1.1 200 OK\r\n\r\n{\"x\":[";
    struct strbuf bytes = STRBUF_INIT;
    strbuf_add_c(&bytes, head);
    for (int i = 0; i < 10000; i++) {
        strbuf_add_c(&bytes, "[1,2,3,4,5,6,7,8,9,{\"a\":\"bcdefghijklmnopqrstuvwxyz\"}],");
    }
    peer_add(peer, &(struct peer_reply){.bytes = strbuf_cstr(&bytes),
                                        .then = PEER_REPEAT,
                                        .repeat_from = sizeof(head) - 1});
    strbuf_release(&bytes);
    ask_with(&(struct asking){.timeout_ms = 60000}, &o);
    ck_assert(peer_wait(loop, &o.done));
    ck_assert_int_eq(o.kind, ERROR_LIMIT);
}
END_TEST

/* Accepts and says nothing: every question ends at its time, in flight or not, and the first to
 * wait is a background one only where no other waits. */
START_TEST(a_silent_server_ends_questions_in_time)
{
    struct outcome o[20] = {0};
    unsigned order = 0;
    peer_add(peer, &(struct peer_reply){.then = PEER_STALL});
    for (int i = 0; i < 20; i++) {
        o[i].order = &order;
        ask_with(&(struct asking){.timeout_ms = 150}, &o[i]);
    }
    for (int i = 0; i < 20; i++) {
        ck_assert(peer_wait(loop, &o[i].done));
        ck_assert_int_eq(o[i].kind, ERROR_TIMEOUT);
        ck_assert_uint_eq(o[i].calls, 1);
    }
    ck_assert_uint_le(peer_requests(peer), API_MAX_IN_FLIGHT);
}
END_TEST

/* A peer that keeps every request until told to go on. */
struct gate {
    bool open;
    unsigned held;
};

static void hold(void *user, const struct peer_request *request, struct peer_reply *reply)
{
    struct gate *gate = user;
    (void)request;
    gate->held++;
    if (gate->open) {
        peer_reply_http(peer, reply, 200, NULL, VECTOR);
    } else {
        reply->then = PEER_STALL;
    }
}

START_TEST(background_waits_behind_all_others)
{
    struct gate gate = {0};
    peer_handle(peer, hold, &gate);
    struct outcome stuck[API_MAX_IN_FLIGHT] = {0};
    struct query *queries[API_MAX_IN_FLIGHT];
    for (int i = 0; i < API_MAX_IN_FLIGHT; i++) {
        queries[i] = ask(&stuck[i]);
    }
    unsigned order = 0;
    struct outcome background = {.order = &order};
    struct outcome normal[2] = {{.order = &order}, {.order = &order}};
    ask_with(&(struct asking){.priority = QUERY_BACKGROUND}, &background);
    ask(&normal[0]);
    ask(&normal[1]);
    for (int i = 0; gate.held < API_MAX_IN_FLIGHT && i < 1000; i++) {
        loop_step(loop, 10);
    }
    ck_assert_uint_eq(gate.held, API_MAX_IN_FLIGHT);
    gate.open = true;
    query_cancel(queries[0]); /* room for one at a time */
    ck_assert(peer_wait(loop, &background.done));
    ck_assert_uint_eq(normal[0].place, 1);
    ck_assert_uint_eq(normal[1].place, 2);
    ck_assert_uint_eq(background.place, 3);
    ck_assert_uint_eq(gate.held, API_MAX_IN_FLIGHT + 3);
    ck_assert_uint_eq(stuck[0].calls, 0);
    close_source();
}
END_TEST

START_TEST(cancelled_in_the_queue_and_in_flight)
{
    struct outcome o[10] = {0};
    struct query *queries[10];
    peer_add(peer, &(struct peer_reply){.then = PEER_STALL});
    for (int i = 0; i < 10; i++) {
        queries[i] = ask_with(&(struct asking){.timeout_ms = i < 9 ? 60000 : 300}, &o[i]);
    }
    loop_step(loop, 10);
    for (int i = 0; i < 9; i++) {
        query_cancel(queries[i]);
    }
    ck_assert(peer_wait(loop, &o[9].done));
    for (int i = 0; i < 9; i++) {
        ck_assert_uint_eq(o[i].calls, 0);
    }
    ck_assert_int_eq(o[9].kind, ERROR_TIMEOUT);
}
END_TEST

START_TEST(destroying_ends_open_questions)
{
    struct outcome o[10] = {0};
    struct outcome names = {0};
    struct outcome poll = {0};
    peer_add(peer, &(struct peer_reply){.then = PEER_STALL});
    for (int i = 0; i < 10; i++) {
        ask(&o[i]);
    }
    query_names(source->ops->answerer(source),
                &(struct query_names_request){
                    .label = STR("job"), .to_ms = T0, .done = on_names, .user = &names});
    source->ops->poll(source, (struct wall){T0}, 60000, on_polled, &poll);
    loop_step(loop, 10);
    close_source();
    for (int i = 0; i < 10; i++) {
        ck_assert_uint_eq(o[i].calls, 1);
        ck_assert_int_eq(o[i].kind, ERROR_CANCELLED);
    }
    ck_assert_int_eq(names.kind, ERROR_CANCELLED);
    ck_assert_uint_eq(poll.calls, 0);
}
END_TEST

START_TEST(a_callback_may_destroy_the_source)
{
    struct outcome o = {.destroys = true};
    struct outcome other = {0};
    peer_answer(peer, 200, NULL, VECTOR);
    peer_add(peer, &(struct peer_reply){.then = PEER_STALL});
    ask(&o);
    ask(&other);
    ck_assert(peer_wait(loop, &o.done));
    ck_assert_ptr_null(source);
    ck_assert_uint_eq(other.calls, 1);
}
END_TEST

START_TEST(too_many_questions)
{
    enum { COUNT = API_MAX_IN_FLIGHT + API_MAX_QUEUED + 1 };
    struct outcome *o = mem_zalloc(COUNT, sizeof(*o));
    peer_add(peer, &(struct peer_reply){.then = PEER_STALL});
    for (int i = 0; i < COUNT; i++) {
        ask_with(&(struct asking){.timeout_ms = 600000}, &o[i]);
    }
    finish(&o[COUNT - 1]);
    ck_assert_int_eq(o[COUNT - 1].kind, ERROR_LIMIT);
    ck_assert_msg(o[0].calls == 0, "the first ended: %s", o[0].text);
    close_source();
    free(o);
}
END_TEST

START_TEST(label_values)
{
    struct outcome o = {0};
    struct error err = ERROR_INIT;
    struct matcher m[2];
    ck_assert(matcher_init(&m[0], MATCH_EQUAL, STR("job"), STR("a\"b"), &err));
    ck_assert(matcher_init(&m[1], MATCH_REGEX, STR("__name__"), STR("http_.*"), &err));
    peer_answer(peer, 200, NULL, "{\"status\":\"success\",\"data\":[\"b\",\"a\"]}");
    query_names(source->ops->answerer(source), &(struct query_names_request){
                                                   .label = STR("__name__"),
                                                   .matchers = m,
                                                   .matcher_count = 2,
                                                   .from_ms = T0 - 1500,
                                                   .to_ms = T0,
                                                   .done = on_names,
                                                   .user = &o,
                                               });
    matcher_release(&m[0]);
    matcher_release(&m[1]);
    finish(&o);
    ck_assert_int_eq(o.kind, ERROR_NONE);
    ck_assert_str_eq(o.text, "a b ");
    const struct peer_request *r = peer_request(peer, 0);
    check_str(r->method, "GET");
    check_str(r->target,
              "/prefix/api/v1/label/__name__/values?match%5B%5D=%7Bjob%3D%22a%5C%22b%22%2C"
              "__name__%3D~%22http_.%2A%22%7D&start=1699999998.500&end=1700000000.000");
}
END_TEST

START_TEST(label_values_of_all_times)
{
    struct outcome o = {0};
    peer_answer(peer, 400, NULL,
                "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"bad label\"}");
    query_names(source->ops->answerer(source), &(struct query_names_request){.label = STR("a/b"),
                                                                             .from_ms = INT64_MIN,
                                                                             .to_ms = INT64_MAX,
                                                                             .done = on_names,
                                                                             .user = &o});
    finish(&o);
    ck_assert_int_eq(o.kind, ERROR_EVALUATION);
    check_str(peer_request(peer, 0)->target, "/prefix/api/v1/label/a%2Fb/values");
}
END_TEST

START_TEST(probe)
{
    struct outcome o = {0};
    peer_answer(
        peer, 200, NULL,
        "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":"
        "{},\"value\":[1700000123.456,\"1\"]}]}}");
    source->ops->poll(source, (struct wall){T0}, 60000, on_polled, &o);
    finish(&o);
    ck_assert_msg(o.kind == ERROR_NONE, "%s", o.text);
    ck_assert_int_eq(o.server_time.ms, INT64_C(1700000123456));
    check_str(peer_request(peer, 0)->body, "query=vector%281%29");
}
END_TEST

START_TEST(probe_fails)
{
    struct outcome o = {0};
    peer_answer(peer, 429, "Retry-After: 7\r\n", "");
    peer_answer(peer, 200, NULL,
                "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}");
    source->ops->poll(source, (struct wall){T0}, 60000, on_polled, &o);
    finish(&o);
    ck_assert_int_eq(o.kind, ERROR_BUSY);
    ck_assert_int_eq(o.retry_after_ms, 7000);
    struct outcome empty = {0};
    source->ops->poll(source, (struct wall){T0}, 60000, on_polled, &empty);
    finish(&empty);
    ck_assert_int_eq(empty.kind, ERROR_PROTOCOL);
}
END_TEST

START_TEST(probe_cancelled)
{
    struct outcome o = {0};
    peer_add(peer, &(struct peer_reply){.then = PEER_STALL});
    source->ops->poll(source, (struct wall){T0}, 100, on_polled, &o);
    loop_step(loop, 10);
    unsigned before = o.calls; /* 1 where the machine was so late */
    source->ops->cancel(source);
    source->ops->cancel(source);
    for (int i = 0; i < 20; i++) {
        loop_step(loop, 10);
    }
    ck_assert_uint_eq(o.calls, before);
}
END_TEST

/* Slow questions do not make the server look dead. */
START_TEST(probe_does_not_wait_behind_questions)
{
    struct gate gate = {0};
    struct outcome o[API_MAX_IN_FLIGHT] = {0};
    struct outcome poll = {0};
    peer_handle(peer, hold, &gate);
    for (int i = 0; i < API_MAX_IN_FLIGHT; i++) {
        ask(&o[i]);
    }
    for (int i = 0; gate.held < API_MAX_IN_FLIGHT && i < 1000; i++) {
        loop_step(loop, 10);
    }
    gate.open = true;
    source->ops->poll(source, (struct wall){T0}, 60000, on_polled, &poll);
    finish(&poll);
    ck_assert_msg(poll.kind == ERROR_NONE, "%s", poll.text);
    ck_assert_uint_eq(o[0].calls, 0);
    close_source();
}
END_TEST

START_TEST(query_params_go_with_every_question)
{
    struct outcome o = {0};
    struct prometheus_options *options = config.options;
    struct query_param param = {.name = mem_strdup("dedup"), .value = mem_strdup("true")};
    vec_push(&options->params, param);
    peer_answer(peer, 200, NULL, VECTOR);
    ask_with(&(struct asking){.timeout_ms = 4000}, &o);
    finish(&o);
    check_str(peer_request(peer, 0)->body, "query=up&time=1700000000.000&timeout=3.600&dedup=true");
}
END_TEST

START_TEST(endpoint_and_answerer)
{
    struct strbuf out = STRBUF_INIT;
    source->ops->endpoint(source, &out);
    ck_assert_str_eq(strbuf_cstr(&out), peer_url(peer, "/prefix"));
    strbuf_release(&out);
    const struct answerer *answerer = source->ops->answerer(source);
    ck_assert_str_eq(answerer->source, "prom");
    ck_assert_str_eq(answerer->ops->kind, "prometheus");
    ck_assert_int_eq(answerer->interval_ms, 15000);
    ck_assert(source->ops->answers_promql);
}
END_TEST

int main(void)
{
    TCase *asking = tcase_create("asking");
    tcase_add_checked_fixture(asking, setup, teardown);
    tcase_add_test(asking, instant_question);
    tcase_add_test(asking, range_question);
    tcase_add_test(asking, range_question_with_an_end);
    tcase_add_test(asking, answers_in_pieces);
    tcase_add_test(asking, get_where_post_is_not_allowed);
    tcase_add_test(asking, get_refused_too);
    tcase_add_test(asking, label_values);
    tcase_add_test(asking, label_values_of_all_times);
    tcase_add_test(asking, query_params_go_with_every_question);
    tcase_add_test(asking, endpoint_and_answerer);
    TCase *faulty = tcase_create("faults");
    tcase_add_checked_fixture(faulty, setup, teardown);
    tcase_add_loop_test(faulty, refusals, 0, (int)ARRAY_LEN(failures));
    tcase_add_loop_test(faulty, broken_connections, 0, (int)ARRAY_LEN(faults));
    tcase_add_test(faulty, nobody_listens);
    tcase_add_test(faulty, endless_answer);
    tcase_add_test(faulty, a_silent_server_ends_questions_in_time);
    TCase *queue = tcase_create("queue");
    tcase_add_checked_fixture(queue, setup, teardown);
    tcase_add_test(queue, background_waits_behind_all_others);
    tcase_add_test(queue, cancelled_in_the_queue_and_in_flight);
    tcase_add_test(queue, destroying_ends_open_questions);
    tcase_add_test(queue, a_callback_may_destroy_the_source);
    tcase_add_test(queue, too_many_questions);
    TCase *probes = tcase_create("probe");
    tcase_add_checked_fixture(probes, setup, teardown);
    tcase_add_test(probes, probe);
    tcase_add_test(probes, probe_fails);
    tcase_add_test(probes, probe_cancelled);
    tcase_add_test(probes, probe_does_not_wait_behind_questions);
    return suite_run("source/prometheus", asking, faulty, queue, probes);
}
