/*
 * Entries stand in one array and keep their place from poll to poll, also while their series is
 * away, so that an index stays good; a table of label sets leads to them. A poll stamps what it
 * meets with its number, so nothing has to be cleared between polls, and the array is walked for
 * ended series only when fewer of the present ones came than there were.
 *
 * Entries away for long would pile up under series that come and go: once they are the larger part
 * the array is made anew and the epoch moves.
 */
#include "source/target_series.h"

#include <assert.h>

#include "base/vec.h"
#include "source/source.h"

#define AWAY_SLACK      ((size_t)1024) /* entries away that are never worth making the array anew */
#define REFS_TRUSTED_MS 60000          /* between polls; far below any retention */

struct target_entry {
    struct labels *labels; /* owned */
    series_ref ref;        /* 0: the store has to look for the labels */
    int64_t t_ms;          /* of the newest sample of the poll `seen` */
    uint32_t seen;         /* the number of the last poll that met it; 0: none */
    bool present;          /* in the last commit */
    bool own_time;         /* its samples bring their own times */
};

/* A series the running poll brings that the last commit did not have. */
struct arrival {
    uint32_t index;
    uint32_t sample; /* its first in the batch */
};

enum report {
    REPORT_UP,
    REPORT_DURATION,
    REPORT_SAMPLES,
    REPORT_SAMPLES_RELABELED,
    REPORT_SERIES_ADDED,
    REPORT_COUNT
};

static const char *const report_names[REPORT_COUNT] = {
    [REPORT_UP] = "up",
    [REPORT_DURATION] = "scrape_duration_seconds",
    [REPORT_SAMPLES] = "scrape_samples_scraped",
    [REPORT_SAMPLES_RELABELED] = "scrape_samples_post_metric_relabeling",
    [REPORT_SERIES_ADDED] = "scrape_series_added",
};

struct target_series {
    struct store *store;
    store_target target;
    struct labels *labels;
    VEC(struct target_entry) entries;
    uint32_t *slots; /* index + 1 by label set; 0: free */
    size_t slot_count;
    size_t present;
    uint64_t epoch;
    int64_t newest_ms;

    uint32_t poll; /* number of the running or last poll */
    size_t present_met;
    VEC(struct arrival) arrivals;
    struct batch batch;
    VEC(series_ref) refs;

    struct labels *report_labels[REPORT_COUNT];
    series_ref report_refs[REPORT_COUNT];
};

static struct labels *make_report_labels(struct label_table *table, const struct labels *target,
                                         const char *name)
{
    struct labels_builder b;
    struct error err = ERROR_INIT;
    labels_builder_init(&b, table);
    labels_builder_from(&b, target);
    labels_builder_set(&b, STR(LABEL_NAME), str_from(name));
    struct labels *made = labels_builder_finish(&b, &err);
    labels_builder_release(&b);
    error_release(&err);
    return made;
}

struct target_series *target_series_create(struct store *store, struct label_table *table,
                                           struct labels *target)
{
    struct target_series *ts = mem_zalloc(1, sizeof(*ts));
    ts->store = store;
    ts->target = store != NULL ? store_add_target(store) : 0;
    ts->labels = target;
    ts->newest_ms = INT64_MIN;
    batch_init(&ts->batch);
    for (int i = 0; i < REPORT_COUNT; i++) {
        ts->report_labels[i] = make_report_labels(table, target, report_names[i]);
    }
    return ts;
}

void target_series_destroy(struct target_series *ts)
{
    if (ts == NULL) {
        return;
    }
    if (ts->store != NULL) {
        /* One later than the newest: a marker at the same time would be refused as out of order. */
        int64_t end_ms = ts->newest_ms != INT64_MIN ? ts->newest_ms + 1 : 0;
        store_remove_target(ts->store, ts->target, end_ms);
    }
    VEC_EACH (&ts->entries, struct target_entry, e) {
        labels_unref(e->labels);
    }
    for (int i = 0; i < REPORT_COUNT; i++) {
        labels_unref(ts->report_labels[i]);
    }
    vec_release(&ts->entries);
    vec_release(&ts->arrivals);
    vec_release(&ts->refs);
    batch_release(&ts->batch);
    free(ts->slots);
    labels_unref(ts->labels);
    free(ts);
}

const struct labels *target_series_labels(const struct target_series *ts)
{
    return ts->labels;
}

uint64_t target_series_epoch(const struct target_series *ts)
{
    return ts->epoch;
}

size_t target_series_count(const struct target_series *ts)
{
    return ts->present;
}

