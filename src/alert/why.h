/*
 * Why a rule says what it says: its condition and health, and for each of its alerts what is known,
 * how far it is, what hides it and what happened to it. Of a moment in the past, what the ledger
 * tells was known then.
 *
 * Made by why_build from the alerts and the ledger, or filled in from JSON by who asked an engine;
 * why_format and why_json show it.
 *
 * Owner: why_init/why_release; all texts and lists are its arena's. Times are Unix milliseconds, 0
 * where there is none.
 */
#ifndef TOCSIN_ALERT_WHY_H
#define TOCSIN_ALERT_WHY_H

#include "alert/alerts.h"
#include "base/arena.h"
#include "base/json_writer.h"

/* Events an alert is shown with, the newest. */
#define WHY_MAX_EVENTS 20
/* Alerts that are known from the ledger only, the newest. */
#define WHY_MAX_GONE 50

struct why_event {
    int64_t at_ms;
    const char *from, *to, *reason, *who;
    double value;
    bool has_value;
};

struct why_silence {
    const char *id, *by, *comment;
    int64_t ends_at_ms;
};

struct why_alert {
    uint64_t id; /* 0: known from the ledger only */
    uint64_t fingerprint;
    const char *labels; /* {a="b"} */
    const char *origin; /* NULL: tocsin's own; else the kind of engine */
    const char *state;
    const char *severity; /* NULL where not known */
    bool fires;
    bool flapping;
    bool muted_elsewhere;
    bool since_known; /* while the ledger is read */
    double value, threshold;
    bool has_value, has_threshold;
    const char *comparison;
    enum unit unit;
    int64_t active_at_ms, fired_at_ms, resolved_at_ms, unknown_since_ms;
    int64_t for_ms;
    int64_t fires_in_ms; /* -1 where it is not pending */
    const char *reason;
    const char *acked_by; /* NULL: nobody */
    const char *ack_note;
    int64_t acked_at_ms, ack_expires_ms;
    const char *inhibited_by;
    struct why_silence *silences;
    size_t silence_count;
    struct why_event *events; /* newest first */
    size_t event_count;
};

struct why_rule {
    bool known; /* to the rules there are now; else only alerts tell of it */
    bool alerting;
    const char *name, *group, *file, *source, *expr;
    const char *recover; /* or NULL */
    const char *health, *error, *note;
    unsigned line;
    int64_t interval_ms, for_ms, keep_firing_for_ms;
    int64_t evaluated_ms, next_ms, duration_us;
    uint64_t missed;
    VEC(struct why_alert *) alerts;
};

struct why {
    struct arena arena;
    int64_t now_ms;
    int64_t at_ms;
    bool past;        /* reconstructed for at_ms */
    bool ledger_only; /* no engine runs that would know the rules */
    VEC(struct why_rule) rules;
};

struct why_question {
    const char *rule;             /* a name */
    const struct silence *filter; /* its matchers choose among the alerts; or NULL */
    uint64_t fingerprint;         /* 0: any */
    struct wall now;
    struct wall at; /* 0: now */
};

void why_init(struct why *why);
void why_release(struct why *why);
/* What to ask the ledger for. The rule is borrowed from the question. */
struct transition_filter why_filter(const struct why_question *question);
/* Pure, over what alerts_transitions gave for that filter; `alerts` NULL: nothing but the ledger is
 * known. ERROR_NOT_FOUND where neither rules nor
 * alerts nor the ledger know the name. */
bool why_build(struct why *why, const struct alerts *alerts, const struct why_question *question,
               const struct transition *ledger, size_t count, struct error *err) ATTR_NODISCARD;

void why_json(struct json_writer *w, const struct why *why);
/* Lines for people, fit for a terminal; `time` adds a moment as they read it. */
typedef void (*why_time_cb)(struct strbuf *out, int64_t ms);
void why_format(struct strbuf *out, const struct why *why, why_time_cb time);

#endif
