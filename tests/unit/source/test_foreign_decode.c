/* Alerts and silences of other engines out of their JSON: Alertmanager's lists and Prometheus'
 * rules, whole and in pieces of one byte, and what is no such answer. */
#include <math.h>
#include <stdlib.h>

#include "source/alertmanager/answer.h"
#include "source/prometheus/rules_decode.h"
#include "support/suite.h"

static struct label_table *table;
static struct foreign_list *list;
static struct error err;
static size_t rules;

static void setup(void)
{
    table = label_table_create();
    list = foreign_list_create();
    err = (struct error)ERROR_INIT;
    rules = 0;
}

static void teardown(void)
{
    error_release(&err);
    foreign_list_unref(list);
    label_table_destroy(table);
}

enum format { ALERTS, SILENCES, RULES };

/* In pieces of `piece` bytes; 0: at once. */
static bool decode_rules(const char *text, size_t piece)
{
    struct rules_decode *d = rules_decode_create(list, table);
    size_t len = strlen(text);
    bool ok = true;
    for (size_t at = 0; ok && at < len; at += piece) {
        piece = piece == 0 ? len : piece;
        ok = rules_decode_feed(d, text + at, piece < len - at ? piece : len - at, &err);
    }
    ok = ok && rules_decode_finish(d, 200, &rules, &err);
    rules_decode_destroy(d);
    return ok;
}

static bool decode(enum format format, const char *text, size_t piece)
{
    if (format == RULES) {
        return decode_rules(text, piece);
    }
    struct answer_reader *a =
        answer_create(format == ALERTS ? ANSWER_ALERTS : ANSWER_SILENCES, list, table);
    size_t len = strlen(text);
    bool ok = true;
    for (size_t at = 0; ok && at < len; at += piece) {
        piece = piece == 0 ? len : piece;
        ok = answer_feed(a, text + at, piece < len - at ? piece : len - at, &err);
    }
    ok = ok && answer_finish(a, &err);
    answer_destroy(a);
    return ok;
}

static void check_labels(const struct labels *labels, const char *wanted)
{
    struct strbuf text = STRBUF_INIT;
    labels_format(&text, labels);
    ck_assert_str_eq(strbuf_cstr(&text), wanted);
    strbuf_release(&text);
}

#define CHECK_TEXT(got, wanted) \
    ck_assert_msg(str_equal_c((got), (wanted)), "'%.*s' is not '%s'", STR_ARG(got), (wanted))

/* As version 0.25 writes them, and a few members of later ones. */
static const char alerts[] =
    "[{\"annotations\":{\"summary\":\"9.00 \\u00fc\",\"runbook_url\":\"https://r\"},"
    "\"endsAt\":\"2026-11-21T20:42:41.346Z\",\"fingerprint\":\"88a649a9d04099b1\","
    "\"receivers\":[{\"name\":\"hook\"},{\"name\":\"mail\"}],"
    "\"startsAt\":\"2026-11-21T20:38:41.346Z\","
    "\"status\":{\"inhibitedBy\":[\"f1\"],\"silencedBy\":[\"id-1\",\"id-2\"],"
    "\"state\":\"suppressed\",\"mutedBy\":[\"night\"],\"new\":{\"a\":[1]}},"
    "\"updatedAt\":\"2026-11-21T21:38:41.350+01:00\","
    "\"generatorURL\":\"http://prom.example:9090/graph\","
    "\"labels\":{\"alertname\":\"DiskLow\",\"severity\":\"warn\",\"empty\":\"\"},"
    "\"unknown\":[{\"labels\":{\"x\":\"y\"}}]},\n"
    "{\"annotations\":{},\"endsAt\":\"0001-01-01T00:00:00.000Z\",\"fingerprint\":\"2\","
    "\"receivers\":[],\"startsAt\":\"2026-11-21T20:38:41Z\","
    "\"status\":{\"inhibitedBy\":[],\"silencedBy\":[],\"state\":\"active\"},"
    "\"updatedAt\":\"2026-11-21T20:38:41Z\",\"labels\":{\"alertname\":\"Other\"}}]";

