/*
 * Text to trees. tree_parser.c knows the actions, tree_parser_pipe.c what stands in them. Private
 * to this folder.
 *
 * What a node has several of is collected on a stack of the parser and moved into the arena when it
 * is complete: on the way out nothing has to be freed but the stacks.
 */
#ifndef TOCSIN_TEMPLATE_TREE_PARSER_H
#define TOCSIN_TEMPLATE_TREE_PARSER_H

#include "base/vec.h"
#include "template/scanner.h"
#include "template/tree.h"

struct scope_variable {
    struct str name;
    uint32_t slot;
};

struct tree_parser {
    struct template *t;
    struct scanner lx;
    struct token token; /* the next one, not used yet */
    struct token word;  /* the `end`, `else` or `define` read last */
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
#define TREE_PARSER_TAKE(p, stack, mark, type)                                                 \
    ((const type *)tree_parser_take(&(p)->t->arena, (p)->stack.items, &(p)->stack.len, (mark), \
                                    sizeof(type)))
const void *tree_parser_take(struct arena *arena, const void *items, size_t *len, size_t mark,
                             size_t size);

/* The trees of t->text. */
bool tree_parser_run(struct template *t, struct error *err) ATTR_NODISCARD;

bool tree_parser_advance(struct tree_parser *p) ATTR_NODISCARD;
/* All return false. */
bool tree_parser_fail(struct tree_parser *p, size_t begin, size_t end, const char *fmt, ...)
    ATTR_PRINTF(4, 5);
/* The next token is none that could stand here. */
bool tree_parser_unexpected(struct tree_parser *p, const char *wanted);
/* One block or parenthesis deeper. */
bool tree_parser_enter(struct tree_parser *p) ATTR_NODISCARD;
bool tree_parser_is_keyword(struct str word);
uint32_t tree_parser_declare(struct tree_parser *p, struct str name);

/* Up to and without `close`. `word` names the action in messages. */
bool tree_parser_pipe(struct tree_parser *p, const char *word, enum token_kind close,
                      const struct pipe **out) ATTR_NODISCARD;

#endif
