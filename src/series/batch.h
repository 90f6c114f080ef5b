/*
 * A batch: what one poll of one target found, handed to the store whole or not at all. Most samples
 * share the poll's time; a few bring their own.
 *
 * A series is named by a reference once the store knows it (store.h: series_ref), by its label set
 * before. Order of adding is kept, and references come back in the same order, so that a scraper
 * can keep them line by line.
 *
 * Owner: the batch owns its arrays and a reference on each label set. Reusable (batch_reset keeps
 * the memory).
 */
#ifndef TOCSIN_SERIES_BATCH_H
#define TOCSIN_SERIES_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "series/labels.h"

/* A series of the store; 0 is none. Stays valid until the store drops the series, after which the
 * store refuses it (a generation is part of the number), never mistakes it. */
typedef uint64_t series_ref;

/* "The series ended here": Prometheus' staleness marker is this NaN bit pattern (prometheus:
 * model/value). */
#define STALE_NAN_BITS UINT64_C(0x7ff0000000000002)
double stale_nan(void);
bool is_stale_nan(double v);

#define BATCH_NO_TIME INT64_MIN

struct batch_sample {
    series_ref ref;        /* or 0 with labels */
    struct labels *labels; /* owned reference, or NULL with ref */
    int64_t t_ms;          /* BATCH_NO_TIME: the batch's time */
    double v;
};

struct batch {
    int64_t t_ms; /* Unix milliseconds: the poll's time */
    VEC(struct batch_sample) samples;
};

void batch_init(struct batch *b);
void batch_release(struct batch *b);
void batch_reset(struct batch *b, int64_t t_ms);
void batch_add_ref(struct batch *b, series_ref ref, double v);
/* Takes over the caller's reference on `labels`. */
void batch_add_labels(struct batch *b, struct labels *labels, double v);
/* Gives the sample added last a time of its own. */
void batch_set_time(struct batch *b, int64_t t_ms);

#endif
