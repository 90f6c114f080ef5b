/* See columns.h. */
#include "promql/eval/columns.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "promql/absent.h"
#include "promql/eval/label_groups.h"

void columns_init(struct columns *c, size_t steps)
{
    *c = (struct columns){.steps = steps};
}

static void head_release(struct columns_head *h)
{
    labels_unref(h->labels);
    free(h->points);
}

/* Together they are so much that freeing them takes long. */
static bool is_huge(const struct columns *c)
{
    return c->count > MEM_HUGE / sizeof(double) / (c->steps + 1);
}

/* One row of columns that are, or are not, huge. */
static void row_release(struct columns_head *h, size_t steps, bool huge)
{
    if (huge) {
        mem_free_pages(h->points, steps * sizeof(*h->points));
        h->points = NULL;
    }
    head_release(h);
}

void columns_release(struct columns *c)
{
    bool huge = is_huge(c);
    while (c->count > 0) {
        row_release(&c->heads[--c->count], c->steps, huge);
        if (c->work != NULL) {
            work_spend_clearing(c->work, WORK_ROW + c->steps / WORK_QUICK);
        }
    }
    free(c->heads);
    free(c->spare);
    *c = (struct columns){.steps = c->steps, .work = c->work};
}

void columns_reserve(struct columns *c, size_t extra)
{
    if (c->count + extra <= c->capacity) {
        return;
    }
    size_t capacity = c->capacity * 2;
    if (capacity < c->count + extra) {
        capacity = c->count + extra;
    }
    c->heads = mem_realloc(c->heads, capacity, sizeof(*c->heads));
    c->capacity = capacity;
}

double *columns_add(struct columns *c, struct labels *labels, bool drop_name)
{
    double *points = c->spare != NULL ? c->spare : mem_alloc(c->steps * sizeof(*points));
    c->spare = NULL;
    columns_add_points(c, labels, points, drop_name);
    return points;
}

void columns_add_points(struct columns *c, struct labels *labels, double *points, bool drop_name)
{
    columns_reserve(c, 1);
    c->heads[c->count++] =
        (struct columns_head){.labels = labels, .points = points, .drop_name = drop_name};
}

bool columns_finish_last(struct columns *c)
{
    if (c->sink == NULL) {
        return true;
    }
    bool ok = c->sink->take(c->sink, &c->heads[c->count - 1]);
    columns_remove_last(c);
    return ok;
}

void columns_remove_last(struct columns *c)
{
    struct columns_head *last = &c->heads[--c->count];
    labels_unref(last->labels);
    free(c->spare);
    c->spare = last->points;
}

void columns_relabel(struct columns *c, size_t row, struct labels *labels)
{
    labels_unref(c->heads[row].labels);
    c->heads[row].labels = labels;
}

bool columns_drop_empty(struct columns *c, struct work *work)
{
    size_t kept = 0;
    bool huge = is_huge(c);
    bool ok = true;
    for (size_t i = 0; i < c->count; i++) {
        ok = ok && work_spend(work, WORK_ROW + c->steps / WORK_QUICK);
        if (ok && absent_all(columns_row(c, i), c->steps)) {
            row_release(&c->heads[i], c->steps, huge);
        } else {
            c->heads[kept++] = c->heads[i];
        }
    }
    c->count = kept;
    return ok;
}

void columns_append(struct columns *c, struct columns *from)
{
    if (from->count > 0) {
        columns_reserve(c, from->count);
        memcpy(c->heads + c->count, from->heads, from->count * sizeof(*c->heads));
        c->count += from->count;
        from->count = 0;
    }
    columns_release(from);
}

bool columns_map(struct columns *c, double (*f)(double v), struct work *work)
{
    for (size_t row = 0; row < c->count; row++) {
        if (!work_spend(work, c->steps)) {
            return false;
        }
        double *points = columns_row(c, row);
        for (size_t i = 0; i < c->steps; i++) {
            if (!is_absent(points[i])) {
                points[i] = f(points[i]);
            }
        }
    }
    return true;
}

/* False where both rows have a point at one step. */
static bool merge_row(double *into, const double *from, size_t steps)
{
    for (size_t i = 0; i < steps; i++) {
        if (is_absent(from[i])) {
            continue;
        }
        if (!is_absent(into[i])) {
            return false;
        }
        into[i] = from[i];
    }
    return true;
}

bool columns_merge(struct columns *c, const char *message, struct work *work)
{
    if (c->count < 2) {
        return true;
    }
    struct label_groups groups;
    label_groups_init(&groups, c->count);
    bool called_off = false;
    bool ok = true;
    size_t kept = 0;
    for (size_t i = 0; i < c->count; i++) {
        called_off = called_off || !work_spend(work, WORK_ROW);
        ok = ok && !called_off;
        struct columns_head head = c->heads[i];
        size_t target = label_groups_add(&groups, labels_ref(head.labels));
        if (target == kept || !ok) {
            c->heads[kept++] = head;
            continue;
        }
        ok = merge_row(columns_row(c, target), head.points, c->steps);
        c->heads[target].drop_name |= head.drop_name;
        head_release(&head);
    }
    c->count = kept;
    label_groups_release(&groups);
    if (!ok && !called_off) {
        error_set(work->err, ERROR_EVALUATION, "%s", message);
    }
    return ok;
}

bool columns_broadcast(struct columns *c, size_t steps, struct work *work)
{
    for (size_t row = 0; row < c->count; row++) {
        if (!work_spend(work, steps)) {
            return false;
        }
        double v = c->heads[row].points[0];
        double *points = mem_realloc(c->heads[row].points, steps, sizeof(*points));
        for (size_t i = 0; i < steps; i++) {
            points[i] = v;
        }
        c->heads[row].points = points;
    }
    free(c->spare);
    c->spare = NULL;
    c->steps = steps;
    return true;
}
