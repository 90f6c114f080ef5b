/*
 * Samples of series, decoded and kept from one instant to the next: rules read the same windows
 * every cycle, several of them the same series, and all that is new is a sample or two.
 *
 * The store only ever adds newer samples to a series (series/store.h), so that what was read stays
 * right until the series goes or the store is trimmed; either shows here. Markers are left out.
 *
 * Owner: kept_samples_release. Limits: max_bytes; KEPT_SAMPLES_MAX samples a series; what does not
 * fit is read from the store each time. What was not asked for at the last two instants makes room.
 */
#ifndef TOCSIN_PROMQL_EVAL_KEPT_SAMPLES_H
#define TOCSIN_PROMQL_EVAL_KEPT_SAMPLES_H

#include "base/vec.h"
#include "series/hash_set.h"
#include "series/store.h"

#define KEPT_SAMPLES_MAX ((size_t)16384)

struct kept_series;

struct kept_samples {
    struct hash_set by_series;
    VEC(struct kept_series *) all;
    size_t hand; /* in `all`: where room is looked for next */
    uint64_t round;
    size_t bytes;
    size_t max_bytes;
};

/* Samples of a series in time, borrowed from what is kept. */
struct kept_slice {
    const int64_t *t_ms;
    const double *v;
    size_t len;
    /* Where a sample is lower than the one before, counted as t_ms and v are, `base` aside. */
    const uint32_t *falls;
    size_t falls_count;
    size_t base;
};

void kept_samples_init(struct kept_samples *k, size_t max_bytes);
void kept_samples_release(struct kept_samples *k);
/* Another instant is asked for. */
static inline void kept_samples_next_round(struct kept_samples *k)
{
    k->round++;
}

/* The samples with from_ms <= t <= to_ms. `into` is the caller's memory to read into; where they
 * are not kept the slice is of it. Otherwise it is good until kept_samples_unref of the reference
 * returned. */
struct kept_series *kept_samples_get(struct kept_samples *k, const struct store *store,
                                     const struct series *s, int64_t from_ms, int64_t to_ms,
                                     struct samples *into, struct kept_slice *out) ATTR_NODISCARD;
void kept_samples_unref(struct kept_series *held); /* NULL is fine */

/* Takes staleness markers out. */
void samples_drop_markers(struct samples *s);

#endif
