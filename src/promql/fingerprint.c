/*
 * What an expression is, apart from how and where it is written: by this the same expression is
 * known again in another rule.
 *
 * A node's identity is a string of bytes: its kind, what it says itself, and the fingerprints of
 * its children. The fingerprint is the hash of that. Parentheses and signals' names are what is in
 * them. For certainty there is node_equal: a new kind of node, or a new word in an old one, has to
 * be known there; here it should be, or fingerprints tell less.
 */
#include <string.h>

#include "promql/ast.h"
#include "promql/functions.h"
#include "promql/promql.h"

static void add_number(struct strbuf *out, uint64_t v)
{
    strbuf_add(out, &v, sizeof(v));
}

static void add_str(struct strbuf *out, struct str s)
{
    add_number(out, s.len);
    strbuf_add_str(out, s);
}

static void add_strs(struct strbuf *out, const struct str *list, size_t count)
{
    add_number(out, count);
    for (size_t i = 0; i < count; i++) {
        add_str(out, list[i]);
    }
}

void node_matchers_key(struct strbuf *out, const struct node *n)
{
    for (size_t i = 0; i < n->selector.matcher_count; i++) {
        const struct matcher *m = &n->selector.matchers[i];
        add_number(out, m->op);
        add_str(out, str_from(m->name));
        add_str(out, str_from(m->value));
    }
}

static void add_time(struct strbuf *out, int64_t offset_ms, enum at_kind at, int64_t at_ms)
{
    add_number(out, (uint64_t)offset_ms);
    add_number(out, at);
    add_number(out, at == AT_TIME ? (uint64_t)at_ms : 0);
}

/* `value` is there only where it is said to be. */
static void add_fill(struct strbuf *out, bool has, const double *value)
{
    uint64_t bits = 0;
    if (has) {
        memcpy(&bits, value, sizeof(bits));
    }
    add_number(out, has);
    add_number(out, bits);
}

/* What the node says itself. */
static void add_node(struct strbuf *out, const struct node *n)
{
    uint64_t bits;
    add_number(out, n->kind);
    switch (n->kind) {
    case NODE_NUMBER:
        memcpy(&bits, &n->number.value, sizeof(bits));
        add_number(out, bits);
        break;
    case NODE_STRING:
        add_str(out, n->string);
        break;
    case NODE_SELECTOR:
        add_str(out, n->selector.matchers_key);
        add_number(out, (uint64_t)n->selector.range_ms);
        add_number(out, n->selector.edges);
        add_time(out, n->selector.offset_ms, n->selector.at, n->selector.at_ms);
        break;
    case NODE_SUBQUERY:
        add_number(out, (uint64_t)n->subquery.range_ms);
        add_number(out, (uint64_t)n->subquery.step_ms);
        add_time(out, n->subquery.offset_ms, n->subquery.at, n->subquery.at_ms);
        break;
    case NODE_CALL:
        add_number(out, n->call.function->id);
        add_number(out, n->call.arg_count);
        break;
    case NODE_AGGREGATE:
        add_number(out, n->aggregate.op);
        add_number(out, n->aggregate.without);
        add_number(out, n->aggregate.parameter != NULL);
        add_strs(out, n->aggregate.labels, n->aggregate.label_count);
        break;
    case NODE_BINARY:
        add_number(out, n->binary.op);
        add_number(out, n->binary.return_bool);
        add_number(out, n->binary.on);
        add_number(out, n->binary.card);
        add_strs(out, n->binary.labels, n->binary.label_count);
        add_strs(out, n->binary.include, n->binary.include_count);
        add_fill(out, n->binary.has_fill_left, &n->binary.fill_left);
        add_fill(out, n->binary.has_fill_right, &n->binary.fill_right);
        break;
    case NODE_UNARY:
        add_number(out, n->unary.negative);
        break;
    case NODE_PAREN:
    case NODE_SIGNAL:
        break;
    }
}

struct numbering {
    struct arena *arena;
    uint32_t next;
    struct strbuf bytes; /* of the node at hand */
};

static void identify(struct numbering *in, struct node *n)
{
    n->ordinal = in->next;
    if (n->kind == NODE_PAREN || n->kind == NODE_SIGNAL) {
        struct node *inner = n->kind == NODE_PAREN ? n->paren : n->signal.inner;
        identify(in, inner);
        n->fingerprint = inner->fingerprint;
        return;
    }
    in->next++;
    const struct node *child;
    for (size_t i = 0; (child = node_child(n, i)) != NULL; i++) {
        /* The tree is still the parser's. */
        identify(in, (struct node *)(uintptr_t)child);
    }
    if (n->kind == NODE_SELECTOR && n->selector.terms == NULL) {
        strbuf_reset(&in->bytes);
        node_matchers_key(&in->bytes, n);
        n->selector.matchers_key = arena_str(in->arena, strbuf_str(&in->bytes));
    }
    strbuf_reset(&in->bytes);
    add_node(&in->bytes, n);
    for (size_t i = 0; (child = node_child(n, i)) != NULL; i++) {
        add_number(&in->bytes, child->fingerprint);
    }
    n->fingerprint = str_hash(strbuf_str(&in->bytes));
}

void expr_identify(struct expr *e)
{
    struct numbering in = {.arena = &e->arena};
    /* A matcher's text is at most the expression's, which is far below the limit of a buffer, but
     * a signal's tree may bring its own. */
    strbuf_init(&in.bytes, SIZE_MAX);
    identify(&in, e->root);
    e->node_count = in.next;
    strbuf_release(&in.bytes);
}
