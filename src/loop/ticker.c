/*
 * Ticks at wall-clock multiples. One libuv timer serves all tickers and is armed for the earliest
 * slot: an idle console with a dozen one-second tickers wakes once a second.
 *
 * The timer runs on monotonic time. When somebody sets the wall clock, the next turn notices that
 * the distance between the two clocks has changed and arms it anew; a slow adjustment by NTP moves
 * both clocks alike and needs nothing.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "loop/loop_internal.h"

#define NS_PER_MS 1000000

/* Reading two clocks and rounding each to a millisecond gives a little; a step is more. */
#define SKEW_TOLERANCE_MS 20

struct ticker {
    struct loop *loop;
    const char *name;
    int64_t interval_ms;
    int64_t offset_ms;
    struct wall next;
    tick_cb cb;
    void *user;
};

static int64_t floor_to(int64_t value, int64_t step)
{
    int64_t rest = value % step;
    return value - (rest < 0 ? rest + step : rest);
}

static struct wall slot_at(struct wall now, int64_t interval_ms, int64_t offset_ms)
{
    return (struct wall){.ms = floor_to(now.ms - offset_ms, interval_ms) + offset_ms};
}

struct wall tick_first(struct wall now, int64_t interval_ms, int64_t offset_ms)
{
    return (struct wall){.ms = slot_at(now, interval_ms, offset_ms).ms + interval_ms};
}

bool tick_due(struct wall now, int64_t interval_ms, int64_t offset_ms, struct wall *next,
              struct wall *slot, uint64_t *missed)
{
    *slot = slot_at(now, interval_ms, offset_ms);
    *missed = 0;
    if (now.ms < next->ms) {
        if (next->ms - now.ms > interval_ms) {
            next->ms = slot->ms + interval_ms;
        }
        return false;
    }
    *missed = (uint64_t)((slot->ms - next->ms) / interval_ms);
    next->ms = slot->ms + interval_ms;
    return true;
}

static int64_t skew_ms(const struct loop *loop)
{
    return loop->wall.ms - loop->mono.ns / NS_PER_MS;
}

static void on_tick_timer(uv_timer_t *uv);

static void arm(struct loop *loop)
{
    const struct ticker *earliest = NULL;
    VEC_EACH (&loop->tickers, struct ticker *, it) {
        if (*it != NULL && (earliest == NULL || (*it)->next.ms < earliest->next.ms)) {
            earliest = *it;
        }
    }
    if (earliest == NULL) {
        uv_timer_stop(&loop->tick_timer);
        return;
    }
    int64_t wait_ms = earliest->next.ms - loop->wall.ms;
    struct mono deadline = {.ns = loop->mono.ns + wait_ms * NS_PER_MS};
    loop->tick_skew_ms = skew_ms(loop);
    uv_timer_start(&loop->tick_timer, on_tick_timer, loop_uv_delay(loop, deadline), 0);
}

/* Destroying while ticks are being given leaves a hole, which is closed afterwards. */
static void close_holes(struct loop *loop)
{
    size_t kept = 0;
    for (size_t i = 0; i < loop->tickers.len; i++) {
        if (loop->tickers.items[i] != NULL) {
            loop->tickers.items[kept++] = loop->tickers.items[i];
        }
    }
    loop->tickers.len = kept;
}

static void give_tick(struct loop *loop, struct ticker *t)
{
    struct wall slot;
    uint64_t missed;
    if (!tick_due(loop->wall, t->interval_ms, t->offset_ms, &t->next, &slot, &missed)) {
        return;
    }
    const char *name = t->name;
    uint64_t entered_ns = loop_enter(loop);
    t->cb(t->user, slot, missed);
    loop_leave(loop, name, entered_ns);
}

static void on_tick_timer(uv_timer_t *uv)
{
    struct loop *loop = uv->data;
    loop_enter(loop);
    clock_watches_look(loop);
    loop->ticking = true;
    for (size_t i = 0; i < loop->tickers.len; i++) {
        if (loop->tickers.items[i] != NULL) {
            give_tick(loop, loop->tickers.items[i]);
        }
    }
    loop->ticking = false;
    close_holes(loop);
    arm(loop);
}

void tickers_init(struct loop *loop)
{
    uv_timer_init(&loop->uv, &loop->tick_timer);
    loop->tick_timer.data = loop;
}

void tickers_follow_clock(struct loop *loop)
{
    if (loop->tickers.len == 0 || llabs(skew_ms(loop) - loop->tick_skew_ms) <= SKEW_TOLERANCE_MS) {
        return;
    }
    VEC_EACH (&loop->tickers, struct ticker *, it) {
        struct wall soonest = tick_first(loop->wall, (*it)->interval_ms, (*it)->offset_ms);
        if (soonest.ms < (*it)->next.ms) {
            (*it)->next = soonest;
        }
    }
    arm(loop);
}

struct ticker *loop_ticker_create(struct loop *loop, const char *name, int64_t interval_ms,
                                  int64_t offset_ms, tick_cb cb, void *user)
{
    assert(interval_ms > 0);
    loop_refresh_outside(loop);
    struct ticker *t = mem_zalloc(1, sizeof(*t));
    t->loop = loop;
    t->name = name;
    t->interval_ms = interval_ms;
    t->offset_ms = offset_ms;
    t->next = tick_first(loop->wall, interval_ms, offset_ms);
    t->cb = cb;
    t->user = user;
    vec_push(&loop->tickers, t);
    loop->handles++;
    if (!loop->ticking) {
        arm(loop);
    }
    return t;
}

void loop_ticker_destroy(struct ticker *t)
{
    if (t == NULL) {
        return;
    }
    struct loop *loop = t->loop;
    for (size_t i = 0; i < loop->tickers.len; i++) {
        if (loop->tickers.items[i] == t) {
            loop->tickers.items[i] = NULL;
        }
    }
    loop->handles--;
    free(t);
    if (!loop->ticking) {
        close_holes(loop);
        loop_refresh_outside(loop);
        arm(loop);
    }
}
