/*
 * Selectors, and what stands behind an operand: `[5m]`, `[1h:30s]`, `offset 1w`, `@ end()`. A
 * modifier sits on the selector or subquery directly before it and on nothing else; offset and @
 * may come in either order, each once.
 */
#include "promql/parser.h"

#include <math.h>

#include "base/attr.h"
#include "base/diag.h"
#include "base/utf8.h"
#include "promql/literals.h"

void parser_register_selector(struct parser *p, struct node *n)
{
    n->selector.id = p->expr->selector_count++;
    n->selector.next = p->expr->selectors;
    p->expr->selectors = n;
}

bool parser_add_matcher(struct parser *p, struct node *n, enum matcher_op op, struct str name,
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
        /* Its place is within the pattern; escapes in the literal would move it. */
        why.span = diag_span(p->expr->text, at->begin, at->end);
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
    return parser_add_matcher(p, n, MATCH_EQUAL, STR(LABEL_NAME), name, at);
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
    if (!parser_advance(p)) {
        return false;
    }
    if (!match_op(&p->token, &op)) {
        if (first.kind == TOKEN_STRING &&
            (p->token.kind == TOKEN_COMMA || p->token.kind == TOKEN_BRACE_CLOSE)) {
            return set_metric(p, n, name, &first);
        }
        return parser_unexpected(p, "one of = != =~ !~");
    }
    if (!parser_advance(p)) {
        return false;
    }
    struct token last = p->token;
    if (last.kind != TOKEN_STRING) {
        return parser_unexpected(p, "a string in quotes");
    }
    struct str value;
    return decode_string(p, &last, &value) && parser_advance(p) &&
           parser_add_matcher(p, n, op, name, value, &last);
}

/* Prometheus allows a comma behind the last matcher. With conveniences they may stand anywhere:
 * what
 * `$match` is replaced by may be nothing. */
static bool parse_matchers(struct parser *p, struct node *n)
{
    size_t open = p->token.begin;
    bool need_comma = false;
    n->selector.braces = true;
    if (!parser_advance(p)) {
        return false;
    }
    while (p->token.kind != TOKEN_BRACE_CLOSE) {
        if (p->token.kind == TOKEN_END) {
            return parser_fail(p, open, open + 1, "'{' is never closed");
        }
        if (p->token.kind == TOKEN_COMMA && (need_comma || p->options->conveniences)) {
            need_comma = false;
            if (!parser_advance(p)) {
                return false;
            }
        } else if (need_comma) {
            return parser_unexpected(p, "',' or '}'");
        } else if (parse_matcher(p, n)) {
            need_comma = true;
        } else {
            return false;
        }
    }
    return parser_advance(p);
}

struct node *parser_selector(struct parser *p, const struct token *name)
{
    struct node *n = parser_node(p, NODE_SELECTOR, name != NULL ? name->begin : p->token.begin);
    if (n == NULL) {
        return NULL;
    }
    parser_register_selector(p, n);
    if (name != NULL && !set_metric(p, n, name->text, name)) {
        return NULL;
    }
    if (p->token.kind == TOKEN_BRACE_OPEN && !parse_matchers(p, n)) {
        return NULL;
    }
    return parser_finish(p, n);
}

/* Seconds to milliseconds; false where int64 cannot hold them. */
static bool to_ms(double seconds, int64_t *ms)
{
    double rounded = round(seconds * 1000);
    if (!(fabs(rounded) < 9.2e18)) {
        return false;
    }
    *ms = (int64_t)rounded;
    return true;
}

/* A duration, or a number of seconds. Prometheus counts them in nanoseconds, which ends at 292
 * years; the same limit keeps sums of times far from overflowing here. */
static bool parse_duration(struct parser *p, bool positive, int64_t *ms)
{
    const struct token *t = &p->token;
    if (t->kind != TOKEN_NUMBER || (t->has_unit && t->unit != UNIT_SECONDS)) {
        return parser_unexpected(p, "a duration such as 5m");
    }
    if (!to_ms(t->value, ms) || *ms > INT64_MAX / 1000000) {
        return parser_fail(p, t->begin, t->end, "the duration is out of range");
    }
    if (positive && *ms <= 0) {
        return parser_fail(p, t->begin, t->end, "the duration must be greater than 0");
    }
    return parser_advance(p);
}

static bool parse_sign(struct parser *p, bool *negative)
{
    *negative = p->token.kind == TOKEN_OPERATOR && p->token.op == OP_SUBTRACT;
    if (*negative || (p->token.kind == TOKEN_OPERATOR && p->token.op == OP_ADD)) {
        return parser_advance(p);
    }
    return true;
}

bool parser_offset(struct parser *p, int64_t *offset_ms)
{
    bool negative;
    if (!parser_advance(p) || !parse_sign(p, &negative) || !parse_duration(p, false, offset_ms)) {
        return false;
    }
    *offset_ms = negative ? -*offset_ms : *offset_ms;
    return true;
}

/* `start()` and `end()`. */
static bool parse_at_preprocessor(struct parser *p, enum at_kind *kind)
{
    *kind = p->token.keyword == KEYWORD_START ? AT_START : AT_END;
    if (!parser_advance(p)) {
        return false;
    }
    size_t open = p->token.begin;
    return parser_expect(p, TOKEN_PAREN_OPEN, "'('") && parser_close(p, open);
}

