/*
 * Types bottom up, then the rules of each node, the same ones as in Prometheus' parser (checkAST).
 * A signal has the type of its expression.
 *
 * All errors are found: a node whose type is known in spite of an error inside it, such as a call,
 * goes on being checked against what is around it; the others become broken.
 */
#include "promql/syntax/typecheck.h"

#include <stdarg.h>

#include "base/attr.h"
#include "base/diag.h"
#include "base/strbuf.h"
#include "promql/functions.h"
#include "promql/operators.h"

struct checker {
    struct str text;
    struct parse_errors *errors;
};

static void check(struct checker *c, struct node *n);

static const char *type_words(enum value_type type)
{
    switch (type) {
    case VALUE_SCALAR:
        return "a scalar";
    case VALUE_VECTOR:
        return "an instant vector";
    case VALUE_MATRIX:
        return "a range vector";
    case VALUE_STRING:
        return "a string";
    }
    return "nothing";
}

static void ATTR_PRINTF(6, 7) complain(struct checker *c, enum error_kind kind, size_t begin,
                                       size_t end, const char *suggestion, const char *fmt, ...)
{
    struct strbuf message = STRBUF_INIT;
    va_list args;
    va_start(args, fmt);
    strbuf_vprintf(&message, fmt, args);
    va_end(args);
    struct error err = ERROR_INIT;
    error_set_at(&err, kind, diag_span(c->text, begin, end), "%s", strbuf_cstr(&message));
    if (suggestion != NULL) {
        error_suggest(&err, "%s", suggestion);
    }
    parse_errors_add(c->errors, &err);
    strbuf_release(&message);
}

/* Of a node, and of an operator with its modifiers. */
#define AT_NODE(n)     (n)->begin, (n)->end
#define AT_OPERATOR(n) (n)->binary.op_begin, (n)->binary.op_end

#define OF_A_RANGE "over time it is rate() of a counter, avg_over_time() of a gauge"

/* Complains of the type of `n`, which was checked; `for_what` completes "... needs". */
static void want_type(struct checker *c, const struct node *n, enum value_type wanted,
                      const char *for_what)
{
    if (n->broken || n->type == wanted) {
        return;
    }
    const char *suggestion = NULL;
    if (wanted == VALUE_MATRIX && n->kind == NODE_SELECTOR) {
        suggestion = "give it a range, such as [5m]";
    } else if (wanted == VALUE_MATRIX && n->type == VALUE_VECTOR) {
        suggestion = "a subquery makes a range of it, such as [30m:1m]";
    } else if (wanted == VALUE_VECTOR && n->type == VALUE_MATRIX && n->kind == NODE_SELECTOR) {
        suggestion = OF_A_RANGE;
    }
    complain(c, ERROR_TYPE, AT_NODE(n), suggestion, "%s needs %s, got %s", for_what,
             type_words(wanted), type_words(n->type));
}

static void check_is(struct checker *c, struct node *n, enum value_type wanted,
                     const char *for_what)
{
    check(c, n);
    want_type(c, n, wanted, for_what);
}

/* Two arguments, of which nothing is wrong but their order: that is one error and not two. */
static void check_pair(struct checker *c, struct node *a, struct node *b, enum value_type first,
                       enum value_type second, const char *for_what)
{
    check(c, a);
    check(c, b);
    if (!a->broken && !b->broken && first != second && a->type == second && b->type == first) {
        struct strbuf order = STRBUF_INIT;
        strbuf_printf(&order, "first %s, then %s", type_words(first), type_words(second));
        complain(c, ERROR_TYPE, a->begin, b->end, strbuf_cstr(&order),
                 "%s takes these the other way round", for_what);
        strbuf_release(&order);
        return;
    }
    want_type(c, a, first, for_what);
    want_type(c, b, second, for_what);
}

static void check_selector(struct checker *c, struct node *n, bool may_match_all)
{
    n->type = n->selector.range_ms != 0 ? VALUE_MATRIX : VALUE_VECTOR;
    bool named = n->selector.metric.len > 0;
    size_t names = 0;
    bool limits = named || may_match_all;
    for (size_t i = 0; i < n->selector.matcher_count; i++) {
        const struct matcher *m = &n->selector.matchers[i];
        names += str_equal_c(STR(LABEL_NAME), m->name);
        limits = limits || matcher_test(m, STR("")) == MATCHER_NO;
    }
    if (named && names > 1) {
        complain(c, ERROR_SYNTAX, AT_NODE(n), NULL,
                 "the metric's name is given twice, as '%.*s' and by a matcher",
                 STR_ARG(n->selector.metric));
    } else if (!limits && !n->broken) {
        complain(c, ERROR_SYNTAX, AT_NODE(n), "all series would be {__name__=~\".+\"}",
                 "at least one matcher must not match the empty string");
    }
}

