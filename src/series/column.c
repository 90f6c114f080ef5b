/* See column.h. */
#include "series/column.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/mem.h"
#include "series/block.h"

/* A shorter run costs less as zeros in a block than as a token and the header of another block. */
#define RUN_MIN        12u
#define TOKEN_GAP      0x40
#define TOKEN_LONG     63u
#define SCALE_MAX      9u
#define SCALE_BITS     15u
#define EXACT_INTEGERS 9007199254740992.0 /* 2^53 */

static const double powers_of_ten[SCALE_MAX + 1] = {1e0, 1e1, 1e2, 1e3, 1e4,
                                                    1e5, 1e6, 1e7, 1e8, 1e9};

static double to_double(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof(v));
    return v;
}

static uint64_t to_bits(double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof(bits));
    return bits;
}

/* The integer that is the value times 10^scale; false where dividing does not give it back. */
static bool to_integer(uint64_t bits, unsigned scale, int64_t *integer)
{
    double scaled = to_double(bits) * powers_of_ten[scale];
    /* NaN fails too. Above 2^53 only whole numbers are safe, and those up to 2^63. */
    if (!(fabs(scaled) <= (scale == 0 ? 0x1p62 : EXACT_INTEGERS))) {
        return false;
    }
    *integer = llrint(scaled);
    return to_bits((double)*integer / powers_of_ten[scale]) == bits;
}

static bool all_to_integers(const uint64_t *values, unsigned n, unsigned scale, int64_t *integers)
{
    for (unsigned i = 0; i < n; i++) {
        if (!to_integer(values[i], scale, &integers[i])) {
            return false;
        }
    }
    return true;
}

/* The value before a block as the block's integers see it; encoder and decoder agree by asking the
 * same. */
static int64_t previous_integer(uint64_t bits, unsigned scale)
{
    int64_t integer = 0;
    if (scale == SCALE_BITS) {
        return (int64_t)bits;
    }
    return to_integer(bits, scale, &integer) ? integer : 0;
}

/* The scale that fits all of the values, tried from the one that fitted before. */
static unsigned to_best_integers(const uint64_t *values, unsigned n, unsigned hint,
                                 int64_t *integers)
{
    unsigned scale = hint <= SCALE_MAX ? hint : 0;
    if (all_to_integers(values, n, scale, integers)) {
        /* More digits than needed cost bits: see whether fewer do, now and then. */
        while (scale > 0 && all_to_integers(values, n, scale - 1, integers)) {
            scale--;
        }
        all_to_integers(values, n, scale, integers);
        return scale;
    }
    for (scale++; scale <= SCALE_MAX; scale++) {
        if (all_to_integers(values, n, scale, integers)) {
            return scale;
        }
    }
    memcpy(integers, values, n * sizeof(*integers));
    return SCALE_BITS;
}

static void reserve(struct column *c, size_t extra, size_t *bytes)
{
    if (c->len + extra + BLOCK_SLACK > c->capacity) {
        size_t capacity = (c->len + extra + BLOCK_SLACK + 31) & ~(size_t)31;
        c->bytes = mem_realloc(c->bytes, capacity, 1);
        *bytes += capacity - c->capacity;
        c->capacity = (uint16_t)capacity;
    }
}

static void put(struct column *c, const uint8_t *token, size_t len, size_t *bytes)
{
    reserve(c, len, bytes);
    memcpy(c->bytes + c->len, token, len);
    c->len = (uint16_t)(c->len + len);
}

static void put_count(struct column *c, uint8_t tag, uint32_t count, size_t *bytes)
{
    uint8_t token[8];
    size_t len = 1;
    c->settled_rows = (uint8_t)(c->settled_rows + count);
    count--;
    token[0] = (uint8_t)(tag | (count < TOKEN_LONG ? count : TOKEN_LONG));
    if (count >= TOKEN_LONG) {
        len += varint_encode(token + 1, count - TOKEN_LONG);
    }
    put(c, token, len, bytes);
}

static void settle_pending(struct column *c, size_t *bytes)
{
    uint8_t token[BLOCK_BYTES_MAX];
    int64_t integers[BLOCK_VALUES];
    if (c->pending_len == 0) {
        return;
    }
    if (c->pending_len == BLOCK_VALUES) {
        c->block_value[0] = c->block_value[1];
        c->block_offset[0] = c->block_offset[1];
        c->block_row[0] = c->block_row[1];
        c->block_value[1] = c->settled;
        c->block_offset[1] = c->len;
        c->block_row[1] = c->settled_rows;
    }
    unsigned scale = to_best_integers(c->pending, c->pending_len, c->scale, integers);
    size_t len =
        block_encode(token, integers, c->pending_len, previous_integer(c->settled, scale), scale);
    put(c, token, len, bytes);
    c->scale = (uint8_t)scale;
    c->settled_rows = (uint8_t)(c->settled_rows + c->pending_len);
    c->settled = c->pending[c->pending_len - 1];
    c->pending_len = 0;
}

