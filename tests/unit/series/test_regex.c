/* Regular expressions: what Go's regexp says of the same pattern, with and without PCRE2. */
#include <stdio.h>
#include <stdlib.h>

#include "series/regex.h"
#include "series/regex_syntax.h"
#include "support/suite.h"

static const struct {
    const char *pattern;
    const char *yes[4];
    const char *no[4];
} matches[] = {
    /* simple shapes */
    {"", {""}, {"a"}},
    {"abc", {"abc"}, {"", "ab", "abcd", "xabc"}},
    {"a|b|cd", {"a", "b", "cd"}, {"c", "ab", ""}},
    {"(a|b)c", {"ac", "bc"}, {"a", "abc"}},
    {"(?:web|db)-[12]", {"web-1", "db-2"}, {"web-3", "web-"}},
    {"^foo$", {"foo"}, {"foo\n", "^foo$"}},
    {"^(foo|ba?r)$", {"foo", "bar", "br"}, {"ba", "baar"}},
    {"^a|b$", {"a", "b"}, {"ab"}},
    {"a||b", {"a", "b", ""}, {"ab"}},
    {".*", {"", "a", "a\nb"}, {NULL}},
    {".+", {"a", "\n"}, {""}},
    {"(.*)", {"", "a\nb"}, {NULL}},
    {".*?", {"", "abc"}, {NULL}},
    {"/api/.*", {"/api/", "/api/x\ny"}, {"/api", "x/api/"}},
    {"/api/.+", {"/api/x"}, {"/api/"}},
    {".*err", {"err", "xerr"}, {"error", "er"}},
    {".+err", {"xerr", "errerr"}, {"err"}},
    {".*foo.*", {"foo", "afoob"}, {"fo", "f.oo"}},
    {".+foo.*", {"xfoo", "foofoo"}, {"foo", "foox"}},
    {".+foo.+", {"xfoox"}, {"foo", "xfoo", "foox"}},
    {"\\.\\*", {".*"}, {"x", "."}},
    {"\\Qa.b|c\\E", {"a.b|c"}, {"axb|c", "c"}},
    {"\\Qab\\E*", {"a", "abbb"}, {"abab", ""}},
    {"\\Aab\\z", {"ab"}, {"ab\n"}},
    {"\\x41\\x{42}\\103\\t", {"ABC\t"}, {"ABC"}},
    {"x{,2}", {"x{,2}"}, {"", "x", "xx"}},
    {"a{b", {"a{b"}, {"ab"}},
    {"a{1,b}", {"a{1,b}"}, {"a"}},
    {"a]", {"a]"}, {"a"}},
    {"\xc3\xa9|\xe2\x82\xac", {"\xc3\xa9", "\xe2\x82\xac"}, {"e"}},
    /* PCRE2's */
    {"5..", {"500", "5\n\xc3\xa9"}, {"50", "5000", "400"}},
    {"a*b+c?", {"b", "aabbc"}, {"", "ac", "abcc"}},
    {"(?i)get|Post", {"GET", "post", "gEt"}, {"put"}},
    {"(?i:a)b", {"Ab", "ab"}, {"AB"}},
    {"a(?i)b|c", {"aB", "ab", "C"}, {"Ab"}},
    {"(?i)123-\\.", {"123-."}, {"123-x"}},
    {"[a-c]x{2,3}", {"axx", "cxxx"}, {"ax", "dxx", "axxxx"}},
    {"[]a]+", {"]", "a]"}, {"", "b"}},
    {"[^]a]", {"b", "\n"}, {"]", "a"}},
    {"[a\\]]", {"a", "]"}, {"\\"}},
    {"[a\\-z]", {"a", "-", "z"}, {"b"}},
    {"[\\d-z]", {"5", "-", "z"}, {"a"}},
    {"[[a]", {"[", "a"}, {"]"}},
    {"[[:word:]]+", {"a_9"}, {"a-", "\xc3\xa9"}},
    {"[[:^digit:]x]", {"a", "x"}, {"1"}},
    {"\\w\\W\\d\\D", {"a-1b"}, {"a11b", "--1b"}},
    {"\\s", {" ", "\t", "\n"}, {"\v", "a"}},
    {"\\S", {"a", "\v"}, {" "}},
    {"[\\s]", {" "}, {"\v"}},
    {"[^\\S]", {" ", "\n"}, {"a", "\v"}},
    {"\\pN+", {"12", "\xe0\xa5\xa7"}, {"a"}},
    {"\\p{Greek}\\P{Lu}", {"\xce\xb1x"}, {"aX", "\xce\xb1X"}},
    {"[\\p{^Lu}]", {"a"}, {"A"}},
    {"(?P<x>a)(?<y>b)+", {"ab", "abb"}, {"a"}},
    {"(?s-m:a.b)", {"a\nb"}, {"ab"}},
    {"(?-s)a.b", {"axb"}, {"a\nb"}},
    {"(?-s).*", {"", "ab"}, {"a\nb"}},
    {"(?U)a+", {"aaa"}, {"b"}},
    {"(?m)^a$\\n^b$", {"a\nb"}, {"ab"}},
    {"a$b", {NULL}, {"ab", "a$b"}},
    {"a^b", {NULL}, {"ab", "a^b"}},
    {"\\bfoo\\b.*", {"foo bar"}, {"foobar"}},
    {"^*a", {"a"}, {"^a"}},
    {"(a|b)*", {"", "abba"}, {"c"}},
    {"(^a)?b", {"ab", "b"}, {"a"}},
    {"[\\x{1F600}-\\x{1F64F}]", {"\xf0\x9f\x98\x80"}, {"a"}},
    {"a.c",
     {"a\xff"
      "c",
      "abc"},
     {"a\xff\xff"
      "c"}}, /* a bad byte is one character */
    {"(foo|bar).+", {"foox", "barx"}, {"foo"}},
    {"a{01}", {"a{01}"}, {"a"}},
    {"(?:(?:a{10}){0,}){100}", {""}, {"a"}},
    {"(?i)\\w", {"k", "\xe2\x84\xaa", "\xc5\xbf"}, {"-"}},
    {"(?i)\\W", {"-"}, {"k", "\xe2\x84\xaa", "\xc5\xbf"}},
    {"(?i)[\\W]|[[:alpha:]]", {"-", "\xc5\xbf"}, {"1"}},
    {"\\w", {"k"}, {"\xe2\x84\xaa"}},
    {"(?P<a>a)(?P<a>b)", {"ab"}, {"a"}},
};