/* `info(m, {label="x"})`: the second argument is no vector but says which labels are wanted. */
static void check_label_selector(struct checker *c, struct node *n)
{
    if (n->broken) {
        return;
    }
    if (n->kind != NODE_SELECTOR || n->selector.metric.len > 0) {
        check(c, n);
        complain(c, ERROR_TYPE, AT_NODE(n), NULL, "expected label selectors only, got %s instead",
                 n->kind == NODE_SELECTOR ? "a metric" : type_words(n->type));
        return;
    }
    check_selector(c, n, true);
    if (n->selector.range_ms != 0 || n->selector.offset_ms != 0 || n->selector.at != AT_NONE ||
        n->selector.edges != EDGES_PLAIN) {
        complain(c, ERROR_TYPE, AT_NODE(n), NULL,
                 "expected label selectors only, got a range, 'offset' or '@' as well");
    }
}

static void check_edges(struct checker *c, const struct function *f, const struct node *arg)
{
    while (arg->kind == NODE_PAREN) {
        arg = arg->paren;
    }
    if (arg->kind != NODE_SELECTOR || arg->selector.range_ms == 0) {
        return;
    }
    if (arg->selector.edges == EDGES_ANCHORED && !function_takes_anchored(f)) {
        complain(c, ERROR_TYPE, AT_NODE(arg), NULL,
                 "anchored modifier can only be used with: changes, delta, increase, rate, resets "
                 "- not with %s",
                 f->name);
    } else if (arg->selector.edges == EDGES_SMOOTHED && !function_takes_smoothed(f)) {
        complain(c, ERROR_TYPE, AT_NODE(arg), NULL,
                 "smoothed modifier can only be used with: delta, increase, rate - not with %s",
                 f->name);
    }
}

static void check_count(struct checker *c, const struct node *n, const struct function *f)
{
    size_t count = n->call.arg_count;
    if (count >= f->required && (f->maximum == FUNCTION_VARIADIC || count <= f->maximum)) {
        return;
    }
    unsigned bound = count < f->required ? f->required : f->maximum;
    const char *words = f->required == f->maximum ? ""
                        : bound == f->required    ? "at least "
                                                  : "at most ";
    complain(c, ERROR_TYPE, AT_NODE(n), NULL, "%s() takes %s%u argument%s, got %zu", f->name, words,
             bound, bound == 1 ? "" : "s", count);
}

static void check_two(struct checker *c, struct node **args, const struct function *f)
{
    struct strbuf what = STRBUF_INIT;
    strbuf_printf(&what, "%s()", f->name);
    check_pair(c, args[0], args[1], function_arg_type(f, 0), function_arg_type(f, 1),
               strbuf_cstr(&what));
    strbuf_release(&what);
    check_edges(c, f, args[0]);
    check_edges(c, f, args[1]);
}

static void check_call(struct checker *c, struct node *n)
{
    const struct function *f = n->call.function;
    for (size_t i = 0; i < n->call.arg_count && f == NULL; i++) {
        check(c, n->call.args[i]);
    }
    if (f == NULL) {
        return;
    }
    check_count(c, n, f);
    n->type = f->returns;
    if (n->call.arg_count == 2 && f->maximum == 2 && !str_equal_c(STR("info"), f->name)) {
        check_two(c, n->call.args, f);
        return;
    }
    for (size_t i = 0; i < n->call.arg_count; i++) {
        struct node *arg = n->call.args[i];
        if (f->maximum != FUNCTION_VARIADIC && i >= f->maximum) {
            check(c, arg); /* one too many, of no type */
        } else if (i == 1 && str_equal_c(STR("info"), f->name)) {
            check_label_selector(c, arg);
        } else {
            struct strbuf what = STRBUF_INIT;
            strbuf_printf(&what, "%s()", f->name);
            check_is(c, arg, function_arg_type(f, i), strbuf_cstr(&what));
            strbuf_release(&what);
            check_edges(c, f, arg);
        }
    }
}

static void check_aggregate(struct checker *c, struct node *n)
{
    const struct aggregate_info *info = aggregate_info(n->aggregate.op);
    n->type = VALUE_VECTOR;
    if (n->broken) {
        /* By the number of its arguments; which is which is not known. */
        if (n->aggregate.inner != NULL) {
            check(c, n->aggregate.inner);
        }
        n->broken = false;
        return;
    }
    if (n->aggregate.parameter != NULL) {
        check_pair(c, n->aggregate.parameter, n->aggregate.inner,
                   info->parameter == PARAMETER_STRING ? VALUE_STRING : VALUE_SCALAR, VALUE_VECTOR,
                   info->name);
    } else {
        check_is(c, n->aggregate.inner, VALUE_VECTOR, info->name);
    }
}

static void check_operand(struct checker *c, struct node *n, const char *op)
{
    check(c, n);
    if (n->broken || n->type == VALUE_SCALAR || n->type == VALUE_VECTOR) {
        return;
    }
    complain(c, ERROR_TYPE, AT_NODE(n),
             n->type == VALUE_MATRIX && n->kind == NODE_SELECTOR ? OF_A_RANGE : NULL,
             "'%s' needs scalars or instant vectors, got %s", op, type_words(n->type));
    n->broken = true;
}

