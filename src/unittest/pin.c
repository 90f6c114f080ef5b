/* See pin.h. */
#include "unittest/pin.h"

#include "promql/functions.h"

bool pin_asks_for_bounds(const struct node *n)
{
    if (n->kind == NODE_CALL) {
        enum func_id id = n->call.function->id;
        return id == FUNC_end || id == FUNC_range || id == FUNC_start || id == FUNC_step;
    }
    if (n->kind == NODE_SELECTOR) {
        return n->selector.at == AT_START || n->selector.at == AT_END;
    }
    return n->kind == NODE_SUBQUERY && (n->subquery.at == AT_START || n->subquery.at == AT_END);
}

static bool pin_call(struct node *n, int64_t at_ms)
{
    const struct function *f = n->call.function;
    if (function_depends_on_time(f, n->call.arg_count)) {
        return false;
    }
    for (size_t i = 0; i < n->call.arg_count; i++) {
        if (!pin_node(n->call.args[i], at_ms)) {
            return false;
        }
    }
    return true;
}

bool pin_node(struct node *n, int64_t at_ms)
{
    if (pin_asks_for_bounds(n)) {
        return false;
    }
    switch (n->kind) {
    case NODE_NUMBER:
    case NODE_STRING:
        return true;
    case NODE_SELECTOR:
        if (n->selector.at == AT_NONE) {
            n->selector.at = AT_TIME;
            n->selector.at_ms = at_ms;
        }
        return true;
    case NODE_SUBQUERY:
        if (n->subquery.at == AT_NONE) {
            n->subquery.at = AT_TIME;
            n->subquery.at_ms = at_ms;
        }
        return true;
    case NODE_CALL:
        return pin_call(n, at_ms);
    case NODE_AGGREGATE:
        return pin_node(n->aggregate.inner, at_ms) &&
               (n->aggregate.parameter == NULL || pin_node(n->aggregate.parameter, at_ms));
    case NODE_BINARY:
        return pin_node(n->binary.left, at_ms) && pin_node(n->binary.right, at_ms);
    case NODE_UNARY:
        return pin_node(n->unary.inner, at_ms);
    case NODE_PAREN:
        return pin_node(n->paren, at_ms);
    case NODE_SIGNAL:
        return pin_node(n->signal.inner, at_ms);
    }
    return false;
}
