/* The source `alertmanager` under the poller, against a peer: what comes in, what fails and what of
 * it, silences made and ended. */
#include <stdio.h>
#include <stdlib.h>

#include "source/alertmanager/options.h"
#include "source/foreign.h"
#include "source/poller.h"
#include "support/peer.h"
#include "support/store_text.h"
#include "support/suite.h"
#include "yaml/read.h"

extern const struct source_ops source_alertmanager_ops;

/* No tick comes while a test runs. */
#define YEARS_MS ((int64_t)3650 * 24 * 3600 * 1000)

static struct loop *loop;
static struct http_client *http;
static struct label_table *table;
static struct store *store;
static struct poller *poller;
static struct peer *peer;
static struct source_env env;
static struct source_config config;
static struct polled *polled;
static struct source *source;
static const struct foreign_ops *foreign;
static bool done;
static unsigned changes;
static struct source_health health;
static char name[] = "am";

/* What the peer says. */
static struct {
    int alerts_status;
    const char *alerts;
    int silences_status;
    const char *silences;
    int change_status;
    const char *change;
    bool stall;
} says;

#define ALERT(state)                                                                      \
    "{\"labels\":{\"alertname\":\"A\"},\"annotations\":{},\"status\":{\"state\":\"" state \
    "\",\"silencedBy\":[],\"inhibitedBy\":[]}}"
#define SILENCE                                                                        \
    "{\"id\":\"s-1\",\"status\":{\"state\":\"active\"},\"matchers\":[{\"name\":\"a\"," \
    "\"value\":\"b\",\"isRegex\":false}]}"

static void answer(void *user, const struct peer_request *request, struct peer_reply *reply)
{
    (void)user;
    bool change = str_equal_c(request->method, "POST") || str_equal_c(request->method, "DELETE");
    if (says.stall) {
        reply->then = PEER_STALL;
    } else if (change) {
        peer_reply_http(peer, reply, says.change_status, NULL, says.change);
    } else if (str_contains(request->target, STR("/api/v2/alerts"))) {
        peer_reply_http(peer, reply, says.alerts_status, "Content-Type: application/json\r\n",
                        says.alerts);
    } else {
        peer_reply_http(peer, reply, says.silences_status, "Content-Type: application/json\r\n",
                        says.silences);
    }
}

static void on_done(void *user, struct polled *p)
{
    (void)user;
    polled_health(p, loop_wall(loop), &health);
    done = true;
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
    table = label_table_create();
    store = store_create(&(struct store_options){0}, table);
    poller = poller_create(loop, NULL, on_done, NULL);
    peer = peer_create(loop);
    peer_handle(peer, answer, NULL);
    env = (struct source_env){.loop = loop, .http = http, .labels = table, .store = store};
    config = (struct source_config){.name = name,
                                    .ops = &source_alertmanager_ops,
                                    .interval_ms = YEARS_MS,
                                    .timeout_ms = 60000};
    says.alerts_status = says.silences_status = says.change_status = 200;
    says.alerts = "[" ALERT("active") "," ALERT("suppressed") "]";
    says.silences = "[" SILENCE "]";
    says.change = "{\"silenceID\":\"new\"}";
    says.stall = false;
    changes = 0;
    polled = NULL;
    config.options =
        alertmanager_options_from_target(str_from(peer_url(peer, "/prefix/api/v2/")), &err);
    ck_assert_msg(config.options != NULL, "%s", error_text(&err));
    source = source_alertmanager_ops.create(&env, &config, &err);
    ck_assert_msg(source != NULL, "%s", error_text(&err));
    foreign = source_alertmanager_ops.foreign;
    foreign->follow(source, on_changed, NULL);
}

static void teardown(void)
{
    if (polled == NULL) {
        source_alertmanager_ops.destroy(source);
    }
    poller_destroy(poller);
    peer_destroy(peer);
    http_client_destroy(http);
    store_destroy(store);
    label_table_destroy(table);
    source_alertmanager_ops.free_options(config.options);
    for (int i = 0; i < 3; i++) {
        loop_step(loop, 0);
    }
    loop_destroy(loop);
}

