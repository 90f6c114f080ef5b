#include "ui/bucket.h"

#include <math.h>

#include "base/attr.h"

#define SECOND ((int64_t)1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

int64_t bucket_size(int64_t range_ms, int columns, int64_t step_ms)
{
    /* A multiple of the data's own step leaves the fewest columns empty; from an hour on, and where
     * the step is not known, round sizes. */
    int64_t wanted = (range_ms + (columns > 0 ? columns : 1) - 1) / (columns > 0 ? columns : 1);
    int64_t steps = step_ms > 0 ? (wanted + step_ms - 1) / step_ms * step_ms : 0;
    if (steps > 0 && steps < HOUR) {
        return steps;
    }
    static const int64_t sizes[] = {
        1 * SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 15 * SECOND, 30 * SECOND,
        1 * MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE,
        1 * HOUR,   2 * HOUR,   3 * HOUR,   6 * HOUR,    12 * HOUR,   1 * DAY,
    };
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        if (sizes[i] >= step_ms && sizes[i] * (columns > 0 ? columns : 1) >= range_ms) {
            return sizes[i];
        }
    }
    int64_t days = (range_ms / (columns > 0 ? columns : 1) + DAY - 1) / DAY;
    int64_t step_days = (step_ms + DAY - 1) / DAY;
    return (days > step_days ? days : step_days) * DAY;
}

/* The smallest multiple of `size` at or after `t`. */
static int64_t round_up(int64_t t, int64_t size)
{
    int64_t rest = t % size;
    return rest == 0 ? t : rest > 0 ? t + size - rest : t - rest;
}

struct bucket_axis bucket_axis(int64_t now_ms, int64_t range_ms, int64_t step_ms, int columns,
                               int64_t zone_offset_ms)
{
    struct bucket_axis axis = {.now_ms = now_ms, .count = columns > 0 ? (size_t)columns : 0};
    axis.size_ms = bucket_size(range_ms, columns, step_ms);
    int64_t offset = axis.size_ms >= HOUR ? zone_offset_ms : 0;
    int64_t end = round_up(now_ms + offset, axis.size_ms) - offset;
    axis.start_ms = end - (int64_t)axis.count * axis.size_ms;
    return axis;
}

struct mix {
    double sum, min, max;
    size_t values, idle;
};

static void mix_add(struct mix *mix, double point)
{
    if (value_is_absent(point)) {
        return;
    }
    if (isnan(point)) {
        mix->idle++;
        return;
    }
    mix->min = mix->values == 0 || point < mix->min ? point : mix->min;
    mix->max = mix->values == 0 || point > mix->max ? point : mix->max;
    mix->sum += point;
    mix->values++;
}

static double mix_value(const struct mix *mix, enum panel_rollup rollup)
{
    switch (rollup) {
    case PANEL_ROLLUP_MAX:
        return mix->max;
    case PANEL_ROLLUP_MIN:
        return mix->min;
    case PANEL_ROLLUP_AVG:
        return mix->sum / (double)mix->values;
    }
    return mix->max;
}

/* First step of the grid later than `t`. */
static int64_t step_after(const struct grid *grid, int64_t t)
{
    if (t < grid->start_ms) {
        return 0;
    }
    return (t - grid->start_ms) / grid->step_ms + 1;
}

/* Points in (from, to]. Where the grid is coarser than the buckets, a point stands for the time
 * since the one before it. */
static struct mix mix_between(const double *points, const struct grid *grid, int64_t from,
                              int64_t to)
{
    struct mix mix = {.values = 0};
    int64_t first = step_after(grid, from), last = step_after(grid, to) - 1;
    if (last < first && to > grid->start_ms - grid->step_ms) {
        last = first;
    }
    for (int64_t i = first; i <= last && i < (int64_t)grid->steps; i++) {
        mix_add(&mix, points[i]);
    }
    return mix;
}

static struct bucket bucket_at(const struct bucket_axis *axis, size_t i, const double *points,
                               const struct grid *grid, enum panel_rollup rollup)
{
    int64_t end = bucket_end(axis, i), begin = end - axis->size_ms;
    struct bucket bucket = {.state = BUCKET_GAP, .value = NAN, .partial = end > axis->now_ms};
    struct mix mix = mix_between(points, grid, begin, end);
    if (mix.values > 0) {
        bucket.state = BUCKET_VALUE;
        bucket.value = mix_value(&mix, rollup);
    } else if (mix.idle > 0) {
        bucket.state = BUCKET_IDLE;
    } else if (begin >= grid_end(grid) && begin - grid_end(grid) < 2 * grid->step_ms) {
        bucket.state = BUCKET_BEFORE; /* its first point is not due yet */
    }
    return bucket;
}

void bucket_fill(struct bucket *out, const struct bucket_axis *axis, const double *points,
                 const struct grid *grid, enum panel_rollup rollup)
{
    bool known = false;
    for (size_t i = 0; i < axis->count; i++) {
        if (points == NULL) {
            out[i] = (struct bucket){.state = BUCKET_GAP, .value = NAN};
            continue;
        }
        out[i] = bucket_at(axis, i, points, grid, rollup);
        known = known || out[i].state == BUCKET_VALUE || out[i].state == BUCKET_IDLE;
    }
    /* What was never known is no gap in what is; where nothing is known at all, all of it is. */
    for (size_t i = 0; known && i < axis->count && out[i].state == BUCKET_GAP; i++) {
        out[i].state = BUCKET_BEFORE;
    }
}

bool bucket_extent(const struct bucket *buckets, size_t count, double *min, double *max)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (buckets[i].state == BUCKET_VALUE && isfinite(buckets[i].value)) {
            *min = any && *min < buckets[i].value ? *min : buckets[i].value;
            *max = any && *max > buckets[i].value ? *max : buckets[i].value;
            any = true;
        }
    }
    return any;
}
