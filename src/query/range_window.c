#include "query/range_window.h"

#include <stdlib.h>
#include <string.h>

#include "promql/promql.h"

/* Downwards also before the epoch. */
static int64_t align_down(int64_t t_ms, int64_t step_ms)
{
    int64_t rest = t_ms % step_ms;
    return t_ms - (rest < 0 ? rest + step_ms : rest);
}

void range_window_init(struct range_window *w, int64_t span_ms, int64_t step_ms, int64_t overlap_ms)
{
    *w = (struct range_window){
        .capacity = (size_t)(span_ms / step_ms) + 1,
        .overlap_steps = (size_t)((overlap_ms + step_ms - 1) / step_ms),
    };
    value_init(&w->value, VALUE_MATRIX,
               (struct grid){.start_ms = 0, .step_ms = step_ms, .steps = w->capacity});
}

static void forget(struct range_window *w)
{
    for (size_t i = 0; i < w->columns.len; i++) {
        free(w->columns.items[i].base);
        labels_unref(w->value.series.items[i].labels);
    }
    w->columns.len = 0;
    w->value.series.len = 0;
    w->offset = 0;
}

void range_window_release(struct range_window *w)
{
    forget(w);
    vec_release(&w->columns);
    value_release(&w->value);
}

bool range_window_next(const struct range_window *w, int64_t now_ms, struct grid *ask)
{
    const struct grid *held = &w->value.grid;
    int64_t step_ms = held->step_ms;
    int64_t end = align_down(now_ms, step_ms);
    int64_t start = end - (int64_t)(w->capacity - 1) * step_ms;
    if (w->known) {
        int64_t known_end = grid_end(held);
        int64_t overlap_ms = (int64_t)w->overlap_steps * step_ms;
        if (end <= known_end && known_end - end <= overlap_ms) {
            return false;
        }
        int64_t from = known_end + step_ms - overlap_ms;
        if (end > known_end && from > start) {
            start = from;
        }
    }
    *ask = grid_range(start, end, step_ms);
    return true;
}

static int by_labels(const void *a, const void *b)
{
    const struct value_series *const *x = a;
    const struct value_series *const *y = b;
    return (*x)->labels == (*y)->labels ? 0 : labels_compare((*x)->labels, (*y)->labels);
}

/* The answer's series in order of labels; the caller frees. NULL with err for a duplicate. */
static const struct value_series **in_order(const struct value *answer, struct error *err)
{
    size_t n = answer->series.len;
    const struct value_series **list = mem_zalloc(n + 1, sizeof(const struct value_series *));
    bool sorted = true;
    for (size_t i = 0; i < n; i++) {
        list[i] = &answer->series.items[i];
        sorted = sorted && (i == 0 || by_labels(&list[i - 1], &list[i]) < 0);
    }
    if (sorted) {
        return list;
    }
    qsort(list, n, sizeof(const struct value_series *), by_labels);
    for (size_t i = 1; i < n; i++) {
        if (list[i - 1]->labels == list[i]->labels) {
            struct strbuf name = STRBUF_INIT;
            labels_format(&name, list[i]->labels);
            error_set(err, ERROR_PROTOCOL, "the answer has the series %s twice",
                      strbuf_cstr(&name));
            strbuf_release(&name);
            free(list);
            return NULL;
        }
    }
    return list;
}

static bool check(const struct range_window *w, const struct value *answer, struct error *err)
{
    const struct grid *held = &w->value.grid;
    const struct grid *got = &answer->grid;
    if (answer->type != VALUE_MATRIX) {
        return error_set(err, ERROR_TYPE, "the answer of a range question is a %s, not a matrix",
                         value_type_name(answer->type));
    }
    if (got->step_ms != held->step_ms || got->start_ms % held->step_ms != 0 || got->steps == 0 ||
        got->steps > w->capacity) {
        return error_set(err, ERROR_PROTOCOL, "the answer is not on the steps asked for");
    }
    for (size_t i = 0; i < answer->series.len; i++) {
        const struct value_series *s = &answer->series.items[i];
        if (s->times_ms != NULL || s->count != got->steps) {
            return error_set(err, ERROR_PROTOCOL, "the answer is not on the steps asked for");
        }
    }
    return true;
}

static void fill_absent(double *points, size_t count)
{
    double absent = value_absent();
    for (size_t i = 0; i < count; i++) {
        points[i] = absent;
    }
}

/* Moves the view so that it ends at `end_ms`, which is not before its end now. New steps are
 * absent. */
static void slide(struct range_window *w, int64_t end_ms)
{
    struct grid *held = &w->value.grid;
    size_t shift = (size_t)((end_ms - grid_end(held)) / held->step_ms);
    if (shift == 0) {
        return;
    }
    if (shift >= w->capacity) {
        forget(w);
    }
    size_t kept = shift < w->capacity ? w->capacity - shift : 0;
    bool fits = w->offset + shift <= w->capacity;
    for (size_t i = 0; i < w->columns.len; i++) {
        double *base = w->columns.items[i].base;
        if (!fits) {
            memmove(base, base + w->offset + shift, kept * sizeof(*base));
        }
        double *view = fits ? base + w->offset + shift : base;
        fill_absent(view + kept, shift);
    }
    w->offset = fits ? w->offset + shift : 0;
    held->start_ms = end_ms - (int64_t)(w->capacity - 1) * held->step_ms;
}

