/* Pipelines: declarations, commands, operands (Go: text/template/parse, pipeline and below). */
#include "base/diag.h"
#include "template/constant.h"
#include "template/tree_parser.h"

static bool find_variable(struct tree_parser *p, struct token token, uint32_t *slot)
{
    for (size_t i = p->scope.len; i-- > 0;) {
        if (str_equal(p->scope.items[i].name, token.text)) {
            *slot = p->scope.items[i].slot;
            return true;
        }
    }
    for (size_t i = 0; p->in_root && i < p->outer.len; i++) {
        if (str_equal(p->outer.items[i].name, token.text)) {
            *slot = p->outer.items[i].slot;
            return true;
        }
    }
    if (!p->in_root) {
        tree_parser_fail(p, token.begin, token.end, "undefined variable '%.*s'",
                         STR_ARG(token.text));
        error_suggest(p->err, "a defined template has only '$', what it is called with, and what "
                              "it declares itself");
        return false;
    }
    *slot = p->slot_count++;
    struct outer_variable outer = {
        .name = token.text, .slot = *slot, .begin = token.begin, .end = token.end};
    vec_push(&p->outer, outer);
    return true;
}

static bool parse_operand(struct tree_parser *p, struct operand *out);

static bool parse_word(struct tree_parser *p, struct operand *out)
{
    struct str word = p->token.text;
    if (str_equal_c(word, "true") || str_equal_c(word, "false")) {
        out->kind = OPERAND_BOOL;
        out->constant = template_bool(word.data[0] == 't');
        return true;
    }
    if (str_equal_c(word, "nil")) {
        out->kind = OPERAND_NIL;
        return true;
    }
    if (tree_parser_is_keyword(word)) {
        return tree_parser_unexpected(p, "a value");
    }
    out->kind = OPERAND_FUNCTION;
    out->function = template_function_find(word);
    if (out->function == NULL) {
        tree_parser_fail(p, p->token.begin, p->token.end, "unknown function '%.*s'", STR_ARG(word));
        const char *near = template_function_suggest(word);
        if (near != NULL) {
            error_suggest(p->err, "did you mean '%s'?", near);
        }
        return false;
    }
    return true;
}

static bool parse_number(struct tree_parser *p, struct operand *out)
{
    struct constant_number number;
    if (!constant_number(p->token.text, &number)) {
        bool is_character = p->token.text.data[0] == '\'';
        return tree_parser_fail(p, p->token.begin, p->token.end,
                                is_character ? "one character stands in single quotes: %.*s"
                                             : "this is no number, or one too large: '%.*s'",
                                STR_ARG(p->token.text));
    }
    out->kind = OPERAND_NUMBER;
    out->is_int = number.is_int;
    out->integer = number.integer;
    out->number = number.number;
    out->constant = number.looks_int ? template_int(number.integer) : template_float(number.number);
    return true;
}

static bool parse_string(struct tree_parser *p, struct operand *out)
{
    struct str text = str_slice(p->token.text, 1, p->token.text.len - 2);
    if (p->token.kind == TOKEN_STRING && !constant_string(&p->t->arena, p->token.text, &text)) {
        return tree_parser_fail(p, p->token.begin, p->token.end,
                                "a backslash in this string begins nothing that is known");
    }
    out->kind = OPERAND_STRING;
    out->constant = template_string(text);
    return true;
}

static bool parse_parentheses(struct tree_parser *p, struct operand *out)
{
    size_t open = p->token.begin;
    if (!tree_parser_enter(p) || !tree_parser_advance(p) ||
        !tree_parser_pipe(p, "parentheses", TOKEN_PAREN_CLOSE, &out->pipe)) {
        return false;
    }
    if (p->token.kind != TOKEN_PAREN_CLOSE) {
        return tree_parser_fail(p, open, open + 1, "this parenthesis is never closed");
    }
    p->depth--;
    out->kind = OPERAND_PIPE;
    return true;
}

/* `p->token` is the last of it afterwards, the one before what comes next. */
static bool parse_term(struct tree_parser *p, struct operand *out)
{
    switch (p->token.kind) {
    case TOKEN_WORD:
        return parse_word(p, out);
    case TOKEN_DOT:
        out->kind = OPERAND_DOT;
        return true;
    case TOKEN_FIELD:
        out->kind = OPERAND_DOT;
        vec_push(&p->fields, p->token.text);
        return true;
    case TOKEN_VARIABLE:
        out->kind = OPERAND_VARIABLE;
        return find_variable(p, p->token, &out->slot);
    case TOKEN_NUMBER:
        return parse_number(p, out);
    case TOKEN_STRING:
    case TOKEN_RAW_STRING:
        return parse_string(p, out);
    case TOKEN_PAREN_OPEN:
        return parse_parentheses(p, out);
    case TOKEN_END:
    case TOKEN_TEXT:
    case TOKEN_OPEN:
    case TOKEN_CLOSE:
    case TOKEN_PIPE:
    case TOKEN_COMMA:
    case TOKEN_DECLARE:
    case TOKEN_ASSIGN:
    case TOKEN_PAREN_CLOSE:
        break;
    }
    return tree_parser_unexpected(p, "a value");
}

static bool takes_fields(const struct operand *o)
{
    return o->kind == OPERAND_VARIABLE || o->kind == OPERAND_FUNCTION || o->kind == OPERAND_PIPE ||
           (o->kind == OPERAND_DOT && o->field_count > 0);
}

