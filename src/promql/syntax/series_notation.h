/*
 * Series as tests write them: `name{a="b"} 1 2 _ 3x2 0+10x5 stale`, the notation of Prometheus'
 * test language and of promtool's `input_series`.
 *
 *     1 2.5 NaN -Inf     values          5x3      5 5 5 5 (one, then three more)
 *     _                  no value        1+2x3    1 3 5 7
 *     _x3                three times _   8-2x2    8 6 4
 *     stale              the series ended here (the staleness marker)
 *
 * Native histograms (`{{...}}`) are ERROR_UNSUPPORTED. Limits: SERIES_NOTATION_MAX_VALUES values
 * where they are written out, SERIES_NOTATION_MAX_COUNT where they are kept as runs.
 */
#ifndef TOCSIN_PROMQL_SYNTAX_SERIES_NOTATION_H
#define TOCSIN_PROMQL_SYNTAX_SERIES_NOTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/vec.h"
#include "series/labels.h"

#define SERIES_NOTATION_MAX_VALUES ((size_t)10000000)

#define SERIES_NOTATION_MAX_COUNT ((uint64_t)100000000)

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

/* `first`, `first + by`, ...: `count` of them, each the one before plus `by`. */
struct notation_run {
    double first;
    double by;
    uint64_t count; /* may be 0 */
    bool omitted;
};

struct notation_runs {
    VEC(struct notation_run) list;
    uint64_t count; /* of all values */
};

/* The same values as runs: a repetition costs the same however often it is. */
bool series_notation_runs(struct str text, struct notation_runs *out,
                          struct error *err) ATTR_NODISCARD;
void notation_runs_release(struct notation_runs *runs);

/* Goes through the values of runs, which outlive it. Starts as zeros. */
struct notation_cursor {
    size_t run;
    uint64_t at; /* within the run */
    double v;    /* the value at `at` */
};
/* False at the end. */
bool notation_next(const struct notation_runs *runs, struct notation_cursor *at,
                   struct notation_value *out);

#endif
