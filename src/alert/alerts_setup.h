/*
 * The engine's side of the alerts (alerts.h is everybody else's): how they are made, which rules
 * they come from, and what happens around them.
 *
 * Owner: alerts_create/alerts_destroy. What the options name outlives the alerts.
 */
#ifndef TOCSIN_ALERT_ALERTS_SETUP_H
#define TOCSIN_ALERT_ALERTS_SETUP_H

#include "alert/alerts.h"
#include "alert/ruleset.h"
#include "loop/loop.h"
#include "query/query.h"
#include "series/store.h"

struct journal;

struct alerts_options {
    struct loop *loop;
    struct log *log; /* gets a line for each transition */
    struct label_table *labels;
    struct store *store;     /* takes ALERTS and what recording rules write */
    struct journal *journal; /* where what must survive is kept; one in memory at least */
    /* Who answers for a source, and how it is; see alert/group.h. */
    struct answerer *(*answerer)(void *user, const char *source);
    bool (*is_down)(void *user, const char *source);
    bool (*is_polled)(void *user, struct wall slot);
    /* Something shown changed. Never inside a call to the alerts. */
    void (*changed)(void *user);
    void *user;
    struct rule_pairs external_labels;
    struct str external_url;
    bool flapping;
};

struct alerts *alerts_create(const struct alerts_options *options, const struct ruleset *rules);
/* What is not on disk yet is written by the journal's own end. */
void alerts_destroy(struct alerts *alerts); /* NULL is fine */
/* Takes other rules over: alerts of rules that are in both go on as they are, those of rules that
 * are gone are resolved with that as their reason. */
void alerts_set_rules(struct alerts *alerts, const struct ruleset *rules);
/* What texts of alerts know beside them; it outlives the alerts, or the next call. */
void alerts_set_context(struct alerts *alerts, struct rule_pairs external_labels,
                        struct str external_url);
/* Figures of one group of rules, from 0; false past the last. */
struct group_stats {
    const char *name;
    uint64_t runs;
    uint64_t missed;   /* slots */
    uint64_t failures; /* evaluations of its rules */
    int64_t interval_ms;
    int64_t duration_us; /* of the last run */
};
bool alerts_group_stats(const struct alerts *alerts, size_t i, struct group_stats *out);
/* A poll has ended: rules that waited for it run. */
void alerts_polled(struct alerts *alerts);
/* The wall clock was set by so much (loop_watch_clock): nothing fires, resolves or begins anew for
 * it. What is being evaluated is called off; its slot counts as missed. */
void alerts_follow_clock(struct alerts *alerts, int64_t step_ms);
/* Runs every group for this time, where it is not running. For tests. */
void alerts_run(struct alerts *alerts, struct wall slot);
/* True while a rule is being evaluated. */
bool alerts_busy(const struct alerts *alerts);

/* Alerts and silences of another engine, replacing those of the same source; borrowed for the call.
 * Both empty: there are none. */
struct other_alert {
    struct labels *labels; /* referenced */
    struct rule_pairs annotations;
    enum alert_origin origin;
    enum alert_state state;
    struct wall starts_at;
    struct wall updated_at;
    double value;
    bool has_value;
    bool suppressed;
    const char *generator_url; /* or NULL */
};
void alerts_set_others(struct alerts *alerts, const char *source, const struct other_alert *list,
                       size_t count, const struct silence *silences, size_t silence_count);
/* The source is gone. */
void alerts_drop_others(struct alerts *alerts, const char *source);
/* How a silence is made and ended elsewhere. */
struct silence_host {
    void (*put)(void *user, const struct silence *s, alerts_done_cb done, void *done_user);
    void (*expire)(void *user, const char *id, alerts_done_cb done, void *done_user);
    void *user;
};
void alerts_set_silence_host(struct alerts *alerts, const char *source,
                             const struct silence_host *host);

#endif
