/*
 * See journal.h. One batch collects, one is under way on the thread; it belongs to its write, so
 * that a thread which hangs keeps what it reads.
 */
#include "alert/journal.h"

#include <stdlib.h>

#include "alert/journal_batch.h"
#include "alert/journal_inside.h"
#include "alert/state_dir.h"
#include "base/mem.h"

#define PRUNE_EVERY_MS ((int64_t)3600 * 1000)
#define PRUNE_AT_ONCE  10000 /* rows a flush, so that none takes long */

/* What goes to the thread. */
struct write {
    struct journal *journal;
    const struct journal_sql *sql;
    struct journal_batch batch;
    bool prune;
    int64_t keep_from_ms;
    int64_t keep_rows;
};

void journal_status_release(struct journal_status *status)
{
    free(status->problem);
    free(status->set_aside);
    free(status->damage);
    *status = (struct journal_status){.on_disk = false};
}

/* The lock, then the file. False with the reason, and nothing held. */
static bool open_on_disk(struct journal *j, const struct journal_options *options, struct wall now,
                         struct journal_status *status, struct error *err)
{
    if (!state_dir_make(options->folder, err)) {
        return false;
    }
    j->lock = folder_lock_take(options->folder, err);
    if (j->lock == NULL) {
        status->taken = err->kind == ERROR_BUSY;
        return false;
    }
    struct db_opened opened;
    char *path = mem_printf("%s/%s", options->folder, JOURNAL_FILE);
    j->db = db_open(j->loop, path, &journal_schema, now, &opened, err);
    free(path);
    status->set_aside = opened.set_aside;
    status->damage = opened.damage;
    if (j->db == NULL) {
        folder_lock_release(j->lock);
        j->lock = NULL;
    }
    return j->db != NULL;
}

static bool open_in_memory(struct journal *j, struct wall now, struct error *err)
{
    struct db_opened opened;
    j->db = db_open(j->loop, CONNECTION_IN_MEMORY, &journal_schema, now, &opened, err);
    db_opened_release(&opened);
    j->keep_rows = j->keep_rows < JOURNAL_KEEP_MEMORY ? j->keep_rows : JOURNAL_KEEP_MEMORY;
    return j->db != NULL;
}

/* What cannot be written may still be read. Where not, it begins with nothing. */
static void open_what_there_was(struct journal *j, const char *folder)
{
    struct error err = ERROR_INIT;
    j->reader = journal_open_reader(folder, &err);
    error_release(&err);
}

struct journal *journal_open(struct loop *loop, struct log *log,
                             const struct journal_options *options, struct wall now,
                             struct journal_status *status, struct error *err)
{
    struct error problem = ERROR_INIT;
    struct journal *j = mem_zalloc(1, sizeof(*j));
    *status = (struct journal_status){.on_disk = false};
    j->loop = loop;
    j->log = log;
    j->keep_ms = options->keep_ms != 0 ? options->keep_ms : JOURNAL_KEEP_MS;
    j->keep_rows = options->keep_rows != 0 ? options->keep_rows : JOURNAL_KEEP_ROWS;
    j->prune_due_ms = INT64_MIN;
    journal_sql_init(&j->sql);
    status->on_disk = options->folder != NULL && open_on_disk(j, options, now, status, &problem);
    if (error_is(&problem)) {
        status->problem = mem_strdup(error_text(&problem));
        j->in_memory = mem_printf("state is in memory only: %s", error_text(&problem));
        if (!status->taken) {
            open_what_there_was(j, options->folder);
        }
    }
    if (status->set_aside != NULL) {
        j->damaged = mem_printf("the state was damaged, and is begun anew: '%s' is what there was",
                                status->set_aside);
    }
    error_release(&problem);
    if (j->db == NULL && !open_in_memory(j, now, err)) {
        journal_close(j, 0);
        return NULL;
    }
    return j;
}

