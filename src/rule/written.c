/* See written.h. */
#include "rule/written.h"

static void forget(struct written *w)
{
    VEC_EACH (&w->last, struct labels *, ls) {
        labels_unref(*ls);
    }
    w->last.len = 0;
}

void written_release(struct written *w)
{
    forget(w);
    vec_release(&w->last);
}

int written_compare(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t) * (struct labels *const *)a;
    uintptr_t y = (uintptr_t) * (struct labels *const *)b;
    return (x > y) - (x < y);
}

static bool is_same(const struct written *w, struct labels *const *now, size_t count)
{
    return count == w->last.len &&
           (count == 0 || memcmp(now, w->last.items, count * sizeof(*now)) == 0);
}

void written_next(struct written *w, struct labels *const *now, size_t count, struct batch *markers)
{
    if (is_same(w, now, count)) {
        return;
    }
    size_t i = 0;
    VEC_EACH (&w->last, struct labels *, ls) {
        while (i < count && (uintptr_t)now[i] < (uintptr_t)*ls) {
            i++;
        }
        if (i == count || now[i] != *ls) {
            batch_add_labels(markers, labels_ref(*ls), stale_nan());
        }
    }
    /* References are taken before the old ones are given back: most are the same. */
    for (i = 0; i < count; i++) {
        (void)labels_ref(now[i]);
    }
    forget(w);
    vec_reserve(&w->last, count);
    for (i = 0; i < count; i++) {
        vec_push(&w->last, now[i]);
    }
}
