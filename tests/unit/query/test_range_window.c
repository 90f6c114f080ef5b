/* The window of a watched range: which steps it asks for, and what answers do to it. */
#include <stdlib.h>

#include "promql/promql.h"
#include "query/range_window.h"
#include "support/suite.h"

#define STEP 15000

static struct label_table *table;

static void setup(void)
{
    table = label_table_create();
}

static void teardown(void)
{
    label_table_destroy(table);
}

static struct labels *named(const char *a)
{
    struct labels_builder b;
    struct error err = ERROR_INIT;
    labels_builder_init(&b, table);
    labels_builder_add(&b, STR("a"), str_from(a));
    struct labels *ls = labels_builder_finish(&b, &err);
    labels_builder_release(&b);
    ck_assert_ptr_nonnull(ls);
    return ls;
}

/* A series as text: one word a step, "-" where there is no point. */
static void add(struct value *v, const char *name, const char *points)
{
    struct value_series *s = value_add(v, named(name));
    struct str rest = str_from(points);
    struct str word;
    for (size_t i = 0; i < v->grid.steps; i++) {
        ck_assert(str_split(&rest, ' ', &word));
        if (!str_equal_c(word, "-")) {
            s->points[i] = strtod(word.data, NULL);
        }
    }
}

static struct value answer(int64_t first_step, size_t steps)
{
    struct value v;
    value_init(&v, VALUE_MATRIX,
               (struct grid){.start_ms = first_step * STEP, .step_ms = STEP, .steps = steps});
    return v;
}

/* Merges and releases; the merge must succeed. */
static void merge(struct range_window *w, struct value v)
{
    struct error err = ERROR_INIT;
    bool ok = range_window_merge(w, &v, &err);
    ck_assert_msg(ok, "%s", error_text(&err));
    value_release(&v);
}

/* "first step | name: points | ..." of what is in view. */
static void check_view(const struct range_window *w, const char *expected)
{
    struct strbuf out = STRBUF_INIT;
    const struct value *v = &w->value;
    strbuf_printf(&out, "%lld", (long long)(v->grid.start_ms / STEP));
    ck_assert_uint_eq(v->grid.steps, w->capacity);
    for (size_t i = 0; i < v->series.len; i++) {
        const struct value_series *s = &v->series.items[i];
        ck_assert_uint_eq(s->count, w->capacity);
        ck_assert_ptr_null(s->times_ms);
        strbuf_printf(&out, " | %.*s:", STR_ARG(labels_get(s->labels, STR("a"))));
        for (size_t k = 0; k < s->count; k++) {
            if (value_is_absent(s->points[k])) {
                strbuf_add_c(&out, " -");
            } else {
                strbuf_printf(&out, " %g", s->points[k]);
            }
        }
    }
    ck_assert_str_eq(strbuf_cstr(&out), expected);
    strbuf_release(&out);
}

/* What is asked at `now`, of a window of five steps with two of overlap that was answered up to
 * step `known` (0: never). */
struct ask_row {
    int64_t known;
    int64_t now_ms;
    int64_t from_step; /* -1: nothing */
    int64_t to_step;
};

static const struct ask_row ask_rows[] = {
    {0, 100 * STEP, 96, 100},         /* the first time: all of it */
    {0, 100 * STEP + 14999, 96, 100}, /* aligned down */
    {100, 100 * STEP, -1, 0},         /* nothing new */
    {100, 101 * STEP - 1, -1, 0},     /* nothing new yet */
    {100, 101 * STEP, 99, 101},       /* the new step and the overlap */
    {100, 102 * STEP + 7, 99, 102},   /* a refresh was missed */
    {100, 103 * STEP, 99, 103},       /* as long as the window */
    {100, 104 * STEP, 100, 104},      /* longer than the window: all of it */
    {100, 5000 * STEP, 4996, 5000},   /* the machine was suspended */
    {100, 99 * STEP, -1, 0},          /* the clock went back a little */
    {100, 98 * STEP, -1, 0},          /* by the overlap */
    {100, 98 * STEP - 1, 93, 97},     /* further: all of it */
    {100, 50 * STEP, 46, 50},         /* far */
};

