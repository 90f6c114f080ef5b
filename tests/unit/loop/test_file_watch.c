/* File watches: what editors, Kubernetes and scripts do to a file. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "loop/loop.h"
#include "support/suite.h"

static struct loop *loop;
static char folder[64];
static char *file;
static unsigned changes;

static void run(const char *commands)
{
    char *line = mem_printf("cd '%s' && %s", folder, commands);
    ck_assert_int_eq(system(line), 0);
    free(line);
}

static void setup(void)
{
    struct error err = ERROR_INIT;
    loop = loop_create(NULL, &err);
    snprintf(folder, sizeof(folder), "/tmp/tocsin-watch-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    file = mem_printf("%s/tocsin.yaml", folder);
    changes = 0;
}

static void teardown(void)
{
    char *line = mem_printf("rm -rf '%s'", folder);
    ck_assert_int_eq(system(line), 0);
    free(line);
    free(file);
    loop_destroy(loop);
}

static void on_change(void *user)
{
    (void)user;
    changes++;
}

static struct file_watch *watch(void)
{
    struct error err = ERROR_INIT;
    struct file_watch *w = loop_watch_file(loop, file, on_change, NULL, &err);
    ck_assert_msg(w != NULL, "%s", error_text(&err));
    loop_step(loop, 1);
    return w;
}

static void set(void *user)
{
    *(bool *)user = true;
}

/* Until a watch has told what it had to tell. What happened is there to be read, and reading it
 * arms the watch's timer; one that is armed behind it for longer comes behind it, however late both
 * are. */
static void settle(void)
{
    bool over = false;
    for (int i = 0; i < 3; i++) {
        loop_step(loop, 1);
    }
    struct loop_timer *t = loop_timer_create(loop, "settle", set, &over);
    loop_timer_arm(t, 2 * LOOP_FILE_SETTLE_MS);
    while (!over) {
        loop_step(loop, 1000);
    }
    loop_timer_destroy(t);
    loop_step(loop, 0);
}

static const struct {
    const char *before;
    const char *commands;
    unsigned told;
} cases[] = {
    {"echo a >tocsin.yaml", "echo b >>tocsin.yaml", 1},
    {"echo a >tocsin.yaml", "echo b >new && mv new tocsin.yaml", 1},
    {"echo a >tocsin.yaml", "mv tocsin.yaml tocsin.yaml~ && echo b >tocsin.yaml", 1},
    {"echo a >tocsin.yaml", "rm tocsin.yaml && echo b >tocsin.yaml", 1},
    {"echo a >tocsin.yaml", "for i in 1 2 3 4 5; do echo $i >>tocsin.yaml; done", 1},
    {"true", "echo a >tocsin.yaml", 1},
    {"echo a >tocsin.yaml", "rm tocsin.yaml", 0},
    {"echo a >tocsin.yaml", "echo b >other.yaml; mv other.yaml third.yaml", 0},
    /* a mounted config map */
    {"mkdir ..1 ..2 && echo a >..1/tocsin.yaml && echo b >..2/tocsin.yaml && "
     "ln -s ..1 ..data && ln -s ..data/tocsin.yaml tocsin.yaml",
     "ln -s ..2 ..data_tmp && mv -T ..data_tmp ..data && rm -r ..1", 1},
};

START_TEST(change_is_told_once)
{
    run(cases[_i].before);
    struct file_watch *w = watch();
    run(cases[_i].commands);
    ck_assert_uint_eq(changes, 0);
    settle();
    ck_assert_uint_eq(changes, cases[_i].told);
    file_watch_destroy(w);
    file_watch_destroy(NULL);
}
END_TEST

START_TEST(every_burst_is_told)
{
    struct file_watch *w = watch();
    for (unsigned i = 1; i <= 2; i++) {
        run("echo x >>tocsin.yaml");
        settle();
        ck_assert_uint_eq(changes, i);
    }
    file_watch_destroy(w);
}
END_TEST

static void destroy_watch(void *user)
{
    struct file_watch **w = user;
    changes++;
    file_watch_destroy(*w);
}

START_TEST(watch_destroys_itself)
{
    struct error err = ERROR_INIT;
    struct file_watch *w = NULL;
    w = loop_watch_file(loop, file, destroy_watch, &w, &err);
    ck_assert_ptr_nonnull(w);
    loop_step(loop, 1);
    run("echo x >>tocsin.yaml");
    settle();
    ck_assert_uint_eq(changes, 1);
}
END_TEST

START_TEST(folder_that_is_missing_is_an_error)
{
    struct error err = ERROR_INIT;
    ck_assert_ptr_null(loop_watch_file(loop, "/nonexistent/x/y.yaml", on_change, NULL, &err));
    ck_assert_int_eq(err.kind, ERROR_NOT_FOUND);
    ck_assert_ptr_nonnull(strstr(error_text(&err), "'/nonexistent/x'"));
    error_release(&err);
}
END_TEST

START_TEST(names_without_a_folder_are_fine)
{
    struct error err = ERROR_INIT;
    ck_assert_int_eq(chdir(folder), 0);
    struct file_watch *w = loop_watch_file(loop, "tocsin.yaml", on_change, NULL, &err);
    ck_assert_ptr_nonnull(w);
    loop_step(loop, 1);
    run("echo x >tocsin.yaml");
    settle();
    ck_assert_uint_eq(changes, 1);
    file_watch_destroy(w);
    w = loop_watch_file(loop, "/tocsin-is-not-here.yaml", on_change, NULL, &err);
    ck_assert_ptr_nonnull(w);
    file_watch_destroy(w);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("file_watch");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, change_is_told_once, 0, ARRAY_LEN(cases));
    tcase_add_test(tc, every_burst_is_told);
    tcase_add_test(tc, watch_destroys_itself);
    tcase_add_test(tc, folder_that_is_missing_is_an_error);
    tcase_add_test(tc, names_without_a_folder_are_fine);
    return suite_run("loop/file_watch", tc);
}
