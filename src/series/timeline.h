/*
 * A timeline: the times of a target's polls, which all its series share, and their values, one slot
 * a series. Rows are appended until a chunk's worth stands open; then they are closed into a chunk.
 *
 * A series whose samples bring their own times has a timeline of its own, with one slot.
 *
 * Owner: timeline_create/timeline_destroy; `shared` outlives it.
 */
#ifndef TOCSIN_SERIES_TIMELINE_H
#define TOCSIN_SERIES_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "series/chunk.h"

/* What all timelines of a store have in common. */
struct timeline_shared {
    int64_t chunk_span_ms; /* a chunk covers no more; 0: no limit */
    uint64_t next_chunk_id;
    size_t bytes;   /* of timelines, columns and chunks */
    size_t samples; /* kept */
    struct times_cache cache;
    uint32_t next_archive_id; /* for timelines (store_sealed.h) */
};

struct timeline {
    struct timeline_shared *shared;
    int64_t *times; /* of the open rows */
    uint32_t rows;
    uint32_t times_capacity;
    VEC(struct slot) slots;
    VEC(uint32_t) free_slots;
    VEC(struct chunk *) chunks; /* oldest first */
    uint32_t archive_id;        /* 0: the archive does not know it */
    uint32_t archived_chunk;    /* the newest that was handed out (low bits of its id) */
    uint32_t archived_rows;     /* of the open ones, what was handed out as they stood */
};

struct timeline *timeline_create(struct timeline_shared *shared);
void timeline_destroy(struct timeline *tl);

uint32_t timeline_add_slot(struct timeline *tl);
/* Into an empty timeline: so many slots, all without values. */
void timeline_set_slots(struct timeline *tl, uint32_t count);
/* Behind all others; its id is below shared->next_chunk_id. */
void timeline_add_chunk(struct timeline *tl, struct chunk *chunk);
/* The open rows, if any, become a chunk. */
void timeline_seal(struct timeline *tl);
/* The open rows as a chunk of their own, which the caller destroys; they stay open. There are some.
 */
struct chunk *timeline_copy_open(const struct timeline *tl);
/* The oldest chunk that the archive does not have, or NULL. */
const struct chunk *timeline_unarchived(const struct timeline *tl);
/* Its open rows are gone at once, its closed ones with their chunks. */
void timeline_free_slot(struct timeline *tl, uint32_t slot);

/* INT64_MIN where it is empty. */
int64_t timeline_newest(const struct timeline *tl);
/* The open row of time `t_ms`, which is the newest time or later. */
uint32_t timeline_row(struct timeline *tl, int64_t t_ms);
/* The slot has no value yet in this open row or later ones. */
static inline void timeline_append(struct timeline *tl, uint32_t slot, uint32_t row, uint64_t value)
{
    column_append(&tl->slots.items[slot].column, row, value, &tl->shared->bytes);
    tl->shared->samples++;
}

/* Appends the slot's samples with from_ms <= t <= to_ms to `out`. */
void timeline_read(const struct timeline *tl, uint32_t slot, int64_t from_ms, int64_t to_ms,
                   struct samples *out);
/* The newest such sample; false where there is none. */
bool timeline_read_last(const struct timeline *tl, uint32_t slot, int64_t from_ms, int64_t to_ms,
                        int64_t *t_ms, double *v);
/* Drops chunks that end before `cutoff_ms`, and the open rows if they all do. */
void timeline_trim(struct timeline *tl, int64_t cutoff_ms);
/* Drops the rows after `t_ms`; true where there were some. The columns' `last` is as it was. */
bool timeline_cut(struct timeline *tl, int64_t t_ms);

/* Room for `extra` more samples. */
void samples_reserve(struct samples *out, size_t extra);

#endif
