/* Values as text: numbers that are none, times before 1970, and bytes that need escaping. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "promql/value_format.h"
#include "support/suite.h"

static struct label_table *table;
static struct value value;

static void set_up(void)
{
    table = label_table_create();
}

static void tear_down(void)
{
    value_release(&value);
    label_table_destroy(table);
}

static struct value_series *add(const char *name, const char *text)
{
    struct error err = ERROR_INIT;
    struct labels_builder b;
    labels_builder_init(&b, table);
    labels_builder_set(&b, str_from(name), str_from(text));
    struct value_series *s = value_add(&value, labels_builder_finish(&b, &err));
    labels_builder_release(&b);
    return s;
}

static void expect(value_format format, const char *want)
{
    struct strbuf out = STRBUF_INIT;
    ck_assert(format(&out, NULL, &value));
    ck_assert_str_eq(strbuf_cstr(&out), want);
    strbuf_release(&out);
}

static const struct number_case {
    double v;
    const char *text;
} number_cases[] = {
    {NAN, "NaN"},
    {INFINITY, "+Inf"},
    {-INFINITY, "-Inf"},
    {0, "0"},
    {-0.0, "-0"},
    {0.1, "0.1"},
    {1e20, "100000000000000000000"},
    {1e21, "1e+21"},
    {1e-6, "0.000001"},
    {1e-7, "1e-07"},
};

START_TEST(test_number)
{
    const struct number_case *c = &number_cases[_i];
    value_init(&value, VALUE_VECTOR, grid_instant(1000));
    add("a", "b")->points[0] = c->v;
    char want[200];
    snprintf(want, sizeof(want),
             "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":"
             "[{\"metric\":{\"a\":\"b\"},\"value\":[1,\"%s\"]}]}}\n",
             c->text);
    expect(value_format_json, want);
    snprintf(want, sizeof(want),
             "series,time,value\r\n\"{a=\"\"b\"\"}\",1970-01-01T00:00:01.000Z,%s\r\n", c->text);
    expect(value_format_csv, want);
    snprintf(want, sizeof(want), "%s  {a=\"b\"}\n", c->text);
    expect(value_format_table, want);
}
END_TEST

static const struct time_case {
    int64_t ms;
    const char *json, *csv;
} time_cases[] = {
    {0, "0", "1970-01-01T00:00:00.000Z"},
    {1, "0.001", "1970-01-01T00:00:00.001Z"},
    {1500, "1.5", "1970-01-01T00:00:01.500Z"},
    {-1, "-0.001", "1969-12-31T23:59:59.999Z"},
    {-1000, "-1", "1969-12-31T23:59:59.000Z"},
    {-62135596800000, "-62135596800", "0001-01-01T00:00:00.000Z"},
    {1700000000123, "1700000000.123", "2023-11-14T22:13:20.123Z"},
};

START_TEST(test_time)
{
    const struct time_case *c = &time_cases[_i];
    value_init(&value, VALUE_SCALAR, grid_instant(c->ms));
    value.scalar = mem_zalloc(1, sizeof(double));
    value.scalar[0] = 2;
    char want[200];
    snprintf(
        want, sizeof(want),
        "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[%s,\"2\"]}}\n",
        c->json);
    expect(value_format_json, want);
    snprintf(want, sizeof(want), "series,time,value\r\n,%s,2\r\n", c->csv);
    expect(value_format_csv, want);
    expect(value_format_table, "2\n");
}
END_TEST

/* No year is printed wrong, and none makes the program fall over. */
START_TEST(test_time_out_of_the_calendar)
{
    value_init(&value, VALUE_SCALAR, grid_instant(INT64_MAX));
    value.scalar = mem_zalloc(1, sizeof(double));
    value.scalar[0] = 2;
    struct strbuf out = STRBUF_INIT;
    ck_assert(value_format_csv(&out, NULL, &value));
    ck_assert(value_format_json(&out, NULL, &value));
    value.grid.start_ms = INT64_MIN;
    ck_assert(value_format_csv(&out, NULL, &value));
    ck_assert(value_format_json(&out, NULL, &value));
    ck_assert(str_contains(strbuf_str(&out), STR("9223372036854775.807")));
    ck_assert(str_contains(strbuf_str(&out), STR("-9223372036854775.808")));
    strbuf_release(&out);
}
END_TEST

