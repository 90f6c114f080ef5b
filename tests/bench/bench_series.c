/*
 * The store: bytes a sample, and how fast samples go in and come out.
 *
 *     bench_series [--check]     --check: exit status 1 where a stated figure is not met
 *
 * The data is made up to look like the pages of node_exporter and of Prometheus itself: one row of
 * the table below for each kind of series, with how many of a thousand are of that kind. A series
 * that never changes is most of such a page and costs next to nothing, so the figure is given three
 * times: for each kind, for the page, and for the page without what never changes. Beside it stands
 * what Prometheus' own chunk coding would take for the same samples, counted bit by bit (its
 * published format: a first sample in full, differences of differences of times, XOR of values,
 * 120 samples a chunk, without Prometheus' overhead outside the chunks).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "series/store.h"
#include "series/store_inside.h"

#define SERIES      1000
#define INTERVAL_MS 15000
#define ROWS        1440 /* six hours */
#define START_MS    INT64_C(1700000000000)

/* What performance.md asks: bytes a sample on the page, regular and with jitter. */
#define GOAL_BYTES_A_SAMPLE 1.0
#define GOAL_APPEND_NS      100.0
#define GOAL_READ_MB_S      200.0

enum kind {
    KIND_CONSTANT,
    KIND_RARE_COUNTER,
    KIND_COUNTER,
    KIND_FAST_COUNTER,
    KIND_CPU_SECONDS,
    KIND_BUCKET,
    KIND_IDLE_BUCKET,
    KIND_SUM,
    KIND_SMALL_GAUGE,
    KIND_BYTES_GAUGE,
    KIND_LOAD,
    KIND_DURATION,
    KIND_FLOAT,
    KIND_CLOCK,
    KIND_COUNT
};

static const struct {
    const char *name;
    unsigned of_thousand;
} kinds[KIND_COUNT] = {
    [KIND_CONSTANT] = {"constant (info, limits, zero)", 380},
    [KIND_RARE_COUNTER] = {"counter, changes seldom", 90},
    [KIND_COUNTER] = {"counter, about 30 a scrape", 100},
    [KIND_FAST_COUNTER] = {"counter, bytes and packets", 60},
    [KIND_CPU_SECONDS] = {"cpu seconds, two decimals", 60},
    [KIND_BUCKET] = {"histogram bucket, busy", 80},
    [KIND_IDLE_BUCKET] = {"histogram bucket, seldom hit", 80},
    [KIND_SUM] = {"histogram sum of float seconds", 14},
    [KIND_SMALL_GAUGE] = {"gauge, small integers", 50},
    [KIND_BYTES_GAUGE] = {"gauge, bytes in pages", 60},
    [KIND_LOAD] = {"gauge, two decimals", 6},
    [KIND_DURATION] = {"gauge, seconds of nanoseconds", 12},
    [KIND_FLOAT] = {"gauge, any float", 3},
    [KIND_CLOCK] = {"time as value", 5},
};

struct page {
    enum kind kind[SERIES];
    double value[SERIES];
    double rate[SERIES]; /* of this series: pages have slow and fast ones of each kind */
};

static double uniform(void)
{
    return (double)random() / 2147483648.0;
}

/* Events in a scrape at a mean rate, roughly Poisson. */
static double events(double mean)
{
    double spread = sqrt(mean);
    double n = floor(mean + spread * (uniform() + uniform() + uniform() + uniform() - 2) * 1.7 +
                     uniform());
    return n > 0 ? n : 0;
}

