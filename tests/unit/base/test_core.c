/* Memory, strings, buffers, maps, arenas and errors: what everything else stands on. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/escape.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "support/suite.h"

START_TEST(test_str_order)
{
    ck_assert_int_lt(str_compare(STR("a"), STR("ab")), 0);
    ck_assert_int_gt(str_compare(STR("b"), STR("ab")), 0);
    ck_assert_int_eq(str_compare(STR_NONE, STR("")), 0);
    /* Bytes, not signed characters. */
    ck_assert_int_lt(str_compare(STR("z"), STR("\xc3\xa9")), 0);
}
END_TEST

START_TEST(test_str_parts)
{
    struct str rest = STR("a,,b");
    struct str part;
    const char *want[] = {"a", "", "b"};
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        ck_assert(str_split(&rest, ',', &part));
        ck_assert(str_equal_c(part, want[i]));
    }
    ck_assert(!str_split(&rest, ',', &part));
    ck_assert(str_equal(str_trim(STR(" \t x y\r\n")), STR("x y")));
    ck_assert(str_equal(str_slice(STR("abc"), 1, 99), STR("bc")));
    ck_assert(str_equal(str_slice(STR("abc"), 7, 1), STR("")));
    ck_assert(str_starts_with(STR("abc"), STR("ab")) && !str_starts_with(STR("a"), STR("ab")));
    ck_assert(str_ends_with(STR("abc"), STR("bc")) && !str_ends_with(STR("c"), STR("bc")));
    ck_assert(str_contains(STR("abc"), STR("b")) && !str_contains(STR("abc"), STR("ca")));
    ck_assert(str_equal_ignoring_case(STR("SuM"), STR("sUm")));
}
END_TEST

START_TEST(test_str_numbers)
{
    uint64_t n;
    ck_assert(str_to_u64(STR("18446744073709551615"), &n) && n == UINT64_MAX);
    ck_assert(!str_to_u64(STR("18446744073709551616"), &n));
    ck_assert(!str_to_u64(STR(""), &n) && !str_to_u64(STR("-1"), &n) && !str_to_u64(STR("1x"), &n));
}
END_TEST

START_TEST(test_strbuf_limit)
{
    struct strbuf b;
    strbuf_init(&b, 8);
    ck_assert(strbuf_add_c(&b, "12345"));
    ck_assert(!strbuf_add_c(&b, "6789"));
    ck_assert(b.overflowed);
    ck_assert_str_eq(strbuf_cstr(&b), "12345");
    ck_assert(strbuf_printf(&b, "%d", 678));
    ck_assert(!strbuf_printf(&b, "%d", 9));
    ck_assert_str_eq(strbuf_cstr(&b), "12345678");
    strbuf_reset(&b);
    ck_assert(!b.overflowed && b.len == 0);
    strbuf_release(&b);
}
END_TEST

START_TEST(test_strbuf_room)
{
    struct strbuf b;
    strbuf_init(&b, 100);
    strbuf_add_c(&b, "a");
    char *to = strbuf_room(&b, 99);
    ck_assert_ptr_nonnull(to);
    memset(to, 'b', 99);
    strbuf_wrote(&b, to + 2);
    ck_assert_str_eq(strbuf_cstr(&b), "abb");
    ck_assert_ptr_null(strbuf_room(&b, 98));
    ck_assert(b.overflowed);
    ck_assert_str_eq(strbuf_cstr(&b), "abb");
    strbuf_release(&b);
}
END_TEST
START_TEST(test_strbuf_escapes)
{
    struct strbuf b = STRBUF_INIT;
    ck_assert(escape_json(&b, STR("a\"\\\n\x01\xff\xc3\xa9\xc2\x9b")));
    ck_assert_str_eq(strbuf_cstr(&b), "a\\\"\\\\\\n\\u0001\xEF\xBF\xBD\xc3\xa9\\u009b");
    strbuf_reset(&b);
    ck_assert(escape_quoted(&b, STR("a\"\n\x01\xff\xc3\xa9\xc2\x9b")));
    ck_assert_str_eq(strbuf_cstr(&b), "\"a\\\"\\n\\x01\\xff\xc3\xa9\\u009b\"");
    char *taken = strbuf_take(&b);
    ck_assert_uint_eq(b.len, 0);
    free(taken);
    taken = strbuf_take(&b);
    ck_assert_str_eq(taken, "");
    free(taken);
}
END_TEST

