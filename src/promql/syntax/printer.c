/*
 * A tree back to text. Parentheses are nodes, so they come back where they were written; others are
 * put only where the text would mean something else without them, as around a signal that is
 * expanded inside an operator or subquery.
 */
#include <limits.h>
#include <string.h>

#include "base/duration.h"
#include "base/escape.h"
#include "base/number.h"
#include "promql/duration_tree.h"
#include "promql/operators.h"
#include "promql/promql.h"
#include "promql/syntax/lexer.h"

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

/* Elsewhere its value says the same, to older servers as well. */
static bool prints_computed(const struct duration *computed, unsigned flags)
{
    return computed != NULL && ((flags & PRINT_AS_WRITTEN) != 0 || duration_of_question(computed));
}

static void print_duration(struct strbuf *out, const struct duration *computed, int64_t ms,
                           unsigned flags)
{
    if (prints_computed(computed, flags)) {
        duration_print(out, computed);
    } else {
        duration_format(out, ms);
    }
}

static void print_at(struct strbuf *out, enum at_kind at, int64_t at_ms)
{
    uint64_t ms = at_ms < 0 ? -(uint64_t)at_ms : (uint64_t)at_ms;
    switch (at) {
    case AT_NONE:
        return;
    case AT_TIME:
        strbuf_add_c(out, at_ms < 0 ? " @ -" : " @ ");
        strbuf_printf(out, "%llu.%03u", (unsigned long long)(ms / 1000), (unsigned)(ms % 1000));
        return;
    case AT_START:
        strbuf_add_c(out, " @ start()");
        return;
    case AT_END:
        strbuf_add_c(out, " @ end()");
        return;
    }
}

static void print_offset(struct strbuf *out, const struct duration *computed, int64_t ms,
                         unsigned flags)
{
    if (ms != 0 || prints_computed(computed, flags)) {
        strbuf_add_c(out, " offset ");
        print_duration(out, computed, ms, flags);
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
        print_duration(out, n->selector.range, n->selector.range_ms, flags);
        strbuf_add_char(out, ']');
    }
    if (n->selector.edges != EDGES_PLAIN) {
        strbuf_add_c(out, n->selector.edges == EDGES_ANCHORED ? " anchored" : " smoothed");
    }
    print_at(out, n->selector.at, n->selector.at_ms);
    print_offset(out, n->selector.offset, n->selector.offset_ms, flags);
}

/* What `n` is in the text: an expanded signal is what it stands for. */
static const struct node *printed(const struct node *n, unsigned flags)
{
    while (n->kind == NODE_SIGNAL && (flags & PRINT_AS_WRITTEN) == 0) {
        n = n->signal.inner;
    }
    return n;
}

/* Behind which nothing that binds tighter may follow: how tight the node itself binds. */
static int binds(const struct node *n)
{
    if (n->kind == NODE_BINARY) {
        return operator_info(n->binary.op)->precedence;
    }
    /* A sign binds as `*` does, and takes a `^` behind it. */
    return n->kind == NODE_UNARY ? operator_info(OP_MULTIPLY)->precedence : INT_MAX;
}

static void print_node(struct strbuf *out, const struct node *n, unsigned flags);

static void print_wrapped(struct strbuf *out, const struct node *n, unsigned flags, bool wrap)
{
    if (wrap) {
        strbuf_add_char(out, '(');
    }
    print_node(out, n, flags);
    if (wrap) {
        strbuf_add_char(out, ')');
    }
}

/* An operand of something that binds as `precedence` says and takes operands of that very
 * precedence (`same`) or only tighter ones. An expanded signal stays together for the reader. */
static void print_operand(struct strbuf *out, const struct node *n, unsigned flags, int precedence,
                          bool same)
{
    const struct node *text = printed(n, flags);
    bool signal = text != n && binds(text) != INT_MAX;
    print_wrapped(out, n, flags,
                  signal || binds(text) < precedence || (binds(text) == precedence && !same));
}

