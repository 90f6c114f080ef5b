/*
 * Against the real Prometheus: one is started on a free loopback port, scraping itself every
 * second. What it answers must be what the embedded engine answers over the same raw samples, for
 * instant and range questions, through the same interface. Debian 12 has 2.42, whose range windows
 * are closed: the engine is asked with those semantics.
 *
 * Exits 77 where no Prometheus is installed. The server dies with this process, whatever happens to
 * it.
 */
#include <arpa/inet.h>
#include <ftw.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "query/bundle.h"
#include "query/range_cache.h"
#include "source/prometheus/options.h"
#include "source/source.h"
#include "support/peer.h"
#include "support/suite.h"

#define START_MS  60000 /* for the server to answer at all */
#define SCRAPES   16    /* of itself, before it is asked */
#define MARGIN_MS 6000  /* so old is what a scrape cannot still be about to store */
#define ANSWER_MS PEER_WAIT_MS
#define TOLERANCE 1e-9

extern const struct source_ops source_prometheus_ops;

static const char *server_program(void)
{
    static const char *const places[] = {"/usr/bin/prometheus", "/usr/local/bin/prometheus"};
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        if (access(places[i], X_OK) == 0) {
            return places[i];
        }
    }
    return NULL;
}

struct server {
    char folder[64];
    unsigned port;
    pid_t pid;
};

/* Below the ports that the system gives out by itself, so that no other test takes it meanwhile. */
static unsigned free_port(void)
{
    for (unsigned i = (unsigned)getpid();; i++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        unsigned port = 10000 + i * 7919 % 20000;
        struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                      .sin_port = htons((uint16_t)port)};
        bool free = bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
        close(fd);
        if (free) {
            return port;
        }
    }
}

static void write_config(const struct server *s, const char *path)
{
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fprintf(f,
            "global: { scrape_interval: 1s, scrape_timeout: 900ms }\n"
            "scrape_configs:\n"
            "  - job_name: self\n"
            "    static_configs: [ { targets: ['127.0.0.1:%u'] } ]\n",
            s->port);
    fclose(f);
}

