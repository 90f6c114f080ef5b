/*
 * An arena: many small allocations, freed at once. Memory is zeroed and aligned for any type.
 *
 * Owner: the arena owns everything it gave out, until arena_release.
 */
#ifndef TOCSIN_BASE_ARENA_H
#define TOCSIN_BASE_ARENA_H

#include <stddef.h>

#include "base/attr.h"
#include "base/str.h"

struct arena_block;

struct arena {
    struct arena_block *blocks;
    size_t used_bytes;  /* given out so far, without overhead */
    size_t block_bytes; /* taken for that */
};

void arena_init(struct arena *a);
/* With room for exactly so many bytes of used_bytes, where that is known. */
void arena_init_sized(struct arena *a, size_t bytes);
void arena_release(struct arena *a);
void *arena_alloc(struct arena *a, size_t size) ATTR_MALLOC;
#define arena_new(a, type)          ((type *)arena_alloc((a), sizeof(type)))
#define arena_array(a, type, count) ((type *)arena_alloc((a), sizeof(type) * (count)))
/* A NUL-terminated copy. */
struct str arena_str(struct arena *a, struct str s);
struct str arena_printf(struct arena *a, const char *fmt, ...) ATTR_PRINTF(2, 3);

#endif
