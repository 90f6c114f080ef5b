/* The store's life, its series and targets, and its figures. */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "series/store_inside.h"

/* Chunks go as a whole, so one must not cover much of the retention. */
#define CHUNKS_PER_RETENTION 6

struct store *store_create(const struct store_options *options, struct label_table *table)
{
    struct store *store = mem_zalloc(1, sizeof(*store));
    store->options = *options;
    if (store->options.max_series == 0) {
        store->options.max_series = STORE_MAX_SERIES_DEFAULT;
    }
    if (store->options.max_series > STORE_MAX_SERIES) {
        store->options.max_series = STORE_MAX_SERIES;
    }
    store->table = table;
    store->timelines.next_chunk_id = 1;
    store->timelines.next_archive_id = 1;
    store->timelines.chunk_span_ms = options->retention_ms / CHUNKS_PER_RETENTION;
    postings_init(&store->postings, table);
    vec_push(&store->targets, NULL);
    vec_push(&store->target_versions, 0);
    return store;
}

void store_destroy(struct store *store)
{
    if (store == NULL) {
        return;
    }
    assert(store->holds.len == 0);
    for (uint32_t i = 0; i < store->numbers; i++) {
        struct series *s = store_series(store, i);
        if (s->labels != NULL && s->alone) {
            timeline_destroy(s->track.timeline);
        }
        free(s->older);
        labels_unref(s->labels);
    }
    VEC_EACH (&store->targets, struct timeline *, tl) {
        timeline_destroy(*tl);
    }
    VEC_EACH (&store->retired, struct timeline *, tl) {
        timeline_destroy(*tl);
    }
    VEC_EACH (&store->pages, struct series *, page) {
        free(*page);
    }
    postings_release(&store->postings);
    hash_set_release(&store->by_labels);
    vec_release(&store->pages);
    vec_release(&store->free_numbers);
    vec_release(&store->targets);
    vec_release(&store->target_versions);
    vec_release(&store->retired);
    vec_release(&store->numbers_of_batch);
    vec_release(&store->holds);
    vec_release(&store->gone);
    free(store);
}

struct series *store_find(const struct store *store, const struct labels *ls)
{
    uint64_t hash = labels_hash(ls);
    struct series *s = NULL;
    size_t at = hash_set_first(&store->by_labels, hash);
    while ((s = hash_set_next(&store->by_labels, hash, &at)) != NULL && s->labels != ls) {
    }
    return s;
}

uint32_t store_add_series(struct store *store, const struct labels *ls)
{
    uint32_t number = store->numbers;
    if (store->free_numbers.len > 0) {
        number = store->free_numbers.items[--store->free_numbers.len];
    } else {
        if (number % SERIES_PAGE == 0) {
            vec_push(&store->pages, mem_zalloc(SERIES_PAGE, sizeof(struct series)));
        }
        store->numbers++;
    }
    struct series *s = store_series(store, number);
    *s = (struct series){.labels = labels_ref(ls),
                         .newest_ms = INT64_MIN,
                         .generation = s->generation + 1,
                         .number = number};
    hash_set_insert(&store->by_labels, labels_hash(ls), s);
    store->series_count++;
    return number;
}

void store_free_series(struct store *store, uint32_t number)
{
    struct series *s = store_series(store, number);
    hash_set_remove(&store->by_labels, labels_hash(s->labels), s);
    for (uint32_t i = 0; i < s->older_count; i++) {
        timeline_free_slot(s->older[i].timeline, s->older[i].slot);
    }
    if (s->alone) {
        timeline_destroy(s->track.timeline);
    } else if (s->track.timeline != NULL) {
        timeline_free_slot(s->track.timeline, s->track.slot);
    }
    free(s->older);
    *s = (struct series){.labels = s->labels,
                         .newest_ms = INT64_MIN,
                         .generation = s->generation + 1,
                         .number = number,
                         .gone = true};
    store->series_count--;
    if (store->holds.len == 0) {
        store_recycle(store, number);
    } else {
        vec_push(&store->gone, ((struct gone_series){number, store->next_hold}));
    }
}

void store_recycle(struct store *store, uint32_t number)
{
    struct series *s = store_series(store, number);
    labels_unref(s->labels);
    *s = (struct series){.generation = s->generation};
    vec_push(&store->free_numbers, number);
}

store_target store_add_target(struct store *store)
{
    vec_push(&store->targets, timeline_create(&store->timelines));
    vec_push(&store->target_versions, store->version);
    return (store_target)store->targets.len - 1;
}

void store_remove_target(struct store *store, store_target target, int64_t t_ms)
{
    assert(target > 0 && target < store->targets.len && store->targets.items[target] != NULL);
    for (uint32_t i = 0; i < store->numbers; i++) {
        struct series *s = store_series(store, i);
        if (!series_is_there(s) || s->target != target) {
            continue;
        }
        const struct slot *slot = &s->track.timeline->slots.items[s->track.slot];
        if (slot->column.last != STALE_NAN_BITS && t_ms > s->newest_ms) {
            store_append(store, target, i, t_ms, false, stale_nan());
        }
        s->generation++;
        s->target = 0;
    }
    timeline_seal(store->targets.items[target]); /* nothing more comes */
    vec_push(&store->retired, store->targets.items[target]);
    store->targets.items[target] = NULL;
    store->version++;
    store->owners_version++;
}

const struct labels *store_labels(const struct store *store, series_ref ref)
{
    uint64_t number = (ref & UINT32_MAX) - 1;
    if (ref == 0 || number >= store->numbers) {
        return NULL;
    }
    const struct series *s = store_series(store, (uint32_t)number);
    return s->generation == ref >> 32 ? s->labels : NULL;
}

void store_stats(const struct store *store, struct store_stats *out)
{
    size_t index_bytes = store->pages.len * SERIES_PAGE * sizeof(struct series) +
                         hash_set_bytes(&store->by_labels) + store->postings.bytes;
    *out = (struct store_stats){.series = store->series_count,
                                .samples = store->timelines.samples,
                                .bytes = store->timelines.bytes + index_bytes,
                                .samples_appended = store->samples_appended,
                                .out_of_order = store->out_of_order,
                                .batches_refused = store->batches_refused};
}

uint64_t store_version(const struct store *store)
{
    return store->version;
}

uint64_t store_series_version(const struct store *store)
{
    return store->series_version;
}

uint64_t store_owners_version(const struct store *store)
{
    return store->owners_version;
}

uint64_t store_target_version(const struct store *store, store_target target)
{
    uint64_t brought = store->target_versions.items[target];
    return brought > store->trim_version ? brought : store->trim_version;
}

uint64_t store_trim_version(const struct store *store)
{
    return store->trim_version;
}