static double next_value(struct page *page, size_t i, int64_t t_ms)
{
    double before = page->value[i];
    double rate = page->rate[i];
    switch (page->kind[i]) {
    case KIND_CONSTANT:
        return before;
    case KIND_RARE_COUNTER:
    case KIND_IDLE_BUCKET:
        return uniform() < 0.02 * rate ? before + 1 : before;
    case KIND_COUNTER:
    case KIND_BUCKET:
        return before + events(30 * rate);
    case KIND_FAST_COUNTER:
        return before + floor(20000 * rate * (0.8 + 0.4 * uniform()));
    case KIND_CPU_SECONDS:
        return round(before * 100 + events(200 * rate)) / 100;
    case KIND_SUM:
        return before + uniform() * rate;
    case KIND_SMALL_GAUGE:
        return 20 + floor(20 * rate * uniform());
    case KIND_BYTES_GAUGE:
        return before + 4096 * floor(2000 * rate * (uniform() - 0.5));
    case KIND_LOAD:
        return round(100 * rate * (0.5 + uniform())) / 100;
    case KIND_DURATION: /* a clock's nanoseconds, as Go's Duration.Seconds gives them */
        return round(1e6 * rate * (1 + uniform())) / 1e9;
    case KIND_FLOAT:
        return rate * uniform();
    case KIND_CLOCK:
        return (double)t_ms / 1000;
    case KIND_COUNT:
        break;
    }
    return 0;
}

/* The kind of the i-th of a thousand series; without the constant ones the others keep their
 * proportions. */
static enum kind kind_of(size_t i, bool active_only)
{
    unsigned constant = kinds[KIND_CONSTANT].of_thousand;
    size_t place = active_only ? constant + i * (SERIES - constant) / SERIES : i;
    int kind = 0;
    while (place >= kinds[kind].of_thousand) {
        place -= kinds[kind++].of_thousand;
    }
    return (enum kind)kind;
}

static void page_init(struct page *page, enum kind only, bool active_only)
{
    srandom(7);
    for (size_t i = 0; i < SERIES; i++) {
        page->kind[i] = only != KIND_COUNT ? only : kind_of(i, active_only);
        page->rate[i] = exp2(4 * uniform() - 2); /* a quarter to four times */
        page->value[i] = floor(1e6 * uniform() * uniform());
        if (page->kind[i] == KIND_BYTES_GAUGE) {
            page->value[i] = 4096 * floor(1e6 * uniform());
        }
    }
}

/* Bits that Prometheus' XOR chunks take for a stream of samples. */
struct peer {
    unsigned samples;
    int64_t t_ms;
    int64_t delta;
    uint64_t bits;
    unsigned leading;
    unsigned trailing;
};

static unsigned varint_bits(int64_t v)
{
    uint64_t zigzag = ((uint64_t)v << 1) ^ (uint64_t)(v >> 63);
    unsigned bytes = 1;
    while (zigzag >= 0x80) {
        zigzag >>= 7;
        bytes++;
    }
    return bytes * 8;
}

static unsigned peer_time_bits(struct peer *p, int64_t t_ms)
{
    int64_t delta = t_ms - p->t_ms;
    int64_t dod = delta - p->delta;
    unsigned bits = 0;
    if (p->samples == 0) {
        bits = varint_bits(t_ms);
    } else if (p->samples == 1) {
        bits = varint_bits(delta);
    } else if (dod == 0) {
        bits = 1;
    } else if (dod >= -8191 && dod <= 8192) {
        bits = 2 + 14;
    } else if (dod >= -65535 && dod <= 65536) {
        bits = 3 + 17;
    } else if (dod >= -524287 && dod <= 524288) {
        bits = 4 + 20;
    } else {
        bits = 4 + 64;
    }
    p->delta = p->samples > 0 ? delta : 0;
    p->t_ms = t_ms;
    return bits;
}

static unsigned peer_value_bits(struct peer *p, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof(bits));
    uint64_t x = bits ^ p->bits;
    p->bits = bits;
    if (p->samples == 0) {
        p->leading = 0xff;
        return 64;
    }
    if (x == 0) {
        return 1;
    }
    unsigned leading = (unsigned)__builtin_clzll(x);
    unsigned trailing = (unsigned)__builtin_ctzll(x);
    leading = leading > 31 ? 31 : leading;
    if (p->leading != 0xff && leading >= p->leading && trailing >= p->trailing) {
        return 2 + 64 - p->leading - p->trailing;
    }
    p->leading = leading;
    p->trailing = trailing;
    return 2 + 5 + 6 + 64 - leading - trailing;
}

