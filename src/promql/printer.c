/*
 * A tree back to text. Parentheses are nodes, so they come back where they were written; only a
 * signal that is expanded inside an operator or subquery needs some that nobody wrote.
 */
#include "base/duration.h"
#include "base/escape.h"
#include "base/number.h"
#include "promql/functions.h"
#include "promql/lexer.h"
#include "promql/operators.h"
#include "promql/promql.h"

static void print_name(struct strbuf *out, struct str name, bool plain)
{
    if (plain) {
        strbuf_add_str(out, name);
    } else {
        escape_quoted(out, name);
    }
}

static void print_labels(struct strbuf *out, const struct str *labels, size_t count)
{
    strbuf_add_char(out, '(');
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            strbuf_add_c(out, ", ");
        }
        print_name(out, labels[i], word_is_label_name(labels[i]));
    }
    strbuf_add_char(out, ')');
}

static void print_modifiers(struct strbuf *out, int64_t offset_ms, enum at_kind at, int64_t at_ms)
{
    switch (at) {
    case AT_NONE:
        break;
    case AT_TIME:
        strbuf_add_c(out, at_ms < 0 ? " @ -" : " @ ");
        uint64_t ms = at_ms < 0 ? -(uint64_t)at_ms : (uint64_t)at_ms;
        strbuf_printf(out, "%llu.%03u", (unsigned long long)(ms / 1000), (unsigned)(ms % 1000));
        break;
    case AT_START:
        strbuf_add_c(out, " @ start()");
        break;
    case AT_END:
        strbuf_add_c(out, " @ end()");
        break;
    }
    if (offset_ms != 0) {
        strbuf_add_c(out, " offset ");
        duration_format(out, offset_ms);
    }
}

static void print_number(struct strbuf *out, const struct node *n, unsigned flags)
{
    if ((flags & PRINT_AS_WRITTEN) != 0) {
        strbuf_add_str(out, n->number.text);
    } else if (n->number.value > 0 && n->number.value * 0 != 0) {
        strbuf_add_c(out, "Inf"); /* a sign would be an operator of its own */
    } else {
        number_format_short(out, n->number.value);
    }
}

/* A metric's name that is no plain word stands in the braces, in quotes. */
static void print_selector(struct strbuf *out, const struct node *n, unsigned flags)
{
    bool bare = word_is_metric_name(n->selector.metric);
    size_t printed = 0;
    size_t open = out->len;
    if (bare) {
        strbuf_add_str(out, n->selector.metric);
        open = out->len;
    }
    strbuf_add_char(out, '{');
    if (!bare && n->selector.metric.len > 0) {
        escape_quoted(out, n->selector.metric);
        printed++;
    }
    for (size_t i = 0; i < n->selector.matcher_count; i++) {
        const struct matcher *m = &n->selector.matchers[i];
        if (n->selector.metric.len > 0 && str_equal_c(STR(LABEL_NAME), m->name)) {
            continue;
        }
        if (printed++ > 0) {
            strbuf_add_c(out, ", ");
        }
        print_name(out, str_from(m->name), word_is_matcher_name(str_from(m->name)));
        strbuf_add_c(out, matcher_op_text(m->op));
        escape_quoted(out, str_from(m->value));
    }
    bool keep_braces = n->selector.braces && (flags & PRINT_AS_WRITTEN) != 0;
    if (printed == 0 && !keep_braces) {
        strbuf_truncate(out, open);
    } else {
        strbuf_add_char(out, '}');
    }
    if (n->selector.range_ms != 0) {
        strbuf_add_char(out, '[');
        duration_format(out, n->selector.range_ms);
        strbuf_add_char(out, ']');
    }
    print_modifiers(out, n->selector.offset_ms, n->selector.at, n->selector.at_ms);
}

/* Would `n` fall apart as an operand, because it is a signal that prints as an operator? */
static bool needs_parentheses(const struct node *n, unsigned flags)
{
    if (n->kind != NODE_SIGNAL || (flags & PRINT_AS_WRITTEN) != 0) {
        return false;
    }
    while (n->kind == NODE_SIGNAL) {
        n = n->signal.inner;
    }
    return n->kind == NODE_BINARY || n->kind == NODE_UNARY;
}

