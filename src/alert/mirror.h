/*
 * Alerts of an engine that runs elsewhere, shown in place of own ones: lists that somebody fetched,
 * and who carries out what is asked of them. Everything of alerts.h reads the lists and asks the
 * host from alerts_set_host on; rules of these alerts' own are not to be there then.
 *
 * Owner: lists and host are borrowed: the lists until the next alerts_show, the host until the
 * alerts are destroyed or have another one.
 */
#ifndef TOCSIN_ALERT_MIRROR_H
#define TOCSIN_ALERT_MIRROR_H

#include "alert/alerts.h"

struct alerts_mirror {
    const struct alert_info *alerts; /* in any order */
    size_t alert_count;
    const struct silence *silences;
    size_t silence_count;
    const struct rule_info *rules;
    size_t rule_count;
    const char *problem;    /* as alerts_problem */
    struct wall last_cycle; /* as alerts_last_cycle */
};

/* What is asked for is done as alerts.h says: `done` once, never inside the call. */
struct alerts_host {
    void (*ack)(void *user, uint64_t id, const char *by, const char *note, int64_t expires_ms,
                alerts_done_cb done, void *done_user);
    void (*unack)(void *user, uint64_t id, const char *by, alerts_done_cb done, void *done_user);
    void (*dismiss)(void *user, uint64_t id, const char *by, const char *note, alerts_done_cb done,
                    void *done_user);
    void (*put)(void *user, const struct silence *s, alerts_done_cb done, void *done_user);
    void (*expire)(void *user, const char *id, const char *by, alerts_done_cb done,
                   void *done_user);
    /* `now` and `day` are what the lists alone tell; they become what the host knows better, and
     * alerts_show follows when it gets to know. */
    void (*preview)(void *user, const struct silence *s, size_t *now, size_t *day);
    void (*transitions)(void *user, const struct transition_filter *filter, transitions_cb done,
                        void *done_user);
    void *user;
};

void alerts_set_host(struct alerts *alerts, const struct alerts_host *host);
/* Where something shown has changed. */
void alerts_show(struct alerts *alerts, const struct alerts_mirror *mirror);

#endif
