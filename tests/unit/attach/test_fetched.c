/* What the API writes is read back as what it was written from. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/alert_json.h"
#include "api/control.h"
#include "attach/fetched.h"
#include "base/mem.h"
#include "net/http.h"
#include "support/fake_alerts.h"
#include "support/fake_night.h"
#include "support/suite.h"

#define NOW FAKE_ALERTS_NOW

static struct alerts *alerts;
static struct label_table *table;
static struct loop *loop;
static struct http_client *client;
static struct http_server *server;
static struct control *api;
static char folder[64], path[108];
static struct json_document *document;
static bool answered;

static struct wall host_now(void *user)
{
    (void)user;
    return (struct wall){NOW};
}

static void on_answer(void *user, const struct http_response *response, const struct error *failure)
{
    struct error err = ERROR_INIT;
    (void)user;
    ck_assert_msg(response != NULL, "%s", failure != NULL ? error_text(failure) : "");
    document = json_parse(response->body, CONTROL_MAX_ANSWER, &err);
    ck_assert_msg(document != NULL, "%s", error_text(&err));
    answered = true;
}

static struct json get(const char *target)
{
    char *url = mem_printf("http://tocsin%s", target);
    const struct http_request request = {.url = url, .unix_socket = path, .done = on_answer};
    json_destroy(document);
    document = NULL;
    answered = false;
    (void)http_send(client, &request);
    free(url);
    while (!answered) {
        loop_step(loop, 1000);
    }
    return json_root(document);
}

/* Takes the alerts over. */
static void setup_over(struct alerts *given)
{
    struct error err = ERROR_INIT;
    const struct control_host host = {.version = "1.2.3", .started = {NOW - 1}, .now = host_now};
    struct http_server_options options = {.unix_path = path};
    loop = loop_create(NULL, &err);
    ck_assert_ptr_nonnull(loop);
    strcpy(folder, "/tmp/tocsin-attach-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/tocsin.sock", folder);
    alerts = given;
    table = label_table_create();
    api = control_create(alerts, &host);
    options.routes = control_routes(&options.route_count);
    options.user = api;
    server = http_server_create(loop, &options, &err);
    ck_assert_msg(server != NULL, "%s", error_text(&err));
    client = http_client_create(loop);
}

static void setup(void)
{
    setup_over(fake_alerts_create(NULL));
}

static void teardown(void)
{
    json_destroy(document);
    document = NULL;
    http_client_destroy(client);
    http_server_destroy(server);
    control_destroy(api);
    fake_alerts_destroy(alerts);
    label_table_destroy(table);
    loop_destroy(loop);
    rmdir(folder);
}

/* --- the same? --- */

static void same_text(const char *a, const char *b)
{
    ck_assert_str_eq(a != NULL ? a : "(none)", b != NULL ? b : "(none)");
}

static void same_labels(const struct labels *a, const struct labels *b)
{
    struct strbuf x = STRBUF_INIT, y = STRBUF_INIT;
    labels_format(&x, a);
    labels_format(&y, b);
    ck_assert_str_eq(strbuf_cstr(&x), strbuf_cstr(&y));
    strbuf_release(&x);
    strbuf_release(&y);
}

static void same_pairs(const struct rule_pairs *a, const struct rule_pairs *b)
{
    ck_assert_uint_eq(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        ck_assert(str_equal(a->items[i].name, b->items[i].name));
        ck_assert(str_equal(a->items[i].value, b->items[i].value));
    }
}

static void same_number(bool has_a, double a, bool has_b, double b)
{
    ck_assert_int_eq(has_a, has_b);
    ck_assert(!has_a || a == b || (isnan(a) && isnan(b)));
}

static void same_ack(const struct ack *a, const struct ack *b)
{
    ck_assert_int_eq(a == NULL, b == NULL);
    if (a != NULL) {
        same_text(a->by, b->by);
        same_text(a->note, b->note);
        ck_assert_int_eq(a->at.ms, b->at.ms);
        ck_assert_int_eq(a->expires_at.ms, b->expires_at.ms);
    }
}

static void same_rule_of(const struct alert_info *a, const struct alert_info *b)
{
    same_text(a->rule, b->rule);
    same_text(a->group, b->group);
    same_text(a->file, b->file);
    ck_assert_uint_eq(a->line, b->line);
    same_text(a->expr, b->expr);
    same_text(a->source, b->source);
    same_text(a->reason, b->reason);
}

