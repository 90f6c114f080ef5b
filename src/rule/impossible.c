/* See impossible.h. The height of an expression is limited (promql.h), so is the recursion. */
#include "rule/impossible.h"

#include <math.h>

#include "promql/functions.h"
#include "promql/operators.h"
#include "rule/impossible_range.h"

#define SHOWN_MAX ((size_t)60) /* bytes of an expression in a message */

struct walk {
    const struct expr *e;
    struct diags *diags;
    struct strbuf why;         /* the first reason */
    const struct node *signal; /* inside of it places are its own */
};

static const struct node *unwrap(const struct node *n)
{
    while (n->kind == NODE_PAREN || n->kind == NODE_SIGNAL) {
        n = n->kind == NODE_PAREN ? n->paren : n->signal.inner;
    }
    return n;
}

static void describe(const struct walk *w, struct strbuf *out, const struct node *n)
{
    n = w->signal != NULL ? w->signal : n;
    while (n->kind == NODE_PAREN) {
        n = n->paren;
    }
    struct str text = str_slice(w->e->text, n->begin, n->end - n->begin);
    if (text.len <= SHOWN_MAX) {
        strbuf_printf(out, "'%.*s'", STR_ARG(text));
    } else {
        strbuf_add_c(out, "what is compared");
    }
}

static void report(struct walk *w, const struct node *n, const struct strbuf *reason)
{
    n = w->signal != NULL ? w->signal : n;
    (void)diags_add(w->diags, DIAG_WARNING, NULL, w->e->text,
                    diag_span(w->e->text, n->begin, n->end), "this can never hold: %s",
                    strbuf_cstr(reason));
    if (strbuf_str(&w->why).len == 0) {
        strbuf_printf(&w->why, "can never hold: %s", strbuf_cstr(reason));
    }
}

static enum operator_id turned_round(enum operator_id op)
{
    switch ((int)op) {
    case OP_LESS:
        return OP_GREATER;
    case OP_LESS_EQUAL:
        return OP_GREATER_EQUAL;
    case OP_GREATER:
        return OP_LESS;
    case OP_GREATER_EQUAL:
        return OP_LESS_EQUAL;
    default:
        return op;
    }
}

static bool can_hold(enum operator_id op, struct value_range a, struct value_range b)
{
    switch ((int)op) {
    case OP_GREATER:
        return a.high > b.low;
    case OP_GREATER_EQUAL:
        return a.high >= b.low;
    case OP_LESS:
        return a.low < b.high;
    case OP_LESS_EQUAL:
        return a.low <= b.high;
    case OP_EQUAL:
        return a.low <= b.high && b.low <= a.high;
    case OP_NOT_EQUAL:
        return !value_range_is_one(a) || !value_range_is_one(b) || a.low != b.low;
    default:
        return true;
    }
}

static const char *wanted(enum operator_id op)
{
    switch ((int)op) {
    case OP_GREATER:
        return "above ";
    case OP_GREATER_EQUAL:
        return "at least ";
    case OP_LESS:
        return "below ";
    case OP_LESS_EQUAL:
        return "at most ";
    case OP_NOT_EQUAL:
        return "other than ";
    default:
        return "";
    }
}

/* The end of the other side's range that it would have to reach. */
static double bound(enum operator_id op, struct value_range a, struct value_range b)
{
    bool from_below =
        op == OP_GREATER || op == OP_GREATER_EQUAL || (op == OP_EQUAL && a.high < b.low);
    return from_below ? b.low : b.high;
}

static void add_range(struct strbuf *out, struct value_range a, bool above)
{
    if (value_range_is_one(a)) {
        strbuf_printf(out, " is always %g", a.low);
    } else {
        strbuf_printf(out, above ? " is never above %g" : " is never below %g",
                      above ? a.high : a.low);
    }
}

static bool fails_alone(struct walk *w, const struct node *n)
{
    struct value_range a = value_range_of(n->binary.left), b = value_range_of(n->binary.right);
    if (n->binary.has_fill_left || n->binary.has_fill_right || can_hold(n->binary.op, a, b)) {
        return false;
    }
    const struct node *of = n->binary.left;
    enum operator_id op = n->binary.op;
    if (of->type == VALUE_SCALAR) {
        struct value_range other = a;
        of = n->binary.right;
        op = turned_round(op);
        a = b;
        b = other;
    }
    struct strbuf reason = STRBUF_INIT;
    double limit = bound(op, a, b);
    describe(w, &reason, of);
    add_range(&reason, a, a.high <= limit);
    strbuf_printf(&reason, ", and has to be %s%g", wanted(op), limit);
    report(w, n, &reason);
    strbuf_release(&reason);
    return true;
}

static bool is_filter(const struct node *n)
{
    return n->kind == NODE_BINARY && !n->binary.return_bool &&
           operator_info(n->binary.op)->kind == OPERATOR_COMPARISON;
}

