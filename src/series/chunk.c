/* See chunk.h. */
#include "series/chunk.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "series/block.h"

static size_t encode_times(uint8_t *out, const int64_t *times, uint32_t rows)
{
    size_t len = 0;
    int64_t previous = 0;
    for (uint32_t row = 0; row < rows; row += BLOCK_VALUES) {
        uint32_t n = rows - row < BLOCK_VALUES ? rows - row : BLOCK_VALUES;
        len += block_encode(out + len, times + row, n, previous, 0);
        previous = times[row + n - 1];
    }
    return len;
}

struct chunk *chunk_create(uint64_t id, const int64_t *times, uint32_t rows,
                           const struct slot *slots, uint32_t count)
{
    uint8_t encoded[(COLUMN_ROWS_MAX / BLOCK_VALUES + 1) * BLOCK_BYTES_MAX];
    assert(rows > 0 && rows <= COLUMN_ROWS_MAX);
    size_t times_len = encode_times(encoded, times, rows);
    size_t at = sizeof(struct chunk) + ((size_t)count + 1) * sizeof(uint32_t) + times_len;
    size_t size = at + BLOCK_SLACK;
    for (uint32_t i = 0; i < count; i++) {
        size += slots[i].column.len;
    }
    if (size > UINT32_MAX) {
        return NULL;
    }
    struct chunk *chunk = mem_alloc(size);
    *chunk = (struct chunk){.id = id,
                            .first_ms = times[0],
                            .last_ms = times[rows - 1],
                            .rows = rows,
                            .slots = count,
                            .times_len = (uint32_t)times_len,
                            .size = (uint32_t)size};
    uint8_t *bytes = (uint8_t *)chunk;
    memcpy(bytes + at - times_len, encoded, times_len);
    for (uint32_t i = 0; i < count; i++) {
        const struct column *c = &slots[i].column;
        chunk->offsets[i] = (uint32_t)at;
        if (c->len > 0) {
            memcpy(bytes + at, c->bytes, c->len);
        }
        at += c->len;
        chunk->samples += c->samples;
    }
    chunk->offsets[count] = (uint32_t)at;
    memset(bytes + at, 0, BLOCK_SLACK);
    return chunk;
}

void chunk_destroy(struct chunk *chunk)
{
    free(chunk);
}

void chunk_times(const struct chunk *chunk, int64_t times[COLUMN_ROWS_MAX])
{
    const uint8_t *end = (const uint8_t *)chunk + chunk->offsets[0];
    const uint8_t *in = end - chunk->times_len;
    int64_t previous = 0;
    unsigned n = 0;
    for (uint32_t row = 0; row < chunk->rows; row += n) {
        size_t used = block_decode(in, end, previous, times + row, &n);
        assert(used != 0);
        in += used;
        previous = times[row + n - 1];
    }
}

const uint8_t *chunk_column(const struct chunk *chunk, uint32_t slot, size_t *len)
{
    *len = chunk->offsets[slot + 1] - chunk->offsets[slot];
    return (const uint8_t *)chunk + chunk->offsets[slot];
}

const int64_t *times_cache_get(struct times_cache *cache, const struct chunk *chunk)
{
    struct times_cache_entry *e = &cache->entries[chunk->id % TIMES_CACHE_ENTRIES];
    if (e->id != chunk->id) {
        chunk_times(chunk, e->times);
        e->id = chunk->id;
    }
    return e->times;
}
