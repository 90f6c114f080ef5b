/* Alerts and rules over the API: the three shapes, filters, acknowledging, the ledger. */
#include <math.h>

#include "api_fixture.h"

static struct rule_pair summary[] = {
    {.name = STR_INIT("summary"), .value = STR_INIT("it is slow")}};

static struct alert_info *slow(void)
{
    struct alert_info *a = fake_alerts_add(alerts, "Slow", "service=checkout,severity=warning");
    a->annotations = (struct rule_pairs){.items = summary, .count = 1};
    a->has_value = a->has_threshold = true;
    a->value = 1.9;
    a->threshold = 0.5;
    a->comparison = ">";
    a->unit = UNIT_SECONDS;
    a->group = "api";
    a->file = "rules.yml";
    a->line = 12;
    a->expr = "p95 > 500ms";
    return a;
}

START_TEST(alertmanagers_shape)
{
    slow();
    get("/api/v2/alerts");
    ck_assert_int_eq(status, 200);
    ck_assert_uint_eq(size_at(""), 1);
    ck_assert_str_eq(text_at("[0].labels.alertname"), "Slow");
    ck_assert_str_eq(text_at("[0].annotations.summary"), "it is slow");
    ck_assert_str_eq(text_at("[0].status.state"), "active");
    ck_assert_uint_eq(size_at("[0].status.silencedBy"), 0);
    ck_assert_uint_eq(size_at("[0].status.inhibitedBy"), 0);
    ck_assert_uint_eq(size_at("[0].status.mutedBy"), 0);
    ck_assert_uint_eq(size_at("[0].receivers"), 0);
    ck_assert_uint_eq(strlen(text_at("[0].fingerprint")), 16);
    ck_assert_str_eq(text_at("[0].startsAt"), "2026-11-21T02:57:41.000Z");
    ck_assert_str_eq(text_at("[0].updatedAt"), "2026-11-21T03:07:37.000Z");
    ck_assert_str_eq(text_at("[0].endsAt"), "2026-11-21T03:12:41.000Z");
    ck_assert_str_eq(text_at("[0].generatorURL"), "");
    ck_assert_str_eq(text_at("[0].tocsin.id"), "0000000000000001");
    ck_assert_str_eq(text_at("[0].tocsin.valueText"), "1.9s");
}
END_TEST

START_TEST(hidden_ones_are_suppressed)
{
    struct alert_info *a = slow();
    fake_alerts_silence(alerts, a, fake_alerts_add_silence(alerts, "id-1", "service=checkout"));
    a->inhibited_by = "SourceDown";
    get("/api/v2/alerts");
    ck_assert_str_eq(text_at("[0].status.state"), "suppressed");
    ck_assert_str_eq(text_at("[0].status.silencedBy[0]"), "id-1");
    ck_assert_str_eq(text_at("[0].status.inhibitedBy[0]"), "SourceDown");
    ck_assert_str_eq(text_at("[0].tocsin.silences[0].comment"), "deploying");
}
END_TEST

/* One active, one silenced, one inhibited, one pending, one resolved. */
static void five(void)
{
    fake_alerts_add(alerts, "Active", "team=a");
    struct alert_info *silenced = fake_alerts_add(alerts, "Silenced", "team=a");
    fake_alerts_silence(alerts, silenced, fake_alerts_add_silence(alerts, "id-1", "Silenced"));
    fake_alerts_add(alerts, "Inhibited", "team=b")->inhibited_by = "Active";
    struct alert_info *pending = fake_alerts_add(alerts, "Pending", "team=a");
    pending->state = ALERT_PENDING;
    pending->fires = false;
    pending->fires_in_ms = 90000;
    struct alert_info *resolved = fake_alerts_add(alerts, "Resolved", "team=a");
    resolved->state = ALERT_INACTIVE;
    resolved->fires = false;
    resolved->resolved_at.ms = NOW - MINUTE;
}

static const struct {
    const char *query;
    const char *names; /* in order, each with a blank behind it */
} filters[] = {
    {"", "Active Silenced Inhibited "},
    {"?active=false", "Silenced Inhibited "},
    {"?silenced=false", "Active Inhibited "},
    {"?inhibited=false", "Active Silenced "},
    {"?silenced=false&inhibited=false", "Active "},
    {"?unprocessed=false&receiver=.*", "Active Silenced Inhibited "},
    {"?filter=team%3D%22b%22", "Inhibited "},
    {"?filter=team%3D%22a%22&filter=alertname%21%3DActive", "Silenced "},
    {"?filter=alertname%3D~%22.*ed%22", "Silenced Inhibited "},
    {"?filter=Active", "Active "},
    {"?filter=team%3D%22c%22", ""},
};

