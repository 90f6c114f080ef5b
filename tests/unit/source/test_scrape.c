/*
 * The source `scrape` under the poller, against a peer that answers as no honest exporter would:
 * each fault with the sentence a person reads, nothing committed, and the way back.
 */
#include <stdio.h>
#include <string.h>

#include "source/poller.h"
#include "source/scrape/options.h"
#include "support/peer.h"
#include "support/store_text.h"
#include "support/suite.h"

extern const struct source_ops source_scrape_ops;

/* No tick comes while a test runs: the next one is in 2029. */
#define YEARS_MS ((int64_t)3650 * 24 * 3600 * 1000)

static struct loop *loop;
static struct http_client *http;
static struct label_table *table;
static struct store *store;
static struct poller *poller;
static struct peer *peer;
static struct source_config config;
static struct polled *polled;
static bool done;
static struct source_health health;

static void on_done(void *user, struct polled *p)
{
    (void)user;
    polled_health(p, loop_wall(loop), &health);
    done = true;
}

static char name[] = "edge";

static void setup(void)
{
    struct error err = ERROR_INIT;
    loop = loop_create(NULL, &err);
    ck_assert_ptr_nonnull(loop);
    http = http_client_create(loop);
    table = label_table_create();
    store = store_create(&(struct store_options){0}, table);
    poller = poller_create(loop, NULL, on_done, NULL);
    peer = peer_create(loop);
    polled = NULL;
    config = (struct source_config){
        .name = name, .ops = &source_scrape_ops, .interval_ms = YEARS_MS, .timeout_ms = 60000};
}

static void teardown(void)
{
    poller_destroy(poller);
    peer_destroy(peer);
    http_client_destroy(http);
    store_destroy(store);
    label_table_destroy(table);
    source_scrape_ops.free_options(config.options);
    for (int i = 0; i < 3; i++) {
        loop_step(loop, 0);
    }
    loop_destroy(loop);
}

static void poll_once(const char *path)
{
    struct error err = ERROR_INIT;
    done = false;
    if (polled == NULL) {
        struct source_env env = {.loop = loop, .http = http, .labels = table, .store = store};
        static struct source_env kept;
        kept = env;
        config.options = scrape_options_from_target(str_from(peer_url(peer, path)), &err);
        ck_assert_ptr_nonnull(config.options);
        struct source *source = source_scrape_ops.create(&kept, &config, &err);
        ck_assert_msg(source != NULL, "%s", error_text(&err));
        polled = poller_add(poller, source);
    } else {
        poller_poll_now(poller, polled);
    }
    ck_assert_msg(peer_wait(loop, &done), "the poll did not end");
}

/* Values of one series over all time, without the times. */
static char *values_of(const char *metric)
{
    char *text = store_text(store, "__name__", metric, 0, INT64_MAX);
    struct strbuf out = STRBUF_INIT;
    for (char *p = strtok(text, " \n"); p != NULL; p = strtok(NULL, " \n")) {
        char *mark = strchr(p, '@');
        if (mark != NULL) {
            *mark = '\0';
            strbuf_printf(&out, "%s%s", out.len > 0 ? " " : "", p);
        }
    }
    free(text);
    return strbuf_take(&out);
}

static void expect_values(const char *metric, const char *expected)
{
    char *text = values_of(metric);
    ck_assert_msg(strcmp(text, expected) == 0, "%s: '%s', expected '%s'", metric, text, expected);
    free(text);
}

/* So that two polls do not share a millisecond. */
static void next_millisecond(void)
{
    int64_t now = loop_wall(loop).ms;
    while (loop_wall(loop).ms <= now) {
        loop_step(loop, 1);
    }
}

START_TEST(scrapes)
{
    peer_answer(peer, 200, "Content-Type: text/plain; version=0.0.4\r\n",
                "# TYPE a counter\na 1\nb{x=\"y\"} 2\n");
    poll_once("/metrics");
    ck_assert_msg(health.state == SOURCE_UP, "%s", health.error);
    ck_assert_uint_eq(health.samples, 2);
    ck_assert_uint_eq(health.bytes, 32);
    expect_values("a", "1");
    expect_values("up", "1");
    expect_values("scrape_samples_scraped", "2");
    expect_values("scrape_samples_post_metric_relabeling", "2");
    expect_values("scrape_series_added", "2");
    char *text = store_text(store, "__name__", "b", 0, INT64_MAX);
    char expected[200];
    snprintf(expected, sizeof(expected), "b{instance=\"127.0.0.1:%u\", job=\"edge\", x=\"y\"} 2@",
             peer_port(peer));
    ck_assert_msg(strncmp(text, expected, strlen(expected)) == 0, "%s", text);
    free(text);
    const struct peer_request *request = peer_request(peer, 0);
    ck_assert(str_equal_c(request->target, "/metrics"));
    ck_assert(str_starts_with(peer_header(request, "Accept"),
                              STR("application/openmetrics-text;version=1.0.0")));
    ck_assert(str_contains(peer_header(request, "Accept"), STR("text/plain;version=0.0.4")));
}
END_TEST

