/* Fixes an expression to a time by `@`, so that it gives the same whenever it is asked. */
#ifndef TOCSIN_UNITTEST_PIN_H
#define TOCSIN_UNITTEST_PIN_H

#include "promql/ast.h"

/* This node alone (not what is below it) asks for the start, end or step of the question. */
bool pin_asks_for_bounds(const struct node *n);
/* Sets `@ at_ms` on every selector and subquery that has none, outside of subqueries. False where
 * the expression depends on the time of the question all the same; then some may be set. */
bool pin_node(struct node *n, int64_t at_ms);

#endif
