/* Values, columns and the grouping of label sets. */
#include <math.h>
#include <stdio.h>

#include "promql/absent.h"
#include "promql/eval/columns.h"
#include "promql/eval/label_groups.h"
#include "promql/value.h"
#include "support/suite.h"

static struct label_table *table;

static void set_up(void)
{
    table = label_table_create();
}

static void tear_down(void)
{
    ck_assert_uint_eq(label_table_sets(table), 0);
    label_table_destroy(table);
}

static struct labels *make(const char *name, const char *a)
{
    struct labels_builder b;
    labels_builder_init(&b, table);
    labels_builder_set(&b, STR(LABEL_NAME), str_from(name));
    labels_builder_set(&b, STR("a"), str_from(a));
    struct error err = ERROR_INIT;
    struct labels *ls = labels_builder_finish(&b, &err);
    ck_assert_ptr_nonnull(ls);
    labels_builder_release(&b);
    return ls;
}

static void fill(double *row, double x, double y, double z)
{
    row[0] = x;
    row[1] = y;
    row[2] = z;
}

START_TEST(value_absent_is_no_nan_of_arithmetic)
{
    ck_assert(value_is_absent(value_absent()));
    ck_assert(!value_is_absent(NAN));
    ck_assert(!value_is_absent(value_absent() + 1));
    ck_assert(isnan(value_absent() * 2));
}
END_TEST

START_TEST(value_keeps_each_annotation_once)
{
    struct value v;
    value_init(&v, VALUE_VECTOR, grid_instant(0));
    value_warn(&v, "%s", "a");
    value_warn(&v, "%s", "b");
    value_warn(&v, "%s", "a");
    value_info(&v, "%s", "a");
    ck_assert_uint_eq(v.warnings.len, 2);
    ck_assert_str_eq(v.warnings.items[1], "b");
    ck_assert_uint_eq(v.infos.len, 1);
    value_release(&v);
}
END_TEST

START_TEST(value_sorts_and_finds)
{
    struct value v;
    value_init(&v, VALUE_MATRIX, grid_range(0, 20, 10));
    value_add(&v, make("m", "2"))->points[1] = 5;
    value_add(&v, make("m", "1"))->points[0] = 4;
    ck_assert_uint_eq(v.series.len, 2);
    value_sort(&v);
    ck_assert_double_eq(v.series.items[0].points[0], 4);
    ck_assert(value_is_absent(v.series.items[0].points[2]));
    struct labels *ls = make("m", "2");
    ck_assert_ptr_eq(value_find(&v, ls), &v.series.items[1]);
    labels_unref(ls);
    ls = make("m", "9");
    ck_assert_ptr_null(value_find(&v, ls));
    labels_unref(ls);
    value_release(&v);
}
END_TEST

START_TEST(grid_counts_its_steps)
{
    struct grid g = grid_range(100, 145, 20);
    ck_assert_uint_eq(g.steps, 3);
    ck_assert_int_eq(grid_end(&g), 140);
    ck_assert_uint_eq(grid_range(100, 90, 20).steps, 1);
    struct grid other = grid_range(100, 140, 20);
    ck_assert(grid_equal(&g, &other));
    other = grid_range(100, 160, 20);
    ck_assert(!grid_equal(&g, &other));
    ck_assert_str_eq(value_type_name(VALUE_MATRIX), "matrix");
}
END_TEST

START_TEST(columns_merge_rows_that_take_turns)
{
    struct columns c;
    columns_init(&c, 3);
    fill(columns_add(&c, make("m", "1"), false), 1, absent(), absent());
    fill(columns_add(&c, make("m", "2"), false), 7, 7, 7);
    fill(columns_add(&c, make("m", "1"), true), absent(), 2, absent());
    struct error err = ERROR_INIT;
    struct work work = {.err = &err};
    ck_assert(columns_merge(&c, "twice", &work));
    ck_assert_uint_eq(c.count, 2);
    ck_assert_double_eq(columns_row(&c, 0)[0], 1);
    ck_assert_double_eq(columns_row(&c, 0)[1], 2);
    ck_assert(is_absent(columns_row(&c, 0)[2]));
    ck_assert(c.heads[0].drop_name);
    ck_assert(!c.heads[1].drop_name);
    columns_release(&c);
}
END_TEST

