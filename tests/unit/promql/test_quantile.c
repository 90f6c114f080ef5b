/* Quantiles of values and of buckets, and compensated sums. */
#include <math.h>

#include "base/attr.h"
#include "promql/eval/kahan.h"
#include "promql/eval/quantile.h"
#include "support/suite.h"

static const struct {
    const char *what;
    double q;
    struct bucket buckets[5];
    size_t n;
    double expected;
    struct bucket_repair repair;
} bucket_cases[] = {
    {"the middle of a bucket", 0.5, {{1, 2}, {2, 6}, {INFINITY, 8}}, 3, 1.5, {0}},
    {"the lowest bucket begins at 0", 0.125, {{1, 2}, {2, 6}, {INFINITY, 8}}, 3, 0.5, {0}},
    {"a bound of 0 is its own answer", 0.1, {{0, 4}, {2, 6}, {INFINITY, 8}}, 3, 0, {0}},
    {"above the last bound", 0.99, {{1, 2}, {2, 6}, {INFINITY, 8}}, 3, 2, {0}},
    {"all of it", 1, {{1, 2}, {2, 8}, {INFINITY, 8}}, 3, 2, {0}},
    {"no +Inf", 0.5, {{1, 2}, {2, 6}}, 2, NAN, {0}},
    {"only +Inf", 0.5, {{INFINITY, 6}}, 1, NAN, {0}},
    {"one bound twice is one bucket", 0.5, {{INFINITY, 3}, {INFINITY, 3}}, 2, NAN, {0}},
    {"no observation", 0.5, {{1, 0}, {INFINITY, 0}}, 2, NAN, {0}},
    /* No rank is below an unknown one: the highest bound, as in Prometheus. */
    {"observations not known", 0.5, {{1, 1}, {INFINITY, NAN}}, 2, 1, {0}},
    {"q below", -0.1, {{1, 2}, {INFINITY, 4}}, 2, -INFINITY, {0}},
    {"q above", 1.1, {{1, 2}, {INFINITY, 4}}, 2, INFINITY, {0}},
    {"q not known", NAN, {{1, 2}, {INFINITY, 4}}, 2, NAN, {0}},
    {"counts that go down", 0.75, {{1, 4}, {2, 2}, {4, 8}, {INFINITY, 8}}, 4, 3, {2, 2, 2}},
    {"twice, by 2 and by 3", 0.5, {{1, 4}, {2, 2}, {4, 8}, {8, 5}, {INFINITY, 8}}, 5, 1, {3, 2, 8}},
    {"a bound that is no number", 0.5, {{1, 2}, {INFINITY, 4}, {NAN, 4}}, 3, NAN, {0}},
    {"a bucket of no known count", 0.5, {{1, 2}, {2, NAN}, {INFINITY, 8}}, 3, 2, {0}},
    {"rounding is no decrease", 0.75, {{1, 4}, {2, 4 - 1e-15}, {4, 8}, {INFINITY, 8}}, 4, 3, {0}},
};

static bool same(double a, double b)
{
    return (isnan(a) && isnan(b)) || a == b || fabs(a - b) < 1e-12;
}

START_TEST(quantile_of_buckets_cases)
{
    struct bucket buckets[5];
    for (size_t i = 0; i < bucket_cases[_i].n; i++) {
        buckets[i] = bucket_cases[_i].buckets[i];
    }
    struct bucket_repair repair;
    double v = quantile_of_buckets(bucket_cases[_i].q, buckets, bucket_cases[_i].n, &repair);
    ck_assert_msg(same(v, bucket_cases[_i].expected), "%s: expected %g, got %g",
                  bucket_cases[_i].what, bucket_cases[_i].expected, v);
    const struct bucket_repair *want = &bucket_cases[_i].repair;
    ck_assert_msg(repair.difference == want->difference && repair.lowest == want->lowest &&
                      repair.highest == want->highest,
                  "%s: repaired by %g from %g to %g", bucket_cases[_i].what, repair.difference,
                  repair.lowest, repair.highest);
}
END_TEST

static const struct {
    double lower;
    double upper;
    double expected;
} fraction_cases[] = {
    {0, 1, 0.25}, {0, 1.5, 0.5},       {1, 2, 0.5},   {-INFINITY, INFINITY, 1},
    {2, 9, 0},    {2, INFINITY, 0.25}, {-5, -1, 0},   {1.5, 1.5, 0},
    {3, 1, 0},    {NAN, 1, NAN},       {0, NAN, NAN},
};

