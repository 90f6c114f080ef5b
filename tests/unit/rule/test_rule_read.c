/* Rule files: what is read of them, and everything that is refused, with its place. */
#include "rule/rule.h"
#include "support/suite.h"

static struct rule_file *parse(const char *text, struct diags *diags)
{
    diags_init(diags);
    return rule_file_parse("rules.yml", str_from(text), diags);
}

#define ASSERT_STR(have, want) ck_assert_msg(str_equal_c(have, want), "%.*s", STR_ARG(have))

static const char whole[] = "groups:\n"
                            "  - name: api\n"
                            "    interval: 30s\n"
                            "    limit: 7\n"
                            "    query_offset: 1m\n"
                            "    labels: {team: core, region: north}\n"
                            "    rules:\n"
                            "      - record: job:up:sum\n"
                            "        expr: |\n"
                            "          sum by (job) (up)\n"
                            "        labels:\n"
                            "          region: south\n"
                            "          zone: 1\n"
                            "      - alert: Down\n"
                            "        expr: up == 0\n"
                            "        for: 5m\n"
                            "        keep_firing_for: 0s\n"
                            "        annotations:\n"
                            "          summary: \"${HOME} {{ $labels.job }}\"\n"
                            "          tocsin_recover: up == 1\n"
                            "          tocsin_on_missing: firing\n"
                            "          tocsin_on_error: keep\n"
                            "  - name: empty\n";

START_TEST(rules_are_read)
{
    struct diags diags;
    struct rule_file *f = parse(whole, &diags);
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(f->group_count, 2);
    const struct rule_group *g = &f->groups[0];
    ASSERT_STR(g->name, "api");
    ck_assert_int_eq(g->interval_ms, 30000);
    ck_assert_int_eq(g->limit, 7);
    ck_assert(g->has_query_offset);
    ck_assert_int_eq(g->query_offset_ms, 60000);
    ck_assert_uint_eq(g->rule_count, 2);
    const struct rule *record = &g->rules[0];
    ck_assert_int_eq(record->kind, RULE_RECORDING);
    ck_assert_uint_eq(record->span.line, 8);
    ck_assert_uint_eq(record->labels.count, 3);
    ck_assert_ptr_null(record->recover);
    ck_assert_int_eq(record->on_missing, RULE_MISSING_UNKNOWN);
    ASSERT_STR(record->labels.items[0].name, "region");
    ASSERT_STR(record->labels.items[0].value, "south");
    ASSERT_STR(record->labels.items[1].value, "core");
    ASSERT_STR(record->labels.items[2].value, "1");
    const struct rule *alert = &g->rules[1];
    ck_assert_int_eq(alert->kind, RULE_ALERTING);
    ck_assert_int_eq(alert->for_ms, 300000);
    ck_assert_int_eq(alert->keep_firing_for_ms, 0);
    ck_assert_ptr_nonnull(alert->recover);
    ASSERT_STR(alert->recover->text, "up == 1");
    ck_assert_int_eq(alert->on_missing, RULE_MISSING_FIRING);
    ck_assert_int_eq(alert->on_error, RULE_MISSING_KEEP);
    ck_assert_uint_eq(alert->annotations.count, 1);
    ck_assert_uint_eq(alert->labels.count, 2);
    ASSERT_STR(alert->annotations.items[0].value, "${HOME} {{ $labels.job }}");
    ck_assert_uint_eq(f->groups[1].rule_count, 0);
    ck_assert(!f->groups[1].has_query_offset);
    rule_file_unref(rule_file_ref(f));
    rule_file_unref(f);
    diags_release(&diags);
}
END_TEST

#define RULE(text) "groups:\n- name: a\n  rules:\n  - " text "\n"

