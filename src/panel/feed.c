/* See feed.h. All questions of a refresh are asked at once; the instances are built when the last
 * of them is in. */
#include "panel/feed.h"

#include <stdlib.h>

#include "panel/bind.h"
#include "panel/bucket_bounds.h"
#include "query/range_cache.h"

#define FEED_TIMEOUT_MIN_MS 10000

/* One expression: number 0 is the presence, number i + 1 signal i. */
struct asking {
    struct feed *feed;
    struct expr *expr; /* the binding's */
    struct range *history;
    struct query *question; /* for the latest value; NULL where none is open */
    struct value latest;
    bool has_latest;
};

struct feed {
    struct feed_options options;
    feed_changed_cb changed;
    void *user;
    struct binding *binding;
    struct asking *askings;
    size_t count;
    struct bucket_bounds *bounds;
    int64_t step_ms;
    int64_t history_slot; /* of the newest history asked for */
    bool history_failed;
    bool asked_latest; /* by the newest refresh */
    size_t open;       /* questions not answered yet */
    struct wall now;
    struct error problem;
    struct instances instances;
};

int64_t feed_step_ms(int64_t range_ms, int64_t interval_ms)
{
    static const int64_t seconds[] = {1,   2,   5,    10,   15,   30,    60,    120,   300,
                                      600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400};
    for (size_t i = 0; i < ARRAY_LEN(seconds); i++) {
        int64_t step_ms = seconds[i] * 1000;
        if (step_ms >= interval_ms && range_ms / step_ms <= FEED_MAX_STEPS) {
            return step_ms;
        }
    }
    return seconds[ARRAY_LEN(seconds) - 1] * 1000;
}

static struct answer answer_of(const struct asking *a, bool latest)
{
    return (struct answer){.history = range_value(a->history),
                           .latest = latest && a->has_latest ? &a->latest : NULL};
}

/* Does the history know of anything at its newest step? */
static bool history_is_current(const struct feed *feed)
{
    const struct value *v = range_value(feed->askings[0].history);
    for (size_t i = 0; v != NULL && i < v->series.len; i++) {
        if (!value_is_absent(v->series.items[i].points[v->grid.steps - 1])) {
            return true;
        }
    }
    return false;
}

/* The history's newest step may be a whole step old, and the first data of a source comes between
 * two steps. */
static bool wants_latest(const struct feed *feed)
{
    return feed->step_ms > feed->options.answerer->interval_ms || !history_is_current(feed);
}

static void rebuild(struct feed *feed)
{
    bool latest = feed->asked_latest;
    struct answer *signals = mem_zalloc(feed->count, sizeof(*signals));
    for (size_t i = 1; i < feed->count; i++) {
        signals[i - 1] = answer_of(&feed->askings[i], latest);
    }
    struct instances_input in = {.panel = feed->options.panel,
                                 .source = feed->options.source,
                                 .service = feed->options.service,
                                 .presence = answer_of(&feed->askings[0], latest),
                                 .signals = signals,
                                 .highest_buckets = bucket_bounds_highest(feed->bounds),
                                 .interval_ms = feed->options.answerer->interval_ms,
                                 .now = feed->now,
                                 .table = feed->options.table};
    const struct value *presence = in.presence.history;
    in.grid = presence != NULL ? presence->grid : grid_instant(feed->now.ms);
    struct instances fresh;
    instances_build(&fresh, &in, &feed->instances);
    free(signals);
    instances_release(&feed->instances);
    feed->instances = fresh;
    feed->changed(feed->user);
}

/* Of a new range nothing came: what the old one showed is more than nothing, and has its age. */
static bool nothing_new(const struct feed *feed)
{
    const struct asking *presence = &feed->askings[0];
    return range_version(presence->history) == 0 && !presence->has_latest &&
           feed->instances.list.len != 0;
}

static void answered(struct feed *feed, const struct error *err)
{
    if (err != NULL) {
        error_copy(&feed->problem, err);
    }
    if (--feed->open != 0) {
        return;
    }
    if (nothing_new(feed)) {
        feed->changed(feed->user);
    } else {
        rebuild(feed);
    }
}

static void history_changed(void *user, const struct error *err)
{
    struct asking *a = user;
    if (err != NULL) {
        a->feed->history_failed = true;
    }
    answered(a->feed, err);
}

static void latest_done(void *user, struct value *value, const struct error *err)
{
    struct asking *a = user;
    a->question = NULL;
    if (value != NULL) {
        if (a->has_latest) {
            value_release(&a->latest);
        }
        a->latest = *value;
        a->has_latest = true;
        value_init(value, VALUE_VECTOR, value->grid);
    }
    answered(a->feed, err);
}

static void bounds_learned(void *user, const struct error *err)
{
    answered(user, err);
}

static int64_t timeout_ms(const struct feed *feed)
{
    int64_t interval_ms = feed->options.answerer->interval_ms;
    return interval_ms > FEED_TIMEOUT_MIN_MS ? interval_ms : FEED_TIMEOUT_MIN_MS;
}

