/*
 * Why did an alert vanish? An empty answer does not say whether the condition turned false or the
 * data stopped. So more is asked, at the same time of evaluation:
 *
 *   - have the condition's selectors data for this alert? Then the condition is false, unless a
 *     target is down whose data they had when something was last known of it: a sum that is small
 *     for want of its largest part says nothing (this goes as far back as its source remembers);
 *   - is a target of it down (`up`), or is its metric gone altogether? Then nothing is known;
 *   - are there siblings, on a target that is well? Then the object itself was deleted.
 *
 * Selectors are asked as instants: a window still holds samples of data that has stopped. Of a
 * comparison both sides count, of `and` both, of `or` either, of `unless` the left one; what stands
 * in absent() does not count. An alert's labels are looked for where a selector's series have them:
 * other labels, and those that the expression or the rule makes, say nothing about it.
 *
 *     evidence_create -> evidence_question(0..count) are asked -> evidence_answer for each
 *     -> evidence_judge for each alert
 *
 * Owner: evidence_destroy. Limit: EVIDENCE_MAX_SELECTORS; of more, the others are taken to have
 * data.
 */
#ifndef TOCSIN_RULE_EVIDENCE_H
#define TOCSIN_RULE_EVIDENCE_H

#include "promql/promql.h"
#include "rule/alerting.h"

#define EVIDENCE_MAX_SELECTORS 64

struct evidence;

/* For these alerts of the rule, at the time of evaluation. Without any, only what evidence_is_idle
 * needs is asked. */
struct evidence *evidence_create(const struct rule *rule, struct alert *const *alerts, size_t count,
                                 int64_t t_ms);
void evidence_destroy(struct evidence *e); /* NULL is fine */
size_t evidence_count(const struct evidence *e);
const struct expr *evidence_question(const struct evidence *e, size_t i);
/* Moves out of `value`. A question without an answer counts as one of which nothing is known. */
void evidence_answer(struct evidence *e, size_t i, struct value *value);
/* FINDING_FALSE, FINDING_GONE or FINDING_MISSING. The reason is good as long as the evidence. */
struct alerting_verdict evidence_judge(const struct evidence *e, const struct alert *alert);
/* Of the condition: nothing of what it selects is there, though it needs something. For rules
 * without any alert. */
bool evidence_is_idle(const struct evidence *e);
/* The selectors that the condition needs, as plain PromQL; `i` is from 0. */
size_t evidence_selector_count(const struct evidence *e);
struct str evidence_selector(const struct evidence *e, size_t i);
/* It was asked, and nothing of it is there. */
bool evidence_is_empty(const struct evidence *e, size_t i);

/* The comparison with a number at the top of a condition, or false: `p95 > 0.5`. */
struct rule_threshold {
    double value;
    const char *comparison; /* ">" */
    enum unit unit;         /* as the number was written; UNIT_COUNT without */
    const struct node *left;
};
bool rule_threshold(const struct expr *e, struct rule_threshold *out);

#endif
