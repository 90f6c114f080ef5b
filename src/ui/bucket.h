/*
 * Points of a signal to columns of a chart. Columns are buckets of time aligned to the clock (to
 * the epoch, from an hour on to local midnight), so that a chart stands still until a bucket is
 * complete and all charts of a screen share their columns. Missing is never zero: a bucket without
 * a point is a gap, one whose points all say "no traffic" is idle.
 */
#ifndef TOCSIN_UI_BUCKET_H
#define TOCSIN_UI_BUCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "panel/panel.h"
#include "promql/value.h"

enum bucket_state {
    BUCKET_BEFORE, /* nothing was known yet, or is not yet: drawn as nothing */
    BUCKET_GAP,
    BUCKET_IDLE,
    BUCKET_VALUE
};

struct bucket {
    double value;
    enum bucket_state state;
    bool partial; /* the newest, still growing */
};

/* The columns of a chart: bucket i holds (start + i * size, start + (i + 1) * size]. */
struct bucket_axis {
    int64_t start_ms;
    int64_t size_ms;
    int64_t now_ms;
    size_t count;
};

/* The smallest size with which `columns` of them cover the range: a multiple of `step_ms` (0:
 * unknown), from an hour on a round one. */
int64_t bucket_size(int64_t range_ms, int columns, int64_t step_ms);
/* Axis whose last bucket holds `now`; `zone_offset_ms` is local time minus UTC. */
struct bucket_axis bucket_axis(int64_t now_ms, int64_t range_ms, int64_t step_ms, int columns,
                               int64_t zone_offset_ms);
static inline int64_t bucket_end(const struct bucket_axis *axis, size_t i)
{
    return axis->start_ms + (int64_t)(i + 1) * axis->size_ms;
}

/* Fills axis->count buckets from `points` over `grid`; NULL points are all gaps. */
void bucket_fill(struct bucket *out, const struct bucket_axis *axis, const double *points,
                 const struct grid *grid, enum panel_rollup rollup);
/* The largest and smallest value; false where there is none. */
bool bucket_extent(const struct bucket *buckets, size_t count, double *min, double *max);

#endif
