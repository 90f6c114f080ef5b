/* Scrape after scrape of one page: what the store has afterwards, whichever way a line was known.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "source/scrape/kept_lines.h"
#include "source/scrape/page.h"
#include "source/target_labels.h"
#include "support/store_text.h"
#include "support/suite.h"

#define RETENTION_MS 100000

static struct label_table *table;
static struct store *store;
static struct target_series *series;
static struct page *page;
static struct page_summary summary;
static struct error err;

static void open_with(const struct page_options *options, size_t max_series)
{
    struct labels *target = NULL;
    table = label_table_create();
    store = store_create(
        &(struct store_options){.max_series = max_series, .retention_ms = RETENTION_MS}, table);
    ck_assert(target_labels_make(table, STR("j"), STR("h:1"), NULL, 0, &target, &err));
    series = target_series_create(store, table, target);
    page = page_create(table, series, options);
}

static void setup(void)
{
    err = (struct error)ERROR_INIT;
    open_with(&(struct page_options){.honor_timestamps = true}, 0);
}

static void teardown(void)
{
    page_destroy(page);
    target_series_destroy(series);
    store_destroy(store);
    label_table_destroy(table);
    error_release(&err);
}

static void reopen(const struct page_options *options, size_t max_series)
{
    teardown();
    err = (struct error)ERROR_INIT;
    open_with(options, max_series);
}

static bool scrape_in_pieces(enum exposition_format format, int64_t t_ms, struct str text,
                             size_t piece)
{
    page_begin(page, format, (struct wall){t_ms});
    for (size_t at = 0; at < text.len; at += piece) {
        if (!page_feed(page, str_slice(text, at, piece), &err)) {
            page_abort(page);
            return false;
        }
    }
    return page_finish(page, &summary, &err);
}

static bool scrape(int64_t t_ms, const char *text)
{
    return scrape_in_pieces(EXPOSITION_TEXT, t_ms, str_from(text), SIZE_MAX / 2);
}

static void expect(int64_t from_ms, int64_t to_ms, const char *expected)
{
    char *text = store_text(store, "__name__", NULL, from_ms, to_ms);
    ck_assert_str_eq(text, expected);
    free(text);
}

#define TARGET "instance=\"h:1\", job=\"j\""

START_TEST(any_pieces_give_the_same)
{
    static const char text[] = "# HELP a help\n# TYPE a counter\na{x=\"1\"} 1\n\na{x=\"2\"} 2.5\n"
                               "b NaN\nc 3 2000\n# a comment\nd{y=\"\\\"\\n\"} +Inf";
    struct str whole = str_from(text);
    size_t piece = (size_t)_i + 1;
    for (int64_t t_ms = 1000; t_ms <= 3000; t_ms += 1000) {
        ck_assert_msg(scrape_in_pieces(EXPOSITION_TEXT, t_ms, whole, piece), "%s",
                      error_text(&err));
        ck_assert_uint_eq(summary.counts.samples, 5);
        ck_assert_uint_eq(summary.counts.added, t_ms == 1000 ? 5 : 0);
    }
    expect(3000, 3000,
           "a{" TARGET ", x=\"1\"} 1@3000\na{" TARGET ", x=\"2\"} 2.5@3000\nb{" TARGET
           "} NaN@3000\nd{" TARGET ", y=\"\\\"\\n\"} +Inf@3000\n");
    expect(2000, 2000,
           "a{" TARGET ", x=\"1\"} 1@2000\na{" TARGET ", x=\"2\"} 2.5@2000\nb{" TARGET
           "} NaN@2000\nc{" TARGET "} 3@2000\nd{" TARGET ", y=\"\\\"\\n\"} +Inf@2000\n");
}
END_TEST

START_TEST(series_that_end_get_a_marker)
{
    ck_assert(scrape(1000, "a 1\nb 1\nc 1\n"));
    ck_assert(scrape(2000, "a 2\nc 2\n"));
    ck_assert_uint_eq(summary.counts.ended, 1);
    ck_assert(scrape(3000, "c 3\nb 3\na 3\n"));
    ck_assert_uint_eq(summary.counts.added, 1);
    ck_assert(scrape(4000, ""));
    ck_assert_uint_eq(summary.counts.ended, 3);
    ck_assert_uint_eq(target_series_count(series), 0);
    expect(0, 9000,
           "a{" TARGET "} 1@1000 2@2000 3@3000 stale@4000\n"
           "b{" TARGET "} 1@1000 stale@2000 3@3000 stale@4000\n"
           "c{" TARGET "} 1@1000 2@2000 3@3000 stale@4000\n");
}
END_TEST

START_TEST(failure_and_recovery)
{
    ck_assert(scrape(1000, "a 1\nb 1\n"));
    ck_assert(!scrape(2000, "a 2\nb 2\nc 2\n}\n"));
    ck_assert_str_eq(error_text(&err), "line 4, column 1: expected a metric's name, got '}'");
    expect(2000, 2000, "");
    target_series_mark_stale(series, (struct wall){2000});
    target_series_mark_stale(series, (struct wall){2500});
    ck_assert(scrape(3000, "a 3\nb 3\n"));
    ck_assert_uint_eq(summary.counts.added, 2);
    expect(0, 9000,
           "a{" TARGET "} 1@1000 stale@2000 3@3000\nb{" TARGET "} 1@1000 stale@2000 3@3000\n");
}
END_TEST

START_TEST(first_of_duplicates_stays)
{
    const char *text = "a{x=\"1\"} 1\nb 1\na{x=\"1\"} 2\na{ x=\"1\" } 3\nb 2\n";
    for (int64_t t_ms = 1000; t_ms <= 3000; t_ms += 1000) {
        ck_assert_msg(scrape(t_ms, text), "%s", error_text(&err));
        ck_assert_str_eq(summary.partial, "duplicate series 'a{x=\"1\"}' on line 3 (3 in all)");
        ck_assert_uint_eq(summary.counts.samples, 2);
    }
    expect(3000, 3000, "a{" TARGET ", x=\"1\"} 1@3000\nb{" TARGET "} 1@3000\n");
    ck_assert(scrape(4000, "a{x=\"1\"} 1\nb 1\n"));
    ck_assert_ptr_null(summary.partial);
}
END_TEST

START_TEST(own_times)
{
    ck_assert(scrape(10000, "a 1 5000\na 2 6000\na 3 6000\na 4 5500\nb 1\nc 1 610001\n"));
    ck_assert_str_eq(summary.partial, "duplicate series 'a' on line 3 (2 in all); time more than "
                                      "10m ahead in 'c' on line 6 (1 in all)");
    /* A series that brings its own times ends without a marker. */
    ck_assert(scrape(11000, "b 2\n"));
    expect(0, 99000, "a{" TARGET "} 1@5000 2@6000\nb{" TARGET "} 1@10000 2@11000\n");
    /* The same time again and again is no error, and adds nothing. */
    ck_assert(scrape(12000, "a 1 7000\nb 3\n"));
    ck_assert(scrape(13000, "a 1 7000\nb 4\n"));
    ck_assert_ptr_null(summary.partial);
    expect(6500, 99000, "a{" TARGET "} 1@7000\nb{" TARGET "} 1@10000 2@11000 3@12000 4@13000\n");
}
END_TEST

