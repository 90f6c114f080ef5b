/*
 * The archive of a large store: what it costs to keep an hour of it, and to have it back.
 *
 *     bench_archive [TARGETS [POLLS]]     100 targets of 1000 series, polled every 15 s for an hour
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/mem.h"
#include "series/archive/archive.h"
#include "unit/series/random_series.h"

#define TARGETS_DEFAULT 100
#define SERIES          1000
#define POLLS_DEFAULT   241 /* the last one closes the chunk of the others */
#define INTERVAL_MS     15000
#define START_MS        INT64_C(1700000000000)

static long private_kib(void)
{
    char line[256];
    long kib = 0;
    FILE *f = fopen("/proc/self/smaps_rollup", "re");
    while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
        if (strncmp(line, "Private_Dirty:", 14) == 0) {
            kib = strtol(line + 14, NULL, 10);
        }
    }
    if (f != NULL) {
        (void)fclose(f);
    }
    return kib;
}

/* Of ten series four never change, and none is noise: as on the pages of exporters. */
static enum random_kind kind_of(unsigned i)
{
    static const enum random_kind kinds[10] = {RANDOM_CONSTANT, RANDOM_CONSTANT, RANDOM_CONSTANT,
                                               RANDOM_CONSTANT, RANDOM_RARE,     RANDOM_RARE,
                                               RANDOM_COUNTER,  RANDOM_COUNTER,  RANDOM_CENTS,
                                               RANDOM_GAUGE};
    return kinds[i % 10];
}

static struct labels *labels_of(struct label_table *table, unsigned target, unsigned i)
{
    struct labels_builder b;
    struct error err = ERROR_INIT;
    char texts[3][32];
    (void)snprintf(texts[0], sizeof(texts[0]), "some_metric_%u_total", i / 20);
    (void)snprintf(texts[1], sizeof(texts[1]), "host-%u:9100", target);
    (void)snprintf(texts[2], sizeof(texts[2]), "device-%u", i % 20);
    labels_builder_init(&b, table);
    labels_builder_add(&b, STR("__name__"), str_from(texts[0]));
    labels_builder_add(&b, STR("device"), str_from(texts[2]));
    labels_builder_add(&b, STR("instance"), str_from(texts[1]));
    labels_builder_add(&b, STR("job"), STR("node"));
    struct labels *ls = labels_builder_finish(&b, &err);
    labels_builder_release(&b);
    return ls;
}

static void fill(struct store *store, struct label_table *table, unsigned target_number,
                 unsigned polls)
{
    static double before[SERIES];
    struct random random = {target_number + 1};
    struct batch batch;
    struct error err = ERROR_INIT;
    series_ref *refs = mem_zalloc(SERIES, sizeof(*refs));
    store_target target = store_add_target(store);
    batch_init(&batch);
    for (unsigned k = 0; k < polls; k++) {
        batch_reset(&batch, START_MS + (int64_t)k * INTERVAL_MS);
        for (unsigned i = 0; i < SERIES; i++) {
            before[i] = random_value(&random, kind_of(i), before[i]);
            if (k == 0) {
                batch_add_labels(&batch, labels_of(table, target_number, i), before[i]);
            } else {
                batch_add_ref(&batch, refs[i], before[i]);
            }
        }
        if (!store_commit(store, target, &batch, refs, &err)) {
            abort();
        }
    }
    batch_release(&batch);
    free(refs);
}

struct run {
    struct loop *loop;
    struct clock clock;
    const char *folder;
    struct label_table *table;
    struct store *store;
    struct archive *archive;
    struct archive_opened opened;
    struct wall now;
};

static int64_t open_archive(struct run *r)
{
    struct error err = ERROR_INIT;
    struct mono t0 = clock_mono(&r->clock);
    r->table = label_table_create();
    r->store = store_create(&(struct store_options){0}, r->table);
    r->archive = archive_open(r->loop, r->folder, r->store, r->table, 0, r->now, &r->opened, &err);
    if (r->archive == NULL) {
        (void)fprintf(stderr, "%s\n", error_text(&err));
        exit(1);
    }
    return mono_ms_since(clock_mono(&r->clock), t0);
}

static int64_t close_archive(struct run *r)
{
    struct mono t0 = clock_mono(&r->clock);
    (void)archive_close(r->archive, r->now, 600000);
    int64_t took_ms = mono_ms_since(clock_mono(&r->clock), t0);
    store_destroy(r->store);
    label_table_destroy(r->table);
    return took_ms;
}

/* One pass; the longest time that the loop was kept from other things. */
static void keep(struct run *r)
{
    struct archive_stats stats;
    long before = private_kib();
    long most = before;
    struct mono t0 = clock_mono(&r->clock);
    uint64_t slow = loop_slow_callbacks(r->loop);
    archive_keep(r->archive, r->now);
    for (archive_stats(r->archive, &stats); stats.working; archive_stats(r->archive, &stats)) {
        loop_step(r->loop, 1000);
        long kib = private_kib();
        most = kib > most ? kib : most;
    }
    printf("kept: %zu chunks, %.1f MiB in %lld ms, %llu turns over %d ms, private KiB %ld before,"
           " %ld at most, %ld after\n",
           stats.chunks, (double)stats.bytes / 1048576.0,
           (long long)mono_ms_since(clock_mono(&r->clock), t0),
           (unsigned long long)(loop_slow_callbacks(r->loop) - slow), LOOP_SLOW_MS, before, most,
           private_kib());
}

int main(int argc, char **argv)
{
    unsigned polls = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : POLLS_DEFAULT;
    unsigned targets = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : TARGETS_DEFAULT;
    char folder[] = "/tmp/tocsin-bench-archive-XXXXXX";
    struct error err = ERROR_INIT;
    struct store_stats stats;
    struct stat st;
    struct run r = {.loop = loop_create(NULL, &err),
                    .clock = clock_real(),
                    .folder = mkdtemp(folder),
                    .now = {START_MS + (int64_t)polls * INTERVAL_MS}};
    if (r.loop == NULL || r.folder == NULL) {
        return 1;
    }
    char *path = mem_printf("%s/archive.db", folder);
    open_archive(&r);
    for (unsigned i = 0; i < targets; i++) {
        fill(r.store, r.table, i, polls);
    }
    store_stats(r.store, &stats);
    printf("store: %zu series, %zu samples, %.1f MiB\n", stats.series, stats.samples,
           (double)stats.bytes / 1048576.0);
    for (int i = 0; i < 5; i++) { /* the fifth writes what is open, too */
        keep(&r);
    }
    int64_t close_ms = close_archive(&r);
    long before = private_kib();
    int64_t open_ms = open_archive(&r);
    store_stats(r.store, &stats);
    (void)stat(path, &st);
    printf("open rows and the end: %lld ms; file: %.1f MiB\n", (long long)close_ms,
           (double)st.st_size / 1048576.0);
    printf("back: %zu series, %zu samples in %lld ms; store %.1f MiB; private KiB %ld before, %ld "
           "after\n",
           stats.series, stats.samples, (long long)open_ms, (double)stats.bytes / 1048576.0, before,
           private_kib());
    (void)close_archive(&r);
    loop_destroy(r.loop);
    const char *const parts[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        char *part = mem_printf("%s%s", path, parts[i]);
        unlink(part);
        free(part);
    }
    rmdir(folder);
    free(path);
    return 0;
}
