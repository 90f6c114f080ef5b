/* A condition's comparison with a number. See evidence.h. */
#include "promql/operators.h"
#include "rule/evidence.h"

static const struct node *unwrap(const struct node *n)
{
    while (n->kind == NODE_PAREN || n->kind == NODE_SIGNAL) {
        n = n->kind == NODE_PAREN ? n->paren : n->signal.inner;
    }
    return n;
}

/* A literal, with a sign or without. */
static bool is_number(const struct node *n, double *v, enum unit *unit)
{
    n = unwrap(n);
    if (n->kind == NODE_UNARY && is_number(n->unary.inner, v, unit)) {
        *v = n->unary.negative ? -*v : *v;
        return true;
    }
    if (n->kind == NODE_NUMBER) {
        *v = n->number.value;
        *unit = n->number.has_unit ? n->number.unit : UNIT_COUNT;
    }
    return n->kind == NODE_NUMBER;
}

static const char *turned_round(enum operator_id op)
{
    switch ((int)op) {
    case OP_LESS:
        return ">";
    case OP_LESS_EQUAL:
        return ">=";
    case OP_GREATER:
        return "<";
    case OP_GREATER_EQUAL:
        return "<=";
    default:
        return operator_info(op)->text;
    }
}

bool rule_threshold(const struct expr *e, struct rule_threshold *out)
{
    const struct node *n = unwrap(e->root);
    if (n->kind != NODE_BINARY || operator_info(n->binary.op)->kind != OPERATOR_COMPARISON ||
        n->binary.return_bool) {
        return false;
    }
    double v;
    enum unit unit;
    const struct node *left = n->binary.left, *right = n->binary.right;
    if (left->type == VALUE_VECTOR && is_number(right, &v, &unit)) {
        *out = (struct rule_threshold){.value = v,
                                       .comparison = operator_info(n->binary.op)->text,
                                       .unit = unit,
                                       .left = left};
        return true;
    }
    if (right->type == VALUE_VECTOR && is_number(left, &v, &unit)) {
        *out = (struct rule_threshold){
            .value = v, .comparison = turned_round(n->binary.op), .unit = unit, .left = right};
        return true;
    }
    return false;
}
