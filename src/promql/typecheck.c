/*
 * Types bottom up, then the rules of each node, the same ones as in Prometheus' parser (checkAST).
 * A signal has the type of its expression.
 */
#include "promql/typecheck.h"

#include "base/attr.h"
#include "base/diag.h"
#include "promql/functions.h"
#include "promql/operators.h"

struct checker {
    struct str text;
    struct error *err;
};

static bool check(struct checker *c, struct node *n);

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

static struct span span_of(const struct checker *c, const struct node *n)
{
    return diag_span(c->text, n->begin, n->end);
}

static struct span span_of_operator(const struct checker *c, const struct node *n)
{
    return diag_span(c->text, n->binary.op_begin, n->binary.op_end);
}

/* Checks `n` and its type; `for_what` completes "... needs". */
static bool check_is(struct checker *c, struct node *n, enum value_type wanted,
                     const char *for_what)
{
    if (!check(c, n)) {
        return false;
    }
    if (n->type == wanted) {
        return true;
    }
    error_set_at(c->err, ERROR_TYPE, span_of(c, n), "%s needs %s, got %s", for_what,
                 type_words(wanted), type_words(n->type));
    if (wanted == VALUE_MATRIX && n->kind == NODE_SELECTOR) {
        error_suggest(c->err, "give it a range, such as [5m]");
    } else if (wanted == VALUE_MATRIX && n->type == VALUE_VECTOR) {
        error_suggest(c->err, "a subquery makes a range of it, such as [30m:1m]");
    }
    return false;
}

static bool check_selector(struct checker *c, struct node *n)
{
    n->type = n->selector.range_ms != 0 ? VALUE_MATRIX : VALUE_VECTOR;
    bool named = n->selector.metric.len > 0;
    size_t names = 0;
    bool limits = named;
    for (size_t i = 0; i < n->selector.matcher_count; i++) {
        const struct matcher *m = &n->selector.matchers[i];
        names += str_equal_c(STR(LABEL_NAME), m->name);
        limits = limits || matcher_test(m, STR("")) == MATCHER_NO;
    }
    if (named && names > 1) {
        return error_set_at(c->err, ERROR_SYNTAX, span_of(c, n),
                            "the metric's name is given twice, as '%.*s' and by a matcher",
                            STR_ARG(n->selector.metric));
    }
    if (!limits) {
        error_set_at(c->err, ERROR_SYNTAX, span_of(c, n),
                     "at least one matcher must not match the empty string");
        error_suggest(c->err, "all series would be {__name__=~\".+\"}");
        return false;
    }
    return true;
}

static bool check_call(struct checker *c, struct node *n)
{
    const struct function *f = n->call.function;
    size_t count = n->call.arg_count;
    if (count < f->required || (f->maximum != FUNCTION_VARIADIC && count > f->maximum)) {
        unsigned bound = count < f->required ? f->required : f->maximum;
        const char *words = f->required == f->maximum ? ""
                            : bound == f->required    ? "at least "
                                                      : "at most ";
        return error_set_at(c->err, ERROR_TYPE, span_of(c, n),
                            "%s() takes %s%u argument%s, got %zu", f->name, words, bound,
                            bound == 1 ? "" : "s", count);
    }
    for (size_t i = 0; i < count; i++) {
        struct strbuf what = STRBUF_INIT;
        strbuf_printf(&what, "%s()", f->name);
        bool ok = check_is(c, n->call.args[i], function_arg_type(f, i), strbuf_cstr(&what));
        strbuf_release(&what);
        if (!ok) {
            return false;
        }
    }
    n->type = f->returns;
    return true;
}

static bool check_aggregate(struct checker *c, struct node *n)
{
    const struct aggregate_info *info = aggregate_info(n->aggregate.op);
    n->type = VALUE_VECTOR;
    if (n->aggregate.parameter != NULL &&
        !check_is(c, n->aggregate.parameter,
                  info->parameter == PARAMETER_STRING ? VALUE_STRING : VALUE_SCALAR, info->name)) {
        return false;
    }
    return check_is(c, n->aggregate.inner, VALUE_VECTOR, info->name);
}

static bool check_operand(struct checker *c, struct node *n, const char *op)
{
    if (!check(c, n)) {
        return false;
    }
    return n->type == VALUE_SCALAR || n->type == VALUE_VECTOR ||
           error_set_at(c->err, ERROR_TYPE, span_of(c, n),
                        "'%s' needs scalars or instant vectors, got %s", op, type_words(n->type));
}

