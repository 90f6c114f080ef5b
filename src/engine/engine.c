/* See engine.h. Shutting down goes in the reverse order of starting: addresses, sources, board,
 * poller, store. */
#include "engine/engine.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/address.h"
#include "engine/engine_alerts.h"
#include "engine/engine_source.h"
#include "source/poller.h"

#define TRIM_INTERVAL_MS 60000

/* The wall clock was set: less is what NTP does while it runs, or a virtual machine that waits. */
#define CLOCK_STEP_MS 2000
/* Polls that were under way when the clock was set back bring samples of the old time. */
#define CLOCK_SETTLES_MS ((int64_t)300000)

struct engine {
    struct engine_options options;
    struct config *config;
    struct label_table *labels;
    struct store *store;
    struct http_client *http;
    struct engine_scope scope;
    struct ticker *trim;
    struct clock_watch *clock;
    bool set_back;             /* the clock was, */
    struct mono settled_since; /* and from then on no poll is of the time before */
    VEC(struct engine_source *) sources;
    VEC(struct address *) addresses;
    struct engine_alerts *alerts; /* NULL where rules are not evaluated */
};

static void changed(struct engine *engine)
{
    if (engine->options.changed != NULL) {
        engine->options.changed(engine->options.user);
    }
}

static void board_changed(void *user)
{
    changed(user);
}

/* Samples that are yet to come would keep those of now out. */
static void forget_future(struct engine *engine, struct wall now)
{
    if (store_forget_after(engine->store, now.ms)) {
        log_event(engine->options.log, LOG_LEVEL_INFO, "clock-step",
                  LOG_STR("note", "samples from before, which were in the future, are dropped"),
                  LOG_END);
    }
}

static void clock_stepped(void *user, int64_t step_ms)
{
    struct engine *engine = user;
    log_event(engine->options.log, LOG_LEVEL_WARN, "clock-step", LOG_MS("by", step_ms), LOG_END);
    if (step_ms < 0) {
        engine->set_back = true;
        engine->settled_since = loop_mono(engine->options.loop);
        engine->settled_since.ns += CLOCK_SETTLES_MS * 1000000;
        forget_future(engine, loop_wall(engine->options.loop));
    }
    poller_follow_clock(engine->scope.poller, step_ms);
    if (engine->alerts != NULL) {
        engine_alerts_follow_clock(engine->alerts, step_ms);
    }
    changed(engine);
}

static void follow_set_back(struct engine *engine, struct wall now)
{
    if (engine->set_back) {
        forget_future(engine, now);
        engine->set_back = loop_mono(engine->options.loop).ns < engine->settled_since.ns;
    }
}

static void poll_done(void *user, struct polled *polled)
{
    struct engine *engine = user;
    struct wall now = loop_wall(engine->options.loop);
    follow_set_back(engine, now);
    VEC_EACH (&engine->sources, struct engine_source *, s) {
        if (engine_source_polled(*s) == polled) {
            engine_source_polled_now(*s, now);
            if (engine->alerts != NULL) {
                engine_alerts_polled(engine->alerts, *s);
            }
            break;
        }
    }
    changed(engine);
}

static void trim(void *user, struct wall slot, uint64_t missed)
{
    struct engine *engine = user;
    (void)missed;
    store_trim(engine->store, slot.ms);
}

static struct engine_source *find_source(const struct engine *engine, const char *name)
{
    VEC_EACH (&engine->sources, struct engine_source *const, s) {
        if (strcmp(engine_source_name(*s), name) == 0) {
            return *s;
        }
    }
    return NULL;
}

static void add_source(struct engine *engine, const struct config *snapshot,
                       const struct source_config *config)
{
    struct error err = ERROR_INIT;
    struct engine_source *s = engine_source_create(&engine->scope, snapshot, config, &err);
    if (s == NULL) {
        log_event(engine->options.log, LOG_LEVEL_ERROR, "source", LOG_STR("name", config->name),
                  LOG_ERR(&err), LOG_END);
        error_release(&err);
        return;
    }
    vec_push(&engine->sources, s);
    if (engine->alerts != NULL) {
        engine_alerts_add_source(engine->alerts, s);
    }
}

static void destroy_source(struct engine *engine, struct engine_source *s)
{
    if (engine->alerts != NULL) {
        engine_alerts_remove_source(engine->alerts, s);
    }
    engine_source_destroy(s);
}

static struct engine_source *source_at(void *user, size_t i)
{
    const struct engine *engine = user;
    return i < engine->sources.len ? engine->sources.items[i] : NULL;
}

static void alerts_changed(void *user)
{
    changed(user);
}