/* As many notes as Prometheus' API shows; the rest is counted. */
START_TEST(test_many_notes)
{
    value_init(&value, VALUE_MATRIX, grid_range(0, 30000, 15000));
    for (int i = 0; i < 13; i++) {
        value_warn(&value, "w%d", i);
    }
    for (int i = 0; i < 10; i++) {
        value_info(&value, "i%d", i);
    }
    expect(value_format_json,
           "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]},"
           "\"warnings\":[\"w0\",\"w1\",\"w2\",\"w3\",\"w4\",\"w5\",\"w6\",\"w7\",\"w8\",\"w9\","
           "\"3 more warning annotations omitted\"],"
           "\"infos\":[\"i0\",\"i1\",\"i2\",\"i3\",\"i4\",\"i5\",\"i6\",\"i7\",\"i8\",\"i9\"]}\n");
}
END_TEST

START_TEST(test_escaping)
{
    value_init(&value, VALUE_MATRIX, grid_range(0, 30000, 15000));
    struct value_series *s = add("a b", "q\"\\\n\x1b\xff");
    s->points[0] = 1;
    s->points[2] = 3;
    value_warn(&value, "look \"out\"");
    value_info(&value, "by\tthe way");
    expect(value_format_json,
           "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":"
           "{\"a b\":\"q\\\"\\\\\\n\\u001b\xef\xbf\xbd\"},\"values\":[[0,\"1\"],[30,\"3\"]]}]},"
           "\"warnings\":[\"look \\\"out\\\"\"],\"infos\":[\"by\\tthe way\"]}\n");
    expect(value_format_csv,
           "series,time,value\r\n"
           "\"{\"\"a b\"\"=\"\"q\\\"\"\\\\\\n\\x1b\\xff\"\"}\",1970-01-01T00:00:00.000Z,1\r\n"
           "\"{\"\"a b\"\"=\"\"q\\\"\"\\\\\\n\\x1b\\xff\"\"}\",1970-01-01T00:00:30.000Z,3\r\n");
    expect(value_format_table, "{\"a b\"=\"q\\\"\\\\\\n\\x1b\\xff\"}\n"
                               "  1970-01-01T00:00:00Z  1\n"
                               "  1970-01-01T00:00:30Z  3\n");
}
END_TEST

START_TEST(test_string)
{
    value_init(&value, VALUE_STRING, grid_instant(1000));
    value.string = mem_strdup("say \"\x1b[31m\"\n");
    expect(value_format_json, "{\"status\":\"success\",\"data\":{\"resultType\":\"string\","
                              "\"result\":[1,\"say \\\"\\u001b[31m\\\"\\n\"]}}\n");
    expect(value_format_csv, "series,time,value\r\n,1970-01-01T00:00:01.000Z,\"say "
                             "\"\"\x1b[31m\"\"\n\"\r\n");
    expect(value_format_table, "say \"?[31m\" \n");
}
END_TEST

START_TEST(test_columns_of_the_table)
{
    value_init(&value, VALUE_VECTOR, grid_instant(0));
    add("a", "long")->points[0] = 1;
    add("b", "x")->points[0] = -22;
    add("c", "x")->points[0] = 0.125;
    add("d", "x")->points[0] = NAN;
    expect(value_format_table, "  1      {a=\"long\"}\n"
                               "-22      {b=\"x\"}\n"
                               "  0.125  {c=\"x\"}\n"
                               "NaN      {d=\"x\"}\n");
}
END_TEST

/* A series' own times may have fractions: then all of them show theirs. */
START_TEST(test_times_of_the_table)
{
    value_init(&value, VALUE_MATRIX, grid_instant(0));
    struct value_series *s = add("a", "b");
    s->times_ms = mem_zalloc(1, sizeof(*s->times_ms));
    s->times_ms[0] = 1500;
    s->points[0] = 1;
    expect(value_format_table, "{a=\"b\"}\n  1970-01-01T00:00:01.500Z  1\n");
}
END_TEST

