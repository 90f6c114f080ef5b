/*
 * Typed vectors. `VEC(struct thing) things;` declares one (zero-initialised is empty); the macros
 * below work on any of them. Growth doubles. Items are moved by memcpy: keep no pointers into a
 * vector that still grows.
 *
 * Owner: the vector owns its array, not what items point to.
 */
#ifndef TOCSIN_BASE_VEC_H
#define TOCSIN_BASE_VEC_H

#include <stddef.h>
#include <stdlib.h>

#include "base/mem.h"

#define VEC(type)        \
    struct {             \
        type *items;     \
        size_t len;      \
        size_t capacity; \
    }

/* Makes room for `extra` more items. */
#define vec_reserve(v, extra)                                                    \
    do {                                                                         \
        if ((v)->len + (extra) > (v)->capacity) {                                \
            size_t vec_cap_ = (v)->capacity != 0 ? (v)->capacity * 2 : 8;        \
            while (vec_cap_ < (v)->len + (extra)) {                              \
                vec_cap_ *= 2;                                                   \
            }                                                                    \
            (v)->items = mem_realloc((v)->items, vec_cap_, sizeof(*(v)->items)); \
            (v)->capacity = vec_cap_;                                            \
        }                                                                        \
    } while (0)

#define vec_push(v, item)                \
    do {                                 \
        vec_reserve(v, 1);               \
        (v)->items[(v)->len++] = (item); \
    } while (0)

/* Removes the item at `at`; the order of the others stays. */
#define vec_remove(v, at)                                   \
    do {                                                    \
        memmove(&(v)->items[(at)], &(v)->items[(at) + 1],   \
                ((v)->len - (at)-1) * sizeof(*(v)->items)); \
        (v)->len--;                                         \
    } while (0)

#define vec_release(v)                \
    do {                              \
        free((v)->items);             \
        (v)->items = NULL;            \
        (v)->len = (v)->capacity = 0; \
    } while (0)

// NOLINTBEGIN(bugprone-macro-parentheses): a type and a declared name cannot stand in parentheses
/* for each item: VEC_EACH (&things, struct thing, it) { use(it); } */
#define VEC_EACH(v, type, it)                                                             \
    for (__typeof__(type) *it = (v)->items,                                               \
                          *it##_end_ = (v)->items != NULL ? (v)->items + (v)->len : NULL; \
         it != it##_end_; it++)
// NOLINTEND(bugprone-macro-parentheses)

#endif
