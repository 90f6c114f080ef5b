/* Texts of the journal: what is written is read back, whatever it is; what is none is refused. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "alert/kept_text.h"
#include "base/attr.h"
#include "base/mem.h"
#include "support/suite.h"

#define ROUNDS 3000

static struct label_table *table;

static void setup(void)
{
    table = label_table_create();
}

static void teardown(void)
{
    label_table_destroy(table);
}

static uint32_t next(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U; /* Numerical Recipes */
    return *state >> 8;
}

/* Of pieces that are hard to write. */
static const char *const pieces[] = {"a",  "B",  "0",    "_",  ".",         ":", "\"",     "\\",
                                     "\n", "\r", "\t",   "'",  "{",         "}", ",",      "=",
                                     "~",  "!",  " ",    ": ", "\\n",       "#", "\u00fc", "\u2603",
                                     "`",  "n",  "\x01", "%s", "\U0001f600"};

/* Borrowed until the next but seven. */
static struct str any_text(uint32_t *state, bool empty)
{
    static char texts[8][128];
    static size_t used;
    char *to = texts[used++ % ARRAY_LEN(texts)];
    size_t len = next(state) % 8 + (empty ? 0 : 1);
    to[0] = '\0';
    for (size_t i = 0; i < len; i++) {
        strcat(to, pieces[next(state) % ARRAY_LEN(pieces)]);
    }
    return str_from(to);
}

START_TEST(test_labels)
{
    uint32_t state = 1;
    for (int round = 0; round < ROUNDS; round++) {
        struct labels_builder b;
        struct error err = ERROR_INIT;
        labels_builder_init(&b, table);
        labels_builder_set(&b, STR("alertname"), any_text(&state, false));
        for (uint32_t n = next(&state) % 3; n > 0; n--) {
            labels_builder_set(&b, any_text(&state, false), any_text(&state, true));
        }
        struct labels *labels = labels_builder_finish(&b, &err);
        ck_assert_ptr_nonnull(labels);
        char *text = kept_labels_write(labels);
        struct labels *again = kept_labels_read(text, table, &err);
        ck_assert_msg(again == labels, "%s: %s", text, error_text(&err));
        labels_unref(again);
        labels_unref(labels);
        free(text);
        labels_builder_release(&b);
    }
}
END_TEST

START_TEST(test_pairs)
{
    uint32_t state = 2;
    for (int round = 0; round < ROUNDS; round++) {
        struct rule_pair items[3];
        struct rule_pairs pairs = {.items = items, .count = next(&state) % 4};
        for (size_t i = 0; i < pairs.count; i++) {
            items[i] = (struct rule_pair){.name = any_text(&state, false),
                                          .value = any_text(&state, true)};
        }
        char *text = kept_pairs_write(pairs);
        struct rule_pairs again = kept_pairs_read(text);
        ck_assert_msg(again.count == pairs.count, "%s", text);
        for (size_t i = 0; i < pairs.count; i++) {
            ck_assert_msg(str_equal(again.items[i].name, items[i].name), "%s", text);
            ck_assert_msg(str_equal(again.items[i].value, items[i].value), "%s", text);
        }
        free(again.items);
        free(text);
    }
}
END_TEST

START_TEST(test_pairs_with_nul)
{
    struct rule_pair item = {.name = STR("a"), .value = str_span("b\0c", 3)};
    char *text = kept_pairs_write((struct rule_pairs){.items = &item, .count = 1});
    struct rule_pairs again = kept_pairs_read(text);
    ck_assert_uint_eq(again.count, 1);
    ck_assert(str_equal(again.items[0].value, item.value));
    free(again.items);
    free(text);
}
END_TEST

START_TEST(test_matchers)
{
    static const enum matcher_op ops[] = {MATCH_EQUAL, MATCH_NOT_EQUAL, MATCH_REGEX,
                                          MATCH_NOT_REGEX};
    uint32_t state = 3;
    for (int round = 0; round < ROUNDS; round++) {
        struct silence s, again;
        struct error err = ERROR_INIT;
        silence_init(&s);
        silence_init(&again);
        ck_assert(silence_add_matcher(&s, STR("alertname=A"), &err));
        for (uint32_t n = next(&state) % 3; n > 0; n--) {
            struct matcher m;
            if (matcher_init(&m, ops[next(&state) % ARRAY_LEN(ops)], any_text(&state, false),
                             any_text(&state, true), &err)) {
                vec_push(&s.matchers, m);
            }
            error_release(&err);
        }
        char *text = kept_matchers_write(&s);
        ck_assert_msg(kept_matchers_read(text, &again, &err), "%s: %s", text, error_text(&err));
        ck_assert_uint_eq(again.matchers.len, s.matchers.len);
        for (size_t i = 0; i < s.matchers.len; i++) {
            ck_assert_int_eq(again.matchers.items[i].op, s.matchers.items[i].op);
            ck_assert_str_eq(again.matchers.items[i].name, s.matchers.items[i].name);
            ck_assert_str_eq(again.matchers.items[i].value, s.matchers.items[i].value);
        }
        free(text);
        silence_release(&s);
        silence_release(&again);
    }
}
END_TEST

static const char *const no_labels[] = {"",
                                        "{",
                                        "}",
                                        "1",
                                        "{a=\"b\"",
                                        "{a=b}",
                                        "{a!=\"b\"}",
                                        "{a=~\"b\"}",
                                        "{a=\"b\", a=\"c\"}",
                                        "{a=\"b\"} offset 5m",
                                        "{a=\"b\"}[5m]",
                                        "{a=\"b\"} @ 1",
                                        "{a=\"b\"} + 1",
                                        "sum({a=\"b\"})",
                                        "{a=\"b\"} x",
                                        "\xff",
                                        "{a=\"\xff"};

START_TEST(test_no_labels)
{
    struct error err = ERROR_INIT;
    struct labels *labels = kept_labels_read(no_labels[_i], table, &err);
    ck_assert_msg(labels == NULL, "'%s' is read", no_labels[_i]);
    ck_assert(error_is(&err));
    error_release(&err);
}
END_TEST

static const char *const no_matchers[] = {"",         "a", "a=", "a=\"b\"} or {", "a=\"b\"}[5m] #",
                                          "a=~\"(\"", "}"};

START_TEST(test_no_matchers)
{
    struct silence s;
    struct error err = ERROR_INIT;
    silence_init(&s);
    ck_assert_msg(!kept_matchers_read(no_matchers[_i], &s, &err), "'%s' is read", no_matchers[_i]);
    ck_assert(error_is(&err));
    error_release(&err);
    silence_release(&s);
}
END_TEST

int main(void)
{
    TCase *trips = tcase_create("round trips");
    tcase_add_checked_fixture(trips, setup, teardown);
    tcase_add_test(trips, test_labels);
    tcase_add_test(trips, test_pairs);
    tcase_add_test(trips, test_pairs_with_nul);
    tcase_add_test(trips, test_matchers);
    TCase *garbage = tcase_create("garbage");
    tcase_add_checked_fixture(garbage, setup, teardown);
    tcase_add_loop_test(garbage, test_no_labels, 0, ARRAY_LEN(no_labels));
    tcase_add_loop_test(garbage, test_no_matchers, 0, ARRAY_LEN(no_matchers));
    return suite_run("alert/kept_text", trips, garbage);
}
