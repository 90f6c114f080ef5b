/*
 * A cycle of 10,000 alerting rules, as an evaluation of rules asks them: one instant, one rule
 * after the other, over data that has just been added to.
 *
 *     bench_rules [--check MICROSECONDS]       the figures; --check: exit status 1 where a cycle of
 *                                              rules that share parts takes longer
 *     bench_rules --openmetrics END            the samples as OpenMetrics text, the last at END
 *     bench_rules --rules | --rules-apart [N]  the rules as a rule file; those that share nothing;
 *                                              the first N of them
 *
 * bench_rules.py runs Prometheus over the same samples and rules in the same run.
 *
 * The data: 100 services with a histogram of 12 buckets and requests of four status codes (1,600
 * series), an hour of samples, one each 15 s. The rules, a third each: quantile of latency, ratio
 * of errors, burn rate over two pairs of windows. Rules of a service differ in their thresholds;
 * in the second set no two rules have a part in common.
 *
 * A cycle commits a scrape of all series, then asks all rules. It is processor time of the rules
 * alone, the best of several cycles: other work on the machine only ever adds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/number.h"
#include "promql/eval/memo.h"
#include "promql/promql.h"

#define SERVICES    100
#define BUCKETS     12
#define CODES       4
#define PER_SERVICE (BUCKETS + CODES)
#define SERIES      (SERVICES * PER_SERVICE)
#define INTERVAL_MS INT64_C(15000)
#define SAMPLES     240
#define CYCLES      10
#define RULES       10000
#define END_MS      INT64_C(1700003600000)

static const char *const bounds[BUCKETS] = {"0.005", "0.01", "0.025", "0.05", "0.1", "0.25",
                                            "0.5",   "1",    "2.5",   "5",    "10",  "+Inf"};
static const char *const codes[CODES] = {"200", "404", "500", "503"};

/* The counters' growth is the same in every run. */
struct counters {
    uint64_t random;
    double values[SERIES];
};

static unsigned next_random(struct counters *c, unsigned below)
{
    c->random = c->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(c->random >> 33) % below;
}

/* A scrape's growth; every tenth service restarts in the middle of the hour. */
static void grow(struct counters *c, int row)
{
    for (int s = 0; s < SERVICES; s++) {
        double *v = &c->values[s * PER_SERVICE];
        if (row == SAMPLES / 2 && s % 10 == 0) {
            memset(v, 0, PER_SERVICE * sizeof(*v));
        }
        double added = 0;
        for (int i = 0; i < BUCKETS; i++) {
            added += next_random(c, 20);
            v[i] += added;
        }
        v[BUCKETS] += 200 + next_random(c, 100);
        v[BUCKETS + 1] += next_random(c, 20);
        v[BUCKETS + 2] += next_random(c, 4) == 0;
        v[BUCKETS + 3] += next_random(c, 8) == 0;
    }
}

static bool is_bucket(int series)
{
    return series % PER_SERVICE < BUCKETS;
}

static const char *second_value(int series)
{
    int at = series % PER_SERVICE;
    return at < BUCKETS ? bounds[at] : codes[at - BUCKETS];
}

static void fail(const char *what, const struct error *err)
{
    fprintf(stderr, "%s: %s\n", what, error_text(err));
    exit(2);
}

struct data {
    struct label_table *table;
    struct store *store;
    store_target target;
    series_ref refs[SERIES];
    struct counters counters;
    int rows;
};

static struct labels *labels_of(struct labels_builder *b, int series)
{
    char service[16];
    snprintf(service, sizeof(service), "s%d", series / PER_SERVICE);
    labels_builder_set(b, STR("__name__"),
                       is_bucket(series) ? STR("http_request_duration_seconds_bucket")
                                         : STR("http_requests_total"));
    labels_builder_set(b, STR("instance"), STR("10.0.0.1:8080"));
    labels_builder_set(b, STR("job"), STR("shop"));
    labels_builder_set(b, STR("service"), str_from(service));
    labels_builder_set(b, is_bucket(series) ? STR("le") : STR("code"),
                       str_from(second_value(series)));
    struct error err = ERROR_INIT;
    struct labels *labels = labels_builder_finish(b, &err);
    if (labels == NULL) {
        fail("labels", &err);
    }
    return labels;
}

