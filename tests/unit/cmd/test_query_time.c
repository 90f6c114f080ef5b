/* Times and steps of the command line. */
#include <check.h>

#include "cmd/query_time.h"
#include "support/suite.h"

static const struct time_case {
    const char *text;
    bool good;
    int64_t ms;
} time_cases[] = {
    {"0", true, 0},
    {"1700000000", true, 1700000000000},
    {"1700000000.1234", true, 1700000000123},
    {"-1.5", true, -1500},
    {"1e3", true, 1000000},
    {"1970-01-01T00:00:00Z", true, 0},
    {"2026-11-21T02:49:10Z", true, 1795229350000},
    {"2026-11-21T02:49:10.5Z", true, 1795229350500},
    {"2026-11-21T02:49:10.123987Z", true, 1795229350123},
    {"2026-11-21T03:49:10+01:00", true, 1795229350000},
    {"2026-11-20T21:19:10-05:30", true, 1795229350000},
    {"1969-12-31T23:59:59.250Z", true, -750},
    {"", false, 0},
    {"now", true, 5000000},
    {"now-1h30m", true, -400000},
    {"now+5m", true, 5300000},
    {"now-0", true, 5000000},
    {"now-", false, 0},
    {"now 1h", false, 0},
    {"now-1", false, 0},
    {"now--1h", false, 0},
    {"now-292277024y", false, 0},
    {"nowhere", false, 0},
    {"NaN", false, 0},
    {"+Inf", false, 0},
    {"1e300", false, 0},
    {"2026-11-21", false, 0},
    {"2026-11-21T02:49:10", false, 0},
    {"2026-11-21T02:49:10.Z", false, 0},
    {"2026-11-21T02:49:10.5e3Z", false, 0},
    {"2026-11-21T02:49:10+1:00", false, 0},
    {"2026-11-21T02:49:10+24:00", false, 0},
    {"2026-11-21T02:49:10+-1:00", false, 0},
    {"2026-11-21T02:49:10+01", false, 0},
    {"2026-11-21T02:49:10+01:00x", false, 0},
    {"2026-13-21T02:49:10Z", false, 0},
};

START_TEST(test_time)
{
    const struct time_case *c = &time_cases[_i];
    struct error err = ERROR_INIT;
    struct query_moment moment;
    bool ok = query_moment_parse(str_from(c->text), &moment, &err);
    ck_assert_msg(ok == c->good, "'%s'", c->text);
    if (ok) {
        /* What is said from now moves with it, and nothing else does. */
        ck_assert_int_eq(query_moment_at(&moment, 5000000), c->ms);
        ck_assert_int_eq(query_moment_at(&moment, 6000000) != c->ms, moment.from_now);
    } else {
        ck_assert_int_eq(err.kind, ERROR_USAGE);
    }
    error_release(&err);
}
END_TEST

static const struct time_case step_cases[] = {
    {"15s", true, 15000}, {"15", true, 15000}, {"0.5", true, 500}, {"1h30m", true, 5400000},
    {"0", false, 0},      {"-1", false, 0},    {"", false, 0},     {"0s", false, 0},
    {"1e300", false, 0},  {"often", false, 0}, {"NaN", false, 0},
};

START_TEST(test_step)
{
    const struct time_case *c = &step_cases[_i];
    struct error err = ERROR_INIT;
    int64_t ms = 0;
    bool ok = query_step_parse(str_from(c->text), &ms, &err);
    ck_assert_msg(ok == c->good, "'%s'", c->text);
    ck_assert(!ok || ms == c->ms);
    ck_assert_int_eq(err.kind, ok ? ERROR_NONE : ERROR_USAGE);
    error_release(&err);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("query_time");
    tcase_add_loop_test(tc, test_time, 0, ARRAY_LEN(time_cases));
    tcase_add_loop_test(tc, test_step, 0, ARRAY_LEN(step_cases));
    return suite_run("cmd/query_time", tc);
}
