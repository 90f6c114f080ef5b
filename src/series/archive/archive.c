/*
 * See archive.h. A pass goes over all slots, then all chunks, that were not handed out, a batch at
 * a time; the next batch is filled when the one before is on disk. A batch that failed is kept and
 * goes first in the next pass. One buffer is all the memory it takes.
 */
#include "series/archive/archive.h"

#include <stdlib.h>

#include "base/mem.h"
#include "series/archive/archive_file.h"
#include "series/archive/slot_rows.h"
#include "series/chunk_pack.h"

/* Every so many passes what is still open is written, too. */
#define OPEN_EVERY 5

/* Rows of slots are written anew when they are so many times the series, and a few more. */
#define SLOTS_FACTOR 3
#define SLOTS_SLACK  ((size_t)20000)
#define NS_PER_MS    INT64_C(1000000)

struct archive {
    struct loop *loop;
    struct db *db;
    struct store *store;
    int64_t retention_ms;
    struct sealed_cursor cursor;
    struct sealed_cursor open_cursor;
    unsigned passes;
    bool with_open;    /* this pass writes what is open, too */
    bool working;      /* a pass is under way */
    bool slots_done;   /* of this pass */
    bool rewriting;    /* this pass writes all slots, as a new generation */
    bool in_flight;    /* the batch is the thread's */
    bool failed;       /* the batch is to be written before anything else */
    int64_t cutoff_ms; /* of this pass; INT64_MIN: already deleted */
    int64_t generation;
    size_t slots_in_file;
    struct archive_batch batch;
    struct archive_stats stats;
    char *problem;
};

void archive_opened_release(struct archive_opened *opened)
{
    free(opened->set_aside);
    free(opened->damage);
    *opened = (struct archive_opened){.series = 0};
}

struct archive *archive_open(struct loop *loop, const char *folder, struct store *store,
                             struct label_table *table, int64_t retention_ms, struct wall now,
                             struct archive_opened *opened, struct error *err)
{
    struct db_opened file;
    char *path = mem_printf("%s/%s", folder, ARCHIVE_FILE);
    struct db *db = db_open(loop, path, &archive_schema, now, &file, err);
    free(path);
    *opened = (struct archive_opened){.set_aside = file.set_aside, .damage = file.damage};
    if (db == NULL) {
        return NULL;
    }
    struct archive_load load = {.store = store,
                                .table = table,
                                .from_ms = retention_ms != 0 ? now.ms - retention_ms : INT64_MIN,
                                .to_ms = now.ms,
                                .opened = opened,
                                .generation = 1};
    if (!db_run_now(db, archive_load_work, &load, err)) {
        db_close(db, 0);
        return NULL;
    }
    struct archive *a = mem_zalloc(1, sizeof(*a));
    a->loop = loop;
    a->db = db;
    a->store = store;
    a->retention_ms = retention_ms;
    a->generation = load.generation;
    a->slots_in_file = load.slots;
    archive_batch_init(&a->batch);
    return a;
}

static void begin_pass(struct archive *a, struct wall now)
{
    struct store_stats stats;
    store_stats(a->store, &stats);
    a->working = true;
    a->slots_done = false;
    a->with_open = ++a->passes % OPEN_EVERY == 0;
    a->cursor = (struct sealed_cursor){.open_too = a->with_open};
    a->open_cursor = (struct sealed_cursor){.stage = 0};
    a->cutoff_ms = a->retention_ms != 0 ? now.ms - a->retention_ms : INT64_MIN;
    if (a->slots_in_file > SLOTS_FACTOR * stats.series + SLOTS_SLACK) {
        store_forget_slots(a->store);
        a->rewriting = true;
        a->generation++;
        a->slots_in_file = 0;
    }
}

/* Slots until there are no more; true where some were added. */
static bool add_slots(struct archive *a, struct archive_batch *b)
{
    struct sealed_slot *slots = mem_zalloc(ARCHIVE_BATCH_SLOTS, sizeof(*slots));
    size_t n = store_next_slots(a->store, &a->cursor, slots, ARCHIVE_BATCH_SLOTS);
    a->slots_done = n < ARCHIVE_BATCH_SLOTS;
    a->slots_in_file += n;
    if (n > 0 && !slot_rows_encode(slots, n, &b->slots)) {
        strbuf_reset(&b->slots); /* labels have limits: 4000 sets do not come to half a GiB */
        a->stats.skipped++;
    }
    free(slots);
    return n > 0;
}

/* False where it is larger than a row may be. */
static bool pack(struct archive *a, struct archive_batch *b, const struct chunk *chunk,
                 uint32_t timeline, struct archive_chunk *out)
{
    size_t before = b->bytes.len;
    if (!chunk_pack(chunk, &b->bytes)) {
        a->stats.skipped++;
        return false;
    }
    *out = (struct archive_chunk){.timeline = timeline,
                                  .id = chunk->id,
                                  .first_ms = chunk->first_ms,
                                  .last_ms = chunk->last_ms,
                                  .at = before,
                                  .len = b->bytes.len - before};
    a->stats.bytes += out->len;
    return true;
}

