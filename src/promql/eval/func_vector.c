/* Between scalars and vectors, and the functions about what is not there. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "promql/absent.h"
#include "promql/eval/func.h"
#include "promql/eval/window.h"

bool func_vector(struct evaluator *ev, const struct node *n, struct columns *out)
{
    if (!eval_reserve(ev, out, 1)) {
        return false;
    }
    return eval_scalar(ev, n->call.args[0], columns_add(out, labels_empty(ev->table), false));
}

bool func_scalar(struct evaluator *ev, const struct node *n, double *out)
{
    struct columns c;
    if (!eval_vector(ev, n->call.args[0], &c)) {
        return false;
    }
    bool ok = true;
    for (size_t i = 0; ok && i < c.steps; i++) {
        ok = eval_spend(ev, c.count);
        size_t present = 0;
        for (size_t row = 0; row < c.count; row++) {
            double v = columns_row(&c, row)[i];
            if (!is_absent(v)) {
                out[i] = v;
                present++;
            }
        }
        if (present != 1) {
            out[i] = NAN;
        }
    }
    columns_release(&c);
    return ok;
}

/* Whether matcher `at` says what the label is: the first `=` of its name does, unless another
 * matcher of that name follows. One before it does not count. */
static bool says_label(const struct node *selector, size_t at)
{
    const struct matcher *matchers = selector->selector.matchers;
    if (matchers[at].op != MATCH_EQUAL || strcmp(matchers[at].name, LABEL_NAME) == 0) {
        return false;
    }
    for (size_t i = 0; i < selector->selector.matcher_count; i++) {
        bool rival = i > at || (i < at && matchers[i].op == MATCH_EQUAL);
        if (rival && strcmp(matchers[i].name, matchers[at].name) == 0) {
            return false;
        }
    }
    return true;
}

/* The labels an absent series would have had (prometheus: createLabelsForAbsentFunction). */
static struct labels *absent_labels(struct evaluator *ev, const struct node *arg)
{
    const struct node *selector = eval_unwrap(arg);
    if (selector->kind != NODE_SELECTOR) {
        return labels_empty(ev->table);
    }
    struct labels_builder b;
    labels_builder_init(&b, ev->table);
    for (size_t i = 0; i < selector->selector.matcher_count; i++) {
        const struct matcher *m = &selector->selector.matchers[i];
        if (says_label(selector, i)) {
            labels_builder_set(&b, str_from(m->name), str_from(m->value));
        }
    }
    struct labels *labels = labels_builder_finish(&b, ev->err);
    labels_builder_release(&b);
    return labels;
}

/* One series that is 1 where `present` is not set. */
static bool add_absence(struct evaluator *ev, const struct node *arg, const bool *present,
                        struct columns *out)
{
    struct labels *labels = absent_labels(ev, arg);
    if (labels == NULL) {
        return false;
    }
    double *row = columns_add(out, labels, false);
    for (size_t i = 0; i < out->steps; i++) {
        row[i] = present[i] ? absent() : 1;
    }
    return columns_drop_empty(out, ev->work);
}

bool func_absent(struct evaluator *ev, const struct node *n, struct columns *out)
{
    struct columns c;
    if (!eval_vector(ev, n->call.args[0], &c)) {
        return false;
    }
    bool *present = mem_zalloc(c.steps, sizeof(*present));
    bool ok = true;
    for (size_t row = 0; ok && row < c.count; row++) {
        ok = eval_spend(ev, c.steps);
        const double *points = columns_row(&c, row);
        for (size_t i = 0; i < c.steps; i++) {
            present[i] = present[i] || !is_absent(points[i]);
        }
    }
    columns_release(&c);
    ok = ok && add_absence(ev, n->call.args[0], present, out);
    free(present);
    return ok;
}

bool func_absent_over_time(struct evaluator *ev, const struct node *n, struct columns *out)
{
    struct range_reader r;
    if (!range_reader_open(&r, ev, n->call.args[0])) {
        range_reader_close(&r);
        return false;
    }
    bool *present = mem_zalloc(ev->grid.steps, sizeof(*present));
    struct stream s;
    bool ok = true;
    while (range_reader_next(&r, ev, &s, &ok)) {
        struct window w = range_reader_window(&r, &s);
        for (size_t i = 0; i < ev->grid.steps; i++) {
            window_slide(&w, i);
            present[i] = present[i] || w.begin < w.end;
        }
    }
    range_reader_close(&r);
    ok = ok && add_absence(ev, n->call.args[0], present, out);
    free(present);
    return ok;
}
