/* Buckets stand on the clock, and missing, idle and zero stay three things. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "support/suite.h"
#include "ui/axis.h"
#include "ui/bucket.h"
#include "ui/glyphs.h"
#include "ui/widgets/spark.h"

#define A value_absent()

static const struct {
    int64_t range_s;
    int columns;
    int64_t step_s, size_s;
} sizes[] = {
    {3600, 60, 15, 60},    {3600, 240, 15, 15},    {3600, 50, 15, 75},    {3600, 1000, 15, 15},
    {3600, 60, 0, 60},     {3600, 59, 0, 120},     {300, 100, 1, 3},      {300, 100, 0, 5},
    {86400, 24, 60, 3600}, {86400, 20, 60, 7200},  {86400, 1, 60, 86400}, {864000, 5, 60, 172800},
    {3600, 0, 15, 3600},   {3600, 60, 7200, 7200},
};

START_TEST(test_size)
{
    ck_assert_int_eq(bucket_size(sizes[_i].range_s * 1000, sizes[_i].columns,
                                 sizes[_i].step_s * 1000),
                     sizes[_i].size_s * 1000);
}
END_TEST

START_TEST(test_axis_stands_still)
{
    struct bucket_axis first = bucket_axis(3600001, 3600000, 15000, 60, 0);
    ck_assert_int_eq(first.size_ms, 60000);
    ck_assert_int_eq(bucket_end(&first, 59), 3660000);
    for (int64_t now = 3600001; now <= 3660000; now += 997) {
        struct bucket_axis axis = bucket_axis(now, 3600000, 15000, 60, 0);
        ck_assert_int_eq(axis.start_ms, first.start_ms);
    }
    struct bucket_axis next = bucket_axis(3660001, 3600000, 15000, 60, 0);
    ck_assert_int_eq(next.start_ms, first.start_ms + 60000);
    /* From an hour on, on the local clock. */
    int64_t zone = 5 * 3600000 + 1800000;
    struct bucket_axis day = bucket_axis(1000000000, 86400000, 60000, 24, zone);
    ck_assert_int_eq((bucket_end(&day, 0) + zone) % 3600000, 0);
}
END_TEST

/* Step 10 s from 0 to 90 s; buckets of 30 s; `now` is 95 s. */
static const struct {
    double points[10];
    enum panel_rollup rollup;
    enum bucket_state states[5]; /* (-30,0] (0,30] (30,60] (60,90] (90,120] */
    double values[5];
} fills[] = {
    {{1, 1, 2, 3, 4, 5, 6, 7, 8, 9},
     PANEL_ROLLUP_MAX,
     {BUCKET_VALUE, BUCKET_VALUE, BUCKET_VALUE, BUCKET_VALUE, BUCKET_BEFORE},
     {1, 3, 6, 9, 0}},
    {{1, 1, 2, 3, 4, 5, 6, 7, 8, 9},
     PANEL_ROLLUP_AVG,
     {BUCKET_VALUE, BUCKET_VALUE, BUCKET_VALUE, BUCKET_VALUE, BUCKET_BEFORE},
     {1, 2, 5, 8, 0}},
    {{1, 1, 2, 3, 4, 5, 6, 7, 8, 9},
     PANEL_ROLLUP_MIN,
     {BUCKET_VALUE, BUCKET_VALUE, BUCKET_VALUE, BUCKET_VALUE, BUCKET_BEFORE},
     {1, 1, 4, 7, 0}},
};

static void fill(struct bucket *out, const double *points, enum panel_rollup rollup)
{
    struct grid grid = {.start_ms = 0, .step_ms = 10000, .steps = 10};
    struct bucket_axis axis = {.start_ms = -30000, .size_ms = 30000, .now_ms = 95000, .count = 5};
    bucket_fill(out, &axis, points, &grid, rollup);
}

START_TEST(test_fill)
{
    struct bucket buckets[5];
    fill(buckets, fills[_i].points, fills[_i].rollup);
    for (size_t i = 0; i < 5; i++) {
        ck_assert_int_eq(buckets[i].state, fills[_i].states[i]);
        if (buckets[i].state == BUCKET_VALUE) {
            ck_assert_double_eq(buckets[i].value, fills[_i].values[i]);
        }
        ck_assert(buckets[i].partial == (i == 4));
    }
}
END_TEST