START_TEST(own_times_not_honoured)
{
    reopen(&(struct page_options){.honor_timestamps = false}, 0);
    ck_assert(scrape(10000, "a 1 5000\n"));
    ck_assert(scrape(11000, "b 1 5000\n"));
    expect(0, 99000, "a{" TARGET "} 1@10000 stale@11000\nb{" TARGET "} 1@11000\n");
}
END_TEST

START_TEST(labels_clash)
{
    ck_assert(scrape(1000, "a{job=\"x\",instance=\"\"} 1\n"));
    expect(0, 1000, "a{exported_job=\"x\", " TARGET "} 1@1000\n");
    reopen(&(struct page_options){.honor_labels = true}, 0);
    ck_assert(scrape(1000, "a{job=\"x\"} 1\n"));
    expect(0, 1000, "a{instance=\"h:1\", job=\"x\"} 1@1000\n");
}
END_TEST

START_TEST(limits)
{
    reopen(&(struct page_options){.sample_limit = 2}, 0);
    ck_assert(scrape(1000, "a 1\nb 1\n"));
    ck_assert(!scrape(2000, "a 1\nb 1\nc 1\n"));
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    ck_assert_ptr_nonnull(strstr(error_text(&err), "more than 2 samples (sample_limit)"));
    expect(2000, 2000, "");
    reopen(&(struct page_options){0}, 2);
    ck_assert(!scrape(1000, "a 1\nb 1\nc 1\n"));
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    expect(0, 9000, "");
    ck_assert(scrape(2000, "a 1\n"));
    ck_assert(scrape(3000, "a 1\nb 1\n"));
    expect(3000, 3000, "a{" TARGET "} 1@3000\nb{" TARGET "} 1@3000\n");
}
END_TEST

