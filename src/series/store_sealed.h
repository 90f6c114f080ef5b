/*
 * What the archive takes from a store, and gives back to a new one: closed chunks, which never
 * change, and whose slots they are made of. A timeline is known to the archive by a number of its
 * own.
 *
 * Handing out is done in small pieces, since a store may be large and the loop must not wait. Each
 * thing is handed out once: a chunk when it was closed, the owner of a slot when its timeline has a
 * chunk; now and then also copies of what is still open, for the case of a crash. Nothing is kept
 * for it but a flag a slot and some numbers a timeline.
 *
 * Taking back makes timelines as those of removed targets are (store_inside.h): a target that
 * brings the same labels again goes on with the same series.
 */
#ifndef TOCSIN_SERIES_STORE_SEALED_H
#define TOCSIN_SERIES_STORE_SEALED_H

#include "series/chunk.h"
#include "series/store.h"

/* Where a pass stands; all zero at its beginning. It may be left at any time. */
struct sealed_cursor {
    bool open_too;     /* slots also of timelines that have open rows only */
    uint32_t slots_at; /* series */
    uint32_t stage;
    size_t chunks_at;
};

struct sealed_slot {
    uint32_t timeline;
    uint32_t slot;
    uint32_t first_chunk;        /* low bits of the id of the first chunk that is its series' */
    const struct labels *labels; /* borrowed until the next trim */
};
/* At most `max` slots into `out`, and how many; fewer than `max` only at the end. */
size_t store_next_slots(struct store *store, struct sealed_cursor *cursor, struct sealed_slot *out,
                        size_t max);
/* The next chunk, borrowed until the next trim; NULL at the end. `*timeline` is whose it is. */
const struct chunk *store_next_chunk(struct store *store, struct sealed_cursor *cursor,
                                     uint32_t *timeline);
/* A copy of the next timeline's open rows, where there are more of them than the last time; the
 * caller destroys it. NULL at the end. */
struct chunk *store_next_open(struct store *store, struct sealed_cursor *cursor,
                              uint32_t *timeline);
/* Closes all open rows, so that they are handed out too: at the end. */
void store_seal(struct store *store);
/* All slots are to be handed out again. */
void store_forget_slots(struct store *store);
/* The number that the next timeline gets. */
uint32_t store_next_timeline(const struct store *store);

/* Owner: store_restore_begin/store_restore_end. */
struct store_restore;
struct restored {
    size_t series;
    size_t series_refused; /* beyond max_series */
    size_t chunks;
    size_t samples;
};
/* Into a store that nothing was committed to. The numbers are beyond all that were handed out. */
struct store_restore *store_restore_begin(struct store *store, uint64_t next_chunk_id,
                                          uint32_t next_timeline);
/* Then, a timeline at a time: it, its chunks (taken over; ids and times going up, else it is
 * refused and freed: false), and its slots, each at most once. */
void restore_timeline(struct store_restore *r, uint32_t timeline);
bool restore_chunk(struct store_restore *r, struct chunk *chunk);
/* Behind its chunks: rows that were open. False where a chunk holds them already. */
bool restore_open(struct store_restore *r, struct chunk *chunk);
void restore_slot(struct store_restore *r, const struct sealed_slot *slot);
void store_restore_end(struct store_restore *r, struct restored *out);

#endif
