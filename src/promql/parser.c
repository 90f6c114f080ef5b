/*
 * Expressions by precedence climbing over operators.def. Two things of Prometheus' grammar are easy
 * to get wrong: a sign binds as `*` does (-1^2 is -(1^2)), and modifiers (ranges, offset, @) bind
 * tighter than any operator.
 */
#include "promql/parser.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/attr.h"
#include "base/diag.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "promql/functions.h"
#include "promql/literals.h"
#include "promql/operators.h"
#include "promql/typecheck.h"

bool parser_fail(struct parser *p, size_t begin, size_t end, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    struct strbuf message = STRBUF_INIT;
    strbuf_vprintf(&message, fmt, args);
    va_end(args);
    error_set_at(p->err, ERROR_SYNTAX, diag_span(p->expr->text, begin, end), "%s",
                 strbuf_cstr(&message));
    strbuf_release(&message);
    return false;
}

bool parser_advance(struct parser *p)
{
    p->previous_end = p->token.end;
    return lexer_next(&p->lexer, &p->token, p->err);
}

bool parser_unexpected(struct parser *p, const char *expected)
{
    const char *separator = expected != NULL ? ", expected " : "";
    if (p->token.kind == TOKEN_END) {
        return parser_fail(p, p->token.begin, p->token.end, "unexpected end of the expression%s%s",
                           separator, expected != NULL ? expected : "");
    }
    return parser_fail(p, p->token.begin, p->token.end, "unexpected '%.*s'%s%s",
                       STR_ARG(p->token.text), separator, expected != NULL ? expected : "");
}

bool parser_expect(struct parser *p, enum token_kind kind, const char *what)
{
    return p->token.kind == kind ? parser_advance(p) : parser_unexpected(p, what);
}

bool parser_close(struct parser *p, size_t open)
{
    if (p->token.kind == TOKEN_END) {
        return parser_fail(p, open, open + 1, "'%c' is never closed", p->expr->text.data[open]);
    }
    return parser_expect(p, TOKEN_PAREN_CLOSE, "an operator or ')'");
}

struct node *parser_node(struct parser *p, enum node_kind kind, size_t begin)
{
    if (++p->nodes > EXPR_MAX_NODES) {
        error_set(p->err, ERROR_LIMIT, "the expression has more than %d parts", EXPR_MAX_NODES);
        return NULL;
    }
    struct node *n = arena_new(&p->expr->arena, struct node);
    n->kind = kind;
    n->begin = (uint32_t)begin;
    return n;
}

struct node *parser_finish(struct parser *p, struct node *n)
{
    uint32_t height = 0;
    const struct node *child;
    for (size_t i = 0; (child = node_child(n, i)) != NULL; i++) {
        height = child->height > height ? child->height : height;
    }
    n->height = height + 1;
    n->end = (uint32_t)p->previous_end;
    if (n->height > EXPR_MAX_HEIGHT) {
        error_set_at(p->err, ERROR_LIMIT, diag_span(p->expr->text, n->begin, n->end),
                     "more than %d operators and calls stand inside each other here",
                     EXPR_MAX_HEIGHT);
        return NULL;
    }
    return n;
}

void *parser_grow(struct parser *p, void *items, size_t count, size_t size)
{
    if (count != 0 && (count & (count - 1)) != 0) {
        return items;
    }
    void *grown = arena_alloc(&p->expr->arena, (count != 0 ? count * 2 : 1) * size);
    if (count != 0) {
        memcpy(grown, items, count * size);
    }
    return grown;
}

static bool parse_label(struct parser *p, struct str *label)
{
    const struct token *t = &p->token;
    if (t->kind == TOKEN_STRING) {
        if (!literal_string(&p->expr->arena, p->expr->text, t->begin, t->end - t->begin, label,
                            p->err)) {
            return false;
        }
        if (label->len == 0 || !utf8_valid(*label)) {
            return parser_fail(p, t->begin, t->end, "not a label name");
        }
        return parser_advance(p);
    }
    if (t->kind != TOKEN_WORD || !word_is_label_name(t->text)) {
        return parser_unexpected(p, "a label name");
    }
    *label = t->text;
    return parser_advance(p);
}

