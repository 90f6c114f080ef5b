/*
 * Numbers as text, eight decimal digits at a time, as bytes of one word, the first digit in the
 * lowest byte: pairs, then single ones, are parted side by side. Divisions by constants are
 * multiplications and shifts that are exact in their ranges.
 */
#ifndef TOCSIN_BASE_DIGITS_H
#define TOCSIN_BASE_DIGITS_H

#include <stdint.h>
#include <string.h>

/* Of a number below 10^8, with zeros in front. */
static inline uint64_t eight_digits(uint32_t number)
{
    uint64_t fours = number / 10000 | (uint64_t)(number % 10000) << 32;
    uint64_t hundreds = ((fours * 10486) >> 20) & 0x0000007f0000007fu; /* exact below 10,000 */
    uint64_t twos = hundreds | (fours - 100 * hundreds) << 16;
    uint64_t tens = ((twos * 103) >> 10) & 0x000f000f000f000fu; /* exact below 100 */
    return tens | (twos - 10 * tens) << 8;
}

/* Zeros at the beginning; `digits` is not 0. */
static inline int eight_digits_zeros_before(uint64_t digits)
{
    return __builtin_ctzll(digits) / 8;
}

/* Zeros at the end; `digits` is not 0. */
static inline int eight_digits_zeros_behind(uint64_t digits)
{
    return __builtin_clzll(digits) / 8;
}

/* As text. */
static inline void eight_digits_store(char *to, uint64_t digits)
{
    digits |= 0x3030303030303030u;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    digits = __builtin_bswap64(digits);
#endif
    memcpy(to, &digits, sizeof(digits));
}

/* A number below 10^16 without zeros in front; returns the end. Up to 16 bytes are written. */
static inline char *digits_write(char *to, uint64_t number)
{
    uint32_t above = (uint32_t)(number / 100000000);
    uint64_t last = eight_digits((uint32_t)(number % 100000000));
    if (above != 0) {
        uint64_t first = eight_digits(above);
        int zeros = eight_digits_zeros_before(first);
        eight_digits_store(to, first >> 8 * zeros);
        eight_digits_store(to + 8 - zeros, last);
        return to + 16 - zeros;
    }
    int zeros = last != 0 ? eight_digits_zeros_before(last) : 7;
    eight_digits_store(to, last >> 8 * zeros);
    return to + 8 - zeros;
}

#endif
