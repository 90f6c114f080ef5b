/* See rule_loop.h. */
#include "unittest/rule_loop.h"

#include <stdlib.h>

#include "rule/commit.h"

void rule_loop_init(struct rule_loop *l, struct store *store, struct label_table *table,
                    const struct eval_options *options)
{
    *l = (struct rule_loop){.store = store, .table = table, .options = *options};
    l->options.memo = l->memo = memo_create(0);
    batch_init(&l->samples);
    batch_init(&l->markers);
}

void rule_loop_release(struct rule_loop *l)
{
    memo_destroy(l->memo);
    VEC_EACH (&l->groups, struct live_group, g) {
        VEC_EACH (&g->rules, struct live_rule, r) {
            record_release(&r->record);
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
        struct live_rule rule = {.rule = &group->rules[i]};
        record_init(&rule.record, rule.rule);
        memo_add(l->memo, rule.rule->expr);
        vec_push(&live.rules, rule);
    }
    vec_push(&l->groups, live);
    size_t at = l->groups.len - 1;
    for (; at > 0 && l->groups.items[at - 1].rank > rank; at--) {
        l->groups.items[at] = l->groups.items[at - 1];
    }
    l->groups.items[at] = live;
}

bool rule_loop_has_alerts(const struct rule_loop *l)
{
    VEC_EACH (&l->groups, const struct live_group, g) {
        VEC_EACH (&g->rules, const struct live_rule, r) {
            if (r->rule->kind == RULE_ALERTING) {
                return true;
            }
        }
    }
    return false;
}

/* One pass: did it find another? */
static bool find_more_unknowns(struct rule_loop *l, struct unknowns *u)
{
    bool found = false;
    VEC_EACH (&l->groups, struct live_group, g) {
        VEC_EACH (&g->rules, struct live_rule, r) {
            if (!r->unknown && r->rule->kind == RULE_RECORDING &&
                unknowns_of(u, r->rule->expr) != NULL) {
                r->unknown = true;
                unknowns_add_record(u, r->rule);
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

static bool run_recording(struct rule_loop *l, const struct live_group *g, struct live_rule *r,
                          int64_t t_ms, struct error *err)
{
    struct grid grid = grid_instant(t_ms);
    struct value answer;
    if (!expr_eval(r->rule->expr, l->store, l->table, &grid, true, &l->options, &answer, err)) {
        return false;
    }
    batch_reset(&l->samples, t_ms);
    batch_reset(&l->markers, t_ms);
    bool ok =
        record_apply(&r->record, &answer, g->group->limit, l->table, &l->samples, &l->markers, err);
    value_release(&answer);
    return ok && rule_commit(l->store, g->target, &l->samples, &l->markers, err);
}

static bool run_rule(struct rule_loop *l, const struct live_group *g, struct live_rule *r,
                     int64_t t_ms, struct error *err)
{
    switch (r->rule->kind) {
    case RULE_RECORDING:
        return r->unknown || run_recording(l, g, r, t_ms, err);
    case RULE_ALERTING:
        return true; /* the series they would write are among the unknowns */
    }
    return true;
}

bool rule_loop_step(struct rule_loop *l, int64_t t_ms, struct rule_failure *failure,
                    struct error *err)
{
    VEC_EACH (&l->groups, struct live_group, g) {
        VEC_EACH (&g->rules, struct live_rule, r) {
            if (!run_rule(l, g, r, t_ms - g->group->query_offset_ms, err)) {
                *failure = (struct rule_failure){.file = g->file, .rule = r->rule};
                return false;
            }
        }
    }
    return true;
}