/* `on (a) group_left (a)`: a label cannot be matched on and copied at once. */
static void check_include(struct checker *c, const struct node *n)
{
    for (size_t i = 0; n->binary.on && i < n->binary.label_count; i++) {
        for (size_t k = 0; k < n->binary.include_count; k++) {
            if (str_equal(n->binary.labels[i], n->binary.include[k])) {
                complain(c, ERROR_TYPE, AT_OPERATOR(n), NULL,
                         "label '%.*s' is both in 'on' and in '%s'", STR_ARG(n->binary.labels[i]),
                         n->binary.card == CARD_MANY_TO_ONE ? "group_left" : "group_right");
                return;
            }
        }
    }
}

static void check_matching(struct checker *c, struct node *n, const struct operator_info *info)
{
    bool vectors = n->binary.left->type == VALUE_VECTOR && n->binary.right->type == VALUE_VECTOR;
    bool fills = n->binary.has_fill_left || n->binary.has_fill_right;
    if (!vectors && info->kind == OPERATOR_SET) {
        complain(c, ERROR_TYPE, AT_OPERATOR(n), NULL, "'%s' needs instant vectors on both sides",
                 info->text);
    } else if (!vectors && n->binary.label_count > 0) {
        complain(c, ERROR_TYPE, AT_OPERATOR(n), NULL,
                 "'%s' needs instant vectors on both sides of '%s'",
                 n->binary.on ? "on" : "ignoring", info->text);
    } else if (!vectors && fills) {
        complain(c, ERROR_TYPE, AT_OPERATOR(n), NULL,
                 "'fill' needs instant vectors on both sides of '%s'", info->text);
    } else if (info->kind == OPERATOR_SET && n->binary.has_group) {
        complain(c, ERROR_TYPE, AT_OPERATOR(n), NULL, "'%s' takes no group_left or group_right",
                 info->text);
    } else if (info->kind == OPERATOR_SET && fills) {
        complain(c, ERROR_TYPE, AT_OPERATOR(n), NULL,
                 "'%s' takes no fill: it asks whether a series is there", info->text);
    } else if (info->kind == OPERATOR_SET) {
        n->binary.card = CARD_MANY_TO_MANY;
    }
}

/* The type: of two scalars a scalar, with a vector a vector, whatever the other side is. */
static void set_binary_type(struct node *n)
{
    const struct node *left = n->binary.left;
    const struct node *right = n->binary.right;
    bool vector = (!left->broken && left->type == VALUE_VECTOR) ||
                  (!right->broken && right->type == VALUE_VECTOR);
    n->type = vector ? VALUE_VECTOR : VALUE_SCALAR;
    n->broken = n->broken || (!vector && (left->broken || right->broken));
}

static void check_binary(struct checker *c, struct node *n)
{
    const struct operator_info *info = operator_info(n->binary.op);
    check_operand(c, n->binary.left, info->text);
    check_operand(c, n->binary.right, info->text);
    bool was_broken = n->broken;
    set_binary_type(n);
    if (was_broken) {
        return;
    }
    bool comparison = info->kind == OPERATOR_COMPARISON;
    if (n->binary.return_bool && !comparison) {
        complain(c, ERROR_TYPE, AT_OPERATOR(n), NULL, "'bool' goes with comparisons, not with '%s'",
                 info->text);
    }
    if (!n->binary.left->broken && !n->binary.right->broken) {
        if (n->type == VALUE_SCALAR && comparison && !n->binary.return_bool) {
            struct strbuf suggestion = STRBUF_INIT;
            strbuf_printf(&suggestion, "write '%s bool'", info->text);
            complain(c, ERROR_TYPE, AT_OPERATOR(n), strbuf_cstr(&suggestion),
                     "comparing two scalars needs 'bool'");
            strbuf_release(&suggestion);
        }
        check_matching(c, n, info);
    }
    check_include(c, n);
}

static void check_around(struct checker *c, struct node *n, struct node *inner)
{
    check(c, inner);
    n->type = inner->type;
    n->broken = n->broken || inner->broken;
}

static void check(struct checker *c, struct node *n)
{
    switch (n->kind) {
    case NODE_NUMBER:
        n->type = VALUE_SCALAR;
        return;
    case NODE_STRING:
        n->type = VALUE_STRING;
        return;
    case NODE_SELECTOR:
        check_selector(c, n, false);
        return;
    case NODE_SUBQUERY:
        n->type = VALUE_MATRIX;
        check_is(c, n->subquery.inner, VALUE_VECTOR, "a subquery");
        return;
    case NODE_CALL:
        check_call(c, n);
        return;
    case NODE_AGGREGATE:
        check_aggregate(c, n);
        return;
    case NODE_BINARY:
        check_binary(c, n);
        return;
    case NODE_UNARY:
        check_operand(c, n->unary.inner, n->unary.negative ? "-" : "+");
        n->type = n->unary.inner->type;
        n->broken = n->broken || n->unary.inner->broken;
        return;
    case NODE_PAREN:
        check_around(c, n, n->paren);
        return;
    case NODE_SIGNAL:
        check_around(c, n, n->signal.inner);
        return;
    }
}

void typecheck(struct expr *e, struct parse_errors *errors)
{
    struct checker c = {.text = e->text, .errors = errors};
    check(&c, e->root);
}