bool parser_at(struct parser *p, enum at_kind *kind, int64_t *at_ms)
{
    if (!parser_advance(p)) {
        return false;
    }
    if (p->token.keyword == KEYWORD_START || p->token.keyword == KEYWORD_END) {
        return parse_at_preprocessor(p, kind);
    }
    bool negative;
    if (!parse_sign(p, &negative)) {
        return false;
    }
    if (p->token.kind != TOKEN_NUMBER) {
        return parser_unexpected(p, "a time in seconds, start() or end()");
    }
    if (!to_ms(p->token.value, at_ms)) {
        return parser_fail(p, p->token.begin, p->token.end, "the time behind '@' is out of range");
    }
    *at_ms = negative ? -*at_ms : *at_ms;
    *kind = AT_TIME;
    return parser_advance(p);
}

static bool is_at(enum at_kind kind)
{
    return kind != AT_NONE;
}

/* A range is part of its selector: it is the same node, longer. */
static struct node *make_range(struct parser *p, struct node *n, size_t open, int64_t range_ms)
{
    if (n->kind != NODE_SELECTOR || n->selector.range_ms != 0) {
        parser_fail(p, open, p->previous_end, "a range goes directly behind a metric");
        error_suggest(p->err, "a subquery has a colon: [5m:] or [5m:1m]");
        return NULL;
    }
    if (n->selector.offset_ms != 0 || is_at(n->selector.at)) {
        parser_fail(p, open, p->previous_end, "the range goes before 'offset' and '@'");
        return NULL;
    }
    n->selector.range_ms = range_ms;
    return parser_finish(p, n);
}

static struct node *make_subquery(struct parser *p, struct node *inner, int64_t range_ms,
                                  int64_t step_ms)
{
    struct node *n = parser_node(p, NODE_SUBQUERY, inner->begin);
    if (n == NULL) {
        return NULL;
    }
    n->subquery.inner = inner;
    n->subquery.range_ms = range_ms;
    n->subquery.step_ms = step_ms;
    return parser_finish(p, n);
}

static struct node *parse_brackets(struct parser *p, struct node *n)
{
    size_t open = p->token.begin;
    int64_t range_ms = 0;
    int64_t step_ms = 0;
    if (!parser_advance(p) || !parse_duration(p, true, &range_ms)) {
        return NULL;
    }
    bool subquery = p->token.kind == TOKEN_COLON;
    if (subquery && !parser_advance(p)) {
        return NULL;
    }
    if (subquery && p->token.kind != TOKEN_BRACKET_CLOSE && p->token.kind != TOKEN_END &&
        !parse_duration(p, true, &step_ms)) {
        return NULL;
    }
    if (p->token.kind == TOKEN_END) {
        parser_fail(p, open, open + 1, "'[' is never closed");
        return NULL;
    }
    if (!parser_expect(p, TOKEN_BRACKET_CLOSE, subquery ? "']'" : "':' or ']'")) {
        return NULL;
    }
    /* A signal is an expression: what it was a moment ago has to be computed. */
    if (subquery || n->kind == NODE_SIGNAL) {
        return make_subquery(p, n, range_ms, step_ms);
    }
    return make_range(p, n, open, range_ms);
}

/* Where offset and @ of this node are kept; false where it takes none. */
static bool modifiers_of(struct node *n, int64_t **offset_ms, enum at_kind **at, int64_t **at_ms)
{
    if (n->kind == NODE_SELECTOR) {
        *offset_ms = &n->selector.offset_ms;
        *at = &n->selector.at;
        *at_ms = &n->selector.at_ms;
        return true;
    }
    if (n->kind == NODE_SUBQUERY) {
        *offset_ms = &n->subquery.offset_ms;
        *at = &n->subquery.at;
        *at_ms = &n->subquery.at_ms;
        return true;
    }
    return false;
}

static struct node *parse_modifier(struct parser *p, struct node *n)
{
    size_t begin = p->token.begin;
    bool offset = p->token.keyword == KEYWORD_OFFSET;
    const char *word = offset ? "offset" : "@";
    int64_t *offset_ms;
    enum at_kind *at;
    int64_t *at_ms;
    if (!modifiers_of(n, &offset_ms, &at, &at_ms)) {
        parser_fail(p, begin, p->token.end,
                    "'%s' goes directly behind a metric, a range or a subquery", word);
        return NULL;
    }
    if (offset ? *offset_ms != 0 : is_at(*at)) {
        parser_fail(p, begin, p->token.end, "a second '%s'", word);
        return NULL;
    }
    if (offset ? !parser_offset(p, offset_ms) : !parser_at(p, at, at_ms)) {
        return NULL;
    }
    return parser_finish(p, n);
}

struct node *parser_postfix(struct parser *p, struct node *n)
{
    while (n != NULL) {
        if (p->token.kind == TOKEN_BRACKET_OPEN) {
            n = parse_brackets(p, n);
        } else if (p->token.kind == TOKEN_AT || p->token.keyword == KEYWORD_OFFSET) {
            n = parse_modifier(p, n);
        } else {
            break;
        }
    }
    return n;
}
