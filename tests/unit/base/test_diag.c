/* Diagnostics: places, the picture under them, order, and limits. */
#include <check.h>
#include <stdlib.h>

#include "base/diag.h"
#include "support/suite.h"

static struct str text_of_file(void)
{
    return STR("sources:\n  - name: a\n    intervall: 15s\r\n\tx: \xC3\xBC = 1\n");
}

static const struct {
    const char *text;
    size_t begin, end;
    struct span want;
} spans[] = {
    {"abc", 0, 1, {1, 1, 1}},
    {"abc", 1, 3, {1, 2, 2}},
    {"abc", 3, 3, {1, 4, 1}},  /* the end of the text has a place too */
    {"abc", 9, 12, {1, 4, 1}}, /* behind it is its end */
    {"a\nbc\n", 2, 4, {2, 1, 2}},
    {"a\nbc\nd", 2, 6, {2, 1, 2}},           /* not past the line */
    {"a\r\nbc\r\nd", 3, 7, {2, 1, 2}},       /* nor into its CRLF */
    {"\xC3\xBC\xC3\xBC x", 5, 6, {1, 4, 1}}, /* columns are characters */
    {"a\n", 2, 2, {2, 1, 1}},
    {"", 0, 0, {1, 1, 1}},
    {"ab", 1, 0, {1, 2, 1}}, /* an end before the beginning is a point */
};

START_TEST(test_span)
{
    struct span got = diag_span(str_from(spans[_i].text), spans[_i].begin, spans[_i].end);
    ck_assert_uint_eq(got.line, spans[_i].want.line);
    ck_assert_uint_eq(got.column, spans[_i].want.column);
    ck_assert_uint_eq(got.length, spans[_i].want.length);
}
END_TEST

START_TEST(test_line)
{
    struct str text = text_of_file();
    ck_assert(str_equal(diag_line(text, 1), STR("sources:")));
    ck_assert(str_equal(diag_line(text, 3), STR("    intervall: 15s")));
    ck_assert(str_equal(diag_line(text, 5), STR("")));
    ck_assert_ptr_null(diag_line(text, 6).data);
}
END_TEST

static void expect(const struct diags *d, const char *want)
{
    struct strbuf out = STRBUF_INIT;
    diags_format(d, &out);
    ck_assert_str_eq(strbuf_cstr(&out), want);
    strbuf_release(&out);
}

START_TEST(test_format)
{
    struct diags d;
    diags_init(&d);
    struct diag *it = diags_add(&d, DIAG_ERROR, "t.yaml", text_of_file(), (struct span){3, 5, 9},
                                "unknown key '%s'", "intervall");
    diag_suggest(it, "did you mean '%s'?", "interval");
    expect(&d, "t.yaml:3:5: error: unknown key 'intervall'\n"
               "  3 |     intervall: 15s\n"
               "    |     ^^^^^^^^^\n"
               "    = did you mean 'interval'?\n");
    diags_release(&d);
}
END_TEST

START_TEST(test_format_order)
{
    struct diags d;
    diags_init(&d);
    struct str text = text_of_file();
    diags_add(&d, DIAG_WARNING, "b", text, (struct span){1, 1, 7}, "late file");
    diags_add(&d, DIAG_ERROR, "a", text, (struct span){4, 5, 1}, "wide");
    diags_add(&d, DIAG_ERROR, "a", text, (struct span){2, 5, 4}, "second");
    diags_add(&d, DIAG_ERROR, "a", text, (struct span){2, 3, 1}, "first");
    diags_add(&d, DIAG_ERROR, "a", text, (struct span){2, 5, 4}, "third");
    diags_add(&d, DIAG_ERROR, NULL, STR_NONE, (struct span){0}, "no place");
    diags_add(&d, DIAG_ERROR, NULL, STR_NONE, (struct span){1, 9, 2}, "a place without a text");
    ck_assert_uint_eq(d.errors, 6);
    ck_assert_uint_eq(d.warnings, 1);
    expect(&d, "error: no place\n"
               "1:9: error: a place without a text\n"
               "a:2:3: error: first\n"
               "  2 |   - name: a\n"
               "    |   ^\n"
               "a:2:5: error: second\n"
               "  2 |   - name: a\n"
               "    |     ^^^^\n"
               "a:2:5: error: third\n"
               "  2 |   - name: a\n"
               "    |     ^^^^\n"
               "a:4:5: error: wide\n"
               "  4 |  x: \xC3\xBC = 1\n"
               "    |     ^\n"
               "b:1:1: warning: late file\n"
               "  1 | sources:\n"
               "    | ^^^^^^^\n");
    diags_release(&d);
}
END_TEST

START_TEST(test_control_characters)
{
    struct diags d;
    diags_init(&d);
    diags_add(&d, DIAG_ERROR, "a\x1B[2J", STR("x\x1B[31m\x7F\xC2\x9By\xFF z"),
              (struct span){1, 11, 1}, "bad \x07 bell");
    expect(&d, "a?[2J:1:11: error: bad ? bell\n"
               "  1 | x\xE2\x90\x9B[31m\xE2\x90\xA1\xEF\xBF\xBDy\xEF\xBF\xBD z\n"
               "    |           ^\n");
    diags_release(&d);
}
END_TEST