START_TEST(test_map_against_array)
{
    enum { KEYS = 500, ROUNDS = 20000 };
    static char keys[KEYS][8];
    static int values[KEYS];
    bool there[KEYS] = {false};
    struct map m = {0};
    size_t count = 0;
    uint32_t random = 12345;
    for (int i = 0; i < KEYS; i++) {
        snprintf(keys[i], sizeof(keys[i]), "k%d", i);
    }
    for (int round = 0; round < ROUNDS; round++) {
        random = random * 1664525u + 1013904223u;
        int i = (int)((random >> 8) % KEYS);
        struct str key = str_from(keys[i]);
        if ((random >> 4) % 2 == 0) {
            ck_assert((map_put(&m, key, &values[i]) != NULL) == there[i]);
            count += !there[i];
            there[i] = true;
        } else {
            ck_assert_ptr_eq(map_remove(&m, key), there[i] ? &values[i] : NULL);
            count -= there[i];
            there[i] = false;
        }
        ck_assert_uint_eq(m.count, count);
    }
    for (int i = 0; i < KEYS; i++) {
        ck_assert_ptr_eq(map_get(&m, str_from(keys[i])), there[i] ? &values[i] : NULL);
    }
    size_t position = 0, seen = 0;
    while (map_next(&m, &position) != NULL) {
        seen++;
    }
    ck_assert_uint_eq(seen, count);
    map_release(&m);
}
END_TEST

START_TEST(test_arena)
{
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < 2000; i++) {
        unsigned char *p = arena_alloc(&a, i % 97);
        ck_assert_uint_eq((uintptr_t)p % _Alignof(max_align_t), 0);
        for (size_t k = 0; k < i % 97; k++) {
            ck_assert_uint_eq(p[k], 0);
            p[k] = 0xAA;
        }
    }
    memset(arena_alloc(&a, 5u << 20), 1, 5u << 20);
    ck_assert(str_equal(arena_printf(&a, "%s-%d", "x", 7), STR("x-7")));
    ck_assert(str_equal(arena_str(&a, STR("copy")), STR("copy")));
    arena_release(&a);
    ck_assert_ptr_null(a.blocks);
}
END_TEST

START_TEST(test_error_wrap)
{
    struct error e = ERROR_INIT;
    ck_assert(!error_is(&e));
    ck_assert(!error_set(&e, ERROR_LIMIT, "more than %d series", 3));
    ck_assert(!error_wrap(&e, "source '%s'", "carts"));
    ck_assert_str_eq(error_text(&e), "source 'carts': more than 3 series");
    error_suggest(&e, "raise '%s'", "max_series");
    struct error copy = ERROR_INIT;
    error_copy(&copy, &e);
    ck_assert_str_eq(copy.suggestion, "raise 'max_series'");
    struct error moved = ERROR_INIT;
    error_move(&moved, &e);
    ck_assert(!error_is(&e) && moved.kind == ERROR_LIMIT);
    error_set_sys(&moved, ENOENT, "cannot open '%s'", "x");
    ck_assert_int_eq(moved.kind, ERROR_NOT_FOUND);
    ck_assert_str_eq(error_text(&moved), "cannot open 'x': No such file or directory");
    error_release(&moved);
    error_release(&copy);
    for (int kind = 1; kind < ERROR_KIND_COUNT; kind++) {
        ck_assert_int_ge(error_kind_exit_status((enum error_kind)kind), 64);
        ck_assert_uint_gt(strlen(error_kind_doc((enum error_kind)kind)), 10);
    }
}
END_TEST

START_TEST(test_vec)
{
    VEC(int) v = {0};
    for (int i = 0; i < 100; i++) {
        vec_push(&v, i);
    }
    vec_remove(&v, 0);
    int sum = 0;
    VEC_EACH (&v, int, it) {
        sum += *it;
    }
    ck_assert_int_eq(sum, 4950);
    ck_assert_uint_eq(v.len, 99);
    vec_release(&v);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("core");
    tcase_add_test(tc, test_str_order);
    tcase_add_test(tc, test_str_parts);
    tcase_add_test(tc, test_str_numbers);
    tcase_add_test(tc, test_strbuf_limit);
    tcase_add_test(tc, test_strbuf_room);
    tcase_add_test(tc, test_strbuf_escapes);
    tcase_add_test(tc, test_map_against_array);
    tcase_add_test(tc, test_arena);
    tcase_add_test(tc, test_error_wrap);
    tcase_add_test(tc, test_vec);
    return suite_run("base/core", tc);
}