static void release_pending(struct column *c, size_t *bytes)
{
    *bytes -= c->pending_capacity * sizeof(*c->pending);
    free(c->pending);
    c->pending = NULL;
    c->pending_capacity = 0;
}

/* No decimal: one of these among numbers would turn a whole block into bit patterns. */
static bool is_special(uint64_t bits)
{
    return (bits & UINT64_C(0x7ff0000000000000)) == UINT64_C(0x7ff0000000000000) ||
           bits == UINT64_C(1) << 63;
}

static void push(struct column *c, uint64_t value, size_t *bytes)
{
    if (c->pending_len > 0 && is_special(value) != is_special(c->pending[0])) {
        settle_pending(c, bytes);
    }
    if (c->pending_len == c->pending_capacity) {
        unsigned capacity = c->pending_capacity != 0 ? c->pending_capacity * 2u : 8u;
        c->pending = mem_realloc(c->pending, capacity, sizeof(*c->pending));
        *bytes += (capacity - c->pending_capacity) * sizeof(*c->pending);
        c->pending_capacity = (uint8_t)capacity;
    }
    c->pending[c->pending_len++] = value;
    if (c->pending_len == BLOCK_VALUES) {
        settle_pending(c, bytes);
    }
}

/* The run so far is over. */
static void end_run(struct column *c, size_t *bytes)
{
    if (c->run >= RUN_MIN) {
        put_count(c, 0, c->run, bytes); /* nothing is pending: column_append saw to it */
    } else {
        for (uint32_t i = 0; i < c->run; i++) {
            push(c, c->last, bytes);
        }
    }
    c->run = 0;
}

void column_settle(struct column *c, size_t *bytes)
{
    if (c->run > 0 && c->run < RUN_MIN && c->pending_len == 0) {
        put_count(c, 0, c->run, bytes);
        c->run = 0;
    }
    end_run(c, bytes);
    settle_pending(c, bytes);
}

void column_copy_settled(const struct column *c, struct column *copy, size_t *bytes)
{
    *copy = *c;
    if (c->capacity > 0) {
        copy->bytes = mem_alloc(c->capacity);
        memcpy(copy->bytes, c->bytes, c->len);
    }
    if (c->pending_capacity > 0) {
        copy->pending = mem_zalloc(c->pending_capacity, sizeof(*c->pending));
        memcpy(copy->pending, c->pending, c->pending_len * sizeof(*c->pending));
    }
    *bytes += c->capacity + c->pending_capacity * sizeof(*c->pending);
    column_settle(copy, bytes);
}

void column_append(struct column *c, uint32_t row, uint64_t value, size_t *bytes)
{
    assert(row >= c->rows && row < COLUMN_ROWS_MAX);
    bool first = c->rows == 0;
    if (UNLIKELY(row > c->rows)) {
        column_settle(c, bytes);
        put_count(c, TOKEN_GAP, row - c->rows, bytes);
    }
    c->rows = (uint8_t)(row + 1);
    c->samples++;
    if (!first && value == c->last) {
        if (++c->run == RUN_MIN) {
            settle_pending(c, bytes);
            release_pending(c, bytes);
        }
        return;
    }
    if (c->run > 0) {
        end_run(c, bytes);
    }
    push(c, value, bytes);
    c->last = value;
}

void column_reset(struct column *c, size_t *bytes)
{
    release_pending(c, bytes);
    *bytes -= c->capacity;
    free(c->bytes);
    *c = (struct column){.last = c->last, .scale = c->scale};
}

/* The part of [row, row + n) that is wanted: how many to leave out, and how many to take. */
static uint32_t clip(const struct column_sink *sink, uint32_t row, uint32_t n, uint32_t *skip)
{
    uint32_t from = row > sink->first ? row : sink->first;
    uint32_t to = row + n < sink->end ? row + n : sink->end;
    *skip = from - row;
    return from < to ? to - from : 0;
}

static void add_times(struct column_sink *sink, uint32_t row, uint32_t n)
{
    assert(sink->out->len + n <= sink->out->capacity);
    memcpy(sink->out->t_ms + sink->out->len, sink->times + row, n * sizeof(int64_t));
    sink->out->len += n;
}

static void add_run(struct column_sink *sink, uint32_t row, uint64_t value, uint32_t n)
{
    uint32_t skip = 0;
    n = clip(sink, row, n, &skip);
    if (n == 0) {
        return;
    }
    if (sink->out == NULL) {
        sink->found = true;
        sink->last_row = row + skip + n - 1;
        sink->last_value = value;
        return;
    }
    double v = to_double(value);
    double *to = sink->out->v + sink->out->len;
    for (uint32_t i = 0; i < n; i++) {
        to[i] = v;
    }
    add_times(sink, row + skip, n);
}

