#include <check.h>
#include <math.h>

#include "base/unit.h"
#include "support/suite.h"

static const struct {
    enum unit unit;
    double value;
    const char *text;
} formats[] = {
    {UNIT_COUNT, 0, "0"},
    {UNIT_COUNT, 412, "412"},
    {UNIT_COUNT, 4.123, "4.12"},
    {UNIT_COUNT, 41.27, "41.3"},
    {UNIT_COUNT, 0.42, "0.420"},
    {UNIT_COUNT, 0.0042, "0.0042"},
    {UNIT_COUNT, 0.00042, "<0.001"},
    {UNIT_COUNT, -0.00042, ">-.001"},
    {UNIT_COUNT, 999.4, "999"},
    {UNIT_COUNT, 999.6, "1.0k"},
    {UNIT_COUNT, 18200, "18.2k"},
    {UNIT_COUNT, 4.1e6, "4.1M"},
    {UNIT_COUNT, -1234567, "-1.2M"},
    {UNIT_COUNT, 1.2e21, "1.2e21"},
    {UNIT_COUNT, -1e300, "-1e300"},
    {UNIT_PER_SECOND, 18200, "18.2k"},
    {UNIT_SECONDS, 0, "0s"},
    {UNIT_SECONDS, 0.83e-3, "0.83ms"},
    {UNIT_SECONDS, 8.3e-3, "8.3ms"},
    {UNIT_SECONDS, 83e-3, "83ms"},
    {UNIT_SECONDS, 0.83, "830ms"},
    {UNIT_SECONDS, 0.9996, "1.0s"},
    {UNIT_SECONDS, 1.9, "1.9s"},
    {UNIT_SECONDS, 83, "83s"},
    {UNIT_SECONDS, 123, "2m03s"},
    {UNIT_SECONDS, 15120, "4h12m"},
    {UNIT_SECONDS, 12e-6, "12us"},
    {UNIT_SECONDS, 3e-9, "3.0ns"},
    {UNIT_SECONDS, 1e-12, "<.1ns"},
    {UNIT_SECONDS, -0.25, "-250ms"},
    {UNIT_BYTES, 0, "0B"},
    {UNIT_BYTES, 512, "512B"},
    {UNIT_BYTES, 0.01, "<0.1B"},
    {UNIT_BYTES, 1000, "1.0KiB"},
    {UNIT_BYTES, 1023 * 1024.0, "1.0MiB"},
    {UNIT_BYTES, 410 * 0x1p20, "410MiB"},
    {UNIT_BYTES, 3.1 * 0x1p30, "3.1GiB"},
    {UNIT_BYTES, -410 * 0x1p20, "-410Mi"},
    {UNIT_BYTES_PER_SECOND, 3.1 * 0x1p30, "3.1GiB"},
    {UNIT_RATIO, 0, "0%"},
    {UNIT_RATIO, 0.0031, "0.31%"},
    {UNIT_RATIO, 0.0000001, "<0.01%"},
    {UNIT_RATIO, -0.0000001, ">-.01%"},
    {UNIT_RATIO, 0.0642, "6.42%"},
    {UNIT_RATIO, 0.421, "42.1%"},
    {UNIT_RATIO, 0.9995, "99.95%"},
    {UNIT_RATIO, 0.9999999, "99.99%"},
    {UNIT_RATIO, 1, "100%"},
    {UNIT_RATIO, 12.5, "1.2k%"},
    {UNIT_FACTOR, 22, "22.0x"},
    {UNIT_FACTOR, 64.2, "64.2x"},
    {UNIT_FACTOR, 0.31, "0.31x"},
    {UNIT_FACTOR, 0.001, "<0.01x"},
    {UNIT_FACTOR, 1234, "1.2kx"},
};

START_TEST(test_format)
{
    struct strbuf b = STRBUF_INIT;
    unit_format(&b, formats[_i].value, formats[_i].unit);
    ck_assert_str_eq(strbuf_cstr(&b), formats[_i].text);
    strbuf_release(&b);
}
END_TEST

/* Whatever the value: six columns at most, and never a zero or a whole that is none. */
START_TEST(test_format_width)
{
    struct strbuf b = STRBUF_INIT;
    for (int exponent = -1074; exponent < 1024; exponent += 3) {
        for (int part = 0; part < 24; part++) {
            double value = ldexp(1 + (double)part / 12.03, exponent) * (part % 2 == 0 ? 1 : -1);
            strbuf_reset(&b);
            unit_format(&b, value, (enum unit)_i);
            ck_assert_msg(b.len >= 1 && b.len <= 6, "%g: '%s'", value, strbuf_cstr(&b));
            ck_assert_msg(_i != UNIT_RATIO || !str_equal_c(strbuf_str(&b), "0%"), "%g", value);
            ck_assert_msg(_i != UNIT_RATIO || value >= 1 || !str_equal_c(strbuf_str(&b), "100%"),
                          "%g", value);
        }
    }
    strbuf_release(&b);
}
END_TEST

