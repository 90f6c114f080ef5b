/*
 * What expressions have in common, found once: for rules, of which thousands ask the same of the
 * same data at the same time.
 *
 * - What a selector selects is kept until series come or go.
 * - Expressions are announced. A part that stands in two or more places of announced expressions is
 *   evaluated once for one grid and way of evaluating, until a target that it was computed from
 *   brings samples (sources.h); the other places get a copy, their annotations with places in their
 *   own texts. As questions with another grid come, what was kept is let go bit by bit.
 * - The windows that announced expressions read at an instant are kept decoded for the next instant
 *   (kept_samples.h).
 *
 * Answers are the same bit by bit with and without. Samples that a kept result was computed from
 * are not counted again (promql.h: max_samples).
 *
 * Owner: memo_create/memo_destroy; destroyed before the store and the label table, while no
 * evaluation uses it. Expressions may be announced and withdrawn at any time, also while an
 * evaluation pauses. One store a memo. Limits: MEMO_MAX_BYTES each for selections, results and
 * samples; what does not fit is computed again.
 */
#ifndef TOCSIN_PROMQL_EVAL_MEMO_H
#define TOCSIN_PROMQL_EVAL_MEMO_H

#include "promql/ast.h"

struct memo;

#define MEMO_MAX_BYTES ((size_t)32 << 20)

/* `max_bytes` 0: MEMO_MAX_BYTES. */
struct memo *memo_create(size_t max_bytes);
void memo_destroy(struct memo *memo); /* NULL is fine */

/* Keeps a reference. The same expression may be announced several times: by several rules. */
void memo_add(struct memo *memo, const struct expr *e);
/* Takes back one announcement; nothing where there is none. */
void memo_remove(struct memo *memo, const struct expr *e);

struct memo_stats {
    size_t shared; /* parts that stand in two or more places */
    size_t bytes;  /* of results, selections and samples */
    uint64_t computed;
    uint64_t reused;
};
void memo_stats(const struct memo *memo, struct memo_stats *out);

#endif
