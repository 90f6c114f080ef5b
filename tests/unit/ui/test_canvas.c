/* Widths, cells and clipping: nothing but printable characters in whole cells. */
#include <check.h>

#include "support/suite.h"
#include "ui/canvas.h"
#include "ui/width.h"

static const struct {
    const char *text;
    int columns;
    const char *shown; /* in 20 columns */
} texts[] = {
    {"", 0, ""},
    {"abc", 3, "abc"},
    {"\xE6\xB1\xBA\xE6\xB8\x88", 4, "\xE6\xB1\xBA\xE6\xB8\x88"},                   /* wide */
    {"cafe\xCC\x81", 4, "cafe\xCC\x81"},                                           /* combining */
    {"e\xCC\x81\xCC\x82\xCC\x83\xCC\x84\xCC\x85", 1, "e\xCC\x81\xCC\x82\xCC\x83"}, /* at most 3 */
    {"\xCC\x81z", 2, "?z"},       /* mark on nothing */
    {"a\x1B[31mb", 7, "a?[31mb"}, /* control */
    {"a\tb\nc", 5, "a b c"},      /* white space */
    {"a\x7F\xC2\x9B"
     "b",
     4, "a??b"},             /* DEL, C1 */
    {"\xFF\xFEx", 3, "??x"}, /* not UTF-8 */
    {"a\xE2\x80\xAE"
     "b",
     2, "ab"},                 /* right-to-left override */
    {"a\xE2\x80\x8B", 1, "a"}, /* zero width space */
    {"\xE2\x80\xA8", 1, ""},   /* line separator */
    {"\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", 2,
     "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB"}, /* Hangul */
    {"\xE2\x96\x88\xE2\xA0\xBF\xE2\x94\x80", 3, "\xE2\x96\x88\xE2\xA0\xBF\xE2\x94\x80"},
};

START_TEST(test_text)
{
    struct canvas c;
    struct strbuf row = STRBUF_INIT;
    canvas_init(&c, 20, 1);
    struct str text = str_from(texts[_i].text);
    ck_assert_int_eq(width_columns(text), texts[_i].columns);
    ck_assert_int_eq(canvas_text(&c, 0, 0, 20, style_of(ROLE_TEXT), text), texts[_i].columns);
    canvas_row_text(&c, 0, &row);
    ck_assert_str_eq(strbuf_cstr(&row), texts[_i].shown);
    strbuf_release(&row);
    canvas_release(&c);
}
END_TEST

static const struct {
    int width;
    enum text_align align;
    enum text_fit fit;
    const char *text, *shown;
} fits[] = {
    {5, ALIGN_LEFT, TEXT_CUT, "abcdefgh", "abcde"},
    {5, ALIGN_LEFT, TEXT_MARK_END, "abcdefgh", "abcd~"},
    {5, ALIGN_LEFT, TEXT_MARK_MIDDLE, "abcdefgh", "ab~gh"},
    {6, ALIGN_LEFT, TEXT_MARK_MIDDLE, "abcdefgh", "abc~gh"},
    {5, ALIGN_RIGHT, TEXT_CUT, "abc", "  abc"},
    {5, ALIGN_CENTER, TEXT_CUT, "abc", " abc"},
    {5, ALIGN_RIGHT, TEXT_WHOLE, "798ms?", "    ~"},
    {6, ALIGN_RIGHT, TEXT_WHOLE, "798ms?", "798ms?"},
    {1, ALIGN_LEFT, TEXT_MARK_MIDDLE, "abc", "~"},
    {2, ALIGN_LEFT, TEXT_MARK_END, "\xE6\xB1\xBA\xE6\xB8\x88", "~"},
    {3, ALIGN_LEFT, TEXT_MARK_END, "\xE6\xB1\xBA\xE6\xB8\x88", "\xE6\xB1\xBA~"},
    {0, ALIGN_LEFT, TEXT_MARK_END, "abc", ""},
};