static void same_times(const struct alert_info *a, const struct alert_info *b)
{
    ck_assert_int_eq(a->active_at.ms, b->active_at.ms);
    ck_assert_int_eq(a->fired_at.ms, b->fired_at.ms);
    ck_assert_int_eq(a->resolved_at.ms, b->resolved_at.ms);
    ck_assert_int_eq(a->unknown_since.ms, b->unknown_since.ms);
    ck_assert_int_eq(a->updated_at.ms, b->updated_at.ms);
    ck_assert_int_eq(a->for_ms, b->for_ms);
    ck_assert_int_eq(a->fires_in_ms, b->fires_in_ms);
}

static void same_alert(const struct alert_info *a, const struct alert_info *b)
{
    ck_assert(a->id == b->id && a->fingerprint == b->fingerprint);
    ck_assert_int_eq((int)a->origin, (int)b->origin);
    same_labels(a->labels, b->labels);
    same_pairs(&a->annotations, &b->annotations);
    ck_assert_int_eq((int)a->state, (int)b->state);
    ck_assert_int_eq(a->fires, b->fires);
    ck_assert_int_eq(a->flapping, b->flapping);
    ck_assert_int_eq((int)a->severity, (int)b->severity);
    same_times(a, b);
    same_number(a->has_value, a->value, b->has_value, b->value);
    same_number(a->has_threshold, a->threshold, b->has_threshold, b->threshold);
    same_text(a->has_threshold ? a->comparison : NULL, b->comparison);
    ck_assert_int_eq((int)a->unit, (int)b->unit);
    same_rule_of(a, b);
    same_ack(a->ack, b->ack);
    ck_assert_uint_eq(a->silence_count, b->silence_count);
    for (size_t i = 0; i < a->silence_count; i++) {
        same_text(a->silences[i]->id, b->silences[i]->id);
    }
    same_text(a->inhibited_by, b->inhibited_by);
    ck_assert_int_eq(a->muted_elsewhere, b->muted_elsewhere);
}

static void same_silence(const struct silence *a, const struct silence *b)
{
    struct strbuf x = STRBUF_INIT, y = STRBUF_INIT;
    silence_format_matchers(&x, a);
    silence_format_matchers(&y, b);
    ck_assert_str_eq(strbuf_cstr(&x), strbuf_cstr(&y));
    strbuf_release(&x);
    strbuf_release(&y);
    same_text(a->id, b->id);
    same_text(a->created_by, b->created_by);
    same_text(a->comment, b->comment);
    same_text(a->source, b->source);
    ck_assert_int_eq(a->starts_at_ms, b->starts_at_ms);
    ck_assert_int_eq(a->ends_at_ms, b->ends_at_ms);
    ck_assert_int_eq(a->updated_at_ms, b->updated_at_ms);
    ck_assert_int_eq(a->end_when_resolved_ms, b->end_when_resolved_ms);
    ck_assert_int_eq(a->quiet_since_ms, b->quiet_since_ms);
}

static void same_rule(const struct rule_info *a, const struct rule_info *b)
{
    ck_assert_int_eq(a->alerting, b->alerting);
    same_text(a->name, b->name);
    same_text(a->group, b->group);
    same_text(a->file, b->file);
    ck_assert_uint_eq(a->line, b->line);
    same_text(a->source, b->source);
    same_text(a->expr, b->expr);
    same_pairs(&a->labels, &b->labels);
    ck_assert_int_eq(a->interval_ms, b->interval_ms);
    if (a->alerting) {
        same_pairs(&a->annotations, &b->annotations);
        ck_assert_int_eq(a->for_ms, b->for_ms);
        ck_assert_int_eq(a->keep_firing_for_ms, b->keep_firing_for_ms);
    }
    same_text(a->recover, b->recover);
    ck_assert_int_eq((int)a->health, (int)b->health);
    same_text(a->error, b->error);
    ck_assert_int_eq(a->evaluated.ms, b->evaluated.ms);
    ck_assert_int_eq(a->next.ms, b->next.ms);
    ck_assert_int_eq(a->duration_us, b->duration_us);
    ck_assert_uint_eq(a->missed, b->missed);
    ck_assert_uint_eq(a->pending, b->pending);
    ck_assert_uint_eq(a->firing, b->firing);
    ck_assert_uint_eq(a->unknown, b->unknown);
    same_text(a->note, b->note);
}