/* What is asked depends on the range: the rate window is at least a step long. */
static struct binding *bind(const struct feed_options *options, struct error *err)
{
    int64_t interval_ms = options->answerer->interval_ms;
    int64_t step_ms = feed_step_ms(options->range_ms, interval_ms);
    const struct binding_scope scope = {.match = options->match,
                                        .single = options->service != NULL,
                                        .window_ms = binding_window_ms(interval_ms, step_ms)};
    return binding_create(options->panel, &scope, NULL, err);
}

/* Takes over `binding`, which is of the feed's range. */
static void open_askings(struct feed *feed, struct binding *binding)
{
    struct answerer *answerer = feed->options.answerer;
    feed->binding = binding;
    feed->step_ms = feed_step_ms(feed->options.range_ms, answerer->interval_ms);
    feed->history_slot = 0;
    feed->count = binding->count + 1;
    feed->askings = mem_zalloc(feed->count, sizeof(*feed->askings));
    feed->bounds =
        bucket_bounds_create(answerer, binding->signals, binding->count, bounds_learned, feed);
    const struct range_options range = {.span_ms = feed->options.range_ms,
                                        .step_ms = feed->step_ms,
                                        .timeout_ms = timeout_ms(feed)};
    for (size_t i = 0; i < feed->count; i++) {
        struct asking *a = &feed->askings[i];
        a->feed = feed;
        a->expr = i == 0 ? binding->presence : binding->signals[i - 1];
        a->history = range_create(answerer, a->expr, &range, history_changed, a);
    }
}

static void close_askings(struct feed *feed)
{
    for (size_t i = 0; i < feed->count; i++) {
        struct asking *a = &feed->askings[i];
        range_destroy(a->history);
        query_cancel(a->question);
        if (a->has_latest) {
            value_release(&a->latest);
        }
    }
    free(feed->askings);
    feed->askings = NULL;
    feed->count = 0;
    feed->open = 0;
    bucket_bounds_destroy(feed->bounds);
    feed->bounds = NULL;
    binding_destroy(feed->binding);
    feed->binding = NULL;
}

struct feed *feed_create(const struct feed_options *options, feed_changed_cb changed, void *user,
                         struct error *err)
{
    struct binding *binding = bind(options, err);
    if (binding == NULL) {
        return NULL;
    }
    struct feed *feed = mem_zalloc(1, sizeof(*feed));
    feed->options = *options;
    feed->options.panel = panel_ref(options->panel);
    feed->changed = changed;
    feed->user = user;
    open_askings(feed, binding);
    return feed;
}

void feed_destroy(struct feed *feed)
{
    if (feed == NULL) {
        return;
    }
    close_askings(feed);
    instances_release(&feed->instances);
    panel_unref(feed->options.panel);
    error_release(&feed->problem);
    free(feed);
}

bool feed_set_range(struct feed *feed, int64_t range_ms, struct error *err)
{
    struct feed_options options = feed->options;
    options.range_ms = range_ms;
    struct binding *binding = bind(&options, err);
    if (binding == NULL) {
        return false;
    }
    close_askings(feed);
    feed->options = options;
    open_askings(feed, binding);
    return true;
}

static void ask_history(struct feed *feed, struct wall now)
{
    int64_t slot = now.ms / feed->step_ms;
    if (slot == feed->history_slot && !feed->history_failed) {
        return;
    }
    feed->history_slot = slot;
    feed->history_failed = false;
    for (size_t i = 0; i < feed->count; i++) {
        if (range_refresh(feed->askings[i].history, now)) {
            feed->open++;
        }
    }
}

static void ask_latest(struct feed *feed, struct wall now)
{
    for (size_t i = 0; i < feed->count; i++) {
        struct asking *a = &feed->askings[i];
        const struct query_request request = {.expr = a->expr,
                                              .grid = grid_instant(now.ms),
                                              .instant = true,
                                              .timeout_ms = timeout_ms(feed),
                                              .done = latest_done,
                                              .user = a};
        feed->open++;
        a->question = query_ask(feed->options.answerer, &request);
    }
}

void feed_refresh(struct feed *feed, struct wall now)
{
    if (feed->open != 0) {
        return;
    }
    feed->now = now;
    error_release(&feed->problem);
    feed->open += bucket_bounds_ask(feed->bounds, now, feed->options.range_ms);
    ask_history(feed, now);
    feed->asked_latest = wants_latest(feed);
    if (feed->asked_latest) {
        ask_latest(feed, now);
    }
}

bool feed_tick(struct feed *feed, struct wall now)
{
    feed->now = now;
    return instances_tick(&feed->instances, feed->options.answerer->interval_ms, now);
}

const struct instances *feed_instances(const struct feed *feed)
{
    return &feed->instances;
}

bool feed_busy(const struct feed *feed)
{
    return feed->open != 0;
}

const char *feed_problem(const struct feed *feed)
{
    return error_is(&feed->problem) ? error_text(&feed->problem) : NULL;
}
