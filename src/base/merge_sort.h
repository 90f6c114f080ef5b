/*
 * Sorting that can pause: for long lists in work that must give way now and then. Stable. A list
 * that is in order already costs one pass.
 *
 * `items` and what the comparison looks at must stay as they are in pauses.
 */
#ifndef TOCSIN_BASE_MERGE_SORT_H
#define TOCSIN_BASE_MERGE_SORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/* Called again and again with the number of comparisons since; false calls the sorting off. */
struct sort_pace {
    bool (*spend)(void *user, size_t comparisons);
    void *user;
};

/* False where it was called off: all items are still there, in some order. `pace` NULL: never. */
bool merge_sort(void *items, size_t count, size_t size, int (*compare)(const void *, const void *),
                const struct sort_pace *pace) ATTR_NODISCARD;

/* The same with something that the comparison needs. */
bool merge_sort_with(void *items, size_t count, size_t size,
                     int (*compare)(const void *, const void *, void *), void *user,
                     const struct sort_pace *pace) ATTR_NODISCARD;

#endif
