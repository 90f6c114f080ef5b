/*
 * Other rules are taken over. A rule of the same name in a group of the same name is the same rule:
 * its alerts go on, and so do the series it writes, without a marker between. Whatever else there
 * was has ended.
 */
#include <stdlib.h>

#include "alert/alerts_private.h"

/* Its rule is gone: what fired is resolved. */
static void end_alerts(struct alerts *alerts, struct live_rule *rule)
{
    struct wall now = loop_wall(alerts->o.loop);
    VEC_EACH (&rule->alerting.alerts, struct alert *, alert) {
        if ((*alert)->status.phase != ALERT_INACTIVE) {
            const struct note note = {.rule = rule,
                                      .alert = *alert,
                                      .from =
                                          alert_state_name(alert_status_state(&(*alert)->status)),
                                      .to = alert_state_name(ALERT_INACTIVE),
                                      .reason = "its rule is gone",
                                      .who = ""};
            alerts_note(alerts, now, &note);
        }
        if (alert_status_fires(&(*alert)->status)) {
            alerts_recent_add(alerts, alerts_id(rule, *alert), (*alert)->labels, now.ms);
        }
        alerts_drop_ack(alerts, rule, *alert);
        keeper_drop_alert(alerts, rule, *alert);
    }
}

/* What a rule wrote that is gone, while its group goes on. */
static void end_series(struct alerts *alerts, store_target target, struct written *written)
{
    struct batch markers;
    struct error err = ERROR_INIT;
    batch_init(&markers);
    batch_reset(&markers, loop_wall(alerts->o.loop).ms);
    written_next(written, NULL, 0, &markers);
    if (!store_commit(alerts->o.store, target, &markers, NULL, &err)) {
        log_event(alerts->o.log, LOG_LEVEL_WARN, "reload", LOG_ERR(&err), LOG_END);
        error_release(&err);
    }
    batch_release(&markers);
}

static struct written *written_of(struct live_rule *live)
{
    return live->rule->kind == RULE_ALERTING ? &live->alerting.written : &live->record.written;
}

/* `target` is of the group that goes on; NULL: there is none. */
static void end_rule(struct alerts *alerts, struct live_rule *from, const store_target *target)
{
    if (from->rule->kind == RULE_ALERTING) {
        end_alerts(alerts, from);
    }
    if (target != NULL) {
        end_series(alerts, *target, written_of(from));
    }
}

static void move_rule(struct live_rule *to, struct live_rule *from)
{
    if (to->rule->kind == RULE_ALERTING) {
        alerting_move(&to->alerting, &from->alerting);
    } else {
        struct written spare = to->record.written;
        to->record.written = from->record.written;
        from->record.written = spare;
    }
    to->health = from->health;
    to->failures = from->failures;
    to->evaluated_ms = from->evaluated_ms;
    to->duration_us = from->duration_us;
    to->error = from->error;
    from->error = NULL;
    to->idle = from->idle;
    from->idle = NULL;
}

/* The group that goes on where this one was, or NULL. */
static struct group *successor(const struct alerts *alerts, const struct group *old)
{
    VEC_EACH (&alerts->groups, struct group *const, group) {
        if ((*group)->namesake == old->namesake &&
            str_equal((*group)->bound->group->name, old->bound->group->name)) {
            return *group;
        }
    }
    return NULL;
}

static void move_group(struct alerts *alerts, struct group *old)
{
    struct group *group = successor(alerts, old);
    if (group != NULL) {
        store_target fresh = group->target;
        group->target = old->target;
        old->target = fresh; /* goes with the old group */
    }
    for (size_t i = 0; i < old->rule_count; i++) {
        struct live_rule *from = &old->rules[i];
        pass_cancel(from);
        struct live_rule *to = alerts_rule_of_key(alerts, from->rule->kind, from->key);
        if (to != NULL) {
            move_rule(to, from);
        } else {
            end_rule(alerts, from, group != NULL ? &group->target : NULL);
        }
    }
    group_destroy(old);
}

void alerts_set_rules(struct alerts *alerts, const struct ruleset *rules)
{
    VEC(struct group *) old = {alerts->groups.items, alerts->groups.len, alerts->groups.capacity};
    struct ruleset *old_rules = alerts->rules;
    alerts->groups.items = NULL;
    alerts->groups.len = alerts->groups.capacity = 0;
    alerts_make_groups(alerts, rules);
    VEC_EACH (&old, struct group *, group) {
        move_group(alerts, *group);
    }
    vec_release(&old);
    ruleset_unref(old_rules);
    keeper_flush(alerts, NULL, NULL);
    alerts_touch(alerts);
}