START_TEST(alerts_are_read)
{
    ck_assert_msg(decode(ALERTS, alerts, (size_t)_i), "%s", error_text(&err));
    ck_assert_uint_eq(list->alerts.len, 2);
    const struct foreign_alert *a = &list->alerts.items[0];
    check_labels(a->labels, "{alertname=\"DiskLow\", severity=\"warn\"}");
    ck_assert_uint_eq(a->annotations.count, 2);
    CHECK_TEXT(a->annotations.items[0].name, "summary");
    CHECK_TEXT(a->annotations.items[0].value, "9.00 ü");
    ck_assert_int_eq(a->state, FOREIGN_SUPPRESSED);
    ck_assert_int_eq(a->starts_at.ms, INT64_C(1795293521346));
    ck_assert_int_eq(a->ends_at.ms, INT64_C(1795293761346));
    ck_assert_int_eq(a->updated_at.ms, INT64_C(1795293521350));
    ck_assert(isnan(a->value));
    CHECK_TEXT(a->generator_url, "http://prom.example:9090/graph");
    CHECK_TEXT(a->fingerprint, "88a649a9d04099b1");
    ck_assert_uint_eq(a->silenced_by.count, 2);
    CHECK_TEXT(a->silenced_by.items[1], "id-2");
    ck_assert_uint_eq(a->inhibited_by.count, 1);
    CHECK_TEXT(a->inhibited_by.items[0], "f1");
    ck_assert_uint_eq(a->muted_by.count, 1);
    ck_assert_uint_eq(a->receivers.count, 2);
    CHECK_TEXT(a->receivers.items[1], "mail");
    a = &list->alerts.items[1];
    check_labels(a->labels, "{alertname=\"Other\"}");
    ck_assert_int_eq(a->state, FOREIGN_FIRING);
    ck_assert_int_eq(a->ends_at.ms, 0);
    ck_assert_uint_eq(a->annotations.count + a->silenced_by.count + a->receivers.count, 0);
}
END_TEST

static const char silences[] =
    "[{\"id\":\"0a\",\"status\":{\"state\":\"active\"},\"updatedAt\":\"2026-11-21T20:38:41.346Z\","
    "\"comment\":\"c\\\"x\",\"createdBy\":\"me\",\"endsAt\":\"2026-11-21T22:38:41.346Z\","
    "\"matchers\":[{\"isEqual\":true,\"isRegex\":false,\"name\":\"a\",\"value\":\"1\"},"
    "{\"isEqual\":false,\"isRegex\":true,\"name\":\"b\",\"value\":\"x.*\"},"
    "{\"isRegex\":true,\"name\":\"c\",\"value\":\"\"},{\"name\":\"d\",\"value\":\"v\","
    "\"isRegex\":false,\"isEqual\":false}],\"startsAt\":\"2026-11-21T20:38:41.346Z\","
    "\"annotations\":{}},"
    "{\"id\":\"0b\",\"status\":{\"state\":\"expired\"},\"matchers\":[{\"name\":\"a\",\"value\":"
    "\"1\",\"isRegex\":false}],\"comment\":\"\",\"createdBy\":\"\",\"startsAt\":"
    "\"2026-11-21T20:38:41Z\",\"endsAt\":\"2026-11-21T20:38:41Z\",\"updatedAt\":"
    "\"2026-11-21T20:38:41Z\"}]";

START_TEST(silences_are_read)
{
    ck_assert_msg(decode(SILENCES, silences, (size_t)_i), "%s", error_text(&err));
    ck_assert_uint_eq(list->silences.len, 2);
    const struct foreign_silence *s = &list->silences.items[0];
    CHECK_TEXT(s->id, "0a");
    CHECK_TEXT(s->comment, "c\"x");
    CHECK_TEXT(s->created_by, "me");
    ck_assert_int_eq(s->state, FOREIGN_SILENCE_ACTIVE);
    ck_assert_int_eq(s->ends_at.ms - s->starts_at.ms, 7200000);
    ck_assert_uint_eq(s->matchers.count, 4);
    static const enum matcher_op ops[] = {MATCH_EQUAL, MATCH_NOT_REGEX, MATCH_REGEX,
                                          MATCH_NOT_EQUAL};
    for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
        ck_assert_int_eq(s->matchers.items[i].op, ops[i]);
    }
    CHECK_TEXT(s->matchers.items[1].value, "x.*");
    ck_assert_int_eq(list->silences.items[1].state, FOREIGN_SILENCE_EXPIRED);
    ck_assert_int_eq(list->silences.items[1].matchers.items[0].op, MATCH_EQUAL);
}
END_TEST

