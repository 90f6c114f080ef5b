/* See memo.h and memo_inside.h. */
#include "promql/eval/memo.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "promql/eval/memo_inside.h"
#include "promql/promql.h"

struct memo *memo_create(size_t max_bytes)
{
    struct memo *memo = mem_zalloc(1, sizeof(*memo));
    memo->max_bytes = max_bytes != 0 ? max_bytes : MEMO_MAX_BYTES;
    selections_init(&memo->selections, memo->max_bytes);
    kept_samples_init(&memo->samples, memo->max_bytes);
    return memo;
}

void memo_result_release(struct memo_result *r, struct work *work)
{
    if (r != NULL && --r->refs == 0) {
        r->rows.work = work;
        columns_release(&r->rows);
        notes_release(&r->notes);
        free(r);
    }
}

/* The part's result is no longer kept; the reference is the caller's. */
static struct memo_result *take_result(struct memo *memo, struct part *p)
{
    struct memo_result *r = p->result;
    struct part *last = memo->kept.items[--memo->kept.len];
    memo->kept.items[p->kept_at] = last;
    last->kept_at = p->kept_at;
    memo->result_bytes -= r->bytes;
    p->result = NULL;
    return r;
}

static void release_list(struct memo *memo, struct part_list *list);

/* Nobody asks for it any more. */
static void drop_part(struct memo *memo, struct part *p)
{
    hash_set_remove(&memo->parts, p->node->fingerprint, p);
    if (p->result != NULL) {
        memo_result_release(take_result(memo, p), NULL);
    }
    release_list(memo, &p->below);
    expr_unref(p->owner);
    free(p);
}

static struct part **list_parts(struct part_list *list)
{
    return list->capacity != 0 ? list->many : &list->one;
}

static void list_add(struct part_list *list, struct part *p)
{
    uint32_t room = list->capacity != 0 ? list->capacity : 1;
    if (list->count == room) {
        struct part **many = mem_alloc(2 * room * sizeof(struct part *));
        memcpy(many, list_parts(list), room * sizeof(struct part *));
        if (list->capacity != 0) {
            free(list->many);
        }
        list->many = many;
        list->capacity = 2 * room;
    }
    list_parts(list)[list->count++] = p;
}

static void release_list(struct memo *memo, struct part_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        struct part *p = list_parts(list)[i];
        if (--p->edges == 0) {
            drop_part(memo, p);
        }
    }
    if (list->capacity != 0) {
        free(list->many);
    }
    *list = (struct part_list){0};
}

static void plan_unref(struct memo *memo, struct plan *plan)
{
    if (--plan->refs == 0) {
        release_list(memo, &plan->roots);
        expr_unref(plan->expr);
        free(plan);
    }
}

static uint64_t address_hash(const struct expr *e)
{
    uintptr_t address = (uintptr_t)e;
    return str_hash(str_span((const char *)&address, sizeof(address)));
}

static struct plan *find_plan(const struct memo *memo, const struct expr *e)
{
    uint64_t hash = address_hash(e);
    struct plan *plan;
    size_t at = hash_set_first(&memo->plans, hash);
    while ((plan = hash_set_next(&memo->plans, hash, &at)) != NULL && plan->expr != e) {
    }
    return plan;
}

static struct part *find_part(const struct memo *memo, const struct node *n)
{
    struct part *p;
    size_t at = hash_set_first(&memo->parts, n->fingerprint);
    while ((p = hash_set_next(&memo->parts, n->fingerprint, &at)) != NULL &&
           !node_equal(p->node, n)) {
    }
    return p;
}

/* Instant vectors that something is computed for. */
static bool is_part(const struct node *n)
{
    return n->type == VALUE_VECTOR && n->kind != NODE_PAREN && n->kind != NODE_SIGNAL;
}

/* Gives the nodes from `n` down their parts. `above` gets an edge to each part that is asked first
 * on the way down; NULL where an equal node has done so already. */
static void announce(struct memo *memo, struct plan *plan, const struct node *n,
                     struct part_list *above)
{
    if (n->kind == NODE_SUBQUERY) {
        return; /* its inside is asked over another grid */
    }
    if (is_part(n)) {
        struct part *p = find_part(memo, n);
        bool is_new = p == NULL;
        if (is_new) {
            p = mem_zalloc(1, sizeof(*p));
            p->node = n;
            p->owner = expr_ref(plan->expr);
            hash_set_insert(&memo->parts, n->fingerprint, p);
        }
        plan->by_ordinal[n->ordinal] = p;
        if (above != NULL) {
            p->edges++;
            list_add(above, p);
        }
        above = is_new ? &p->below : NULL;
    }
    const struct node *child;
    for (size_t i = 0; (child = node_child(n, i)) != NULL; i++) {
        announce(memo, plan, child, above);
    }
}

