/* See rule_loop.h. */
#include "unittest/rule_loop.h"

#include <stdlib.h>

#include "rule/commit.h"
#include "rule/text_queries.h"

void rule_loop_init(struct rule_loop *l, struct store *store, struct label_table *table,
                    const struct eval_options *options)
{
    *l = (struct rule_loop){.store = store, .table = table, .options = *options};
    l->options.memo = l->memo = memo_create(0);
    batch_init(&l->samples);
    batch_init(&l->markers);
}

static void rule_init(struct rule_loop *l, struct live_rule *r, const struct rule *rule)
{
    *r = (struct live_rule){.rule = rule};
    if (rule->kind == RULE_RECORDING) {
        record_init(&r->record, rule);
    } else {
        alerting_init(&r->alerting, rule, l->table);
    }
    memo_add(l->memo, rule->expr);
}

static void rule_release(struct live_rule *r)
{
    if (r->rule->kind == RULE_RECORDING) {
        record_release(&r->record);
    } else {
        alerting_release(&r->alerting);
    }
}

void rule_loop_release(struct rule_loop *l)
{
    memo_destroy(l->memo);
    VEC_EACH (&l->groups, struct live_group, g) {
        VEC_EACH (&g->rules, struct live_rule, r) {
            rule_release(r);
        }
        vec_release(&g->rules);
    }
    vec_release(&l->groups);
    batch_release(&l->samples);
    batch_release(&l->markers);
}

void rule_loop_add(struct rule_loop *l, const struct rule_file *file,
                   const struct rule_group *group, size_t rank)
{
    struct live_group live = {
        .group = group, .file = file->file, .rank = rank, .target = store_add_target(l->store)};
    for (size_t i = 0; i < group->rule_count; i++) {
        struct live_rule rule;
        rule_init(l, &rule, &group->rules[i]);
        vec_push(&live.rules, rule);
    }
    vec_push(&l->groups, live);
    size_t at = l->groups.len - 1;
    for (; at > 0 && l->groups.items[at - 1].rank > rank; at--) {
        l->groups.items[at] = l->groups.items[at - 1];
    }
    l->groups.items[at] = live;
}

/* One pass: did it find another? */
static bool find_more_unknowns(struct rule_loop *l, struct unknowns *u)
{
    bool found = false;
    VEC_EACH (&l->groups, struct live_group, g) {
        VEC_EACH (&g->rules, struct live_rule, r) {
            if (!r->unknown && unknowns_of(u, r->rule->expr) != NULL) {
                r->unknown = true;
                unknowns_add_rule(u, r->rule);
                found = true;
            }
        }
    }
    return found;
}

void rule_loop_find_unknowns(struct rule_loop *l, struct unknowns *u)
{
    while (u->list.len > 0 && find_more_unknowns(l, u)) {
    }
}

static bool ask(struct rule_loop *l, const struct expr *e, int64_t t_ms, struct value *answer,
                struct error *err)
{
    struct grid grid = grid_instant(t_ms);
    return expr_eval(e, l->store, l->table, &grid, true, &l->options, answer, err);
}

static bool run_recording(struct rule_loop *l, const struct live_group *g, struct live_rule *r,
                          const struct value *answer, struct error *err)
{
    return record_apply(&r->record, answer, g->group->limit, l->table, &l->samples, &l->markers,
                        err) &&
           rule_commit(l->store, g->target, &l->samples, &l->markers, err);
}

/* What the texts of alerts ask for is asked at the time of the evaluation, whatever the group's
 * offset (prometheus: rules/alerting.go, Eval). */
static void answer_texts(struct rule_loop *l, struct text_queries *queries, int64_t t_ms)
{
    struct text_query *query;
    while ((query = text_queries_open(queries)) != NULL) {
        struct value answer;
        struct error err = ERROR_INIT;
        if (ask(l, query->expr, t_ms, &answer, &err)) {
            text_query_answer(query, &answer, NULL);
            value_release(&answer);
        } else {
            text_query_answer(query, NULL, &err);
            error_release(&err);
        }
    }
}

static bool run_alerting(struct rule_loop *l, const struct live_group *g, struct live_rule *r,
                         const struct value *answer, int64_t t_ms, struct error *err)
{
    struct text_queries queries;
    text_queries_init(&queries);
    struct alerting_context texts = l->texts;
    texts.query = text_queries_look;
    texts.user = &queries;
    enum alerting_result result;
    while ((result = alerting_collect(&r->alerting, answer, g->group->limit, &texts, err)) ==
           ALERTING_PENDING) {
        answer_texts(l, &queries, t_ms);
    }
    text_queries_release(&queries);
    if (result != ALERTING_DONE) {
        return false;
    }
    const struct alert_policy policy = {.for_ms = r->rule->for_ms,
                                        .keep_firing_for_ms = r->rule->keep_firing_for_ms};
    const struct alerting_events nobody = {0};
    alerting_settle(&r->alerting, &policy, t_ms, &nobody);
    return alerting_write(&r->alerting, &l->samples, &l->markers, err) &&
           rule_commit(l->store, g->target, &l->samples, &l->markers, err);
}

static bool run_rule(struct rule_loop *l, const struct live_group *g, struct live_rule *r,
                     int64_t t_ms, struct error *err)
{
    int64_t data_ms = t_ms - g->group->query_offset_ms;
    struct value answer;
    if (r->unknown) {
        return true;
    }
    if (!ask(l, r->rule->expr, data_ms, &answer, err)) {
        return false;
    }
    batch_reset(&l->samples, data_ms);
    batch_reset(&l->markers, data_ms);
    bool ok = r->rule->kind == RULE_RECORDING ? run_recording(l, g, r, &answer, err)
                                              : run_alerting(l, g, r, &answer, t_ms, err);
    value_release(&answer);
    return ok;
}

bool rule_loop_step(struct rule_loop *l, int64_t t_ms, struct rule_failure *failure,
                    struct error *err)
{
    VEC_EACH (&l->groups, struct live_group, g) {
        VEC_EACH (&g->rules, struct live_rule, r) {
            if (!run_rule(l, g, r, t_ms, err)) {
                *failure = (struct rule_failure){.file = g->file, .rule = r->rule};
                return false;
            }
        }
    }
    return true;
}