/* 2 up to 1, 4 more up to 2, 2 above. */
START_TEST(quantile_fraction_cases)
{
    struct bucket buckets[] = {{1, 2}, {2, 6}, {INFINITY, 8}};
    double v = quantile_fraction_of_buckets(fraction_cases[_i].lower, fraction_cases[_i].upper,
                                            buckets, ARRAY_LEN(buckets));
    ck_assert_msg(same(v, fraction_cases[_i].expected), "%g to %g: expected %g, got %g",
                  fraction_cases[_i].lower, fraction_cases[_i].upper, fraction_cases[_i].expected,
                  v);
}
END_TEST

START_TEST(quantile_fraction_without_a_lowest_edge)
{
    /* Below -3 nothing says where observations lie: all of them count as below any limit there. */
    struct bucket buckets[] = {{-3, 10}, {-2, 12}, {INFINITY, 100}};
    ck_assert(same(quantile_fraction_of_buckets(-4, -2, buckets, 3), 0.02));
    struct bucket open[] = {{1, 2}, {2, 6}};
    ck_assert(isnan(quantile_fraction_of_buckets(0, 1, open, 2)));
    struct bucket empty[] = {{1, 0}, {INFINITY, 0}};
    ck_assert(isnan(quantile_fraction_of_buckets(0, 1, empty, 2)));
}
END_TEST

static const struct {
    double q;
    double values[4];
    size_t n;
    double expected;
} value_cases[] = {
    {0.5, {3, 1, 2}, 3, 2},
    {0.5, {1, 2}, 2, 1.5},
    {0, {5, 4}, 2, 4},
    {1, {5, 4}, 2, 5},
    {0.25, {4, 1, 3, 2}, 4, 1.75},
    {0.5, {7}, 1, 7},
    {0.5, {0}, 0, NAN},
    {NAN, {1}, 1, NAN},
    {-1, {1}, 1, -INFINITY},
    {2, {1}, 1, INFINITY},
    {0.75, {NAN, 1, 2}, 3, 1.5},
    {0.1, {NAN, 1, 2}, 3, NAN},
};

START_TEST(quantile_of_values_cases)
{
    double values[4];
    for (size_t i = 0; i < value_cases[_i].n; i++) {
        values[i] = value_cases[_i].values[i];
    }
    double v = quantile_of_values(value_cases[_i].q, values, value_cases[_i].n);
    ck_assert_msg(same(v, value_cases[_i].expected), "case %d: expected %g, got %g", _i,
                  value_cases[_i].expected, v);
}
END_TEST

START_TEST(kahan_keeps_the_small_beside_the_large)
{
    struct kahan k = {0};
    kahan_add(&k, 1e100);
    kahan_add(&k, 3);
    kahan_add(&k, -1e100);
    ck_assert_double_eq(kahan_value(&k), 3);
}
END_TEST

START_TEST(kahan_goes_on_from_infinity)
{
    struct kahan k = {0};
    kahan_add(&k, INFINITY);
    kahan_add(&k, 3);
    ck_assert_double_eq(kahan_value(&k), INFINITY);
    kahan_add(&k, -INFINITY);
    ck_assert(isnan(kahan_value(&k)));
}
END_TEST

START_TEST(kahan_mean_is_exact_for_equal_values)
{
    struct kahan_mean m = {0};
    for (int i = 0; i < 11; i++) {
        kahan_mean_add(&m, 0.1);
    }
    ck_assert_double_eq(kahan_mean_value(&m), 0.1);
}
END_TEST

START_TEST(kahan_mean_does_not_overflow)
{
    struct kahan_mean m = {0};
    for (int i = 0; i < 4; i++) {
        kahan_mean_add(&m, 1.5e308);
    }
    ck_assert(m.running);
    ck_assert_double_eq(kahan_mean_value(&m), 1.5e308);
    struct kahan_mean infinite = {0};
    kahan_mean_add(&infinite, -INFINITY);
    kahan_mean_add(&infinite, 1);
    ck_assert_double_eq(kahan_mean_value(&infinite), -INFINITY);
}
END_TEST

int main(void)
{
    TCase *buckets = tcase_create("buckets");
    tcase_add_loop_test(buckets, quantile_of_buckets_cases, 0, ARRAY_LEN(bucket_cases));
    tcase_add_loop_test(buckets, quantile_fraction_cases, 0, ARRAY_LEN(fraction_cases));
    tcase_add_test(buckets, quantile_fraction_without_a_lowest_edge);
    TCase *values = tcase_create("values");
    tcase_add_loop_test(values, quantile_of_values_cases, 0, ARRAY_LEN(value_cases));
    TCase *kahan = tcase_create("kahan");
    tcase_add_test(kahan, kahan_keeps_the_small_beside_the_large);
    tcase_add_test(kahan, kahan_goes_on_from_infinity);
    tcase_add_test(kahan, kahan_mean_is_exact_for_equal_values);
    tcase_add_test(kahan, kahan_mean_does_not_overflow);
    return suite_run("promql/quantile", buckets, values, kahan);
}
