/* The poller over a source that does as it is told. What depends on time is test_schedule.c's; here
 * are the turns of the loop. */
#include <math.h>
#include <string.h>

#include "source/poller.h"
#include "support/suite.h"

/* No tick comes while a test runs: the next one is in 2029. */
#define YEARS_MS ((int64_t)3650 * 24 * 3600 * 1000)

struct fake {
    struct source base;
    poll_done_cb done; /* of the open poll; NULL: none is open */
    void *user;
    struct wall slot;
    int64_t deadline_ms;
    unsigned polls, cancels, stale, reports, destroyed;
    bool up;
    double duration;
    uint64_t reported_samples;
    struct wall stale_at;
};

/* What outlives the fakes. */
static unsigned destroyed;
static unsigned done_calls;
static struct polled *done_last;
static bool remove_when_done;
static bool destroy_when_done;

static struct loop *loop;
static struct poller *poller;
static struct source_config config;

static void fake_poll(struct source *source, struct wall slot, int64_t deadline_ms,
                      poll_done_cb done, void *user)
{
    struct fake *f = (struct fake *)source;
    ck_assert_msg(f->done == NULL, "a poll while one is open");
    f->polls++;
    f->done = done;
    f->user = user;
    f->slot = slot;
    f->deadline_ms = deadline_ms;
}

static void fake_cancel(struct source *source)
{
    struct fake *f = (struct fake *)source;
    f->cancels++;
    f->done = NULL;
}

static void fake_mark_stale(struct source *source, struct wall t)
{
    struct fake *f = (struct fake *)source;
    f->stale++;
    f->stale_at = t;
}

static void fake_report(struct source *source, struct wall slot, bool up, double duration,
                        const struct poll_result *result)
{
    struct fake *f = (struct fake *)source;
    ck_assert_int_eq(slot.ms, f->slot.ms);
    ck_assert_msg((result != NULL) == up, "a result where it is up, and only there");
    f->reports++;
    f->up = up;
    f->duration = duration;
    f->reported_samples = result != NULL ? result->samples : 0;
}

static void fake_endpoint(const struct source *source, struct strbuf *out)
{
    (void)source;
    strbuf_add_c(out, "http://fake/");
}

static void fake_destroy(struct source *source)
{
    destroyed++;
    free(source);
}

static const struct source_ops fake_ops = {
    .kind = "fake",
    .poll = fake_poll,
    .cancel = fake_cancel,
    .mark_stale = fake_mark_stale,
    .report = fake_report,
    .endpoint = fake_endpoint,
    .destroy = fake_destroy,
};

static struct fake *fake_create(void)
{
    struct fake *f = mem_zalloc(1, sizeof(*f));
    f->base.ops = &fake_ops;
    f->base.config = &config;
    return f;
}

static void on_done(void *user, struct polled *p)
{
    (void)user;
    done_calls++;
    done_last = p;
    if (remove_when_done) {
        poller_remove(poller, p);
    }
    if (destroy_when_done) {
        poller_destroy(poller);
        poller = NULL;
    }
}

static char name[] = "edge";

static void setup(void)
{
    struct error err = ERROR_INIT;
    destroyed = done_calls = 0;
    remove_when_done = destroy_when_done = false;
    config = (struct source_config){
        .name = name, .ops = &fake_ops, .interval_ms = YEARS_MS, .timeout_ms = 10000};
    loop = loop_create(NULL, &err);
    ck_assert_ptr_nonnull(loop);
    poller = poller_create(loop, NULL, on_done, NULL);
}

static void teardown(void)
{
    poller_destroy(poller);
    loop_destroy(loop);
}

static void succeed(struct fake *f, const struct poll_result *result)
{
    poll_done_cb done = f->done;
    f->done = NULL;
    done(f->user, result, NULL);
}

static void refuse(struct fake *f, enum error_kind kind, const char *text, const char *suggestion)
{
    struct error err = ERROR_INIT;
    poll_done_cb done = f->done;
    error_set(&err, kind, "%s", text);
    if (suggestion != NULL) {
        error_suggest(&err, "%s", suggestion);
    }
    f->done = NULL;
    done(f->user, NULL, &err);
    error_release(&err);
}

static struct source_health health_of(const struct polled *p)
{
    struct source_health h;
    polled_health(p, loop_wall(loop), &h);
    return h;
}

