/*
 * Reading the archive into a new store. First which timelines there are, then whose their slots
 * are, then the chunks, a timeline at a time. What does not read is left out and counted: every row
 * has a hash of its bytes, and a chunk is checked down to its columns (chunk_pack.h).
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/merge_sort.h"
#include "series/archive/archive_file.h"
#include "series/archive/slot_rows.h"
#include "series/chunk_pack.h"

struct loading {
    struct archive_load *load;
    struct connection *connection;
    VEC(uint32_t) timelines; /* with chunks to load, sorted */
    struct slot_list slots;  /* by timeline and slot, each once */
    size_t slots_at;
    struct store_restore *restore;
};

static bool list_timelines(struct loading *l, struct error *err)
{
    struct statement *st = statement_prepare(l->connection,
                                             "SELECT timeline FROM chunks"
                                             " WHERE last_ms >= ?1 AND last_ms <= ?2 UNION"
                                             " SELECT timeline FROM open"
                                             " WHERE last_ms >= ?1 AND last_ms <= ?2 ORDER BY 1",
                                             err);
    bool row = true;
    if (st == NULL) {
        return false;
    }
    statement_bind_int(st, 1, l->load->from_ms);
    statement_bind_int(st, 2, l->load->to_ms);
    while (statement_step(st, &row, err) && row) {
        vec_push(&l->timelines, (uint32_t)statement_int(st, 0));
    }
    return !error_is(err);
}

static int by_number(const void *a, const void *b)
{
    const uint32_t *x = a;
    const uint32_t *y = b;
    return *x < *y ? -1 : *x > *y;
}

static bool is_wanted(const void *context, uint32_t timeline)
{
    const struct loading *l = context;
    return l->timelines.len > 0 && bsearch(&timeline, l->timelines.items, l->timelines.len,
                                           sizeof(timeline), by_number) != NULL;
}

static bool read_slots(struct loading *l, struct error *err)
{
    struct statement *st = statement_prepare(
        l->connection, "SELECT generation, hash, data FROM slots ORDER BY generation, number", err);
    bool row = true;
    if (st == NULL) {
        return false;
    }
    while (statement_step(st, &row, err) && row) {
        struct str data = statement_str(st, 2);
        l->load->generation = statement_int(st, 0);
        if ((int64_t)str_hash(data) != statement_int(st, 1) ||
            !slot_rows_decode(data, l->load->table, is_wanted, l, &l->slots)) {
            l->load->opened->unreadable++;
        }
    }
    return !error_is(err);
}

static int by_slot(const void *a, const void *b)
{
    const struct sealed_slot *x = a;
    const struct sealed_slot *y = b;
    if (x->timeline != y->timeline) {
        return x->timeline < y->timeline ? -1 : 1;
    }
    return x->slot < y->slot ? -1 : x->slot > y->slot;
}

/* A slot was given to one series after the other: the last one has it. */
static void settle_slots(struct slot_list *list)
{
    size_t kept = 0;
    bool sorted =
        merge_sort(list->items.items, list->items.len, sizeof(*list->items.items), by_slot, NULL);
    assert(sorted);
    (void)sorted;
    for (size_t i = 0; i < list->items.len; i++) {
        struct sealed_slot *slot = &list->items.items[i];
        if (i + 1 < list->items.len && by_slot(slot, slot + 1) == 0) {
            slot_release(slot);
        } else {
            list->items.items[kept++] = *slot;
        }
    }
    list->items.len = kept;
}

/* Those of the timeline whose chunks are all there. */
static void restore_slots(struct loading *l, uint32_t timeline)
{
    while (l->slots_at < l->slots.items.len &&
           l->slots.items.items[l->slots_at].timeline <= timeline) {
        const struct sealed_slot *slot = &l->slots.items.items[l->slots_at++];
        if (slot->timeline == timeline) {
            restore_slot(l->restore, slot);
        }
    }
}

