/*
 * One sample as it stands on a line:
 *
 *     name{label="value",...} value [time] [# {label="value"} value [time]]
 *
 * Quoted names of UTF-8 (`{"http.requests", "a.b"="c"} 1`) are read in both formats, as Prometheus
 * 3 does. Exemplars (OpenMetrics, on names that end in _total or _bucket) are checked and dropped.
 *
 * Pure: bytes in, views out. Views are into the line, or into the decoder's own memory where an
 * escape had to be replaced; they live until the next line.
 */
#ifndef TOCSIN_SOURCE_SCRAPE_SAMPLE_LINE_H
#define TOCSIN_SOURCE_SCRAPE_SAMPLE_LINE_H

#include "base/vec.h"
#include "series/batch.h"
#include "series/labels.h"
#include "source/scrape/scan.h"

enum exposition_format {
    EXPOSITION_TEXT,       /* text/plain; version=0.0.4 */
    EXPOSITION_OPENMETRICS /* application/openmetrics-text; version=1.0.0 */
};

struct sample_line {
    struct str series; /* name and labels as written */
    struct str name;
    double value;
    int64_t t_ms; /* BATCH_NO_TIME: none */
    /* In the order of the page, without the name; a label may be empty, and one given twice is only
     * found by whoever makes a set of them. */
    VEC(struct label) labels;

    bool stale_nan; /* the word StaleNaN is a staleness marker (files of samples) */
    char *unescaped;
    size_t unescaped_used;
    size_t unescaped_capacity;
};

void sample_line_init(struct sample_line *sl);
void sample_line_release(struct sample_line *sl);

/* From the first byte of the name (or the brace) to the end of the line. */
bool sample_line_read(struct sample_line *sl, enum exposition_format format, struct scan *s,
                      struct error *err) ATTR_NODISCARD;
/* Only what follows the series, which the caller knows already: value, time, exemplar. `name` is
 * the metric's, for the rule about exemplars. */
bool sample_line_read_tail(struct sample_line *sl, enum exposition_format format, struct scan *s,
                           struct str name, struct error *err) ATTR_NODISCARD;

#endif