bool parser_labels(struct parser *p, struct str **labels, size_t *count)
{
    size_t open = p->token.begin;
    if (!parser_expect(p, TOKEN_PAREN_OPEN, "'(' and label names")) {
        return false;
    }
    while (p->token.kind != TOKEN_PAREN_CLOSE) {
        if (p->token.kind == TOKEN_END) {
            return parser_close(p, open);
        }
        if (p->token.kind == TOKEN_COMMA && p->options->conveniences) {
            /* `by ($each, le)` where $each stands for nothing */
            if (!parser_advance(p)) {
                return false;
            }
            continue;
        }
        *labels = parser_grow(p, *labels, *count, sizeof(**labels));
        if (!parse_label(p, &(*labels)[*count])) {
            return false;
        }
        (*count)++;
        if (p->token.kind == TOKEN_COMMA) {
            if (!parser_advance(p)) {
                return false;
            }
        } else if (p->token.kind != TOKEN_PAREN_CLOSE) {
            return p->token.kind == TOKEN_END ? parser_close(p, open)
                                              : parser_unexpected(p, "',' or ')'");
        }
    }
    return parser_advance(p);
}

/* `(a, b)`: the arguments of a call or an aggregation. */
static bool parse_arguments(struct parser *p, struct node ***args, size_t *count)
{
    size_t open = p->token.begin;
    if (!parser_expect(p, TOKEN_PAREN_OPEN, "'('")) {
        return false;
    }
    if (p->token.kind == TOKEN_PAREN_CLOSE) {
        return parser_advance(p);
    }
    for (;;) {
        if (p->token.kind == TOKEN_END) {
            return parser_close(p, open);
        }
        struct node *arg = parser_binary(p, 1);
        if (arg == NULL) {
            return false;
        }
        *args = parser_grow(p, *args, *count, sizeof(**args));
        (*args)[(*count)++] = arg;
        if (p->token.kind != TOKEN_COMMA) {
            return parser_close(p, open);
        }
        size_t comma = p->token.begin;
        if (!parser_advance(p)) {
            return false;
        }
        if (p->token.kind == TOKEN_PAREN_CLOSE) {
            return parser_fail(p, comma, comma + 1, "no argument behind the comma");
        }
    }
}

/* Words a call's name may have been meant to be: functions, aggregations, signals. */
static void suggest_name(struct parser *p, struct str name)
{
    const struct parse_options *o = p->options;
    if (o->conveniences && o->signals != NULL && o->signals(o->signals_user, name) != NULL) {
        error_suggest(p->err, "'%.*s' is a signal: it takes no parentheses", STR_ARG(name));
        return;
    }
    VEC(const char *) words = {0};
    size_t count;
    const struct function *table = function_table(&count);
    for (size_t i = 0; i < count; i++) {
        vec_push(&words, table[i].name);
    }
    for (int a = AGG_NONE + 1; a < AGG_COUNT_OF; a++) {
        vec_push(&words, aggregate_info((enum aggregate_id)a)->name);
    }
    for (size_t i = 0; o->conveniences && i < o->signal_name_count; i++) {
        vec_push(&words, o->signal_names[i]);
    }
    const char *nearest = suggest_nearest(name, words.items, words.len);
    if (nearest != NULL) {
        error_suggest(p->err, "did you mean '%s'?", nearest);
    }
    vec_release(&words);
}

static struct node *parse_call(struct parser *p, const struct token *name)
{
    struct node *n = parser_node(p, NODE_CALL, name->begin);
    if (n == NULL) {
        return NULL;
    }
    n->call.name = name->text;
    n->call.function = function_find(name->text);
    if (n->call.function == NULL) {
        parser_fail(p, name->begin, name->end, "unknown function '%.*s'", STR_ARG(name->text));
        suggest_name(p, name->text);
        return NULL;
    }
    if (!parse_arguments(p, &n->call.args, &n->call.arg_count)) {
        return NULL;
    }
    return parser_finish(p, n);
}

static bool at_grouping(const struct parser *p)
{
    return p->token.keyword == KEYWORD_BY || p->token.keyword == KEYWORD_WITHOUT;
}

static bool parse_grouping(struct parser *p, struct node *n)
{
    n->aggregate.has_grouping = true;
    n->aggregate.without = p->token.keyword == KEYWORD_WITHOUT;
    return parser_advance(p) && parser_labels(p, &n->aggregate.labels, &n->aggregate.label_count);
}

static struct node *parse_aggregate(struct parser *p, const struct token *name)
{
    struct node *n = parser_node(p, NODE_AGGREGATE, name->begin);
    if (n == NULL) {
        return NULL;
    }
    n->aggregate.op = name->aggregate;
    if (at_grouping(p) && !parse_grouping(p, n)) {
        return NULL;
    }
    struct node **args = NULL;
    size_t count = 0;
    size_t open = p->token.begin;
    if (!parse_arguments(p, &args, &count)) {
        return NULL;
    }
    const struct aggregate_info *info = aggregate_info(name->aggregate);
    size_t wanted = info->parameter == PARAMETER_NONE ? 1 : 2;
    if (count != wanted) {
        parser_fail(p, open, p->previous_end, "'%s' takes %zu argument%s, got %zu", info->name,
                    wanted, wanted == 1 ? "" : "s", count);
        return NULL;
    }
    n->aggregate.parameter = wanted == 2 ? args[0] : NULL;
    n->aggregate.inner = args[wanted - 1];
    if (at_grouping(p)) {
        if (n->aggregate.has_grouping) {
            parser_unexpected(p, "an operator: the grouping stands before the parenthesis already");
            return NULL;
        }
        if (!parse_grouping(p, n)) {
            return NULL;
        }
    }
    return parser_finish(p, n);
}

