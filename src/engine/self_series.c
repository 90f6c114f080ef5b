/* See self_series.h. */
#include "engine/self_series.h"

#include <stdlib.h>

#include "rule/written.h"

struct self_series {
    const struct engine_alerts_options *o;
    struct journal *journal;
    struct alerts *alerts;
    struct ticker *ticker;
    int64_t interval_ms; /* of the ticker; 0: there is none yet */
    store_target target;
    struct written written;
    uint64_t write_errors;
    bool was_in_trouble;
};

/* One writing. */
struct writing {
    struct self_series *self;
    struct labels_builder builder;
    struct batch samples;
    struct batch markers;
    VEC(struct labels *) now;
};

static struct log *log_of(const struct self_series *self)
{
    return self->o->scope->env.log;
}

static void put(struct writing *w, const char *metric, const char *label, const char *value,
                double v)
{
    struct error err = ERROR_INIT;
    labels_builder_set(&w->builder, STR(LABEL_NAME), str_from(metric));
    if (label != NULL) {
        labels_builder_set(&w->builder, str_from(label), str_from(value));
    }
    struct labels *labels = labels_builder_finish(&w->builder, &err);
    if (labels == NULL) {
        log_event(log_of(w->self), LOG_LEVEL_WARN, "self", LOG_STR("metric", metric), LOG_ERR(&err),
                  LOG_END);
        error_release(&err);
        return;
    }
    batch_add_labels(&w->samples, labels, v);
    vec_push(&w->now, labels);
}

static void put_source(struct writing *w, const struct engine_source *s, struct wall now)
{
    struct source_health health;
    polled_health(engine_source_polled(s), now, &health);
    const char *name = engine_source_name(s);
    if (health.state == SOURCE_WAITING) {
        return;
    }
    labels_builder_set(&w->builder, STR("kind"), str_from(health.kind));
    put(w, "tocsin_source_up", "source", name, health.state == SOURCE_DOWN ? 0 : 1);
    put(w, "tocsin_source_failures_total", "source", name, (double)health.failures);
    if (health.last_success.ms != 0) {
        put(w, "tocsin_source_data_age_seconds", "source", name,
            (double)(now.ms - health.last_success.ms) / 1000);
    }
}

/* Groups of one name count together. */
static void put_groups(struct writing *w)
{
    struct group_stats g;
    for (size_t i = 0; alerts_group_stats(w->self->alerts, i, &g); i++) {
        struct group_stats before;
        bool repeated = false;
        for (size_t k = 0; !repeated && k < i; k++) {
            repeated =
                alerts_group_stats(w->self->alerts, k, &before) && strcmp(before.name, g.name) == 0;
        }
        if (repeated) {
            continue;
        }
        put(w, "tocsin_rule_evaluation_failures_total", "group", g.name, (double)g.failures);
        put(w, "tocsin_rule_group_iterations_missed_total", "group", g.name, (double)g.missed);
        put(w, "tocsin_rule_group_last_duration_seconds", "group", g.name,
            (double)g.duration_us / 1e6);
        put(w, "tocsin_rule_group_interval_seconds", "group", g.name, (double)g.interval_ms / 1000);
    }
}

static void put_alerts(struct writing *w)
{
    struct alert_states states;
    alerts_states(w->self->alerts, &states);
    put(w, "tocsin_alerts", "state", "pending", (double)states.pending);
    put(w, "tocsin_alerts", "state", "firing", (double)states.firing);
    put(w, "tocsin_alerts", "state", "unknown", (double)states.unknown);
}

static void put_engine(struct writing *w)
{
    struct self_series *self = w->self;
    const struct source_env *env = &self->o->scope->env;
    struct store_stats stats;
    store_stats(env->store, &stats);
    bool in_trouble = journal_problem(self->journal) != NULL;
    self->write_errors += in_trouble && !self->was_in_trouble ? 1 : 0;
    self->was_in_trouble = in_trouble;
    put(w, "tocsin_state_write_errors_total", NULL, NULL, (double)self->write_errors);
    put(w, "tocsin_state_in_memory", NULL, NULL, in_trouble ? 1 : 0);
    put(w, "tocsin_loop_slow_callbacks_total", NULL, NULL, (double)loop_slow_callbacks(env->loop));
    put(w, "tocsin_store_series", NULL, NULL, (double)stats.series);
    put(w, "tocsin_store_max_series", NULL, NULL, (double)self->o->config->max_series);
}

static void commit(struct writing *w)
{
    struct self_series *self = w->self;
    struct store *store = self->o->scope->env.store;
    struct error err = ERROR_INIT;
    if (w->now.len > 1) {
        qsort(w->now.items, w->now.len, sizeof(*w->now.items), written_compare);
    }
    written_next(&self->written, w->now.items, w->now.len, &w->markers);
    if (!store_commit(store, self->target, &w->samples, NULL, &err) ||
        !store_commit(store, self->target, &w->markers, NULL, &err)) {
        log_event(log_of(self), LOG_LEVEL_WARN, "self", LOG_ERR(&err), LOG_END);
        error_release(&err);
    }
}

static void on_tick(void *user, struct wall slot, uint64_t missed)
{
    struct self_series *self = user;
    struct writing w = {.self = self};
    (void)missed;
    labels_builder_init(&w.builder, self->o->scope->env.labels);
    batch_init(&w.samples);
    batch_init(&w.markers);
    batch_reset(&w.samples, slot.ms);
    batch_reset(&w.markers, slot.ms);
    struct engine_source *s;
    for (size_t i = 0; (s = self->o->source_at(self->o->user, i)) != NULL; i++) {
        put_source(&w, s, slot);
    }
    if (self->alerts != NULL) {
        put_groups(&w);
        put_alerts(&w);
    }
    put_engine(&w);
    commit(&w);
    vec_release(&w.now);
    batch_release(&w.samples);
    batch_release(&w.markers);
    labels_builder_release(&w.builder);
}

struct self_series *self_series_create(const struct engine_alerts_options *options,
                                       struct journal *journal)
{
    struct self_series *self = mem_zalloc(1, sizeof(*self));
    self->o = options;
    self->journal = journal;
    self->target = store_add_target(options->scope->env.store);
    self_series_set_interval(self, options->config->interval_ms);
    return self;
}

void self_series_set_interval(struct self_series *self, int64_t interval_ms)
{
    if (self->interval_ms != interval_ms) {
        loop_ticker_destroy(self->ticker);
        self->interval_ms = interval_ms;
        self->ticker = loop_ticker_create(self->o->scope->env.loop, "own series", interval_ms, 0,
                                          on_tick, self);
    }
}

void self_series_destroy(struct self_series *self)
{
    if (self == NULL) {
        return;
    }
    loop_ticker_destroy(self->ticker);
    written_release(&self->written);
    free(self);
}

void self_series_follow(struct self_series *self, struct alerts *alerts)
{
    self->alerts = alerts;
}
