/*
 * rate, increase, delta, changes and resets over an `anchored` or `smoothed` range (prometheus:
 * promql/functions.go, extendedRate). Nothing is extrapolated: the edges have values.
 */
#include "promql/absent.h"
#include "promql/eval/eval_edges.h"
#include "promql/eval/func.h"

/* What a counter had counted before each reset between its edges' values. What happened across an
 * edge is in those values already. */
static double hidden_by_resets(const struct edged_window *w)
{
    size_t first = w->first + (w->t_ms[w->first] <= w->begin_ms);
    size_t end = w->last + 1 - (w->t_ms[w->last] >= w->end_ms);
    double before = w->left;
    double hidden = 0;
    for (size_t i = first; i < end; i++) {
        hidden += w->v[i] < before ? before : 0;
        before = w->v[i];
    }
    return hidden + (w->right < before ? before : 0);
}

/* From the sample that stands for the start on. */
static double count_between(const struct edged_window *w, bool resets)
{
    struct func_window in = {
        .t_ms = w->t_ms + w->first, .v = w->v + w->first, .len = w->last - w->first + 1};
    return resets ? func_resets(&in) : func_changes(&in);
}

static double point(const struct edged_reader *r, const struct window *w, enum func_id id)
{
    bool is_counter = id == FUNC_rate || id == FUNC_increase;
    bool counts = id == FUNC_changes || id == FUNC_resets;
    struct edged_window edged;
    if (!edged_reader_window(r, w, is_counter, &edged)) {
        return absent();
    }
    if (counts) {
        return count_between(&edged, id == FUNC_resets);
    }
    double change = edged.right - edged.left;
    if (is_counter) {
        change += hidden_by_resets(&edged);
    }
    return id == FUNC_rate ? change / ((double)(edged.end_ms - edged.begin_ms) / 1000) : change;
}

bool func_over_edges(struct evaluator *ev, const struct node *n, struct columns *out)
{
    const struct node *arg = n->call.args[0];
    enum func_id id = n->call.function->id;
    struct edged_reader r;
    struct stream s;
    struct str checked = STR_NONE;
    bool ok =
        edged_reader_open(&r, ev, arg) && eval_reserve(ev, out, range_reader_count(&r.reader));
    while (ok && range_reader_next(&r.reader, ev, &s, &ok)) {
        struct window w = range_reader_window(&r.reader, &s);
        double *row = columns_add(out, labels_ref(s.labels), true);
        for (size_t i = 0; i < out->steps; i++) {
            window_slide(&w, i);
            row[i] = point(&r, &w, id);
        }
        ok = ok && eval_spend(ev, WORK_ROW + out->steps);
        if (absent_all(row, out->steps)) {
            columns_remove_last(out);
            continue;
        }
        if ((id == FUNC_rate || id == FUNC_increase) &&
            labels_name(s.labels).data != checked.data) {
            checked = labels_name(s.labels);
            func_check_counter_name(ev, arg, s.labels);
        }
        ok = columns_finish_last(out) && ok;
    }
    edged_reader_close(&r);
    return ok && eval_drop_names(ev, out);
}
