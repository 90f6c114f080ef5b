/*
 * Holds: what was selected stays where it is until those who may know it are done.
 *
 * Series never move, and reading one copies its samples out, so that commits and the trimming of
 * chunks need no care. What does is a series that goes: its number would be given to another one
 * and its labels freed. It is put off until all holds that were open when it went are released;
 * later ones cannot have selected it.
 */
#include <assert.h>
#include <string.h>

#include "series/store_inside.h"

uint64_t store_hold(struct store *store)
{
    uint64_t hold = store->next_hold++;
    vec_push(&store->holds, hold);
    return hold;
}

/* Series that went before the oldest open hold was taken. */
static void recycle_unknown(struct store *store)
{
    uint64_t oldest = store->holds.len > 0 ? store->holds.items[0] : store->next_hold;
    size_t done = 0;
    while (done < store->gone.len && store->gone.items[done].next_hold <= oldest) {
        store_recycle(store, store->gone.items[done++].number);
    }
    if (done > 0) {
        store->gone.len -= done;
        memmove(store->gone.items, store->gone.items + done,
                store->gone.len * sizeof(*store->gone.items));
    }
}

void store_release_hold(struct store *store, uint64_t hold)
{
    size_t at = 0;
    while (at < store->holds.len && store->holds.items[at] != hold) {
        at++;
    }
    assert(at < store->holds.len);
    vec_remove(&store->holds, at);
    recycle_unknown(store);
}
