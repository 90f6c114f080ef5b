/*
 * See timeline.h. A slot that is given to a new series still has the old one's values in closed
 * chunks until those go; first_chunk says from which chunk on the values are the new one's. It
 * keeps the low 32 bits of the id, which are compared as a difference: a store does not live to see
 * 2^31 chunks pass while one of them is kept.
 */
#include "series/timeline.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define TIMES_CAPACITY_MIN 16u

struct timeline *timeline_create(struct timeline_shared *shared)
{
    struct timeline *tl = mem_zalloc(1, sizeof(*tl));
    tl->shared = shared;
    tl->archived_chunk = (uint32_t)shared->next_chunk_id - 1;
    shared->bytes += sizeof(*tl);
    return tl;
}

static void drop_chunk(struct timeline *tl, struct chunk *chunk)
{
    tl->shared->bytes -= chunk->size;
    tl->shared->samples -= chunk->samples;
    chunk_destroy(chunk);
}

static void reset_column(struct timeline *tl, struct slot *slot)
{
    tl->shared->samples -= slot->column.samples;
    column_reset(&slot->column, &tl->shared->bytes);
}

static size_t slots_bytes(const struct timeline *tl)
{
    return tl->slots.capacity * sizeof(*tl->slots.items) +
           tl->free_slots.capacity * sizeof(*tl->free_slots.items);
}

void timeline_destroy(struct timeline *tl)
{
    if (tl == NULL) {
        return;
    }
    VEC_EACH (&tl->slots, struct slot, slot) {
        reset_column(tl, slot);
    }
    VEC_EACH (&tl->chunks, struct chunk *, chunk) {
        drop_chunk(tl, *chunk);
    }
    tl->shared->bytes -= sizeof(*tl) + slots_bytes(tl) + tl->times_capacity * sizeof(*tl->times);
    free(tl->times);
    vec_release(&tl->slots);
    vec_release(&tl->free_slots);
    vec_release(&tl->chunks);
    free(tl);
}

uint32_t timeline_add_slot(struct timeline *tl)
{
    struct slot slot = {.first_chunk = (uint32_t)tl->shared->next_chunk_id};
    if (tl->free_slots.len > 0) {
        uint32_t at = tl->free_slots.items[--tl->free_slots.len];
        tl->slots.items[at] = slot;
        return at;
    }
    size_t before = slots_bytes(tl);
    if (tl->slots.capacity == 0) { /* a timeline of one series stays small */
        tl->slots.items = mem_alloc(sizeof(slot));
        tl->slots.capacity = 1;
    }
    vec_push(&tl->slots, slot);
    tl->shared->bytes += slots_bytes(tl) - before;
    return (uint32_t)tl->slots.len - 1;
}

void timeline_set_slots(struct timeline *tl, uint32_t count)
{
    size_t before = slots_bytes(tl);
    assert(tl->slots.len == 0);
    free(tl->slots.items);
    tl->slots.items = mem_zalloc(count, sizeof(*tl->slots.items));
    tl->slots.len = tl->slots.capacity = count;
    tl->shared->bytes += slots_bytes(tl) - before;
}

void timeline_add_chunk(struct timeline *tl, struct chunk *chunk)
{
    tl->shared->bytes += chunk->size;
    tl->shared->samples += chunk->samples;
    vec_push(&tl->chunks, chunk);
}

const struct chunk *timeline_unarchived(const struct timeline *tl)
{
    for (size_t i = 0; i < tl->chunks.len; i++) {
        uint32_t age = (uint32_t)tl->chunks.items[i]->id - tl->archived_chunk;
        if (age != 0 && age <= UINT32_MAX / 2) {
            return tl->chunks.items[i];
        }
    }
    return NULL;
}

void timeline_free_slot(struct timeline *tl, uint32_t slot)
{
    size_t before = slots_bytes(tl);
    reset_column(tl, &tl->slots.items[slot]);
    vec_push(&tl->free_slots, slot);
    tl->shared->bytes += slots_bytes(tl) - before;
}

