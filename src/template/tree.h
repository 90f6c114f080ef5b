/*
 * A parsed template: one tree for the text and one for each `define` and `block`. Private to this
 * folder.
 *
 * Every declaration of a variable has a slot of its own in its tree; slot 0 is `$`. A variable that
 * is not declared is looked up in what the expansion is given, and has a slot as well.
 *
 * Owner: the template's arena owns everything, its text included.
 */
#ifndef TOCSIN_TEMPLATE_TREE_H
#define TOCSIN_TEMPLATE_TREE_H

#include "template/functions.h"
#include "template/template.h"

struct pipe;

enum operand_kind {
    OPERAND_DOT,
    OPERAND_NIL,
    OPERAND_BOOL,
    OPERAND_STRING,
    OPERAND_NUMBER,
    OPERAND_VARIABLE,
    OPERAND_FUNCTION,
    OPERAND_PIPE, /* in parentheses */
};

struct operand {
    enum operand_kind kind;
    size_t begin; /* bytes in the text */
    size_t end;
    struct template_value constant; /* what the literal is without anything being asked for */
    /* Of a number: as what else it may be taken. */
    bool is_int;
    int64_t integer;
    double number;
    uint32_t slot;
    const struct template_function *function;
    const struct pipe *pipe;
    const struct str *fields; /* `.a.b` behind it */
    size_t field_count;
};

/* `operands[0]` with the others as its arguments. */
struct command {
    const struct operand *operands;
    size_t count;
};

struct pipe {
    size_t begin;
    size_t end;
    const struct command *commands;
    size_t count;
    uint32_t slots[2]; /* what the value goes to: `$x :=`, `$x =`, `range $i, $x :=` */
    size_t slot_count;
};

enum node_kind {
    NODE_TEXT,
    NODE_ACTION,
    NODE_IF,
    NODE_RANGE,
    NODE_WITH,
    NODE_TEMPLATE,
    NODE_BREAK,
    NODE_CONTINUE,
};

struct node_list;

struct node {
    enum node_kind kind;
    size_t begin;
    size_t end;
    struct str text; /* of NODE_TEXT; the name of NODE_TEMPLATE */
    const struct pipe *pipe;
    const struct node_list *body;
    const struct node_list *otherwise; /* NULL: no else */
};

struct node_list {
    const struct node *nodes;
    size_t count;
};

struct tree {
    struct str name; /* "" for the text itself */
    const struct node_list *root;
    uint32_t slot_count;
};

/* A variable of the root tree that is given from outside. */
struct outer_variable {
    struct str name; /* with its `$` */
    uint32_t slot;
    size_t begin; /* first use */
    size_t end;
};

struct template
{
    unsigned refs;
    struct arena arena;
    struct str text;
    bool is_plain;
    struct tree *trees; /* the text's own is the first */
    size_t tree_count;
    struct outer_variable *outer;
    size_t outer_count;
};

/* NULL where there is none of that name. */
const struct tree *template_find(const struct template *t, struct str name);

#endif
