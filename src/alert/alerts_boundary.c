/*
 * What time alone changes: silences begin and end, acknowledgements expire. A timer stands at the
 * next of these moments.
 */
#include <stdlib.h>

#include "alert/alerts_private.h"

/* Ended silences are shown for a day, and kept for five, as Alertmanager keeps them. */
#define SILENCE_KEEP_MS ((int64_t)5 * 24 * 3600 * 1000)
/* Timers beyond this are armed again on the way. */
#define FAR_MS ((int64_t)3600 * 1000)

/* Of a moment that has gone by. */
static int64_t nearer(int64_t next_ms, int64_t at_ms, int64_t now_ms)
{
    return at_ms > now_ms && at_ms < next_ms ? at_ms : next_ms;
}

/* Of what is yet to be done, be it long over: tocsin, or the machine, was away at its time. */
static int64_t due(int64_t next_ms, int64_t at_ms, int64_t now_ms)
{
    return at_ms > now_ms ? nearer(next_ms, at_ms, now_ms) : now_ms;
}

/* Ended, and nobody has been told of what still fires. */
static bool is_untold(const struct silence *s, int64_t now_ms)
{
    return silence_state_at(s, now_ms) == SILENCE_EXPIRED && s->ends_at_ms > s->updated_at_ms;
}

void alerts_boundaries_arm(struct alerts *alerts)
{
    int64_t now_ms = loop_wall(alerts->o.loop).ms;
    int64_t next_ms = now_ms + FAR_MS;
    VEC_EACH (&alerts->silences, const struct silence, s) {
        next_ms = nearer(next_ms, s->starts_at_ms, now_ms);
        next_ms = is_untold(s, now_ms) ? now_ms : nearer(next_ms, s->ends_at_ms, now_ms);
        if (s->quiet_since_ms != 0 && silence_state_at(s, now_ms) == SILENCE_ACTIVE) {
            next_ms = due(next_ms, s->quiet_since_ms + s->end_when_resolved_ms, now_ms);
        }
    }
    VEC_EACH (&alerts->acks, const struct kept_ack, ack) {
        if (ack->ack.expires_at.ms != 0) {
            next_ms = due(next_ms, ack->ack.expires_at.ms, now_ms);
        }
    }
    loop_timer_arm(alerts->boundary, next_ms - now_ms);
}

typedef void (*alert_visit)(struct alerts *alerts, const struct live_rule *rule,
                            const struct alert *alert, void *user);

static void each_firing(struct alerts *alerts, const struct silence *s, alert_visit visit,
                        void *user)
{
    VEC_EACH (&alerts->groups, struct group *, group) {
        for (size_t i = 0; i < (*group)->rule_count; i++) {
            const struct live_rule *rule = &(*group)->rules[i];
            VEC_EACH (&rule->alerting.alerts, struct alert *const, alert) {
                if (alert_status_fires(&(*alert)->status) && silence_matches(s, (*alert)->labels)) {
                    visit(alerts, rule, *alert, user);
                }
            }
        }
    }
}

static void count(struct alerts *alerts, const struct live_rule *rule, const struct alert *alert,
                  void *user)
{
    (void)alerts;
    (void)rule;
    (void)alert;
    size_t *n = user;
    (*n)++;
}

/* The silence is over, and this still fires: whoever made it is told. */
static void note_still_firing(struct alerts *alerts, const struct live_rule *rule,
                              const struct alert *alert, void *user)
{
    const struct silence *s = user;
    const struct note note = {.rule = rule,
                              .alert = alert,
                              .from = "silenced",
                              .to = alert_state_name(alert_status_state(&alert->status)),
                              .reason = "its silence has ended, and it still fires",
                              .who = s->created_by};
    alerts_note(alerts, loop_wall(alerts->o.loop), &note);
}

/* Alerts of other engines are hidden by silences of tocsin's, too. */
static size_t count_others(const struct alerts *alerts, const struct silence *s)
{
    size_t n = 0;
    VEC_EACH (&alerts->others, const struct other_source, f) {
        VEC_EACH (&f->alerts, const struct other, it) {
            n += it->alert.state == ALERT_FIRING && silence_matches(s, it->alert.labels) ? 1 : 0;
        }
    }
    return n;
}

/* One that ends once nothing is left to hide. */
static void watch_quiet(struct alerts *alerts, struct silence *s, int64_t now_ms)
{
    size_t firing = count_others(alerts, s);
    each_firing(alerts, s, count, &firing);
    int64_t quiet_since_ms = firing != 0 ? 0 : s->quiet_since_ms != 0 ? s->quiet_since_ms : now_ms;
    bool over = quiet_since_ms != 0 && now_ms - quiet_since_ms >= s->end_when_resolved_ms;
    if (over) {
        s->ends_at_ms = s->updated_at_ms = now_ms;
        alerts_note_silence(alerts, s, "silence ended", "");
    }
    if (over || quiet_since_ms != s->quiet_since_ms) {
        s->quiet_since_ms = quiet_since_ms;
        keeper_put_silence(alerts, s);
    }
}

void alerts_watch_quiet(struct alerts *alerts)
{
    int64_t now_ms = loop_wall(alerts->o.loop).ms;
    VEC_EACH (&alerts->silences, struct silence, s) {
        if (silence_state_at(s, now_ms) == SILENCE_ACTIVE && s->end_when_resolved_ms != 0) {
            watch_quiet(alerts, s, now_ms);
        }
    }
}

static void pass_silences(struct alerts *alerts, int64_t now_ms)
{
    for (size_t i = alerts->silences.len; i-- > 0;) {
        struct silence *s = &alerts->silences.items[i];
        if (is_untold(s, now_ms)) {
            each_firing(alerts, s, note_still_firing, s);
            s->updated_at_ms = s->ends_at_ms; /* told once */
            keeper_put_silence(alerts, s);
        }
        if (now_ms - s->ends_at_ms > SILENCE_KEEP_MS) {
            keeper_drop_silence(alerts, s->id);
            silence_release(s);
            vec_remove(&alerts->silences, i);
        }
    }
}

/* An acknowledgement goes when its alert does: there is one. */
static void pass_acks(struct alerts *alerts, int64_t now_ms)
{
    for (size_t i = alerts->acks.len; i-- > 0;) {
        const struct kept_ack *ack = &alerts->acks.items[i];
        if (ack->ack.expires_at.ms != 0 && ack->ack.expires_at.ms <= now_ms) {
            struct live_rule *rule = NULL;
            const struct alert *alert = alerts_of_id(alerts, ack->id, &rule);
            const struct note note = {.rule = rule,
                                      .alert = alert,
                                      .from = "acknowledged",
                                      .to = alert_state_name(alert_status_state(&alert->status)),
                                      .reason = "the acknowledgement has expired",
                                      .who = ""};
            alerts_note(alerts, (struct wall){now_ms}, &note);
            alerts_drop_ack(alerts, rule, alert);
        }
    }
}

void alerts_boundaries_pass(void *user)
{
    struct alerts *alerts = user;
    int64_t now_ms = loop_wall(alerts->o.loop).ms;
    alerts_watch_quiet(alerts);
    pass_silences(alerts, now_ms);
    pass_acks(alerts, now_ms);
    keeper_flush(alerts, NULL, NULL);
    alerts_boundaries_arm(alerts);
    alerts_touch(alerts);
}