START_TEST(patterns_match_as_in_go)
{
    struct error err = ERROR_INIT;
    struct regex *re = regex_create(str_from(matches[_i].pattern), &err);
    ck_assert_msg(re != NULL, "'%s': %s", matches[_i].pattern, error_text(&err));
    for (size_t i = 0; i < 4 && matches[_i].yes[i] != NULL; i++) {
        ck_assert_msg(regex_match(re, str_from(matches[_i].yes[i])) == REGEX_MATCH,
                      "'%s' does not match '%s'", matches[_i].pattern, matches[_i].yes[i]);
    }
    for (size_t i = 0; i < 4 && matches[_i].no[i] != NULL; i++) {
        ck_assert_msg(regex_match(re, str_from(matches[_i].no[i])) == REGEX_NO_MATCH,
                      "'%s' matches '%s'", matches[_i].pattern, matches[_i].no[i]);
    }
    regex_destroy(re);
}
END_TEST

static const struct {
    const char *pattern;
    uint32_t column;
    const char *part; /* of the message */
} refused[] = {
    {"a(", 2, "missing closing )"},
    {"a)", 2, "unexpected )"},
    {"x[a", 2, "missing closing ]"},
    {"[]", 1, "missing closing ]"},
    {"[z-a]", 2, "invalid character class range"},
    {"[a-\\d]", 4, "invalid escape"},
    {"[[:wrong:]]", 2, "invalid character class"},
    {"*a", 1, "missing argument"},
    {"a|*", 3, "missing argument"},
    {"(+)", 2, "missing argument"},
    {"{2}", 1, "missing argument"},
    {"a**", 2, "nested repetition"},
    {"a*+", 2, "nested repetition"},
    {"a{2}{3}", 2, "nested repetition"},
    {"a{2,1}", 2, "repeat count"},
    {"a{1001}", 2, "repeat count"},
    {"a{99999999999999999999}", 2, "repeat count"},
    {"(a)\\1", 4, "back-reference"},
    {"\\k<x>", 1, "back-reference"},
    {"(?=a)", 1, "looking ahead"},
    {"(?!a)", 1, "looking ahead"},
    {"(?<=a)", 1, "looking ahead"},
    {"(?<!a)", 1, "looking ahead"},
    {"(?>a)", 1, "unsupported group"},
    {"(?|a)", 1, "unsupported group"},
    {"(?#a)", 1, "unsupported group"},
    {"(?R)", 1, "unsupported group"},
    {"(?x)a", 1, "unsupported group"},
    {"(?i-)a", 1, "unsupported group"},
    {"(?P=x)", 1, "unsupported group"},
    {"(*ACCEPT)", 2, "missing argument"},
    {"(?P<>a)", 1, "group name"},
    {"(?P<a-b>a)", 1, "group name"},
    {"a\\Qb", 2, "missing \\E"},
    {"\\C", 1, "single byte"},
    {"\xc3\xa9\\Z", 2, "invalid escape"},
    {"\\h", 1, "invalid escape"},
    {"\\R", 1, "invalid escape"},
    {"\\K", 1, "invalid escape"},
    {"\\E", 1, "invalid escape"},
    {"a\\", 2, "trailing backslash"},
    {"\\x{110000}", 1, "no such character"},
    {"\\x{d800}", 1, "no such character"},
    {"\\x4", 1, "invalid escape"},
    {"\\pq", 1, "invalid character class"},
    {"\\p{Nonsense}", 1, "cannot be used"},
    {"\\p{L&}", 1, "invalid character class"},
    {"((((a{100}){100}){100}){100}){100}", 12, "repeat count"},
    {"(?:a{2}b?|(c{11,}d)){100}", 21, "repeat count"},
};

