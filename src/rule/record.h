/*
 * What a recording rule writes: its answer under its name, with its labels, at the time it was
 * asked for; and staleness markers for the series it wrote the time before and no longer does
 * (prometheus: rules/recording.go and group.go).
 *
 * Owner: record_init/record_release keep the series of the last time; the rule is borrowed.
 */
#ifndef TOCSIN_RULE_RECORD_H
#define TOCSIN_RULE_RECORD_H

#include "promql/value.h"
#include "rule/rule.h"
#include "rule/written.h"
#include "series/batch.h"

struct record {
    const struct rule *rule;
    struct written written;
};

void record_init(struct record *r, const struct rule *rule);
void record_release(struct record *r);

/*
 * From the answer, of one step, to `samples` and `markers`, both at the batches' times. An answer
 * that is neither vector nor scalar is ERROR_TYPE. More than `limit` series (0: any number) are
 * ERROR_LIMIT, two that are the same under the rule's labels ERROR_EVALUATION; then the batches and
 * the memory of the last time are left as they were.
 */
bool record_apply(struct record *r, const struct value *answer, int64_t limit,
                  struct label_table *table, struct batch *samples, struct batch *markers,
                  struct error *err) ATTR_NODISCARD;

#endif
