/* Selectors, and the ranges and subqueries behind an operand: `[5m]`, `[1h:30s]`. */
#include "promql/syntax/parser.h"

#include <string.h>

#include "base/attr.h"
#include "base/diag.h"
#include "base/utf8.h"
#include "promql/syntax/literals.h"
#include "promql/syntax/tree_copy.h"

/* Bytes before character `count` of `s`. */
static size_t bytes_before(struct str s, size_t count)
{
    size_t at = 0;
    for (size_t i = 0; i < count && at < s.len; i++) {
        size_t length;
        utf8_decode(str_slice(s, at, s.len), &length);
        at += length;
    }
    return at;
}

/* The bytes of the string literal `at` that [begin, end) of its value come from: escapes are longer
 * than what they stand for. */
static struct span span_in_literal(const struct parser *p, const struct token *at, struct str value,
                                   struct span within)
{
    size_t from = bytes_before(value, within.column - 1);
    size_t to = bytes_before(value, within.column - 1 + within.length);
    return diag_span(p->expr->text, literal_string_place(p->expr->text, at->begin, from),
                     literal_string_place(p->expr->text, at->begin, to > from ? to : from + 1));
}

static bool add_matcher(struct parser *p, struct node *n, enum matcher_op op, struct str name,
                        struct str value, const struct token *at)
{
    if (memchr(name.data, '\0', name.len) != NULL ||
        (value.len > 0 && memchr(value.data, '\0', value.len) != NULL)) {
        return parser_fail(p, at->begin, at->end, "a label cannot hold a NUL character");
    }
    n->selector.matchers = parser_grow(p, n->selector.matchers, n->selector.matcher_count,
                                       sizeof(*n->selector.matchers));
    struct matcher *m = &n->selector.matchers[n->selector.matcher_count];
    struct error why = ERROR_INIT;
    if (!matcher_init(m, op, name, value, &why)) {
        why.span = why.span.line != 0 ? span_in_literal(p, at, value, why.span)
                                      : diag_span(p->expr->text, at->begin, at->end);
        error_wrap(&why, "regular expression");
        return error_move(p->err, &why);
    }
    n->selector.matcher_count++;
    return true;
}

static bool set_metric(struct parser *p, struct node *n, struct str name, const struct token *at)
{
    if (name.len == 0) {
        return parser_fail(p, at->begin, at->end, "the metric's name is empty");
    }
    if (n->selector.metric.len > 0) {
        return parser_fail(p, at->begin, at->end, "a second metric name: '%.*s' is there already",
                           STR_ARG(n->selector.metric));
    }
    n->selector.metric = name;
    return add_matcher(p, n, MATCH_EQUAL, STR(LABEL_NAME), name, at);
}

static bool match_op(const struct token *t, enum matcher_op *op)
{
    if (t->kind == TOKEN_ASSIGN) {
        *op = MATCH_EQUAL;
    } else if (t->kind == TOKEN_REGEX) {
        *op = MATCH_REGEX;
    } else if (t->kind == TOKEN_NOT_REGEX) {
        *op = MATCH_NOT_REGEX;
    } else if (t->op == OP_NOT_EQUAL) {
        *op = MATCH_NOT_EQUAL;
    } else {
        return false;
    }
    return true;
}

static bool decode_string(struct parser *p, const struct token *t, struct str *out)
{
    return literal_string(&p->expr->arena, p->expr->text, t->begin, t->end - t->begin, out, p->err);
}

/* `name="value"`, `"name"="value"`, or a metric's name in quotes. */
static bool parse_matcher(struct parser *p, struct node *n)
{
    struct token first = p->token;
    struct str name = first.text;
    if (first.kind == TOKEN_STRING) {
        if (!decode_string(p, &first, &name)) {
            return false;
        }
        if (!utf8_valid(name)) {
            return parser_fail(p, first.begin, first.end, "a name that is not valid UTF-8");
        }
    } else if (first.kind != TOKEN_WORD) {
        return parser_unexpected(p, "a label name or '}'");
    }
    enum matcher_op op;
    parser_advance(p);
    if (!match_op(&p->token, &op)) {
        if (first.kind == TOKEN_STRING &&
            (p->token.kind == TOKEN_COMMA || p->token.kind == TOKEN_BRACE_CLOSE)) {
            return set_metric(p, n, name, &first);
        }
        return parser_unexpected(p, "one of = != =~ !~");
    }
    parser_advance(p);
    struct token last = p->token;
    if (last.kind != TOKEN_STRING) {
        return parser_unexpected(p, "a string in quotes");
    }
    parser_advance(p);
    struct str value;
    return decode_string(p, &last, &value) && add_matcher(p, n, op, name, value, &last);
}

/* Prometheus allows a comma behind the last matcher. With conveniences they may stand anywhere:
 * what
 * `$match` is replaced by may be nothing. */
