/* Themes: inheritance, colours, messages, and those built in. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "support/suite.h"
#include "ui/color.h"
#include "ui/theme.h"

static struct theme *parse(const char *text, struct diags *diags)
{
    diags_init(diags);
    return theme_parse("t.yaml", str_from(text), diags);
}

START_TEST(test_inheritance)
{
    struct diags diags;
    struct theme *theme = parse("theme: t\n"
                                "palette:\n"
                                "  alarm: \"#ff5f5f 203 bright-red\"\n"
                                "roles:\n"
                                "  text: 250\n"
                                "  state: alarm\n"
                                "  state.crit: alarm bold on blue\n"
                                "  chart: green dim\n",
                                &diags);
    ck_assert_uint_eq(diags.errors + diags.warnings, 0);
    ck_assert_ptr_nonnull(theme);
    ck_assert_str_eq(theme->name, "t");
    const struct theme_style *crit = &theme->styles[ROLE_STATE_CRIT];
    ck_assert_int_eq(crit->fg.index, 203);
    ck_assert_int_eq(crit->fg.ansi, 9);
    ck_assert_int_eq(crit->bg.ansi, 4);
    ck_assert_uint_eq(crit->attrs, THEME_BOLD);
    ck_assert_int_eq(theme->styles[ROLE_STATE_WARN].fg.index, 203); /* of state */
    ck_assert_int_eq(theme->styles[ROLE_CHART_LINE_1].fg.ansi, 2);  /* of chart */
    ck_assert_uint_eq(theme->styles[ROLE_CHART_LINE_1].attrs, THEME_DIM);
    ck_assert_int_eq(theme->styles[ROLE_TEXT_MUTED].fg.index, 250); /* of text */
    ck_assert_int_eq(theme->styles[ROLE_ERROR].fg.index, 250);      /* of text */
    ck_assert_int_eq(theme->styles[ROLE_ERROR].bg.index, THEME_COLOR_DEFAULT);
    theme_destroy(theme);
    diags_release(&diags);
}
END_TEST

static const struct {
    const char *text;
    size_t errors, warnings;
    const char *said; /* somewhere in the messages */
} wrong[] = {
    {"theme: t\n", 1, 0, "roles"},
    {"theme: t\nroles:\n  text: rde\n", 1, 0, "'rde' is no colour and no attribute"},
    {"theme: t\npalette:\n  rod: red\nroles:\n  text: rud\n", 1, 0, "did you mean 'rod'"},
    {"theme: t\nroles:\n  state.cirt: red\n", 0, 1, "did you mean 'state.crit'"},
    {"theme: t\npalette:\n  a: '#12345'\nroles: {}\n", 1, 0, "'#12345' is no colour"},
    {"theme: t\npalette:\n  a: 256\nroles: {}\n", 1, 0, "'256' is no colour"},
    {"theme: t\nroles: [1]\n", 1, 0, "roles"},
    {"theme: t\nroles:\n  text: [red]\n", 1, 0, "a role is a text"},
    {"theme: t\nrols:\n  text: red\nroles: {}\n", 1, 0, "did you mean 'roles'"},
    {"theme: [\n", 1, 0, "t.yaml:"},
    {"", 1, 0, "t.yaml"},
};

START_TEST(test_messages)
{
    struct diags diags;
    struct theme *theme = parse(wrong[_i].text, &diags);
    struct strbuf text = STRBUF_INIT;
    diags_format(&diags, &text);
    ck_assert_msg(diags.errors == wrong[_i].errors && diags.warnings == wrong[_i].warnings, "%s",
                  strbuf_cstr(&text));
    ck_assert_msg(str_contains(strbuf_str(&text), str_from(wrong[_i].said)), "%s",
                  strbuf_cstr(&text));
    ck_assert((theme == NULL) == (wrong[_i].errors > 0));
    theme_destroy(theme);
    strbuf_release(&text);
    diags_release(&diags);
}
END_TEST

static const char *const builtin[] = {"terminal",   "tocsin-dark",   "tocsin-light",
                                      "tocsin-cvd", "high-contrast", "mono"};