START_TEST(first_poll_comes_in_the_next_turn)
{
    struct fake *f = fake_create();
    struct polled *p = poller_add(poller, &f->base);
    ck_assert_uint_eq(f->polls, 0);
    ck_assert_int_eq(health_of(p).state, SOURCE_WAITING);
    struct wall before = loop_wall(loop);
    loop_step(loop, 0);
    ck_assert_uint_eq(f->polls, 1);
    ck_assert_int_eq(f->deadline_ms, 10000);
    /* The turn's time: asking outside of it may read the clock again. */
    ck_assert_int_ge(f->slot.ms, before.ms);
    ck_assert_int_le(f->slot.ms, loop_wall(loop).ms);
    ck_assert_int_eq(health_of(p).state, SOURCE_WAITING);
    succeed(f, &(struct poll_result){.samples = 7, .bytes = 99});
    struct source_health h = health_of(p);
    ck_assert_uint_eq(done_calls, 1);
    ck_assert_ptr_eq(done_last, p);
    ck_assert_int_eq(h.state, SOURCE_UP);
    ck_assert_str_eq(h.name, "edge");
    ck_assert_str_eq(h.kind, "fake");
    ck_assert_str_eq(h.endpoint, "http://fake/");
    ck_assert_uint_eq(h.samples, 7);
    ck_assert_uint_eq(h.bytes, 99);
    ck_assert_uint_eq(h.attempts, 1);
    ck_assert_uint_eq(h.failures, 0);
    ck_assert_str_eq(h.error, "");
    ck_assert(!isnan(h.latency_ms[SOURCE_HEALTH_LATENCIES - 1]));
    ck_assert(isnan(h.latency_ms[SOURCE_HEALTH_LATENCIES - 2]));
    ck_assert_int_gt(h.next_attempt.ms, loop_wall(loop).ms);
    ck_assert_int_eq(h.next_attempt.ms % YEARS_MS, 0);
    ck_assert_uint_eq(f->reports, 1);
    ck_assert(f->up);
    ck_assert_uint_eq(f->reported_samples, 7);
    ck_assert_uint_eq(f->stale, 0);
}
END_TEST

START_TEST(failure_marks_and_recovery_clears)
{
    struct fake *f = fake_create();
    struct polled *p = poller_add(poller, &f->base);
    loop_step(loop, 0);
    refuse(f, ERROR_REFUSED, "nothing listens at 'h:1'", "is it running?");
    struct source_health h = health_of(p);
    ck_assert_int_eq(h.state, SOURCE_DOWN);
    ck_assert_int_eq(h.error_kind, ERROR_REFUSED);
    ck_assert_str_eq(h.error, "nothing listens at 'h:1'; is it running?");
    ck_assert_int_ne(h.down_since.ms, 0);
    ck_assert_uint_eq(h.failures_in_a_row, 1);
    ck_assert(isnan(h.latency_ms[SOURCE_HEALTH_LATENCIES - 1]));
    ck_assert_uint_eq(f->stale, 1);
    ck_assert_int_eq(f->stale_at.ms, f->slot.ms);
    ck_assert(!f->up);
    poller_poll_now(poller, p);
    ck_assert_uint_eq(f->polls, 2);
    poller_poll_now(poller, p);
    ck_assert_uint_eq(f->polls, 2);
    succeed(f, &(struct poll_result){.samples = 1, .partial = "one file could not be read"});
    h = health_of(p);
    ck_assert_int_eq(h.state, SOURCE_DEGRADED);
    ck_assert_int_eq(h.error_kind, ERROR_NONE);
    ck_assert_str_eq(h.error, "one file could not be read");
    ck_assert_uint_eq(h.failures, 1);
    ck_assert_uint_eq(h.failures_in_a_row, 0);
    ck_assert_int_eq(h.down_since.ms, 0);
    poller_poll_now(poller, p);
    succeed(f, &(struct poll_result){.server_time = {loop_wall(loop).ms + 5000}});
    h = health_of(p);
    ck_assert_int_eq(h.state, SOURCE_UP);
    ck_assert(h.has_clock_skew);
    ck_assert_int_eq(h.clock_skew_ms, 5000);
    ck_assert_uint_eq(done_calls, 3);
}
END_TEST

