/*
 * Text to tokens. What a character means depends on where it stands, as in Prometheus' lexer: in
 * braces every word is a label's name, in brackets a colon separates range and step, elsewhere a
 * colon is part of a metric's name and words may be keywords (in any case: `SUM BY`).
 *
 * Owner: the caller's text must outlive the lexer and its tokens. The text is valid UTF-8.
 */
#ifndef TOCSIN_PROMQL_SYNTAX_LEXER_H
#define TOCSIN_PROMQL_SYNTAX_LEXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "base/unit.h"
#include "promql/ast.h"

enum token_kind {
    TOKEN_END,
    TOKEN_NUMBER,
    TOKEN_STRING,   /* with its quotes: literal_string decodes it */
    TOKEN_WORD,     /* a name or keyword; `op` is set for and, or, unless, atan2 */
    TOKEN_OPERATOR, /* `op` says which */
    TOKEN_ASSIGN,   /* = */
    TOKEN_REGEX,    /* =~ */
    TOKEN_NOT_REGEX,
    TOKEN_PAREN_OPEN,
    TOKEN_PAREN_CLOSE,
    TOKEN_BRACE_OPEN,
    TOKEN_BRACE_CLOSE,
    TOKEN_BRACKET_OPEN,
    TOKEN_BRACKET_CLOSE,
    TOKEN_COMMA,
    TOKEN_COLON,
    TOKEN_AT,
    TOKEN_BAD /* what no token starts with; lexer_next has said so */
};

enum keyword {
    KEYWORD_NONE,
    KEYWORD_BY,
    KEYWORD_WITHOUT,
    KEYWORD_ON,
    KEYWORD_IGNORING,
    KEYWORD_GROUP_LEFT,
    KEYWORD_GROUP_RIGHT,
    KEYWORD_BOOL,
    KEYWORD_OFFSET,
    KEYWORD_START,
    KEYWORD_END,
    KEYWORD_FILL,
    KEYWORD_FILL_LEFT,
    KEYWORD_FILL_RIGHT,
    KEYWORD_ANCHORED,
    KEYWORD_SMOOTHED
};

struct token {
    enum token_kind kind;
    size_t begin; /* bytes */
    size_t end;
    struct str text;
    enum keyword keyword;
    enum operator_id op;
    enum aggregate_id aggregate;
    /* Of numbers: */
    double value;
    bool has_unit;
    enum unit unit;
};

struct lexer {
    struct str text;
    size_t at;
    bool conveniences; /* unit literals */
    bool in_braces;
    bool in_brackets;
};

void lexer_init(struct lexer *lx, struct str text, bool conveniences);
/* The next token; at the end TOKEN_END again and again. False with `err` where there is none: the
 * token is TOKEN_BAD then, and reading can go on behind it. */
bool lexer_next(struct lexer *lx, struct token *token, struct error *err) ATTR_NODISCARD;
/* Is the next token a '('? */
bool lexer_at_paren(const struct lexer *lx);
/* Braces or brackets that were never closed are over. */
void lexer_leave(struct lexer *lx);

/* Can the word stand for a metric, as `sum` can where no parenthesis follows? */
bool token_is_metric_name(const struct token *token);
/* Can `name` stand for a metric without quotes: is it a word, and no keyword that cannot be one? */
bool word_is_metric_name(struct str name);
/* The same for a label's name in by, without, on, ignoring, group_left and group_right. */
bool word_is_label_name(struct str name);
/* The same for a label's name in braces, where no word is a keyword or a number. */
bool word_is_matcher_name(struct str name);

#endif