START_TEST(filters_choose)
{
    char target[200];
    char names[200] = "";
    five();
    snprintf(target, sizeof(target), "/api/v2/alerts%s", filters[_i].query);
    get(target);
    ck_assert_int_eq(status, 200);
    for (size_t i = 0; i < size_at(""); i++) {
        char at[40];
        snprintf(at, sizeof(at), "[%zu].labels.alertname", i);
        strcat(strcat(names, text_at(at)), " ");
    }
    ck_assert_str_eq(names, filters[_i].names);
}
END_TEST

static const struct {
    const char *target;
    const char *part;
} slips[] = {
    {"/api/v2/alerts?active=perhaps", "neither true nor false"},
    {"/api/v2/alerts?filter=%3D", "parameter 'filter'"},
    {"/api/v2/alerts?filter=a%3D~%28", "matcher 'a=~('"},
    {"/api/tocsin/v1/alerts?filter=%3D", "not a matcher"},
    {"/api/v1/rules?type=neither", "neither"},
    {"/api/tocsin/v1/why", "no rule is named"},
    {"/api/tocsin/v1/why?rule=a&at=soon", "not a time"},
    {"/api/tocsin/v1/why?rule=a&fingerprint=xyz", "no fingerprint"},
    {"/api/tocsin/v1/transitions?limit=many", "not a number"},
    {"/api/tocsin/v1/transitions?limit=10001", "over 10000"},
    {"/api/tocsin/v1/transitions?from=x", "not a time"},
};

START_TEST(slips_are_said)
{
    get(slips[_i].target);
    expect_error(400, slips[_i].part);
    if (strstr(slips[_i].target, "/v2/") == NULL) {
        ck_assert_str_eq(text_at("errorType"), "bad_data");
    } else {
        ck_assert_int_eq(answer_text[0], '"');
    }
}
END_TEST

START_TEST(own_shape_has_everything)
{
    five();
    alerts->counts = (struct alert_counts){.warning = 1, .unacknowledged = 1, .pending = 1};
    alerts->problem = "state is in memory only: disk full";
    get("/api/tocsin/v1/alerts");
    ck_assert_int_eq(status, 200);
    ck_assert_uint_eq(size_at("alerts"), 5);
    ck_assert_str_eq(text_at("problem"), "state is in memory only: disk full");
    ck_assert_int_eq((int)number_at("counts.warning"), 1);
    ck_assert_str_eq(text_at("alerts[3].state"), "pending");
    ck_assert(number_at("alerts[3].firesInSeconds") == 90);
    ck_assert(is_null_at("alerts[0].firesInSeconds"));
    ck_assert(is_null_at("alerts[0].ack"));
    ck_assert(is_null_at("alerts[0].value"));
    ck_assert(is_null_at("alerts[0].resolvedAt"));
    ck_assert_str_eq(text_at("alerts[4].resolvedAt"), "2026-11-21T03:06:41.000Z");
    ck_assert_str_eq(text_at("alerts[2].inhibitedBy"), "Active");
    ck_assert_str_eq(text_at("alerts[0].origin"), "tocsin");
}
END_TEST

START_TEST(infinite_values_have_a_text)
{
    struct alert_info *a = slow();
    a->value = INFINITY;
    get("/api/tocsin/v1/alerts");
    ck_assert(is_null_at("alerts[0].value"));
    ck_assert_str_eq(text_at("alerts[0].valueText"), "+Inf");
}
END_TEST

START_TEST(prometheus_shape)
{
    slow();
    struct alert_info *foreign = fake_alerts_add(alerts, "Theirs", "a=b");
    foreign->origin = ALERT_OF_PROMETHEUS;
    get("/api/v1/alerts");
    ck_assert_str_eq(text_at("status"), "success");
    ck_assert_uint_eq(size_at("data.alerts"), 1);
    ck_assert_str_eq(text_at("data.alerts[0].state"), "firing");
    ck_assert_str_eq(text_at("data.alerts[0].value"), "1.9");
    ck_assert_str_eq(text_at("data.alerts[0].activeAt"), "2026-11-21T02:52:41.000Z");
}
END_TEST

static void two_groups(void)
{
    struct rule_info *r = fake_alerts_add_rule(alerts, "Slow");
    r->group = "api";
    r->file = "rules.yml";
    r->line = 12;
    r->expr = "p95 > 500ms";
    r = fake_alerts_add_rule(alerts, "job:up:sum");
    r->alerting = false;
    r->group = "api";
    r->file = "rules.yml";
    r->health = RULE_HEALTH_ERROR;
    r->error = "no answer";
    r = fake_alerts_add_rule(alerts, "Down");
    r->group = "other";
    r->file = "rules.yml";
    r->health = RULE_HEALTH_NEW;
    r->evaluated.ms = 0;
}

