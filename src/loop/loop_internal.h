/*
 * What the files of loop/ share. Nobody outside includes this, save their tests.
 *
 * Time: both clocks are read once when libuv's own time moves on, which is when a wait has ended;
 * all callbacks until the next wait see the same pair. libuv counts whole milliseconds, rounded
 * down, so a deadline is rounded up before it goes there (loop_uv_delay): a timer never comes
 * before its time, and nobody has to arm it a second time for the missing fraction.
 */
#ifndef TOCSIN_LOOP_LOOP_INTERNAL_H
#define TOCSIN_LOOP_LOOP_INTERNAL_H

#include <uv.h>

#include "base/vec.h"
#include "loop/loop.h"

struct deferred_list {
    struct deferred *first;
    struct deferred *last;
};

struct loop {
    uv_loop_t uv;
    struct log *log;
    struct clock clock;
    struct mono mono; /* of this turn */
    struct wall wall;
    uint64_t uv_time_ms; /* libuv's time when the two were read */
    bool in_turn;
    bool in_uv; /* within uv_run */
    bool stopped;
    uint64_t slow_callbacks;
    uint64_t wakeups;
    size_t handles; /* given out and not given back */

    uv_timer_t
        wait_limit; /* of loop_step; also what keeps loop_run waiting when nothing is active */
    struct deferred_list deferred;
    struct deferred_list deferred_running; /* the rest of the batch being run */

    uv_timer_t tick_timer; /* one for all tickers: those due together run in one turn */
    VEC(struct ticker *) tickers;
    bool ticking;
    int64_t tick_skew_ms; /* wall minus monotonic time when the timer was armed */

    VEC(struct clock_watch *) clock_watches;
};

/* Begins and ends a callback: fresh time, the watchdog. `name` is a literal. */
uint64_t loop_enter(struct loop *loop);
void loop_leave(struct loop *loop, const char *name, uint64_t entered_ns);
void loop_call(struct loop *loop, const char *name, loop_cb cb, void *user);
/* Now, for arming: the turn's time inside a turn, the clock's outside. */
void loop_refresh_outside(struct loop *loop);
/* libuv's delay to the first whole millisecond at or after `deadline`; at least 1, so that a timer
 * armed again and again with nothing to wait for cannot keep libuv in its timer phase. */
uint64_t loop_uv_delay(const struct loop *loop, struct mono deadline);
/* Closes the handle; frees its `data` when libuv has let go. */
void loop_close_handle(struct loop *loop, uv_handle_t *handle);

/* This turn does not wait any more. */
void loop_hurry(struct loop *loop);

void deferred_run(struct loop *loop);

/* Tells those whose clock was set. */
void clock_watches_look(struct loop *loop);

void tickers_init(struct loop *loop);
/* Arms anew where the wall clock was set since the timer was armed. */
void tickers_follow_clock(struct loop *loop);

/*
 * The arithmetic of ticks. `*next` is the slot waited for. True when it is reached: `*slot` is the
 * newest slot at or before `now`, `*missed` how many were passed over, `*next` moves on. Where the
 * wall clock was set back by more than an interval, `*next` follows it: slots may then repeat, but
 * ticks never cease.
 */
bool tick_due(struct wall now, int64_t interval_ms, int64_t offset_ms, struct wall *next,
              struct wall *slot, uint64_t *missed);
struct wall tick_first(struct wall now, int64_t interval_ms, int64_t offset_ms);

#endif
