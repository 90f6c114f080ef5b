/*
 * A set of pointers found by a 64-bit hash: open addressing, linear probing. What makes two entries
 * equal is the caller's business: it walks the entries of one hash and compares.
 *
 *     for (size_t at = hash_set_first(&set, hash); (e = hash_set_next(&set, hash, &at)) != NULL;) {
 *         if (equal(e, wanted)) ...
 *     }
 *
 * Unlike base/map.h it has no string key in the slot, which label sets and the store's series do
 * not have and which would double its size.
 *
 * Owner: the set owns its slots, not the entries. Zero-initialised is empty.
 */
#ifndef TOCSIN_SERIES_HASH_SET_H
#define TOCSIN_SERIES_HASH_SET_H

#include <stddef.h>
#include <stdint.h>

struct hash_slot {
    uint64_t hash;
    void *entry; /* NULL: free */
};

struct hash_set {
    struct hash_slot *slots;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
};

void hash_set_release(struct hash_set *set);
/* The caller has looked: no equal entry is there. */
void hash_set_insert(struct hash_set *set, uint64_t hash, void *entry);
/* `entry` is there. */
void hash_set_remove(struct hash_set *set, uint64_t hash, const void *entry);
/* for (size_t at = 0; (e = hash_set_each(&set, &at)) != NULL;); no changes inside. */
void *hash_set_each(const struct hash_set *set, size_t *at);

static inline size_t hash_set_first(const struct hash_set *set, uint64_t hash)
{
    return set->capacity != 0 ? (size_t)hash & (set->capacity - 1) : 0;
}

/* The next entry with this hash, or NULL. */
static inline void *hash_set_next(const struct hash_set *set, uint64_t hash, size_t *at)
{
    if (set->capacity == 0) {
        return NULL;
    }
    for (;;) {
        const struct hash_slot *slot = &set->slots[*at];
        if (slot->entry == NULL) {
            return NULL;
        }
        *at = (*at + 1) & (set->capacity - 1);
        if (slot->hash == hash) {
            return slot->entry;
        }
    }
}

static inline size_t hash_set_bytes(const struct hash_set *set)
{
    return set->capacity * sizeof(struct hash_slot);
}

#endif