START_TEST(long_texts_are_cut_with_a_mark)
{
    char text[600];
    char long_name[200];
    for (size_t i = 0; i + 2 < sizeof(text); i += 2) {
        memcpy(text + i, "\xc3\xa9", 3);
    }
    memset(long_name, 'n', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';
    config.name = long_name;
    struct fake *f = fake_create();
    struct polled *p = poller_add(poller, &f->base);
    loop_step(loop, 0);
    refuse(f, ERROR_IO, text, NULL);
    struct source_health h = health_of(p);
    ck_assert_uint_le(strlen(h.error), sizeof(h.error) - 1);
    ck_assert_uint_gt(strlen(h.error), 240);
    ck_assert_str_eq(h.error + strlen(h.error) - 5, "\xc3\xa9…");
    ck_assert_uint_eq(strlen(h.name), 63);
    ck_assert_str_eq(h.name + 60, "…");
    config.name = name;
}
END_TEST

START_TEST(silent_source_is_cut_off)
{
    config.timeout_ms = 1;
    struct fake *f = fake_create();
    struct polled *p = poller_add(poller, &f->base);
    /* The poller leaves the source a moment to say more itself. */
    for (int i = 0; i < 600 && done_calls == 0; i++) {
        loop_step(loop, 50);
    }
    ck_assert_uint_eq(done_calls, 1);
    ck_assert_uint_eq(f->cancels, 1);
    struct source_health h = health_of(p);
    ck_assert_int_eq(h.error_kind, ERROR_TIMEOUT);
    ck_assert_str_eq(h.error, "no answer within 1ms");
    ck_assert_uint_eq(f->stale, 1);
    ck_assert(!f->up);
    ck_assert(f->duration >= 0.001);
}
END_TEST

START_TEST(ticks_are_shared_and_never_overlap)
{
    config.interval_ms = 5;
    config.timeout_ms = 60000;
    struct fake *quick = fake_create();
    struct fake *slow = fake_create();
    poller_add(poller, &quick->base);
    struct polled *p = poller_add(poller, &slow->base);
    ck_assert_uint_eq(poller_count(poller), 2);
    ck_assert_ptr_eq(polled_source(poller_at(poller, 1)), &slow->base);
    int64_t last_ms = 0;
    for (int i = 0; i < 1000 && quick->polls < 4; i++) {
        loop_step(loop, 100);
        if (quick->done != NULL) {
            ck_assert_int_gt(quick->slot.ms, last_ms);
            ck_assert_msg(quick->polls == 1 || quick->slot.ms % 5 == 0, "not at a tick");
            last_ms = quick->slot.ms;
            succeed(quick, &(struct poll_result){0});
        }
    }
    ck_assert_uint_ge(quick->polls, 4);
    ck_assert_uint_eq(slow->polls, 1);
    ck_assert_uint_ge(health_of(p).skipped, 2);
    ck_assert_uint_eq(health_of(p).attempts, 1);
}
END_TEST

START_TEST(removal_cancels_and_marks)
{
    struct fake *f = fake_create();
    struct polled *waiting = poller_add(poller, &fake_create()->base);
    poller_remove(poller, waiting); /* before its first poll */
    ck_assert_uint_eq(destroyed, 1);
    struct polled *p = poller_add(poller, &f->base);
    loop_step(loop, 0);
    ck_assert(f->done != NULL);
    poller_remove(poller, p);
    ck_assert_uint_eq(destroyed, 2);
    ck_assert_uint_eq(poller_count(poller), 0);
    ck_assert_uint_eq(done_calls, 0);
    loop_step(loop, 0);
}
END_TEST

START_TEST(removal_inside_the_callback)
{
    struct fake *f = fake_create();
    poller_add(poller, &f->base);
    poller_add(poller, &fake_create()->base);
    loop_step(loop, 0);
    remove_when_done = _i == 0;
    destroy_when_done = _i == 1;
    succeed(f, &(struct poll_result){0});
    ck_assert_uint_eq(destroyed, _i == 0 ? 1 : 2);
    if (_i == 0) {
        ck_assert_uint_eq(poller_count(poller), 1);
    }
}
END_TEST

/* The same, where the poller itself ends the poll. */
START_TEST(removal_inside_the_deadline)
{
    config.timeout_ms = 1;
    poller_add(poller, &fake_create()->base);
    destroy_when_done = true;
    for (int i = 0; i < 600 && done_calls == 0; i++) {
        loop_step(loop, 50);
    }
    ck_assert_uint_eq(destroyed, 1);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("poller");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, first_poll_comes_in_the_next_turn);
    tcase_add_test(tc, failure_marks_and_recovery_clears);
    tcase_add_test(tc, long_texts_are_cut_with_a_mark);
    tcase_add_test(tc, silent_source_is_cut_off);
    tcase_add_test(tc, ticks_are_shared_and_never_overlap);
    tcase_add_test(tc, removal_cancels_and_marks);
    tcase_add_loop_test(tc, removal_inside_the_callback, 0, 2);
    tcase_add_test(tc, removal_inside_the_deadline);
    return suite_run("source/poller", tc);
}
