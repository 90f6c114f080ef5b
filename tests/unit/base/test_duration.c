#include <check.h>

#include "base/duration.h"
#include "support/suite.h"

#define HOUR INT64_C(3600000)
#define DAY  (24 * HOUR)

static const struct {
    const char *text;
    int64_t ms;
    const char *printed; /* NULL: as `text` */
} good[] = {
    {"0", 0, "0s"},
    {"0s", 0, NULL},
    {"500ms", 500, NULL},
    {"15s", 15000, NULL},
    {"1h30m", HOUR * 3 / 2, NULL},
    {"90m", HOUR * 3 / 2, "1h30m"},
    {"1d", DAY, NULL},
    {"7d", 7 * DAY, "1w"},
    {"8d", 8 * DAY, NULL},
    {"1y", 365 * DAY, NULL},
    {"1y2w3d4h5m6s7ms", 365 * DAY + 17 * DAY + 4 * HOUR + 306007, "382d4h5m6s7ms"},
    {"292471208y", INT64_C(292471208) * 365 * DAY, NULL},
};

START_TEST(test_good)
{
    struct error err = ERROR_INIT;
    struct strbuf b = STRBUF_INIT;
    int64_t ms = -1;
    ck_assert_msg(duration_parse(str_from(good[_i].text), &ms, &err), "%s: %s", good[_i].text,
                  error_text(&err));
    ck_assert_int_eq(ms, good[_i].ms);
    duration_format(&b, ms);
    ck_assert_str_eq(strbuf_cstr(&b), good[_i].printed != NULL ? good[_i].printed : good[_i].text);
    strbuf_release(&b);
}
END_TEST

static const struct {
    const char *text;
    enum error_kind kind;
    uint32_t column;
    uint32_t length;
    const char *message;
} bad[] = {
    {"", ERROR_SYNTAX, 1, 1, "the duration is empty"},
    {"5", ERROR_SYNTAX, 2, 1, "duration '5' misses a unit here"},
    {"5x", ERROR_SYNTAX, 2, 1, "duration '5x' has an unknown unit"},
    {"5M", ERROR_SYNTAX, 2, 1, "duration '5M' has an unknown unit"},
    {"m", ERROR_SYNTAX, 1, 1, "duration 'm' needs a whole number here"},
    {"1.5h", ERROR_SYNTAX, 2, 1, "duration '1.5h' misses a unit here"},
    {"-5m", ERROR_SYNTAX, 1, 1, "duration '-5m' needs a whole number here"},
    {"5m3h", ERROR_SYNTAX, 3, 2, "duration '5m3h' has its units twice or in the wrong order"},
    {"5m3m", ERROR_SYNTAX, 3, 2, "duration '5m3m' has its units twice or in the wrong order"},
    {"5m ", ERROR_SYNTAX, 3, 1, "duration '5m ' needs a whole number here"},
    {"99999999999999999999s", ERROR_LIMIT, 1, 21,
     "duration '99999999999999999999s' is out of range"},
    {"292471209y", ERROR_LIMIT, 1, 10, "duration '292471209y' is out of range"},
};

START_TEST(test_bad)
{
    struct error err = ERROR_INIT;
    int64_t ms;
    ck_assert(!duration_parse(str_from(bad[_i].text), &ms, &err));
    ck_assert_int_eq(err.kind, bad[_i].kind);
    ck_assert_str_eq(error_text(&err), bad[_i].message);
    ck_assert_uint_eq(err.span.column, bad[_i].column);
    ck_assert_uint_eq(err.span.length, bad[_i].length);
    error_release(&err);
}
END_TEST

static const struct {
    int64_t ms;
    const char *text;
} briefs[] = {
    {0, "0s"},
    {830, "830ms"},
    {4000, "4s"},
    {59999, "59s"},
    {368000, "6m08s"},
    {59 * 60000 + 59000, "59m59s"},
    {4 * HOUR + 720000, "4h12m"},
    {3 * DAY + 4 * HOUR, "3d04h"},
    {41 * DAY + 5 * HOUR, "41d"},
    {9999 * DAY, "9999d"},
    {10000 * DAY, "27y"},
    {INT64_MAX, ">10ky"},
    {INT64_MIN, "->10ky"},
    {-4000, "-4s"},
    {-368000, "-6m"},
    {-5 * HOUR, "-5h"},
    {-3 * DAY - HOUR, "-3d"},
};

START_TEST(test_brief)
{
    struct strbuf b = STRBUF_INIT;
    duration_format_short(&b, briefs[_i].ms);
    ck_assert_str_eq(strbuf_cstr(&b), briefs[_i].text);
    ck_assert_uint_le(b.len, 6);
    strbuf_release(&b);
}
END_TEST

START_TEST(test_format_extremes)
{
    struct strbuf b = STRBUF_INIT;
    duration_format(&b, -90000);
    ck_assert_str_eq(strbuf_cstr(&b), "-1m30s");
    strbuf_reset(&b);
    duration_format(&b, INT64_MIN);
    ck_assert_str_eq(strbuf_cstr(&b), "-106751991167d7h12m55s808ms");
    strbuf_release(&b);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("duration");
    tcase_add_loop_test(tc, test_good, 0, (int)ARRAY_LEN(good));
    tcase_add_loop_test(tc, test_bad, 0, (int)ARRAY_LEN(bad));
    tcase_add_loop_test(tc, test_brief, 0, (int)ARRAY_LEN(briefs));
    tcase_add_test(tc, test_format_extremes);
    return suite_run("base/duration", tc);
}
