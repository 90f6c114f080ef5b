/*
 * The alerts of a service in tocsin.yaml: lines in shorthand, and mappings for what needs more.
 *
 *     alerts:
 *       - p95 > 500ms for 5m
 *       - alert: CheckoutErrors                  # made of service and signal where it is missing
 *         when: errors > 1% and rate > 5
 *         for: 10m
 *         keep_firing_for: 5m
 *         recover: errors < 0.5%
 *         on_missing: firing
 *         on_error: keep
 *         labels: { severity: page }
 *         annotations: { runbook_url: "https://runbooks.example/checkout" }
 *
 * They become a rule file of one group, so that the engine knows one kind of rule.
 *
 * Owner: the rule file is the caller's (rule_file_unref). What the scope has is copied.
 */
#ifndef TOCSIN_RULE_SERVICE_ALERTS_H
#define TOCSIN_RULE_SERVICE_ALERTS_H

#include "rule/shorthand.h"
#include "yaml/read.h"

#define SERVICE_MAX_ALERTS 1000

/* `list` is the value of `alerts`, or NULL: then the group is empty. NULL after reported errors.
 * The group has the service's name; places are those of the document the reader is at. */
struct rule_file *service_alerts_read(struct yaml_reader *r, const struct yaml_node *list,
                                      const struct service_scope *scope) ATTR_NODISCARD;

#endif
