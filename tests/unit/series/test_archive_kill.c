/* A process that archives is killed: what it had written is there, and reads as it was. */
#include <signal.h>
#include <sys/wait.h>

#include "archive_fixture.h"

#define ROUNDS 8
#define SERIES 20
#define STEP   15000

static double value_of(unsigned series, int64_t t_ms)
{
    return (double)series * 0.25 + (double)((t_ms / STEP) % 977);
}

/* Polls and archives without end; after each pass the number of chunks in the file goes into the
 * pipe. */
static void archive_without_end(int out)
{
    struct error err = ERROR_INIT;
    struct archive_stats stats;
    struct batch batch;
    fx.loop = loop_create(NULL, &err);
    fixture_open();
    size_t before = fx.opened.chunks;
    store_target target = store_add_target(fx.store);
    batch_init(&batch);
    for (;;) {
        for (int i = 0; i < 250; i++) {
            fx.now.ms += STEP;
            batch_reset(&batch, fx.now.ms);
            for (unsigned s = 0; s < SERIES; s++) {
                batch_add_labels(&batch, fixture_labels("a", s), value_of(s, fx.now.ms));
            }
            if (!store_commit(fx.store, target, &batch, NULL, &err)) {
                _exit(1);
            }
        }
        fixture_keep();
        archive_stats(fx.archive, &stats);
        size_t chunks = before + stats.chunks;
        if (archive_problem(fx.archive) != NULL ||
            write(out, &chunks, sizeof(chunks)) != sizeof(chunks)) {
            _exit(1);
        }
    }
}

static size_t killed_after(unsigned passes)
{
    int told[2];
    size_t chunks = 0;
    size_t last = 0;
    unsigned count = 0;
    ck_assert_int_eq(pipe(told), 0);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        close(told[0]);
        archive_without_end(told[1]);
    }
    close(told[1]);
    while (read(told[0], &chunks, sizeof(chunks)) == sizeof(chunks)) {
        last = chunks;
        if (++count == passes) {
            kill(pid, SIGKILL);
        }
    }
    close(told[0]);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    return last;
}

START_TEST(what_was_written_is_there)
{
    struct samples got = {.t_ms = NULL};
    for (unsigned round = 0; round < ROUNDS; round++) {
        size_t told = killed_after(1 + round % 3);
        ck_assert_uint_gt(told, 0);
        fx.now.ms += INT64_C(1000000) * STEP; /* beyond all that it polled */
        fixture_open();
        ck_assert_uint_eq(fx.opened.unreadable, 0);
        ck_assert_uint_ge(fx.opened.chunks, told);
        ck_assert_uint_eq(fx.opened.series, SERIES);
        ck_assert_uint_eq(fx.opened.samples, fx.opened.chunks * 240 * SERIES);
        struct selection all;
        size_t wrong = 0;
        size_t samples = 0;
        fixture_select(fx.store, &all);
        VEC_EACH (&all.series, const struct series *, s) {
            struct str number = labels_get(series_labels(*s), STR("i"));
            uint64_t n = 0;
            ck_assert(str_to_u64(number, &n));
            series_read(*s, INT64_MIN, INT64_MAX, &got);
            samples += got.len;
            for (size_t i = 0; i < got.len; i++) {
                wrong += got.v[i] != value_of((unsigned)n, got.t_ms[i]) ||
                         (i > 0 && got.t_ms[i] <= got.t_ms[i - 1]);
            }
        }
        ck_assert_uint_eq(wrong, 0);
        ck_assert_uint_eq(samples, fx.opened.samples);
        selection_release(&all);
        fixture_close();
    }
    samples_release(&got);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("kill");
    tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
    tcase_add_test(tc, what_was_written_is_there);
    return suite_run("series/archive_kill", tc);
}
