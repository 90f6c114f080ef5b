/* UTF-8: the well-formed table at its edges, and that nothing is read behind a view. */
#include <check.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "support/suite.h"

static const struct {
    const char *bytes;
    size_t len;
    uint32_t cp; /* UTF8_REPLACEMENT with length 1: invalid */
    size_t length;
} sequences[] = {
    {"a", 1, 'a', 1},
    {"\0", 1, 0, 1},
    {"\xC2\x80", 2, 0x80, 2},
    {"\xDF\xBF", 2, 0x7FF, 2},
    {"\xE0\xA0\x80", 3, 0x800, 3},
    {"\xED\x9F\xBF", 3, 0xD7FF, 3},
    {"\xEE\x80\x80", 3, 0xE000, 3},
    {"\xEF\xBF\xBD", 3, 0xFFFD, 3},
    {"\xF0\x90\x80\x80", 4, 0x10000, 4},
    {"\xF4\x8F\xBF\xBF", 4, 0x10FFFF, 4},
    /* overlong, surrogate, above the end, stray, cut short, bad continuation */
    {"\xC0\x80", 2, UTF8_REPLACEMENT, 1},
    {"\xC1\xBF", 2, UTF8_REPLACEMENT, 1},
    {"\xE0\x9F\xBF", 3, UTF8_REPLACEMENT, 1},
    {"\xF0\x8F\xBF\xBF", 4, UTF8_REPLACEMENT, 1},
    {"\xED\xA0\x80", 3, UTF8_REPLACEMENT, 1},
    {"\xF4\x90\x80\x80", 4, UTF8_REPLACEMENT, 1},
    {"\xF5\x80\x80\x80", 4, UTF8_REPLACEMENT, 1},
    {"\x80", 1, UTF8_REPLACEMENT, 1},
    {"\xFF", 1, UTF8_REPLACEMENT, 1},
    {"\xC3", 1, UTF8_REPLACEMENT, 1},
    {"\xE2\x82", 2, UTF8_REPLACEMENT, 1},
    {"\xF0\x9F\x98", 3, UTF8_REPLACEMENT, 1},
    {"\xE2\x82\x28", 3, UTF8_REPLACEMENT, 1},
    {"\xF0\x9F\x28\x80", 4, UTF8_REPLACEMENT, 1},
};

START_TEST(test_decode)
{
    /* An exact heap copy, so that the address sanitizer sees a read past the end. */
    char *copy = mem_alloc(sequences[_i].len);
    memcpy(copy, sequences[_i].bytes, sequences[_i].len);
    struct str s = str_span(copy, sequences[_i].len);
    size_t length;
    ck_assert_uint_eq(utf8_decode(s, &length), sequences[_i].cp);
    ck_assert_uint_eq(length, sequences[_i].length);
    bool bad = sequences[_i].cp == UTF8_REPLACEMENT && sequences[_i].length == 1;
    ck_assert(utf8_valid(s) == !bad);
    free(copy);
}
END_TEST

START_TEST(test_round_trip)
{
    uint32_t first_bad = UINT32_MAX;
    for (uint32_t cp = 0; cp <= 0x10FFFF && first_bad == UINT32_MAX; cp++) {
        char bytes[4];
        size_t n = utf8_encode(cp, bytes);
        size_t length;
        uint32_t back = utf8_decode(str_span(bytes, n), &length);
        bool surrogate = cp >= 0xD800 && cp <= 0xDFFF;
        if (back != (surrogate ? UTF8_REPLACEMENT : cp) || length != n) {
            first_bad = cp;
        }
    }
    ck_assert_uint_eq(first_bad, UINT32_MAX);
    char bytes[4];
    ck_assert_uint_eq(utf8_encode(0x110000, bytes), 3);
}
END_TEST

START_TEST(test_decode_empty)
{
    size_t length = 7;
    ck_assert_uint_eq(utf8_decode(STR_NONE, &length), 0);
    ck_assert_uint_eq(length, 0);
    ck_assert(utf8_valid(STR_NONE));
    ck_assert_uint_eq(utf8_count(STR_NONE), 0);
}
END_TEST

START_TEST(test_count_and_prefix)
{
    ck_assert_uint_eq(utf8_count(STR("ascii only, longer than eight")), 29);
    ck_assert_uint_eq(utf8_count(STR("z\xC3\xBCrich \xF0\x9F\x98\x80")), 8);
    ck_assert_uint_eq(utf8_count(STR("a\xFF\xFE"
                                     "b")),
                      4);
    ck_assert_uint_eq(utf8_valid_prefix(STR("12345678\xC3\xBC\xFFrest")), 10);
    ck_assert_uint_eq(utf8_valid_prefix(STR("good")), 4);
}
END_TEST

START_TEST(test_printable)
{
    struct strbuf out = STRBUF_INIT;
    utf8_add_printable(&out, STR("a\tb\r\nc\x1B[31m\x7F\xC2\x9B"
                                 "\xFF\xC3\xBC"));
    ck_assert_str_eq(strbuf_cstr(&out), "a b  c?[31m???\xC3\xBC");
    strbuf_release(&out);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("utf8");
    tcase_add_loop_test(tc, test_decode, 0, (int)ARRAY_LEN(sequences));
    tcase_add_test(tc, test_round_trip);
    tcase_add_test(tc, test_decode_empty);
    tcase_add_test(tc, test_count_and_prefix);
    tcase_add_test(tc, test_printable);
    return suite_run("base/utf8", tc);
}