static void poll_once(void)
{
    done = false;
    if (polled == NULL) {
        polled = poller_add(poller, source);
    } else {
        poller_poll_now(poller, polled);
    }
    ck_assert_msg(peer_wait(loop, &done), "the poll did not end");
}

START_TEST(alerts_and_silences_come_in)
{
    ck_assert_ptr_null(foreign->list(source));
    poll_once();
    ck_assert_msg(health.state == SOURCE_UP && health.error[0] == '\0', "%s", health.error);
    const struct foreign_list *list = foreign->list(source);
    ck_assert_uint_eq(list->alerts.len, 2);
    ck_assert_uint_eq(list->silences.len, 1);
    ck_assert_int_eq(list->alerts.items[1].state, FOREIGN_SUPPRESSED);
    ck_assert_int_gt(list->at.ms, 0);
    ck_assert_ptr_null(foreign->problem(source));
    ck_assert_uint_eq(changes, 1);
    ck_assert_uint_eq(peer_requests(peer), 2);
    ck_assert(str_equal_c(peer_request(peer, 0)->target, "/prefix/api/v2/alerts"));
    ck_assert(str_equal_c(peer_request(peer, 1)->target, "/prefix/api/v2/silences"));
    char *up = store_text(store, "__name__", "up", 0, INT64_MAX);
    ck_assert_msg(strstr(up, "job=\"am\"} 1@") != NULL, "%s", up);
    free(up);
}
END_TEST

START_TEST(a_list_may_be_kept)
{
    poll_once();
    struct foreign_list *kept = foreign_list_ref(foreign->list(source));
    says.alerts = "[]";
    poll_once();
    ck_assert_uint_eq(foreign->list(source)->alerts.len, 0);
    ck_assert_uint_eq(kept->alerts.len, 2);
    ck_assert_ptr_nonnull(kept->alerts.items[0].labels);
    foreign_list_unref(kept);
}
END_TEST

START_TEST(missing_silences_are_said)
{
    poll_once();
    says.silences_status = _i == 0 ? 500 : 200;
    says.silences = _i == 0 ? "oh dear" : "[" SILENCE ",{\"id\":\"s-2\"}]";
    poll_once();
    ck_assert_uint_eq(health.failures_in_a_row, 0);
    ck_assert_msg(strstr(health.error, "the silences are missing: ") != NULL, "%s", health.error);
    ck_assert_str_eq(foreign->problem(source), health.error);
    ck_assert_uint_eq(foreign->list(source)->alerts.len, 2);
    ck_assert_uint_eq(foreign->list(source)->silences.len, 0);
    says.silences_status = 200;
    says.silences = "[" SILENCE "]";
    poll_once();
    ck_assert_ptr_null(foreign->problem(source));
    ck_assert_uint_eq(foreign->list(source)->silences.len, 1);
}
END_TEST

static const struct {
    int status;
    const char *body;
    enum error_kind kind;
} faults[] = {
    {404, "404 page not found\n", ERROR_HTTP},
    {401, "", ERROR_AUTH},
    {503, "", ERROR_BUSY},
    {200, "<html>login</html>", ERROR_PROTOCOL},
    {200, "[" ALERT("active"), ERROR_PROTOCOL},
    {200, "{\"data\":[]}", ERROR_PROTOCOL},
    {200, "", ERROR_PROTOCOL},
    {200, "[" ALERT("odd") "]", ERROR_PROTOCOL},
};

/* The list of the last good poll stays. */
START_TEST(failed_polls_keep_the_list)
{
    poll_once();
    says.alerts_status = faults[_i].status;
    says.alerts = faults[_i].body;
    poll_once();
    ck_assert_uint_eq(health.failures_in_a_row, 1);
    ck_assert_msg(health.error_kind == faults[_i].kind || faults[_i].kind == ERROR_PROTOCOL, "%s",
                  health.error);
    ck_assert_uint_eq(foreign->list(source)->alerts.len, 2);
    ck_assert_uint_eq(changes, 1);
}
END_TEST

START_TEST(open_poll_is_cancelled)
{
    says.stall = true;
    polled = poller_add(poller, source);
    for (int i = 0; i < 2000 && peer_requests(peer) < 2; i++) {
        loop_step(loop, 10);
    }
    poller_remove(poller, polled);
    ck_assert_uint_eq(changes, 0);
}
END_TEST

