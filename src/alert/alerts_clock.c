/* What a step of the wall clock does to alerts: nothing that is seen. */
#include "alert/alerts_private.h"

static void follow(struct alerts *alerts, struct group *group, int64_t step_ms)
{
    group_call_off(group, loop_wall(alerts->o.loop));
    for (size_t i = 0; i < group->rule_count; i++) {
        struct live_rule *rule = &group->rules[i];
        VEC_EACH (&rule->alerting.alerts, struct alert *, alert) {
            alert_status_follow_clock(&(*alert)->status, step_ms);
            (*alert)->kept = (*alert)->status;
            keeper_put_alert(alerts, rule, *alert);
        }
    }
}

void alerts_follow_clock(struct alerts *alerts, int64_t step_ms)
{
    VEC_EACH (&alerts->groups, struct group *, group) {
        follow(alerts, *group, step_ms);
    }
    /* States and when tocsin was last alive are by the same clock on disk, too. */
    if (alerts->last_cycle.ms != 0) {
        alerts->last_cycle.ms += step_ms;
        keeper_alive(alerts, alerts->last_cycle);
    } else {
        keeper_flush(alerts, NULL, NULL);
    }
    alerts_boundaries_arm(alerts);
    alerts_touch(alerts);
}
