/*
 * Sources on shared ticks. The decisions are schedule.h's; here are the loop, the deadlines and the
 * books. A source's callback ends in the user's, which may remove the source or destroy the poller:
 * nothing is touched behind it.
 */
#include "source/poller.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/utf8.h"
#include "source/schedule.h"

/* A source watches its deadline itself and can say more about it; this much later it is cut off. */
#define DEADLINE_GRACE_MS 100

struct tick_group {
    struct poller *poller;
    int64_t interval_ms;
    struct ticker *ticker;
    VEC(struct polled *) members;
};

struct polled {
    struct poller *poller;
    struct source *source;
    struct tick_group *group;
    struct schedule schedule;
    struct deferred *first; /* the first poll, before it started */
    struct loop_timer *deadline;
    int64_t timeout_ms;
    struct wall slot;
    struct mono began;
    struct wall failing_since;
    struct source_health health;
    polled_cb start;
    void *start_user;
};

struct poller {
    struct loop *loop;
    struct log *log;
    polled_cb done;
    void *user;
    uint64_t random;
    VEC(struct polled *) list;
    VEC(struct tick_group *) groups;
};

struct poller *poller_create(struct loop *loop, struct log *log, polled_cb done, void *user)
{
    struct poller *poller = mem_zalloc(1, sizeof(*poller));
    poller->loop = loop;
    poller->log = log;
    poller->done = done;
    poller->user = user;
    poller->random = (uint64_t)loop_mono(loop).ns ^ (uint64_t)(uintptr_t)poller;
    return poller;
}

