/* From answers to instances: what is there, how old it is, and a signal's three states. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "panel/instances.h"
#include "panel/panel_new.h"
#include "support/suite.h"

#define STEPS   4
#define STEP_MS 15000
#define START   INT64_C(1700000010000)

static struct label_table *table;
static struct panel *panel;
static struct value presence, rate, disk;

static struct labels *make_labels(const char *job, const char *device)
{
    struct labels_builder b;
    struct error err = ERROR_INIT;
    labels_builder_init(&b, table);
    labels_builder_set(&b, STR("job"), str_from(job));
    if (device != NULL) {
        labels_builder_set(&b, STR("device"), str_from(device));
    }
    struct labels *ls = labels_builder_finish(&b, &err);
    labels_builder_release(&b);
    return ls;
}

/* `points` has STEPS numbers; -1 stands for absent. */
static void add(struct value *v, const char *job, const char *device, const double *points)
{
    struct value_series *s = value_add(v, make_labels(job, device));
    for (size_t i = 0; i < STEPS; i++) {
        s->points[i] = points[i] == -1 ? value_absent() : points[i];
    }
}

static void add_signal(const char *name, const char *each)
{
    struct panel_signal signal = {
        .name = mem_strdup(name), .title = mem_strdup(name), .expr = mem_strdup("x")};
    if (each != NULL) {
        vec_push(&signal.each, mem_strdup(each));
    }
    signal.has_warning = signal.has_critical = true;
    signal.warning = 10;
    signal.critical = 20;
    vec_push(&panel->signals, signal);
}

static void set_up(void)
{
    table = label_table_create();
    panel = panel_new();
    panel->name = mem_strdup("p");
    panel->title = mem_strdup("P");
    panel->name_label = mem_strdup("job");
    vec_push(&panel->each, mem_strdup("job"));
    add_signal("rate", NULL);
    add_signal("disk", "device");
    struct grid grid = grid_range(START, START + (STEPS - 1) * STEP_MS, STEP_MS);
    value_init(&presence, VALUE_MATRIX, grid);
    value_init(&rate, VALUE_MATRIX, grid);
    value_init(&disk, VALUE_MATRIX, grid);
}

static void tear_down(void)
{
    value_release(&presence);
    value_release(&rate);
    value_release(&disk);
    panel_unref(panel);
    ck_assert_uint_eq(label_table_sets(table), 0);
    label_table_destroy(table);
}

static const double *highest_buckets;

static void build(struct instances *out, int64_t now_ms, const struct instances *known,
                  const struct value *latest_presence, const struct value *latest_rate)
{
    const struct answer signals[] = {{&rate, latest_rate}, {&disk, NULL}};
    const struct instances_input in = {.panel = panel,
                                       .source = "prom",
                                       .grid = presence.grid,
                                       .presence = {&presence, latest_presence},
                                       .signals = signals,
                                       .highest_buckets = highest_buckets,
                                       .interval_ms = STEP_MS,
                                       .now = {now_ms},
                                       .table = table};
    instances_build(out, &in, known);
}

static const int64_t end_ms = START + (STEPS - 1) * STEP_MS;

START_TEST(test_three_states)
{
    const double there[] = {1, 1, 1, 1};
    const double value[] = {5, 5, 5, 12}, idle[] = {5, NAN, NAN, NAN}, gap[] = {5, 5, -1, -1};
    add(&presence, "b", NULL, there);
    add(&presence, "a", NULL, there);
    add(&presence, "c", NULL, there);
    add(&presence, "silent", NULL, there);
    add(&rate, "a", NULL, value);
    add(&rate, "b", NULL, idle);
    add(&rate, "c", NULL, gap);
    add(&rate, "of nobody", NULL, value);
    struct instances out;
    build(&out, end_ms + 1000, NULL, NULL, NULL);
    ck_assert_uint_eq(out.list.len, 4);
    const struct instance *it = out.list.items;
    ck_assert_str_eq(it[0].name, "a");
    ck_assert_int_eq(it[0].signals[0].rows[0].state, SIGNAL_VALUE);
    ck_assert_double_eq(it[0].signals[0].rows[0].now, 12);
    ck_assert_int_eq(it[0].level, LEVEL_WARNING);
    ck_assert_int_eq(it[1].signals[0].rows[0].state, SIGNAL_NO_TRAFFIC);
    ck_assert_int_eq(it[1].level, LEVEL_OK);
    ck_assert_int_eq(it[2].signals[0].rows[0].state, SIGNAL_NO_DATA);
    ck_assert(value_is_absent(it[2].signals[0].rows[0].points[3]));
    ck_assert_uint_eq(it[3].signals[0].count, 0);
    instances_release(&out);
}
END_TEST

