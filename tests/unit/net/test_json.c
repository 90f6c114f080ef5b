/* The JSON cursor: what it finds, and how it says what is not there. */
#include "net/json.h"

#include <check.h>
#include <string.h>

#include "base/strbuf.h"
#include "support/suite.h"

#define LIMIT ((size_t)1 << 20)

static const char answer[] =
    "{\"status\":\"success\",\"data\":{\"result\":[{\"metric\":\"up\",\"value\":[1.5,\"1\"],"
    "\"count\":3,\"big\":9007199254740993,\"on\":true,\"off\":false,\"none\":null}],"
    "\"a.b\":{\"[x]\":7}},\"empty\":{},\"list\":[]}";

static struct json_document *document;

static void setup(void)
{
    struct error err = ERROR_INIT;
    document = json_parse(str_from(answer), LIMIT, &err);
    ck_assert_msg(document != NULL, "%s", error_text(&err));
}

static void teardown(void)
{
    json_destroy(document);
}

START_TEST(values_are_found)
{
    struct error err = ERROR_INIT;
    struct json root = json_root(document);
    struct str text;
    double number;
    int64_t whole;
    bool flag;
    ck_assert(json_get_str(root, "status", &text, &err));
    ck_assert(str_equal_c(text, "success"));
    ck_assert(json_get_number(root, "data.result[0].value[0]", &number, &err));
    ck_assert_double_eq(number, 1.5);
    ck_assert(json_get_int(root, "data.result[0].big", &whole, &err));
    ck_assert_int_eq(whole, 9007199254740993);
    ck_assert(json_get_bool(root, "data.result[0].on", &flag, &err) && flag);
    ck_assert(json_get_bool(root, "data.result[0].off", &flag, &err) && !flag);
    ck_assert_int_eq(json_kind(json_find(root, "data.result[0].none")), JSON_KIND_NULL);
    ck_assert_int_eq(json_kind(json_find(root, "data.result[1].none")), JSON_KIND_MISSING);
    ck_assert_int_eq(json_kind(json_find(root, "status.deeper")), JSON_KIND_MISSING);
    ck_assert_int_eq(json_kind(json_find(root, "")), JSON_KIND_OBJECT);
    ck_assert_uint_eq(json_size(json_find(root, "data.result")), 1);
    ck_assert_uint_eq(json_size(json_find(root, "data")), 2);
    ck_assert_uint_eq(json_size(json_find(root, "status")), 0);
    ck_assert_uint_eq(json_size(json_find(root, "nothing")), 0);
    struct json odd = json_member(json_find(root, "data"), STR("a.b"));
    ck_assert_double_eq(json_number(json_member(odd, STR("[x]"))), 7);
}
END_TEST

static const struct {
    const char *from; /* a path first followed */
    const char *path;
    enum json_kind kind;
    const char *message;
} misses[] = {
    {"", "nothing", JSON_KIND_STRING, "nothing: expected a string, got nothing"},
    {"", "data.result[0].metric", JSON_KIND_OBJECT,
     "data.result[0].metric: expected an object, got a string"},
    {"data.result[0]", "metric", JSON_KIND_NUMBER,
     "data.result[0].metric: expected a number, got a string"},
    {"data.result", "[0]", JSON_KIND_ARRAY, "data.result[0]: expected an array, got an object"},
    {"data.result", "[7].x", JSON_KIND_BOOL,
     "data.result[7].x: expected true or false, got nothing"},
    {"data", "result[99999999999999999999]", JSON_KIND_STRING,
     "data.result[99999999999999999999]: expected a string, got nothing"},
    {"", "", JSON_KIND_ARRAY, "the document: expected an array, got an object"},
    {"empty", "x", JSON_KIND_STRING, "empty.x: expected a string, got nothing"},
    {"", "data.result[0].none", JSON_KIND_STRING,
     "data.result[0].none: expected a string, got null"},
    {"", "data.result[", JSON_KIND_STRING, "data.result[: expected a string, got nothing"},
    {"", "data.result[]", JSON_KIND_STRING, "data.result[]: expected a string, got nothing"},
};

START_TEST(miss_names_the_place)
{
    struct error err = ERROR_INIT;
    struct json out;
    struct json from = json_find(json_root(document), misses[_i].from);
    ck_assert(!json_get(from, misses[_i].path, misses[_i].kind, &out, &err));
    ck_assert_int_eq(err.kind, ERROR_PROTOCOL);
    ck_assert_str_eq(error_text(&err), misses[_i].message);
    error_release(&err);
}
END_TEST

