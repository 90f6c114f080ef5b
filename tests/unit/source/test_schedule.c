/* When a source is polled, how long it backs off, and what its health says: no loop, no clock. */
#include <math.h>
#include <string.h>

#include "source/health.h"
#include "source/poller.h"
#include "source/schedule.h"
#include "support/suite.h"

#define SECOND ((int64_t)1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)

static const struct backoff {
    int64_t interval_ms;
    unsigned failures;
    int64_t retry_after_ms;
    double jitter;
    int64_t expected_ms;
} backoffs[] = {
    {15 * SECOND, 0, 0, 0, 15 * SECOND},
    {15 * SECOND, 1, 0, 0, 15 * SECOND},
    {15 * SECOND, 1, 0, 0.99, 15 * SECOND}, /* the first retry is the next slot, always */
    {15 * SECOND, 2, 0, 0, 30 * SECOND},
    {15 * SECOND, 3, 0, 0, 60 * SECOND},
    {15 * SECOND, 4, 0, 0, 120 * SECOND},
    {15 * SECOND, 5, 0, 0, 120 * SECOND},
    {15 * SECOND, 4000000000u, 0, 0, 120 * SECOND},
    {1 * SECOND, 4, 0, 0, 8 * SECOND},
    {1 * SECOND, 100, 0, 0, 8 * SECOND},
    {60 * SECOND, 2, 0, 0, 120 * SECOND},
    {60 * SECOND, 9, 0, 0, 120 * SECOND},
    {5 * MINUTE, 1, 0, 0, 5 * MINUTE},
    {5 * MINUTE, 7, 0, 0.5, 5 * MINUTE}, /* never sooner than its interval */
    {15 * SECOND, 4, 0, 0.5, 105 * SECOND},
    {15 * SECOND, 1, 40 * SECOND, 0.5, 40 * SECOND},
    {15 * SECOND, 4, 40 * SECOND, 0, 120 * SECOND},
    {15 * SECOND, 1, 1000 * HOUR, 0, HOUR},
    {INT64_MAX / 4, 50, 0, 0.9, INT64_MAX / 4},
};

START_TEST(backs_off)
{
    const struct backoff *c = &backoffs[_i];
    ck_assert_int_eq(poller_backoff_ms(c->interval_ms, c->failures, c->retry_after_ms, c->jitter),
                     c->expected_ms);
}
END_TEST

static struct wall at(int64_t seconds)
{
    return (struct wall){seconds * SECOND};
}

static enum schedule_verdict tick(struct schedule *s, int64_t seconds)
{
    return schedule_tick(s, at(seconds), 0);
}

/* The first poll does not wait for a slot; the slot right behind it would measure only a moment. */
START_TEST(slot_right_behind_the_first_poll)
{
    struct schedule s;
    schedule_init(&s, 15 * SECOND);
    schedule_begin(&s, (struct wall){14500});
    schedule_end(&s, true, 0, 0);
    ck_assert_int_eq(tick(&s, 15), SCHEDULE_TOO_SOON);
    ck_assert_int_eq(tick(&s, 30), SCHEDULE_POLL);
    /* Far enough away. */
    schedule_init(&s, 15 * SECOND);
    schedule_begin(&s, (struct wall){13000});
    schedule_end(&s, true, 0, 0);
    ck_assert_int_eq(tick(&s, 15), SCHEDULE_POLL);
    /* Half an interval is enough, and a failed one is no reason to wait. */
    schedule_init(&s, SECOND);
    schedule_begin(&s, (struct wall){14500});
    schedule_end(&s, true, 0, 0);
    ck_assert_int_eq(tick(&s, 15), SCHEDULE_POLL);
    schedule_init(&s, 15 * SECOND);
    schedule_begin(&s, (struct wall){14500});
    schedule_end(&s, false, 0, 0);
    ck_assert_int_eq(tick(&s, 15), SCHEDULE_POLL);
    /* The clock was set back: it goes on. */
    schedule_init(&s, 15 * SECOND);
    schedule_begin(&s, (struct wall){14500});
    schedule_end(&s, true, 0, 0);
    ck_assert_int_eq(tick(&s, 0), SCHEDULE_POLL);
}
END_TEST

