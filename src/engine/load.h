/*
 * Samples from files into a store, for `tocsin query --load`: OpenMetrics or Prometheus' text with
 * times (the value StaleNaN is a staleness marker; a sample without a time has time 0), or a
 * promtool unit-test file (.yml, .yaml): the `interval` and `input_series` of its first test.
 *
 * The files' samples need no order: they are put into each series' order of time. Two samples of
 * one series at one time are an error.
 */
#ifndef TOCSIN_ENGINE_LOAD_H
#define TOCSIN_ENGINE_LOAD_H

#include "base/diag.h"
#include "series/store.h"

#define LOAD_MAX_BYTES ((size_t)1 << 30)

/* `-` among the files is standard input, in a text format. False after reported errors, all files
 * read. `*end_ms` becomes the newest sample's time, 0 where there is none. */
bool load_samples(const char *const *files, size_t count, struct store *store,
                  struct label_table *table, int64_t *end_ms, struct diags *diags) ATTR_NODISCARD;

#endif
