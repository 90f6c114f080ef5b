/*
 * Decoding of a range answer: megabytes a second of tocsin's decoder beside those of a general JSON
 * library on the same bytes (jansson's tree; yajl's events where it was found), which do not even
 * convert the values.
 *
 *     bench_decode [SERIES [STEPS]]
 *
 * The answer is made here: counters, gauges and ratios on a 10 s grid, as Prometheus writes them.
 * With --check it exits 1 where the decoder is not BENCH_RATIO times as fast as jansson.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/number.h"
#include "base/vec.h"
#include "source/prometheus/decode.h"

#if HAVE_YAJL
#include <yajl/yajl_parse.h>
#endif

#define BENCH_RATIO      15.0 /* over jansson */
#define BENCH_RATIO_YAJL 5.0
#define NETWORK_BYTES    16384 /* curl's buffer */
#define MIN_SECONDS      1.0

struct subject {
    struct str text;
    struct grid grid;
};

static double sample(size_t series, size_t step)
{
    unsigned r = (unsigned)(series * 2654435761u + step * 40503u) >> 8 & 0xffff;
    switch (series % 3) {
    case 0:
        return (double)(series * 100003 + step * 17 + r % 13); /* a counter */
    case 1:
        return (double)r / 7919.0; /* a rate: all digits there are */
    default:
        return (double)(r % 1000) / 1000.0; /* a ratio of few digits */
    }
}

static void write_answer(struct strbuf *out, size_t series, const struct grid *grid)
{
    strbuf_init(out, (size_t)1 << 31);
    strbuf_add_c(out, "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[");
    for (size_t s = 0; s < series; s++) {
        strbuf_printf(out,
                      "%s{\"metric\":{\"__name__\":\"http_requests_total\",\"code\":\"200\","
                      "\"instance\":\"10.0.%zu.%zu:9100\",\"job\":\"api-%zu\"},\"values\":[",
                      s > 0 ? "," : "", s / 256, s % 256, s % 17);
        for (size_t i = 0; i < grid->steps; i++) {
            strbuf_printf(out, "%s[%lld,\"", i > 0 ? "," : "",
                          (long long)(grid_time(grid, i) / 1000));
            number_format(out, sample(s, i));
            strbuf_add_c(out, "\"]");
        }
        strbuf_add_c(out, "]}");
    }
    strbuf_add_c(out, "]}}");
}

static double now_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool run_tocsin(const struct subject *subject, size_t piece)
{
    struct str text = subject->text;
    struct label_table *table = label_table_create();
    struct decode_options options = {.grid = subject->grid};
    struct decode *d = decode_create(&options, table);
    struct error err = ERROR_INIT;
    bool ok = true;
    for (size_t at = 0; ok && at < text.len; at += piece) {
        size_t len = text.len - at < piece ? text.len - at : piece;
        ok = decode_feed(d, text.data + at, len, &err);
    }
    struct value value;
    ok = ok && decode_finish(d, 200, &value, &err);
    if (ok) {
        value_release(&value);
    } else {
        fprintf(stderr, "decode: %s\n", error_text(&err));
    }
    error_release(&err);
    decode_destroy(d);
    label_table_destroy(table);
    return ok;
}

static bool run_network(const struct subject *subject)
{
    return run_tocsin(subject, NETWORK_BYTES);
}

static bool run_whole(const struct subject *subject)
{
    return run_tocsin(subject, subject->text.len);
}

static bool run_jansson(const struct subject *subject)
{
    json_error_t problem;
    json_t *root = json_loadb(subject->text.data, subject->text.len, 0, &problem);
    bool ok = root != NULL;
    json_decref(root);
    return ok;
}

#if HAVE_YAJL
/* The same work: times and values become numbers in columns. */
struct yajl_columns {
    VEC(double) points;
};

static void yajl_add(struct yajl_columns *columns, const unsigned char *text, size_t len)
{
    char number[32];
    if (len < sizeof(number)) {
        memcpy(number, text, len);
        number[len] = '\0';
        vec_push(&columns->points, strtod(number, NULL));
    }
}

static int on_yajl_number(void *user, const char *text, size_t len)
{
    yajl_add(user, (const unsigned char *)text, len);
    return 1;
}

static int on_yajl_string(void *user, const unsigned char *text, size_t len)
{
    if (len != 0 && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9'))) {
        yajl_add(user, text, len);
    }
    return 1;
}

static bool run_yajl(const struct subject *subject)
{
    struct str text = subject->text;
    static const yajl_callbacks callbacks = {.yajl_string = on_yajl_string,
                                             .yajl_number = on_yajl_number};
    struct yajl_columns columns = {0};
    yajl_handle h = yajl_alloc(&callbacks, NULL, &columns);
    bool ok = yajl_parse(h, (const unsigned char *)text.data, text.len) == yajl_status_ok &&
              yajl_complete_parse(h) == yajl_status_ok;
    yajl_free(h);
    vec_release(&columns.points);
    return ok;
}
#endif

/* The best of several runs, in megabytes a second; 0 after a failure. */
static double measure(const char *name, bool (*run)(const struct subject *),
                      const struct subject *subject)
{
    double best = 0;
    double until = now_seconds() + MIN_SECONDS;
    do {
        double begin = now_seconds();
        if (!run(subject)) {
            return 0;
        }
        double speed = (double)subject->text.len / 1e6 / (now_seconds() - begin);
        best = speed > best ? speed : best;
    } while (now_seconds() < until);
    printf("%-28s %8.0f MB/s\n", name, best);
    return best;
}

int main(int argc, char **argv)
{
    bool check = argc > 1 && strcmp(argv[1], "--check") == 0;
    int first = check ? 2 : 1;
    size_t series = argc > first ? strtoul(argv[first], NULL, 10) : 1000;
    size_t steps = argc > first + 1 ? strtoul(argv[first + 1], NULL, 10) : 360;
    if (series == 0 || steps == 0) {
        fprintf(stderr, "usage: bench_decode [--check] [SERIES [STEPS]]\n");
        return 64;
    }
    struct subject subject = {
        .grid = {.start_ms = INT64_C(1700000000000), .step_ms = 10000, .steps = steps}};
    struct strbuf text;
    write_answer(&text, series, &subject.grid);
    subject.text = strbuf_str(&text);
    printf("%.1f MB, %zu series of %zu steps\n", (double)text.len / 1e6, series, steps);
    double ours = measure("tocsin, 16 KiB pieces", run_network, &subject);
    double whole = measure("tocsin, in one piece", run_whole, &subject);
    double jansson = measure("jansson, tree", run_jansson, &subject);
    double yajl = 0;
#if HAVE_YAJL
    yajl = measure("yajl, strtod into columns", run_yajl, &subject);
#endif
    strbuf_release(&text);
    if (ours == 0 || whole == 0 || jansson == 0) {
        return 1;
    }
    printf("%-28s %8.1f x jansson\n", "ratio", ours / jansson);
    bool met = ours >= BENCH_RATIO * jansson;
    if (yajl > 0) {
        printf("%-28s %8.1f x yajl\n", "", ours / yajl);
        met = met && ours >= BENCH_RATIO_YAJL * yajl;
    }
    return check && !met ? 1 : 0;
}