/* Where `labels` is or belongs. Sets are interned: the pointer is the identity. */
static size_t find_slot(const struct target_series *ts, const struct labels *labels)
{
    size_t mask = ts->slot_count - 1;
    size_t at = (size_t)labels_hash(labels) & mask;
    while (ts->slots[at] != 0 && ts->entries.items[ts->slots[at] - 1].labels != labels) {
        at = (at + 1) & mask;
    }
    return at;
}

static void remake_slots(struct target_series *ts, size_t slot_count)
{
    free(ts->slots);
    ts->slots = mem_zalloc(slot_count, sizeof(*ts->slots));
    ts->slot_count = slot_count;
    for (size_t i = 0; i < ts->entries.len; i++) {
        ts->slots[find_slot(ts, ts->entries.items[i].labels)] = (uint32_t)i + 1;
    }
}

uint32_t target_series_index(struct target_series *ts, struct labels *labels)
{
    if ((ts->entries.len + 1) * 2 > ts->slot_count) {
        remake_slots(ts, ts->slot_count != 0 ? ts->slot_count * 2 : 64);
    }
    size_t at = find_slot(ts, labels);
    if (ts->slots[at] != 0) {
        labels_unref(labels);
        return ts->slots[at] - 1;
    }
    vec_push(&ts->entries, ((struct target_entry){.labels = labels}));
    ts->slots[at] = (uint32_t)ts->entries.len;
    return (uint32_t)ts->entries.len - 1;
}

/* The store gives up a series when its retention has passed without a sample, and refuses its
 * reference afterwards: such a series is named by its labels again. That takes a pause between
 * polls (a suspended machine), samples that bring old times, or a clock that was set back. */
static series_ref live_ref(const struct target_series *ts, series_ref ref)
{
    return ref != 0 && ts->store != NULL && store_labels(ts->store, ref) == NULL ? 0 : ref;
}

void target_series_begin(struct target_series *ts, struct wall t)
{
    ts->poll++;
    if (UNLIKELY(ts->poll == 0)) {
        VEC_EACH (&ts->entries, struct target_entry, e) {
            e->seen = 0;
        }
        ts->poll = 1;
    }
    bool paused = ts->newest_ms != INT64_MIN && t.ms - ts->newest_ms >= REFS_TRUSTED_MS;
    if (paused || t.ms < ts->newest_ms) {
        VEC_EACH (&ts->entries, struct target_entry, e) {
            e->ref = live_ref(ts, e->ref);
        }
    }
    ts->present_met = 0;
    ts->arrivals.len = 0;
    batch_reset(&ts->batch, t.ms);
}

enum target_added target_series_add_index(struct target_series *ts, uint32_t index, int64_t t_ms,
                                          double v)
{
    assert(index < ts->entries.len);
    struct target_entry *e = &ts->entries.items[index];
    int64_t at_ms = t_ms != TARGET_POLL_TIME ? t_ms : ts->batch.t_ms;
    if (UNLIKELY(e->seen == ts->poll)) {
        if (at_ms <= e->t_ms) {
            return TARGET_REPEATED;
        }
    } else if (LIKELY(e->present)) {
        ts->present_met++;
    } else {
        vec_push(&ts->arrivals, ((struct arrival){index, (uint32_t)ts->batch.samples.len}));
    }
    e->seen = ts->poll;
    e->t_ms = at_ms;
    e->own_time = t_ms != TARGET_POLL_TIME;
    if (UNLIKELY(e->own_time)) {
        e->ref = live_ref(ts, e->ref);
    }
    if (LIKELY(e->ref != 0)) {
        batch_add_ref(&ts->batch, e->ref, v);
    } else {
        batch_add_labels(&ts->batch, labels_ref(e->labels), v);
    }
    if (UNLIKELY(e->own_time)) {
        batch_set_time(&ts->batch, t_ms);
    }
    return TARGET_ADDED;
}

enum target_added target_series_add(struct target_series *ts, struct labels *labels, int64_t t_ms,
                                    double v, uint32_t *index)
{
    uint32_t at = target_series_index(ts, labels);
    if (index != NULL) {
        *index = at;
    }
    return target_series_add_index(ts, at, t_ms, v);
}

/* Markers for what the last commit had and this poll has not met. The entries are marked as away
 * only after the commit. */
