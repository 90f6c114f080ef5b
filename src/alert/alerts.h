/*
 * The alerts there are, as screens, the API and commands see them: those of tocsin's own rules, of
 * other engines, the silences and acknowledgements over them, and the rules with their health. And
 * what can be done about them.
 *
 * Reading is free and borrowed: what is got is good until the next turn of the loop. Commands are
 * asynchronous: `done` runs exactly once, never inside the call, when the change is on disk; where
 * it cannot be written the change holds all the same, in memory, and `done` is told so by an error
 * of kind ERROR_IO whose text says it.
 *
 * Owner: the engine creates it and destroys it last but for the journal.
 */
#ifndef TOCSIN_ALERT_ALERTS_H
#define TOCSIN_ALERT_ALERTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alert/silence.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/unit.h"
#include "rule/alert_state.h"
#include "rule/pairs.h"
#include "rule/severity.h"
#include "series/labels.h"

struct alerts;

struct ack {
    char *by;
    char *note; /* "" where none was given */
    struct wall at;
    struct wall expires_at; /* 0: with the alert */
};

enum alert_origin {
    ALERT_OF_TOCSIN,
    ALERT_OF_PROMETHEUS, /* a server's own rules */
    ALERT_OF_ALERTMANAGER
};

struct alert_info {
    uint64_t id;          /* of its rule and labels: the same after a reload or restart */
    uint64_t fingerprint; /* of its labels, as Alertmanager computes it */
    enum alert_origin origin;
    const struct labels *labels; /* with alertname */
    struct rule_pairs annotations;
    enum alert_state state; /* ALERT_INACTIVE: resolved within the last quarter of an hour */
    bool fires;             /* towards receivers: firing, or unknown after it fired */
    bool flapping;
    enum severity severity;
    struct wall active_at;
    struct wall fired_at;      /* 0: not yet */
    struct wall resolved_at;   /* 0: it is not */
    struct wall unknown_since; /* 0: it is known */
    struct wall updated_at;    /* of the last evaluation that knew something */
    int64_t for_ms;
    int64_t fires_in_ms; /* what is left of `for` if it holds on; -1 where it is not pending */
    double value;
    bool has_value;
    double threshold; /* of a comparison with a number at the top of the condition */
    bool has_threshold;
    const char *comparison; /* ">", "<=", ...; NULL without a threshold */
    enum unit unit;         /* of value and threshold, as far as they tell */
    const char *rule;       /* its name; for others' alerts the alertname */
    const char *group;      /* "" where unknown; the same for the next four */
    const char *file;
    unsigned line;
    const char *expr;
    const char *source;                    /* who answers for it; or whose it is */
    const char *reason;                    /* of the last change or what keeps it, in words; "" */
    const struct ack *ack;                 /* or NULL */
    const struct silence *const *silences; /* that hide it now */
    size_t silence_count;
    const char *inhibited_by; /* the name of the alert that does; or NULL */
    bool muted_elsewhere;     /* its own Alertmanager says that it is suppressed */
};

/* Sorted: unacknowledged and loud ones first, worst severity, oldest first; then acknowledged,
 * pending, silenced, resolved. The order is stable between changes. */
size_t alerts_count(const struct alerts *alerts);
const struct alert_info *alerts_at(const struct alerts *alerts, size_t i);
const struct alert_info *alerts_find(const struct alerts *alerts, uint64_t id);

struct alert_counts {
    size_t critical; /* firing or unknown-after-firing, not silenced, not inhibited: by severity */
    size_t warning;
    size_t info;
    size_t unacknowledged; /* of these, without info */
    size_t acknowledged;
    size_t pending;
    size_t unknown;
    size_t silenced;
    size_t resolved;
};
void alerts_counts(const struct alerts *alerts, struct alert_counts *out);
/* Grows when anything shown changed. */
uint64_t alerts_version(const struct alerts *alerts);
/* The slot of the group that has finished last; 0: none yet. */
struct wall alerts_last_cycle(const struct alerts *alerts);
/* Undelivered or unkept state, in words for people, or NULL: "state is in memory only: disk full"
 */
const char *alerts_problem(const struct alerts *alerts);

