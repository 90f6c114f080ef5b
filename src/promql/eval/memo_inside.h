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
#ifndef TOCSIN_PROMQL_EVAL_MEMO_INSIDE_H
#define TOCSIN_PROMQL_EVAL_MEMO_INSIDE_H

#include "base/vec.h"
#include "promql/eval/columns.h"
#include "promql/eval/kept_samples.h"
#include "promql/eval/memo.h"
#include "promql/eval/note.h"
#include "promql/eval/selections.h"
#include "promql/eval/sources.h"
#include "promql/value.h"

/* Most have one: it stands in the list itself. */
struct part_list {
    union {
        struct part *one;
        struct part **many;
    };
    uint32_t count;
    uint32_t capacity; /* of `many`; 0: there is none, it is `one` */
};

/* Immutable once kept; an evaluation that copies it may pause and holds a reference. */
struct memo_result {
    unsigned refs;
    struct columns rows;
    struct notes notes; /* detached */
    size_t bytes;
    uint64_t way; /* memo.way that it was computed in */
    /* Of the store, before the first sample was read. */
    uint64_t version;
    uint64_t owners_version;
    struct sources sources;
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
    struct part *by_ordinal[]; /* NULL where a node is none */
};

/* What results depend on beside the expression and the store: all of struct evaluator that is not a
 * limit. */
struct memo_key {
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
    struct hash_set parts;       /* struct part, by fingerprint */
    struct hash_set plans;       /* struct plan, by address of the expression */
    struct memo_key key;         /* of the newest question */
    uint64_t way;                /* number of that key: results of others are of no more use */
    VEC(struct part *) kept;
    size_t hand; /* in `kept`: where room is looked for next */
    size_t result_bytes;
    size_t max_bytes;
    uint64_t computed;
    uint64_t reused;
};

/* The plan of an announced expression, as a reference for plan_unref; or NULL. `way` gets the
 * number of the key. */
struct plan *memo_enter(struct memo *memo, const struct expr *e, const struct memo_key *key,
                        uint64_t *way);
void memo_leave(struct memo *memo, struct plan *plan);

/* The part that a node is, where it is worth keeping; else NULL. `plan` may be NULL. */
static inline struct part *plan_part(const struct plan *plan, const struct node *n)
{
    struct part *p = plan != NULL ? plan->by_ordinal[n->ordinal] : NULL;
    return p != NULL && p->edges > 1 ? p : NULL;
}

/* The result of a part, as a reference; or NULL where there is none that is right now. Letting go
 * of others may pause. */
struct memo_result *memo_result(struct memo *memo, struct part *p, uint64_t way,
                                const struct store *store, struct work *work);
void memo_result_release(struct memo_result *r, struct work *work);
/* Is a result of so many bytes worth making? Lets go of what is of no more use. */
bool memo_has_room(struct memo *memo, size_t bytes, struct work *work);
/* Keeps a result, unless it is too large or of another key than the newest. Takes over `r`. */
void memo_keep(struct memo *memo, struct part *p, struct memo_result *r, struct work *work);

#endif
