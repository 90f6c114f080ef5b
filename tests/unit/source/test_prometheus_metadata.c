/* What a server knows about its metrics: the decoder by table, the question against a peer. */
#include <stdlib.h>

#include "source/prometheus/metadata.h"
#include "support/peer.h"
#include "support/suite.h"

#define DATA(inside) "{\"status\":\"success\",\"data\":" inside "}"

struct row {
    const char *json;
    const char *expected; /* of metric `a`: "type|unit|help", or "none", or an error's kind */
};

static const struct row rows[] = {
    {DATA("{\"a\":[{\"type\":\"counter\",\"help\":\"Requests.\\nAll.\",\"unit\":\"bytes\"}]}"),
     "counter|bytes|Requests.\nAll."},
    {DATA("{\"b\":[{\"type\":\"gauge\"}],\"a\":[{\"unit\":\"\",\"help\":\"x\",\"type\":\"gauge\"}]"
          "}"),
     "gauge||x"},
    {DATA("{\"a\":[{\"type\":\"counter\",\"help\":\"first\"},{\"type\":\"gauge\",\"help\":"
          "\"other\"}]}"),
     "counter||first"},
    {DATA("{\"a\":[{\"more\":[{\"type\":\"no\"}],\"type\":\"counter\"}]}"), "counter||"},
    {DATA("{\"a\":[]}"), "||"},
    {DATA("{}"), "none"},
    {DATA("null"), "none"},
    {DATA("[]"), "protocol"},
    {DATA("{\"a\":{}}"), "protocol"},
    {DATA("{\"a\":[1]}"), "protocol"},
    {DATA("{\"a\":[\"counter\"]}"), "protocol"},
    {"{\"status\":\"error\",\"errorType\":\"not_found\",\"error\":\"x\"}", "not-found"},
    {"<html>", "protocol"},
};

static char *described(const struct metadata *m)
{
    const struct metric_info *info = metadata_find(m, STR("a"));
    return info == NULL ? mem_strdup("none")
                        : mem_printf("%.*s|%.*s|%.*s", STR_ARG(info->type), STR_ARG(info->unit),
                                     STR_ARG(info->help));
}

START_TEST(decoding)
{
    struct str json = str_from(rows[_i].json);
    for (size_t cut = 0; cut <= json.len; cut++) {
        struct metadata *m = metadata_create();
        struct error err = ERROR_INIT;
        bool ok = metadata_feed(m, json.data, cut, &err) &&
                  metadata_feed(m, json.data + cut, json.len - cut, &err) &&
                  metadata_finish(m, 200, &err);
        char *got = ok ? described(m) : mem_strdup(error_kind_label(err.kind));
        ck_assert_str_eq(got, rows[_i].expected);
        free(got);
        error_release(&err);
        metadata_destroy(m);
    }
}
END_TEST

static struct loop *loop;
static struct http_client *http;
static struct peer *peer;
static struct prometheus_options *options;
static struct api *api;

static void setup(void)
{
    struct error err = ERROR_INIT;
    loop = loop_create(NULL, &err);
    http = http_client_create(loop);
    peer = peer_create(loop);
    options = prometheus_options_from_target(str_from(peer_url(peer, "")), &err);
    api = api_create(loop, http, options);
}

static void teardown(void)
{
    api_destroy(api);
    prometheus_options_free(options);
    peer_destroy(peer);
    http_client_destroy(http);
    loop_destroy(loop);
}

struct outcome {
    bool done;
    size_t count;
    enum error_kind kind;
};

static void on_metadata(void *user, struct metadata *metadata, const struct error *err)
{
    struct outcome *o = user;
    o->done = true;
    o->kind = err != NULL ? err->kind : ERROR_NONE;
    o->count = metadata != NULL ? metadata_count(metadata) : 0;
    metadata_destroy(metadata);
}

START_TEST(asking)
{
    struct outcome o = {0};
    peer_answer(peer, 200, NULL, rows[1].json);
    peer_answer(peer, 404, NULL, "404 page not found");
    metadata_ask(api, 60000, on_metadata, &o);
    ck_assert(!o.done);
    ck_assert(peer_wait(loop, &o.done));
    ck_assert_int_eq(o.kind, ERROR_NONE);
    ck_assert_uint_eq(o.count, 2);
    ck_assert(str_equal_c(peer_request(peer, 0)->method, "GET"));
    ck_assert(str_equal_c(peer_request(peer, 0)->target, "/api/v1/metadata"));
    o.done = false;
    metadata_ask(api, 60000, on_metadata, &o);
    ck_assert(peer_wait(loop, &o.done));
    ck_assert_int_eq(o.kind, ERROR_NOT_FOUND);
}
END_TEST

START_TEST(cancelling)
{
    struct outcome cancelled = {0};
    struct outcome closed = {0};
    peer_add(peer, &(struct peer_reply){.then = PEER_STALL});
    struct metadata_question *q = metadata_ask(api, 60000, on_metadata, &cancelled);
    metadata_ask(api, 60000, on_metadata, &closed);
    loop_step(loop, 10);
    metadata_cancel(q);
    metadata_cancel(NULL);
    api_destroy(api);
    api = NULL;
    ck_assert(!cancelled.done);
    ck_assert_int_eq(closed.kind, ERROR_CANCELLED);
}
END_TEST

int main(void)
{
    TCase *decoder = tcase_create("decoder");
    tcase_add_loop_test(decoder, decoding, 0, (int)ARRAY_LEN(rows));
    TCase *question = tcase_create("question");
    tcase_add_checked_fixture(question, setup, teardown);
    tcase_add_test(question, asking);
    tcase_add_test(question, cancelling);
    return suite_run("source/prometheus/metadata", decoder, question);
}
