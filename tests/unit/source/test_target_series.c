/* The series of a target over a store whose clock is set. */
#include "source/target_series.h"

#include "support/suite.h"

#define SECOND ((int64_t)1000)
#define HOUR   (3600 * SECOND)
#define NOW    INT64_C(1795230461000)

static struct label_table *table;
static struct store *store;
static struct target_series *ts;
static uint32_t index_of_x;

static struct labels *named(const char *name)
{
    struct labels_builder b;
    struct error err = ERROR_INIT;
    labels_builder_init(&b, table);
    labels_builder_add(&b, STR("__name__"), str_from(name));
    struct labels *labels = labels_builder_finish(&b, &err);
    labels_builder_release(&b);
    return labels;
}

static void setup(void)
{
    table = label_table_create();
    store = store_create(&(struct store_options){.retention_ms = HOUR}, table);
    ts = target_series_create(store, table, named("target"));
}

static void teardown(void)
{
    target_series_destroy(ts);
    store_destroy(store);
    label_table_destroy(table);
}

static void poll(int64_t t_ms, bool first)
{
    struct target_counts counts;
    struct error err = ERROR_INIT;
    target_series_begin(ts, (struct wall){t_ms});
    enum target_added added =
        first ? target_series_add(ts, named("x"), TARGET_POLL_TIME, 1, &index_of_x)
              : target_series_add_index(ts, index_of_x, TARGET_POLL_TIME, 1);
    ck_assert_int_eq(added, TARGET_ADDED);
    ck_assert_msg(target_series_commit(ts, &counts, &err), "%s", error_text(&err));
    target_series_report(ts, (struct wall){t_ms}, true, 0.1, NULL);
}

static size_t refused(void)
{
    struct store_stats stats;
    store_stats(store, &stats);
    return stats.out_of_order;
}

/* All that there was is in the future, forgotten, and its series trimmed: the next poll is taken as
 * if nothing had been. */
START_TEST(a_clock_set_back_before_everything)
{
    static const bool trims[] = {false, true};
    int64_t back_ms = NOW - 30 * HOUR;
    poll(NOW, true);
    poll(NOW + 15 * SECOND, false);
    ck_assert(store_forget_after(store, back_ms));
    if (trims[_i]) {
        struct store_stats stats;
        store_trim(store, back_ms);
        store_stats(store, &stats);
        ck_assert_uint_eq(stats.series, 0);
    }
    poll(back_ms + SECOND, false);
    poll(back_ms + 16 * SECOND, false);
    ck_assert_uint_eq(refused(), 0);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("target_series");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, a_clock_set_back_before_everything, 0, 2);
    return suite_run("source/target_series", tc);
}
