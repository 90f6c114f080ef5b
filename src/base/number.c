/*
 * Text to double in three steps of rising cost, each exact:
 *
 *   1. mantissa below 2^53 and a power of ten up to 22: one multiplication or division of two exact
 *      doubles (Clinger 1990);
 *   2. up to 19 digits and a power of ten up to 64: the product with a 128-bit power of five, which
 *      either proves its rounding or gives up (Lemire, "Number parsing at a gigabyte per second",
 *      2021). Values of more digits lie between the results for the cut mantissa and the next one;
 *      where those agree, that is the value;
 *   3. strtod_l over a canonical copy of at most DIGITS_MAX digits and a sticky one: more digits
 * can never change the rounding of a double (767 are enough).
 *
 * Double to text lays out the digits that shortest.h finds.
 */
#include "base/number.h"

#include <assert.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/attr.h"
#include "base/digits.h"
#include "base/powers_of_five.h"
#include "base/shortest.h"

#define DIGITS_MAX     800
#define EXPONENT_LIMIT 100000 /* no double is near; keeps sums of exponents from overflowing */

static const double powers_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* Exponents for which the rounding of step 2 is proven here. */
#define POWER_MIN (-64)
#define POWER_MAX 64

/* A decimal as it stands in the text: mantissa x 10^exponent, the mantissa cut after 19 digits. */
struct decimal {
    const char *digits; /* from the first digit or the point */
    const char *digits_end;
    uint64_t mantissa;
    int64_t exponent;
    bool negative;
    bool cut; /* digits that are not all zero were left out of the mantissa */
};

static inline bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

static inline uint64_t load8(const char *p)
{
    uint64_t bytes;
    memcpy(&bytes, p, sizeof(bytes));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    bytes = __builtin_bswap64(bytes);
#endif
    return bytes;
}

/* Zero where all eight bytes are digits; else its lowest byte that is not zero marks the first one
 * that is none (carries only run upwards from there). */
static inline uint64_t not_digits(uint64_t bytes)
{
    return ((bytes & 0xf0f0f0f0f0f0f0f0u) |
            (((bytes + 0x0606060606060606u) & 0xf0f0f0f0f0f0f0f0u) >> 4)) ^
           0x3333333333333333u;
}

/* Of eight digits as numbers, the first in the lowest byte: pairs, then fours, then all. */
static inline uint64_t eight_digits_value(uint64_t digits)
{
    digits = digits * 10 + (digits >> 8);
    return (((digits & 0x000000ff000000ffu) * 0x000f424000000064u) +
            (((digits >> 16) & 0x000000ff000000ffu) * 0x0000271000000001u)) >>
           32;
}

/* Appends the run of digits at `p`; the caller sees by the run's length whether the value fits. The
 * last ones are taken without a loop: their number is what a branch predictor cannot know. */
static inline const char *scan_digits(const char *p, const char *end, uint64_t *value)
{
    static const uint32_t tens[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};
    uint64_t v = *value;
    while (end - p >= 8) {
        uint64_t bytes = load8(p);
        uint64_t others = not_digits(bytes);
        bytes -= 0x3030303030303030u;
        if (others != 0) {
            int count = __builtin_ctzll(others) >> 3;
            *value = v * tens[count] + eight_digits_value(bytes << 1 << (63 - 8 * count));
            return p + count;
        }
        v = v * 100000000u + eight_digits_value(bytes);
        p += 8;
    }
    while (p < end && is_digit(*p)) {
        v = v * 10 + (uint64_t)(*p - '0');
        p++;
    }
    *value = v;
    return p;
}

/* The exponent part at `p`, which is left where none (or an unfinished one) stands there. */
static const char *scan_exponent(const char *p, const char *end, int64_t *exponent)
{
    const char *q = p + 1;
    bool negative = false;
    if (q < end && (*q == '+' || *q == '-')) {
        negative = *q == '-';
        q++;
    }
    if (q >= end || !is_digit(*q)) {
        return p;
    }
    int64_t value = 0;
    for (; q < end && is_digit(*q); q++) {
        value = value < EXPONENT_LIMIT ? value * 10 + (*q - '0') : value;
    }
    *exponent += negative ? -value : value;
    return q;
}

/* Reads the mantissa again where it had more than 19 digits, counting those that matter. */
static void recount_mantissa(struct decimal *d)
{
    uint64_t mantissa = 0;
    int64_t exponent = 0;
    unsigned taken = 0;
    bool after_point = false;
    d->cut = false;
    for (const char *p = d->digits; p < d->digits_end; p++) {
        if (*p == '.') {
            after_point = true;
            continue;
        }
        if (taken < 19) {
            mantissa = mantissa * 10 + (uint64_t)(*p - '0');
            taken += mantissa != 0;
            exponent -= after_point;
        } else {
            d->cut |= *p != '0';
            exponent += !after_point;
        }
    }
    d->mantissa = mantissa;
    d->exponent = exponent;
}

