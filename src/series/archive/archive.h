/*
 * The archive: closed chunks of a store, kept in a file `archive.db` of the state directory, so
 * that charts and rate windows survive a restart. A cache of the past and no more: where it is
 * damaged or cannot be written, tocsin goes on without.
 *
 * What is closed is written once, what is still open every few minutes as it stands, so that a
 * crash costs minutes, and an orderly end nothing. What comes back is bit by bit
 * what was there, in series of the same labels, which new samples go on with.
 *
 * Owner: archive_open/archive_close; the store and its labels outlive it. Single-threaded (the
 * loop's). The state directory is the caller's alone (db/folder_lock.h).
 * Limits: ARCHIVE_BATCH_BYTES under way at a time, or one chunk where it is larger.
 */
#ifndef TOCSIN_SERIES_ARCHIVE_ARCHIVE_H
#define TOCSIN_SERIES_ARCHIVE_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "loop/loop.h"
#include "series/store.h"

#define ARCHIVE_BATCH_BYTES ((size_t)1 << 20)
#define ARCHIVE_BATCH_SLOTS ((size_t)4000)

struct archive;

struct archive_opened {
    size_t series;  /* that are in the store again */
    size_t refused; /* series beyond the store's limit */
    size_t chunks;
    size_t samples;
    size_t unreadable; /* rows that were left out */
    char *set_aside;   /* where a damaged file is now; NULL: none was */
    char *damage;
};
void archive_opened_release(struct archive_opened *opened);

/* Opens the file in `folder`, and puts what is within `retention_ms` of `now` into `store`, to
 * which nothing was committed yet. Waits for the disk, so before the loop turns. NULL where it
 * cannot be opened: then nothing is kept, and the store is as it was. */
struct archive *archive_open(struct loop *loop, const char *folder, struct store *store,
                             struct label_table *table, int64_t retention_ms, struct wall now,
                             struct archive_opened *opened, struct error *err) ATTR_NODISCARD;
/* To be called about once a minute, behind store_trim: writes what was closed since, in pieces, and
 * deletes what is older than the retention. While the former call still works it does nothing. */
void archive_keep(struct archive *a, struct wall now);
/* Why the last write failed, good until the next turn; NULL where it did not. It is tried again. */
const char *archive_problem(const struct archive *a);
/* What was written since it was opened. */
struct archive_stats {
    size_t chunks;
    size_t bytes;
    size_t skipped; /* chunks larger than a row may be */
    bool working;   /* between archive_keep and its end */
};
void archive_stats(const struct archive *a, struct archive_stats *out);
/* Closes the open rows too, and writes for at most `flush_ms`; false where not everything was. What
 * comes into the store afterwards is not kept. NULL is fine. */
bool archive_close(struct archive *a, struct wall now, int64_t flush_ms);

#endif
