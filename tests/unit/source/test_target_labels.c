/* A target's labels beside those of its page. */
#include "source/target_labels.h"
#include "support/suite.h"

#define NAME                                \
    {                                       \
        STR_INIT(LABEL_NAME), STR_INIT("m") \
    }
#define L(n, v)                  \
    {                            \
        STR_INIT(n), STR_INIT(v) \
    }

static const struct merge_case {
    bool honor;
    struct label exposed[5];
    size_t count;
    const char *expected;
} merge_cases[] = {
    {false, {NAME}, 1, "m{instance=\"i\", job=\"j\", site=\"s\"}"},
    {false, {NAME, L("a", "1")}, 2, "m{a=\"1\", instance=\"i\", job=\"j\", site=\"s\"}"},
    {false, {NAME, L("a", "")}, 2, "m{instance=\"i\", job=\"j\", site=\"s\"}"},
    {false,
     {NAME, L("job", "x"), L("site", "y")},
     3,
     "m{exported_job=\"x\", exported_site=\"y\", instance=\"i\", job=\"j\", site=\"s\"}"},
    {false, {NAME, L("job", "")}, 2, "m{instance=\"i\", job=\"j\", site=\"s\"}"},
    {false,
     {NAME, L("job", "x"), L("exported_job", "y")},
     3,
     "m{exported_exported_job=\"x\", exported_job=\"y\", instance=\"i\", job=\"j\", site=\"s\"}"},
    {false,
     {NAME, L("exported_job", ""), L("job", "x")},
     3,
     "m{exported_job=\"x\", instance=\"i\", job=\"j\", site=\"s\"}"},
    {true, {NAME, L("job", "x")}, 2, "m{instance=\"i\", job=\"x\", site=\"s\"}"},
    /* An empty label on the page says that the target's is not wanted. */
    {true, {NAME, L("job", ""), L("b", "1")}, 3, "m{b=\"1\", instance=\"i\", site=\"s\"}"},
};

START_TEST(merges)
{
    const struct merge_case *c = &merge_cases[_i];
    struct label_table *table = label_table_create();
    struct error err = ERROR_INIT;
    struct labels *target = NULL;
    static const struct label extra[] = {L("site", "s")};
    struct labels_builder b;
    struct arena names;
    struct strbuf text = STRBUF_INIT;
    ck_assert(target_labels_make(table, STR("j"), STR("i"), extra, 1, &target, &err));
    labels_builder_init(&b, table);
    arena_init(&names);
    target_labels_merge(target, c->exposed, c->count, c->honor, &b, &names);
    struct labels *made = labels_builder_finish(&b, &err);
    ck_assert_msg(made != NULL, "%s", error_text(&err));
    labels_format(&text, made);
    ck_assert_str_eq(strbuf_cstr(&text), c->expected);
    strbuf_release(&text);
    labels_unref(made);
    labels_unref(target);
    arena_release(&names);
    labels_builder_release(&b);
    label_table_destroy(table);
}
END_TEST

START_TEST(extra_labels_win)
{
    struct label_table *table = label_table_create();
    struct error err = ERROR_INIT;
    struct labels *target = NULL;
    static const struct label extra[] = {L("job", "mine"), L("instance", "")};
    ck_assert(target_labels_make(table, STR("j"), STR("i"), extra, 2, &target, &err));
    ck_assert_uint_eq(labels_count(target), 1);
    ck_assert(str_equal_c(labels_get(target, STR("job")), "mine"));
    labels_unref(target);
    label_table_destroy(table);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("target_labels");
    tcase_add_loop_test(tc, merges, 0, ARRAY_LEN(merge_cases));
    tcase_add_test(tc, extra_labels_win);
    return suite_run("source/target_labels", tc);
}
