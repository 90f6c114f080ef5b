/* What the files behind alerts.h share. Private to this folder. */
#ifndef TOCSIN_ALERT_ALERTS_PRIVATE_H
#define TOCSIN_ALERT_ALERTS_PRIVATE_H

#include "alert/alerts.h"
#include "alert/alerts_setup.h"
#include "alert/group.h"
#include "alert/mirror.h"

struct kept_ack {
    uint64_t id; /* of the alert */
    struct ack ack;
};

/* An alert of another engine; owns its parts. */
struct other {
    struct other_alert alert;
    uint64_t fingerprint;
};

struct other_source {
    char *name;
    VEC(struct other) alerts;
    VEC(struct silence) silences;
    struct silence_host host; /* put NULL: none can be made there */
};

/* What readers see, made when it is asked for (alerts_view.c). */
struct alerts_view {
    bool valid;
    VEC(struct alert_info) list;
    VEC(const struct silence *) hiding; /* of all alerts, one after the other */
    VEC(const struct silence *) silences;
    struct alert_counts counts;
    bool rules_counted;
    uint64_t rules_version; /* of the alerts, when they were */
    struct rule_counts rules;
};

/* An alert that has fired within the last day and no longer does. */
struct recent {
    uint64_t id;
    struct labels *labels;
    int64_t ended_ms;
};

struct alerts {
    struct alerts_options o;
    struct group_env env;
    struct ruleset *rules;
    VEC(struct group *) groups;
    VEC(struct kept_ack) acks;
    VEC(struct silence) silences;
    VEC(struct other_source) others;
    const struct alerts_host *host; /* NULL: these alerts are the engine's own */
    struct alerts_mirror mirror;    /* with a host: what it has */
    struct loop_timer *boundary;    /* the next silence or acknowledgement ends */
    struct deferred *tell;          /* `changed` is due */
    VEC(struct recent) recent;      /* in order of their ends; at most RECENT_MAX */
    VEC(struct refusal *) refusals; /* commands that are yet to be told so */
    struct wall last_cycle;
    uint64_t version;
    struct alerts_view *view;
    struct keeper *keeper;
};

/* alerts.c */
uint64_t alerts_id(const struct live_rule *rule, const struct alert *alert);
void alerts_touch(struct alerts *alerts); /* something shown changed */
/* Of these rules, which are referenced; there are none. */
void alerts_make_groups(struct alerts *alerts, const struct ruleset *rules);
struct kept_ack *alerts_find_ack(const struct alerts *alerts, uint64_t id);
/* Nothing where there is none. */
void alerts_drop_ack(struct alerts *alerts, const struct live_rule *rule,
                     const struct alert *alert);
/* NULL where there is none. An alert and a record of one group may have the same name. */
struct live_rule *alerts_rule_of_key(const struct alerts *alerts, enum rule_kind kind,
                                     uint64_t key);
/* The alert of an id and its rule, or NULL. */
struct alert *alerts_of_id(const struct alerts *alerts, uint64_t id, struct live_rule **rule);

/* alerts_command.c */
void alerts_cancel_refusals(struct alerts *alerts);
/* To the ledger: what a silence hides, and that it began or ended. */
void alerts_note_silence(struct alerts *alerts, const struct silence *s, const char *to,
                         const char *who);

/* alerts_others.c */
void alerts_release_others(struct alerts *alerts);

/* alerts_view.c */
void alerts_view_init(struct alerts *alerts);
void alerts_view_release(struct alerts *alerts);

/* A line of the ledger, the log and the state on disk; texts are borrowed. */
struct note {
    const struct live_rule *rule; /* or NULL */
    const struct alert *alert;    /* or NULL */
    const char *from;
    const char *to;
    const char *reason;
    const char *who;
};
/* alerts_ledger.c: to the log and the ledger, at `at`. */
void alerts_note(struct alerts *alerts, struct wall at, const struct note *note);

/* alerts_recent.c: what fired within the last day. */
#define RECENT_MAX ((size_t)10000)
void alerts_recent_add(struct alerts *alerts, uint64_t id, const struct labels *labels,
                       int64_t ended_ms);
void alerts_recent_release(struct alerts *alerts);
/* Distinct ones since then that the silence matches and that do not fire now. */
size_t alerts_recent_matching(const struct alerts *alerts, const struct silence *s,
                              int64_t since_ms);

/* alerts_boundary.c: what time alone changes. */
void alerts_boundaries_arm(struct alerts *alerts);
void alerts_boundaries_pass(void *user);
/* After a cycle: what silences wait for that end once nothing is left to hide. */
void alerts_watch_quiet(struct alerts *alerts);

/* keeper.c: the state that survives. */
void keeper_create(struct alerts *alerts);
void keeper_destroy(struct alerts *alerts);
/* Everything that was kept, into the alerts; their groups are there. */
void keeper_restore(struct alerts *alerts);
void keeper_put_alert(struct alerts *alerts, const struct live_rule *rule, struct alert *alert);
void keeper_drop_alert(struct alerts *alerts, const struct live_rule *rule,
                       const struct alert *alert);
void keeper_put_ack(struct alerts *alerts, const struct live_rule *rule, const struct alert *alert,
                    const struct ack *ack);
void keeper_drop_ack(struct alerts *alerts, const struct live_rule *rule,
                     const struct alert *alert);
void keeper_put_silence(struct alerts *alerts, const struct silence *s);
void keeper_drop_silence(struct alerts *alerts, const char *id);
void keeper_put_transition(struct alerts *alerts, struct wall at, const struct note *note);
/* A cycle has ended at `at`: what is collected goes to disk. */
void keeper_alive(struct alerts *alerts, struct wall at);
/* What is collected goes to disk, and `done` is told; `done` may be NULL. */
void keeper_flush(struct alerts *alerts, alerts_done_cb done, void *user);
/* As alerts_problem. */
const char *keeper_problem(const struct alerts *alerts);

#endif