static void start_alerts(struct engine *engine)
{
    const struct engine_options *options = &engine->options;
    const struct engine_alerts_options alerts = {.scope = &engine->scope,
                                                 .config = engine->config,
                                                 .state_dir = options->state_dir,
                                                 .socket_path = options->socket_path,
                                                 .attach_socket = options->attach_socket,
                                                 .attach = options->attach,
                                                 .reload = options->reload,
                                                 .reload_user = options->user,
                                                 .source_at = source_at,
                                                 .changed = alerts_changed,
                                                 .user = engine};
    engine->alerts = engine_alerts_create(&alerts);
    VEC_EACH (&engine->sources, struct engine_source *, s) {
        engine_alerts_add_source(engine->alerts, *s);
    }
}

/* An address turned out to be something: it becomes a source, named by host and port. */
static void address_found(void *user, struct address *address)
{
    struct engine *engine = user;
    const struct source_config *config = address_source(address);
    if (find_source(engine, config->name) == NULL) {
        add_source(engine, address_snapshot(address), config);
    }
    changed(engine);
}

static void address_failed(void *user, struct address *address)
{
    (void)address;
    changed(user);
}

static void add_addresses(struct engine *engine)
{
    const struct address_events events = {address_found, address_failed, engine};
    VEC_EACH (&engine->config->targets, const struct config_target, target) {
        struct address *address = address_create(engine->options.loop, engine->http, target,
                                                 engine->config->interval_ms, &events);
        vec_push(&engine->addresses, address);
    }
}

struct engine *engine_create(const struct engine_options *options)
{
    struct engine *engine = mem_zalloc(1, sizeof(*engine));
    engine->options = *options;
    engine->config = config_ref(options->config);
    engine->labels = label_table_create();
    const struct store_options store = {.retention_ms = options->config->retention_ms,
                                        .max_series = options->config->max_series};
    engine->store = store_create(&store, engine->labels);
    engine->http = http_client_create(options->loop);
    engine->scope = (struct engine_scope){
        .env = {.loop = options->loop,
                .http = engine->http,
                .log = options->log,
                .labels = engine->labels,
                .store = engine->store},
        .poller = poller_create(options->loop, options->log, poll_done, engine),
        .directory = directory_create(),
    };
    if (options->range_ms != 0) {
        engine->scope.board =
            board_create(engine->labels, options->range_ms, board_changed, engine);
        board_set_panels(engine->scope.board, engine->config->packs.list.items,
                         engine->config->packs.list.len);
        board_set_services(engine->scope.board, engine->config->services.list.items,
                           engine->config->services.list.len);
    }
    engine->clock = loop_watch_clock(options->loop, CLOCK_STEP_MS, clock_stepped, engine);
    engine->trim = loop_ticker_create(options->loop, "trim", TRIM_INTERVAL_MS, 0, trim, engine);
    VEC_EACH (&engine->config->sources.list, const struct source_config, config) {
        add_source(engine, engine->config, config);
    }
    if (options->rules) {
        start_alerts(engine);
    }
    add_addresses(engine);
    return engine;
}

void engine_destroy(struct engine *engine)
{
    if (engine == NULL) {
        return;
    }
    loop_ticker_destroy(engine->trim);
    clock_watch_destroy(engine->clock);
    VEC_EACH (&engine->addresses, struct address *, address) {
        address_cancel(*address);
    }
    /* Other engines' alerts go with the alerts: sources are told nothing any more. */
    engine_alerts_destroy(engine->alerts);
    VEC_EACH (&engine->sources, struct engine_source *, s) {
        engine_source_destroy(*s);
    }
    vec_release(&engine->sources);
    VEC_EACH (&engine->addresses, struct address *, address) {
        address_destroy(*address);
    }
    vec_release(&engine->addresses);
    board_destroy(engine->scope.board);
    poller_destroy(engine->scope.poller);
    directory_destroy(engine->scope.directory);
    http_client_destroy(engine->http);
    store_destroy(engine->store);
    label_table_destroy(engine->labels);
    config_unref(engine->config);
    free(engine);
}

static bool kept(const struct config *config, const struct engine_source *s)
{
    VEC_EACH (&config->sources.list, const struct source_config, source) {
        if (engine_source_same(s, source)) {
            return true;
        }
    }
    return false;
}

static void drop_sources(struct engine *engine, const struct config *config)
{
    for (size_t i = engine->sources.len; i-- > 0;) {
        struct engine_source *s = engine->sources.items[i];
        if (!kept(config, s)) {
            vec_remove(&engine->sources, i);
            destroy_source(engine, s);
        }
    }
}

static void reload_board(struct engine *engine, const struct config *old)
{
    const struct config *config = engine->config;
    if (engine->scope.board == NULL) {
        return;
    }
    if (!packs_same(&old->packs, &config->packs)) {
        board_set_panels(engine->scope.board, config->packs.list.items, config->packs.list.len);
    }
    if (!services_same(&old->services, &config->services)) {
        board_set_services(engine->scope.board, config->services.list.items,
                           config->services.list.len);
    }
}

