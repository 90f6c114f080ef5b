/*
 * What a refresh of the whole board costs where the embedded engine answers.
 *
 *     bench_refresh PAGE...
 *
 * Each page is a source of its own, as the console makes them: its samples are there once for each
 * of PODS pods, an hour of them, one each 15 s. The shipped packs look at them. Told apart are the
 * first refresh, which asks for the whole hour, and the later ones, which ask for what is new; the
 * polls between are not counted. Processor time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "loop/loop.h"
#include "panel/board.h"
#include "panel/packs.h"
#include "query/query.h"
#include "series/store.h"
#include "source/scrape/exposition.h"

#define PODS        20
#define ROWS        240
#define REFRESHES   40
#define INTERVAL_MS 15000
#define RANGE_MS    ((int64_t)3600 * 1000)
#define START_MS    INT64_C(1700000100000)
#define SOURCES_MAX 16

struct source {
    const char *name;
    struct batch page; /* as read: values of the first row */
    struct answerer *answerer;
    store_target target;
    series_ref *refs;
};

static struct loop *loop;
static struct label_table *table;
static struct store *store;
static struct board *board;
static struct source sources[SOURCES_MAX];
static size_t source_count;

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "bench_refresh: %s: %s\n", what, why);
    exit(2);
}

static void read_page(struct source *s, const char *path)
{
    struct error err = ERROR_INIT;
    struct strbuf text = STRBUF_INIT;
    char piece[4096];
    size_t got;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fail(path, "cannot be read");
    }
    while ((got = fread(piece, 1, sizeof(piece), file)) != 0) {
        strbuf_add(&text, piece, got);
    }
    fclose(file);
    batch_init(&s->page);
    if (!exposition_to_batch(strbuf_str(&text), EXPOSITION_TEXT, false, table, 0, &s->page, &err)) {
        fail(path, error_text(&err));
    }
    strbuf_release(&text);
}

static struct labels *of_pod(const struct labels *labels, const char *job, int pod)
{
    struct error err = ERROR_INIT;
    struct labels_builder b;
    char instance[24];
    snprintf(instance, sizeof(instance), "10.0.0.%d:9100", pod);
    labels_builder_init(&b, table);
    labels_builder_from(&b, labels);
    labels_builder_set(&b, STR("job"), str_from(job));
    labels_builder_set(&b, STR("instance"), str_from(instance));
    struct labels *ls = labels_builder_finish(&b, &err);
    labels_builder_release(&b);
    if (ls == NULL) {
        fail("labels", error_text(&err));
    }
    return ls;
}

/* All values grow, so that counters have a rate. */
static void poll_source(struct source *s, size_t row)
{
    struct error err = ERROR_INIT;
    struct batch batch;
    size_t at = 0;
    bool first = s->refs == NULL;
    batch_init(&batch);
    batch_reset(&batch, START_MS + (int64_t)row * INTERVAL_MS);
    if (first) {
        s->refs = mem_zalloc(s->page.samples.len * PODS, sizeof(*s->refs));
    }
    for (int pod = 0; pod < PODS; pod++) {
        VEC_EACH (&s->page.samples, const struct batch_sample, sample) {
            if (sample->t_ms != s->page.samples.items[0].t_ms) {
                continue; /* a second scrape */
            }
            double v = sample->v + (sample->v + pod) * 0.01 * (double)row;
            if (first) {
                batch_add_labels(&batch, of_pod(sample->labels, s->name, pod), v);
            } else {
                batch_add_ref(&batch, s->refs[at++], v);
            }
        }
    }
    if (!store_commit(store, s->target, &batch, s->refs, &err)) {
        fail(s->name, error_text(&err));
    }
    batch_release(&batch);
}

static void open_source(const char *path)
{
    struct source *s = &sources[source_count++];
    s->name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
    read_page(s, path);
    s->target = store_add_target(store);
    for (size_t row = 0; row < ROWS; row++) {
        poll_source(s, row);
    }
    s->answerer = answerer_local_create(loop, store, table, s->name, NULL);
    s->answerer->interval_ms = INTERVAL_MS;
}

static void on_changed(void *user)
{
    (void)user;
}

/* What it took, in ms. */
static double refresh(size_t row)
{
    struct wall now = {START_MS + (int64_t)row * INTERVAL_MS};
    double begin = now_ms();
    for (size_t i = 0; i < source_count; i++) {
        board_refresh(board, sources[i].name, now);
    }
    while (loop_step(loop, 0)) {
    }
    return now_ms() - begin;
}

static void run(void)
{
    char match[64];
    for (size_t i = 0; i < source_count; i++) {
        snprintf(match, sizeof(match), "job=\"%s\"", sources[i].name);
        board_add_source(board, sources[i].name, sources[i].answerer, match);
    }
    double first = refresh(ROWS - 1); /* finds, and what it finds asks */
    double later = 0;
    for (size_t row = ROWS; row < ROWS + REFRESHES; row++) {
        for (size_t i = 0; i < source_count; i++) {
            poll_source(&sources[i], row);
        }
        later += refresh(row);
    }
    struct store_stats stats;
    store_stats(store, &stats);
    printf("%zu sources, %zu series, %zu instances: first refresh %.1f ms, later ones %.2f ms\n",
           source_count, (size_t)stats.series, board_count(board), first, later / REFRESHES);
    if (board_problem(board) != NULL || board_count(board) == 0) {
        fail("board", board_problem(board) != NULL ? board_problem(board) : "nothing was found");
    }
}

int main(int argc, char **argv)
{
    struct error err = ERROR_INIT;
    struct diags diags;
    struct packs packs;
    diags_init(&diags);
    if (argc < 2 || argc > SOURCES_MAX + 1) {
        fail("usage", "bench_refresh PAGE...");
    }
    loop = loop_create(NULL, &err);
    if (loop == NULL) {
        fail("loop", error_text(&err));
    }
    table = label_table_create();
    store = store_create(&(struct store_options){0}, table);
    board = board_create(table, RANGE_MS, on_changed, NULL);
    packs_load(&packs, NULL, 0, &diags);
    board_set_panels(board, packs.list.items, packs.list.len);
    for (int i = 1; i < argc; i++) {
        open_source(argv[i]);
    }
    run();
    board_destroy(board);
    packs_release(&packs);
    diags_release(&diags);
    for (size_t i = 0; i < source_count; i++) {
        answerer_local_destroy(sources[i].answerer);
        batch_release(&sources[i].page);
        free(sources[i].refs);
    }
    store_destroy(store);
    label_table_destroy(table);
    loop_destroy(loop);
    return 0;
}
