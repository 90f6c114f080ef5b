/*
 * A chunk: closed rows of a timeline, with the times and the values of all its series in one
 * allocation of exactly the size needed. A series that was constant takes about ten bytes of it,
 * its offset included.
 *
 * Immutable. Owner: chunk_create/chunk_destroy.
 */
#ifndef TOCSIN_SERIES_CHUNK_H
#define TOCSIN_SERIES_CHUNK_H

#include <stdbool.h>
#include <stdint.h>

#include "series/column.h"

struct chunk {
    uint64_t id; /* of all chunks of the store, growing */
    int64_t first_ms;
    int64_t last_ms;
    uint32_t rows;
    uint32_t slots;
    uint32_t samples;
    uint32_t times_len; /* bytes of blocks that hold the times */
    uint32_t size;      /* of the allocation */
    uint32_t offsets[]; /* slots + 1: where each slot's column begins; behind them times, columns */
};

/* A slot of a timeline: the column of one series. */
struct slot {
    struct column column;
    uint32_t first_chunk; /* chunks with an older id hold another series' values here (low bits) */
    bool archived;        /* the archive knows whose it is */
};

/* The settled columns of `slots` over `rows` rows. NULL where they need more than 4 GiB. */
struct chunk *chunk_create(uint64_t id, const int64_t *times, uint32_t rows,
                           const struct slot *slots, uint32_t count);
void chunk_destroy(struct chunk *chunk);
void chunk_times(const struct chunk *chunk, int64_t times[COLUMN_ROWS_MAX]);
/* The column's tokens; `slot` < chunk->slots. */
const uint8_t *chunk_column(const struct chunk *chunk, uint32_t slot, size_t *len);

/*
 * Decoded times of the chunks read lately: reading a thousand series of a target decodes its times
 * once and not a thousand times. Direct-mapped; an entry is overwritten by the next that falls on
 * it.
 */
#define TIMES_CACHE_ENTRIES 16
struct times_cache_entry {
    uint64_t id; /* 0: empty */
    int64_t times[COLUMN_ROWS_MAX];
};
struct times_cache {
    struct times_cache_entry entries[TIMES_CACHE_ENTRIES];
};
/* Valid until the next call. */
const int64_t *times_cache_get(struct times_cache *cache, const struct chunk *chunk);

#endif
