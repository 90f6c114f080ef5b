/* See alerts.h and alerts_setup.h: the groups at work, and the commands over their alerts. */
#include <stdlib.h>
#include <string.h>

#include "alert/alerts_private.h"
#include "base/mem.h"

uint64_t alerts_id(const struct live_rule *rule, const struct alert *alert)
{
    return rule->key ^ (alert->fingerprint * UINT64_C(0x9e3779b97f4a7c15));
}

static void tell(void *user)
{
    struct alerts *alerts = user;
    alerts->tell = NULL;
    if (alerts->o.changed != NULL) {
        alerts->o.changed(alerts->o.user);
    }
}

void alerts_touch(struct alerts *alerts)
{
    alerts->view->valid = false;
    alerts->version++;
    if (alerts->tell == NULL) {
        alerts->tell = loop_defer(alerts->o.loop, tell, alerts);
    }
}

struct kept_ack *alerts_find_ack(const struct alerts *alerts, uint64_t id)
{
    VEC_EACH (&alerts->acks, struct kept_ack, ack) {
        if (ack->id == id) {
            return ack;
        }
    }
    return NULL;
}

void alerts_drop_ack(struct alerts *alerts, const struct live_rule *rule, const struct alert *alert)
{
    struct kept_ack *ack = alerts_find_ack(alerts, alerts_id(rule, alert));
    if (ack != NULL) {
        free(ack->ack.by);
        free(ack->ack.note);
        vec_remove(&alerts->acks, (size_t)(ack - alerts->acks.items));
        keeper_drop_ack(alerts, rule, alert);
    }
}

struct alert *alerts_of_id(const struct alerts *alerts, uint64_t id, struct live_rule **rule)
{
    VEC_EACH (&alerts->groups, struct group *const, group) {
        for (size_t i = 0; i < (*group)->rule_count; i++) {
            struct live_rule *live = &(*group)->rules[i];
            VEC_EACH (&live->alerting.alerts, struct alert *const, alert) {
                if (alerts_id(live, *alert) == id) {
                    *rule = live;
                    return *alert;
                }
            }
        }
    }
    return NULL;
}

static void on_changed(void *user, struct live_rule *rule, struct alert *alert,
                       enum alert_change change)
{
    struct alerts *alerts = user;
    const struct note note = {.rule = rule,
                              .alert = alert,
                              /* What is kept is as of the evaluation before. */
                              .from = alert_state_name(alert_status_state(&alert->kept)),
                              .to = alert_state_name(alert_status_state(&alert->status)),
                              .reason = alert->reason != NULL ? alert->reason : "",
                              .who = ""};
    alerts_note(alerts, rule->group->slot, &note);
    if (change == ALERT_CHANGE_DROPPED || change == ALERT_CHANGE_RESOLVED) {
        alerts_drop_ack(alerts, rule, alert);
    }
    if (change == ALERT_CHANGE_RESOLVED) {
        alerts_recent_add(alerts, alerts_id(rule, alert), alert->labels, rule->group->slot.ms);
    }
    if (change == ALERT_CHANGE_DROPPED) {
        keeper_drop_alert(alerts, rule, alert);
    }
}

static void on_forgotten(void *user, struct live_rule *rule, struct alert *alert)
{
    keeper_drop_alert(user, rule, alert);
}

/* Does the status differ from what is on disk in more than its history? */
static bool is_news(const struct alert *alert)
{
    struct alert_status now = alert->status;
    now.history = alert->kept.history;
    now.history_count = alert->kept.history_count;
    const struct alert_status *kept = &alert->kept;
    return now.phase != kept->phase || now.unknown != kept->unknown ||
           now.flapping != kept->flapping || now.active_at_ms != kept->active_at_ms ||
           now.fired_at_ms != kept->fired_at_ms || now.resolved_at_ms != kept->resolved_at_ms ||
           now.keep_firing_since_ms != kept->keep_firing_since_ms ||
           now.frozen_since_ms != kept->frozen_since_ms || now.held_ms != kept->held_ms;
}

static void on_settled(void *user, struct live_rule *rule)
{
    struct alerts *alerts = user;
    if (rule->rule->kind != RULE_ALERTING) {
        return;
    }
    /* Alerts are gone and texts new, though the group may be at work for a while yet: what readers
     * were given until now borrows from them. They are told when the group has finished. */
    alerts->view->valid = false;
    VEC_EACH (&rule->alerting.alerts, struct alert *, alert) {
        if (is_news(*alert)) {
            (*alert)->kept = (*alert)->status;
            keeper_put_alert(alerts, rule, *alert);
        }
    }
}

static void on_finished(void *user, struct group *group)
{
    struct alerts *alerts = user;
    alerts->last_cycle = group->slot;
    alerts_watch_quiet(alerts);
    keeper_alive(alerts, group->slot);
    alerts_boundaries_arm(alerts);
    alerts_touch(alerts);
}

