/*
 * Expressions by precedence climbing over operators.def. Two things of Prometheus' grammar are easy
 * to get wrong: a sign binds as `*` does (-1^2 is -(1^2)), and modifiers (ranges, offset, @) bind
 * tighter than any operator.
 */
#include "promql/syntax/parser.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/attr.h"
#include "base/diag.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "promql/functions.h"
#include "promql/operators.h"
#include "promql/syntax/literals.h"
#include "promql/syntax/tree_copy.h"
#include "promql/syntax/typecheck.h"

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

static bool at_open_string(const struct parser *p)
{
    char first = p->expr->text.data[p->token.begin];
    return p->token.kind == TOKEN_BAD && (first == '"' || first == '\'' || first == '`');
}

void parser_advance(struct parser *p)
{
    p->previous_end = p->token.end;
    p->last_word = p->token.kind == TOKEN_WORD ? p->token.text : STR_NONE;
    if (!lexer_next(&p->lexer, &p->token, p->err)) {
        parser_note(p);
        /* What would have closed a bracket is inside of a string without an end. */
        p->end_said = p->end_said || at_open_string(p);
    }
}

bool parser_unexpected(struct parser *p, const char *expected)
{
    const char *separator = expected != NULL ? ", expected " : "";
    if (p->token.kind == TOKEN_BAD || (p->token.kind == TOKEN_END && p->end_said)) {
        return false;
    }
    if (p->token.kind == TOKEN_END) {
        p->end_said = true;
        return parser_fail(p, p->token.begin, p->token.end, "unexpected end of the expression%s%s",
                           separator, expected != NULL ? expected : "");
    }
    return parser_fail(p, p->token.begin, p->token.end, "unexpected '%.*s'%s%s",
                       STR_ARG(p->token.text), separator, expected != NULL ? expected : "");
}

bool parser_expect(struct parser *p, enum token_kind kind, const char *what)
{
    if (p->token.kind != kind) {
        return parser_unexpected(p, what);
    }
    parser_advance(p);
    return true;
}

bool parser_unclosed(struct parser *p, size_t open)
{
    if (p->end_said) {
        return false;
    }
    p->end_said = true;
    return parser_fail(p, open, open + 1, "'%c' is never closed", p->expr->text.data[open]);
}

bool parser_close(struct parser *p, size_t open)
{
    if (p->token.kind == TOKEN_END) {
        return parser_unclosed(p, open);
    }
    return parser_expect(p, TOKEN_PAREN_CLOSE, "an operator or ')'");
}

bool parser_too_deep(struct parser *p)
{
    p->fatal = true;
    return error_set_at(p->err, ERROR_LIMIT, diag_span(p->expr->text, p->token.begin, p->token.end),
                        "nested deeper than %d levels here", EXPR_MAX_DEPTH);
}

