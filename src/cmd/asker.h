/*
 * Finding out who is to be asked: an engine over a configuration or an address, until the source
 * that was named can answer.
 *
 * Sources that tocsin polls itself have no past here, so they are polled twice, a second apart,
 * before they are given out: rates have two points then.
 *
 * Owner: asker_create/asker_destroy (NULL is fine), and with it the engine and the answerer. Loop
 * and configuration outlive it. One of the events runs, once, from the loop.
 */
#ifndef TOCSIN_CMD_ASKER_H
#define TOCSIN_CMD_ASKER_H

#include "cmd/command.h"
#include "engine/engine.h"

struct asker;

struct asker_events {
    void (*ready)(void *user, struct answerer *answerer);
    /* ERROR_USAGE where the name is wrong; otherwise what keeps the source from being known. */
    void (*failed)(void *user, const struct error *err);
    void *user;
};

/* What --source and --config say: a configuration, or an address that is one by itself (then the
 * source has no name). NULL after reported errors. */
struct config *asker_config(const struct invocation *inv, bool *is_target, struct diags *diags);

/* `name` is of the source, or NULL: the default one, or the first that answers by itself. "local":
 * all that is polled. Rules are not evaluated; the configuration may lose them. */
struct asker *asker_create(struct loop *loop, struct config *config, const char *name,
                           const struct asker_events *events);
void asker_destroy(struct asker *a);
bool asker_is_local(const struct answerer *answerer);
/* The first of the sources whose data the answerer has whose last poll failed; false where there is
 * none. */
bool asker_find_failing(const struct asker *a, const struct answerer *answerer, struct error *err);

#endif
