/* See chunk_pack.h. */
#include "series/chunk_pack.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "series/block.h"

#define VARINT_BYTES_MAX 10

static size_t times_at(const struct chunk *chunk)
{
    return chunk->offsets[0] - chunk->times_len;
}

bool chunk_pack(const struct chunk *chunk, struct strbuf *out)
{
    size_t before = out->len;
    size_t body = chunk->offsets[chunk->slots] - times_at(chunk);
    size_t room = (4 + (size_t)chunk->slots) * VARINT_BYTES_MAX;
    uint8_t *at = (uint8_t *)strbuf_room(out, room);
    if (at == NULL) {
        return false;
    }
    at += varint_encode(at, chunk->rows);
    at += varint_encode(at, chunk->slots);
    at += varint_encode(at, chunk->samples);
    at += varint_encode(at, chunk->times_len);
    for (uint32_t i = 0; i < chunk->slots; i++) {
        at += varint_encode(at, chunk->offsets[i + 1] - chunk->offsets[i]);
    }
    strbuf_wrote(out, (char *)at);
    if (!strbuf_add(out, (const char *)chunk + times_at(chunk), body)) {
        strbuf_truncate(out, before);
        return false;
    }
    return true;
}

struct reader {
    const uint8_t *at;
    const uint8_t *end;
    bool ok;
};

/* 0, and not ok, over `max`. */
static uint32_t read_number(struct reader *r, uint64_t max)
{
    uint64_t v = 0;
    size_t used = r->ok ? varint_decode(r->at, r->end, &v) : 0;
    r->ok = used != 0 && v <= max;
    r->at += used;
    return r->ok ? (uint32_t)v : 0;
}

/* Fills the offsets; false where the lengths do not make up what is left. */
static bool read_lengths(struct reader *r, struct chunk *chunk)
{
    uint64_t at =
        sizeof(struct chunk) + ((uint64_t)chunk->slots + 1) * sizeof(uint32_t) + chunk->times_len;
    uint64_t columns = 0;
    for (uint32_t i = 0; i < chunk->slots; i++) {
        chunk->offsets[i] = (uint32_t)(at + columns);
        columns += read_number(r, chunk->size);
        if (!r->ok || at + columns > chunk->size) {
            return false;
        }
    }
    chunk->offsets[chunk->slots] = (uint32_t)(at + columns);
    return (uint64_t)(r->end - r->at) == chunk->times_len + columns;
}

static bool read_times(struct chunk *chunk, int64_t *times)
{
    const uint8_t *end = (const uint8_t *)chunk + chunk->offsets[0];
    const uint8_t *in = end - chunk->times_len;
    int64_t previous = 0;
    uint32_t row = 0;
    while (row < chunk->rows) {
        unsigned n = 0;
        size_t used = block_decode(in, end, previous, times + row, &n);
        if (used == 0 || n == 0) {
            return false;
        }
        in += used;
        row += n;
        previous = times[row - 1];
    }
    for (uint32_t i = 1; i < row; i++) {
        if (times[i - 1] >= times[i]) {
            return false;
        }
    }
    chunk->first_ms = times[0];
    chunk->last_ms = times[row - 1];
    return row == chunk->rows && in == end;
}

static bool decode_last(const struct chunk *chunk, uint32_t slot, const int64_t *times,
                        struct column_sink *sink)
{
    size_t len = 0;
    const uint8_t *bytes = chunk_column(chunk, slot, &len);
    *sink = (struct column_sink){.times = times, .first = 0, .end = chunk->rows, .out = NULL};
    return column_decode(bytes, len, chunk->rows, sink);
}

static bool check_columns(const struct chunk *chunk, const int64_t *times)
{
    struct column_sink sink;
    bool ok = true;
    for (uint32_t i = 0; ok && i < chunk->slots; i++) {
        ok = decode_last(chunk, i, times, &sink);
    }
    return ok;
}

struct chunk *chunk_unpack(struct str packed, uint64_t id)
{
    const uint8_t *in = (const uint8_t *)packed.data;
    struct reader r = {.at = in, .end = in + packed.len, .ok = packed.len > 0};
    int64_t times[COLUMN_ROWS_MAX + BLOCK_VALUES];
    uint32_t rows = read_number(&r, COLUMN_ROWS_MAX);
    uint32_t slots = read_number(&r, STORE_MAX_SERIES);
    uint32_t samples = read_number(&r, UINT32_MAX);
    uint32_t times_len = read_number(&r, packed.len);
    uint64_t head = sizeof(struct chunk) + ((uint64_t)slots + 1) * sizeof(uint32_t);
    /* Each slot takes a byte at least, which bounds what is allocated by what there is. */
    if (!r.ok || rows == 0 || samples > (uint64_t)rows * slots || slots > packed.len ||
        head + packed.len > UINT32_MAX - BLOCK_SLACK) {
        return NULL;
    }
    size_t body = packed.len - (size_t)(r.at - in) - slots; /* at most */
    struct chunk *chunk = NULL;
    if (times_len > body) {
        return NULL;
    }
    chunk = mem_zalloc(1, head + packed.len + BLOCK_SLACK);
    *chunk = (struct chunk){.id = id,
                            .rows = rows,
                            .slots = slots,
                            .samples = samples,
                            .times_len = times_len,
                            .size = (uint32_t)(head + packed.len + BLOCK_SLACK)};
    if (!read_lengths(&r, chunk)) {
        free(chunk);
        return NULL;
    }
    memcpy((uint8_t *)chunk + head, r.at, (size_t)(r.end - r.at));
    chunk->size = chunk->offsets[slots] + BLOCK_SLACK;
    if (!read_times(chunk, times) || !check_columns(chunk, times)) {
        free(chunk);
        return NULL;
    }
    return mem_realloc(chunk, 1, chunk->size);
}

bool chunk_last(const struct chunk *chunk, uint32_t slot, uint32_t *row, uint64_t *value)
{
    static const int64_t no_times[COLUMN_ROWS_MAX];
    struct column_sink sink;
    if (!decode_last(chunk, slot, no_times, &sink) || !sink.found) {
        return false;
    }
    *row = sink.last_row;
    *value = sink.last_value;
    return true;
}
