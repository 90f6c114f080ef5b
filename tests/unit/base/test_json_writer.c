/* JSON as it is written: commas, escapes, numbers, and a buffer that is full. */
#include <check.h>
#include <math.h>

#include "base/json_writer.h"
#include "support/suite.h"

static struct strbuf out;
static struct json_writer w;

static void setup(void)
{
    strbuf_init(&out, STRBUF_MAX_DEFAULT);
    json_writer_init(&w, &out);
}

static void teardown(void)
{
    strbuf_release(&out);
}

static void check_is(const char *wanted)
{
    struct error err = ERROR_INIT;
    ck_assert_msg(json_writer_finish(&w, &err), "%s", error_text(&err));
    ck_assert_str_eq(strbuf_cstr(&out), wanted);
}

START_TEST(test_nesting)
{
    json_writer_object(&w);
    json_writer_key(&w, "empty");
    json_writer_object(&w);
    json_writer_end(&w);
    json_writer_key(&w, "list");
    json_writer_array(&w);
    json_writer_int(&w, -1);
    json_writer_array(&w);
    json_writer_end(&w);
    json_writer_object(&w);
    json_writer_key(&w, "a");
    json_writer_bool(&w, true);
    json_writer_key(&w, "b");
    json_writer_bool(&w, false);
    json_writer_end(&w);
    json_writer_null(&w);
    json_writer_end(&w);
    json_writer_key_str(&w, STR("n\"ame"));
    json_writer_text(&w, NULL);
    json_writer_key(&w, "raw");
    json_writer_raw(&w, STR("{\"x\":[]}"));
    json_writer_end(&w);
    check_is("{\"empty\":{},\"list\":[-1,[],{\"a\":true,\"b\":false},null],"
             "\"n\\\"ame\":null,\"raw\":{\"x\":[]}}");
}
END_TEST

static const struct {
    struct str text;
    const char *wanted;
} strings[] = {
    {STR_INIT(""), "\"\""},
    {STR_INIT("a\"b\\c\n\t\r\b\f/"), "\"a\\\"b\\\\c\\n\\t\\r\\b\\f/\""},
    {STR_INIT("\0\x01\x1f\x7f"), "\"\\u0000\\u0001\\u001f\\u007f\""},
    {STR_INIT("z\xC3\xBCrich \xF0\x9F\x98\x80"), "\"z\xC3\xBCrich \xF0\x9F\x98\x80\""},
    {STR_INIT("\xFF|\xC3|\xED\xA0\x80|\xE2\x82"),
     "\"\xEF\xBF\xBD|\xEF\xBF\xBD|\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD|"
     "\xEF\xBF\xBD\xEF\xBF\xBD\""},
};

START_TEST(test_strings)
{
    json_writer_str(&w, strings[_i].text);
    check_is(strings[_i].wanted);
}
END_TEST

static const struct {
    double number;
    const char *number_text;
    const char *sample_text;
} numbers[] = {
    {0, "0", "\"0\""},
    {-0.1, "-0.1", "\"-0.1\""},
    {1500000, "1500000", "\"1500000\""},
    {1e22, "1e+22", "\"10000000000000000000000\""},
    {0x1p-1074, "5e-324", NULL},
    {NAN, "null", "\"NaN\""},
    {INFINITY, "null", "\"+Inf\""},
    {-INFINITY, "null", "\"-Inf\""},
};

START_TEST(test_numbers)
{
    json_writer_number(&w, numbers[_i].number);
    check_is(numbers[_i].number_text);
    if (numbers[_i].sample_text != NULL) {
        strbuf_reset(&out);
        json_writer_init(&w, &out);
        json_writer_sample(&w, numbers[_i].number);
        check_is(numbers[_i].sample_text);
    }
}
END_TEST

START_TEST(test_times)
{
    json_writer_array(&w);
    json_writer_time(&w, (struct wall){INT64_C(1609459200123)});
    json_writer_time(&w, (struct wall){INT64_C(-62135596800000)});
    json_writer_end(&w);
    check_is("[\"2021-01-01T00:00:00.123Z\",\"0001-01-01T00:00:00.000Z\"]");
}
END_TEST

START_TEST(test_deep)
{
    for (int i = 0; i < JSON_WRITER_MAX_DEPTH; i++) {
        if (i % 2 == 0) {
            json_writer_object(&w);
            json_writer_key(&w, "a");
        } else {
            json_writer_array(&w);
        }
    }
    for (int i = 0; i < JSON_WRITER_MAX_DEPTH; i++) {
        json_writer_end(&w);
    }
    ck_assert_uint_eq(out.len, JSON_WRITER_MAX_DEPTH / 2 * (strlen("{\"a\":}") + strlen("[]")));
}
END_TEST

START_TEST(test_full_buffer_is_said)
{
    struct error err = ERROR_INIT;
    struct strbuf small;
    strbuf_init(&small, 20);
    json_writer_init(&w, &small);
    json_writer_array(&w);
    json_writer_str(&w, STR("this does not fit into it"));
    json_writer_end(&w);
    ck_assert(!json_writer_finish(&w, &err));
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    ck_assert_ptr_nonnull(strstr(error_text(&err), "20 bytes"));
    error_release(&err);
    strbuf_release(&small);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("json_writer");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_nesting);
    tcase_add_loop_test(tc, test_strings, 0, (int)ARRAY_LEN(strings));
    tcase_add_loop_test(tc, test_numbers, 0, (int)ARRAY_LEN(numbers));
    tcase_add_test(tc, test_times);
    tcase_add_test(tc, test_deep);
    tcase_add_test(tc, test_full_buffer_is_said);
    return suite_run("base/json_writer", tc);
}
