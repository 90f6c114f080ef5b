/* What the two halves of aggregation share. Private to this folder. */
#ifndef TOCSIN_PROMQL_EVAL_AGGREGATE_H
#define TOCSIN_PROMQL_EVAL_AGGREGATE_H

#include "promql/eval/eval.h"
#include "promql/eval/label_groups.h"

/* What `by` or `without` leaves of a series' labels. Neither is `by ()`: one group. */
struct label_reduction aggregate_reduction(const struct node *n);

/* topk, bottomk, quantile, count_values, limitk, limit_ratio. */
bool aggregate_select(struct evaluator *ev, const struct node *n,
                      struct columns *out) ATTR_NODISCARD;

#endif
