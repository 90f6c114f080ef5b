/*
 * Files of tests, run over the embedded engine:
 *
 *     *.yml, *.yaml    promtool's unit tests of rules (rule_test.h)
 *     anything else    Prometheus' test language for expressions (script.h)
 *
 * Each file stands alone: it begins without data.
 */
#ifndef TOCSIN_UNITTEST_UNITTEST_H
#define TOCSIN_UNITTEST_UNITTEST_H

#include <stdbool.h>

#include "base/diag.h"
#include "promql/promql.h"
#include "unittest/report.h"

struct unittest_options {
    enum semantics semantics;
};

/* Largest file in the test language. */
#define UNITTEST_MAX_BYTES ((size_t)16 * 1024 * 1024)

/* False where the file cannot be run to its end: `diags` says why. What was run before that is in
 * the report. A file without a test is one that cannot be run. */
bool unittest_run_file(const char *file, const struct unittest_options *options,
                       struct report *report, struct diags *diags);

/* The two kinds, for the text of a file. */
bool unittest_run_script(const char *file, struct str text, const struct unittest_options *options,
                         struct report *report, struct diags *diags);
bool unittest_run_rule_test(const char *file, const struct unittest_options *options,
                            struct report *report, struct diags *diags);

#endif
