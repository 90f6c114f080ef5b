/* See group.h. */
#include "alert/group.h"

#include <stdlib.h>

#include "base/mem.h"
#include "promql/promql.h"
#include "series/store.h"

/* Rules of one group that are asked for at a time. */
#define OPEN_MAX 64

static uint64_t mix(uint64_t a, uint64_t b)
{
    /* The finaliser of splitmix64 (Steele, Lea, Flood 2014). */
    uint64_t z = a ^ (b + UINT64_C(0x9e3779b97f4a7c15) + (a << 6) + (a >> 2));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

char *group_rule_name(const struct live_rule *live)
{
    const struct rule_group *group = live->group->bound->group;
    size_t number = 1;
    for (const struct rule *r = group->rules; r != live->rule; r++) {
        number += r->kind == live->rule->kind && str_equal(r->name, live->rule->name);
    }
    struct strbuf text = STRBUF_INIT;
    strbuf_add_str(&text, group->name);
    if (live->group->namesake != 0) {
        strbuf_printf(&text, "~%zu", live->group->namesake + 1);
    }
    strbuf_printf(&text, "/%s", live->rule->name.data);
    if (number != 1) {
        strbuf_printf(&text, "#%zu", number);
    }
    return strbuf_take(&text);
}

static uint64_t rule_key(const struct live_rule *live)
{
    char *name = group_rule_name(live);
    uint64_t key = str_hash(str_from(name));
    free(name);
    return key;
}

/* Does a rule of the group read what one before it writes? */
struct dependence {
    const struct rule_group *group;
    size_t before;
    bool found;
};

static bool writes(const struct rule *rule, struct str metric)
{
    if (rule->kind == RULE_RECORDING) {
        return str_equal(rule->name, metric);
    }
    return str_equal_c(metric, "ALERTS") || str_equal_c(metric, "ALERTS_FOR_STATE");
}

static bool looks_at(void *user, const struct node *n)
{
    struct dependence *d = user;
    if (n->kind != NODE_SELECTOR) {
        return true;
    }
    /* A selector without a name may select anything. */
    d->found = d->found || n->selector.metric.len == 0;
    for (size_t i = 0; !d->found && i < d->before; i++) {
        d->found = writes(&d->group->rules[i], n->selector.metric);
    }
    return !d->found;
}

static bool is_independent(const struct rule_group *group)
{
    for (size_t i = 1; i < group->rule_count; i++) {
        struct dependence d = {.group = group, .before = i};
        node_walk(group->rules[i].expr->root, looks_at, &d);
        if (group->rules[i].recover != NULL) {
            node_walk(group->rules[i].recover->root, looks_at, &d);
        }
        if (d.found) {
            return false;
        }
    }
    return true;
}

static void finish(struct group *g)
{
    g->running = false;
    g->runs++;
    g->duration_us = (loop_clock(g->env->loop).ns - g->began.ns) / 1000;
    g->env->finished(g->env->user, g);
}

/* As many rules as may run now. */
static void advance(struct group *g)
{
    size_t most = g->side_by_side ? OPEN_MAX : 1;
    while (g->next < g->rule_count && g->open < most) {
        g->open++;
        if (!pass_begin(&g->rules[g->next++], g->slot)) {
            g->open--;
        }
    }
    if (g->open == 0 && g->next == g->rule_count) {
        finish(g);
    }
}

void group_rule_done(struct live_rule *rule)
{
    struct group *g = rule->group;
    g->open--;
    advance(g);
}

static void begin(struct group *g)
{
    g->due = false;
    loop_timer_disarm(g->deadline);
    g->running = true;
    g->next = 0;
    g->began = loop_clock(g->env->loop);
    advance(g);
}

void group_polled(struct group *g)
{
    if (g->due && g->env->is_polled(g->env->source_user, g->slot)) {
        begin(g);
    }
}

static void on_look(void *user)
{
    struct group *g = user;
    g->look = NULL;
    group_polled(g);
}

static void on_deadline(void *user)
{
    struct group *g = user;
    if (g->due) {
        begin(g);
    }
}

static void on_tick(void *user, struct wall slot, uint64_t missed)
{
    struct group *g = user;
    g->missed += missed;
    if (g->running || g->due) {
        g->missed++;
        return;
    }
    g->slot = slot;
    if (!g->bound->local) {
        begin(g);
        return;
    }
    /* The polls of this moment may begin later in this turn: the first look is in the next one. */
    g->due = true;
    if (g->look == NULL) {
        g->look = loop_defer(g->env->loop, on_look, g);
    }
    loop_timer_arm(g->deadline, g->bound->interval_ms / 2);
}

void group_run(struct group *g, struct wall slot)
{
    if (!g->running) {
        g->slot = slot;
        begin(g);
    }
}

static int64_t offset_of(const struct bound_group *bound)
{
    if (bound->local) {
        return 0;
    }
    uint64_t hash = mix(str_hash(bound->group->name), str_hash(str_from(bound->file->file)));
    return (int64_t)(hash % (uint64_t)bound->interval_ms);
}

struct wall group_next(const struct group *g, struct wall now)
{
    int64_t offset_ms = offset_of(g->bound);
    int64_t since_ms = (now.ms - offset_ms) % g->bound->interval_ms;
    return (struct wall){now.ms - since_ms + g->bound->interval_ms};
}

struct group *group_create(const struct group_env *env, const struct bound_group *bound,
                           size_t namesake)
{
    struct group *g = mem_zalloc(1, sizeof(*g));
    g->env = env;
    g->bound = bound;
    g->namesake = namesake;
    g->target = store_add_target(env->store);
    g->rule_count = bound->group->rule_count;
    g->rules = mem_zalloc(g->rule_count + 1, sizeof(*g->rules));
    g->side_by_side = is_independent(bound->group);
    struct answerer *answerer = env->answerer(env->source_user, bound->source);
    for (size_t i = 0; i < g->rule_count; i++) {
        struct live_rule *live = &g->rules[i];
        live->group = g;
        live->rule = &bound->group->rules[i];
        live->key = rule_key(live);
        if (live->rule->kind == RULE_ALERTING) {
            alerting_init(&live->alerting, live->rule, env->labels);
        } else {
            record_init(&live->record, live->rule);
        }
        if (answerer != NULL) {
            query_stand(answerer, live->rule->expr);
        }
    }
    g->deadline = loop_timer_create(env->loop, "polls of a rule group", on_deadline, g);
    g->ticker = loop_ticker_create(env->loop, "rule group", bound->interval_ms, offset_of(bound),
                                   on_tick, g);
    return g;
}

void group_destroy(struct group *g)
{
    if (g == NULL) {
        return;
    }
    struct answerer *answerer = g->env->answerer(g->env->source_user, g->bound->source);
    for (size_t i = 0; i < g->rule_count; i++) {
        struct live_rule *live = &g->rules[i];
        pass_cancel(live);
        if (answerer != NULL) {
            query_withdraw(answerer, live->rule->expr);
        }
        if (live->rule->kind == RULE_ALERTING) {
            alerting_release(&live->alerting);
        } else {
            record_release(&live->record);
        }
        free(live->error);
        free(live->idle);
    }
    loop_ticker_destroy(g->ticker);
    deferred_cancel(g->look);
    loop_timer_destroy(g->deadline);
    store_remove_target(g->env->store, g->target, loop_wall(g->env->loop).ms);
    free(g->rules);
    free(g);
}
