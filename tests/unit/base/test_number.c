/* Numbers against the C library and against themselves: the fast paths may never differ by a bit.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/number.h"
#include "support/suite.h"

/* xorshift64: the same numbers in every run. */
static uint64_t random_u64(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof(a)) == 0;
}

static void assert_like_strtod(const char *text)
{
    double got = -1;
    const char *behind = number_scan(text, text + strlen(text), &got);
    char *want_behind;
    double want = strtod(text, &want_behind);
    ck_assert_msg(behind == want_behind && same_bits(got, want), "'%s': %a, want %a", text, got,
                  want);
}

static const struct {
    const char *text;
    double value;
    int taken; /* bytes; 0: not a number */
} scans[] = {
    {"0", 0, 1},
    {"-0", -0.0, 2},
    {"+7", 7, 2},
    {"12345678", 12345678, 8},
    {"123456789012345678", 123456789012345678.0, 18},
    {"5.", 5, 2},
    {".5", 0.5, 2},
    {"1e5x", 1e5, 3},
    {"1e", 1, 1},
    {"1e+", 1, 1},
    {"1.5.5", 1.5, 3},
    {"1,2", 1, 1},
    {"", 0, 0},
    {".", 0, 0},
    {"-", 0, 0},
    {"e5", 0, 0},
    {"Inf", 0, 0},
    {"NaN", 0, 0},
    {"0x10", 0, 1},
    {"1e99999999999999999999", (double)INFINITY, 22},
    {"1e-99999999999999999999", 0, 23},
    {"0e99999", 0, 7},
};

START_TEST(test_scan)
{
    const char *text = scans[_i].text;
    double value = -1;
    const char *behind = number_scan(text, text + strlen(text), &value);
    if (scans[_i].taken == 0) {
        ck_assert_msg(behind == NULL, "'%s'", text);
        return;
    }
    ck_assert_msg(behind == text + scans[_i].taken, "'%s'", text);
    ck_assert_msg(same_bits(value, scans[_i].value), "'%s': %a", text, value);
}
END_TEST

/* Bytes behind the end are digits: they must not be taken. */
START_TEST(test_scan_stops_at_the_end)
{
    static const char digits[] = "99999999999999999999";
    for (size_t len = 1; len < sizeof(digits) - 1; len++) {
        double value;
        char copy[sizeof(digits)];
        ck_assert_ptr_eq(number_scan(digits, digits + len, &value), digits + len);
        memcpy(copy, digits, len);
        copy[len] = '\0';
        ck_assert(same_bits(value, strtod(copy, NULL)));
    }
}
END_TEST

/* Cases in which rounding is decided far behind, at the edges of the range, or exactly half way. */
static const char *const hard[] = {
    "9007199254740993",
    "9007199254740992.999999999999999999",
    "9007199254740993.00000000000000000000000000000000000000000000000000000001",
    "2.2250738585072011e-308",
    "2.2250738585072014e-308",
    "4.9406564584124654e-324",
    "2.4703282292062327e-324",
    "2.4703282292062328e-324",
    "1.7976931348623157e308",
    "1.7976931348623158e308",
    "1.7976931348623159e308",
    "179769313486231580793e289",
    "6.02214076e23",
    "1e23",
    "8.5e22",
    "123456789012345678901234567890",
    "0.000000000000000000000000000000000000000000000000000000000000000000001",
    "00000000000000000000000000000000000000012345678.5",
    "0.3000000000000000166533453693773481063544750213623046875",
    "1448997445238699",
    "7.8459735791271921e65",
    "3.518437208883201171875e13",
};

START_TEST(test_hard)
{
    assert_like_strtod(hard[_i]);
}
END_TEST

START_TEST(test_random_against_strtod)
{
    uint64_t seed = 88172645463325252u + (uint64_t)_i;
    char text[128];
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = random_u64(&seed);
        double any;
        memcpy(&any, &bits, sizeof(any));
        if (isfinite(any)) {
            snprintf(text, sizeof(text), "%.*e", (int)(random_u64(&seed) % 20), any);
            assert_like_strtod(text);
        }
        double usual =
            ldexp((double)(random_u64(&seed) >> 11), (int)(random_u64(&seed) % 120) - 113);
        snprintf(text, sizeof(text), "%.*g", (int)(random_u64(&seed) % 22) + 1, usual);
        assert_like_strtod(text);
        snprintf(text, sizeof(text), "%llu.%llue%d",
                 (unsigned long long)(random_u64(&seed) >> (random_u64(&seed) % 64)),
                 (unsigned long long)(random_u64(&seed) >> (random_u64(&seed) % 64)),
                 (int)(random_u64(&seed) % 160) - 80);
        assert_like_strtod(text);
    }
}
END_TEST

/* Each row of the table of powers decides the last bit for some mantissa. */
START_TEST(test_every_power)
{
    uint64_t seed = 7;
    char text[64];
    for (int q = -66; q <= 66; q++) {
        for (int i = 0; i < 300; i++) {
            snprintf(text, sizeof(text), "%llue%d", (unsigned long long)random_u64(&seed), q);
            assert_like_strtod(text);
        }
    }
}
END_TEST

START_TEST(test_long_numbers)
{
    uint64_t seed = 99;
    char text[3000];
    for (int i = 0; i < 200; i++) {
        size_t len = 700 + random_u64(&seed) % 2000;
        for (size_t k = 0; k < len; k++) {
            text[k] = (char)('0' + random_u64(&seed) % 10);
        }
        text[random_u64(&seed) % len] = '.';
        snprintf(text + len, sizeof(text) - len, "e-%d", (int)(random_u64(&seed) % 2500));
        assert_like_strtod(text);
    }
}
END_TEST

