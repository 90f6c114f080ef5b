/* The alerts of a service: lines and mappings become rules of one group, and what is wrong with
 * them is told with its place in the file. */
#include "rule/service_alerts.h"

#include <stdlib.h>

#include "support/suite.h"

#define ASSERT_STR(have, want) ck_assert_msg(str_equal_c(have, want), "%.*s", STR_ARG(have))

static const char *const names[] = {"errors", "p95"};

static struct expr *signal_expr;

static const struct expr *look_up(void *user, struct str name)
{
    (void)user;
    bool known = str_equal_c(name, names[0]) || str_equal_c(name, names[1]);
    return known ? signal_expr : NULL;
}

static void set_up(void)
{
    struct error err = ERROR_INIT;
    signal_expr = expr_parse(STR("max(x{job=\"c\"})"), NULL, &err);
    ck_assert_ptr_nonnull(signal_expr);
}

static void tear_down(void)
{
    expr_unref(signal_expr);
}

static struct rule_file *parse(const char *text, struct diags *diags)
{
    static const struct parse_options options = {.conveniences = true,
                                                 .signals = look_up,
                                                 .signal_names = names,
                                                 .signal_name_count = ARRAY_LEN(names)};
    static struct rule_pair labels[] = {{.name = STR_INIT("job"), .value = STR_INIT("c")},
                                        {.name = STR_INIT("severity"),
                                         .value = STR_INIT("warning")}};
    struct service_scope scope = {.service = STR("checkout"),
                                  .labels = {.items = labels, .count = ARRAY_LEN(labels)},
                                  .expressions = &options};
    diags_init(diags);
    struct yaml_document *doc = yaml_parse("tocsin.yaml", str_from(text), diags);
    ck_assert_ptr_nonnull(doc);
    struct yaml_reader r;
    yaml_reader_init(&r, doc, diags);
    struct rule_file *f =
        service_alerts_read(&r, yaml_member(&r, yaml_root(doc), "alerts"), &scope);
    yaml_reader_release(&r);
    yaml_destroy(doc);
    return f;
}

static const char whole[] = "alerts:\n"
                            "  - p95 > 500ms for 5m\n"
                            "  - >-\n"
                            "    p95 > 1s\n"
                            "    severity page\n"
                            "  - alert: Burning\n"
                            "    when: errors > 1%\n"
                            "    for: 10m\n"
                            "    keep_firing_for: 3m\n"
                            "    recover: errors < 0.5%\n"
                            "    on_missing: ok\n"
                            "    on_error: firing\n"
                            "    labels: {severity: page, job: ''}\n"
                            "    annotations: {summary: \"${TOCSIN_TEST} {{ $value }}\"}\n"
                            "  - {when: errors > 5%}\n";

START_TEST(alerts_become_rules_of_a_group)
{
    struct diags diags;
    setenv("TOCSIN_TEST", "shop", 1);
    struct rule_file *f = parse(whole, &diags);
    ck_assert_msg(f != NULL, "%s", diags.list.len != 0 ? diags.list.items[0].message : "?");
    ck_assert_uint_eq(diags.list.len, 0);
    ck_assert_str_eq(f->file, "tocsin.yaml");
    ck_assert_uint_eq(f->group_count, 1);
    const struct rule_group *g = &f->groups[0];
    ASSERT_STR(g->name, "checkout");
    ck_assert_int_eq(g->interval_ms, 0);
    ck_assert_uint_eq(g->rule_count, 4);
    ASSERT_STR(g->rules[0].name, "CheckoutP95");
    ck_assert_uint_eq(g->rules[0].span.line, 2);
    ck_assert_int_eq(g->rules[0].for_ms, 300000);
    ASSERT_STR(g->rules[0].labels.items[2].value, "warning");
    ASSERT_STR(g->rules[1].labels.items[2].value, "page");
    ck_assert_uint_eq(g->rules[1].span.line, 3);
    const struct rule *burning = &g->rules[2];
    ck_assert_int_eq(burning->kind, RULE_ALERTING);
    ASSERT_STR(burning->name, "Burning");
    ck_assert_uint_eq(burning->span.line, 6);
    ASSERT_STR(burning->expr->text, "errors > 1%");
    ASSERT_STR(burning->recover->text, "errors < 0.5%");
    ck_assert_int_eq(burning->for_ms, 600000);
    ck_assert_int_eq(burning->keep_firing_for_ms, 180000);
    ck_assert_int_eq(burning->on_missing, RULE_MISSING_OK);
    ck_assert_int_eq(burning->on_error, RULE_MISSING_FIRING);
    ck_assert_uint_eq(burning->labels.count, 3);
    ASSERT_STR(burning->labels.items[0].value, "");
    ASSERT_STR(burning->labels.items[1].value, "checkout");
    ASSERT_STR(burning->labels.items[2].value, "page");
    ck_assert_uint_eq(burning->annotations.count, 1);
    ASSERT_STR(burning->annotations.items[0].value, "shop {{ $value }}");
    ASSERT_STR(g->rules[3].name, "CheckoutErrors");
    rule_file_unref(f);
    diags_release(&diags);
}
END_TEST

