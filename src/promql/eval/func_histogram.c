/*
 * Quantiles and shares estimated from classic buckets. Which rows make a histogram, in which order
 * of their bounds, is found once; each step then only gathers counts.
 *
 * Native histograms are not in the store: the functions that take nothing else find nothing.
 */
#include <math.h>
#include <stdlib.h>

#include "base/escape.h"
#include "base/mem.h"
#include "base/number.h"
#include "promql/absent.h"
#include "promql/eval/func.h"
#include "promql/eval/label_groups.h"
#include "promql/eval/quantile.h"

struct bucket_row {
    size_t histogram; /* number in the groups */
    size_t row;
    double bound;
};

struct histograms {
    struct label_groups groups; /* labels without le */
    struct bucket_row *buckets; /* by histogram, then bound */
    size_t count;
};

static int bucket_compare(const void *a, const void *b)
{
    const struct bucket_row *x = a;
    const struct bucket_row *y = b;
    if (x->histogram != y->histogram) {
        return x->histogram < y->histogram ? -1 : 1;
    }
    if (isnan(x->bound) != isnan(y->bound)) {
        return isnan(x->bound) ? 1 : -1; /* no bound at all: what has one cannot be estimated */
    }
    if (x->bound < y->bound || x->bound > y->bound) {
        return x->bound < y->bound ? -1 : 1;
    }
    return (x->row > y->row) - (x->row < y->row);
}

static void warn_bad_bound(struct evaluator *ev, const struct node *arg,
                           const struct labels *labels, struct str le)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_add_c(&text, "bucket label \"le\" is missing or has a malformed value of ");
    escape_quoted(&text, le);
    if (labels_name(labels).len > 0) {
        strbuf_add_c(&text, " for metric name ");
        escape_quoted(&text, labels_name(labels));
    }
    eval_warn(ev, arg, "%s", strbuf_cstr(&text));
    strbuf_release(&text);
}

static void histograms_release(struct histograms *h)
{
    label_groups_release(&h->groups);
    free(h->buckets);
}

static bool histograms_find(struct evaluator *ev, const struct node *arg, const struct columns *c,
                            struct histograms *h)
{
    label_groups_init(&h->groups, c->count / 8);
    h->buckets = mem_alloc((c->count + 1) * sizeof(*h->buckets));
    h->count = 0;
    struct labels_builder b;
    labels_builder_init(&b, ev->table);
    bool ok = true;
    for (size_t i = 0; ok && i < c->count; i++) {
        if (!eval_spend(ev, WORK_ROW)) {
            ok = false;
            break;
        }
        struct str le = labels_get(c->heads[i].labels, STR("le"));
        double bound;
        if (!number_parse(le, &bound)) {
            warn_bad_bound(ev, arg, c->heads[i].labels, le);
            continue;
        }
        labels_builder_from(&b, c->heads[i].labels);
        labels_builder_remove(&b, STR("le"));
        struct labels *labels = labels_builder_finish(&b, ev->err);
        ok = labels != NULL;
        if (ok) {
            h->buckets[h->count++] = (struct bucket_row){
                .histogram = label_groups_add(&h->groups, labels), .row = i, .bound = bound};
        }
    }
    labels_builder_release(&b);
    const struct sort_pace pace = eval_sort_pace(ev);
    return ok && merge_sort(h->buckets, h->count, sizeof(*h->buckets), bucket_compare, &pace);
}

/* What is estimated, with its scalars over the grid: a quantile `a`, or the share between `a` and
 * `b`. */
struct estimate {
    const double *a;
    const double *b;            /* NULL: a quantile */
    const double *only;         /* not NULL: the steps where `a` is this number */
    const struct node *told_at; /* what notes point at */
};

static bool same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool is_asked(const struct estimate *e, size_t step)
{
    return e->only == NULL || same_number(e->a[step], *e->only);
}

static double estimate_at(const struct estimate *e, size_t step, struct bucket *buckets, size_t n,
                          struct bucket_repair *repair)
{
    if (e->b != NULL) {
        return quantile_fraction_of_buckets(e->a[step], e->b[step], buckets, n);
    }
    return quantile_of_buckets(e->a[step], buckets, n, repair);
}

/* The rows of one histogram. */
struct histogram_rows {
    const struct labels *labels;
    const struct bucket_row *rows;
    size_t count;
};

static bool fill_row(struct evaluator *ev, const struct columns *c, const struct histogram_rows *h,
                     const struct estimate *e, struct bucket *scratch, double *out)
{
    for (size_t step = 0; step < c->steps; step++) {
        out[step] = absent();
        if (!is_asked(e, step)) {
            continue;
        }
        if (!eval_spend(ev, h->count)) {
            return false;
        }
        size_t n = 0;
        for (size_t i = 0; i < h->count; i++) {
            double v = columns_row(c, h->rows[i].row)[step];
            if (!is_absent(v)) {
                scratch[n++] = (struct bucket){.bound = h->rows[i].bound, .count = v};
            }
        }
        if (n == 0) {
            continue;
        }
        struct bucket_repair repair = {0};
        out[step] = estimate_at(e, step, scratch, n, &repair);
        if (repair.difference > 0) {
            eval_note_repair(ev, e->told_at, labels_name(h->labels), grid_time(&ev->grid, step),
                             &repair);
        }
    }
    return true;
}

