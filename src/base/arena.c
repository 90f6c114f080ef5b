/* See arena.h. A block is an eighth as large as all before it, at most a megabyte, so that little
 * is left over at the end; a larger request gets a block of its own. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"

#define ARENA_LEAST_BLOCK ((size_t)512)
#define ARENA_MOST_BLOCK  ((size_t)1 << 20)

struct arena_block {
    struct arena_block *next;
    size_t size;
    size_t used; /* from the front, aligned */
    size_t text; /* from the back: texts, which need no alignment */
    alignas(max_align_t) unsigned char bytes[];
};

void arena_init(struct arena *a)
{
    *a = (struct arena){0};
}

void arena_release(struct arena *a)
{
    for (struct arena_block *b = a->blocks; b != NULL;) {
        struct arena_block *next = b->next;
        free(b);
        b = next;
    }
    *a = (struct arena){0};
}

static struct arena_block *add_block(struct arena *a, size_t size)
{
    struct arena_block *b = mem_zalloc(1, sizeof(*b) + size);
    b->size = size;
    a->block_bytes += size;
    b->next = a->blocks;
    a->blocks = b;
    return b;
}

void arena_init_sized(struct arena *a, size_t bytes)
{
    arena_init(a);
    if (bytes != 0) {
        (void)add_block(a, bytes);
    }
}

static struct arena_block *grow(struct arena *a, size_t at_least)
{
    size_t size = a->block_bytes / 8;
    size = size < ARENA_LEAST_BLOCK ? ARENA_LEAST_BLOCK : size;
    size = size > ARENA_MOST_BLOCK ? ARENA_MOST_BLOCK : size;
    return add_block(a, size < at_least ? at_least : size);
}

static struct arena_block *block_for(struct arena *a, size_t size)
{
    struct arena_block *b = a->blocks;
    return b != NULL && b->size - b->used - b->text >= size ? b : grow(a, size);
}

void *arena_alloc(struct arena *a, size_t size)
{
    const size_t align = alignof(max_align_t);
    size = size != 0 ? (size + align - 1) & ~(align - 1) : align;
    struct arena_block *b = block_for(a, size);
    void *p = b->bytes + b->used;
    b->used += size;
    a->used_bytes += size;
    return p;
}

struct str arena_str(struct arena *a, struct str s)
{
    struct arena_block *b = block_for(a, s.len + 1);
    b->text += s.len + 1;
    a->used_bytes += s.len + 1;
    char *copy = (char *)b->bytes + b->size - b->text;
    if (s.len != 0) {
        memcpy(copy, s.data, s.len);
    }
    return str_span(copy, s.len);
}

struct str arena_printf(struct arena *a, const char *fmt, ...)
{
    struct strbuf text;
    strbuf_init(&text, SIZE_MAX - 1);
    va_list args;
    va_start(args, fmt);
    strbuf_vprintf(&text, fmt, args);
    va_end(args);
    struct str kept = arena_str(a, strbuf_str(&text));
    strbuf_release(&text);
    return kept;
}
