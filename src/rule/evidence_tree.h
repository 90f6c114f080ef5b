/*
 * What of a condition must have data: a tree of its selectors. Private to this folder.
 *
 * Owner: evidence_tree_release. It borrows from the expression.
 */
#ifndef TOCSIN_RULE_EVIDENCE_TREE_H
#define TOCSIN_RULE_EVIDENCE_TREE_H

#include "base/arena.h"
#include "base/vec.h"
#include "promql/promql.h"

enum need_kind {
    NEED_NOTHING, /* it is there, whatever the data */
    NEED_SELECTOR,
    NEED_ALL,
    NEED_ANY
};

struct need {
    enum need_kind kind;
    size_t selector; /* number among the tree's */
    const struct need *left;
    const struct need *right;
};

struct evidence_tree {
    struct arena arena;
    const struct need *root;
    VEC(const struct node *) selectors;
    VEC(struct str) made; /* labels that the expression makes itself */
};

void evidence_tree_init(struct evidence_tree *t, const struct expr *e, size_t max_selectors);
void evidence_tree_release(struct evidence_tree *t);
/* Is the label one that the data had before the expression? */
bool evidence_tree_is_made(const struct evidence_tree *t, struct str label);

#endif
