/*
 * Series as tests write them: `name{a="b"} 1 2 _ 3x2 0+10x5 stale`, the notation of Prometheus'
 * test language and of promtool's `input_series`.
 *
 *     1 2.5 NaN -Inf     values          5x3      5 5 5 5 (one, then three more)
 *     _                  no value        1+2x3    1 3 5 7
 *     _x3                three times _   8-2x2    8 6 4
 *     stale              the series ended here (the staleness marker)
 *
 * Native histograms (`{{...}}`) are ERROR_UNSUPPORTED. Limit: SERIES_NOTATION_MAX_VALUES values.
 */
#ifndef TOCSIN_PROMQL_SERIES_NOTATION_H
#define TOCSIN_PROMQL_SERIES_NOTATION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/vec.h"
#include "series/labels.h"

#define SERIES_NOTATION_MAX_VALUES ((size_t)10000000)

struct notation_value {
    double v;
    bool omitted; /* `_` */
};

struct notation_values {
    VEC(struct notation_value) list;
};

/* The labels at the start of `text`; `*rest` becomes what follows them. An owned reference, or NULL
 * with the span in `text`. */
struct labels *series_notation_labels(struct str text, struct label_table *table, struct str *rest,
                                      struct error *err) ATTR_NODISCARD;
/* Appends the values in `text` to `out`, which starts as zeros. The span is in `text`. */
bool series_notation_values(struct str text, struct notation_values *out,
                            struct error *err) ATTR_NODISCARD;
void notation_values_release(struct notation_values *values);

#endif