START_TEST(rules_are_grouped)
{
    slow();
    two_groups();
    get("/api/v1/rules");
    ck_assert_uint_eq(size_at("data.groups"), 2);
    ck_assert_str_eq(text_at("data.groups[0].name"), "api");
    ck_assert_uint_eq(size_at("data.groups[0].rules"), 2);
    ck_assert(number_at("data.groups[0].interval") == 15);
    ck_assert_str_eq(text_at("data.groups[0].rules[0].state"), "firing");
    ck_assert_uint_eq(size_at("data.groups[0].rules[0].alerts"), 1);
    ck_assert(number_at("data.groups[0].rules[0].duration") == 300);
    ck_assert_str_eq(text_at("data.groups[0].rules[0].type"), "alerting");
    ck_assert_str_eq(text_at("data.groups[0].rules[1].type"), "recording");
    ck_assert_str_eq(text_at("data.groups[0].rules[1].health"), "err");
    ck_assert_str_eq(text_at("data.groups[0].rules[1].lastError"), "no answer");
    ck_assert_str_eq(text_at("data.groups[1].rules[0].health"), "unknown");
    ck_assert_str_eq(text_at("data.groups[1].rules[0].state"), "inactive");
    ck_assert_str_eq(text_at("data.groups[1].rules[0].lastEvaluation"), "0001-01-01T00:00:00Z");
}
END_TEST

static const struct {
    const char *query;
    size_t groups;
} rule_filters[] = {
    {"?type=alert", 2},
    {"?type=record", 1},
    {"?rule_name[]=Slow", 1},
    {"?rule_group[]=other", 1},
    {"?file[]=rules.yml", 2},
    {"?file[]=x.yml", 0},
    {"?rule_name=Slow&rule_name=Down", 2},
};

START_TEST(rules_are_chosen)
{
    char target[200];
    two_groups();
    snprintf(target, sizeof(target), "/api/v1/rules%s", rule_filters[_i].query);
    get(target);
    ck_assert_uint_eq(size_at("data.groups"), rule_filters[_i].groups);
}
END_TEST

START_TEST(no_alerts_of_others_are_taken)
{
    post("/api/v2/alerts", "[]");
    expect_error(405, "takes no alerts");
    ck_assert_ptr_nonnull(strstr(text_at(""), "as a source"));
}
END_TEST

START_TEST(acknowledging)
{
    slow();
    post("/api/tocsin/v1/ack",
         "{\"id\":\"0000000000000001\",\"by\":\"ada\",\"note\":\"mine\",\"for\":\"2h\"}");
    ck_assert_int_eq(status, 200);
    ck_assert(number_at("acknowledged") == 1);
    ck_assert_str_eq(text_at("by"), "ada");
    const struct fake_command *c = fake_alerts_last(alerts);
    ck_assert_int_eq(c->id, FAKE_ACK);
    ck_assert_uint_eq(c->alert, 1);
    ck_assert_str_eq(c->by, "ada");
    ck_assert_str_eq(c->note, "mine");
    ck_assert_int_eq(c->expires_ms, NOW + 120 * MINUTE);
}
END_TEST

START_TEST(acknowledging_by_fingerprint_and_as_oneself)
{
    char body[80];
    struct alert_info *a = slow();
    a->fingerprint = 0xABCDEF0123456789u;
    snprintf(body, sizeof(body), "{\"fingerprint\":\"abcdef0123456789\"}");
    post("/api/tocsin/v1/ack", body);
    ck_assert_int_eq(status, 200);
    const struct fake_command *c = fake_alerts_last(alerts);
    ck_assert_uint_eq(c->alert, a->id);
    ck_assert_str_eq(c->note, "");
    ck_assert_int_eq(c->expires_ms, 0);
    ck_assert_str_ne(c->by, ""); /* whoever runs the test */
}
END_TEST

START_TEST(acknowledging_several_and_taking_back)
{
    five();
    post("/api/tocsin/v1/ack",
         "{\"ids\":[\"0000000000000001\",\"0000000000000002\"],\"by\":\"a\"}");
    ck_assert(number_at("acknowledged") == 2);
    ck_assert_uint_eq(alerts->commands.len, 2);
    ask_as("DELETE", "/api/tocsin/v1/ack?id=0000000000000002&by=b", NULL, NULL, false);
    ck_assert_int_eq(status, 200);
    ck_assert(number_at("unacknowledged") == 1);
    ck_assert_int_eq(fake_alerts_last(alerts)->id, FAKE_UNACK);
    ck_assert_uint_eq(fake_alerts_last(alerts)->alert, 2);
    ck_assert_str_eq(fake_alerts_last(alerts)->by, "b");
}
END_TEST

