/*
 * See block.h. Encoding weighs four plans (differences one to the next or to the value before the
 * block, from the least number on or from the one above a single low outlier) by their size and
 * writes the smallest.
 */
#include "series/block.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/attr.h"

enum { TAG_DELTA = 0x40, TAG_EXCEPTIONS = 0x20, TAG_SHIFT = 0x10 };
enum { SIZE_PARTIAL = 0x80, SIZE_ZERO_WIDTH = 0x40, SIZE_BASE = 0x20 };
#define PLACE_BITS 5u

size_t varint_encode(uint8_t *out, uint64_t v)
{
    size_t n = 0;
    for (; v >= 0x80; v >>= 7) {
        out[n++] = (uint8_t)(v | 0x80);
    }
    out[n++] = (uint8_t)v;
    return n;
}

size_t varint_decode(const uint8_t *in, const uint8_t *end, uint64_t *v)
{
    uint64_t value = 0;
    for (unsigned n = 0; n < 10 && in + n < end; n++) {
        value |= (uint64_t)(in[n] & 0x7F) << (7 * n);
        if (in[n] < 0x80) {
            *v = value;
            return n + 1;
        }
    }
    return 0;
}

static uint64_t zigzag(uint64_t v)
{
    return (v << 1) ^ (uint64_t)((int64_t)v >> 63);
}

static uint64_t unzigzag(uint64_t v)
{
    return (v >> 1) ^ (0 - (v & 1));
}

static unsigned bit_length(uint64_t v)
{
    return v != 0 ? 64 - (unsigned)__builtin_clzll(v) : 0;
}

static size_t varint_length(uint64_t v)
{
    return v != 0 ? (bit_length(v) + 6) / 7 : 1;
}

static uint64_t low_bits(unsigned width)
{
    return width < 64 ? (UINT64_C(1) << width) - 1 : UINT64_MAX;
}

struct plan {
    bool delta;
    uint64_t base;
    unsigned shift;
    unsigned width;
    unsigned whole_width; /* of the widest number */
    unsigned exceptions;
    size_t bytes;
};

/* Bits of `n` numbers and their exceptions at the best width, from how many have which length. */
static void choose_width(struct plan *p, const uint8_t lengths[65], unsigned n)
{
    unsigned whole = p->whole_width;
    unsigned wider = 0; /* numbers that do not fit */
    unsigned best_bits = n * whole;
    p->width = whole;
    p->exceptions = 0;
    for (unsigned width = whole; width > 0; width--) {
        wider += lengths[width];
        unsigned bits = n * (width - 1) + 16 + wider * (PLACE_BITS + whole - width + 1);
        if (bits < best_bits) {
            best_bits = bits;
            p->width = width - 1;
            p->exceptions = wider;
        }
    }
    p->bytes = 2u + (p->shift != 0 ? 1 : 0) + (best_bits + 7) / 8;
    p->bytes += p->base != 0 ? varint_length(zigzag(p->base)) : 0;
}

static struct plan make_plan(const uint64_t *numbers, unsigned n, bool delta, uint64_t base)
{
    struct plan p = {.delta = delta, .base = base};
    uint8_t lengths[65] = {0};
    uint64_t any = 0;
    for (unsigned i = 0; i < n; i++) {
        any |= numbers[i] - base;
    }
    p.shift = any != 0 ? (unsigned)__builtin_ctzll(any) : 0;
    /* A small shift saves less than saying so costs, except over many numbers. */
    p.shift = p.shift * n > 8 ? p.shift : 0;
    for (unsigned i = 0; i < n; i++) {
        lengths[bit_length((numbers[i] - base) >> p.shift)]++;
    }
    p.whole_width = bit_length(any >> p.shift);
    choose_width(&p, lengths, n);
    return p;
}

