/* See engine_alerts.h. */
#include "engine/engine_alerts.h"

#include <stdlib.h>
#include <string.h>

#include "alert/journal.h"
#include "engine/engine_archive.h"
#include "engine/others.h"
#include "engine/self_series.h"
#include "net/http_server.h"

struct engine_alerts {
    struct engine_alerts_options o;
    struct answerer *local; /* over the whole store */
    struct journal *journal;
    struct journal_status status;
    struct engine_archive *archive; /* NULL: samples are not kept */
    struct alerts *alerts;
    struct others *others;
    struct self_series *self;
    struct attach *attach;    /* NULL: this is the engine */
    struct ruleset *no_rules; /* with `attach` */
    struct wall started;
    VEC(struct source_health) health; /* as last asked for */
    struct control *api;
    struct http_server *server;
};

static struct log *log_of(const struct engine_alerts *e)
{
    return e->o.scope->env.log;
}

static struct loop *loop_of(const struct engine_alerts *e)
{
    return e->o.scope->env.loop;
}

static struct engine_source *find_source(const struct engine_alerts *e, const char *name)
{
    struct engine_source *s;
    for (size_t i = 0; (s = e->o.source_at(e->o.user, i)) != NULL; i++) {
        if (strcmp(engine_source_name(s), name) == 0) {
            return s;
        }
    }
    return NULL;
}

static struct answerer *answerer(void *user, const char *source)
{
    struct engine_alerts *e = user;
    return strcmp(source, DIRECTORY_LOCAL) == 0 ? e->local
                                                : directory_find(e->o.scope->directory, source);
}

static bool is_failing(const struct engine_alerts *e, const struct engine_source *s)
{
    struct source_health health;
    polled_health(engine_source_polled(s), loop_wall(loop_of(e)), &health);
    return health.attempts != 0 && health.error_kind != ERROR_NONE;
}

static bool is_down(void *user, const char *source)
{
    struct engine_alerts *e = user;
    const struct engine_source *s = find_source(e, source);
    return s != NULL && is_failing(e, s);
}

/* Also one that fails is waited for, or hangs: what comes back is to be seen in the slot in which
 * it does. A group waits for half an interval at most. */
static bool is_polled(void *user, struct wall slot)
{
    struct engine_alerts *e = user;
    struct engine_source *s;
    (void)slot;
    for (size_t i = 0; (s = e->o.source_at(e->o.user, i)) != NULL; i++) {
        if (engine_source_is_polled(s) && polled_busy(engine_source_polled(s))) {
            return false;
        }
    }
    return true;
}

static void on_changed(void *user)
{
    struct engine_alerts *e = user;
    e->o.changed(e->o.user);
}

static void open_journal(struct engine_alerts *e)
{
    const struct journal_options options = {.folder = e->o.attach ? NULL : e->o.state_dir};
    struct error err = ERROR_INIT;
    struct wall now = loop_wall(loop_of(e));
    e->journal = journal_open(loop_of(e), log_of(e), &options, now, &e->status, &err);
    if (e->journal == NULL) {
        /* Not even one in memory: then there is no memory at all. */
        log_event(log_of(e), LOG_LEVEL_ERROR, "state", LOG_ERR(&err), LOG_END);
        error_release(&err);
        abort();
    }
    if (e->status.set_aside != NULL) {
        log_event(log_of(e), LOG_LEVEL_ERROR, "state",
                  LOG_STR("note", "the state was damaged and is set aside; a new one is begun"),
                  LOG_STR("file", e->status.set_aside), LOG_STR("damage", e->status.damage),
                  LOG_END);
    }
    if (e->status.problem != NULL) {
        log_event(log_of(e), LOG_LEVEL_ERROR, "state", LOG_STR("err", e->status.problem), LOG_END);
    }
}

static void attach_to(struct engine_alerts *e)
{
    const struct source_env *env = &e->o.scope->env;
    const struct attach_options options = {.loop = env->loop,
                                           .http = env->http,
                                           .labels = env->labels,
                                           .alerts = e->alerts,
                                           .socket_path = e->o.attach_socket};
    log_event(env->log, LOG_LEVEL_INFO, "attach", LOG_STR("socket", e->o.attach_socket), LOG_END);
    e->attach = attach_create(&options);
}

static struct wall host_now(void *user)
{
    return loop_wall(loop_of(user));
}

static void host_status(void *user, struct control_status *out)
{
    struct engine_alerts *e = user;
    struct engine_source *s;
    e->health.len = 0;
    for (size_t i = 0; (s = e->o.source_at(e->o.user, i)) != NULL; i++) {
        struct source_health health;
        polled_health(engine_source_polled(s), loop_wall(loop_of(e)), &health);
        vec_push(&e->health, health);
    }
    *out = (struct control_status){.sources = e->health.items,
                                   .source_count = e->health.len,
                                   .environment = e->o.config->environment,
                                   .last_cycle = alerts_last_cycle(e->alerts)};
}

static bool host_reload(void *user, struct error *err)
{
    struct engine_alerts *e = user;
    if (e->o.reload == NULL) {
        return error_set(err, ERROR_UNSUPPORTED, "there is no configuration file to read again");
    }
    return e->o.reload(e->o.reload_user, err);
}

