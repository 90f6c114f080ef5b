/* How a gate judges a rule from the answers of one evaluation and the next. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/gate_check.h"
#include "support/suite.h"

#define MINUTE_MS 60000

static struct label_table *table;
static struct gate_checks checks;
static struct gate_check *check;
static struct arena arena;

static void load(const char *text)
{
    char path[] = "/tmp/tocsin-gate-XXXXXX";
    int fd = mkstemp(path);
    FILE *out = fdopen(fd, "w");
    fputs(text, out);
    fclose(out);
    struct diags diags;
    diags_init(&diags);
    bool ok = gate_checks_load(&checks, path, &diags);
    unlink(path);
    ck_assert_msg(ok, "%s", diags.list.len != 0 ? diags.list.items[0].message : "");
    diags_release(&diags);
    check = &checks.list.items[0];
}

static void setup(void)
{
    table = label_table_create();
    checks = (struct gate_checks){0};
    arena_init(&arena);
    load("gate: ['x > 5 for 2m severity page']\n");
}

static void teardown(void)
{
    gate_checks_release(&checks);
    arena_release(&arena);
    label_table_destroy(table);
}

/* Answers with one series a letter, all of this value. */
static enum gate_question answer(enum gate_question question, const char *letters, double value,
                                 int64_t t_ms)
{
    struct value v;
    struct error err = ERROR_INIT;
    value_init(&v, VALUE_VECTOR, grid_instant(t_ms));
    for (const char *at = letters; *at != '\0'; at++) {
        struct labels_builder builder;
        labels_builder_init(&builder, table);
        labels_builder_set(&builder, STR("i"), str_span(at, 1));
        struct labels *labels = labels_builder_finish(&builder, &err);
        ck_assert_ptr_nonnull(labels);
        value_add(&v, labels)->points[0] = value;
        labels_builder_release(&builder);
    }
    enum gate_question next = gate_check_answer(check, question, &v, t_ms, false);
    value_release(&v);
    return next;
}

static struct gate_results judged(void)
{
    struct gate_results results = {0};
    gate_check_results(check, &arena, &results);
    return results;
}

static enum gate_state only_state(void)
{
    struct gate_results results = judged();
    ck_assert_uint_eq(results.list.len, 1);
    enum gate_state state = results.list.items[0].state;
    vec_release(&results.list);
    return state;
}

START_TEST(test_asks_on_until_it_knows)
{
    ck_assert_int_eq(answer(GATE_ASK_HOLDS, "a", 6, 0), GATE_ASK_COUNT);
    ck_assert_int_eq(answer(GATE_ASK_HOLDS, "", 0, 1), GATE_ASK_VALUE);
    ck_assert_int_eq(answer(GATE_ASK_VALUE, "ab", 4, 1), GATE_ASK_COUNT);
    ck_assert_int_eq(only_state(), GATE_OK);
    ck_assert_int_eq(answer(GATE_ASK_HOLDS, "", 0, 2), GATE_ASK_VALUE);
    ck_assert_int_eq(answer(GATE_ASK_VALUE, "", 0, 2), GATE_ASK_DATA);
    ck_assert_int_eq(answer(GATE_ASK_DATA, "a", 1, 2), GATE_ASK_COUNT);
    ck_assert_int_eq(only_state(), GATE_OK);
    ck_assert_int_eq(answer(GATE_ASK_HOLDS, "", 0, 3), GATE_ASK_VALUE);
    ck_assert_int_eq(answer(GATE_ASK_VALUE, "", 0, 3), GATE_ASK_DATA);
    ck_assert_int_eq(answer(GATE_ASK_DATA, "", 0, 3), GATE_ASK_COUNT);
    ck_assert_int_eq(only_state(), GATE_UNKNOWN);
}
END_TEST

START_TEST(test_must_hold_as_long_as_it_says)
{
    for (int64_t t_ms = 0; t_ms < 2 * MINUTE_MS; t_ms += MINUTE_MS / 2) {
        answer(GATE_ASK_HOLDS, "a", 6, t_ms);
        ck_assert_int_eq(only_state(), GATE_OK);
    }
    answer(GATE_ASK_HOLDS, "a", 7, 2 * MINUTE_MS);
    ck_assert_int_eq(only_state(), GATE_CRITICAL);
    /* It did, and that stays. */
    answer(GATE_ASK_HOLDS, "", 0, 3 * MINUTE_MS);
    answer(GATE_ASK_VALUE, "a", 1, 3 * MINUTE_MS);
    ck_assert_int_eq(only_state(), GATE_CRITICAL);
    answer(GATE_ASK_HOLDS, "a", 9, 9 * MINUTE_MS);
    struct gate_results results = judged();
    ck_assert_uint_eq(results.list.len, 1);
    ck_assert_int_eq(results.list.items[0].held_ms, 2 * MINUTE_MS);
    ck_assert(results.list.items[0].value == 9);
    vec_release(&results.list);
}
END_TEST

