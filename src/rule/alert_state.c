/* See alert_state.h. */
#include "rule/alert_state.h"

#include <stddef.h>

/* Per cent of change at which an alert begins to flap, and below which it no longer does. */
#define FLAP_HIGH 30.0
#define FLAP_LOW  20.0
/* How much a change counts: the oldest least (nagios: 0.8 to 1.2). */
#define FLAP_OLDEST 0.8
#define FLAP_NEWEST 1.2

const char *alert_state_name(enum alert_state state)
{
    switch (state) {
    case ALERT_INACTIVE:
        return "inactive";
    case ALERT_PENDING:
        return "pending";
    case ALERT_FIRING:
        return "firing";
    case ALERT_UNKNOWN:
        return "unknown";
    }
    return "";
}

const char *alert_change_name(enum alert_change change)
{
    switch (change) {
    case ALERT_CHANGE_NONE:
        return "none";
    case ALERT_CHANGE_PENDING:
        return "pending";
    case ALERT_CHANGE_FIRED:
        return "fired";
    case ALERT_CHANGE_RESOLVED:
        return "resolved";
    case ALERT_CHANGE_DROPPED:
        return "dropped";
    case ALERT_CHANGE_UNKNOWN:
        return "unknown";
    case ALERT_CHANGE_KNOWN:
        return "known";
    }
    return "";
}

enum alert_state alert_status_state(const struct alert_status *s)
{
    return s->unknown ? ALERT_UNKNOWN : s->phase;
}

bool alert_status_fires(const struct alert_status *s)
{
    return s->phase == ALERT_FIRING;
}

int64_t alert_status_progress_ms(const struct alert_status *s, int64_t t_ms)
{
    int64_t until_ms = s->frozen_since_ms != 0 ? s->frozen_since_ms : t_ms;
    int64_t progress_ms = until_ms - s->active_at_ms - s->held_ms;
    return progress_ms > 0 ? progress_ms : 0;
}

/* Nagios' weighted share of changes among the states of the history. */
static double flap_percent(const struct alert_status *s)
{
    double changes = 0;
    for (unsigned i = 0; i + 1 < s->history_count; i++) {
        bool changed = ((s->history >> i) & 1) != ((s->history >> (i + 1)) & 1);
        double age = (double)i / (ALERT_FLAP_STATES - 2);
        changes += changed ? FLAP_NEWEST - (FLAP_NEWEST - FLAP_OLDEST) * age : 0;
    }
    return changes * 100 / (ALERT_FLAP_STATES - 1);
}

static void note_history(struct alert_status *s, const struct alert_policy *policy, bool holds)
{
    s->history = ((s->history << 1) | (holds ? 1 : 0)) & ((1U << ALERT_FLAP_STATES) - 1);
    if (s->history_count < ALERT_FLAP_STATES) {
        s->history_count++;
    }
    double percent = flap_percent(s);
    s->flapping = policy->flapping && (s->flapping ? percent >= FLAP_LOW : percent > FLAP_HIGH);
}

/* Something is known again. */
static void thaw(struct alert_status *s, int64_t t_ms)
{
    if (s->frozen_since_ms != 0) {
        s->held_ms += t_ms - s->frozen_since_ms; /* below 0 where the clock was set back */
    }
    s->frozen_since_ms = 0;
    s->unknown = false;
}

static void begin(struct alert_status *s, int64_t t_ms)
{
    *s = (struct alert_status){.phase = ALERT_PENDING,
                               .active_at_ms = t_ms,
                               .flapping = s->flapping,
                               .history = s->history,
                               .history_count = s->history_count};
}

static enum alert_change holds(struct alert_status *s, const struct alert_policy *policy,
                               int64_t t_ms)
{
    enum alert_change change = s->unknown ? ALERT_CHANGE_KNOWN : ALERT_CHANGE_NONE;
    thaw(s, t_ms);
    if (s->phase == ALERT_INACTIVE) {
        begin(s, t_ms);
        change = ALERT_CHANGE_PENDING;
    }
    s->keep_firing_since_ms = 0;
    if (s->phase == ALERT_PENDING && t_ms - s->active_at_ms - s->held_ms >= policy->for_ms) {
        s->phase = ALERT_FIRING;
        s->fired_at_ms = t_ms;
        change = ALERT_CHANGE_FIRED;
    }
    return change;
}

