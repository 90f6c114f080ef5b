/* See eval_edges.h. The rules are those of prometheus: promql/engine.go and functions.go,
 * pickOrInterpolateLeft, pickOrInterpolateRight, extendFloats. */
#include "promql/eval/eval_edges.h"

#include <string.h>

#include "base/mem.h"
#include "promql/absent.h"

/* The first of samples [begin, end) at or after `at_ms`; `end` where there is none. */
static size_t first_at(const int64_t *t_ms, size_t begin, size_t end, int64_t at_ms)
{
    while (begin < end) {
        size_t middle = begin + (end - begin) / 2;
        if (t_ms[middle] < at_ms) {
            begin = middle + 1;
        } else {
            end = middle;
        }
    }
    return begin;
}

enum edges edges_of(const struct node *n)
{
    n = eval_unwrap(n);
    return n->kind == NODE_SELECTOR ? n->selector.edges : EDGES_PLAIN;
}

bool edged_reader_open(struct edged_reader *r, struct evaluator *ev, const struct node *n)
{
    n = eval_unwrap(n);
    *r = (struct edged_reader){.wide = *n, .edges = n->selector.edges};
    r->before_ms = ev->lookback_ms;
    r->after_ms = r->edges == EDGES_SMOOTHED ? ev->lookback_ms : 0;
    r->wide.selector.edges = EDGES_PLAIN;
    r->wide.selector.range_ms += r->before_ms + r->after_ms;
    r->wide.selector.offset_ms -= r->after_ms;
    return range_reader_open(&r->reader, ev, &r->wide);
}

void edged_reader_close(struct edged_reader *r)
{
    range_reader_close(&r->reader);
}

/* The value at `t_ms` on the line between samples `i` and `i + 1`. */
static double interpolate(const struct edged_window *w, size_t i, int64_t t_ms, bool is_counter,
                          bool left_edge)
{
    double from = w->v[i];
    double to = w->v[i + 1];
    if (is_counter && to < from) {
        to += left_edge ? 0 : from;
        from = left_edge ? 0 : from;
    }
    return from + (to - from) * (double)(t_ms - w->t_ms[i]) / (double)(w->t_ms[i + 1] - w->t_ms[i]);
}

bool edged_reader_window(const struct edged_reader *r, const struct window *window, bool is_counter,
                         struct edged_window *w)
{
    size_t count = window->end - window->begin;
    if (count == 0) {
        return false;
    }
    *w = (struct edged_window){.t_ms = window->stream->t_ms + window->begin,
                               .v = window->stream->v + window->begin,
                               .last = count - 1,
                               .begin_ms = window->begin_ms + r->before_ms,
                               .end_ms = window->end_ms - r->after_ms};
    bool smoothed = r->edges == EDGES_SMOOTHED;
    /* The last sample at or before the start, or the first there is. */
    if (w->last > 1) {
        w->first = first_at(w->t_ms, 1, w->last, w->begin_ms + 1) - 1;
    }
    if (smoothed) {
        w->last = first_at(w->t_ms, w->first, w->last, w->end_ms);
    }
    if (w->t_ms[w->last] <= w->begin_ms || w->t_ms[w->first] > w->end_ms) {
        return false;
    }
    w->left = smoothed && w->t_ms[w->first] < w->begin_ms
                  ? interpolate(w, w->first, w->begin_ms, is_counter, true)
                  : w->v[w->first];
    w->right = smoothed && w->last > 0 && w->t_ms[w->last] > w->end_ms
                   ? interpolate(w, w->last - 1, w->end_ms, is_counter, false)
                   : w->v[w->last];
    return true;
}

/* The value at the end of the window `w`, which reaches as far before it as behind it. */
static double point_at(const struct window *window, int64_t at_ms)
{
    struct edged_window w = {.t_ms = window->stream->t_ms, .v = window->stream->v};
    size_t next = first_at(w.t_ms, window->begin, window->end, at_ms);
    if (next < window->end && w.t_ms[next] == at_ms) {
        return w.v[next];
    }
    if (next == window->begin) {
        return absent(); /* nothing before */
    }
    return next == window->end ? w.v[next - 1] : interpolate(&w, next - 1, at_ms, false, false);
}

bool edges_selector(struct evaluator *ev, const struct node *n, struct columns *out)
{
    struct node around = *n;
    around.selector.edges = EDGES_PLAIN;
    around.selector.range_ms = 2 * ev->lookback_ms;
    around.selector.offset_ms -= ev->lookback_ms;
    struct range_reader r;
    struct stream s;
    bool ok = range_reader_open(&r, ev, &around) && eval_reserve(ev, out, range_reader_count(&r));
    while (ok && range_reader_next(&r, ev, &s, &ok)) {
        struct window w = range_reader_window(&r, &s);
        double *row = columns_add(out, labels_ref(s.labels), s.drop_name);
        for (size_t i = 0; i < out->steps; i++) {
            window_slide(&w, i);
            row[i] = point_at(&w, w.end_ms - ev->lookback_ms);
        }
        ok = ok && eval_spend(ev, WORK_ROW + out->steps);
        if (absent_all(row, out->steps)) {
            columns_remove_last(out);
        } else {
            ok = columns_finish_last(out) && ok;
        }
    }
    range_reader_close(&r);
    return ok;
}

/* The edges and the samples between them. */
static void add_samples(struct value *out, struct labels *labels, const struct edged_window *w)
{
    size_t first = w->first + (w->t_ms[w->first] <= w->begin_ms);
    size_t end = w->last + 1 - (w->t_ms[w->last] >= w->end_ms);
    size_t inside = end > first ? end - first : 0;
    struct value_series series = {.labels = labels, .count = inside + 2};
    series.points = mem_alloc(series.count * sizeof(double));
    series.times_ms = mem_alloc(series.count * sizeof(int64_t));
    series.points[0] = w->left;
    series.times_ms[0] = w->begin_ms;
    if (inside > 0) {
        memcpy(series.points + 1, w->v + first, inside * sizeof(double));
        memcpy(series.times_ms + 1, w->t_ms + first, inside * sizeof(int64_t));
    }
    series.points[inside + 1] = w->right;
    series.times_ms[inside + 1] = w->end_ms;
    vec_push(&out->series, series);
}

bool edges_answer(struct evaluator *ev, const struct node *n, struct value *out)
{
    struct edged_reader r;
    struct stream s;
    size_t points = 0;
    bool ok = edged_reader_open(&r, ev, n);
    while (ok && range_reader_next(&r.reader, ev, &s, &ok)) {
        struct window w = range_reader_window(&r.reader, &s);
        struct edged_window edged;
        window_slide(&w, 0);
        if (!edged_reader_window(&r, &w, false, &edged)) {
            continue;
        }
        points += edged.last - edged.first + 3;
        ok = ok && eval_spend(ev, edged.last - edged.first + 3) &&
             (points <= ev->max_points ||
              error_set(ev->err, ERROR_LIMIT, "the result has more than %zu points",
                        ev->max_points));
        if (ok) {
            add_samples(out, labels_ref(s.labels), &edged);
        }
    }
    edged_reader_close(&r);
    return ok;
}