struct node *parser_node(struct parser *p, enum node_kind kind, size_t begin)
{
    if (++p->nodes > EXPR_MAX_NODES) {
        p->fatal = true;
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
    n->height = (uint16_t)(height + 1);
    n->end = (uint32_t)p->previous_end;
    if (n->height > EXPR_MAX_HEIGHT) {
        p->fatal = true;
        error_set_at(p->err, ERROR_LIMIT, diag_span(p->expr->text, n->begin, n->end),
                     "more than %d operators and calls stand inside each other here",
                     EXPR_MAX_HEIGHT);
        return NULL;
    }
    return n;
}

/* A node of no known type that stands for what is wrong; NULL after a limit. */
static struct node *make_broken(struct parser *p, size_t begin)
{
    struct node *n = p->fatal ? NULL : parser_node(p, NODE_NUMBER, begin);
    if (n == NULL) {
        return NULL;
    }
    n->broken = true;
    return parser_finish(p, n);
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

/* What starts with a word: a call, an aggregation, a signal or a metric. */
static struct node *parse_word(struct parser *p)
{
    struct token word = p->token;
    parser_advance(p);
    if (word.aggregate != AGG_NONE &&
        (p->token.kind == TOKEN_PAREN_OPEN || parser_at_grouping(p))) {
        return parser_aggregate(p, &word);
    }
    bool callable = word.keyword == KEYWORD_NONE || word.keyword == KEYWORD_START ||
                    word.keyword == KEYWORD_END;
    if (p->token.kind == TOKEN_PAREN_OPEN && callable && word.op == OP_NONE) {
        return parser_call(p, &word);
    }
    if (!token_is_metric_name(&word)) {
        parser_fail(p, word.begin, word.end, "unexpected '%.*s', expected an expression",
                    STR_ARG(word.text));
        return NULL;
    }
    struct node *signal;
    if (p->token.kind != TOKEN_BRACE_OPEN && p->options->conveniences &&
        parser_signal(p, &word, &signal)) {
        return signal;
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
    parser_advance(p);
    return parser_finish(p, n);
}

static struct node *parse_string(struct parser *p)
{
    struct node *n = parser_node(p, NODE_STRING, p->token.begin);
    if (n == NULL || !literal_string(&p->expr->arena, p->expr->text, p->token.begin,
                                     p->token.end - p->token.begin, &n->string, p->err)) {
        return NULL;
    }
    parser_advance(p);
    return parser_finish(p, n);
}

static struct node *parse_paren(struct parser *p)
{
    size_t open = p->token.begin;
    struct node *n = parser_node(p, NODE_PAREN, open);
    if (n == NULL) {
        return NULL;
    }
    parser_advance(p);
    if (p->token.kind == TOKEN_END) {
        parser_close(p, open);
        return NULL;
    }
    n->paren = parser_binary(p, 1);
    if (n->paren == NULL) {
        return NULL;
    }
    if (!parser_close(p, open)) {
        if (error_is(p->err)) {
            parser_suggest_keyword(p);
        }
        n->paren->broken = true;
        parser_recover(p, STOP_CLOSE);
        if (p->token.kind == TOKEN_PAREN_CLOSE) {
            parser_advance(p);
        }
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
    case TOKEN_BAD:
        break;
    }
    if (!parser_unexpected(p, "an expression") && error_is(p->err)) {
        parser_suggest_comparison(p);
    }
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
    if (n == NULL) {
        return NULL;
    }
    parser_advance(p);
    n->unary.negative = op == OP_SUBTRACT;
    n->unary.inner = parser_binary(p, operator_info(OP_POWER)->precedence);
    return n->unary.inner != NULL ? parser_finish(p, n) : NULL;
}

/* What failed is stood for by a node of no known type, up to the next operator. */
static struct node *parse_unary_or_recover(struct parser *p)
{
    size_t begin = p->token.begin;
    struct node *n = parse_unary(p);
    if (n != NULL) {
        return n;
    }
    parser_recover(p, STOP_OPERATOR | STOP_COMMA | STOP_CLOSE);
    return make_broken(p, begin);
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
    parser_advance(p);
    if (!parser_matching(p, n)) {
        parser_recover(p, STOP_OPERATOR | STOP_COMMA | STOP_CLOSE);
        n->broken = true;
        n->binary.right = make_broken(p, p->previous_end);
        return n->binary.right != NULL ? parser_finish(p, n) : NULL;
    }
    n->binary.op_end = (uint32_t)p->previous_end;
    n->binary.right = parser_binary(p, info->precedence + !info->right_associative);
    return n->binary.right != NULL ? parser_finish(p, n) : NULL;
}

/* The operators behind `left` that bind at least as tight as `precedence`. */
static struct node *parse_operators(struct parser *p, struct node *left, int precedence)
{
    while (left != NULL && p->token.op != OP_NONE &&
           operator_info(p->token.op)->precedence >= precedence) {
        left = parse_operator(p, left);
    }
    return left;
}

struct node *parser_binary(struct parser *p, int precedence)
{
    if (p->depth >= EXPR_MAX_DEPTH) {
        parser_too_deep(p);
        return NULL;
    }
    p->depth++;
    struct node *left = parse_operators(p, parse_unary_or_recover(p), precedence);
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

/* Something stands behind the expression. Goes on at the next operator. */
static struct node *read_on(struct parser *p, struct node *left)
{
    if (p->token.kind == TOKEN_PAREN_CLOSE) {
        parser_fail(p, p->token.begin, p->token.end, "')' closes nothing");
    } else if (!parser_unexpected(p, "an operator or the end") && error_is(p->err)) {
        parser_suggest_keyword(p);
    }
    parser_recover(p, STOP_OPERATOR);
    left->broken = true;
    return parse_operators(p, left, 1);
}

static void parse_all(struct parser *p)
{
    parser_advance(p);
    if (p->token.kind == TOKEN_END) {
        parser_fail(p, 0, p->token.end, "the expression is empty");
        parser_note(p);
        return;
    }
    struct node *root = parser_binary(p, 1);
    while (root != NULL && p->token.kind != TOKEN_END) {
        root = read_on(p, root);
    }
    p->expr->root = root;
    parser_note(p);
    if (root != NULL && !p->fatal) {
        typecheck(p->expr, p->errors);
    }
}

/* NULL where there is an error in the list. */
static struct expr *parse(struct str text, const struct parse_options *options,
                          struct parse_errors *errors)
{
    static const struct parse_options plain;
    struct error err = ERROR_INIT;
    if (!text_is_fine(text, &err)) {
        parse_errors_add(errors, &err);
        return NULL;
    }
    struct expr *e = mem_zalloc(1, sizeof(*e));
    e->refs = 1;
    arena_init(&e->arena);
    e->text = arena_str(&e->arena, text);
    struct parser p = {.expr = e, .options = options != NULL ? options : &plain, .errors = errors};
    p.err = &p.failure;
    lexer_init(&p.lexer, e->text, p.options->conveniences);
    parse_all(&p);
    if (errors->count > 0) {
        parse_errors_sort(errors);
        expr_unref(e);
        return NULL;
    }
    expr_identify(e);
    return tree_compact(e, p.options->terms);
}

struct expr *expr_parse(struct str text, const struct parse_options *options, struct error *err)
{
    struct parse_errors errors = {0};
    struct expr *e = parse(text, options, &errors);
    if (e == NULL) {
        error_move(err, &errors.items[0]);
    }
    parse_errors_release(&errors);
    return e;
}

struct expr *expr_parse_all(struct str text, const struct parse_options *options, const char *file,
                            struct diags *diags)
{
    struct parse_errors errors = {0};
    struct expr *e = parse(text, options, &errors);
    for (size_t i = 0; i < errors.count; i++) {
        diags_add_error(diags, file, text, &errors.items[i]);
    }
    diags->errors += errors.lost;
    parse_errors_release(&errors);
    if (e != NULL && options != NULL) {
        expr_check_names(e, options, file, diags);
    }
    return e;
}
