/*
 * The states of one alert, and how it goes from one to the next: a pure function of the state it
 * was in, what was found at this evaluation, and the time (prometheus: rules/alerting.go, Eval;
 * with UNKNOWN, recovering and flapping added).
 *
 *     inactive -> pending -> firing -> inactive, resolved
 *                    \          \
 *                     `- unknown -'   nothing is known: nothing advances, nothing resolves
 *
 * UNKNOWN lies over a phase: an alert that fired goes on firing towards receivers, one that was
 * pending keeps the progress it had. Time in which nothing was known does not count towards `for`.
 *
 * Owner: plain values. Times are Unix milliseconds of evaluations, 0: never.
 */
#ifndef TOCSIN_RULE_ALERT_STATE_H
#define TOCSIN_RULE_ALERT_STATE_H

#include <stdbool.h>
#include <stdint.h>

enum alert_state { ALERT_INACTIVE, ALERT_PENDING, ALERT_FIRING, ALERT_UNKNOWN };
/* "inactive", "pending", "firing", "unknown" */
const char *alert_state_name(enum alert_state state);

/* What to do where there is no data, or no answer. */
enum rule_missing {
    RULE_MISSING_UNKNOWN,
    RULE_MISSING_FIRING, /* as if the condition held */
    RULE_MISSING_OK,     /* as if it did not */
    RULE_MISSING_KEEP    /* stay as it is, and do not tell */
};

/* What one evaluation found for an alert. */
enum alert_finding {
    FINDING_TRUE,    /* the condition holds */
    FINDING_FALSE,   /* there is data, and it does not hold */
    FINDING_HELD,    /* it does not hold, but the condition to recover does not either */
    FINDING_GONE,    /* the object was deleted, its siblings are there */
    FINDING_MISSING, /* the data stopped */
    FINDING_ERROR,   /* no answer this time */
    FINDING_FAILING  /* no answer for long, or from a source that is known to be down */
};

struct alert_policy {
    int64_t for_ms;
    int64_t keep_firing_for_ms;
    enum rule_missing on_missing;
    enum rule_missing on_error;
    bool flapping; /* hold an alert open that comes and goes */
};

/* Evaluations that flapping is told from (nagios: "Detection and Handling of State Flapping"). */
#define ALERT_FLAP_STATES 21

struct alert_status {
    enum alert_state phase; /* never ALERT_UNKNOWN */
    bool unknown;
    bool flapping;
    uint8_t history_count; /* of what is in `history`, up to ALERT_FLAP_STATES */
    uint32_t history;      /* did the condition hold? The newest evaluation is bit 0 */
    int64_t active_at_ms;  /* since when it is pending or firing */
    int64_t fired_at_ms;
    int64_t resolved_at_ms;
    int64_t keep_firing_since_ms; /* it no longer holds, and is kept firing */
    int64_t frozen_since_ms;      /* nothing is known since */
    int64_t held_ms;              /* of the time since active_at_ms, what does not count */
};

enum alert_change {
    ALERT_CHANGE_NONE,
    ALERT_CHANGE_PENDING,  /* it began */
    ALERT_CHANGE_FIRED,    /* also at once, where `for` is 0 */
    ALERT_CHANGE_RESOLVED, /* it fired, and no longer does */
    ALERT_CHANGE_DROPPED,  /* it was pending, and never fired */
    ALERT_CHANGE_UNKNOWN,
    ALERT_CHANGE_KNOWN /* back from UNKNOWN to what it was */
};
/* "pending", "fired", ... */
const char *alert_change_name(enum alert_change change);

/* One evaluation at `t_ms`. What has resolved or dropped is in phase ALERT_INACTIVE afterwards. */
enum alert_change alert_status_step(struct alert_status *s, const struct alert_policy *policy,
                                    enum alert_finding finding, int64_t t_ms);

/* With UNKNOWN over the phase. */
enum alert_state alert_status_state(const struct alert_status *s);
/* Do receivers hear of it as firing? */
bool alert_status_fires(const struct alert_status *s);
/* How long it has been pending, without what does not count. */
int64_t alert_status_progress_ms(const struct alert_status *s, int64_t t_ms);

/*
 * Takes a status up again that was kept when tocsin last ran, until `alive_ms`: the time between is
 * none that counts. False where a pending one is to begin anew, since nobody looked for longer than
 * ALERT_RESTORE_MAX_MS.
 */
#define ALERT_RESTORE_MAX_MS ((int64_t)3600 * 1000)
bool alert_status_restore(struct alert_status *s, int64_t alive_ms, int64_t now_ms);

/*
 * The wall clock was set by `step_ms`, between two evaluations: the time that counts goes on as if
 * it had not been. Progress of `for` and of `keep_firing_for` stays what it is, and what has
 * resolved is kept for as long; since when something fires stays as it was told.
 */
void alert_status_follow_clock(struct alert_status *s, int64_t step_ms);

/* Resolved alerts are kept so long, so that "resolved" can be said again (prometheus:
 * rules/alerting.go, resolvedRetention). */
#define ALERT_RESOLVED_KEEP_MS ((int64_t)15 * 60 * 1000)

#endif
