/*
 * See db.h. The thread takes all jobs that wait and makes one transaction of them; each has a
 * savepoint of its own where they are several. SQLite takes a whole transaction back by itself when
 * the disk is full: then what the transaction had done so far has failed, and the rest of the jobs
 * begin another.
 */
#include "db/db.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/vec.h"
#include "db/open.h"

/* How long db_close waits for a job that was called off, which only a disk that does not answer
 * makes longer than some milliseconds. */
#define END_WAIT_MS 2000

struct db {
    struct loop *loop;
    struct connection *connection; /* the thread's, while it has jobs */
    struct worker *worker;
    VEC(struct db_job *) refused;
    struct db_stats stats;
    bool unwritten; /* a job was dropped at the end that is not on disk */
};

struct db_job {
    struct worker_task task;
    struct db *db;
    struct db_task call;
    struct error err;
    bool first;               /* of its transaction */
    bool ran;                 /* and `err` says how it went */
    bool cancelled;           /* the loop's thread only */
    struct deferred *refusal; /* instead of the thread */
};

static struct db_job *job_of(struct worker_task *task)
{
    return CONTAINER_OF(task, struct db_job, task);
}

static struct db_job *job_after(const struct db_job *job)
{
    return job->task.next != NULL ? job_of(job->task.next) : NULL;
}

/* The jobs from `first` up to `end` that had succeeded have not after all. */
static void fail_group(struct db_job *first, const struct db_job *end, const struct error *err)
{
    for (struct db_job *job = first; job != NULL && job != end; job = job_after(job)) {
        if (!error_is(&job->err)) {
            error_copy(&job->err, err);
        }
    }
}

static void roll_back(struct connection *c)
{
    struct error err = ERROR_INIT;
    connection_settle(c);
    /* What cannot be rolled back fails to begin next time, and is told then. */
    if (connection_in_transaction(c) && !connection_run(c, "ROLLBACK", &err)) {
        error_release(&err);
    }
}

/* False where the transaction is gone. */
static bool run_job(struct connection *c, struct db_job *job, bool alone)
{
    struct error ignored = ERROR_INIT;
    if (!alone && !connection_run(c, "SAVEPOINT job", &job->err)) {
        return connection_in_transaction(c);
    }
    bool ok = job->call.work(c, job->call.user, &job->err);
    assert(ok == !error_is(&job->err));
    connection_settle(c);
    if (!connection_in_transaction(c)) {
        if (ok) {
            error_set(&job->err, ERROR_IO, "the database took the transaction back");
        }
        return false;
    }
    if (alone) {
        return ok;
    }
    if (ok) {
        return connection_run(c, "RELEASE job", &job->err);
    }
    bool back = connection_run(c, "ROLLBACK TO job; RELEASE job", &ignored);
    error_release(&ignored);
    return back;
}

static bool all_read(const struct db_job *job)
{
    while (job->call.reads && job->task.next != NULL) {
        job = job_of(job->task.next);
    }
    return job->call.reads;
}

/* One transaction; returns the job that the next one begins with. */
static struct db_job *run_group(struct connection *c, struct db_job *first)
{
    struct error err = ERROR_INIT;
    struct db_job *end = NULL;
    bool alone = first->task.next == NULL;
    first->first = true;
    bool ok = connection_run(c, all_read(first) ? "BEGIN" : "BEGIN IMMEDIATE", &err);
    for (struct db_job *job = first; ok && job != NULL; job = job_after(job)) {
        job->ran = true;
        ok = run_job(c, job, alone);
        if (!ok) {
            end = job_after(job);
            error_copy(&err, &job->err);
        }
    }
    if (ok) {
        ok = connection_run(c, "COMMIT", &err);
    }
    if (!ok) {
        roll_back(c);
        fail_group(first, end, &err);
    }
    error_release(&err);
    return end;
}

static void on_run(void *user, struct worker_task *first)
{
    struct db *db = user;
    struct db_job *job = job_of(first);
    while (job != NULL) {
        job = run_group(db->connection, job);
    }
    /* The next ones may be a long time coming, and are few. */
    connection_shrink(db->connection);
}

static void drop(struct db_job *job)
{
    if (job->call.release != NULL) {
        job->call.release(job->call.user);
    }
    error_release(&job->err);
    free(job);
}