void memo_add(struct memo *memo, const struct expr *e)
{
    struct plan *plan = find_plan(memo, e);
    if (plan == NULL) {
        plan = mem_zalloc(1, sizeof(*plan) + (e->node_count + 1) * sizeof(struct part *));
        plan->refs = 1;
        plan->expr = expr_ref(e);
        hash_set_insert(&memo->plans, address_hash(e), plan);
    }
    plan->announced++;
    announce(memo, plan, e->root, &plan->roots);
}

void memo_remove(struct memo *memo, const struct expr *e)
{
    struct plan *plan = find_plan(memo, e);
    if (plan == NULL) {
        return;
    }
    if (--plan->announced > 0) {
        /* Each announcement has added the same edges behind those of the one before. */
        size_t each = plan->roots.count / (plan->announced + 1);
        for (size_t i = 0; i < each; i++) {
            list_parts(&plan->roots)[--plan->roots.count]->edges--;
        }
        return;
    }
    hash_set_remove(&memo->plans, address_hash(e), plan);
    plan_unref(memo, plan);
}

void memo_destroy(struct memo *memo)
{
    if (memo == NULL) {
        return;
    }
    while (memo->kept.len > 0) {
        memo_result_release(take_result(memo, memo->kept.items[memo->kept.len - 1]), NULL);
    }
    struct plan *plan;
    for (size_t at = 0; (plan = hash_set_each(&memo->plans, &at)) != NULL;) {
        plan_unref(memo, plan);
    }
    hash_set_release(&memo->plans);
    hash_set_release(&memo->parts);
    vec_release(&memo->kept);
    selections_release(&memo->selections);
    samples_release(&memo->spare);
    kept_samples_release(&memo->samples);
    free(memo);
}

static bool keys_equal(const struct memo_key *a, const struct memo_key *b)
{
    return grid_equal(&a->grid, &b->grid) && a->end_ms == b->end_ms &&
           a->lookback_ms == b->lookback_ms && a->default_step_ms == b->default_step_ms &&
           a->semantics == b->semantics && a->instant == b->instant;
}

struct plan *memo_enter(struct memo *memo, const struct expr *e, const struct memo_key *key,
                        uint64_t *way)
{
    struct plan *plan = find_plan(memo, e);
    if (plan == NULL) {
        return NULL;
    }
    if (!keys_equal(&memo->key, key)) {
        memo->way++;
        if (memo->key.grid.start_ms != key->grid.start_ms) {
            kept_samples_next_round(&memo->samples);
        }
        memo->key = *key;
    }
    *way = memo->way;
    plan->refs++;
    return plan;
}

void memo_leave(struct memo *memo, struct plan *plan)
{
    if (plan != NULL) {
        plan_unref(memo, plan);
    }
}

static bool is_right(const struct memo_result *r, const struct store *store)
{
    return r->owners_version == store_owners_version(store) &&
           sources_version(&r->sources, store) <= r->version;
}

struct memo_result *memo_result(struct memo *memo, struct part *p, uint64_t way,
                                const struct store *store, struct work *work)
{
    struct memo_result *r = p->result;
    if (r == NULL || r->way > way) {
        return NULL; /* there is none, or it belongs to a question that came in a pause */
    }
    if (r->way < way || !is_right(r, store)) {
        memo_result_release(take_result(memo, p), work);
        return NULL;
    }
    memo->reused++;
    r->refs++;
    return r;
}

/* Of the results looked at in one go. */
#define LOOKS 64

bool memo_has_room(struct memo *memo, size_t bytes, struct work *work)
{
    for (int i = 0; i < LOOKS && bytes > memo->max_bytes - memo->result_bytes; i++) {
        if (memo->kept.len == 0) {
            return false;
        }
        memo->hand = memo->hand < memo->kept.len ? memo->hand : 0;
        struct part *p = memo->kept.items[memo->hand];
        if (p->result->way < memo->way) {
            memo_result_release(take_result(memo, p), work);
        } else {
            memo->hand++;
        }
    }
    return bytes <= memo->max_bytes - memo->result_bytes;
}

void memo_keep(struct memo *memo, struct part *p, struct memo_result *r, struct work *work)
{
    if (p->result != NULL && p->result->way <= r->way) {
        memo_result_release(take_result(memo, p), work); /* another was made in a pause */
    }
    if (!memo_has_room(memo, r->bytes, work) || p->result != NULL || r->way != memo->way) {
        memo_result_release(r, work);
        return;
    }
    p->result = r;
    memo->result_bytes += r->bytes;
    memo->computed++;
    p->kept_at = memo->kept.len;
    vec_push(&memo->kept, p);
}

void memo_stats(const struct memo *memo, struct memo_stats *out)
{
    *out = (struct memo_stats){.bytes = memo->result_bytes + memo->selections.bytes +
                                        memo->samples.bytes,
                               .computed = memo->computed,
                               .reused = memo->reused};
    const struct part *p;
    for (size_t at = 0; (p = hash_set_each(&memo->parts, &at)) != NULL;) {
        out->shared += p->edges > 1;
    }
}
