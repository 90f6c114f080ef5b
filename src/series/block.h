/*
 * A block: up to 32 integers in as few bits as they need. What a column of values or of times is
 * made of once it is not constant.
 *
 *     byte 0   1 D X S kkkk   D: numbers are differences to the integer before, else to the last
 *                             one before the block; X: has exceptions; S: has a shift; k: the
 *                             caller's (column.c)
 *     byte 1   0 wwwwwww      32 integers, packed w bits each
 *              1 Z M nnnnn    n + 1 integers; Z: width 0; M: has a base
 *              width          behind the latter, without Z
 *     S:       shift in bits: zero bits at the low end of every number, taken off
 *              base, zigzag varint: taken off each number; left out with n but not M
 *     X:       count of exceptions, width of the whole number
 *     numbers, packed from the low bit on; then 5 bits of place and the high bits of each exception
 *
 * Exceptions (Zukowski et al., "Super-scalar RAM-CPU cache compression", 2006) keep one outlier,
 * such as the first value of all or a counter that starts again, from widening its 31 neighbours.
 * All arithmetic wraps at 64 bits, so any integers round-trip.
 */
#ifndef TOCSIN_SERIES_BLOCK_H
#define TOCSIN_SERIES_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#define BLOCK_VALUES    32
#define BLOCK_BYTES_MAX 640 /* room that block_encode needs, more than it ever fills */
/* Bytes that may be read (never written) past what is decoded. */
#define BLOCK_SLACK 16
#define BLOCK_TAG   0x80

/* 1 <= n <= BLOCK_VALUES; `previous` is the integer before the first; `caller` < 16. Returns the
 * bytes written to `out`. */
size_t block_encode(uint8_t *out, const int64_t *values, unsigned n, int64_t previous,
                    unsigned caller);
/* The four bits of the caller's in the block that begins at `in`. */
static inline unsigned block_caller(const uint8_t *in)
{
    return in[0] & 0x0F;
}
/* Fills values[0..*n) and returns the bytes used, or 0 where `in` is no whole block. */
size_t block_decode(const uint8_t *in, const uint8_t *end, int64_t previous, int64_t *values,
                    unsigned *n);

/* LEB128. */
size_t varint_encode(uint8_t *out, uint64_t v);
/* Returns the bytes used, or 0 where there is no whole number before `end`. */
size_t varint_decode(const uint8_t *in, const uint8_t *end, uint64_t *v);

#endif
