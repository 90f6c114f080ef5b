/*
 * A database: an SQLite file and the one thread that uses it.
 *
 * Jobs are queued by the loop and run on that thread in their order, inside a transaction. All that
 * wait while one transaction is under way go into the next one together (group commit), so that a
 * burst of small changes costs one wait for the disk. A job is told that it is done when its
 * transaction is on disk. One that fails takes back its own changes and no other's; where the whole
 * transaction fails, so do all its jobs. The next ones are tried again as if nothing had been: the
 * caller keeps what it could not write.
 *
 * Each database has a thread of its own, so that a large one (archived samples) never keeps a small
 * one (what must be on disk before a page is sent) waiting.
 *
 * Owner: db_open/db_close. Single-threaded (the loop's), save a job's work. Settings: connection.h.
 * Limits: DB_JOBS_MAX jobs wait; one more is told ERROR_BUSY.
 */
#ifndef TOCSIN_DB_DB_H
#define TOCSIN_DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "db/connection.h"
#include "db/statement.h"
#include "loop/loop.h"

#define DB_JOBS_MAX 10000

struct db;
struct db_job;

/* The texts that made the database what it is: migrations[n] leads from version n to n + 1. What
 * was released is never changed. They must outlive the database. No table is both STRICT and
 * WITHOUT ROWID: SQLite 3.40 takes sound ones for damaged (quick_check mixes up their columns). */
struct db_schema {
    const char *const *migrations;
    int version; /* the count of them */
};

/* What was found at opening. */
struct db_opened {
    int from_version; /* 0: it was new, or is anew */
    char *set_aside;  /* where a damaged file is now; NULL: none was */
    char *damage;     /* what was wrong with it */
};
void db_opened_release(struct db_opened *opened);

/*
 * Opens, looks whether the file is sound, and brings it to the schema's version, in one
 * transaction; before the loop turns, since all of it waits for the disk. A damaged file is set
 * aside, with its log, as PATH.corrupt-YYYYMMDDTHHMMSSZ, and a new one begun. A database of a newer
 * schema is ERROR_UNSUPPORTED and stays as it is. `path` may be CONNECTION_IN_MEMORY. The caller
 * sees to it that nobody else writes (folder_lock.h).
 */
struct db *db_open(struct loop *loop, const char *path, const struct db_schema *schema,
                   struct wall now, struct db_opened *opened, struct error *err) ATTR_NODISCARD;
/*
 * Finishes what is queued, at most `flush_ms`; what then still waits or runs is called off. False
 * where something was. Jobs not told yet are released and not told; the wait for a thread that
 * hangs in the kernel ends, too: it is then left behind. NULL is fine.
 */
bool db_close(struct db *db, int64_t flush_ms);

/* For commands that look into the database of an engine: read-only, while that goes on. NULL with
 * ERROR_NOT_FOUND where there is none, ERROR_UNSUPPORTED where its schema is another. */
struct connection *db_open_reader(const char *path, const struct db_schema *schema,
                                  struct error *err) ATTR_NODISCARD;

struct db_task {
    /* On the thread, in a transaction. False takes back what it changed. */
    bool (*work)(struct connection *c, void *user, struct error *err);
    /* On the loop, exactly once, never inside db_submit: NULL when it is on disk, else why it is
     * not. Takes over `user`. May be NULL, then `release` is called. */
    void (*done)(void *user, const struct error *err);
    /* On the loop instead of `done`, for a job that was cancelled or whose database was closed,
     * when its work is not running any more. May be NULL. */
    void (*release)(void *user);
    void *user;
    bool reads; /* changes nothing */
};
/* The handle is dead once the job is told. */
struct db_job *db_submit(struct db *db, const struct db_task *task);
/* `done` is not called any more. What has begun is written all the same. NULL is fine. */
void db_job_cancel(struct db_job *job);

/* For the end: blocks until all that was submitted has run, at most so long; true where it has. It
 * is told as always. */
bool db_wait(struct db *db, int64_t wait_ms);
/* For start-up and the end, while the loop does not turn and nothing submitted waits or runs
 * (before the first db_submit, after db_wait): runs at once, and returns when it is on disk. */
bool db_run_now(struct db *db, bool (*work)(struct connection *c, void *user, struct error *err),
                void *user, struct error *err) ATTR_NODISCARD;

struct db_stats {
    size_t waiting;        /* jobs not told */
    uint64_t jobs;         /* told, ever */
    uint64_t jobs_failed;  /* of them */
    uint64_t transactions; /* that they took */
};
void db_stats(const struct db *db, struct db_stats *out);

#endif
