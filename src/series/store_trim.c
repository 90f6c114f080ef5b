/*
 * Forgetting: chunks past the retention, then the series that have nothing left; and what a clock
 * that was set back has put into the future.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "series/store_inside.h"

static bool is_dead(const void *context, uint32_t number)
{
    const struct store *store = context;
    return store_series(store, number)->dying;
}

/* Tracks whose timeline holds nothing of the retention any more. */
static void drop_old_tracks(struct series *s, int64_t cutoff_ms)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < s->older_count; i++) {
        if (timeline_newest(s->older[i].timeline) < cutoff_ms) {
            timeline_free_slot(s->older[i].timeline, s->older[i].slot);
        } else {
            s->older[kept++] = s->older[i];
        }
    }
    s->older_count = kept;
    if (kept == 0) {
        free(s->older);
        s->older = NULL;
    }
}

static void drop_series(struct store *store, int64_t cutoff_ms)
{
    VEC(uint32_t) numbers = {.items = NULL};
    VEC(const struct labels *) sets = {.items = NULL};
    for (uint32_t i = 0; i < store->numbers; i++) {
        struct series *s = store_series(store, i);
        if (!series_is_there(s)) {
            continue;
        }
        drop_old_tracks(s, cutoff_ms);
        if (s->newest_ms < cutoff_ms) {
            s->dying = true;
            vec_push(&numbers, i);
            vec_push(&sets, s->labels);
        } else if (s->alone) {
            timeline_trim(s->track.timeline, cutoff_ms);
        }
    }
    store->series_version += numbers.len > 0 ? 1 : 0;
    store->owners_version += numbers.len > 0 ? 1 : 0;
    postings_remove(&store->postings, sets.items, sets.len, is_dead, store);
    VEC_EACH (&numbers, uint32_t, number) {
        store_free_series(store, *number);
    }
    vec_release(&numbers);
    vec_release(&sets);
}

void store_trim(struct store *store, int64_t now_ms)
{
    if (store->options.retention_ms == 0) {
        return;
    }
    int64_t cutoff_ms = now_ms - store->options.retention_ms;
    size_t samples = store->timelines.samples;
    size_t series = store->series_count;
    drop_series(store, cutoff_ms);
    VEC_EACH (&store->targets, struct timeline *, tl) {
        if (*tl != NULL) {
            timeline_trim(*tl, cutoff_ms);
        }
    }
    size_t kept = 0;
    for (size_t i = 0; i < store->retired.len; i++) {
        struct timeline *tl = store->retired.items[i];
        if (timeline_newest(tl) < cutoff_ms) { /* no track is left in it: see drop_series */
            timeline_destroy(tl);
        } else {
            timeline_trim(tl, cutoff_ms);
            store->retired.items[kept++] = tl;
        }
    }
    store->retired.len = kept;
    if (store->timelines.samples != samples || store->series_count != series) {
        store->trim_version = ++store->version;
    }
}

static bool newest_of(const struct track *track, int64_t *newest_ms, double *v)
{
    return timeline_read_last(track->timeline, track->slot, INT64_MIN, INT64_MAX, newest_ms, v);
}

/* Its track is one that has samples, where there is one: those without may be freed under it. Only
 * a series that is alone keeps its own; `last` is the series' newest value all the same. */
static void settle_track(struct series *s)
{
    double v = 0;
    s->newest_ms = INT64_MIN;
    while (!newest_of(&s->track, &s->newest_ms, &v) && !s->alone && s->older_count > 0) {
        timeline_free_slot(s->track.timeline, s->track.slot);
        s->track = s->older[--s->older_count];
    }
    for (uint32_t i = s->older_count; s->newest_ms == INT64_MIN && i > 0; i--) {
        (void)newest_of(&s->older[i - 1], &s->newest_ms, &v);
    }
    memcpy(&s->track.timeline->slots.items[s->track.slot].column.last, &v, sizeof(v));
    if (s->older_count == 0) {
        free(s->older);
        s->older = NULL;
    }
}

bool store_forget_after(struct store *store, int64_t t_ms)
{
    bool cut = false;
    VEC_EACH (&store->targets, struct timeline *, tl) {
        cut = (*tl != NULL && timeline_cut(*tl, t_ms)) || cut;
    }
    VEC_EACH (&store->retired, struct timeline *, tl) {
        cut = timeline_cut(*tl, t_ms) || cut;
    }
    for (uint32_t i = 0; i < store->numbers; i++) {
        struct series *s = store_series(store, i);
        if (series_is_there(s) && s->newest_ms > t_ms) {
            cut = (s->alone && timeline_cut(s->track.timeline, t_ms)) || cut;
            settle_track(s);
        }
    }
    if (cut) {
        store->trim_version = ++store->version;
    }
    return cut;
}
