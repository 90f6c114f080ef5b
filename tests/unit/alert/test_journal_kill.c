/* A process that keeps its journal is killed at any moment: what it was told is there, and what is
 * there is whole. */
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include "journal_fixture.h"

#define ROUNDS 20

/* Each round of the child is one flush: two alerts and the engine's record, all of the same number,
 * which goes into the pipe once it is told. */
static void keep_without_end(int out, unsigned from)
{
    struct error err = ERROR_INIT;
    fx.loop = loop_create(NULL, &err);
    fixture_open();
    for (unsigned n = from;; n++) {
        struct alert_record r = alert_of("r", "{a=\"1\"}", n);
        struct transition_record t = transition_of(n, "r", 1);
        journal_put_alert(fx.journal, &r);
        r = alert_of("r", "{a=\"2\"}", n);
        journal_put_alert(fx.journal, &r);
        journal_put_engine(fx.journal, &(struct engine_record){.alive_ms = n, .started_ms = n});
        journal_add_transition(fx.journal, &t);
        if (!fixture_flush() || write(out, &n, sizeof(n)) != sizeof(n)) {
            _exit(1);
        }
    }
}

/* The last number that the child was told of. */
static unsigned killed_after(unsigned from, unsigned rounds, unsigned yields)
{
    int told[2];
    unsigned n = 0;
    unsigned last = 0;
    unsigned count = 0;
    ck_assert_int_eq(pipe(told), 0);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        close(told[0]);
        keep_without_end(told[1], from);
    }
    close(told[1]);
    while (read(told[0], &n, sizeof(n)) == sizeof(n)) {
        last = n;
        if (++count == rounds) {
            for (unsigned i = 0; i < yields; i++) {
                sched_yield(); /* so that it is anywhere within a round */
            }
            kill(pid, SIGKILL);
        }
    }
    close(told[0]);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    return last;
}

static int64_t newest;

static void on_newest(void *user, const struct transition_record *list, size_t count,
                      const struct error *err)
{
    unsigned *calls = user;
    ck_assert_ptr_null(err);
    ck_assert_uint_eq(count, 1);
    newest = list[0].at_ms;
    (*calls)++;
}

START_TEST(what_was_told_is_there_and_whole)
{
    unsigned from = 1;
    fixture_close();
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct journal_state state;
        unsigned calls = 0;
        unsigned told = killed_after(from, 1 + round % 5, round * 97 % 1000);
        ck_assert_uint_ge(told, from);
        fixture_open();
        ck_assert_msg(fx.status.on_disk, "%s", fx.status.problem);
        ck_assert_ptr_null(fx.status.set_aside);
        fixture_load(&state);
        int64_t alive = state.engine.alive_ms;
        ck_assert_int_ge(alive, told);
        ck_assert_int_eq(state.engine.started_ms, alive);
        ck_assert_uint_eq(state.alerts.len, 2);
        ck_assert_double_eq(state.alerts.items[0].value, (double)alive);
        ck_assert_double_eq(state.alerts.items[1].value, (double)alive);
        journal_state_release(&state);
        journal_transitions(fx.journal, &(struct journal_filter){.limit = 1}, on_newest, &calls);
        fixture_wait(&calls, 1);
        ck_assert_int_eq(newest, alive);
        fixture_close();
        from = (unsigned)alive + 1;
    }
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("kill");
    tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
    tcase_add_test(tc, what_was_told_is_there_and_whole);
    return suite_run("alert/journal_kill", tc);
}