START_TEST(no_alerts_are_an_empty_group)
{
    static const char *const texts[] = {"alerts:\n", "alerts: []\n", "name: a\n"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct diags diags;
        struct rule_file *f = parse(texts[i], &diags);
        ck_assert_ptr_nonnull(f);
        ck_assert_uint_eq(f->groups[0].rule_count, 0);
        rule_file_unref(f);
        diags_release(&diags);
    }
}
END_TEST

static const struct {
    const char *text;
    const char *message; /* part of the first one */
    uint32_t line, column;
} bad[] = {
    {"alerts: {a: b}", "expected a list", 1, 9},
    {"alerts: [[a]]", "a text belongs here, not a list", 1, 10},
    {"alerts: [~]", "a condition is missing", 1, 10},
    {"alerts:\n- p95 > 1 fro 5m", "unknown word 'fro'", 2, 11},
    {"alerts:\n- >-\n  p95 > 1\n  for soon", "needs a whole number", 4, 7},
    {"alerts:\n- {alert: a}", "key 'when' is missing", 2, 3},
    {"alerts:\n- {alert: '', when: up > 0}", "the name is empty", 2, 11},
    {"alerts:\n- {when: [up]}", "a text belongs here", 2, 10},
    {"alerts:\n- when: up{a=} > 1", "unexpected '}'", 2, 14},
    {"alerts:\n- when: p95 > 1 for 5m", "'for' has no place in 'when'", 2, 17},
    {"alerts:\n- when: p95 > 1\n  recover: p95", "alone holds wherever", 3, 12},
    {"alerts:\n- when: p95 > 1\n  on_missing: fire", "expected unknown, firing, ok or keep", 3, 15},
    {"alerts:\n- when: p95 > 1\n  severity: page", "unknown key 'severity'", 3, 3},
    {"alerts:\n- when: p95 > 1\n  for: 5", "misses a unit", 3, 9},
    {"alerts:\n- when: p95 > 1\n  labels: {a: '${TOCSIN_NOT_SET}'}", "TOCSIN_NOT_SET", 3, 16},
    {"alerts:\n- p95 > 1\n- p95 > 2", "the alert in line 2 has the name 'CheckoutP95'", 3, 3},
};

START_TEST(wrong_alerts_are_refused)
{
    struct diags diags;
    struct rule_file *f = parse(bad[_i].text, &diags);
    const struct diag *first = diags.list.len != 0 ? &diags.list.items[0] : NULL;
    ck_assert_msg(first != NULL, "%s", bad[_i].text);
    /* A warning does not refuse. */
    ck_assert((f == NULL) == (diags.errors != 0));
    ck_assert_msg(strstr(first->message, bad[_i].message) != NULL, "%s: %s", bad[_i].text,
                  first->message);
    ck_assert_msg(first->span.line == bad[_i].line && first->span.column == bad[_i].column,
                  "%s: %u:%u", bad[_i].text, first->span.line, first->span.column);
    rule_file_unref(f);
    diags_release(&diags);
}
END_TEST

START_TEST(all_errors_are_told)
{
    struct diags diags;
    ck_assert_ptr_null(parse("alerts:\n"
                             "- p95 > 1 fro 5m severity a b\n"
                             "- {when: up >, for: soon, recover: 1, on_error: x, labels: a, b: c}\n"
                             "- {alert: a}\n",
                             &diags));
    ck_assert_uint_eq(diags.errors, 9);
    diags_release(&diags);
}
END_TEST

int main(void)
{
    TCase *reading = tcase_create("reading");
    tcase_add_checked_fixture(reading, set_up, tear_down);
    tcase_add_test(reading, alerts_become_rules_of_a_group);
    tcase_add_test(reading, no_alerts_are_an_empty_group);
    tcase_add_loop_test(reading, wrong_alerts_are_refused, 0, ARRAY_LEN(bad));
    tcase_add_test(reading, all_errors_are_told);
    return suite_run("rule/service_alerts", reading);
}