/* --- the tests --- */

static void expect_same_alerts(void)
{
    struct fetched_alerts f;
    struct error err = ERROR_INIT;
    fetched_alerts_init(&f);
    bool ok = fetched_alerts_read(&f, table, get("/api/tocsin/v1/alerts?silences=true"), &err);
    ck_assert_msg(ok, "%s", error_text(&err));
    same_text(f.problem, alerts_problem(alerts));
    ck_assert_int_eq(f.last_cycle.ms, alerts_last_cycle(alerts).ms);
    ck_assert_uint_eq(f.alerts.len, alerts_count(alerts));
    for (size_t i = 0; i < f.alerts.len; i++) {
        same_alert(alerts_at(alerts, i), &f.alerts.items[i]);
    }
    ck_assert_uint_eq(f.silences.len, alerts_silence_count(alerts));
    for (size_t i = 0; i < f.silences.len; i++) {
        same_silence(alerts_silence_at(alerts, i), &f.silences.items[i]);
    }
    fetched_alerts_release(&f);
}

static void expect_same_rules(void)
{
    struct fetched_rules f;
    struct error err = ERROR_INIT;
    fetched_rules_init(&f);
    bool ok = fetched_rules_read(&f, get("/api/v1/rules"), &err);
    ck_assert_msg(ok, "%s", error_text(&err));
    ck_assert_uint_eq(f.rules.len, alerts_rule_count(alerts));
    for (size_t i = 0; i < f.rules.len; i++) {
        struct rule_info rule;
        alerts_rule_at(alerts, i, &rule);
        same_rule(&rule, &f.rules.items[i]);
    }
    fetched_rules_release(&f);
}

START_TEST(nothing)
{
    expect_same_alerts();
    expect_same_rules();
}
END_TEST

static const enum fake_night nights[] = {NIGHT_QUIET,    NIGHT_BUSY,    NIGHT_BLIND,
                                         NIGHT_NO_RULES, NIGHT_STARTED, NIGHT_ACKED};

START_TEST(a_whole_night)
{
    setup_over(fake_night_create(nights[_i]));
    alerts->problem = "state is in memory only: disk full";
    expect_same_alerts();
    expect_same_rules();
}
END_TEST

/* Every member as it is rarely. */
START_TEST(an_alert_with_everything)
{
    char by[] = "ada", note[] = "on \"it\"";
    const struct ack ack = {.by = by, .note = note, .at = {NOW - 5}, .expires_at = {NOW + 5}};
    static struct rule_pair annotations[] = {
        {.name = STR_INIT("runbook"), .value = STR_INIT("https://x/?a=b")},
        {.name = STR_INIT("summary"), .value = STR_INIT("p95 \xE2\x96\x82 high\n")}};
    struct silence *s = fake_alerts_add_silence(alerts, "s-1", "service=~cart|pay");
    s->source = mem_strdup("am");
    s->end_when_resolved_ms = 90000;
    s->quiet_since_ms = NOW - 1;
    struct alert_info *a = fake_alerts_add(alerts, "Slow", "service=cart,severity=page");
    struct alert_info before = *a;
    *a = (struct alert_info){.id = UINT64_MAX,
                             .fingerprint = UINT64_C(0x8000000000000001),
                             .origin = ALERT_OF_ALERTMANAGER,
                             .labels = before.labels,
                             .annotations = {annotations, 2},
                             .state = ALERT_UNKNOWN,
                             .fires = true,
                             .flapping = true,
                             .severity = SEVERITY_CRITICAL,
                             .active_at = {1},
                             .fired_at = {2},
                             .resolved_at = {3},
                             .unknown_since = {4},
                             .updated_at = {5},
                             .for_ms = 1,
                             .fires_in_ms = 0,
                             .value = 0.1,
                             .has_value = true,
                             .threshold = -3,
                             .has_threshold = true,
                             .comparison = "<=",
                             .unit = UNIT_BYTES_PER_SECOND,
                             .rule = "Slow",
                             .group = "g",
                             .file = "r.yaml",
                             .line = 7,
                             .expr = "a > 1",
                             .source = "am",
                             .reason = "the data stopped",
                             .ack = &ack,
                             .inhibited_by = "TocsinSourceDown",
                             .muted_elsewhere = true};
    fake_alerts_silence(alerts, a, s);
    expect_same_alerts();
}
END_TEST

