/*
 * Conditions: expressions that hold for the labels of each series they give. Private to this
 * folder.
 *
 * Owner: the caller unrefs the expression.
 */
#ifndef TOCSIN_RULE_CONDITION_H
#define TOCSIN_RULE_CONDITION_H

#include "promql/promql.h"
#include "yaml/read.h"

/* NULL after what is wrong was added to `diags`, with its places in `text`. A scalar is no
 * condition: it has no labels and always holds. Warnings for a signal that nothing is compared
 * with, and for what can never hold. */
struct expr *condition_parse(struct str text, const struct parse_options *options,
                             struct diags *diags);
/* The same of the text of the scalar `at`. */
struct expr *condition_read(struct yaml_reader *r, const struct yaml_node *at, struct str text,
                            const struct parse_options *options);
/* The name of an alert that was given none, in the arena: of the service and the first signal, or
 * where there is none the first metric. `checkout`, `p95 > 500ms`: CheckoutP95. */
struct str condition_alert_name(struct arena *arena, struct str service, const struct expr *e);

#endif
