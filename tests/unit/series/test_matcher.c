/* Matchers: the four operators, missing labels, copies, text. */
#include "series/matcher.h"
#include "support/suite.h"

static const struct {
    enum matcher_op op;
    const char *pattern;
    const char *value;
    enum matcher_verdict verdict;
} cases[] = {
    {MATCH_EQUAL, "a", "a", MATCHER_YES},
    {MATCH_EQUAL, "a", "b", MATCHER_NO},
    {MATCH_EQUAL, "", "", MATCHER_YES},
    {MATCH_NOT_EQUAL, "a", "a", MATCHER_NO},
    {MATCH_NOT_EQUAL, "a", "", MATCHER_YES},
    {MATCH_NOT_EQUAL, "", "x", MATCHER_YES},
    {MATCH_REGEX, "a|b.*", "bcd", MATCHER_YES},
    {MATCH_REGEX, "a|b.*", "cb", MATCHER_NO},
    {MATCH_REGEX, ".*", "", MATCHER_YES},
    {MATCH_NOT_REGEX, "5..", "404", MATCHER_YES},
    {MATCH_NOT_REGEX, "5..", "503", MATCHER_NO},
    {MATCH_NOT_REGEX, ".+", "", MATCHER_YES},
    {MATCH_REGEX, "(a?a?a?a?){9}(b|c)d?[xy]", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaabdz", MATCHER_LIMIT},
    {MATCH_NOT_REGEX, "(a?a?a?a?){9}(b|c)d?[xy]", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaabdz",
     MATCHER_LIMIT},
};

START_TEST(operators)
{
    struct matcher m;
    struct matcher copy;
    struct error err = ERROR_INIT;
    ck_assert(matcher_init(&m, cases[_i].op, STR("l"), str_from(cases[_i].pattern), &err));
    matcher_copy(&copy, &m);
    ck_assert(matcher_equal(&m, &copy));
    ck_assert_int_eq(matcher_test(&m, str_from(cases[_i].value)), cases[_i].verdict);
    matcher_release(&m); /* the copy stands alone */
    ck_assert_int_eq(matcher_test(&copy, str_from(cases[_i].value)), cases[_i].verdict);
    matcher_release(&copy);
}
END_TEST

START_TEST(a_bad_expression_is_refused)
{
    struct matcher m;
    struct error err = ERROR_INIT;
    ck_assert(!matcher_init(&m, MATCH_REGEX, STR("l"), STR("a("), &err));
    ck_assert_int_eq(err.kind, ERROR_SYNTAX);
    matcher_release(&m); /* nothing to release, and no harm */
    ck_assert(!matcher_init(&m, MATCH_EQUAL, STR("l"), str_span("a\0b", 3), &err));
    ck_assert_int_eq(err.kind, ERROR_UNSUPPORTED);
    error_release(&err);
}
END_TEST

START_TEST(all_against_a_set)
{
    struct label_table *table = label_table_create();
    struct labels_builder b;
    struct error err = ERROR_INIT;
    struct matcher ms[3];
    labels_builder_init(&b, table);
    labels_builder_add(&b, STR("__name__"), STR("up"));
    labels_builder_add(&b, STR("job"), STR("node"));
    struct labels *ls = labels_builder_finish(&b, &err);
    ck_assert(matcher_init(&ms[0], MATCH_EQUAL, STR("__name__"), STR("up"), &err));
    ck_assert(matcher_init(&ms[1], MATCH_EQUAL, STR("missing"), STR(""), &err));
    ck_assert(matcher_init(&ms[2], MATCH_NOT_EQUAL, STR("job"), STR("node"), &err));
    ck_assert_int_eq(matchers_test(ms, 2, ls), MATCHER_YES);
    ck_assert_int_eq(matchers_test(ms, 3, ls), MATCHER_NO);
    ck_assert_int_eq(matchers_test(ms, 0, ls), MATCHER_YES);
    ck_assert(!matcher_equal(&ms[0], &ms[1]));
    for (size_t i = 0; i < ARRAY_LEN(ms); i++) {
        matcher_release(&ms[i]);
    }
    labels_unref(ls);
    labels_builder_release(&b);
    label_table_destroy(table);
}
END_TEST

static const struct {
    enum matcher_op op;
    const char *text;
} texts[] = {{MATCH_EQUAL, "job=\"a\\\"b\""},
             {MATCH_NOT_EQUAL, "job!=\"a\\\"b\""},
             {MATCH_REGEX, "job=~\"a\\\"b\""},
             {MATCH_NOT_REGEX, "job!~\"a\\\"b\""}};

START_TEST(text_is_promql)
{
    struct matcher m;
    struct error err = ERROR_INIT;
    struct strbuf out = STRBUF_INIT;
    ck_assert(matcher_init(&m, texts[_i].op, STR("job"), STR("a\"b"), &err));
    matcher_format(&out, &m);
    ck_assert_str_eq(strbuf_cstr(&out), texts[_i].text);
    strbuf_release(&out);
    matcher_release(&m);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("matcher");
    tcase_add_loop_test(tc, operators, 0, ARRAY_LEN(cases));
    tcase_add_test(tc, a_bad_expression_is_refused);
    tcase_add_test(tc, all_against_a_set);
    tcase_add_loop_test(tc, text_is_promql, 0, ARRAY_LEN(texts));
    return suite_run("series/matcher", tc);
}