static const struct {
    const char *text;
    bool ok;
    double value;
} parses[] = {
    {"1.5", true, 1.5},
    {"+Inf", true, (double)INFINITY},
    {"inf", true, (double)INFINITY},
    {"-infinity", true, -(double)INFINITY},
    {"1 ", false, 0},
    {" 1", false, 0},
    {"", false, 0},
    {"1e400", false, 0},
    {"-1e400", false, 0},
    {"1e-400", true, 0},
    {"0x10", false, 0},
    {"1_000", false, 0},
    {"+NaN", false, 0},
    {"infinit", false, 0},
};

START_TEST(test_parse)
{
    double value = -1;
    ck_assert_msg(number_parse(str_from(parses[_i].text), &value) == parses[_i].ok, "'%s'",
                  parses[_i].text);
    ck_assert(!parses[_i].ok || same_bits(value, parses[_i].value));
}
END_TEST

START_TEST(test_parse_nan)
{
    double value = 0;
    ck_assert(number_parse(STR("nAn"), &value) && isnan(value));
}
END_TEST

static const struct {
    double value;
    const char *plain;
    const char *brief;
} formats[] = {
    {0, "0", "0"},
    {-0.0, "-0", "-0"},
    {1, "1", "1"},
    {-42, "-42", "-42"},
    {0.1, "0.1", "0.1"},
    {1500000, "1500000", "1500000"},
    {0.1 + 0.2, "0.30000000000000004", "0.30000000000000004"},
    {1e-4, "0.0001", "0.0001"},
    {1e-5, "0.00001", "1e-05"},
    {1.25e-7, "0.000000125", "1.25e-07"},
    {9007199254740991, "9007199254740991", "9007199254740991"},
    {1e20, "100000000000000000000", "100000000000000000000"},
    {1e21, "1000000000000000000000", "1e+21"},
    {1.5e300, NULL, "1.5e+300"},
    {5e-324, NULL, "5e-324"},
    {1.7976931348623157e308, NULL, "1.7976931348623157e+308"},
    /* Powers of two, below which doubles are denser: the nearest 16 digits do not read back, the
     * next ones up do. */
    {0x1p-44, "0.00000000000005684341886080802", "5.684341886080802e-14"},
    {0x1p89, "618970019642690200000000000", "6.189700196426902e+26"},
};

START_TEST(test_format)
{
    struct strbuf b = STRBUF_INIT;
    if (formats[_i].plain != NULL) {
        number_format(&b, formats[_i].value);
        ck_assert_str_eq(strbuf_cstr(&b), formats[_i].plain);
    }
    strbuf_reset(&b);
    number_format_short(&b, formats[_i].value);
    ck_assert_str_eq(strbuf_cstr(&b), formats[_i].brief);
    strbuf_release(&b);
}
END_TEST

START_TEST(test_format_special)
{
    struct strbuf b = STRBUF_INIT;
    number_format(&b, (double)NAN);
    number_format(&b, (double)INFINITY);
    number_format(&b, -(double)INFINITY);
    ck_assert_str_eq(strbuf_cstr(&b), "NaN+Inf-Inf");
    strbuf_release(&b);
}
END_TEST

/* Go's fmt, %g. */
static const struct {
    double value;
    const char *text;
} general[] = {
    {999999, "999999"}, {1000000, "1e+06"},     {-1234567, "-1.234567e+06"},
    {1e5, "100000"},    {123456.5, "123456.5"}, {1234567.5, "1.2345675e+06"},
    {0.0001, "0.0001"}, {0.00001, "1e-05"},     {-0.0, "-0"},
    {2, "2"},           {1e22, "1e+22"},        {-(double)INFINITY, "-Inf"},
};

START_TEST(test_format_general)
{
    struct strbuf b = STRBUF_INIT;
    number_format_general(&b, general[_i].value);
    ck_assert_str_eq(strbuf_cstr(&b), general[_i].text);
    strbuf_release(&b);
}
END_TEST

START_TEST(test_format_reads_back)
{
    uint64_t seed = 4711;
    struct strbuf b = STRBUF_INIT;
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = random_u64(&seed);
        double value;
        double back;
        memcpy(&value, &bits, sizeof(value));
        value = i % 2 == 0 ? value : (double)(bits % 10000000) / 1000;
        if (!isfinite(value)) {
            continue;
        }
        strbuf_reset(&b);
        number_format(&b, value);
        ck_assert(number_parse(strbuf_str(&b), &back) && same_bits(back, value));
        strbuf_reset(&b);
        number_format_short(&b, value);
        ck_assert(number_parse(strbuf_str(&b), &back) && same_bits(back, value));
        strbuf_reset(&b);
        number_format_general(&b, value);
        ck_assert(number_parse(strbuf_str(&b), &back) && same_bits(back, value));
    }
    strbuf_release(&b);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("number");
    tcase_add_loop_test(tc, test_scan, 0, (int)ARRAY_LEN(scans));
    tcase_add_test(tc, test_scan_stops_at_the_end);
    tcase_add_loop_test(tc, test_hard, 0, (int)ARRAY_LEN(hard));
    tcase_add_loop_test(tc, test_random_against_strtod, 0, 4);
    tcase_add_test(tc, test_every_power);
    tcase_add_test(tc, test_long_numbers);
    tcase_add_loop_test(tc, test_parse, 0, (int)ARRAY_LEN(parses));
    tcase_add_test(tc, test_parse_nan);
    tcase_add_loop_test(tc, test_format, 0, (int)ARRAY_LEN(formats));
    tcase_add_loop_test(tc, test_format_general, 0, ARRAY_LEN(general));
    tcase_add_test(tc, test_format_special);
    tcase_add_test(tc, test_format_reads_back);
    return suite_run("base/number", tc);
}