static const struct bucket_case {
    double value, highest;
    bool above;
} bucket_cases[] = {
    {10, 10, true},
    {9.9, 10, false},
    {10, NAN, false},
    {NAN, 10, false},
    {-1 /* absent */, 10, false},
};

START_TEST(test_highest_bucket)
{
    const struct bucket_case *c = &bucket_cases[_i];
    const double there[] = {1, 1, 1, 1};
    const double points[] = {10, 10, 10, c->value};
    const double highest[] = {c->highest, NAN};
    add(&presence, "a", NULL, there);
    add(&rate, "a", NULL, points);
    highest_buckets = highest;
    struct instances out;
    build(&out, end_ms, NULL, NULL, NULL);
    highest_buckets = NULL;
    ck_assert_int_eq(out.list.items[0].signals[0].rows[0].above_highest_bucket, c->above);
    instances_release(&out);
}
END_TEST

/* No answers come any more. */
START_TEST(test_age)
{
    const double there[] = {1, 1, 1, 1};
    add(&presence, "a", NULL, there);
    struct instances out;
    build(&out, end_ms, NULL, NULL, NULL);
    ck_assert_int_eq(out.list.items[0].last_seen.ms, end_ms);
    ck_assert_int_eq(out.list.items[0].state, INSTANCE_LIVE);
    /* Two intervals and a step's width after the last point. */
    ck_assert(!instances_tick(&out, STEP_MS, (struct wall){end_ms + 3 * STEP_MS}));
    ck_assert(instances_tick(&out, STEP_MS, (struct wall){end_ms + 3 * STEP_MS + 1}));
    ck_assert_int_eq(out.list.items[0].state, INSTANCE_STALE);
    /* Steps wider than the interval do not make it younger. */
    ck_assert(!instances_tick(&out, 1000, (struct wall){end_ms + 3001}));
    ck_assert(instances_tick(&out, 1000, (struct wall){end_ms + 3000}));
    instances_release(&out);
}
END_TEST

/* The answer is that it is not there: stale at once, and a rate that outlives its data is not
 * shown, neither as a value nor in the chart. */
START_TEST(test_gone)
{
    const double gone[] = {1, 1, -1, -1}, value[] = {5, 5, 25, 25};
    add(&presence, "a", NULL, gone);
    add(&rate, "a", NULL, value);
    struct instances out;
    build(&out, end_ms, NULL, NULL, NULL);
    const struct instance *it = &out.list.items[0];
    ck_assert_int_eq(it->last_seen.ms, START + STEP_MS);
    ck_assert_int_eq(it->state, INSTANCE_STALE);
    ck_assert_int_eq(it->level, LEVEL_OK);
    const struct signal_row *row = &it->signals[0].rows[0];
    ck_assert_int_eq(row->state, SIGNAL_NO_DATA);
    ck_assert_double_eq(row->points[1], 5);
    ck_assert(value_is_absent(row->points[2]));
    ck_assert(value_is_absent(row->points[3]));
    instances_release(&out);
}
END_TEST

START_TEST(test_rows_of_devices)
{
    const double there[] = {1, 1, 1, 1};
    const double x[] = {1, 2, 3, 4}, y[] = {4, 3, 2, 25};
    add(&presence, "a", NULL, there);
    add(&disk, "a", "sdb", y);
    add(&disk, "a", "sda", x);
    struct instances out;
    build(&out, end_ms, NULL, NULL, NULL);
    const struct signal_rows *rows = &out.list.items[0].signals[1];
    ck_assert_uint_eq(rows->count, 2);
    ck_assert_str_eq(rows->rows[0].detail, "sda");
    ck_assert_str_eq(rows->rows[1].detail, "sdb");
    ck_assert_int_eq(rows->rows[1].level, LEVEL_CRITICAL);
    ck_assert_int_eq(out.list.items[0].level, LEVEL_CRITICAL);
    instances_release(&out);
}
END_TEST