/* The steps of the answer that are in view: from step `to` of the view, out of step `from` of the
 * answer. */
struct part {
    size_t to;
    size_t from;
    size_t count;
};

static struct part overlap_of(const struct grid *view, const struct grid *answer)
{
    int64_t first = (answer->start_ms - view->start_ms) / view->step_ms;
    int64_t from = first < 0 ? -first : 0;
    int64_t to = first < 0 ? 0 : first;
    int64_t count = (int64_t)answer->steps - from;
    if (count > (int64_t)view->steps - to) {
        count = (int64_t)view->steps - to;
    }
    return (struct part){(size_t)to, (size_t)from, count < 0 ? 0 : (size_t)count};
}

static struct range_column fresh_column(const struct range_window *w)
{
    struct range_column c = {.base = mem_zalloc(2 * w->capacity, sizeof(double))};
    fill_absent(c.base + w->offset, w->capacity);
    return c;
}

/* Time of the newest point in view; INT64_MIN where there is none. */
static int64_t newest_point(const struct range_window *w, const double *base)
{
    for (size_t step = w->capacity; step-- > 0;) {
        if (!value_is_absent(base[w->offset + step])) {
            return grid_time(&w->value.grid, step);
        }
    }
    return INT64_MIN;
}

/* Joins the series held with those given, both in order of labels, into new arrays; those without
 * any point left are dropped. */
static void join(struct range_window *w, const struct value_series *const *given, size_t n,
                 const struct part *part)
{
    struct range_window old = *w;
    const struct grid *grid = &w->value.grid;
    memset(&w->columns, 0, sizeof(w->columns));
    memset(&w->value.series, 0, sizeof(w->value.series));
    vec_reserve(&w->columns, old.columns.len + n);
    vec_reserve(&w->value.series, old.columns.len + n);
    int64_t part_start = grid_time(grid, part->to);
    size_t i = 0;
    size_t k = 0;
    while (i < old.columns.len || k < n) {
        struct value_series *have = i < old.columns.len ? &old.value.series.items[i] : NULL;
        const struct value_series *gets = k < n ? given[k] : NULL;
        const struct value_series *probe = have;
        int order = have == NULL ? 1 : gets == NULL ? -1 : by_labels(&probe, &gets);
        struct range_column c = order <= 0 ? old.columns.items[i++] : fresh_column(w);
        struct labels *labels = order <= 0 ? have->labels : labels_ref(gets->labels);
        double *view = c.base + w->offset;
        if (order >= 0) {
            memcpy(view + part->to, gets->points + part->from, part->count * sizeof(double));
            k++;
        } else {
            fill_absent(view + part->to, part->count);
        }
        if (order >= 0 || c.newest_ms >= part_start) {
            c.newest_ms = newest_point(w, c.base);
        }
        if (c.newest_ms < grid->start_ms) {
            free(c.base);
            labels_unref(labels);
            continue;
        }
        vec_push(&w->columns, c);
        struct value_series s = {.labels = labels, .points = view, .count = w->capacity};
        vec_push(&w->value.series, s);
    }
    vec_release(&old.columns);
    vec_release(&old.value.series);
}

/* The annotations are those of the newest answer. */
static void annotate(struct value *to, const struct value *from)
{
    for (size_t i = 0; i < to->warnings.len; i++) {
        free(to->warnings.items[i]);
    }
    for (size_t i = 0; i < to->infos.len; i++) {
        free(to->infos.items[i]);
    }
    to->warnings.len = 0;
    to->infos.len = 0;
    for (size_t i = 0; i < from->warnings.len; i++) {
        value_warn(to, "%s", from->warnings.items[i]);
    }
    for (size_t i = 0; i < from->infos.len; i++) {
        value_info(to, "%s", from->infos.items[i]);
    }
}

bool range_window_merge(struct range_window *w, const struct value *answer, struct error *err)
{
    if (!check(w, answer, err)) {
        return false;
    }
    if (answer->series.len > EVAL_MAX_POINTS / w->capacity ||
        w->columns.len > EVAL_MAX_POINTS / w->capacity - answer->series.len) {
        return error_set(err, ERROR_LIMIT, "more than %zu series of %zu steps to keep",
                         EVAL_MAX_POINTS / w->capacity, w->capacity);
    }
    const struct value_series **given = in_order(answer, err);
    if (given == NULL) {
        return false;
    }
    struct grid *held = &w->value.grid;
    int64_t end = grid_end(&answer->grid);
    if (!w->known || answer->grid.steps == w->capacity) {
        forget(w);
        held->start_ms = end - (int64_t)(w->capacity - 1) * held->step_ms;
        w->known = true;
    } else if (end > grid_end(held)) {
        slide(w, end);
    }
    struct part part = overlap_of(held, &answer->grid);
    join(w, given, answer->series.len, &part);
    annotate(&w->value, answer);
    free(given);
    return true;
}
