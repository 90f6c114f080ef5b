/*
 * The inside of the store, for its own files: series.c (reading one series), store.c (life and
 * figures), store_commit.c, store_hold.c, store_select.c, store_trim.c.
 *
 * A series is a number into pages of 256, so that series stay where they are as the store grows. It
 * has its samples in one or more tracks, each a slot of a timeline, one after the other in time:
 *
 * - normally one, in the timeline of its target;
 * - another when the target was removed and a new one brings the same labels;
 * - a timeline of its own, for good, from the first sample that brings its own time, that a live
 *   target has in common with another, or that is older than the target's newest row.
 */
#ifndef TOCSIN_SERIES_STORE_INSIDE_H
#define TOCSIN_SERIES_STORE_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "series/hash_set.h"
#include "series/postings.h"
#include "series/store.h"
#include "series/timeline.h"

struct track {
    struct timeline *timeline;
    uint32_t slot;
};

struct series {
    struct labels *labels; /* NULL: the number is free */
    int64_t newest_ms;     /* INT64_MIN: no sample yet */
    struct track track;    /* where samples are added; timeline NULL before the first */
    struct track *older;   /* in order of time */
    uint32_t older_count;
    uint32_t generation; /* part of references: grows when they are given up */
    uint32_t serial;     /* of the commit that had the series last: finds it twice in a batch */
    store_target target; /* that committed it last */
    uint32_t number;
    bool alone; /* `track` is a timeline of its own */
    bool dying; /* within store_trim */
    bool gone;  /* in no index and without samples; here for the sake of a hold */
};

#define SERIES_PAGE 256u

/* A series that went while holds were open. */
struct gone_series {
    uint32_t number;
    uint64_t next_hold; /* holds from this one on were taken after it went */
};

struct store {
    struct store_options options;
    struct label_table *table;
    VEC(struct series *) pages;
    uint32_t numbers; /* ever used; below it are all series */
    VEC(uint32_t) free_numbers;
    size_t series_count;
    struct hash_set by_labels; /* struct series, by labels_hash */
    struct postings postings;
    struct timeline_shared timelines;
    VEC(struct timeline *) targets; /* by target; NULL: loose (0) or removed */
    VEC(uint64_t) target_versions;  /* by target: as of its last samples */
    VEC(struct timeline *) retired; /* of removed targets, until trimmed */
    uint32_t serial;
    uint64_t version;
    uint64_t series_version;
    uint64_t owners_version;
    uint64_t trim_version;
    uint64_t samples_appended;
    uint64_t out_of_order;
    uint64_t batches_refused;
    VEC(uint32_t) numbers_of_batch; /* kept for its memory */
    uint64_t next_hold;
    VEC(uint64_t) holds;          /* that are open, in order */
    VEC(struct gone_series) gone; /* in order of going */
};

static inline struct series *store_series(const struct store *store, uint32_t number)
{
    return &store->pages.items[number / SERIES_PAGE][number % SERIES_PAGE];
}

/* In the index: selected, committed to, counted. */
static inline bool series_is_there(const struct series *s)
{
    return s->labels != NULL && !s->gone;
}

/* The series of these labels, or NULL. */
struct series *store_find(const struct store *store, const struct labels *ls);
/* A new series without samples, in no index; keeps a reference on `ls`. */
uint32_t store_add_series(struct store *store, const struct labels *ls);
/* Its samples go at once, its labels and number when no hold is open that may know it. It must be
 * out of the postings. */
void store_free_series(struct store *store, uint32_t number);
/* It has no samples and nobody knows it any more: labels and number go. */
void store_recycle(struct store *store, uint32_t number);
/* Appends, or counts as out of order. */
void store_append(struct store *store, store_target target, uint32_t number, int64_t t_ms, bool own,
                  double v);

#endif