/* Members of a rule in an order of their own; a recording rule and one that is inactive. */
static const char rule_groups[] =
    "{\"status\":\"success\",\"data\":{\"groups\":[{\"name\":\"disk\",\"file\":\"/r.yml\","
    "\"rules\":[{\"state\":\"firing\",\"name\":\"DiskLow\",\"query\":\"free < 10\","
    "\"duration\":300,\"labels\":{\"severity\":\"warn\"},\"annotations\":{\"summary\":\"s\"},"
    "\"alerts\":[{\"labels\":{\"alertname\":\"DiskLow\",\"m\":\"/\"},\"annotations\":{\"summary\":"
    "\"low\"},\"state\":\"firing\",\"activeAt\":\"2026-11-21T20:38:41.346123456Z\",\"value\":"
    "\"9e+00\"},{\"labels\":{\"alertname\":\"DiskLow\",\"m\":\"/b\"},\"annotations\":{},\"state\":"
    "\"pending\",\"activeAt\":\"2026-11-21T20:38:41Z\",\"value\":\"NaN\"}],\"health\":\"ok\","
    "\"type\":\"alerting\"},{\"name\":\"rec\",\"query\":\"1\",\"type\":\"recording\"},"
    "{\"state\":\"inactive\",\"name\":\"Quiet\",\"query\":\"0\",\"duration\":0,\"alerts\":[]}],"
    "\"interval\":60,\"limit\":0},"
    "{\"rules\":[{\"alerts\":[{\"state\":\"firing\",\"value\":\"1\",\"labels\":{\"alertname\":"
    "\"Late\"},\"activeAt\":\"2026-11-21T20:38:41Z\",\"id\":\"7\"},{\"state\":\"inactive\","
    "\"labels\":{\"alertname\":\"Gone\"}}],\"query\":\"up\",\"name\":\"Late\",\"duration\":0.5}],"
    "\"file\":\"f\",\"name\":\"g\"}]}}";

START_TEST(rules_are_read)
{
    ck_assert_msg(decode(RULES, rule_groups, (size_t)_i), "%s", error_text(&err));
    ck_assert_uint_eq(rules, 4);
    ck_assert_uint_eq(list->alerts.len, 3);
    const struct foreign_alert *a = &list->alerts.items[0];
    check_labels(a->labels, "{alertname=\"DiskLow\", m=\"/\"}");
    ck_assert_int_eq(a->state, FOREIGN_FIRING);
    ck_assert_int_eq(a->starts_at.ms, INT64_C(1795293521346));
    ck_assert(a->value == 9);
    CHECK_TEXT(a->annotations.items[0].value, "low");
    CHECK_TEXT(a->rule, "DiskLow");
    CHECK_TEXT(a->group, "disk");
    CHECK_TEXT(a->file, "/r.yml");
    CHECK_TEXT(a->expr, "free < 10");
    ck_assert_int_eq(a->for_ms, 300000);
    ck_assert_int_eq(list->alerts.items[1].state, FOREIGN_PENDING);
    ck_assert(isnan(list->alerts.items[1].value));
    a = &list->alerts.items[2];
    CHECK_TEXT(a->rule, "Late");
    CHECK_TEXT(a->group, "g");
    CHECK_TEXT(a->file, "f");
    ck_assert_int_eq(a->for_ms, 500);
}
END_TEST

static const struct {
    enum format format;
    const char *text;
} empty[] = {
    {ALERTS, "[]"},
    {SILENCES, " [ ] \n"},
    {RULES, "{\"status\":\"success\",\"data\":{\"groups\":[]}}"},
    {RULES, "{\"status\":\"success\",\"data\":{\"groups\":null}}"},
    {RULES, "{\"status\":\"success\",\"data\":{}}"},
    {RULES, "{\"status\":\"success\",\"data\":{\"groups\":[{\"name\":\"a\",\"rules\":null}]}}"},
};

START_TEST(empty_answers_are_empty)
{
    ck_assert_msg(decode(empty[_i].format, empty[_i].text, 1), "%s", error_text(&err));
    ck_assert_uint_eq(list->alerts.len + list->silences.len, 0);
    ck_assert_uint_eq(rules, 0);
}
END_TEST

#define RULE(body) \
    "{\"status\":\"success\",\"data\":{\"groups\":[{\"rules\":[{\"alerts\":[" body "]}]}]}}"

