/*
 * What a target adds to every series it gives: `job`, `instance` and the user's own `labels:`.
 * Where a page names one of these itself, the target's wins and the page's moves to
 * `exported_NAME`; with honor_labels the page's stays (prometheus: scrape/scrape.go,
 * mutateSampleLabels).
 */
#ifndef TOCSIN_SOURCE_TARGET_LABELS_H
#define TOCSIN_SOURCE_TARGET_LABELS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "series/labels.h"

/* `job`, `instance` and `extra` (they win; NULL: none) as one set. False only for a limit. The
 * caller owns *out. */
bool target_labels_make(struct label_table *table, struct str job, struct str instance,
                        const struct label *extra, size_t extra_count, struct labels **out,
                        struct error *err) ATTR_NODISCARD;

/* Adds `exposed` (the series' own labels, with its name under __name__, in any order) and `target`
 * to the empty builder `b`. Views must live until builder_finish; names that had to be made stand
 * in `names` until then. */
void target_labels_merge(const struct labels *target, const struct label *exposed, size_t count,
                         bool honor_labels, struct labels_builder *b, struct arena *names);

#endif
