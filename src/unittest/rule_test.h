/*
 * promtool's unit tests of rules, read and checked (prometheus: docs, "Unit testing for rules").
 *
 *     rule_files: [rules.yml]
 *     tests:
 *       - input_series:
 *           - series: up{job="a"}
 *             values: 1x10 0x5
 *         promql_expr_test:
 *           - expr: sum(up)
 *             eval_time: 5m
 *             exp_samples: [{labels: "{}", value: 1}]
 *
 * Owner: rule_test_destroy. Texts are views into the document, which the test keeps; label sets are
 * references into the table it was read with.
 *
 * Limits: RULE_TEST_MAX_SAMPLES samples of one group's input up to the latest time it asks for,
 * RULE_TEST_MAX_STEPS evaluations of its rules.
 */
#ifndef TOCSIN_UNITTEST_RULE_TEST_H
#define TOCSIN_UNITTEST_RULE_TEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/vec.h"
#include "promql/promql.h"
#include "rule/pairs.h"
#include "series/labels.h"
#include "yaml/node.h"

#define RULE_TEST_MAX_SAMPLES ((uint64_t)20000000)
#define RULE_TEST_MAX_STEPS   ((int64_t)2000000)

/* A series of the input. Its values are checked and counted, and read again when the group runs. */
struct test_series {
    struct labels *labels;
    struct str values;
    uint64_t count; /* of values */
    bool native;    /* has a native histogram, which tocsin does not have */
};

struct test_sample {
    struct labels *labels;
    double value;
};

struct expr_case {
    struct expr *expr;
    int64_t eval_ms; /* from the group's start */
    bool native;     /* expects a native histogram */
    VEC(struct test_sample) samples;
    struct span span; /* of the expression */
};

struct expected_alert {
    struct rule_pairs labels;
    struct rule_pairs annotations;
};

struct alert_case {
    struct str name;
    int64_t eval_ms;
    VEC(struct expected_alert) alerts;
    struct span span; /* of the name */
};

struct test_group {
    struct str name; /* may be empty */
    int64_t interval_ms;
    int64_t start_ms;
    VEC(struct test_series) series;
    VEC(struct expr_case) exprs;
    VEC(struct alert_case) alerts;
    struct rule_pairs external_labels; /* for the templates of alerts, as is external_url */
    struct str external_url;
    struct span span;
};

struct rule_pattern {
    struct str pattern;
    struct span span;
};

struct rule_test {
    struct yaml_document *doc;
    struct arena arena;
    VEC(struct rule_pattern) rule_files; /* as written: relative to the file, with globs */
    int64_t evaluation_interval_ms;
    bool fuzzy; /* numbers may differ by the last bit */
    VEC(struct str) group_eval_order;
    VEC(struct test_group) groups;
};

/* NULL where there were errors; all of them are in `diags`. */
struct rule_test *rule_test_load(const char *file, struct label_table *table, struct diags *diags);
/* Of a document that was read before, which the test takes over: also where it returns NULL. */
struct rule_test *rule_test_read(struct yaml_document *doc, struct label_table *table,
                                 struct diags *diags);
void rule_test_destroy(struct rule_test *t); /* NULL is fine */
/* The latest time that the group asks for, from its start. */
int64_t test_group_end_ms(const struct test_group *g);

#endif
