/*
 * Where an engine keeps its state and listens: --state and --socket; else, with a configuration,
 * what the environment says (alert/state_dir.h; $RUNTIME_DIRECTORY of systemd, $XDG_RUNTIME_DIR).
 * An engine over targets of the command line is one for the moment: it keeps nothing and listens
 * nowhere unless told to.
 *
 * Owner: engine_places_release.
 */
#ifndef TOCSIN_CMD_ENGINE_PLACES_H
#define TOCSIN_CMD_ENGINE_PLACES_H

#include "base/log.h"
#include "cmd/command.h"
#include "engine/config.h"

struct engine_places {
    char *state_dir; /* or NULL */
    char *socket;    /* or NULL */
    char *running;   /* of an engine that listens; or NULL */
};

/* What the environment does not say is logged: the engine goes on without. */
void engine_places_find(struct engine_places *places, const struct invocation *inv,
                        const struct config *config, struct log *log);
/* Fills `running` where there is a configuration: targets of the command line are nobody else's. */
void engine_places_find_running(struct engine_places *places, const struct invocation *inv,
                                const struct config *config);
void engine_places_release(struct engine_places *places);

#endif
