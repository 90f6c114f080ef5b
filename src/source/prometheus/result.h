/*
 * The value of an answer under construction: series one after the other, each sample put to its
 * step of the grid asked for, or, for a raw matrix, behind the one before.
 *
 * Invariant: the series at hand is the last of `value`; `next` is behind its newest sample.
 *
 * Owner: result_init/result_release; `value` may be taken. Limits: `max_points` in all,
 * DECODE_MAX_SERIES series: ERROR_LIMIT.
 */
#ifndef TOCSIN_SOURCE_PROMETHEUS_RESULT_H
#define TOCSIN_SOURCE_PROMETHEUS_RESULT_H

#include "promql/value.h"
#include "source/prometheus/decode.h"

struct result {
    struct value value;
    struct label_table *table;
    bool any_time;
    bool raw; /* the series at hand has times of its own */
    double *points;
    size_t next;
    size_t capacity; /* of a raw series */
    size_t max_points;
    size_t total_points;
};

void result_init(struct result *r, const struct decode_options *options, struct label_table *table);
void result_release(struct result *r);
bool result_begin_series(struct result *r, bool raw, struct error *err) ATTR_NODISCARD;
/* ERROR_PROTOCOL for a sample on no step, or not later than the one before. */
bool result_add(struct result *r, int64_t t_ms, double v, struct error *err) ATTR_NODISCARD;
/* Takes over `labels` (NULL: the empty set). A series without samples is dropped. */
void result_end_series(struct result *r, struct labels *labels);
/* Is `t_ms` the time of an instant question? */
bool result_check_time(struct result *r, int64_t t_ms, struct error *err) ATTR_NODISCARD;
/* ERROR_PROTOCOL, naming the series, where one is there twice. */
bool result_check_unique(const struct result *r, struct error *err) ATTR_NODISCARD;

#endif
