/*
 * `offset`, `@`, `anchored` and `smoothed`. They sit on the selector or subquery directly before
 * them and on nothing else; offset and @ may come in either order, each once.
 */
#include <math.h>

#include "base/attr.h"
#include "promql/syntax/parser.h"

bool parser_modifiers(struct node *n, struct modifiers *m)
{
    if (n->kind == NODE_SELECTOR) {
        *m = (struct modifiers){.offset_ms = &n->selector.offset_ms,
                                .offset = &n->selector.offset,
                                .at = &n->selector.at,
                                .at_ms = &n->selector.at_ms};
        return true;
    }
    if (n->kind == NODE_SUBQUERY) {
        *m = (struct modifiers){.offset_ms = &n->subquery.offset_ms,
                                .offset = &n->subquery.offset,
                                .at = &n->subquery.at,
                                .at_ms = &n->subquery.at_ms};
        return true;
    }
    return false;
}

bool parser_sign(struct parser *p)
{
    bool negative = p->token.kind == TOKEN_OPERATOR && p->token.op == OP_SUBTRACT;
    if (negative || (p->token.kind == TOKEN_OPERATOR && p->token.op == OP_ADD)) {
        parser_advance(p);
    }
    return negative;
}

bool parser_offset(struct parser *p, int64_t *offset_ms, const struct duration **computed)
{
    parser_advance(p);
    return parser_offset_duration(p, offset_ms, computed);
}

/* `start()` and `end()`. */
static bool parse_at_preprocessor(struct parser *p, enum at_kind *kind)
{
    *kind = p->token.keyword == KEYWORD_START ? AT_START : AT_END;
    parser_advance(p);
    size_t open = p->token.begin;
    return parser_expect(p, TOKEN_PAREN_OPEN, "'('") && parser_close(p, open);
}

bool parser_at(struct parser *p, enum at_kind *kind, int64_t *at_ms)
{
    parser_advance(p);
    if (p->token.keyword == KEYWORD_START || p->token.keyword == KEYWORD_END) {
        return parse_at_preprocessor(p, kind);
    }
    bool negative = parser_sign(p);
    if (p->token.kind != TOKEN_NUMBER) {
        return parser_unexpected(p, "a time in seconds, start() or end()");
    }
    double ms = round(p->token.value * 1000);
    if (!(fabs(ms) < 9.2e18)) {
        return parser_fail(p, p->token.begin, p->token.end, "the time behind '@' is out of range");
    }
    *at_ms = negative ? -(int64_t)ms : (int64_t)ms;
    *kind = AT_TIME;
    parser_advance(p);
    return true;
}

static struct node *parse_edges(struct parser *p, struct node *n)
{
    bool anchored = p->token.keyword == KEYWORD_ANCHORED;
    const char *word = anchored ? "anchored" : "smoothed";
    size_t begin = p->token.begin;
    if (n->broken) {
        parser_advance(p);
        return n;
    }
    if (n->kind != NODE_SELECTOR) {
        parser_fail(p, begin, p->token.end, "'%s' goes directly behind a metric or a range", word);
        return NULL;
    }
    if (n->selector.edges != EDGES_PLAIN) {
        parser_fail(p, begin, p->token.end, "a second 'anchored' or 'smoothed'");
        return NULL;
    }
    n->selector.edges = anchored ? EDGES_ANCHORED : EDGES_SMOOTHED;
    parser_advance(p);
    return parser_finish(p, n);
}

struct node *parser_modifier(struct parser *p, struct node *n)
{
    if (p->token.keyword == KEYWORD_ANCHORED || p->token.keyword == KEYWORD_SMOOTHED) {
        return parse_edges(p, n);
    }
    size_t begin = p->token.begin;
    bool offset = p->token.keyword == KEYWORD_OFFSET;
    const char *word = offset ? "offset" : "@";
    struct node ignored = {.kind = NODE_SELECTOR};
    struct modifiers m;
    if (!parser_modifiers(n->broken ? &ignored : n, &m)) {
        parser_fail(p, begin, p->token.end,
                    "'%s' goes directly behind a metric, a range or a subquery", word);
        return NULL;
    }
    if (offset ? *m.offset_ms != 0 || *m.offset != NULL : *m.at != AT_NONE) {
        parser_fail(p, begin, p->token.end, "a second '%s'", word);
        return NULL;
    }
    if (offset ? !parser_offset(p, m.offset_ms, m.offset) : !parser_at(p, m.at, m.at_ms)) {
        return NULL;
    }
    return parser_finish(p, n);
}
