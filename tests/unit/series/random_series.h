/*
 * Made-up values for the tests of columns and of the store: the kinds of series that exporters
 * have, and the doubles that codecs get wrong. The same seed gives the same values.
 */
#ifndef TOCSIN_TESTS_UNIT_SERIES_RANDOM_SERIES_H
#define TOCSIN_TESTS_UNIT_SERIES_RANDOM_SERIES_H

#include <math.h>
#include <stdint.h>
#include <string.h>

struct random {
    uint64_t state;
};

/* Sebastiano Vigna's splitmix64. */
static inline uint64_t random_next(struct random *r)
{
    uint64_t z = (r->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* 0 <= result < n */
static inline uint64_t random_below(struct random *r, uint64_t n)
{
    return random_next(r) % n;
}

static inline double random_from_bits(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof(v));
    return v;
}

enum random_kind {
    RANDOM_CONSTANT,
    RANDOM_COUNTER, /* whole numbers, sometimes starting again */
    RANDOM_CENTS,   /* a counter of seconds with two decimals */
    RANDOM_RARE,    /* changes now and then */
    RANDOM_GAUGE,   /* whole numbers around a mean */
    RANDOM_PAGES,   /* multiples of 4096 */
    RANDOM_RATIO,   /* any double in [0, 1) */
    RANDOM_SPECIAL, /* NaN of all kinds, infinities, -0, denormals, the largest */
    RANDOM_MIXED,   /* now this, now that */
    RANDOM_BITS,    /* any 64 bits */
    RANDOM_LARGE,   /* whole numbers around and above 2^53 */
    RANDOM_KIND_COUNT
};

static inline double random_special(struct random *r)
{
    static const uint64_t specials[] = {UINT64_C(0x7ff0000000000002), /* the staleness marker */
                                        UINT64_C(0x7ff8000000000001), /* the usual NaN */
                                        UINT64_C(0xfff8000000000000), UINT64_C(0x7fffffffffffffff),
                                        UINT64_C(0x7ff0000000000000), UINT64_C(0xfff0000000000000),
                                        UINT64_C(0x8000000000000000), UINT64_C(0x0000000000000000),
                                        UINT64_C(0x0000000000000001), UINT64_C(0x800fffffffffffff),
                                        UINT64_C(0x7fefffffffffffff), UINT64_C(0xffefffffffffffff),
                                        UINT64_C(0x43e0000000000000), UINT64_C(0xc3e0000000000000)};
    return random_from_bits(specials[random_below(r, sizeof(specials) / sizeof(specials[0]))]);
}

static inline double random_value(struct random *r, enum random_kind kind, double before)
{
    switch (kind) {
    case RANDOM_CONSTANT:
        return before;
    case RANDOM_COUNTER:
        return random_below(r, 200) == 0 ? 0 : before + (double)random_below(r, 300);
    case RANDOM_CENTS:
        return round(before * 100 + (double)random_below(r, 1500)) / 100;
    case RANDOM_RARE:
        return random_below(r, 20) == 0 ? before + 1 : before;
    case RANDOM_GAUGE:
        return 1000 + (double)random_below(r, 64);
    case RANDOM_PAGES:
        return 4096.0 * (double)(100000 + random_below(r, 5000));
    case RANDOM_RATIO:
        return (double)(random_next(r) >> 11) * 0x1p-53;
    case RANDOM_SPECIAL:
        return random_special(r);
    case RANDOM_MIXED:
        return random_value(r, (enum random_kind)random_below(r, RANDOM_MIXED), before);
    case RANDOM_BITS:
        return random_from_bits(random_next(r));
    case RANDOM_LARGE:
        return 0x1p52 * (double)(1 + random_below(r, 6)) + (double)random_below(r, 9);
    case RANDOM_KIND_COUNT:
        break;
    }
    return 0;
}

#endif