static const double values[] = {INFINITY, -INFINITY, NAN, 0, -0.5, 1e300};

START_TEST(numbers_without_a_word_in_json)
{
    struct alert_info *a = fake_alerts_add(alerts, "Slow", "");
    a->has_value = a->has_threshold = true;
    a->value = a->threshold = values[_i];
    a->comparison = ">";
    expect_same_alerts();
}
END_TEST

START_TEST(rules_with_everything)
{
    struct rule_info *r = fake_alerts_add_rule(alerts, "Slow");
    r->health = RULE_HEALTH_ERROR;
    r->error = "no answer";
    r->group = "g";
    r->file = "a.yaml";
    r->line = 12;
    r->recover = "a < 1";
    r->missed = 4;
    r->pending = 1;
    r->firing = 2;
    r->unknown = 3;
    r->keep_firing_for_ms = 500;
    r->note = "matches nothing at 'prom'";
    r = fake_alerts_add_rule(alerts, "a:b");
    r->alerting = false;
    r->health = RULE_HEALTH_NEW;
    r->evaluated = r->next = (struct wall){0};
    r->duration_us = 0;
    r->group = "g";
    r->file = "b.yaml";
    r->interval_ms = 1500;
    expect_same_rules();
}
END_TEST

/* An alert as it is written, with one thing changed. */
#define ALERT_WITH(id, state, unit, silences)                                                   \
    "{\"version\":\"1\",\"problem\":null,\"silences\":[],\"alerts\":[{\"fingerprint\":"         \
    "\"0000000000000001\",\"labels\":{\"a\":\"b\"},\"annotations\":{},\"updatedAt\":null,"      \
    "\"id\":" id ",\"origin\":\"tocsin\",\"state\":" state ",\"severity\":\"warning\","         \
    "\"fires\":true,\"flapping\":false,\"activeAt\":null,\"firedAt\":null,\"resolvedAt\":null," \
    "\"unknownSince\":null,\"forSeconds\":0,\"firesInSeconds\":null,\"value\":null,"            \
    "\"threshold\":null,\"comparison\":null,\"unit\":" unit ",\"rule\":{\"name\":\"x\","        \
    "\"group\":\"\",\"file\":\"\",\"line\":0,\"query\":\"\"},\"source\":\"\",\"reason\":\"\","  \
    "\"ack\":null,\"silences\":" silences ",\"inhibitedBy\":null,\"mutedElsewhere\":false}]}"
#define ID "\"0000000000000002\""

static const struct {
    const char *text;
    const char *error; /* part of it; NULL: it is read */
} bodies[] = {
    {ALERT_WITH(ID, "\"firing\"", "\"count\"", "[]"), NULL},
    {ALERT_WITH("\"2\"", "\"firing\"", "\"count\"", "[]"), "'id' is not 16 hexadecimal digits"},
    {ALERT_WITH("2", "\"firing\"", "\"count\"", "[]"), "id: expected a string"},
    {ALERT_WITH(ID, "\"burning\"", "\"count\"", "[]"), "'burning' is no state"},
    {ALERT_WITH(ID, "\"firing\"", "\"feet\"", "[]"), "'feet' is no unit"},
    {ALERT_WITH(ID, "\"firing\"", "\"count\"", "[{\"id\":\"s\"}]"), "there is no silence 's'"},
    {ALERT_WITH(ID, "\"firing\"", "\"count\"", "7"), "silences: expected an array"},
    {"{}", "alerts: expected an array"},
    {"[]", "alerts: expected an array"},
    {"{\"alerts\":[],\"silences\":[]}", "'version' is missing"},
    {"{\"alerts\":[{}],\"silences\":[],\"version\":\"1\"}", "alerts[0].id: expected a string"},
    {"{\"alerts\":[],\"silences\":[{}],\"version\":\"1\"}", "a silence: 'id' is missing"},
    {"{\"alerts\":[],\"silences\":[7],\"version\":\"1\"}", "a silence: "},
};

