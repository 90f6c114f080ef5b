/*
 * The sort functions: an order for the answer of an instant question. Over a range they do nothing,
 * since there series are in the order of their labels.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "promql/absent.h"
#include "promql/eval/func.h"

/* What a comparison needs. */
struct order {
    const struct columns *columns;
    const struct node *call; /* label names are its arguments from 1 on */
    int direction;           /* 1 or -1 */
};

/* Equal ones stay in their order. */
static int compare_rows(const void *a, const void *b)
{
    size_t x = *(const size_t *)a;
    size_t y = *(const size_t *)b;
    return (x > y) - (x < y);
}

static int compare_values(const void *a, const void *b, void *user)
{
    const struct order *o = user;
    double x = columns_row(o->columns, *(const size_t *)a)[0];
    double y = columns_row(o->columns, *(const size_t *)b)[0];
    int order;
    if (isnan(x) || isnan(y)) {
        order = (isnan(x) != 0) - (isnan(y) != 0); /* at the end in both directions */
    } else {
        order = ((x > y) - (x < y)) * o->direction;
    }
    return order != 0 ? order : compare_rows(a, b);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The run of digits, or of anything else, at the start of `s`; takes it off. */
static struct str take_chunk(struct str *s)
{
    size_t len = 1;
    while (len < s->len && is_digit(s->data[len]) == is_digit(s->data[0])) {
        len++;
    }
    struct str chunk = str_slice(*s, 0, len);
    *s = str_slice(*s, len, s->len);
    return chunk;
}

/* False where it is no number, or none of 64 bits. */
static bool chunk_number(struct str chunk, int64_t *out)
{
    int64_t value = 0;
    for (size_t i = 0; i < chunk.len; i++) {
        char c = chunk.data[i];
        if (!is_digit(c) || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, c - '0', &value)) {
            return false;
        }
    }
    *out = value;
    return true;
}

/* As people count: `cpu2` before `cpu10`. Runs of digits are compared as numbers, what is between
 * them as text (facette/natsort, which Prometheus uses): so `a1` is before `a-`. */
static int compare_natural(struct str a, struct str b)
{
    while (a.len > 0 && b.len > 0) {
        struct str x = take_chunk(&a);
        struct str y = take_chunk(&b);
        int64_t m;
        int64_t n;
        int order;
        if (chunk_number(x, &m) && chunk_number(y, &n)) {
            order = (m > n) - (m < n);
        } else {
            order = str_compare(x, y);
        }
        if (order != 0) {
            return order;
        }
    }
    return (a.len > 0) - (b.len > 0);
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
    if (ev->grid.steps > 1) {
        /* Prometheus says "sort" for the others, too. */
        eval_warn(
            ev, n,
            "sort is ineffective for range queries since results are always ordered by labels");
        return true;
    }
    if (!columns_drop_empty(out, ev->work)) {
        return false;
    }
    if (out->count < 2) {
        return true;
    }
    size_t *rows = mem_alloc(out->count * sizeof(*rows));
    for (size_t i = 0; i < out->count; i++) {
        rows[i] = i;
    }
    struct order order = {.columns = out, .call = n, .direction = direction};
    const struct sort_pace pace = eval_sort_pace(ev);
    bool ok = merge_sort_with(rows, out->count, sizeof(*rows), compare, &order, &pace);
    if (ok) {
        reorder(out, rows);
    }
    free(rows);
    return ok;
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