static uint64_t add_markers(struct target_series *ts)
{
    if (ts->present_met == ts->present) {
        return 0;
    }
    uint64_t ended = 0;
    VEC_EACH (&ts->entries, struct target_entry, e) {
        if (!e->present || e->seen == ts->poll) {
            continue;
        }
        ended++;
        if (!e->own_time && e->ref != 0) {
            batch_add_ref(&ts->batch, e->ref, stale_nan());
        }
    }
    return ended;
}

static void end_unmet(struct target_series *ts)
{
    VEC_EACH (&ts->entries, struct target_entry, e) {
        if (e->present && e->seen != ts->poll) {
            e->present = false;
            e->ref = 0;
            ts->present--;
        }
    }
}

static bool commit_batch(struct target_series *ts, struct error *err)
{
    ts->refs.len = 0;
    vec_reserve(&ts->refs, ts->batch.samples.len + 1);
    if (ts->store == NULL) {
        return true;
    }
    return store_commit(ts->store, ts->target, &ts->batch, ts->refs.items, err);
}

/* Makes the array anew from the entries that are present. */
static void drop_away(struct target_series *ts)
{
    if (ts->entries.len - ts->present <= ts->present + AWAY_SLACK) {
        return;
    }
    size_t kept = 0;
    for (size_t i = 0; i < ts->entries.len; i++) {
        struct target_entry *e = &ts->entries.items[i];
        if (e->present) {
            ts->entries.items[kept++] = *e;
        } else {
            labels_unref(e->labels);
        }
    }
    ts->entries.len = kept;
    ts->epoch++;
    remake_slots(ts, ts->slot_count);
}

bool target_series_commit(struct target_series *ts, struct target_counts *counts, struct error *err)
{
    *counts = (struct target_counts){.samples = ts->batch.samples.len, .added = ts->arrivals.len};
    counts->ended = add_markers(ts);
    if (!commit_batch(ts, err)) {
        target_series_abort(ts);
        return false;
    }
    ts->newest_ms = ts->batch.t_ms;
    VEC_EACH (&ts->arrivals, struct arrival, a) {
        struct target_entry *e = &ts->entries.items[a->index];
        e->present = true;
        e->ref = ts->store != NULL ? ts->refs.items[a->sample] : 0;
    }
    ts->present += ts->arrivals.len;
    ts->arrivals.len = 0;
    if (counts->ended > 0) {
        end_unmet(ts);
    }
    batch_reset(&ts->batch, ts->batch.t_ms);
    drop_away(ts);
    return true;
}

void target_series_abort(struct target_series *ts)
{
    ts->arrivals.len = 0;
    batch_reset(&ts->batch, ts->batch.t_ms);
}

void target_series_mark_stale(struct target_series *ts, struct wall t)
{
    target_series_begin(ts, t);
    add_markers(ts);
    struct error err = ERROR_INIT;
    /* A marker that the store cannot take leaves the series to end by itself, with the look-back
     * window: nothing a caller could do better. */
    if (commit_batch(ts, &err)) {
        ts->newest_ms = t.ms;
    }
    error_release(&err);
    end_unmet(ts);
    target_series_abort(ts);
    drop_away(ts);
}

void target_series_report(struct target_series *ts, struct wall slot, bool up,
                          double duration_seconds, const struct poll_result *result)
{
    const double values[REPORT_COUNT] = {
        [REPORT_UP] = up ? 1 : 0,
        [REPORT_DURATION] = duration_seconds,
        [REPORT_SAMPLES] = result != NULL ? (double)result->samples : 0,
        [REPORT_SAMPLES_RELABELED] = result != NULL ? (double)result->samples_after_relabeling : 0,
        [REPORT_SERIES_ADDED] = result != NULL ? (double)result->series_added : 0,
    };
    batch_reset(&ts->batch, slot.ms);
    for (int i = 0; i < REPORT_COUNT; i++) {
        series_ref ref = live_ref(ts, ts->report_refs[i]);
        if (ref != 0) {
            batch_add_ref(&ts->batch, ref, values[i]);
        } else if (ts->report_labels[i] != NULL) {
            batch_add_labels(&ts->batch, labels_ref(ts->report_labels[i]), values[i]);
        }
    }
    struct error err = ERROR_INIT;
    if (ts->store != NULL && commit_batch(ts, &err)) {
        ts->newest_ms = slot.ms > ts->newest_ms ? slot.ms : ts->newest_ms;
        for (size_t i = 0; i < ts->batch.samples.len; i++) {
            ts->report_refs[i] = ts->refs.items[i];
        }
    }
    /* The store says what it refuses (its limit of series) to the poll itself. */
    error_release(&err);
    batch_reset(&ts->batch, slot.ms);
}
