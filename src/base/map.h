/*
 * A hash map from strings to pointers (open addressing, linear probing). Keys are not copied: they
 * must live as long as their entry (usually they are part of the value). Iteration order is
 * unspecified.
 *
 * Owner: the map owns its table only.
 */
#ifndef TOCSIN_BASE_MAP_H
#define TOCSIN_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/str.h"

struct map_entry {
    struct str key;
    uint64_t hash;
    void *value; /* NULL: the slot is free */
};

struct map {
    struct map_entry *slots;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
};

void map_release(struct map *m);
/* NULL where the key is not there. */
void *map_get(const struct map *m, struct str key);
/* Adds or replaces; `value` is not NULL. Returns what was there before, or NULL. */
void *map_put(struct map *m, struct str key, void *value);
/* Returns what was there, or NULL. */
void *map_remove(struct map *m, struct str key);
/* for (size_t i = 0; (e = map_next(&m, &i)) != NULL;) ... ; no changes to the map inside. */
struct map_entry *map_next(const struct map *m, size_t *position);

#endif
