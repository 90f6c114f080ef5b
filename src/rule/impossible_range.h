/*
 * Between which values an expression's values are, whatever the data. Private to this folder.
 *
 * Conservative: where it is not certain, anything is possible. That counters are never negative is
 * taken from their names (`_total`, `_count`, `_bucket`); that a part is no larger than the whole
 * where both are the same expression, but for more matchers.
 */
#ifndef TOCSIN_RULE_IMPOSSIBLE_RANGE_H
#define TOCSIN_RULE_IMPOSSIBLE_RANGE_H

#include "promql/promql.h"

/* Both ends belong to it. A value that is not a number is in every range: no comparison but `!=`
 * holds of it. */
struct value_range {
    double low;
    double high;
};

struct value_range value_range_of(const struct node *n);
static inline bool value_range_is_one(struct value_range r)
{
    return r.low == r.high;
}

#endif
