/*
 * The evaluator: how long the questions of a dashboard and of a rule take.
 *
 *     bench_promql [--check]     --check: exit status 1 where a stated figure is not met
 *
 * The data: 10 services of 10 instances with histograms of 12 buckets (1,200 series), a sample each
 * 15 s, counters that grow by a random number, one restart an hour for every tenth instance. Each
 * question is asked several times and the best time counts: other work on the machine only ever
 * adds. It is processor time, since the evaluator never waits. Parsing is done once, as for a rule.
 *
 * Beside it, the longest slice: work between two pauses (promql/eval/work.h), or to the first or
 * from the last one. So long does a loop wait at least that gives way as soon as it may.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/number.h"
#include "promql/promql.h"

#define SERVICES    10
#define INSTANCES   10
#define BUCKETS     12
#define INTERVAL_MS 15000
#define SAMPLES     300 /* 75 minutes */
#define START_MS    INT64_C(1700000100000)
#define END_MS      (START_MS + (int64_t)(SAMPLES - 1) * INTERVAL_MS)
#define HOUR_MS     INT64_C(3600000)

static const double bounds[BUCKETS] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 0};

struct data {
    struct label_table *table;
    struct store *store;
};

static struct labels *bucket_labels(struct labels_builder *b, int service, int instance, int bucket)
{
    struct strbuf texts[3] = {STRBUF_INIT, STRBUF_INIT, STRBUF_INIT};
    strbuf_printf(&texts[0], "10.0.%d.%d:8080", service, instance);
    if (bucket == BUCKETS - 1) {
        strbuf_add_c(&texts[1], "+Inf");
    } else {
        number_format(&texts[1], bounds[bucket]);
    }
    strbuf_printf(&texts[2], "service-%d", service);
    labels_builder_add(b, STR("__name__"), STR("x_bucket"));
    labels_builder_add(b, STR("instance"), strbuf_str(&texts[0]));
    labels_builder_add(b, STR("job"), STR("shop"));
    labels_builder_add(b, STR("le"), strbuf_str(&texts[1]));
    labels_builder_add(b, STR("service"), strbuf_str(&texts[2]));
    struct error err = ERROR_INIT;
    struct labels *labels = labels_builder_finish(b, &err);
    for (int i = 0; i < 3; i++) {
        strbuf_release(&texts[i]);
    }
    if (labels == NULL) {
        fprintf(stderr, "labels: %s\n", error_text(&err));
        exit(2);
    }
    return labels;
}

/* Adds a scrape's growth to the cumulative counts of one histogram. */
static void grow(double *counts, bool restart)
{
    double added = 0;
    for (int i = 0; i < BUCKETS; i++) {
        added += (double)(random() % 7);
        counts[i] = (restart ? 0 : counts[i]) + added;
    }
}

static void data_init(struct data *d)
{
    enum { SERIES = SERVICES * INSTANCES * BUCKETS };
    static double counts[SERIES];
    static series_ref refs[SERIES];
    d->table = label_table_create();
    struct store_options options = {0};
    d->store = store_create(&options, d->table);
    store_target target = store_add_target(d->store);
    struct labels_builder b;
    labels_builder_init(&b, d->table);
    struct batch batch;
    batch_init(&batch);
    for (int row = 0; row < SAMPLES; row++) {
        batch_reset(&batch, START_MS + (int64_t)row * INTERVAL_MS);
        for (int i = 0; i < SERIES; i++) {
            if (i % BUCKETS == 0) {
                grow(&counts[i], row == SAMPLES / 2 && i / BUCKETS % 10 == 0);
            }
            if (row > 0) {
                batch_add_ref(&batch, refs[i], counts[i]);
            } else {
                int histogram = i / BUCKETS;
                batch_add_labels(&batch,
                                 bucket_labels(&b, histogram / INSTANCES, histogram % INSTANCES,
                                               i % BUCKETS),
                                 counts[i]);
            }
        }
        struct error err = ERROR_INIT;
        if (!store_commit(d->store, target, &batch, row == 0 ? refs : NULL, &err)) {
            fprintf(stderr, "commit: %s\n", error_text(&err));
            exit(2);
        }
    }
    batch_release(&batch);
    labels_builder_release(&b);
}