START_TEST(endless_line)
{
    static const size_t pieces[] = {1000, (size_t)1 << 22};
    struct strbuf text;
    strbuf_init(&text, (size_t)1 << 22);
    strbuf_add_c(&text, "a 1\nb{c=\"");
    strbuf_add_repeated(&text, 'x', EXPOSITION_MAX_LINE);
    strbuf_add_c(&text, "\"} 1\n");
    ck_assert(!scrape_in_pieces(EXPOSITION_TEXT, 1000, strbuf_str(&text), pieces[_i]));
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    ck_assert_msg(strncmp(error_text(&err), "line 2", 6) == 0, "%s", error_text(&err));
    ck_assert_ptr_nonnull(strstr(error_text(&err), "1048576 bytes"));
    strbuf_release(&text);
    ck_assert(scrape(2000, "a 1\n"));
}
END_TEST

START_TEST(last_line_without_line_feed)
{
    for (int64_t t_ms = 1000; t_ms <= 2000; t_ms += 1000) {
        ck_assert(scrape(t_ms, "a 1\nb 2"));
        ck_assert_str_eq(summary.partial, "no line feed behind line 2: the page may be cut short");
    }
    expect(2000, 2000, "a{" TARGET "} 1@2000\nb{" TARGET "} 2@2000\n");
}
END_TEST

static bool scrape_om(int64_t t_ms, const char *text)
{
    return scrape_in_pieces(EXPOSITION_OPENMETRICS, t_ms, str_from(text), 7);
}

START_TEST(openmetrics_again_and_again)
{
    const char *text = "# TYPE a counter\na_total 1 # {x=\"y\"} 1\nb 2 1.5\nc NaN\n# EOF\n";
    ck_assert(scrape_om(1000, text));
    ck_assert(scrape_om(2000, text));
    ck_assert_ptr_null(summary.partial);
    expect(0, 9000,
           "a_total{" TARGET "} 1@1000 1@2000\nb{" TARGET "} 2@1500\nc{" TARGET
           "} NaN@1000 NaN@2000\n");
    /* Known lines are judged anew. */
    ck_assert(!scrape_om(3000, "# TYPE a counter\na_total 1 # {x=\"y\"} z\n# EOF\n"));
    ck_assert_str_eq(error_text(&err), "line 2, column 21: expected the exemplar's value, got "
                                       "'z', which is no number or too large");
    ck_assert(!scrape_om(3000, "# TYPE a counter\na_total 1 # {x=\"y\"} 1\n"));
    ck_assert_ptr_nonnull(strstr(error_text(&err), "without '# EOF'"));
    ck_assert(!scrape_om(3000, "# EOF\n# TYPE a counter\n"));
    ck_assert_str_eq(error_text(&err), "line 2, column 1: unexpected text after '# EOF'");
    ck_assert(!scrape_om(3000, "a_total 1e999\n# EOF\n"));
    ck_assert(!scrape_om(3000, "a_total 1\nc 5 # {} 1\n# EOF\n"));
}
END_TEST

/* A comment is right in one format and wrong in the other. */
START_TEST(format_changes)
{
    ck_assert(scrape(1000, "# a comment\na 1\n"));
    ck_assert(!scrape_om(2000, "# a comment\na 1\n# EOF\n"));
    ck_assert(scrape(3000, "# a comment\na 1\n"));
}
END_TEST

/* Names that begin alike must not be taken for each other. */
START_TEST(prefixes)
{
    ck_assert(scrape(1000, "a 1\na_b 1\na{x=\"1\"} 1\n"));
    ck_assert(scrape(2000, "a_b 2\na {x=\"1\"} 2\na\t2\n"));
    ck_assert_uint_eq(summary.counts.samples, 3);
    expect(2000, 2000,
           "a{" TARGET "} 2@2000\na{" TARGET ", x=\"1\"} 2@2000\na_b{" TARGET "} 2@2000\n");
}
END_TEST

#define MODEL_SERIES 24

static uint64_t random_state;

static unsigned pick(unsigned n)
{
    random_state = random_state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (unsigned)(random_state >> 33) % n;
}

