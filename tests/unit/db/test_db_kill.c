/* A process that writes is killed: what it was told is on disk is there afterwards. */
#include <signal.h>
#include <sys/wait.h>

#include "fixture.h"

#define ROUNDS 8
#define WIDTH  16 /* jobs under way at a time */

/* Writes notes without end; each that is told is one byte into the pipe. */
static void write_without_end(int out)
{
    struct note notes[WIDTH] = {0};
    struct error err = ERROR_INIT;
    fx.loop = loop_create(NULL, &err); /* the parent's is the parent's */
    fixture_open(&fixture_schema);
    for (;;) {
        for (unsigned i = 0; i < WIDTH; i++) {
            notes[i].told = 0;
            note_submit(&notes[i], "x");
        }
        for (unsigned i = 0; i < WIDTH; i++) {
            fixture_wait(&notes[i].told, 1);
            if (error_is(&notes[i].err) || write(out, "x", 1) != 1) {
                _exit(1);
            }
        }
    }
}

/* How many notes the child was told of before it was killed, after `enough` at the soonest. */
static unsigned killed_after(unsigned enough)
{
    int told[2];
    char bytes[256];
    unsigned count = 0;
    ssize_t n;
    ck_assert_int_eq(pipe(told), 0);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        close(told[0]);
        write_without_end(told[1]);
    }
    close(told[1]);
    while ((n = read(told[0], bytes, 1 + count % sizeof(bytes))) > 0) {
        count += (unsigned)n;
        if (count >= enough) {
            kill(pid, SIGKILL);
        }
    }
    close(told[0]);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    return count;
}

START_TEST(what_was_told_is_there)
{
    unsigned told = 0;
    int64_t before = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        told = killed_after(1 + round * 37);
        ck_assert_uint_gt(told, 0);
        fixture_open(&fixture_schema);
        ck_assert_ptr_null(fx.opened.set_aside);
        int64_t count = fixture_count();
        ck_assert_int_ge(count, before + told);
        before = count;
        fixture_close();
    }
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("kill");
    tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
    tcase_add_test(tc, what_was_told_is_there);
    return suite_run("db/kill", tc);
}
