/*
 * The series of one target, from poll to poll: which there are, which came, which ended. Every
 * source that puts samples into the store keeps one.
 *
 *     target_series_begin(ts, slot);
 *     target_series_add(ts, labels, TARGET_POLL_TIME, value, &index);   // for each sample
 *     target_series_commit(ts, &counts, err);      // or target_series_abort(ts)
 *
 * The commit is whole or not at all. A series that was in the last commit and is not in this one
 * ended: it gets a staleness marker at the poll's time, unless its samples brought their own times
 * (then nobody can say when it ended; prometheus: scrape/scrape.go). A failed poll ends all of
 * them: target_series_mark_stale.
 *
 * Indices are a short cut: a source that remembers the index of a line or an object need not make
 * the label set again. They are good while target_series_epoch stays the same.
 *
 * Owner: target_series_create/destroy. Limits: the store's max_series.
 */
#ifndef TOCSIN_SOURCE_TARGET_SERIES_H
#define TOCSIN_SOURCE_TARGET_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "series/batch.h"
#include "series/labels.h"
#include "series/store.h"

struct target_series;
struct poll_result;

/* A sample without a time of its own. */
#define TARGET_POLL_TIME BATCH_NO_TIME

/* Takes over `target`: the labels of `up` and the scrape_* series. `store` may be NULL: then
 * commits only keep the books. */
struct target_series *target_series_create(struct store *store, struct label_table *table,
                                           struct labels *target);
/* Its series get staleness markers at the newest time it was told, if they have none yet. NULL is
 * fine. */
void target_series_destroy(struct target_series *ts);
const struct labels *target_series_labels(const struct target_series *ts);

void target_series_begin(struct target_series *ts, struct wall t);

enum target_added {
    TARGET_ADDED,
    /* The same series again in this poll, at the same time or an earlier one: the first stays, this
     * sample is left out. For the source to report. */
    TARGET_REPEATED
};
/* Takes over `labels`. `index` may be NULL. */
enum target_added target_series_add(struct target_series *ts, struct labels *labels, int64_t t_ms,
                                    double v, uint32_t *index);
enum target_added target_series_add_index(struct target_series *ts, uint32_t index, int64_t t_ms,
                                          double v);
/* Where the series of `labels` (taken over) stands, without a sample: for target_series_add_index.
 */
uint32_t target_series_index(struct target_series *ts, struct labels *labels);
/* Changes when indices given before are no longer good: never between begin and commit. */
uint64_t target_series_epoch(const struct target_series *ts);

struct target_counts {
    uint64_t samples; /* of the page, without markers */
    uint64_t added;   /* series that were not in the last commit */
    uint64_t ended;
};
bool target_series_commit(struct target_series *ts, struct target_counts *counts,
                          struct error *err) ATTR_NODISCARD;
void target_series_abort(struct target_series *ts);
/* All series end at `t`. They go on with the next commit that has them. */
void target_series_mark_stale(struct target_series *ts, struct wall t);
/* Series alive: in the last commit and not stale. */
size_t target_series_count(const struct target_series *ts);

/* Writes `up`, `scrape_duration_seconds`, `scrape_samples_scraped`,
 * `scrape_samples_post_metric_relabeling` and `scrape_series_added` at `slot`. `result` is NULL for
 * a failed poll. */
void target_series_report(struct target_series *ts, struct wall slot, bool up,
                          double duration_seconds, const struct poll_result *result);

#endif
