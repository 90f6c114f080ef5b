/*
 * One target's metrics page, read as it arrives, scrape after scrape: bytes in, series of
 * target_series.h out. Lines known from the last page are compared, not parsed; only their values
 * are read (kept_lines.h).
 *
 * A series that stands on the page more than once keeps its first sample; the summary names it.
 * Nothing reaches the store before page_finish, and nothing at all after an error.
 *
 * Owner: page_create/destroy; the target's series are borrowed. Limits: EXPOSITION_MAX_LINE a line,
 * LABELS_MAX_COUNT labels a series, options.sample_limit samples.
 */
#ifndef TOCSIN_SOURCE_SCRAPE_PAGE_H
#define TOCSIN_SOURCE_SCRAPE_PAGE_H

#include "base/clock.h"
#include "source/scrape/exposition.h"
#include "source/target_series.h"

/* A sample's own time this far ahead of the poll is not believed (prometheus: scrape/scrape.go). */
#define PAGE_MAX_AHEAD_MS 600000

struct page_options {
    bool honor_labels;
    bool honor_timestamps;
    uint64_t sample_limit; /* 0: none */
};

struct page_summary {
    struct target_counts counts;
    uint64_t lines;
    const char *partial; /* what was left out and why, or NULL; lives until the next page_begin */
};

struct page;

struct page *page_create(struct label_table *table, struct target_series *series,
                         const struct page_options *options);
void page_destroy(struct page *page);
void page_begin(struct page *page, enum exposition_format format, struct wall t);
/* After false only page_abort may follow. */
bool page_feed(struct page *page, struct str piece, struct error *err) ATTR_NODISCARD;
/* The page is complete: commits it. Nothing more is needed after false. */
bool page_finish(struct page *page, struct page_summary *summary, struct error *err) ATTR_NODISCARD;
/* Forgets what was read since page_begin. */
void page_abort(struct page *page);

#endif
