/*
 * Several questions as one expression, and its answer taken apart again. Each expression is tagged
 * with its number in a label of its own and all are joined by `or`, which keeps everything, since
 * series of two numbers never match:
 *
 *     (label_replace(up, "tocsin_question", "0", "", "") or
 *      label_replace(rate(x[5m]), "tocsin_question", "1", "", ""))
 *
 * An empty source label matches the empty expression on every server that knows label_replace. The
 * tree of `or` is balanced, for a chain would be as high as it is long. JOINT_LABEL is ours: series
 * that have such a label lose it.
 *
 * Pure: who asks, and when, is bundle.c's. Owner: joint_plan_create/destroy; it references the
 * expressions, so that they can be told by address.
 */
#ifndef TOCSIN_QUERY_JOINT_H
#define TOCSIN_QUERY_JOINT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/vec.h"
#include "promql/promql.h"

#define JOINT_LABEL "tocsin_question"
/* Questions and bytes of text of one joined expression. VictoriaMetrics takes no more than 16 KiB
 * unless told otherwise; the other servers take more. */
#define JOINT_MAX_QUESTIONS ((size_t)64)
#define JOINT_MAX_BYTES     ((size_t)15 * 1024)

/* Is it an instant vector whose answer has no order to lose? */
bool joint_takes(const struct expr *e, bool instant);

/* A run of the plan's expressions. */
struct joint_part {
    size_t first;
    size_t count;
    struct expr *joined; /* NULL: to be asked one by one */
};

/* How a list of expressions is asked: in parts, in their order. */
struct joint_plan {
    VEC(struct expr *) exprs;
    VEC(struct joint_part) parts;
};

struct joint_plan *joint_plan_create(const struct expr *const *exprs, size_t count);
void joint_plan_destroy(struct joint_plan *plan); /* NULL is fine */
/* Is it made of these very expressions? */
bool joint_plan_is_of(const struct joint_plan *plan, const struct expr *const *exprs, size_t count);

/*
 * Gives each of the `count` expressions its part of the answer: its series, in the answer's order,
 * without the tag, their points moved and not copied; the annotations go to all. `parts` are
 * initialised by the call and the caller's; on false (ERROR_PROTOCOL: a tag that nobody gave) they
 * hold nothing. What is left of `answer` is still the caller's to release.
 */
bool joint_split(struct value *answer, size_t count, struct label_table *table, struct value *parts,
                 struct error *err) ATTR_NODISCARD;

#endif
