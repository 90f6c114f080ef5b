/* Work on a stack of its own: giving way, going deep, and being told to stop. */
#include "base/coroutine.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "support/suite.h"

#define SMALL_STACK ((size_t)256 * 1024)

static struct coroutine *make(size_t stack_bytes)
{
    struct error err = ERROR_INIT;
    struct coroutine *co = coroutine_create(stack_bytes, &err);
    ck_assert_msg(co != NULL, "%s", error_text(&err));
    return co;
}

struct count {
    unsigned to;
    unsigned now;
    bool stopped;
    bool ended;
};

static void count_body(struct coroutine *co, void *user)
{
    struct count *c = user;
    while (c->now < c->to && !c->stopped) {
        c->now++;
        c->stopped = !coroutine_give_way(co);
    }
    c->ended = true;
}

START_TEST(runs_in_pieces)
{
    struct coroutine *co = make(SMALL_STACK);
    struct count c = {.to = 100000};
    ck_assert(!coroutine_active(co));
    coroutine_start(co, count_body, &c);
    ck_assert(coroutine_active(co));
    ck_assert_uint_eq(c.now, 0);
    unsigned resumed = 0;
    while (coroutine_resume(co)) {
        resumed++;
        ck_assert_uint_eq(c.now, resumed);
    }
    ck_assert_uint_eq(resumed, 100000);
    ck_assert(c.ended && !c.stopped);
    ck_assert(!coroutine_active(co));
    coroutine_destroy(co);
}
END_TEST

START_TEST(one_stack_serves_many)
{
    struct coroutine *co = make(SMALL_STACK);
    for (unsigned i = 0; i < 2000; i++) {
        struct count c = {.to = i % 5};
        coroutine_start(co, count_body, &c);
        while (coroutine_resume(co)) {
        }
        ck_assert_uint_eq(c.now, i % 5);
        ck_assert(c.ended);
    }
    coroutine_destroy(co);
}
END_TEST

/* Sums 1..depth by recursion, giving way at the bottom and on the way. */
struct dive {
    unsigned depth;
    unsigned gave_way;
    unsigned sum;
};

static unsigned sum_to(struct coroutine *co, struct dive *d, unsigned n)
{
    volatile char frame[400]; /* what a walk over a tree keeps at each level */
    memset((char *)(uintptr_t)frame, (int)(n & 0x7f), sizeof(frame));
    if (n % 1000 == 0) {
        d->gave_way++;
        coroutine_give_way(co);
    }
    unsigned rest = n > 0 ? sum_to(co, d, n - 1) : 0;
    ck_assert_int_eq(frame[n % sizeof(frame)], (char)(n & 0x7f));
    return rest + n;
}

static void dive_body(struct coroutine *co, void *user)
{
    struct dive *d = user;
    d->sum = sum_to(co, d, d->depth);
}

START_TEST(goes_deep)
{
    struct coroutine *co = make(COROUTINE_STACK_BYTES);
    for (int i = 0; i < 3; i++) {
        struct dive d = {.depth = 5000};
        coroutine_start(co, dive_body, &d);
        while (coroutine_resume(co)) {
        }
        ck_assert_uint_eq(d.sum, 5000u * 5001u / 2);
        ck_assert_uint_eq(d.gave_way, 6);
    }
    coroutine_destroy(co);
}
END_TEST

START_TEST(two_take_turns)
{
    struct coroutine *a = make(SMALL_STACK);
    struct coroutine *b = make(SMALL_STACK);
    struct count ca = {.to = 10};
    struct count cb = {.to = 20};
    coroutine_start(a, count_body, &ca);
    coroutine_start(b, count_body, &cb);
    while (coroutine_active(a) || coroutine_active(b)) {
        if (coroutine_active(a)) {
            coroutine_resume(a);
        }
        if (coroutine_active(b)) {
            coroutine_resume(b);
        }
    }
    ck_assert_uint_eq(ca.now, 10);
    ck_assert_uint_eq(cb.now, 20);
    coroutine_destroy(a);
    coroutine_destroy(b);
}
END_TEST