size_t alerts_silence_count(const struct alerts *alerts);
/* By their end; expired ones of the last day last. Those of other engines have `source`. */
const struct silence *alerts_silence_at(const struct alerts *alerts, size_t i);
const struct silence *alerts_silence_find(const struct alerts *alerts, const char *id);
/* How many alerts that fire now, or fired within the last 24 h, it would hide. */
void alerts_silence_preview(const struct alerts *alerts, const struct silence *s, size_t *now,
                            size_t *day);

enum rule_health {
    RULE_HEALTH_NEW, /* not evaluated yet */
    RULE_HEALTH_OK,
    RULE_HEALTH_ERROR,
    RULE_HEALTH_NO_DATA /* its selectors match nothing at its source */
};
const char *rule_health_name(enum rule_health health);

struct rule_info {
    bool alerting;
    const char *name;
    const char *group;
    const char *file;
    unsigned line;
    const char *source;
    const char *expr;
    struct rule_pairs labels;
    struct rule_pairs annotations;
    int64_t interval_ms;
    int64_t for_ms;
    int64_t keep_firing_for_ms;
    const char *recover; /* or NULL */
    enum rule_health health;
    const char *error;     /* "" without */
    struct wall evaluated; /* 0: never */
    struct wall next;      /* 0: unknown */
    int64_t duration_us;   /* of the last evaluation, waiting included */
    uint64_t missed;       /* slots of its group that were skipped */
    size_t pending, firing, unknown;
    const char *note; /* "matches nothing at 'prom': up{...}", "can never hold: ..."; or "" */
};
size_t alerts_rule_count(const struct alerts *alerts);
void alerts_rule_at(const struct alerts *alerts, size_t i, struct rule_info *out);
/* Counted once after each change. */
struct rule_counts {
    size_t all;
    size_t failing;
    size_t no_data;
    size_t waiting;        /* not evaluated yet */
    struct wall evaluated; /* the last time that one was; 0: never */
};
void alerts_rule_counts(const struct alerts *alerts, struct rule_counts *out);
/* tocsin's own alerts, silenced ones too. The list is not made for it. */
struct alert_states {
    size_t pending, firing, unknown;
};
void alerts_states(const struct alerts *alerts, struct alert_states *out);

typedef void (*alerts_done_cb)(void *user, const struct error *err);

/* Texts are copied. `expires_ms` 0: with the alert. ERROR_NOT_FOUND where there is no such alert.
 */
void alerts_ack(struct alerts *alerts, uint64_t id, const char *by, const char *note,
                int64_t expires_ms, alerts_done_cb done, void *user);
void alerts_unack(struct alerts *alerts, uint64_t id, const char *by, alerts_done_cb done,
                  void *user);
/* Gives up an UNKNOWN: it is resolved, with the note as its reason. */
void alerts_dismiss(struct alerts *alerts, uint64_t id, const char *by, const char *note,
                    alerts_done_cb done, void *user);
/* Creates, or replaces where `s->id` names one; `s` is copied. `id`, where not NULL, gets the new
 * one's at once, which the caller frees; NULL where it is refused. Where `s->source` names another
 * engine the silence is made there, and has no id yet. */
void alerts_silence_put(struct alerts *alerts, const struct silence *s, char **id,
                        alerts_done_cb done, void *user);
void alerts_silence_expire(struct alerts *alerts, const char *id, const char *by,
                           alerts_done_cb done, void *user);

/* The ledger: what happened to alerts, newest first. Borrowed for the call. */
struct transition {
    struct wall at;
    const char *rule;
    const char *alertname;
    uint64_t fingerprint;
    const char *labels; /* {a="b"} */
    const char *from;   /* state names, or "acked", "silenced" ... */
    const char *to;
    double value;
    bool has_value;
    const char *reason;
    const char *who; /* "" for the engine */
};
struct transition_filter {
    struct wall from, to; /* 0: any */
    const char *rule;     /* as transitions have it, or the name of its alerts; or NULL */
    uint64_t fingerprint; /* 0: any */
    size_t limit;         /* at most ALERTS_MAX_TRANSITIONS */
};
#define ALERTS_MAX_TRANSITIONS ((size_t)10000)
typedef void (*transitions_cb)(void *user, const struct transition *list, size_t count,
                               const struct error *err);
void alerts_transitions(struct alerts *alerts, const struct transition_filter *filter,
                        transitions_cb done, void *user);

#endif
