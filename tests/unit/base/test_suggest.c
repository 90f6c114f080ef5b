/* "did you mean": what is near enough, and what is left alone. */
#include <check.h>

#include "base/suggest.h"
#include "support/suite.h"

static const char *const keys[] = {"interval", "timeout", "name",  "url",
                                   "rate",     "irate",   "delta", "tolerance"};

static const struct {
    const char *word;
    const char *want; /* NULL: nothing near */
} cases[] = {
    {"intervall", "interval"}, /* one letter more */
    {"inteval", "interval"},   /* one less */
    {"intreval", "interval"},  /* neighbours swapped count as one edit */
    {"ineratvl", NULL},        /* three edits where a third of eight letters is two */
    {"Timeout", "timeout"},    /* case is no edit */
    {"TIMEOUT", "timeout"},
    {"timeuot", "timeout"},
    {"nmae", "name"},
    {"ulr", "url"},
    {"x", NULL}, /* one edit would replace the whole word */
    {"", NULL},
    {"rat", "rate"},
    {"rte", "rate"},
    {"irat", "irate"},
    {"detla", "delta"},
    {"tolerence", "tolerance"},
    {"something", NULL},
    {"a-word-so-long-that-nobody-would-take-it-for-one-of-the-keys-above", NULL},
};

START_TEST(test_nearest)
{
    const char *got = suggest_nearest(str_from(cases[_i].word), keys, ARRAY_LEN(keys));
    if (cases[_i].want == NULL) {
        ck_assert_ptr_null(got);
    } else {
        ck_assert_ptr_nonnull(got);
        ck_assert_str_eq(got, cases[_i].want);
    }
}
END_TEST

START_TEST(test_first_of_equals)
{
    const char *const words[] = {"cat", "car", "cap"};
    ck_assert_str_eq(suggest_nearest(STR("caz"), words, 3), "cat");
    ck_assert_ptr_null(suggest_nearest(STR("caz"), words, 0));
    ck_assert_ptr_null(suggest_nearest(STR("caz"), NULL, 0));
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("suggest");
    tcase_add_loop_test(tc, test_nearest, 0, (int)ARRAY_LEN(cases));
    tcase_add_test(tc, test_first_of_equals);
    return suite_run("base/suggest", tc);
}