static const char *decimal_scan(const char *p, const char *end, struct decimal *d)
{
    d->negative = false;
    d->cut = false;
    d->mantissa = 0;
    d->exponent = 0;
    if (p < end && (*p == '-' || *p == '+')) {
        d->negative = *p == '-';
        p++;
    }
    d->digits = p;
    p = scan_digits(p, end, &d->mantissa);
    ptrdiff_t count = p - d->digits;
    if (p < end && *p == '.') {
        const char *fraction = p + 1;
        p = scan_digits(fraction, end, &d->mantissa);
        d->exponent = fraction - p;
        count += p - fraction;
    }
    d->digits_end = p;
    if (UNLIKELY(count == 0)) {
        return NULL;
    }
    if (UNLIKELY(count > 19)) {
        for (const char *q = d->digits; q < p && (*q == '0' || *q == '.'); q++) {
            count -= *q == '0';
        }
        if (count > 19) {
            recount_mantissa(d);
        }
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p = scan_exponent(p, end, &d->exponent);
    }
    return p;
}

/* Step 2. False where the product cannot prove the rounding. */
static bool product_to_double(uint64_t mantissa, int64_t exponent, double *out)
{
    if (mantissa == 0) {
        *out = 0;
        return true;
    }
    if (exponent < POWER_MIN || exponent > POWER_MAX) {
        return false;
    }
    int zeros = __builtin_clzll(mantissa);
    uint64_t w = mantissa << zeros;
    const struct power_of_five *power = &powers_of_five[exponent - POWER_OF_FIVE_MIN];
    uint128 product = (uint128)w * power->high;
    uint64_t high = (uint64_t)(product >> 64);
    uint64_t low = (uint64_t)product;
    if ((high & 0x1ff) == 0x1ff) {
        uint128 second = (uint128)w * power->low;
        uint64_t carry = (uint64_t)(second >> 64);
        low += carry;
        high += low < carry;
    }
    if (low == UINT64_MAX && (exponent < -27 || exponent > 55)) {
        return false;
    }
    int top = (int)(high >> 63);
    int shift = top + 9;
    uint64_t bits = high >> shift;
    /* floor(q * log2(10)), good for these q, moved to the biased exponent of the top bit. */
    int64_t binary = (((152170 + 65536) * exponent) >> 16) + 63 + top - zeros + 1023;
    /* Exactly half way: the last bit decides, and it must not be pushed up. */
    if (low <= 1 && exponent >= -4 && exponent <= 23 && (bits & 3) == 1 &&
        (bits << shift) == high) {
        bits &= ~(uint64_t)1;
    }
    bits = (bits + (bits & 1)) >> 1;
    if (bits >= (uint64_t)1 << 53) {
        bits = (uint64_t)1 << 52;
        binary++;
    }
    uint64_t raw = (bits & (((uint64_t)1 << 52) - 1)) | ((uint64_t)binary << 52);
    memcpy(out, &raw, sizeof(raw));
    return true;
}

/* Step 3. */
static double slow_to_double(const struct decimal *d, int64_t written_exponent)
{
    char text[DIGITS_MAX + 40];
    size_t len = 0;
    int64_t exponent = written_exponent;
    bool after_point = false;
    bool sticky = false;
    for (const char *p = d->digits; p < d->digits_end; p++) {
        if (*p == '.') {
            after_point = true;
        } else if (len < DIGITS_MAX) {
            if (len > 0 || *p != '0') {
                text[len++] = *p;
            }
            exponent -= after_point;
        } else {
            sticky |= *p != '0';
            exponent += !after_point;
        }
    }
    if (len == 0) {
        return 0;
    }
    if (sticky) {
        text[len++] = '1';
        exponent--;
    }
    snprintf(text + len, sizeof(text) - len, "e%lld", (long long)exponent);
    /* The C locale's object is static in the C library: this neither allocates nor fails. */
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    assert(c_locale != (locale_t)0);
    double value = strtod_l(text, NULL, c_locale);
    freelocale(c_locale);
    return value;
}

static double decimal_to_double(const struct decimal *d)
{
    double value;
    double next;
    if (LIKELY(!d->cut && d->mantissa < (uint64_t)1 << 53 && d->exponent >= -22 &&
               d->exponent <= 22)) {
        value = (double)d->mantissa;
        return d->exponent < 0 ? value / powers_of_ten[-d->exponent]
                               : value * powers_of_ten[d->exponent];
    }
    if (product_to_double(d->mantissa, d->exponent, &value)) {
        if (!d->cut || (product_to_double(d->mantissa + 1, d->exponent, &next) && next == value)) {
            return value;
        }
    }
    /* The exponent that was written is what remains without the digits' share. */
    struct decimal digits_only = *d;
    recount_mantissa(&digits_only);
    return slow_to_double(d, d->exponent - digits_only.exponent);
}

