/* Ticks: aligned to the wall clock, together, through stalls and steps of the clock. */
#include <check.h>
#include <stdlib.h>

#include "loop/loop_internal.h"
#include "support/suite.h"

static const struct {
    int64_t now;
    int64_t interval;
    int64_t offset;
    int64_t next; /* waited for */
    bool due;
    int64_t slot;
    uint64_t missed;
    int64_t then; /* next afterwards */
} slots[] = {
    {1000, 1000, 0, 1000, true, 1000, 0, 2000},
    {1001, 1000, 0, 1000, true, 1000, 0, 2000},
    {999, 1000, 0, 1000, false, 0, 0, 1000},
    /* a stall: three slots passed over */
    {4500, 1000, 0, 1000, true, 4000, 3, 5000},
    /* an offset, also a negative one and one longer than the interval */
    {1250, 1000, 250, 1250, true, 1250, 0, 2250},
    {750, 1000, -250, 750, true, 750, 0, 1750},
    {3500, 1000, 2500, 3500, true, 3500, 0, 4500},
    /* the clock was set back by less than an interval: wait for the same slot */
    {14500, 15000, 0, 15000, false, 0, 0, 15000},
    {1, 15000, 0, 15000, false, 0, 0, 15000},
    /* set back by an hour: go on from there */
    {3600001, 15000, 0, 7200000, false, 3600000, 0, 3615000},
    /* before 1970 */
    {-500, 1000, 0, -1000, true, -1000, 0, 0},
    {-1500, 1000, 0, -1000, false, -2000, 0, -1000},
    /* set forward by an hour */
    {3600500, 1000, 0, 1000, true, 3600000, 3599, 3601000},
};

START_TEST(slots_are_counted)
{
    struct wall next = {.ms = slots[_i].next};
    struct wall slot;
    uint64_t missed;
    bool due = tick_due((struct wall){.ms = slots[_i].now}, slots[_i].interval, slots[_i].offset,
                        &next, &slot, &missed);
    ck_assert_int_eq(due, slots[_i].due);
    ck_assert_int_eq(next.ms, slots[_i].then);
    if (due) {
        ck_assert_int_eq(slot.ms, slots[_i].slot);
        ck_assert_uint_eq(missed, slots[_i].missed);
    }
}
END_TEST

/* Whatever the clock does: the next slot is ahead, by no more than an interval. */
START_TEST(ticks_never_cease)
{
    struct wall next = tick_first((struct wall){.ms = 0}, 1000, 300);
    int64_t now = 0;
    unsigned seed = 1;
    for (int i = 0; i < 10000; i++) {
        struct wall slot;
        uint64_t missed;
        seed = seed * 1103515245 + 12345;
        now += (int64_t)(seed >> 16 & 4095) - 1500;
        tick_due((struct wall){.ms = now}, 1000, 300, &next, &slot, &missed);
        ck_assert_int_gt(next.ms, now);
        ck_assert_int_le(next.ms - now, 1000);
        ck_assert_int_eq(((next.ms - 300) % 1000 + 1000) % 1000, 0);
    }
}
END_TEST

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

struct seen {
    unsigned ticks;
    struct wall slot;
    uint64_t missed;
    uint64_t wakeup;
    struct ticker *destroy[2];
    bool create;
    struct ticker *created;
};

static void on_tick(void *user, struct wall slot, uint64_t missed)
{
    struct seen *seen = user;
    seen->ticks++;
    seen->slot = slot;
    seen->missed += missed;
    seen->wakeup = loop_wakeups(loop);
    for (size_t i = 0; i < ARRAY_LEN(seen->destroy); i++) {
        loop_ticker_destroy(seen->destroy[i]);
        seen->destroy[i] = NULL;
    }
    if (seen->create) {
        seen->create = false;
        seen->created = loop_ticker_create(loop, "created", 10, 0, on_tick, seen);
    }
}

static void run_until(const struct seen *seen, unsigned ticks)
{
    for (int i = 0; i < 1000 && seen->ticks < ticks; i++) {
        loop_step(loop, 10);
    }
    ck_assert_uint_ge(seen->ticks, ticks);
}

