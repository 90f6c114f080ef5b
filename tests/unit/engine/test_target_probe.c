/* What is at an address: an API, a page, something else, nothing. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "engine/target_probe.h"
#include "support/peer.h"
#include "support/suite.h"

#define API_ANSWER \
    "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1,\"1\"]}}"

static struct loop *loop;
static struct http_client *http;
static struct peer *peer;
static struct target_probe *probe;
static bool done;
static unsigned completions;
static char kind[32], url[256], problem[256];
static enum error_kind problem_kind;

static void set_up(void)
{
    struct error err = ERROR_INIT;
    loop = loop_create(NULL, &err);
    http = http_client_create(loop);
    peer = peer_create(loop);
    done = false;
    completions = 0;
    kind[0] = url[0] = problem[0] = '\0';
}

static void tear_down(void)
{
    target_probe_destroy(probe);
    probe = NULL;
    peer_destroy(peer);
    http_client_destroy(http);
    loop_destroy(loop);
}

/* Destroyed inside its own completion, as its owner does. */
static void on_done(void *user, const char *found, const char *at, const struct error *err)
{
    (void)user;
    ck_assert_int_eq(found == NULL, err != NULL);
    snprintf(kind, sizeof(kind), "%s", found != NULL ? found : "");
    snprintf(url, sizeof(url), "%s", at != NULL ? at : "");
    snprintf(problem, sizeof(problem), "%s", err != NULL ? error_text(err) : "");
    problem_kind = err != NULL ? err->kind : ERROR_NONE;
    target_probe_destroy(probe);
    probe = NULL;
    completions++;
    done = true;
}

struct answers {
    int status;
    const char *body;
};

#define NEITHER "neither a Prometheus API nor a metrics page"

static const struct found_case {
    const char *path;       /* of the address */
    struct answers api;     /* at PATH/api/v1/query */
    struct answers page;    /* at PATH */
    struct answers metrics; /* at PATH/metrics */
    const char *kind;
    const char *at; /* the path to use, or what the message says */
    unsigned requests;
    enum error_kind problem;
} found_cases[] = {
    {"", {200, API_ANSWER}, {0}, {0}, "prometheus", "", 1},
    {"/prefix", {200, "\n " API_ANSWER}, {0}, {0}, "prometheus", "/prefix", 1},
    {"/page", {404, "no"}, {200, "# HELP up it is\nup 1\n"}, {0}, "scrape", "/page", 2},
    {"/page", {404, "no"}, {200, "up{a=\"b\"} 1\n"}, {0}, "scrape", "/page", 2},
    {"", {404, "no"}, {200, "<html>hello</html>"}, {200, "up 1\n"}, "scrape", "/metrics", 3},
    {"", {500, "no"}, {500, "up 1\n"}, {200, "up 1\n"}, "scrape", "/metrics", 3},
    /* Not Prometheus' answer, though it is JSON. */
    {"", {200, "{\"status\":\"UP\"}"}, {200, "{}"}, {200, "up 1\n"}, "scrape", "/metrics", 3},
    {"", {404, "no"}, {404, "no"}, {404, "no"}, NULL, NEITHER, 3, ERROR_PROTOCOL},
    {"", {200, "hello"}, {200, "Welcome"}, {200, ""}, NULL, NEITHER, 3, ERROR_PROTOCOL},
    {"", {200, "x"}, {200, "9"}, {200, "a="}, NULL, NEITHER, 3, ERROR_PROTOCOL},
    /* Why not, where somebody said so. */
    {"", {401, "no"}, {404, "no"}, {404, "no"}, NULL, "wants credentials", 3, ERROR_AUTH},
    {"", {404, "no"}, {404, "no"}, {401, "no"}, NULL, "wants credentials", 3, ERROR_AUTH},
    {"", {403, "no"}, {200, "<html>"}, {404, "no"}, NULL, "forbids it", 3, ERROR_AUTH},
    {"", {502, "no"}, {502, "no"}, {404, "no"}, NULL, "HTTP status 502", 3, ERROR_HTTP},
    {"", {503, "no"}, {503, "no"}, {401, "no"}, NULL, "HTTP status 503", 3, ERROR_BUSY},
    {"", {200, "<!doctype html>"}, {404, ""}, {404, ""}, NULL, "a web page", 3, ERROR_PROTOCOL},
    {"", {401, "no"}, {200, "up 1\n"}, {0}, "scrape", "", 2},
};

