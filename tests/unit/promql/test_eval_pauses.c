/*
 * Pauses of long questions: many series of a sample, a window of many samples, a row of many steps.
 * Nothing may take long in one stretch, and wherever it is called off nothing is left behind.
 */
#include "promql/promql.h"
#include "support/suite.h"

static struct label_table *table;
static struct store *store;

static void set_up(void)
{
    table = label_table_create();
    struct store_options options = {0};
    store = store_create(&options, table);
}

static void tear_down(void)
{
    store_destroy(store);
    ck_assert_uint_eq(label_table_sets(table), 0);
    label_table_destroy(table);
}

static struct expr *parse(const char *text)
{
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(str_from(text), NULL, &err);
    ck_assert_msg(e != NULL, "%s: %s", text, error_text(&err));
    return e;
}

/* A caller that lives on in pauses: counts them, and calls the question off in one of them. */
struct pauses {
    size_t count;
    size_t last; /* the question is called off in this one; 0: never */
};

static bool take_pause(void *user)
{
    struct pauses *p = user;
    return ++p->count != p->last;
}

enum { MANY = 6000 };

/* Of many series of one sample. */
static const struct {
    const char *text;
    size_t series; /* of the answer */
    size_t stops;  /* at least */
} paced[] = {
    /* Sorting alone is 12 comparisons a series. */
    {"many", MANY, 12},
    {"{i=~\".*[0-9]\"}", MANY, 12},
    {"count by (i) (many)", MANY, 12},
    {"label_join(many, \"j\", \"\", \"i\")", MANY, 12},
    /* The answer's order and another one. */
    {"sort(many)", MANY, 24},
    {"sort_desc(many)", MANY, 24},
    {"sort_by_label(many, \"i\")", MANY, 24},
    {"topk(6000, many)", MANY, 24},
    {"bottomk(6000, many)", MANY, 24},
    {"quantile(0.5, many)", 1, 24},
    {"histogram_quantile(0.5, label_join(many, \"le\", \"\", \"i\"))", MANY, 24},
};

/* Many series: finding, sorting and grouping them takes slices too. */
START_TEST(eval_pauses_over_series)
{
    struct batch batch;
    struct labels_builder b;
    struct error err = ERROR_INIT;
    batch_init(&batch);
    batch_reset(&batch, 0);
    labels_builder_init(&b, table);
    for (int i = 0; i < MANY; i++) {
        struct strbuf text = STRBUF_INIT;
        strbuf_printf(&text, "%d", i * 7919 % MANY);
        labels_builder_set(&b, STR(LABEL_NAME), STR("many"));
        labels_builder_set(&b, STR("i"), strbuf_str(&text));
        batch_add_labels(&batch, labels_builder_finish(&b, &err), i);
        strbuf_release(&text);
    }
    labels_builder_release(&b);
    ck_assert(store_commit(store, 0, &batch, NULL, &err));
    batch_release(&batch);
    struct grid grid = grid_instant(0);
    for (size_t t = 0; t < ARRAY_LEN(paced); t++) {
        struct expr *e = parse(paced[t].text);
        size_t stops = 0;
        for (bool done = false; !done; stops++) {
            struct pauses pauses = {.last = stops + 1};
            struct eval_options options = {.pause = take_pause, .pause_user = &pauses};
            struct value v;
            done = expr_eval(e, store, table, &grid, true, &options, &v, &err);
            ck_assert(done || err.kind == ERROR_CANCELLED);
            ck_assert_msg(v.series.len == (done ? paced[t].series : 0), "%s: %zu series",
                          paced[t].text, v.series.len);
            error_release(&err);
            value_release(&v);
        }
        ck_assert_msg(stops >= paced[t].stops, "%s: %zu pauses", paced[t].text, stops);
        expr_unref(e);
    }
}
END_TEST

/* Few series, but one window of many samples or one row of many steps. */
START_TEST(eval_pauses_within_a_row)
{
    static const struct {
        const char *text;
        bool instant;
        size_t pauses; /* at least */
    } rows[] = {
        {"quantile_over_time(0.5, long[100m])", true, 60},
        {"mad_over_time(long[100m])", true, 120},
        {"rate(long[1m])", false, 40},
        {"max_over_time(long[1m])", false, 40},
        {"sum(rate(long[1m]))", false, 40},
    };
    enum { SAMPLES = 30000, STEPS = 1000000 };
    struct error err = ERROR_INIT;
    struct labels_builder b;
    struct batch batch;
    labels_builder_init(&b, table);
    labels_builder_set(&b, STR(LABEL_NAME), STR("long"));
    struct labels *labels = labels_builder_finish(&b, &err);
    batch_init(&batch);
    batch_reset(&batch, 0);
    for (int64_t i = 0; i < SAMPLES; i++) {
        batch_add_labels(&batch, labels_ref(labels), (double)(i * 7919 % SAMPLES));
        batch_set_time(&batch, i * 200);
    }
    ck_assert(store_commit(store, 0, &batch, NULL, &err));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct expr *e = parse(rows[i].text);
        struct pauses pauses = {0};
        struct eval_options options = {.pause = take_pause, .pause_user = &pauses};
        struct grid grid =
            rows[i].instant ? grid_instant(6000000) : grid_range(0, 6 * (STEPS - 1), 6);
        struct value v;
        ck_assert_msg(expr_eval(e, store, table, &grid, rows[i].instant, &options, &v, &err),
                      "%s: %s", rows[i].text, error_text(&err));
        ck_assert_msg(pauses.count >= rows[i].pauses, "%s: %zu pauses", rows[i].text, pauses.count);
        value_release(&v);
        /* In any of them it can be called off. */
        for (size_t last = 1; last < pauses.count; last += pauses.count / 7) {
            struct pauses some = {.last = last};
            options.pause_user = &some;
            ck_assert(!expr_eval(e, store, table, &grid, rows[i].instant, &options, &v, &err));
            ck_assert_int_eq(err.kind, ERROR_CANCELLED);
            ck_assert_uint_eq(some.count, last);
            error_release(&err);
        }
        expr_unref(e);
    }
    labels_unref(labels);
    labels_builder_release(&b);
    batch_release(&batch);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("eval_pauses");
    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, eval_pauses_over_series);
    tcase_add_test(tc, eval_pauses_within_a_row);
    return suite_run("promql/eval_pauses", tc);
}