START_TEST(ticks_are_aligned_and_never_early)
{
    struct seen seen = {0};
    struct ticker *t = loop_ticker_create(loop, "test", 20, 7, on_tick, &seen);
    for (unsigned i = 1; i <= 4; i++) {
        run_until(&seen, i);
        ck_assert_int_eq((seen.slot.ms - 7) % 20, 0);
        ck_assert_int_ge(loop_wall(loop).ms, seen.slot.ms);
    }
    loop_ticker_destroy(t);
    loop_ticker_destroy(NULL);
}
END_TEST

START_TEST(same_interval_wakes_once)
{
    struct seen seen[3] = {0};
    struct ticker *tickers[3];
    for (size_t i = 0; i < ARRAY_LEN(tickers); i++) {
        tickers[i] = loop_ticker_create(loop, "test", i == 2 ? 40 : 20, 0, on_tick, &seen[i]);
    }
    /* Those that were created on two sides of a slot begin with different ones. */
    while (seen[0].ticks == 0 || seen[1].ticks == 0 || seen[2].ticks == 0) {
        loop_step(loop, 1000);
    }
    unsigned ahead = seen[0].ticks - seen[1].ticks;
    for (unsigned round = seen[0].ticks + 1, end = round + 4; round < end; round++) {
        uint64_t before = loop_wakeups(loop);
        while (seen[0].ticks < round) {
            loop_step(loop, 1000);
        }
        /* One wake-up a tick: none early, none of its own for each ticker. (None at all where the
         * machine was so late that there was nothing left to wait for.) */
        ck_assert_uint_le(loop_wakeups(loop), before + 1);
        ck_assert_uint_eq(seen[1].ticks + ahead, round);
        ck_assert_int_eq(seen[0].slot.ms, seen[1].slot.ms);
        if (seen[0].slot.ms % 40 == 0) {
            ck_assert_int_eq(seen[2].slot.ms, seen[0].slot.ms);
            ck_assert_uint_eq(seen[2].wakeup, seen[0].wakeup);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(tickers); i++) {
        loop_ticker_destroy(tickers[i]);
    }
}
END_TEST

START_TEST(stall_is_counted)
{
    struct seen seen = {0};
    struct ticker *t = loop_ticker_create(loop, "test", 10, 0, on_tick, &seen);
    struct clock clock = clock_real();
    struct mono began = clock_mono(&clock);
    while (clock_mono(&clock).ns - began.ns < 55000000) {
    }
    run_until(&seen, 1);
    ck_assert_uint_ge(seen.missed, 3);
    ck_assert_uint_eq(seen.ticks, 1);
    loop_ticker_destroy(t);
}
END_TEST

START_TEST(tickers_come_and_go_inside_ticks)
{
    struct seen first = {0};
    struct seen second = {0};
    struct seen third = {0};
    struct ticker *a = loop_ticker_create(loop, "a", 10, 0, on_tick, &first);
    struct ticker *b = loop_ticker_create(loop, "b", 10, 0, on_tick, &second);
    struct ticker *c = loop_ticker_create(loop, "c", 10, 0, on_tick, &third);
    first.destroy[0] = a;
    first.destroy[1] = b;
    first.create = true;
    run_until(&third, 3);
    ck_assert_uint_eq(second.ticks, 0);
    ck_assert_uint_ge(first.ticks, 2);
    loop_ticker_destroy(first.created);
    loop_ticker_destroy(c);
    ck_assert(!loop_step(loop, 0));
}
END_TEST

/* The wall clock is set while a tick a minute ahead is waited for. Only the wall clock is ours
 * here; the monotonic one goes on as it does. */
static const struct {
    int64_t jump_ms;
    int64_t slot_ms;
    uint64_t missed;
} steps[] = {
    {3600000, 1000000000000 + 3600000, 59},
    {60000, 1000000000000 + 60000, 0},
};

START_TEST(forward_step_is_noticed)
{
    struct seen seen = {0};
    loop->clock = clock_manual((struct wall){.ms = 1000000000000 + 1});
    loop->clock.mono.ns = (int64_t)uv_hrtime();
    struct ticker *t = loop_ticker_create(loop, "test", 60000, 0, on_tick, &seen);
    loop_step(loop, 0);
    ck_assert_uint_eq(seen.ticks, 0);
    clock_jump(&loop->clock, steps[_i].jump_ms);
    run_until(&seen, 1);
    ck_assert_int_eq(seen.slot.ms, steps[_i].slot_ms - steps[_i].slot_ms % 60000);
    ck_assert_uint_eq(seen.missed, steps[_i].missed);
    loop_ticker_destroy(t);
}
END_TEST

START_TEST(backward_step_is_noticed)
{
    struct seen seen = {0};
    loop->clock = clock_manual((struct wall){.ms = 1000000000000 + 1});
    loop->clock.mono.ns = (int64_t)uv_hrtime();
    struct ticker *t = loop_ticker_create(loop, "test", 60000, 0, on_tick, &seen);
    /* Back to 1 ms before another slot, a long time ago. */
    clock_jump(&loop->clock, -3600000 - 41000);
    loop_step(loop, 0);
    clock_jump(&loop->clock, 60000);
    run_until(&seen, 1);
    ck_assert_int_lt(seen.slot.ms, 1000000000000 - 3500000);
    loop_ticker_destroy(t);
}
END_TEST

struct steps_seen {
    unsigned count;
    int64_t sum_ms;
    unsigned ticks; /* at the last step */
    const struct seen *seen;
};

static void on_step(void *user, int64_t step_ms)
{
    struct steps_seen *s = user;
    s->count++;
    s->sum_ms += step_ms;
    s->ticks = s->seen->ticks;
}

/* Told once a step, before the ticks of the new time; what is less than asked for adds up. */
START_TEST(steps_are_told)
{
    struct seen seen = {0};
    struct steps_seen s = {.seen = &seen};
    loop->clock = clock_manual((struct wall){.ms = 1000000000000 + 1});
    loop->clock.mono.ns = (int64_t)uv_hrtime();
    struct ticker *t = loop_ticker_create(loop, "test", 60000, 0, on_tick, &seen);
    struct clock_watch *w = loop_watch_clock(loop, 2000, on_step, &s);
    loop_step(loop, 0);
    clock_jump(&loop->clock, 1500);
    loop_step(loop, 0);
    ck_assert_uint_eq(s.count, 0);
    clock_advance(&loop->clock, 10000); /* time that passes is no step */
    loop_step(loop, 0);
    ck_assert_uint_eq(s.count, 0);
    clock_jump(&loop->clock, 3600000);
    run_until(&seen, 1);
    ck_assert_uint_eq(s.count, 1);
    ck_assert_int_eq(s.sum_ms, 3601500);
    ck_assert_uint_eq(s.ticks, 0);
    clock_jump(&loop->clock, -3600000);
    loop_step(loop, 0);
    loop_step(loop, 0);
    ck_assert_uint_eq(s.count, 2);
    ck_assert_int_eq(s.sum_ms, 1500);
    clock_watch_destroy(w);
    clock_watch_destroy(NULL);
    clock_jump(&loop->clock, 3600000);
    loop_step(loop, 0);
    ck_assert_uint_eq(s.count, 2);
    loop_ticker_destroy(t);
}
END_TEST

int main(void)
{
    TCase *pure = tcase_create("slots");
    tcase_add_loop_test(pure, slots_are_counted, 0, ARRAY_LEN(slots));
    tcase_add_test(pure, ticks_never_cease);
    TCase *tc = tcase_create("ticker");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, ticks_are_aligned_and_never_early);
    tcase_add_test(tc, same_interval_wakes_once);
    tcase_add_test(tc, stall_is_counted);
    tcase_add_test(tc, tickers_come_and_go_inside_ticks);
    tcase_add_loop_test(tc, forward_step_is_noticed, 0, ARRAY_LEN(steps));
    tcase_add_test(tc, backward_step_is_noticed);
    tcase_add_test(tc, steps_are_told);
    return suite_run("loop/ticker", pure, tc);
}