/* The type decides: the same page is right as one and wrong as the other. */
START_TEST(type_decides_the_format)
{
    peer_answer(peer, 200,
                "Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n",
                "a 1 1.5\n");
    peer_answer(peer, 200,
                "Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n",
                "a 1\n# EOF\n");
    poll_once("/metrics");
    ck_assert_str_eq(health.error, "the page ends at line 1 without '# EOF': it was cut short");
    next_millisecond();
    poll_once("/metrics");
    ck_assert_int_eq(health.state, SOURCE_UP);
}
END_TEST

#define PLAIN "Content-Type: text/plain\r\n"

static const struct hostile {
    int status;
    const char *headers;
    const char *body;
    enum error_kind kind;
    const char *says; /* a part of the message */
} hostiles[] = {
    {200, "Content-Type: text/html; charset=utf-8\r\n", "<html><body>hello</body></html>",
     ERROR_PROTOCOL, "this is a web page, not metrics"},
    {200, PLAIN, "\n <!DOCTYPE html>\n", ERROR_PROTOCOL, "this is a web page, not metrics"},
    {200, "Content-Type: text/html\r\n", "OK\n", ERROR_PROTOCOL, "this is a web page, not metrics"},
    {200, "Content-Type: application/json\r\n", "{\"status\":\"success\"}", ERROR_PROTOCOL,
     "this is JSON, not metrics"},
    {200, PLAIN, "[1, 2]", ERROR_PROTOCOL, "this is JSON, not metrics"},
    {200, PLAIN, "", ERROR_PROTOCOL, "the page is empty"},
    {200, PLAIN, "a 1\nb{c=\"d\" 2\n", ERROR_SYNTAX,
     "line 2, column 9: expected a label's name or '}', got '2'"},
    {200, PLAIN, "a 1\nb 2\n\x01\x02\x03 garbage\n", ERROR_SYNTAX,
     "line 3, column 1: expected a metric's name, got byte 0x01"},
    {401, NULL, "no", ERROR_AUTH, "401"},
    {403, NULL, "no", ERROR_AUTH, "403"},
    {404, NULL, "no such page", ERROR_HTTP, "404"},
    {429, "Retry-After: 7\r\n", "slower", ERROR_BUSY, "429"},
    {500, NULL, "oops", ERROR_HTTP, "500"},
    {503, NULL, "later", ERROR_BUSY, "503"},
};

START_TEST(bad_answers)
{
    const struct hostile *c = &hostiles[_i];
    peer_answer(peer, 200, PLAIN, "a 1\nb 1\n");
    peer_answer(peer, c->status, c->headers, c->body);
    peer_answer(peer, 200, PLAIN, "a 3\nb 3\n");
    poll_once("/page");
    ck_assert_int_eq(health.state, SOURCE_UP);
    next_millisecond();
    poll_once("/page");
    ck_assert_msg(strstr(health.error, c->says) != NULL, "'%s' does not say '%s'", health.error,
                  c->says);
    ck_assert_str_eq(error_kind_label(health.error_kind), error_kind_label(c->kind));
    ck_assert_int_eq(health.state, SOURCE_DEGRADED);
    if (strstr(c->says, "web page") != NULL) {
        ck_assert_ptr_nonnull(strstr(health.error, "/metrics'?"));
    }
    next_millisecond();
    poll_once("/page");
    ck_assert_int_eq(health.state, SOURCE_UP);
    expect_values("a", "1 stale 3");
    expect_values("b", "1 stale 3");
    expect_values("up", "1 0 1");
    expect_values("scrape_samples_scraped", "2 0 2");
}
END_TEST

/* Answers no HTTP library would write. */
static const struct raw {
    struct peer_reply reply;
    unsigned times; /* a kept connection that ends without a byte is tried once more */
} raws[] = {
    {{.bytes = "SSH-2.0-OpenSSH_9.2\r\n", .then = PEER_CLOSE}, 1},
    {{.bytes = NULL, .then = PEER_CLOSE}, 2},
    {{.bytes = NULL, .then = PEER_RESET}, 2},
    {{.bytes = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\na 9\n",
      .then = PEER_CLOSE},
     1},
    {{.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\na 9\n\r\n",
      .then = PEER_RESET},
     1},
    {{.bytes = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\na 9\n",
      .then = PEER_CLOSE},
     1},
};

START_TEST(broken_answers)
{
    peer_answer(peer, 200, PLAIN, "a 1\n");
    for (unsigned i = 0; i < raws[_i].times; i++) {
        peer_add(peer, &raws[_i].reply);
    }
    peer_answer(peer, 200, PLAIN, "a 3\n");
    poll_once("/metrics");
    next_millisecond();
    poll_once("/metrics");
    ck_assert_msg(health.failures_in_a_row == 1 && health.error[0] != '\0', "no error");
    next_millisecond();
    poll_once("/metrics");
    ck_assert_int_eq(health.state, SOURCE_UP);
    expect_values("a", "1 stale 3");
    expect_values("up", "1 0 1");
}
END_TEST

