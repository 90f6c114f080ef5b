/* See shortest.h; names and section numbers are those of the paper. */
#include "base/shortest.h"

#include <stdbool.h>
#include <string.h>

#include "base/digits.h"
#include "base/powers_of_five.h"

#define FRACTION_BITS 52
#define EXPONENT_BIAS (1023 + FRACTION_BITS)

/* c x 2^q */
struct binary {
    uint64_t c;
    int q;
    bool dense_below; /* a power of two: the neighbour below is half as far as the one above */
};

/* d x 10^k */
struct decimal {
    uint64_t d;
    int k;
};

static struct binary take_apart(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    uint64_t fraction = bits & (((uint64_t)1 << FRACTION_BITS) - 1);
    int exponent = (int)(bits >> FRACTION_BITS);
    if (exponent == 0) {
        return (struct binary){.c = fraction, .q = 1 - EXPONENT_BIAS};
    }
    return (struct binary){.c = fraction | (uint64_t)1 << FRACTION_BITS,
                           .q = exponent - EXPONENT_BIAS,
                           .dense_below = fraction == 0 && exponent > 1};
}

/* floor(log10(2^q)), or of 3/4 x 2^q for a power of two. Multiplication and shift are exact for
 * these q; the shift of a negative number rounds down with gcc and clang. */
static int floor_log10(int q, bool dense_below)
{
    return (q * 1262611 - (dense_below ? 524031 : 0)) >> 22;
}

/* floor(log2(10^e)), exact for |e| <= 1233. */
static int floor_log2_of_power(int e)
{
    return (e * 1741647) >> 19;
}

/* 10^e as g x 2^x, rounded up: one more than the table's where that one is cut off. */
static struct power_of_five scale_of(int e)
{
    struct power_of_five g = powers_of_five[e - POWER_OF_FIVE_MIN];
    g.low += e < -27 || e > 55;
    return g;
}

/* floor(g x cp / 2^128), its lowest bit set where something was cut off that matters (9.9). */
static uint64_t product_to_odd(struct power_of_five g, uint64_t cp)
{
    uint128 low = (uint128)g.low * cp;
    uint128 sum = (uint128)g.high * cp + (uint64_t)(low >> 64);
    return (uint64_t)(sum >> 64) | ((uint64_t)sum > 1);
}

static struct decimal choose(struct binary v)
{
    /* The bounds count where v is even: what lies half way is read as the even one. */
    bool is_even = v.c % 2 == 0;
    int k = floor_log10(v.q, v.dense_below);
    int h = v.q + floor_log2_of_power(-k) + 1;
    struct power_of_five g = scale_of(-k);
    /* All in quarters of 10^k. */
    uint64_t low = product_to_odd(g, (4 * v.c - (v.dense_below ? 1 : 2)) << h) + !is_even;
    uint64_t exact = product_to_odd(g, (4 * v.c) << h);
    uint64_t high = product_to_odd(g, (4 * v.c + 2) << h) - !is_even;
    uint64_t s = exact / 4;
    if (s >= 10) {
        uint64_t tens = s / 10;
        bool below_inside = low <= 40 * tens;
        bool above_inside = 40 * tens + 40 <= high;
        if (below_inside != above_inside) {
            return (struct decimal){.d = tens + above_inside, .k = k + 1};
        }
    }
    bool below_inside = low <= 4 * s;
    bool above_inside = 4 * s + 4 <= high;
    if (below_inside != above_inside) {
        return (struct decimal){.d = s + above_inside, .k = k};
    }
    uint64_t middle = 4 * s + 2;
    bool up = exact > middle || (exact == middle && s % 2 != 0);
    return (struct decimal){.d = s + up, .k = k};
}

void shortest_find(struct shortest *s, double value)
{
    struct decimal found = choose(take_apart(value));
    /* To 17 digits: one or two short of them, further only for subnormal doubles. */
    while (found.d < (uint64_t)10000000000000000) {
        found.d *= 10;
        found.k--;
    }
    uint32_t first_nine = (uint32_t)(found.d / 100000000);
    uint64_t middle = eight_digits(first_nine % 100000000);
    uint64_t last = eight_digits((uint32_t)(found.d % 100000000));
    s->digits[0] = (char)('0' + first_nine / 100000000);
    eight_digits_store(s->digits + 1, middle);
    eight_digits_store(s->digits + 9, last);
    s->count = last != 0     ? 17 - eight_digits_zeros_behind(last)
               : middle != 0 ? 9 - eight_digits_zeros_behind(middle)
                             : 1;
    s->point = found.k + SHORTEST_DIGITS;
}