/* Replaces *best by a plan over `numbers` where that is smaller. */
static void improve(struct plan *best, const uint64_t *numbers, unsigned n, bool delta)
{
    int64_t least = INT64_MAX;
    int64_t second = INT64_MAX; /* the least but one, which may be equal */
    int64_t most = INT64_MIN;
    for (unsigned i = 0; i < n; i++) {
        int64_t v = (int64_t)numbers[i];
        if (v < least) {
            second = least;
            least = v;
        } else if (v < second) {
            second = v;
        }
        most = v > most ? v : most;
    }
    struct plan p = make_plan(numbers, n, delta, (uint64_t)least);
    if (p.bytes < best->bytes) {
        *best = p;
    }
    if (n > 2 && bit_length((uint64_t)most - (uint64_t)least) >
                     bit_length((uint64_t)most - (uint64_t)second) + 1) {
        p = make_plan(numbers, n, delta, (uint64_t)second);
        if (p.bytes < best->bytes) {
            *best = p;
        }
    }
}

/* Packs into zeroed memory. */
static void put_bits(uint8_t *out, size_t at, uint64_t v, unsigned width)
{
    uint64_t word;
    unsigned skip = (unsigned)(at & 7);
    memcpy(&word, out + (at >> 3), sizeof(word));
    word |= v << skip;
    memcpy(out + (at >> 3), &word, sizeof(word));
    if (skip + width > 64) {
        out[(at >> 3) + 8] |= (uint8_t)(v >> (64 - skip));
    }
}

static uint64_t get_bits(const uint8_t *in, size_t at, unsigned width)
{
    uint64_t word;
    unsigned skip = (unsigned)(at & 7);
    memcpy(&word, in + (at >> 3), sizeof(word));
    word >>= skip;
    if (skip + width > 64) {
        word |= (uint64_t)in[(at >> 3) + 8] << (64 - skip);
    }
    return word & low_bits(width);
}

static size_t write_header(uint8_t *out, const struct plan *p, unsigned n, unsigned caller)
{
    size_t at = 2;
    bool whole = n == BLOCK_VALUES;
    out[0] = (uint8_t)(BLOCK_TAG | (p->delta ? TAG_DELTA : 0) | caller);
    if (whole) {
        out[1] = (uint8_t)p->width;
    } else {
        out[1] = (uint8_t)(SIZE_PARTIAL | (p->width == 0 ? SIZE_ZERO_WIDTH : 0) |
                           (p->base != 0 ? SIZE_BASE : 0) | (n - 1));
    }
    if (!whole && p->width != 0) {
        out[at++] = (uint8_t)p->width;
    }
    if (p->shift != 0) {
        out[0] |= TAG_SHIFT;
        out[at++] = (uint8_t)p->shift;
    }
    if (whole || p->base != 0) {
        at += varint_encode(out + at, zigzag(p->base));
    }
    if (p->exceptions != 0) {
        out[0] |= TAG_EXCEPTIONS;
        out[at++] = (uint8_t)p->exceptions;
        out[at++] = (uint8_t)p->whole_width;
    }
    return at;
}

static size_t write_numbers(uint8_t *out, const struct plan *p, const uint64_t *numbers, unsigned n)
{
    size_t at = 0;
    uint64_t mask = low_bits(p->width);
    memset(out, 0, (n * p->width + p->exceptions * (PLACE_BITS + 64)) / 8 + BLOCK_SLACK);
    for (unsigned i = 0; i < n; i++, at += p->width) {
        put_bits(out, at, ((numbers[i] - p->base) >> p->shift) & mask, p->width);
    }
    for (unsigned i = 0; p->exceptions != 0 && i < n; i++) {
        uint64_t number = (numbers[i] - p->base) >> p->shift;
        if (bit_length(number) > p->width) {
            put_bits(out, at, i, PLACE_BITS);
            put_bits(out, at + PLACE_BITS, number >> p->width, p->whole_width - p->width);
            at += PLACE_BITS + p->whole_width - p->width;
        }
    }
    return (at + 7) / 8;
}