START_TEST(accepts_and_says_nothing)
{
    config.timeout_ms = 30;
    peer_add(peer, &(struct peer_reply){.then = PEER_STALL});
    poll_once("/metrics");
    ck_assert_int_eq(health.error_kind, ERROR_TIMEOUT);
    ck_assert_int_eq(health.state, SOURCE_DOWN);
    expect_values("up", "0");
}
END_TEST

START_TEST(stalls_in_the_page)
{
    config.timeout_ms = 4000; /* the first poll is a good one, on any machine */
    peer_answer(peer, 200, PLAIN, "a 1\n");
    peer_add(peer, &(struct peer_reply){
                       .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\na 9\nb 9\n",
                       .then = PEER_STALL});
    poll_once("/metrics");
    next_millisecond();
    poll_once("/metrics");
    ck_assert_int_eq(health.error_kind, ERROR_TIMEOUT);
    expect_values("a", "1 stale");
    expect_values("b", "");
}
END_TEST

START_TEST(endless_page)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n";
    static const char line[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 1\n";
    struct strbuf bytes = STRBUF_INIT;
    struct error err = ERROR_INIT;
    strbuf_add_c(&bytes, head);
    for (int i = 0; i < 1000; i++) {
        /* One line without end, or one series without end. */
        strbuf_add(&bytes, line, _i == 0 ? 55 : sizeof(line) - 1);
    }
    peer_add(peer, &(struct peer_reply){.bytes = bytes.data,
                                        .len = bytes.len,
                                        .then = PEER_REPEAT,
                                        .repeat_from = sizeof(head) - 1});
    config.options = NULL;
    struct scrape_options *o =
        scrape_options_from_target(str_from(peer_url(peer, "/metrics")), &err);
    o->max_bytes = (size_t)4 << 20;
    config.options = o;
    static struct source_env env;
    env = (struct source_env){.loop = loop, .http = http, .labels = table, .store = store};
    done = false;
    polled = poller_add(poller, source_scrape_ops.create(&env, &config, &err));
    ck_assert(peer_wait(loop, &done));
    ck_assert_int_eq(health.error_kind, ERROR_LIMIT);
    if (_i == 0) {
        ck_assert_msg(strstr(health.error, "line 1") != NULL, "%s", health.error);
    }
    expect_values("up", "0");
    strbuf_release(&bytes);
}
END_TEST

START_TEST(duplicates_degrade)
{
    peer_answer(peer, 200, PLAIN, "a{x=\"1\"} 1\nb 1\na{x=\"1\"} 2\n");
    poll_once("/metrics");
    ck_assert_int_eq(health.state, SOURCE_DEGRADED);
    ck_assert_str_eq(health.error, "duplicate series 'a{x=\"1\"}' on line 3 (1 in all)");
    expect_values("a", "1");
    expect_values("b", "1");
    expect_values("up", "1");
}
END_TEST

START_TEST(page_in_small_pieces)
{
    size_t len;
    char *bytes = peer_http(200, PLAIN, STR("# HELP a x\na 1\nbb{c=\"d\"} 2.5\n"), &len);
    peer_add(peer, &(struct peer_reply){.bytes = bytes, .len = len, .chunk_bytes = 3});
    poll_once("/metrics");
    ck_assert_msg(health.state == SOURCE_UP, "%s", health.error);
    expect_values("a", "1");
    expect_values("bb", "2.5");
    free(bytes);
}
END_TEST

START_TEST(removed_while_open)
{
    peer_answer(peer, 200, PLAIN, "a 1\n");
    peer_add(peer,
             &(struct peer_reply){.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\na 9\n",
                                  .then = PEER_STALL});
    poll_once("/metrics");
    done = false;
    next_millisecond();
    poller_poll_now(poller, polled);
    for (int i = 0; i < 3000 && peer_requests(peer) < 2; i++) {
        loop_step(loop, 10);
    }
    loop_step(loop, 10);
    poller_remove(poller, polled);
    ck_assert(!done);
    expect_values("a", "1 stale");
    expect_values("up", "1 stale");
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("scrape");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, scrapes);
    tcase_add_test(tc, type_decides_the_format);
    tcase_add_loop_test(tc, bad_answers, 0, ARRAY_LEN(hostiles));
    tcase_add_loop_test(tc, broken_answers, 0, ARRAY_LEN(raws));
    tcase_add_test(tc, accepts_and_says_nothing);
    tcase_add_test(tc, stalls_in_the_page);
    tcase_add_loop_test(tc, endless_page, 0, 2);
    tcase_add_test(tc, duplicates_degrade);
    tcase_add_test(tc, page_in_small_pieces);
    tcase_add_test(tc, removed_while_open);
    return suite_run("source/scrape", tc);
}