struct outcome {
    bool done;
    unsigned times;
    char id[64];
    enum error_kind kind;
    char text[256];
};

static void on_change(void *user, const char *id, const struct error *err)
{
    struct outcome *o = user;
    ck_assert((id == NULL) != (err == NULL));
    o->done = true;
    o->times++;
    o->kind = err != NULL ? err->kind : ERROR_NONE;
    snprintf(o->id, sizeof(o->id), "%s", id != NULL ? id : "");
    snprintf(o->text, sizeof(o->text), "%s", err != NULL ? error_text(err) : "");
}

static struct foreign_matcher matcher = {
    .op = MATCH_EQUAL, .name = STR_INIT("alertname"), .value = STR_INIT("A")};
static const struct foreign_silence silence = {
    .matchers = {&matcher, 1},
    .starts_at = {INT64_C(1795293521346)},
    .ends_at = {INT64_C(1795293621346)},
    .created_by = STR_INIT("me"),
    .comment = STR_INIT("why"),
};

START_TEST(silence_is_made)
{
    struct outcome o = {0};
    foreign->silence_put(source, &silence, on_change, &o);
    ck_assert(!o.done);
    ck_assert(peer_wait(loop, &o.done));
    ck_assert_msg(o.kind == ERROR_NONE, "%s", o.text);
    ck_assert_str_eq(o.id, "new");
    const struct peer_request *request = peer_request(peer, 0);
    ck_assert(str_equal_c(request->method, "POST"));
    ck_assert(str_equal_c(request->target, "/prefix/api/v2/silences"));
    ck_assert(str_equal_c(peer_header(request, "Content-Type"), "application/json"));
    ck_assert(str_starts_with(request->body, STR("{\"matchers\":[{\"name\":\"alertname\"")));
}
END_TEST

START_TEST(silence_is_ended)
{
    struct outcome o = {0};
    says.change = "";
    foreign->silence_expire(source, "0a-b", on_change, &o);
    ck_assert(peer_wait(loop, &o.done));
    ck_assert_msg(o.kind == ERROR_NONE, "%s", o.text);
    ck_assert_str_eq(o.id, "0a-b");
    const struct peer_request *request = peer_request(peer, 0);
    ck_assert(str_equal_c(request->method, "DELETE"));
    ck_assert(str_equal_c(request->target, "/prefix/api/v2/silence/0a-b"));
}
END_TEST

static const struct {
    const char *expire; /* NULL: put */
    int status;
    const char *body;
    enum error_kind kind;
    const char *says;
} refusals[] = {
    {NULL, 400, "\"silence invalid: no matchers\"", ERROR_HTTP, "silence invalid"},
    {NULL, 200, "", ERROR_NONE, NULL},
    {NULL, 200, "{}", ERROR_PROTOCOL, "silenceID"},
    {NULL, 200, "{\"silenceID\":7}", ERROR_PROTOCOL, "silenceID"},
    {"gone", 404, "\"silence not found\"", ERROR_NOT_FOUND, "there is no silence 'gone'"},
    {"gone", 500, "\"silence not found\"", ERROR_NOT_FOUND, "there is no silence 'gone'"},
    {"gone", 500, "\"silence already expired\"", ERROR_HTTP, "already expired"},
    {"../alerts", 200, "", ERROR_NOT_FOUND, "there is no silence"},
    {"", 200, "", ERROR_NOT_FOUND, "there is no silence"},
};

START_TEST(refused_changes_are_told)
{
    struct outcome o = {0};
    says.change_status = refusals[_i].status;
    says.change = refusals[_i].body;
    if (refusals[_i].expire == NULL) {
        foreign->silence_put(source, &silence, on_change, &o);
    } else {
        foreign->silence_expire(source, refusals[_i].expire, on_change, &o);
    }
    ck_assert(!o.done);
    ck_assert(peer_wait(loop, &o.done));
    ck_assert_int_ne(o.kind, ERROR_NONE);
    if (refusals[_i].says != NULL) {
        ck_assert_int_eq(o.kind, refusals[_i].kind);
        ck_assert_msg(strstr(o.text, refusals[_i].says) != NULL, "%s", o.text);
    }
    ck_assert_uint_eq(o.times, 1);
}
END_TEST

