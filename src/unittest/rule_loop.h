/*
 * The rules of a test at work: every group at every evaluation time, rule after rule, each result
 * written to the store before the next rule is asked, as in a server (prometheus: rules/group.go,
 * Eval). A group's own `interval` does not count here: promtool evaluates all of them at the test's
 * evaluation interval. Its `limit` and `query_offset` do.
 *
 * Alerts go the way they go in a Prometheus: none is held open because it flaps, and one that
 * vanishes is over, whatever its data.
 *
 * Owner: rule_loop_init/rule_loop_release; rule files, store and table are borrowed.
 */
#ifndef TOCSIN_UNITTEST_RULE_LOOP_H
#define TOCSIN_UNITTEST_RULE_LOOP_H

#include "promql/eval/memo.h"
#include "promql/promql.h"
#include "rule/alerting.h"
#include "rule/record.h"
#include "rule/rule.h"
#include "series/store.h"
#include "unittest/unknowns.h"

struct live_rule {
    const struct rule *rule;
    bool unknown;             /* its expression cannot be evaluated: it is left out */
    struct record record;     /* recording rules */
    struct alerting alerting; /* alerting rules */
};

struct live_group {
    const struct rule_group *group;
    const char *file;
    size_t rank; /* place in the order that the test asks for */
    store_target target;
    VEC(struct live_rule) rules;
};

struct rule_loop {
    struct store *store;
    struct label_table *table;
    struct memo *memo; /* rules ask the same again and again */
    struct eval_options options;
    struct alerting_context texts; /* what alerts' texts know; its query and user are set here */
    VEC(struct live_group) groups;
    struct batch samples; /* scratch */
    struct batch markers;
};

void rule_loop_init(struct rule_loop *l, struct store *store, struct label_table *table,
                    const struct eval_options *options);
void rule_loop_release(struct rule_loop *l);
/* Groups run in the order of their ranks, those of the same rank as they were added. */
void rule_loop_add(struct rule_loop *l, const struct rule_file *file,
                   const struct rule_group *group, size_t rank);
/* Marks the rules that ask for what is unknown, and adds what they would write to it. */
void rule_loop_find_unknowns(struct rule_loop *l, struct unknowns *u);

/* A rule that could not be evaluated, or whose result could not be stored. */
struct rule_failure {
    const char *file;
    const struct rule *rule;
};
/* All groups at `t_ms`. On false `err` says what went wrong and `failure` with which rule. */
bool rule_loop_step(struct rule_loop *l, int64_t t_ms, struct rule_failure *failure,
                    struct error *err) ATTR_NODISCARD;

#endif