static void server_start(struct server *s)
{
    snprintf(s->folder, sizeof(s->folder), "/tmp/tocsin-live-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(s->folder));
    s->port = free_port();
    char *config = mem_printf("%s/prometheus.yml", s->folder);
    write_config(s, config);
    char *config_flag = mem_printf("--config.file=%s", config);
    char *data_flag = mem_printf("--storage.tsdb.path=%s/data", s->folder);
    char *listen_flag = mem_printf("--web.listen-address=127.0.0.1:%u", s->port);
    char *log = mem_printf("%s/log", s->folder);
    s->pid = fork();
    if (s->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (freopen(log, "w", stdout) != NULL && dup2(STDOUT_FILENO, STDERR_FILENO) >= 0) {
            execl(server_program(), "prometheus", config_flag, data_flag, listen_flag,
                  (char *)NULL);
        }
        _exit(127);
    }
    ck_assert_int_gt(s->pid, 0);
    free(config);
    free(config_flag);
    free(data_flag);
    free(listen_flag);
    free(log);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void server_stop(struct server *s)
{
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
    nftw(s->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* Everything under test. */
struct bench {
    struct server server;
    struct loop *loop;
    struct http_client *http;
    struct label_table *labels;
    struct source_env env;
    struct source_config config;
    struct source *source;
    struct answerer *remote;
    struct store *store;
    struct answerer *local;
};

static void bench_init(struct bench *b)
{
    struct error err = ERROR_INIT;
    *b = (struct bench){0};
    server_start(&b->server);
    b->loop = loop_create(NULL, &err);
    b->http = http_client_create(b->loop);
    b->labels = label_table_create();
    b->env = (struct source_env){.loop = b->loop, .http = b->http, .labels = b->labels};
    b->config = (struct source_config){
        .name = mem_strdup("live"), .ops = &source_prometheus_ops, .interval_ms = 1000};
    char *url = mem_printf("http://127.0.0.1:%u", b->server.port);
    b->config.options = b->config.ops->target_options(str_from(url), &err);
    free(url);
    b->source = b->config.ops->create(&b->env, &b->config, &err);
    ck_assert_ptr_nonnull(b->source);
    b->remote = b->config.ops->answerer(b->source);
    b->store = store_create(&(struct store_options){0}, b->labels);
    struct eval_options closed = {.semantics = SEMANTICS_V2};
    b->local = answerer_local_create(b->loop, b->store, b->labels, "local", &closed);
}

static void bench_release(struct bench *b)
{
    answerer_local_destroy(b->local);
    b->config.ops->destroy(b->source);
    b->config.ops->free_options(b->config.options);
    free(b->config.name);
    http_client_destroy(b->http);
    store_destroy(b->store);
    label_table_destroy(b->labels);
    loop_destroy(b->loop);
    server_stop(&b->server);
}

struct answer {
    bool done;
    struct value value; /* taken */
    struct error err;
};

static void on_value(void *user, struct value *value, const struct error *err)
{
    struct answer *a = user;
    a->done = true;
    if (value != NULL) {
        a->value = *value;
        value_init(value, VALUE_MATRIX, a->value.grid);
    } else {
        error_copy(&a->err, err);
    }
}

static void answer_release(struct answer *a)
{
    value_release(&a->value);
    error_release(&a->err);
}

static struct answer ask(struct bench *b, struct answerer *answerer, const char *text,
                         struct grid grid, bool instant)
{
    struct answer a = {0};
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(str_from(text), NULL, &err);
    ck_assert_msg(e != NULL, "%s: %s", text, error_text(&err));
    struct query_request request = {.expr = e,
                                    .grid = grid,
                                    .instant = instant,
                                    .timeout_ms = ANSWER_MS,
                                    .done = on_value,
                                    .user = &a};
    query_ask(answerer, &request);
    expr_unref(e);
    loop_step(b->loop, 0); /* the engine's answers are there, without a wait for anything else */
    ck_assert_msg(peer_wait(b->loop, &a.done), "no answer to %s", text);
    return a;
}

struct probed {
    bool done;
    bool up;
    int64_t server_ms;
};

static void on_polled(void *user, const struct poll_result *result, const struct error *err)
{
    struct probed *p = user;
    p->done = true;
    p->up = err == NULL;
    p->server_ms = result != NULL ? result->server_time.ms : 0;
}

static int64_t now_ms(void)
{
    struct clock clock = clock_real();
    return clock_wall(&clock).ms;
}

/* Waits until the server has scraped itself often enough; returns a time at which it had. */
static int64_t wait_for_data(struct bench *b)
{
    int64_t give_up_ms = now_ms() + START_MS + SCRAPES * 1000;
    while (now_ms() < give_up_ms) {
        struct probed p = {0};
        int64_t asked_ms = now_ms();
        b->config.ops->poll(b->source, (struct wall){asked_ms}, 10000, on_polled, &p);
        ck_assert(peer_wait(b->loop, &p.done));
        if (p.up) {
            /* Its clock is ours: it answered in between. */
            ck_assert_int_ge(p.server_ms, asked_ms - 1000);
            ck_assert_int_le(p.server_ms, now_ms() + 1000);
            int64_t t_ms = now_ms();
            struct answer a =
                ask(b, b->remote, "count_over_time(up[5m])", grid_instant(t_ms), true);
            double scrapes = a.value.series.len == 1 ? a.value.series.items[0].points[0] : 0;
            answer_release(&a);
            if (scrapes >= SCRAPES) {
                return t_ms;
            }
        }
        loop_step(b->loop, 200);
    }
    ck_abort_msg("the server did not come up; its log is in %s", b->server.folder);
    return 0;
}

struct raw {
    int64_t t_ms;
    const struct labels *labels;
    double v;
};

static int by_time(const void *a, const void *b)
{
    const struct raw *x = a;
    const struct raw *y = b;
    return (x->t_ms > y->t_ms) - (x->t_ms < y->t_ms);
}

/* Puts the raw samples of an answer into the store, one batch a timestamp. */
static void load(struct bench *b, const char *selector, int64_t t_ms)
{
    struct answer a = ask(b, b->remote, selector, grid_instant(t_ms), true);
    ck_assert_msg(!error_is(&a.err), "%s: %s", selector, error_text(&a.err));
    ck_assert_int_eq(a.value.type, VALUE_MATRIX);
    VEC(struct raw) list = {0};
    for (size_t i = 0; i < a.value.series.len; i++) {
        const struct value_series *s = &a.value.series.items[i];
        ck_assert_ptr_nonnull(s->times_ms);
        for (size_t k = 0; k < s->count; k++) {
            struct raw raw = {s->times_ms[k], s->labels, s->points[k]};
            vec_push(&list, raw);
        }
    }
    ck_assert_uint_gt(list.len, 0);
    qsort(list.items, list.len, sizeof(*list.items), by_time);
    store_target target = store_add_target(b->store);
    struct batch batch;
    batch_init(&batch);
    for (size_t i = 0; i < list.len;) {
        batch_reset(&batch, list.items[i].t_ms);
        for (; i < list.len && list.items[i].t_ms == batch.t_ms; i++) {
            batch_add_labels(&batch, labels_ref(list.items[i].labels), list.items[i].v);
        }
        struct error err = ERROR_INIT;
        ck_assert_msg(store_commit(b->store, target, &batch, NULL, &err), "%s", error_text(&err));
    }
    batch_release(&batch);
    vec_release(&list);
    answer_release(&a);
}

static bool same_number(double x, double y)
{
    if (value_is_absent(x) || value_is_absent(y)) {
        return value_is_absent(x) == value_is_absent(y);
    }
    if (isnan(x) || isnan(y) || isinf(x) || isinf(y)) {
        return (isnan(x) && isnan(y)) || x == y;
    }
    return fabs(x - y) <= TOLERANCE * fmax(1, fmax(fabs(x), fabs(y)));
}

static bool same_series(const struct value_series *x, const struct value_series *y)
{
    bool same = x->labels == y->labels && x->count == y->count;
    for (size_t i = 0; same && i < x->count; i++) {
        same = same_number(x->points[i], y->points[i]) &&
               (x->times_ms == NULL || x->times_ms[i] == y->times_ms[i]);
    }
    return same;
}

static void show(const char *who, const struct answer *a)
{
    struct strbuf out = STRBUF_INIT;
    if (error_is(&a->err)) {
        strbuf_printf(&out, " %s\n", error_text(&a->err));
    }
    for (size_t i = 0; i < a->value.series.len; i++) {
        const struct value_series *s = &a->value.series.items[i];
        strbuf_add_char(&out, ' ');
        labels_format(&out, s->labels);
        for (size_t k = 0; k < s->count; k++) {
            strbuf_printf(&out, " %.17g", s->points[k]);
        }
        strbuf_add_char(&out, '\n');
    }
    fprintf(stderr, "%s: %s\n%s", who, value_type_name(a->value.type), strbuf_cstr(&out));
    strbuf_release(&out);
}

static bool same_answer(struct answer *x, struct answer *y)
{
    if (error_is(&x->err) || error_is(&y->err) || x->value.type != y->value.type ||
        x->value.series.len != y->value.series.len) {
        return false;
    }
    value_sort(&x->value);
    value_sort(&y->value);
    bool same = x->value.scalar == NULL || same_number(x->value.scalar[0], y->value.scalar[0]);
    for (size_t i = 0; same && i < x->value.series.len; i++) {
        same = same_series(&x->value.series.items[i], &y->value.series.items[i]);
    }
    return same;
}

/* How many of the expressions differ. */
static unsigned compare(struct bench *b, const char *text, struct grid grid, bool instant)
{
    struct answer remote = ask(b, b->remote, text, grid, instant);
    struct answer local = ask(b, b->local, text, grid, instant);
    bool same = same_answer(&remote, &local);
    if (!same) {
        fprintf(stderr, "different, %s: %s\n", instant ? "instant" : "range", text);
        show("the server", &remote);
        show("the engine", &local);
    }
    answer_release(&remote);
    answer_release(&local);
    return same ? 0 : 1;
}

static const char *const loaded[] = {
    "up[10m]",
    "prometheus_http_requests_total[10m]",
    "prometheus_http_request_duration_seconds_bucket[10m]",
    "process_resident_memory_bytes[10m]",
    "process_start_time_seconds[10m]",
    "go_gc_duration_seconds[10m]",
};

static const char *const expressions[] = {
    "up",
    "prometheus_http_requests_total",
    "prometheus_http_requests_total{code=~\"2..\",handler!=\"/x\"}",
    "up offset 3s",
    "rate(prometheus_http_requests_total[5s])",
    "irate(prometheus_http_requests_total[5s])",
    "increase(prometheus_http_requests_total[7s])",
    "sum by (handler) (rate(prometheus_http_requests_total[10s]))",
    "sum without (handler, code) (prometheus_http_requests_total)",
    "histogram_quantile(0.95, sum by (le) "
    "(rate(prometheus_http_request_duration_seconds_bucket[10s])))",
    "histogram_quantile(0.5, rate(prometheus_http_request_duration_seconds_bucket[10s]))",
    "avg_over_time(process_resident_memory_bytes[5s])",
    "max_over_time(process_resident_memory_bytes[5s]) - "
    "min_over_time(process_resident_memory_bytes[5s])",
    "quantile_over_time(0.9, process_resident_memory_bytes[6s])",
    "stddev_over_time(process_resident_memory_bytes[6s])",
    "deriv(process_resident_memory_bytes[6s])",
    "delta(process_resident_memory_bytes[6s])",
    "max_over_time(rate(prometheus_http_requests_total[3s])[6s:2s])",
    "process_resident_memory_bytes / 1024 / 1024 > 1",
    "prometheus_http_requests_total > bool 3",
    "time() - process_start_time_seconds",
    "process_resident_memory_bytes * on (instance, job) group_left up",
    "topk(2, prometheus_http_requests_total)",
    "quantile(0.5, prometheus_http_requests_total)",
    "count_values(\"v\", up)",
    "absent(nothing_like_this)",
    "up unless nothing_like_this",
    "label_replace(up, \"host\", \"$1\", \"instance\", \"(.*):.*\")",
    "-up ^ 2",
    "vector(1) + scalar(up)",
    "changes(process_resident_memory_bytes[8s])",
    "clamp_max(prometheus_http_requests_total, 5)",
    "go_gc_duration_seconds{quantile=\"0.5\"}",
    "avg(go_gc_duration_seconds) by (quantile)",
    "timestamp(up)",
    "1 + 2 * 3",
};

/* All of them in one turn through a bundle: what each gets by itself. How many differ. */
static unsigned compare_joined(struct bench *b, struct grid grid, bool instant)
{
    struct answerer *bundle = bundle_create(b->loop, b->remote, b->labels);
    struct answer joined[ARRAY_LEN(expressions)] = {0};
    unsigned different = 0;
    for (size_t i = 0; i < ARRAY_LEN(expressions); i++) {
        struct error err = ERROR_INIT;
        struct expr *e = expr_parse(str_from(expressions[i]), NULL, &err);
        const struct query_request request = {.expr = e,
                                              .grid = grid,
                                              .instant = instant,
                                              .timeout_ms = ANSWER_MS,
                                              .done = on_value,
                                              .user = &joined[i]};
        query_ask(bundle, &request);
        expr_unref(e);
    }
    for (size_t i = 0; i < ARRAY_LEN(expressions); i++) {
        ck_assert(peer_wait(b->loop, &joined[i].done));
        struct answer alone = ask(b, b->remote, expressions[i], grid, instant);
        if (!same_answer(&alone, &joined[i])) {
            fprintf(stderr, "different, %s: %s\n", instant ? "instant" : "range", expressions[i]);
            show("alone", &alone);
            show("joined", &joined[i]);
            different++;
        }
        answer_release(&alone);
        answer_release(&joined[i]);
    }
    bundle_destroy(bundle);
    return different;
}

static void check_errors(struct bench *b, int64_t t_ms)
{
    struct answer a =
        ask(b, b->remote, "up + on(x) prometheus_http_requests_total", grid_instant(t_ms), true);
    ck_assert_msg(a.err.kind == ERROR_EVALUATION, "%s", error_text(&a.err));
    ck_assert_int_eq(a.err.http, 422);
    answer_release(&a);
    /* More than 11,000 steps. */
    a = ask(b, b->remote, "up", grid_range(t_ms - 20000, t_ms, 1), false);
    ck_assert_msg(a.err.kind == ERROR_LIMIT, "%s", error_text(&a.err));
    ck_assert_int_eq(a.err.http, 400);
    answer_release(&a);
}

struct found {
    bool done;
    struct strbuf text;
};

static void on_names(void *user, const struct str *names, size_t count, const struct error *err)
{
    struct found *f = user;
    f->done = true;
    strbuf_init(&f->text, 10000);
    strbuf_add_c(&f->text, err != NULL ? error_text(err) : "");
    for (size_t i = 0; i < count; i++) {
        strbuf_printf(&f->text, "%.*s ", STR_ARG(names[i]));
    }
}

static void check_names(struct bench *b, int64_t t_ms)
{
    struct error err = ERROR_INIT;
    struct matcher m;
    ck_assert(matcher_init(&m, MATCH_REGEX, STR("__name__"), STR("up|process_start.*"), &err));
    struct query_names_request request = {.label = STR("__name__"),
                                          .matchers = &m,
                                          .matcher_count = 1,
                                          .from_ms = t_ms - 10000,
                                          .to_ms = t_ms,
                                          .timeout_ms = ANSWER_MS,
                                          .done = on_names};
    struct answerer *answerers[] = {b->remote, b->local};
    for (size_t i = 0; i < ARRAY_LEN(answerers); i++) {
        struct found f = {0};
        request.user = &f;
        query_names(answerers[i], &request);
        ck_assert(peer_wait(b->loop, &f.done));
        ck_assert_str_eq(strbuf_cstr(&f.text), "process_start_time_seconds up ");
        strbuf_release(&f.text);
    }
    matcher_release(&m);
}

static void on_changed(void *user, const struct error *err)
{
    bool *done = user;
    ck_assert_msg(err == NULL, "%s", error_text(err));
    *done = true;
}

/* A watched range, refreshed, holds what one question over all of it gives. */
static void check_range(struct bench *b, int64_t t_ms)
{
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(STR("rate(prometheus_http_requests_total[5s])"), NULL, &err);
    struct range_options options = {.span_ms = 6000, .step_ms = 1000, .timeout_ms = ANSWER_MS};
    bool done = false;
    struct range *range = range_create(b->remote, e, &options, on_changed, &done);
    for (int64_t at_ms = t_ms - 4000; at_ms <= t_ms; at_ms += 1000) {
        done = false;
        ck_assert(range_refresh(range, (struct wall){at_ms}));
        ck_assert(peer_wait(b->loop, &done));
    }
    ck_assert_uint_eq(range_stats(range).steps_asked, 7 + 4 * 3);
    const struct value *have = range_value(range);
    struct answer whole =
        ask(b, b->remote, "rate(prometheus_http_requests_total[5s])", have->grid, false);
    value_sort(&whole.value);
    ck_assert_uint_gt(have->series.len, 0);
    ck_assert_uint_eq(have->series.len, whole.value.series.len);
    for (size_t i = 0; i < have->series.len; i++) {
        ck_assert(same_series(&have->series.items[i], &whole.value.series.items[i]));
    }
    answer_release(&whole);
    range_destroy(range);
    expr_unref(e);
}

START_TEST(same_answers)
{
    struct bench b;
    bench_init(&b);
    int64_t t_ms = wait_for_data(&b) - MARGIN_MS;
    for (size_t i = 0; i < ARRAY_LEN(loaded); i++) {
        load(&b, loaded[i], t_ms);
    }
    unsigned different = 0;
    for (size_t i = 0; i < ARRAY_LEN(expressions); i++) {
        different += compare(&b, expressions[i], grid_instant(t_ms), true);
        different += compare(&b, expressions[i], grid_range(t_ms - 8000, t_ms, 500), false);
    }
    different += compare_joined(&b, grid_instant(t_ms), true);
    different += compare_joined(&b, grid_range(t_ms - 8000, t_ms, 500), false);
    ck_assert_uint_eq(different, 0);
    for (size_t i = 0; i < ARRAY_LEN(loaded); i++) {
        ck_assert_uint_eq(compare(&b, loaded[i], grid_instant(t_ms), true), 0);
    }
    check_errors(&b, t_ms);
    check_names(&b, t_ms);
    check_range(&b, t_ms);
    bench_release(&b);
}
END_TEST

int main(void)
{
    if (server_program() == NULL) {
        printf("skipped: no Prometheus is installed\n");
        return SUITE_SKIPPED;
    }
    TCase *live = tcase_create("live");
    tcase_add_test(live, same_answers);
    return suite_run("live/prometheus", live);
}
