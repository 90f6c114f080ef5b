/* Silences over the API: Alertmanager's shape in and out, preview, what is refused. */
#include "api_fixture.h"

#define WHOLE                                                                         \
    "\"matchers\":[{\"name\":\"service\",\"value\":\"checkout\",\"isRegex\":false}]," \
    "\"startsAt\":\"2026-11-21T03:00:00Z\",\"endsAt\":\"2026-11-21T05:00:00Z\","      \
    "\"createdBy\":\"ada\",\"comment\":\"deploying\""

START_TEST(one_is_shown_as_alertmanager_does)
{
    struct silence *s = fake_alerts_add_silence(alerts, "id-1", "service=~\"a|b\"");
    s->end_when_resolved_ms = 15 * MINUTE;
    get("/api/v2/silence/id-1");
    ck_assert_int_eq(status, 200);
    ck_assert_str_eq(text_at("id"), "id-1");
    ck_assert_str_eq(text_at("status.state"), "active");
    ck_assert_str_eq(text_at("matchers[0].name"), "service");
    ck_assert_str_eq(text_at("matchers[0].value"), "a|b");
    ck_assert(bool_at("matchers[0].isRegex"));
    ck_assert(bool_at("matchers[0].isEqual"));
    ck_assert_str_eq(text_at("startsAt"), "2026-11-21T03:07:41.000Z");
    ck_assert_str_eq(text_at("endsAt"), "2026-11-21T04:07:41.000Z");
    ck_assert_str_eq(text_at("createdBy"), "ada");
    ck_assert_str_eq(text_at("comment"), "deploying");
    ck_assert_uint_eq(size_at("annotations"), 0);
    ck_assert(number_at("tocsin.endWhenResolvedSeconds") == 900);
    get("/api/v2/silence/id-2");
    expect_error(404, "there is no silence 'id-2'");
}
END_TEST

static const struct {
    const char *query;
    const char *ids;
} lists[] = {
    {"", "active pending expired "},
    {"?active=false", "pending expired "},
    {"?pending=false&expired=false", "active "},
    {"?filter=service%3D%22checkout%22", "active pending "},
    {"?filter=other%3D%22x%22", ""},
};

START_TEST(lists_are_chosen_from)
{
    char target[200];
    char ids[200] = "";
    fake_alerts_add_silence(alerts, "active", "service=checkout");
    fake_alerts_add_silence(alerts, "pending", "service=checkout")->starts_at_ms = NOW + MINUTE;
    fake_alerts_add_silence(alerts, "expired", "service=cart")->ends_at_ms = NOW;
    snprintf(target, sizeof(target), "/api/v2/silences%s", lists[_i].query);
    get(target);
    for (size_t i = 0; i < size_at(""); i++) {
        char at[40];
        snprintf(at, sizeof(at), "[%zu].id", i);
        strcat(strcat(ids, text_at(at)), " ");
    }
    ck_assert_str_eq(ids, lists[_i].ids);
}
END_TEST

START_TEST(one_is_made)
{
    post("/api/v2/silences", "{" WHOLE ",\"tocsin\":{\"endWhenResolvedSeconds\":900,"
                             "\"source\":\"am\"}}");
    ck_assert_int_eq(status, 200);
    const struct fake_command *c = fake_alerts_last(alerts);
    ck_assert_int_eq(c->id, FAKE_SILENCE_PUT);
    ck_assert_str_eq(text_at("silenceID"), c->silence_id);
    ck_assert_ptr_null(c->silence.id);
    ck_assert_int_eq(c->silence.starts_at_ms, NOW); /* it would have begun before */
    ck_assert_int_eq(c->silence.ends_at_ms, INT64_C(1795237200000));
    ck_assert_int_eq(c->silence.end_when_resolved_ms, 15 * MINUTE);
    ck_assert_str_eq(c->silence.created_by, "ada");
    ck_assert_str_eq(c->silence.comment, "deploying");
    ck_assert_str_eq(c->silence.source, "am");
    ck_assert_uint_eq(c->silence.matchers.len, 1);
    ck_assert_int_eq(c->silence.matchers.items[0].op, MATCH_EQUAL);
}
END_TEST

static const struct {
    const char *flags;
    enum matcher_op op;
} operators[] = {
    {"", MATCH_EQUAL},
    {",\"isRegex\":true", MATCH_REGEX},
    {",\"isRegex\":true,\"isEqual\":false", MATCH_NOT_REGEX},
    {",\"isRegex\":false,\"isEqual\":false", MATCH_NOT_EQUAL},
    {",\"isEqual\":null", MATCH_EQUAL},
};

START_TEST(flags_are_operators)
{
    char body[400];
    snprintf(body, sizeof(body),
             "{\"matchers\":[{\"name\":\"a\",\"value\":\"b\"},{\"name\":\"c\",\"value\":\"d\"%s}],"
             "\"endsAt\":\"2026-11-21T05:00:00Z\",\"createdBy\":\"ada\",\"comment\":\"x\"}",
             operators[_i].flags);
    post("/api/v2/silences", body);
    ck_assert_msg(status == 200, "%s", answer_text);
    ck_assert_int_eq(fake_alerts_last(alerts)->silence.matchers.items[1].op, operators[_i].op);
}
END_TEST