START_TEST(bad_patterns_are_refused_with_their_place)
{
    struct error err = ERROR_INIT;
    ck_assert_msg(regex_create(str_from(refused[_i].pattern), &err) == NULL, "'%s'",
                  refused[_i].pattern);
    ck_assert_int_eq(err.kind, ERROR_SYNTAX);
    ck_assert_msg(strstr(error_text(&err), refused[_i].part) != NULL, "'%s': %s",
                  refused[_i].pattern, error_text(&err));
    ck_assert_msg(err.span.line == 1 && err.span.column == refused[_i].column &&
                      err.span.length > 0,
                  "'%s': column %u", refused[_i].pattern, err.span.column);
    error_release(&err);
}
END_TEST

START_TEST(limits_of_patterns)
{
    struct error err = ERROR_INIT;
    struct strbuf text = STRBUF_INIT;
    strbuf_add_repeated(&text, 'a', REGEX_MAX_PATTERN + 1);
    ck_assert_ptr_null(regex_create(strbuf_str(&text), &err));
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    strbuf_reset(&text);
    strbuf_add_repeated(&text, '(', 100000);
    ck_assert_ptr_null(regex_create(strbuf_str(&text), &err));
    ck_assert_int_eq(err.kind, ERROR_SYNTAX);
    ck_assert_ptr_null(regex_create(STR("a\xff"), &err));
    ck_assert_int_eq(err.kind, ERROR_SYNTAX);
    /* Ten thousand names, as a dashboard's variable makes them, are no work for PCRE2. */
    strbuf_reset(&text);
    strbuf_add_c(&text, "(none");
    for (int i = 0; i < 10000; i++) {
        strbuf_printf(&text, "|pod-%d", i);
    }
    strbuf_add_c(&text, ")");
    struct regex *re = regex_create(strbuf_str(&text), &err);
    ck_assert_ptr_nonnull(re);
    ck_assert_int_eq(regex_match(re, STR("pod-9999")), REGEX_MATCH);
    ck_assert_int_eq(regex_match(re, STR("pod-10000")), REGEX_NO_MATCH);
    /* ... except where a group of it is asked for. */
    strbuf_reset(&text);
    ck_assert_int_eq(regex_replace(re, STR("pod-10000"), STR("$1"), &text), REGEX_NO_MATCH);
    regex_destroy(re);
    strbuf_release(&text);
    error_release(&err);
}
END_TEST

START_TEST(words_that_would_multiply_are_left_to_pcre2)
{
    struct error err = ERROR_INIT;
    struct strbuf text = STRBUF_INIT;
    for (int i = 0; i < 200; i++) {
        strbuf_add_c(&text, "[abcdefgh]");
    }
    struct regex *re = regex_create(strbuf_str(&text), &err);
    ck_assert_ptr_nonnull(re);
    const struct str *words;
    ck_assert_uint_eq(regex_literals(re, &words), 0);
    strbuf_reset(&text);
    strbuf_add_repeated(&text, 'h', 200);
    ck_assert_int_eq(regex_match(re, strbuf_str(&text)), REGEX_MATCH);
    strbuf_add_char(&text, 'h');
    ck_assert_int_eq(regex_match(re, strbuf_str(&text)), REGEX_NO_MATCH);
    regex_destroy(re);
    strbuf_release(&text);
}
END_TEST

