/* See sources.h. */
#include "promql/eval/sources.h"

void sources_add(struct sources *s, store_target target)
{
    /* Series of one target mostly stand together. */
    for (size_t i = s->count; i > 0; i--) {
        if (s->targets[i - 1] == target) {
            return;
        }
    }
    if (s->count < SOURCES_MAX) {
        s->targets[s->count++] = target;
    } else {
        s->any = true;
    }
}

void sources_merge(struct sources *s, const struct sources *more)
{
    s->any = s->any || more->any;
    for (size_t i = 0; i < more->count; i++) {
        sources_add(s, more->targets[i]);
    }
}

uint64_t sources_version(const struct sources *s, const struct store *store)
{
    if (s->any) {
        return store_version(store);
    }
    uint64_t version = 0;
    for (size_t i = 0; i < s->count; i++) {
        uint64_t changed = store_target_version(store, s->targets[i]);
        version = changed > version ? changed : version;
    }
    return version;
}