static bool parse_matchers(struct parser *p, struct node *n)
{
    size_t open = p->token.begin;
    bool need_comma = false;
    n->selector.braces = true;
    parser_advance(p);
    while (p->token.kind != TOKEN_BRACE_CLOSE) {
        if (p->token.kind == TOKEN_END) {
            return parser_unclosed(p, open);
        }
        if (p->token.kind == TOKEN_COMMA && (need_comma || p->options->conveniences)) {
            need_comma = false;
            parser_advance(p);
            continue;
        }
        if (need_comma ? parser_unexpected(p, "',' or '}'") : parse_matcher(p, n)) {
            need_comma = true;
            continue;
        }
        n->broken = true;
        parser_recover(p, STOP_COMMA | STOP_CLOSE);
        need_comma = true;
        if (p->token.kind != TOKEN_COMMA && p->token.kind != TOKEN_BRACE_CLOSE) {
            lexer_leave(&p->lexer);
            return parser_unclosed(p, open);
        }
    }
    parser_advance(p);
    return true;
}

struct node *parser_selector(struct parser *p, const struct token *name)
{
    struct node *n = parser_node(p, NODE_SELECTOR, name != NULL ? name->begin : p->token.begin);
    if (n == NULL) {
        return NULL;
    }
    tree_register_selector(p->expr, n);
    if (name != NULL && !set_metric(p, n, name->text, name)) {
        return NULL;
    }
    if (p->token.kind == TOKEN_BRACE_OPEN && !parse_matchers(p, n)) {
        return NULL;
    }
    return parser_finish(p, n);
}

struct brackets {
    size_t open;
    bool subquery;
    int64_t range_ms;
    const struct duration *range; /* computed ones */
    int64_t step_ms;
    const struct duration *step;
};

/* A range is part of its selector: it is the same node, longer. */
static bool make_range(struct parser *p, struct node *n, const struct brackets *b)
{
    size_t open = b->open;
    if (n->kind != NODE_SELECTOR || n->selector.range_ms != 0) {
        parser_fail(p, open, p->previous_end, "a range goes directly behind a metric");
        error_suggest(p->err, "a subquery has a colon: [5m:] or [5m:1m]");
        return false;
    }
    /* A time only known later is not seen here: prometheus' parser looks at `@ 123`. */
    if (n->selector.offset_ms != 0 || n->selector.offset != NULL || n->selector.at == AT_TIME) {
        return parser_fail(p, open, p->previous_end, "the range goes before 'offset' and '@'");
    }
    n->selector.range_ms = b->range_ms;
    n->selector.range = b->range;
    return true;
}

static struct node *make_subquery(struct parser *p, struct node *inner,
                                  const struct brackets *brackets)
{
    struct node *n = parser_node(p, NODE_SUBQUERY, inner->begin);
    if (n == NULL) {
        return NULL;
    }
    n->subquery.inner = inner;
    n->subquery.range_ms = brackets->range_ms;
    n->subquery.range = brackets->range;
    n->subquery.step_ms = brackets->step_ms;
    n->subquery.step = brackets->step;
    return parser_finish(p, n);
}

/* What stands in brackets, up to and with the closing one. */
static bool read_brackets(struct parser *p, struct brackets *b)
{
    b->open = p->token.begin;
    parser_advance(p);
    if (!parser_duration(p, &b->range_ms, &b->range)) {
        return false;
    }
    b->subquery = p->token.kind == TOKEN_COLON;
    if (b->subquery) {
        parser_advance(p);
        if (p->token.kind != TOKEN_BRACKET_CLOSE && p->token.kind != TOKEN_END &&
            !parser_duration(p, &b->step_ms, &b->step)) {
            return false;
        }
    }
    return p->token.kind == TOKEN_END
               ? parser_unclosed(p, b->open)
               : parser_expect(p, TOKEN_BRACKET_CLOSE, b->subquery ? "']'" : "':' or ']'");
}

static struct node *parse_brackets(struct parser *p, struct node *n)
{
    struct brackets b = {0};
    if (!read_brackets(p, &b)) {
        parser_recover(p, STOP_CLOSE);
        lexer_leave(&p->lexer);
        if (p->token.kind == TOKEN_BRACKET_CLOSE) {
            parser_advance(p);
        }
        /* What it was to be cannot be known. */
        n->broken = true;
        return parser_finish(p, n);
    }
    /* A signal is an expression: what it was a moment ago has to be computed. */
    if (b.subquery || n->kind == NODE_SIGNAL) {
        return make_subquery(p, n, &b);
    }
    if (!n->broken && !make_range(p, n, &b)) {
        parser_note(p);
        /* Behind a call the colon was forgotten: to what is around it, it is a range. */
        bool selects = n->kind == NODE_SELECTOR || n->kind == NODE_SUBQUERY;
        n = selects ? n : make_subquery(p, n, &b);
        if (n == NULL) {
            return NULL;
        }
        n->broken = true;
    }
    return parser_finish(p, n);
}

static bool at_modifier(const struct parser *p)
{
    return p->token.kind == TOKEN_AT || p->token.keyword == KEYWORD_OFFSET ||
           p->token.keyword == KEYWORD_ANCHORED || p->token.keyword == KEYWORD_SMOOTHED;
}

struct node *parser_postfix(struct parser *p, struct node *n)
{
    while (n != NULL) {
        if (p->token.kind == TOKEN_BRACKET_OPEN) {
            n = parse_brackets(p, n);
        } else if (at_modifier(p)) {
            n = parser_modifier(p, n);
        } else {
            break;
        }
    }
    return n;
}
