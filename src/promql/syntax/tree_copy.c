/* See tree_copy.h. */
#include "promql/syntax/tree_copy.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/diag.h"
#include "base/mem.h"
#include "promql/promql.h"
#include "promql/selector_terms.h"

void tree_register_selector(struct expr *e, struct node *n)
{
    n->selector.id = e->selector_count++;
    n->selector.next = e->selectors;
    e->selectors = n;
}

/* What is a part of the text stays one. */
static struct str copy_str(struct tree_copy *c, struct str s)
{
    if (s.len == 0) {
        return s.data != NULL ? STR("") : s;
    }
    if (c->moved != NULL) {
        struct str text = c->moved->text;
        uintptr_t begin = (uintptr_t)text.data, at = (uintptr_t)s.data;
        if (at >= begin && at - begin < text.len) {
            return str_slice(c->into->text, at - begin, s.len);
        }
    }
    return arena_str(&c->into->arena, s);
}

static struct str *copy_labels(struct tree_copy *c, const struct str *labels, size_t count)
{
    struct str *copy = count > 0 ? arena_array(&c->into->arena, struct str, count) : NULL;
    for (size_t i = 0; i < count; i++) {
        copy[i] = copy_str(c, labels[i]);
    }
    return copy;
}

/* Copies a duration, or computes it into `ms` where the question is known. */
static bool copy_duration(struct tree_copy *c, const struct node *from, bool positive,
                          const struct duration **d, int64_t *ms)
{
    if (*d == NULL || c->question == NULL) {
        *d = duration_copy(&c->into->arena, *d);
        return true;
    }
    const char *problem = duration_value(*d, c->question, positive, ms);
    *d = NULL;
    return problem == NULL ||
           error_set_at(c->err, ERROR_EVALUATION, diag_span(c->into->text, from->begin, from->end),
                        "%s", problem);
}

static bool copy_selector(struct tree_copy *c, struct node *n, const struct node *from)
{
    n->selector.metric = copy_str(c, from->selector.metric);
    if (c->moved == NULL) {
        selector_terms_ref(n->selector.terms);
    }
    tree_register_selector(c->into, n);
    n->selector.id = c->moved != NULL ? from->selector.id : n->selector.id;
    return copy_duration(c, from, true, &n->selector.range, &n->selector.range_ms) &&
           copy_duration(c, from, false, &n->selector.offset, &n->selector.offset_ms);
}

static bool copy_subquery(struct tree_copy *c, struct node *n, const struct node *from)
{
    n->subquery.inner = tree_copy(c, from->subquery.inner);
    return n->subquery.inner != NULL &&
           copy_duration(c, from, true, &n->subquery.range, &n->subquery.range_ms) &&
           copy_duration(c, from, true, &n->subquery.step, &n->subquery.step_ms) &&
           copy_duration(c, from, false, &n->subquery.offset, &n->subquery.offset_ms);
}

static bool copy_call(struct tree_copy *c, struct node *n, const struct node *from)
{
    size_t count = from->call.arg_count;
    n->call.name = copy_str(c, from->call.name);
    n->call.args = count > 0 ? arena_array(&c->into->arena, struct node *, count) : NULL;
    for (size_t i = 0; i < count; i++) {
        if ((n->call.args[i] = tree_copy(c, from->call.args[i])) == NULL) {
            return false;
        }
    }
    return true;
}

static bool copy_aggregate(struct tree_copy *c, struct node *n, const struct node *from)
{
    n->aggregate.labels = copy_labels(c, from->aggregate.labels, from->aggregate.label_count);
    n->aggregate.inner = tree_copy(c, from->aggregate.inner);
    if (n->aggregate.inner != NULL && from->aggregate.parameter != NULL) {
        n->aggregate.parameter = tree_copy(c, from->aggregate.parameter);
        return n->aggregate.parameter != NULL;
    }
    return n->aggregate.inner != NULL;
}

