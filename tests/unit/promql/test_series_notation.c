/* The notation of series in tests. */
#include <math.h>

#include "promql/absent.h"
#include "promql/syntax/series_notation.h"
#include "support/suite.h"

#define GAP    (-12345.0) /* stands for `_` below */
#define MARKER (-54321.0) /* stands for `stale` */

static const struct {
    const char *text;
    size_t count;
    double values[8];
} good_values[] = {
    {"", 0, {0}},
    {"1 2.5\t-3", 3, {1, 2.5, -3}},
    {"1x3", 4, {1, 1, 1, 1}},
    {"1x0", 1, {1}},
    {"1+2x3", 4, {1, 3, 5, 7}},
    {"-5-1x2", 3, {-5, -6, -7}},
    {"0x2", 3, {0, 0, 0}},
    {"1e3+1e2x1", 2, {1000, 1100}},
    {"_ 4 _x2 5", 5, {GAP, 4, GAP, GAP, 5}},
    {"_x0", 0, {0}},
    {"NaN Inf -Inf +inf nan", 5, {NAN, INFINITY, -INFINITY, INFINITY, NAN}},
    {"Infx1", 2, {INFINITY, INFINITY}},
    {"1 stale 2", 3, {1, MARKER, 2}},
    {".5 1.", 2, {0.5, 1}},
};

START_TEST(notation_reads_values)
{
    struct notation_values v = {0};
    struct error err = ERROR_INIT;
    ck_assert_msg(series_notation_values(str_from(good_values[_i].text), &v, &err), "'%s': %s",
                  good_values[_i].text, error_text(&err));
    ck_assert_uint_eq(v.list.len, good_values[_i].count);
    for (size_t i = 0; i < v.list.len; i++) {
        double want = good_values[_i].values[i];
        struct notation_value have = v.list.items[i];
        ck_assert(have.omitted == (want == GAP));
        if (want == MARKER) {
            ck_assert(is_absent(have.v));
        } else if (isnan(want)) {
            ck_assert(isnan(have.v) && !is_absent(have.v));
        } else if (want != GAP) {
            ck_assert_double_eq(have.v, want);
        }
    }
    notation_values_release(&v);
}
END_TEST

static const struct {
    const char *text;
    enum error_kind kind;
    uint32_t column;
} bad_values[] = {
    {"1 two 3", ERROR_SYNTAX, 3},      {"1x", ERROR_SYNTAX, 1},
    {"1x-2", ERROR_SYNTAX, 1},         {"1+x2", ERROR_SYNTAX, 1},
    {"1 +-2", ERROR_SYNTAX, 3},        {"_5", ERROR_SYNTAX, 1},
    {"stalex", ERROR_SYNTAX, 1},       {"4 {{schema:0 count:1}}", ERROR_UNSUPPORTED, 3},
    {"1x99999999999", ERROR_LIMIT, 1}, {"1x18446744073709551615", ERROR_LIMIT, 1},
    {"2 1x20000000", ERROR_LIMIT, 1},  {"1x18446744073709551616", ERROR_SYNTAX, 1},
};

START_TEST(notation_refuses_values)
{
    struct notation_values v = {0};
    struct error err = ERROR_INIT;
    ck_assert_msg(!series_notation_values(str_from(bad_values[_i].text), &v, &err), "'%s'",
                  bad_values[_i].text);
    ck_assert_int_eq(err.kind, bad_values[_i].kind);
    ck_assert_uint_eq(err.span.column, bad_values[_i].column);
    error_release(&err);
    notation_values_release(&v);
}
END_TEST

static const struct {
    const char *text;
    const char *labels; /* as printed; NULL: refused */
    const char *rest;
} label_cases[] = {
    {"up 1 2", "up", " 1 2"},
    {"up", "up", ""},
    {"up{} 1", "up", " 1"},
    {"up{job=\"a\", instance='b'} 1", "up{instance=\"b\", job=\"a\"}", " 1"},
    {"up {job=\"a\"}\t1", "up{job=\"a\"}", "\t1"},
    {"{job=\"a\",} 1", "{job=\"a\"}", " 1"},
    {"{\"up\", job=\"a\"} 1", "up{job=\"a\"}", " 1"},
    {"job:up:sum 1", "job:up:sum", " 1"},
    {"{{schema:0}} 1", "{}", "{{schema:0}} 1"},
    {"up{job=\"a\\\"b\"} 1", "up{job=\"a\\\"b\"}", " 1"},
    {"up{job=~\"a\"} 1", NULL, NULL},
    {"up{job!=\"a\"} 1", NULL, NULL},
    {"up{job=a} 1", NULL, NULL},
    {"up{job=\"a\" instance=\"b\"} 1", NULL, NULL},
    {"up{job=\"a\"", NULL, NULL},
    {"up{job}", NULL, NULL},
    {"up{1=\"a\"}", NULL, NULL},
    {"5", NULL, NULL},
    {"", NULL, NULL},
};

START_TEST(notation_reads_labels)
{
    struct label_table *table = label_table_create();
    struct error err = ERROR_INIT;
    struct str rest = STR_NONE;
    struct labels *ls = series_notation_labels(str_from(label_cases[_i].text), table, &rest, &err);
    if (label_cases[_i].labels == NULL) {
        ck_assert_msg(ls == NULL, "'%s' was taken", label_cases[_i].text);
        ck_assert_int_eq(err.kind, ERROR_SYNTAX);
        error_release(&err);
    } else {
        ck_assert_msg(ls != NULL, "'%s': %s", label_cases[_i].text, error_text(&err));
        struct strbuf text = STRBUF_INIT;
        labels_format(&text, ls);
        ck_assert_str_eq(strbuf_cstr(&text), label_cases[_i].labels);
        ck_assert(str_equal_c(rest, label_cases[_i].rest));
        strbuf_release(&text);
        labels_unref(ls);
    }
    label_table_destroy(table);
}
END_TEST

int main(void)
{
    TCase *values = tcase_create("values");
    tcase_add_loop_test(values, notation_reads_values, 0, ARRAY_LEN(good_values));
    tcase_add_loop_test(values, notation_refuses_values, 0, ARRAY_LEN(bad_values));
    TCase *labels = tcase_create("labels");
    tcase_add_loop_test(labels, notation_reads_labels, 0, ARRAY_LEN(label_cases));
    return suite_run("promql/series_notation", values, labels);
}
