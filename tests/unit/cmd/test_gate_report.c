/* Reports of a gate: what counts as worst, and texts that stay inside their quotes and tags. */
#include <check.h>
#include <math.h>
#include <string.h>

#include "cmd/gate_report.h"
#include "support/suite.h"

static struct gate_result result(enum gate_state state)
{
    return (struct gate_result){.name = STR("n"),
                                .expr = STR("e"),
                                .state = state,
                                .value = (double)NAN,
                                .threshold = (double)NAN};
}

static const struct {
    enum gate_state states[3];
    size_t count;
    enum gate_state worst;
} worst_cases[] = {
    {{GATE_OK}, 0, GATE_UNKNOWN},
    {{GATE_OK}, 1, GATE_OK},
    {{GATE_OK, GATE_WARNING}, 2, GATE_WARNING},
    {{GATE_WARNING, GATE_UNKNOWN, GATE_OK}, 3, GATE_UNKNOWN},
    {{GATE_UNKNOWN, GATE_CRITICAL, GATE_WARNING}, 3, GATE_CRITICAL},
};

START_TEST(test_worst)
{
    struct gate_result results[3];
    for (size_t i = 0; i < worst_cases[_i].count; i++) {
        results[i] = result(worst_cases[_i].states[i]);
    }
    const struct gate_report report = {.results = results, .count = worst_cases[_i].count};
    ck_assert_int_eq(gate_report_state(&report), worst_cases[_i].worst);
}
END_TEST

/* As an attribute of XML, as a string of JSON, as text for a terminal. */
static const struct {
    const char *name;
    const char *junit;
    const char *json;
    const char *text;
} name_cases[] = {
    {"plain", "name=\"plain\"", "\"name\":\"plain\"", "ok        plain\n"},
    {"a<b>&\"c'", "name=\"a&lt;b&gt;&amp;&quot;c'\"", "\"name\":\"a<b>&\\\"c'\"",
     "ok        a<b>&\"c'\n"},
    {"a\nb\tc", "name=\"a&#10;b&#9;c\"", "\"name\":\"a\\nb\\tc\"", "ok        a b c\n"},
    {"\x1b[1m", "name=\"\xEF\xBF\xBD[1m\"", "\"name\":\"\\u001b[1m\"", "ok        ?[1m\n"},
    {"\xff", "name=\"\xEF\xBF\xBD\"", "\"name\":\"\xEF\xBF\xBD\"", "ok        ?\n"},
    {"\xEF\xBF\xBE", "name=\"\xEF\xBF\xBD\"", "\"name\":\"\xEF\xBF\xBE\"", NULL},
    {"m\xC3\xBCll ]]>", "name=\"m\xC3\xBCll ]]&gt;\"", "\"name\":\"m\xC3\xBCll ]]>\"",
     "ok        m\xC3\xBCll ]]>\n"},
};

START_TEST(test_texts_are_escaped)
{
    struct gate_result named = result(GATE_OK);
    named.name = str_from(name_cases[_i].name);
    const struct gate_report report = {.file = "f", .results = &named, .count = 1};
    static const gate_format formats[] = {gate_format_junit, gate_format_json, gate_format_text};
    const char *const wanted[] = {name_cases[_i].junit, name_cases[_i].json, name_cases[_i].text};
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        struct strbuf out = STRBUF_INIT;
        formats[i](&out, &report);
        ck_assert_msg(wanted[i] == NULL || strstr(strbuf_cstr(&out), wanted[i]) != NULL,
                      "no %s in %s", wanted[i], strbuf_cstr(&out));
        strbuf_release(&out);
    }
}
END_TEST

START_TEST(test_numbers_have_their_unit)
{
    struct gate_result r = result(GATE_CRITICAL);
    r.value = 0.8125;
    r.threshold = 0.5;
    r.unit = "seconds";
    r.labels = STR("{job=\"a\"}");
    r.message = STR("it holds");
    r.held_ms = 61500;
    const struct gate_report report = {.file = "f", .results = &r, .count = 1, .took_ms = 90001};
    struct strbuf out = STRBUF_INIT;
    gate_format_text(&out, &report);
    ck_assert_str_eq(strbuf_cstr(&out),
                     "critical  n {job=\"a\"}: 812ms (limit 500ms), it holds\n          e\n"
                     "critical: 0 ok, 0 warning, 1 critical, 0 unknown\n");
    strbuf_reset(&out);
    gate_format_junit(&out, &report);
    ck_assert_ptr_nonnull(strstr(strbuf_cstr(&out), "time=\"90.001\""));
    ck_assert_ptr_nonnull(strstr(strbuf_cstr(&out), "time=\"61.500\""));
    strbuf_reset(&out);
    gate_format_json(&out, &report);
    ck_assert_ptr_nonnull(strstr(strbuf_cstr(&out), "\"value\":0.8125,\"threshold\":0.5,"
                                                    "\"unit\":\"seconds\""));
    strbuf_release(&out);
}
END_TEST

START_TEST(test_a_full_buffer_is_told)
{
    struct gate_result r = result(GATE_UNKNOWN);
    const struct gate_report report = {.file = "f", .results = &r, .count = 1};
    static const char *const names[] = {"text", "json", "junit"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct strbuf out;
        strbuf_init(&out, 16);
        gate_format_find(names[i])(&out, &report);
        ck_assert(out.overflowed);
        strbuf_release(&out);
    }
    ck_assert(gate_format_find("xml") == NULL);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("gate_report");
    tcase_add_loop_test(tc, test_worst, 0, (int)ARRAY_LEN(worst_cases));
    tcase_add_loop_test(tc, test_texts_are_escaped, 0, (int)ARRAY_LEN(name_cases));
    tcase_add_test(tc, test_numbers_have_their_unit);
    tcase_add_test(tc, test_a_full_buffer_is_told);
    return suite_run("cmd/gate_report", tc);
}
