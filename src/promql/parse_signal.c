/*
 * Signals: a bare name that stands for another expression's tree. The tree is copied, so that
 * `p95 offset 1w` can move every selector of the copy, and so that the expression stays whole when
 * the signal changes.
 */
#include "promql/parser.h"

#include "base/attr.h"
#include "base/diag.h"
#include "base/suggest.h"
#include "promql/functions.h"

/* The copy stands where the name was written: what is wrong in it is shown there. */
struct copying {
    struct parser *parser;
    size_t begin;
};

static struct node *copy_node(struct copying *c, const struct node *from);

static struct str copy_str(struct copying *c, struct str s)
{
    return s.len > 0 ? arena_str(&c->parser->expr->arena, s) : s;
}

static struct str *copy_labels(struct copying *c, const struct str *labels, size_t count)
{
    struct str *copy = count > 0 ? arena_array(&c->parser->expr->arena, struct str, count) : NULL;
    for (size_t i = 0; i < count; i++) {
        copy[i] = copy_str(c, labels[i]);
    }
    return copy;
}

static void copy_selector(struct copying *c, struct node *n, const struct node *from)
{
    size_t count = from->selector.matcher_count;
    n->selector.metric = copy_str(c, from->selector.metric);
    n->selector.matchers = arena_array(&c->parser->expr->arena, struct matcher, count);
    for (size_t i = 0; i < count; i++) {
        matcher_copy(&n->selector.matchers[i], &from->selector.matchers[i]);
    }
    parser_register_selector(c->parser, n);
}

static bool copy_call(struct copying *c, struct node *n, const struct node *from)
{
    size_t count = from->call.arg_count;
    n->call.name = copy_str(c, from->call.name);
    n->call.args = count > 0 ? arena_array(&c->parser->expr->arena, struct node *, count) : NULL;
    for (size_t i = 0; i < count; i++) {
        if ((n->call.args[i] = copy_node(c, from->call.args[i])) == NULL) {
            return false;
        }
    }
    return true;
}

static bool copy_aggregate(struct copying *c, struct node *n, const struct node *from)
{
    n->aggregate.labels = copy_labels(c, from->aggregate.labels, from->aggregate.label_count);
    n->aggregate.inner = copy_node(c, from->aggregate.inner);
    if (n->aggregate.inner != NULL && from->aggregate.parameter != NULL) {
        n->aggregate.parameter = copy_node(c, from->aggregate.parameter);
        return n->aggregate.parameter != NULL;
    }
    return n->aggregate.inner != NULL;
}

static bool copy_binary(struct copying *c, struct node *n, const struct node *from)
{
    n->binary.labels = copy_labels(c, from->binary.labels, from->binary.label_count);
    n->binary.include = copy_labels(c, from->binary.include, from->binary.include_count);
    n->binary.op_begin = (uint32_t)c->begin;
    n->binary.op_end = (uint32_t)c->parser->previous_end;
    n->binary.left = copy_node(c, from->binary.left);
    n->binary.right = n->binary.left != NULL ? copy_node(c, from->binary.right) : NULL;
    return n->binary.right != NULL;
}

static bool copy_inside(struct copying *c, struct node *n, const struct node *from)
{
    switch (from->kind) {
    case NODE_NUMBER:
        n->number.text = copy_str(c, from->number.text);
        return true;
    case NODE_STRING:
        n->string = copy_str(c, from->string);
        return true;
    case NODE_SELECTOR:
        copy_selector(c, n, from);
        return true;
    case NODE_SUBQUERY:
        return (n->subquery.inner = copy_node(c, from->subquery.inner)) != NULL;
    case NODE_CALL:
        return copy_call(c, n, from);
    case NODE_AGGREGATE:
        return copy_aggregate(c, n, from);
    case NODE_BINARY:
        return copy_binary(c, n, from);
    case NODE_UNARY:
        return (n->unary.inner = copy_node(c, from->unary.inner)) != NULL;
    case NODE_PAREN:
        return (n->paren = copy_node(c, from->paren)) != NULL;
    case NODE_SIGNAL:
        n->signal.name = copy_str(c, from->signal.name);
        return (n->signal.inner = copy_node(c, from->signal.inner)) != NULL;
    }
    return false;
}

static struct node *copy_node(struct copying *c, const struct node *from)
{
    struct node *n = parser_node(c->parser, from->kind, c->begin);
    if (n == NULL) {
        return NULL;
    }
    *n = *from;
    n->begin = (uint32_t)c->begin;
    return copy_inside(c, n, from) ? parser_finish(c->parser, n) : NULL;
}

