/* See rule_loop.h. */
#include "unittest/rule_loop.h"

#include <stdlib.h>
#include <string.h>

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

/* What the store has of a series at a time; false where it has nothing. */
static bool stored_at(const struct store *store, const struct labels *labels, int64_t t_ms,
                      double *v, struct error *err)
{
    struct matcher name;
    struct selection found = {0};
    bool there = false;
    if (!matcher_init(&name, MATCH_EQUAL, STR(LABEL_NAME), labels_name(labels), err)) {
        return false;
    }
    if (store_select(store, &name, 1, &found, err)) {
        VEC_EACH (&found.series, const struct series *, s) {
            int64_t at_ms;
            there = there ||
                    (series_labels(*s) == labels && series_read_last(*s, t_ms, t_ms, &at_ms, v));
        }
    }
    selection_release(&found);
    matcher_release(&name);
    return there;
}

/* The store refused some samples: right where the same was there already (another rule wrote it),
 * and else the rule's error, as in Prometheus. */
static bool explain_refused(const struct rule_loop *l, struct error *err)
{
    VEC_EACH (&l->samples.samples, const struct batch_sample, s) {
        double v;
        bool there = stored_at(l->store, s->labels, l->samples.t_ms, &v, err);
        if (error_is(err)) {
            return false;
        }
        if (there && memcmp(&v, &s->v, sizeof(v)) == 0) {
            continue;
        }
        struct strbuf name = STRBUF_INIT;
        labels_format(&name, s->labels);
        error_set(err, ERROR_EVALUATION, "%s has %s already", strbuf_cstr(&name),
                  there ? "another value at this time" : "newer samples");
        strbuf_release(&name);
        return false;
    }
    return true;
}

static uint64_t refused(const struct store *store)
{
    struct store_stats stats;
    store_stats(store, &stats);
    return stats.out_of_order;
}

/* Markers may be refused: another rule wrote the series at this time. */
static bool commit(struct rule_loop *l, store_target target, struct error *err)
{
    uint64_t before = refused(l->store);
    if (!store_commit(l->store, target, &l->samples, NULL, err)) {
        return false;
    }
    if (refused(l->store) != before && !explain_refused(l, err)) {
        return false;
    }
    return store_commit(l->store, target, &l->markers, NULL, err);
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
    return ok && commit(l, g->target, err);
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
