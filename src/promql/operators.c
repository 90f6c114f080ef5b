#include "promql/operators.h"

static const struct operator_info operators[OP_COUNT] = {
#define OPERATOR(id, text, precedence, right, kind) [OP_##id] = {text, precedence, right, kind},
#include "promql/operators.def"
#undef OPERATOR
};

static const struct aggregate_info aggregates[AGG_COUNT_OF] = {
#define AGGREGATE(id, text, parameter, doc) [AGG_##id] = {text, parameter, doc},
#include "promql/aggregates.def"
#undef AGGREGATE
};

const struct operator_info *operator_info(enum operator_id id)
{
    return &operators[id];
}

const struct aggregate_info *aggregate_info(enum aggregate_id id)
{
    return &aggregates[id];
}
