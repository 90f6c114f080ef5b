/*
 * "No point here": the staleness marker's bits, checked inline in the evaluator's loops.
 *
 * The pattern is a signalling NaN. Moving it keeps its bits; any arithmetic with it gives a quiet
 * NaN, which is a point and not absent. So every loop asks before it computes, and no computation
 * can make an absent point by accident.
 */
#ifndef TOCSIN_PROMQL_ABSENT_H
#define TOCSIN_PROMQL_ABSENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "series/batch.h"

static inline double absent(void)
{
    uint64_t bits = STALE_NAN_BITS;
    double v;
    memcpy(&v, &bits, sizeof(v));
    return v;
}

static inline bool is_absent(double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof(bits));
    return bits == STALE_NAN_BITS;
}

static inline void absent_fill(double *points, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        points[i] = absent();
    }
}

static inline bool absent_all(const double *points, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_absent(points[i])) {
            return false;
        }
    }
    return true;
}

#endif
