/* The inside of the journal, for journal.c and journal_read.c. Private to this folder. */
#ifndef TOCSIN_ALERT_JOURNAL_INSIDE_H
#define TOCSIN_ALERT_JOURNAL_INSIDE_H

#include "alert/journal.h"
#include "alert/journal_batch.h"
#include "alert/journal_schema.h"
#include "db/db.h"
#include "db/folder_lock.h"

struct waiter {
    journal_done_cb done;
    void *user;
};

struct write;

struct journal {
    struct loop *loop;
    struct log *log;
    struct db *db;
    struct folder_lock *lock;      /* NULL: in memory */
    struct journal_reader *reader; /* of what can only be read; NULL: nothing */
    struct journal_sql sql;
    int64_t keep_ms;
    int64_t keep_rows;
    int64_t prune_due_ms;
    struct wall now; /* of the last flush */

    struct journal_batch pending;
    VEC(struct waiter) waiting; /* for `pending` */
    struct write *writing;      /* on the thread; NULL: nothing */
    VEC(struct waiter) committing;
    struct waiter *telling; /* those of `telling_count` that are being called; NULL: none */
    size_t telling_count;
    bool again;  /* write once more when that is done */
    size_t open; /* jobs of the database that use this journal */

    char *in_memory; /* why; NULL: it is on disk, or meant to be so */
    char *damaged;   /* what was found and set aside, for as long as this one runs; or NULL */
    char *problem;   /* of the last write */
    bool failing;
    size_t lost;  /* transitions, since writing fails */
    bool *closed; /* of the completions that run */
};

#endif
