/* A handful of sources a process: a list in order of adding, searched from the front. */
#include "query/directory.h"

#include <stdlib.h>

#include "base/vec.h"

struct entry {
    char *source;
    struct answerer *answerer;
};

struct directory {
    VEC(struct entry) entries;
};

struct directory *directory_create(void)
{
    return mem_zalloc(1, sizeof(struct directory));
}

void directory_destroy(struct directory *d)
{
    if (d == NULL) {
        return;
    }
    for (size_t i = 0; i < d->entries.len; i++) {
        free(d->entries.items[i].source);
    }
    vec_release(&d->entries);
    free(d);
}

static struct entry *find(const struct directory *d, const char *source)
{
    for (size_t i = 0; i < d->entries.len; i++) {
        if (strcmp(d->entries.items[i].source, source) == 0) {
            return &d->entries.items[i];
        }
    }
    return NULL;
}

void directory_add(struct directory *d, const char *source, struct answerer *answerer)
{
    struct entry *there = find(d, source);
    if (there != NULL) {
        there->answerer = answerer;
        return;
    }
    struct entry fresh = {.source = mem_strdup(source), .answerer = answerer};
    vec_push(&d->entries, fresh);
}

void directory_remove(struct directory *d, const char *source)
{
    struct entry *there = find(d, source);
    if (there == NULL) {
        return;
    }
    size_t at = (size_t)(there - d->entries.items);
    free(there->source);
    vec_remove(&d->entries, at);
}

struct answerer *directory_find(const struct directory *d, const char *source)
{
    const struct entry *there = find(d, source);
    return there != NULL ? there->answerer : NULL;
}

size_t directory_count(const struct directory *d)
{
    return d->entries.len;
}

struct answerer *directory_at(const struct directory *d, size_t i, const char **source)
{
    const struct entry *e = &d->entries.items[i];
    *source = e->source;
    return e->answerer;
}
