/*
 * Taking chunks back: see store_sealed.h. Timelines are made as their chunks come; which series has
 * which tracks is settled at the end, since a series may have been in several timelines, one after
 * the other. Where two tracks of a series overlap in time (the clock was set back between two runs)
 * the one that ended first counts.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "series/chunk_pack.h"
#include "series/store_inside.h"
#include "series/store_sealed.h"

struct candidate {
    struct labels *labels; /* owned */
    struct timeline *timeline;
    uint32_t slot;
    int64_t newest_ms;
};

struct store_restore {
    struct store *store;
    struct timeline *timeline; /* that chunks and slots are of */
    VEC(struct candidate) candidates;
    struct restored counts;
};

struct store_restore *store_restore_begin(struct store *store, uint64_t next_chunk_id,
                                          uint32_t next_timeline)
{
    struct store_restore *r = mem_zalloc(1, sizeof(*r));
    assert(store->series_count == 0 && store->retired.len == 0);
    r->store = store;
    store->timelines.next_chunk_id = next_chunk_id;
    store->timelines.next_archive_id = next_timeline;
    return r;
}

static uint32_t slots_of(const struct timeline *tl)
{
    uint32_t most = 0;
    for (size_t i = 0; i < tl->chunks.len; i++) {
        most = tl->chunks.items[i]->slots > most ? tl->chunks.items[i]->slots : most;
    }
    return most;
}

void restore_timeline(struct store_restore *r, uint32_t timeline)
{
    struct timeline *tl = timeline_create(&r->store->timelines);
    tl->archive_id = timeline;
    vec_push(&r->store->retired, tl);
    r->timeline = tl;
}

bool restore_chunk(struct store_restore *r, struct chunk *chunk)
{
    struct timeline *tl = r->timeline;
    const struct chunk *last = tl->chunks.len > 0 ? tl->chunks.items[tl->chunks.len - 1] : NULL;
    if (chunk->id >= r->store->timelines.next_chunk_id ||
        (last != NULL && (chunk->id <= last->id || chunk->first_ms <= last->last_ms))) {
        chunk_destroy(chunk);
        return false;
    }
    timeline_add_chunk(tl, chunk);
    tl->archived_chunk = (uint32_t)chunk->id;
    r->counts.chunks++;
    r->counts.samples += chunk->samples;
    return true;
}

/* It gets the next number, as if it were closed now: the archive has it as a chunk soon. */
bool restore_open(struct store_restore *r, struct chunk *chunk)
{
    struct timeline *tl = r->timeline;
    const struct chunk *last = tl->chunks.len > 0 ? tl->chunks.items[tl->chunks.len - 1] : NULL;
    if (last != NULL && chunk->first_ms <= last->last_ms) {
        chunk_destroy(chunk);
        return false;
    }
    chunk->id = r->store->timelines.next_chunk_id++;
    timeline_add_chunk(tl, chunk);
    r->counts.chunks++;
    r->counts.samples += chunk->samples;
    return true;
}

/* The newest sample that the slot has; false where it has none. */
static bool find_newest(const struct timeline *tl, const struct sealed_slot *slot, int64_t *t_ms,
                        uint64_t *value)
{
    int64_t times[COLUMN_ROWS_MAX];
    uint32_t row = 0;
    for (size_t i = tl->chunks.len; i > 0; i--) {
        const struct chunk *chunk = tl->chunks.items[i - 1];
        if ((uint32_t)chunk->id - slot->first_chunk > UINT32_MAX / 2) {
            return false;
        }
        if (slot->slot < chunk->slots && chunk_last(chunk, slot->slot, &row, value)) {
            if (row + 1 == chunk->rows) {
                *t_ms = chunk->last_ms;
            } else {
                chunk_times(chunk, times);
                *t_ms = times[row];
            }
            return true;
        }
    }
    return false;
}

void restore_slot(struct store_restore *r, const struct sealed_slot *slot)
{
    struct timeline *tl = r->timeline;
    int64_t newest_ms = 0;
    uint64_t value = 0;
    if (tl->slots.len == 0) {
        timeline_set_slots(tl, slots_of(tl));
    }
    if (slot->slot >= tl->slots.len || !find_newest(tl, slot, &newest_ms, &value)) {
        return;
    }
    struct slot *made = &tl->slots.items[slot->slot];
    made->first_chunk = slot->first_chunk;
    made->archived = true;
    made->column.last = value;
    vec_push(&r->candidates, ((struct candidate){.labels = labels_ref(slot->labels),
                                                 .timeline = tl,
                                                 .slot = slot->slot,
                                                 .newest_ms = newest_ms}));
}

/* By series (sets are interned: the address tells them apart), then by time. */
static int by_series(const void *a, const void *b)
{
    const struct candidate *x = a;
    const struct candidate *y = b;
    if (x->labels != y->labels) {
        return (uintptr_t)x->labels < (uintptr_t)y->labels ? -1 : 1;
    }
    return x->newest_ms < y->newest_ms ? -1 : x->newest_ms > y->newest_ms;
}

static int64_t first_of(const struct candidate *c)
{
    struct samples samples = {.t_ms = NULL};
    timeline_read(c->timeline, c->slot, INT64_MIN, INT64_MAX, &samples);
    int64_t first_ms = samples.len > 0 ? samples.t_ms[0] : INT64_MAX;
    samples_release(&samples);
    return first_ms;
}

/* `n` tracks of one series, by their ends. */
static void make_series(struct store_restore *r, const struct candidate *tracks, size_t n)
{
    struct store *store = r->store;
    if (store->series_count >= store->options.max_series) {
        r->counts.series_refused++;
        return;
    }
    uint32_t number = store_add_series(store, tracks[0].labels);
    struct series *s = store_series(store, number);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && first_of(&tracks[i]) <= s->newest_ms) {
            timeline_free_slot(tracks[i].timeline, tracks[i].slot);
            continue;
        }
        if (s->track.timeline != NULL) {
            s->older = mem_realloc(s->older, s->older_count + 1, sizeof(*s->older));
            s->older[s->older_count++] = s->track;
        }
        s->track = (struct track){.timeline = tracks[i].timeline, .slot = tracks[i].slot};
        s->newest_ms = tracks[i].newest_ms;
    }
    postings_add(&store->postings, s->labels, number);
    r->counts.series++;
}

void store_restore_end(struct store_restore *r, struct restored *out)
{
    struct store *store = r->store;
    size_t n = r->candidates.len;
    if (n > 0) {
        qsort(r->candidates.items, n, sizeof(*r->candidates.items), by_series);
    }
    for (size_t at = 0; at < n;) {
        size_t end = at + 1;
        while (end < n && r->candidates.items[end].labels == r->candidates.items[at].labels) {
            end++;
        }
        make_series(r, &r->candidates.items[at], end - at);
        at = end;
    }
    VEC_EACH (&r->candidates, struct candidate, c) {
        labels_unref(c->labels);
    }
    vec_release(&r->candidates);
    if (n > 0) {
        store->trim_version = ++store->version;
        store->series_version++;
        store->owners_version++;
    }
    *out = r->counts;
    free(r);
}
