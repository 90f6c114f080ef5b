/*
 * Conditions that can never hold, whatever the data: a threshold outside of what the values can be
 * (`count(up) == 0`, `ratio > 14.4 * (1 - 0.9)`), and two that exclude one another
 * (`x > 5 and x < 3`). What is said is certain but for the names of counters
 * (impossible_range.h); much that can never hold is not noticed.
 */
#ifndef TOCSIN_RULE_IMPOSSIBLE_H
#define TOCSIN_RULE_IMPOSSIBLE_H

#include "base/arena.h"
#include "promql/promql.h"

/* A warning for each part that can never hold, with its place in the expression's text. True where
 * it follows that the whole never does. */
bool impossible_check(const struct expr *e, struct diags *diags);
/* Why the whole never holds, "can never hold: ...", or empty. */
struct str impossible_why(const struct expr *e, struct arena *arena);

#endif
