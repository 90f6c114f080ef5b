/*
 * The text formats of metrics pages, line by line: the classic format 0.0.4 and OpenMetrics 1.0.
 * What is accepted is what Prometheus' own scrape parsers accept (prometheus: model/textparse);
 * metadata is checked and dropped.
 *
 * Pure: no I/O. Owner: exposition_init/release. Limits: EXPOSITION_MAX_LINE a line,
 * LABELS_MAX_COUNT labels a series.
 */
#ifndef TOCSIN_SOURCE_SCRAPE_EXPOSITION_H
#define TOCSIN_SOURCE_SCRAPE_EXPOSITION_H

#include "series/batch.h"
#include "series/labels.h"
#include "source/scrape/sample_line.h"

#define EXPOSITION_MAX_LINE ((size_t)1 << 20)

struct exposition {
    enum exposition_format format;
    uint64_t line; /* lines begun so far */
    bool eof;      /* OpenMetrics: "# EOF" was read */
    struct sample_line sample;
};

enum exposition_line { EXPOSITION_NOTHING, EXPOSITION_SAMPLE, EXPOSITION_WRONG };

void exposition_init(struct exposition *e, enum exposition_format format);
void exposition_release(struct exposition *e);
/* A new page; keeps the memory. */
void exposition_reset(struct exposition *e, enum exposition_format format);

/* The next line, without its line feed. EXPOSITION_SAMPLE: it is in e->sample until the next call.
 * EXPOSITION_WRONG: `err` says where and why. */
enum exposition_line exposition_read_line(struct exposition *e, struct str line,
                                          struct error *err) ATTR_NODISCARD;
/* The next line begins with a series known from an earlier page, `series_len` bytes long, and a
 * blank: only what follows the series is read, name and labels of e->sample mean nothing. The
 * series must begin with the metric's name, not with a brace. The line is a sample or wrong. */
enum exposition_line exposition_read_known(struct exposition *e, struct str line, size_t series_len,
                                           struct error *err) ATTR_NODISCARD;
/* The page is over. */
bool exposition_finish(const struct exposition *e, struct error *err) ATTR_NODISCARD;

/* A whole page as a batch: samples without a time get `t_ms`. `stale_nan`: the word StaleNaN is a
 * staleness marker. Labels given twice are an error, a series given twice is not. */
bool exposition_to_batch(struct str text, enum exposition_format format, bool stale_nan,
                         struct label_table *table, int64_t t_ms, struct batch *out,
                         struct error *err) ATTR_NODISCARD;

#endif
