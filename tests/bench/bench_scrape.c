/*
 * How fast a metrics page is read. Three things that differ: decoding lines into views (what other
 * parsers call parsing), the first scrape of a target (label sets are made), and a later scrape
 * whose series stand in the same order (lines are compared, values read). A fourth: the same series
 * in another order.
 *
 *     bench_scrape [PAGE]      a file in place of the page made here
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "series/store.h"
#include "source/scrape/page.h"
#include "source/target_labels.h"

#define PIECE_BYTES  ((size_t)16 * 1024) /* as libcurl hands them over */
#define SECONDS_EACH 0.5

static uint64_t random_state = 1;

static uint32_t next_random(void)
{
    random_state = random_state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(random_state >> 33);
}

/* About what an exporter of a service with histograms sends: a third of the lines have many labels,
 * most values are integers, some have a fraction. */
static void make_page(struct strbuf *out, uint32_t seed)
{
    random_state = seed;
    for (int family = 0; family < 60; family++) {
        strbuf_printf(out,
                      "# HELP shop_requests_%d_seconds Time taken to answer, by handler.\n"
                      "# TYPE shop_requests_%d_seconds histogram\n",
                      family, family);
        for (int handler = 0; handler < 8; handler++) {
            for (int le = 0; le < 10; le++) {
                strbuf_printf(out,
                              "shop_requests_%d_seconds_bucket{handler=\"/api/v1/orders/%d\","
                              "method=\"GET\",code=\"200\",le=\"0.%03d\"} %u\n",
                              family, handler, le * 25 + 5, next_random() % 100000000);
            }
            strbuf_printf(out,
                          "shop_requests_%d_seconds_sum{handler=\"/api/v1/orders/%d\",method="
                          "\"GET\",code=\"200\"} %u.%06u\n",
                          family, handler, next_random() % 100000, next_random() % 1000000);
        }
    }
    for (int i = 0; i < 1000; i++) {
        strbuf_printf(out, "shop_cpu_seconds_total{cpu=\"%d\",mode=\"user\"} %u.%02u\n", i,
                      next_random() % 1000000, next_random() % 100);
    }
}

/* The lines of `page` in reverse, without its metadata. */
static void reverse_page(struct str page, struct strbuf *out)
{
    while (page.len > 0) {
        const char *feed = memrchr(page.data, '\n', page.len - 1);
        size_t start = feed != NULL ? (size_t)(feed - page.data) + 1 : 0;
        if (page.data[start] != '#') {
            strbuf_add_str(out, str_slice(page, start, page.len));
        }
        page.len = start;
    }
}

static void fail(const struct error *err)
{
    fprintf(stderr, "bench_scrape: %s\n", error_text(err));
    exit(1);
}

static void decode(struct str page, struct exposition *e)
{
    struct error err = ERROR_INIT;
    exposition_reset(e, EXPOSITION_TEXT);
    for (const char *p = page.data, *end = p + page.len; p < end;) {
        const char *feed = memchr(p, '\n', (size_t)(end - p));
        if (exposition_read_line(e, str_span(p, (size_t)(feed - p)), &err) == EXPOSITION_WRONG) {
            fail(&err);
        }
        p = feed + 1;
    }
}

static uint64_t scrape(struct page *p, struct str text, struct wall t)
{
    struct error err = ERROR_INIT;
    struct page_summary summary;
    page_begin(p, EXPOSITION_TEXT, t);
    for (size_t at = 0; at < text.len; at += PIECE_BYTES) {
        if (!page_feed(p, str_slice(text, at, PIECE_BYTES), &err)) {
            fail(&err);
        }
    }
    if (!page_finish(p, &summary, &err)) {
        fail(&err);
    }
    return summary.counts.samples;
}

struct target {
    struct label_table *table;
    struct store *store;
    struct target_series *series;
    struct page *page;
    struct wall t;
};

static void target_open(struct target *t, bool with_store)
{
    struct error err = ERROR_INIT;
    struct labels *labels = NULL;
    t->t = (struct wall){1700000000000};
    t->table = label_table_create();
    t->store = with_store ? store_create(&(struct store_options){.retention_ms = 3600000}, t->table)
                          : NULL;
    if (!target_labels_make(t->table, STR("bench"), STR("127.0.0.1:9100"), NULL, 0, &labels,
                            &err)) {
        fail(&err);
    }
    t->series = target_series_create(t->store, t->table, labels);
    t->page = page_create(t->table, t->series, &(struct page_options){.honor_timestamps = true});
}

