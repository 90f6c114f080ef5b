/* See engine_archive.h. */
#include "engine/engine_archive.h"

#include <stdlib.h>

#include "base/mem.h"
#include "series/archive/archive.h"

#define KEEP_INTERVAL_MS 60000
/* Behind the polls and the trimming of the full minute. */
#define KEEP_OFFSET_MS 20000

struct engine_archive {
    const struct source_env *env;
    struct archive *archive;
    struct ticker *ticker;
    bool in_trouble; /* and it was said */
};

static void say_opened(const struct source_env *env, const struct archive_opened *opened)
{
    if (opened->set_aside != NULL) {
        log_event(env->log, LOG_LEVEL_ERROR, "archive",
                  LOG_STR("note", "kept samples were damaged and are set aside"),
                  LOG_STR("file", opened->set_aside), LOG_STR("damage", opened->damage), LOG_END);
    }
    if (opened->unreadable > 0 || opened->refused > 0) {
        log_event(env->log, LOG_LEVEL_WARN, "archive",
                  LOG_STR("note", "not all kept samples could be read"),
                  LOG_INT("unreadable", opened->unreadable),
                  LOG_INT("series_over_limit", opened->refused), LOG_END);
    }
    log_event(env->log, LOG_LEVEL_DEBUG, "archive", LOG_INT("series", opened->series),
              LOG_INT("samples", opened->samples), LOG_END);
}

static void say_problem(struct engine_archive *a)
{
    const char *problem = archive_problem(a->archive);
    if (problem != NULL && !a->in_trouble) {
        log_event(a->env->log, LOG_LEVEL_WARN, "archive", LOG_STR("err", problem), LOG_END);
    } else if (problem == NULL && a->in_trouble) {
        log_event(a->env->log, LOG_LEVEL_INFO, "archive", LOG_STR("note", "samples are kept again"),
                  LOG_END);
    }
    a->in_trouble = problem != NULL;
}

/* Said a minute late: the write goes on while others work. */
static void on_tick(void *user, struct wall slot, uint64_t missed)
{
    struct engine_archive *a = user;
    (void)missed;
    say_problem(a);
    archive_keep(a->archive, slot);
}

struct engine_archive *engine_archive_create(const struct source_env *env, const char *folder,
                                             int64_t retention_ms)
{
    struct error err = ERROR_INIT;
    struct archive_opened opened;
    struct archive *archive = archive_open(env->loop, folder, env->store, env->labels, retention_ms,
                                           loop_wall(env->loop), &opened, &err);
    if (archive == NULL) {
        log_event(env->log, LOG_LEVEL_ERROR, "archive",
                  LOG_STR("note", "samples do not survive a restart"), LOG_ERR(&err), LOG_END);
        error_release(&err);
        archive_opened_release(&opened);
        return NULL;
    }
    say_opened(env, &opened);
    archive_opened_release(&opened);
    struct engine_archive *a = mem_zalloc(1, sizeof(*a));
    a->env = env;
    a->archive = archive;
    a->ticker =
        loop_ticker_create(env->loop, "archive", KEEP_INTERVAL_MS, KEEP_OFFSET_MS, on_tick, a);
    return a;
}

void engine_archive_destroy(struct engine_archive *a)
{
    if (a == NULL) {
        return;
    }
    loop_ticker_destroy(a->ticker);
    if (!archive_close(a->archive, loop_wall(a->env->loop), ENGINE_ARCHIVE_FLUSH_MS)) {
        log_event(a->env->log, LOG_LEVEL_WARN, "archive",
                  LOG_STR("note", "not all samples could be kept"), LOG_END);
    }
    free(a);
}
