/* A folder of its own for each case, a loop, and a database of one table. */
#ifndef TOCSIN_TESTS_UNIT_DB_FIXTURE_H
#define TOCSIN_TESTS_UNIT_DB_FIXTURE_H

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "db/db.h"
#include "support/suite.h"

static const char *const fixture_migrations[] = {
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;",
    "ALTER TABLE notes ADD COLUMN weight REAL; UPDATE notes SET weight = 1.5;",
};
static const struct db_schema fixture_schema = {fixture_migrations, 1};
static const struct db_schema fixture_newer = {fixture_migrations, 2};

static struct {
    char folder[64];
    char path[96];
    struct loop *loop;
    struct db *db;
    struct db_opened opened;
} fx;

static inline int fixture_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static inline struct db *fixture_try_open(const struct db_schema *schema, struct error *err)
{
    db_opened_release(&fx.opened);
    /* 2026-03-14T09:26:53Z */
    fx.db =
        db_open(fx.loop, fx.path, schema, (struct wall){INT64_C(1773480413000)}, &fx.opened, err);
    return fx.db;
}

static inline void fixture_open(const struct db_schema *schema)
{
    struct error err = ERROR_INIT;
    fixture_try_open(schema, &err);
    ck_assert_msg(fx.db != NULL, "%s", error_text(&err));
}

static inline void fixture_close(void)
{
    ck_assert(db_close(fx.db, 10000));
    fx.db = NULL;
}

static inline void fixture_setup(void)
{
    struct error err = ERROR_INIT;
    memset(&fx, 0, sizeof(fx));
    (void)snprintf(fx.folder, sizeof(fx.folder), "/tmp/tocsin-db-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(fx.folder));
    (void)snprintf(fx.path, sizeof(fx.path), "%s/notes.db", fx.folder);
    fx.loop = loop_create(NULL, &err);
    ck_assert_ptr_nonnull(fx.loop);
}

static inline void fixture_teardown(void)
{
    db_close(fx.db, 10000);
    db_opened_release(&fx.opened);
    loop_destroy(fx.loop);
    nftw(fx.folder, fixture_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* A job that adds a note, and what was told of it. */
struct note {
    const char *text;
    unsigned order; /* when it was told, from 1 */
    unsigned told;
    unsigned released;
    bool fails; /* after it has written */
    struct error err;
};

static unsigned notes_told;

static inline bool note_work(struct connection *c, void *user, struct error *err)
{
    const struct note *note = user;
    struct statement *st = statement_prepare(c, "INSERT INTO notes (text) VALUES (?1)", err);
    if (st == NULL) {
        return false;
    }
    statement_bind_text(st, 1, str_from(note->text));
    if (!statement_run(st, err)) {
        return false;
    }
    return !note->fails || error_set(err, ERROR_EVALUATION, "told to fail");
}

static inline void note_done(void *user, const struct error *err)
{
    struct note *note = user;
    note->told++;
    note->order = ++notes_told;
    if (err != NULL) {
        error_copy(&note->err, err);
    }
}

static inline void note_release(void *user)
{
    struct note *note = user;
    note->released++;
}

static inline struct db_job *note_submit(struct note *note, const char *text)
{
    note->text = text;
    return db_submit(
        fx.db, &(struct db_task){
                   .work = note_work, .done = note_done, .release = note_release, .user = note});
}

static inline void fixture_wait(const unsigned *counter, unsigned wanted)
{
    for (int i = 0; i < 6000 && *counter < wanted; i++) {
        loop_step(fx.loop, 10);
    }
    ck_assert_uint_eq(*counter, wanted);
}

static inline bool count_work(struct connection *c, void *user, struct error *err)
{
    return connection_ask_int(c, "SELECT count(*) FROM notes", user, err);
}

/* Notes that are there; nothing may be queued. */
static inline int64_t fixture_count(void)
{
    struct error err = ERROR_INIT;
    int64_t count = 0;
    ck_assert_msg(db_run_now(fx.db, count_work, &count, &err), "%s", error_text(&err));
    return count;
}

#endif