START_TEST(asks)
{
    const struct ask_row *row = &ask_rows[_i];
    struct range_window w;
    range_window_init(&w, 4 * STEP, STEP, 2 * STEP);
    if (row->known > 0) {
        merge(&w, answer(row->known - 4, 5));
    }
    struct grid ask = {0};
    bool any = range_window_next(&w, row->now_ms, &ask);
    ck_assert_int_eq(any, row->from_step >= 0);
    if (any) {
        ck_assert_int_eq(ask.start_ms, row->from_step * STEP);
        ck_assert_int_eq(grid_end(&ask), row->to_step * STEP);
        ck_assert_int_eq(ask.step_ms, STEP);
    }
    range_window_release(&w);
}
END_TEST

/* The overlap in milliseconds to steps of 15 s: seen by what is asked one step later. */
START_TEST(overlap_is_rounded_up)
{
    static const struct {
        int64_t overlap_ms;
        int64_t from_step;
    } rows[] = {{0, 101}, {1, 100}, {15000, 100}, {15001, 99}, {30000, 99}, {45001, 97}};
    struct range_window w;
    range_window_init(&w, 100 * STEP, STEP, rows[_i].overlap_ms);
    merge(&w, answer(0, 101));
    struct grid ask = {0};
    ck_assert(range_window_next(&w, 101 * STEP, &ask));
    ck_assert_int_eq(ask.start_ms, rows[_i].from_step * STEP);
    range_window_release(&w);
}
END_TEST

START_TEST(span_and_capacity)
{
    static const struct {
        int64_t span_ms;
        size_t steps;
    } rows[] = {{1, 1}, {14999, 1}, {15000, 2}, {3600000, 241}};
    struct range_window w;
    range_window_init(&w, rows[_i].span_ms, STEP, 2 * STEP);
    struct grid ask = {0};
    ck_assert(range_window_next(&w, 100000 * STEP, &ask));
    ck_assert_uint_eq(ask.steps, rows[_i].steps);
    range_window_release(&w);
}
END_TEST

START_TEST(before_the_epoch_steps_are_aligned_down_too)
{
    struct range_window w;
    range_window_init(&w, 4 * STEP, STEP, 2 * STEP);
    struct grid ask = {0};
    ck_assert(range_window_next(&w, -1, &ask));
    ck_assert_int_eq(grid_end(&ask), -STEP);
    range_window_release(&w);
}
END_TEST

START_TEST(slides_and_corrects)
{
    struct range_window w;
    range_window_init(&w, 4 * STEP, STEP, 2 * STEP);
    check_view(&w, "0");
    struct value v = answer(96, 5);
    add(&v, "y", "1 2 3 4 5");
    add(&v, "x", "- - 30 - 50");
    merge(&w, v);
    check_view(&w, "96 | x: - - 30 - 50 | y: 1 2 3 4 5");

    v = answer(99, 3);
    add(&v, "x", "40 50 60");
    add(&v, "y", "4 55 6");
    merge(&w, v);
    check_view(&w, "97 | x: - 30 40 50 60 | y: 2 3 4 55 6");
    range_window_release(&w);
}
END_TEST

START_TEST(series_come_and_go)
{
    struct range_window w;
    range_window_init(&w, 4 * STEP, STEP, 2 * STEP);
    struct value v = answer(96, 5);
    add(&v, "m", "1 2 3 4 5");
    merge(&w, v);
    v = answer(99, 3);
    add(&v, "n", "- - 7");
    add(&v, "b", "- 6 -");
    merge(&w, v);
    check_view(&w, "97 | b: - - - 6 - | m: 2 3 - - - | n: - - - - 7");
    v = answer(100, 3);
    add(&v, "n", "- 7 8");
    merge(&w, v);
    check_view(&w, "98 | m: 3 - - - - | n: - - - 7 8");
    merge(&w, answer(101, 3));
    check_view(&w, "99");
    v = answer(102, 3);
    add(&v, "m", "1 1 1");
    merge(&w, v);
    check_view(&w, "100 | m: - - 1 1 1");
    range_window_release(&w);
}
END_TEST

