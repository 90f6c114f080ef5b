/*
 * The store: series in memory, compressed, for as long as the retention says. It is what the
 * embedded engine evaluates over.
 *
 * Samples come in batches from targets. All series of a target share one column of timestamps;
 * values are kept in chunks (chunk.h). A run of equal values costs a constant. Within a target time
 * only goes forward: an older or equal timestamp is refused for that series alone and counted
 * (out_of_order), as Prometheus does.
 *
 * Owner: store_create/store_destroy. Single-threaded (the loop's). `struct series *` and selections
 * are borrowed and valid until the next store_trim, or with a hold (below) until that is released.
 * Limits: max_series; a batch that would go over it is refused whole with ERROR_LIMIT.
 */
#ifndef TOCSIN_SERIES_STORE_H
#define TOCSIN_SERIES_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/merge_sort.h"
#include "base/vec.h"
#include "series/batch.h"
#include "series/labels.h"
#include "series/matcher.h"

struct store;
struct series;

struct store_options {
    int64_t retention_ms; /* older chunks are dropped; 0: keep all (tests, --load) */
    size_t max_series;    /* 0: STORE_MAX_SERIES_DEFAULT; not more than STORE_MAX_SERIES */
};
#define STORE_MAX_SERIES_DEFAULT ((size_t)500000)
#define STORE_MAX_SERIES         ((size_t)1000000)

/* `table` is kept and must outlive the store. */
struct store *store_create(const struct store_options *options, struct label_table *table);
void store_destroy(struct store *store);

/* A target: one origin of batches whose series share timestamps. 0 is the target of loose samples.
 */
typedef uint32_t store_target;
store_target store_add_target(struct store *store);
/* Its series get a staleness marker at `t_ms` and its references are given up. */
void store_remove_target(struct store *store, store_target target, int64_t t_ms);

/*
 * Commits a batch, whole or not at all. `refs`, where not NULL, has room for batch->samples.len
 * references and gets one for each sample, in order. Not an error but counted in the stats: a
 * sample at or before its series' newest. The same series twice in one batch (same time) is
 * ERROR_PROTOCOL, naming the series, and nothing is committed; a reference to a series that is gone
 * (store_labels says so) is ERROR_NOT_FOUND. A series of this target that is in
 * no sample is left alone: the poller says who has ended, with stale_nan().
 */
bool store_commit(struct store *store, store_target target, const struct batch *batch,
                  series_ref *refs, struct error *err) ATTR_NODISCARD;

/* The set a reference stands for, or NULL where the series is gone. */
const struct labels *store_labels(const struct store *store, series_ref ref);

/* Series that match all matchers, in the order of their labels_compare. At least one matcher must
 * not match the empty string, else ERROR_TYPE. ERROR_LIMIT where a pattern hits its match limit. */
struct selection {
    VEC(const struct series *) series;
};
bool store_select(const struct store *store, const struct matcher *matchers, size_t n,
                  struct selection *out, struct error *err) ATTR_NODISCARD;
/* The same in slices: `pace` is called with the number of series looked at since, and may let
 * others work on the store while a hold is open (below). What comes meanwhile may be missing, what
 * goes may be there. Where it gives false so does this, with what it has put into `err`. */
bool store_select_paced(const struct store *store, const struct matcher *matchers, size_t n,
                        const struct sort_pace *pace, struct selection *out,
                        struct error *err) ATTR_NODISCARD;
void selection_release(struct selection *sel);

const struct labels *series_labels(const struct series *s);
/* Time of the newest sample, markers included; INT64_MIN where there is none. */
int64_t series_newest(const struct series *s);
/* Stands for this series as long as it is there, also behind the same pointer. */
series_ref series_reference(const struct series *s);
/* The target that brought its newest sample. */
store_target series_target(const struct series *s);

/* Columns of samples, ascending in time. */
struct samples {
    int64_t *t_ms;
    double *v;
    size_t len;
    size_t capacity;
};
void samples_release(struct samples *out);
/* Replaces `out` by the samples with from_ms <= t <= to_ms, staleness markers included. Chunks
 * outside are skipped undecoded. */
void series_read(const struct series *s, int64_t from_ms, int64_t to_ms, struct samples *out);
/* The newest sample with t <= at_ms and t >= from_ms; false where there is none. Cheap where that
 * is the newest of all. */
bool series_read_last(const struct series *s, int64_t from_ms, int64_t at_ms, int64_t *t_ms,
                      double *v);

/*
 * A hold keeps what was selected good while the store goes on: for an evaluation that gives way in
 * the middle. From store_hold to store_release_hold every `struct series *`, its labels and its
 * number stay, whatever is committed, trimmed or removed meanwhile, and reading it is safe. What it
 * reads is the store as it is then:
 *   - samples inside the retention never change; a commit adds newer ones, and
 *     store_forget_after takes the newest;
 *   - samples older than the retention may be gone, and a series that has nothing newer reads as
 *     empty and is in no later selection.
 * Memory of samples is never held back; what is, are the labels of series that went. Holds are
 * independent of each other, and any number may be open; none when the store is destroyed.
 */
uint64_t store_hold(struct store *store);
void store_release_hold(struct store *store, uint64_t hold);

/* Distinct values of `name` over the series that match (n may be 0: all), sorted. The views are
 * borrowed as a selection is. `pace` as for store_select_paced; NULL: never. */
struct label_values {
    VEC(struct str) values;
};
bool store_label_values(const struct store *store, struct str name, const struct matcher *matchers,
                        size_t n, const struct sort_pace *pace, struct label_values *out,
                        struct error *err) ATTR_NODISCARD;
/* Sorts, and leaves one of each. False where it was called off. */
bool label_values_settle(struct label_values *values, const struct sort_pace *pace) ATTR_NODISCARD;

/* Drops what is older than the retention and series left without samples. To be called about once a
 * minute. */
void store_trim(struct store *store, int64_t now_ms);

/*
 * Drops what is later than `t_ms`: after the clock was set back, such samples would keep newer ones
 * out for as long as it was set back. Series and their references stay, also those that have
 * nothing left; a trim takes these. Samples at and before `t_ms` stay as they are. True where there
 * was something.
 */
bool store_forget_after(struct store *store, int64_t t_ms);

struct store_stats {
    size_t series;
    size_t samples;
    size_t bytes;              /* chunks, columns and index, without label strings */
    uint64_t samples_appended; /* ever */
    uint64_t out_of_order;     /* refused samples, ever */
    uint64_t batches_refused;  /* ever */
};
void store_stats(const struct store *store, struct store_stats *out);
/* Grows at every commit or trim that changed something. */
uint64_t store_version(const struct store *store);
/* Grows only when series come or go: as long as it is the same, every selection is. */
uint64_t store_series_version(const struct store *store);
/* Grows when series come or go or get their samples from another target: as long as it is the same,
 * what a selection reads changes by its series' targets only, and by trimming. */
uint64_t store_owners_version(const struct store *store);
/* store_version as of the last time that the target brought samples or anything was trimmed. */
uint64_t store_target_version(const struct store *store, store_target target);
/* store_version as of the last trim that took samples: until then, what was read of a series is
 * only ever followed by newer samples. */
uint64_t store_trim_version(const struct store *store);

#endif
