/* See kept_samples.h. */
#include "promql/eval/kept_samples.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "promql/absent.h"

struct kept_series {
    unsigned refs; /* the set's and those of readers, which keep it from being changed */
    const struct series *series;
    series_ref reference;  /* the series is still that one */
    uint64_t trim_version; /* of the store, when it was read anew */
    uint64_t round;        /* that it was asked for last in */
    size_t at;             /* in kept_samples.all */
    int64_t from_ms;       /* from here ... */
    int64_t until_ms;      /* ... up to here all samples are there, and none will come */
    int64_t width_ms;      /* of the longest window so far */
    struct samples samples;
    VEC(uint32_t) falls;
};

void kept_samples_init(struct kept_samples *k, size_t max_bytes)
{
    *k = (struct kept_samples){.max_bytes = max_bytes};
}

void kept_samples_unref(struct kept_series *held)
{
    if (held != NULL && --held->refs == 0) {
        samples_release(&held->samples);
        vec_release(&held->falls);
        free(held);
    }
}

void kept_samples_release(struct kept_samples *k)
{
    VEC_EACH (&k->all, struct kept_series *, e) {
        kept_samples_unref(*e);
    }
    vec_release(&k->all);
    hash_set_release(&k->by_series);
    *k = (struct kept_samples){.max_bytes = k->max_bytes};
}

static uint64_t hash_of(const struct series *s)
{
    uint64_t mixed = (uint64_t)(uintptr_t)s * UINT64_C(0x9E3779B97F4A7C15);
    return mixed ^ mixed >> 32;
}

static size_t bytes_of(const struct kept_series *e)
{
    return sizeof(*e) + e->samples.capacity * (sizeof(int64_t) + sizeof(double)) +
           e->falls.capacity * sizeof(*e->falls.items);
}

static void drop(struct kept_samples *k, struct kept_series *e)
{
    k->bytes -= bytes_of(e);
    hash_set_remove(&k->by_series, hash_of(e->series), e);
    struct kept_series *last = k->all.items[--k->all.len];
    k->all.items[e->at] = last;
    last->at = e->at;
    kept_samples_unref(e);
}

/* Room for `extra` bytes: a look at a few, so that asking never takes long. */
static bool make_room(struct kept_samples *k, const struct kept_series *spared, size_t extra)
{
    for (int looks = 0; looks < 8 && k->bytes + extra > k->max_bytes && k->all.len > 0; looks++) {
        k->hand = k->hand < k->all.len ? k->hand : 0;
        struct kept_series *e = k->all.items[k->hand];
        if (e != spared && e->round + 1 < k->round) {
            drop(k, e);
        } else {
            k->hand++;
        }
    }
    return k->bytes + extra <= k->max_bytes;
}

static struct kept_series *find(const struct kept_samples *k, const struct series *s)
{
    uint64_t hash = hash_of(s);
    struct kept_series *e;
    size_t at = hash_set_first(&k->by_series, hash);
    while ((e = hash_set_next(&k->by_series, hash, &at)) != NULL && e->series != s) {
    }
    return e;
}

static struct kept_series *add(struct kept_samples *k, const struct series *s)
{
    struct kept_series *e = mem_zalloc(1, sizeof(*e));
    e->refs = 1;
    e->series = s;
    e->at = k->all.len;
    vec_push(&k->all, e);
    hash_set_insert(&k->by_series, hash_of(s), e);
    k->bytes += bytes_of(e);
    return e;
}

void samples_drop_markers(struct samples *s)
{
    size_t kept = 0;
    while (kept < s->len && !is_absent(s->v[kept])) {
        kept++;
    }
    for (size_t i = kept; i < s->len; i++) {
        if (!is_absent(s->v[i])) {
            s->t_ms[kept] = s->t_ms[i];
            s->v[kept++] = s->v[i];
        }
    }
    s->len = kept;
}

/* Room for `len` samples in all, with some for the next instants. */
static void resize(struct samples *s, size_t len)
{
    if (len > s->capacity) {
        s->capacity = len + len / 4 + 4;
        s->t_ms = mem_realloc(s->t_ms, s->capacity, sizeof(*s->t_ms));
        s->v = mem_realloc(s->v, s->capacity, sizeof(*s->v));
    }
}

/* Puts what was read behind what is there. */
static void append(struct kept_series *e, const struct samples *read)
{
    struct samples *s = &e->samples;
    resize(s, s->len + read->len);
    for (size_t i = 0; i < read->len; i++) {
        if (s->len > 0 && read->v[i] < s->v[s->len - 1]) {
            vec_push(&e->falls, (uint32_t)s->len);
        }
        s->t_ms[s->len] = read->t_ms[i];
        s->v[s->len++] = read->v[i];
    }
}

