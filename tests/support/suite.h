/* The main() of a test executable: `return suite_run("series/store", case_a, case_b)`. Exit status
 * 0 or 1. */
#ifndef TOCSIN_TESTS_SUPPORT_SUITE_H
#define TOCSIN_TESTS_SUPPORT_SUITE_H

#include <check.h>
#include <stddef.h>

/* How long a test may take that waits for a condition: many times PEER_WAIT_MS, since its only use
 * is to end what hangs. Check's own default of 4 s fails tests of a machine that is busy. */
#define SUITE_CASE_MAX_S 240

/* Meson's exit status for a whole executable that could not run here. */
#define SUITE_SKIPPED 77

/* `cases` ends with NULL. The cases belong to the suite afterwards. */
static inline int suite_run_cases(const char *name, TCase *const *cases)
{
    Suite *suite = suite_create(name);
    for (size_t i = 0; cases[i] != NULL; i++) {
        tcase_set_timeout(cases[i], SUITE_CASE_MAX_S);
        suite_add_tcase(suite, cases[i]);
    }
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}

#define suite_run(name, ...) suite_run_cases((name), (TCase *const[]){__VA_ARGS__, NULL})

#endif