START_TEST(test_builtin)
{
    struct theme *theme = theme_builtin(builtin[_i]);
    ck_assert_ptr_nonnull(theme);
    ck_assert_str_eq(theme->name, builtin[_i]);
    /* What is well looks like plain text; what is wrong does not. */
    const struct theme_style *text = &theme->styles[ROLE_TEXT], *ok = &theme->styles[ROLE_STATE_OK];
    ck_assert_int_eq(ok->fg.index, text->fg.index);
    ck_assert_uint_eq(ok->attrs, text->attrs);
    const enum role states[] = {ROLE_STATE_CRIT, ROLE_STATE_WARN, ROLE_STATE_UNKNOWN};
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        const struct theme_style *state = &theme->styles[states[i]];
        ck_assert(state->attrs != text->attrs || state->fg.index != text->fg.index);
    }
    ck_assert(theme->styles[ROLE_SELECTION].attrs & THEME_REVERSE);
    theme_destroy(theme);
}
END_TEST

START_TEST(test_find)
{
    struct diags diags;
    diags_init(&diags);
    char folder[] = "/tmp/tocsin-theme-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(folder));
    char *path = mem_printf("%s/mono.yaml", folder);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs("theme: mine\nroles:\n  text: red\n", file);
    fclose(file);
    const char *folders[] = {"/nonexistent", folder};
    struct theme *own = theme_find("mono", folders, 2, &diags);
    ck_assert_ptr_nonnull(own);
    ck_assert_str_eq(own->name, "mine"); /* a user's comes before the one built in */
    theme_destroy(own);
    struct theme *theme = theme_find("terminal", folders, 2, &diags);
    ck_assert_ptr_nonnull(theme);
    theme_destroy(theme);
    theme = theme_find(path, NULL, 0, &diags);
    ck_assert_ptr_nonnull(theme);
    theme_destroy(theme);
    ck_assert_uint_eq(diags.errors, 0);
    ck_assert_ptr_null(theme_find("nrod", folders, 2, &diags));
    ck_assert_uint_eq(diags.errors, 1);
    ck_assert_ptr_nonnull(strstr(diags.list.items[0].message, "terminal"));
    unlink(path);
    rmdir(folder);
    free(path);
    diags_release(&diags);
}
END_TEST

static const struct {
    const char *words;
    bool good;
    int index, ansi;
} colors[] = {
    {"#ff5f5f", true, 203, 9},    {"#FF5F5F 1 red", true, 1, 1},  {"203", true, 203, 9},
    {"red", true, 1, 1},          {"bright-white", true, 15, 15}, {"default", true, -1, -1},
    {"#000000", true, 16, 0},     {"#ffffff", true, 231, 15},     {"", false, 0, 0},
    {"default red", false, 0, 0}, {"#ggg000", false, 0, 0},       {"reddish", false, 0, 0},
    {"-1", false, 0, 0},
};

START_TEST(test_color)
{
    struct theme_color color;
    ck_assert(color_from_words(str_from(colors[_i].words), &color) == colors[_i].good);
    if (colors[_i].good) {
        ck_assert_int_eq(color.index, colors[_i].index);
        ck_assert_int_eq(color.ansi, colors[_i].ansi);
    }
}
END_TEST

START_TEST(test_nearest_of_itself)
{
    for (int i = 16; i < 256; i++) {
        ck_assert_uint_eq(color_rgb(color_nearest(color_rgb(i), 16, 255)), color_rgb(i));
    }
}
END_TEST

int main(void)
{
    TCase *theme = tcase_create("theme");
    tcase_add_test(theme, test_inheritance);
    tcase_add_loop_test(theme, test_messages, 0, ARRAY_LEN(wrong));
    tcase_add_loop_test(theme, test_builtin, 0, ARRAY_LEN(builtin));
    tcase_add_test(theme, test_find);
    TCase *color = tcase_create("color");
    tcase_add_loop_test(color, test_color, 0, ARRAY_LEN(colors));
    tcase_add_test(color, test_nearest_of_itself);
    return suite_run("ui/theme", theme, color);
}