/* Copies of what is open until the batch is full enough, since to copy takes longer than to hand
 * out; false where there are no more. */
static bool add_open(struct archive *a, struct archive_batch *b)
{
    while (b->bytes.len < ARCHIVE_BATCH_BYTES / 4) {
        uint32_t timeline = 0;
        struct archive_chunk packed;
        struct chunk *chunk = store_next_open(a->store, &a->open_cursor, &timeline);
        if (chunk == NULL) {
            return false;
        }
        if (pack(a, b, chunk, timeline, &packed)) {
            vec_push(&b->open, packed);
        }
        chunk_destroy(chunk);
    }
    return true;
}

/* Chunks until the batch is full; false where there are no more. */
static bool add_chunks(struct archive *a, struct archive_batch *b)
{
    while (b->bytes.len < ARCHIVE_BATCH_BYTES) {
        uint32_t timeline = 0;
        const struct chunk *chunk = store_next_chunk(a->store, &a->cursor, &timeline);
        if (chunk == NULL) {
            return false;
        }
        struct archive_chunk packed;
        if (pack(a, b, chunk, timeline, &packed)) {
            vec_push(&b->chunks, packed);
            a->stats.chunks++;
        }
    }
    return true;
}

/* False where the pass has nothing more to write. */
static bool fill(struct archive *a)
{
    struct archive_batch *b = &a->batch;
    archive_batch_reset(b);
    b->generation = a->generation;
    bool more = !a->slots_done && add_slots(a, b);
    if (a->slots_done) {
        bool full = add_chunks(a, b);
        full = full || (a->with_open && add_open(a, b));
        more = more || full || b->chunks.len > 0 || b->open.len > 0;
    }
    if (a->slots_done && a->rewriting) {
        b->drop_before = a->generation;
        a->rewriting = false;
        more = true;
    }
    if (more) {
        b->cutoff_ms = a->cutoff_ms;
        a->cutoff_ms = INT64_MIN;
    }
    b->next_timeline = store_next_timeline(a->store);
    return more;
}

static void go_on(struct archive *a);

static void on_written(void *user, const struct error *err)
{
    struct archive *a = user;
    a->in_flight = false;
    a->failed = err != NULL;
    free(a->problem);
    a->problem = NULL;
    if (err == NULL) {
        go_on(a);
        return;
    }
    a->problem = mem_printf("samples are not kept: %s", error_text(err));
    a->working = false; /* until the next archive_keep */
}

static void on_released(void *user)
{
    struct archive *a = user;
    a->in_flight = false;
}

static bool write_work(struct connection *c, void *user, struct error *err)
{
    struct archive *a = user;
    return archive_batch_write(c, &a->batch, err);
}

static void go_on(struct archive *a)
{
    if (!a->failed && !fill(a)) {
        archive_batch_reset(&a->batch);
        a->working = false;
        return;
    }
    a->in_flight = true;
    db_submit(a->db,
              &(struct db_task){
                  .work = write_work, .done = on_written, .release = on_released, .user = a});
}

void archive_keep(struct archive *a, struct wall now)
{
    if (!a->working) {
        begin_pass(a, now);
        go_on(a);
    }
}

const char *archive_problem(const struct archive *a)
{
    return a->problem;
}

void archive_stats(const struct archive *a, struct archive_stats *out)
{
    *out = a->stats;
    out->working = a->working;
}

/* All that is left, on this thread: the loop does not turn any more. What was under way is written
 * again, since it was not told how it went; rows of the same names replace each other. */
static bool write_rest(struct archive *a, struct wall now, struct mono deadline)
{
    struct error err = ERROR_INIT;
    bool again = a->failed || a->in_flight;
    bool ok = true;
    store_seal(a->store);
    begin_pass(a, now);
    while (ok && (again || fill(a))) {
        ok = loop_clock(a->loop).ns < deadline.ns && db_run_now(a->db, write_work, a, &err);
        again = false;
    }
    error_release(&err);
    return ok;
}

bool archive_close(struct archive *a, struct wall now, int64_t flush_ms)
{
    if (a == NULL) {
        return true;
    }
    struct mono deadline = {loop_clock(a->loop).ns + flush_ms * NS_PER_MS};
    bool ok = db_wait(a->db, flush_ms) && write_rest(a, now, deadline);
    int64_t left_ms = mono_ms_since(deadline, loop_clock(a->loop));
    /* Whether a batch failed that was written again does not matter. */
    (void)db_close(a->db, left_ms > 0 ? left_ms : 0);
    if (!a->in_flight) { /* else the thread was left behind, and reads it still */
        archive_batch_release(&a->batch);
        free(a->problem);
        free(a);
    }
    return ok;
}
