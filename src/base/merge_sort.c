/* See merge_sort.h. Bottom up: runs of 1, 2, 4, ... items are merged from one array into another.
 */
#include "base/merge_sort.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Comparisons between two calls of the pace. */
#define STRIDE ((size_t)256)

struct sorting {
    size_t size;
    int (*compare)(const void *, const void *, void *);
    void *user;
    const struct sort_pace *pace;
    size_t comparisons; /* since the pace was called */
};

static bool spend(struct sorting *s)
{
    if (++s->comparisons < STRIDE || s->pace == NULL) {
        return true;
    }
    s->comparisons = 0;
    return s->pace->spend(s->pace->user, STRIDE);
}

static bool in_order(struct sorting *s, const char *items, size_t count, bool *ok)
{
    for (size_t i = 1; i < count; i++) {
        *ok = spend(s);
        if (!*ok || s->compare(items + (i - 1) * s->size, items + i * s->size, s->user) > 0) {
            return false;
        }
    }
    return true;
}

/* [low, middle) and [middle, high) of `from`, each in order, into the same place of `to`. */
static bool merge(struct sorting *s, const char *from, char *to, size_t low, size_t middle,
                  size_t high)
{
    size_t left = low;
    size_t right = middle;
    for (size_t i = low; i < high; i++) {
        if (!spend(s)) {
            return false;
        }
        bool take_left = left < middle &&
                         (right == high ||
                          s->compare(from + left * s->size, from + right * s->size, s->user) <= 0);
        memcpy(to + i * s->size, from + (take_left ? left++ : right++) * s->size, s->size);
    }
    return true;
}

bool merge_sort_with(void *items, size_t count, size_t size,
                     int (*compare)(const void *, const void *, void *), void *user,
                     const struct sort_pace *pace)
{
    struct sorting s = {.size = size, .compare = compare, .user = user, .pace = pace};
    bool ok = true;
    if (in_order(&s, items, count, &ok) || !ok) {
        return ok;
    }
    char *other = mem_alloc(count * size);
    char *from = items;
    char *to = other;
    for (size_t run = 1; ok && run < count; run *= 2) {
        for (size_t low = 0; ok && low < count; low += 2 * run) {
            size_t middle = low + run < count ? low + run : count;
            size_t high = middle + run < count ? middle + run : count;
            ok = merge(&s, from, to, low, middle, high);
        }
        if (ok) { /* else `from` still has all of them */
            char *swap = from;
            from = to;
            to = swap;
        }
    }
    if (from != items) {
        memcpy(items, from, count * size);
    }
    free(other);
    return ok;
}

struct plain_comparison {
    int (*compare)(const void *, const void *);
};

static int compare_plainly(const void *a, const void *b, void *user)
{
    const struct plain_comparison *plain = user;
    return plain->compare(a, b);
}

bool merge_sort(void *items, size_t count, size_t size, int (*compare)(const void *, const void *),
                const struct sort_pace *pace)
{
    struct plain_comparison plain = {.compare = compare};
    return merge_sort_with(items, count, size, compare_plainly, &plain, pace);
}
