/* Clocks: the test clock moves only when told to; the real one agrees with the kernel. */
#include <check.h>
#include <time.h>

#include "base/clock.h"
#include "support/suite.h"

START_TEST(test_manual)
{
    struct clock c = clock_manual((struct wall){.ms = 1700000000000});
    struct mono start = clock_mono(&c);
    ck_assert_int_gt(start.ns, 0);
    ck_assert_int_eq(clock_wall(&c).ms, 1700000000000);
    clock_advance(&c, 1500);
    ck_assert_int_eq(mono_ms_since(clock_mono(&c), start), 1500);
    ck_assert_int_eq(clock_wall(&c).ms, 1700000001500);
    clock_jump(&c, -3600000);
    ck_assert_int_eq(mono_ms_since(clock_mono(&c), start), 1500);
    ck_assert_int_eq(clock_wall(&c).ms, 1699996401500);
}
END_TEST

START_TEST(test_real)
{
    struct clock c = clock_real();
    struct mono a = clock_mono(&c);
    int64_t before_s = (int64_t)time(NULL);
    struct wall w = clock_wall(&c);
    struct mono b = clock_mono(&c);
    int64_t after_s = (int64_t)time(NULL);
    ck_assert_int_le(a.ns, b.ns);
    /* time() may lag by a tick of the coarse clock. */
    ck_assert_int_ge(w.ms / 1000, before_s);
    ck_assert_int_le(w.ms / 1000, after_s + 1);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("clock");
    tcase_add_test(tc, test_manual);
    tcase_add_test(tc, test_real);
    return suite_run("base/clock", tc);
}
