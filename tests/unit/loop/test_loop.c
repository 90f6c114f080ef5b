/* Turns, deferred calls, timers, the watchdog, signals and descriptors. */
#include "loop/loop.h"

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "support/suite.h"

static struct loop *loop;

static void setup(void)
{
    struct error err = ERROR_INIT;
    loop = loop_create(NULL, &err);
    ck_assert_ptr_nonnull(loop);
}

static void teardown(void)
{
    loop_destroy(loop);
}

static void count(void *user)
{
    (*(unsigned *)user)++;
}

static void run_until(const unsigned *counter, unsigned wanted)
{
    for (int i = 0; i < 3000 && *counter < wanted; i++) {
        loop_step(loop, 10);
    }
    ck_assert_uint_eq(*counter, wanted);
}

START_TEST(empty_loop_has_nothing_to_do)
{
    ck_assert(!loop_step(loop, 0));
    loop_destroy(NULL);
}
END_TEST

START_TEST(deferred_call_runs_once_in_the_next_turn)
{
    unsigned calls = 0;
    loop_defer(loop, count, &calls);
    ck_assert_uint_eq(calls, 0);
    loop_step(loop, 0);
    ck_assert_uint_eq(calls, 1);
    loop_step(loop, 0);
    ck_assert_uint_eq(calls, 1);
}
END_TEST

static void take_time(void *user)
{
    struct clock clock = clock_real();
    struct mono began = clock_mono(&clock);
    (void)user;
    while (mono_ms_since(clock_mono(&clock), began) < 5) {
    }
}

static void defer_count(void *user)
{
    loop_defer(loop, count, user);
}

/* A wait that should not have been lasts this long: no stall of a busy machine does. */
#define WAITED_MS 20000

/* A timer that falls due while deferred calls run is run before the turn waits. What it defers does
 * not wait for something else to come. */
START_TEST(timer_before_the_wait_ends_it)
{
    unsigned calls = 0;
    unsigned waited = 0;
    struct loop_timer *t = loop_timer_create(loop, "early", defer_count, &calls);
    struct loop_timer *guard = loop_timer_create(loop, "guard", count, &waited);
    loop_timer_arm(guard, WAITED_MS);
    loop_timer_arm(t, 1);
    loop_defer(loop, take_time, NULL);
    loop_step(loop, 2 * WAITED_MS);
    ck_assert_uint_eq(waited, 0);
    loop_step(loop, 0);
    ck_assert_uint_eq(calls, 1);
    loop_timer_destroy(guard);
    loop_timer_destroy(t);
}
END_TEST

/* The shortest of limits is now and then over before the wait begins. */
START_TEST(limit_before_the_wait_ends_it)
{
    unsigned waited = 0;
    struct loop_timer *never = loop_timer_create(loop, "never", count, &waited);
    for (int i = 0; i < 500; i++) {
        loop_timer_arm(never, WAITED_MS);
        loop_step(loop, 1);
        ck_assert_uint_eq(waited, 0);
    }
    loop_timer_destroy(never);
}
END_TEST

START_TEST(deferred_call_is_cancelled)
{
    unsigned calls = 0;
    struct deferred *d = loop_defer(loop, count, &calls);
    loop_defer(loop, count, &calls);
    deferred_cancel(d);
    deferred_cancel(NULL);
    loop_step(loop, 0);
    ck_assert_uint_eq(calls, 1);
}
END_TEST

/* Calls that act on calls of the same batch, and on the next. */
struct chain {
    unsigned runs;
    struct deferred *victim;
    unsigned victims;
};

static void count_victim(void *user)
{
    ((struct chain *)user)->victims++;
}

static void again(void *user)
{
    struct chain *chain = user;
    chain->runs++;
    deferred_cancel(chain->victim);
    chain->victim = NULL;
    if (chain->runs < 3) {
        loop_defer(loop, again, chain);
    }
}

START_TEST(deferred_calls_take_turns)
{
    struct chain chain = {0};
    loop_defer(loop, again, &chain);
    chain.victim = loop_defer(loop, count_victim, &chain);
    for (unsigned turn = 1; turn <= 3; turn++) {
        ck_assert(loop_step(loop, 0) == (turn < 3));
        ck_assert_uint_eq(chain.runs, turn);
    }
    ck_assert_uint_eq(chain.victims, 0);
}
END_TEST