static void serve(void *user, const struct peer_request *request, struct peer_reply *reply)
{
    const struct found_case *c = user;
    struct str target = request->target;
    const struct answers *a = &c->page;
    if (str_contains(target, STR("/api/v1/query?query=1"))) {
        a = &c->api;
    } else if (str_ends_with(target, STR("/metrics"))) {
        a = &c->metrics;
    }
    peer_reply_http(peer, reply, a->status, NULL, a->body);
}

START_TEST(test_found)
{
    const struct found_case *c = &found_cases[_i];
    peer_handle(peer, serve, (void *)(uintptr_t)c);
    probe = target_probe_create(loop, http, peer_url(peer, c->path), on_done, NULL);
    ck_assert_uint_eq(completions, 0);
    ck_assert(peer_wait(loop, &done));
    ck_assert_uint_eq(completions, 1);
    ck_assert_uint_eq(peer_requests(peer), c->requests);
    ck_assert_str_eq(kind, c->kind != NULL ? c->kind : "");
    if (c->kind != NULL) {
        ck_assert_str_eq(url, peer_url(peer, c->at));
    } else {
        ck_assert_int_eq(problem_kind, c->problem);
        ck_assert_msg(strstr(problem, c->at) != NULL, "%s", problem);
    }
}
END_TEST

START_TEST(test_page_by_name)
{
    probe = target_probe_create(loop, http, "http://127.0.0.1:1/metrics?name=up", on_done, NULL);
    ck_assert(!done);
    ck_assert(peer_wait(loop, &done));
    ck_assert_str_eq(kind, "scrape");
    ck_assert_str_eq(url, "http://127.0.0.1:1/metrics?name=up");
}
END_TEST

/* The head of an endless page is enough: the rest is not waited for. */
START_TEST(test_endless_page)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n";
    struct strbuf bytes = STRBUF_INIT;
    strbuf_add_c(&bytes, head);
    strbuf_add_c(&bytes, "up 1\n");
    peer_answer(peer, 404, NULL, "no");
    peer_add(peer, &(struct peer_reply){.bytes = strbuf_cstr(&bytes),
                                        .then = PEER_REPEAT,
                                        .repeat_from = sizeof(head) - 1});
    probe = target_probe_create(loop, http, peer_url(peer, "/page"), on_done, NULL);
    ck_assert(peer_wait(loop, &done));
    ck_assert_str_eq(kind, "scrape");
    strbuf_release(&bytes);
}
END_TEST

START_TEST(test_refused)
{
    const char *where = peer_url(peer, "/");
    peer_refuse(peer);
    probe = target_probe_create(loop, http, where, on_done, NULL);
    ck_assert(peer_wait(loop, &done));
    ck_assert_str_eq(kind, "");
    ck_assert_int_eq(problem_kind, ERROR_REFUSED);
}
END_TEST

START_TEST(test_password_is_not_told)
{
    peer_answer(peer, 404, NULL, "no");
    char *with = mem_printf("http://me:hunter2@127.0.0.1:%u/", peer_port(peer));
    probe = target_probe_create(loop, http, with, on_done, NULL);
    ck_assert(peer_wait(loop, &done));
    ck_assert_ptr_null(strstr(problem, "hunter2"));
    ck_assert_ptr_nonnull(strstr(problem, "127.0.0.1"));
    free(with);
}
END_TEST

START_TEST(test_destroyed_while_asking)
{
    peer_add(peer, &(struct peer_reply){.then = PEER_STALL});
    probe = target_probe_create(loop, http, peer_url(peer, "/"), on_done, NULL);
    while (peer_requests(peer) == 0) {
        loop_step(loop, 100);
    }
    target_probe_destroy(probe);
    probe = target_probe_create(loop, http, peer_url(peer, "/"), on_done, NULL);
    target_probe_destroy(probe);
    probe = NULL;
    for (int i = 0; i < 10; i++) {
        loop_step(loop, 0);
    }
    ck_assert_uint_eq(completions, 0);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("target_probe");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_loop_test(tc, test_found, 0, ARRAY_LEN(found_cases));
    tcase_add_test(tc, test_page_by_name);
    tcase_add_test(tc, test_endless_page);
    tcase_add_test(tc, test_refused);
    tcase_add_test(tc, test_password_is_not_told);
    tcase_add_test(tc, test_destroyed_while_asking);
    return suite_run("engine/target_probe", tc);
}