static const struct {
    enum format format;
    const char *text;
    enum error_kind kind;
    const char *says;
} wrong[] = {
    {ALERTS, "", ERROR_PROTOCOL, NULL},
    {ALERTS, "<html>", ERROR_PROTOCOL, NULL},
    {ALERTS, "{}", ERROR_PROTOCOL, "is an object, not an array"},
    {ALERTS, "null", ERROR_PROTOCOL, NULL},
    {ALERTS, "[1]", ERROR_PROTOCOL, "an alert in the answer is a number, not an object"},
    {ALERTS, "[{\"labels\":{\"a\":\"b\"}", ERROR_PROTOCOL, NULL},
    {ALERTS, "[{}]", ERROR_PROTOCOL, "an alert without labels"},
    {ALERTS, "[{\"labels\":null,\"status\":{\"state\":\"active\"}}]", ERROR_PROTOCOL,
     "without labels"},
    {ALERTS, "[{\"labels\":{\"a\":\"b\"}}]", ERROR_PROTOCOL, "with the state ''"},
    {ALERTS, "[{\"labels\":{\"a\":\"b\"},\"status\":{\"state\":\"odd\"}}]", ERROR_PROTOCOL,
     "with the state 'odd'"},
    {ALERTS, "[{\"labels\":{\"a\":1}}]", ERROR_PROTOCOL, "'labels' in the answer"},
    {ALERTS, "[{\"labels\":{\"a\":{\"b\":\"c\"}}}]", ERROR_PROTOCOL, "'labels' in the answer"},
    {ALERTS, "[{\"labels\":[]}]", ERROR_PROTOCOL, "'labels' in the answer is an array"},
    {ALERTS, "[{\"labels\":{\"a\":\"b\",\"a\":\"c\"},\"status\":{\"state\":\"active\"}}]",
     ERROR_PROTOCOL, NULL},
    {ALERTS, "[{\"startsAt\":\"yesterday\"}]", ERROR_PROTOCOL, "'startsAt' in the answer is no"},
    {ALERTS, "[{\"startsAt\":7}]", ERROR_PROTOCOL, "'startsAt' in the answer is a number"},
    {ALERTS, "[{\"status\":{\"silencedBy\":[1]}}]", ERROR_PROTOCOL, "'silencedBy' in the answer"},
    {ALERTS, "[{\"status\":{\"silencedBy\":\"x\"}}]", ERROR_PROTOCOL, "'silencedBy' in the answer"},
    {ALERTS, "[{\"status\":[]}]", ERROR_PROTOCOL, "'status' in the answer is an array"},
    {ALERTS, "[{\"receivers\":[\"x\"]}]", ERROR_PROTOCOL, "'receivers' in the answer"},
    {ALERTS, "[{\"annotations\":{\"a\":[]}}]", ERROR_PROTOCOL, "'annotations' in the answer"},
    {SILENCES, "[{\"matchers\":[{\"name\":\"a\"}],\"status\":{\"state\":\"active\"}}]",
     ERROR_PROTOCOL, "a silence without an id"},
    {SILENCES, "[{\"id\":\"x\",\"matchers\":[],\"status\":{\"state\":\"active\"}}]", ERROR_PROTOCOL,
     "a silence without matchers"},
    {SILENCES, "[{\"id\":\"x\",\"matchers\":[1]}]", ERROR_PROTOCOL, "'matchers' in the answer"},
    {SILENCES, "[{\"id\":\"x\",\"matchers\":[{\"isRegex\":\"no\"}]}]", ERROR_PROTOCOL,
     "'isRegex' in the answer is a string"},
    {SILENCES, "[{\"id\":\"x\",\"matchers\":[{\"name\":\"a\"}],\"status\":{\"state\":\"firing\"}}]",
     ERROR_PROTOCOL, "a silence with the state 'firing'"},
    {RULES, "[]", ERROR_PROTOCOL, NULL},
    {RULES, "{\"status\":\"success\"}", ERROR_PROTOCOL, NULL},
    {RULES, "{\"status\":\"error\",\"errorType\":\"internal\",\"error\":\"x\"}", ERROR_HTTP, NULL},
    {RULES, "{\"status\":\"success\",\"data\":[]}", ERROR_PROTOCOL, NULL},
    {RULES, "{\"status\":\"success\",\"data\":{\"groups\":{}}}", ERROR_PROTOCOL, NULL},
    {RULES, "{\"status\":\"success\",\"data\":{\"groups\":[1]}}", ERROR_PROTOCOL, NULL},
    {RULES, RULE("7"), ERROR_PROTOCOL, "an alert in the answer is a number"},
    {RULES, RULE("{\"labels\":{\"a\":\"b\"},\"state\":\"firing\",\"value\":\"x\"}"), ERROR_PROTOCOL,
     "'value' in the answer is no number"},
    {RULES, "{\"status\":\"success\",\"data\":{\"groups\":[{\"rules\":[{\"duration\":\"5m\"}]}]}}",
     ERROR_PROTOCOL, "'duration'"},
    {RULES, "{\"status\":\"success\",\"data\":{\"groups\":[{\"rules\":[{\"duration\":-1}]}]}}",
     ERROR_PROTOCOL, "'duration'"},
    {RULES, "{\"status\":\"success\",\"data\":{\"groups\":[{\"rules\":[{\"name\":{}}]}]}}",
     ERROR_PROTOCOL, NULL},
};

