/*
 * The engine's alerts and what is around them: the state on disk, who answers for rules, the series
 * about tocsin itself, other engines' alerts and silences, and the control socket.
 *
 * One engine a state directory: where another tocsin has it, this one keeps its state in memory and
 * says so; or, where it was told of a socket to attach to, it is no engine at all: its alerts are
 * those of the engine there (attach/attach.h), it evaluates no rules and listens nowhere.
 *
 * Owner: engine_alerts_create/destroy; before the sources go. What the options name outlives it.
 */
#ifndef TOCSIN_ENGINE_ENGINE_ALERTS_H
#define TOCSIN_ENGINE_ENGINE_ALERTS_H

#include "alert/alerts_setup.h"
#include "api/control.h"
#include "attach/attach.h"
#include "engine/config.h"
#include "engine/engine_source.h"

struct engine_alerts;

struct engine_alerts_options {
    const struct engine_scope *scope;
    const struct config *config;
    const char *state_dir;     /* NULL: in memory */
    const char *socket_path;   /* NULL: no control socket */
    const char *attach_socket; /* of an engine; NULL: this is one, whatever else runs */
    bool attach;               /* at once; else where another tocsin has the state directory */
    /* For the socket: reads the configuration again; an error where it is refused. Or NULL. */
    bool (*reload)(void *user, struct error *err);
    void *reload_user;
    /* The sources there are, until NULL. */
    struct engine_source *(*source_at)(void *user, size_t i);
    void (*changed)(void *user);
    void *user;
};

/* The journal waits for the disk. Never fails: what cannot be had is said by alerts_problem or the
 * log. */
struct engine_alerts *engine_alerts_create(const struct engine_alerts_options *options);
/* Writes what is not on disk yet, for at most ENGINE_FLUSH_MS. */
#define ENGINE_FLUSH_MS 5000
void engine_alerts_destroy(struct engine_alerts *e); /* NULL is fine */
struct alerts *engine_alerts_get(const struct engine_alerts *e);
void engine_alerts_reload(struct engine_alerts *e, const struct config *config);
/* The wall clock was set by so much. */
void engine_alerts_follow_clock(struct engine_alerts *e, int64_t step_ms);
/* A poll of this source has ended. */
void engine_alerts_polled(struct engine_alerts *e, struct engine_source *source);
/* A source is new, or about to go. */
void engine_alerts_add_source(struct engine_alerts *e, struct engine_source *source);
void engine_alerts_remove_source(struct engine_alerts *e, struct engine_source *source);
/* NULL where this is the engine. */
const struct attach *engine_alerts_attach(const struct engine_alerts *e);
/* Another engine has the state directory. */
bool engine_alerts_is_second(const struct engine_alerts *e);

#endif
