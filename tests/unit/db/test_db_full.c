/*
 * No room, and nowhere to write: jobs fail with an error that says which, what was there stays, and
 * the next job is tried again. The disk is a small one in memory where this process may mount one,
 * in a namespace of its own.
 */
#include <errno.h>

#include "fixture.h"
#include "support/small_disk.h"

#define FILL 400 /* more notes than have room */

static char large[4000];

static void setup(void)
{
    notes_told = 0;
    memset(large, 'x', sizeof(large) - 1);
    fixture_setup();
}

static bool limit_work(struct connection *c, void *user, struct error *err)
{
    return connection_run(c, user, err);
}

/* Large notes one after the other until one fails, which is told ENOSPC. Returns how many went. */
static unsigned fill(void)
{
    for (unsigned i = 0; i < FILL; i++) {
        struct note note = {0};
        note_submit(&note, large);
        fixture_wait(&note.told, 1);
        if (error_is(&note.err)) {
            ck_assert_msg(note.err.sys == ENOSPC, "%s", error_text(&note.err));
            ck_assert_int_eq(note.err.kind, ERROR_IO);
            error_release(&note.err);
            return i;
        }
    }
    ck_abort_msg("there is room without end");
    return 0;
}

START_TEST(the_database_is_full)
{
    struct error err = ERROR_INIT;
    struct note note = {0};
    static char limit[] = "PRAGMA max_page_count = 40";
    static char no_limit[] = "PRAGMA max_page_count = 100000";
    fixture_open(&fixture_schema);
    ck_assert(db_run_now(fx.db, limit_work, limit, &err));
    unsigned went = fill();
    ck_assert_uint_gt(went, 10);
    ck_assert_int_eq(fixture_count(), went);
    ck_assert(db_run_now(fx.db, limit_work, no_limit, &err));
    note_submit(&note, large);
    fixture_wait(&note.told, 1);
    ck_assert(!error_is(&note.err));
    ck_assert_int_eq(fixture_count(), went + 1);
}
END_TEST

/* Where several went into one transaction, none of those told "done" may be missing. */
START_TEST(full_in_the_middle_of_a_group)
{
    struct error err = ERROR_INIT;
    struct note notes[FILL] = {0};
    static char limit[] = "PRAGMA max_page_count = 40";
    unsigned written = 0;
    fixture_open(&fixture_schema);
    ck_assert(db_run_now(fx.db, limit_work, limit, &err));
    for (unsigned i = 0; i < FILL; i++) {
        note_submit(&notes[i], i % 50 == 49 ? "small" : large);
    }
    fixture_wait(&notes_told, FILL);
    for (unsigned i = 0; i < FILL; i++) {
        ck_assert_uint_eq(notes[i].told, 1);
        written += error_is(&notes[i].err) ? 0 : 1;
        ck_assert(!error_is(&notes[i].err) || notes[i].err.sys == ENOSPC);
        error_release(&notes[i].err);
    }
    ck_assert_uint_lt(written, FILL);
    ck_assert_int_eq(fixture_count(), written);
}
END_TEST

START_TEST(the_disk_is_full)
{
    char ballast[128];
    struct note note = {0};
    if (!small_disk_mount(fx.folder, "size=512k")) {
        return;
    }
    fixture_open(&fixture_schema);
    unsigned went = fill();
    ck_assert_uint_gt(went, 10);
    ck_assert_int_eq(fixture_count(), went);
    /* The thread goes on by itself once there is room. */
    ck_assert(small_disk_resize(fx.folder, "size=4m"));
    note_submit(&note, large);
    fixture_wait(&note.told, 1);
    ck_assert_msg(!error_is(&note.err), "%s", error_text(&note.err));
    ck_assert_int_eq(fixture_count(), went + 1);
    fixture_close();
    /* Opening on a full disk: an error that can be told apart, and nothing is lost. */
    ck_assert(small_disk_resize(fx.folder, "size=1m"));
    (void)snprintf(ballast, sizeof(ballast), "%s/ballast", fx.folder);
    small_disk_fill(ballast);
    struct error err = ERROR_INIT;
    if (fixture_try_open(&fixture_newer, &err) == NULL) {
        ck_assert_msg(err.sys == ENOSPC, "%s", error_text(&err));
        error_release(&err);
        unlink(ballast);
        fixture_open(&fixture_newer);
    }
    ck_assert_int_eq(fixture_count(), went + 1);
    fixture_close();
    small_disk_remove(fx.folder);
}
END_TEST

START_TEST(a_folder_that_cannot_be_written)
{
    struct error err = ERROR_INIT;
    int64_t count = 0;
    struct note note = {0};
    if (!small_disk_mount(fx.folder, "size=512k")) {
        return;
    }
    fixture_open(&fixture_schema);
    note_submit(&note, "there");
    fixture_close();
    ck_assert(small_disk_make_read_only(fx.folder));
    ck_assert_ptr_null(fixture_try_open(&fixture_schema, &err));
    ck_assert_msg(err.sys == EROFS, "%s", error_text(&err));
    error_release(&err);
    struct connection *reader = db_open_reader(fx.path, &fixture_schema, &err);
    ck_assert_msg(reader != NULL, "%s", error_text(&err));
    ck_assert(count_work(reader, &count, &err));
    ck_assert_int_eq(count, 1);
    connection_close(reader);
    small_disk_remove(fx.folder);
}
END_TEST

START_TEST(a_path_through_a_file)
{
    struct error err = ERROR_INIT;
    (void)snprintf(fx.path, sizeof(fx.path), "/dev/null/notes.db");
    ck_assert_ptr_null(fixture_try_open(&fixture_schema, &err));
    ck_assert_int_eq(err.sys, ENOTDIR);
    ck_assert(!connection_is_damage(&err));
    ck_assert_ptr_null(fx.opened.set_aside);
    error_release(&err);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("full");
    tcase_add_checked_fixture(tc, setup, fixture_teardown);
    tcase_add_test(tc, the_database_is_full);
    tcase_add_test(tc, full_in_the_middle_of_a_group);
    tcase_add_test(tc, the_disk_is_full);
    tcase_add_test(tc, a_folder_that_cannot_be_written);
    tcase_add_test(tc, a_path_through_a_file);
    return suite_run("db/full", tc);
}