static const struct {
    const char *body;
    int status;
    const char *part;
} bad_acks[] = {
    {"", 400, "no alert is named"},
    {"[]", 400, "not a JSON object"},
    {"{", 400, "not JSON"},
    {"{\"id\":\"7\"}", 400, "no alert's id"},
    {"{\"id\":7}", 400, "'id' is not a text"},
    {"{\"id\":\"00000000000000ff\"}", 404, "there is no alert"},
    {"{\"ids\":[\"0000000000000001\",\"00000000000000ff\"]}", 404, "there is no alert"},
    {"{\"id\":\"0000000000000001\",\"for\":\"soon\"}", 400, "'for'"},
    {"{\"id\":\"0000000000000001\",\"for\":\"0s\"}", 400, "not a time to come"},
    {"{\"id\":\"0000000000000001\",\"expires\":\"2020-01-01T00:00:00Z\"}", 400, "to come"},
    {"{\"id\":\"0000000000000001\",\"note\":[]}", 400, "'note' is not a text"},
    {"{\"id\":\"0000000000000001\",\"by\":\"a\\u0000b\"}", 400, ""},
};

START_TEST(bad_acknowledgements)
{
    slow();
    post("/api/tocsin/v1/ack", bad_acks[_i].body);
    expect_error(bad_acks[_i].status, bad_acks[_i].part);
    ck_assert_uint_eq(alerts->commands.len, 0);
}
END_TEST

START_TEST(what_is_not_kept_is_a_warning)
{
    slow();
    error_set(&alerts->failure, ERROR_IO, "it holds in memory only: disk full");
    post("/api/tocsin/v1/ack", "{\"id\":\"0000000000000001\"}");
    ck_assert_int_eq(status, 200);
    ck_assert_str_eq(text_at("warnings[0]"), "it holds in memory only: disk full");
}
END_TEST

START_TEST(what_fails_is_an_error)
{
    slow();
    error_set(&alerts->failure, ERROR_NOT_FOUND, "the alert is gone");
    post("/api/tocsin/v1/ack", "{\"id\":\"0000000000000001\"}");
    expect_error(404, "the alert is gone");
}
END_TEST

START_TEST(only_unknown_ones_are_given_up)
{
    struct alert_info *a = slow();
    post("/api/tocsin/v1/dismiss", "{\"id\":\"0000000000000001\",\"note\":\"gone\"}");
    expect_error(400, "is firing, not unknown");
    a->state = ALERT_UNKNOWN;
    post("/api/tocsin/v1/dismiss", "{\"id\":\"0000000000000001\",\"note\":\"gone\"}");
    ck_assert_int_eq(status, 200);
    ck_assert_int_eq(fake_alerts_last(alerts)->id, FAKE_DISMISS);
    ck_assert_str_eq(fake_alerts_last(alerts)->note, "gone");
}
END_TEST

START_TEST(pages_in_browsers_change_nothing)
{
    slow();
    ask_as("POST", "/api/tocsin/v1/ack", "{\"id\":\"0000000000000001\",\"by\":\"x\"}", "text/plain",
           true);
    expect_error(403, "application/json");
    ask_as("POST", "/api/tocsin/v1/ack", "{\"id\":\"0000000000000001\"}", "application/json", true);
    expect_error(400, "not known who asks");
    ck_assert_uint_eq(alerts->commands.len, 0);
    ask_as("POST", "/api/tocsin/v1/ack", "{\"id\":\"0000000000000001\",\"by\":\"x\"}",
           "Application/JSON; charset=utf-8", true);
    ck_assert_int_eq(status, 200);
}
END_TEST

static void events(void)
{
    for (int i = 0; i < 5; i++) {
        const struct transition t = {.at = {NOW - i * MINUTE},
                                     .rule = i % 2 == 0 ? "Slow" : "Down",
                                     .alertname = "Slow",
                                     .fingerprint = 7,
                                     .labels = "{a=\"b\"}",
                                     .from = "pending",
                                     .to = "firing",
                                     .value = INFINITY,
                                     .has_value = true,
                                     .reason = "held",
                                     .who = ""};
        fake_alerts_add_transition(alerts, &t);
    }
}

