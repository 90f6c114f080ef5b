/* See engine_source.h. Sources that only poll share one store; each has an answerer of its own over
 * it, narrowed to its job, since rate windows follow from how often its data comes. */
#include "engine/engine_source.h"

#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/strbuf.h"
#include "query/bundle.h"

struct engine_source {
    const struct engine_scope *scope;
    struct config *snapshot;
    const struct source_config *config;
    struct polled *polled;
    struct answerer *local;  /* over the store, narrowed to its job; or */
    struct answerer *bundle; /* before the source's own */
    bool refreshed;          /* the board is asking since the open poll's start */
};

static bool is_well(const struct engine_source *s, struct wall now)
{
    struct source_health health;
    polled_health(s->polled, now, &health);
    return health.last_success.ms != 0 && health.error_kind == ERROR_NONE;
}

/* A server that answered last time is asked for the board at once, which spares it and us a probe:
 * its poll is over when the first of these questions is answered. */
static void poll_starts(void *user, struct polled *polled)
{
    struct engine_source *s = user;
    struct wall now = loop_wall(s->scope->env.loop);
    (void)polled;
    if (s->scope->board != NULL && s->bundle != NULL && is_well(s, now)) {
        s->refreshed = true;
        board_refresh(s->scope->board, s->config->name, now);
    }
}

struct engine_source *engine_source_create(const struct engine_scope *scope,
                                           const struct config *snapshot,
                                           const struct source_config *config, struct error *err)
{
    struct source *source = config->ops->create(&scope->env, config, err);
    if (source == NULL) {
        error_wrap(err, "source '%s'", config->name);
        return NULL;
    }
    struct engine_source *s = mem_zalloc(1, sizeof(*s));
    s->scope = scope;
    s->snapshot = config_ref(snapshot);
    s->config = config;
    struct strbuf match = STRBUF_INIT;
    if (config->ops->answers_promql) {
        s->bundle =
            bundle_create(scope->env.loop, config->ops->answerer(source), scope->env.labels);
    } else {
        s->local = answerer_local_create(scope->env.loop, scope->env.store, scope->env.labels,
                                         config->name, NULL);
        s->local->interval_ms = config->interval_ms;
        engine_source_set_promql(s, &snapshot->promql);
        strbuf_add_c(&match, "job=");
        escape_quoted(&match, str_from(config->name));
    }
    struct answerer *answerer = s->bundle != NULL ? s->bundle : s->local;
    directory_add(scope->directory, config->name, answerer);
    if (scope->board != NULL) {
        board_add_source(scope->board, config->name, answerer, strbuf_cstr(&match));
    }
    strbuf_release(&match);
    s->polled = poller_add(scope->poller, source);
    polled_on_start(s->polled, poll_starts, s);
    return s;
}

void engine_source_destroy(struct engine_source *s)
{
    if (s == NULL) {
        return;
    }
    if (s->scope->board != NULL) {
        board_remove_source(s->scope->board, s->config->name);
    }
    directory_remove(s->scope->directory, s->config->name);
    bundle_destroy(s->bundle);
    answerer_local_destroy(s->local);
    poller_remove(s->scope->poller, s->polled);
    config_unref(s->snapshot);
    free(s);
}

const char *engine_source_name(const struct engine_source *s)
{
    return s->config->name;
}

struct polled *engine_source_polled(const struct engine_source *s)
{
    return s->polled;
}

bool engine_source_is_polled(const struct engine_source *s)
{
    return s->config->ops->report != NULL;
}

bool engine_source_same(const struct engine_source *s, const struct source_config *config)
{
    return strcmp(s->config->name, config->name) == 0 && s->config->ops == config->ops &&
           s->config->interval_ms == config->interval_ms &&
           s->config->timeout_ms == config->timeout_ms &&
           config->ops->same_options(s->config->options, config->options);
}

void engine_source_set_promql(struct engine_source *s, const struct config_promql *promql)
{
    if (s->local != NULL) {
        answerer_local_set_options(s->local, &promql->eval, promql->timeout_ms);
    }
}

void engine_source_polled_now(struct engine_source *s, struct wall now)
{
    bool refreshed = s->refreshed;
    s->refreshed = false;
    if (s->scope->board == NULL || refreshed) {
        return;
    }
    /* A server that does not answer its probe is not asked thirty questions more; a failed scrape
     * has left staleness markers in the store, and asking there costs nothing. */
    if (s->local != NULL || is_well(s, now)) {
        board_refresh(s->scope->board, s->config->name, now);
    }
}
