/* Whether two trees mean the same. */
#include <string.h>

#include "base/attr.h"
#include "promql/duration_tree.h"
#include "promql/promql.h"

/* What a node stands for, without what only a reader sees. */
static const struct node *unwrap(const struct node *n)
{
    for (;;) {
        if (n->kind == NODE_PAREN) {
            n = n->paren;
        } else if (n->kind == NODE_SIGNAL) {
            n = n->signal.inner;
        } else {
            return n;
        }
    }
}

/* By their bits, so that a NaN equals itself; but there is one NaN in the language. */
static bool same_number(double a, double b)
{
    return memcmp(&a, &b, sizeof(a)) == 0 || (a != a && b != b);
}

static bool same_labels(const struct str *a, size_t a_count, const struct str *b, size_t b_count)
{
    if (a_count != b_count) {
        return false;
    }
    for (size_t i = 0; i < a_count; i++) {
        if (!str_equal(a[i], b[i])) {
            return false;
        }
    }
    return true;
}

/* A duration that depends on the question has no value to compare. */
static bool same_duration(const struct duration *a, int64_t a_ms, const struct duration *b,
                          int64_t b_ms)
{
    bool open = duration_of_question(a);
    if (open != duration_of_question(b)) {
        return false;
    }
    return open ? duration_equal(a, b) : a_ms == b_ms;
}

static bool same_at(enum at_kind a, int64_t a_ms, enum at_kind b, int64_t b_ms)
{
    return a == b && (a != AT_TIME || a_ms == b_ms);
}

#define SAME_DURATION(x, y, field) \
    same_duration((x)->field, (x)->field##_ms, (y)->field, (y)->field##_ms)

static bool same_selector(const struct node *x, const struct node *y)
{
    bool same = x->selector.matcher_count == y->selector.matcher_count &&
                str_equal(x->selector.metric, y->selector.metric) &&
                x->selector.edges == y->selector.edges &&
                SAME_DURATION(&x->selector, &y->selector, range) &&
                SAME_DURATION(&x->selector, &y->selector, offset) &&
                same_at(x->selector.at, x->selector.at_ms, y->selector.at, y->selector.at_ms);
    for (size_t i = 0; same && i < x->selector.matcher_count; i++) {
        same = matcher_equal(&x->selector.matchers[i], &y->selector.matchers[i]);
    }
    return same;
}

static bool same_subquery(const struct node *x, const struct node *y)
{
    return SAME_DURATION(&x->subquery, &y->subquery, range) &&
           SAME_DURATION(&x->subquery, &y->subquery, step) &&
           SAME_DURATION(&x->subquery, &y->subquery, offset) &&
           same_at(x->subquery.at, x->subquery.at_ms, y->subquery.at, y->subquery.at_ms);
}

static bool same_aggregate(const struct node *x, const struct node *y)
{
    return x->aggregate.op == y->aggregate.op && x->aggregate.without == y->aggregate.without &&
           same_labels(x->aggregate.labels, x->aggregate.label_count, y->aggregate.labels,
                       y->aggregate.label_count);
}

/* The values are there only where they are said to be. */
static bool same_fill(bool a_has, const double *a, bool b_has, const double *b)
{
    return a_has == b_has && (!a_has || same_number(*a, *b));
}

static bool same_binary(const struct node *x, const struct node *y)
{
    return x->binary.op == y->binary.op && x->binary.return_bool == y->binary.return_bool &&
           x->binary.on == y->binary.on && x->binary.card == y->binary.card &&
           same_labels(x->binary.labels, x->binary.label_count, y->binary.labels,
                       y->binary.label_count) &&
           same_labels(x->binary.include, x->binary.include_count, y->binary.include,
                       y->binary.include_count) &&
           same_fill(x->binary.has_fill_left, &x->binary.fill_left, y->binary.has_fill_left,
                     &y->binary.fill_left) &&
           same_fill(x->binary.has_fill_right, &x->binary.fill_right, y->binary.has_fill_right,
                     &y->binary.fill_right);
}

static bool same_inside(const struct node *x, const struct node *y)
{
    switch (x->kind) {
    case NODE_NUMBER:
        return same_number(x->number.value, y->number.value);
    case NODE_STRING:
        return str_equal(x->string, y->string);
    case NODE_SELECTOR:
        return same_selector(x, y);
    case NODE_SUBQUERY:
        return same_subquery(x, y);
    case NODE_CALL:
        return x->call.function == y->call.function;
    case NODE_AGGREGATE:
        return same_aggregate(x, y);
    case NODE_BINARY:
        return same_binary(x, y);
    case NODE_UNARY:
        return x->unary.negative == y->unary.negative;
    case NODE_PAREN:
    case NODE_SIGNAL:
        break;
    }
    return false;
}

bool node_equal(const struct node *a, const struct node *b)
{
    a = unwrap(a);
    b = unwrap(b);
    if (a->kind != b->kind || !same_inside(a, b)) {
        return false;
    }
    for (size_t i = 0;; i++) {
        const struct node *x = node_child(a, i);
        const struct node *y = node_child(b, i);
        if (x == NULL || y == NULL) {
            return x == y;
        }
        if (!node_equal(x, y)) {
            return false;
        }
    }
}