/* Functions that give the evaluation time, which no modifier can move. */
static bool is_clock(const struct node *n)
{
    const struct function *f = n->call.function;
    return n->call.arg_count == 0 && !str_equal_c(str_from(f->name), "pi");
}

/* `p95 offset 1w` and `p95 @ T` as they stand behind the signal's name. */
struct shift {
    int64_t offset_ms;
    enum at_kind at;
    int64_t at_ms;
};

/* One that has an @ of its own stays where it is. */
static bool shift_times(const struct shift *s, int64_t *offset_ms, enum at_kind *at, int64_t *at_ms)
{
    if (*at != AT_NONE) {
        return true;
    }
    *at = s->at;
    *at_ms = s->at_ms;
    return !__builtin_add_overflow(*offset_ms, s->offset_ms, offset_ms);
}

/* Moves the outermost selectors and subqueries; what is in a subquery moves with it. */
static bool shift_node(struct parser *p, const struct shift *s, struct node *n)
{
    bool in_range = true;
    if (n->kind == NODE_SELECTOR) {
        in_range = shift_times(s, &n->selector.offset_ms, &n->selector.at, &n->selector.at_ms);
    } else if (n->kind == NODE_SUBQUERY) {
        in_range = shift_times(s, &n->subquery.offset_ms, &n->subquery.at, &n->subquery.at_ms);
    } else if (n->kind == NODE_CALL && is_clock(n)) {
        return parser_fail(p, n->begin, p->previous_end,
                           "'offset' and '@' cannot move a signal that asks for %s()",
                           n->call.function->name);
    } else {
        const struct node *child;
        for (size_t i = 0; (child = node_child(n, i)) != NULL; i++) {
            /* The copy is this parser's own and not yet shared. */
            if (!shift_node(p, s, (struct node *)(uintptr_t)child)) {
                return false;
            }
        }
    }
    return in_range || parser_fail(p, n->begin, p->previous_end, "the offset is out of range");
}

static bool parse_shift(struct parser *p, struct shift *s)
{
    for (;;) {
        bool offset = p->token.keyword == KEYWORD_OFFSET;
        if (!offset && p->token.kind != TOKEN_AT) {
            return true;
        }
        if (offset ? s->offset_ms != 0 : s->at != AT_NONE) {
            return parser_fail(p, p->token.begin, p->token.end, "a second '%s'",
                               offset ? "offset" : "@");
        }
        if (offset ? !parser_offset(p, &s->offset_ms) : !parser_at(p, &s->at, &s->at_ms)) {
            return false;
        }
    }
}

static struct node *make_signal(struct parser *p, const struct token *name,
                                const struct expr *found)
{
    struct node *n = parser_node(p, NODE_SIGNAL, name->begin);
    struct copying copying = {.parser = p, .begin = name->begin};
    if (n == NULL) {
        return NULL;
    }
    n->signal.name = name->text;
    n->signal.inner = copy_node(&copying, found->root);
    struct shift shift = {0};
    if (n->signal.inner == NULL || !parse_shift(p, &shift)) {
        return NULL;
    }
    n->signal.offset_ms = shift.offset_ms;
    n->signal.at = shift.at;
    n->signal.at_ms = shift.at_ms;
    if ((shift.offset_ms != 0 || shift.at != AT_NONE) && !shift_node(p, &shift, n->signal.inner)) {
        return NULL;
    }
    return parser_finish(p, n);
}

/* Metrics have underscores, signals are short words: a bare word close to a signal is a slip. */
static void refuse_misspelt(struct parser *p, const struct token *name)
{
    const struct parse_options *o = p->options;
    if (name->text.len < 3 || str_find(name->text, '_') < name->text.len ||
        str_find(name->text, ':') < name->text.len) {
        return;
    }
    const char *nearest = suggest_nearest(name->text, o->signal_names, o->signal_name_count);
    if (nearest != NULL) {
        parser_fail(p, name->begin, name->end, "no signal '%.*s' here", STR_ARG(name->text));
        error_suggest(p->err, "did you mean '%s'? A metric of that name is '%.*s{}'", nearest,
                      STR_ARG(name->text));
    }
}

struct node *parser_signal(struct parser *p, const struct token *name)
{
    const struct parse_options *o = p->options;
    const struct expr *found = o->signals != NULL ? o->signals(o->signals_user, name->text) : NULL;
    if (found != NULL) {
        return make_signal(p, name, found);
    }
    if (o->signal_names != NULL) {
        refuse_misspelt(p, name);
    }
    return NULL;
}