START_TEST(a_gap_longer_than_the_window_starts_anew)
{
    struct range_window w;
    range_window_init(&w, 4 * STEP, STEP, 2 * STEP);
    struct value v = answer(96, 5);
    add(&v, "m", "1 2 3 4 5");
    add(&v, "old", "1 2 3 4 5");
    merge(&w, v);
    v = answer(196, 5);
    add(&v, "m", "6 7 8 9 10");
    merge(&w, v);
    check_view(&w, "196 | m: 6 7 8 9 10");
    /* Not all of it: steps never answered are absent. */
    v = answer(303, 2);
    add(&v, "m", "1 2");
    merge(&w, v);
    check_view(&w, "300 | m: - - - 1 2");
    /* And back. */
    v = answer(46, 5);
    add(&v, "m", "5 4 3 2 1");
    merge(&w, v);
    check_view(&w, "46 | m: 5 4 3 2 1");
    range_window_release(&w);
}
END_TEST

START_TEST(a_late_answer_slides_nothing)
{
    struct range_window w;
    range_window_init(&w, 4 * STEP, STEP, 2 * STEP);
    struct value v = answer(96, 5);
    add(&v, "m", "1 2 3 4 5");
    merge(&w, v);
    v = answer(94, 4);
    add(&v, "m", "91 92 93 94");
    merge(&w, v);
    check_view(&w, "96 | m: 93 94 3 4 5");
    v = answer(90, 3);
    add(&v, "m", "1 1 1");
    add(&v, "n", "1 1 1");
    merge(&w, v);
    check_view(&w, "96 | m: 93 94 3 4 5");
    range_window_release(&w);
}
END_TEST

/* Against a plain array for thousands of slides by every width: arrays are moved back right. */
START_TEST(long_run)
{
    enum { CAPACITY = 7, STEPS = 4000 };
    struct range_window w;
    range_window_init(&w, (CAPACITY - 1) * STEP, STEP, 2 * STEP);
    static double truth[STEPS];
    int64_t now = CAPACITY;
    unsigned seed = 1;
    while (now + CAPACITY < STEPS) {
        struct grid ask;
        if (range_window_next(&w, now * STEP, &ask)) {
            struct value v;
            value_init(&v, VALUE_MATRIX, ask);
            struct value_series *s = value_add(&v, named("m"));
            for (size_t i = 0; i < ask.steps; i++) {
                seed = seed * 1664525u + 1013904223u;
                size_t at = (size_t)(ask.start_ms / STEP) + i;
                truth[at] = (seed >> 16) % 5 == 0 ? value_absent() : (double)(seed >> 16);
                s->points[i] = truth[at];
            }
            merge(&w, v);
            for (size_t k = 0; w.value.series.len == 1 && k < CAPACITY; k++) {
                double have = w.value.series.items[0].points[k];
                double want = truth[(size_t)(w.value.grid.start_ms / STEP) + k];
                ck_assert(memcmp(&have, &want, sizeof(have)) == 0);
            }
        }
        seed = seed * 1664525u + 1013904223u;
        now += (seed >> 8) % (CAPACITY + 2);
    }
    range_window_release(&w);
}
END_TEST

