/* The tree: children, walking, counting, and how far back a question looks. */
#include "promql/ast.h"

#include <stdlib.h>

#include "promql/promql.h"
#include "promql/selector_terms.h"

const struct node *node_child(const struct node *n, size_t i)
{
    switch (n->kind) {
    case NODE_NUMBER:
    case NODE_STRING:
    case NODE_SELECTOR:
        return NULL;
    case NODE_SUBQUERY:
        return i == 0 ? n->subquery.inner : NULL;
    case NODE_CALL:
        return i < n->call.arg_count ? n->call.args[i] : NULL;
    case NODE_AGGREGATE:
        if (n->aggregate.parameter != NULL) {
            return i == 0 ? n->aggregate.parameter : i == 1 ? n->aggregate.inner : NULL;
        }
        return i == 0 ? n->aggregate.inner : NULL;
    case NODE_BINARY:
        return i == 0 ? n->binary.left : i == 1 ? n->binary.right : NULL;
    case NODE_UNARY:
        return i == 0 ? n->unary.inner : NULL;
    case NODE_PAREN:
        return i == 0 ? n->paren : NULL;
    case NODE_SIGNAL:
        return i == 0 ? n->signal.inner : NULL;
    }
    return NULL;
}

bool node_walk(const struct node *n, node_visit visit, void *user)
{
    if (!visit(user, n)) {
        return false;
    }
    const struct node *child;
    for (size_t i = 0; (child = node_child(n, i)) != NULL; i++) {
        if (!node_walk(child, visit, user)) {
            return false;
        }
    }
    return true;
}

#define BYTES_UP_TO(member) (offsetof(struct node, member) + sizeof(((struct node *)NULL)->member))

size_t node_bytes(const struct node *n)
{
    switch (n->kind) {
    case NODE_NUMBER:
        return BYTES_UP_TO(number);
    case NODE_STRING:
        return BYTES_UP_TO(string);
    case NODE_SELECTOR:
        return BYTES_UP_TO(selector);
    case NODE_SUBQUERY:
        return BYTES_UP_TO(subquery);
    case NODE_CALL:
        return BYTES_UP_TO(call);
    case NODE_AGGREGATE:
        return BYTES_UP_TO(aggregate);
    case NODE_BINARY:
        return n->binary.has_fill_left || n->binary.has_fill_right
                   ? BYTES_UP_TO(binary)
                   : offsetof(struct node, binary.fill_left);
    case NODE_UNARY:
        return BYTES_UP_TO(unary);
    case NODE_PAREN:
        return BYTES_UP_TO(paren);
    case NODE_SIGNAL:
        return BYTES_UP_TO(signal);
    }
    return sizeof(struct node);
}

struct expr *expr_ref(const struct expr *e)
{
    /* The count is not part of what is immutable. */
    struct expr *counted = (struct expr *)(uintptr_t)e;
    counted->refs++;
    return counted;
}

void expr_unref(struct expr *e)
{
    if (e == NULL || --e->refs > 0) {
        return;
    }
    for (struct node *n = e->selectors; n != NULL; n = n->selector.next) {
        for (size_t i = 0; n->selector.terms == NULL && i < n->selector.matcher_count; i++) {
            matcher_release(&n->selector.matchers[i]);
        }
        selector_terms_unref(n->selector.terms);
    }
    arena_release(&e->arena);
    free(e);
}

static int64_t add_clamped(int64_t a, int64_t b)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum)) {
        return a < 0 ? INT64_MIN : INT64_MAX;
    }
    return sum;
}

static int64_t node_lookback_ms(const struct node *n, int64_t lookback_delta_ms)
{
    if (n->kind == NODE_SELECTOR) {
        int64_t window = n->selector.range_ms != 0 ? n->selector.range_ms : lookback_delta_ms;
        return add_clamped(window, n->selector.offset_ms);
    }
    int64_t deepest = INT64_MIN;
    const struct node *child;
    for (size_t i = 0; (child = node_child(n, i)) != NULL; i++) {
        int64_t ms = node_lookback_ms(child, lookback_delta_ms);
        deepest = ms > deepest ? ms : deepest;
    }
    if (n->kind == NODE_SUBQUERY && deepest != INT64_MIN) {
        deepest = add_clamped(deepest, add_clamped(n->subquery.range_ms, n->subquery.offset_ms));
    }
    return deepest;
}

int64_t expr_lookback_ms(const struct expr *e, int64_t lookback_delta_ms)
{
    int64_t ms = node_lookback_ms(e->root, lookback_delta_ms);
    return ms > 0 ? ms : 0;
}
