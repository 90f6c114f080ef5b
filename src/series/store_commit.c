/*
 * Commit in two passes: the first finds the series of every sample and everything that can be wrong
 * with the batch, and takes back the series it made if something is; the second appends and cannot
 * fail.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "series/store_inside.h"

static int64_t sample_time(const struct batch *batch, const struct batch_sample *sample)
{
    return sample->t_ms != BATCH_NO_TIME ? sample->t_ms : batch->t_ms;
}

/* The number a sample's reference or labels stand for; makes the series where it is new. */
static bool resolve(struct store *store, const struct batch_sample *sample, uint32_t *number,
                    bool *is_new, struct error *err)
{
    *is_new = false;
    if (sample->ref != 0) {
        if (store_labels(store, sample->ref) == NULL) {
            return error_set(err, ERROR_NOT_FOUND,
                             "a sample refers to a series that is no longer there");
        }
        *number = (uint32_t)(sample->ref & UINT32_MAX) - 1;
        return true;
    }
    const struct series *s = store_find(store, sample->labels);
    if (s != NULL) {
        *number = s->number;
        return true;
    }
    if (store->series_count >= store->options.max_series) {
        return error_set(err, ERROR_LIMIT, "more series than the limit of %zu",
                         store->options.max_series);
    }
    *number = store_add_series(store, sample->labels);
    *is_new = true;
    return true;
}

struct place {
    uint32_t number;
    int64_t t_ms;
};

static int by_place(const void *a, const void *b)
{
    const struct place *x = a;
    const struct place *y = b;
    if (x->number != y->number) {
        return x->number < y->number ? -1 : 1;
    }
    return x->t_ms < y->t_ms ? -1 : x->t_ms > y->t_ms;
}

/* Some series is there more than once, which is right only at different times. */
static bool check_repeats(const struct store *store, const struct batch *batch, struct error *err)
{
    size_t n = batch->samples.len;
    struct place *places = mem_zalloc(n, sizeof(*places));
    for (size_t i = 0; i < n; i++) {
        places[i] = (struct place){.number = store->numbers_of_batch.items[i],
                                   .t_ms = sample_time(batch, &batch->samples.items[i])};
    }
    qsort(places, n, sizeof(*places), by_place);
    size_t at = 1;
    while (at < n && by_place(&places[at - 1], &places[at]) != 0) {
        at++;
    }
    if (at < n) {
        struct strbuf name = STRBUF_INIT;
        labels_format(&name, store_series(store, places[at].number)->labels);
        error_set(err, ERROR_PROTOCOL, "series '%s' is there twice", strbuf_cstr(&name));
        strbuf_release(&name);
    }
    free(places);
    return at >= n;
}

/* Fills numbers_of_batch; `made` gets the series that are new. */
static bool resolve_all(struct store *store, const struct batch *batch, size_t *made_count,
                        uint32_t *made, struct error *err)
{
    bool repeats = false;
    if (++store->serial == 0) {
        store->serial = 1; /* 0 is of series in no batch yet */
    }
    for (size_t i = 0; i < batch->samples.len; i++) {
        uint32_t number = 0;
        bool is_new = false;
        if (!resolve(store, &batch->samples.items[i], &number, &is_new, err)) {
            return false;
        }
        if (is_new) {
            made[(*made_count)++] = number;
        }
        struct series *s = store_series(store, number);
        repeats = repeats || s->serial == store->serial;
        s->serial = store->serial;
        store->numbers_of_batch.items[i] = number;
    }
    return !repeats || check_repeats(store, batch, err);
}

bool store_commit(struct store *store, store_target target, const struct batch *batch,
                  series_ref *refs, struct error *err)
{
    size_t n = batch->samples.len;
    size_t made_count = 0;
    assert(target < store->targets.len && (target == 0 || store->targets.items[target] != NULL));
    store->numbers_of_batch.len = 0;
    vec_reserve(&store->numbers_of_batch, n);
    uint32_t *made = mem_alloc(n * sizeof(*made) + 1);
    if (!resolve_all(store, batch, &made_count, made, err)) {
        while (made_count > 0) {
            store_free_series(store, made[--made_count]);
        }
        free(made);
        store->batches_refused++;
        return false;
    }
    store->series_version += made_count > 0 ? 1 : 0;
    store->owners_version += made_count > 0 ? 1 : 0;
    for (size_t i = 0; i < made_count; i++) {
        postings_add(&store->postings, store_series(store, made[i])->labels, made[i]);
    }
    free(made);
    for (size_t i = 0; i < n; i++) {
        const struct batch_sample *sample = &batch->samples.items[i];
        uint32_t number = store->numbers_of_batch.items[i];
        int64_t t_ms = sample_time(batch, sample);
        store_append(store, target, number, t_ms, t_ms != batch->t_ms, sample->v);
        if (refs != NULL) {
            refs[i] = series_reference(store_series(store, number));
        }
    }
    store->version += n > 0 ? 1 : 0;
    store->target_versions.items[target] = store->version;
    return true;
}

/* Ends the series' track; the next sample begins another. */
static void leave_track(struct series *s)
{
    if (s->track.timeline == NULL) {
        return;
    }
    s->older = mem_realloc(s->older, s->older_count + 1, sizeof(*s->older));
    s->older[s->older_count++] = s->track;
    s->track = (struct track){.timeline = NULL};
}

static bool is_live(const struct store *store, const struct timeline *tl)
{
    VEC_EACH (&store->targets, struct timeline *, live) {
        if (*live == tl) {
            return true;
        }
    }
    return false;
}

/* Sees to it that s->track takes a sample of this time. */
static void choose_track(struct store *store, struct timeline *tl, uint32_t number, int64_t t_ms,
                         bool own)
{
    struct series *s = store_series(store, number);
    if (s->alone) {
        return;
    }
    bool must_be_alone = tl == NULL || own || t_ms < timeline_newest(tl);
    if (!must_be_alone && s->track.timeline == tl) {
        return;
    }
    if (!must_be_alone && s->track.timeline != NULL) {
        must_be_alone = is_live(store, s->track.timeline); /* two targets have it in common */
    }
    leave_track(s);
    s->track.timeline = must_be_alone ? timeline_create(&store->timelines) : tl;
    s->track.slot = timeline_add_slot(s->track.timeline);
    s->alone = must_be_alone;
}

void store_append(struct store *store, store_target target, uint32_t number, int64_t t_ms, bool own,
                  double v)
{
    struct series *s = store_series(store, number);
    uint64_t bits;
    if (t_ms <= s->newest_ms) {
        store->out_of_order++;
        return;
    }
    choose_track(store, store->targets.items[target], number, t_ms, own);
    memcpy(&bits, &v, sizeof(bits));
    uint32_t row = timeline_row(s->track.timeline, t_ms);
    timeline_append(s->track.timeline, s->track.slot, row, bits);
    s->newest_ms = t_ms;
    store->owners_version += s->target != target ? 1 : 0;
    s->target = target;
    store->samples_appended++;
}
