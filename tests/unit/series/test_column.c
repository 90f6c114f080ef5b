/*
 * Blocks and columns: whatever goes in comes back bit by bit, it takes the room it should, and
 * bytes that are no column are refused.
 */
#include <stdio.h>
#include <stdlib.h>

#include "random_series.h"
#include "series/block.h"
#include "series/chunk.h"
#include "series/column.h"
#include "support/suite.h"

#define ROWS COLUMN_ROWS_MAX

static uint64_t bits_of(double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof(bits));
    return bits;
}

/* Encodes, decodes, compares; returns the bytes taken. */
static size_t assert_block(const int64_t *values, unsigned n, int64_t previous)
{
    uint8_t bytes[BLOCK_BYTES_MAX];
    int64_t back[BLOCK_VALUES];
    unsigned got = 0;
    size_t len = block_encode(bytes, values, n, previous, 7);
    ck_assert_uint_le(len + BLOCK_SLACK, sizeof(bytes));
    ck_assert_uint_eq(block_caller(bytes), 7);
    ck_assert_uint_eq(block_decode(bytes, bytes + len, previous, back, &got), len);
    ck_assert_uint_eq(got, n);
    ck_assert_mem_eq(values, back, n * sizeof(*values));
    size_t taken = 0;
    for (size_t cut = 0; cut < len; cut++) { /* no part of a block is one */
        taken += block_decode(bytes, bytes + cut, previous, back, &got);
    }
    ck_assert_uint_eq(taken, 0);
    return len;
}

static const struct {
    unsigned n;
    int64_t previous;
    int64_t first;
    int64_t step;
    size_t bytes_max;
} series[] = {
    {1, 0, 0, 0, 2},
    {1, 5, 6, 0, 3},
    {32, 100, 110, 10, 3},             /* a steady counter */
    {32, 0, 1000000000000, 15000, 22}, /* times: one large step, then small ones */
    {32, 0, INT64_MAX, 1, 32},         /* wraps */
    {32, INT64_MIN, INT64_MAX, INT64_MIN, 24},
    {31, -3, -4, -1, 4},
    {2, 0, INT64_MIN, -1, 24},
};

START_TEST(steady_series_take_few_bytes)
{
    int64_t values[BLOCK_VALUES];
    for (unsigned i = 0; i < series[_i].n; i++) {
        values[i] = (int64_t)((uint64_t)series[_i].first + i * (uint64_t)series[_i].step);
    }
    ck_assert_uint_le(assert_block(values, series[_i].n, series[_i].previous),
                      series[_i].bytes_max);
}
END_TEST

START_TEST(an_outlier_does_not_widen_the_others)
{
    struct random r = {3};
    int64_t values[BLOCK_VALUES];
    for (int i = 0; i < BLOCK_VALUES; i++) {
        values[i] = 500 + (int64_t)random_below(&r, 16);
    }
    size_t plain = assert_block(values, BLOCK_VALUES, 507);
    values[9] = INT64_C(1) << 40;
    ck_assert_uint_le(assert_block(values, BLOCK_VALUES, 507), plain + 8);
    values[9] = 0;
    ck_assert_uint_le(assert_block(values, BLOCK_VALUES, 507), plain + 12);
}
END_TEST

START_TEST(zero_bits_at_the_end_cost_nothing)
{
    struct random r = {4};
    int64_t small[BLOCK_VALUES];
    int64_t large[BLOCK_VALUES];
    for (int i = 0; i < BLOCK_VALUES; i++) {
        small[i] = (int64_t)random_below(&r, 1000);
        large[i] = small[i] * 4096;
    }
    size_t bytes = assert_block(small, BLOCK_VALUES, 500);
    ck_assert_uint_le(assert_block(large, BLOCK_VALUES, INT64_C(500) * 4096), bytes + 4);
}
END_TEST

START_TEST(any_integers_come_back)
{
    struct random r = {(uint64_t)_i};
    for (int round = 0; round < 50; round++) {
        int64_t values[BLOCK_VALUES];
        unsigned n = 1 + (unsigned)random_below(&r, BLOCK_VALUES);
        unsigned width = (unsigned)random_below(&r, 65);
        for (unsigned i = 0; i < n; i++) {
            uint64_t v =
                width < 64 ? random_next(&r) & ((UINT64_C(1) << width) - 1) : random_next(&r);
            v = random_below(&r, 20) == 0 ? random_next(&r) : v;
            values[i] = (int64_t)v;
        }
        assert_block(values, n, (int64_t)random_next(&r));
    }
}
END_TEST

static const uint64_t varints[] = {0, 1, 127, 128, 16383, 16384, UINT32_MAX, UINT64_MAX};

START_TEST(varints_come_back)
{
    uint8_t bytes[10];
    uint64_t back = 0;
    size_t len = varint_encode(bytes, varints[_i]);
    ck_assert_uint_eq(varint_decode(bytes, bytes + len, &back), len);
    ck_assert_uint_eq(back, varints[_i]);
    ck_assert_uint_eq(varint_decode(bytes, bytes + len - 1, &back), 0);
}
END_TEST