static void data_release(struct data *d)
{
    store_destroy(d->store);
    label_table_destroy(d->table);
}

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

struct question {
    const char *text;
    bool instant;
    int runs;
    double goal_us; /* 0: none is stated */
};

/* Figures of performance.md: a quarter of VictoriaMetrics' 24 to 42 ms for the first. */
static const struct question questions[] = {
    {"histogram_quantile(0.95, sum by (service, le) (rate(x_bucket[5m])))", false, 40, 10500},
    {"sum by (service, le) (rate(x_bucket[5m]))", false, 40, 0},
    {"rate(x_bucket[5m])", false, 40, 0},
    {"x_bucket", false, 40, 0},
    {"max_over_time(x_bucket[5m])", false, 20, 0},
    {"x_bucket / on (instance, le, service) x_bucket", false, 20, 0},
    {"histogram_quantile(0.95, sum by (service, le) (rate(x_bucket[5m])))", true, 50, 0},
    {"rate(x_bucket{instance=\"10.0.3.3:8080\",le=\"0.5\"}[5m])", true, 2000, 0},
    {"x_bucket{instance=\"10.0.3.3:8080\",le=\"0.5\"}", true, 2000, 0},
    {"1 + 1", true, 2000, 0},
};

struct slices {
    double begin_us;
    double longest_us;
};

static bool slice_ends(void *user)
{
    struct slices *slices = user;
    double now = now_us();
    double took = now - slices->begin_us;
    slices->longest_us = took > slices->longest_us ? took : slices->longest_us;
    slices->begin_us = now;
    return true;
}

/* The longest slice, and how many series the answer has. */
static double ask(const struct data *d, const struct question *q, const struct expr *e,
                  size_t *series)
{
    struct slices slices = {0};
    const struct eval_options options = {.pause = slice_ends, .pause_user = &slices};
    struct grid grid =
        q->instant ? grid_instant(END_MS) : grid_range(END_MS - HOUR_MS, END_MS - 1, INTERVAL_MS);
    struct value v;
    struct error err = ERROR_INIT;
    slices.begin_us = now_us();
    if (!expr_eval(e, d->store, d->table, &grid, q->instant, &options, &v, &err)) {
        fprintf(stderr, "%s: %s\n", q->text, error_text(&err));
        exit(2);
    }
    slice_ends(&slices);
    *series = v.series.len;
    value_release(&v);
    return slices.longest_us;
}

static bool measure(const struct data *d, const struct question *q)
{
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(str_from(q->text), NULL, &err);
    if (e == NULL) {
        fprintf(stderr, "%s: %s\n", q->text, error_text(&err));
        exit(2);
    }
    double best = 0;
    double slice = 0;
    size_t series = 0;
    for (int i = 0; i < q->runs; i++) {
        double start = now_us();
        double longest = ask(d, q, e, &series);
        double took = now_us() - start;
        best = i == 0 || took < best ? took : best;
        slice = i == 0 || longest < slice ? longest : slice;
    }
    expr_unref(e);
    printf("%10.1f us  %5zu series  slice %7.1f us  %-8s %s\n", best, series, slice,
           q->instant ? "instant" : "1h/15s", q->text);
    return q->goal_us == 0 || best <= q->goal_us;
}

int main(int argc, char **argv)
{
    bool check = argc > 1 && strcmp(argv[1], "--check") == 0;
    struct data d;
    data_init(&d);
    bool met = true;
    for (size_t i = 0; i < ARRAY_LEN(questions); i++) {
        met = measure(&d, &questions[i]) && met;
    }
    data_release(&d);
    if (check && !met) {
        printf("a stated figure was not met\n");
        return 1;
    }
    return 0;
}