static void open_socket(struct engine_alerts *e)
{
    if (e->o.socket_path == NULL) {
        return;
    }
    struct http_server_options options = {.unix_path = e->o.socket_path};
    struct error err = ERROR_INIT;
    const struct control_host host = {.version = TOCSIN_VERSION,
                                      .started = e->started,
                                      .now = host_now,
                                      .status = host_status,
                                      .reload = host_reload,
                                      .user = e};
    e->api = control_create(e->alerts, &host);
    options.routes = control_routes(&options.route_count);
    options.user = e->api;
    e->server = http_server_create(loop_of(e), &options, &err);
    if (e->server == NULL) {
        log_event(log_of(e), LOG_LEVEL_ERROR, "socket", LOG_STR("path", e->o.socket_path),
                  LOG_ERR(&err), LOG_END);
        error_release(&err);
    }
}

struct engine_alerts *engine_alerts_create(const struct engine_alerts_options *options)
{
    struct engine_alerts *e = mem_zalloc(1, sizeof(*e));
    e->o = *options;
    e->started = loop_wall(options->scope->env.loop);
    const struct source_env *env = &options->scope->env;
    e->local = answerer_local_create(env->loop, env->store, env->labels, DIRECTORY_LOCAL, NULL);
    e->local->interval_ms = options->config->interval_ms;
    answerer_local_set_options(e->local, &options->config->promql.eval,
                               options->config->promql.timeout_ms);
    directory_add(options->scope->directory, DIRECTORY_LOCAL, e->local);
    open_journal(e);
    bool attached = e->o.attach_socket != NULL && (e->o.attach || e->status.taken);
    e->no_rules = attached ? ruleset_create() : NULL;
    if (e->status.on_disk) {
        e->archive = engine_archive_create(env, options->state_dir, options->config->retention_ms);
    }
    const struct config_rules *rules = &options->config->rules;
    const struct alerts_options alerts = {.loop = env->loop,
                                          .log = env->log,
                                          .labels = env->labels,
                                          .store = env->store,
                                          .journal = e->journal,
                                          .answerer = answerer,
                                          .is_down = is_down,
                                          .is_polled = is_polled,
                                          .changed = on_changed,
                                          .user = e,
                                          .external_labels = rules->external_labels,
                                          .external_url = str_from(rules->external_url),
                                          .flapping = true};
    /* Its tick comes before those of the rules that look at it. */
    e->self = self_series_create(&e->o, e->journal);
    e->alerts = alerts_create(&alerts, attached ? e->no_rules : rules->set);
    self_series_follow(e->self, e->alerts);
    e->others = others_create(e->alerts);
    if (attached) {
        attach_to(e);
    } else {
        open_socket(e);
    }
    return e;
}

void engine_alerts_destroy(struct engine_alerts *e)
{
    if (e == NULL) {
        return;
    }
    engine_archive_destroy(e->archive);
    http_server_destroy(e->server);
    others_destroy(e->others);
    attach_destroy(e->attach);
    self_series_destroy(e->self);
    alerts_destroy(e->alerts);
    control_destroy(e->api);
    directory_remove(e->o.scope->directory, DIRECTORY_LOCAL);
    answerer_local_destroy(e->local);
    if (!journal_close(e->journal, ENGINE_FLUSH_MS)) {
        log_event(log_of(e), LOG_LEVEL_ERROR, "state",
                  LOG_STR("err", "not everything could be written before the end"), LOG_END);
    }
    journal_status_release(&e->status);
    vec_release(&e->health);
    ruleset_unref(e->no_rules);
    free(e);
}

struct alerts *engine_alerts_get(const struct engine_alerts *e)
{
    return e->alerts;
}

/* Do rules look at what the source has? Their alerts are unknown until it is back, and so long they
 * are not to wait for a source that is let alone for a while. */
static bool is_watched(const struct ruleset *rules, const struct engine_source *s)
{
    bool watched = engine_source_is_polled(s);
    VEC_EACH (&rules->groups, const struct bound_group, group) {
        watched = watched || strcmp(group->source, engine_source_name(s)) == 0;
    }
    return watched;
}

static void watch(const struct engine_alerts *e, const struct engine_source *s)
{
    polled_set_steady(engine_source_polled(s), is_watched(e->o.config->rules.set, s));
}

void engine_alerts_reload(struct engine_alerts *e, const struct config *config)
{
    answerer_local_set_options(e->local, &config->promql.eval, config->promql.timeout_ms);
    alerts_set_context(e->alerts, config->rules.external_labels,
                       str_from(config->rules.external_url));
    if (e->attach == NULL) {
        alerts_set_rules(e->alerts, config->rules.set);
    }
    e->o.config = config;
    self_series_set_interval(e->self, config->interval_ms);
    struct engine_source *s;
    for (size_t i = 0; (s = e->o.source_at(e->o.user, i)) != NULL; i++) {
        watch(e, s);
    }
}

void engine_alerts_follow_clock(struct engine_alerts *e, int64_t step_ms)
{
    alerts_follow_clock(e->alerts, step_ms);
}

void engine_alerts_polled(struct engine_alerts *e, struct engine_source *source)
{
    (void)source;
    alerts_polled(e->alerts);
}

void engine_alerts_add_source(struct engine_alerts *e, struct engine_source *source)
{
    /* The engine attached to has its own list of what others fire, and one is enough. */
    if (e->attach == NULL) {
        others_add(e->others, source);
    }
    watch(e, source);
}

void engine_alerts_remove_source(struct engine_alerts *e, struct engine_source *source)
{
    others_remove(e->others, source);
}

const struct attach *engine_alerts_attach(const struct engine_alerts *e)
{
    return e->attach;
}

bool engine_alerts_is_second(const struct engine_alerts *e)
{
    return e->status.taken;
}