void engine_reload(struct engine *engine, struct config *config)
{
    struct config *old = engine->config;
    assert(old->targets.len == 0 && config->targets.len == 0);
    engine->config = config_ref(config);
    if (old->retention_ms != config->retention_ms || old->max_series != config->max_series) {
        log_event(engine->options.log, LOG_LEVEL_WARN, "reload",
                  LOG_STR("note", "retention and max_series change with the next start"), LOG_END);
    }
    drop_sources(engine, config);
    VEC_EACH (&engine->sources, struct engine_source *, s) {
        engine_source_set_promql(*s, &config->promql);
    }
    reload_board(engine, old);
    VEC_EACH (&config->sources.list, const struct source_config, source) {
        if (find_source(engine, source->name) == NULL) {
            add_source(engine, config, source);
        }
    }
    if (engine->alerts != NULL) {
        engine_alerts_reload(engine->alerts, config);
    }
    engine_poll_now(engine);
    config_unref(old);
}

const struct config *engine_config(const struct engine *engine)
{
    return engine->config;
}

struct alerts *engine_alerts(const struct engine *engine)
{
    return engine->alerts != NULL ? engine_alerts_get(engine->alerts) : NULL;
}

enum engine_role engine_role(const struct engine *engine)
{
    const struct attach *attach =
        engine->alerts != NULL ? engine_alerts_attach(engine->alerts) : NULL;
    if (attach != NULL) {
        return attach_state(attach) == ATTACH_REACHED ? ENGINE_ATTACHED : ENGINE_UNREACHED;
    }
    return engine->alerts != NULL ? ENGINE_ITSELF : ENGINE_NONE;
}

bool engine_is_second(const struct engine *engine)
{
    return engine->alerts != NULL && engine_alerts_is_second(engine->alerts);
}

const struct board *engine_board(const struct engine *engine)
{
    return engine->scope.board;
}

void engine_set_range(struct engine *engine, int64_t range_ms)
{
    if (engine->scope.board != NULL) {
        board_set_range(engine->scope.board, range_ms);
        engine_poll_now(engine);
    }
}

void engine_tick(struct engine *engine, struct wall now)
{
    if (engine->scope.board != NULL) {
        board_tick(engine->scope.board, now);
    }
}

/* Addresses that are sources by now are counted among those. */
static const struct address *unknown_address(const struct engine *engine, size_t n)
{
    VEC_EACH (&engine->addresses, struct address *const, address) {
        if (address_shown(*address) && n-- == 0) {
            return *address;
        }
    }
    return NULL;
}

size_t engine_source_count(const struct engine *engine)
{
    size_t count = engine->sources.len;
    VEC_EACH (&engine->addresses, struct address *const, address) {
        count += address_shown(*address) ? 1 : 0;
    }
    return count;
}

void engine_source_health(const struct engine *engine, size_t i, struct wall now,
                          struct source_health *out)
{
    if (i < engine->sources.len) {
        polled_health(engine_source_polled(engine->sources.items[i]), now, out);
        return;
    }
    const struct address *address = unknown_address(engine, i - engine->sources.len);
    if (address != NULL) {
        address_health(address, now, out);
    } else {
        *out = (struct source_health){0};
    }
}

void engine_stats(const struct engine *engine, struct wall now, struct engine_stats *out)
{
    *out = (struct engine_stats){.sources = engine_source_count(engine)};
    for (size_t i = 0; i < out->sources; i++) {
        struct source_health health;
        engine_source_health(engine, i, now, &health);
        out->sources_up += health.state == SOURCE_UP || health.state == SOURCE_DEGRADED ? 1 : 0;
        out->polls += health.attempts;
        out->failures += health.failures;
    }
    struct store_stats store;
    store_stats(engine->store, &store);
    out->series = store.series;
    out->store_bytes = store.bytes;
}

bool engine_settled(const struct engine *engine)
{
    if (engine_probing(engine)) {
        return false;
    }
    VEC_EACH (&engine->sources, struct engine_source *const, s) {
        struct source_health health;
        polled_health(engine_source_polled(*s), loop_wall(engine->options.loop), &health);
        if (health.state == SOURCE_WAITING) {
            return false;
        }
    }
    return true;
}

void engine_poll_now(struct engine *engine)
{
    VEC_EACH (&engine->sources, struct engine_source *, s) {
        poller_poll_now(engine->scope.poller, engine_source_polled(*s));
    }
    VEC_EACH (&engine->addresses, struct address *, address) {
        address_ask_now(*address);
    }
}

const struct directory *engine_directory(const struct engine *engine)
{
    return engine->scope.directory;
}

bool engine_probing(const struct engine *engine)
{
    VEC_EACH (&engine->addresses, struct address *const, address) {
        if (address_first_time(*address)) {
            return true;
        }
    }
    return false;
}

bool engine_busy(const struct engine *engine)
{
    VEC_EACH (&engine->sources, struct engine_source *const, s) {
        if (polled_busy(engine_source_polled(*s))) {
            return true;
        }
    }
    return engine->scope.board != NULL && board_busy(engine->scope.board);
}

const char *engine_problem(const struct engine *engine)
{
    return engine->scope.board != NULL ? board_problem(engine->scope.board) : NULL;
}
