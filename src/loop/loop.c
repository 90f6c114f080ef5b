/*
 * The loop itself: turns, time, the watchdog and the end.
 *
 * A turn runs what was deferred before it began and then libuv once. Deferred calls are kept out of
 * libuv because its idle handles would run in the turn that started them.
 */
#include "loop/loop.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"
#include "loop/loop_internal.h"

#define NS_PER_MS 1000000

/* How long loop_destroy waits for abandoned work: so many waits of so many milliseconds at most. A
 * thread that hangs in the kernel (a dead file server) must not keep the program from ending: the
 * loop is then left as it is. Waits are counted, not time: a machine that stood still gave the
 * threads no time either. */
#define DRAIN_WAITS   200
#define DRAIN_WAIT_MS 10

static void read_clocks(struct loop *loop)
{
    loop->uv_time_ms = uv_now(&loop->uv);
    loop->mono = clock_mono(&loop->clock);
    loop->wall = clock_wall(&loop->clock);
}

/* libuv runs timers that are due before it begins to wait. What must not be waited for then makes
 * its wait one of no time. Outside of libuv the turn's own check does. */
void loop_hurry(struct loop *loop)
{
    if (loop->in_uv) {
        uv_stop(&loop->uv);
    }
}

static void on_wait_limit(uv_timer_t *timer)
{
    loop_hurry(CONTAINER_OF(timer, struct loop, wait_limit));
}

struct loop *loop_create(struct log *log, struct error *err)
{
    struct loop *loop = mem_zalloc(1, sizeof(*loop));
    loop->log = log;
    loop->clock = clock_real();
    int status = uv_loop_init(&loop->uv);
    if (status != 0) {
        error_set_sys(err, -status, "cannot create the event loop");
        free(loop);
        return NULL;
    }
    uv_timer_init(&loop->uv, &loop->wait_limit);
    tickers_init(loop);
    read_clocks(loop);
    return loop;
}

static void drain(struct loop *loop)
{
    for (int i = 0; i < DRAIN_WAITS && uv_loop_alive(&loop->uv) != 0; i++) {
        uv_timer_start(&loop->wait_limit, on_wait_limit, DRAIN_WAIT_MS, 0);
        uv_unref((uv_handle_t *)&loop->wait_limit);
        uv_run(&loop->uv, UV_RUN_ONCE);
    }
}

void loop_destroy(struct loop *loop)
{
    if (loop == NULL) {
        return;
    }
    assert(loop->handles == 0 && "a timer, watch or deferred call was not given back");
    drain(loop);
    uv_close((uv_handle_t *)&loop->tick_timer, NULL);
    uv_close((uv_handle_t *)&loop->wait_limit, NULL);
    uv_run(&loop->uv, UV_RUN_NOWAIT);
    vec_release(&loop->tickers);
    vec_release(&loop->clock_watches);
    if (uv_loop_close(&loop->uv) == UV_EBUSY) {
        log_event(loop->log, LOG_LEVEL_WARN, "loop",
                  LOG_STR("problem", "abandoned work has not ended"), LOG_END);
        return;
    }
    free(loop);
}

static void turn(struct loop *loop, bool may_wait)
{
    loop->in_turn = true;
    uv_update_time(&loop->uv);
    read_clocks(loop);
    clock_watches_look(loop);
    tickers_follow_clock(loop);
    deferred_run(loop);
    bool waits = may_wait && !loop->stopped && loop->deferred.first == NULL &&
                 uv_backend_timeout(&loop->uv) != 0;
    loop->in_uv = true;
    uv_run(&loop->uv, waits ? UV_RUN_ONCE : UV_RUN_NOWAIT);
    loop->in_uv = false;
    loop->wakeups += waits ? 1 : 0;
    loop->in_turn = false;
}

void loop_run(struct loop *loop)
{
    uv_timer_start(&loop->wait_limit, on_wait_limit, UINT64_MAX, 0);
    while (!loop->stopped) {
        turn(loop, true);
    }
    uv_timer_stop(&loop->wait_limit);
    loop->stopped = false;
}

bool loop_step(struct loop *loop, int64_t max_wait_ms)
{
    if (max_wait_ms > 0) {
        uv_update_time(&loop->uv);
        uv_timer_start(&loop->wait_limit, on_wait_limit, (uint64_t)max_wait_ms, 0);
    }
    turn(loop, max_wait_ms > 0);
    uv_timer_stop(&loop->wait_limit);
    return loop->deferred.first != NULL || uv_loop_alive(&loop->uv) != 0;
}

void loop_stop(struct loop *loop)
{
    loop->stopped = true;
    loop_hurry(loop);
}

struct mono loop_mono(const struct loop *loop)
{
    return loop->in_turn ? loop->mono : clock_mono(&loop->clock);
}

struct wall loop_wall(const struct loop *loop)
{
    return loop->in_turn ? loop->wall : clock_wall(&loop->clock);
}

struct mono loop_clock(const struct loop *loop)
{
    return clock_mono(&loop->clock);
}

uint64_t loop_slow_callbacks(const struct loop *loop)
{
    return loop->slow_callbacks;
}

uint64_t loop_wakeups(const struct loop *loop)
{
    return loop->wakeups;
}

uint64_t loop_enter(struct loop *loop)
{
    if (uv_now(&loop->uv) != loop->uv_time_ms) {
        read_clocks(loop);
    }
    return uv_hrtime();
}

void loop_leave(struct loop *loop, const char *name, uint64_t entered_ns)
{
    uint64_t took_ms = (uv_hrtime() - entered_ns) / NS_PER_MS;
    if (took_ms <= LOOP_SLOW_MS) {
        return;
    }
    loop->slow_callbacks++;
    log_event(loop->log, LOG_LEVEL_WARN, "slow-callback", LOG_STR("name", name),
              LOG_MS("took", took_ms), LOG_END);
}

void loop_call(struct loop *loop, const char *name, loop_cb cb, void *user)
{
    uint64_t entered_ns = loop_enter(loop);
    cb(user);
    loop_leave(loop, name, entered_ns);
}

void loop_refresh_outside(struct loop *loop)
{
    if (!loop->in_turn) {
        uv_update_time(&loop->uv);
        read_clocks(loop);
    }
}

uint64_t loop_uv_delay(const struct loop *loop, struct mono deadline)
{
    int64_t deadline_ms = deadline.ns / NS_PER_MS + (deadline.ns % NS_PER_MS != 0 ? 1 : 0);
    int64_t delay_ms = deadline_ms - (int64_t)uv_now(&loop->uv);
    return delay_ms > 1 ? (uint64_t)delay_ms : 1;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void loop_close_handle(struct loop *loop, uv_handle_t *handle)
{
    loop->handles--;
    uv_close(handle, on_closed);
}

const char *loop_library(void)
{
    return uv_version_string();
}