START_TEST(changes_are_cancelled)
{
    struct outcome cancelled = {0};
    struct outcome ended = {0};
    says.stall = true;
    struct foreign_change *change = foreign->silence_put(source, &silence, on_change, &cancelled);
    foreign->silence_expire(source, "0a", on_change, &ended);
    foreign->silence_expire(source, "?", on_change, &ended);
    foreign->change_cancel(change);
    foreign->change_cancel(NULL);
    source_alertmanager_ops.destroy(source);
    ck_assert_uint_eq(cancelled.times, 0);
    ck_assert_uint_eq(ended.times, 2);
    ck_assert_int_eq(ended.kind, ERROR_CANCELLED);
    struct error err = ERROR_INIT;
    source = source_alertmanager_ops.create(&env, &config, &err);
}
END_TEST

static const struct {
    const char *text;
    const char *error; /* NULL: fine */
} option_texts[] = {
    {"url: http://h:9093", NULL},
    {"url: https://h/x/api/v2/\nfilter: ['team=\"shop\"', a!=b]\nbasic_auth: { username: u, "
     "password: p }",
     NULL},
    {"filter: []", "key 'url' is missing"},
    {"url: ftp://h", "neither http:// nor https://"},
    {"url: http://h/?a=b", "goes on behind its path"},
    {"{ url: 'http://h', filter: a }", "expected a list of up to"},
    {"{ url: 'http://h', filters: [a] }", "unknown key 'filters'"},
};

START_TEST(options_are_read)
{
    struct diags diags;
    struct yaml_reader reader;
    struct strbuf text = STRBUF_INIT;
    diags_init(&diags);
    struct yaml_document *document =
        yaml_parse("test.yaml", str_from(option_texts[_i].text), &diags);
    ck_assert_ptr_nonnull(document);
    yaml_reader_init(&reader, document, &diags);
    struct alertmanager_options *o = alertmanager_options_read(&reader, yaml_root(document));
    diags_format(&diags, &text);
    if (option_texts[_i].error == NULL) {
        ck_assert_msg(o != NULL, "%s", strbuf_cstr(&text));
        ck_assert_str_eq(o->url, _i == 0 ? "http://h:9093" : "https://h/x");
        ck_assert_str_eq(o->instance, _i == 0 ? "h:9093" : "h:443");
        ck_assert_uint_eq(o->filters.len, _i == 0 ? 0 : 2);
    } else {
        ck_assert_ptr_null(o);
        ck_assert_msg(strstr(strbuf_cstr(&text), option_texts[_i].error) != NULL, "%s",
                      strbuf_cstr(&text));
    }
    alertmanager_options_free(o);
    strbuf_release(&text);
    yaml_reader_release(&reader);
    yaml_destroy(document);
    diags_release(&diags);
}
END_TEST

START_TEST(filters_are_sent)
{
    struct alertmanager_options *o = config.options;
    char *filter = str_dup(STR("team=\"a b\""));
    vec_push(&o->filters, filter);
    poll_once();
    ck_assert(str_equal_c(peer_request(peer, 0)->target,
                          "/prefix/api/v2/alerts?filter=team%3D%22a%20b%22"));
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("alertmanager");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, alerts_and_silences_come_in);
    tcase_add_test(tc, a_list_may_be_kept);
    tcase_add_loop_test(tc, missing_silences_are_said, 0, 2);
    tcase_add_loop_test(tc, failed_polls_keep_the_list, 0, (int)ARRAY_LEN(faults));
    tcase_add_test(tc, open_poll_is_cancelled);
    tcase_add_test(tc, silence_is_made);
    tcase_add_test(tc, silence_is_ended);
    tcase_add_loop_test(tc, refused_changes_are_told, 0, (int)ARRAY_LEN(refusals));
    tcase_add_test(tc, changes_are_cancelled);
    tcase_add_loop_test(tc, options_are_read, 0, (int)ARRAY_LEN(option_texts));
    tcase_add_test(tc, filters_are_sent);
    return suite_run("source/alertmanager", tc);
}
