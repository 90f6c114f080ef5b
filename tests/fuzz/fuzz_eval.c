/*
 * An expression over random series, evaluated over a grid. The first line is the expression; the
 * bytes behind it say the semantics, the grid, and samples: two bytes each, a series with the time
 * that passed, and a value. Some series are always there, so that an expression alone finds data.
 *
 * What must hold: no crash and no leak; errors of an evaluation's kinds only; the range result has
 * at a step what the same question at that instant has; the printed expression has the same result;
 * a question that is called off says so, and one that pauses while the store goes on is not changed
 * by it; every value can be written.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "promql/eval/memo.h"
#include "promql/functions.h"
#include "promql/promql.h"
#include "promql/syntax/series_notation.h"
#include "promql/value_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BASE_MS      INT64_C(1600000020000)
#define INTERVAL_MS  15000
#define SAMPLES      24 /* of each series that is always there */
#define MAX_POINTS   ((size_t)20000)
#define MAX_SAMPLES  ((size_t)200000)
#define MAX_PAUSES   20u
#define OUTPUT_BYTES ((size_t)1 << 20)
/* Relative to what else is in the answer: windows that move add and take away. */
#define TOLERANCE 1e-9

static const char *const names[] = {
    "a{x=\"1\"}",
    "a{x=\"2\"}",
    "a{x=\"2\",y=\"1\"}",
    "b{x=\"1\"}",
    "b{x=\"3\",y=\"\xc3\xa9\"}",
    "c_total{x=\"1\"}",
    "h_bucket{le=\"1\"}",
    "h_bucket{le=\"2.5\"}",
    "h_bucket{le=\"+Inf\"}",
    "h_bucket{le=\"odd\"}",
    "{x=\"1\"}",
    "info{x=\"1\",v=\"9\"}",
};
#define SERIES (sizeof(names) / sizeof(names[0]))

struct world {
    struct label_table *table;
    struct store *store;
    struct labels *labels[SERIES];
    int64_t newest_ms;
    unsigned pauses;
    unsigned cancel_after;
};

struct task {
    struct grid grid;
    struct eval_options options;
};

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* Any byte: some common numbers and every odd one. */
static double value_of(uint8_t byte, size_t n)
{
    static const double odd[] = {0,      -0.0,   1,   -1,    NAN,  INFINITY,   -INFINITY, 1e300,
                                 -1e300, 5e-324, 0.5, 1e-17, 2e53, 1600000000, 3.25,      -86400};
    if (byte < 16) {
        return odd[byte];
    }
    return byte == 16 ? stale_nan() : byte < 128 ? (double)n * (byte - 16) : byte - 192.0;
}

static void add_point(struct world *w, size_t series, int64_t t_ms, double v)
{
    struct error err = ERROR_INIT;
    struct batch batch;
    batch_init(&batch);
    batch_reset(&batch, t_ms);
    batch_add_labels(&batch, labels_ref(w->labels[series]), v);
    require(store_commit(w->store, 0, &batch, NULL, &err));
    batch_release(&batch);
}

static void fill(struct world *w, const uint8_t *data, size_t size)
{
    int64_t times_ms[SERIES];
    struct error err = ERROR_INIT;
    struct batch batch;
    batch_init(&batch);
    batch_reset(&batch, BASE_MS);
    for (size_t s = 0; s < SERIES; s++) {
        times_ms[s] = BASE_MS + (int64_t)s * 100;
        bool always = s % 3 == 0;
        for (size_t i = 0; always && i < SAMPLES; i++) {
            double v = s == 3 ? 5 - (double)i : (double)(i % 17 * (s + 1));
            batch_add_labels(&batch, labels_ref(w->labels[s]), v);
            batch_set_time(&batch, times_ms[s]);
            times_ms[s] += INTERVAL_MS;
        }
    }
    for (size_t i = 0; i + 1 < size; i += 2) {
        size_t s = data[i] % SERIES;
        size_t passed = data[i] / SERIES;
        times_ms[s] += passed == 0 ? 1 : (int64_t)passed * INTERVAL_MS / 2;
        batch_add_labels(&batch, labels_ref(w->labels[s]), value_of(data[i + 1], i));
        batch_set_time(&batch, times_ms[s]);
    }
    require(store_commit(w->store, 0, &batch, NULL, &err));
    batch_release(&batch);
    w->newest_ms = BASE_MS + INT64_C(1000) * 365 * 86400 * 1000;
}