/* Holds memory while suspended: what a leak checker would see if it were just dropped. */
static void holder_body(struct coroutine *co, void *user)
{
    unsigned *stopped = user;
    char *held = mem_alloc(1000);
    memset(held, 1, 1000);
    while (coroutine_give_way(co)) {
    }
    for (int i = 0; i < 3; i++) { /* asked again on the way out, it does not go to sleep */
        *stopped += coroutine_give_way(co) ? 0 : 1;
    }
    free(held);
}

START_TEST(stopped_while_suspended)
{
    struct coroutine *co = make(SMALL_STACK);
    unsigned stopped = 0;
    coroutine_start(co, holder_body, &stopped);
    for (int i = 0; i < 10; i++) {
        ck_assert(coroutine_resume(co));
    }
    coroutine_stop(co);
    ck_assert_uint_eq(stopped, 3);
    ck_assert(!coroutine_active(co));
    coroutine_stop(co); /* nothing to stop */
    struct count c = {.to = 2};
    coroutine_start(co, count_body, &c); /* and it is as good as new */
    while (coroutine_resume(co)) {
    }
    ck_assert(c.ended && !c.stopped);
    coroutine_destroy(co);
}
END_TEST

START_TEST(destroyed_while_suspended)
{
    struct coroutine *co = make(SMALL_STACK);
    unsigned stopped = 0;
    coroutine_start(co, holder_body, &stopped);
    ck_assert(coroutine_resume(co));
    coroutine_destroy(co);
    ck_assert_uint_eq(stopped, 3);
    coroutine_destroy(NULL);
}
END_TEST

START_TEST(stopped_before_it_began)
{
    struct coroutine *co = make(SMALL_STACK);
    struct count c = {.to = 2};
    coroutine_start(co, count_body, &c);
    coroutine_stop(co);
    ck_assert(!coroutine_active(co));
    ck_assert(!c.ended);
    coroutine_start(co, count_body, &c);
    coroutine_destroy(co);
    ck_assert(!c.ended);
}
END_TEST

START_TEST(too_large_is_an_error)
{
    struct error err = ERROR_INIT;
    struct coroutine *co = coroutine_create(SIZE_MAX / 4, &err);
    ck_assert_ptr_null(co);
    ck_assert(error_is(&err));
    ck_assert_ptr_nonnull(strstr(error_text(&err), "cannot reserve a stack"));
    error_release(&err);
}
END_TEST

/* Walks down until the guard page. */
static unsigned fall(struct coroutine *co, unsigned n)
{
    volatile char frame[1024];
    frame[n % sizeof(frame)] = 1;
    return n == UINT32_MAX ? 0 : fall(co, n + 1) + (unsigned)frame[n % sizeof(frame)];
}

static void fall_body(struct coroutine *co, void *user)
{
    *(unsigned *)user = fall(co, 0);
}

START_TEST(overflow_ends_the_program)
{
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL); /* also where a sanitizer took it */
        unsigned result = 0;
        struct coroutine *co = make(SMALL_STACK);
        coroutine_start(co, fall_body, &result);
        coroutine_resume(co);
        _exit(0);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status));
}
END_TEST

int main(void)
{
    TCase *running = tcase_create("running");
    tcase_add_test(running, runs_in_pieces);
    tcase_add_test(running, one_stack_serves_many);
    tcase_add_test(running, goes_deep);
    tcase_add_test(running, two_take_turns);
    TCase *ending = tcase_create("ending");
    tcase_add_test(ending, stopped_while_suspended);
    tcase_add_test(ending, destroyed_while_suspended);
    tcase_add_test(ending, stopped_before_it_began);
    tcase_add_test(ending, too_large_is_an_error);
    tcase_add_test(ending, overflow_ends_the_program);
    return suite_run("base/coroutine", running, ending);
}
