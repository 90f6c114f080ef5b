/* Silences: what they match, how matchers are written, what is refused, copies and ids. */
#include "alert/silence.h"

#include <stdlib.h>

#include "support/suite.h"

static struct label_table *table;
static struct silence silence;
static struct error err;

static void setup(void)
{
    table = label_table_create();
    silence_init(&silence);
    err = (struct error)ERROR_INIT;
}

static void teardown(void)
{
    silence_release(&silence);
    error_release(&err);
    label_table_destroy(table);
}

/* {alertname="HighErrors", service="checkout", code="503"}, and one to make patterns work. */
static struct labels *alert_labels(void)
{
    struct labels_builder b;
    labels_builder_init(&b, table);
    labels_builder_set(&b, STR("alertname"), STR("HighErrors"));
    labels_builder_set(&b, STR("service"), STR("checkout"));
    labels_builder_set(&b, STR("code"), STR("503"));
    labels_builder_set(&b, STR("noise"), STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaabdz"));
    struct labels *ls = labels_builder_finish(&b, &err);
    ck_assert_ptr_nonnull(ls);
    labels_builder_release(&b);
    return ls;
}

static void add(const char *text)
{
    ck_assert_msg(silence_add_matcher(&silence, str_from(text), &err), "%s: %s", text,
                  error_text(&err));
}

static const struct {
    const char *texts[3];
    bool matches;
} matching[] = {
    {{"service=checkout"}, true},
    {{"service=checkout", "code=503"}, true},
    {{"service=checkout", "code=500"}, false},
    {{"service!=checkout"}, false},
    {{"service!=search"}, true},
    {{"code=~5.."}, true},
    {{"code=~50"}, false}, /* anchored at its end */
    {{"code=~03"}, false}, /* and at its beginning */
    {{"code=~50|03"}, false},
    {{"code=~503|500"}, true},
    {{"code!~5.."}, false},
    {{"code!~50"}, true},
    {{"HighErrors"}, true},
    {{"HighError"}, false},
    {{"HighErrors", "pod="}, true}, /* a missing label is the empty string */
    {{"HighErrors", "pod!="}, false},
    {{"HighErrors", "pod=~.*"}, true},
    {{"HighErrors", "pod=~.+"}, false},
    {{"HighErrors", "pod!~.+"}, true},
    {{"HighErrors", "pod!=web-1"}, true},
    {{NULL}, false}, /* nothing said hides nothing */
    /* A pattern that hits its limit does not hold, whichever way it is asked. */
    {{"noise!~(a?a?a?a?){9}(b|c)d?[xy]"}, false},
};

START_TEST(all_matchers_must_hold)
{
    for (size_t i = 0; i < ARRAY_LEN(matching[_i].texts) && matching[_i].texts[i] != NULL; i++) {
        add(matching[_i].texts[i]);
    }
    struct labels *ls = alert_labels();
    ck_assert_int_eq(silence_matches(&silence, ls), matching[_i].matches);
    labels_unref(ls);
}
END_TEST

/* As Alertmanager reads them (pkg/labels/parse.go). */
static const struct {
    const char *text;
    enum matcher_op op;
    const char *name;
    const char *value;
} syntax[] = {
    {"a=b", MATCH_EQUAL, "a", "b"},
    {"a!=b", MATCH_NOT_EQUAL, "a", "b"},
    {"a=~b.*", MATCH_REGEX, "a", "b.*"},
    {"a!~b", MATCH_NOT_REGEX, "a", "b"},
    {"a=\"b\"", MATCH_EQUAL, "a", "b"},
    {"  a \t=  \"b c\"  ", MATCH_EQUAL, "a", "b c"},
    {"a=b c", MATCH_EQUAL, "a", "b c"},
    {"a=", MATCH_EQUAL, "a", ""},
    {"a=\"\"", MATCH_EQUAL, "a", ""},
    {"a=\" b \"", MATCH_EQUAL, "a", " b "},
    {"a=b=c", MATCH_EQUAL, "a", "b=c"},
    {"a==b", MATCH_EQUAL, "a", "=b"},
    {"a= ~b", MATCH_EQUAL, "a", "~b"},
    {"a=x,y", MATCH_EQUAL, "a", "x,y"},
    {"a=\"say \\\"hi\\\"\"", MATCH_EQUAL, "a", "say \"hi\""},
    {"a=say \\\"hi\\\"", MATCH_EQUAL, "a", "say \"hi\""},
    {"a=\"x\\ny\"", MATCH_EQUAL, "a", "x\ny"},
    {"a=\"x\\\\y\"", MATCH_EQUAL, "a", "x\\y"},
    {"a=~\\d+", MATCH_REGEX, "a", "\\d+"}, /* no escape of matchers: the backslash stands */
    {"a=b\\", MATCH_EQUAL, "a", "b\\"},
    {"_x:y9=1", MATCH_EQUAL, "_x:y9", "1"},
    {"a=\xc3\xa4", MATCH_EQUAL, "a", "\xc3\xa4"},
    {"a=x\ty", MATCH_EQUAL, "a", "x\ty"},
    {"\"b.c d\"=~x", MATCH_REGEX, "b.c d", "x"}, /* any name, in quotes */
    {"\"b\\\"c\" = x", MATCH_EQUAL, "b\"c", "x"},
    {"HighErrors", MATCH_EQUAL, "alertname", "HighErrors"},
    {" High errors (5xx) ", MATCH_EQUAL, "alertname", "High errors (5xx)"},
    {"5xx", MATCH_EQUAL, "alertname", "5xx"},
};

START_TEST(matchers_are_read)
{
    add(syntax[_i].text);
    ck_assert_uint_eq(silence.matchers.len, 1);
    ck_assert_int_eq(silence.matchers.items[0].op, syntax[_i].op);
    ck_assert_str_eq(silence.matchers.items[0].name, syntax[_i].name);
    ck_assert_str_eq(silence.matchers.items[0].value, syntax[_i].value);
    /* What is written of it reads as the same. */
    struct strbuf text = STRBUF_INIT;
    silence_format_matchers(&text, &silence);
    add(strbuf_cstr(&text));
    ck_assert(matcher_equal(&silence.matchers.items[0], &silence.matchers.items[1]));
    strbuf_release(&text);
}
END_TEST

static const struct {
    const char *text;
    enum error_kind kind;
    const char *part;
} slips[] = {
    {"", ERROR_SYNTAX, "''"},
    {"   ", ERROR_SYNTAX, "not a matcher"},
    {"=b", ERROR_SYNTAX, "no name"},
    {"\"\"=b", ERROR_SYNTAX, "name is empty"},
    {"\"a=b", ERROR_SYNTAX, "no name"},
    {"\"a\"", ERROR_SYNTAX, "no name"},
    {"\"a\\\"=b", ERROR_SYNTAX, "no name"},
    {"5a=b", ERROR_SYNTAX, "no name"},
    {"a-b=c", ERROR_SYNTAX, "no name"},
    {"a~b", ERROR_SYNTAX, "no name"},
    {"{a=\"b\"}", ERROR_SYNTAX, "no name"},
    {"a=\"b", ERROR_SYNTAX, "not closed"},
    {"a=\"b\\\"", ERROR_SYNTAX, "not closed"},
    {"a=\"", ERROR_SYNTAX, "not closed"},
    {"a=b\"", ERROR_SYNTAX, "unescaped quote"},
    {"a=\"b\"c\"", ERROR_SYNTAX, "unescaped quote"},
    {"a=\"b\" ,c=\"d\"", ERROR_SYNTAX, "unescaped quote"},
    {"a=~(", ERROR_SYNTAX, "matcher 'a=~('"},
    {"a=\xff", ERROR_SYNTAX, "not UTF-8"},
};

START_TEST(slips_are_said)
{
    ck_assert(!silence_add_matcher(&silence, str_from(slips[_i].text), &err));
    ck_assert_int_eq(err.kind, slips[_i].kind);
    ck_assert_msg(strstr(error_text(&err), slips[_i].part) != NULL, "%s", error_text(&err));
    ck_assert_uint_eq(silence.matchers.len, 0);
}
END_TEST

START_TEST(more_matchers_than_allowed)
{
    for (int i = 0; i < SILENCE_MAX_MATCHERS; i++) {
        add("a=b");
    }
    ck_assert(!silence_add_matcher(&silence, STR("a=b"), &err));
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    ck_assert_uint_eq(silence.matchers.len, SILENCE_MAX_MATCHERS);
}
END_TEST

START_TEST(more_text_than_allowed)
{
    char *text = mem_zalloc(LABELS_MAX_VALUE + 8, 1);
    memset(text, 'x', LABELS_MAX_VALUE + 4);
    text[1] = '=';
    ck_assert(!silence_add_matcher(&silence, str_from(text), &err));
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    free(text);
}
END_TEST

static void fill(const char *matcher)
{
    if (matcher != NULL) {
        add(matcher);
    }
    silence.starts_at_ms = 1000;
    silence.ends_at_ms = 2000;
    silence.created_by = mem_strdup("ada");
    silence.comment = mem_strdup("known");
}

static const struct {
    const char *matchers[2];
    bool everything;
} wide[] = {
    {{"a="}, true},
    {{"a!=b"}, true},
    {{"a=~.*"}, true},
    {{"a=~b?"}, true},
    {{"a!~b"}, true},
    {{"a=~|x"}, true},
    {{"a!=b", "c=~.*"}, true},
    {{"alertname=~.+"}, true},
    {{"alertname=~.+", "a!=b"}, true},
    {{"a=b"}, false},
    {{"a=~.+"}, false},
    {{"a!="}, false},
    {{"a!=b", "c=d"}, false},
    {{"alertname=~.+", "a=b"}, false},
    {{"alertname=~High.+"}, false},
};

START_TEST(what_would_hide_everything_is_refused)
{
    fill(wide[_i].matchers[0]);
    if (wide[_i].matchers[1] != NULL) {
        add(wide[_i].matchers[1]);
    }
    ck_assert_int_eq(silence_check(&silence, &err), !wide[_i].everything);
    if (wide[_i].everything) {
        ck_assert_int_eq(err.kind, ERROR_CONFIG);
        ck_assert_ptr_nonnull(strstr(error_text(&err), "would hide every alert"));
        ck_assert_ptr_nonnull(err.suggestion);
    }
}
END_TEST

static void no_author(void)
{
    silence.created_by[0] = '\0';
}

static void no_author_at_all(void)
{
    free(silence.created_by);
    silence.created_by = NULL;
}

static void blank_comment(void)
{
    free(silence.comment);
    silence.comment = mem_strdup(" \t ");
}

static void long_comment(void)
{
    free(silence.comment);
    silence.comment = mem_zalloc(SILENCE_MAX_TEXT + 2, 1);
    memset(silence.comment, 'x', SILENCE_MAX_TEXT + 1);
}

static void no_time(void)
{
    silence.ends_at_ms = silence.starts_at_ms;
}

static void negative_quiet(void)
{
    silence.end_when_resolved_ms = -1;
}

static void no_matcher(void)
{
    matcher_release(&silence.matchers.items[0]);
    silence.matchers.len = 0;
}

static const struct {
    void (*spoil)(void);
    enum error_kind kind;
    const char *part;
} incomplete[] = {
    {no_author, ERROR_CONFIG, "without an author"},
    {no_author_at_all, ERROR_CONFIG, "without an author"},
    {blank_comment, ERROR_CONFIG, "without a comment"},
    {long_comment, ERROR_LIMIT, "a comment of 4097 bytes"},
    {no_time, ERROR_CONFIG, "ends before it begins"},
    {negative_quiet, ERROR_CONFIG, "negative"},
    {no_matcher, ERROR_CONFIG, "without a matcher"},
};

START_TEST(what_is_missing_is_said)
{
    fill("a=b");
    ck_assert(silence_check(&silence, &err));
    incomplete[_i].spoil();
    ck_assert(!silence_check(&silence, &err));
    ck_assert_int_eq(err.kind, incomplete[_i].kind);
    ck_assert_msg(strstr(error_text(&err), incomplete[_i].part) != NULL, "%s", error_text(&err));
}
END_TEST

START_TEST(a_copy_stands_alone)
{
    fill("a=~b|c");
    add("d!=e");
    silence.id = silence_new_id();
    silence.source = mem_strdup("am");
    silence.end_when_resolved_ms = 7;
    silence.quiet_since_ms = 8;
    silence.updated_at_ms = 9;
    struct silence copy;
    silence_copy(&copy, &silence);
    char *id = mem_strdup(silence.id);
    silence_release(&silence);
    ck_assert_str_eq(copy.id, id);
    ck_assert_str_eq(copy.created_by, "ada");
    ck_assert_str_eq(copy.comment, "known");
    ck_assert_str_eq(copy.source, "am");
    ck_assert_int_eq(copy.starts_at_ms, 1000);
    ck_assert_int_eq(copy.ends_at_ms, 2000);
    ck_assert_int_eq(copy.end_when_resolved_ms, 7);
    ck_assert_int_eq(copy.quiet_since_ms, 8);
    ck_assert_int_eq(copy.updated_at_ms, 9);
    struct strbuf text = STRBUF_INIT;
    silence_format_matchers(&text, &copy);
    ck_assert_str_eq(strbuf_cstr(&text), "a=~\"b|c\", d!=\"e\"");
    ck_assert_int_eq(matcher_test(&copy.matchers.items[0], STR("c")), MATCHER_YES);
    strbuf_release(&text);
    silence_release(&copy);
    silence_release(&copy); /* twice is no harm */
    free(id);
}
END_TEST

START_TEST(a_copy_of_nothing)
{
    struct silence copy;
    silence_copy(&copy, &silence);
    ck_assert_uint_eq(copy.matchers.len, 0);
    ck_assert_ptr_null(copy.id);
    ck_assert_ptr_null(copy.comment);
    silence_release(&copy);
}
END_TEST

static const struct {
    int64_t now_ms;
    int64_t ends_at_ms;
    enum silence_state state;
    const char *name;
} states[] = {
    {999, 2000, SILENCE_PENDING, "pending"}, {1000, 2000, SILENCE_ACTIVE, "active"},
    {1999, 2000, SILENCE_ACTIVE, "active"},  {2000, 2000, SILENCE_EXPIRED, "expired"},
    {999, 1000, SILENCE_EXPIRED, "expired"}, /* ended before it began */
};

START_TEST(state_follows_from_time)
{
    silence.starts_at_ms = 1000;
    silence.ends_at_ms = states[_i].ends_at_ms;
    enum silence_state state = silence_state_at(&silence, states[_i].now_ms);
    ck_assert_int_eq(state, states[_i].state);
    ck_assert_str_eq(silence_state_name(state), states[_i].name);
}
END_TEST

START_TEST(ids_are_uuids_and_differ)
{
    char *a = silence_new_id();
    char *b = silence_new_id();
    ck_assert_str_ne(a, b);
    ck_assert_uint_eq(strlen(a), 36);
    for (size_t i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        ck_assert_msg(dash ? a[i] == '-' : strchr("0123456789abcdef", a[i]) != NULL, "%s", a);
    }
    ck_assert_int_eq(a[14], '4');
    ck_assert_ptr_nonnull(strchr("89ab", a[19]));
    free(a);
    free(b);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("silence");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, all_matchers_must_hold, 0, ARRAY_LEN(matching));
    tcase_add_loop_test(tc, matchers_are_read, 0, ARRAY_LEN(syntax));
    tcase_add_loop_test(tc, slips_are_said, 0, ARRAY_LEN(slips));
    tcase_add_test(tc, more_matchers_than_allowed);
    tcase_add_test(tc, more_text_than_allowed);
    tcase_add_loop_test(tc, what_would_hide_everything_is_refused, 0, ARRAY_LEN(wide));
    tcase_add_loop_test(tc, what_is_missing_is_said, 0, ARRAY_LEN(incomplete));
    tcase_add_test(tc, a_copy_stands_alone);
    tcase_add_test(tc, a_copy_of_nothing);
    tcase_add_loop_test(tc, state_follows_from_time, 0, ARRAY_LEN(states));
    tcase_add_test(tc, ids_are_uuids_and_differ);
    return suite_run("alert/silence", tc);
}
