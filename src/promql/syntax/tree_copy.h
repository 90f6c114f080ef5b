/*
 * Copies of trees: a signal's into the expression that uses it, a whole one whose durations are
 * computed for a question, and one in less memory. Private to this folder.
 */
#ifndef TOCSIN_PROMQL_SYNTAX_TREE_COPY_H
#define TOCSIN_PROMQL_SYNTAX_TREE_COPY_H

#include <stddef.h>

#include "base/error.h"
#include "promql/ast.h"
#include "promql/duration_tree.h"

struct selector_table;

struct tree_copy {
    struct expr *into; /* owns the copy; its selectors become known to it */
    size_t *nodes;     /* counts them; never over EXPR_MAX_NODES */
    /* All nodes get this place, unless `end` is 0: then they keep theirs. */
    uint32_t begin;
    uint32_t end;
    const struct question_times *question; /* durations are computed with it; or NULL: kept */
    const struct expr *moved; /* the copy takes its place, with terms, numbers and keys; or NULL */
    struct error *err;
};

/* NULL with `err`: ERROR_LIMIT, or what is wrong with a duration. */
struct node *tree_copy(struct tree_copy *c, const struct node *from) ATTR_NODISCARD;

/* The same expression in one block, without what the parser left over. Takes over `e`; its terms
 * are among `shared`, or its own (NULL). */
struct expr *tree_compact(struct expr *e, struct selector_table *shared);

/* Makes a selector known to the expression, which releases its terms. */
void tree_register_selector(struct expr *e, struct node *n);

#endif