static const char *const hostile[] = {"(a?){20}a{20}b", "(a|aa)+b|(a|a)*c", "(.*)(.*)(.*)(.*)[bc]",
                                      "((a+)+)+[bd]"};

START_TEST(hostile_patterns_end)
{
    struct error err = ERROR_INIT;
    char subject[5000];
    memset(subject, 'a', sizeof(subject));
    struct regex *re = regex_create(str_from(hostile[_i]), &err);
    ck_assert_ptr_nonnull(re);
    ck_assert_int_ne(regex_match(re, str_span(subject, sizeof(subject))), REGEX_MATCH);
    regex_destroy(re);
}
END_TEST

START_TEST(going_over_the_match_limit_is_told)
{
    struct error err = ERROR_INIT;
    struct strbuf out = STRBUF_INIT;
    struct regex *re = regex_create(STR("(a?a?a?a?){9}(b|c)d?[xy]"), &err);
    ck_assert_ptr_nonnull(re);
    struct str subject = STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaabdz");
    ck_assert_int_eq(regex_match(re, subject), REGEX_LIMIT);
    ck_assert_int_eq(regex_replace(re, subject, STR("x"), &out), REGEX_LIMIT);
    ck_assert_uint_eq(out.len, 0);
    regex_destroy(re);
    strbuf_release(&out);
}
END_TEST

static const struct {
    const char *pattern;
    size_t count;
    const char *first; /* in order */
} literals[] = {{"a", 1, "a"},        {"b|a|b", 2, "a"}, {"(b|a)[12]", 4, "a1"},
                {"x?", 2, ""},        {"a.*", 0, NULL},  {"(?i)a", 0, NULL},
                {"(?i)1|2", 2, "1"},  {"a+", 0, NULL},   {"[^a]", 0, NULL},
                {"[a-c]", 3, "a"},    {"", 1, ""},       {"^(?:ab)$", 1, "ab"},
                {"[a-zA-Z]", 0, NULL}};

START_TEST(literals_are_found)
{
    struct error err = ERROR_INIT;
    const struct str *words = NULL;
    struct regex *re = regex_create(str_from(literals[_i].pattern), &err);
    ck_assert_uint_eq(regex_literals(re, &words), literals[_i].count);
    if (literals[_i].count > 0) {
        ck_assert(str_equal_c(words[0], literals[_i].first));
    }
    regex_destroy(re);
}
END_TEST

static const struct {
    const char *pattern;
    const char *subject;
    const char *replacement;
    const char *result; /* NULL: no match */
} replacements[] = {
    {"(.*)-(.*)", "a-b-c", "$2/$1", "c/a-b"},
    {"(.*?)-(.*)", "a-b-c", "$2/$1", "b-c/a"},
    {"(.*)", "x", "[$1]", "[x]"},
    {"(a|b)", "b", "$1$1", "bb"},
    {"abc", "abc", "<$0>", "<abc>"},
    {"abc", "abd", "<$0>", NULL},
    {"(a)(b)?", "a", "[$2]", "[]"},
    {"(?P<first>.)(?P<second>.)", "xy", "${second}${first}", "yx"},
    {"(?P<first>.).", "xy", "$first_", ""},
    {"(?P<first>.).", "xy", "$first-", "x-"},
    {"(.)(.)", "xy", "$1x", ""}, /* the group '1x', which there is not */
    {"(.)(.)", "xy", "${1}x", "xx"},
    {"(.)", "x", "$$1", "$1"},
    {"(.)", "x", "$", "$"},
    {"(.)", "x", "a$-b", "a$-b"},
    {"(.)", "x", "${1", "${1"},
    {"(.)", "x", "${}", "${}"},
    {"(.)", "x", "$2$99999999999999999999", ""},
    {"(.)", "x", "$01", ""},
    {".+", "x", "$0$1", "x"},
    {"(.)", "x", "$\xc3\xa9.$1", ".x"}, /* a letter, so a name */
    {"(.)", "x", "$\xe2\x82\xac$1", "$\xe2\x82\xacx"},
    {"(?P<n>a)|(?P<n>b)", "b", "$n", "b"},
    {"(\xc3.)?.*|(.+)", "\xc3\xa9", "$0", NULL},
    {"(.)b",
     "\xff"
     "b",
     "$1", "\xef\xbf\xbd"},
};

