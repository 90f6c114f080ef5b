/*
 * See headless.h. What stops the engine on its way down (a thread that hangs in the kernel) must
 * not keep the program from ending: the alarm that SIGTERM sets ends it from wherever it is.
 */
#include "cmd/headless.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/image.h"
#include "cmd/engine_places.h"
#include "cmd/reload.h"
#include "cmd/startup.h"
#include "engine/engine.h"
#include "loop/loop.h"
#include "loop/sd_notify.h"

struct headless {
    struct startup_log log;
    struct loop *loop;
    struct sd_notify *notify;
    struct config *config;
    struct engine *engine;
    struct engine_places places;
    struct reload *reload;
    struct loop_timer *ready_limit;
    struct ticker *summary;
    struct loop_signal *signals[3];
    bool ready;
    bool stopping;
};

/* Options that only a screen obeys. */
static const char *const screen_options[] = {"theme", "glyphs", "color", "utc", "range"};

static bool check_options(const struct invocation *inv, struct error *err)
{
    for (size_t i = 0; i < ARRAY_LEN(screen_options); i++) {
        if (invocation_value(inv, screen_options[i]) != NULL) {
            return error_set(err, ERROR_USAGE, "--%s has no effect with --headless",
                             screen_options[i]);
        }
    }
    return true;
}

/* A service manager that cannot be told is no reason to stop serving. */
static void told(const struct headless *h, bool ok, struct error *err)
{
    if (!ok) {
        log_event(h->log.log, LOG_LEVEL_WARN, "sd-notify", LOG_ERR(err), LOG_END);
        error_release(err);
    }
}

static void tell_status(struct headless *h, const struct engine_stats *stats)
{
    struct error err = ERROR_INIT;
    char *text = mem_printf("%zu of %zu source%s up, %zu series", stats->sources_up, stats->sources,
                            stats->sources == 1 ? "" : "s", stats->series);
    told(h, sd_notify_status(h->notify, text, &err), &err);
    free(text);
}

static void tell_ready(struct headless *h)
{
    struct error err = ERROR_INIT;
    told(h, sd_notify_ready(h->notify, &err), &err);
}

static void summarise(void *user, struct wall slot, uint64_t missed)
{
    struct headless *h = user;
    struct engine_stats stats;
    struct alert_counts alerts;
    (void)slot;
    (void)missed;
    engine_stats(h->engine, loop_wall(h->loop), &stats);
    alerts_counts(engine_alerts(h->engine), &alerts);
    log_event(h->log.log, LOG_LEVEL_INFO, "summary", LOG_INT("sources_up", stats.sources_up),
              LOG_INT("sources", stats.sources),
              LOG_INT("rules", alerts_rule_count(engine_alerts(h->engine))),
              LOG_INT("firing", alerts.critical + alerts.warning + alerts.info),
              LOG_INT("critical", alerts.critical), LOG_INT("unacked", alerts.unacknowledged),
              LOG_INT("pending", alerts.pending), LOG_INT("unknown", alerts.unknown),
              LOG_INT("silenced", alerts.silenced), LOG_INT("polls", stats.polls),
              LOG_INT("failures", stats.failures), LOG_INT("store_series", stats.series),
              LOG_INT("store_bytes", stats.store_bytes),
              LOG_INT("slow_callbacks", loop_slow_callbacks(h->loop)),
              LOG_INT("rss_bytes", image_resident_bytes()), LOG_END);
    tell_status(h, &stats);
}

static void become_ready(struct headless *h)
{
    struct engine_stats stats;
    h->ready = true;
    loop_timer_disarm(h->ready_limit);
    engine_stats(h->engine, loop_wall(h->loop), &stats);
    log_event(h->log.log, LOG_LEVEL_INFO, "ready", LOG_INT("sources_up", stats.sources_up),
              LOG_INT("sources", stats.sources), LOG_INT("store_series", stats.series), LOG_END);
    tell_ready(h);
    tell_status(h, &stats);
    image_settle();
}

static void engine_moved(void *user)
{
    struct headless *h = user;
    if (!h->ready && !h->stopping && engine_settled(h->engine)) {
        become_ready(h);
    }
}

static void ready_limit_over(void *user)
{
    struct headless *h = user;
    log_event(h->log.log, LOG_LEVEL_WARN, "ready",
              LOG_STR("note", "not every source has answered or failed yet"), LOG_END);
    become_ready(h);
}

static void reload_began(void *user)
{
    struct headless *h = user;
    struct error err = ERROR_INIT;
    if (h->ready) {
        told(h, sd_notify_reloading(h->notify, &err), &err);
    }
}

static void reload_ended(void *user, const struct config *fresh, const struct diags *diags)
{
    struct headless *h = user;
    struct error err = ERROR_INIT;
    (void)diags;
    if (!h->ready) {
        return;
    }
    tell_ready(h);
    if (fresh == NULL) {
        const char *text = "the new configuration is refused, the old one goes on";
        told(h, sd_notify_status(h->notify, text, &err), &err);
    }
    image_settle();
}

static void on_hangup(void *user)
{
    struct headless *h = user;
    if (engine_config(h->engine)->file == NULL) {
        log_event(h->log.log, LOG_LEVEL_WARN, "reload",
                  LOG_STR("note", "there is no configuration file to read again"), LOG_END);
    }
    reload_now(h->reload);
}