/* A step makes no wait longer or shorter, and no slot of the new time too soon. */
START_TEST(clock_is_set)
{
    static const int64_t steps[] = {-3600, -30, 30, 3600};
    int64_t step = steps[_i];
    struct schedule s;
    schedule_init(&s, 10 * SECOND);
    schedule_begin(&s, at(10000));
    schedule_end(&s, false, 0, 0);
    schedule_begin(&s, at(10010));
    schedule_follow_clock(&s, step * SECOND);
    schedule_end(&s, false, 0, 0);
    ck_assert_int_eq(tick(&s, 10020 + step), SCHEDULE_BACKS_OFF);
    ck_assert_int_eq(tick(&s, 10030 + step), SCHEDULE_POLL);
    schedule_begin(&s, at(10030 + step));
    schedule_end(&s, true, 0, 0);
    schedule_follow_clock(&s, -step * SECOND);
    ck_assert_int_eq(tick(&s, 10030), SCHEDULE_POLL);
}
END_TEST
START_TEST(slots_of_a_healthy_source)
{
    struct schedule s;
    schedule_init(&s, 10 * SECOND);
    for (int64_t t = 10; t < 100; t += 10) {
        ck_assert_int_eq(tick(&s, t), SCHEDULE_POLL);
        schedule_begin(&s, at(t));
        schedule_end(&s, true, 0, 0);
        ck_assert_int_eq(schedule_next(&s, at(t)).ms, (t + 10) * SECOND);
    }
    ck_assert_uint_eq(s.skipped, 0);
}
END_TEST

START_TEST(open_polls_are_not_overtaken)
{
    struct schedule s;
    schedule_init(&s, 10 * SECOND);
    schedule_begin(&s, at(10));
    ck_assert_int_eq(tick(&s, 20), SCHEDULE_STILL_OPEN);
    ck_assert_int_eq(schedule_tick(&s, at(50), 2), SCHEDULE_STILL_OPEN);
    ck_assert_uint_eq(s.skipped, 4);
    schedule_end(&s, true, 0, 0);
    ck_assert_int_eq(tick(&s, 60), SCHEDULE_POLL);
}
END_TEST

START_TEST(failures_pass_over_slots)
{
    /* The slots at which a source is tried that always fails, first at once, off the grid. */
    static const int64_t tried[] = {20, 40, 80, 160, 240, 320};
    struct schedule s;
    schedule_init(&s, 10 * SECOND);
    schedule_begin(&s, at(13));
    schedule_end(&s, false, 0, 0);
    size_t n = 0;
    for (int64_t t = 20; t <= 330; t += 10) {
        if (tick(&s, t) == SCHEDULE_POLL) {
            ck_assert_uint_lt(n, ARRAY_LEN(tried));
            ck_assert_int_eq(t, tried[n++]);
            schedule_begin(&s, at(t));
            schedule_end(&s, false, 0, 0);
            if (n < ARRAY_LEN(tried)) {
                ck_assert_int_eq(schedule_next(&s, at(t)).ms, tried[n] * SECOND);
            }
        }
    }
    ck_assert_uint_eq(n, ARRAY_LEN(tried));
    ck_assert_uint_eq(s.skipped, 0);
    /* One good poll, asked for by a person, ends it. */
    schedule_begin(&s, at(331));
    schedule_end(&s, true, 0, 0);
    ck_assert_int_eq(tick(&s, 340), SCHEDULE_POLL);
}
END_TEST

/* What rules look at is tried in every slot, unless it asks for more time itself. */
START_TEST(steady_source_is_tried_in_every_slot)
{
    struct schedule s;
    schedule_init(&s, 10 * SECOND);
    s.steady = true;
    for (int64_t t = 10; t <= 100; t += 10) {
        ck_assert_int_eq(tick(&s, t), SCHEDULE_POLL);
        schedule_begin(&s, at(t));
        schedule_end(&s, false, 0, 0.5);
        ck_assert_int_eq(schedule_next(&s, at(t)).ms, (t + 10) * SECOND);
    }
    schedule_begin(&s, at(110));
    schedule_end(&s, false, 30 * SECOND, 0.5);
    ck_assert_int_eq(tick(&s, 130), SCHEDULE_BACKS_OFF);
    ck_assert_int_eq(tick(&s, 140), SCHEDULE_POLL);
}
END_TEST

