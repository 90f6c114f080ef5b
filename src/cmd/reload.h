/*
 * Reading the configuration again while the engine runs: when its file changed, or when told to. A
 * right one is handed to the engine; a wrong one is refused whole, with everything that is wrong in
 * the log, and the old one goes on.
 *
 * Owner: reload_create/reload_destroy (NULL is fine). Loop, log and engine outlive it. Where the
 * engine's configuration is from the command line there is nothing to read, and nothing happens.
 */
#ifndef TOCSIN_CMD_RELOAD_H
#define TOCSIN_CMD_RELOAD_H

#include "base/diag.h"
#include "base/log.h"
#include "engine/engine.h"
#include "loop/loop.h"

struct reload;

struct reload_events {
    /* Before the file is read; may be NULL. */
    void (*began)(void *user);
    /* After: `fresh` is what the engine has from now on (borrowed), or NULL where it was refused;
     * `diags` says why, or has the warnings. */
    void (*ended)(void *user, const struct config *fresh, const struct diags *diags);
    void *user;
};

struct reload *reload_create(struct loop *loop, struct log *log, struct engine *engine,
                             const struct reload_events *events);
void reload_destroy(struct reload *r);
/* From now on also when the file changes, or one of the files of rules that it names. False where
 * one cannot be watched; the others are, and reload_now works as well. */
bool reload_watch(struct reload *r, struct error *err) ATTR_NODISCARD;
void reload_now(struct reload *r);
/* The same for somebody who wants to know: the first thing that is wrong with a new configuration
 * that is refused. */
bool reload_try(struct reload *r, struct error *err) ATTR_NODISCARD;

#endif
