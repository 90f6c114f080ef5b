/*
 * Handing out closed chunks: see store_sealed.h. A pass over slots walks the series, one over
 * chunks the timelines: of targets, of removed targets, of series that are alone.
 */
#include "series/store_sealed.h"

#include "series/store_inside.h"

enum stage { STAGE_TARGETS, STAGE_RETIRED, STAGE_ALONE, STAGE_END };

/* The track's slot, where the archive is to hear of it. */
static struct slot *unknown_slot(const struct track *track, bool open_too)
{
    struct timeline *tl = track->timeline;
    if (tl == NULL || (tl->chunks.len == 0 && !open_too) || tl->slots.items[track->slot].archived) {
        return NULL;
    }
    return &tl->slots.items[track->slot];
}

static uint32_t archive_id(struct timeline *tl)
{
    if (tl->archive_id == 0) {
        tl->archive_id = tl->shared->next_archive_id++;
    }
    return tl->archive_id;
}

static bool hand_out(const struct series *s, const struct track *track, bool open_too,
                     struct sealed_slot *out)
{
    struct slot *slot = unknown_slot(track, open_too);
    if (slot == NULL) {
        return false;
    }
    slot->archived = true;
    *out = (struct sealed_slot){.timeline = archive_id(track->timeline),
                                .slot = track->slot,
                                .first_chunk = slot->first_chunk,
                                .labels = s->labels};
    return true;
}

size_t store_next_slots(struct store *store, struct sealed_cursor *cursor, struct sealed_slot *out,
                        size_t max)
{
    size_t count = 0;
    for (; cursor->slots_at < store->numbers; cursor->slots_at++) {
        struct series *s = store_series(store, cursor->slots_at);
        if (!series_is_there(s)) {
            continue;
        }
        for (uint32_t i = 0; i < s->older_count; i++) {
            if (count == max) {
                return count;
            }
            count += hand_out(s, &s->older[i], cursor->open_too, &out[count]) ? 1 : 0;
        }
        if (count == max) {
            return count; /* the same series again, where all before is known then */
        }
        count += hand_out(s, &s->track, cursor->open_too, &out[count]) ? 1 : 0;
    }
    return count;
}

/* The timeline the cursor stands at, or NULL; `*end`: of its stage. */
static struct timeline *timeline_at(const struct store *store, const struct sealed_cursor *cursor,
                                    bool *end)
{
    size_t at = cursor->chunks_at;
    *end = false;
    switch ((enum stage)cursor->stage) {
    case STAGE_TARGETS:
        *end = at >= store->targets.len;
        return *end ? NULL : store->targets.items[at];
    case STAGE_RETIRED:
        *end = at >= store->retired.len;
        return *end ? NULL : store->retired.items[at];
    case STAGE_ALONE:
        *end = at >= store->numbers;
        if (!*end) {
            const struct series *s = store_series(store, (uint32_t)at);
            return series_is_there(s) && s->alone ? s->track.timeline : NULL;
        }
        return NULL;
    case STAGE_END:
        break;
    }
    *end = true;
    return NULL;
}

const struct chunk *store_next_chunk(struct store *store, struct sealed_cursor *cursor,
                                     uint32_t *timeline)
{
    while (cursor->stage != STAGE_END) {
        bool end = false;
        struct timeline *tl = timeline_at(store, cursor, &end);
        const struct chunk *chunk = tl != NULL ? timeline_unarchived(tl) : NULL;
        if (chunk != NULL) {
            tl->archived_chunk = (uint32_t)chunk->id;
            *timeline = archive_id(tl);
            return chunk;
        }
        cursor->chunks_at++;
        if (end) {
            cursor->stage++;
            cursor->chunks_at = 0;
        }
    }
    return NULL;
}

/* All timelines of the store, one after the other; NULL at the end. */
static struct timeline *each_timeline(const struct store *store, struct sealed_cursor *cursor)
{
    while (cursor->stage != STAGE_END) {
        bool end = false;
        struct timeline *tl = timeline_at(store, cursor, &end);
        cursor->chunks_at++;
        if (end) {
            cursor->stage++;
            cursor->chunks_at = 0;
        }
        if (tl != NULL) {
            return tl;
        }
    }
    return NULL;
}

struct chunk *store_next_open(struct store *store, struct sealed_cursor *cursor, uint32_t *timeline)
{
    struct timeline *tl;
    while ((tl = each_timeline(store, cursor)) != NULL) {
        if (tl->rows > tl->archived_rows) {
            tl->archived_rows = tl->rows;
            *timeline = archive_id(tl);
            return timeline_copy_open(tl);
        }
    }
    return NULL;
}

void store_seal(struct store *store)
{
    struct sealed_cursor cursor = {.stage = STAGE_TARGETS};
    struct timeline *tl;
    while ((tl = each_timeline(store, &cursor)) != NULL) {
        timeline_seal(tl);
    }
}

void store_forget_slots(struct store *store)
{
    struct sealed_cursor cursor = {.stage = STAGE_TARGETS};
    struct timeline *tl;
    while ((tl = each_timeline(store, &cursor)) != NULL) {
        VEC_EACH (&tl->slots, struct slot, slot) {
            slot->archived = false;
        }
    }
}

uint32_t store_next_timeline(const struct store *store)
{
    return store->timelines.next_archive_id;
}