START_TEST(replacements_expand_as_in_go)
{
    struct error err = ERROR_INIT;
    struct strbuf out = STRBUF_INIT;
    struct regex *re = regex_create(str_from(replacements[_i].pattern), &err);
    if (re == NULL) { /* the one that is not UTF-8 */
        ck_assert_ptr_null(replacements[_i].result);
        error_release(&err);
        return;
    }
    enum regex_result result = regex_replace(re, str_from(replacements[_i].subject),
                                             str_from(replacements[_i].replacement), &out);
    ck_assert_int_eq(result, replacements[_i].result != NULL ? REGEX_MATCH : REGEX_NO_MATCH);
    ck_assert_str_eq(strbuf_cstr(&out),
                     replacements[_i].result != NULL ? replacements[_i].result : "");
    regex_destroy(re);
    strbuf_release(&out);
}
END_TEST

/* What Go's ReplaceAllString gives. */
static const struct {
    const char *pattern;
    const char *subject;
    const char *replacement;
    const char *result;
} searches[] = {
    {"a(x*)b", "-ab-axxb-", "${1}W", "-W-xxW-"},
    {"a(x*)b", "-ab-axxb-", "$1W", "---"},
    {"a*", "baaau", "x", "xbxux"},
    {"", "abc", "-", "-a-b-c-"},
    {"", "\u00e9", "-", "-\u00e9-"},
    {"^", "ab", ">", ">ab"},
    {"$", "ab", "<", "ab<"},
    {"b", "abc", "$$", "a$c"},
    {"(?P<n>b)", "abc", "[${n}]", "a[b]c"},
    {".", "a\nb", "x", "x\nx"},
    {"(?s).", "a\nb", "x", "xxx"},
    {"(?m)^", "a\nb\n", "> ", "> a\n> b\n> "},
    {"a|ab", "abab", "X", "XbXb"},
    {"\\bfoo\\b", "foo food foo", "X", "X food X"},
    {"^a", "aaa", "x", "xaa"},
    {"^$", "", "e", "e"},
    {"(|a)*", "aab", "X", "XaXaXbX"},
    {"\\d{2,3}", "1 12 123 12345", "#", "1 # # ##"},
    {"a",
     "\xff"
     "a",
     "b",
     "\xef\xbf\xbd"
     "b"},
    {"x", "abc", "y", "abc"},
};

START_TEST(matches_are_replaced_wherever_they_are)
{
    struct error err = ERROR_INIT;
    struct strbuf out = STRBUF_INIT;
    struct regex *re = regex_create_search(str_from(searches[_i].pattern), &err);
    ck_assert_ptr_nonnull(re);
    ck_assert_int_eq(regex_replace_all(re, str_from(searches[_i].subject),
                                       str_from(searches[_i].replacement), &out),
                     REGEX_MATCH);
    ck_assert_str_eq(strbuf_cstr(&out), searches[_i].result);
    bool found = strcmp(searches[_i].pattern, "x") != 0;
    ck_assert_int_eq(regex_match(re, str_from(searches[_i].subject)),
                     found ? REGEX_MATCH : REGEX_NO_MATCH);
    regex_destroy(re);
    strbuf_release(&out);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("regex");
    tcase_add_loop_test(tc, patterns_match_as_in_go, 0, ARRAY_LEN(matches));
    tcase_add_loop_test(tc, bad_patterns_are_refused_with_their_place, 0, ARRAY_LEN(refused));
    tcase_add_test(tc, limits_of_patterns);
    tcase_add_test(tc, words_that_would_multiply_are_left_to_pcre2);
    tcase_add_loop_test(tc, hostile_patterns_end, 0, ARRAY_LEN(hostile));
    tcase_add_test(tc, going_over_the_match_limit_is_told);
    tcase_add_loop_test(tc, literals_are_found, 0, ARRAY_LEN(literals));
    tcase_add_loop_test(tc, replacements_expand_as_in_go, 0, ARRAY_LEN(replacements));
    tcase_add_loop_test(tc, matches_are_replaced_wherever_they_are, 0, ARRAY_LEN(searches));
    return suite_run("series/regex", tc);
}