static bool copy_binary(struct tree_copy *c, struct node *n, const struct node *from)
{
    n->binary.labels = copy_labels(c, from->binary.labels, from->binary.label_count);
    n->binary.include = copy_labels(c, from->binary.include, from->binary.include_count);
    if (c->end != 0) {
        n->binary.op_begin = c->begin;
        n->binary.op_end = c->end;
    }
    n->binary.left = tree_copy(c, from->binary.left);
    n->binary.right = n->binary.left != NULL ? tree_copy(c, from->binary.right) : NULL;
    return n->binary.right != NULL;
}

static bool copy_inside(struct tree_copy *c, struct node *n, const struct node *from)
{
    switch (from->kind) {
    case NODE_NUMBER:
        n->number.text = copy_str(c, from->number.text);
        return true;
    case NODE_STRING:
        n->string = copy_str(c, from->string);
        return true;
    case NODE_SELECTOR:
        return copy_selector(c, n, from);
    case NODE_SUBQUERY:
        return copy_subquery(c, n, from);
    case NODE_CALL:
        return copy_call(c, n, from);
    case NODE_AGGREGATE:
        return copy_aggregate(c, n, from);
    case NODE_BINARY:
        return copy_binary(c, n, from);
    case NODE_UNARY:
        return (n->unary.inner = tree_copy(c, from->unary.inner)) != NULL;
    case NODE_PAREN:
        return (n->paren = tree_copy(c, from->paren)) != NULL;
    case NODE_SIGNAL:
        n->signal.name = copy_str(c, from->signal.name);
        return (n->signal.inner = tree_copy(c, from->signal.inner)) != NULL;
    }
    return false;
}

struct node *tree_copy(struct tree_copy *c, const struct node *from)
{
    if (++*c->nodes > EXPR_MAX_NODES) {
        error_set(c->err, ERROR_LIMIT, "the expression has more than %d parts", EXPR_MAX_NODES);
        return NULL;
    }
    size_t bytes = node_bytes(from);
    struct node *n = arena_alloc(&c->into->arena, bytes);
    memcpy(n, from, bytes);
    if (c->end != 0) {
        n->begin = c->begin;
        n->end = c->end;
    }
    return copy_inside(c, n, from) ? n : NULL;
}

/* A copy of `e` that takes over its terms, in an arena that has room for `bytes` at first. */
static struct expr *copy_whole(const struct expr *e, size_t bytes)
{
    struct expr *copy = mem_alloc(sizeof(*copy));
    *copy = *e;
    copy->selectors = NULL;
    copy->selector_count = 0;
    arena_init_sized(&copy->arena, bytes);
    copy->text = arena_str(&copy->arena, e->text);
    size_t nodes = 0;
    struct error err = ERROR_INIT;
    struct tree_copy c = {.into = copy, .nodes = &nodes, .moved = e, .err = &err};
    copy->root = tree_copy(&c, e->root);
    /* There are no more nodes than the parser allowed, and no durations to compute. */
    assert(copy->root != NULL);
    return copy;
}

/* Without its terms, which another one has. */
static void free_shell(struct expr *e)
{
    arena_release(&e->arena);
    free(e);
}

struct expr *tree_compact(struct expr *e, struct selector_table *shared)
{
    for (struct node *n = e->selectors; n != NULL; n = n->selector.next) {
        if (n->selector.terms == NULL) {
            selector_terms_set(n, shared);
        }
    }
    /* How much it will be is only known from a copy. */
    struct expr *measured = copy_whole(e, e->arena.used_bytes);
    struct expr *compact = copy_whole(e, measured->arena.used_bytes);
    free_shell(measured);
    free_shell(e);
    return compact;
}

struct expr *expr_for_question(const struct expr *e, int64_t step_ms, int64_t range_ms,
                               struct error *err)
{
    struct expr *copy = mem_zalloc(1, sizeof(*copy));
    copy->refs = 1;
    arena_init(&copy->arena);
    copy->text = arena_str(&copy->arena, e->text);
    const struct question_times question = {(double)step_ms / 1000, (double)range_ms / 1000};
    size_t nodes = 0;
    struct tree_copy c = {.into = copy, .nodes = &nodes, .question = &question, .err = err};
    copy->root = tree_copy(&c, e->root);
    if (copy->root == NULL) {
        expr_unref(copy);
        return NULL;
    }
    expr_identify(copy);
    return copy;
}
