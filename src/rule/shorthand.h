/*
 * Alert rules of one line, as tocsin.yaml has them for services:
 *
 *     CONDITION [for D] [keep D] [recover CONDITION] [severity WORD]
 *
 *     p95 > 500ms for 5m
 *     errors > 1% and rate > 5 for 10m recover errors < 0.5% severity page
 *
 * The words stand in any order and in any case, each once, outside brackets and strings. A metric
 * that is called like one of them is written `{__name__="for"}`.
 *
 * Owner: texts of the rule are in the arena, its expressions are the rule's (rule.h).
 */
#ifndef TOCSIN_RULE_SHORTHAND_H
#define TOCSIN_RULE_SHORTHAND_H

#include "rule/rule.h"

/* What the rules of a service have in common. */
struct service_scope {
    struct str service;       /* its name, also the value of the label `service`; empty: none */
    struct rule_pairs labels; /* that identify it */
    const struct parse_options *expressions; /* conveniences and signals; NULL: plain PromQL */
};

/* An alerting rule named after service and signal, with the service's labels and `severity`. False
 * after everything wrong was added to `diags`, with its places in `text`; the rule holds nothing
 * then. Its span is left to the caller. */
bool shorthand_parse(struct str text, const struct service_scope *scope, struct arena *arena,
                     struct rule *rule, struct diags *diags) ATTR_NODISCARD;
/* The labels of a service's rules: those that identify it, and `service`. */
struct rule_pairs service_scope_labels(const struct service_scope *scope, struct arena *arena);

#endif