/* A firing alert whose condition no longer holds: is it to go on? */
static bool is_kept(struct alert_status *s, const struct alert_policy *policy, int64_t t_ms)
{
    if (s->flapping) {
        return true;
    }
    if (policy->keep_firing_for_ms <= 0) {
        return false;
    }
    if (s->keep_firing_since_ms == 0 || s->keep_firing_since_ms > t_ms) {
        s->keep_firing_since_ms = t_ms;
    }
    return t_ms - s->keep_firing_since_ms < policy->keep_firing_for_ms;
}

static enum alert_change does_not_hold(struct alert_status *s, const struct alert_policy *policy,
                                       int64_t t_ms)
{
    bool was_unknown = s->unknown;
    enum alert_state was = s->phase;
    thaw(s, t_ms);
    if (was == ALERT_INACTIVE) {
        return ALERT_CHANGE_NONE;
    }
    if (was == ALERT_FIRING && is_kept(s, policy, t_ms)) {
        return was_unknown ? ALERT_CHANGE_KNOWN : ALERT_CHANGE_NONE;
    }
    s->phase = ALERT_INACTIVE;
    s->resolved_at_ms = t_ms;
    return was == ALERT_FIRING ? ALERT_CHANGE_RESOLVED : ALERT_CHANGE_DROPPED;
}

/* It no longer holds, and has not recovered: one that fires goes on. */
static enum alert_change held(struct alert_status *s, const struct alert_policy *policy,
                              int64_t t_ms)
{
    if (s->phase != ALERT_FIRING) {
        return does_not_hold(s, policy, t_ms);
    }
    enum alert_change change = s->unknown ? ALERT_CHANGE_KNOWN : ALERT_CHANGE_NONE;
    thaw(s, t_ms);
    s->keep_firing_since_ms = 0;
    return change;
}

static enum alert_change freeze(struct alert_status *s, bool tell, int64_t t_ms)
{
    if (s->phase == ALERT_INACTIVE) {
        return ALERT_CHANGE_NONE;
    }
    if (s->frozen_since_ms == 0) {
        s->frozen_since_ms = t_ms;
    }
    if (!tell || s->unknown) {
        return ALERT_CHANGE_NONE;
    }
    s->unknown = true;
    return ALERT_CHANGE_UNKNOWN;
}

static enum alert_change missing(struct alert_status *s, const struct alert_policy *policy,
                                 enum rule_missing what, int64_t t_ms)
{
    switch (what) {
    case RULE_MISSING_UNKNOWN:
        return freeze(s, true, t_ms);
    case RULE_MISSING_FIRING:
        return s->phase == ALERT_INACTIVE ? ALERT_CHANGE_NONE : holds(s, policy, t_ms);
    case RULE_MISSING_OK:
        return does_not_hold(s, policy, t_ms);
    case RULE_MISSING_KEEP:
        return freeze(s, false, t_ms);
    }
    return ALERT_CHANGE_NONE;
}

enum alert_change alert_status_step(struct alert_status *s, const struct alert_policy *policy,
                                    enum alert_finding finding, int64_t t_ms)
{
    switch (finding) {
    case FINDING_TRUE:
        note_history(s, policy, true);
        return holds(s, policy, t_ms);
    case FINDING_FALSE:
    case FINDING_GONE:
        note_history(s, policy, false);
        return does_not_hold(s, policy, t_ms);
    case FINDING_HELD:
        note_history(s, policy, false);
        return held(s, policy, t_ms);
    case FINDING_MISSING:
        return missing(s, policy, policy->on_missing, t_ms);
    case FINDING_ERROR:
        return freeze(s, false, t_ms);
    case FINDING_FAILING:
        return missing(s, policy, policy->on_error, t_ms);
    }
    return ALERT_CHANGE_NONE;
}

bool alert_status_restore(struct alert_status *s, int64_t alive_ms, int64_t now_ms)
{
    if (s->phase == ALERT_INACTIVE) {
        return true;
    }
    if (s->phase == ALERT_PENDING && now_ms - alive_ms > ALERT_RESTORE_MAX_MS) {
        return false;
    }
    if (s->frozen_since_ms == 0) {
        s->frozen_since_ms = alive_ms;
    }
    return true;
}

static void shift(int64_t *t_ms, int64_t step_ms)
{
    *t_ms += *t_ms != 0 ? step_ms : 0;
}

void alert_status_follow_clock(struct alert_status *s, int64_t step_ms)
{
    shift(&s->frozen_since_ms, step_ms);
    shift(&s->keep_firing_since_ms, step_ms);
    if (s->phase == ALERT_PENDING) {
        s->held_ms += step_ms;
    }
    if (s->phase == ALERT_INACTIVE) {
        shift(&s->resolved_at_ms, step_ms);
    }
}