START_TEST(test_a_gap_begins_anew)
{
    answer(GATE_ASK_HOLDS, "a", 6, 0);
    answer(GATE_ASK_HOLDS, "", 0, MINUTE_MS);
    answer(GATE_ASK_VALUE, "a", 4, MINUTE_MS);
    answer(GATE_ASK_HOLDS, "a", 6, 2 * MINUTE_MS);
    ck_assert_int_eq(only_state(), GATE_OK);
    answer(GATE_ASK_HOLDS, "a", 6, 4 * MINUTE_MS);
    ck_assert_int_eq(only_state(), GATE_CRITICAL);
}
END_TEST

START_TEST(test_series_are_judged_apart)
{
    answer(GATE_ASK_HOLDS, "a", 6, 0);
    answer(GATE_ASK_HOLDS, "ab", 6, 2 * MINUTE_MS);
    struct gate_results results = judged();
    ck_assert_uint_eq(results.list.len, 2);
    ck_assert_int_eq(results.list.items[0].state, GATE_CRITICAL);
    ck_assert_int_eq(results.list.items[1].state, GATE_OK);
    vec_release(&results.list);
}
END_TEST

START_TEST(test_an_error_is_unknown_until_it_is_over)
{
    struct error err = ERROR_INIT;
    error_set(&err, ERROR_REFUSED, "nobody is there");
    gate_check_failed(check, &err);
    error_release(&err);
    struct gate_results results = judged();
    ck_assert_uint_eq(results.list.len, 1);
    ck_assert_int_eq(results.list.items[0].state, GATE_UNKNOWN);
    ck_assert(str_equal_c(results.list.items[0].message, "nobody is there"));
    vec_release(&results.list);
    answer(GATE_ASK_HOLDS, "", 0, 1);
    answer(GATE_ASK_VALUE, "a", 4, 1);
    ck_assert_int_eq(only_state(), GATE_OK);
}
END_TEST

START_TEST(test_too_many_series_are_an_error)
{
    struct value v;
    struct error err = ERROR_INIT;
    value_init(&v, VALUE_VECTOR, grid_instant(0));
    for (int i = 0; i <= GATE_MAX_HELD; i++) {
        char text[16];
        snprintf(text, sizeof(text), "%d", i);
        struct labels_builder builder;
        labels_builder_init(&builder, table);
        labels_builder_set(&builder, STR("i"), str_from(text));
        value_add(&v, labels_builder_finish(&builder, &err))->points[0] = 6;
        labels_builder_release(&builder);
    }
    gate_check_answer(check, GATE_ASK_HOLDS, &v, 0, true);
    value_release(&v);
    struct gate_results results = judged();
    ck_assert_uint_eq(results.list.len, GATE_MAX_HELD + 1);
    ck_assert_int_eq(results.list.items[GATE_MAX_HELD].state, GATE_UNKNOWN);
    vec_release(&results.list);
}
END_TEST

/* The number that is told with a rule, and which value is nearest to it. */
static const struct {
    const char *expr;
    double threshold; /* NaN: none */
    bool highest;
    const char *unit;
} threshold_cases[] = {
    {"x > 500ms", 0.5, true, "seconds"},
    {"x <= 10%", 0.1, false, "ratio"},
    {"-(3) > x", -3, false, NULL},
    {"(x >= 2GiB)", 2147483648.0, true, "bytes"},
    {"x > y", (double)NAN, false, NULL},
    {"x > 1 or y > 2", (double)NAN, false, NULL},
    {"x > bool 1", (double)NAN, false, NULL},
};

START_TEST(test_thresholds)
{
    gate_checks_release(&checks);
    char text[128];
    snprintf(text, sizeof(text), "gate: ['%s']\n", threshold_cases[_i].expr);
    load(text);
    double wanted = threshold_cases[_i].threshold;
    ck_assert(isnan(wanted) ? isnan(check->threshold) : check->threshold == wanted);
    ck_assert_int_eq(check->exprs[GATE_ASK_VALUE] != NULL, !isnan(wanted));
    if (!isnan(wanted)) {
        ck_assert_int_eq(check->highest, threshold_cases[_i].highest);
        ck_assert_pstr_eq(check->unit, threshold_cases[_i].unit);
    }
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("gate_check");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_asks_on_until_it_knows);
    tcase_add_test(tc, test_must_hold_as_long_as_it_says);
    tcase_add_test(tc, test_a_gap_begins_anew);
    tcase_add_test(tc, test_series_are_judged_apart);
    tcase_add_test(tc, test_an_error_is_unknown_until_it_is_over);
    tcase_add_test(tc, test_too_many_series_are_an_error);
    tcase_add_loop_test(tc, test_thresholds, 0, (int)ARRAY_LEN(threshold_cases));
    return suite_run("cmd/gate_check", tc);
}
