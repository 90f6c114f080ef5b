/*
 * A column: the values of one series over the open rows of its timeline, growing at its end.
 *
 * What is settled stands in `bytes` as tokens; the newest values wait as they are (`pending`, at
 * most a block) or only as a count (`run`): a series that does not change costs no memory and a
 * store of two words a sample.
 *
 *     00 nnnnnn  run: the value before again, n + 1 times (n 63: plus a varint)
 *     01 nnnnnn  gap: n + 1 rows without a value (n 63: plus a varint)
 *     1.......   block (block.h). Its four bits: 0-9 values are integers over 10^k; 15 values are
 *                bit patterns of doubles
 *
 * Every value comes back bit by bit, NaN payloads and -0 included: an integer over a power of ten
 * is used only where the division gives back the very same double.
 *
 * Owner: column_release. Not more than COLUMN_ROWS_MAX rows.
 */
#ifndef TOCSIN_SERIES_COLUMN_H
#define TOCSIN_SERIES_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "series/store.h"

#define COLUMN_ROWS_MAX 240

struct column {
    uint64_t last;    /* bits of the newest value; kept over column_reset */
    uint64_t settled; /* bits of the last value in `bytes`; 0 before the first */
    uint64_t *pending;
    uint8_t *bytes;
    /* Where the last two whole blocks begin (the newer second) and the value before each: reading
     * the last minutes, which rules do all the time, decodes from there. Zero: the beginning. */
    uint64_t block_value[2];
    uint16_t block_offset[2];
    uint16_t len;
    uint16_t capacity;
    uint8_t block_row[2];
    uint8_t rows;         /* up to and with the newest value; 0: none */
    uint8_t settled_rows; /* those that `bytes` holds */
    uint8_t run;          /* times that `last` came again behind what is pending */
    uint8_t samples;
    uint8_t pending_len;
    uint8_t pending_capacity;
    uint8_t scale; /* what the last block used: likely right for the next */
};

/* `row` is not before c->rows. *bytes is kept at what all columns of the store take. */
void column_append(struct column *c, uint32_t row, uint64_t value, size_t *bytes);
/* Everything into tokens, for a chunk to copy c->bytes[0..len). */
void column_settle(struct column *c, size_t *bytes);
/* A settled copy, released with column_reset; `c` goes on as it is. */
void column_copy_settled(const struct column *c, struct column *copy, size_t *bytes);
/* Without rows, as a new one. */
void column_reset(struct column *c, size_t *bytes);

/* Which rows are wanted, and where they go. */
struct column_sink {
    const int64_t *times; /* of all rows */
    uint32_t first;
    uint32_t end;
    struct samples *out; /* appended to; has room; NULL: only the newest is wanted */
    bool found;          /* the newest so far, where `out` is NULL */
    uint32_t last_row;
    uint64_t last_value;
};

/* Decodes tokens over at most `rows` rows; BLOCK_SLACK bytes behind `len` are readable. False where
 * the bytes are not a column (which only fuzzing and damaged archives show). */
bool column_decode(const uint8_t *bytes, size_t len, uint32_t rows, struct column_sink *sink);
/* The same of a column still open. */
void column_read(const struct column *c, struct column_sink *sink);

#endif
