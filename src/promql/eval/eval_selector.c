/*
 * Instant selectors: at every step the newest sample within the look-back, unless that is a
 * staleness marker. One instant asks the store for that sample alone; a range reads each series
 * once and walks along.
 */
#include "promql/absent.h"
#include "promql/eval/eval.h"
#include "promql/eval/eval_edges.h"
#include "promql/eval/window.h"
#include "series/store.h"

struct lookup {
    int64_t first_ms; /* time looked at for the first step */
    int64_t step_ms;
    int64_t window_ms; /* how far back a sample may be */
    bool timestamps;   /* the sample's time in seconds, not its value */
};

static struct lookup lookup_of(const struct evaluator *ev, const struct node *n, bool timestamps)
{
    struct lookup l = {.first_ms = ev->grid.start_ms,
                       .step_ms = ev->grid.step_ms,
                       .window_ms = ev->lookback_ms - (ev->left_open ? 1 : 0),
                       .timestamps = timestamps};
    switch (n->selector.at) {
    case AT_NONE:
        break;
    case AT_TIME:
        l.first_ms = n->selector.at_ms;
        l.step_ms = 0;
        break;
    case AT_START:
        l.first_ms = ev->query->start_ms;
        l.step_ms = 0;
        break;
    case AT_END:
        l.first_ms = ev->end_ms;
        l.step_ms = 0;
        break;
    }
    l.first_ms -= n->selector.offset_ms;
    return l;
}

static double point_of(const struct lookup *l, int64_t t_ms, double v)
{
    if (is_absent(v)) {
        return v;
    }
    return l->timestamps ? (double)t_ms / 1000 : v;
}

/* False where no step has a sample. */
static bool fill_row(const struct lookup *l, const struct samples *s, double *row, size_t steps)
{
    size_t next = 0;
    bool any = false;
    for (size_t i = 0; i < steps; i++) {
        int64_t at = l->first_ms + (int64_t)i * l->step_ms;
        while (next < s->len && s->t_ms[next] <= at) {
            next++;
        }
        if (next > 0 && s->t_ms[next - 1] >= at - l->window_ms) {
            row[i] = point_of(l, s->t_ms[next - 1], s->v[next - 1]);
            any = any || !is_absent(row[i]);
        } else {
            row[i] = absent();
        }
    }
    return any;
}

static bool fill_one(const struct lookup *l, const struct series *s, double *row)
{
    int64_t t_ms;
    double v;
    if (!series_read_last(s, l->first_ms - l->window_ms, l->first_ms, &t_ms, &v) || is_absent(v)) {
        return false;
    }
    *row = point_of(l, t_ms, v);
    return true;
}

bool eval_selector(struct evaluator *ev, const struct node *n, bool timestamps, struct columns *out)
{
    if (n->selector.edges == EDGES_SMOOTHED && !timestamps) {
        return edges_selector(ev, n, out);
    }
    struct lookup l = lookup_of(ev, n, timestamps);
    struct selected *selected = selections_get(ev->selections, ev->store, n, ev->sources, ev->work);
    if (selected == NULL) {
        return false;
    }
    const struct selection *selection = &selected->selection;
    bool ok = eval_reserve(ev, out, selection->series.len);
    size_t steps = ev->grid.steps;
    int64_t last_ms = l.first_ms + (int64_t)(steps - 1) * l.step_ms;
    struct samples samples = samples_take(ev->spare);
    for (size_t i = 0; ok && i < selection->series.len; i++) {
        const struct series *s = selection->series.items[i];
        double *row = columns_add(out, labels_ref(series_labels(s)), false);
        bool any;
        if (steps == 1) {
            any = fill_one(&l, s, row);
        } else {
            series_read(s, l.first_ms - l.window_ms, last_ms, &samples);
            any = fill_row(&l, &samples, row, steps);
        }
        ok = work_read(ev->work, steps == 1 ? 1 : samples.len) && eval_spend(ev, WORK_ROW + steps);
        if (any) {
            ok = columns_finish_last(out) && ok;
        } else {
            columns_remove_last(out);
        }
    }
    samples_give(ev->spare, &samples);
    selected_unref(selected);
    return ok;
}