START_TEST(answers_that_are_not_right)
{
    struct fetched_alerts f;
    struct error err = ERROR_INIT;
    struct json_document *body = json_parse(str_from(bodies[_i].text), 1 << 20, &err);
    ck_assert_msg(body != NULL, "%s", error_text(&err));
    fetched_alerts_init(&f);
    bool ok = fetched_alerts_read(&f, table, json_root(body), &err);
    ck_assert_int_eq(ok, bodies[_i].error == NULL);
    ck_assert_msg(ok || strstr(error_text(&err), bodies[_i].error) != NULL, "%s", error_text(&err));
    error_release(&err);
    fetched_alerts_release(&f);
    json_destroy(body);
}
END_TEST

static const struct {
    const char *text;
    const char *error;
} rule_bodies[] = {
    {"{\"data\":{\"groups\":[]}}", NULL},
    {"{\"data\":{\"groups\":[{}]}}", "a group of rules: 'name' is missing"},
    {"{\"data\":{\"groups\":[{\"name\":\"g\",\"file\":\"f\",\"interval\":-1e300,\"rules\":[]}]}}",
     "'interval' is not a number of seconds"},
    {"{\"data\":{\"groups\":[{\"name\":\"g\",\"file\":\"f\",\"interval\":1,\"rules\":[{}]}]}}",
     "rules[0].type: expected a string"},
    {"{\"data\":{}}", "data.groups: expected an array"},
    {"7", "data.groups: expected an array"},
};

START_TEST(rules_that_are_not_right)
{
    struct fetched_rules f;
    struct error err = ERROR_INIT;
    struct json_document *body = json_parse(str_from(rule_bodies[_i].text), 1 << 20, &err);
    ck_assert_msg(body != NULL, "%s", error_text(&err));
    fetched_rules_init(&f);
    bool ok = fetched_rules_read(&f, json_root(body), &err);
    ck_assert_int_eq(ok, rule_bodies[_i].error == NULL);
    ck_assert_msg(ok || strstr(error_text(&err), rule_bodies[_i].error) != NULL, "%s",
                  error_text(&err));
    error_release(&err);
    fetched_rules_release(&f);
    json_destroy(body);
}
END_TEST

/* Texts that are no UTF-8 are written as what they can be. */
START_TEST(texts_that_json_has_no_place_for)
{
    struct fetched_alerts f;
    struct error err = ERROR_INIT;
    setup_over(fake_night_create(NIGHT_WIDE));
    fetched_alerts_init(&f);
    bool ok = fetched_alerts_read(&f, table, get("/api/tocsin/v1/alerts?silences=true"), &err);
    ck_assert_msg(ok, "%s", error_text(&err));
    ck_assert_uint_eq(f.alerts.len, alerts_count(alerts));
    fetched_alerts_release(&f);
}
END_TEST

START_TEST(the_same_list_is_not_sent_twice)
{
    fake_alerts_add(alerts, "Slow", "");
    struct str version;
    struct error err = ERROR_INIT;
    ck_assert(json_get_str(get("/api/tocsin/v1/alerts"), "version", &version, &err));
    char *again = mem_printf("/api/tocsin/v1/alerts?unless=%.*s", STR_ARG(version));
    struct json root = get(again);
    ck_assert(json_bool(json_find(root, "unchanged")));
    ck_assert_int_eq((int)json_kind(json_find(root, "alerts")), (int)JSON_KIND_MISSING);
    alerts->version++;
    root = get(again);
    ck_assert(!json_bool(json_find(root, "unchanged")));
    ck_assert_uint_eq(json_size(json_find(root, "alerts")), 1);
    ck_assert_int_eq((int)json_kind(json_find(root, "silences")), (int)JSON_KIND_MISSING);
    free(again);
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("fetched"), *night = tcase_create("nights");
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, nothing);
    tcase_add_test(all, an_alert_with_everything);
    tcase_add_loop_test(all, numbers_without_a_word_in_json, 0, ARRAY_LEN(values));
    tcase_add_test(all, rules_with_everything);
    tcase_add_loop_test(all, answers_that_are_not_right, 0, ARRAY_LEN(bodies));
    tcase_add_loop_test(all, rules_that_are_not_right, 0, ARRAY_LEN(rule_bodies));
    tcase_add_test(all, the_same_list_is_not_sent_twice);
    tcase_add_checked_fixture(night, NULL, teardown);
    tcase_add_loop_test(night, a_whole_night, 0, ARRAY_LEN(nights));
    tcase_add_test(night, texts_that_json_has_no_place_for);
    return suite_run("attach/fetched", all, night);
}