static void print_operand(struct strbuf *out, const struct node *n, unsigned flags)
{
    bool wrap = needs_parentheses(n, flags);
    if (wrap) {
        strbuf_add_char(out, '(');
    }
    node_print(out, n, flags);
    if (wrap) {
        strbuf_add_char(out, ')');
    }
}

static void print_subquery(struct strbuf *out, const struct node *n, unsigned flags)
{
    print_operand(out, n->subquery.inner, flags);
    strbuf_add_char(out, '[');
    duration_format(out, n->subquery.range_ms);
    strbuf_add_char(out, ':');
    if (n->subquery.step_ms != 0) {
        duration_format(out, n->subquery.step_ms);
    }
    strbuf_add_char(out, ']');
    print_modifiers(out, n->subquery.offset_ms, n->subquery.at, n->subquery.at_ms);
}

static void print_call(struct strbuf *out, const struct node *n, unsigned flags)
{
    strbuf_add_str(out, n->call.name);
    strbuf_add_char(out, '(');
    for (size_t i = 0; i < n->call.arg_count; i++) {
        if (i > 0) {
            strbuf_add_c(out, ", ");
        }
        node_print(out, n->call.args[i], flags);
    }
    strbuf_add_char(out, ')');
}

static void print_aggregate(struct strbuf *out, const struct node *n, unsigned flags)
{
    strbuf_add_c(out, aggregate_info(n->aggregate.op)->name);
    if (n->aggregate.has_grouping) {
        strbuf_add_c(out, n->aggregate.without ? " without " : " by ");
        print_labels(out, n->aggregate.labels, n->aggregate.label_count);
        strbuf_add_char(out, ' ');
    }
    strbuf_add_char(out, '(');
    if (n->aggregate.parameter != NULL) {
        node_print(out, n->aggregate.parameter, flags);
        strbuf_add_c(out, ", ");
    }
    node_print(out, n->aggregate.inner, flags);
    strbuf_add_char(out, ')');
}

static void print_binary(struct strbuf *out, const struct node *n, unsigned flags)
{
    print_operand(out, n->binary.left, flags);
    strbuf_printf(out, " %s", operator_info(n->binary.op)->text);
    if (n->binary.return_bool) {
        strbuf_add_c(out, " bool");
    }
    if (n->binary.has_matching) {
        strbuf_add_c(out, n->binary.on ? " on " : " ignoring ");
        print_labels(out, n->binary.labels, n->binary.label_count);
    }
    if (n->binary.has_group) {
        strbuf_add_c(out, n->binary.card == CARD_MANY_TO_ONE ? " group_left " : " group_right ");
        print_labels(out, n->binary.include, n->binary.include_count);
    }
    strbuf_add_char(out, ' ');
    print_operand(out, n->binary.right, flags);
}

static void print_signal(struct strbuf *out, const struct node *n, unsigned flags)
{
    if ((flags & PRINT_AS_WRITTEN) == 0) {
        node_print(out, n->signal.inner, flags);
        return;
    }
    strbuf_add_str(out, n->signal.name);
    print_modifiers(out, n->signal.offset_ms, n->signal.at, n->signal.at_ms);
}

void node_print(struct strbuf *out, const struct node *n, unsigned flags)
{
    switch (n->kind) {
    case NODE_NUMBER:
        print_number(out, n, flags);
        return;
    case NODE_STRING:
        escape_quoted(out, n->string);
        return;
    case NODE_SELECTOR:
        print_selector(out, n, flags);
        return;
    case NODE_SUBQUERY:
        print_subquery(out, n, flags);
        return;
    case NODE_CALL:
        print_call(out, n, flags);
        return;
    case NODE_AGGREGATE:
        print_aggregate(out, n, flags);
        return;
    case NODE_BINARY:
        print_binary(out, n, flags);
        return;
    case NODE_UNARY:
        strbuf_add_char(out, n->unary.negative ? '-' : '+');
        print_operand(out, n->unary.inner, flags);
        return;
    case NODE_PAREN:
        strbuf_add_char(out, '(');
        node_print(out, n->paren, flags);
        strbuf_add_char(out, ')');
        return;
    case NODE_SIGNAL:
        print_signal(out, n, flags);
        return;
    }
}

void expr_print(struct strbuf *out, const struct expr *e, unsigned flags)
{
    node_print(out, e->root, flags);
}
