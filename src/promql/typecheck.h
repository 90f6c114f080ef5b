/* Sets the type of every node and refuses what Prometheus' own check refuses. */
#ifndef TOCSIN_PROMQL_TYPECHECK_H
#define TOCSIN_PROMQL_TYPECHECK_H

#include <stdbool.h>

#include "base/error.h"
#include "promql/ast.h"

/* ERROR_TYPE with the place of the part that is wrong. */
bool typecheck(struct expr *e, struct error *err) ATTR_NODISCARD;

#endif
