/*
 * Rule files as Prometheus has them: groups of recording and alerting rules (prometheus:
 * model/rulefmt). What is read here is checked: every expression parses, names are names.
 *
 *     groups:
 *       - name: api
 *         interval: 30s
 *         rules:
 *           - record: job:requests:rate5m
 *             expr: sum by (job) (rate(requests_total[5m]))
 *           - alert: NoRequests
 *             expr: job:requests:rate5m == 0
 *             for: 10m
 *             labels: {severity: page}
 *             annotations: {summary: "{{ $labels.job }} is idle"}
 *
 * tocsin's additions to alerting rules stand among the annotations, so that the file still loads in
 * a Prometheus: `tocsin_recover`, `tocsin_on_missing` and `tocsin_on_error`. They are no
 * annotations of the rule that is read.
 *
 * Owner: a rule file is immutable and reference-counted; groups, rules and texts are part of it.
 * Limits: yaml/node.h's on the file, promql.h's on each expression.
 */
#ifndef TOCSIN_RULE_RULE_H
#define TOCSIN_RULE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "promql/promql.h"
#include "rule/alert_state.h"
#include "rule/pairs.h"

enum rule_kind { RULE_RECORDING, RULE_ALERTING };

struct rule {
    enum rule_kind kind;
    struct str name; /* of the metric or the alert */
    struct expr *expr;
    int64_t for_ms;             /* how long it must hold before it fires; alerting rules only */
    int64_t keep_firing_for_ms; /* how long it stays when it no longer holds; the same */
    struct expr *recover; /* a firing alert resolves only once this holds for its labels; or NULL */
    enum rule_missing on_missing;
    enum rule_missing on_error;
    /* The group's, and the rule's over them. An empty value takes the label away. */
    struct rule_pairs labels;
    struct rule_pairs annotations; /* values of alerting rules are templates, here as written */
    /* The texts of `expr` and `recover` as they were written, where names in them were replaced
     * (inline.h); else empty. */
    struct str written;
    struct str written_recover;
    struct str never; /* why the condition can never hold (impossible.h), or empty */
    struct span span; /* of the name */
};

struct rule_group {
    struct str name;
    int64_t interval_ms; /* 0: not said */
    int64_t limit;       /* most series or alerts of one rule; 0: none */
    int64_t query_offset_ms;
    bool has_query_offset;
    struct rule *rules;
    size_t rule_count;
    struct span span; /* of the name */
};

struct rule_file {
    unsigned refs;
    struct arena arena;
    char *file;
    struct rule_group *groups;
    size_t group_count;
};

/* NULL where there were errors; all of them are in `diags`, with their places, also those within
 * expressions. Warnings: the same rule twice, and one whose expression is neither vector nor
 * scalar: a server loads it, and its every evaluation fails. */
struct rule_file *rule_file_load(const char *file, struct diags *diags);
/* The text of a file; `file` names it in messages. */
struct rule_file *rule_file_parse(const char *file, struct str text, struct diags *diags);
struct rule_file *rule_file_ref(const struct rule_file *f);
void rule_file_unref(struct rule_file *f); /* NULL is fine */

/* The expression, and the condition to recover, as they were written; "" where there is none. */
struct str rule_text(const struct rule *rule);
struct str rule_recover_text(const struct rule *rule);

/* Takes tocsin's additions out of annotations: of those a rule is written with, and of those that a
 * test written for a Prometheus expects. */
void rule_drop_additions(struct rule_pairs *annotations);

#endif