START_TEST(timer_is_never_early)
{
    unsigned fired = 0;
    struct loop_timer *t = loop_timer_create(loop, "test", count, &fired);
    for (int64_t delay_ms = 0; delay_ms < 8; delay_ms++) {
        struct clock clock = clock_real();
        struct mono began = clock_mono(&clock);
        fired = 0;
        loop_timer_arm(t, delay_ms);
        ck_assert(loop_timer_armed(t));
        run_until(&fired, 1);
        ck_assert_int_ge(clock_mono(&clock).ns - began.ns, delay_ms * 1000000);
        ck_assert(!loop_timer_armed(t));
    }
    loop_timer_destroy(t);
    loop_timer_destroy(NULL);
}
END_TEST

/* What its owner sees in the callback: the time has come, so that nobody arms it again. */
struct deadline {
    struct mono at;
    unsigned early;
    unsigned fired;
};

static void check_deadline(void *user)
{
    struct deadline *deadline = user;
    deadline->early += loop_mono(loop).ns < deadline->at.ns ? 1 : 0;
    deadline->fired++;
}

START_TEST(time_has_come_when_the_timer_says)
{
    struct deadline deadlines[20] = {0};
    struct loop_timer *timers[20];
    for (size_t i = 0; i < ARRAY_LEN(timers); i++) {
        timers[i] = loop_timer_create(loop, "test", check_deadline, &deadlines[i]);
        deadlines[i].at.ns = loop_mono(loop).ns + (int64_t)i * 1000000;
        loop_timer_arm(timers[i], (int64_t)i);
    }
    run_until(&deadlines[19].fired, 1);
    for (size_t i = 0; i < ARRAY_LEN(timers); i++) {
        ck_assert_uint_eq(deadlines[i].fired, 1);
        ck_assert_uint_eq(deadlines[i].early, 0);
        loop_timer_destroy(timers[i]);
    }
}
END_TEST

START_TEST(timer_moves_and_stops)
{
    unsigned fired = 0;
    struct loop_timer *t = loop_timer_create(loop, "test", count, &fired);
    loop_timer_arm(t, 1);
    loop_timer_arm(t, 1000000);
    loop_step(loop, 10);
    ck_assert_uint_eq(fired, 0);
    loop_timer_arm(t, 1);
    loop_timer_disarm(t);
    ck_assert(!loop_timer_armed(t));
    loop_step(loop, 10);
    ck_assert_uint_eq(fired, 0);
    loop_timer_arm(t, INT64_MAX);
    ck_assert(loop_timer_armed(t));
    loop_timer_arm(t, INT64_MIN);
    run_until(&fired, 1);
    loop_timer_destroy(t);
}
END_TEST

struct suicide {
    struct loop_timer *timer;
    unsigned fired;
};

static void destroy_self(void *user)
{
    struct suicide *suicide = user;
    suicide->fired++;
    loop_timer_destroy(suicide->timer);
}

START_TEST(timer_destroys_itself)
{
    struct suicide suicide = {0};
    suicide.timer = loop_timer_create(loop, "test", destroy_self, &suicide);
    loop_timer_arm(suicide.timer, 1);
    run_until(&suicide.fired, 1);
    ck_assert(!loop_step(loop, 0));
}
END_TEST

/* A timer that is armed with 0 again and again leaves room for everything else: it comes at most
 * twice a turn, since libuv runs timers before it waits and behind it. */
struct greedy {
    struct loop_timer *timer;
    unsigned fired;
};

static void arm_again(void *user)
{
    struct greedy *greedy = user;
    greedy->fired++;
    loop_timer_arm(greedy->timer, 0);
}

START_TEST(greedy_timer_does_not_keep_the_turn)
{
    struct greedy greedy = {0};
    greedy.timer = loop_timer_create(loop, "test", arm_again, &greedy);
    loop_timer_arm(greedy.timer, 0);
    for (int i = 0; i < 5; i++) {
        unsigned before = greedy.fired;
        loop_step(loop, 10);
        ck_assert_uint_le(greedy.fired, before + 2);
    }
    loop_timer_destroy(greedy.timer);
}
END_TEST

static void stop(void *user)
{
    (void)user;
    loop_stop(loop);
}

START_TEST(loop_runs_until_stopped)
{
    struct loop_timer *t = loop_timer_create(loop, "test", stop, NULL);
    loop_timer_arm(t, 5);
    loop_run(loop);
    ck_assert(!loop_timer_armed(t));
    loop_defer(loop, stop, NULL);
    loop_run(loop);
    loop_stop(loop);
    loop_run(loop);
    loop_timer_destroy(t);
}
END_TEST

