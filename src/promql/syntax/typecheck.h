/* Sets the type of every node and refuses what Prometheus' own check refuses. */
#ifndef TOCSIN_PROMQL_SYNTAX_TYPECHECK_H
#define TOCSIN_PROMQL_SYNTAX_TYPECHECK_H

#include "promql/ast.h"
#include "promql/syntax/parse_error.h"

/* Adds everything that is wrong, each with its place. Broken nodes (ast.h) have no type, and what
 * would follow from them is no error. */
void typecheck(struct expr *e, struct parse_errors *errors);

#endif