/* One row of estimates for each histogram. */
static bool estimates(struct evaluator *ev, const struct columns *c, const struct histograms *h,
                      const struct estimate *e, struct columns *out)
{
    if (!eval_reserve(ev, out, h->groups.count)) {
        return false;
    }
    struct bucket *scratch = mem_alloc((h->count + 1) * sizeof(*scratch));
    size_t first = 0;
    bool ok = true;
    while (ok && first < h->count) {
        size_t histogram = h->buckets[first].histogram;
        size_t last = first + 1;
        while (last < h->count && h->buckets[last].histogram == histogram) {
            last++;
        }
        struct histogram_rows rows = {.labels = h->groups.labels[histogram],
                                      .rows = h->buckets + first,
                                      .count = last - first};
        double *row = columns_add(out, labels_ref(rows.labels), true);
        ok = fill_row(ev, c, &rows, e, scratch, row);
        first = last;
    }
    free(scratch);
    return ok;
}

static bool estimate_argument(struct evaluator *ev, const struct node *arg,
                              const struct estimate *e, struct columns *out)
{
    struct columns c;
    if (!eval_vector(ev, arg, &c)) {
        return false;
    }
    struct histograms h = {0};
    bool ok = histograms_find(ev, arg, &c, &h) && estimates(ev, &c, &h, e, out);
    histograms_release(&h);
    columns_release(&c);
    return ok && columns_drop_empty(out, ev->work) && eval_drop_names(ev, out);
}

bool func_histogram_quantile(struct evaluator *ev, const struct node *n, struct columns *out)
{
    double *q = mem_alloc(ev->grid.steps * sizeof(*q));
    bool ok = eval_scalar(ev, n->call.args[0], q);
    if (ok) {
        func_check_quantile(ev, n->call.args[0], q, ev->grid.steps);
        struct estimate e = {.a = q, .told_at = n->call.args[1]};
        ok = estimate_argument(ev, n->call.args[1], &e, out);
    }
    free(q);
    return ok;
}

bool func_histogram_fraction(struct evaluator *ev, const struct node *n, struct columns *out)
{
    size_t steps = ev->grid.steps;
    double *bounds = mem_alloc(2 * steps * sizeof(*bounds));
    struct estimate e = {.a = bounds, .b = bounds + steps};
    bool ok = eval_scalar(ev, n->call.args[0], bounds) &&
              eval_scalar(ev, n->call.args[1], bounds + steps) &&
              estimate_argument(ev, n->call.args[2], &e, out);
    free(bounds);
    return ok;
}

/* The value of a quantile as the value of a label, as OpenMetrics writes numbers: `0.5`, `1.0`. */
static void add_label_number(struct strbuf *out, double v)
{
    if (v == 0) {
        strbuf_add_c(out, "0.0"); /* of either sign */
        return;
    }
    number_format_general(out, v);
    struct str text = strbuf_str(out);
    if (isfinite(v) && str_find(text, '.') == text.len && str_find(text, 'e') == text.len) {
        strbuf_add_c(out, ".0");
    }
}

/* Rows for quantile `*e->only`, at the steps where that is what is asked for, as further rows of
 * `out`. */
static bool add_quantile(struct evaluator *ev, const struct columns *c, const struct histograms *h,
                         const struct estimate *e, struct str label, struct columns *out)
{
    struct labels_builder b;
    labels_builder_init(&b, ev->table);
    struct strbuf value = STRBUF_INIT;
    add_label_number(&value, *e->only);
    size_t row = out->count;
    bool ok = estimates(ev, c, h, e, out);
    for (; ok && row < out->count; row++) {
        labels_builder_from(&b, out->heads[row].labels);
        labels_builder_set(&b, label, strbuf_str(&value));
        struct labels *labels = labels_builder_finish(&b, ev->err);
        ok = labels != NULL;
        if (ok) {
            columns_relabel(out, row, labels);
        }
    }
    strbuf_release(&value);
    labels_builder_release(&b);
    return ok;
}

/* Is q[step] none of the values before it? */
static bool first_of_its_value(const double *q, size_t step)
{
    for (size_t i = 0; i < step; i++) {
        if (same_number(q[i], q[step])) {
            return false;
        }
    }
    return true;
}

bool func_histogram_quantiles(struct evaluator *ev, const struct node *n, struct columns *out)
{
    const struct node *arg = n->call.args[0];
    struct str label = eval_string(n->call.args[1]);
    struct columns c;
    if (!eval_vector(ev, arg, &c)) {
        return false;
    }
    struct histograms h = {0};
    double *q = mem_alloc(c.steps * sizeof(*q));
    bool ok = histograms_find(ev, arg, &c, &h);
    for (size_t i = 2; ok && i < n->call.arg_count; i++) {
        ok = eval_scalar(ev, n->call.args[i], q);
        if (ok) {
            func_check_quantile(ev, n->call.args[i], q, c.steps);
        }
        for (size_t step = 0; ok && step < c.steps; step++) {
            if (first_of_its_value(q, step)) {
                double only = q[step];
                struct estimate e = {.a = q, .only = &only, .told_at = n->call.args[1]};
                ok = add_quantile(ev, &c, &h, &e, label, out);
            }
        }
    }
    free(q);
    histograms_release(&h);
    columns_release(&c);
    return ok && columns_drop_empty(out, ev->work) &&
           columns_merge(out, COLUMNS_SAME_LABELSET, ev->work) && eval_drop_names(ev, out);
}

bool func_native_histogram(struct evaluator *ev, const struct node *n, struct columns *out)
{
    struct columns c;
    if (!eval_vector(ev, n->call.args[0], &c)) {
        return false;
    }
    columns_release(&c);
    (void)out;
    return true;
}