START_TEST(server_asks_to_wait)
{
    struct schedule s;
    schedule_init(&s, 10 * SECOND);
    schedule_begin(&s, at(15));
    schedule_end(&s, false, 30 * SECOND, 0.5);
    ck_assert_int_eq(tick(&s, 20), SCHEDULE_BACKS_OFF);
    ck_assert_int_eq(tick(&s, 40), SCHEDULE_BACKS_OFF);
    ck_assert_int_eq(schedule_next(&s, at(41)).ms, 50 * SECOND);
    ck_assert_int_eq(tick(&s, 50), SCHEDULE_POLL);
}
END_TEST

/* Somebody sets the clock back by a year while a source backs off. */
START_TEST(clock_set_back)
{
    struct schedule s;
    schedule_init(&s, 10 * SECOND);
    schedule_begin(&s, at(40000000));
    schedule_end(&s, false, 0, 0);
    schedule_begin(&s, at(40000010));
    schedule_end(&s, false, 0, 0);
    ck_assert_int_eq(tick(&s, 8000000), SCHEDULE_POLL);
}
END_TEST

#define NEVER (-1)

static const struct state_case {
    int64_t last_success_s;
    unsigned failures_in_a_row;
    const char *error;
    int64_t now_s;
    enum source_state expected;
} state_cases[] = {
    {NEVER, 0, "", 100, SOURCE_WAITING},    {NEVER, 1, "x", 100, SOURCE_DOWN},
    {100, 0, "", 100, SOURCE_UP},           {100, 0, "", 119, SOURCE_UP},
    {100, 0, "", 120, SOURCE_DOWN},         {100, 1, "x", 110, SOURCE_DEGRADED},
    {100, 0, "part", 105, SOURCE_DEGRADED}, {100, 2, "x", 119, SOURCE_DEGRADED},
    {100, 2, "x", 120, SOURCE_DOWN},        {100, 0, "", 50, SOURCE_UP},
};

START_TEST(states)
{
    const struct state_case *c = &state_cases[_i];
    struct source_health h = {.interval_ms = 10 * SECOND,
                              .failures_in_a_row = c->failures_in_a_row};
    h.last_success.ms = c->last_success_s == NEVER ? 0 : c->last_success_s * SECOND;
    strcpy(h.error, c->error);
    ck_assert_str_eq(source_state_name(source_health_state(&h, at(c->now_s))),
                     source_state_name(c->expected));
}
END_TEST

START_TEST(clock_skew)
{
    /* A Date of 100 s was true at any time from 100.000 to 100.999. */
    ck_assert_int_eq(source_clock_skew_ms(at(100), (struct wall){100000}), 0);
    ck_assert_int_eq(source_clock_skew_ms(at(100), (struct wall){100999}), 0);
    ck_assert_int_eq(source_clock_skew_ms(at(100), (struct wall){99000}), 1000);
    ck_assert_int_eq(source_clock_skew_ms(at(100), (struct wall){103000}), -2001);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("schedule");
    tcase_add_loop_test(tc, backs_off, 0, ARRAY_LEN(backoffs));
    tcase_add_test(tc, slot_right_behind_the_first_poll);
    tcase_add_loop_test(tc, clock_is_set, 0, 4);
    tcase_add_test(tc, slots_of_a_healthy_source);
    tcase_add_test(tc, open_polls_are_not_overtaken);
    tcase_add_test(tc, failures_pass_over_slots);
    tcase_add_test(tc, steady_source_is_tried_in_every_slot);
    tcase_add_test(tc, server_asks_to_wait);
    tcase_add_test(tc, clock_set_back);
    tcase_add_loop_test(tc, states, 0, ARRAY_LEN(state_cases));
    tcase_add_test(tc, clock_skew);
    return suite_run("source/schedule", tc);
}
