/* The rules with their health, for readers. */
#include "alert/alerts_private.h"

const char *rule_health_name(enum rule_health health)
{
    switch (health) {
    case RULE_HEALTH_NEW:
        return "unknown"; /* Prometheus' word */
    case RULE_HEALTH_OK:
        return "ok";
    case RULE_HEALTH_ERROR:
        return "err";
    case RULE_HEALTH_NO_DATA:
        return "nodata";
    }
    return "";
}

size_t alerts_rule_count(const struct alerts *alerts)
{
    return alerts->host != NULL ? alerts->mirror.rule_count : ruleset_rule_count(alerts->rules);
}

/* `i` is below alerts_rule_count. */
static const struct live_rule *rule_at(const struct alerts *alerts, size_t i)
{
    struct group *const *groups = alerts->groups.items;
    size_t low = 0, high = alerts->groups.len;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        *(groups[middle]->first <= i ? &low : &high) = middle;
    }
    /* Of those that begin there the last: the others are empty. */
    return &groups[low]->rules[i - groups[low]->first];
}

static void count(const struct live_rule *live, struct alert_states *out)
{
    VEC_EACH (&live->alerting.alerts, struct alert *const, alert) {
        switch (alert_status_state(&(*alert)->status)) {
        case ALERT_INACTIVE:
            break;
        case ALERT_PENDING:
            out->pending++;
            break;
        case ALERT_FIRING:
            out->firing++;
            break;
        case ALERT_UNKNOWN:
            out->unknown++;
            break;
        }
    }
}

static const char *note_of(const struct live_rule *live)
{
    bool idle = live->health == RULE_HEALTH_NO_DATA && live->idle != NULL;
    return idle ? live->idle : live->rule->never.len != 0 ? live->rule->never.data : "";
}

void alerts_rule_at(const struct alerts *alerts, size_t i, struct rule_info *out)
{
    if (alerts->host != NULL) {
        *out = alerts->mirror.rules[i];
        return;
    }
    const struct live_rule *live = rule_at(alerts, i);
    const struct rule *rule = live->rule;
    const struct bound_group *bound = live->group->bound;
    *out = (struct rule_info){
        .alerting = rule->kind == RULE_ALERTING,
        .name = rule->name.data,
        .group = bound->group->name.data,
        .file = bound->file->file,
        .line = rule->span.line,
        .source = bound->source,
        .expr = rule_text(rule).data,
        .labels = rule->labels,
        .annotations = rule->annotations,
        .interval_ms = bound->interval_ms,
        .for_ms = rule->for_ms,
        .keep_firing_for_ms = rule->keep_firing_for_ms,
        .recover = rule->recover != NULL ? rule_recover_text(rule).data : NULL,
        .health = live->health,
        .error = live->error != NULL ? live->error : "",
        .evaluated = {live->evaluated_ms},
        .next = group_next(live->group, loop_wall(alerts->o.loop)),
        .duration_us = live->duration_us,
        .missed = live->group->missed,
        .note = note_of(live),
    };
    if (out->alerting) {
        struct alert_states states = {0};
        count(live, &states);
        out->pending = states.pending;
        out->firing = states.firing;
        out->unknown = states.unknown;
    }
}

static void count_health(enum rule_health health, int64_t evaluated_ms, struct rule_counts *out)
{
    out->failing += health == RULE_HEALTH_ERROR ? 1 : 0;
    out->no_data += health == RULE_HEALTH_NO_DATA ? 1 : 0;
    out->waiting += health == RULE_HEALTH_NEW ? 1 : 0;
    if (evaluated_ms > out->evaluated.ms) {
        out->evaluated.ms = evaluated_ms;
    }
}

void alerts_rule_counts(const struct alerts *alerts, struct rule_counts *out)
{
    struct alerts_view *view = alerts->view;
    if (!view->rules_counted || view->rules_version != alerts->version) {
        view->rules = (struct rule_counts){.all = alerts_rule_count(alerts)};
        view->rules_version = alerts->version;
        view->rules_counted = true;
        VEC_EACH (&alerts->groups, struct group *const, group) {
            for (size_t i = 0; i < (*group)->rule_count; i++) {
                const struct live_rule *live = &(*group)->rules[i];
                count_health(live->health, live->evaluated_ms, &view->rules);
            }
        }
        for (size_t i = 0; alerts->host != NULL && i < alerts->mirror.rule_count; i++) {
            const struct rule_info *rule = &alerts->mirror.rules[i];
            count_health(rule->health, rule->evaluated.ms, &view->rules);
        }
    }
    *out = view->rules;
}

void alerts_states(const struct alerts *alerts, struct alert_states *out)
{
    *out = (struct alert_states){0};
    VEC_EACH (&alerts->groups, struct group *const, group) {
        for (size_t i = 0; i < (*group)->rule_count; i++) {
            count(&(*group)->rules[i], out);
        }
    }
}