static bool prune(struct connection *c, const struct write *w, struct error *err)
{
    struct statement *st = statement_prepare(c,
                                             "DELETE FROM transitions WHERE id IN (SELECT id FROM "
                                             "transitions WHERE at_ms < ?1 LIMIT ?2)",
                                             err);
    if (st == NULL) {
        return false;
    }
    statement_bind_int(st, 1, w->keep_from_ms);
    statement_bind_int(st, 2, PRUNE_AT_ONCE);
    if (!statement_run(st, err)) {
        return false;
    }
    /* Numbers are given in order and are never given anew while a newer one is there. */
    st = statement_prepare(c,
                           "DELETE FROM transitions WHERE id IN (SELECT id FROM transitions"
                           " WHERE id <= (SELECT max(id) FROM transitions) - ?1"
                           " ORDER BY id LIMIT ?2)",
                           err);
    if (st == NULL) {
        return false;
    }
    statement_bind_int(st, 1, w->keep_rows);
    statement_bind_int(st, 2, PRUNE_AT_ONCE);
    return statement_run(st, err);
}

static bool write_work(struct connection *c, void *user, struct error *err)
{
    const struct write *w = user;
    return journal_batch_write(&w->batch, c, w->sql, err) && (!w->prune || prune(c, w, err));
}

static void free_write(void *user)
{
    struct write *w = user;
    w->journal->writing = NULL;
    w->journal->open--;
    journal_batch_release(&w->batch);
    free(w);
}

static void note_lost(struct journal *j, size_t lost)
{
    if (lost > 0 && j->lost == 0) {
        log_event(j->log, LOG_LEVEL_ERROR, "journal",
                  LOG_STR("problem", "transitions that cannot be written are being lost"), LOG_END);
    }
    j->lost += lost;
}

static void start_write(struct journal *j);

static void note_result(struct journal *j, struct write *w, const struct error *err)
{
    free(j->problem);
    j->problem = NULL;
    if (err == NULL) {
        if (j->failing) {
            log_event(j->log, LOG_LEVEL_INFO, "journal", LOG_STR("note", "state is on disk again"),
                      LOG_END);
        }
        j->failing = false;
        j->lost = 0;
        return;
    }
    if (!j->failing) {
        log_event(j->log, LOG_LEVEL_ERROR, "journal", LOG_STR("problem", "cannot write state"),
                  LOG_ERR(err), LOG_END);
    }
    j->failing = true;
    if (w->prune) {
        j->prune_due_ms = INT64_MIN;
    }
    note_lost(j, journal_batch_merge(&j->pending, &w->batch));
    j->problem = j->lost > 0
                     ? mem_printf("state is in memory only, and %zu transitions are lost: %s",
                                  j->lost, error_text(err))
                     : mem_printf("state is in memory only: %s", error_text(err));
}

static void on_written(void *user, const struct error *err)
{
    struct write *w = user;
    struct journal *j = w->journal;
    bool closed = false;
    struct waiter *waiters = j->committing.items;
    size_t count = j->committing.len;
    note_result(j, w, err);
    free_write(w);
    j->committing.items = NULL;
    j->committing.len = j->committing.capacity = 0;
    if (j->again) {
        start_write(j);
    }
    j->closed = &closed;
    j->telling = waiters;
    j->telling_count = count;
    for (size_t i = 0; i < count && !closed; i++) {
        if (waiters[i].done != NULL) {
            waiters[i].done(waiters[i].user, err);
        }
    }
    free(waiters);
    if (!closed) {
        j->closed = NULL;
        j->telling = NULL;
        j->telling_count = 0;
    }
}

static void start_write(struct journal *j)
{
    struct write *w = mem_zalloc(1, sizeof(*w));
    w->journal = j;
    w->sql = &j->sql;
    w->batch = j->pending;
    w->prune = j->now.ms >= j->prune_due_ms;
    w->keep_from_ms = j->now.ms - j->keep_ms;
    w->keep_rows = j->keep_rows;
    if (w->prune) {
        j->prune_due_ms = j->now.ms + PRUNE_EVERY_MS;
    }
    j->pending = (struct journal_batch){.items = {.count = 0}};
    vec_release(&j->committing);
    j->committing.items = j->waiting.items;
    j->committing.len = j->waiting.len;
    j->committing.capacity = j->waiting.capacity;
    j->waiting.items = NULL;
    j->waiting.len = j->waiting.capacity = 0;
    j->writing = w;
    j->again = false;
    j->open++;
    db_submit(j->db, &(struct db_task){
                         .work = write_work, .done = on_written, .release = free_write, .user = w});
}

