/* See alerts_private.h: without a journal. */
#include <stdlib.h>

#include "alert/alerts_private.h"
#include "base/mem.h"

struct waiting {
    alerts_done_cb done;
    void *user;
};

struct keeper {
    struct deferred *turn;
    VEC(struct waiting) waiting;
};

void keeper_create(struct alerts *alerts)
{
    alerts->keeper = mem_zalloc(1, sizeof(*alerts->keeper));
}

void keeper_destroy(struct alerts *alerts)
{
    deferred_cancel(alerts->keeper->turn);
    vec_release(&alerts->keeper->waiting);
    free(alerts->keeper);
}

void keeper_restore(struct alerts *alerts)
{
    (void)alerts;
}

void keeper_put_alert(struct alerts *alerts, const struct live_rule *rule, struct alert *alert)
{
    (void)alerts;
    (void)rule;
    (void)alert;
}

void keeper_drop_alert(struct alerts *alerts, const struct live_rule *rule,
                       const struct alert *alert)
{
    (void)alerts;
    (void)rule;
    (void)alert;
}

void keeper_put_ack(struct alerts *alerts, const struct kept_ack *ack)
{
    (void)alerts;
    (void)ack;
}

void keeper_drop_ack(struct alerts *alerts, uint64_t id)
{
    (void)alerts;
    (void)id;
}

void keeper_put_silence(struct alerts *alerts, const struct silence *s)
{
    (void)alerts;
    (void)s;
}

void keeper_drop_silence(struct alerts *alerts, const char *id)
{
    (void)alerts;
    (void)id;
}

void keeper_put_transition(struct alerts *alerts, struct wall at, const struct note *note)
{
    (void)alerts;
    (void)at;
    (void)note;
}

void keeper_alive(struct alerts *alerts, struct wall at)
{
    (void)alerts;
    (void)at;
}

static void finish(void *user)
{
    struct alerts *alerts = user;
    struct keeper *k = alerts->keeper;
    k->turn = NULL;
    while (k->waiting.len != 0) {
        struct waiting w = k->waiting.items[0];
        vec_remove(&k->waiting, 0);
        w.done(w.user, NULL);
    }
}

void keeper_flush(struct alerts *alerts, alerts_done_cb done, void *user)
{
    struct keeper *k = alerts->keeper;
    if (done != NULL) {
        vec_push(&k->waiting, ((struct waiting){done, user}));
        if (k->turn == NULL) {
            k->turn = loop_defer(alerts->o.loop, finish, alerts);
        }
    }
}

const char *keeper_problem(const struct alerts *alerts)
{
    (void)alerts;
    return NULL;
}

void alerts_transitions(struct alerts *alerts, const struct transition_filter *filter,
                        transitions_cb done, void *user)
{
    (void)alerts;
    (void)filter;
    (void)done;
    (void)user;
}