const char *number_scan(const char *p, const char *end, double *out)
{
    struct decimal d;
    const char *behind = decimal_scan(p, end, &d);
    if (behind != NULL) {
        double value = decimal_to_double(&d);
        *out = d.negative ? -value : value;
    }
    return behind;
}

static bool parse_special(struct str s, double *out)
{
    bool negative = false;
    struct str word = s;
    if (word.len > 0 && (word.data[0] == '+' || word.data[0] == '-')) {
        negative = word.data[0] == '-';
        word = str_slice(word, 1, word.len);
    } else if (str_equal_ignoring_case(word, STR("nan"))) {
        *out = (double)NAN;
        return true;
    }
    if (str_equal_ignoring_case(word, STR("inf")) ||
        str_equal_ignoring_case(word, STR("infinity"))) {
        *out = negative ? -(double)INFINITY : (double)INFINITY;
        return true;
    }
    return false;
}

bool number_parse(struct str s, double *out)
{
    if (s.len == 0) {
        return false;
    }
    double value;
    const char *behind = number_scan(s.data, s.data + s.len, &value);
    if (behind == NULL) {
        return parse_special(s, out);
    }
    if (behind != s.data + s.len || isinf(value)) {
        return false;
    }
    *out = value;
    return true;
}

static char *write_bytes(char *to, const char *bytes, size_t len)
{
    memcpy(to, bytes, len);
    return to + len;
}

static char *write_special(char *to, double value)
{
    if (isnan(value)) {
        return write_bytes(to, "NaN", 3);
    }
    if (isinf(value)) {
        return write_bytes(to, value > 0 ? "+Inf" : "-Inf", 4);
    }
    return to;
}

static char *write_plain(char *to, const struct shortest *s)
{
    size_t count = (size_t)s->count;
    if (s->point <= 0) {
        size_t zeros = (size_t)-s->point;
        to = write_bytes(to, "0.", 2);
        memset(to, '0', zeros);
        return write_bytes(to + zeros, s->digits, count);
    }
    size_t before = (size_t)s->point;
    if (before >= count) {
        to = write_bytes(to, s->digits, count);
        memset(to, '0', before - count);
        return to + (before - count);
    }
    to = write_bytes(to, s->digits, before);
    *to++ = '.';
    return write_bytes(to, s->digits + before, count - before);
}

/* d.ddde+dd: two digits of the exponent at least. */
static char *write_exponent(char *to, const struct shortest *s)
{
    *to++ = s->digits[0];
    if (s->count > 1) {
        *to++ = '.';
        to = write_bytes(to, s->digits + 1, (size_t)s->count - 1);
    }
    int exponent = s->point - 1;
    *to++ = 'e';
    *to++ = exponent < 0 ? '-' : '+';
    exponent = abs(exponent);
    if (exponent < 10) {
        *to++ = '0';
    }
    return digits_write(to, (uint64_t)exponent);
}

/* With an exponent below 1e-4 and from ten to the power `exponent_from` on; 0: never. */
static char *write_value(char *to, double value, int exponent_from)
{
    if (!isfinite(value)) {
        return write_special(to, value);
    }
    if (signbit(value)) {
        *to++ = '-';
        value = -value;
    }
    bool plain_integer = exponent_from == 0 || value < powers_of_ten[exponent_from];
    if (plain_integer && value < 0x1p53 && value == (double)(int64_t)value) {
        return digits_write(to, (uint64_t)value);
    }
    struct shortest s;
    shortest_find(&s, value);
    return exponent_from != 0 && (s.point - 1 < -4 || s.point - 1 >= exponent_from)
               ? write_exponent(to, &s)
               : write_plain(to, &s);
}

char *number_write(char *to, double value)
{
    return write_value(to, value, 0);
}

char *number_write_short(char *to, double value)
{
    return write_value(to, value, 21);
}

static void format_value(struct strbuf *out, double value, int exponent_from)
{
    char text[NUMBER_BYTES];
    strbuf_add(out, text, (size_t)(write_value(text, value, exponent_from) - text));
}

void number_format(struct strbuf *out, double value)
{
    format_value(out, value, 0);
}

void number_format_short(struct strbuf *out, double value)
{
    format_value(out, value, 21);
}

void number_format_general(struct strbuf *out, double value)
{
    format_value(out, value, 6);
}
