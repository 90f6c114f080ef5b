/*
 * Values: what evaluating gives, and what a server's answer becomes: the same struct, so that
 * nobody above query/ knows who answered.
 *
 * A vector or matrix is columns over one grid of steps; an instant question has a grid of one step.
 * Where a series has no point at a step its column holds the staleness marker (value_absent): a
 * real NaN is another bit pattern. Raw range vectors (`m[5m]` asked as such) carry their own times
 * instead of the grid's.
 *
 * Owner: value_release. Labels are owned references.
 */
#ifndef TOCSIN_PROMQL_VALUE_H
#define TOCSIN_PROMQL_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/merge_sort.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "series/labels.h"

/* Times at which something is evaluated: start, start + step, ... up to and including end.
 * Milliseconds. */
struct grid {
    int64_t start_ms;
    int64_t step_ms; /* > 0; 1 for an instant question */
    size_t steps;    /* >= 1 */
};

static inline struct grid grid_instant(int64_t at_ms)
{
    return (struct grid){.start_ms = at_ms, .step_ms = 1, .steps = 1};
}
static inline struct grid grid_range(int64_t start_ms, int64_t end_ms, int64_t step_ms)
{
    return (struct grid){.start_ms = start_ms,
                         .step_ms = step_ms,
                         .steps =
                             end_ms < start_ms ? 1 : (size_t)((end_ms - start_ms) / step_ms) + 1};
}
static inline int64_t grid_time(const struct grid *g, size_t step)
{
    return g->start_ms + (int64_t)step * g->step_ms;
}
static inline int64_t grid_end(const struct grid *g)
{
    return grid_time(g, g->steps - 1);
}
bool grid_equal(const struct grid *a, const struct grid *b);

enum value_type { VALUE_SCALAR, VALUE_VECTOR, VALUE_MATRIX, VALUE_STRING } ATTR_SMALL;
/* "scalar", "vector" (an instant vector), "matrix", "string": the API's words. */
const char *value_type_name(enum value_type type);

/* No point at this step. */
double value_absent(void);
bool value_is_absent(double v);

struct value_series {
    struct labels *labels; /* owned reference */
    double *points;        /* grid.steps of them; or `times` long for raw range vectors */
    int64_t *times_ms;     /* NULL, or the points' own times (raw range vectors only) */
    size_t count;          /* of points */
};

struct value {
    enum value_type type;
    struct grid grid;
    VEC(struct value_series) series; /* vector, matrix */
    double *scalar;                  /* scalar: grid.steps points, never absent */
    char *string;                    /* string */
    VEC(char *) warnings;            /* Prometheus' annotations, in its words; owned */
    VEC(char *) infos;
};

void value_init(struct value *v, enum value_type type, struct grid grid);
void value_release(struct value *v);
/* Releases the last series only, `points` points of them or a little more; true when nothing is
 * left. For huge values, which take some milliseconds and more. */
bool value_is_huge(const struct value *v);
bool value_release_part(struct value *v, size_t points);
/* Points of all series. */
size_t value_points(const struct value *v);
/* Adds a series of grid.steps absent points; takes over the reference. The pointer is good until
 * the next one. */
struct value_series *value_add(struct value *v, struct labels *labels);
/* By labels_compare. */
void value_sort(struct value *v);
/* The same in slices (base/merge_sort.h); false where it was called off. */
bool value_sort_paced(struct value *v, const struct sort_pace *pace) ATTR_NODISCARD;
/* An annotation; the same text is kept once. */
void value_warn(struct value *v, const char *fmt, ...) ATTR_PRINTF(2, 3);
void value_info(struct value *v, const char *fmt, ...) ATTR_PRINTF(2, 3);
/* Series with exactly these labels (pointer equality), or NULL. */
const struct value_series *value_find(const struct value *v, const struct labels *labels);

#endif
