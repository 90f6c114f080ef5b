/* Work on threads: once, on the loop afterwards, or left behind without a trace. */
#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"
#include "loop/loop.h"
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

struct job {
    pthread_t loop_thread;
    pthread_mutex_t gate;
    atomic_bool begun;
    atomic_uint worked;
    atomic_bool elsewhere;
    unsigned done;
    unsigned released;
};

static void job_init(struct job *job)
{
    *job = (struct job){.loop_thread = pthread_self()};
    pthread_mutex_init(&job->gate, NULL);
}

static void work(void *user)
{
    struct job *job = user;
    atomic_store(&job->begun, true);
    pthread_mutex_lock(&job->gate);
    pthread_mutex_unlock(&job->gate);
    atomic_store(&job->elsewhere, pthread_equal(pthread_self(), job->loop_thread) == 0);
    atomic_fetch_add(&job->worked, 1);
}

static void done(void *user)
{
    struct job *job = user;
    ck_assert(pthread_equal(pthread_self(), job->loop_thread));
    job->done++;
}

static void release(void *user)
{
    struct job *job = user;
    ck_assert(pthread_equal(pthread_self(), job->loop_thread));
    job->released++;
}

static void run_until(const unsigned *counter, unsigned wanted)
{
    for (int i = 0; i < 3000 && *counter < wanted; i++) {
        loop_step(loop, 10);
    }
    ck_assert_uint_eq(*counter, wanted);
}

START_TEST(work_is_done_elsewhere_and_told_here)
{
    struct job job;
    job_init(&job);
    loop_work(loop, work, done, release, &job);
    ck_assert_uint_eq(job.done, 0);
    run_until(&job.done, 1);
    ck_assert_uint_eq(atomic_load(&job.worked), 1);
    ck_assert(atomic_load(&job.elsewhere));
    ck_assert_uint_eq(job.released, 0);
}
END_TEST

/* While it runs: it goes on to its end, and is released then and not before. */
START_TEST(running_work_is_abandoned)
{
    struct job job;
    job_init(&job);
    pthread_mutex_lock(&job.gate);
    struct work *w = loop_work(loop, work, done, release, &job);
    while (!atomic_load(&job.begun)) {
        loop_step(loop, 5);
    }
    work_abandon(w);
    work_abandon(NULL);
    loop_step(loop, 5);
    pthread_mutex_unlock(&job.gate);
    run_until(&job.released, 1);
    ck_assert_uint_eq(job.done, 0);
}
END_TEST

/* Behind four jobs that hold libuv's four threads: it never begins. */
START_TEST(queued_work_is_abandoned)
{
    struct job jobs[5];
    struct work *last = NULL;
    for (size_t i = 0; i < ARRAY_LEN(jobs); i++) {
        job_init(&jobs[i]);
        if (i < 4) {
            pthread_mutex_lock(&jobs[i].gate);
        }
        last = loop_work(loop, work, done, release, &jobs[i]);
    }
    work_abandon(last);
    run_until(&jobs[4].released, 1);
    ck_assert_uint_eq(atomic_load(&jobs[4].worked), 0);
    for (size_t i = 0; i < 4; i++) {
        pthread_mutex_unlock(&jobs[i].gate);
        run_until(&jobs[i].done, 1);
    }
}
END_TEST

static void free_it(void *user)
{
    free(user);
}

static void do_nothing(void *user)
{
    (void)user;
}

/* The loop's end waits for it, so that nothing is lost (the sanitizers look). */
START_TEST(loop_ends_with_abandoned_work)
{
    for (int i = 0; i < 10; i++) {
        work_abandon(loop_work(loop, do_nothing, do_nothing, free_it, mem_alloc(100)));
    }
}
END_TEST

int main(void)
{
    /* What the tests count on; libuv's default. */
    setenv("UV_THREADPOOL_SIZE", "4", 1);
    TCase *tc = tcase_create("work");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, work_is_done_elsewhere_and_told_here);
    tcase_add_test(tc, running_work_is_abandoned);
    tcase_add_test(tc, queued_work_is_abandoned);
    tcase_add_test(tc, loop_ends_with_abandoned_work);
    return suite_run("loop/work", tc);
}
