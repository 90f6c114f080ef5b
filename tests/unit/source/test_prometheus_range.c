/* From a watched range down to the socket: a peer that speaks /api/v1/query_range counts the steps
 * it is asked for, corrects its past, fails, stalls and cuts answers off. */
#include <stdlib.h>

#include "base/number.h"
#include "query/range_cache.h"
#include "source/source.h"
#include "support/peer.h"
#include "support/suite.h"

#define STEP  15000
#define HOUR  (3600 * 1000)
#define START INT64_C(1700000003000)

extern const struct source_ops source_prometheus_ops;

enum mood { MOOD_GOOD, MOOD_BUSY, MOOD_SILENT, MOOD_CUT };

/* The server: one series whose value at a step is the step's number, plus `shift`. */
struct server {
    struct peer *peer;
    enum mood mood;
    int64_t data_until_ms;
    double shift;
    uint64_t questions;
    uint64_t steps;
};

static struct loop *loop;
static struct http_client *http;
static struct label_table *labels;
static struct source_env env;
static struct source_config config;
static struct source *source;
static struct server server;
static struct expr *expr;
static struct range *range;
static bool changed;
static enum error_kind last_error;

/* Milliseconds of `name=SECONDS` in a form. */
static int64_t form_ms(struct str form, const char *name)
{
    struct str part;
    while (str_split(&form, '&', &part)) {
        size_t equals = str_find(part, '=');
        if (str_equal_c(str_slice(part, 0, equals), name)) {
            double seconds = 0;
            ck_assert(number_parse(str_slice(part, equals + 1, part.len), &seconds));
            return (int64_t)(seconds * 1000 + 0.5);
        }
    }
    ck_abort_msg("no %s in the question", name);
    return 0;
}

static void write_answer(struct strbuf *out, int64_t start_ms, int64_t end_ms, int64_t step_ms)
{
    strbuf_add_c(out, "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{"
                      "\"metric\":{\"job\":\"a\"},\"values\":[");
    const char *comma = "";
    for (int64_t t_ms = start_ms; t_ms <= end_ms; t_ms += step_ms) {
        server.steps++;
        if (t_ms <= server.data_until_ms) {
            strbuf_printf(out, "%s[%lld,\"%g\"]", comma, (long long)(t_ms / 1000),
                          (double)(t_ms / STEP - START / STEP) + server.shift);
            comma = ",";
        }
    }
    strbuf_add_c(out, "]}]}}");
}

static void serve(void *user, const struct peer_request *request, struct peer_reply *reply)
{
    (void)user;
    ck_assert(str_equal_c(request->target, "/api/v1/query_range"));
    server.questions++;
    struct strbuf out = STRBUF_INIT;
    write_answer(&out, form_ms(request->body, "start"), form_ms(request->body, "end"),
                 form_ms(request->body, "step"));
    switch (server.mood) {
    case MOOD_GOOD:
        peer_reply_http(server.peer, reply, 200, NULL, strbuf_cstr(&out));
        reply->chunk_bytes = 700;
        break;
    case MOOD_BUSY:
        peer_reply_http(server.peer, reply, 503, NULL, "busy");
        break;
    case MOOD_SILENT:
        reply->then = PEER_STALL;
        break;
    case MOOD_CUT:
        strbuf_truncate(&out, out.len / 2);
        peer_reply_http(server.peer, reply, 200, NULL, strbuf_cstr(&out));
        break;
    }
    strbuf_release(&out);
}

static void on_changed(void *user, const struct error *err)
{
    (void)user;
    changed = true;
    last_error = err != NULL ? err->kind : ERROR_NONE;
}

static void create_range(int64_t timeout_ms)
{
    struct range_options options = {.span_ms = HOUR, .step_ms = STEP, .timeout_ms = timeout_ms};
    range = range_create(config.ops->answerer(source), expr, &options, on_changed, NULL);
}

static void setup(void)
{
    struct error err = ERROR_INIT;
    loop = loop_create(NULL, &err);
    http = http_client_create(loop);
    labels = label_table_create();
    server = (struct server){.peer = peer_create(loop), .data_until_ms = INT64_MAX};
    peer_handle(server.peer, serve, NULL);
    env = (struct source_env){.loop = loop, .http = http, .labels = labels};
    config = (struct source_config){
        .name = mem_strdup("prom"), .ops = &source_prometheus_ops, .interval_ms = STEP};
    config.options = config.ops->target_options(str_from(peer_url(server.peer, "")), &err);
    ck_assert_msg(config.options != NULL, "%s", error_text(&err));
    source = config.ops->create(&env, &config, &err);
    expr = expr_parse(STR("sum by (job) (rate(x[1m]))"), NULL, &err);
    create_range(60000);
}

