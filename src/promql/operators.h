/* What operators.def and aggregates.def say, by id. */
#ifndef TOCSIN_PROMQL_OPERATORS_H
#define TOCSIN_PROMQL_OPERATORS_H

#include <stdbool.h>
#include <stddef.h>

#include "promql/ast.h"

enum operator_kind { OPERATOR_SET, OPERATOR_COMPARISON, OPERATOR_ARITHMETIC };

struct operator_info {
    const char *text;
    int precedence; /* higher binds tighter */
    bool right_associative;
    enum operator_kind kind;
};

enum aggregate_parameter { PARAMETER_NONE, PARAMETER_SCALAR, PARAMETER_STRING };

struct aggregate_info {
    const char *name;
    enum aggregate_parameter parameter;
    const char *doc;
};

/* `id` is not OP_NONE. */
const struct operator_info *operator_info(enum operator_id id);
/* `id` is not AGG_NONE. */
const struct aggregate_info *aggregate_info(enum aggregate_id id);
/* Rows AGG_NONE + 1 up to AGG_COUNT_OF - 1 are real ones. */

#endif
