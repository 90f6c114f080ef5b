/* Jobs: in order, together, told once, taken back, finished or called off at the end; schemas. */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "fixture.h"

#define MANY 200

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static atomic_uint gate_reached;

static void setup(void)
{
    notes_told = 0;
    atomic_store(&gate_reached, 0);
    fixture_setup();
    fixture_open(&fixture_schema);
}

/* Holds the thread until the gate opens. */
static bool gate_work(struct connection *c, void *user, struct error *err)
{
    atomic_fetch_add(&gate_reached, 1);
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    return note_work(c, user, err);
}

static void hold_thread(struct note *note)
{
    note->text = "gate";
    pthread_mutex_lock(&gate);
    db_submit(fx.db,
              &(struct db_task){
                  .work = gate_work, .done = note_done, .release = note_release, .user = note});
    while (atomic_load(&gate_reached) == 0) {
        loop_step(fx.loop, 1);
    }
}

START_TEST(jobs_in_order_and_never_inside_the_call)
{
    struct note notes[MANY] = {0};
    for (unsigned i = 0; i < MANY; i++) {
        note_submit(&notes[i], "x");
        ck_assert_uint_eq(notes_told, 0);
    }
    fixture_wait(&notes_told, MANY);
    for (unsigned i = 0; i < MANY; i++) {
        ck_assert_uint_eq(notes[i].told, 1);
        ck_assert_uint_eq(notes[i].released, 0);
        ck_assert_uint_eq(notes[i].order, i + 1);
        ck_assert(!error_is(&notes[i].err));
    }
    ck_assert_int_eq(fixture_count(), MANY);
}
END_TEST

START_TEST(what_waits_goes_into_one_transaction)
{
    struct note held = {0};
    struct note notes[MANY] = {0};
    struct db_stats stats;
    hold_thread(&held);
    for (unsigned i = 0; i < MANY; i++) {
        note_submit(&notes[i], "x");
    }
    db_stats(fx.db, &stats);
    ck_assert_uint_eq(stats.waiting, MANY + 1);
    pthread_mutex_unlock(&gate);
    fixture_wait(&notes_told, MANY + 1);
    db_stats(fx.db, &stats);
    ck_assert_uint_eq(stats.jobs, MANY + 1);
    ck_assert_uint_eq(stats.jobs_failed, 0);
    ck_assert_uint_eq(stats.transactions, 2);
    ck_assert_uint_eq(stats.waiting, 0);
}
END_TEST

/* Alone and among others: its own changes are taken back, and no other's. */
START_TEST(a_job_that_fails_takes_back_its_own)
{
    struct note held = {.fails = true};
    struct note notes[3] = {{.fails = false}, {.fails = true}, {.fails = false}};
    hold_thread(&held);
    for (unsigned i = 0; i < 3; i++) {
        note_submit(&notes[i], "x");
    }
    pthread_mutex_unlock(&gate);
    fixture_wait(&notes_told, 4);
    ck_assert_str_eq(error_text(&held.err), "told to fail");
    ck_assert(!error_is(&notes[0].err));
    ck_assert_str_eq(error_text(&notes[1].err), "told to fail");
    ck_assert(!error_is(&notes[2].err));
    ck_assert_int_eq(fixture_count(), 2);
    error_release(&held.err);
    error_release(&notes[1].err);
}
END_TEST

START_TEST(cancelled_jobs_are_released)
{
    struct note held = {0};
    struct note waiting = {0};
    struct note last = {0};
    pthread_mutex_lock(&gate);
    held.text = "gate";
    struct db_job *running = db_submit(
        fx.db, &(struct db_task){
                   .work = gate_work, .done = note_done, .release = note_release, .user = &held});
    while (atomic_load(&gate_reached) == 0) {
        loop_step(fx.loop, 1);
    }
    struct db_job *queued = note_submit(&waiting, "x");
    note_submit(&last, "x");
    db_job_cancel(queued);
    ck_assert_uint_eq(waiting.released, 1);
    db_job_cancel(running);
    db_job_cancel(NULL);
    ck_assert_uint_eq(held.released, 0);
    pthread_mutex_unlock(&gate);
    fixture_wait(&notes_told, 1);
    ck_assert_uint_eq(last.told, 1);
    ck_assert_uint_eq(held.told, 0);
    ck_assert_uint_eq(held.released, 1);
    ck_assert_uint_eq(waiting.told, 0);
    ck_assert_int_eq(fixture_count(), 2); /* what ran is written */
}
END_TEST

