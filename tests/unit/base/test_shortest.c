/* The fewest digits against a search with the C library: print with ever more of them until they
 * read back. And the two layouts of them, of which every byte is Prometheus'. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/number.h"
#include "base/shortest.h"
#include "support/suite.h"

/* xorshift64: the same numbers in every run. */
static uint64_t random_u64(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static double double_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

struct reference {
    char digits[32];
    int point;
};

static bool reads_back(const struct reference *r, double value)
{
    char text[64];
    snprintf(text, sizeof(text), "0.%se%d", r->digits, r->point);
    return strtod(text, NULL) == value;
}

/* The next decimal of as many digits; false where there is none without one more. */
static bool step_up(struct reference *r)
{
    size_t i = strlen(r->digits);
    while (i > 0 && r->digits[i - 1] == '9') {
        r->digits[--i] = '0';
    }
    if (i == 0) {
        return false;
    }
    r->digits[i - 1]++;
    return true;
}

/* A normal double keeps any 15 digits, so that the search begins there. Below a power of two
 * doubles are twice as dense: the nearest decimal may lie outside on that side while the next one
 * above reads back. */
static void search(struct reference *r, double value)
{
    int ignored;
    bool power_of_two = frexp(value, &ignored) == 0.5;
    for (int count = value < 0x1p-1022 ? 1 : 15; count <= SHORTEST_DIGITS; count++) {
        char text[64];
        snprintf(text, sizeof(text), "%.*e", count - 1, value);
        char *e = strchr(text, 'e');
        r->point = (int)strtol(e + 1, NULL, 10) + 1;
        r->digits[0] = text[0];
        memcpy(r->digits + 1, text + 2, (size_t)(count - 1));
        r->digits[count] = '\0';
        struct reference up = *r;
        if (!reads_back(r, value)) {
            if (!power_of_two || !step_up(&up) || !reads_back(&up, value)) {
                continue;
            }
            *r = up;
        }
        for (size_t len = strlen(r->digits); r->digits[len - 1] == '0'; len--) {
            r->digits[len - 1] = '\0';
        }
        return;
    }
    ck_abort_msg("%a does not read back", value);
}

static void assert_shortest(double value)
{
    struct reference want;
    struct shortest got;
    search(&want, value);
    shortest_find(&got, value);
    ck_assert_msg(got.point == want.point && (size_t)got.count == strlen(want.digits) &&
                      memcmp(got.digits, want.digits, (size_t)got.count) == 0,
                  "%a: 0.%.*s x 10^%d, want 0.%s x 10^%d", value, got.count, got.digits, got.point,
                  want.digits, want.point);
}

/* By the rules of Go's FormatFloat, one digit after the other. */
static void lay_out(char *to, const struct reference *r, int exponent_from)
{
    int count = (int)strlen(r->digits);
    int exponent = r->point - 1;
    if (exponent_from != 0 && (exponent < -4 || exponent >= exponent_from)) {
        snprintf(to, NUMBER_BYTES, "%c%s%se%c%02d", r->digits[0], count > 1 ? "." : "",
                 r->digits + 1, exponent < 0 ? '-' : '+', abs(exponent));
        return;
    }
    for (int place = r->point > 0 ? 0 : r->point - 1; place < count || place < r->point; place++) {
        if (place == r->point) {
            *to++ = '.';
        }
        *to++ = place >= 0 && place < count ? r->digits[place] : '0';
    }
    *to = '\0';
}

static void assert_layouts(double value)
{
    struct reference want;
    char texts[2][NUMBER_BYTES];
    char written[NUMBER_BYTES + 1];
    search(&want, value);
    lay_out(texts[0], &want, 0);
    lay_out(texts[1], &want, 21);
    *number_write(written, value) = '\0';
    ck_assert_str_eq(written, texts[0]);
    *number_write_short(written, value) = '\0';
    ck_assert_str_eq(written, texts[1]);
    written[0] = '+';
    *number_write(written + 1, -value) = '\0';
    ck_assert(written[1] == '-' && strcmp(written + 2, texts[0]) == 0);
    *number_write_short(written + 1, -value) = '\0';
    ck_assert(written[1] == '-' && strcmp(written + 2, texts[1]) == 0);
}

START_TEST(test_random_bits)
{
    uint64_t seed = 2463534242u + (uint64_t)_i;
    for (int i = 0; i < 50000; i++) {
        double value = double_of(random_u64(&seed) >> 1);
        if (isfinite(value) && value > 0) {
            assert_shortest(value);
        }
    }
}
END_TEST

/* What rates and durations are like: few digits, quotients, sums that are a little off. */
START_TEST(test_random_usual)
{
    uint64_t seed = 31337;
    for (int i = 0; i < 10000; i++) {
        double count = (double)(random_u64(&seed) >> (random_u64(&seed) % 40 + 12));
        double divisor = (double)(1 + random_u64(&seed) % 1000);
        assert_layouts(count + 0.5);
        assert_layouts((count + 1) / divisor);
        assert_layouts((count + 1) / 1000);
        assert_layouts(divisor / 10 + 0.2);
        assert_layouts(1 / (count + 3));
    }
}
END_TEST

/* The neighbourhood of a double: its bits one to three up and down. */
static void assert_around(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    for (uint64_t near = bits - 3; near != bits + 4; near++) {
        double v = double_of(near);
        if (isfinite(v) && v > 0) {
            assert_layouts(v);
        }
    }
}

START_TEST(test_powers_of_two)
{
    for (int e = -1074; e <= 1023; e++) {
        assert_around(ldexp(1, e));
    }
}
END_TEST

START_TEST(test_powers_of_ten)
{
    for (int e = -323; e <= 308; e++) {
        char text[16];
        snprintf(text, sizeof(text), "1e%d", e);
        assert_around(strtod(text, NULL));
        text[0] = '5';
        assert_around(strtod(text, NULL));
    }
}
END_TEST

START_TEST(test_edges)
{
    static const double edges[] = {
        0x1p-1074,
        0x1p-1073,
        0x1p-1022,
        0x0.fffffffffffffp-1022,
        0x1.fffffffffffffp+1023,
        0x1p52,
        0x1p53,
        0x1p53 + 2,
        1e15,
        1e16,
        1e17,
        1e21,
        1e22,
        1e23,
        9.5e-5,
        1e-4,
        1e-6,
        0.3,
        2.0 / 3,
        9007199254740991.5,
        4503599.5,
        1e5,
        999999.5,
        123456789012345678.0,
        0x1.8p-1022,
        8.41e21,
        9e-265,
        5.5e-5,
        2.989102097996e-312,
        9.5367431640625e-7,
        8.5e22 + 1,
        1e21 - 1,
    };
    for (size_t i = 0; i < ARRAY_LEN(edges); i++) {
        assert_around(edges[i]);
    }
    for (uint64_t bits = 1; bits < 5000; bits++) {
        assert_layouts(double_of(bits));
    }
}
END_TEST

START_TEST(test_integers_and_halves)
{
    for (int i = 1; i < 3000; i++) {
        assert_layouts(i);
        assert_layouts(i + 0.5);
        assert_layouts(0x1p53 - 1500 + i);
        assert_layouts(0x1p51 - 1500 + i + 0.5);
    }
    uint64_t seed = 5;
    for (int i = 0; i < 10000; i++) {
        uint64_t integer = random_u64(&seed) >> (random_u64(&seed) % 64);
        assert_layouts((double)(integer | 1));
        assert_layouts((double)(integer | 1) * (double)(1 + random_u64(&seed) % 100000));
    }
}
END_TEST

START_TEST(test_longest)
{
    char text[NUMBER_BYTES];
    size_t longest = 0;
    uint64_t seed = 77;
    for (int i = 0; i < 10000; i++) {
        double value = -double_of(1 + (random_u64(&seed) >> (12 + random_u64(&seed) % 40)));
        size_t len = (size_t)(number_write(text, value) - text);
        longest = len > longest ? len : longest;
    }
    ck_assert_uint_gt(longest, 320);
    ck_assert_uint_lt(longest, NUMBER_BYTES);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("shortest");
    tcase_add_loop_test(tc, test_random_bits, 0, 4);
    tcase_add_test(tc, test_random_usual);
    tcase_add_test(tc, test_powers_of_two);
    tcase_add_test(tc, test_powers_of_ten);
    tcase_add_test(tc, test_edges);
    tcase_add_test(tc, test_integers_and_halves);
    tcase_add_test(tc, test_longest);
    return suite_run("base/shortest", tc);
}
