/*
 * The sort functions: an order for the answer of an instant question. Over a range they do nothing,
 * since there series are in the order of their labels.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "promql/absent.h"
#include "promql/func.h"

/* What a comparison needs; qsort_r hands it through. */
struct order {
    const struct columns *columns;
    const struct node *call; /* label names are its arguments from 1 on */
    int direction;           /* 1 or -1 */
};

static int compare_values(const void *a, const void *b, void *user)
{
    const struct order *o = user;
    double x = columns_row(o->columns, *(const size_t *)a)[0];
    double y = columns_row(o->columns, *(const size_t *)b)[0];
    if (isnan(x) || isnan(y)) {
        return (isnan(x) != 0) - (isnan(y) != 0); /* at the end in both directions */
    }
    return ((x > y) - (x < y)) * o->direction;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The run of digits at `at`, without leading zeros. */
static struct str digits_at(struct str s, size_t *at)
{
    size_t start = *at;
    while (*at < s.len && is_digit(s.data[*at])) {
        (*at)++;
    }
    while (start + 1 < *at && s.data[start] == '0') {
        start++;
    }
    return str_span(s.data + start, *at - start);
}

/* As people count: `cpu2` before `cpu10`. */
static int compare_natural(struct str a, struct str b)
{
    size_t i = 0;
    size_t j = 0;
    while (i < a.len && j < b.len) {
        if (is_digit(a.data[i]) && is_digit(b.data[j])) {
            struct str x = digits_at(a, &i);
            struct str y = digits_at(b, &j);
            int order = x.len != y.len ? (x.len < y.len ? -1 : 1) : str_compare(x, y);
            if (order != 0) {
                return order;
            }
        } else if (a.data[i] != b.data[j]) {
            return (unsigned char)a.data[i] < (unsigned char)b.data[j] ? -1 : 1;
        } else {
            i++;
            j++;
        }
    }
    return (i < a.len) - (j < b.len);
}

static int compare_labels(const void *a, const void *b, void *user)
{
    const struct order *o = user;
    const struct labels *x = o->columns->heads[*(const size_t *)a].labels;
    const struct labels *y = o->columns->heads[*(const size_t *)b].labels;
    for (size_t i = 1; i < o->call->call.arg_count; i++) {
        struct str name = eval_string(o->call->call.args[i]);
        int order = compare_natural(labels_get(x, name), labels_get(y, name));
        if (order != 0) {
            return order * o->direction;
        }
    }
    return labels_compare(x, y) * o->direction;
}

static void reorder(struct columns *c, const size_t *rows)
{
    struct columns_head *heads = mem_alloc(c->count * sizeof(*heads));
    for (size_t i = 0; i < c->count; i++) {
        heads[i] = c->heads[rows[i]];
    }
    free(c->heads);
    c->heads = heads;
    c->capacity = c->count;
}

static bool sort_by(struct evaluator *ev, const struct node *n,
                    int (*compare)(const void *, const void *, void *), int direction,
                    struct columns *out)
{
    if (!eval_vector(ev, n->call.args[0], out)) {
        return false;
    }
    if (!ev->instant) {
        eval_warn(ev, n,
                  "%s is ineffective for range queries since results are always ordered by labels",
                  n->call.function->name);
        return true;
    }
    if (!columns_drop_empty(out, ev->work)) {
        return false;
    }
    if (out->count < 2 || out->steps != 1) {
        return true;
    }
    size_t *rows = mem_alloc(out->count * sizeof(*rows));
    for (size_t i = 0; i < out->count; i++) {
        rows[i] = i;
    }
    struct order order = {.columns = out, .call = n, .direction = direction};
    qsort_r(rows, out->count, sizeof(*rows), compare, &order);
    reorder(out, rows);
    free(rows);
    return true;
}

bool func_sort(struct evaluator *ev, const struct node *n, struct columns *out)
{
    return sort_by(ev, n, compare_values, 1, out);
}

bool func_sort_desc(struct evaluator *ev, const struct node *n, struct columns *out)
{
    return sort_by(ev, n, compare_values, -1, out);
}

bool func_sort_by_label(struct evaluator *ev, const struct node *n, struct columns *out)
{
    return sort_by(ev, n, compare_labels, 1, out);
}

bool func_sort_by_label_desc(struct evaluator *ev, const struct node *n, struct columns *out)
{
    return sort_by(ev, n, compare_labels, -1, out);
}
