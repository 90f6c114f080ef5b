/*
 * What the parser's files share. One token of look-ahead.
 *
 * A function that fails returns NULL or false and leaves what is wrong in `err`, or nothing there
 * where it has been said already. Its caller gives up as well, up to a place from which there is a
 * way on: brackets, commas and operators. There parser_recover notes the error, skips to such a
 * token, and the parse goes on with a broken node, so that one look finds all that is wrong.
 *
 * Everything made lives in the expression's arena and goes with it.
 */
#ifndef TOCSIN_PROMQL_SYNTAX_PARSER_H
#define TOCSIN_PROMQL_SYNTAX_PARSER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "promql/ast.h"
#include "promql/duration_tree.h"
#include "promql/promql.h"
#include "promql/syntax/lexer.h"
#include "promql/syntax/parse_error.h"

struct parser {
    struct expr *expr;
    const struct parse_options *options; /* never NULL */
    struct lexer lexer;
    struct token token;   /* the next one, not yet taken */
    struct str last_word; /* the last token taken where it was a word that names a metric */
    size_t previous_end;  /* end of the last one taken */
    unsigned depth;
    size_t nodes;
    bool fatal;    /* a limit was hit: there is no way on */
    bool end_said; /* that the text ends too early is said once, for what was opened last */
    struct error failure;
    struct error *err; /* `failure`: of the function that failed last, not yet noted */
    struct parse_errors *errors;
};

/* parser.c */
/* Takes the token. What is no token is noted, and stands in the way as TOKEN_BAD. */
void parser_advance(struct parser *p);
/* Takes a token of this kind, or fails: "unexpected X, expected `what`". */
bool parser_expect(struct parser *p, enum token_kind kind, const char *what);
bool parser_unexpected(struct parser *p, const char *expected);
bool parser_fail(struct parser *p, size_t begin, size_t end, const char *fmt, ...)
    ATTR_PRINTF(4, 5);
/* A node from byte `begin`; NULL with ERROR_LIMIT where there are too many. */
struct node *parser_node(struct parser *p, enum node_kind kind, size_t begin);
/* The node is complete up to the last token taken: sets its end and height. */
struct node *parser_finish(struct parser *p, struct node *n);
/* An operand with everything that binds tighter than `precedence` - 1. NULL only after a limit:
 * what is wrong gives a broken node. */
struct node *parser_binary(struct parser *p, int precedence);
/* A parenthesis opened at byte `open` closes here. */
bool parser_close(struct parser *p, size_t open);
/* The text ends before what was opened at byte `open` is closed. */
bool parser_unclosed(struct parser *p, size_t open);
bool parser_too_deep(struct parser *p);
/* Room for one more item in an arena array of `count` items that grows in powers of two. */
void *parser_grow(struct parser *p, void *items, size_t count, size_t size);

/* parse_recover.c */
enum parser_stop {
    STOP_OPERATOR = 1 << 0,
    STOP_COMMA = 1 << 1,
    STOP_CLOSE = 1 << 2, /* of any kind, that closes what was opened before */
};
/* Notes the error in `err`, if there is one. */
void parser_note(struct parser *p);
/* Notes it and skips to one of `stops` (enum parser_stop) or to the end. */
void parser_recover(struct parser *p, unsigned stops);
/* "did you mean" for a name that is called, and for a word where an operator was expected. */
void parser_suggest_call(struct parser *p, struct str name);
void parser_suggest_keyword(struct parser *p);
/* What was meant by `=`, `=<`, `=>` and `<>`. */
void parser_suggest_comparison(struct parser *p);

/* parse_call.c: what starts with the name of a function or an aggregation, already taken; and label
 * lists. */
struct node *parser_call(struct parser *p, const struct token *name);
struct node *parser_aggregate(struct parser *p, const struct token *name);
bool parser_at_grouping(const struct parser *p);
/* `(a, b)`, maybe empty, of label names. */
bool parser_labels(struct parser *p, struct str **labels, uint32_t *count);

/* parse_matching.c: `bool`, `on (...)`, `group_left (...)`, `fill (0)` behind an operator. */
bool parser_matching(struct parser *p, struct node *n);

/* parse_selector.c: what starts at a name that is no function, or at a brace; and what may follow
 * any operand: ranges, subqueries, offset, @, anchored, smoothed. `name` is NULL where there is
 * none. */
struct node *parser_selector(struct parser *p, const struct token *name);
struct node *parser_postfix(struct parser *p, struct node *n);

/* parse_modifier.c: where offset and @ of a node are kept; false where it takes none. */
struct modifiers {
    int64_t *offset_ms;
    const struct duration **offset;
    enum at_kind *at;
    int64_t *at_ms;
};
bool parser_modifiers(struct node *n, struct modifiers *m);
/* `offset D` and `@ T`, the keyword or sign not yet taken. `computed` is NULL for a literal. */
bool parser_offset(struct parser *p, int64_t *offset_ms, const struct duration **computed);
bool parser_at(struct parser *p, enum at_kind *kind, int64_t *at_ms);
/* `offset`, `@`, `anchored` or `smoothed` behind `n`. */
struct node *parser_modifier(struct parser *p, struct node *n);
/* Takes + or - where one stands; true for -. */
bool parser_sign(struct parser *p);

/* parse_duration.c: in brackets, greater than 0. `computed` is NULL for a literal. */
bool parser_duration(struct parser *p, int64_t *ms, const struct duration **computed);
/* Behind `offset`, where only parentheses make more than one number. */
bool parser_offset_duration(struct parser *p, int64_t *ms, const struct duration **computed);

/* parse_signal.c: the signal of that name with its modifiers; false where there is none, NULL in
 * `signal` where something is wrong with it. */
bool parser_signal(struct parser *p, const struct token *name, struct node **signal);

#endif