START_TEST(test_missing)
{
    struct bucket buckets[5];
    const double gap[10] = {0, 0, 0, 0, A, A, A, 0, A, 0};
    fill(buckets, gap, PANEL_ROLLUP_MAX);
    ck_assert_int_eq(buckets[1].state, BUCKET_VALUE); /* zero is a value */
    ck_assert_double_eq(buckets[1].value, 0);
    ck_assert_int_eq(buckets[2].state, BUCKET_GAP); /* nothing is not zero */
    ck_assert_int_eq(buckets[3].state, BUCKET_VALUE);
    const double late[10] = {A, A, A, A, 1, 1, 1, A, A, A};
    fill(buckets, late, PANEL_ROLLUP_MAX);
    ck_assert_int_eq(buckets[0].state, BUCKET_BEFORE); /* it was not there yet */
    ck_assert_int_eq(buckets[1].state, BUCKET_BEFORE);
    ck_assert_int_eq(buckets[3].state, BUCKET_GAP);
    const double idle[10] = {1, 1, 1, 1, NAN, NAN, NAN, NAN, 2, A};
    fill(buckets, idle, PANEL_ROLLUP_AVG);
    ck_assert_int_eq(buckets[2].state, BUCKET_IDLE);
    ck_assert_int_eq(buckets[3].state, BUCKET_VALUE); /* idle steps do not count */
    ck_assert_double_eq(buckets[3].value, 2);
    const double nothing[10] = {A, A, A, A, A, A, A, A, A, A};
    fill(buckets, nothing, PANEL_ROLLUP_MAX);
    ck_assert_int_eq(buckets[0].state, BUCKET_GAP);
    fill(buckets, NULL, PANEL_ROLLUP_MAX);
    ck_assert_int_eq(buckets[4].state, BUCKET_GAP);
}
END_TEST

START_TEST(test_coarse_grid)
{
    /* Points a minute apart in buckets of twenty seconds: each stands for the minute before it. */
    const double points[3] = {1, 2, A};
    struct grid grid = {.start_ms = 60000, .step_ms = 60000, .steps = 3};
    struct bucket_axis axis = {.start_ms = 0, .size_ms = 20000, .now_ms = 180000, .count = 9};
    struct bucket buckets[9];
    bucket_fill(buckets, &axis, points, &grid, PANEL_ROLLUP_MAX);
    for (size_t i = 0; i < 6; i++) {
        ck_assert_int_eq(buckets[i].state, BUCKET_VALUE);
        ck_assert_double_eq(buckets[i].value, i < 3 ? 1 : 2);
    }
    ck_assert_int_eq(buckets[6].state, BUCKET_GAP);
}
END_TEST

static const struct {
    double value;
    enum unit unit;
    double end;
} ends[] = {
    {0, UNIT_PER_SECOND, 1},      {0.9, UNIT_COUNT, 1},      {1, UNIT_COUNT, 1},
    {1.1, UNIT_COUNT, 2},         {2.1, UNIT_COUNT, 2.5},    {412, UNIT_PER_SECOND, 500},
    {501, UNIT_PER_SECOND, 1000}, {0.064, UNIT_RATIO, 0.1},  {0.11, UNIT_RATIO, 1},
    {1.02, UNIT_RATIO, 1},        {3, UNIT_RATIO, 5},        {1.9, UNIT_SECONDS, 2},
    {1500, UNIT_BYTES, 2048},     {1024, UNIT_BYTES, 1024},  {NAN, UNIT_SECONDS, 0.001},
    {-5, UNIT_COUNT, 1},          {INFINITY, UNIT_COUNT, 1}, {1e300, UNIT_COUNT, 1e300},
};

START_TEST(test_axis_end)
{
    double end = axis_round_up(ends[_i].value, ends[_i].unit);
    ck_assert_double_eq_tol(end / ends[_i].end, 1, 1e-9);
}
END_TEST