static void print_subquery(struct strbuf *out, const struct node *n, unsigned flags)
{
    print_operand(out, n->subquery.inner, flags, INT_MAX, true);
    strbuf_add_char(out, '[');
    print_duration(out, n->subquery.range, n->subquery.range_ms, flags);
    strbuf_add_char(out, ':');
    if (n->subquery.step_ms != 0) {
        print_duration(out, n->subquery.step, n->subquery.step_ms, flags);
    }
    strbuf_add_char(out, ']');
    print_at(out, n->subquery.at, n->subquery.at_ms);
    print_offset(out, n->subquery.offset, n->subquery.offset_ms, flags);
}

static void print_call(struct strbuf *out, const struct node *n, unsigned flags)
{
    strbuf_add_str(out, n->call.name);
    strbuf_add_char(out, '(');
    for (size_t i = 0; i < n->call.arg_count; i++) {
        if (i > 0) {
            strbuf_add_c(out, ", ");
        }
        print_node(out, n->call.args[i], flags);
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
        print_node(out, n->aggregate.parameter, flags);
        strbuf_add_c(out, ", ");
    }
    print_node(out, n->aggregate.inner, flags);
    strbuf_add_char(out, ')');
}

static void print_fill(struct strbuf *out, const char *word, double value)
{
    strbuf_printf(out, " %s (", word);
    if (value * 0 != 0 && value > 0) {
        strbuf_add_c(out, "Inf"); /* its own form has a sign */
    } else {
        number_format_short(out, value);
    }
    strbuf_add_char(out, ')');
}

static void print_fills(struct strbuf *out, const struct node *n)
{
    if (n->binary.has_fill_left && n->binary.has_fill_right &&
        memcmp(&n->binary.fill_left, &n->binary.fill_right, sizeof(double)) == 0) {
        print_fill(out, "fill", n->binary.fill_left);
        return;
    }
    if (n->binary.has_fill_left) {
        print_fill(out, "fill_left", n->binary.fill_left);
    }
    if (n->binary.has_fill_right) {
        print_fill(out, "fill_right", n->binary.fill_right);
    }
}

static void print_binary(struct strbuf *out, const struct node *n, unsigned flags)
{
    const struct operator_info *info = operator_info(n->binary.op);
    const struct node *right = printed(n->binary.right, flags);
    print_operand(out, n->binary.left, flags, info->precedence, !info->right_associative);
    strbuf_printf(out, " %s", info->text);
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
    print_fills(out, n);
    strbuf_add_char(out, ' ');
    if (right == n->binary.right && right->kind == NODE_UNARY) {
        print_node(out, right, flags); /* a sign can stand behind any operator */
    } else {
        print_operand(out, n->binary.right, flags, info->precedence, info->right_associative);
    }
}

static void print_signal(struct strbuf *out, const struct node *n, unsigned flags)
{
    if ((flags & PRINT_AS_WRITTEN) == 0) {
        print_node(out, n->signal.inner, flags);
        return;
    }
    strbuf_add_str(out, n->signal.name);
    print_at(out, n->signal.at, n->signal.at_ms);
    print_offset(out, NULL, n->signal.offset_ms, flags);
}

static void print_node(struct strbuf *out, const struct node *n, unsigned flags)
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
        if (n->unary.inner->kind == NODE_UNARY) {
            print_node(out, n->unary.inner, flags);
        } else {
            print_operand(out, n->unary.inner, flags, operator_info(OP_POWER)->precedence, true);
        }
        return;
    case NODE_PAREN:
        strbuf_add_char(out, '(');
        print_node(out, n->paren, flags);
        strbuf_add_char(out, ')');
        return;
    case NODE_SIGNAL:
        print_signal(out, n, flags);
        return;
    }
}

void expr_print(struct strbuf *out, const struct expr *e, unsigned flags)
{
    print_node(out, e->root, flags);
}