static int64_t row_time(int row)
{
    return END_MS - (SAMPLES - 1 - row) * INTERVAL_MS;
}

/* The next scrape of all series. */
static void data_add(struct data *d)
{
    struct labels_builder b;
    labels_builder_init(&b, d->table);
    struct batch batch;
    batch_init(&batch);
    batch_reset(&batch, row_time(d->rows));
    grow(&d->counters, d->rows);
    for (int i = 0; i < SERIES; i++) {
        if (d->rows > 0) {
            batch_add_ref(&batch, d->refs[i], d->counters.values[i]);
        } else {
            batch_add_labels(&batch, labels_of(&b, i), d->counters.values[i]);
        }
    }
    struct error err = ERROR_INIT;
    if (!store_commit(d->store, d->target, &batch, d->rows == 0 ? d->refs : NULL, &err)) {
        fail("commit", &err);
    }
    d->rows++;
    batch_release(&batch);
    labels_builder_release(&b);
}

static void data_init(struct data *d)
{
    memset(d, 0, sizeof(*d));
    d->table = label_table_create();
    struct store_options options = {0};
    d->store = store_create(&options, d->table);
    d->target = store_add_target(d->store);
    while (d->rows < SAMPLES) {
        data_add(d);
    }
}

static void data_release(struct data *d)
{
    store_destroy(d->store);
    label_table_destroy(d->table);
}

/* How a rule selects its service; in the set that shares nothing no two rules' are alike. */
static void add_service(struct strbuf *out, int rule, bool shares)
{
    if (shares) {
        strbuf_printf(out, "service=\"s%d\"", rule / 3 % SERVICES);
    } else {
        strbuf_printf(out, "service=~\"s%d|none%d\"", rule / 3 % SERVICES, rule);
    }
}

static void add_ratio(struct strbuf *out, int rule, bool shares, const char *window)
{
    strbuf_add_c(out, "sum(rate(http_requests_total{");
    add_service(out, rule, shares);
    strbuf_printf(out, ",code=~\"5..\"}[%s])) / sum(rate(http_requests_total{", window);
    add_service(out, rule, shares);
    strbuf_printf(out, "}[%s]))", window);
}

static void add_burn(struct strbuf *out, int rule, bool shares, double factor, const char *window)
{
    strbuf_add_char(out, '(');
    add_ratio(out, rule, shares, window);
    strbuf_printf(out, ") > %g * 0.00%d", factor, 1 + rule / 3 / SERVICES);
}

static void add_rule(struct strbuf *out, int rule, bool shares)
{
    double threshold = 0.01 * (1 + rule / 3 / SERVICES);
    switch (rule % 3) {
    case 0:
        strbuf_add_c(out, "histogram_quantile(0.95, sum by (le) "
                          "(rate(http_request_duration_seconds_bucket{");
        add_service(out, rule, shares);
        strbuf_printf(out, "}[5m]))) > %g", 0.5 + threshold);
        break;
    case 1:
        add_ratio(out, rule, shares, "5m");
        strbuf_printf(out, " > %g", threshold);
        break;
    default:
        strbuf_add_char(out, '(');
        add_burn(out, rule, shares, 14.4, "1h");
        strbuf_add_c(out, " and ");
        add_burn(out, rule, shares, 14.4, "5m");
        strbuf_add_c(out, ") or (");
        add_burn(out, rule, shares, 6, "6h");
        strbuf_add_c(out, " and ");
        add_burn(out, rule, shares, 6, "30m");
        strbuf_add_char(out, ')');
        break;
    }
}

static struct expr **parse_rules(bool shares)
{
    struct expr **rules = mem_alloc(RULES * sizeof(*rules));
    struct strbuf text = STRBUF_INIT;
    struct error err = ERROR_INIT;
    for (int i = 0; i < RULES; i++) {
        strbuf_reset(&text);
        add_rule(&text, i, shares);
        rules[i] = expr_parse(strbuf_str(&text), NULL, &err);
        if (rules[i] == NULL) {
            fail(strbuf_cstr(&text), &err);
        }
    }
    strbuf_release(&text);
    return rules;
}

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* Processor time of all rules at the newest sample; `found` counts the series they give. */
static double cycle(const struct data *d, struct expr *const *rules, struct memo *memo,
                    size_t *found)
{
    struct grid grid = grid_instant(row_time(d->rows - 1));
    struct eval_options options = {.memo = memo};
    struct error err = ERROR_INIT;
    *found = 0;
    double start = now_us();
    for (int i = 0; i < RULES; i++) {
        struct value v;
        if (!expr_eval(rules[i], d->store, d->table, &grid, true, &options, &v, &err)) {
            fail("rule", &err);
        }
        *found += v.series.len;
        value_release(&v);
    }
    return now_us() - start;
}

