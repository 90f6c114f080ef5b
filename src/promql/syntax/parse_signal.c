/*
 * Signals: a bare name that stands for another expression's tree. The tree is copied, so that
 * `p95 offset 1w` can move every selector of the copy, and so that the expression stays whole when
 * the signal changes.
 */
#include "promql/syntax/parser.h"

#include "base/attr.h"
#include "base/diag.h"
#include "base/suggest.h"
#include "promql/functions.h"
#include "promql/syntax/tree_copy.h"

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
static bool shift_times(struct parser *p, const struct shift *s, struct modifiers m)
{
    if (*m.at != AT_NONE) {
        return true;
    }
    *m.at = s->at;
    *m.at_ms = s->at_ms;
    *m.offset = duration_of_question(*m.offset)
                    ? duration_add(&p->expr->arena, *m.offset, s->offset_ms)
                    : NULL;
    return !__builtin_add_overflow(*m.offset_ms, s->offset_ms, m.offset_ms);
}

/* Moves the outermost selectors and subqueries; what is in a subquery moves with it. */
static bool shift_node(struct parser *p, const struct shift *s, struct node *n)
{
    bool in_range = true;
    struct modifiers m;
    if (parser_modifiers(n, &m)) {
        in_range = shift_times(p, s, m);
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
        size_t begin = p->token.begin;
        const struct duration *computed = NULL;
        if (offset ? !parser_offset(p, &s->offset_ms, &computed)
                   : !parser_at(p, &s->at, &s->at_ms)) {
            return false;
        }
        if (duration_of_question(computed)) {
            return parser_fail(p, begin, p->previous_end,
                               "a signal's offset cannot depend on step() or range()");
        }
    }
}

static struct node *make_signal(struct parser *p, const struct token *name,
                                const struct expr *found)
{
    struct node *n = parser_node(p, NODE_SIGNAL, name->begin);
    if (n == NULL) {
        return NULL;
    }
    /* The copy stands where the name was written: what is wrong in it is shown there. */
    struct tree_copy copy = {.into = p->expr,
                             .nodes = &p->nodes,
                             .begin = (uint32_t)name->begin,
                             .end = (uint32_t)name->end,
                             .err = p->err};
    n->signal.name = name->text;
    n->signal.inner = tree_copy(&copy, found->root);
    p->expr->of_question = p->expr->of_question || found->of_question;
    p->fatal = p->fatal || n->signal.inner == NULL;
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
static bool refuse_misspelt(struct parser *p, const struct token *name)
{
    const struct parse_options *o = p->options;
    if (name->text.len < 3 || str_find(name->text, '_') < name->text.len ||
        str_find(name->text, ':') < name->text.len) {
        return false;
    }
    const char *nearest = suggest_nearest(name->text, o->signal_names, o->signal_name_count);
    if (nearest == NULL) {
        return false;
    }
    parser_fail(p, name->begin, name->end, "no signal '%.*s' here", STR_ARG(name->text));
    error_suggest(p->err, "did you mean '%s'? A metric of that name is '%.*s{}'", nearest,
                  STR_ARG(name->text));
    return true;
}

bool parser_signal(struct parser *p, const struct token *name, struct node **signal)
{
    const struct parse_options *o = p->options;
    const struct expr *found = o->signals != NULL ? o->signals(o->signals_user, name->text) : NULL;
    if (found != NULL) {
        *signal = make_signal(p, name, found);
        return true;
    }
    *signal = NULL;
    return o->signal_names != NULL && refuse_misspelt(p, name);
}