START_TEST(test_fit)
{
    struct canvas c;
    struct strbuf row = STRBUF_INIT;
    canvas_init(&c, 10, 1);
    canvas_text_in(&c, rect_at(0, 0, fits[_i].width, 1), fits[_i].align, fits[_i].fit, '~',
                   style_of(ROLE_TEXT), str_from(fits[_i].text));
    canvas_row_text(&c, 0, &row);
    ck_assert_str_eq(strbuf_cstr(&row), fits[_i].shown);
    strbuf_release(&row);
    canvas_release(&c);
}
END_TEST

START_TEST(test_half_of_a_wide_character)
{
    struct canvas c;
    canvas_init(&c, 4, 1);
    struct str wide = STR("\xE6\xB1\xBA\xE6\xB8\x88");
    canvas_text(&c, 0, 0, 4, style_of(ROLE_TEXT), wide);
    canvas_put(&c, 1, 0, 'x', style_of(ROLE_TEXT)); /* right half of the first */
    ck_assert_uint_eq(canvas_at(&c, 0, 0)->text[0], ' ');
    ck_assert_uint_eq(canvas_at(&c, 1, 0)->text[0], 'x');
    canvas_put(&c, 2, 0, 'y', style_of(ROLE_TEXT)); /* left half of the second */
    ck_assert_uint_eq(canvas_at(&c, 3, 0)->text[0], ' ');
    ck_assert_uint_eq(canvas_at(&c, 3, 0)->width, 1);
    canvas_text(&c, 3, 0, 4, style_of(ROLE_TEXT), wide); /* half of it would be outside */
    ck_assert_uint_eq(canvas_at(&c, 3, 0)->text[0], ' ');
    canvas_release(&c);
}
END_TEST

START_TEST(test_clip)
{
    struct canvas c;
    struct strbuf row = STRBUF_INIT;
    canvas_init(&c, 6, 3);
    struct rect before = canvas_clip(&c, rect_at(1, 1, 3, 1));
    canvas_fill(&c, rect_at(-5, -5, 100, 100), '#', style_of(ROLE_TEXT));
    canvas_text(&c, -2, 1, 100, style_of(ROLE_TITLE), STR("abcdefghij"));
    canvas_unclip(&c, before);
    canvas_row_text(&c, 0, &row);
    ck_assert_str_eq(strbuf_cstr(&row), "");
    canvas_row_text(&c, 1, &row);
    ck_assert_str_eq(strbuf_cstr(&row), " def");
    strbuf_reset(&row);
    canvas_row_styles(&c, 1, &row);
    ck_assert_str_eq(strbuf_cstr(&row), "text:1 title:3 text:2");
    strbuf_release(&row);
    canvas_release(&c);
}
END_TEST

START_TEST(test_sizes)
{
    struct canvas c;
    canvas_init(&c, -3, 5);
    ck_assert_int_eq(c.width, 0);
    canvas_put(&c, 0, 0, 'x', style_of(ROLE_TEXT));
    canvas_reset(&c, 100000, 1);
    ck_assert_int_eq(c.width, CANVAS_MAX_SIDE);
    canvas_put(&c, CANVAS_MAX_SIDE, 0, 'x', style_of(ROLE_TEXT));
    ck_assert_uint_eq(canvas_at(&c, CANVAS_MAX_SIDE - 1, 0)->text[0], ' ');
    ck_assert_uint_eq(canvas_at(&c, -1, 7)->text[0], ' ');
    canvas_release(&c);
}
END_TEST

int main(void)
{
    TCase *text = tcase_create("text");
    tcase_add_loop_test(text, test_text, 0, ARRAY_LEN(texts));
    tcase_add_loop_test(text, test_fit, 0, ARRAY_LEN(fits));
    TCase *cells = tcase_create("cells");
    tcase_add_test(cells, test_half_of_a_wide_character);
    tcase_add_test(cells, test_clip);
    tcase_add_test(cells, test_sizes);
    return suite_run("ui/canvas", text, cells);
}