/* The best cycle. The data goes on from cycle to cycle. */
static double measure(struct data *d, bool shares, bool with_memo)
{
    struct expr **rules = parse_rules(shares);
    struct memo *memo = with_memo ? memo_create(0) : NULL;
    for (int i = 0; memo != NULL && i < RULES; i++) {
        memo_add(memo, rules[i]);
    }
    double best = 0;
    size_t found = 0;
    for (int i = 0; i < CYCLES; i++) {
        data_add(d);
        double took = cycle(d, rules, memo, &found);
        best = i == 0 || took < best ? took : best;
    }
    printf("%8.1f ms  %6.2f us a rule  %-22s %-12s (%zu of %d rules give something)\n", best / 1e3,
           best / RULES, shares ? "rules that share parts" : "rules that share none",
           with_memo ? "with a memo" : "without", found, RULES);
    memo_destroy(memo);
    for (int i = 0; i < RULES; i++) {
        expr_unref(rules[i]);
    }
    free(rules);
    return best;
}

/* The process' memory; 0 where the system does not say. */
static double resident_mib(void)
{
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f == NULL) {
        return 0;
    }
    if (fscanf(f, "%*u %lu", &pages) != 1) {
        pages = 0;
    }
    fclose(f);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1048576;
}

static void print_openmetrics(double end_s)
{
    static struct counters rows[SAMPLES];
    struct counters c = {0};
    for (int row = 0; row < SAMPLES; row++) {
        grow(&c, row);
        rows[row] = c;
    }
    /* Families one after the other, series by series, as promtool wants them. */
    for (int family = 0; family < 2; family++) {
        for (int i = 0; i < SERIES; i++) {
            if (is_bucket(i) != (family == 0)) {
                continue;
            }
            for (int row = 0; row < SAMPLES; row++) {
                printf("%s{instance=\"10.0.0.1:8080\",job=\"shop\",service=\"s%d\",%s=\"%s\"} "
                       "%.0f %.3f\n",
                       family == 0 ? "http_request_duration_seconds_bucket" : "http_requests_total",
                       i / PER_SERVICE, family == 0 ? "le" : "code", second_value(i),
                       rows[row].values[i],
                       end_s - (double)((SAMPLES - 1 - row) * INTERVAL_MS) / 1000);
            }
        }
    }
    printf("# EOF\n");
}

static void print_rules(bool shares, int count)
{
    struct strbuf text = STRBUF_INIT;
    printf("groups:\n- name: rules\n  rules:\n");
    for (int i = 0; i < count; i++) {
        strbuf_reset(&text);
        add_rule(&text, i, shares);
        printf("  - {alert: Rule%d, for: 1h, expr: '%s'}\n", i, strbuf_cstr(&text));
    }
    strbuf_release(&text);
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "--openmetrics") == 0) {
        print_openmetrics(strtod(argv[2], NULL));
        return 0;
    }
    if (argc > 1 && str_starts_with(str_from(argv[1]), STR("--rules"))) {
        print_rules(strcmp(argv[1], "--rules") == 0, argc > 2 ? atoi(argv[2]) : RULES);
        return 0;
    }
    static struct data d;
    data_init(&d);
    double shared = measure(&d, true, true);
    printf("%8.1f MiB resident, samples included, behind that\n", resident_mib());
    measure(&d, false, true);
    measure(&d, true, false);
    measure(&d, false, false);
    data_release(&d);
    if (argc > 2 && strcmp(argv[1], "--check") == 0 && shared > strtod(argv[2], NULL)) {
        printf("a cycle of rules that share parts takes longer than %s us\n", argv[2]);
        return 1;
    }
    return 0;
}