START_TEST(columns_do_not_merge_rows_that_meet)
{
    struct columns c;
    columns_init(&c, 3);
    fill(columns_add(&c, make("m", "1"), false), 1, 1, absent());
    fill(columns_add(&c, make("m", "1"), false), absent(), 2, absent());
    fill(columns_add(&c, make("m", "1"), false), absent(), absent(), 2);
    struct error err = ERROR_INIT;
    struct work work = {.err = &err};
    ck_assert(!columns_merge(&c, "two at once", &work));
    ck_assert_int_eq(err.kind, ERROR_EVALUATION);
    ck_assert_str_eq(error_text(&err), "two at once");
    error_release(&err);
    columns_release(&c);
}
END_TEST

START_TEST(columns_repeat_drop_and_append)
{
    struct columns c;
    struct work work = {.pause = NULL};
    columns_init(&c, 1);
    columns_add(&c, make("m", "1"), false)[0] = 3;
    columns_add(&c, make("m", "2"), false)[0] = absent();
    columns_add(&c, make("m", "3"), false)[0] = 1;
    columns_remove_last(&c);
    ck_assert(columns_broadcast(&c, 3, &work));
    ck_assert_uint_eq(c.steps, 3);
    ck_assert_double_eq(columns_row(&c, 0)[2], 3);
    ck_assert(columns_drop_empty(&c, &work));
    ck_assert_uint_eq(c.count, 1);
    struct columns more;
    columns_init(&more, 3);
    fill(columns_add(&more, make("n", "1"), false), -4, absent(), 6);
    columns_append(&c, &more);
    ck_assert_uint_eq(more.count, 0);
    ck_assert_uint_eq(c.count, 2);
    ck_assert(columns_map(&c, fabs, &work));
    ck_assert_double_eq(columns_row(&c, 1)[0], 4);
    ck_assert(is_absent(columns_row(&c, 1)[1]));
    columns_release(&more);
    columns_release(&c);
}
END_TEST

START_TEST(groups_number_sets_in_their_order)
{
    struct label_groups g;
    label_groups_init(&g, 1);
    char text[16];
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < 1000; i++) {
            snprintf(text, sizeof(text), "%zu", i);
            ck_assert_uint_eq(label_groups_add(&g, make("m", text)), i);
        }
    }
    ck_assert_uint_eq(g.count, 1000);
    struct labels *ls = make("m", "77");
    ck_assert_uint_eq(label_groups_find(&g, ls), 77);
    labels_unref(ls);
    ls = make("m", "none");
    ck_assert_uint_eq(label_groups_find(&g, ls), LABEL_GROUPS_NONE);
    labels_unref(ls);
    label_groups_release(&g);
}
END_TEST

START_TEST(reduction_keeps_or_takes_away)
{
    static const struct str names[] = {STR_INIT("a"), STR_INIT("b")};
    struct labels *ls = make("m", "1");
    struct labels_builder b;
    labels_builder_init(&b, table);
    struct error err = ERROR_INIT;
    struct label_reduction by = {.names = names, .count = 2, .keep = true};
    struct labels *kept = label_reduction_apply(&by, &b, ls, &err);
    ck_assert_uint_eq(labels_count(kept), 1);
    ck_assert(str_equal_c(labels_get(kept, STR("a")), "1"));
    struct label_reduction without = {.names = names, .count = 2, .keep = false};
    struct labels *rest = label_reduction_apply(&without, &b, ls, &err);
    ck_assert_uint_eq(labels_count(rest), 0);
    labels_unref(rest);
    labels_unref(kept);
    labels_unref(ls);
    labels_builder_release(&b);
}
END_TEST

int main(void)
{
    TCase *values = tcase_create("values");
    tcase_add_checked_fixture(values, set_up, tear_down);
    tcase_add_test(values, value_absent_is_no_nan_of_arithmetic);
    tcase_add_test(values, value_keeps_each_annotation_once);
    tcase_add_test(values, value_sorts_and_finds);
    tcase_add_test(values, grid_counts_its_steps);
    TCase *columns = tcase_create("columns");
    tcase_add_checked_fixture(columns, set_up, tear_down);
    tcase_add_test(columns, columns_merge_rows_that_take_turns);
    tcase_add_test(columns, columns_do_not_merge_rows_that_meet);
    tcase_add_test(columns, columns_repeat_drop_and_append);
    tcase_add_test(columns, groups_number_sets_in_their_order);
    tcase_add_test(columns, reduction_keeps_or_takes_away);
    return suite_run("promql/columns", values, columns);
}