/* The first sample that is not before `t_ms`. Windows mostly end with the newest. */
static size_t lower_bound(const struct samples *s, int64_t t_ms)
{
    size_t low = 0;
    size_t high = s->len;
    if (high == 0 || s->t_ms[high - 1] < t_ms) {
        return high;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->t_ms[middle] < t_ms) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Lets go of what is older than the longest window, once that is worth moving the rest. */
static void forget_old(struct kept_series *e)
{
    struct samples *s = &e->samples;
    int64_t from_ms = e->until_ms - e->width_ms;
    size_t old = from_ms > e->from_ms ? lower_bound(s, from_ms) : 0;
    if (old == 0 || old * 4 < s->capacity) {
        return;
    }
    s->len -= old;
    memmove(s->t_ms, s->t_ms + old, s->len * sizeof(*s->t_ms));
    memmove(s->v, s->v + old, s->len * sizeof(*s->v));
    e->from_ms = from_ms;
    size_t kept = 0;
    VEC_EACH (&e->falls, uint32_t, fall) {
        if (*fall > old) {
            e->falls.items[kept++] = *fall - (uint32_t)old;
        }
    }
    e->falls.len = kept;
}

/* Reads (e->until_ms, to_ms], or with `anew` all from from_ms on. False where it does not fit; then
 * what was read is in `into` only. */
static bool read(struct kept_samples *k, struct kept_series *e, bool anew, int64_t from_ms,
                 int64_t to_ms, struct samples *into)
{
    series_read(e->series, anew ? from_ms : e->until_ms + 1, to_ms, into);
    samples_drop_markers(into);
    size_t len = into->len + (anew ? 0 : e->samples.len);
    size_t extra = into->len * 2 * (sizeof(int64_t) + sizeof(double));
    if (len > KEPT_SAMPLES_MAX || !make_room(k, e, extra)) {
        return false;
    }
    int64_t newest = series_newest(e->series);
    size_t before = bytes_of(e);
    if (anew) {
        e->samples.len = 0;
        e->falls.len = 0;
        e->from_ms = from_ms;
    } else {
        forget_old(e);
    }
    e->until_ms = newest < to_ms ? newest : to_ms;
    append(e, into);
    k->bytes += bytes_of(e) - before;
    return true;
}

static bool is_known(const struct kept_series *e, const struct store *store)
{
    return e->reference == series_reference(e->series) &&
           e->trim_version == store_trim_version(store);
}

/* What there is to do for a window. */
enum need { NEED_NOTHING, NEED_NEWER, NEED_ALL, NEED_NONE_KEPT };

static enum need need_of(const struct kept_series *e, const struct store *store, int64_t from_ms,
                         int64_t to_ms)
{
    bool known = is_known(e, store);
    bool has_begin = known && from_ms >= e->from_ms && from_ms <= e->until_ms;
    bool has_end = to_ms <= e->until_ms || series_newest(e->series) <= e->until_ms;
    if (has_begin && has_end) {
        return NEED_NOTHING;
    }
    /* Of two windows far apart the newer one is kept. What somebody reads and pauses stays. */
    if (e->refs > 1 || (known && to_ms < e->from_ms)) {
        return NEED_NONE_KEPT;
    }
    return has_begin ? NEED_NEWER : NEED_ALL;
}

/* Sees to it that the window is in `e`; false where it does not fit, `whole` where all of it is in
 * `into`. */
static bool bring(struct kept_samples *k, const struct store *store, struct kept_series *e,
                  int64_t from_ms, int64_t to_ms, struct samples *into, bool *whole)
{
    *whole = false;
    switch (need_of(e, store, from_ms, to_ms)) {
    case NEED_NOTHING:
        return true;
    case NEED_NEWER:
        return read(k, e, false, from_ms, to_ms, into);
    case NEED_ALL:
        if (is_known(e, store) && from_ms < e->from_ms && to_ms < e->until_ms) {
            to_ms = e->until_ms;
        }
        e->reference = series_reference(e->series);
        e->trim_version = store_trim_version(store);
        if (read(k, e, true, from_ms, to_ms, into)) {
            return true;
        }
        e->reference = 0;
        *whole = true;
        return false;
    case NEED_NONE_KEPT:
        break;
    }
    return false;
}

/* The falls inside the slice, of e->samples; the first sample's own is not. */
static void slice_falls(const struct kept_series *e, struct kept_slice *out)
{
    size_t begin = (size_t)(out->t_ms - e->samples.t_ms);
    size_t end = begin + out->len;
    size_t first = 0;
    size_t last = e->falls.len;
    while (first < last && e->falls.items[first] <= begin) {
        first++;
    }
    while (last > first && e->falls.items[last - 1] >= end) {
        last--;
    }
    out->falls = last > first ? e->falls.items + first : NULL;
    out->falls_count = last - first;
    out->base = begin;
}

static void slice(const struct samples *s, int64_t from_ms, int64_t to_ms, struct kept_slice *out)
{
    size_t begin = lower_bound(s, from_ms);
    size_t end = s->len > 0 && s->t_ms[s->len - 1] > to_ms ? lower_bound(s, to_ms + 1) : s->len;
    *out = (struct kept_slice){.len = end > begin ? end - begin : 0};
    if (out->len > 0) {
        out->t_ms = s->t_ms + begin;
        out->v = s->v + begin;
    }
}

static struct kept_series *find_or_add(struct kept_samples *k, const struct series *s)
{
    struct kept_series *e = find(k, s);
    if (e == NULL && make_room(k, NULL, sizeof(*e))) {
        e = add(k, s);
    }
    return e;
}

struct kept_series *kept_samples_get(struct kept_samples *k, const struct store *store,
                                     const struct series *s, int64_t from_ms, int64_t to_ms,
                                     struct samples *into, struct kept_slice *out)
{
    struct kept_series *e = find_or_add(k, s);
    bool whole = false;
    if (e == NULL || !bring(k, store, e, from_ms, to_ms, into, &whole)) {
        if (!whole) {
            series_read(s, from_ms, to_ms, into);
            samples_drop_markers(into);
        }
        slice(into, from_ms, to_ms, out);
        return NULL;
    }
    int64_t width_ms = e->until_ms - from_ms;
    e->width_ms = width_ms > e->width_ms ? width_ms : e->width_ms;
    e->round = k->round;
    slice(&e->samples, from_ms, to_ms, out);
    if (out->len > 0) {
        slice_falls(e, out);
    }
    e->refs++;
    return e;
}