/* One "now" for all callbacks of a turn, and it moves between turns. */
static struct mono seen[2];
static unsigned seen_count;

static void busy_look(void *user)
{
    (void)user;
    seen[seen_count++] = loop_mono(loop);
    struct clock clock = clock_real();
    struct mono began = clock_mono(&clock);
    while (clock_mono(&clock).ns - began.ns < 3000000) {
    }
}

START_TEST(turn_has_one_now)
{
    seen_count = 0;
    loop_defer(loop, busy_look, NULL);
    loop_defer(loop, busy_look, NULL);
    loop_step(loop, 0);
    ck_assert_uint_eq(seen_count, 2);
    ck_assert_int_eq(seen[0].ns, seen[1].ns);
    struct mono first = seen[0];
    seen_count = 0;
    loop_defer(loop, busy_look, NULL);
    loop_step(loop, 0);
    ck_assert_int_gt(seen[0].ns, first.ns);
}
END_TEST

static void dawdle(void *user)
{
    (void)user;
    struct clock clock = clock_real();
    struct mono began = clock_mono(&clock);
    while (clock_mono(&clock).ns - began.ns < (int64_t)(LOOP_SLOW_MS + 2) * 1000000) {
    }
}

START_TEST(slow_callback_is_logged_by_name)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    struct clock clock = clock_real();
    struct log *log = log_create(out, LOG_FORMAT_LOGFMT, LOG_LEVEL_INFO, &clock);
    struct error err = ERROR_INIT;
    struct loop *watched = loop_create(log, &err);
    struct loop_timer *t = loop_timer_create(watched, "dawdler", dawdle, NULL);
    loop_timer_arm(t, 1);
    for (int i = 0; i < 100 && loop_timer_armed(t); i++) {
        loop_step(watched, 10);
    }
    ck_assert_uint_eq(loop_slow_callbacks(watched), 1);
    loop_timer_destroy(t);
    loop_destroy(watched);
    log_destroy(log);
    fclose(out);
    ck_assert_ptr_nonnull(strstr(text, "slow-callback"));
    ck_assert_ptr_nonnull(strstr(text, "dawdler"));
    free(text);
}
END_TEST

#ifndef NDEBUG
/* A handle that nobody gave back is a bug that shows. */
START_TEST(forgotten_handle_aborts)
{
    struct error err = ERROR_INIT;
    struct loop *other = loop_create(NULL, &err);
    ck_assert_ptr_nonnull(loop_timer_create(other, "forgotten", stop, NULL));
    loop_destroy(other);
}
END_TEST
#endif

struct two {
    struct loop_fd *watches[2];
    unsigned calls;
    unsigned events;
};

static void on_fd(void *user, unsigned events)
{
    struct two *two = user;
    two->calls++;
    two->events = events;
}

START_TEST(descriptor_is_watched)
{
    int pipe_fds[2];
    struct error err = ERROR_INIT;
    struct two two = {0};
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pipe_fds), 0);
    struct loop_fd *w = loop_fd_create(loop, "test", pipe_fds[0], LOOP_READABLE, on_fd, &two, &err);
    ck_assert_ptr_nonnull(w);
    ck_assert_int_eq(fcntl(pipe_fds[0], F_GETFL) & O_NONBLOCK, 0);
    loop_step(loop, 2);
    ck_assert_uint_eq(two.calls, 0);
    ck_assert_int_eq(write(pipe_fds[1], "x", 1), 1);
    run_until(&two.calls, 1);
    ck_assert_uint_eq(two.events, LOOP_READABLE);
    loop_fd_set(w, LOOP_READABLE | LOOP_WRITABLE);
    run_until(&two.calls, 2);
    ck_assert_uint_eq(two.events, LOOP_READABLE | LOOP_WRITABLE);
    loop_fd_set(w, 0);
    loop_step(loop, 2);
    ck_assert_uint_eq(two.calls, 2);
    /* A closed other end is readable: the end of the stream. */
    close(pipe_fds[1]);
    loop_fd_set(w, LOOP_READABLE);
    run_until(&two.calls, 3);
    ck_assert((two.events & LOOP_READABLE) != 0);
    loop_fd_destroy(w);
    loop_fd_destroy(NULL);
    close(pipe_fds[0]);
}
END_TEST

