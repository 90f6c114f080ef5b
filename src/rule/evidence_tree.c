/* See evidence_tree.h. The height of an expression is limited (promql.h), so is the recursion. */
#include "rule/evidence_tree.h"

#include "promql/functions.h"
#include "promql/operators.h"

struct growing {
    struct evidence_tree *t;
    size_t max_selectors;
};

static const struct need nothing = {.kind = NEED_NOTHING};

static const struct need *grow(struct growing *g, const struct node *n);

static const struct need *join(struct growing *g, enum need_kind kind, const struct need *left,
                               const struct need *right)
{
    if (left->kind == NEED_NOTHING || right->kind == NEED_NOTHING) {
        /* Of two of which either will do, one that is always there is enough. */
        bool enough = kind == NEED_ANY;
        return enough ? &nothing : left->kind == NEED_NOTHING ? right : left;
    }
    struct need *need = arena_new(&g->t->arena, struct need);
    *need = (struct need){.kind = kind, .left = left, .right = right};
    return need;
}

static const struct need *add_selector(struct growing *g, const struct node *n)
{
    if (g->t->selectors.len == g->max_selectors) {
        return &nothing;
    }
    struct need *need = arena_new(&g->t->arena, struct need);
    *need = (struct need){.kind = NEED_SELECTOR, .selector = g->t->selectors.len};
    vec_push(&g->t->selectors, n);
    return need;
}

static bool is_call(const struct node *n, const char *name)
{
    return n->kind == NODE_CALL && str_equal_c(n->call.name, name);
}

static void note_made(struct growing *g, const struct node *text)
{
    while (text != NULL && text->kind == NODE_PAREN) {
        text = text->paren;
    }
    if (text != NULL && text->kind == NODE_STRING) {
        vec_push(&g->t->made, text->string);
    }
}

static const struct need *grow_children(struct growing *g, const struct node *n)
{
    const struct need *need = &nothing;
    const struct node *child;
    for (size_t i = 0; (child = node_child(n, i)) != NULL; i++) {
        need = join(g, NEED_ALL, need, grow(g, child));
    }
    return need;
}

static const struct need *grow_binary(struct growing *g, const struct node *n)
{
    const struct need *left = grow(g, n->binary.left);
    if (n->binary.op == OP_UNLESS) {
        return left;
    }
    const struct need *right = grow(g, n->binary.right);
    return join(g, n->binary.op == OP_OR ? NEED_ANY : NEED_ALL, left, right);
}

static const struct need *grow(struct growing *g, const struct node *n)
{
    if (n->kind == NODE_SELECTOR) {
        return add_selector(g, n);
    }
    if (n->kind == NODE_BINARY) {
        return grow_binary(g, n);
    }
    if (is_call(n, "absent") || is_call(n, "absent_over_time")) {
        return &nothing;
    }
    if ((is_call(n, "label_replace") || is_call(n, "label_join")) && n->call.arg_count > 1) {
        note_made(g, n->call.args[1]);
    }
    if (n->kind == NODE_AGGREGATE && n->aggregate.op == AGG_COUNT_VALUES) {
        note_made(g, n->aggregate.parameter);
    }
    return grow_children(g, n);
}

void evidence_tree_init(struct evidence_tree *t, const struct expr *e, size_t max_selectors)
{
    *t = (struct evidence_tree){0};
    arena_init(&t->arena);
    struct growing g = {.t = t, .max_selectors = max_selectors};
    t->root = grow(&g, e->root);
}

void evidence_tree_release(struct evidence_tree *t)
{
    arena_release(&t->arena);
    vec_release(&t->selectors);
    vec_release(&t->made);
}

bool evidence_tree_is_made(const struct evidence_tree *t, struct str label)
{
    VEC_EACH (&t->made, struct str, made) {
        if (str_equal(*made, label)) {
            return true;
        }
    }
    return false;
}