static double peer_bytes(struct peer *p, int64_t t_ms, double v)
{
    unsigned bits = p->samples == 0 ? 16 : 0; /* the count of samples */
    bits += peer_time_bits(p, t_ms) + peer_value_bits(p, v);
    p->samples = (p->samples + 1) % 120;
    return bits / 8.0;
}

/* Processor time: what else runs on the machine is not to count. */
static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

struct figures {
    double chunk_bytes; /* a sample, closed chunks */
    double store_bytes; /* a sample, everything but label strings */
    double peer_bytes;
    double append_ns;
    double new_series_ns;
    double read_mb_s;
    double read_window_ns; /* five minutes of one series, the newest */
    double select_us;
};

static void add_new_series(struct batch *batch, struct label_table *table)
{
    static const char *const jobs[] = {"node", "prometheus"};
    struct labels_builder b;
    struct error err = ERROR_INIT;
    labels_builder_init(&b, table);
    for (size_t i = 0; i < SERIES; i++) {
        char name[32];
        char cpu[16];
        snprintf(name, sizeof(name), "metric_%zu_total", i / 10);
        snprintf(cpu, sizeof(cpu), "%zu", i % 10);
        labels_builder_add(&b, STR("__name__"), str_from(name));
        labels_builder_add(&b, STR("cpu"), str_from(cpu));
        labels_builder_add(&b, STR("instance"), STR("127.0.0.1:9100"));
        labels_builder_add(&b, STR("job"), str_from(jobs[i % 2]));
        batch_add_labels(batch, labels_builder_finish(&b, &err), 0);
    }
    labels_builder_release(&b);
}

static double closed_bytes(const struct store *store, size_t *samples)
{
    double bytes = 0;
    *samples = 0;
    for (size_t i = 1; i < store->targets.len; i++) {
        VEC_EACH (&store->targets.items[i]->chunks, struct chunk *, chunk) {
            bytes += (*chunk)->size;
            *samples += (*chunk)->samples;
        }
    }
    return bytes;
}

static void measure_reading(const struct store *store, int64_t end_ms, struct figures *f)
{
    struct matcher all;
    struct error err = ERROR_INIT;
    struct selection sel;
    struct samples samples = {.t_ms = NULL};
    if (!matcher_init(&all, MATCH_REGEX, STR("job"), STR("node|prometheus"), &err)) {
        exit(2);
    }
    double begin = now_s();
    const int selections = 20;
    for (int i = 0; i < selections; i++) {
        if (!store_select(store, &all, 1, &sel, &err)) {
            exit(2);
        }
        if (i + 1 < selections) {
            selection_release(&sel);
        }
    }
    f->select_us = (now_s() - begin) / selections * 1e6;
    size_t read = 0;
    begin = now_s();
    for (int i = 0; i < 5; i++) {
        VEC_EACH (&sel.series, const struct series *, s) {
            series_read(*s, INT64_MIN, INT64_MAX, &samples);
            read += samples.len;
        }
    }
    f->read_mb_s = (double)read * 16 / (now_s() - begin) / 1e6;
    begin = now_s();
    for (int i = 0; i < 20; i++) {
        VEC_EACH (&sel.series, const struct series *, s) {
            series_read(*s, end_ms - 300000, end_ms, &samples);
        }
    }
    f->read_window_ns = (now_s() - begin) / 20 / (double)sel.series.len * 1e9;
    samples_release(&samples);
    selection_release(&sel);
    matcher_release(&all);
}