static void target_close(struct target *t)
{
    page_destroy(t->page);
    target_series_destroy(t->series);
    store_destroy(t->store);
    label_table_destroy(t->table);
}

static double now_seconds(void)
{
    struct clock clock = clock_real();
    return (double)clock_mono(&clock).ns / 1e9;
}

static void show(const char *what, size_t bytes, double best_seconds, uint64_t samples)
{
    printf("%-44s %8.0f MB/s %8.1f ns a sample\n", what, (double)bytes / best_seconds / 1e6,
           best_seconds * 1e9 / (double)samples);
}

static void bench_decode(struct str page, uint64_t samples)
{
    struct exposition e;
    double best = INFINITY;
    exposition_init(&e, EXPOSITION_TEXT);
    for (double began = now_seconds(); now_seconds() - began < SECONDS_EACH;) {
        double start = now_seconds();
        decode(page, &e);
        best = fmin(best, now_seconds() - start);
    }
    exposition_release(&e);
    show("first scrape, labels decoded to views", page.len, best, samples);
}

static void bench_first(struct str page, bool with_store, uint64_t samples)
{
    double best = INFINITY;
    for (double began = now_seconds(); now_seconds() - began < SECONDS_EACH;) {
        struct target t;
        target_open(&t, with_store);
        double start = now_seconds();
        scrape(t.page, page, t.t);
        best = fmin(best, now_seconds() - start);
        target_close(&t);
    }
    show(with_store ? "first scrape, into the store" : "first scrape, label sets made", page.len,
         best, samples);
}

/* `pages` in turn, so that values change. */
static void bench_again(const char *what, const struct str pages[2], bool with_store)
{
    struct target t;
    double best = INFINITY;
    target_open(&t, with_store);
    uint64_t samples = scrape(t.page, pages[0], t.t);
    unsigned round = 0;
    for (double began = now_seconds(); now_seconds() - began < SECONDS_EACH;) {
        t.t.ms += 15000;
        round++;
        double start = now_seconds();
        scrape(t.page, pages[round % 2], t.t);
        best = fmin(best, now_seconds() - start);
        if (t.store != NULL && round % 64 == 0) {
            store_trim(t.store, t.t.ms);
        }
    }
    target_close(&t);
    show(what, pages[0].len, best, samples);
}

static void read_file(const char *name, struct strbuf *out)
{
    char buffer[65536];
    FILE *f = fopen(name, "r");
    if (f == NULL) {
        fprintf(stderr, "bench_scrape: cannot read '%s'\n", name);
        exit(1);
    }
    for (size_t n; (n = fread(buffer, 1, sizeof(buffer), f)) > 0;) {
        strbuf_add(out, buffer, n);
    }
    fclose(f);
}

int main(int argc, char **argv)
{
    struct strbuf pages[3];
    for (int i = 0; i < 3; i++) {
        strbuf_init(&pages[i], (size_t)64 << 20);
    }
    if (argc > 1) {
        read_file(argv[1], &pages[0]);
        read_file(argv[1], &pages[1]);
    } else {
        make_page(&pages[0], 1);
        make_page(&pages[1], 2);
    }
    reverse_page(strbuf_str(&pages[1]), &pages[2]);
    struct target t;
    target_open(&t, false);
    uint64_t samples = scrape(t.page, strbuf_str(&pages[0]), t.t);
    target_close(&t);
    printf("page: %zu bytes, %llu samples\n", pages[0].len, (unsigned long long)samples);
    bench_decode(strbuf_str(&pages[0]), samples);
    bench_first(strbuf_str(&pages[0]), false, samples);
    bench_first(strbuf_str(&pages[0]), true, samples);
    struct str same[2] = {strbuf_str(&pages[0]), strbuf_str(&pages[1])};
    bench_again("scrape again, same order", same, false);
    bench_again("scrape again, same order, into the store", same, true);
    struct str moved[2] = {strbuf_str(&pages[0]), strbuf_str(&pages[2])};
    bench_again("scrape again, order reversed each time", moved, false);
    for (int i = 0; i < 3; i++) {
        strbuf_release(&pages[i]);
    }
    return 0;
}
