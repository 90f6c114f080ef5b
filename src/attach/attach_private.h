/* What the files behind attach.h share. Private to this folder. */
#ifndef TOCSIN_ATTACH_ATTACH_PRIVATE_H
#define TOCSIN_ATTACH_ATTACH_PRIVATE_H

#include "alert/mirror.h"
#include "attach/ask.h"
#include "attach/attach.h"
#include "attach/fetched.h"

/* A command on its way. */
struct order {
    struct attach *attach;
    struct ask *ask;
    alerts_done_cb done; /* or NULL */
    transitions_cb read; /* of a question to the ledger, in the place of `done` */
    void *user;
};

/* How many alerts a silence would hide, as the engine counts them. */
struct preview {
    struct ask *ask;
    char *subject; /* the silence's matchers; NULL before the first */
    struct mono at;
    bool known;
    size_t now, day;
};

struct attach {
    struct attach_options o;
    char *socket_path;
    struct alerts_host host;
    struct ticker *ticker;
    struct ask *poll; /* for alerts or for rules */
    bool again;       /* ask once more when that has ended */
    struct fetched_alerts alerts;
    struct fetched_rules rules;
    bool rules_due;         /* alerts have changed since the rules were read */
    struct mono rules_at;   /* 0: never */
    struct mono reached_at; /* 0: never */
    bool failing;           /* the last question had no answer */
    char *failure;          /* why, or NULL */
    char *problem;          /* as shown, or NULL */
    VEC(struct order *) orders;
    struct preview preview;
};

/* attach.c: what is known goes to the alerts. */
void attach_show(struct attach *attach);

/* command.c */
extern const struct alerts_host attach_host;
void attach_orders_cancel(struct attach *attach);

#endif
