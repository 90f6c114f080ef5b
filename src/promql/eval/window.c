/* See window.h. */
#include "promql/eval/window.h"

#include <stdlib.h>

#include "base/mem.h"
#include "promql/absent.h"

/* The time an `@` stands for. */
static int64_t at_time(const struct evaluator *ev, enum at_kind at, int64_t at_ms)
{
    switch (at) {
    case AT_START:
        return ev->query->start_ms;
    case AT_END:
        return ev->end_ms;
    case AT_TIME:
    case AT_NONE:
        break;
    }
    return at_ms;
}

static void set_windows(struct range_reader *r, const struct evaluator *ev, int64_t range_ms,
                        int64_t offset_ms, enum at_kind at, int64_t at_ms)
{
    r->grid = ev->grid;
    r->range_ms = range_ms;
    r->offset_ms = offset_ms;
    r->fixed = at != AT_NONE;
    r->fixed_ms = at_time(ev, at, at_ms);
    r->left_open = ev->left_open;
    int64_t first = r->fixed ? r->fixed_ms : ev->grid.start_ms;
    int64_t last = r->fixed ? r->fixed_ms : grid_end(&ev->grid);
    r->from_ms = first - offset_ms - range_ms + (r->left_open ? 1 : 0);
    r->to_ms = last - offset_ms;
}

/*
 * A subquery's steps are the multiples of its step inside the windows, whatever time the question
 * was asked for, so that neighbouring questions see the same points.
 */
static bool open_subquery(struct range_reader *r, struct evaluator *ev, const struct node *n)
{
    set_windows(r, ev, n->subquery.range_ms, n->subquery.offset_ms, n->subquery.at,
                n->subquery.at_ms);
    r->is_subquery = true;
    int64_t step = n->subquery.step_ms != 0 ? n->subquery.step_ms : ev->default_step_ms;
    int64_t start = step * (r->from_ms / step);
    if (start < r->from_ms) {
        start += step;
    }
    if (start > r->to_ms) {
        columns_init(&r->inner, 1);
        return true;
    }
    r->inner_grid = grid_range(start, r->to_ms, step);
    if (r->inner_grid.steps > ev->max_points) {
        return error_set(ev->err, ERROR_LIMIT, "a subquery has more than %zu steps",
                         ev->max_points);
    }
    struct evaluator inner = *ev;
    inner.grid = r->inner_grid;
    inner.plan = NULL;
    if (!eval_vector(&inner, n->subquery.inner, &r->inner)) {
        return false;
    }
    r->inner_t_ms = mem_alloc(r->inner_grid.steps * sizeof(*r->inner_t_ms));
    r->inner_v = mem_alloc(r->inner_grid.steps * sizeof(*r->inner_v));
    return true;
}

/* More than this is not kept: 1 MiB. */
#define SPARE_SAMPLES ((size_t)65536)

struct samples samples_take(struct samples *spare)
{
    struct samples taken = *spare;
    *spare = (struct samples){.t_ms = NULL};
    return taken;
}

void samples_give(struct samples *spare, struct samples *samples)
{
    if (spare->t_ms == NULL && samples->capacity <= SPARE_SAMPLES) {
        *spare = *samples;
    } else {
        samples_release(samples);
    }
}

bool range_reader_open(struct range_reader *r, struct evaluator *ev, const struct node *n)
{
    *r = (struct range_reader){.spare = ev->spare, .samples = samples_take(ev->spare)};
    n = eval_unwrap(n);
    if (n->kind == NODE_SUBQUERY) {
        return open_subquery(r, ev, n);
    }
    if (n->kind != NODE_SELECTOR || n->selector.range_ms == 0) {
        return error_set(ev->err, ERROR_TYPE, "expected a range vector");
    }
    set_windows(r, ev, n->selector.range_ms, n->selector.offset_ms, n->selector.at,
                n->selector.at_ms);
    if (ev->plan != NULL && ev->grid.steps == 1) {
        r->keeps = &ev->memo->samples;
    }
    r->selected = selections_get(ev->selections, ev->store, n, ev->sources, ev->work);
    return r->selected != NULL;
}

void range_reader_close(struct range_reader *r)
{
    if (r->is_subquery) {
        columns_release(&r->inner);
    }
    kept_samples_unref(r->held);
    selected_unref(r->selected);
    samples_give(r->spare, &r->samples);
    free(r->inner_t_ms);
    free(r->inner_v);
}

size_t range_reader_count(const struct range_reader *r)
{
    return r->is_subquery ? r->inner.count : r->selected->selection.series.len;
}

/* One series of a selector. */
static void read_series(struct range_reader *r, const struct evaluator *ev, const struct series *s,
                        struct stream *out)
{
    *out = (struct stream){.labels = series_labels(s)};
    if (r->keeps != NULL) {
        kept_samples_unref(r->held);
        r->held =
            kept_samples_get(r->keeps, ev->store, s, r->from_ms, r->to_ms, &r->samples, &r->slice);
        out->t_ms = r->slice.t_ms;
        out->v = r->slice.v;
        out->len = r->slice.len;
        out->kept = r->held != NULL ? &r->slice : NULL;
        return;
    }
    series_read(s, r->from_ms, r->to_ms, &r->samples);
    samples_drop_markers(&r->samples);
    out->t_ms = r->samples.t_ms;
    out->v = r->samples.v;
    out->len = r->samples.len;
}

static void read_subquery(struct range_reader *r, size_t row, struct stream *out)
{
    const double *points = columns_row(&r->inner, row);
    size_t len = 0;
    for (size_t i = 0; i < r->inner_grid.steps; i++) {
        if (!is_absent(points[i])) {
            r->inner_t_ms[len] = grid_time(&r->inner_grid, i);
            r->inner_v[len++] = points[i];
        }
    }
    *out = (struct stream){.labels = r->inner.heads[row].labels,
                           .drop_name = r->inner.heads[row].drop_name,
                           .t_ms = r->inner_t_ms,
                           .v = r->inner_v,
                           .len = len};
}

bool range_reader_next(struct range_reader *r, struct evaluator *ev, struct stream *out, bool *ok)
{
    if (r->next == range_reader_count(r)) {
        return false;
    }
    size_t i = r->next++;
    if (r->is_subquery) {
        read_subquery(r, i, out);
        *ok = work_read(ev->work, out->len);
        return *ok;
    }
    read_series(r, ev, r->selected->selection.series.items[i], out);
    *ok = work_read(ev->work, out->len);
    return *ok;
}

struct window range_reader_window(const struct range_reader *r, const struct stream *s)
{
    int64_t start = r->fixed ? r->fixed_ms : r->grid.start_ms;
    bool is_whole = r->grid.steps == 1; /* just the window's samples were read */
    return (struct window){.stream = s,
                           .end = is_whole ? s->len : 0,
                           .first_end_ms = start - r->offset_ms,
                           .step_ms = r->fixed ? 0 : r->grid.step_ms,
                           .range_ms = r->range_ms,
                           .closed = r->left_open ? 0 : 1};
}
