/* Packs: the shipped ones load without a word, broken ones are refused with place and reason. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "panel/packs.h"
#include "support/suite.h"

START_TEST(test_shipped_packs)
{
    struct diags diags;
    diags_init(&diags);
    struct packs packs;
    packs_load(&packs, NULL, 0, &diags);
    struct strbuf text = STRBUF_INIT;
    diags_format(&diags, &text);
    ck_assert_msg(diags.errors == 0 && diags.warnings == 0, "%s", strbuf_cstr(&text));
    ck_assert_uint_eq(packs.list.len, 6);
    strbuf_release(&text);
    packs_release(&packs);
    diags_release(&diags);
}
END_TEST

/* What every screen counts on: RED panels have rate and errors, USE panels name their rows. */
START_TEST(test_shipped_packs_have_their_shape)
{
    struct diags diags;
    diags_init(&diags);
    struct packs packs;
    packs_load(&packs, NULL, 0, &diags);
    VEC_EACH (&packs.list, struct panel *, p) {
        if ((*p)->shape == PANEL_RED) {
            ck_assert_uint_ne(panel_find_signal(*p, "rate"), PANEL_NONE);
            ck_assert_uint_ne(panel_find_signal(*p, "errors"), PANEL_NONE);
        } else {
            ck_assert_uint_ge((*p)->resources.len, 5);
        }
        ck_assert_uint_ge((*p)->view.len, 1);
    }
    packs_release(&packs);
    diags_release(&diags);
}
END_TEST

#define HEAD "panel: p\nshape: red\ndetect: m\neach: [job]\n"

static const struct wrong_case {
    const char *text;
    const char *in_output; /* part of what is printed */
} wrong_cases[] = {
    {"panel: p\nshape: red\ndetect: m\neach: [job]\nsignal: {}\n",
     "p.yaml:5:1: error: unknown key 'signal'"},
    {HEAD "signals:\n  rate: { expr: 'sum(rate(m[5m])' }\n", "p.yaml:6:"},
    {HEAD "signals:\n  rate: { expr: 'm', unit: parsecs }\n", "unknown unit 'parsecs'"},
    {HEAD "signals:\n  ra-te: { expr: 'm' }\n", "a signal's name consists of"},
    {HEAD "signals:\n  rate: { expr: 'm', warning: 5 lightyears }\n", "p.yaml:6:"},
    {HEAD "signals:\n  rate: { expr: 'm' }\nview:\n  - [ chart: rat ]\n",
     "there is no signal 'rat' in this panel"},
    {"panel: p\nshape: use\ndetect: m\neach: [job]\nsignals:\n  a: { expr: m }\n",
     "a panel of shape 'use' needs 'resources'"},
    {"panel: p\nshape: round\ndetect: m\neach: [job]\nsignals:\n  a: { expr: m }\n", "round"},
    {"panel: p\nshape: red\ndetect: 'm{'\neach: [job]\nsignals:\n  a: { expr: m }\n",
     "in 'detect' or 'unless'"},
    {HEAD "signals: {}\n", "a panel needs at least one signal"},
    {"- a list\n", "p.yaml:1:"},
    {HEAD "signals:\n  a: { expr: 'b' }\n  b: { expr: 'a' }\n", "refers to itself"},
};

START_TEST(test_wrong)
{
    const struct wrong_case *c = &wrong_cases[_i];
    struct diags diags;
    diags_init(&diags);
    struct panel *panel = panel_parse("p.yaml", str_from(c->text), &diags);
    struct strbuf text = STRBUF_INIT;
    diags_format(&diags, &text);
    ck_assert_msg(panel == NULL, "accepted:\n%s", c->text);
    ck_assert_uint_ge(diags.errors, 1);
    ck_assert_msg(strstr(strbuf_cstr(&text), c->in_output) != NULL, "no \"%s\" in:\n%s",
                  c->in_output, strbuf_cstr(&text));
    strbuf_release(&text);
    diags_release(&diags);
}
END_TEST

START_TEST(test_all_errors_at_once)
{
    struct diags diags;
    diags_init(&diags);
    const char *text = "panel: p\nshape: round\ndetect: [m]\nsignals:\n  a: { unit: parsecs }\n";
    ck_assert_ptr_null(panel_parse("p.yaml", str_from(text), &diags));
    /* shape, detect, each, expr, unit */
    ck_assert_uint_eq(diags.errors, 5);
    diags_release(&diags);
}
END_TEST

START_TEST(test_user_pack_stands_in_for_shipped)
{
    char folder[] = "/tmp/tocsin-packs-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(folder));
    char *mine = mem_printf("%s/host.yaml", folder);
    char *broken = mem_printf("%s/other.yaml", folder);
    FILE *file = fopen(mine, "w");
    fputs("panel: host\nshape: red\ndetect: m\neach: [job]\nsignals:\n  rate: { expr: m }\n", file);
    fclose(file);
    file = fopen(broken, "w");
    fputs("panel: [", file);
    fclose(file);
    struct diags diags;
    diags_init(&diags);
    struct packs packs;
    packs_load(&packs, (const char *const[]){"/nowhere/at/all", folder}, 2, &diags);
    ck_assert_uint_eq(diags.errors, 1);
    ck_assert_str_eq(diags.list.items[0].file, broken);
    ck_assert_uint_eq(packs.list.len, 6);
    bool found = false;
    VEC_EACH (&packs.list, struct panel *, p) {
        found = found || strcmp((*p)->file, mine) == 0;
    }
    ck_assert(found);
    packs_release(&packs);
    diags_release(&diags);
    unlink(mine);
    unlink(broken);
    rmdir(folder);
    free(mine);
    free(broken);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("panel");
    tcase_add_test(tc, test_shipped_packs);
    tcase_add_test(tc, test_shipped_packs_have_their_shape);
    tcase_add_loop_test(tc, test_wrong, 0, ARRAY_LEN(wrong_cases));
    tcase_add_test(tc, test_all_errors_at_once);
    tcase_add_test(tc, test_user_pack_stands_in_for_shipped);
    return suite_run("panel/panel_read", tc);
}