START_TEST(test_format_special)
{
    struct strbuf b = STRBUF_INIT;
    unit_format(&b, (double)NAN, (enum unit)_i);
    unit_format(&b, (double)INFINITY, (enum unit)_i);
    unit_format(&b, -(double)INFINITY, (enum unit)_i);
    ck_assert_str_eq(strbuf_cstr(&b), "-+Inf-Inf");
    strbuf_release(&b);
}
END_TEST

START_TEST(test_format_long)
{
    struct strbuf b = STRBUF_INIT;
    unit_format_long(&b, 412, UNIT_PER_SECOND);
    strbuf_add_char(&b, ' ');
    unit_format_long(&b, 3.1 * 0x1p30, UNIT_BYTES_PER_SECOND);
    strbuf_add_char(&b, ' ');
    unit_format_long(&b, 0.83, UNIT_SECONDS);
    strbuf_add_char(&b, ' ');
    unit_format_long(&b, (double)NAN, UNIT_PER_SECOND);
    ck_assert_str_eq(strbuf_cstr(&b), "412/s 3.1GiB/s 830ms no value");
    strbuf_release(&b);
}
END_TEST

static const struct {
    const char *text;
    double value;
    enum unit unit;
} parses[] = {
    {"5", 5, UNIT_COUNT},
    {"-1.5k", -1500, UNIT_COUNT},
    {"500ms", 0.5, UNIT_SECONDS},
    {"1h30m", 5400, UNIT_SECONDS},
    {"1.5h", 5400, UNIT_SECONDS},
    {"1%", 0.01, UNIT_RATIO},
    {"2GiB", 2147483648.0, UNIT_BYTES},
    {"1e3B", 1000, UNIT_BYTES},
    {"Inf", (double)INFINITY, UNIT_COUNT},
};

START_TEST(test_parse)
{
    double value;
    enum unit unit;
    struct error err = ERROR_INIT;
    ck_assert_msg(unit_parse(str_from(parses[_i].text), &value, &unit, &err), "%s",
                  error_text(&err));
    ck_assert(value == parses[_i].value);
    ck_assert_int_eq(unit, parses[_i].unit);
}
END_TEST

static const struct {
    const char *text;
    uint32_t column;
    const char *message;
} refused[] = {
    {"", 1, "'' is not a number"},           {"x", 1, "'x' is not a number"},
    {"5M", 2, "unknown unit 'M'"},           {"5 ms", 2, "unknown unit ' ms'"},
    {"1e999", 1, "'1e999' is not a number"},
};

START_TEST(test_parse_refused)
{
    double value;
    enum unit unit;
    struct error err = ERROR_INIT;
    ck_assert(!unit_parse(str_from(refused[_i].text), &value, &unit, &err));
    ck_assert_str_eq(error_text(&err), refused[_i].message);
    ck_assert_uint_eq(err.span.column, refused[_i].column);
    error_release(&err);
}
END_TEST

START_TEST(test_find_literal)
{
    ck_assert_str_eq(unit_find_literal(STR("ms)"))->suffix, "ms");
    ck_assert_str_eq(unit_find_literal(STR("m "))->suffix, "m");
    ck_assert_str_eq(unit_find_literal(STR("MiB"))->suffix, "MiB");
    ck_assert_ptr_null(unit_find_literal(STR("minutes")));
    ck_assert_ptr_null(unit_find_literal(STR("m_")));
    ck_assert_ptr_null(unit_find_literal(STR("%5")));
    ck_assert_ptr_null(unit_find_literal(STR("")));
}
END_TEST

START_TEST(test_names)
{
    for (int u = UNIT_COUNT; u <= UNIT_FACTOR; u++) {
        enum unit back;
        ck_assert(unit_from_name(str_from(unit_name((enum unit)u)), &back));
        ck_assert_int_eq(back, u);
    }
    enum unit unit;
    ck_assert(!unit_from_name(STR("furlongs"), &unit));
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("unit");
    tcase_add_loop_test(tc, test_format, 0, (int)ARRAY_LEN(formats));
    tcase_add_loop_test(tc, test_format_width, UNIT_COUNT, UNIT_FACTOR + 1);
    tcase_add_loop_test(tc, test_format_special, UNIT_COUNT, UNIT_FACTOR + 1);
    tcase_add_test(tc, test_format_long);
    tcase_add_loop_test(tc, test_parse, 0, (int)ARRAY_LEN(parses));
    tcase_add_loop_test(tc, test_parse_refused, 0, (int)ARRAY_LEN(refused));
    tcase_add_test(tc, test_find_literal);
    tcase_add_test(tc, test_names);
    return suite_run("base/unit", tc);
}
