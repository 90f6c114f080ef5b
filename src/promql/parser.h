/*
 * What the parser's files share. One token of look-ahead; the first error ends the parse.
 *
 * Functions that return a node return NULL exactly when they filled `err`. Everything made lives in
 * the expression's arena and goes with it.
 */
#ifndef TOCSIN_PROMQL_PARSER_H
#define TOCSIN_PROMQL_PARSER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "promql/ast.h"
#include "promql/lexer.h"
#include "promql/promql.h"

struct parser {
    struct expr *expr;
    const struct parse_options *options; /* never NULL */
    struct lexer lexer;
    struct token token;  /* the next one, not yet taken */
    size_t previous_end; /* end of the last one taken */
    unsigned depth;
    size_t nodes;
    struct error *err;
};

/* parser.c */
bool parser_advance(struct parser *p);
/* Takes a token of this kind, or fails: "unexpected X, expected `what`". */
bool parser_expect(struct parser *p, enum token_kind kind, const char *what);
bool parser_unexpected(struct parser *p, const char *expected);
bool parser_fail(struct parser *p, size_t begin, size_t end, const char *fmt, ...)
    ATTR_PRINTF(4, 5);
/* A node from byte `begin`; NULL with ERROR_LIMIT where there are too many. */
struct node *parser_node(struct parser *p, enum node_kind kind, size_t begin);
/* The node is complete up to the last token taken: sets its end and height. */
struct node *parser_finish(struct parser *p, struct node *n);
/* An operand with everything that binds tighter than `precedence` - 1. */
struct node *parser_binary(struct parser *p, int precedence);
/* A parenthesis opened at byte `open` closes here. */
bool parser_close(struct parser *p, size_t open);
/* Room for one more item in an arena array of `count` items that grows in powers of two. */
void *parser_grow(struct parser *p, void *items, size_t count, size_t size);
/* `(a, b)`, maybe empty, of label names. */
bool parser_labels(struct parser *p, struct str **labels, size_t *count);

/* parse_selector.c: what starts at a name that is no function, or at a brace; and what may follow
 * any operand: ranges, subqueries, offset, @. `name` is NULL where there is none. */
struct node *parser_selector(struct parser *p, const struct token *name);
struct node *parser_postfix(struct parser *p, struct node *n);
/* Makes a selector known to the expression, which releases its matchers. */
void parser_register_selector(struct parser *p, struct node *n);
bool parser_add_matcher(struct parser *p, struct node *n, enum matcher_op op, struct str name,
                        struct str value, const struct token *at);
/* `offset D` (times in milliseconds) and `@ T`, the keyword or sign not yet taken. */
bool parser_offset(struct parser *p, int64_t *offset_ms);
bool parser_at(struct parser *p, enum at_kind *kind, int64_t *at_ms);

/* parse_signal.c: the signal of that name with its modifiers; NULL without an error where there is
 * none. */
struct node *parser_signal(struct parser *p, const struct token *name);

#endif
