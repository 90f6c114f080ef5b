/* promtool's unit tests of rules: what is refused, with its place. What they do is in tests/rules
 * and the end-to-end tests. */
#include "support/suite.h"
#include "unittest/rule_test.h"

#define SERIES(text) "tests:\n- input_series:\n  - " text "\n"
#define CASE(text)   "tests:\n- promql_expr_test:\n  - " text "\n"

static const struct {
    const char *text;
    const char *message;
    uint32_t line;
    uint32_t column;
} bad[] = {
    {"", "there is no test", 1, 1},
    {"tests: []", "there is no test", 1, 1},
    {"- a", "a mapping", 1, 1},
    {"groups: []", "these are rules", 1, 1},
    {"tests: [{}]\nrules: []", "unknown key 'rules'", 2, 1},
    {"tests: [{}]\nevaluation_interval: 1", "misses a unit", 2, 23},
    {"tests: [{}]\ngroup_eval_order: [a, b, a]", "stands in the order twice", 2, 26},
    {"tests:\n- interval: 5 s", "misses a unit", 2, 14},
    {"tests:\n- start_timestamp: soon", "is not a time", 2, 20},
    {SERIES("{serie: x, values: 1}"), "key 'series' is missing", 3, 5},
    {SERIES("{series: 'x{a=}', values: 1}"), "in quotes", 3, 19},
    {SERIES("{series: x y, values: 1}"), "nothing belongs behind", 3, 16},
    {SERIES("{series: x, values: 1 2 x}"), "'x' is no value", 3, 29},
    {SERIES("{series: x, values: 1x1000000000}"), "more than 100000000 values", 3, 25},
    {SERIES("series: x\n    values: >-\n      1 2\n      3x"), "'3x' is no value", 6, 7},
    {CASE("{eval_time: 1m}"), "key 'expr' is missing", 3, 5},
    {CASE("{expr: 'sum(x', eval_time: 1m}"), "never closed", 3, 16},
    {CASE("{expr: x, eval_time: -1m}"), "needs a whole number", 3, 26},
    {CASE("{expr: x, exp_samples: [{value: '1'}]}"), "without quotes", 3, 37},
    {CASE("{expr: x, exp_samples: [{label: x}]}"), "unknown key 'label'", 3, 30},
    {CASE("{expr: x, exp_samples: [{labels: 'x{'}]}"), "", 3, 41},
    {CASE("{expr: x, eval_time: 50y}"), "more than 2000000 times", 2, 3},
    {"tests:\n- alert_rule_test: [{eval_time: 1m}]", "key 'alertname' is missing", 2, 21},
    {"tests:\n- alert_rule_test: [{alertname: a, exp_alerts: [{labels: {}}]}]",
     "unknown key 'labels'", 2, 50},
    {"evaluation_interval: 1h\ntests:\n- interval: 1ms\n  input_series:\n"
     "  - {series: x, values: 1x90000000}\n  promql_expr_test: [{expr: x, eval_time: 1d}]",
     "86400001 samples; 20000000 is the limit", 3, 3},
};

START_TEST(wrong_files_are_refused)
{
    struct diags diags;
    diags_init(&diags);
    struct label_table *table = label_table_create();
    struct yaml_document *doc = yaml_parse("t.yml", str_from(bad[_i].text), &diags);
    ck_assert_ptr_nonnull(doc);
    ck_assert_msg(rule_test_read(doc, table, &diags) == NULL, "%s", bad[_i].text);
    const struct diag *d = &diags.list.items[0];
    ck_assert_msg(strstr(d->message, bad[_i].message) != NULL, "%s: %s", bad[_i].text, d->message);
    ck_assert_msg(d->span.line == bad[_i].line && d->span.column == bad[_i].column, "%s: %u:%u",
                  bad[_i].text, d->span.line, d->span.column);
    label_table_destroy(table);
    diags_release(&diags);
}
END_TEST

START_TEST(everything_is_read)
{
    static const char text[] =
        "rule_files: [a.yml, 'b/*.yml']\n"
        "evaluation_interval: 30s\n"
        "group_eval_order: [x, y]\n"
        "fuzzy_compare: true\n"
        "tests:\n"
        "- name: first\n"
        "  interval: 15s\n"
        "  start_timestamp: 100\n"
        "  external_labels: {dc: north}\n"
        "  external_url: http://p.example\n"
        "  input_series:\n"
        "  - {series: 'up{job=\"a\"}', values: 1x10000000}\n"
        "  - {series: 'h', values: '{{count:1}}'}\n"
        "  promql_expr_test:\n"
        "  - {expr: up, eval_time: 2m, exp_samples: [{labels: 'up{job=\"a\"}', value: 1}, {}]}\n"
        "  alert_rule_test:\n"
        "  - alertname: Down\n"
        "    eval_time: 5m\n"
        "    exp_alerts: [{exp_labels: {a: 1}, exp_annotations: {b: c, tocsin_recover: up}}, {}]\n"
        "- {}\n";
    struct diags diags;
    diags_init(&diags);
    struct label_table *table = label_table_create();
    struct rule_test *t =
        rule_test_read(yaml_parse("t.yml", str_from(text), &diags), table, &diags);
    ck_assert_ptr_nonnull(t);
    ck_assert_uint_eq(t->rule_files.len, 2);
    ck_assert_int_eq(t->evaluation_interval_ms, 30000);
    ck_assert(t->fuzzy);
    ck_assert_uint_eq(t->group_eval_order.len, 2);
    ck_assert_uint_eq(t->groups.len, 2);
    const struct test_group *g = &t->groups.items[0];
    ck_assert(str_equal_c(g->name, "first") && str_equal_c(g->external_url, "http://p.example"));
    ck_assert_int_eq(g->interval_ms, 15000);
    ck_assert_int_eq(g->start_ms, 100000);
    ck_assert_int_eq(test_group_end_ms(g), 300000);
    ck_assert_uint_eq(g->external_labels.count, 1);
    ck_assert_uint_eq(g->series.items[0].count, 10000001);
    ck_assert(!g->series.items[0].native && g->series.items[1].native);
    ck_assert_int_eq(g->exprs.items[0].eval_ms, 120000);
    ck_assert_uint_eq(g->exprs.items[0].samples.len, 2);
    ck_assert_uint_eq(g->alerts.items[0].alerts.len, 2);
    ck_assert_uint_eq(g->alerts.items[0].alerts.items[0].annotations.count, 1);
    ck_assert_int_eq(t->groups.items[1].interval_ms, 30000);
    rule_test_destroy(t);
    label_table_destroy(table);
    diags_release(&diags);
}
END_TEST

int main(void)
{
    TCase *reading = tcase_create("reading");
    tcase_add_loop_test(reading, wrong_files_are_refused, 0, ARRAY_LEN(bad));
    tcase_add_test(reading, everything_is_read);
    return suite_run("unittest/rule_test", reading);
}
