/* Names of recorded series replaced by what records them. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "rule/inline.h"
#include "support/suite.h"

#define RULES                                                      \
    "groups:\n"                                                    \
    "- name: a\n"                                                  \
    "  rules:\n"                                                   \
    "  - {record: s, expr: sum by (job) (x)}\n"                    \
    "  - {record: ratio, expr: s / t}\n"                           \
    "  - {record: t, expr: 'sum by (job) (y)'}\n"                  \
    "  - {record: labelled, expr: x, labels: {a: 'b$1', c: ''}}\n" \
    "  - {record: two, expr: x, labels: {of: one}}\n"              \
    "  - {record: two, expr: y, labels: {of: other}}\n"            \
    "  - {record: number, expr: '5'}\n"                            \
    "  - {record: itself, expr: itself + 1}\n"                     \
    "  - {record: this, expr: that}\n"                             \
    "  - {record: that, expr: sum(this)}\n"

static const struct {
    const char *expr;
    const char *result; /* NULL: as it is; beginning with '!': why not */
} cases[] = {
    {"x > 1", NULL},
    {"s > 1", "((sum by (job) (x))) > 1"},
    {"s > 1 and on (job) s < 3", "((sum by (job) (x))) > 1 and on (job) ((sum by (job) (x))) < 3"},
    {"absent(s)", "absent(((sum by (job) (x))))"},
    {"{__name__=\"s\"} > 1", "((sum by (job) (x))) > 1"},
    {"ratio > 0.5", "((((sum by (job) (x))) / ((sum by (job) (y))))) > 0.5"},
    {"max_over_time(s[1h:1m]) > 1", "max_over_time(((sum by (job) (x)))[1h:1m]) > 1"},
    {"number > x", "(vector(5)) > x"},
    {"labelled > 1", "(label_replace(label_replace((x), \"a\", \"b$$1\", \"\", \"\"), \"c\", "
                     "\"\", \"\", \"\")) > 1"},
    {"two > 1", "(label_replace((x), \"of\", \"one\", \"\", \"\") or label_replace((y), \"of\", "
                "\"other\", \"\", \"\")) > 1"},
    {"s{job=\"a\"} > 1", "!labels are selected, and the server does not have what rules.yml:4 "
                         "records"},
    {"rate(s[5m]) > 1", "!its past is asked for"},
    {"s offset 5m > 1", "!its past is asked for"},
    {"s @ 5 > 1", "!another time is asked for"},
    {"{__name__=~\"s|t\"} > 1", NULL},
    {"itself > 1", "!it is recorded from itself"},
    {"this > 1", "!it is recorded from itself"},
};

static struct rule_file *rules;

static struct inlining *begin(const char *text)
{
    struct diags diags;
    diags_init(&diags);
    rules = rule_file_parse("rules.yml", str_from(text), &diags);
    ck_assert_msg(rules != NULL, "%s", diags.errors != 0 ? diags.list.items[0].message : "");
    diags_release(&diags);
    struct inlining *in = inlining_create();
    for (size_t i = 0; i < rules->groups[0].rule_count; i++) {
        inlining_add(in, rules->file, &rules->groups[0].rules[i]);
    }
    return in;
}

START_TEST(names_are_replaced)
{
    struct error err = ERROR_INIT;
    struct inlining *in = begin(RULES);
    struct expr *e = expr_parse(str_from(cases[_i].expr), NULL, &err);
    ck_assert_ptr_nonnull(e);
    const char *result = cases[_i].result;
    /* Twice: what was made for the first is used for the second. */
    for (int round = 0; round < 2; round++) {
        struct expr *out = NULL;
        bool ok = inlining_apply(in, e, &out, &err);
        if (result == NULL) {
            ck_assert(ok && out == NULL);
        } else if (result[0] == '!') {
            ck_assert(!ok && err.kind == ERROR_CONFIG);
            ck_assert_msg(strstr(error_text(&err), result + 1) != NULL, "%s", error_text(&err));
            ck_assert_ptr_nonnull(strstr(err.suggestion, "recorded: server"));
        } else {
            ck_assert_msg(ok, "%s", error_text(&err));
            ck_assert_msg(str_equal_c(out->text, result), "%.*s", STR_ARG(out->text));
        }
        expr_unref(out);
        error_release(&err);
    }
    expr_unref(e);
    inlining_destroy(in);
    rule_file_unref(rules);
}
END_TEST

/* `count` rules, each of which uses the one before as often as `uses` says. */
static struct strbuf chain(int count, const char *uses)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_add_c(&text, "groups: [{name: a, rules: [{record: r0, expr: x}");
    for (int i = 1; i <= count; i++) {
        char before[16];
        snprintf(before, sizeof(before), "r%d", i - 1);
        strbuf_printf(&text, ", {record: r%d, expr: '", i);
        for (const char *c = uses; *c != '\0'; c++) {
            if (*c == '@') {
                strbuf_add_c(&text, before);
            } else {
                strbuf_add_char(&text, *c);
            }
        }
        strbuf_add_c(&text, "'}");
    }
    strbuf_add_c(&text, "]}]\n");
    return text;
}

static void refuse(struct strbuf text, const char *name)
{
    struct error err = ERROR_INIT;
    struct inlining *in = begin(strbuf_cstr(&text));
    struct expr *e = expr_parse(str_from(name), NULL, &err);
    struct expr *out = NULL;
    ck_assert(!inlining_apply(in, e, &out, &err));
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    ck_assert_ptr_null(out);
    error_release(&err);
    expr_unref(e);
    inlining_destroy(in);
    rule_file_unref(rules);
    strbuf_release(&text);
}

START_TEST(what_grows_has_a_limit)
{
    refuse(chain(INLINE_MAX_DEPTH + 2, "@ + 1"), "r34");
    refuse(chain(20, "@ + @"), "r20");
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("inline");
    tcase_add_loop_test(all, names_are_replaced, 0, ARRAY_LEN(cases));
    tcase_add_test(all, what_grows_has_a_limit);
    return suite_run("rule/inline", all);
}