static void add_values(struct column_sink *sink, uint32_t row, const uint64_t *values, uint32_t n)
{
    uint32_t skip = 0;
    n = clip(sink, row, n, &skip);
    if (n == 0) {
        return;
    }
    if (sink->out == NULL) {
        sink->found = true;
        sink->last_row = row + skip + n - 1;
        sink->last_value = values[skip + n - 1];
        return;
    }
    memcpy(sink->out->v + sink->out->len, values + skip, n * sizeof(double));
    add_times(sink, row + skip, n);
}

/* A block's integers as the bits of the doubles they stand for. */
static void to_values(const int64_t *integers, unsigned n, unsigned scale, uint64_t *values)
{
    if (scale == SCALE_BITS) {
        memcpy(values, integers, n * sizeof(*values));
    } else if (scale == 0) {
        for (unsigned i = 0; i < n; i++) {
            values[i] = to_bits((double)integers[i]);
        }
    } else {
        double divisor = powers_of_ten[scale];
        for (unsigned i = 0; i < n; i++) {
            values[i] = to_bits((double)integers[i] / divisor);
        }
    }
}

/* Count of a run or gap token; returns the bytes used, or 0. */
static size_t read_count(const uint8_t *in, const uint8_t *end, uint64_t *count)
{
    *count = in[0] & TOKEN_LONG;
    if (*count < TOKEN_LONG) {
        (*count)++;
        return 1;
    }
    uint64_t more = 0;
    size_t used = varint_decode(in + 1, end, &more);
    *count += more <= COLUMN_ROWS_MAX ? more + 1 : COLUMN_ROWS_MAX;
    return used != 0 ? used + 1 : 0;
}

/* One block at `in`; returns the bytes used, or 0. */
static size_t decode_block(const uint8_t *in, const uint8_t *end, uint32_t row, uint32_t rows,
                           uint64_t *value, uint32_t *taken, struct column_sink *sink)
{
    int64_t integers[BLOCK_VALUES];
    uint64_t values[BLOCK_VALUES];
    unsigned n = 0;
    unsigned scale = block_caller(in);
    if (scale > SCALE_MAX && scale != SCALE_BITS) {
        return 0;
    }
    size_t used = block_decode(in, end, previous_integer(*value, scale), integers, &n);
    if (used == 0 || n > rows - row) {
        return 0;
    }
    to_values(integers, n, scale, values);
    add_values(sink, row, values, n);
    *value = values[n - 1];
    *taken = n;
    return used;
}

/* From the token at `bytes` on, which is of `row`, behind `value`. */
static bool decode_from(const uint8_t *bytes, const uint8_t *end, uint32_t row, uint64_t value,
                        uint32_t rows, struct column_sink *sink)
{
    while (bytes < end && row < sink->end) {
        uint32_t taken = 0;
        size_t used = 0;
        if ((*bytes & BLOCK_TAG) != 0) {
            used = decode_block(bytes, end, row, rows, &value, &taken, sink);
        } else {
            uint64_t count = 0;
            used = read_count(bytes, end, &count);
            if (count > rows - row) {
                return false;
            }
            taken = (uint32_t)count;
            if ((*bytes & TOKEN_GAP) == 0) {
                add_run(sink, row, value, taken);
            }
        }
        if (used == 0) {
            return false;
        }
        bytes += used;
        row += taken;
    }
    return true;
}

bool column_decode(const uint8_t *bytes, size_t len, uint32_t rows, struct column_sink *sink)
{
    return decode_from(bytes, bytes + len, 0, 0, rows, sink);
}

void column_read(const struct column *c, struct column_sink *sink)
{
    assert(c->rows == c->settled_rows + c->pending_len + c->run);
    if (sink->first < c->settled_rows) {
        int block = sink->first >= c->block_row[1] ? 1 : 0;
        const uint8_t *from = c->bytes;
        uint32_t row = 0;
        uint64_t value = 0;
        if (sink->first >= c->block_row[block]) {
            from += c->block_offset[block];
            row = c->block_row[block];
            value = c->block_value[block];
        }
        bool ok = decode_from(from, c->bytes + c->len, row, value, c->settled_rows, sink);
        assert(ok);
        (void)ok;
    }
    if (c->pending_len > 0) {
        add_values(sink, c->settled_rows, c->pending, c->pending_len);
    }
    if (c->run > 0) {
        add_run(sink, (uint32_t)c->rows - c->run, c->last, c->run);
    }
}
