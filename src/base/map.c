/* See map.h. Removal shifts later entries back instead of leaving tombstones, so look-ups never
 * slow down with age. */
#include "base/map.h"

#include <stdlib.h>

#include "base/mem.h"

void map_release(struct map *m)
{
    free(m->slots);
    *m = (struct map){0};
}

/* The entry of `key`, or the free slot where it would go. The table is never full. */
static size_t map_slot(const struct map *m, struct str key, uint64_t hash)
{
    size_t mask = m->capacity - 1;
    size_t i = (size_t)hash & mask;
    while (m->slots[i].value != NULL &&
           !(m->slots[i].hash == hash && str_equal(m->slots[i].key, key))) {
        i = (i + 1) & mask;
    }
    return i;
}

static void map_resize(struct map *m, size_t capacity)
{
    struct map old = *m;
    m->slots = mem_zalloc(capacity, sizeof(*m->slots));
    m->capacity = capacity;
    for (size_t i = 0; i < old.capacity; i++) {
        if (old.slots[i].value != NULL) {
            m->slots[map_slot(m, old.slots[i].key, old.slots[i].hash)] = old.slots[i];
        }
    }
    free(old.slots);
}

void *map_get(const struct map *m, struct str key)
{
    return m->count != 0 ? m->slots[map_slot(m, key, str_hash(key))].value : NULL;
}

void *map_put(struct map *m, struct str key, void *value)
{
    if ((m->count + 1) * 4 > m->capacity * 3) {
        map_resize(m, m->capacity != 0 ? m->capacity * 2 : 16);
    }
    uint64_t hash = str_hash(key);
    struct map_entry *slot = &m->slots[map_slot(m, key, hash)];
    void *before = slot->value;
    if (before == NULL) {
        m->count++;
    }
    *slot = (struct map_entry){.key = key, .hash = hash, .value = value};
    return before;
}

void *map_remove(struct map *m, struct str key)
{
    if (m->count == 0) {
        return NULL;
    }
    size_t mask = m->capacity - 1;
    size_t hole = map_slot(m, key, str_hash(key));
    void *before = m->slots[hole].value;
    if (before == NULL) {
        return NULL;
    }
    m->count--;
    for (size_t i = (hole + 1) & mask; m->slots[i].value != NULL; i = (i + 1) & mask) {
        size_t home = (size_t)m->slots[i].hash & mask;
        /* It may move back only if its home is not between the hole and itself. */
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            m->slots[hole] = m->slots[i];
            hole = i;
        }
    }
    m->slots[hole] = (struct map_entry){0};
    return before;
}

struct map_entry *map_next(const struct map *m, size_t *position)
{
    while (*position < m->capacity) {
        struct map_entry *e = &m->slots[(*position)++];
        if (e->value != NULL) {
            return e;
        }
    }
    return NULL;
}
