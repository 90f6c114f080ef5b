/* One holder a folder, also in this process; gone with a process that is killed. */
#include <signal.h>
#include <sys/wait.h>

#include "db/folder_lock.h"
#include "fixture.h"

START_TEST(held_twice)
{
    struct error err = ERROR_INIT;
    char wanted[160];
    struct folder_lock *lock = folder_lock_take(fx.folder, &err);
    ck_assert_ptr_nonnull(lock);
    ck_assert_ptr_null(folder_lock_take(fx.folder, &err));
    ck_assert_int_eq(err.kind, ERROR_BUSY);
    (void)snprintf(wanted, sizeof(wanted),
                   "another tocsin (pid %ld) runs with the state directory '%s'", (long)getpid(),
                   fx.folder);
    ck_assert_str_eq(error_text(&err), wanted);
    error_release(&err);
    folder_lock_release(lock);
    lock = folder_lock_take(fx.folder, &err);
    ck_assert_ptr_nonnull(lock);
    folder_lock_release(lock);
    folder_lock_release(NULL);
}
END_TEST

START_TEST(gone_with_its_process)
{
    struct error err = ERROR_INIT;
    int ready[2];
    char c = 0;
    ck_assert_int_eq(pipe(ready), 0);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        struct folder_lock *held = folder_lock_take(fx.folder, &err);
        ssize_t n = write(ready[1], held != NULL ? "y" : "n", 1);
        while (n == 1) {
            pause();
        }
        _exit(1);
    }
    ck_assert_int_eq(read(ready[0], &c, 1), 1);
    ck_assert_int_eq(c, 'y');
    ck_assert_ptr_null(folder_lock_take(fx.folder, &err));
    ck_assert_int_eq(err.kind, ERROR_BUSY);
    error_release(&err);
    kill(pid, SIGKILL);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    struct folder_lock *lock = folder_lock_take(fx.folder, &err);
    ck_assert_ptr_nonnull(lock);
    folder_lock_release(lock);
}
END_TEST

START_TEST(where_no_file_can_be_made)
{
    struct error err = ERROR_INIT;
    ck_assert_ptr_null(folder_lock_take("/dev/null", &err));
    ck_assert_int_eq(err.kind, ERROR_NOT_FOUND);
    ck_assert_ptr_null(folder_lock_take("/proc", &err));
    ck_assert(err.kind != ERROR_BUSY);
    error_release(&err);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("folder_lock");
    tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
    tcase_add_test(tc, held_twice);
    tcase_add_test(tc, gone_with_its_process);
    tcase_add_test(tc, where_no_file_can_be_made);
    return suite_run("db/folder_lock", tc);
}