/* Rows of a column as they went in. */
struct rows {
    int64_t times[ROWS];
    uint64_t values[ROWS];
    bool present[ROWS];
};

static void assert_window(const struct rows *rows, const struct column_sink *sink)
{
    size_t at = 0;
    size_t same = 0; /* counted, as Check notes every assertion in a file */
    for (uint32_t row = sink->first; row < sink->end; row++) {
        if (rows->present[row]) {
            same += at < sink->out->len && sink->out->t_ms[at] == rows->times[row] &&
                    bits_of(sink->out->v[at]) == rows->values[row];
            at++;
        }
    }
    ck_assert_uint_eq(same, at);
    ck_assert_uint_eq(at, sink->out->len);
}

static void assert_readable(const struct rows *rows, const struct column *c, struct random *r)
{
    int64_t t_ms[ROWS];
    double v[ROWS];
    uint32_t a = (uint32_t)random_below(r, ROWS + 1);
    uint32_t b = (uint32_t)random_below(r, ROWS + 1);
    struct samples out = {.t_ms = t_ms, .v = v, .capacity = ROWS};
    struct column_sink sink = {
        .times = rows->times, .first = a < b ? a : b, .end = a < b ? b : a, .out = &out};
    column_read(c, &sink);
    assert_window(rows, &sink);
    struct column_sink last = {.times = rows->times, .first = sink.first, .end = sink.end};
    column_read(c, &last);
    ck_assert_int_eq(last.found, out.len > 0);
    if (last.found) {
        ck_assert_int_eq(rows->times[last.last_row], t_ms[out.len - 1]);
        ck_assert_uint_eq(last.last_value, bits_of(v[out.len - 1]));
    }
}

static void fill(struct rows *rows, struct column *c, struct random *r, enum random_kind kind,
                 size_t *bytes)
{
    double value = kind == RANDOM_BITS ? 0 : (double)random_below(r, 100000);
    uint64_t gaps = random_below(r, 3) == 0 ? 10 : 1000;
    for (uint32_t row = 0; row < ROWS; row++) {
        rows->times[row] = row * 15000;
        if (random_below(r, gaps) == 0) {
            row += (uint32_t)random_below(r, 100);
            continue;
        }
        value = random_value(r, kind, value);
        rows->present[row] = true;
        rows->values[row] = bits_of(value);
        column_append(c, row, rows->values[row], bytes);
        if (!isfinite(value)) {
            value = 1;
        }
        if (random_below(r, 25) == 0) {
            assert_readable(rows, c, r);
        }
    }
    for (uint32_t row = 0; row < ROWS; row++) {
        rows->times[row] = row * 15000;
    }
}

START_TEST(any_column_comes_back)
{
    struct random r = {(uint64_t)_i};
    size_t bytes = 0;
    struct rows rows = {.times = {0}};
    struct column c = {.rows = 0};
    for (uint32_t row = 0; row < ROWS; row++) {
        rows.times[row] = row * 15000;
    }
    fill(&rows, &c, &r, (enum random_kind)(_i % RANDOM_KIND_COUNT), &bytes);
    assert_readable(&rows, &c, &r);
    column_settle(&c, &bytes);
    ck_assert_uint_eq(c.pending_len + c.run, 0);
    for (int i = 0; i < 10; i++) {
        assert_readable(&rows, &c, &r);
    }
    column_reset(&c, &bytes);
    ck_assert_uint_eq(bytes, 0); /* what is counted is what is held */
}
END_TEST

/* Bytes of a settled column of ROWS values. */
static size_t column_bytes(enum random_kind kind, double first)
{
    struct random r = {11};
    size_t bytes = 0;
    struct column c = {.rows = 0};
    double value = first;
    for (uint32_t row = 0; row < ROWS; row++) {
        value = random_value(&r, kind, value);
        column_append(&c, row, bits_of(value), &bytes);
    }
    column_settle(&c, &bytes);
    size_t len = c.len;
    column_reset(&c, &bytes);
    return len;
}

static const struct {
    enum random_kind kind;
    double first;
    size_t bytes_max;
} sizes[] = {{RANDOM_CONSTANT, 0, 5},     {RANDOM_CONSTANT, 1.5, 6},  {RANDOM_CONSTANT, 1e300, 15},
             {RANDOM_COUNTER, 1000, 330}, {RANDOM_CENTS, 12.34, 400}, {RANDOM_RARE, 0, 80},
             {RANDOM_GAUGE, 0, 230},      {RANDOM_PAGES, 0, 460},     {RANDOM_RATIO, 0, 1750}};

START_TEST(columns_take_the_room_they_should)
{
    size_t bytes = column_bytes(sizes[_i].kind, sizes[_i].first);
    ck_assert_msg(bytes <= sizes[_i].bytes_max, "%zu bytes", bytes);
}
END_TEST