START_TEST(closing_finishes_what_is_queued)
{
    struct note notes[MANY] = {0};
    for (unsigned i = 0; i < MANY; i++) {
        note_submit(&notes[i], "x");
    }
    fixture_close();
    for (unsigned i = 0; i < MANY; i++) {
        ck_assert_uint_eq(notes[i].told + notes[i].released, 1);
    }
    fixture_open(&fixture_schema);
    ck_assert_int_eq(fixture_count(), MANY);
}
END_TEST

static bool endless_work(struct connection *c, void *user, struct error *err)
{
    int64_t n = 0;
    (void)user;
    atomic_fetch_add(&gate_reached, 1);
    return connection_ask_int(c,
                              "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                              "SELECT count(*) FROM n",
                              &n, err);
}

START_TEST(closing_calls_off_what_does_not_end)
{
    struct note endless = {0};
    struct note waiting = {0};
    db_submit(fx.db, &(struct db_task){.work = endless_work,
                                       .done = note_done,
                                       .release = note_release,
                                       .user = &endless});
    while (atomic_load(&gate_reached) == 0) {
        loop_step(fx.loop, 1);
    }
    note_submit(&waiting, "x");
    ck_assert(!db_close(fx.db, 0));
    fx.db = NULL;
    ck_assert_uint_eq(endless.released, 1);
    ck_assert_uint_eq(waiting.released, 1);
    ck_assert_uint_eq(notes_told, 0);
}
END_TEST

/* Another process holds the file, for longer than anybody waits at the end. */
START_TEST(closing_does_not_wait_for_others)
{
    struct error err = ERROR_INIT;
    struct note note = {0};
    struct connection *other = connection_open(fx.path, CONNECTION_WRITE, &err);
    ck_assert_ptr_nonnull(other);
    ck_assert(connection_run(other, "BEGIN IMMEDIATE", &err));
    note_submit(&note, "x");
    ck_assert(!db_close(fx.db, 0));
    fx.db = NULL;
    ck_assert_uint_eq(note.released, 1);
    connection_close(other);
}
END_TEST

START_TEST(busy_for_too_long_is_told)
{
    struct error err = ERROR_INIT;
    struct note notes[2] = {0};
    struct connection *other = connection_open(fx.path, CONNECTION_WRITE, &err);
    ck_assert_ptr_nonnull(other);
    ck_assert(connection_run(other, "BEGIN IMMEDIATE", &err));
    note_submit(&notes[0], "x");
    fixture_wait(&notes_told, 1);
    ck_assert_int_eq(notes[0].err.kind, ERROR_BUSY);
    ck_assert(connection_run(other, "ROLLBACK", &err));
    note_submit(&notes[1], "x");
    fixture_wait(&notes_told, 2);
    ck_assert(!error_is(&notes[1].err));
    connection_close(other);
    error_release(&notes[0].err);
}
END_TEST

START_TEST(too_many_jobs_are_refused)
{
    struct note held = {0};
    struct note *notes = mem_zalloc(DB_JOBS_MAX + 2, sizeof(*notes));
    hold_thread(&held);
    struct db_job *last = NULL;
    for (unsigned i = 0; i < DB_JOBS_MAX + 1; i++) {
        last = note_submit(&notes[i], "x");
    }
    ck_assert_uint_eq(notes_told, 0);
    db_job_cancel(last);
    ck_assert_uint_eq(notes[DB_JOBS_MAX].released, 1);
    note_submit(&notes[DB_JOBS_MAX + 1], "x");
    fixture_wait(&notes[DB_JOBS_MAX - 1].told, 1); /* the first over the limit: told at once */
    ck_assert_int_eq(notes[DB_JOBS_MAX - 1].err.kind, ERROR_BUSY);
    fixture_wait(&notes[DB_JOBS_MAX + 1].told, 1);
    pthread_mutex_unlock(&gate);
    fixture_wait(&notes_told, DB_JOBS_MAX + 2);
    error_release(&notes[DB_JOBS_MAX - 1].err);
    error_release(&notes[DB_JOBS_MAX + 1].err);
    free(notes);
}
END_TEST

