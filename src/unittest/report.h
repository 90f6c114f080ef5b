/*
 * What came of the tests: a paragraph for each that failed or was skipped, and the count of all.
 *
 *     rules_test.yml:12: failed: sum by (job) (up)
 *         {job="a"}: expected 2, got 1
 *     rules_test.yml:20: skipped: sum(x) at 5m: needs a native histogram
 *
 * A test that passed is counted and says nothing. Text of the files is made fit for a terminal.
 *
 * Owner: the caller; the sink is borrowed.
 */
#ifndef TOCSIN_UNITTEST_REPORT_H
#define TOCSIN_UNITTEST_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum verdict { VERDICT_PASSED, VERDICT_FAILED, VERDICT_SKIPPED };

struct tally {
    size_t passed;
    size_t failed;
    size_t skipped;
};

struct report {
    void (*print)(void *user, const char *text); /* whole lines */
    void *user;
    struct tally tally;
};

/* Counts, and prints what did not pass. `what` names the test; `why` may have several lines, and is
 * not looked at for a test that passed. */
void report_add(struct report *r, enum verdict verdict, const char *file, uint32_t line,
                struct str what, struct str why);

#endif
