#include <check.h>

#include "promql/functions.h"
#include "support/suite.h"

START_TEST(test_table)
{
    size_t count;
    const struct function *table = function_table(&count);
    ck_assert_uint_gt(count, 70);
    for (size_t i = 0; i < count; i++) {
        const struct function *f = &table[i];
        ck_assert_uint_eq(f->id, i);
        /* The look-up halves the table by name. */
        ck_assert_msg(i == 0 || strcmp(table[i - 1].name, f->name) < 0, "%s", f->name);
        ck_assert_ptr_eq(function_find(str_from(f->name)), f);
        ck_assert_uint_le(f->required, f->maximum);
        ck_assert_uint_ge(f->declared, 1);
        ck_assert_uint_ge(f->declared, f->required);
        ck_assert_uint_gt(strlen(f->doc), 0);
        ck_assert_ptr_null(strchr(f->doc, '\n'));
    }
}
END_TEST

START_TEST(test_find)
{
    ck_assert_ptr_null(function_find(STR("")));
    ck_assert_ptr_null(function_find(STR("Rate")));
    ck_assert_ptr_null(function_find(STR("zzz")));
    ck_assert_str_eq(function_find(STR("holt_winters"))->name, "double_exponential_smoothing");
}
END_TEST

START_TEST(test_argument_types)
{
    const struct function *f = function_find(STR("label_join"));
    ck_assert_int_eq(function_arg_type(f, 0), VALUE_VECTOR);
    ck_assert_int_eq(function_arg_type(f, 3), VALUE_STRING);
    ck_assert_int_eq(function_arg_type(f, 99), VALUE_STRING);
    f = function_find(STR("quantile_over_time"));
    ck_assert_int_eq(function_arg_type(f, 0), VALUE_SCALAR);
    ck_assert_int_eq(function_arg_type(f, 1), VALUE_MATRIX);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("functions");
    tcase_add_test(tc, test_table);
    tcase_add_test(tc, test_find);
    tcase_add_test(tc, test_argument_types);
    return suite_run("promql/functions", tc);
}