/* Only what a handler of signals may do. */
static void end_at_once(int number)
{
    static const char text[] = "tocsin: the end took too long and is cut short\n";
    (void)number;
    ssize_t written = write(STDERR_FILENO, text, sizeof(text) - 1);
    (void)written;
    _exit(EXIT_STATUS_OK);
}

static void on_stop(void *user)
{
    struct headless *h = user;
    struct error err = ERROR_INIT;
    if (h->stopping) {
        return;
    }
    h->stopping = true;
    signal(SIGALRM, end_at_once);
    alarm(HEADLESS_STOP_LIMIT_S);
    log_event(h->log.log, LOG_LEVEL_INFO, "stopping", LOG_INT("limit_s", HEADLESS_STOP_LIMIT_S),
              LOG_END);
    told(h, sd_notify_stopping(h->notify, &err), &err);
    loop_stop(h->loop);
}

static bool watch_signals(struct headless *h, struct error *err)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    static const loop_cb handlers[] = {on_stop, on_stop, on_hangup};
    /* A log that nobody reads any more, or a peer that is gone, is an error of the call. */
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        h->signals[i] = loop_signal_create(h->loop, numbers[i], handlers[i], h, err);
        if (h->signals[i] == NULL) {
            return false;
        }
    }
    return true;
}

static bool reload_wanted(void *user, struct error *err)
{
    struct headless *h = user;
    return reload_try(h->reload, err);
}

/* Of two engines over one state each would have half of the truth. */
static bool start_engine(struct headless *h, const struct invocation *inv, struct error *e)
{
    engine_places_find(&h->places, inv, h->config, h->log.log);
    const struct engine_options engine = {.loop = h->loop,
                                          .log = h->log.log,
                                          .config = h->config,
                                          .rules = true,
                                          .state_dir = h->places.state_dir,
                                          .socket_path = h->places.socket,
                                          .changed = engine_moved,
                                          .reload = reload_wanted,
                                          .user = h};
    const struct reload_events events = {.began = reload_began, .ended = reload_ended, .user = h};
    struct error err = ERROR_INIT;
    h->ready_limit = loop_timer_create(h->loop, "ready", ready_limit_over, h);
    loop_timer_arm(h->ready_limit, HEADLESS_READY_LIMIT_MS);
    h->engine = engine_create(&engine);
    if (engine_is_second(h->engine)) {
        error_set(e, ERROR_BUSY, "the state directory '%s' is another engine's",
                  h->places.state_dir);
        error_suggest(e, "end that one, or say with --state where this one keeps its own");
        return false;
    }
    h->reload = reload_create(h->loop, h->log.log, h->engine, &events);
    if (!reload_watch(h->reload, &err)) {
        error_wrap(&err, "the configuration is not watched");
        log_event(h->log.log, LOG_LEVEL_WARN, "reload", LOG_ERR(&err), LOG_END);
        error_release(&err);
    }
    h->summary = loop_ticker_create(h->loop, "summary", HEADLESS_SUMMARY_MS, 0, summarise, h);
    /* Without sources nothing will move. */
    engine_moved(h);
    return true;
}

static bool open_all(struct headless *h, const struct invocation *inv, struct error *err)
{
    if (!startup_log_open(&h->log, inv, stderr, err)) {
        return false;
    }
    h->loop = loop_create(h->log.log, err);
    if (h->loop == NULL || !watch_signals(h, err)) {
        return false;
    }
    const struct sd_notify_env env = sd_notify_env();
    h->notify = sd_notify_create(h->loop, h->log.log, &env, err);
    if (h->notify == NULL) {
        return false;
    }
    sd_notify_env_forget();
    log_event(h->log.log, LOG_LEVEL_INFO, "start", LOG_STR("version", TOCSIN_VERSION),
              LOG_STR("config", h->config->file != NULL ? h->config->file : ""), LOG_END);
    return start_engine(h, inv, err);
}

static void close_all(struct headless *h)
{
    loop_ticker_destroy(h->summary);
    loop_timer_destroy(h->ready_limit);
    reload_destroy(h->reload);
    engine_destroy(h->engine);
    sd_notify_destroy(h->notify);
    for (size_t i = 0; i < ARRAY_LEN(h->signals); i++) {
        loop_signal_destroy(h->signals[i]);
    }
    loop_destroy(h->loop);
    if (h->stopping) {
        log_event(h->log.log, LOG_LEVEL_INFO, "stopped", LOG_END);
    }
    startup_log_close(&h->log);
    engine_places_release(&h->places);
    config_unref(h->config);
}

int headless_run(const struct invocation *inv)
{
    struct headless h = {0};
    struct error err = ERROR_INIT;
    int status = EXIT_STATUS_OK;
    image_use_one_heap();
    if (check_options(inv, &err)) {
        h.config = startup_config(inv, &status);
        if (h.config == NULL) {
            return status;
        }
        if (open_all(&h, inv, &err)) {
            loop_run(h.loop);
        }
        close_all(&h);
    }
    if (error_is(&err)) {
        status = command_fail(&err);
        error_release(&err);
    }
    return status;
}
