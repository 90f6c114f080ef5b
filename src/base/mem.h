/*
 * Memory. Running out of it on a small allocation is not an error the program can do anything
 * about: these abort with one line on standard error. A size that comes from the network or a file
 * passes a stated limit first (ERROR_LIMIT), so it never reaches here unchecked.
 *
 * Owner: what they return belongs to the caller and is freed with free().
 */
#ifndef TOCSIN_BASE_MEM_H
#define TOCSIN_BASE_MEM_H

#include <stddef.h>

#include "base/attr.h"

void *mem_alloc(size_t size) ATTR_MALLOC;
/* `count` x `size` bytes, all zero; aborts where the product overflows. */
void *mem_zalloc(size_t count, size_t size) ATTR_MALLOC;
/* `count` x `size` bytes; `ptr` may be NULL. */
void *mem_realloc(void *ptr, size_t count, size_t size) ATTR_NODISCARD;
/*
 * free() of a piece of something huge (MEM_HUGE bytes together), whose pages go back to the system
 * with it. Otherwise the allocator keeps them until the last piece is freed and gives all back at
 * once, which for some hundred megabytes takes longer than a loop may wait. `ptr` may be NULL.
 */
void mem_free_pages(void *ptr, size_t size);
#define MEM_HUGE ((size_t)32 * 1024 * 1024)
char *mem_strdup(const char *s) ATTR_MALLOC;
/* A copy of `len` bytes with a NUL behind them. */
char *mem_strndup(const char *s, size_t len) ATTR_MALLOC;
char *mem_printf(const char *fmt, ...) ATTR_PRINTF(1, 2) ATTR_MALLOC;

#endif
