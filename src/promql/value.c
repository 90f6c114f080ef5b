/* See value.h. A value owns each series' points by themselves, so that a range cache can move
 * single series from one value to another. */
#include "promql/value.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "promql/absent.h"
#include "series/batch.h"

bool grid_equal(const struct grid *a, const struct grid *b)
{
    return a->start_ms == b->start_ms && a->step_ms == b->step_ms && a->steps == b->steps;
}

const char *value_type_name(enum value_type type)
{
    switch (type) {
    case VALUE_SCALAR:
        return "scalar";
    case VALUE_VECTOR:
        return "vector";
    case VALUE_MATRIX:
        return "matrix";
    case VALUE_STRING:
        return "string";
    }
    return "unknown";
}

double value_absent(void)
{
    return absent();
}

bool value_is_absent(double v)
{
    return is_absent(v);
}

void value_init(struct value *v, enum value_type type, struct grid grid)
{
    *v = (struct value){.type = type, .grid = grid};
}

static void series_release(struct value_series *s)
{
    labels_unref(s->labels);
    free(s->points);
    free(s->times_ms);
}

/* A series' labels and allocations take as long to free as so many points. */
#define SERIES_WEIGHT ((size_t)64)

size_t value_points(const struct value *v)
{
    size_t points = 0;
    VEC_EACH (&v->series, const struct value_series, s) {
        points += s->count;
    }
    return points;
}

bool value_is_huge(const struct value *v)
{
    return value_points(v) + v->series.len * SERIES_WEIGHT >= MEM_HUGE / sizeof(double) / 4;
}

bool value_release_part(struct value *v, size_t points)
{
    for (size_t freed = 0; v->series.len > 0; v->series.len--) {
        struct value_series *last = &v->series.items[v->series.len - 1];
        if (freed >= points) {
            return false;
        }
        freed += last->count + SERIES_WEIGHT;
        mem_free_pages(last->points, last->count * sizeof(*last->points));
        last->points = NULL;
        if (last->times_ms != NULL) {
            mem_free_pages(last->times_ms, last->count * sizeof(*last->times_ms));
            last->times_ms = NULL;
        }
        series_release(last);
    }
    value_release(v);
    return true;
}

void value_release(struct value *v)
{
    VEC_EACH (&v->series, struct value_series, s) {
        series_release(s);
    }
    vec_release(&v->series);
    VEC_EACH (&v->warnings, char *, text) {
        free(*text);
    }
    vec_release(&v->warnings);
    VEC_EACH (&v->infos, char *, text) {
        free(*text);
    }
    vec_release(&v->infos);
    free(v->scalar);
    free(v->string);
    v->scalar = NULL;
    v->string = NULL;
}

struct value_series *value_add(struct value *v, struct labels *labels)
{
    size_t steps = v->grid.steps;
    double *points = mem_alloc(steps * sizeof(*points));
    absent_fill(points, steps);
    vec_push(&v->series,
             ((struct value_series){.labels = labels, .points = points, .count = steps}));
    return &v->series.items[v->series.len - 1];
}

static int series_compare(const void *a, const void *b)
{
    const struct value_series *left = a;
    const struct value_series *right = b;
    return labels_compare(left->labels, right->labels);
}

bool value_sort_paced(struct value *v, const struct sort_pace *pace)
{
    return merge_sort(v->series.items, v->series.len, sizeof(*v->series.items), series_compare,
                      pace);
}

void value_sort(struct value *v)
{
    bool ok = value_sort_paced(v, NULL);
    assert(ok);
    (void)ok;
}

void value_warn(struct value *v, const char *fmt, ...)
{
    struct strbuf text = STRBUF_INIT;
    va_list args;
    va_start(args, fmt);
    strbuf_vprintf(&text, fmt, args);
    va_end(args);
    VEC_EACH (&v->warnings, char *, have) {
        if (strcmp(*have, strbuf_cstr(&text)) == 0) {
            strbuf_release(&text);
            return;
        }
    }
    vec_push(&v->warnings, strbuf_take(&text));
}

void value_info(struct value *v, const char *fmt, ...)
{
    struct strbuf text = STRBUF_INIT;
    va_list args;
    va_start(args, fmt);
    strbuf_vprintf(&text, fmt, args);
    va_end(args);
    VEC_EACH (&v->infos, char *, have) {
        if (strcmp(*have, strbuf_cstr(&text)) == 0) {
            strbuf_release(&text);
            return;
        }
    }
    vec_push(&v->infos, strbuf_take(&text));
}

const struct value_series *value_find(const struct value *v, const struct labels *labels)
{
    VEC_EACH (&v->series, const struct value_series, s) {
        if (s->labels == labels) {
            return s;
        }
    }
    return NULL;
}
