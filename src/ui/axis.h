/*
 * The vertical axis of a chart: from where to where, and at which numbers its ticks stand. Round
 * ends (1, 2, 2.5, 5 times a power of ten; of two for bytes), from zero, and calm: it grows at once
 * and shrinks only after AXIS_CALM buckets in which half of it would have done.
 */
#ifndef TOCSIN_UI_AXIS_H
#define TOCSIN_UI_AXIS_H

#include <stddef.h>
#include <stdint.h>

#include "base/unit.h"

#define AXIS_CALM 10

/* Zero-initialised is one that has seen nothing. */
struct axis {
    double max;           /* > 0 once used */
    int64_t low_since_ms; /* of the first bucket that half the axis would have done for, or 0 */
};

/* The smallest round number at or above `value`; 0 gives the unit's smallest sensible axis. */
double axis_round_up(double value, enum unit unit);
/* Takes the largest value of the chart and the time of its newest bucket. */
void axis_update(struct axis *axis, double max, enum unit unit, int64_t bucket_ms,
                 int64_t bucket_size_ms);
/* A finer scale for one-line charts, which show no numbers: the value is at least four fifths of
 * it. */
double axis_spark_max(double value);

#endif