int64_t timeline_newest(const struct timeline *tl)
{
    if (tl->rows > 0) {
        return tl->times[tl->rows - 1];
    }
    return tl->chunks.len > 0 ? tl->chunks.items[tl->chunks.len - 1]->last_ms : INT64_MIN;
}

static void close_rows(struct timeline *tl)
{
    struct timeline_shared *shared = tl->shared;
    VEC_EACH (&tl->slots, struct slot, slot) {
        column_settle(&slot->column, &shared->bytes);
    }
    struct chunk *chunk = chunk_create(shared->next_chunk_id, tl->times, tl->rows, tl->slots.items,
                                       (uint32_t)tl->slots.len);
    /* 500,000 series of 240 incompressible values are under 1 GiB. */
    assert(chunk != NULL);
    shared->next_chunk_id++;
    timeline_add_chunk(tl, chunk);
    VEC_EACH (&tl->slots, struct slot, slot) {
        reset_column(tl, slot);
    }
    tl->rows = 0;
    tl->archived_rows = 0;
}

struct chunk *timeline_copy_open(const struct timeline *tl)
{
    size_t bytes = 0; /* of the copies: the store's figure does not know them */
    size_t count = tl->slots.len;
    struct slot *slots = mem_zalloc(count, sizeof(*slots));
    for (size_t i = 0; i < count; i++) {
        column_copy_settled(&tl->slots.items[i].column, &slots[i].column, &bytes);
    }
    struct chunk *chunk =
        chunk_create(tl->shared->next_chunk_id, tl->times, tl->rows, slots, (uint32_t)count);
    assert(chunk != NULL);
    for (size_t i = 0; i < count; i++) {
        column_reset(&slots[i].column, &bytes);
    }
    free(slots);
    return chunk;
}

void timeline_seal(struct timeline *tl)
{
    if (tl->rows > 0) {
        close_rows(tl);
    }
}

uint32_t timeline_row(struct timeline *tl, int64_t t_ms)
{
    int64_t span = tl->shared->chunk_span_ms;
    if (tl->rows > 0) {
        int64_t newest = tl->times[tl->rows - 1];
        assert(t_ms >= newest);
        if (t_ms == newest) {
            return tl->rows - 1;
        }
        bool too_long = span > 0 && (uint64_t)t_ms - (uint64_t)tl->times[0] >= (uint64_t)span;
        if (tl->rows == COLUMN_ROWS_MAX || too_long) {
            close_rows(tl);
        }
    }
    if (tl->rows == tl->times_capacity) {
        uint32_t capacity = tl->times_capacity != 0 ? tl->times_capacity * 2 : TIMES_CAPACITY_MIN;
        tl->times = mem_realloc(tl->times, capacity, sizeof(*tl->times));
        tl->shared->bytes += (capacity - tl->times_capacity) * sizeof(*tl->times);
        tl->times_capacity = capacity;
    }
    tl->times[tl->rows] = t_ms;
    return tl->rows++;
}

void samples_reserve(struct samples *out, size_t extra)
{
    if (out->len + extra > out->capacity) {
        size_t capacity =
            out->capacity * 2 > out->len + extra ? out->capacity * 2 : out->len + extra;
        out->t_ms = mem_realloc(out->t_ms, capacity, sizeof(*out->t_ms));
        out->v = mem_realloc(out->v, capacity, sizeof(*out->v));
        out->capacity = capacity;
    }
}

