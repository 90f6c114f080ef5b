/*
 * The sink of the running program: samples to the series of the host's target.
 *
 * A poll gives the same samples in the same order as the one before, nearly always. So each place
 * in the order remembers the key it had and the index of its series: a sample whose key is the
 * remembered one costs a comparison, and no label set is made. What differs is looked up and
 * remembered anew.
 *
 * Owner: host_series_release; `target` (borrowed) must outlive it.
 */
#ifndef TOCSIN_SOURCE_HOST_SERIES_H
#define TOCSIN_SOURCE_HOST_SERIES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "series/labels.h"
#include "source/host/sink.h"
#include "source/target_series.h"

struct host_place {
    char *key; /* encoded */
    size_t key_len;
    size_t key_capacity;
    uint32_t index;
};

struct host_series {
    struct host_sink sink; /* give this to the decoders */
    struct label_table *table;
    struct target_series *target;
    VEC(struct host_place) places;
    size_t next; /* place of the next sample */
    uint64_t epoch;
    struct strbuf key; /* of the sample at hand */
    struct labels_builder builder;
    struct error refused; /* the first label set of this poll that could not be made */
};

void host_series_init(struct host_series *s, struct label_table *table,
                      struct target_series *target);
void host_series_release(struct host_series *s);
/* Between target_series_begin and target_series_commit or _abort. */
void host_series_begin(struct host_series *s);

#endif
