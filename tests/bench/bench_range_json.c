/*
 * A range question from the store to the last byte of JSON: what a dashboard waits for.
 *
 *     bench_range_json END                    the figures, the range ending at END (Unix seconds)
 *     bench_range_json END --openmetrics      the samples as OpenMetrics text, the last at END
 *     bench_range_json END --answers          the answers themselves, one a line
 *
 * bench_range_json.py asks Prometheus the same in the same run.
 *
 * The data: 100 services with a histogram of 12 buckets, and 1,000 counters; 75 minutes of samples,
 * one each 15 s, some milliseconds past the second as scrapes are. The questions: an hour at 15 s.
 *
 * It is time on the clock, as it is for who asks a server; evaluation, formatting and writing to a
 * file in memory. The best of several runs counts: other work on the machine only ever adds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "promql/promql.h"
#include "promql/value_format.h"

#define SERVICES    100
#define BUCKETS     12
#define HISTOGRAMS  (SERVICES * BUCKETS)
#define COUNTERS    1000
#define SERIES      (HISTOGRAMS + COUNTERS)
#define INTERVAL_MS INT64_C(15000)
#define SAMPLES     300
#define HOUR_MS     INT64_C(3600000)
#define LATE_MS     137
#define RUNS        50

static const char *const bounds[BUCKETS] = {"0.005", "0.01", "0.025", "0.05", "0.1", "0.25",
                                            "0.5",   "1",    "2.5",   "5",    "10",  "+Inf"};

static const struct {
    const char *text;
    value_format format;
    const char *name;
} questions[] = {
    {"histogram_quantile(0.95, sum by (service, le) (rate(x_seconds_bucket[5m])))",
     value_format_json, "json"},
    {"rate(x_total[5m])", value_format_json, "json"},
    {"rate(x_total[5m])", value_format_csv, "csv"},
    {"rate(x_total[5m])", value_format_table, "table"},
};

struct data {
    struct label_table *table;
    struct store *store;
    double (*values)[SERIES]; /* a row a scrape */
};

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void fail(const char *what, const struct error *err)
{
    fprintf(stderr, "bench_range_json: %s: %s\n", what, error_text(err));
    exit(2);
}

static int64_t row_ms(int64_t end_ms, int row)
{
    return end_ms - (int64_t)(SAMPLES - row) * INTERVAL_MS + LATE_MS;
}

/* Counters that grow by something; buckets hold what the ones below them hold. */
static void make_values(struct data *d)
{
    static double values[SAMPLES][SERIES];
    d->values = values;
    srandom(1);
    for (int row = 0; row < SAMPLES; row++) {
        double added = 0;
        for (int i = 0; i < SERIES; i++) {
            added = i < HISTOGRAMS && i % BUCKETS != 0 ? added : 0;
            added += (double)(random() % (i < HISTOGRAMS ? 20 : 1000));
            values[row][i] = (row > 0 ? values[row - 1][i] : 0) + added;
        }
    }
}

static struct labels *make_labels(struct labels_builder *b, int i)
{
    char number[24];
    struct error err = ERROR_INIT;
    if (i < HISTOGRAMS) {
        snprintf(number, sizeof(number), "s%d", i / BUCKETS);
        labels_builder_add(b, STR("__name__"), STR("x_seconds_bucket"));
        labels_builder_add(b, STR("le"), str_from(bounds[i % BUCKETS]));
        labels_builder_add(b, STR("service"), str_from(number));
    } else {
        snprintf(number, sizeof(number), "%d", i - HISTOGRAMS);
        labels_builder_add(b, STR("__name__"), STR("x_total"));
        labels_builder_add(b, STR("series"), str_from(number));
    }
    labels_builder_add(b, STR("instance"), STR("10.0.0.1:8080"));
    labels_builder_add(b, STR("job"), STR("shop"));
    struct labels *labels = labels_builder_finish(b, &err);
    if (labels == NULL) {
        fail("labels", &err);
    }
    return labels;
}