static size_t namesakes(const struct alerts *alerts, const struct bound_group *bound)
{
    size_t n = 0;
    VEC_EACH (&alerts->groups, struct group *const, group) {
        n += str_equal((*group)->bound->group->name, bound->group->name) ? 1 : 0;
    }
    return n;
}

void alerts_make_groups(struct alerts *alerts, const struct ruleset *rules)
{
    size_t first = 0;
    alerts->rules = ruleset_ref(rules);
    VEC_EACH (&alerts->rules->groups, const struct bound_group, bound) {
        struct group *group = group_create(&alerts->env, bound, namesakes(alerts, bound), first);
        first += group->rule_count;
        vec_push(&alerts->groups, group);
    }
}

struct alerts *alerts_create(const struct alerts_options *options, const struct ruleset *rules)
{
    struct alerts *alerts = mem_zalloc(1, sizeof(*alerts));
    alerts->o = *options;
    alerts->env = (struct group_env){.loop = options->loop,
                                     .log = options->log,
                                     .labels = options->labels,
                                     .store = options->store,
                                     .answerer = options->answerer,
                                     .is_down = options->is_down,
                                     .is_polled = options->is_polled,
                                     .external_labels = options->external_labels,
                                     .external_url = options->external_url,
                                     .flapping = options->flapping,
                                     .changed = on_changed,
                                     .forgotten = on_forgotten,
                                     .settled = on_settled,
                                     .finished = on_finished,
                                     .source_user = options->user,
                                     .user = alerts};
    alerts->boundary = loop_timer_create(options->loop, "silences", alerts_boundaries_pass, alerts);
    alerts_view_init(alerts);
    keeper_create(alerts);
    alerts_make_groups(alerts, rules);
    keeper_restore(alerts);
    alerts_boundaries_arm(alerts);
    return alerts;
}

static void destroy_groups(struct alerts *alerts)
{
    VEC_EACH (&alerts->groups, struct group *, group) {
        group_destroy(*group);
    }
    vec_release(&alerts->groups);
    ruleset_unref(alerts->rules);
}

void alerts_destroy(struct alerts *alerts)
{
    if (alerts == NULL) {
        return;
    }
    deferred_cancel(alerts->tell);
    alerts_cancel_refusals(alerts);
    loop_timer_destroy(alerts->boundary);
    destroy_groups(alerts);
    keeper_destroy(alerts);
    alerts_view_release(alerts);
    VEC_EACH (&alerts->acks, struct kept_ack, ack) {
        free(ack->ack.by);
        free(ack->ack.note);
    }
    vec_release(&alerts->acks);
    VEC_EACH (&alerts->silences, struct silence, s) {
        silence_release(s);
    }
    vec_release(&alerts->silences);
    alerts_release_others(alerts);
    alerts_recent_release(alerts);
    free(alerts);
}

struct live_rule *alerts_rule_of_key(const struct alerts *alerts, enum rule_kind kind, uint64_t key)
{
    VEC_EACH (&alerts->groups, struct group *const, group) {
        for (size_t i = 0; i < (*group)->rule_count; i++) {
            struct live_rule *live = &(*group)->rules[i];
            if (live->key == key && live->rule->kind == kind) {
                return live;
            }
        }
    }
    return NULL;
}

void alerts_set_context(struct alerts *alerts, struct rule_pairs external_labels,
                        struct str external_url)
{
    alerts->env.external_labels = external_labels;
    alerts->env.external_url = external_url;
}

bool alerts_group_stats(const struct alerts *alerts, size_t i, struct group_stats *out)
{
    if (i >= alerts->groups.len) {
        return false;
    }
    const struct group *g = alerts->groups.items[i];
    *out = (struct group_stats){.name = g->bound->group->name.data,
                                .runs = g->runs,
                                .missed = g->missed,
                                .failures = g->failures,
                                .interval_ms = g->bound->interval_ms,
                                .duration_us = g->duration_us};
    return true;
}

void alerts_polled(struct alerts *alerts)
{
    VEC_EACH (&alerts->groups, struct group *, group) {
        group_polled(*group);
    }
}

void alerts_run(struct alerts *alerts, struct wall slot)
{
    VEC_EACH (&alerts->groups, struct group *, group) {
        group_run(*group, slot);
    }
}

bool alerts_busy(const struct alerts *alerts)
{
    VEC_EACH (&alerts->groups, struct group *const, group) {
        if ((*group)->running || (*group)->due) {
            return true;
        }
    }
    return false;
}

struct wall alerts_last_cycle(const struct alerts *alerts)
{
    return alerts->host != NULL ? alerts->mirror.last_cycle : alerts->last_cycle;
}

uint64_t alerts_version(const struct alerts *alerts)
{
    return alerts->version;
}

const char *alerts_problem(const struct alerts *alerts)
{
    return alerts->host != NULL ? alerts->mirror.problem : keeper_problem(alerts);
}
