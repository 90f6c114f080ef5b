/* See selections.h. */
#include "promql/eval/selections.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void selections_init(struct selections *s, size_t max_bytes)
{
    *s = (struct selections){.max_bytes = max_bytes};
}

void selected_unref(struct selected *s)
{
    if (s != NULL && --s->refs == 0) {
        selection_release(&s->selection);
        free((void *)(uintptr_t)s->key.data);
        free(s);
    }
}

static void drop_all(struct selections *s)
{
    struct selected *each;
    for (size_t at = 0; (each = hash_set_each(&s->by_key, &at)) != NULL;) {
        selected_unref(each);
    }
    hash_set_release(&s->by_key);
    s->by_key = (struct hash_set){0};
    s->bytes = 0;
}

void selections_release(struct selections *s)
{
    drop_all(s);
}

static size_t bytes_of(const struct selected *e)
{
    return sizeof(*e) + e->key.len +
           e->selection.series.capacity * sizeof(*e->selection.series.items);
}

static void keep(struct selections *s, uint64_t hash, struct selected *e)
{
    size_t bytes = bytes_of(e);
    if (bytes > s->max_bytes) {
        return;
    }
    if (s->bytes > s->max_bytes - bytes) {
        drop_all(s);
    }
    hash_set_insert(&s->by_key, hash, e);
    e->refs++;
    s->bytes += bytes;
}

static struct selected *find(const struct selections *s, uint64_t hash, struct str key)
{
    struct selected *e;
    size_t at = hash_set_first(&s->by_key, hash);
    while ((e = hash_set_next(&s->by_key, hash, &at)) != NULL && !str_equal(e->key, key)) {
    }
    return e;
}

/* Looking at a series, or comparing two in sorting, takes as long as a few samples. */
static bool spend_series(void *user, size_t series)
{
    return work_spend(user, series * 4);
}

/* Until the next pause every series keeps its target. */
static bool find_sources(struct selected *e, const struct store *store, struct work *work)
{
    uint64_t version = store_owners_version(store);
    if (e->owners_version == version) {
        return true;
    }
    e->sources = (struct sources){.count = 0};
    store_target last = 0;
    for (size_t i = 0; i < e->selection.series.len && !e->sources.any; i++) {
        store_target target = series_target(e->selection.series.items[i]);
        if (i == 0 || target != last) {
            sources_add(&e->sources, target);
        }
        last = target;
    }
    e->owners_version = version;
    return work_spend(work, e->selection.series.len / WORK_QUICK);
}

static struct selected *get(struct selections *s, const struct store *store, const struct node *n,
                            struct work *work)
{
    struct str key = n->selector.matchers_key;
    uint64_t hash = str_hash(key);
    uint64_t version = store_series_version(store);
    if (s->series_version != version) {
        drop_all(s);
        s->series_version = version;
    }
    struct selected *e = key.len > 0 ? find(s, hash, key) : NULL;
    if (e != NULL) {
        e->refs++;
        return e;
    }
    struct selection selection;
    const struct sort_pace pace = {.spend = spend_series, .user = work};
    if (!store_select_paced(store, n->selector.matchers, n->selector.matcher_count, &pace,
                            &selection, work->err)) {
        return NULL;
    }
    e = mem_zalloc(1, sizeof(*e));
    e->refs = 1;
    e->key = str_span(str_dup(key), key.len);
    e->selection = selection;
    e->owners_version = UINT64_MAX; /* sources are not known */
    bool is_current = store_series_version(store) == version && s->series_version == version;
    if (key.len > 0 && is_current && find(s, hash, key) == NULL) { /* a pause may have changed it */
        keep(s, hash, e);
    }
    return e;
}

struct selected *selections_get(struct selections *s, const struct store *store,
                                const struct node *n, struct sources *sources, struct work *work)
{
    struct selected *e = get(s, store, n, work);
    if (e != NULL && !find_sources(e, store, work)) {
        selected_unref(e);
        return NULL;
    }
    if (e != NULL) {
        sources_merge(sources, &e->sources);
    }
    return e;
}
