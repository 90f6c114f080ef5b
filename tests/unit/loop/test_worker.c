/* A thread with a queue: in order, told once, taken back, dropped at the end. */
#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"
#include "loop/loop.h"
#include "support/suite.h"

#define NUMBERS 50

struct number {
    struct worker_task task;
    unsigned n;
};

static struct loop *loop;
static struct worker *worker;
static struct worker *left;
static struct {
    pthread_mutex_t gate;
    atomic_uint calls;
    atomic_uint ran;
    atomic_bool disorder;
    atomic_bool on_loop;
    pthread_t loop_thread;
    unsigned told;
    unsigned dropped;
    bool destroy_when_told;
} seen;

static void run(void *user, struct worker_task *first)
{
    (void)user;
    atomic_fetch_add(&seen.calls, 1);
    pthread_mutex_lock(&seen.gate);
    pthread_mutex_unlock(&seen.gate);
    if (pthread_equal(pthread_self(), seen.loop_thread) != 0) {
        atomic_store(&seen.on_loop, true);
    }
    for (struct worker_task *t = first; t != NULL; t = t->next) {
        struct number *number = CONTAINER_OF(t, struct number, task);
        if (number->n != atomic_fetch_add(&seen.ran, 1)) {
            atomic_store(&seen.disorder, true);
        }
    }
}

static void done(void *user, struct worker_task *task)
{
    struct number *number = CONTAINER_OF(task, struct number, task);
    (void)user;
    ck_assert(pthread_equal(pthread_self(), seen.loop_thread) != 0);
    ck_assert_uint_eq(number->n, seen.told);
    seen.told++;
    free(number);
    if (seen.destroy_when_told) {
        seen.destroy_when_told = false;
        ck_assert(worker_destroy(worker, 10000));
        worker = NULL;
    }
}

static void dropped(void *user, struct worker_task *task)
{
    (void)user;
    seen.dropped++;
    free(CONTAINER_OF(task, struct number, task));
}

static void setup(void)
{
    static const struct worker_calls calls = {.run = run, .done = done, .dropped = dropped};
    struct error err = ERROR_INIT;
    memset(&seen, 0, sizeof(seen));
    pthread_mutex_init(&seen.gate, NULL);
    seen.loop_thread = pthread_self();
    loop = loop_create(NULL, &err);
    ck_assert_ptr_nonnull(loop);
    worker = loop_worker_create(loop, "test", &calls, NULL, &err);
    ck_assert_ptr_nonnull(worker);
}

static void teardown(void)
{
    if (worker != NULL) {
        ck_assert(worker_destroy(worker, 10000));
    }
    loop_destroy(loop);
}

static struct number *submit(unsigned n)
{
    struct number *number = mem_zalloc(1, sizeof(*number));
    number->n = n;
    worker_submit(worker, &number->task);
    return number;
}

static void run_until_told(unsigned wanted)
{
    for (int i = 0; i < 3000 && seen.told < wanted; i++) {
        loop_step(loop, 10);
    }
    ck_assert_uint_eq(seen.told, wanted);
}

START_TEST(in_order_and_told_once)
{
    for (unsigned n = 0; n < NUMBERS; n++) {
        submit(n);
        ck_assert_uint_eq(seen.told, 0);
    }
    ck_assert_uint_eq(worker_open(worker), NUMBERS);
    run_until_told(NUMBERS);
    ck_assert_uint_eq(worker_open(worker), 0);
    ck_assert(!atomic_load(&seen.disorder));
    ck_assert(!atomic_load(&seen.on_loop));
}
END_TEST

/* What waits while the thread is busy is handed over in one piece. */
START_TEST(what_waits_comes_together)
{
    pthread_mutex_lock(&seen.gate);
    submit(0);
    while (atomic_load(&seen.calls) == 0) {
        loop_step(loop, 1);
    }
    for (unsigned n = 1; n < NUMBERS; n++) {
        submit(n);
    }
    pthread_mutex_unlock(&seen.gate);
    run_until_told(NUMBERS);
    ck_assert_uint_eq(atomic_load(&seen.calls), 2);
}
END_TEST

START_TEST(taken_back_before_it_began)
{
    pthread_mutex_lock(&seen.gate);
    struct number *first = submit(0);
    while (atomic_load(&seen.calls) == 0) {
        loop_step(loop, 1);
    }
    struct number *second = submit(1);
    struct number *third = submit(1);
    ck_assert(!worker_withdraw(worker, &first->task));
    ck_assert(worker_withdraw(worker, &second->task));
    ck_assert(!worker_withdraw(worker, &second->task));
    free(second);
    (void)third;
    pthread_mutex_unlock(&seen.gate);
    run_until_told(2);
    ck_assert_uint_eq(worker_open(worker), 0);
}
END_TEST

/* What was not told is dropped, whether it ran or not. */
START_TEST(dropped_at_the_end)
{
    submit(0);
    submit(1);
    ck_assert(worker_wait(worker, 10000));
    submit(2);
    ck_assert(worker_destroy(worker, 10000));
    worker = NULL;
    ck_assert_uint_eq(seen.told, 0);
    ck_assert_uint_eq(seen.dropped, 3);
    ck_assert_uint_ge(atomic_load(&seen.ran), 2);
}
END_TEST

START_TEST(destroyed_when_told)
{
    seen.destroy_when_told = true;
    for (unsigned n = 0; n < NUMBERS; n++) {
        submit(n);
    }
    for (int i = 0; i < 3000 && worker != NULL; i++) {
        loop_step(loop, 10);
    }
    ck_assert_ptr_null(worker);
    ck_assert_uint_eq(seen.told + seen.dropped, NUMBERS);
}
END_TEST

/* The thread hangs: it is left behind, and does no harm when it wakes. */
START_TEST(left_behind)
{
    pthread_mutex_lock(&seen.gate);
    submit(0);
    while (atomic_load(&seen.calls) == 0) {
        loop_step(loop, 1);
    }
    submit(1);
    ck_assert(!worker_wait(worker, 30));
    ck_assert(!worker_destroy(worker, 30));
    left = worker; /* what is left behind is not lost: the sanitizers look */
    worker = NULL;
    ck_assert_uint_eq(seen.dropped, 1);
    loop_step(loop, 1);
    pthread_mutex_unlock(&seen.gate);
    while (atomic_load(&seen.ran) == 0) {
        loop_step(loop, 1);
    }
    ck_assert_uint_eq(seen.told, 0);
    ck_assert_ptr_nonnull(left);
}
END_TEST

/* One that has nothing to do does not keep the loop going. */
START_TEST(idle_is_not_active)
{
    ck_assert(!loop_step(loop, 0));
    submit(0);
    ck_assert(loop_step(loop, 0) || seen.told == 1);
    run_until_told(1);
    ck_assert(!loop_step(loop, 0));
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("worker");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, in_order_and_told_once);
    tcase_add_test(tc, what_waits_comes_together);
    tcase_add_test(tc, taken_back_before_it_began);
    tcase_add_test(tc, dropped_at_the_end);
    tcase_add_test(tc, destroyed_when_told);
    tcase_add_test(tc, left_behind);
    tcase_add_test(tc, idle_is_not_active);
    return suite_run("loop/worker", tc);
}