static bool values_work(struct connection *c, void *user, struct error *err)
{
    (void)user;
    ck_assert(connection_run(c, "CREATE TABLE v (i INT, r REAL, t TEXT, b BLOB, n INT)", err));
    struct statement *st = statement_prepare(c, "INSERT INTO v VALUES (?1, ?2, ?3, ?4, ?5)", err);
    ck_assert_ptr_nonnull(st);
    const double reals[] = {0.1, INFINITY, NAN};
    for (size_t i = 0; i < ARRAY_LEN(reals); i++) {
        statement_bind_int(st, 1, INT64_MIN + (int64_t)i);
        statement_bind_real(st, 2, reals[i]);
        statement_bind_text(st, 3, i == 0 ? STR_NONE : STR("a\xc3\xa4"));
        statement_bind_blob(st, 4, STR("\0\1"));
        statement_bind_null(st, 5);
        ck_assert(statement_run(st, err));
        ck_assert_int_eq(connection_changed(c), 1);
    }
    st = statement_prepare(c, "SELECT * FROM v ORDER BY i", err);
    ck_assert_ptr_nonnull(st);
    bool row = false;
    int64_t n = 0;
    while (statement_step(st, &row, err) && row) {
        ck_assert_int_eq(statement_int(st, 0), INT64_MIN + n);
        double real = statement_real(st, 1);
        ck_assert(real == reals[n] || (isnan(real) && isnan(reals[n])));
        ck_assert(str_equal_c(statement_str(st, 2), n == 0 ? "" : "a\xc3\xa4"));
        ck_assert(!statement_is_null(st, 2));
        ck_assert(str_equal(statement_str(st, 3), str_span("\0\1", 2)));
        ck_assert(statement_is_null(st, 4));
        n++;
    }
    ck_assert_int_eq(n, 3);
    ck_assert_ptr_eq(statement_prepare(c, "SELECT 1 FROM nothing", err), NULL);
    return false;
}

START_TEST(values_come_back)
{
    struct error err = ERROR_INIT;
    ck_assert(!db_run_now(fx.db, values_work, NULL, &err));
    ck_assert_int_eq(err.kind, ERROR_PROTOCOL);
    error_release(&err);
}
END_TEST

static bool weight_work(struct connection *c, void *user, struct error *err)
{
    return connection_ask_int(c, "SELECT count(*) FROM notes WHERE weight = 1.5", user, err);
}

START_TEST(an_older_schema_is_brought_forward)
{
    struct note note = {0};
    struct error err = ERROR_INIT;
    int64_t weighted = 0;
    ck_assert_int_eq(fx.opened.from_version, 0);
    note_submit(&note, "old");
    fixture_close();
    fixture_open(&fixture_newer);
    ck_assert_int_eq(fx.opened.from_version, 1);
    ck_assert_ptr_null(fx.opened.set_aside);
    ck_assert(db_run_now(fx.db, weight_work, &weighted, &err));
    ck_assert_int_eq(weighted, 1);
    fixture_close();
    fixture_open(&fixture_newer);
    ck_assert_int_eq(fx.opened.from_version, 2);
}
END_TEST

START_TEST(a_newer_schema_is_refused_and_left_alone)
{
    struct error err = ERROR_INIT;
    fixture_close();
    fixture_open(&fixture_newer);
    fixture_close();
    ck_assert_ptr_null(fixture_try_open(&fixture_schema, &err));
    ck_assert_int_eq(err.kind, ERROR_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(error_text(&err), "has schema 2, and this tocsin knows those up"));
    ck_assert_ptr_nonnull(err.suggestion);
    error_release(&err);
    fixture_open(&fixture_newer);
}
END_TEST