/* What starts with a word: a call, an aggregation, a signal or a metric. */
static struct node *parse_word(struct parser *p)
{
    struct token word = p->token;
    if (!parser_advance(p)) {
        return NULL;
    }
    if (word.aggregate != AGG_NONE && (p->token.kind == TOKEN_PAREN_OPEN || at_grouping(p))) {
        return parse_aggregate(p, &word);
    }
    bool callable = word.keyword == KEYWORD_NONE || word.keyword == KEYWORD_START ||
                    word.keyword == KEYWORD_END;
    if (p->token.kind == TOKEN_PAREN_OPEN && callable && word.op == OP_NONE) {
        return parse_call(p, &word);
    }
    if (!token_is_metric_name(&word)) {
        parser_fail(p, word.begin, word.end, "unexpected '%.*s', expected an expression",
                    STR_ARG(word.text));
        return NULL;
    }
    if (p->token.kind != TOKEN_BRACE_OPEN && p->options->conveniences) {
        struct node *signal = parser_signal(p, &word);
        if (signal != NULL || error_is(p->err)) {
            return signal;
        }
    }
    return parser_selector(p, &word);
}

static struct node *parse_number(struct parser *p)
{
    struct node *n = parser_node(p, NODE_NUMBER, p->token.begin);
    if (n == NULL) {
        return NULL;
    }
    n->number.value = p->token.value;
    n->number.text = p->token.text;
    n->number.has_unit = p->token.has_unit;
    n->number.unit = p->token.unit;
    return parser_advance(p) ? parser_finish(p, n) : NULL;
}

static struct node *parse_string(struct parser *p)
{
    struct node *n = parser_node(p, NODE_STRING, p->token.begin);
    if (n == NULL || !literal_string(&p->expr->arena, p->expr->text, p->token.begin,
                                     p->token.end - p->token.begin, &n->string, p->err)) {
        return NULL;
    }
    return parser_advance(p) ? parser_finish(p, n) : NULL;
}

static struct node *parse_paren(struct parser *p)
{
    size_t open = p->token.begin;
    struct node *n = parser_node(p, NODE_PAREN, open);
    if (n == NULL || !parser_advance(p)) {
        return NULL;
    }
    if (p->token.kind == TOKEN_END) {
        parser_close(p, open);
        return NULL;
    }
    n->paren = parser_binary(p, 1);
    if (n->paren == NULL || !parser_close(p, open)) {
        return NULL;
    }
    return parser_finish(p, n);
}

static struct node *parse_operand(struct parser *p)
{
    switch (p->token.kind) {
    case TOKEN_NUMBER:
        return parse_number(p);
    case TOKEN_STRING:
        return parse_string(p);
    case TOKEN_WORD:
        return parse_word(p);
    case TOKEN_PAREN_OPEN:
        return parse_paren(p);
    case TOKEN_BRACE_OPEN:
        return parser_selector(p, NULL);
    case TOKEN_END:
    case TOKEN_OPERATOR:
    case TOKEN_ASSIGN:
    case TOKEN_REGEX:
    case TOKEN_NOT_REGEX:
    case TOKEN_PAREN_CLOSE:
    case TOKEN_BRACE_CLOSE:
    case TOKEN_BRACKET_OPEN:
    case TOKEN_BRACKET_CLOSE:
    case TOKEN_COMMA:
    case TOKEN_COLON:
    case TOKEN_AT:
        break;
    }
    parser_unexpected(p, "an expression");
    return NULL;
}

static struct node *parse_unary(struct parser *p)
{
    enum operator_id op = p->token.kind == TOKEN_OPERATOR ? p->token.op : OP_NONE;
    if (op != OP_ADD && op != OP_SUBTRACT) {
        struct node *operand = parse_operand(p);
        return operand != NULL ? parser_postfix(p, operand) : NULL;
    }
    struct node *n = parser_node(p, NODE_UNARY, p->token.begin);
    if (n == NULL || !parser_advance(p)) {
        return NULL;
    }
    n->unary.negative = op == OP_SUBTRACT;
    n->unary.inner = parser_binary(p, operator_info(OP_POWER)->precedence);
    return n->unary.inner != NULL ? parser_finish(p, n) : NULL;
}

