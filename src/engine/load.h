/*
 * Samples from a file into a store, for `tocsin query --load`: OpenMetrics text with timestamps
 * (the value StaleNaN is a staleness marker), or a promtool unit-test file (.yml, .yaml): the
 * `interval` and `input_series` of its first test.
 */
#ifndef TOCSIN_ENGINE_LOAD_H
#define TOCSIN_ENGINE_LOAD_H

#include "base/diag.h"
#include "series/store.h"

#define LOAD_MAX_BYTES ((size_t)1 << 30)

/* False after reported errors. `*end_ms` becomes the newest sample's time, 0 where
 * there is none. */
bool load_samples(const char *file, struct store *store, struct label_table *table, int64_t *end_ms,
                  struct diags *diags) ATTR_NODISCARD;

#endif