START_TEST(one_is_changed)
{
    fake_alerts_add_silence(alerts, "id-1", "service=checkout");
    post("/api/v2/silences", "{\"id\":\"id-1\"," WHOLE "}");
    ck_assert_int_eq(status, 200);
    ck_assert_str_eq(text_at("silenceID"), "id-1");
    ck_assert_str_eq(fake_alerts_last(alerts)->silence.id, "id-1");
    post("/api/v2/silences", "{\"id\":\"id-2\"," WHOLE "}");
    expect_error(404, "there is no silence 'id-2'");
}
END_TEST

static const struct {
    const char *body;
    const char *part;
} refused[] = {
    {"", "has ended already, or has no end"},
    {"{\"endsAt\":\"2026-11-21T05:00:00Z\"}", "without a matcher"},
    {"{\"endsAt\":\"2026-11-21T03:00:00Z\"}", "has ended already"},
    {"{\"endsAt\":\"tomorrow\"}", "'endsAt' is not a time"},
    {"{\"matchers\":{}}", "'matchers' is not a list"},
    {"{\"matchers\":[1]}", "a matcher is not an object"},
    {"{\"matchers\":[{\"value\":\"x\"}]}", "without a name"},
    {"{\"matchers\":[{\"name\":\"a\",\"value\":1}]}", "'value' is not a text"},
    {"{\"matchers\":[{\"name\":\"a\",\"value\":\"(\",\"isRegex\":true}]}", "matcher of 'a'"},
    {"{\"matchers\":[{\"name\":\"a\",\"value\":\"b\",\"isRegex\":1}]}", "'isRegex'"},
    {"{\"matchers\":[{\"name\":\"a\",\"value\":\".*\",\"isRegex\":true}],"
     "\"endsAt\":\"2026-11-21T05:00:00Z\",\"createdBy\":\"a\",\"comment\":\"b\"}",
     "would hide every alert"},
    {"{\"matchers\":[{\"name\":\"a\",\"value\":\"b\"}],\"endsAt\":\"2026-11-21T05:00:00Z\"}",
     "without a comment"},
    {"{" WHOLE ",\"tocsin\":{\"endWhenResolvedSeconds\":-1}}", "negative"},
    {"{" WHOLE ",\"tocsin\":{\"endWhenResolvedSeconds\":\"1\"}}", "not a number"},
};

START_TEST(what_is_wrong_is_said)
{
    post("/api/v2/silences", refused[_i].body);
    expect_error(400, refused[_i].part);
    ck_assert_uint_eq(alerts->commands.len, 0);
}
END_TEST

START_TEST(too_many_matchers)
{
    struct strbuf body = STRBUF_INIT;
    strbuf_add_c(&body, "{\"matchers\":[");
    for (int i = 0; i <= SILENCE_MAX_MATCHERS; i++) {
        strbuf_printf(&body, "%s{\"name\":\"a\",\"value\":\"b\"}", i != 0 ? "," : "");
    }
    strbuf_add_c(&body, "]}");
    post("/api/v2/silences", strbuf_cstr(&body));
    expect_error(400, "65 matchers; at most 64");
    strbuf_release(&body);
}
END_TEST

START_TEST(one_is_ended)
{
    fake_alerts_add_silence(alerts, "id-1", "service=checkout");
    ask_as("DELETE", "/api/v2/silence/id-1?by=ada", NULL, NULL, false);
    ck_assert_int_eq(status, 200);
    ck_assert_int_eq(fake_alerts_last(alerts)->id, FAKE_SILENCE_EXPIRE);
    ck_assert_str_eq(fake_alerts_last(alerts)->silence_id, "id-1");
    ck_assert_str_eq(fake_alerts_last(alerts)->by, "ada");
    ask_as("DELETE", "/api/v2/silence/id-2", NULL, NULL, false);
    expect_error(404, "no silence 'id-2'");
}
END_TEST

START_TEST(a_preview_counts_and_names)
{
    fake_alerts_add(alerts, "Slow", "service=checkout");
    fake_alerts_add(alerts, "Down", "service=cart");
    fake_alerts_add(alerts, "Old", "service=checkout")->fires = false;
    post("/api/tocsin/v1/silence/preview",
         "{\"matchers\":[{\"name\":\"service\",\"value\":\"checkout\"}]}");
    ck_assert_int_eq(status, 200);
    ck_assert(number_at("now") == 1);
    ck_assert(number_at("day") == 2);
    ck_assert_uint_eq(size_at("alerts"), 1);
    ck_assert_str_eq(text_at("alerts[0].labels.alertname"), "Slow");
    post("/api/tocsin/v1/silence/preview", "{}");
    expect_error(400, "without a matcher");
    ck_assert_uint_eq(alerts->commands.len, 0);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("silences");
    tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
    tcase_add_test(tc, one_is_shown_as_alertmanager_does);
    tcase_add_loop_test(tc, lists_are_chosen_from, 0, ARRAY_LEN(lists));
    tcase_add_test(tc, one_is_made);
    tcase_add_loop_test(tc, flags_are_operators, 0, ARRAY_LEN(operators));
    tcase_add_test(tc, one_is_changed);
    tcase_add_loop_test(tc, what_is_wrong_is_said, 0, ARRAY_LEN(refused));
    tcase_add_test(tc, too_many_matchers);
    tcase_add_test(tc, one_is_ended);
    tcase_add_test(tc, a_preview_counts_and_names);
    return suite_run("api/silences", tc);
}