static void world_init(struct world *w, const uint8_t *data, size_t size)
{
    static const struct store_options options = {0};
    *w = (struct world){.table = label_table_create()};
    w->store = store_create(&options, w->table);
    for (size_t s = 0; s < SERIES; s++) {
        struct error err = ERROR_INIT;
        struct str rest;
        w->labels[s] = series_notation_labels(str_from(names[s]), w->table, &rest, &err);
        require(w->labels[s] != NULL);
    }
    fill(w, data, size);
}

static void world_release(struct world *w)
{
    for (size_t s = 0; s < SERIES; s++) {
        labels_unref(w->labels[s]);
    }
    store_destroy(w->store);
    label_table_destroy(w->table);
}

/* Other work goes on in a pause: the store grows, behind all that the question looks at. */
static bool pause_and_commit(void *user)
{
    struct world *w = user;
    if (++w->pauses > w->cancel_after) {
        return false;
    }
    w->newest_ms += 1000;
    add_point(w, w->pauses % SERIES, w->newest_ms, 1);
    store_trim(w->store, w->newest_ms);
    return true;
}

/* Just a bound on the time that a run takes. */
static bool pause_a_while(void *user)
{
    struct world *w = user;
    return ++w->pauses <= MAX_PAUSES;
}

static bool evaluate(struct world *w, const struct expr *e, const struct grid *grid, bool instant,
                     const struct eval_options *options, struct value *out)
{
    struct error err = ERROR_INIT;
    w->pauses = 0;
    uint64_t hold = store_hold(w->store);
    bool ok = expr_eval(e, w->store, w->table, grid, instant, options, out, &err);
    store_release_hold(w->store, hold);
    if (!ok) {
        require(err.kind == ERROR_EVALUATION || err.kind == ERROR_LIMIT ||
                err.kind == ERROR_CANCELLED || (err.kind == ERROR_TYPE && !instant));
        require(err.message != NULL && err.message[0] != '\0');
        require(out->series.len == 0 && out->scalar == NULL && out->string == NULL);
        error_release(&err);
        value_release(out);
    }
    return ok;
}

static bool same(double a, double b, double scale)
{
    if (value_is_absent(a) || value_is_absent(b)) {
        return value_is_absent(a) && value_is_absent(b);
    }
    return a == b || (isnan(a) && isnan(b)) || fabs(a - b) <= TOLERANCE * scale;
}

static double scale_of(const struct value_series *s)
{
    double scale = 0;
    for (size_t i = 0; i < s->count; i++) {
        scale = isfinite(s->points[i]) ? fmax(scale, fabs(s->points[i])) : scale;
    }
    return scale;
}

/* Every point of `range` at `step` is in `instant`, and no other is. */
static void check_step(const struct value *range, size_t step, const struct value *instant)
{
    if (instant->type == VALUE_SCALAR) {
        const struct value_series *s = &range->series.items[0];
        require(range->series.len == 1 && same(s->points[step], instant->scalar[0], scale_of(s)));
        return;
    }
    size_t found = 0;
    for (size_t i = 0; i < range->series.len; i++) {
        const struct value_series *s = &range->series.items[i];
        const struct value_series *at = value_find(instant, s->labels);
        double v = at != NULL ? at->points[0] : value_absent();
        require(same(s->points[step], v, scale_of(s)));
        found += at != NULL;
    }
    require(found == instant->series.len);
}

static void check_equal(const struct value *a, const struct value *b)
{
    require(a->type == b->type && a->series.len == b->series.len);
    for (size_t i = 0; i < a->series.len; i++) {
        const struct value_series *x = &a->series.items[i];
        const struct value_series *y = value_find(b, x->labels);
        require(y != NULL && x->count == y->count);
        for (size_t p = 0; p < x->count; p++) {
            require(same(x->points[p], y->points[p], 0));
        }
    }
    require(a->type != VALUE_SCALAR || same(a->scalar[0], b->scalar[0], 0));
    require(a->type != VALUE_STRING || strcmp(a->string, b->string) == 0);
}

/* The value depends on the whole question, or on how its numbers round. */
static bool is_of_question(void *user, const struct node *n)
{
    static const char *const of_question[] = {"start", "end", "range", "step"};
    bool *found = user;
    enum at_kind at = n->kind == NODE_SELECTOR   ? n->selector.at
                      : n->kind == NODE_SUBQUERY ? n->subquery.at
                                                 : AT_NONE;
    *found = *found || at == AT_START || at == AT_END;
    for (size_t i = 0; n->kind == NODE_CALL && i < 4; i++) {
        *found = *found || strcmp(n->call.function->name, of_question[i]) == 0;
    }
    return !*found;
}

