/* See group.h. */
#include "alert/group.h"

#include <stdlib.h>

#include "base/map.h"
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
    struct strbuf text = STRBUF_INIT;
    strbuf_add_str(&text, live->group->bound->group->name);
    if (live->group->namesake != 0) {
        strbuf_printf(&text, "~%zu", live->group->namesake + 1);
    }
    strbuf_printf(&text, "/%s", live->rule->name.data);
    if (live->namesake != 0) {
        strbuf_printf(&text, "#%u", live->namesake + 1);
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

/* What the rules before one write, and who came last among those of one kind and name. */
struct before {
    struct map records; /* by name: struct live_rule */
    struct map alerts;
    bool depends; /* a rule reads what one before it writes */
};

static bool looks_at(void *user, const struct node *n)
{
    struct before *before = user;
    if (n->kind != NODE_SELECTOR) {
        return true;
    }
    struct str metric = n->selector.metric;
    bool of_alerts = str_equal_c(metric, "ALERTS") || str_equal_c(metric, "ALERTS_FOR_STATE");
    /* A selector without a name may select anything. */
    before->depends = before->depends || metric.len == 0 ||
                      map_get(&before->records, metric) != NULL ||
                      (of_alerts && before->alerts.count != 0);
    return !before->depends;
}

static void look_before(struct before *before, struct live_rule *live)
{
    bool is_first = before->records.count + before->alerts.count == 0;
    if (!is_first && !before->depends) {
        node_walk(live->rule->expr->root, looks_at, before);
        if (live->rule->recover != NULL) {
            node_walk(live->rule->recover->root, looks_at, before);
        }
    }
    struct map *same = live->rule->kind == RULE_ALERTING ? &before->alerts : &before->records;
    const struct live_rule *last = map_put(same, live->rule->name, live);
    live->namesake = last != NULL ? last->namesake + 1 : 0;
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
    if (slot.ms < g->not_before.ms) {
        return;
    }
    /* Nobody missed the slots that a step of the clock passed over. */
    g->missed += g->not_before.ms == 0 ? missed : 0;
    g->not_before.ms = 0;
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

void group_call_off(struct group *g, struct wall now)
{
    g->not_before = now;
    g->missed += g->due || g->running ? 1 : 0;
    g->due = g->running = false;
    loop_timer_disarm(g->deadline);
    for (size_t i = 0; i < g->rule_count; i++) {
        pass_cancel(&g->rules[i]);
    }
    g->open = 0;
    g->next = 0;
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
                           size_t namesake, size_t first)
{
    struct group *g = mem_zalloc(1, sizeof(*g));
    g->env = env;
    g->bound = bound;
    g->namesake = namesake;
    g->first = first;
    g->target = store_add_target(env->store);
    g->rule_count = bound->group->rule_count;
    g->rules = mem_zalloc(g->rule_count + 1, sizeof(*g->rules));
    struct before before = {.depends = false};
    struct answerer *answerer = env->answerer(env->source_user, bound->source);
    for (size_t i = 0; i < g->rule_count; i++) {
        struct live_rule *live = &g->rules[i];
        live->group = g;
        live->rule = &bound->group->rules[i];
        look_before(&before, live);
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
    g->side_by_side = !before.depends;
    map_release(&before.records);
    map_release(&before.alerts);
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