size_t block_encode(uint8_t *out, const int64_t *values, unsigned n, int64_t previous,
                    unsigned caller)
{
    uint64_t plain[BLOCK_VALUES] = {0};
    uint64_t deltas[BLOCK_VALUES] = {0};
    assert(n >= 1 && n <= BLOCK_VALUES && caller < 16);
    uint64_t before = (uint64_t)previous;
    for (unsigned i = 0; i < n; i++) {
        plain[i] = (uint64_t)values[i] - (uint64_t)previous;
        deltas[i] = (uint64_t)values[i] - before;
        before = (uint64_t)values[i];
    }
    struct plan best = {.bytes = SIZE_MAX};
    improve(&best, deltas, n, true);
    improve(&best, plain, n, false);
    size_t header = write_header(out, &best, n, caller);
    return header + write_numbers(out + header, &best, best.delta ? deltas : plain, n);
}

struct header {
    unsigned n;
    unsigned width;
    unsigned shift;
    unsigned exceptions;
    unsigned whole_width;
    uint64_t base;
};

/* Returns the header's bytes, or 0. */
static size_t read_header(const uint8_t *in, const uint8_t *end, struct header *h)
{
    *h = (struct header){.n = 0};
    size_t left = (size_t)(end - in);
    if (left < 2 || (in[0] & BLOCK_TAG) == 0) {
        return 0;
    }
    size_t at = 2;
    bool whole = (in[1] & SIZE_PARTIAL) == 0;
    h->n = whole ? BLOCK_VALUES : (in[1] & 0x1Fu) + 1;
    if (whole) {
        h->width = in[1];
    } else if ((in[1] & SIZE_ZERO_WIDTH) == 0) {
        h->width = at < left ? in[at] : 65;
        at++;
    }
    if ((in[0] & TAG_SHIFT) != 0) {
        h->shift = at < left ? in[at] : 64;
        at++;
    }
    if (whole || (in[1] & SIZE_BASE) != 0) {
        uint64_t base = 0;
        size_t used = at < left ? varint_decode(in + at, end, &base) : 0;
        if (used == 0) {
            return 0;
        }
        h->base = unzigzag(base);
        at += used;
    }
    if ((in[0] & TAG_EXCEPTIONS) != 0) {
        if (at + 2 > left) {
            return 0;
        }
        h->exceptions = in[at];
        h->whole_width = in[at + 1];
        at += 2;
    }
    bool exceptions_fit = h->exceptions == 0 || (h->exceptions <= h->n && h->whole_width <= 64 &&
                                                 h->whole_width > h->width);
    return h->width <= 64 && h->shift < 64 && exceptions_fit && at <= left ? at : 0;
}

size_t block_decode(const uint8_t *in, const uint8_t *end, int64_t previous, int64_t *values,
                    unsigned *n)
{
    struct header h;
    uint64_t numbers[BLOCK_VALUES];
    size_t start = read_header(in, end, &h);
    if (start == 0) {
        return 0;
    }
    unsigned rest = h.whole_width - h.width;
    size_t bits = (size_t)h.n * h.width +
                  (h.exceptions != 0 ? (size_t)h.exceptions * (PLACE_BITS + rest) : 0);
    size_t used = start + (bits + 7) / 8;
    if (used > (size_t)(end - in)) {
        return 0;
    }
    const uint8_t *packed = in + start;
    size_t at = 0;
    for (unsigned i = 0; i < h.n; i++, at += h.width) {
        numbers[i] = get_bits(packed, at, h.width);
    }
    for (unsigned i = 0; i < h.exceptions; i++, at += PLACE_BITS + rest) {
        unsigned place = (unsigned)get_bits(packed, at, PLACE_BITS);
        if (place >= h.n) {
            return 0;
        }
        numbers[place] |= get_bits(packed, at + PLACE_BITS, rest) << h.width;
    }
    bool delta = (in[0] & TAG_DELTA) != 0;
    uint64_t before = (uint64_t)previous;
    for (unsigned i = 0; i < h.n; i++) {
        uint64_t value = (numbers[i] << h.shift) + h.base + before;
        values[i] = (int64_t)value;
        before = delta ? value : before;
    }
    *n = h.n;
    return used;
}
