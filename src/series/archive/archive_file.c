/* Writing the archive's tables: see archive_file.h. */
#include "series/archive/archive_file.h"

#include "base/attr.h"

static const char *const migrations[] = {
    /* 0 -> 1 */
    "CREATE TABLE chunks ("
    " timeline INTEGER NOT NULL, id INTEGER NOT NULL, first_ms INTEGER NOT NULL,"
    " last_ms INTEGER NOT NULL, hash INTEGER NOT NULL, data BLOB NOT NULL,"
    " UNIQUE (timeline, id)) STRICT;"
    "CREATE INDEX chunks_by_end ON chunks (last_ms);"
    "CREATE TABLE open ("
    " timeline INTEGER NOT NULL UNIQUE, id INTEGER NOT NULL, first_ms INTEGER NOT NULL,"
    " last_ms INTEGER NOT NULL, hash INTEGER NOT NULL, data BLOB NOT NULL) STRICT;"
    "CREATE TABLE slots ("
    " number INTEGER PRIMARY KEY, generation INTEGER NOT NULL, hash INTEGER NOT NULL,"
    " data BLOB NOT NULL) STRICT;"
    "CREATE TABLE meta (name TEXT NOT NULL UNIQUE, value INTEGER NOT NULL) STRICT;",
};

const struct db_schema archive_schema = {migrations, (int)ARRAY_LEN(migrations)};

void archive_batch_init(struct archive_batch *b)
{
    *b = (struct archive_batch){.cutoff_ms = INT64_MIN};
    strbuf_init(&b->slots, ARCHIVE_ROW_MAX);
    strbuf_init(&b->bytes, ARCHIVE_ROW_MAX);
}

void archive_batch_release(struct archive_batch *b)
{
    strbuf_release(&b->slots);
    strbuf_release(&b->bytes);
    vec_release(&b->chunks);
    vec_release(&b->open);
}

void archive_batch_reset(struct archive_batch *b)
{
    archive_batch_release(b);
    archive_batch_init(b);
}

static bool set_next_timeline(struct connection *c, uint32_t next, struct error *err)
{
    struct statement *st = statement_prepare(
        c, "INSERT OR REPLACE INTO meta (name, value) VALUES ('next_timeline', ?1)", err);
    if (st == NULL) {
        return false;
    }
    statement_bind_int(st, 1, next);
    return statement_run(st, err);
}

static bool delete_before(struct connection *c, const char *sql, int64_t before, struct error *err)
{
    struct statement *st = statement_prepare(c, sql, err);
    if (st == NULL) {
        return false;
    }
    statement_bind_int(st, 1, before);
    return statement_run(st, err);
}

static bool write_slots(struct connection *c, const struct archive_batch *b, struct error *err)
{
    struct statement *st =
        statement_prepare(c, "INSERT INTO slots (generation, hash, data) VALUES (?1, ?2, ?3)", err);
    if (st == NULL) {
        return false;
    }
    struct str data = strbuf_str(&b->slots);
    statement_bind_int(st, 1, b->generation);
    statement_bind_int(st, 2, (int64_t)str_hash(data));
    statement_bind_blob(st, 3, data);
    return statement_run(st, err);
}

static const char put_chunk[] =
    "INSERT OR REPLACE INTO chunks (timeline, id, first_ms, last_ms, hash, data)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
static const char put_open[] =
    "INSERT OR REPLACE INTO open (timeline, id, first_ms, last_ms, hash, data)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

static bool write_chunk(struct connection *c, const struct archive_batch *b, const char *sql,
                        const struct archive_chunk *chunk, struct error *err)
{
    struct statement *st = statement_prepare(c, sql, err);
    if (st == NULL) {
        return false;
    }
    struct str data = str_slice(strbuf_str(&b->bytes), chunk->at, chunk->len);
    statement_bind_int(st, 1, chunk->timeline);
    statement_bind_int(st, 2, (int64_t)chunk->id);
    statement_bind_int(st, 3, chunk->first_ms);
    statement_bind_int(st, 4, chunk->last_ms);
    statement_bind_int(st, 5, (int64_t)str_hash(data));
    statement_bind_blob(st, 6, data);
    return statement_run(st, err);
}

bool archive_batch_write(struct connection *c, const struct archive_batch *b, struct error *err)
{
    bool ok = set_next_timeline(c, b->next_timeline, err);
    ok = ok && (b->cutoff_ms == INT64_MIN ||
                (delete_before(c, "DELETE FROM chunks WHERE last_ms < ?1", b->cutoff_ms, err) &&
                 delete_before(c, "DELETE FROM open WHERE last_ms < ?1", b->cutoff_ms, err)));
    ok = ok && (b->slots.len == 0 || write_slots(c, b, err));
    for (size_t i = 0; ok && i < b->chunks.len; i++) {
        ok = write_chunk(c, b, put_chunk, &b->chunks.items[i], err);
    }
    for (size_t i = 0; ok && i < b->open.len; i++) {
        ok = write_chunk(c, b, put_open, &b->open.items[i], err);
    }
    return ok && (b->drop_before == 0 ||
                  delete_before(c, "DELETE FROM slots WHERE generation < ?1", b->drop_before, err));
}