START_TEST(annotations_are_the_newest)
{
    struct range_window w;
    range_window_init(&w, 4 * STEP, STEP, 2 * STEP);
    struct value v = answer(96, 5);
    value_warn(&v, "first");
    value_info(&v, "note");
    merge(&w, v);
    ck_assert_uint_eq(w.value.warnings.len, 1);
    ck_assert_uint_eq(w.value.infos.len, 1);
    v = answer(99, 3);
    value_warn(&v, "second");
    merge(&w, v);
    ck_assert_uint_eq(w.value.warnings.len, 1);
    ck_assert_str_eq(w.value.warnings.items[0], "second");
    ck_assert_uint_eq(w.value.infos.len, 0);
    range_window_release(&w);
}
END_TEST

/* Refused answers change nothing. */
static void check_refused(struct value *v, enum error_kind kind, const char *text)
{
    struct range_window w;
    range_window_init(&w, 4 * STEP, STEP, 2 * STEP);
    struct value first = answer(96, 5);
    add(&first, "m", "1 2 3 4 5");
    merge(&w, first);
    struct error err = ERROR_INIT;
    ck_assert(!range_window_merge(&w, v, &err));
    ck_assert_int_eq(err.kind, kind);
    ck_assert_str_eq(error_text(&err), text);
    check_view(&w, "96 | m: 1 2 3 4 5");
    error_release(&err);
    value_release(v);
    range_window_release(&w);
}

START_TEST(refuses)
{
    struct value v = answer(99, 3);
    v.type = VALUE_VECTOR;
    check_refused(&v, ERROR_TYPE, "the answer of a range question is a vector, not a matrix");
    v = answer(99, 3);
    v.grid.step_ms = 5000;
    check_refused(&v, ERROR_PROTOCOL, "the answer is not on the steps asked for");
    v = answer(99, 3);
    v.grid.start_ms++;
    check_refused(&v, ERROR_PROTOCOL, "the answer is not on the steps asked for");
    v = answer(96, 6);
    check_refused(&v, ERROR_PROTOCOL, "the answer is not on the steps asked for");
    v = answer(99, 3);
    add(&v, "m", "1 2 3");
    v.series.items[0].count = 2;
    check_refused(&v, ERROR_PROTOCOL, "the answer is not on the steps asked for");
    v = answer(99, 3);
    add(&v, "n", "1 2 3");
    add(&v, "m", "1 2 3");
    add(&v, "n", "1 2 3");
    check_refused(&v, ERROR_PROTOCOL, "the answer has the series {a=\"n\"} twice");
}
END_TEST

START_TEST(points_are_limited)
{
    struct range_window w;
    range_window_init(&w, (int64_t)(EVAL_MAX_POINTS + 1) * STEP, STEP, 2 * STEP);
    struct value v = answer(99, 3);
    add(&v, "m", "1 2 3");
    struct error err = ERROR_INIT;
    ck_assert(!range_window_merge(&w, &v, &err));
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    error_release(&err);
    value_release(&v);
    range_window_release(&w);
}
END_TEST

int main(void)
{
    TCase *asking = tcase_create("asking");
    tcase_add_checked_fixture(asking, setup, teardown);
    tcase_add_loop_test(asking, asks, 0, (int)ARRAY_LEN(ask_rows));
    tcase_add_loop_test(asking, overlap_is_rounded_up, 0, 6);
    tcase_add_loop_test(asking, span_and_capacity, 0, 4);
    tcase_add_test(asking, before_the_epoch_steps_are_aligned_down_too);
    TCase *merging = tcase_create("merging");
    tcase_add_checked_fixture(merging, setup, teardown);
    tcase_add_test(merging, slides_and_corrects);
    tcase_add_test(merging, series_come_and_go);
    tcase_add_test(merging, a_gap_longer_than_the_window_starts_anew);
    tcase_add_test(merging, a_late_answer_slides_nothing);
    tcase_add_test(merging, long_run);
    tcase_add_test(merging, annotations_are_the_newest);
    tcase_add_test(merging, refuses);
    tcase_add_test(merging, points_are_limited);
    return suite_run("query/range_window", asking, merging);
}