START_TEST(test_axis_is_calm)
{
    struct axis axis = {.max = 0};
    axis_update(&axis, 80, UNIT_COUNT, 0, 10);
    ck_assert_double_eq(axis.max, 100);
    axis_update(&axis, 101, UNIT_COUNT, 10, 10); /* grows at once */
    ck_assert_double_eq(axis.max, 200);
    for (int64_t t = 20; t < 120; t += 10) {
        axis_update(&axis, 10, UNIT_COUNT, t, 10);
        ck_assert_double_eq(axis.max, 200);
    }
    axis_update(&axis, 10, UNIT_COUNT, 120, 10); /* ten buckets of it */
    ck_assert_double_eq(axis.max, 10);
    axis_update(&axis, 4, UNIT_COUNT, 130, 10);
    axis_update(&axis, 9, UNIT_COUNT, 140, 10); /* the calm begins anew */
    axis_update(&axis, 4, UNIT_COUNT, 150, 10);
    axis_update(&axis, 4, UNIT_COUNT, 240, 10);
    ck_assert_double_eq(axis.max, 10);
}
END_TEST

START_TEST(test_spark_levels)
{
    ck_assert_uint_eq(spark_level(0, 10), 1);
    ck_assert_uint_eq(spark_level(-3, 10), 1);
    ck_assert_uint_eq(spark_level(NAN, 10), 1);
    ck_assert_uint_eq(spark_level(1, 0), 1);
    ck_assert_uint_eq(spark_level(5, 10), 5);
    ck_assert_uint_eq(spark_level(10, 10), 8);
    ck_assert_uint_eq(spark_level(1e9, 10), 8);
    for (double v = 1e-12; v < 1e12; v *= 1.07) {
        double max = axis_spark_max(v);
        ck_assert(max >= v * (1 - 1e-9) && v >= max * 0.8 * (1 - 1e-9));
    }
}
END_TEST

START_TEST(test_spark_draws_three_kinds_of_nothing)
{
    struct bucket buckets[] = {{.state = BUCKET_BEFORE},
                               {.state = BUCKET_GAP},
                               {.state = BUCKET_IDLE},
                               {.state = BUCKET_VALUE, .value = 0},
                               {.state = BUCKET_VALUE, .value = 8}};
    struct canvas c;
    struct strbuf row = STRBUF_INIT;
    canvas_init(&c, 7, 1);
    struct spark spark = {.glyphs = glyphs_of(GLYPHS_EIGHTH), .buckets = buckets, .count = 5};
    spark_draw(&c, rect_at(0, 0, 7, 1), &spark);
    canvas_row_text(&c, 0, &row);
    ck_assert_str_eq(strbuf_cstr(&row), "   \xC2\xB7.\xE2\x96\x81\xE2\x96\x88");
    canvas_reset(&c, 2, 1);
    strbuf_reset(&row);
    spark_draw(&c, rect_at(0, 0, 2, 1), &spark); /* the newest ones */
    canvas_row_text(&c, 0, &row);
    ck_assert_str_eq(strbuf_cstr(&row), "\xE2\x96\x81\xE2\x96\x88");
    strbuf_release(&row);
    canvas_release(&c);
}
END_TEST

int main(void)
{
    TCase *buckets = tcase_create("buckets");
    tcase_add_loop_test(buckets, test_size, 0, ARRAY_LEN(sizes));
    tcase_add_test(buckets, test_axis_stands_still);
    tcase_add_loop_test(buckets, test_fill, 0, ARRAY_LEN(fills));
    tcase_add_test(buckets, test_missing);
    tcase_add_test(buckets, test_coarse_grid);
    TCase *axis = tcase_create("axis");
    tcase_add_loop_test(axis, test_axis_end, 0, ARRAY_LEN(ends));
    tcase_add_test(axis, test_axis_is_calm);
    TCase *spark = tcase_create("spark");
    tcase_add_test(spark, test_spark_levels);
    tcase_add_test(spark, test_spark_draws_three_kinds_of_nothing);
    return suite_run("ui/bucket", buckets, axis, spark);
}