static void write_all(const struct value *v)
{
    struct strbuf out;
    strbuf_init(&out, OUTPUT_BYTES);
    require(value_format_json(&out, NULL, v));
    strbuf_reset(&out);
    require(value_format_csv(&out, NULL, v));
    strbuf_reset(&out);
    require(value_format_table(&out, NULL, v));
    strbuf_release(&out);
}

/* Rules that have everything in common get what one question gets. */
static void check_shared(struct world *w, const struct expr *e, const struct expr *twin,
                         const struct task *t, bool instant, const struct value *v)
{
    struct memo *memo = memo_create(0);
    struct eval_options options = t->options;
    options.memo = memo;
    memo_add(memo, e);
    memo_add(memo, twin);
    for (int i = 0; i < 2; i++) {
        struct value other;
        if (evaluate(w, i == 0 ? e : twin, &t->grid, instant, &options, &other)) {
            check_equal(v, &other);
            value_release(&other);
        } else {
            require(w->pauses > MAX_PAUSES);
        }
    }
    memo_remove(memo, twin);
    memo_remove(memo, e);
    memo_destroy(memo);
}

/* The same again as printed, and with pauses in which other work goes on. */
static void check_again(struct world *w, const struct expr *e, const struct task *t, bool instant,
                        const struct value *v, unsigned cancel_after)
{
    struct error err = ERROR_INIT;
    struct value other;
    struct strbuf text = STRBUF_INIT;
    expr_print(&text, e, PRINT_PLAIN);
    struct expr *printed = text.overflowed ? NULL : expr_parse(strbuf_str(&text), NULL, &err);
    if (printed != NULL && evaluate(w, printed, &t->grid, instant, &t->options, &other)) {
        check_equal(v, &other);
        value_release(&other);
        check_shared(w, e, printed, t, instant, v);
    }
    error_release(&err);
    expr_unref(printed);
    strbuf_release(&text);
    struct eval_options options = t->options;
    options.pause = pause_and_commit;
    options.pause_user = w;
    w->cancel_after = cancel_after;
    if (evaluate(w, e, &t->grid, instant, &options, &other)) {
        check_equal(v, &other);
        value_release(&other);
    } else {
        require(w->pauses > cancel_after);
    }
}

static void check(struct world *w, const struct expr *e, const struct task *t,
                  unsigned cancel_after)
{
    bool instant = e->root->type == VALUE_MATRIX || e->root->type == VALUE_STRING;
    struct value v;
    struct grid grid = instant ? grid_instant(t->grid.start_ms) : t->grid;
    struct task task = {.grid = grid, .options = t->options};
    if (!evaluate(w, e, &grid, instant, &t->options, &v)) {
        return;
    }
    write_all(&v);
    check_again(w, e, &task, instant, &v, cancel_after);
    bool of_question = false;
    node_walk(e->root, is_of_question, &of_question);
    if (!instant && !of_question) {
        size_t step = cancel_after % grid.steps;
        struct grid at = grid_instant(grid_time(&grid, step));
        struct value one;
        if (evaluate(w, e, &at, true, &t->options, &one)) {
            write_all(&one);
            check_step(&v, step, &one);
            value_release(&one);
        } else {
            require(w->pauses > MAX_PAUSES);
        }
    }
    value_release(&v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t steps_ms[] = {1, 1000, 7000, 15000, 15001, 60000, 300000, 3600000};
    struct error err = ERROR_INIT;
    struct str input = str_span((const char *)data, size);
    size_t line = str_find(input, '\n');
    struct expr *e = expr_parse(str_slice(input, 0, line), NULL, &err);
    if (e == NULL) {
        error_release(&err);
        return 0;
    }
    uint8_t say[4] = {0, 8, 5, 3};
    size_t at = line < size ? line + 1 : size;
    for (size_t i = 0; i < sizeof(say) && at < size; i++) {
        say[i] = data[at++];
    }
    struct world w;
    world_init(&w, data + at, size - at);
    int64_t start_ms = BASE_MS + say[1] * (INTERVAL_MS / 2) - 60000;
    int64_t step_ms = steps_ms[say[3] % 8];
    struct task t = {.grid = {.start_ms = start_ms, .step_ms = step_ms, .steps = say[2] % 16 + 1u},
                     .options = {.semantics = say[0] & 1 ? SEMANTICS_V2 : SEMANTICS_V3,
                                 .max_points = MAX_POINTS,
                                 .max_samples = MAX_SAMPLES,
                                 .pause = pause_a_while,
                                 .pause_user = &w}};
    check(&w, e, &t, say[0] >> 1);
    world_release(&w);
    expr_unref(e);
    return 0;
}