static void tell(struct db_job *job)
{
    struct db_stats *stats = &job->db->stats;
    stats->jobs++;
    stats->jobs_failed += error_is(&job->err) ? 1 : 0;
    stats->transactions += job->first ? 1 : 0;
    if (job->cancelled || job->call.done == NULL) {
        drop(job);
        return;
    }
    struct db_task call = job->call;
    struct error err = ERROR_INIT;
    error_move(&err, &job->err);
    free(job);
    call.done(call.user, error_is(&err) ? &err : NULL);
    error_release(&err);
}

static void on_done(void *user, struct worker_task *task)
{
    (void)user;
    tell(job_of(task));
}

static void on_dropped(void *user, struct worker_task *task)
{
    struct db *db = user;
    const struct db_job *job = job_of(task);
    db->unwritten = db->unwritten || !job->ran || error_is(&job->err);
    drop(job_of(task));
}

struct db *db_open(struct loop *loop, const char *path, const struct db_schema *schema,
                   struct wall now, struct db_opened *opened, struct error *err)
{
    static const struct worker_calls calls = {
        .run = on_run, .done = on_done, .dropped = on_dropped};
    struct connection *c = open_database(path, schema, now, opened, err);
    if (c == NULL) {
        return NULL;
    }
    struct db *db = mem_zalloc(1, sizeof(*db));
    db->loop = loop;
    db->connection = c;
    db->worker = loop_worker_create(loop, "database", &calls, db, err);
    if (db->worker == NULL) {
        connection_close(c);
        free(db);
        return NULL;
    }
    return db;
}

static void forget_refused(struct db *db, const struct db_job *job)
{
    for (size_t i = 0; i < db->refused.len; i++) {
        if (db->refused.items[i] == job) {
            vec_remove(&db->refused, i);
            return;
        }
    }
}

bool db_close(struct db *db, int64_t flush_ms)
{
    if (db == NULL) {
        return true;
    }
    bool flushed = worker_wait(db->worker, flush_ms);
    if (!flushed) {
        connection_interrupt(db->connection);
    }
    VEC_EACH (&db->refused, struct db_job *, job) {
        db->unwritten = true;
        deferred_cancel((*job)->refusal);
        drop(*job);
    }
    vec_release(&db->refused);
    bool ended = worker_destroy(db->worker, flush_ms > END_WAIT_MS ? flush_ms : END_WAIT_MS);
    flushed = flushed && ended && !db->unwritten;
    if (ended) {
        connection_close(db->connection);
        free(db);
    }
    return flushed;
}

static void on_refusal(void *user)
{
    struct db_job *job = user;
    forget_refused(job->db, job);
    tell(job);
}

struct db_job *db_submit(struct db *db, const struct db_task *task)
{
    struct db_job *job = mem_zalloc(1, sizeof(*job));
    job->db = db;
    job->call = *task;
    if (worker_open(db->worker) < DB_JOBS_MAX) {
        worker_submit(db->worker, &job->task);
        return job;
    }
    error_set(&job->err, ERROR_BUSY, "the database does not keep up: %d jobs wait for it",
              DB_JOBS_MAX);
    job->refusal = loop_defer(db->loop, on_refusal, job);
    vec_push(&db->refused, job);
    return job;
}

void db_job_cancel(struct db_job *job)
{
    if (job == NULL) {
        return;
    }
    if (job->refusal != NULL) {
        deferred_cancel(job->refusal);
        forget_refused(job->db, job);
        drop(job);
    } else if (worker_withdraw(job->db->worker, &job->task)) {
        drop(job);
    } else {
        job->cancelled = true;
    }
}

bool db_run_now(struct db *db, bool (*work)(struct connection *c, void *user, struct error *err),
                void *user, struct error *err)
{
    assert(worker_wait(db->worker, 0));
    struct db_job job = {.call = {.work = work, .user = user}};
    run_group(db->connection, &job);
    return !error_is(&job.err) || error_move(err, &job.err);
}

bool db_wait(struct db *db, int64_t wait_ms)
{
    return worker_wait(db->worker, wait_ms);
}

void db_stats(const struct db *db, struct db_stats *out)
{
    *out = db->stats;
    out->waiting = worker_open(db->worker) + db->refused.len;
}