START_TEST(fraction_is_no_whole_number)
{
    struct error err = ERROR_INIT;
    int64_t whole;
    ck_assert(!json_get_int(json_root(document), "data.result[0].value[0]", &whole, &err));
    ck_assert_str_eq(error_text(&err),
                     "data.result[0].value[0]: expected a whole number, got another number");
    error_release(&err);
}
END_TEST

START_TEST(members_come_in_order)
{
    struct json_members it = json_members(json_root(document));
    struct strbuf keys = STRBUF_INIT;
    while (json_next(&it)) {
        strbuf_printf(&keys, "%.*s ", STR_ARG(it.key));
    }
    ck_assert_str_eq(strbuf_cstr(&keys), "status data empty list ");
    strbuf_release(&keys);
    it = json_members(json_find(json_root(document), "status"));
    ck_assert(!json_next(&it));
    it = json_members(json_find(json_root(document), "empty"));
    ck_assert(!json_next(&it));
}
END_TEST

static const struct {
    const char *text;
    enum error_kind kind;
    uint32_t line;
} bad[] = {
    {"", ERROR_SYNTAX, 1},      {"{", ERROR_SYNTAX, 1},      {"{\n\"a\": 1,\n}", ERROR_SYNTAX, 3},
    {"[1] x", ERROR_SYNTAX, 1}, {"<html>", ERROR_SYNTAX, 1}, {"\"\xff\"", ERROR_SYNTAX, 1},
    {"1e999", ERROR_SYNTAX, 1}, {"nul", ERROR_SYNTAX, 1},
};

START_TEST(syntax_error_has_a_place)
{
    struct error err = ERROR_INIT;
    ck_assert_ptr_null(json_parse(str_from(bad[_i].text), LIMIT, &err));
    ck_assert_int_eq(err.kind, bad[_i].kind);
    ck_assert_uint_eq(err.span.line, bad[_i].line);
    ck_assert(strncmp(error_text(&err), "not JSON (line ", 15) == 0);
    error_release(&err);
}
END_TEST

static const char *const good[] = {
    "null", "7", "\"x\"", "[]", " {} ", "[123456789012345678901]", "\"[[[[ \\\" ]\""};

START_TEST(any_root_is_read)
{
    struct error err = ERROR_INIT;
    struct json_document *read = json_parse(str_from(good[_i]), LIMIT, &err);
    ck_assert_msg(read != NULL, "%s", error_text(&err));
    json_destroy(read);
}
END_TEST

START_TEST(nul_in_a_string_is_kept)
{
    struct error err = ERROR_INIT;
    struct json_document *read = json_parse(STR("[\"a\\u0000b\"]"), LIMIT, &err);
    struct str text = json_str(json_item(json_root(read), 0));
    ck_assert(str_equal(text, str_span("a\0b", 3)));
    json_destroy(read);
}
END_TEST

START_TEST(limits_are_errors)
{
    struct error err = ERROR_INIT;
    ck_assert_ptr_null(json_parse(STR("[1,2,3]"), 6, &err));
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    error_release(&err);
    char deep[2 * JSON_MAX_DEPTH + 2];
    memset(deep, '[', JSON_MAX_DEPTH);
    memset(deep + JSON_MAX_DEPTH, ']', JSON_MAX_DEPTH);
    struct json_document *read = json_parse(str_span(deep, 2 * JSON_MAX_DEPTH), LIMIT, &err);
    ck_assert_ptr_nonnull(read);
    json_destroy(read);
    memset(deep, '[', JSON_MAX_DEPTH + 1);
    memset(deep + JSON_MAX_DEPTH + 1, ']', JSON_MAX_DEPTH + 1);
    ck_assert_ptr_null(json_parse(str_span(deep, 2 * JSON_MAX_DEPTH + 2), LIMIT, &err));
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    error_release(&err);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("json");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, values_are_found);
    tcase_add_loop_test(tc, miss_names_the_place, 0, ARRAY_LEN(misses));
    tcase_add_test(tc, fraction_is_no_whole_number);
    tcase_add_test(tc, members_come_in_order);
    tcase_add_loop_test(tc, syntax_error_has_a_place, 0, ARRAY_LEN(bad));
    tcase_add_loop_test(tc, any_root_is_read, 0, ARRAY_LEN(good));
    tcase_add_test(tc, nul_in_a_string_is_kept);
    tcase_add_test(tc, limits_are_errors);
    return suite_run("net/json", tc);
}
