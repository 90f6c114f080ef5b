/*
 * What tocsin adds to alerting rules: a condition for recovery, and what becomes of an alert whose
 * data is missing or whose question fails. Private to this folder.
 *
 * Owner: the rule, as rule.h says.
 */
#ifndef TOCSIN_RULE_ADDITIONS_H
#define TOCSIN_RULE_ADDITIONS_H

#include "rule/rule.h"
#include "yaml/read.h"

/* From the annotations `tocsin_...` of the rule at `node`, in plain PromQL; the rule's annotations
 * lose them. One of that prefix that is not known is an error: it would be sent, and do nothing. */
void additions_from_annotations(struct yaml_reader *r, const struct yaml_node *node,
                                struct rule *rule);
/* From the keys `recover`, `on_missing` and `on_error` of the rule at `node`. */
void additions_from_keys(struct yaml_reader *r, const struct yaml_node *node,
                         const struct parse_options *options, struct rule *rule);

#endif
