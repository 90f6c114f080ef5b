/*
 * The archive's tables: what of a store goes into them, and back. Private to this folder.
 *
 *     chunks  a row a chunk
 *     open    a row a timeline: its open rows as they stood some minutes ago
 *     slots   whose the slots are (slot_rows.h), each row of several. Rows are only added, until
 *             most of them are of what is gone: then all are written anew, as the next generation,
 *             and those before it deleted when the last one is there
 *     meta    the next number of a timeline: never given twice, or slots of one that is gone would
 *             be taken for its
 */
#ifndef TOCSIN_SERIES_ARCHIVE_ARCHIVE_FILE_H
#define TOCSIN_SERIES_ARCHIVE_ARCHIVE_FILE_H

#include "base/strbuf.h"
#include "base/vec.h"
#include "db/db.h"
#include "series/archive/archive.h"
#include "series/store_sealed.h"

#define ARCHIVE_FILE "archive.db"
/* SQLite's own limit is a billion. */
#define ARCHIVE_ROW_MAX ((size_t)512 * 1024 * 1024)

extern const struct db_schema archive_schema;

struct archive_chunk {
    uint32_t timeline;
    uint64_t id;
    int64_t first_ms;
    int64_t last_ms;
    size_t at; /* in `bytes` */
    size_t len;
};

/* What one transaction writes. */
struct archive_batch {
    uint32_t next_timeline;
    int64_t generation;  /* of its slots */
    int64_t drop_before; /* deletes slots of generations before this one; 0: none */
    int64_t cutoff_ms;   /* deletes chunks that end before; INT64_MIN: none */
    struct strbuf slots; /* a row, or empty */
    struct strbuf bytes; /* of chunks */
    VEC(struct archive_chunk) chunks;
    VEC(struct archive_chunk) open;
};
void archive_batch_init(struct archive_batch *b);
/* Empty again, without memory. */
void archive_batch_reset(struct archive_batch *b);
void archive_batch_release(struct archive_batch *b);
bool archive_batch_write(struct connection *c, const struct archive_batch *b,
                         struct error *err) ATTR_NODISCARD;

struct archive_load {
    struct store *store;
    struct label_table *table;
    int64_t from_ms;
    int64_t to_ms;
    struct archive_opened *opened;
    int64_t generation; /* the newest */
    size_t slots;       /* known to the file, the forgotten ones included */
};
/* For db_run_now. */
bool archive_load_work(struct connection *c, void *load, struct error *err);

#endif
