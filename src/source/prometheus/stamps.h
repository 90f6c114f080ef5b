/*
 * The texts a server writes for the timestamps of a grid, made once, so that a sample's time is
 * known by comparing bytes instead of reading a number.
 *
 * Prometheus writes seconds, and a point with three digits where the milliseconds are not zero
 * (prometheus: util/jsonutil, MarshalTimestamp). Servers that write otherwise are not matched here
 * and take the general way.
 */
#ifndef TOCSIN_SOURCE_PROMETHEUS_STAMPS_H
#define TOCSIN_SOURCE_PROMETHEUS_STAMPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "promql/value.h"

/* A grid of more steps has no stamps: each takes 24 bytes. */
#define STAMPS_MAX ((size_t)1 << 16)

/* `1435781430.781,"` or `1435781430,"`: 8 to 16 bytes, as their first and last eight. */
struct stamp {
    uint64_t head;
    uint64_t tail;
    size_t len;
};

/* Owner: free(). NULL where there are none for this grid. */
struct stamp *stamps_create(const struct grid *grid);

/* Does [p, end) begin with the stamp? Reads only within. */
static inline bool stamp_matches(const struct stamp *stamp, const char *p, const char *end)
{
    if ((size_t)(end - p) < stamp->len) {
        return false;
    }
    uint64_t head;
    uint64_t tail;
    memcpy(&head, p, sizeof(head));
    memcpy(&tail, p + stamp->len - sizeof(tail), sizeof(tail));
    return head == stamp->head && tail == stamp->tail;
}

#endif
