/* See address.h. */
#include "engine/address.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "engine/target_probe.h"

struct address {
    struct loop *loop;
    struct http_client *http;
    char *url;
    char *name;
    bool optional;
    int64_t interval_ms;
    struct address_events events;
    struct target_probe *probe;
    struct loop_timer *timer;
    struct config *snapshot; /* holds the one source, once found */
    struct source_health health;
    bool gave_up;
};

static void ask(struct address *a);

static void show_url(char *out, size_t size, const char *url)
{
    struct strbuf text = STRBUF_INIT;
    http_url_redacted(&text, url);
    snprintf(out, size, "%s", strbuf_cstr(&text));
    strbuf_release(&text);
}

static bool make_source(struct address *a, const char *kind, const char *url, struct error *err)
{
    const struct source_ops *ops = source_find(str_from(kind));
    if (ops == NULL) {
        return error_set(err, ERROR_UNSUPPORTED, "built without '%s'", kind);
    }
    void *options = ops->target_options(str_from(url), err);
    if (options == NULL) {
        return false;
    }
    struct config *snapshot = mem_zalloc(1, sizeof(*snapshot));
    snapshot->refs = 1;
    snapshot->environment = mem_strdup("");
    struct source_config config = {.name = mem_strdup(a->name),
                                   .ops = ops,
                                   .interval_ms = a->interval_ms,
                                   .timeout_ms = a->interval_ms < 10000 ? a->interval_ms : 10000,
                                   .options = options};
    vec_push(&snapshot->sources.list, config);
    a->snapshot = snapshot;
    return true;
}

static void probed(void *user, const char *kind, const char *url, const struct error *err)
{
    struct address *a = user;
    struct error mine = ERROR_INIT;
    bool found = kind != NULL && make_source(a, kind, url, &mine);
    target_probe_destroy(a->probe);
    a->probe = NULL;
    if (found) {
        a->events.found(a->events.user, a);
        return;
    }
    const struct error *why = err != NULL ? err : &mine;
    struct wall now = loop_wall(a->loop);
    a->health.failures++;
    a->health.failures_in_a_row++;
    a->health.error_kind = why->kind;
    snprintf(a->health.error, sizeof(a->health.error), "%s", error_text(why));
    if (a->health.down_since.ms == 0) {
        a->health.down_since = now;
    }
    error_release(&mine);
    a->gave_up = a->optional;
    if (!a->gave_up) {
        a->health.next_attempt.ms = now.ms + a->interval_ms;
        loop_timer_arm(a->timer, a->interval_ms);
    }
    a->events.failed(a->events.user, a);
}

static void ask(struct address *a)
{
    if (a->probe == NULL && a->snapshot == NULL) {
        a->health.attempts++;
        a->probe = target_probe_create(a->loop, a->http, a->url, probed, a);
    }
}

static void retry(void *user)
{
    ask(user);
}

struct address *address_create(struct loop *loop, struct http_client *http,
                               const struct config_target *target, int64_t interval_ms,
                               const struct address_events *events)
{
    struct address *a = mem_zalloc(1, sizeof(*a));
    a->loop = loop;
    a->http = http;
    a->url = mem_strdup(target->url);
    a->name = mem_strdup(target->name);
    a->optional = target->optional;
    a->interval_ms = interval_ms;
    a->events = *events;
    a->timer = loop_timer_create(loop, "address", retry, a);
    snprintf(a->health.name, sizeof(a->health.name), "%s", a->name);
    snprintf(a->health.kind, sizeof(a->health.kind), "?");
    show_url(a->health.endpoint, sizeof(a->health.endpoint), a->url);
    a->health.interval_ms = interval_ms;
    for (size_t i = 0; i < SOURCE_HEALTH_LATENCIES; i++) {
        a->health.latency_ms[i] = NAN;
    }
    ask(a);
    return a;
}

void address_cancel(struct address *a)
{
    loop_timer_disarm(a->timer);
    target_probe_destroy(a->probe);
    a->probe = NULL;
}

void address_destroy(struct address *a)
{
    if (a == NULL) {
        return;
    }
    address_cancel(a);
    loop_timer_destroy(a->timer);
    config_unref(a->snapshot);
    free(a->url);
    free(a->name);
    free(a);
}

const struct source_config *address_source(const struct address *a)
{
    return a->snapshot != NULL ? &a->snapshot->sources.list.items[0] : NULL;
}

const struct config *address_snapshot(const struct address *a)
{
    return a->snapshot;
}

void address_ask_now(struct address *a)
{
    if (!a->gave_up) {
        ask(a);
    }
}

bool address_shown(const struct address *a)
{
    return a->snapshot == NULL && !a->optional;
}

bool address_first_time(const struct address *a)
{
    return a->snapshot == NULL && a->health.failures == 0;
}

void address_health(const struct address *a, struct wall now, struct source_health *out)
{
    *out = a->health;
    /* Nobody ever answered: down with the first failure, since there is no earlier data to be in
     * doubt about. */
    (void)now;
    out->state = a->health.failures == 0 ? SOURCE_WAITING : SOURCE_DOWN;
}