static const struct {
    const char *text;
    const char *message; /* part of the first one */
    uint32_t line;
    uint32_t column;
} bad[] = {
    {"- a", "a mapping", 1, 1},
    {"group: []", "unknown key 'group'", 1, 1},
    {"groups: {}", "'groups' must be a list", 1, 9},
    {"groups:\n- rules: []", "key 'name' is missing", 2, 3},
    {"groups:\n- name: ''", "the name of the group is empty", 2, 9},
    {"groups:\n- name: a\n- name: a", "a group of this name is in line 2", 3, 9},
    {"groups:\n- name: a\n  interval: 5", "misses a unit", 3, 14},
    {"groups:\n- name: a\n  limit: -1", "a whole number of at least 0", 3, 10},
    {"groups:\n- name: a\n  labels: {__name__: x}", "'__name__' cannot be set", 3, 12},
    {RULE("expr: up"), "a rule needs a name", 4, 5},
    {RULE("{record: a, alert: b, expr: up}"), "not both", 4, 24},
    {RULE("{record: '', expr: up}"), "the name is empty", 4, 14},
    {RULE("{record: 'a{b}', expr: up}"), "has no braces", 4, 14},
    {RULE("record: a"), "key 'expr' is missing", 4, 5},
    {RULE("{record: a, expr: up, for: 5m}"), "'for' has no meaning", 4, 32},
    {RULE("{record: a, expr: up, annotations: {a: b}}"), "'annotations' has no meaning", 4, 40},
    {RULE("{alert: a, expr: up, for: soon}"), "needs a whole number", 4, 31},
    {RULE("{alert: a, expr: up, labels: [a]}"), "'labels' must be a mapping", 4, 34},
    {RULE("{alert: a, expr: up, labels: {a: {}}}"), "a text belongs here", 4, 38},
    {RULE("{alert: a, expr: [up]}"), "a text belongs here", 4, 22},
    {RULE("{alert: a, exprs: up, expr: up}"), "unknown key 'exprs'", 4, 16},
    {RULE("{alert: a, expr: up, annotations: {tocsin_recover: '1 > bool 0'}}"), "gives a scalar", 4,
     57},
    {RULE("{alert: a, expr: up, annotations: {tocsin_recover: 'up < 1%'}}"), "unexpected", 4, 64},
    {RULE("{alert: a, expr: up, annotations: {tocsin_recover: ''}}"), "a condition is missing", 4,
     57},
    {RULE("{alert: a, expr: up, annotations: {tocsin_on_error: kep}}"),
     "expected unknown, firing, ok or keep, not 'kep'", 4, 57},
    {RULE("{alert: a, expr: up, annotations: {tocsin_recovers: up}}"),
     "unknown annotation 'tocsin_recovers'", 4, 40},
    {RULE("record: a\n    expr: sum(up"), "never closed", 5, 14},
    {RULE("record: a\n    expr: |\n      up\n      + up{a=}"), "unexpected '}'", 7, 14},
    {RULE("record: a\n    expr: >-\n      up\n\n      + rte(up[5m])"), "unknown function 'rte'", 8,
     9},
};

START_TEST(wrong_files_are_refused)
{
    struct diags diags;
    ck_assert_ptr_null(parse(bad[_i].text, &diags));
    ck_assert_uint_ge(diags.list.len, 1);
    const struct diag *first = &diags.list.items[0];
    ck_assert_msg(strstr(first->message, bad[_i].message) != NULL, "%s: %s", bad[_i].text,
                  first->message);
    ck_assert_msg(first->span.line == bad[_i].line && first->span.column == bad[_i].column,
                  "%s: %u:%u", bad[_i].text, first->span.line, first->span.column);
    diags_release(&diags);
}
END_TEST

START_TEST(all_errors_are_told)
{
    struct diags diags;
    ck_assert_ptr_null(parse("groups:\n"
                             "- name: a\n"
                             "  rules:\n"
                             "  - {record: a, expr: 'rte(x[5m]) + up{a=}'}\n"
                             "  - {alert: b, expr: up, for: 5x}\n"
                             "- nam: c\n",
                             &diags));
    ck_assert_uint_eq(diags.errors, 5);
    diags_release(&diags);
}
END_TEST

static const struct {
    const char *text;
    size_t warnings;
} doubtful[] = {
    {"", 0},
    {"groups:\n", 0},
    {RULE("{record: a, expr: up}\n  - {record: b, expr: up}"), 0},
    {RULE("{record: a, expr: up}\n  - {record: a, expr: down}"), 1},
    {RULE("{record: a, expr: up}\n  - {record: a, expr: up, labels: {b: c}}"), 0},
    {RULE("{alert: a, expr: up}\n  - {alert: a, expr: down}"), 0},
    {RULE("{alert: a, expr: up}\n  - {alert: a, expr: up}"), 1},
    {RULE("{record: a, expr: 'up[5m]'}"), 1},
    {RULE("{record: a, expr: 1}"), 0},
};

START_TEST(doubtful_files_are_read_with_warnings)
{
    struct diags diags;
    struct rule_file *f = parse(doubtful[_i].text, &diags);
    ck_assert_msg(f != NULL, "%s", doubtful[_i].text);
    ck_assert_msg(diags.warnings == doubtful[_i].warnings, "%s", doubtful[_i].text);
    rule_file_unref(f);
    diags_release(&diags);
}
END_TEST

START_TEST(files_that_are_not_there)
{
    struct diags diags;
    diags_init(&diags);
    ck_assert_ptr_null(rule_file_load("/nowhere/rules.yml", &diags));
    ck_assert_uint_eq(diags.errors, 1);
    diags_release(&diags);
}
END_TEST

int main(void)
{
    TCase *reading = tcase_create("reading");
    tcase_add_test(reading, rules_are_read);
    tcase_add_loop_test(reading, wrong_files_are_refused, 0, ARRAY_LEN(bad));
    tcase_add_test(reading, all_errors_are_told);
    tcase_add_loop_test(reading, doubtful_files_are_read_with_warnings, 0, ARRAY_LEN(doubtful));
    tcase_add_test(reading, files_that_are_not_there);
    return suite_run("rule/rule_read", reading);
}
