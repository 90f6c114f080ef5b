/*
 * Growth at three quarters full; removal shifts the entries behind back, so that there are no
 * tombstones and a set that shrank is as quick as a new one. Room is given back when a set has
 * become an eighth full: churn of label sets must not leave its peak behind.
 */
#include "series/hash_set.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

#define CAPACITY_MIN ((size_t)16)

void hash_set_release(struct hash_set *set)
{
    free(set->slots);
    *set = (struct hash_set){.slots = NULL};
}

static void place(struct hash_set *set, uint64_t hash, void *entry)
{
    size_t at = hash_set_first(set, hash);
    while (set->slots[at].entry != NULL) {
        at = (at + 1) & (set->capacity - 1);
    }
    set->slots[at] = (struct hash_slot){.hash = hash, .entry = entry};
}

static void resize(struct hash_set *set, size_t capacity)
{
    struct hash_set old = *set;
    set->slots = mem_zalloc(capacity, sizeof(*set->slots));
    set->capacity = capacity;
    for (size_t i = 0; i < old.capacity; i++) {
        if (old.slots[i].entry != NULL) {
            place(set, old.slots[i].hash, old.slots[i].entry);
        }
    }
    free(old.slots);
}

void hash_set_insert(struct hash_set *set, uint64_t hash, void *entry)
{
    if ((set->count + 1) * 4 > set->capacity * 3) {
        resize(set, set->capacity != 0 ? set->capacity * 2 : CAPACITY_MIN);
    }
    place(set, hash, entry);
    set->count++;
}

void hash_set_remove(struct hash_set *set, uint64_t hash, const void *entry)
{
    assert(set->count > 0);
    size_t mask = set->capacity - 1;
    size_t hole = hash_set_first(set, hash);
    while (set->slots[hole].entry != entry) {
        assert(set->slots[hole].entry != NULL);
        hole = (hole + 1) & mask;
    }
    for (size_t at = (hole + 1) & mask; set->slots[at].entry != NULL; at = (at + 1) & mask) {
        size_t home = (size_t)set->slots[at].hash & mask;
        /* Movable unless its home lies behind the hole (cyclically). */
        if (((at - home) & mask) >= ((at - hole) & mask)) {
            set->slots[hole] = set->slots[at];
            hole = at;
        }
    }
    set->slots[hole].entry = NULL;
    set->count--;
    if (set->capacity > CAPACITY_MIN && set->count * 8 < set->capacity) {
        resize(set, set->capacity / 2);
    }
}

void *hash_set_each(const struct hash_set *set, size_t *at)
{
    while (*at < set->capacity) {
        void *entry = set->slots[(*at)++].entry;
        if (entry != NULL) {
            return entry;
        }
    }
    return NULL;
}
