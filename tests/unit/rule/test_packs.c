/*
 * The shipped rule packs: each is read without a word, what is compiled in is what stands in
 * alerts/, every alert says who is to act and how, and the unit tests beside the packs have a case
 * of each that fires and one that does not. (That these hold is for promtool and `tocsin test`.)
 */
#include "rule/packs.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "rule/rule.h"
#include "support/suite.h"
#include "yaml/node.h"

#define PACKS 4

static void require_nothing_said(const struct diags *diags)
{
    struct strbuf said = STRBUF_INIT;
    diags_format(diags, &said);
    ck_assert_msg(diags->list.len == 0, "%s", strbuf_cstr(&said));
    strbuf_release(&said);
}

static struct rule_file *load(size_t pack)
{
    struct diags diags;
    struct error err = ERROR_INIT;
    struct str text;
    diags_init(&diags);
    ck_assert(rule_packs_find(rule_packs_name(pack), &text, &err));
    struct rule_file *f = rule_file_parse("pack", text, &diags);
    require_nothing_said(&diags);
    ck_assert_ptr_nonnull(f);
    char *path = mem_printf("alerts/%.*s.yaml", STR_ARG(rule_packs_name(pack)));
    struct yaml_document *doc = yaml_load(path, &diags);
    ck_assert_msg(doc != NULL && str_equal(yaml_text(doc), text), "%s is another one", path);
    yaml_destroy(doc);
    free(path);
    diags_release(&diags);
    return f;
}

static struct str pair(struct rule_pairs pairs, const char *name)
{
    for (size_t i = 0; i < pairs.count; i++) {
        if (str_equal_c(pairs.items[i].name, name)) {
            return pairs.items[i].value;
        }
    }
    return STR_NONE;
}

/* How many expectations there are of the alert: some that fire, some that do not. */
static void count_expected(const struct yaml_node *root, struct str alert, size_t *firing,
                           size_t *quiet)
{
    const struct yaml_node *tests = yaml_get(root, "tests");
    ck_assert(tests != NULL && tests->kind == YAML_SEQUENCE);
    for (size_t i = 0; i < tests->count; i++) {
        const struct yaml_node *cases = yaml_get(tests->items[i], "alert_rule_test");
        ck_assert(cases != NULL && cases->kind == YAML_SEQUENCE);
        for (size_t k = 0; k < cases->count; k++) {
            const struct yaml_node *name = yaml_get(cases->items[k], "alertname");
            const struct yaml_node *expected = yaml_get(cases->items[k], "exp_alerts");
            ck_assert(name != NULL && expected != NULL && expected->kind == YAML_SEQUENCE);
            if (str_equal(name->text, alert)) {
                *(expected->count != 0 ? firing : quiet) += 1;
            }
        }
    }
}

START_TEST(every_alert_says_who_acts_and_is_tested)
{
    struct rule_file *f = load((size_t)_i);
    struct diags diags;
    diags_init(&diags);
    char *path = mem_printf("alerts/tests/%.*s_test.yaml", STR_ARG(rule_packs_name((size_t)_i)));
    struct yaml_document *doc = yaml_load(path, &diags);
    require_nothing_said(&diags);
    ck_assert_ptr_nonnull(doc);
    for (size_t g = 0; g < f->group_count; g++) {
        for (size_t i = 0; i < f->groups[g].rule_count; i++) {
            const struct rule *rule = &f->groups[g].rules[i];
            struct str severity = pair(rule->labels, "severity");
            ck_assert_int_eq(rule->kind, RULE_ALERTING);
            ck_assert_msg(str_equal_c(severity, "page") || str_equal_c(severity, "ticket") ||
                              str_equal_c(severity, "info"),
                          "%.*s: severity '%.*s'", STR_ARG(rule->name), STR_ARG(severity));
            static const char *const needed[] = {"summary", "description", "action"};
            for (size_t k = 0; k < ARRAY_LEN(needed); k++) {
                ck_assert_msg(pair(rule->annotations, needed[k]).len != 0, "%.*s has no %s",
                              STR_ARG(rule->name), needed[k]);
            }
            size_t firing = 0, quiet = 0;
            count_expected(yaml_root(doc), rule->name, &firing, &quiet);
            ck_assert_msg(firing > 0 && quiet > 0, "%.*s: %zu cases that fire, %zu that do not",
                          STR_ARG(rule->name), firing, quiet);
        }
    }
    yaml_destroy(doc);
    diags_release(&diags);
    free(path);
    rule_file_unref(f);
}
END_TEST

START_TEST(a_name_is_an_alert_of_one_pack)
{
    struct rule_file *files[PACKS];
    VEC(struct str) names = {0};
    for (size_t p = 0; p < PACKS; p++) {
        files[p] = load(p);
        for (size_t g = 0; g < files[p]->group_count; g++) {
            for (size_t i = 0; i < files[p]->groups[g].rule_count; i++) {
                struct str name = files[p]->groups[g].rules[i].name;
                VEC_EACH (&names, const struct str, other) {
                    ck_assert_msg(!str_equal(*other, name), "'%.*s' twice", STR_ARG(name));
                }
                vec_push(&names, name);
            }
        }
    }
    ck_assert_uint_gt(names.len, 50);
    vec_release(&names);
    for (size_t p = 0; p < PACKS; p++) {
        rule_file_unref(files[p]);
    }
}
END_TEST

START_TEST(packs_are_found_by_name)
{
    struct error err = ERROR_INIT;
    struct str text;
    ck_assert(rule_packs_find(STR("tocsin"), &text, &err));
    ck_assert(str_contains(text, STR("alert: TocsinSourceDown")));
    ck_assert(rule_packs_name(PACKS - 1).len != 0);
    ck_assert_uint_eq(rule_packs_name(PACKS).len, 0);
    ck_assert(!rule_packs_find(STR("host"), &text, &err));
    ck_assert_int_eq(err.kind, ERROR_NOT_FOUND);
    ck_assert_str_eq(err.suggestion, "did you mean 'hosts'?");
    ck_assert(!rule_packs_find(STR("kubernetes"), &text, &err));
    ck_assert_str_eq(err.suggestion, "there are hosts, http, prometheus, tocsin");
    ck_assert(!rule_packs_find(STR(""), &text, &err));
    error_release(&err);
}
END_TEST

int main(void)
{
    TCase *packs = tcase_create("packs");
    tcase_add_loop_test(packs, every_alert_says_who_acts_and_is_tested, 0, PACKS);
    tcase_add_test(packs, a_name_is_an_alert_of_one_pack);
    tcase_add_test(packs, packs_are_found_by_name);
    return suite_run("rule/packs", packs);
}