/* The chunk of the row, which the caller owns; NULL, and counted, where it does not read. */
static struct chunk *take_chunk(struct loading *l, struct statement *st)
{
    struct str data = statement_str(st, 2);
    struct chunk *chunk = (int64_t)str_hash(data) == statement_int(st, 1)
                              ? chunk_unpack(data, (uint64_t)statement_int(st, 0))
                              : NULL;
    l->load->opened->unreadable += chunk == NULL ? 1 : 0;
    return chunk;
}

static struct statement *select_of(struct loading *l, const char *sql, uint32_t timeline,
                                   struct error *err)
{
    struct statement *st = statement_prepare(l->connection, sql, err);
    if (st != NULL) {
        statement_bind_int(st, 1, l->load->from_ms);
        statement_bind_int(st, 2, l->load->to_ms);
        statement_bind_int(st, 3, timeline);
    }
    return st;
}

static bool read_chunks(struct loading *l, uint32_t timeline, struct error *err)
{
    struct statement *st = select_of(l,
                                     "SELECT id, hash, data FROM chunks WHERE timeline = ?3"
                                     " AND last_ms >= ?1 AND last_ms <= ?2 ORDER BY id",
                                     timeline, err);
    bool row = true;
    while (st != NULL && statement_step(st, &row, err) && row) {
        struct chunk *chunk = take_chunk(l, st);
        if (chunk != NULL && !restore_chunk(l->restore, chunk)) {
            l->load->opened->unreadable++;
        }
    }
    return !error_is(err);
}

/* What was open a while ago may have been closed since: then a chunk has it. */
static bool read_open(struct loading *l, uint32_t timeline, struct error *err)
{
    struct statement *st = select_of(l,
                                     "SELECT id, hash, data FROM open WHERE timeline = ?3"
                                     " AND last_ms >= ?1 AND last_ms <= ?2",
                                     timeline, err);
    bool row = true;
    while (st != NULL && statement_step(st, &row, err) && row) {
        struct chunk *chunk = take_chunk(l, st);
        if (chunk != NULL) {
            (void)restore_open(l->restore, chunk);
        }
    }
    return !error_is(err);
}

static bool read_timelines(struct loading *l, struct error *err)
{
    VEC_EACH (&l->timelines, uint32_t, timeline) {
        restore_timeline(l->restore, *timeline);
        if (!read_chunks(l, *timeline, err) || !read_open(l, *timeline, err)) {
            return false;
        }
        restore_slots(l, *timeline);
    }
    return true;
}

static bool load_all(struct loading *l, struct error *err)
{
    int64_t next_chunk = 0;
    int64_t next_timeline = 0;
    if (!connection_ask_int(l->connection, "SELECT coalesce(max(id), 0) + 1 FROM chunks",
                            &next_chunk, err) ||
        !connection_ask_int(l->connection, "SELECT value FROM meta WHERE name = 'next_timeline'",
                            &next_timeline, err)) {
        return false;
    }
    struct restored restored;
    l->restore = store_restore_begin(l->load->store, (uint64_t)next_chunk,
                                     next_timeline > 0 ? (uint32_t)next_timeline : 1);
    bool ok = list_timelines(l, err) && read_slots(l, err);
    if (ok) {
        settle_slots(&l->slots);
        ok = read_timelines(l, err);
    }
    store_restore_end(l->restore, &restored);
    l->load->opened->series = restored.series;
    l->load->opened->refused = restored.series_refused;
    l->load->opened->chunks = restored.chunks;
    l->load->opened->samples = restored.samples;
    l->load->slots = l->slots.seen;
    return ok;
}

bool archive_load_work(struct connection *c, void *load, struct error *err)
{
    struct loading l = {.load = load, .connection = c};
    bool ok = load_all(&l, err);
    slot_list_release(&l.slots);
    vec_release(&l.timelines);
    return ok;
}