/* The first of `rows` times that is not before `t_ms`. */
static uint32_t lower_bound(const int64_t *times, uint32_t rows, int64_t t_ms)
{
    uint32_t low = 0;
    uint32_t high = rows;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (times[middle] < t_ms) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The rows with from_ms <= t <= to_ms. */
static struct column_sink sink_over(const int64_t *times, uint32_t rows, int64_t from_ms,
                                    int64_t to_ms, struct samples *out)
{
    uint32_t end = to_ms == INT64_MAX ? rows : lower_bound(times, rows, to_ms + 1);
    return (struct column_sink){
        .times = times, .first = lower_bound(times, rows, from_ms), .end = end, .out = out};
}

static void decode(struct column_sink *sink, const uint8_t *bytes, size_t len, uint32_t rows)
{
    if (sink->first >= sink->end) {
        return;
    }
    if (sink->out != NULL) {
        samples_reserve(sink->out, sink->end - sink->first);
    }
    bool ok = column_decode(bytes, len, rows, sink);
    assert(ok);
    (void)ok;
}

/* The slot's part of a chunk; `len` 0 where it has none. */
static const uint8_t *slot_column(const struct timeline *tl, uint32_t slot,
                                  const struct chunk *chunk, size_t *len)
{
    *len = 0;
    uint32_t age = (uint32_t)chunk->id - tl->slots.items[slot].first_chunk;
    if (slot >= chunk->slots || age > UINT32_MAX / 2) {
        return NULL;
    }
    return chunk_column(chunk, slot, len);
}

static void read_chunk(const struct timeline *tl, uint32_t slot, const struct chunk *chunk,
                       int64_t from_ms, int64_t to_ms, struct column_sink *sink)
{
    size_t len = 0;
    struct samples *out = sink->out;
    sink->found = false;
    if (chunk->last_ms < from_ms || chunk->first_ms > to_ms) {
        return;
    }
    const uint8_t *bytes = slot_column(tl, slot, chunk, &len);
    if (len > 0) {
        const int64_t *times = times_cache_get(&tl->shared->cache, chunk);
        *sink = sink_over(times, chunk->rows, from_ms, to_ms, out);
        decode(sink, bytes, len, chunk->rows);
    }
}

static void read_open(const struct timeline *tl, uint32_t slot, int64_t from_ms, int64_t to_ms,
                      struct column_sink *sink)
{
    const struct column *column = &tl->slots.items[slot].column;
    struct samples *out = sink->out;
    sink->found = false;
    if (column->rows == 0) {
        return;
    }
    *sink = sink_over(tl->times, tl->rows, from_ms, to_ms, out);
    if (sink->first >= sink->end) {
        return;
    }
    if (out != NULL) {
        samples_reserve(out, sink->end - sink->first);
    }
    column_read(column, sink);
}

void timeline_read(const struct timeline *tl, uint32_t slot, int64_t from_ms, int64_t to_ms,
                   struct samples *out)
{
    struct column_sink sink = {.out = out};
    for (size_t i = 0; i < tl->chunks.len; i++) {
        read_chunk(tl, slot, tl->chunks.items[i], from_ms, to_ms, &sink);
    }
    read_open(tl, slot, from_ms, to_ms, &sink);
}

static bool take_last(const struct column_sink *sink, int64_t *t_ms, double *v)
{
    if (!sink->found) {
        return false;
    }
    *t_ms = sink->times[sink->last_row];
    memcpy(v, &sink->last_value, sizeof(*v));
    return true;
}

bool timeline_read_last(const struct timeline *tl, uint32_t slot, int64_t from_ms, int64_t to_ms,
                        int64_t *t_ms, double *v)
{
    struct column_sink sink = {.out = NULL};
    read_open(tl, slot, from_ms, to_ms, &sink);
    if (take_last(&sink, t_ms, v)) {
        return true;
    }
    for (size_t i = tl->chunks.len; i > 0; i--) {
        const struct chunk *chunk = tl->chunks.items[i - 1];
        if (chunk->last_ms < from_ms) {
            return false;
        }
        read_chunk(tl, slot, chunk, from_ms, to_ms, &sink);
        if (take_last(&sink, t_ms, v)) {
            return true;
        }
    }
    return false;
}

void timeline_trim(struct timeline *tl, int64_t cutoff_ms)
{
    size_t dropped = 0;
    while (dropped < tl->chunks.len && tl->chunks.items[dropped]->last_ms < cutoff_ms) {
        drop_chunk(tl, tl->chunks.items[dropped++]);
    }
    if (dropped > 0) {
        tl->chunks.len -= dropped;
        memmove(tl->chunks.items, tl->chunks.items + dropped,
                tl->chunks.len * sizeof(*tl->chunks.items));
    }
    if (tl->rows > 0 && tl->times[tl->rows - 1] < cutoff_ms) {
        VEC_EACH (&tl->slots, struct slot, slot) {
            reset_column(tl, slot);
        }
        tl->rows = 0;
        tl->archived_rows = 0;
    }
}

/* The first `rows` rows of one column, one by one, into another. */
struct copier {
    int64_t row_numbers[COLUMN_ROWS_MAX]; /* in place of times */
    struct samples rows;
};

static void copier_init(struct copier *c)
{
    *c = (struct copier){.rows = {.t_ms = NULL}};
    for (int i = 0; i < COLUMN_ROWS_MAX; i++) {
        c->row_numbers[i] = i;
    }
    samples_reserve(&c->rows, COLUMN_ROWS_MAX);
}

static struct column_sink copier_sink(struct copier *c, uint32_t rows)
{
    c->rows.len = 0;
    return (struct column_sink){.times = c->row_numbers, .end = rows, .out = &c->rows};
}

static void copier_write(const struct copier *c, struct column *to, size_t *bytes)
{
    for (size_t i = 0; i < c->rows.len; i++) {
        uint64_t bits;
        memcpy(&bits, &c->rows.v[i], sizeof(bits));
        column_append(to, (uint32_t)c->rows.t_ms[i], bits, bytes);
    }
}

static void cut_open(struct timeline *tl, int64_t t_ms, struct copier *c)
{
    uint32_t rows = lower_bound(tl->times, tl->rows, t_ms + 1);
    VEC_EACH (&tl->slots, struct slot, slot) {
        struct column_sink sink = copier_sink(c, rows);
        if (rows > 0 && slot->column.rows > 0) {
            column_read(&slot->column, &sink);
        }
        reset_column(tl, slot);
        copier_write(c, &slot->column, &tl->shared->bytes);
        tl->shared->samples += slot->column.samples;
    }
    tl->rows = rows;
}

/* The chunk up to `t_ms`, which is inside it. Values of series that had the slots before are gone
 * with it: the new one is younger than whose the slots are now. */
static struct chunk *part_of_chunk(const struct timeline *tl, const struct chunk *chunk,
                                   int64_t t_ms, struct copier *c)
{
    int64_t times[COLUMN_ROWS_MAX];
    size_t bytes = 0;
    chunk_times(chunk, times);
    uint32_t rows = lower_bound(times, chunk->rows, t_ms + 1);
    struct slot *slots = mem_zalloc((size_t)chunk->slots + 1, sizeof(*slots));
    for (uint32_t i = 0; i < chunk->slots; i++) {
        size_t len = 0;
        const uint8_t *tokens = slot_column(tl, i, chunk, &len);
        struct column_sink sink = copier_sink(c, rows);
        if (len > 0) {
            bool ok = column_decode(tokens, len, chunk->rows, &sink);
            assert(ok);
            (void)ok;
        }
        copier_write(c, &slots[i].column, &bytes);
        column_settle(&slots[i].column, &bytes);
    }
    struct chunk *part = chunk_create(tl->shared->next_chunk_id, times, rows, slots, chunk->slots);
    assert(part != NULL); /* it is less than what there was */
    for (uint32_t i = 0; i < chunk->slots; i++) {
        column_reset(&slots[i].column, &bytes);
    }
    free(slots);
    return part;
}

static void cut_closed(struct timeline *tl, int64_t t_ms, struct copier *c)
{
    while (tl->chunks.len > 0) {
        struct chunk *chunk = tl->chunks.items[tl->chunks.len - 1];
        if (chunk->last_ms <= t_ms) {
            return;
        }
        struct chunk *part = chunk->first_ms <= t_ms ? part_of_chunk(tl, chunk, t_ms, c) : NULL;
        tl->chunks.len--;
        drop_chunk(tl, chunk);
        if (part != NULL) {
            tl->shared->next_chunk_id++;
            timeline_add_chunk(tl, part);
        }
    }
}

bool timeline_cut(struct timeline *tl, int64_t t_ms)
{
    if (timeline_newest(tl) <= t_ms) {
        return false;
    }
    struct copier copier;
    copier_init(&copier);
    cut_open(tl, t_ms, &copier);
    cut_closed(tl, t_ms, &copier);
    samples_release(&copier.rows);
    return true;
}
