/* Runs a window function over every series and step of a range vector. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "promql/absent.h"
#include "promql/eval/func.h"
#include "promql/eval/window.h"

#define MAX_SCALARS 2

/* The call's arguments apart: the range vector and up to two scalars, each over the grid. */
struct arguments {
    const struct node *matrix;
    const struct node *nodes[MAX_SCALARS];
    double *scalars[MAX_SCALARS];
    size_t count;
};

static void arguments_release(struct arguments *a)
{
    for (size_t i = 0; i < a->count; i++) {
        free(a->scalars[i]);
    }
}

static bool arguments_eval(struct evaluator *ev, const struct node *n, struct arguments *a)
{
    *a = (struct arguments){0};
    for (size_t i = 0; i < n->call.arg_count; i++) {
        const struct node *arg = n->call.args[i];
        if (eval_unwrap(arg)->type == VALUE_MATRIX) {
            a->matrix = arg;
            continue;
        }
        if (a->count == MAX_SCALARS) {
            break;
        }
        a->nodes[a->count] = arg;
        a->scalars[a->count] = mem_alloc(ev->grid.steps * sizeof(double));
        if (!eval_scalar(ev, arg, a->scalars[a->count++])) {
            return false;
        }
    }
    return a->matrix != NULL || error_set(ev->err, ERROR_TYPE, "expected a range vector");
}

static void check_quantile(struct evaluator *ev, const struct node *arg, double q)
{
    if (q >= 0 && q <= 1) {
        return;
    }
    struct strbuf text = STRBUF_INIT;
    eval_warn(ev, arg, "quantile value should be between 0 and 1, got %s",
              eval_number_text(&text, q));
    strbuf_release(&text);
}

void func_check_quantile(struct evaluator *ev, const struct node *arg, const double *q,
                         size_t steps)
{
    for (size_t i = 0; i < steps; i++) {
        if (i == 0 || q[i] != q[i - 1]) {
            check_quantile(ev, arg, q[i]);
        }
    }
}

/* `any` is false where no step has a point. */
static bool fill_row(struct evaluator *ev, const struct func_handler *h, const struct arguments *a,
                     struct window *w, double *scratch, double *row, bool *any)
{
    *any = false;
    bool called_off = false;
    const struct sort_pace pace = eval_sort_pace(ev);
    for (size_t i = 0; i < ev->grid.steps; i++) {
        window_slide(w, i);
        row[i] = absent();
        if (w->begin == w->end) {
            continue;
        }
        if (!eval_spend(ev, w->end - w->begin)) {
            return false;
        }
        struct func_window in = {.t_ms = w->stream->t_ms + w->begin,
                                 .v = w->stream->v + w->begin,
                                 .len = w->end - w->begin,
                                 .at_ms = grid_time(&ev->grid, i),
                                 .a = a->count > 0 ? a->scalars[0][i] : 0,
                                 .b = a->count > 1 ? a->scalars[1][i] : 0,
                                 .scratch = scratch,
                                 .pace = &pace,
                                 .called_off = &called_off};
        if (h->check != NULL && !h->check(&in, ev->err)) {
            return false;
        }
        if (h->quantile_arg) {
            check_quantile(ev, a->nodes[0], in.a);
        }
        row[i] = h->window(&in);
        *any = *any || !is_absent(row[i]);
        if (called_off) {
            return false;
        }
    }
    return true;
}

/* The same by a function that follows the window. */
static bool fill_row_sliding(struct evaluator *ev, const struct func_handler *h, struct window *w,
                             size_t *queue, double *row, bool *any)
{
    struct func_sliding in = {.t_ms = w->stream->t_ms, .v = w->stream->v, .queue = queue};
    *any = false;
    for (size_t i = 0; i < ev->grid.steps; i++) {
        if (i % EVAL_STRETCH == EVAL_STRETCH - 1 && !eval_spend(ev, EVAL_STRETCH)) {
            return false;
        }
        window_slide(w, i);
        if (w->begin == w->end) {
            row[i] = absent();
            continue;
        }
        in.begin = w->begin;
        in.end = w->end;
        row[i] = h->sliding(&in);
        *any = true;
    }
    return eval_spend(ev, w->stream->len);
}

/* Memory for functions, for one sample each of the longest series so far. */
struct scratch {
    double *values;
    size_t *queue;
    size_t len;
};

static void scratch_reserve(struct scratch *s, size_t len)
{
    if (len > s->len) {
        s->len = len;
        s->values = mem_realloc(s->values, len, sizeof(*s->values));
        s->queue = mem_realloc(s->queue, len, sizeof(*s->queue));
    }
}

static bool over_streams(struct evaluator *ev, const struct func_handler *h,
                         const struct arguments *a, struct columns *out)
{
    struct range_reader r;
    bool ok = range_reader_open(&r, ev, a->matrix) && eval_reserve(ev, out, range_reader_count(&r));
    struct stream s;
    struct scratch scratch = {0};
    bool slides = h->sliding != NULL && ev->grid.steps > 1;
    while (ok && range_reader_next(&r, ev, &s, &ok)) {
        scratch_reserve(&scratch, s.len);
        struct window w = range_reader_window(&r, &s);
        double *row = columns_add(out, labels_ref(s.labels), s.drop_name || !h->keeps_name);
        bool any;
        ok = eval_spend(ev, WORK_ROW + ev->grid.steps) &&
             (slides ? fill_row_sliding(ev, h, &w, scratch.queue, row, &any)
                     : fill_row(ev, h, a, &w, scratch.values, row, &any));
        if (ok && any) {
            ok = columns_finish_last(out);
        } else {
            columns_remove_last(out);
        }
    }
    free(scratch.values);
    free(scratch.queue);
    range_reader_close(&r);
    return ok && (h->keeps_name || eval_drop_names(ev, out));
}

bool func_over_windows(struct evaluator *ev, const struct node *n, const struct func_handler *h,
                       struct columns *out)
{
    struct arguments a;
    bool ok = arguments_eval(ev, n, &a);
    ok = ok && over_streams(ev, h, &a, out);
    arguments_release(&a);
    return ok;
}
