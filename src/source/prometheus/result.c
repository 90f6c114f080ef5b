#include "source/prometheus/result.h"

#include <stdlib.h>

#include "base/mem.h"
#include "promql/promql.h"

void result_init(struct result *r, const struct decode_options *options, struct label_table *table)
{
    *r = (struct result){
        .table = table,
        .any_time = options->any_time,
        .max_points = options->max_points > 0 ? options->max_points : EVAL_MAX_POINTS,
    };
    value_init(&r->value, VALUE_MATRIX, options->grid);
}

void result_release(struct result *r)
{
    value_release(&r->value);
}

static struct value_series *series_at_hand(struct result *r)
{
    return &r->value.series.items[r->value.series.len - 1];
}

static bool count_points(struct result *r, size_t more, struct error *err)
{
    if (more > r->max_points - r->total_points) {
        return error_set(err, ERROR_LIMIT, "the answer has more than %zu points", r->max_points);
    }
    r->total_points += more;
    return true;
}

bool result_begin_series(struct result *r, bool raw, struct error *err)
{
    if (r->value.series.len == DECODE_MAX_SERIES) {
        return error_set(err, ERROR_LIMIT, "the answer has more than %zu series",
                         DECODE_MAX_SERIES);
    }
    if (!raw && !count_points(r, r->value.grid.steps, err)) {
        return false;
    }
    struct value_series *s = value_add(&r->value, NULL);
    if (raw) {
        r->capacity = s->count;
        s->times_ms = mem_alloc(r->capacity * sizeof(*s->times_ms));
        s->count = 0;
    }
    r->raw = raw;
    r->points = s->points;
    r->next = 0;
    return true;
}

static bool off_grid(int64_t t_ms, struct error *err)
{
    return error_set(err, ERROR_PROTOCOL,
                     "the answer has a sample at %.3f, which is not a step asked for",
                     (double)t_ms / 1000.0);
}

static bool out_of_order(int64_t t_ms, struct error *err)
{
    return error_set(err, ERROR_PROTOCOL, "the answer has a sample at %.3f out of order",
                     (double)t_ms / 1000.0);
}

/* The step nearest to `t_ms`, where that is near enough. */
static bool find_step(struct result *r, int64_t t_ms, size_t *found, struct error *err)
{
    struct grid *grid = &r->value.grid;
    if (r->any_time) {
        grid->start_ms = t_ms;
    }
    int64_t past_ms = t_ms - grid->start_ms;
    int64_t step = past_ms > 0 ? (past_ms + grid->step_ms / 2) / grid->step_ms : 0;
    if (step >= (int64_t)grid->steps) {
        step = (int64_t)grid->steps - 1;
    }
    int64_t off_ms = past_ms - step * grid->step_ms;
    if (off_ms > DECODE_TOLERANCE_MS || off_ms < -DECODE_TOLERANCE_MS) {
        return off_grid(t_ms, err);
    }
    *found = (size_t)step;
    return true;
}

bool result_check_time(struct result *r, int64_t t_ms, struct error *err)
{
    size_t step = 0;
    return find_step(r, t_ms, &step, err);
}

static bool add_raw(struct result *r, int64_t t_ms, double v, struct error *err)
{
    struct value_series *s = series_at_hand(r);
    if (s->count > 0 && t_ms <= s->times_ms[s->count - 1]) {
        return out_of_order(t_ms, err);
    }
    if (!count_points(r, 1, err)) {
        return false;
    }
    if (s->count == r->capacity) {
        r->capacity *= 2;
        s->points = mem_realloc(s->points, r->capacity, sizeof(*s->points));
        s->times_ms = mem_realloc(s->times_ms, r->capacity, sizeof(*s->times_ms));
    }
    s->points[s->count] = v;
    s->times_ms[s->count] = t_ms;
    r->next = ++s->count;
    return true;
}

bool result_add(struct result *r, int64_t t_ms, double v, struct error *err)
{
    if (r->raw) {
        return add_raw(r, t_ms, v, err);
    }
    size_t step = 0;
    if (!find_step(r, t_ms, &step, err)) {
        return false;
    }
    if (step < r->next) {
        return out_of_order(t_ms, err);
    }
    r->points[step] = v;
    r->next = step + 1;
    return true;
}

void result_end_series(struct result *r, struct labels *labels)
{
    struct value_series *s = series_at_hand(r);
    if (r->next > 0) {
        s->labels = labels != NULL ? labels : labels_empty(r->table);
        return;
    }
    labels_unref(labels);
    free(s->points);
    free(s->times_ms);
    r->value.series.len--;
}

static int by_address(const void *a, const void *b)
{
    const struct labels *const *x = a;
    const struct labels *const *y = b;
    return (*x > *y) - (*x < *y);
}

/* Label sets are interned: equal ones stand side by side in order of their addresses. */
bool result_check_unique(const struct result *r, struct error *err)
{
    size_t n = r->value.series.len;
    const struct labels **sets = mem_zalloc(n + 1, sizeof(const struct labels *));
    for (size_t i = 0; i < n; i++) {
        sets[i] = r->value.series.items[i].labels;
    }
    qsort(sets, n, sizeof(const struct labels *), by_address);
    const struct labels *twice = NULL;
    for (size_t i = 1; i < n && twice == NULL; i++) {
        twice = sets[i] == sets[i - 1] ? sets[i] : NULL;
    }
    free(sets);
    if (twice == NULL) {
        return true;
    }
    struct strbuf name = STRBUF_INIT;
    labels_format(&name, twice);
    error_set(err, ERROR_PROTOCOL, "the answer has the series %s twice", strbuf_cstr(&name));
    strbuf_release(&name);
    return false;
}
