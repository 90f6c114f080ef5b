/* Damaged files: set aside with their logs, told, and a new database begun; nothing crashes. */
#include <fcntl.h>
#include <sys/stat.h>

#include "fixture.h"

#define NOTES 12000 /* more than the cache of pages holds */
#define PAGE  4096

static bool fill_work(struct connection *c, void *user, struct error *err)
{
    struct note note = {.text = "a note of some length, so that there are many pages of them"};
    (void)user;
    for (int i = 0; i < NOTES; i++) {
        if (!note_work(c, &note, err)) {
            return false;
        }
    }
    return true;
}

static void setup(void)
{
    struct error err = ERROR_INIT;
    fixture_setup();
    fixture_open(&fixture_schema);
    ck_assert(db_run_now(fx.db, fill_work, NULL, &err));
    fixture_close();
}

static off_t file_size(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? st.st_size : -1;
}

static void write_at(const char *path, off_t at, const char *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pwrite(fd, bytes, len, at), (ssize_t)len);
    close(fd);
}

static char garbage[PAGE];

static void make_garbage(void)
{
    for (size_t i = 0; i < sizeof(garbage); i++) {
        garbage[i] = (char)(i * 131 + 7);
    }
}

static void check_set_aside(off_t size)
{
    char aside[160];
    fixture_open(&fixture_schema);
    (void)snprintf(aside, sizeof(aside), "%s.corrupt-20260314T092653Z", fx.path);
    ck_assert_ptr_nonnull(fx.opened.set_aside);
    ck_assert_str_eq(fx.opened.set_aside, aside);
    ck_assert_ptr_nonnull(fx.opened.damage);
    ck_assert_int_eq(file_size(aside), size);
    ck_assert_int_eq(fx.opened.from_version, 0);
    ck_assert_int_eq(fixture_count(), 0);
    fixture_close();
    fixture_open(&fixture_schema); /* and goes on as usual */
    ck_assert_ptr_null(fx.opened.set_aside);
    ck_assert_int_eq(fx.opened.from_version, 1);
}

START_TEST(garbage_instead)
{
    make_garbage();
    ck_assert_int_eq(truncate(fx.path, 0), 0);
    write_at(fx.path, 0, garbage, sizeof(garbage));
    check_set_aside(sizeof(garbage));
}
END_TEST

START_TEST(cut_off_in_the_middle)
{
    off_t half = file_size(fx.path) / 2 + 100;
    ck_assert_int_eq(truncate(fx.path, half), 0);
    check_set_aside(half);
}
END_TEST

START_TEST(cut_off_in_the_first_page)
{
    ck_assert_int_eq(truncate(fx.path, 60), 0);
    check_set_aside(60);
}
END_TEST

START_TEST(a_page_in_the_middle)
{
    make_garbage();
    off_t size = file_size(fx.path);
    ck_assert_int_gt(size, 20 * PAGE);
    write_at(fx.path, (size / PAGE / 2) * PAGE, garbage, sizeof(garbage));
    check_set_aside(size);
}
END_TEST

START_TEST(twice_in_a_second)
{
    make_garbage();
    write_at(fx.path, 0, garbage, sizeof(garbage));
    fixture_open(&fixture_schema);
    fixture_close();
    write_at(fx.path, 0, garbage, sizeof(garbage));
    fixture_open(&fixture_schema);
    ck_assert_ptr_nonnull(strstr(fx.opened.set_aside, ".corrupt-20260314T092653Z-2"));
    ck_assert_int_gt(file_size(fx.opened.set_aside), 0);
}
END_TEST

/* A log of nonsense is not taken for changes. */
START_TEST(a_log_of_garbage)
{
    char log[128];
    make_garbage();
    (void)snprintf(log, sizeof(log), "%s-wal", fx.path);
    write_at(log, 0, garbage, sizeof(garbage));
    fixture_open(&fixture_schema);
    ck_assert_ptr_null(fx.opened.set_aside);
    ck_assert_int_eq(fixture_count(), NOTES);
}
END_TEST

START_TEST(an_empty_file_is_a_new_database)
{
    ck_assert_int_eq(truncate(fx.path, 0), 0);
    fixture_open(&fixture_schema);
    ck_assert_ptr_null(fx.opened.set_aside);
    ck_assert_int_eq(fx.opened.from_version, 0);
}
END_TEST

/* While it runs: the job says so, and opening again sets it aside. */
START_TEST(damage_while_it_runs)
{
    struct error err = ERROR_INIT;
    int64_t count = 0;
    make_garbage();
    off_t size = file_size(fx.path);
    fixture_open(&fixture_schema);
    for (off_t at = PAGE; at < size; at += PAGE) {
        write_at(fx.path, at, garbage, sizeof(garbage));
    }
    ck_assert(!db_run_now(fx.db, count_work, &count, &err));
    ck_assert(connection_is_damage(&err));
    error_release(&err);
    fixture_close();
    check_set_aside(size);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("damage");
    tcase_add_checked_fixture(tc, setup, fixture_teardown);
    tcase_add_test(tc, garbage_instead);
    tcase_add_test(tc, cut_off_in_the_middle);
    tcase_add_test(tc, cut_off_in_the_first_page);
    tcase_add_test(tc, a_page_in_the_middle);
    tcase_add_test(tc, twice_in_a_second);
    tcase_add_test(tc, a_log_of_garbage);
    tcase_add_test(tc, an_empty_file_is_a_new_database);
    tcase_add_test(tc, damage_while_it_runs);
    return suite_run("db/damage", tc);
}
