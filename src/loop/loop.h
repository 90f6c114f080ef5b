/*
 * The event loop: libuv behind our own words, so that time, order and shutdown are the same
 * everywhere.
 *
 * One "now" a turn, for both clocks. A callback never runs inside the call that armed it. A
 * callback over LOOP_SLOW_MS is logged with the name its timer or watch was given.
 *
 * Owner: loop_create/loop_destroy; every handle belongs to who made it and is given back with its
 * own _destroy (NULL is fine), also from inside its own callback. Single-threaded, save loop_work's
 * and a worker's function.
 */
#ifndef TOCSIN_LOOP_LOOP_H
#define TOCSIN_LOOP_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"

#define LOOP_SLOW_MS 20

struct loop;

/* `log` may be NULL. */
struct loop *loop_create(struct log *log, struct error *err) ATTR_NODISCARD;
/* Every handle must have been destroyed before; asserts it. */
void loop_destroy(struct loop *loop);
/* Until loop_stop. */
void loop_run(struct loop *loop);
/* One turn, waiting at most `max_wait_ms` (0: not at all). True while handles are active. For tests
 * and shutdown. */
bool loop_step(struct loop *loop, int64_t max_wait_ms);
void loop_stop(struct loop *loop);
struct mono loop_mono(const struct loop *loop);
struct wall loop_wall(const struct loop *loop);
/* The monotonic clock as it is now, for work that looks how much of its turn is gone. */
struct mono loop_clock(const struct loop *loop);
/* Callbacks over LOOP_SLOW_MS so far, and the turns taken (wake-ups). */
uint64_t loop_slow_callbacks(const struct loop *loop);
uint64_t loop_wakeups(const struct loop *loop);

typedef void (*loop_cb)(void *user);

/* Runs `cb` once in the next turn. Cancelled by deferred_cancel before that; the handle is dead
 * once it ran. */
struct deferred;
struct deferred *loop_defer(struct loop *loop, loop_cb cb, void *user);
void deferred_cancel(struct deferred *d);

/* One-shot timer; arming again moves it. `name` is a literal. */
struct loop_timer;
struct loop_timer *loop_timer_create(struct loop *loop, const char *name, loop_cb cb, void *user);
void loop_timer_arm(struct loop_timer *t, int64_t delay_ms);
void loop_timer_disarm(struct loop_timer *t);
bool loop_timer_armed(const struct loop_timer *t);
void loop_timer_destroy(struct loop_timer *t);

/*
 * Ticks: `cb` at every wall-clock multiple of `interval_ms` (plus offset_ms), so that everyone with
 * the same interval wakes in the same turn. The slot's time is given. After a stall or a suspended
 * machine the missed slots are skipped and their number given.
 */
struct ticker;
typedef void (*tick_cb)(void *user, struct wall slot, uint64_t missed);
struct ticker *loop_ticker_create(struct loop *loop, const char *name, int64_t interval_ms,
                                  int64_t offset_ms, tick_cb cb, void *user);
void loop_ticker_destroy(struct ticker *t);

/*
 * `cb` when the wall clock was set by `least_ms` or more: forward (also a machine that was
 * suspended) or, below 0, back. Before the ticks of that moment.
 */
struct clock_watch;
typedef void (*clock_step_cb)(void *user, int64_t step_ms);
struct clock_watch *loop_watch_clock(struct loop *loop, int64_t least_ms, clock_step_cb cb,
                                     void *user);
void clock_watch_destroy(struct clock_watch *w);

enum loop_events { LOOP_READABLE = 1 << 0, LOOP_WRITABLE = 1 << 1 };
struct loop_fd;
typedef void (*loop_fd_cb)(void *user, unsigned events);
/* `fd` stays the caller's and is closed after loop_fd_destroy. Errors of the descriptor come as
 * both events. */
struct loop_fd *loop_fd_create(struct loop *loop, const char *name, int fd, unsigned events,
                               loop_fd_cb cb, void *user, struct error *err) ATTR_NODISCARD;
void loop_fd_set(struct loop_fd *w, unsigned events);
void loop_fd_destroy(struct loop_fd *w);

struct loop_signal;
struct loop_signal *loop_signal_create(struct loop *loop, int signum, loop_cb cb, void *user,
                                       struct error *err) ATTR_NODISCARD;
void loop_signal_destroy(struct loop_signal *s);

/* `cb` after a file changed, was replaced or appeared, once for a burst (LOOP_FILE_SETTLE_MS).
 * Watches the folder, so that editors that rename and Kubernetes' ..data links are seen. */
#define LOOP_FILE_SETTLE_MS 200
struct file_watch;
struct file_watch *loop_watch_file(struct loop *loop, const char *path, loop_cb cb, void *user,
                                   struct error *err) ATTR_NODISCARD;
void file_watch_destroy(struct file_watch *w);

/* `work` on the pool's threads, `done` on the loop afterwards, exactly once; after work_abandon
 * `done` is not called and `release` frees what `user` holds when the thread has ended. */
struct work;
struct work *loop_work(struct loop *loop, loop_cb work, loop_cb done, loop_cb release, void *user);
void work_abandon(struct work *w);

/*
 * A thread of its own with a queue, for what must be done one after the other (a database). A task
 * is part of a struct of the caller's, which stays where it is until it is given back by one of:
 *   done     on the loop, after it ran; never inside worker_submit
 *   dropped  inside worker_destroy: it never ran, or did and was not told
 *   worker_withdraw giving true
 * `run` is called on the thread with all tasks that waited, in the order of submission. All other
 * calls are the loop's thread's.
 */
struct worker;
struct worker_task {
    struct worker_task *next;
};
struct worker_calls {
    void (*run)(void *user, struct worker_task *first);
    void (*done)(void *user, struct worker_task *task);
    void (*dropped)(void *user, struct worker_task *task);
};
/* `name` is a literal. */
struct worker *loop_worker_create(struct loop *loop, const char *name,
                                  const struct worker_calls *calls, void *user,
                                  struct error *err) ATTR_NODISCARD;
void worker_submit(struct worker *w, struct worker_task *task);
/* Takes a task back that has not begun; false where it has. */
bool worker_withdraw(struct worker *w, struct worker_task *task);
/* Submitted and neither told nor taken back. */
size_t worker_open(const struct worker *w);
/* Blocks until all that was submitted has run, at most so long; true where it has. For the end. */
bool worker_wait(struct worker *w, int64_t wait_ms);
/* What waits is dropped. What runs is waited for, at most so long; false where the thread is still
 * in it: then that, its tasks and `user` are left behind, and nobody may free them. */
bool worker_destroy(struct worker *w, int64_t wait_ms);

/* "1.44.2": of the libuv it runs with. */
const char *loop_library(void);

#endif