START_TEST(wrong_answers_are_errors)
{
    size_t i = (size_t)_i / 2;
    ck_assert(!decode(wrong[i].format, wrong[i].text, (size_t)_i % 2));
    ck_assert_msg(err.kind == wrong[i].kind || (wrong[i].says == NULL && err.kind != ERROR_NONE),
                  "%s", error_text(&err));
    if (wrong[i].says != NULL) {
        ck_assert_msg(strstr(error_text(&err), wrong[i].says) != NULL, "'%s'", error_text(&err));
    }
}
END_TEST

START_TEST(too_many_alerts_are_an_error)
{
    struct strbuf text;
    strbuf_init(&text, 64u << 20);
    strbuf_add_char(&text, '[');
    for (size_t i = 0; i <= FOREIGN_MAX_ALERTS; i++) {
        strbuf_printf(&text, "%s{\"labels\":{\"a\":\"b\"},\"status\":{\"state\":\"active\"}}",
                      i > 0 ? "," : "");
    }
    strbuf_add_char(&text, ']');
    ck_assert(!decode(ALERTS, strbuf_cstr(&text), 0));
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    strbuf_release(&text);
}
END_TEST

START_TEST(too_many_parts_are_an_error)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_add_c(&text, "[{\"status\":{\"silencedBy\":[\"a\"");
    for (size_t i = 0; i < FOREIGN_MAX_PARTS; i++) {
        strbuf_add_c(&text, ",\"a\"");
    }
    strbuf_add_c(&text, "]}}]");
    ck_assert(!decode(ALERTS, strbuf_cstr(&text), 0));
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    strbuf_release(&text);
}
END_TEST

START_TEST(endless_answer_is_an_error)
{
    char blanks[65536];
    memset(blanks, ' ', sizeof(blanks));
    struct answer_reader *a = answer_create(ANSWER_ALERTS, list, table);
    bool ok = true;
    for (size_t i = 0; ok && i <= FOREIGN_MAX_BYTES / sizeof(blanks); i++) {
        ok = answer_feed(a, blanks, sizeof(blanks), &err);
    }
    ck_assert(!ok);
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    answer_destroy(a);
}
END_TEST

START_TEST(silences_are_written)
{
    struct foreign_matcher matchers[] = {
        {.op = MATCH_EQUAL, .name = STR_INIT("alertname"), .value = STR_INIT("a\"b")},
        {.op = MATCH_NOT_REGEX, .name = STR_INIT("x"), .value = STR_INIT(".+")},
    };
    struct foreign_silence silence = {
        .matchers = {matchers, 2},
        .starts_at = {INT64_C(1795293521346)},
        .ends_at = {INT64_C(1795293521346)},
        .created_by = STR_INIT("me"),
        .comment = STR_INIT("why"),
    };
    struct strbuf text = STRBUF_INIT;
    ck_assert(silence_body(&text, &silence, &err));
    ck_assert_str_eq(
        strbuf_cstr(&text),
        "{\"matchers\":[{\"name\":\"alertname\",\"value\":\"a\\\"b\",\"isRegex\":false,"
        "\"isEqual\":true},{\"name\":\"x\",\"value\":\".+\",\"isRegex\":true,\"isEqual\":false}],"
        "\"startsAt\":\"2026-11-21T20:38:41.346Z\",\"endsAt\":\"2026-11-21T20:38:41.346Z\","
        "\"createdBy\":\"me\",\"comment\":\"why\"}");
    silence.id = STR("0a");
    strbuf_reset(&text);
    ck_assert(silence_body(&text, &silence, &err));
    ck_assert(str_starts_with(strbuf_str(&text), STR("{\"id\":\"0a\",\"matchers\":")));
    strbuf_release(&text);
    strbuf_init(&text, 10);
    ck_assert(!silence_body(&text, &silence, &err));
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    strbuf_release(&text);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("foreign");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, alerts_are_read, 0, 3);
    tcase_add_loop_test(tc, silences_are_read, 0, 3);
    tcase_add_loop_test(tc, rules_are_read, 0, 3);
    tcase_add_loop_test(tc, empty_answers_are_empty, 0, (int)ARRAY_LEN(empty));
    tcase_add_loop_test(tc, wrong_answers_are_errors, 0, 2 * (int)ARRAY_LEN(wrong));
    tcase_add_test(tc, too_many_alerts_are_an_error);
    tcase_add_test(tc, too_many_parts_are_an_error);
    tcase_add_test(tc, endless_answer_is_an_error);
    tcase_add_test(tc, silences_are_written);
    return suite_run("source/foreign_decode", tc);
}
