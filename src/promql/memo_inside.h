/*
 * The inside of a memo, for the evaluator: plans, shared parts and their results. Private to this
 * folder.
 *
 * A shared part (`struct part`) is one for all equal nodes of announced expressions. Parts form a
 * graph: an edge leads from a part to each part that is asked while it is computed. So a part with
 * two edges into it is asked twice though all results are kept, and only such a part is worth
 * keeping the result of.
 *
 * A plan is an expression's view of that: for each of its nodes the part, by ordinal of node.
 */
#ifndef TOCSIN_PROMQL_MEMO_INSIDE_H
#define TOCSIN_PROMQL_MEMO_INSIDE_H

#include "base/vec.h"
#include "promql/columns.h"
#include "promql/kept_samples.h"
#include "promql/memo.h"
#include "promql/note.h"
#include "promql/selections.h"
#include "promql/value.h"

struct part_list {
    VEC(struct part *) parts;
};

/* Immutable once kept; an evaluation that copies it may pause and holds a reference. */
struct memo_result {
    unsigned refs;
    struct columns rows;
    struct notes notes; /* detached */
    size_t bytes;
};

struct part {
    const struct node *node; /* one of the equal ones */
    struct expr *owner;      /* of `node`: a reference */
    struct part_list below;  /* edges from here */
    size_t edges;            /* into here: from parts and from announced expressions */
    struct memo_result *result;
    size_t kept_at; /* with a result: where in memo.kept */
};

struct plan {
    unsigned refs; /* the announcement's and those of evaluations under way */
    size_t announced;
    struct expr *expr; /* a reference */
    struct part_list roots;
    struct part **by_ordinal; /* NULL where a node is none */
};

/* What results depend on beside the expression: all of struct evaluator that is not a limit. */
struct memo_key {
    uint64_t store_version;
    struct grid grid;
    int64_t end_ms;
    int64_t lookback_ms;
    int64_t default_step_ms;
    int semantics;
    bool instant;
};

struct memo {
    struct selections selections;
    struct samples spare;
    struct kept_samples samples; /* at the instants of announced expressions */
    struct hash_set parts; /* struct part, by fingerprint */
    struct hash_set plans; /* struct plan, by address of the expression */
    struct memo_key key;   /* of all results */
    VEC(struct part *) kept;
    size_t result_bytes;
    size_t max_bytes;
    uint64_t computed;
    uint64_t reused;
};

/* The plan of an announced expression, as a reference for plan_unref; or NULL. Results for another
 * key are let go. */
struct plan *memo_enter(struct memo *memo, const struct expr *e, const struct memo_key *key);
void memo_leave(struct memo *memo, struct plan *plan);

/* The part that a node is, where it is worth keeping; else NULL. `plan` may be NULL. */
static inline struct part *plan_part(const struct plan *plan, const struct node *n)
{
    struct part *p = plan != NULL ? plan->by_ordinal[n->ordinal] : NULL;
    return p != NULL && p->edges > 1 ? p : NULL;
}

/* The result of a part for this key, as a reference; or NULL. */
struct memo_result *memo_result(struct memo *memo, const struct part *p,
                                const struct memo_key *key);
void memo_result_unref(struct memo_result *r);
/* Would a result of that size be kept? Asked before it is copied for that. */
bool memo_has_room(const struct memo *memo, size_t bytes);
/* Keeps a result, unless it is too large or no longer of the memo's key. Takes over `r`. */
void memo_keep(struct memo *memo, struct part *p, const struct memo_key *key,
               struct memo_result *r);

#endif