static bool parse_operand(struct tree_parser *p, struct operand *out)
{
    *out = (struct operand){.begin = p->token.begin};
    size_t mark = p->fields.len;
    if (!parse_term(p, out)) {
        return false;
    }
    out->end = p->token.end;
    out->field_count = p->fields.len - mark;
    if (!tree_parser_advance(p)) {
        return false;
    }
    while (p->token.kind == TOKEN_FIELD && !p->token.after_space) {
        if (!takes_fields(out)) {
            return tree_parser_unexpected(p, "a blank");
        }
        vec_push(&p->fields, p->token.text);
        out->end = p->token.end;
        if (!tree_parser_advance(p)) {
            return false;
        }
    }
    out->field_count = p->fields.len - mark;
    out->fields = TREE_PARSER_TAKE(p, fields, mark, struct str);
    return true;
}

static bool ends_command(enum token_kind kind)
{
    return kind == TOKEN_PIPE || kind == TOKEN_CLOSE || kind == TOKEN_PAREN_CLOSE ||
           kind == TOKEN_END;
}

static bool parse_command(struct tree_parser *p, struct command *out)
{
    size_t mark = p->operands.len;
    while (!ends_command(p->token.kind)) {
        if (p->operands.len > mark && !p->token.after_space) {
            return tree_parser_unexpected(p, "a blank");
        }
        struct operand operand;
        if (!parse_operand(p, &operand)) {
            return false;
        }
        vec_push(&p->operands, operand);
    }
    out->count = p->operands.len - mark;
    out->operands = TREE_PARSER_TAKE(p, operands, mark, struct operand);
    return true;
}

/* What can only be the first of a pipeline, as it takes nothing. */
static bool is_literal(const struct operand *o)
{
    return o->kind == OPERAND_BOOL || o->kind == OPERAND_NIL || o->kind == OPERAND_NUMBER ||
           o->kind == OPERAND_STRING || (o->kind == OPERAND_DOT && o->field_count == 0);
}

static bool parse_commands(struct tree_parser *p, const char *word, enum token_kind close,
                           struct pipe *pipe)
{
    size_t mark = p->commands.len;
    for (;;) {
        struct command command;
        if (!parse_command(p, &command)) {
            return false;
        }
        bool first = p->commands.len == mark;
        if (command.count == 0 && first && p->token.kind == close) {
            return tree_parser_fail(p, p->token.begin, p->token.end, "%s without a value", word);
        }
        if (command.count == 0 && p->token.kind == close) {
            break; /* Go takes a `|` with nothing behind it */
        }
        if (command.count == 0) {
            return tree_parser_unexpected(p, "a value");
        }
        const struct operand *head = &command.operands[0];
        if (!first && is_literal(head)) {
            return tree_parser_fail(p, head->begin, head->end,
                                    "what is not a function can take nothing from a pipe");
        }
        vec_push(&p->commands, command);
        if (p->token.kind != TOKEN_PIPE) {
            break;
        }
        if (!tree_parser_advance(p)) {
            return false;
        }
    }
    pipe->count = p->commands.len - mark;
    pipe->commands = TREE_PARSER_TAKE(p, commands, mark, struct command);
    return p->token.kind == close ||
           tree_parser_unexpected(p, close == TOKEN_CLOSE ? "'}}'" : "')'");
}

/* The names in front of `:=` or `=`; none where the pipeline begins with a value. */
struct declaration {
    struct token names[2];
    size_t count;
    bool assigns;
};

static bool parse_declaration(struct tree_parser *p, bool is_range, struct declaration *d)
{
    *d = (struct declaration){.count = 0};
    struct scanner scanner_before = p->lx;
    struct token before = p->token;
    while (p->token.kind == TOKEN_VARIABLE && d->count < 2) {
        d->names[d->count++] = p->token;
        if (!tree_parser_advance(p)) {
            return false;
        }
        if (p->token.kind == TOKEN_DECLARE || p->token.kind == TOKEN_ASSIGN) {
            d->assigns = p->token.kind == TOKEN_ASSIGN;
            return tree_parser_advance(p);
        }
        if (p->token.kind != TOKEN_COMMA) {
            break;
        }
        if (!is_range || d->count == 2) {
            return tree_parser_unexpected(p, is_range ? "':='" : "':=' or a blank");
        }
        if (!tree_parser_advance(p)) {
            return false;
        }
    }
    if (d->count > 1) {
        return tree_parser_unexpected(p, "':='");
    }
    p->lx = scanner_before;
    p->token = before;
    d->count = 0;
    return true;
}

bool tree_parser_pipe(struct tree_parser *p, const char *word, enum token_kind close,
                      const struct pipe **out)
{
    struct pipe *pipe = arena_new(&p->t->arena, struct pipe);
    struct declaration d;
    pipe->begin = p->token.begin;
    if (!parse_declaration(p, strcmp(word, "range") == 0, &d) ||
        !parse_commands(p, word, close, pipe)) {
        return false;
    }
    pipe->end = p->token.begin;
    for (size_t i = 0; i < d.count; i++) {
        if (!d.assigns) {
            pipe->slots[i] = tree_parser_declare(p, d.names[i].text);
        } else if (!find_variable(p, d.names[i], &pipe->slots[i])) {
            return false;
        }
    }
    pipe->slot_count = d.count;
    *out = pipe;
    return true;
}