/* `bool`, `on (...)`, `group_left (...)` behind an operator. */
static bool parse_matching(struct parser *p, struct node *n)
{
    if (p->token.keyword == KEYWORD_BOOL) {
        n->binary.return_bool = true;
        if (!parser_advance(p)) {
            return false;
        }
    }
    if (p->token.keyword != KEYWORD_ON && p->token.keyword != KEYWORD_IGNORING) {
        return true;
    }
    n->binary.has_matching = true;
    n->binary.on = p->token.keyword == KEYWORD_ON;
    if (!parser_advance(p) || !parser_labels(p, &n->binary.labels, &n->binary.label_count)) {
        return false;
    }
    bool left = p->token.keyword == KEYWORD_GROUP_LEFT;
    if (!left && p->token.keyword != KEYWORD_GROUP_RIGHT) {
        return true;
    }
    n->binary.has_group = true;
    n->binary.card = left ? CARD_MANY_TO_ONE : CARD_ONE_TO_MANY;
    if (!parser_advance(p)) {
        return false;
    }
    return p->token.kind != TOKEN_PAREN_OPEN ||
           parser_labels(p, &n->binary.include, &n->binary.include_count);
}

static struct node *parse_operator(struct parser *p, struct node *left)
{
    const struct operator_info *info = operator_info(p->token.op);
    struct node *n = parser_node(p, NODE_BINARY, left->begin);
    if (n == NULL) {
        return NULL;
    }
    n->binary.op = p->token.op;
    n->binary.left = left;
    n->binary.op_begin = (uint32_t)p->token.begin;
    if (!parser_advance(p) || !parse_matching(p, n)) {
        return NULL;
    }
    n->binary.op_end = (uint32_t)p->previous_end;
    n->binary.right = parser_binary(p, info->precedence + !info->right_associative);
    return n->binary.right != NULL ? parser_finish(p, n) : NULL;
}

struct node *parser_binary(struct parser *p, int precedence)
{
    if (p->depth >= EXPR_MAX_DEPTH) {
        error_set_at(p->err, ERROR_LIMIT, diag_span(p->expr->text, p->token.begin, p->token.end),
                     "nested deeper than %d levels here", EXPR_MAX_DEPTH);
        return NULL;
    }
    p->depth++;
    struct node *left = parse_unary(p);
    while (left != NULL && p->token.op != OP_NONE &&
           operator_info(p->token.op)->precedence >= precedence) {
        left = parse_operator(p, left);
    }
    p->depth--;
    return left;
}

static bool text_is_fine(struct str text, struct error *err)
{
    if (text.len > EXPR_MAX_BYTES) {
        return error_set(err, ERROR_LIMIT, "the expression is longer than %zu bytes",
                         EXPR_MAX_BYTES);
    }
    for (size_t i = 0; i < text.len;) {
        size_t length;
        uint32_t c = utf8_decode(str_slice(text, i, text.len), &length);
        if (c == UTF8_REPLACEMENT && length == 1) {
            return error_set_at(err, ERROR_SYNTAX, diag_span(text, i, i + 1),
                                "byte 0x%02x is not valid UTF-8", (unsigned char)text.data[i]);
        }
        i += length;
    }
    return true;
}

static bool parse_all(struct parser *p)
{
    if (!parser_advance(p)) {
        return false;
    }
    if (p->token.kind == TOKEN_END) {
        return parser_fail(p, 0, p->token.end, "the expression is empty");
    }
    p->expr->root = parser_binary(p, 1);
    if (p->expr->root == NULL) {
        return false;
    }
    if (p->token.kind == TOKEN_END) {
        return typecheck(p->expr, p->err);
    }
    if (p->token.kind == TOKEN_PAREN_CLOSE) {
        return parser_fail(p, p->token.begin, p->token.end, "')' closes nothing");
    }
    return parser_unexpected(p, "an operator or the end");
}

struct expr *expr_parse(struct str text, const struct parse_options *options, struct error *err)
{
    static const struct parse_options plain;
    if (!text_is_fine(text, err)) {
        return NULL;
    }
    struct expr *e = mem_zalloc(1, sizeof(*e));
    e->refs = 1;
    arena_init(&e->arena);
    e->text = arena_str(&e->arena, text);
    struct parser p = {.expr = e, .options = options != NULL ? options : &plain, .err = err};
    lexer_init(&p.lexer, e->text, p.options->conveniences);
    if (!parse_all(&p)) {
        expr_unref(e);
        return NULL;
    }
    return e;
}