/* The date is kept from point to point: it follows over midnight, both ways around 1970. */
START_TEST(test_days)
{
    value_init(&value, VALUE_MATRIX, grid_range(-1000, 86400000, 43200500));
    struct value_series *s = add("a", "\"");
    s->points[0] = 1;
    s->points[1] = 2.5;
    s->points[2] = -1e21;
    add("b", "x")->points[0] = 3;
    expect(value_format_csv, "series,time,value\r\n"
                             "\"{a=\"\"\\\"\"\"\"}\",1969-12-31T23:59:59.000Z,1\r\n"
                             "\"{a=\"\"\\\"\"\"\"}\",1970-01-01T11:59:59.500Z,2.5\r\n"
                             "\"{a=\"\"\\\"\"\"\"}\",1970-01-02T00:00:00.000Z,-1e+21\r\n"
                             "\"{b=\"\"x\"\"}\",1969-12-31T23:59:59.000Z,3\r\n");
    expect(value_format_json,
           "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":["
           "{\"metric\":{\"a\":\"\\\"\"},\"values\":"
           "[[-1,\"1\"],[43199.500,\"2.5\"],[86400,\"-1e+21\"]]},"
           "{\"metric\":{\"b\":\"x\"},\"values\":[[-1,\"3\"]]}]}}\n");
}
END_TEST

START_TEST(test_one_number_stands_alone)
{
    value_init(&value, VALUE_VECTOR, grid_instant(0));
    value_add(&value, labels_empty(table))->points[0] = 1.5;
    expect(value_format_table, "1.5\n");
    add("a", "b")->points[0] = 2;
    expect(value_format_table, "1.5  {}\n2    {a=\"b\"}\n");
}
END_TEST

/* A scalar has no exponent and a sample has, as in the API. */
START_TEST(test_scalar_numbers)
{
    value_init(&value, VALUE_SCALAR, grid_instant(1000));
    value.scalar = mem_zalloc(1, sizeof(double));
    value.scalar[0] = 1e21;
    expect(value_format_json, "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\","
                              "\"result\":[1,\"1000000000000000000000\"]}}\n");
    value.scalar[0] = 1e-7;
    expect(value_format_json, "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\","
                              "\"result\":[1,\"0.0000001\"]}}\n");
}
END_TEST

/* Through a file a long answer is the same bytes, and what cannot be written is said. */
START_TEST(test_long_answers_go_piece_by_piece)
{
    static const value_format formats[] = {value_format_json, value_format_csv, value_format_table};
    value_init(&value, VALUE_MATRIX, grid_range(0, (int64_t)20000 * 1000, 1000));
    struct value_series *s = add("a", "b");
    for (size_t i = 0; i < s->count; i++) {
        s->points[i] = (double)i;
    }
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        char *written = NULL;
        size_t len = 0;
        FILE *file = open_memstream(&written, &len);
        struct strbuf whole;
        struct strbuf between = STRBUF_INIT;
        strbuf_init(&whole, (size_t)1 << 24);
        ck_assert(formats[i](&whole, NULL, &value));
        ck_assert(formats[i](&between, file, &value));
        fclose(file);
        ck_assert(str_equal(strbuf_str(&whole), str_span(written, len)));
        ck_assert_uint_eq(between.len, 0);
        ck_assert_uint_lt(between.capacity, 200000);
        free(written);
        FILE *full = fopen("/dev/full", "w");
        if (full != NULL) {
            ck_assert(!formats[i](&between, full, &value));
            fclose(full);
        }
        strbuf_release(&whole);
        strbuf_release(&between);
    }
}
END_TEST

static const struct error_case {
    enum error_kind kind;
    const char *type;
} error_cases[] = {
    {ERROR_SYNTAX, "bad_data"}, {ERROR_TYPE, "bad_data"},       {ERROR_USAGE, "bad_data"},
    {ERROR_TIMEOUT, "timeout"}, {ERROR_CANCELLED, "canceled"},  {ERROR_EVALUATION, "execution"},
    {ERROR_LIMIT, "execution"}, {ERROR_NOT_FOUND, "not_found"}, {ERROR_REFUSED, "unavailable"},
};

START_TEST(test_error)
{
    const struct error_case *c = &error_cases[_i];
    struct error err = ERROR_INIT;
    struct strbuf out = STRBUF_INIT;
    error_set(&err, c->kind, "no \"x\"");
    error_format_json(&out, &err);
    char want[100];
    snprintf(want, sizeof(want),
             "{\"status\":\"error\",\"errorType\":\"%s\",\"error\":\"no \\\"x\\\"\"}\n", c->type);
    ck_assert_str_eq(strbuf_cstr(&out), want);
    strbuf_release(&out);
    error_release(&err);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("value_format");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_loop_test(tc, test_number, 0, ARRAY_LEN(number_cases));
    tcase_add_loop_test(tc, test_time, 0, ARRAY_LEN(time_cases));
    tcase_add_test(tc, test_time_out_of_the_calendar);
    tcase_add_test(tc, test_many_notes);
    tcase_add_test(tc, test_escaping);
    tcase_add_test(tc, test_string);
    tcase_add_test(tc, test_columns_of_the_table);
    tcase_add_test(tc, test_times_of_the_table);
    tcase_add_test(tc, test_days);
    tcase_add_test(tc, test_one_number_stands_alone);
    tcase_add_test(tc, test_scalar_numbers);
    tcase_add_test(tc, test_long_answers_go_piece_by_piece);
    TCase *errors = tcase_create("errors");
    tcase_add_loop_test(errors, test_error, 0, ARRAY_LEN(error_cases));
    return suite_run("promql/value_format", tc, errors);
}