void journal_flush(struct journal *j, struct wall now, journal_done_cb done, void *user)
{
    j->now = now;
    j->again = true;
    if (done != NULL) {
        vec_push(&j->waiting, ((struct waiter){.done = done, .user = user}));
    }
    if (j->writing == NULL) {
        start_write(j);
    }
}

static void forget(struct waiter *waiters, size_t count, const void *user)
{
    for (size_t i = 0; i < count; i++) {
        if (waiters[i].user == user) {
            waiters[i].done = NULL;
        }
    }
}

void journal_flush_cancel(struct journal *j, const void *user)
{
    forget(j->waiting.items, j->waiting.len, user);
    forget(j->committing.items, j->committing.len, user);
    forget(j->telling, j->telling_count, user);
}

bool journal_close(struct journal *j, int64_t flush_ms)
{
    if (j == NULL) {
        return true;
    }
    if (j->closed != NULL) {
        *j->closed = true;
    }
    if (j->db != NULL && !journal_batch_is_empty(&j->pending)) {
        start_write(j);
    }
    bool written = db_close(j->db, flush_ms);
    journal_batch_release(&j->pending);
    vec_release(&j->waiting);
    vec_release(&j->committing);
    journal_reader_close(j->reader);
    folder_lock_release(j->lock);
    free(j->in_memory);
    free(j->damaged);
    free(j->problem);
    if (j->open == 0) { /* else the thread was left behind, and reads them still */
        journal_sql_release(&j->sql);
        free(j);
    }
    return written;
}

const char *journal_problem(const struct journal *j)
{
    return j->problem != NULL ? j->problem : j->in_memory != NULL ? j->in_memory : j->damaged;
}

size_t journal_unwritten(const struct journal *j)
{
    return journal_batch_count(&j->pending) +
           (j->writing != NULL ? journal_batch_count(&j->writing->batch) : 0);
}

void journal_put_alert(struct journal *j, const struct alert_record *r)
{
    journal_batch_put(&j->pending, RECORD_ALERT, r, false);
}

void journal_drop_alert(struct journal *j, const struct alert_record *key)
{
    journal_batch_put(&j->pending, RECORD_ALERT, key, true);
}

void journal_put_ack(struct journal *j, const struct ack_record *r)
{
    journal_batch_put(&j->pending, RECORD_ACK, r, false);
}

void journal_drop_ack(struct journal *j, const struct ack_record *key)
{
    journal_batch_put(&j->pending, RECORD_ACK, key, true);
}

void journal_put_silence(struct journal *j, const struct silence_record *r)
{
    journal_batch_put(&j->pending, RECORD_SILENCE, r, false);
}

void journal_drop_silence(struct journal *j, const char *id)
{
    char *key = mem_strdup(id);
    journal_batch_put(&j->pending, RECORD_SILENCE, &(struct silence_record){.id = key}, true);
    free(key);
}

void journal_put_rule(struct journal *j, const struct rule_record *r)
{
    journal_batch_put(&j->pending, RECORD_RULE, r, false);
}

void journal_drop_rule(struct journal *j, const char *rule)
{
    char *key = mem_strdup(rule);
    journal_batch_put(&j->pending, RECORD_RULE, &(struct rule_record){.rule = key}, true);
    free(key);
}

void journal_put_engine(struct journal *j, const struct engine_record *r)
{
    journal_batch_put(&j->pending, RECORD_ENGINE, r, false);
}

void journal_add_transition(struct journal *j, const struct transition_record *r)
{
    note_lost(j, journal_batch_add(&j->pending, r));
}
