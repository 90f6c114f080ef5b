/* See reload.h. */
#include "cmd/reload.h"

#include <stdlib.h>

/* Files that are written together are one new configuration. */
#define TOGETHER_MS 50

struct reload {
    struct loop *loop;
    struct log *log;
    struct engine *engine;
    struct reload_events events;
    bool watching;
    VEC(struct file_watch *) watches; /* of the configuration and the files of rules it names */
    struct loop_timer *soon;          /* something changed */
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

static void forget_watches(struct reload *r)
{
    VEC_EACH (&r->watches, struct file_watch *, watch) {
        file_watch_destroy(*watch);
    }
    r->watches.len = 0;
}

static void file_changed(void *user)
{
    struct reload *r = user;
    loop_timer_arm(r->soon, TOGETHER_MS);
}

static bool watch(struct reload *r, const char *file, struct error *err)
{
    struct file_watch *w = loop_watch_file(r->loop, file, file_changed, r, err);
    if (w == NULL) {
        return error_wrap(err, "'%s'", file);
    }
    vec_push(&r->watches, w);
    return true;
}

/* Which files there are follows the configuration. One that cannot be watched does not keep the
 * others from it; the first of those is told. */
static bool watch_all(struct reload *r, struct error *err)
{
    const struct config *config = engine_config(r->engine);
    forget_watches(r);
    if (config->file == NULL) {
        return true;
    }
    bool ok = watch(r, config->file, err);
    VEC_EACH (&config->rules.watched, char *const, file) {
        struct error other = ERROR_INIT;
        if (!watch(r, *file, &other)) {
            ok = ok ? error_move(err, &other) : false;
            error_release(&other);
        }
    }
    return ok;
}

static void watch_again(struct reload *r)
{
    struct error err = ERROR_INIT;
    if (!watch_all(r, &err)) {
        log_event(r->log, LOG_LEVEL_WARN, "reload", LOG_STR("note", "a file is not watched"),
                  LOG_ERR(&err), LOG_END);
        error_release(&err);
    }
}

/* The first error stands for all: the log has the others. */
static bool refuse(const struct diags *diags, struct error *err)
{
    VEC_EACH (&diags->list, const struct diag, diag) {
        if (diag->severity == DIAG_ERROR) {
            char *at = place(diag);
            error_set(err, ERROR_CONFIG, "%s: %s", at, diag->message);
            free(at);
            return false;
        }
    }
    return error_set(err, ERROR_CONFIG, "the new configuration is refused");
}

bool reload_try(struct reload *r, struct error *err)
{
    /* The engine's snapshot, and with it the name, goes while the new one comes. */
    const char *named = engine_config(r->engine)->file;
    if (named == NULL) {
        return error_set(err, ERROR_UNSUPPORTED, "there is no configuration file to read again");
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
        if (r->watching) {
            watch_again(r);
        }
    }
    log_outcome(r, file, fresh != NULL, &diags);
    r->events.ended(r->events.user, fresh, &diags);
    bool ok = fresh != NULL || refuse(&diags, err);
    config_unref(fresh);
    diags_release(&diags);
    free(file);
    return ok;
}

void reload_now(struct reload *r)
{
    struct error err = ERROR_INIT;
    if (!reload_try(r, &err)) {
        /* The log and whoever watches the events know of it. */
        error_release(&err);
    }
}

static void on_soon(void *user)
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
    r->soon = loop_timer_create(loop, "reload", on_soon, r);
    return r;
}

void reload_destroy(struct reload *r)
{
    if (r == NULL) {
        return;
    }
    forget_watches(r);
    vec_release(&r->watches);
    loop_timer_destroy(r->soon);
    free(r);
}

bool reload_watch(struct reload *r, struct error *err)
{
    r->watching = true;
    return watch_all(r, err);
}
