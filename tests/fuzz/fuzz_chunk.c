/*
 * Any doubles with any gaps between them into a column, and back bit by bit, open, settled and from
 * a chunk; then the same bytes taken for a column, which may be refused but must not crash.
 *
 * Input: a byte that says how many rows to leave out (0 mostly), then how the value is made: from
 * the one before by a small step, or from eight bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "series/block.h"
#include "series/chunk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct rows {
    int64_t times[COLUMN_ROWS_MAX];
    uint64_t values[COLUMN_ROWS_MAX]; /* of the rows that have one */
    uint32_t places[COLUMN_ROWS_MAX];
    uint32_t count;
};

static void check(const struct rows *rows, const struct samples *out)
{
    if (out->len != rows->count || memcmp(out->v, rows->values, out->len * sizeof(double)) != 0) {
        abort();
    }
    for (size_t i = 0; i < out->len; i++) {
        if (out->t_ms[i] != rows->times[rows->places[i]]) {
            abort();
        }
    }
}

/* The next value out of the input: small steps make runs and counters, bytes anything. */
static uint64_t next_value(const uint8_t **data, const uint8_t *end, uint64_t before, uint8_t how)
{
    double v;
    if ((how & 0xC0) == 0xC0 && end - *data >= 8) {
        memcpy(&before, *data, 8);
        *data += 8;
        return before;
    }
    memcpy(&v, &before, sizeof(v));
    v += (how & 0x40) != 0 ? 0.01 * (how & 7) : (double)(how & 7);
    memcpy(&before, &v, sizeof(v));
    return before;
}

static void fill(const uint8_t *data, size_t size, struct rows *rows, struct slot *slot,
                 size_t *bytes)
{
    const uint8_t *end = data + size;
    uint64_t value = 0;
    uint32_t row = 0;
    while (data < end && row < COLUMN_ROWS_MAX) {
        uint8_t how = *data++;
        row += (how & 0x38) == 0x38 ? how & 7 : 0;
        if (row >= COLUMN_ROWS_MAX) {
            return;
        }
        value = next_value(&data, end, value, how);
        column_append(&slot->column, row, value, bytes);
        rows->places[rows->count] = row++;
        rows->values[rows->count++] = value;
    }
}

static void round_trip(const uint8_t *data, size_t size, struct samples *out)
{
    struct rows rows = {.count = 0};
    struct slot slot = {.first_chunk = 0};
    size_t bytes = 0;
    struct column_sink sink = {.times = rows.times, .end = COLUMN_ROWS_MAX, .out = out};
    for (uint32_t row = 0; row < COLUMN_ROWS_MAX; row++) {
        rows.times[row] = row * INT64_C(15000) + (size > 0 ? data[row % size] : 0);
    }
    fill(data, size, &rows, &slot, &bytes);
    out->len = 0;
    column_read(&slot.column, &sink);
    check(&rows, out);
    column_settle(&slot.column, &bytes);
    struct chunk *chunk = chunk_create(1, rows.times, COLUMN_ROWS_MAX, &slot, 1);
    size_t len = 0;
    const uint8_t *column = chunk_column(chunk, 0, &len);
    int64_t times[COLUMN_ROWS_MAX];
    chunk_times(chunk, times);
    out->len = 0;
    if (memcmp(times, rows.times, sizeof(times)) != 0 ||
        !column_decode(column, len, COLUMN_ROWS_MAX, &sink)) {
        abort();
    }
    check(&rows, out);
    chunk_destroy(chunk);
    column_reset(&slot.column, &bytes);
    if (bytes != 0) {
        abort();
    }
}

static void decode_anything(const uint8_t *data, size_t size, struct samples *out)
{
    int64_t times[COLUMN_ROWS_MAX] = {0};
    struct column_sink sink = {.times = times, .end = COLUMN_ROWS_MAX, .out = out};
    uint8_t *padded = calloc(size + BLOCK_SLACK, 1);
    if (padded == NULL) {
        return;
    }
    if (size > 0) {
        memcpy(padded, data, size);
    }
    out->len = 0;
    (void)column_decode(padded, size, COLUMN_ROWS_MAX, &sink);
    free(padded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t t_ms[COLUMN_ROWS_MAX];
    double v[COLUMN_ROWS_MAX];
    struct samples out = {.t_ms = t_ms, .v = v, .capacity = COLUMN_ROWS_MAX};
    round_trip(data, size, &out);
    decode_anything(data, size, &out);
    return 0;
}
