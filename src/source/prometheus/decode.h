/*
 * The answers of /api/v1/query and /api/v1/query_range into values, as they arrive: one pass over
 * the network's buffers, memory only for the result. This is the hot path of every chart; samples
 * of a regular answer take a path of their own, in which the text of each expected timestamp is
 * compared and only the value is converted.
 *
 * A range answer fills columns over the grid asked for: a sample more than DECODE_TOLERANCE_MS off
 * its steps, or not later than the one before, is ERROR_PROTOCOL. An instant answer becomes a
 * vector, scalar, string, or, with a range selector at its top, a raw matrix with its own times.
 * Native histograms are left out with a warning.
 *
 * Owner: decode_create/decode_destroy. Limits: points (`max_points`) and series
 * (DECODE_MAX_SERIES): ERROR_LIMIT; those of labels are series/labels.h's.
 */
#ifndef TOCSIN_SOURCE_PROMETHEUS_DECODE_H
#define TOCSIN_SOURCE_PROMETHEUS_DECODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "promql/value.h"
#include "series/labels.h"

#define DECODE_TOLERANCE_MS 1
#define DECODE_MAX_SERIES   ((size_t)500000)

struct decode;

struct decode_options {
    struct grid grid; /* asked for */
    bool instant;
    /* An instant answer may be of any time, which becomes the grid's: for a probe that leaves the
     * time to the server. */
    bool any_time;
    size_t max_points; /* 0: EVAL_MAX_POINTS */
};

/* `table` must outlive it. */
struct decode *decode_create(const struct decode_options *options, struct label_table *table);
void decode_destroy(struct decode *d); /* NULL is fine */
/* After an error it must not be fed again. */
bool decode_feed(struct decode *d, const char *data, size_t len, struct error *err) ATTR_NODISCARD;
/* The whole answer was fed. `out` is initialised by the call and the caller's; on false it holds
 * nothing. `http_status` helps to tell the kind of an error answer (0: unknown). Once only. */
bool decode_finish(struct decode *d, int http_status, struct value *out,
                   struct error *err) ATTR_NODISCARD;

#endif