START_TEST(test_caret_stays_on_the_line)
{
    struct diags d;
    diags_init(&d);
    diags_add(&d, DIAG_ERROR, "f", STR("abc"), (struct span){1, 2, 50}, "long");
    diags_add(&d, DIAG_ERROR, "f", STR("abc"), (struct span){1, 40, 2}, "outside");
    diags_add(&d, DIAG_ERROR, "f", STR(""), (struct span){12, 1, 1}, "no such line");
    expect(&d, "f:1:2: error: long\n"
               "  1 | abc\n"
               "    |  ^^\n"
               "f:1:40: error: outside\n"
               "  1 | abc\n"
               "    |    ^\n"
               "f:12:1: error: no such line\n"
               "  12 | \n"
               "     | ^\n");
    diags_release(&d);
}
END_TEST

START_TEST(test_long_line)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_add_repeated(&text, 'a', 500000);
    strbuf_add_c(&text, "HERE");
    strbuf_add_repeated(&text, 'b', 400000);
    struct diags d;
    diags_init(&d);
    diags_add(&d, DIAG_ERROR, "f", strbuf_str(&text), (struct span){1, 500001, 4}, "x");
    ck_assert_uint_lt(strlen(d.list.items[0].source_line), 400);
    struct strbuf out = STRBUF_INIT;
    diags_format(&d, &out);
    /* The carets stand under the word. */
    struct str lines = strbuf_str(&out);
    struct str source = diag_line(lines, 2);
    struct str carets = diag_line(lines, 3);
    size_t at = str_find(source, 'H');
    ck_assert_uint_eq(at, str_find(carets, '^'));
    ck_assert(str_starts_with(str_slice(source, at, SIZE_MAX), STR("HEREb")));
    ck_assert(str_ends_with(carets, STR(" ^^^^")));
    ck_assert(str_starts_with(source, STR("  1 | ...a")) && str_ends_with(source, STR("b...")));
    strbuf_release(&out);
    strbuf_release(&text);
    diags_release(&d);
}
END_TEST

START_TEST(test_past_the_limit)
{
    struct diags d;
    diags_init(&d);
    for (int i = 0; i < DIAG_MAX + 5; i++) {
        struct diag *it = diags_add(&d, DIAG_ERROR, "f", STR_NONE, (struct span){0}, "no %d", i);
        ck_assert((it != NULL) == (i < DIAG_MAX));
        diag_suggest(it, "none"); /* NULL is fine */
    }
    ck_assert_uint_eq(d.errors, DIAG_MAX + 5);
    ck_assert_uint_eq(d.list.len, DIAG_MAX);
    struct strbuf out = STRBUF_INIT;
    diags_format(&d, &out);
    ck_assert(str_ends_with(strbuf_str(&out), STR("\n... and 5 more\n")));
    strbuf_release(&out);
    diags_release(&d);
}
END_TEST

START_TEST(test_long_message)
{
    struct strbuf word = STRBUF_INIT;
    strbuf_add_char(&word, 'x');
    while (word.len < 5000) {
        strbuf_add_c(&word, "\xC3\xBC");
    }
    struct diags d;
    diags_init(&d);
    struct diag *it = diags_add(&d, DIAG_ERROR, NULL, STR_NONE, (struct span){0}, "unknown '%s'",
                                strbuf_cstr(&word));
    diag_suggest(it, "not '%s'", strbuf_cstr(&word));
    struct str message = str_from(it->message);
    ck_assert_uint_le(message.len, DIAG_MAX_TEXT);
    ck_assert_uint_gt(message.len, DIAG_MAX_TEXT - 4);
    ck_assert(str_ends_with(message, STR("\xC3\xBC...")));
    ck_assert(str_ends_with(str_from(it->suggestion), STR("\xC3\xBC...")));
    strbuf_release(&word);
    diags_release(&d);
}
END_TEST

START_TEST(test_from_error)
{
    struct diags d;
    diags_init(&d);
    struct error e = ERROR_INIT;
    error_set_at(&e, ERROR_SYNTAX, (struct span){1, 3, 2}, "unexpected '%s'", "cd");
    error_suggest(&e, "did you mean '%s'?", "de");
    diags_add_error(&d, NULL, STR("abcd"), &e);
    expect(&d, "1:3: error: unexpected 'cd'\n"
               "  1 | abcd\n"
               "    |   ^^\n"
               "    = did you mean 'de'?\n");
    error_release(&e);
    diags_release(&d);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("diag");
    tcase_add_loop_test(tc, test_span, 0, (int)ARRAY_LEN(spans));
    tcase_add_test(tc, test_line);
    tcase_add_test(tc, test_format);
    tcase_add_test(tc, test_format_order);
    tcase_add_test(tc, test_control_characters);
    tcase_add_test(tc, test_caret_stays_on_the_line);
    tcase_add_test(tc, test_long_line);
    tcase_add_test(tc, test_past_the_limit);
    tcase_add_test(tc, test_long_message);
    tcase_add_test(tc, test_from_error);
    return suite_run("base/diag", tc);
}