/* Pages whose lines come, go and move, against a plain list of what must be there. */
START_TEST(random_pages)
{
    double now[MODEL_SERIES];
    bool there[MODEL_SERIES] = {false};
    random_state = (uint64_t)_i + 1;
    for (int64_t t_ms = 1000; t_ms < 60000; t_ms += 1000) {
        struct strbuf text = STRBUF_INIT;
        struct strbuf expected = STRBUF_INIT;
        bool came[MODEL_SERIES] = {false};
        unsigned start = pick(4) == 0 ? pick(MODEL_SERIES) : 0;
        for (unsigned k = 0; k < MODEL_SERIES; k++) {
            unsigned i = (start + k) % MODEL_SERIES;
            if (pick(10) == 0) {
                strbuf_printf(&text, "# HELP m%u something\n", pick(5));
            }
            if (pick(30) == 0) {
                strbuf_add_c(&text, "\n");
            }
            if (pick(8) == 0) {
                continue;
            }
            came[i] = true;
            now[i] = pick(20) == 0 ? (double)INFINITY : (double)pick(100000) / 8;
            strbuf_printf(&text, "m%s{i=\"%02u\"} ", pick(9) == 0 ? " " : "", i);
            number_format(&text, now[i]);
            strbuf_printf(&text, "%s\n", pick(12) == 0 ? " " : "");
        }
        for (unsigned i = 0; i < MODEL_SERIES; i++) {
            if (came[i] || there[i]) {
                strbuf_printf(&expected, "m{i=\"%02u\", " TARGET "} ", i);
                if (came[i]) {
                    number_format(&expected, now[i]);
                } else {
                    strbuf_add_c(&expected, "stale");
                }
                strbuf_printf(&expected, "@%lld\n", (long long)t_ms);
            }
            there[i] = came[i];
        }
        ck_assert_msg(scrape_in_pieces(EXPOSITION_TEXT, t_ms, strbuf_str(&text), 1 + pick(300)),
                      "%s", error_text(&err));
        expect(t_ms, t_ms, strbuf_cstr(&expected));
        strbuf_release(&text);
        strbuf_release(&expected);
    }
}
END_TEST

/* Series that never come back do not pile up. */
START_TEST(kept_lines_are_bounded)
{
    struct kept_lines kept = {0};
    char text[64];
    for (unsigned round = 0; round < 3000; round++) {
        kept_lines_begin(&kept);
        for (unsigned i = 0; i < 20; i++) {
            uint32_t index;
            snprintf(text, sizeof(text), "series_%u_%u", i, i < 10 ? 0 : round);
            if (!kept_lines_find(&kept, str_from(text), &index)) {
                kept_lines_add(&kept, str_from(text), i);
            } else {
                ck_assert_uint_eq(index, i);
            }
        }
        kept_lines_end(&kept, true);
        ck_assert_uint_le(kept.text.len, 80000);
        ck_assert_uint_le(kept.lines.len, 8000);
    }
    kept_lines_release(&kept);
}
END_TEST

START_TEST(series_away_are_bounded)
{
    char text[64];
    uint64_t epoch = target_series_epoch(series);
    for (int round = 0; round < 3000; round++) {
        snprintf(text, sizeof(text), "stays 1\ncomes_%d 1\n", round);
        ck_assert(scrape(1000 + round * 1000, text));
        ck_assert_uint_eq(target_series_count(series), 2);
    }
    ck_assert_uint_gt(target_series_epoch(series), epoch);
    ck_assert(scrape(4000000, "stays 2\n"));
    ck_assert_uint_eq(summary.counts.added, 0);
}
END_TEST

/* The machine slept for longer than the retention: the store has let everything go. */
START_TEST(store_forgot)
{
    reopen(&(struct page_options){.honor_timestamps = true}, 0);
    ck_assert(scrape(1000, "a 1\nb 1 500\n"));
    store_trim(store, 200000);
    ck_assert(scrape(200000, "a 2\nb 2 500\n"));
    ck_assert(scrape(201000, "a 3\nb 2 200500\n"));
    expect(200000, 300000, "a{" TARGET "} 2@200000 3@201000\nb{" TARGET "} 2@200500\n");
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("page");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, any_pieces_give_the_same, 0, 120);
    tcase_add_test(tc, series_that_end_get_a_marker);
    tcase_add_test(tc, failure_and_recovery);
    tcase_add_test(tc, first_of_duplicates_stays);
    tcase_add_test(tc, own_times);
    tcase_add_test(tc, own_times_not_honoured);
    tcase_add_test(tc, labels_clash);
    tcase_add_test(tc, limits);
    tcase_add_loop_test(tc, endless_line, 0, 2);
    tcase_add_test(tc, last_line_without_line_feed);
    tcase_add_test(tc, openmetrics_again_and_again);
    tcase_add_test(tc, format_changes);
    tcase_add_test(tc, prefixes);
    tcase_add_loop_test(tc, random_pages, 0, 20);
    tcase_add_test(tc, kept_lines_are_bounded);
    tcase_add_test(tc, series_away_are_bounded);
    tcase_add_test(tc, store_forgot);
    return suite_run("source/page", tc);
}
