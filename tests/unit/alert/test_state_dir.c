/* Where state goes, by the environment; and the folder is made for its owner only. */
#include <check.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alert/state_dir.h"
#include "base/attr.h"
#include "base/mem.h"
#include "support/suite.h"

static const struct {
    const char *state_directory;
    const char *xdg;
    const char *home;
    const char *wanted; /* NULL: an error */
} cases[] = {
    {"/var/lib/tocsin", "/x", "/home/a", "/var/lib/tocsin"},
    {"/var/lib/tocsin:/var/lib/other", "/x", "/home/a", "/var/lib/tocsin"},
    {NULL, "/x", "/home/a", "/x/tocsin"},
    {"", "/x", "/home/a", "/x/tocsin"},
    {NULL, "relative", "/home/a", "/home/a/.local/state/tocsin"},
    {NULL, NULL, "/home/a", "/home/a/.local/state/tocsin"},
    {NULL, "", "home", NULL},
    {NULL, NULL, NULL, NULL},
};

static void set(const char *name, const char *value)
{
    if (value != NULL) {
        setenv(name, value, 1);
    } else {
        unsetenv(name);
    }
}

START_TEST(found_by_the_environment)
{
    struct error err = ERROR_INIT;
    set("STATE_DIRECTORY", cases[_i].state_directory);
    set("XDG_STATE_HOME", cases[_i].xdg);
    set("HOME", cases[_i].home);
    char *path = state_dir_find(&err);
    if (cases[_i].wanted == NULL) {
        ck_assert_ptr_null(path);
        ck_assert_int_eq(err.kind, ERROR_CONFIG);
    } else {
        ck_assert_ptr_nonnull(path);
        ck_assert_str_eq(path, cases[_i].wanted);
    }
    error_release(&err);
    free(path);
}
END_TEST

START_TEST(made_for_its_owner)
{
    struct error err = ERROR_INIT;
    struct stat st;
    char folder[] = "/tmp/tocsin-state-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(folder));
    char *above = mem_printf("%s/a", folder);
    char *path = mem_printf("%s/b", above);
    for (int i = 0; i < 2; i++) {
        ck_assert_msg(state_dir_make(path, &err), "%s", error_text(&err));
    }
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0700);
    ck_assert_int_eq(rmdir(path), 0);
    ck_assert_int_eq(rmdir(above), 0);
    ck_assert_int_eq(rmdir(folder), 0);
    free(path);
    free(above);
    ck_assert(!state_dir_make("/dev/null/state", &err));
    ck_assert(error_is(&err));
    error_release(&err);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("state_dir");
    tcase_add_loop_test(tc, found_by_the_environment, 0, (int)ARRAY_LEN(cases));
    tcase_add_test(tc, made_for_its_owner);
    return suite_run("alert/state_dir", tc);
}