/* With instant answers those say what is now; a series they lack has no data, whatever its history
 * says. */
START_TEST(test_latest_decides)
{
    const double there[] = {1, 1, 1, 1}, value[] = {5, 5, 5, 5};
    add(&presence, "a", NULL, there);
    add(&presence, "b", NULL, there);
    add(&rate, "a", NULL, value);
    add(&rate, "b", NULL, value);
    struct value now_there, now_rate;
    value_init(&now_there, VALUE_VECTOR, grid_instant(end_ms + 7000));
    value_init(&now_rate, VALUE_VECTOR, grid_instant(end_ms + 7000));
    value_add(&now_there, make_labels("a", NULL))->points[0] = 1;
    value_add(&now_rate, make_labels("a", NULL))->points[0] = 6;
    struct instances out;
    build(&out, end_ms + 7000, NULL, &now_there, &now_rate);
    ck_assert_int_eq(out.list.items[0].last_seen.ms, end_ms + 7000);
    ck_assert_double_eq(out.list.items[0].signals[0].rows[0].now, 6);
    ck_assert_double_eq(out.list.items[0].signals[0].rows[0].points[3], 5);
    ck_assert_int_eq(out.list.items[1].last_seen.ms, end_ms);
    ck_assert_int_eq(out.list.items[1].state, INSTANCE_STALE);
    ck_assert_int_eq(out.list.items[1].signals[0].rows[0].state, SIGNAL_NO_DATA);
    instances_release(&out);
    value_release(&now_there);
    value_release(&now_rate);
}
END_TEST

/* One that left the answers altogether is still shown, as away, for a day. */
START_TEST(test_remembered)
{
    const double there[] = {1, 1, 1, 1};
    add(&presence, "a", NULL, there);
    struct instances first, second, third;
    build(&first, end_ms, NULL, NULL, NULL);
    uint64_t id = first.list.items[0].id;
    value_release(&presence);
    value_init(&presence, VALUE_MATRIX, rate.grid);
    build(&second, end_ms + 3600000, &first, NULL, NULL);
    ck_assert_uint_eq(second.list.len, 1);
    ck_assert_uint_eq(second.list.items[0].id, id);
    ck_assert_str_eq(second.list.items[0].name, "a");
    ck_assert_int_eq(second.list.items[0].state, INSTANCE_STALE);
    ck_assert_int_eq(second.list.items[0].last_seen.ms, end_ms);
    build(&third, end_ms + INSTANCES_FORGET_MS + 1, &second, NULL, NULL);
    ck_assert_uint_eq(third.list.len, 0);
    instances_release(&first);
    instances_release(&second);
    instances_release(&third);
}
END_TEST

/* A signal's answer on an older grid is laid where it belongs, and what it does not know is a gap.
 */
START_TEST(test_grids_that_lag)
{
    const double there[] = {1, 1, 1, 1}, value[] = {1, 2, 3, 4};
    add(&presence, "a", NULL, there);
    value_release(&rate);
    value_init(&rate, VALUE_MATRIX, grid_range(START - STEP_MS, end_ms - STEP_MS, STEP_MS));
    add(&rate, "a", NULL, value);
    struct instances out;
    build(&out, end_ms, NULL, NULL, NULL);
    const double *points = out.list.items[0].signals[0].rows[0].points;
    ck_assert_double_eq(points[0], 2);
    ck_assert_double_eq(points[2], 4);
    ck_assert(value_is_absent(points[3]));
    instances_release(&out);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("instances");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, test_three_states);
    tcase_add_loop_test(tc, test_highest_bucket, 0, ARRAY_LEN(bucket_cases));
    tcase_add_test(tc, test_age);
    tcase_add_test(tc, test_gone);
    tcase_add_test(tc, test_rows_of_devices);
    tcase_add_test(tc, test_latest_decides);
    tcase_add_test(tc, test_remembered);
    tcase_add_test(tc, test_grids_that_lag);
    return suite_run("panel/instances", tc);
}