/* Six hours of the page. `only`: all series of one kind; KIND_COUNT: the mix. */
static struct figures measure(enum kind only, int jitter_ms, bool active_only)
{
    struct figures f = {.chunk_bytes = 0};
    struct label_table *table = label_table_create();
    struct store *store = store_create(&(struct store_options){.retention_ms = 0}, table);
    store_target target = store_add_target(store);
    struct page *page = mem_zalloc(1, sizeof(*page));
    struct peer *peers = mem_zalloc(SERIES, sizeof(*peers));
    series_ref *refs = mem_zalloc(SERIES, sizeof(*refs));
    struct batch batch;
    struct error err = ERROR_INIT;
    double append_s = 0;
    size_t peer_samples = 0;
    int64_t t_ms = START_MS;
    page_init(page, only, active_only);
    batch_init(&batch);
    for (int row = 0; row < ROWS; row++) {
        t_ms = START_MS + (int64_t)row * INTERVAL_MS;
        t_ms += jitter_ms > 0 ? random() % (2 * jitter_ms + 1) - jitter_ms : 0;
        batch_reset(&batch, t_ms);
        if (row == 0) {
            add_new_series(&batch, table);
        }
        for (size_t i = 0; i < SERIES; i++) {
            page->value[i] = next_value(page, i, t_ms);
            if (row == 0) {
                batch.samples.items[i].v = page->value[i];
            } else {
                batch_add_ref(&batch, refs[i], page->value[i]);
            }
            f.peer_bytes += peer_bytes(&peers[i], t_ms, page->value[i]);
            peer_samples++;
        }
        double begin = now_s();
        if (!store_commit(store, target, &batch, refs, &err)) {
            fprintf(stderr, "%s\n", error_text(&err));
            exit(2);
        }
        if (row == 0) {
            f.new_series_ns = (now_s() - begin) / SERIES * 1e9;
        } else {
            append_s += now_s() - begin;
        }
    }
    size_t closed = 0;
    struct store_stats stats;
    f.chunk_bytes = closed_bytes(store, &closed);
    f.chunk_bytes /= (double)closed;
    store_stats(store, &stats);
    f.store_bytes = (double)stats.bytes / (double)stats.samples;
    f.peer_bytes /= (double)peer_samples;
    f.append_ns = append_s / ((double)SERIES * (ROWS - 1)) * 1e9;
    measure_reading(store, t_ms, &f);
    batch_release(&batch);
    free(page);
    free(peers);
    free(refs);
    store_destroy(store);
    label_table_destroy(table);
    return f;
}

static bool print_page(const char *what, int jitter_ms, bool active_only, bool is_goal)
{
    struct figures f = measure(KIND_COUNT, jitter_ms, active_only);
    printf("%-34s %6.2f %6.2f %6.2f   %5.0f %6.0f %7.0f %7.0f %6.0f\n", what, f.chunk_bytes,
           f.store_bytes, f.peer_bytes, f.append_ns, f.new_series_ns, f.read_mb_s, f.read_window_ns,
           f.select_us);
    return !is_goal || (f.chunk_bytes <= GOAL_BYTES_A_SAMPLE && f.append_ns <= GOAL_APPEND_NS &&
                        f.read_mb_s >= GOAL_READ_MB_S);
}

int main(int argc, char **argv)
{
    bool check = argc > 1 && strcmp(argv[1], "--check") == 0;
    bool ok = true;
    printf("%d series, %d samples each, every %d s\n\n", SERIES, ROWS, INTERVAL_MS / 1000);
    printf("                                     bytes a sample     append    new    read  5 min "
           "select\n");
    printf("                                   chunk  store Prom.      ns     ns    MB/s     ns  "
           "   us\n");
    ok = print_page("page, regular", 0, false, true) && ok;
    ok = print_page("page, 3 ms of jitter", 3, false, true) && ok;
    ok = print_page("page without constants, regular", 0, true, false) && ok;
    ok = print_page("page without constants, jitter", 3, true, false) && ok;
    printf("\n");
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        struct figures f = measure((enum kind)kind, 3, false);
        printf("%-30s %3u %6.2f %6.2f %6.2f   %5.0f %6.0f %7.0f\n", kinds[kind].name,
               kinds[kind].of_thousand, f.chunk_bytes, f.store_bytes, f.peer_bytes, f.append_ns,
               f.new_series_ns, f.read_mb_s);
    }
    printf("\nchunk: closed chunks with their times; store: everything but label strings; Prom.: "
           "its XOR chunks\n");
    return check && !ok ? 1 : 0;
}