static void teardown(void)
{
    range_destroy(range);
    expr_unref(expr);
    config.ops->destroy(source);
    config.ops->free_options(config.options);
    free(config.name);
    peer_destroy(server.peer);
    http_client_destroy(http);
    label_table_destroy(labels);
    loop_destroy(loop);
}

static void refresh(int64_t steps_later)
{
    changed = false;
    ck_assert(range_refresh(range, (struct wall){START + steps_later * STEP}));
    ck_assert(!changed);
    ck_assert(peer_wait(loop, &changed));
}

/* What is held must be `newest` and below it every step back to the window's beginning. */
static void check_all(double newest, size_t steps)
{
    const struct value *v = range_value(range);
    ck_assert_uint_eq(v->series.len, 1);
    ck_assert_uint_eq(v->grid.steps, 241);
    for (size_t back = 0; back < steps; back++) {
        ck_assert(v->series.items[0].points[240 - back] == newest - (double)back);
    }
}

START_TEST(a_refresh_asks_for_less_than_three_per_cent)
{
    server.mood = MOOD_GOOD;
    refresh(0);
    ck_assert_msg(last_error == ERROR_NONE, "%s", error_kind_label(last_error));
    ck_assert_uint_eq(server.steps, 241);
    check_all(0, 241);
    for (int i = 1; i <= 20; i++) {
        uint64_t before = server.steps;
        refresh(i);
        ck_assert(100.0 * (double)(server.steps - before) / 240.0 < 3.0);
        check_all(i, 241);
    }
    ck_assert_uint_eq(server.questions, 21);
    ck_assert_uint_eq(range_stats(range).steps_asked, server.steps);
}
END_TEST

START_TEST(late_data_corrects_the_chart)
{
    server.data_until_ms = START - STEP - START % STEP;
    refresh(0);
    const double *points = range_value(range)->series.items[0].points;
    ck_assert(value_is_absent(points[240]));
    server.data_until_ms = INT64_MAX;
    refresh(1);
    check_all(1, 241);
}
END_TEST

/* With a silent server: longer than a busy machine stands still, for the good answers of the test.
 */
#define PATIENCE_MS 4000

static const enum mood bad_moods[] = {MOOD_BUSY, MOOD_SILENT, MOOD_CUT};
static const enum error_kind bad_kinds[] = {ERROR_BUSY, ERROR_TIMEOUT, ERROR_PROTOCOL};

START_TEST(failures_keep_what_is_held_and_the_gap_is_asked_for)
{
    if (bad_moods[_i] == MOOD_SILENT) {
        range_destroy(range);
        create_range(PATIENCE_MS);
    }
    refresh(0);
    server.mood = bad_moods[_i];
    for (int i = 1; i <= 2; i++) {
        refresh(i);
        ck_assert_int_eq(last_error, bad_kinds[_i]);
        check_all(0, 241);
    }
    ck_assert_uint_eq(range_version(range), 1);
    server.mood = MOOD_GOOD;
    uint64_t before = server.steps;
    refresh(3);
    ck_assert_int_eq(last_error, ERROR_NONE);
    ck_assert_uint_eq(server.steps - before, 3 + 2);
    check_all(3, 241);
}
END_TEST

START_TEST(a_refused_connection_keeps_what_is_held)
{
    refresh(0);
    peer_refuse(server.peer);
    peer_hang_up(server.peer);
    refresh(1);
    ck_assert_int_eq(last_error, ERROR_REFUSED);
    check_all(0, 241);
}
END_TEST

int main(void)
{
    TCase *ranges = tcase_create("ranges");
    tcase_add_checked_fixture(ranges, setup, teardown);
    tcase_add_test(ranges, a_refresh_asks_for_less_than_three_per_cent);
    tcase_add_test(ranges, late_data_corrects_the_chart);
    tcase_add_loop_test(ranges, failures_keep_what_is_held_and_the_gap_is_asked_for, 0, 3);
    tcase_add_test(ranges, a_refused_connection_keeps_what_is_held);
    return suite_run("source/prometheus/range", ranges);
}