START_TEST(the_ledger)
{
    events();
    get("/api/tocsin/v1/transitions?rule=Slow&limit=2");
    ck_assert_int_eq(status, 200);
    ck_assert_uint_eq(size_at("transitions"), 2);
    ck_assert_str_eq(text_at("transitions[0].at"), "2026-11-21T03:07:41.000Z");
    ck_assert_str_eq(text_at("transitions[0].value"), "+Inf");
    ck_assert_str_eq(text_at("transitions[0].fingerprint"), "0000000000000007");
    get("/api/tocsin/v1/transitions?from=2026-11-21T03:06:00Z");
    ck_assert_uint_eq(size_at("transitions"), 2);
    get("/api/tocsin/v1/transitions?fingerprint=0000000000000008");
    ck_assert_uint_eq(size_at("transitions"), 0);
}
END_TEST

START_TEST(why_over_the_api)
{
    two_groups();
    slow();
    get("/api/tocsin/v1/why?rule=Slow");
    ck_assert_int_eq(status, 200);
    ck_assert(!bool_at("why.past"));
    ck_assert_str_eq(text_at("why.rules[0].query"), "p95 > 500ms");
    ck_assert_str_eq(text_at("why.rules[0].alerts[0].state"), "firing");
    ck_assert_str_eq(text_at("why.rules[0].alerts[0].value"), "1.9");
    get("/api/tocsin/v1/why?rule=Slow&at=2026-11-21T02:00:00Z");
    ck_assert(bool_at("why.past"));
    ck_assert_uint_eq(size_at("why.rules[0].alerts"), 0);
    get("/api/tocsin/v1/why?rule=Slwo");
    expect_error(404, "no rule 'Slwo'");
    ck_assert_str_eq(text_at("suggestion"), "did you mean 'Slow'?");
}
END_TEST

START_TEST(why_without_a_ledger)
{
    two_groups();
    slow();
    error_set(&alerts->failure, ERROR_IO, "the ledger cannot be read");
    get("/api/tocsin/v1/why?rule=Slow");
    ck_assert_int_eq(status, 200); /* the present is known */
    ck_assert_str_eq(text_at("warnings[0]"), "the ledger cannot be read");
    get("/api/tocsin/v1/why?rule=Slow&at=2026-11-21T02:00:00Z");
    expect_error(500, "the ledger cannot be read");
}
END_TEST

START_TEST(who_hangs_up_is_not_answered)
{
    slow();
    alerts->loop = NULL; /* nothing is done by itself */
    post_and_leave("/api/tocsin/v1/ack", "{\"id\":\"0000000000000001\"}");
    fake_alerts_finish(alerts);
    ck_assert(fake_alerts_last(alerts)->finished);
    post_and_leave("/api/tocsin/v1/ack", "{\"id\":\"0000000000000001\"}");
    /* This one is never done: it goes with the API. */
    get("/api/tocsin/v1/alerts");
    ck_assert_int_eq(status, 200);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("alerts");
    tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
    tcase_add_test(tc, alertmanagers_shape);
    tcase_add_test(tc, hidden_ones_are_suppressed);
    tcase_add_loop_test(tc, filters_choose, 0, ARRAY_LEN(filters));
    tcase_add_loop_test(tc, slips_are_said, 0, ARRAY_LEN(slips));
    tcase_add_test(tc, own_shape_has_everything);
    tcase_add_test(tc, infinite_values_have_a_text);
    tcase_add_test(tc, prometheus_shape);
    tcase_add_test(tc, rules_are_grouped);
    tcase_add_loop_test(tc, rules_are_chosen, 0, ARRAY_LEN(rule_filters));
    tcase_add_test(tc, no_alerts_of_others_are_taken);
    tcase_add_test(tc, acknowledging);
    tcase_add_test(tc, acknowledging_by_fingerprint_and_as_oneself);
    tcase_add_test(tc, acknowledging_several_and_taking_back);
    tcase_add_loop_test(tc, bad_acknowledgements, 0, ARRAY_LEN(bad_acks));
    tcase_add_test(tc, what_is_not_kept_is_a_warning);
    tcase_add_test(tc, what_fails_is_an_error);
    tcase_add_test(tc, who_hangs_up_is_not_answered);
    tcase_add_test(tc, only_unknown_ones_are_given_up);
    tcase_add_test(tc, pages_in_browsers_change_nothing);
    tcase_add_test(tc, the_ledger);
    tcase_add_test(tc, why_over_the_api);
    tcase_add_test(tc, why_without_a_ledger);
    return suite_run("api/alerts", tc);
}
