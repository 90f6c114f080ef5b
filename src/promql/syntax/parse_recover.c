/*
 * The way on after an error: to the next operator, comma or closing bracket that belongs to what is
 * open at this place. What lies between is skipped unread, since errors in it would follow from the
 * one that was found.
 */
#include "base/attr.h"
#include "base/suggest.h"
#include "base/vec.h"
#include "promql/functions.h"
#include "promql/operators.h"
#include "promql/syntax/parser.h"

/* A limit ends the parse: to whoever reads on, the text ends here. */
static void stop_here(struct parser *p)
{
    p->lexer.at = p->lexer.text.len;
    p->token =
        (struct token){.kind = TOKEN_END, .begin = p->lexer.text.len, .end = p->lexer.text.len};
    p->end_said = true;
}

void parser_note(struct parser *p)
{
    if (error_is(p->err)) {
        parse_errors_add(p->errors, p->err);
    }
}

static bool is_open(enum token_kind kind)
{
    return kind == TOKEN_PAREN_OPEN || kind == TOKEN_BRACE_OPEN || kind == TOKEN_BRACKET_OPEN;
}

static bool is_close(enum token_kind kind)
{
    return kind == TOKEN_PAREN_CLOSE || kind == TOKEN_BRACE_CLOSE || kind == TOKEN_BRACKET_CLOSE;
}

static bool stops_at(const struct token *t, unsigned stops)
{
    return (is_close(t->kind) && (stops & STOP_CLOSE) != 0) ||
           (t->kind == TOKEN_COMMA && (stops & STOP_COMMA) != 0) ||
           (t->op != OP_NONE && (stops & STOP_OPERATOR) != 0);
}

void parser_recover(struct parser *p, unsigned stops)
{
    parser_note(p);
    if (p->fatal) {
        stop_here(p);
        return;
    }
    unsigned depth = 0;
    while (p->token.kind != TOKEN_END && !(depth == 0 && stops_at(&p->token, stops))) {
        if (is_open(p->token.kind)) {
            depth++;
        } else if (is_close(p->token.kind) && depth > 0) {
            depth--;
        }
        p->previous_end = p->token.end;
        struct error skipped = ERROR_INIT;
        if (!lexer_next(&p->lexer, &p->token, &skipped)) {
            p->token.kind = TOKEN_BAD;
            error_release(&skipped);
        }
    }
}

/* What other query languages call it, and what does it here. */
static const char *elsewhere(struct str name)
{
    static const struct {
        struct str name;
        const char *meant;
    } names[] = {
        {STR_INIT("average"), "did you mean 'avg'?"},
        {STR_INIT("mean"), "did you mean 'avg'?"},
        {STR_INIT("median"), "write quantile(0.5, ...)"},
        {STR_INIT("percentile"), "did you mean 'quantile' or 'histogram_quantile'?"},
        {STR_INIT("distinct"), "write count(count by (LABEL) (...))"},
        {STR_INIT("top"), "did you mean 'topk'?"},
        {STR_INIT("bottom"), "did you mean 'bottomk'?"},
        {STR_INIT("log"), "did you mean 'ln', 'log2' or 'log10'?"},
        {STR_INIT("pow"), "write a ^ b"},
        {STR_INIT("now"), "did you mean 'time'?"},
    };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_equal_ignoring_case(name, names[i].name)) {
            return names[i].meant;
        }
    }
    return NULL;
}

void parser_suggest_call(struct parser *p, struct str name)
{
    const struct parse_options *o = p->options;
    if (o->conveniences && o->signals != NULL && o->signals(o->signals_user, name) != NULL) {
        error_suggest(p->err, "'%.*s' is a signal: it takes no parentheses", STR_ARG(name));
        return;
    }
    static const char *const keywords[] = {"by",       "without",    "on",
                                           "ignoring", "group_left", "group_right"};
    VEC(const char *) words = {0};
    size_t count;
    const struct function *table = function_table(&count);
    for (size_t i = 0; i < count; i++) {
        vec_push(&words, table[i].name);
    }
    for (int a = AGG_NONE + 1; a < AGG_COUNT_OF; a++) {
        vec_push(&words, aggregate_info((enum aggregate_id)a)->name);
    }
    for (size_t i = 0; i < ARRAY_LEN(keywords); i++) {
        vec_push(&words, keywords[i]);
    }
    for (size_t i = 0; o->conveniences && i < o->signal_name_count; i++) {
        vec_push(&words, o->signal_names[i]);
    }
    const char *nearest = suggest_nearest(name, words.items, words.len);
    const char *meant = elsewhere(name);
    if (meant != NULL) {
        error_suggest(p->err, "%s", meant);
    } else if (nearest != NULL) {
        error_suggest(p->err, "did you mean '%s'?", nearest);
    }
    vec_release(&words);
}

void parser_suggest_comparison(struct parser *p)
{
    const struct token *t = &p->token;
    struct str text = p->expr->text;
    char before = t->begin > 0 ? text.data[t->begin - 1] : '\0';
    char behind = t->end < text.len ? text.data[t->end] : '\0';
    if (t->kind == TOKEN_ASSIGN && (behind == '<' || behind == '>')) {
        error_suggest(p->err, "write '%c='", behind);
    } else if (t->kind == TOKEN_ASSIGN) {
        error_suggest(p->err, "a comparison is written '=='");
    } else if (before == '<' && str_equal(t->text, STR(">"))) {
        error_suggest(p->err, "write '!='");
    }
}

void parser_suggest_keyword(struct parser *p)
{
    static const char *const keywords[] = {"and",        "or",          "unless", "atan2",
                                           "by",         "without",     "on",     "ignoring",
                                           "group_left", "group_right", "bool",   "offset",
                                           "anchored",   "smoothed",    "fill",   "fill_left",
                                           "fill_right"};
    const struct token *t = &p->token;
    if (t->kind == TOKEN_ASSIGN) {
        parser_suggest_comparison(p);
        return;
    }
    if (t->keyword == KEYWORD_BY || t->keyword == KEYWORD_WITHOUT) {
        error_suggest(p->err, "it goes with an aggregation: sum %s (LABEL) (...)",
                      t->keyword == KEYWORD_BY ? "by" : "without");
        return;
    }
    if (t->kind != TOKEN_WORD && t->kind != TOKEN_STRING && t->kind != TOKEN_NUMBER) {
        return;
    }
    struct str tries[2] = {t->kind == TOKEN_WORD ? t->text : STR_NONE, p->last_word};
    for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
        /* Two letters are too few to know a slip from a name. */
        const char *nearest = tries[i].len < 2 || (i == 1 && tries[i].len < 3)
                                  ? NULL
                                  : suggest_nearest(tries[i], keywords, ARRAY_LEN(keywords));
        if (nearest != NULL && !str_equal_ignoring_case(tries[i], str_from(nearest))) {
            error_suggest(p->err, "did you mean '%s'?", nearest);
            return;
        }
    }
}
