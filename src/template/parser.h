/*
 * Text to trees. parser.c knows the actions, parse_pipe.c what stands in them. Private to this
 * folder.
 *
 * What a node has several of is collected on a stack of the parser and moved into the arena when it
 * is complete: on the way out nothing has to be freed but the stacks.
 */
#ifndef TOCSIN_TEMPLATE_PARSER_H
#define TOCSIN_TEMPLATE_PARSER_H

#include "base/vec.h"
#include "template/lexer.h"
#include "template/tree.h"

struct scope_variable {
    struct str name;
    uint32_t slot;
};

struct parser {
    struct template *t;
    struct lexer lx;
    struct token token; /* the next one, not used yet */
    struct error *err;
    int depth;
    int range_depth;
    bool in_root; /* and not in a definition: there are outer variables */
    uint32_t slot_count;
    VEC(struct scope_variable) scope; /* innermost last */
    VEC(struct node) nodes;
    VEC(struct command) commands;
    VEC(struct operand) operands;
    VEC(struct str) fields;
    VEC(struct tree) trees;
    VEC(struct outer_variable) outer;
};

/* The items of a stack from `mark` on, moved to the arena. */
#define PARSER_TAKE(p, stack, mark, type)                                                          \
    ((const type *)template_parser_take(&(p)->t->arena, (p)->stack.items, &(p)->stack.len, (mark), \
                                        sizeof(type)))
const void *template_parser_take(struct arena *arena, const void *items, size_t *len, size_t mark,
                                 size_t size);

/* The trees of t->text. */
bool template_parser_run(struct template *t, struct error *err) ATTR_NODISCARD;

bool template_parser_advance(struct parser *p) ATTR_NODISCARD;
/* All return false. */
bool template_parser_fail(struct parser *p, size_t begin, size_t end, const char *fmt, ...)
    ATTR_PRINTF(4, 5);
/* The next token is none that could stand here. */
bool template_parser_unexpected(struct parser *p, const char *wanted);
/* One block or parenthesis deeper. */
bool template_parser_enter(struct parser *p) ATTR_NODISCARD;
bool template_parser_is_keyword(struct str word);
uint32_t template_parser_declare(struct parser *p, struct str name);

/* Up to and without `close`. `word` names the action in messages. */
bool parse_pipe(struct parser *p, const char *word, enum token_kind close,
                const struct pipe **out) ATTR_NODISCARD;

#endif