static void fill(struct data *d, int64_t end_ms)
{
    static series_ref refs[SERIES];
    d->table = label_table_create();
    d->store = store_create(&(struct store_options){0}, d->table);
    store_target target = store_add_target(d->store);
    struct labels_builder b;
    struct batch batch;
    struct error err = ERROR_INIT;
    labels_builder_init(&b, d->table);
    batch_init(&batch);
    for (int row = 0; row < SAMPLES; row++) {
        batch_reset(&batch, row_ms(end_ms, row));
        for (int i = 0; i < SERIES; i++) {
            if (row > 0) {
                batch_add_ref(&batch, refs[i], d->values[row][i]);
            } else {
                batch_add_labels(&batch, make_labels(&b, i), d->values[row][i]);
            }
        }
        if (!store_commit(d->store, target, &batch, row == 0 ? refs : NULL, &err)) {
            fail("commit", &err);
        }
    }
    batch_release(&batch);
    labels_builder_release(&b);
}

static void print_openmetrics(const struct data *d, int64_t end_ms)
{
    for (int i = 0; i < SERIES; i++) {
        for (int row = 0; row < SAMPLES; row++) {
            if (i < HISTOGRAMS) {
                printf("x_seconds_bucket{instance=\"10.0.0.1:8080\",job=\"shop\",le=\"%s\","
                       "service=\"s%d\"}",
                       bounds[i % BUCKETS], i / BUCKETS);
            } else {
                printf("x_total{instance=\"10.0.0.1:8080\",job=\"shop\",series=\"%d\"}",
                       i - HISTOGRAMS);
            }
            printf(" %.0f %.3f\n", d->values[row][i], (double)row_ms(end_ms, row) / 1000);
        }
    }
    printf("# EOF\n");
}

/* Milliseconds of evaluation and of formatting. */
struct took {
    double evaluation;
    double formatting;
};

static struct took ask(const struct data *d, const struct expr *e, value_format format,
                       int64_t end_ms, FILE *file)
{
    struct grid grid = grid_range(end_ms - HOUR_MS, end_ms, INTERVAL_MS);
    struct value v;
    struct strbuf out;
    struct error err = ERROR_INIT;
    struct took took;
    strbuf_init(&out, (size_t)1 << 26);
    double begin = now_ms();
    if (!expr_eval(e, d->store, d->table, &grid, false, NULL, &v, &err)) {
        fail("evaluation", &err);
    }
    double evaluated = now_ms();
    if (!format(&out, file, &v) || fflush(file) != 0) {
        perror("bench_range_json");
        exit(2);
    }
    took.formatting = now_ms() - evaluated;
    took.evaluation = evaluated - begin;
    value_release(&v);
    strbuf_release(&out);
    return took;
}

static struct expr *parse(const char *text)
{
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(str_from(text), NULL, &err);
    if (e == NULL) {
        fail(text, &err);
    }
    return e;
}

static void measure(const struct data *d, size_t question, int64_t end_ms)
{
    struct expr *e = parse(questions[question].text);
    FILE *file = fdopen(memfd_create("answer", 0), "w");
    if (file == NULL) {
        perror("bench_range_json");
        exit(2);
    }
    struct took best = {0};
    for (int i = 0; i < RUNS; i++) {
        rewind(file);
        struct took took = ask(d, e, questions[question].format, end_ms, file);
        if (i == 0 || took.evaluation + took.formatting < best.evaluation + best.formatting) {
            best = took;
        }
    }
    printf("%8.2f ms = %6.2f evaluation + %6.2f formatting of %8ld bytes  %-5s %s\n",
           best.evaluation + best.formatting, best.evaluation, best.formatting, ftell(file),
           questions[question].name, questions[question].text);
    fclose(file);
    expr_unref(e);
}

int main(int argc, char **argv)
{
    static struct data d;
    const char *mode = argc > 2 ? argv[2] : "";
    if (argc < 2) {
        fprintf(stderr, "usage: bench_range_json END [--openmetrics | --answers]\n");
        return 2;
    }
    int64_t end_ms = strtoll(argv[1], NULL, 10) * 1000;
    make_values(&d);
    if (strcmp(mode, "--openmetrics") == 0) {
        print_openmetrics(&d, end_ms);
        return 0;
    }
    fill(&d, end_ms);
    for (size_t i = 0; i < ARRAY_LEN(questions); i++) {
        if (strcmp(mode, "--answers") != 0) {
            measure(&d, i, end_ms);
        } else if (questions[i].format == value_format_json) {
            struct expr *e = parse(questions[i].text);
            ask(&d, e, questions[i].format, end_ms, stdout);
            expr_unref(e);
        }
    }
    store_destroy(d.store);
    label_table_destroy(d.table);
    return 0;
}
