/* See reload.h. */
#include "cmd/reload.h"

#include <stdlib.h>

struct reload {
    struct loop *loop;
    struct log *log;
    struct engine *engine;
    struct reload_events events;
    struct file_watch *watch; /* or NULL */
};

/* "file:line:column", as far as it is known. */
static char *place(const struct diag *diag)
{
    const char *file = diag->file != NULL ? diag->file : "";
    if (diag->span.line == 0) {
        return mem_printf("%s", file);
    }
    return mem_printf("%s:%u:%u", file, diag->span.line, diag->span.column);
}

static void log_diag(struct log *log, const struct diag *diag)
{
    static const enum log_level levels[] = {[DIAG_ERROR] = LOG_LEVEL_ERROR,
                                            [DIAG_WARNING] = LOG_LEVEL_WARN,
                                            [DIAG_INFO] = LOG_LEVEL_INFO};
    const char *key = diag->severity == DIAG_ERROR ? "err" : "note";
    char *at = place(diag);
    if (diag->suggestion != NULL) {
        log_event(log, levels[diag->severity], "reload", LOG_STR("at", at),
                  LOG_STR(key, diag->message), LOG_STR("hint", diag->suggestion), LOG_END);
    } else {
        log_event(log, levels[diag->severity], "reload", LOG_STR("at", at),
                  LOG_STR(key, diag->message), LOG_END);
    }
    free(at);
}

static void log_outcome(const struct reload *r, const char *file, bool taken,
                        const struct diags *diags)
{
    VEC_EACH (&diags->list, const struct diag, diag) {
        log_diag(r->log, diag);
    }
    if (taken) {
        log_event(r->log, LOG_LEVEL_INFO, "reload", LOG_STR("file", file),
                  LOG_INT("warnings", diags->warnings), LOG_END);
    } else {
        log_event(r->log, LOG_LEVEL_ERROR, "reload", LOG_STR("file", file),
                  LOG_STR("err", "the new configuration is refused, the old one goes on"),
                  LOG_INT("errors", diags->errors), LOG_END);
    }
}

void reload_now(struct reload *r)
{
    /* The engine's snapshot, and with it the name, goes while the new one comes. */
    const char *named = engine_config(r->engine)->file;
    if (named == NULL) {
        return;
    }
    char *file = mem_printf("%s", named);
    if (r->events.began != NULL) {
        r->events.began(r->events.user);
    }
    struct diags diags;
    diags_init(&diags);
    struct config *fresh = config_load(file, &diags);
    if (fresh != NULL) {
        engine_reload(r->engine, fresh);
    }
    log_outcome(r, file, fresh != NULL, &diags);
    r->events.ended(r->events.user, fresh, &diags);
    config_unref(fresh);
    diags_release(&diags);
    free(file);
}

static void file_changed(void *user)
{
    reload_now(user);
}

struct reload *reload_create(struct loop *loop, struct log *log, struct engine *engine,
                             const struct reload_events *events)
{
    struct reload *r = mem_zalloc(1, sizeof(*r));
    r->loop = loop;
    r->log = log;
    r->engine = engine;
    r->events = *events;
    return r;
}

void reload_destroy(struct reload *r)
{
    if (r != NULL) {
        file_watch_destroy(r->watch);
        free(r);
    }
}

bool reload_watch(struct reload *r, struct error *err)
{
    const char *file = engine_config(r->engine)->file;
    if (file != NULL && r->watch == NULL) {
        r->watch = loop_watch_file(r->loop, file, file_changed, r, err);
        return r->watch != NULL;
    }
    return true;
}