START_TEST(an_unchanged_value_takes_no_memory)
{
    size_t bytes = 0;
    struct column c = {.rows = 0};
    for (uint32_t row = 0; row < 20; row++) {
        column_append(&c, row, bits_of(42), &bytes);
    }
    size_t settled = bytes;
    ck_assert_ptr_null(c.pending);
    for (uint32_t row = 20; row < ROWS; row++) {
        column_append(&c, row, bits_of(42), &bytes);
    }
    ck_assert_uint_eq(bytes, settled);
    column_reset(&c, &bytes);
}
END_TEST

START_TEST(a_chunk_keeps_times_and_columns)
{
    struct random r = {5};
    size_t bytes = 0;
    int64_t times[ROWS];
    int64_t back[ROWS];
    struct slot slots[3] = {{.first_chunk = 0}};
    for (uint32_t row = 0; row < ROWS; row++) {
        times[row] = 1700000000000 + row * 15000 + (int64_t)random_below(&r, 7);
        column_append(&slots[0].column, row, bits_of(row), &bytes);
        if (row == 77) {
            column_append(&slots[2].column, row, bits_of(1.25), &bytes);
        }
    }
    for (int i = 0; i < 3; i++) {
        column_settle(&slots[i].column, &bytes);
    }
    struct chunk *chunk = chunk_create(9, times, ROWS, slots, 3);
    ck_assert_uint_eq(chunk->samples, ROWS + 1);
    ck_assert_int_eq(chunk->first_ms, times[0]);
    ck_assert_int_eq(chunk->last_ms, times[ROWS - 1]);
    chunk_times(chunk, back);
    ck_assert_mem_eq(times, back, sizeof(times));
    for (uint32_t i = 0; i < 3; i++) {
        size_t len = 0;
        const uint8_t *column = chunk_column(chunk, i, &len);
        ck_assert_uint_eq(len, slots[i].column.len);
        ck_assert(len == 0 || memcmp(column, slots[i].column.bytes, len) == 0);
        column_reset(&slots[i].column, &bytes);
    }
    struct times_cache *cache = mem_zalloc(1, sizeof(*cache));
    ck_assert_mem_eq(times_cache_get(cache, chunk), times, sizeof(times));
    ck_assert_ptr_eq(times_cache_get(cache, chunk), times_cache_get(cache, chunk));
    free(cache);
    chunk_destroy(chunk);
}
END_TEST

static const struct {
    size_t len;
    uint8_t bytes[8];
} broken[] = {
    {1, {0x3F}},                            /* a run whose count is missing */
    {3, {0x3F, 0xFF, 0x7F}},                /* ... is longer than the column */
    {2, {0x00, 0x7F}},                      /* a gap whose count is missing */
    {1, {0x80}},                            /* a block cut short */
    {3, {0x80, 0x41, 0x00}},                /* 65 bits wide */
    {2, {0x8B, 0xC0}},                      /* a scale that there is not */
    {3, {0x90, 0xC0, 0x40}},                /* a shift of 64 */
    {5, {0xA0, 0xC0, 0x01, 0x00, 0xFF}},    /* exceptions no wider than the others */
    {6, {0xA0, 0xC0, 0x01, 0x01, 0x3F, 0}}, /* an exception at a place that there is not */
    {3, {0x80, 0xA0, 0xFF}},                /* a base without end */
};

START_TEST(what_is_no_column_is_refused)
{
    uint8_t bytes[8 + BLOCK_SLACK] = {0};
    int64_t times[ROWS] = {0};
    int64_t t_ms[ROWS];
    double v[ROWS];
    struct samples out = {.t_ms = t_ms, .v = v, .capacity = ROWS};
    struct column_sink sink = {.times = times, .end = ROWS, .out = &out};
    memcpy(bytes, broken[_i].bytes, sizeof(broken[_i].bytes));
    ck_assert(!column_decode(bytes, broken[_i].len, ROWS, &sink));
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("column");
    tcase_add_loop_test(tc, steady_series_take_few_bytes, 0, ARRAY_LEN(series));
    tcase_add_test(tc, an_outlier_does_not_widen_the_others);
    tcase_add_test(tc, zero_bits_at_the_end_cost_nothing);
    tcase_add_loop_test(tc, any_integers_come_back, 0, 20);
    tcase_add_loop_test(tc, varints_come_back, 0, ARRAY_LEN(varints));
    tcase_add_loop_test(tc, any_column_comes_back, 0, RANDOM_KIND_COUNT * 10);
    tcase_add_loop_test(tc, columns_take_the_room_they_should, 0, ARRAY_LEN(sizes));
    tcase_add_test(tc, an_unchanged_value_takes_no_memory);
    tcase_add_test(tc, a_chunk_keeps_times_and_columns);
    tcase_add_loop_test(tc, what_is_no_column_is_refused, 0, ARRAY_LEN(broken));
    return suite_run("series/column", tc);
}