/* A comparison of series with a constant: `*op` is as if that stood on the right. */
static bool read_threshold(const struct node *n, const struct node **of, enum operator_id *op,
                           struct value_range *with)
{
    if (!is_filter(n)) {
        return false;
    }
    bool turned = n->binary.left->type == VALUE_SCALAR;
    *of = unwrap(turned ? n->binary.right : n->binary.left);
    *op = turned ? turned_round(n->binary.op) : n->binary.op;
    *with = value_range_of(turned ? n->binary.left : n->binary.right);
    return (*of)->type == VALUE_VECTOR && value_range_is_one(*with);
}

/* What the comparison leaves. */
static struct value_range kept(enum operator_id op, struct value_range with)
{
    struct value_range all = {-HUGE_VAL, HUGE_VAL};
    switch ((int)op) {
    case OP_GREATER:
    case OP_GREATER_EQUAL:
        all.low = with.low;
        break;
    case OP_LESS:
    case OP_LESS_EQUAL:
        all.high = with.high;
        break;
    case OP_EQUAL:
        all = with;
        break;
    default:
        break;
    }
    return all;
}

/* `x > 5 and x < 3`: of the same series. */
static bool exclude_each_other(struct walk *w, const struct node *n)
{
    const struct node *left = unwrap(n->binary.left), *right = unwrap(n->binary.right);
    const struct node *of_left, *of_right;
    enum operator_id left_op, right_op;
    struct value_range left_with, right_with;
    if (n->binary.has_matching || !read_threshold(left, &of_left, &left_op, &left_with) ||
        !read_threshold(right, &of_right, &right_op, &right_with) ||
        !node_equal(of_left, of_right)) {
        return false;
    }
    if (can_hold(right_op, kept(left_op, left_with), right_with) &&
        can_hold(left_op, kept(right_op, right_with), left_with)) {
        return false;
    }
    struct strbuf reason = STRBUF_INIT;
    describe(w, &reason, of_left);
    strbuf_printf(&reason, " has to be %s%g and %s%g", wanted(left_op), left_with.low,
                  wanted(right_op), right_with.low);
    report(w, n, &reason);
    strbuf_release(&reason);
    return true;
}

static bool never(struct walk *w, const struct node *n);

static bool binary_never(struct walk *w, const struct node *n)
{
    if (is_filter(n) && fails_alone(w, n)) {
        return true;
    }
    /* Both are looked at, so that all is told. */
    bool left = never(w, n->binary.left), right = never(w, n->binary.right);
    switch ((int)n->binary.op) {
    case OP_OR:
        return left && right;
    case OP_UNLESS:
        return left;
    case OP_AND:
        return left || right || exclude_each_other(w, n);
    default:
        return (left || right) && !n->binary.has_fill_left && !n->binary.has_fill_right;
    }
}

/* Does it give nothing where its argument does? */
static bool passes_nothing_on(const struct node *n)
{
    int id = (int)n->call.function->id;
    return n->type == VALUE_VECTOR && n->call.arg_count != 0 &&
           n->call.args[0]->type == VALUE_VECTOR && id != FUNC_absent && id != FUNC_info;
}

static bool never(struct walk *w, const struct node *n)
{
    if (n->type != VALUE_VECTOR) {
        return false;
    }
    switch (n->kind) {
    case NODE_PAREN:
        return never(w, n->paren);
    case NODE_SIGNAL: {
        const struct node *outer = w->signal;
        w->signal = outer != NULL ? outer : n;
        bool is = never(w, n->signal.inner);
        w->signal = outer;
        return is;
    }
    case NODE_BINARY:
        return binary_never(w, n);
    case NODE_AGGREGATE:
        return never(w, n->aggregate.inner);
    case NODE_CALL:
        return passes_nothing_on(n) && never(w, n->call.args[0]);
    case NODE_UNARY:
        return never(w, n->unary.inner);
    case NODE_NUMBER:
    case NODE_STRING:
    case NODE_SELECTOR:
    case NODE_SUBQUERY:
        break;
    }
    return false;
}

bool impossible_check(const struct expr *e, struct diags *diags)
{
    struct walk w = {.e = e, .diags = diags, .why = STRBUF_INIT};
    bool is = never(&w, e->root);
    strbuf_release(&w.why);
    return is;
}

struct str impossible_why(const struct expr *e, struct arena *arena)
{
    struct diags unused;
    diags_init(&unused);
    struct walk w = {.e = e, .diags = &unused, .why = STRBUF_INIT};
    struct str why = STR_NONE;
    if (never(&w, e->root)) {
        why = arena_str(arena, strbuf_str(&w.why));
    }
    strbuf_release(&w.why);
    diags_release(&unused);
    return why;
}