/* A pipe nobody reads any more: an error, told as both events and again while it is there. */
START_TEST(broken_descriptor_is_told_as_both)
{
    int fds[2];
    struct error err = ERROR_INIT;
    struct two two = {0};
    ck_assert_int_eq(pipe(fds), 0);
    close(fds[0]);
    struct loop_fd *w = loop_fd_create(loop, "test", fds[1], LOOP_WRITABLE, on_fd, &two, &err);
    run_until(&two.calls, 2);
    ck_assert_uint_eq(two.events, LOOP_READABLE | LOOP_WRITABLE);
    loop_fd_destroy(w);
    close(fds[1]);
}
END_TEST

static void destroy_both(void *user, unsigned events)
{
    struct two *two = user;
    (void)events;
    two->calls++;
    loop_fd_destroy(two->watches[0]);
    loop_fd_destroy(two->watches[1]);
}

/* Both are ready in the same turn; the first destroys itself and the other. */
START_TEST(watch_destroys_itself_and_another)
{
    struct error err = ERROR_INIT;
    struct two two = {0};
    int fds[2][2];
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds[i]), 0);
        two.watches[i] =
            loop_fd_create(loop, "test", fds[i][0], LOOP_WRITABLE, destroy_both, &two, &err);
    }
    run_until(&two.calls, 1);
    loop_step(loop, 2);
    ck_assert_uint_eq(two.calls, 1);
    for (size_t i = 0; i < 2; i++) {
        close(fds[i][0]);
        close(fds[i][1]);
    }
}
END_TEST

START_TEST(what_cannot_be_watched_is_an_error)
{
    struct error err = ERROR_INIT;
    struct two two = {0};
    ck_assert_ptr_null(loop_fd_create(loop, "closed", 9999, LOOP_READABLE, on_fd, &two, &err));
    ck_assert_ptr_nonnull(strstr(error_text(&err), "descriptor 9999 (closed)"));
    error_release(&err);
    int fd = open("/proc/self/status", O_RDONLY);
    int plain = open("/etc/passwd", O_RDONLY);
    ck_assert_ptr_null(loop_fd_create(loop, "file", plain, LOOP_READABLE, on_fd, &two, &err));
    ck_assert_ptr_nonnull(strstr(error_text(&err), "(file)"));
    error_release(&err);
    close(fd);
    close(plain);
}
END_TEST

START_TEST(signal_comes_on_the_loop)
{
    struct error err = ERROR_INIT;
    unsigned calls = 0;
    struct loop_signal *s = loop_signal_create(loop, SIGUSR1, count, &calls, &err);
    ck_assert_ptr_nonnull(s);
    raise(SIGUSR1);
    ck_assert_uint_eq(calls, 0);
    run_until(&calls, 1);
    loop_signal_destroy(s);
    loop_signal_destroy(NULL);
    ck_assert_ptr_null(loop_signal_create(loop, SIGKILL, count, &calls, &err));
    ck_assert_ptr_nonnull(strstr(error_text(&err), "signal 9"));
    error_release(&err);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("loop");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, empty_loop_has_nothing_to_do);
    tcase_add_test(tc, deferred_call_runs_once_in_the_next_turn);
    tcase_add_test(tc, timer_before_the_wait_ends_it);
    tcase_add_test(tc, limit_before_the_wait_ends_it);
    tcase_add_test(tc, deferred_call_is_cancelled);
    tcase_add_test(tc, deferred_calls_take_turns);
    tcase_add_test(tc, timer_is_never_early);
    tcase_add_test(tc, time_has_come_when_the_timer_says);
    tcase_add_test(tc, timer_moves_and_stops);
    tcase_add_test(tc, timer_destroys_itself);
    tcase_add_test(tc, greedy_timer_does_not_keep_the_turn);
    tcase_add_test(tc, loop_runs_until_stopped);
    tcase_add_test(tc, turn_has_one_now);
    tcase_add_test(tc, slow_callback_is_logged_by_name);
#ifndef NDEBUG
    TCase *bugs = tcase_create("bugs");
    tcase_add_test_raise_signal(bugs, forgotten_handle_aborts, SIGABRT);
#endif
    TCase *watches = tcase_create("watches");
    tcase_add_checked_fixture(watches, setup, teardown);
    tcase_add_test(watches, descriptor_is_watched);
    tcase_add_test(watches, broken_descriptor_is_told_as_both);
    tcase_add_test(watches, watch_destroys_itself_and_another);
    tcase_add_test(watches, what_cannot_be_watched_is_an_error);
    tcase_add_test(watches, signal_comes_on_the_loop);
#ifndef NDEBUG
    return suite_run("loop/loop", tc, watches, bugs);
#else
    return suite_run("loop/loop", tc, watches);
#endif
}
