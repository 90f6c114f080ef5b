/*
 * One group of rules at work (prometheus: rules/group.go). Private to this folder.
 *
 * A group has a slot every interval: of what tocsin polls itself the aligned one, when the polls of
 * that moment are in (or half an interval later); at a server the aligned one and a part of the
 * interval that follows from the group's name, so that not all groups ask at once. A group that is
 * still at work when its next slot comes misses that slot, and counts it.
 *
 * Rules run one after the other where one needs what another writes, else side by side.
 *
 * Owner: group_create/group_destroy, which cancels. The environment and the bound group outlive it.
 */
#ifndef TOCSIN_ALERT_GROUP_H
#define TOCSIN_ALERT_GROUP_H

#include "alert/alerts.h"
#include "alert/ruleset.h"
#include "loop/loop.h"
#include "query/query.h"
#include "rule/alerting.h"
#include "rule/record.h"

struct group;
struct pass;

struct live_rule {
    struct group *group;
    const struct rule *rule;
    struct alerting alerting; /* of an alerting rule; or */
    struct record record;
    struct pass *pass; /* while it is evaluated */
    uint64_t key;      /* the hash of group_rule_name */
    unsigned namesake; /* rules of the same kind and name before it */
    enum rule_health health;
    char *error;
    unsigned failures; /* in a row */
    int64_t evaluated_ms;
    int64_t duration_us;
    int64_t looked_ms; /* when it was last asked whether there is any data; 0: never */
    char *idle;        /* what of its condition selects nothing, or NULL */
};

/* What all groups are given; all of it outlives them. */
struct group_env {
    struct loop *loop;
    struct log *log;
    struct label_table *labels;
    struct store *store;
    /* With source_user. Who answers; NULL: there is no such source. */
    struct answerer *(*answerer)(void *user, const char *source);
    /* Is the source known to be down, so that no answer means that nothing is known? */
    bool (*is_down)(void *user, const char *source);
    /* Are the polls of this slot in? */
    bool (*is_polled)(void *user, struct wall slot);
    void *source_user;
    struct rule_pairs external_labels;
    struct str external_url;
    bool flapping;
    /* An alert changed. An alert that has dropped is gone behind the call. */
    void (*changed)(void *user, struct live_rule *rule, struct alert *alert,
                    enum alert_change change);
    void (*forgotten)(void *user, struct live_rule *rule, struct alert *alert);
    /* A rule was evaluated, well or not; a group has finished its slot. */
    void (*settled)(void *user, struct live_rule *rule);
    void (*finished)(void *user, struct group *group);
    void *user;
};

struct group {
    const struct group_env *env;
    const struct bound_group *bound;
    size_t namesake; /* groups of the same name before it */
    store_target target;
    struct live_rule *rules;
    size_t rule_count;
    size_t first; /* its first rule's number among all */
    bool side_by_side;
    struct ticker *ticker;
    struct deferred *look;       /* whether the polls of the slot are in */
    struct loop_timer *deadline; /* they are waited for */
    bool due;
    bool running;
    struct wall slot; /* of the run, or that it is due for */
    struct mono began;
    size_t next;            /* rule to begin */
    size_t open;            /* rules begun and not ended */
    struct wall not_before; /* the clock was set then: there is no data of older slots */
    uint64_t missed;
    uint64_t runs;
    uint64_t failures; /* of its rules */
    int64_t duration_us;
};

struct group *group_create(const struct group_env *env, const struct bound_group *bound,
                           size_t namesake, size_t first);
void group_destroy(struct group *g); /* NULL is fine */
/* Polls came in: a group that waited for them begins. */
void group_polled(struct group *g);
/* Now, for the time `slot`, unless it is running. For tests and for the first run. */
void group_run(struct group *g, struct wall slot);
/* When the next slot begins; 0: unknown. */
struct wall group_next(const struct group *g, struct wall now);

/* What a rule is called in the journal: `group/name`, the second of one name `group/name#2`, that
 * of a second group of the name `group~2/name`. The same after a reload, as long as the names and
 * the order among those of one name are. The caller frees. */
char *group_rule_name(const struct live_rule *rule);

/* pass.c: one evaluation of a rule. Ends in group_rule_done, which is never inside the call. False
 * where it could not begin, with the reason noted as the rule's error. */
bool pass_begin(struct live_rule *rule, struct wall slot);
void pass_cancel(struct live_rule *rule);
void group_rule_done(struct live_rule *rule);
/* What runs or is due is of a time that no longer is: it ends without a result, and is missed.
 * The next slot is one of the time that is `now`. */
void group_call_off(struct group *g, struct wall now);

#endif