/* Whole or not at all. */
START_TEST(a_migration_that_fails_changes_nothing)
{
    static const char *const broken[] = {
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;",
        "CREATE TABLE more (id INTEGER);",
        "INSERT INTO nowhere VALUES (1);",
    };
    struct error err = ERROR_INIT;
    fixture_close();
    ck_assert_ptr_null(fixture_try_open(&(struct db_schema){broken, 3}, &err));
    ck_assert_ptr_nonnull(strstr(error_text(&err), "cannot bring it from schema 2 to 3"));
    error_release(&err);
    fixture_open(&(struct db_schema){broken, 2});
    ck_assert_int_eq(fx.opened.from_version, 1);
}
END_TEST

START_TEST(a_reader_beside_the_writer)
{
    struct error err = ERROR_INIT;
    struct note notes[2] = {0};
    int64_t count = 0;
    note_submit(&notes[0], "x");
    fixture_wait(&notes_told, 1);
    struct connection *reader = db_open_reader(fx.path, &fixture_schema, &err);
    ck_assert_msg(reader != NULL, "%s", error_text(&err));
    ck_assert(count_work(reader, &count, &err));
    ck_assert_int_eq(count, 1);
    note_submit(&notes[1], "x");
    fixture_wait(&notes_told, 2);
    ck_assert(count_work(reader, &count, &err));
    ck_assert_int_eq(count, 2);
    ck_assert(!connection_run(reader, "DELETE FROM notes", &err));
    ck_assert_int_eq(err.sys, EROFS);
    connection_close(reader);
    ck_assert_ptr_null(db_open_reader(fx.path, &fixture_newer, &err));
    ck_assert_int_eq(err.kind, ERROR_UNSUPPORTED);
    ck_assert_ptr_null(db_open_reader("/nowhere/at/all.db", &fixture_newer, &err));
    ck_assert_int_eq(err.kind, ERROR_NOT_FOUND);
    error_release(&err);
}
END_TEST

START_TEST(the_files_are_for_their_owner)
{
    static const char *const parts[] = {"", "-wal", "-shm"};
    struct note note = {0};
    note_submit(&note, "x");
    fixture_wait(&notes_told, 1);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        char path[128];
        struct stat st;
        (void)snprintf(path, sizeof(path), "%s%s", fx.path, parts[i]);
        ck_assert_int_eq(stat(path, &st), 0);
        ck_assert_uint_eq(st.st_mode & 0777, 0600);
    }
}
END_TEST

START_TEST(in_memory)
{
    struct note note = {0};
    fixture_close();
    (void)snprintf(fx.path, sizeof(fx.path), "%s", CONNECTION_IN_MEMORY);
    fixture_open(&fixture_newer);
    note_submit(&note, "x");
    fixture_wait(&notes_told, 1);
    ck_assert_int_eq(fixture_count(), 1);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("db");
    tcase_add_checked_fixture(tc, setup, fixture_teardown);
    tcase_add_test(tc, jobs_in_order_and_never_inside_the_call);
    tcase_add_test(tc, what_waits_goes_into_one_transaction);
    tcase_add_test(tc, a_job_that_fails_takes_back_its_own);
    tcase_add_test(tc, cancelled_jobs_are_released);
    tcase_add_test(tc, closing_finishes_what_is_queued);
    tcase_add_test(tc, closing_calls_off_what_does_not_end);
    tcase_add_test(tc, closing_does_not_wait_for_others);
    tcase_add_test(tc, busy_for_too_long_is_told);
    tcase_add_test(tc, too_many_jobs_are_refused);
    tcase_add_test(tc, values_come_back);
    tcase_add_test(tc, an_older_schema_is_brought_forward);
    tcase_add_test(tc, a_newer_schema_is_refused_and_left_alone);
    tcase_add_test(tc, a_migration_that_fails_changes_nothing);
    tcase_add_test(tc, a_reader_beside_the_writer);
    tcase_add_test(tc, the_files_are_for_their_owner);
    tcase_add_test(tc, in_memory);
    return suite_run("db/db", tc);
}