/* splitmix64 (Steele, Lea, Flood 2014): spreads retries, nothing more. */
static double next_jitter(struct poller *poller)
{
    poller->random += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = poller->random;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

/* For display: what does not fit ends with an ellipsis. */
static void set_text(char *to, size_t size, struct str text)
{
    struct strbuf clean;
    strbuf_init(&clean, STRBUF_MAX_DEFAULT);
    utf8_add_printable(&clean, str_slice(text, 0, 4 * size));
    struct str shown = strbuf_str(&clean);
    bool cut = shown.len >= size;
    if (cut) {
        shown.len = size - 1 - strlen("…");
        while (shown.len > 0 && ((unsigned char)shown.data[shown.len] & 0xc0) == 0x80) {
            shown.len--;
        }
    }
    snprintf(to, size, "%.*s%s", STR_ARG(shown), cut ? "…" : "");
    strbuf_release(&clean);
}

static void set_error(struct source_health *h, const struct error *err)
{
    struct strbuf text;
    strbuf_init(&text, STRBUF_MAX_DEFAULT);
    strbuf_add_c(&text, error_text(err));
    if (err->suggestion != NULL) {
        strbuf_printf(&text, "; %s", err->suggestion);
    }
    set_text(h->error, sizeof(h->error), strbuf_str(&text));
    h->error_kind = err->kind;
    strbuf_release(&text);
}

static void push_latency(struct source_health *h, double ms)
{
    memmove(h->latency_ms, h->latency_ms + 1, (SOURCE_HEALTH_LATENCIES - 1) * sizeof(double));
    h->latency_ms[SOURCE_HEALTH_LATENCIES - 1] = ms;
}

static void note_success(struct polled *p, const struct poll_result *result, struct wall now)
{
    struct source_health *h = &p->health;
    if (h->failures_in_a_row > 0) {
        log_event(p->poller->log, LOG_LEVEL_INFO, "source-recovered",
                  LOG_STR("source", p->source->config->name),
                  LOG_INT("failures", h->failures_in_a_row), LOG_END);
    }
    h->last_success = now;
    h->failures_in_a_row = 0;
    h->error_kind = ERROR_NONE;
    set_text(h->error, sizeof(h->error), str_from(result->partial));
    h->samples = result->samples;
    h->bytes = result->bytes;
    if (result->server_time.ms != 0) {
        h->has_clock_skew = true;
        h->clock_skew_ms = source_clock_skew_ms(result->server_time, now);
    }
}

static void note_failure(struct polled *p, const struct error *err, struct wall now)
{
    struct source_health *h = &p->health;
    h->failures++;
    if (h->failures_in_a_row++ == 0) {
        p->failing_since = now;
    }
    set_error(h, err);
    log_event(p->poller->log, h->failures_in_a_row == 1 ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG,
              "poll-failed", LOG_STR("source", p->source->config->name),
              LOG_STR("kind", error_kind_label(err->kind)), LOG_STR("err", h->error), LOG_END);
}

/* A poll is over; exactly one of `result` and `err` is there. */
static void end_poll(struct polled *p, const struct poll_result *result, const struct error *err)
{
    struct poller *poller = p->poller;
    const struct source_ops *ops = p->source->ops;
    struct wall now = loop_wall(poller->loop);
    double seconds = (double)(loop_mono(poller->loop).ns - p->began.ns) / 1e9;
    loop_timer_disarm(p->deadline);
    if (result != NULL) {
        note_success(p, result, now);
    } else {
        note_failure(p, err, now);
        if (ops->mark_stale != NULL) {
            ops->mark_stale(p->source, p->slot);
        }
    }
    push_latency(&p->health, result != NULL ? seconds * 1000 : (double)NAN);
    if (ops->report != NULL) {
        ops->report(p->source, p->slot, result != NULL, seconds, result);
    }
    schedule_end(&p->schedule, result != NULL, err != NULL ? err->retry_after_ms : 0,
                 next_jitter(poller));
    if (poller->done != NULL) {
        poller->done(poller->user, p);
    }
}

static void on_poll_done(void *user, const struct poll_result *result, const struct error *err)
{
    end_poll(user, result, err);
}

static void on_deadline(void *user)
{
    struct polled *p = user;
    struct error err = ERROR_INIT;
    struct strbuf within = STRBUF_INIT;
    p->source->ops->cancel(p->source);
    duration_format(&within, p->timeout_ms);
    error_set(&err, ERROR_TIMEOUT, "no answer within %s", strbuf_cstr(&within));
    strbuf_release(&within);
    end_poll(p, NULL, &err);
    error_release(&err);
}

static void start_poll(struct polled *p, struct wall slot)
{
    assert(!p->schedule.open);
    schedule_begin(&p->schedule, slot);
    p->slot = slot;
    p->began = loop_mono(p->poller->loop);
    p->health.attempts++;
    loop_timer_arm(p->deadline, p->timeout_ms + DEADLINE_GRACE_MS);
    if (p->start != NULL) {
        p->start(p->start_user, p);
    }
    p->source->ops->poll(p->source, slot, p->timeout_ms, on_poll_done, p);
}

static void on_first(void *user)
{
    struct polled *p = user;
    p->first = NULL;
    if (!p->schedule.open && p->health.attempts == 0) {
        start_poll(p, loop_wall(p->poller->loop));
    }
}

static void on_tick(void *user, struct wall slot, uint64_t missed)
{
    struct tick_group *group = user;
    VEC_EACH (&group->members, struct polled *, it) {
        if (schedule_tick(&(*it)->schedule, slot, missed) == SCHEDULE_POLL) {
            start_poll(*it, slot);
        }
    }
}

static struct tick_group *group_of(struct poller *poller, int64_t interval_ms)
{
    VEC_EACH (&poller->groups, struct tick_group *, it) {
        if ((*it)->interval_ms == interval_ms) {
            return *it;
        }
    }
    struct tick_group *group = mem_zalloc(1, sizeof(*group));
    group->poller = poller;
    group->interval_ms = interval_ms;
    group->ticker = loop_ticker_create(poller->loop, "poll", interval_ms, 0, on_tick, group);
    vec_push(&poller->groups, group);
    return group;
}

static void leave_group(struct polled *p)
{
    struct tick_group *group = p->group;
    struct poller *poller = p->poller;
    for (size_t i = 0; i < group->members.len; i++) {
        if (group->members.items[i] == p) {
            vec_remove(&group->members, i);
            break;
        }
    }
    if (group->members.len > 0) {
        return;
    }
    for (size_t i = 0; i < poller->groups.len; i++) {
        if (poller->groups.items[i] == group) {
            vec_remove(&poller->groups, i);
            break;
        }
    }
    loop_ticker_destroy(group->ticker);
    vec_release(&group->members);
    free(group);
}

static void fill_identity(struct source_health *h, const struct source *source)
{
    struct strbuf endpoint = STRBUF_INIT;
    set_text(h->name, sizeof(h->name), str_from(source->config->name));
    set_text(h->kind, sizeof(h->kind), str_from(source->ops->kind));
    if (source->ops->endpoint != NULL) {
        source->ops->endpoint(source, &endpoint);
    }
    set_text(h->endpoint, sizeof(h->endpoint), strbuf_str(&endpoint));
    strbuf_release(&endpoint);
}

struct polled *poller_add(struct poller *poller, struct source *source)
{
    const struct source_config *config = source->config;
    struct polled *p = mem_zalloc(1, sizeof(*p));
    p->poller = poller;
    p->source = source;
    p->timeout_ms = config->timeout_ms;
    schedule_init(&p->schedule, config->interval_ms);
    /* Rules look at what it brings into the store: they are to know at once that it is back, and
     * its `up` is to have a sample every interval. */
    p->schedule.steady = source->ops->report != NULL;
    fill_identity(&p->health, source);
    p->health.interval_ms = config->interval_ms;
    for (int i = 0; i < SOURCE_HEALTH_LATENCIES; i++) {
        p->health.latency_ms[i] = (double)NAN;
    }
    p->deadline = loop_timer_create(poller->loop, "poll-deadline", on_deadline, p);
    p->first = loop_defer(poller->loop, on_first, p);
    p->group = group_of(poller, config->interval_ms);
    vec_push(&p->group->members, p);
    vec_push(&poller->list, p);
    return p;
}

void poller_remove(struct poller *poller, struct polled *p)
{
    const struct source_ops *ops = p->source->ops;
    if (p->first != NULL) {
        deferred_cancel(p->first);
    }
    if (p->schedule.open) {
        ops->cancel(p->source);
    }
    if (ops->mark_stale != NULL) {
        ops->mark_stale(p->source, loop_wall(poller->loop));
    }
    leave_group(p);
    for (size_t i = 0; i < poller->list.len; i++) {
        if (poller->list.items[i] == p) {
            vec_remove(&poller->list, i);
            break;
        }
    }
    loop_timer_destroy(p->deadline);
    ops->destroy(p->source);
    free(p);
}

void poller_destroy(struct poller *poller)
{
    if (poller == NULL) {
        return;
    }
    while (poller->list.len > 0) {
        poller_remove(poller, poller->list.items[poller->list.len - 1]);
    }
    vec_release(&poller->list);
    vec_release(&poller->groups);
    free(poller);
}

size_t poller_count(const struct poller *poller)
{
    return poller->list.len;
}

struct polled *poller_at(const struct poller *poller, size_t i)
{
    assert(i < poller->list.len);
    return poller->list.items[i];
}

struct source *polled_source(const struct polled *p)
{
    return p->source;
}

bool polled_busy(const struct polled *p)
{
    return p->schedule.open || p->first != NULL;
}

void polled_on_start(struct polled *p, polled_cb start, void *user)
{
    p->start = start;
    p->start_user = user;
}

void polled_health(const struct polled *p, struct wall now, struct source_health *out)
{
    *out = p->health;
    out->skipped = p->schedule.skipped;
    out->state = source_health_state(out, now);
    out->next_attempt = p->first != NULL ? now : schedule_next(&p->schedule, now);
    if (out->state == SOURCE_DOWN) {
        /* Where no attempt has failed, nobody has asked: since then its data is too old. */
        out->down_since = out->failures_in_a_row > 0
                              ? p->failing_since
                              : (struct wall){out->last_success.ms + 2 * out->interval_ms};
    }
}

static void shift(int64_t *t_ms, int64_t step_ms)
{
    *t_ms += *t_ms != 0 ? step_ms : 0;
}

void poller_follow_clock(struct poller *poller, int64_t step_ms)
{
    VEC_EACH (&poller->list, struct polled *, it) {
        shift(&(*it)->health.last_success.ms, step_ms);
        shift(&(*it)->failing_since.ms, step_ms);
        schedule_follow_clock(&(*it)->schedule, step_ms);
    }
}

void poller_poll_now(struct poller *poller, struct polled *p)
{
    if (p->schedule.open) {
        return;
    }
    if (p->first != NULL) {
        deferred_cancel(p->first);
        p->first = NULL;
    }
    start_poll(p, loop_wall(poller->loop));
}