/* `on (a) group_left (a)`: a label cannot be matched on and copied at once. */
static bool check_include(struct checker *c, const struct node *n)
{
    for (size_t i = 0; n->binary.on && i < n->binary.label_count; i++) {
        for (size_t k = 0; k < n->binary.include_count; k++) {
            if (str_equal(n->binary.labels[i], n->binary.include[k])) {
                return error_set_at(
                    c->err, ERROR_TYPE, span_of_operator(c, n),
                    "label '%.*s' is both in 'on' and in '%s'", STR_ARG(n->binary.labels[i]),
                    n->binary.card == CARD_MANY_TO_ONE ? "group_left" : "group_right");
            }
        }
    }
    return true;
}

static bool check_matching(struct checker *c, struct node *n, const struct operator_info *info)
{
    bool vectors = n->binary.left->type == VALUE_VECTOR && n->binary.right->type == VALUE_VECTOR;
    struct span span = span_of_operator(c, n);
    if (!vectors && info->kind == OPERATOR_SET) {
        return error_set_at(c->err, ERROR_TYPE, span, "'%s' needs instant vectors on both sides",
                            info->text);
    }
    if (!vectors && n->binary.label_count > 0) {
        return error_set_at(c->err, ERROR_TYPE, span,
                            "'%s' needs instant vectors on both sides of '%s'",
                            n->binary.on ? "on" : "ignoring", info->text);
    }
    if (info->kind == OPERATOR_SET) {
        if (n->binary.has_group) {
            return error_set_at(c->err, ERROR_TYPE, span, "'%s' takes no group_left or group_right",
                                info->text);
        }
        n->binary.card = CARD_MANY_TO_MANY;
    }
    return true;
}

static bool check_binary(struct checker *c, struct node *n)
{
    const struct operator_info *info = operator_info(n->binary.op);
    if (!check_operand(c, n->binary.left, info->text) ||
        !check_operand(c, n->binary.right, info->text)) {
        return false;
    }
    bool scalars = n->binary.left->type == VALUE_SCALAR && n->binary.right->type == VALUE_SCALAR;
    n->type = scalars ? VALUE_SCALAR : VALUE_VECTOR;
    if (n->binary.return_bool && info->kind != OPERATOR_COMPARISON) {
        return error_set_at(c->err, ERROR_TYPE, span_of_operator(c, n),
                            "'bool' goes with comparisons, not with '%s'", info->text);
    }
    if (scalars && info->kind == OPERATOR_COMPARISON && !n->binary.return_bool) {
        error_set_at(c->err, ERROR_TYPE, span_of_operator(c, n),
                     "comparing two scalars needs 'bool'");
        error_suggest(c->err, "write '%s bool'", info->text);
        return false;
    }
    return check_matching(c, n, info) && check_include(c, n);
}

static bool check_unary(struct checker *c, struct node *n)
{
    if (!check_operand(c, n->unary.inner, n->unary.negative ? "-" : "+")) {
        return false;
    }
    n->type = n->unary.inner->type;
    return true;
}

static bool check(struct checker *c, struct node *n)
{
    switch (n->kind) {
    case NODE_NUMBER:
        n->type = VALUE_SCALAR;
        return true;
    case NODE_STRING:
        n->type = VALUE_STRING;
        return true;
    case NODE_SELECTOR:
        return check_selector(c, n);
    case NODE_SUBQUERY:
        n->type = VALUE_MATRIX;
        return check_is(c, n->subquery.inner, VALUE_VECTOR, "a subquery");
    case NODE_CALL:
        return check_call(c, n);
    case NODE_AGGREGATE:
        return check_aggregate(c, n);
    case NODE_BINARY:
        return check_binary(c, n);
    case NODE_UNARY:
        return check_unary(c, n);
    case NODE_PAREN:
        if (!check(c, n->paren)) {
            return false;
        }
        n->type = n->paren->type;
        return true;
    case NODE_SIGNAL:
        if (!check(c, n->signal.inner)) {
            return false;
        }
        n->type = n->signal.inner->type;
        return true;
    }
    return false;
}

bool typecheck(struct expr *e, struct error *err)
{
    struct checker c = {.text = e->text, .err = err};
    return check(&c, e->root);
}
