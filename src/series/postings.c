/* See postings.h. */
#include "series/postings.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

static uint64_t address_hash(const struct interned *s)
{
    return str_hash(str_span((const char *)&s, sizeof(s)));
}

void postings_init(struct postings *ps, const struct label_table *table)
{
    *ps = (struct postings){.table = table};
}

static void destroy_posting(struct posting *p)
{
    vec_release(&p->ids);
    free(p);
}

void postings_release(struct postings *ps)
{
    struct posting_name *name = NULL;
    for (size_t i = 0; (name = hash_set_each(&ps->names, &i)) != NULL;) {
        struct posting *p = NULL;
        for (size_t j = 0; (p = hash_set_each(&name->values, &j)) != NULL;) {
            destroy_posting(p);
        }
        hash_set_release(&name->values);
        free(name);
    }
    hash_set_release(&ps->names);
}

static struct posting_name *find_name(const struct postings *ps, const struct interned *name)
{
    uint64_t hash = address_hash(name);
    struct posting_name *found = NULL;
    size_t at = hash_set_first(&ps->names, hash);
    while ((found = hash_set_next(&ps->names, hash, &at)) != NULL && found->name != name) {
    }
    return found;
}

static struct posting *find_value(const struct posting_name *name, const struct interned *value)
{
    uint64_t hash = address_hash(value);
    struct posting *found = NULL;
    size_t at = hash_set_first(&name->values, hash);
    while ((found = hash_set_next(&name->values, hash, &at)) != NULL && found->value != value) {
    }
    return found;
}

static struct posting *get_posting(struct postings *ps, const struct label_pair *pair)
{
    struct posting_name *name = find_name(ps, pair->name);
    if (name == NULL) {
        size_t before = hash_set_bytes(&ps->names);
        name = mem_zalloc(1, sizeof(*name));
        name->name = pair->name;
        hash_set_insert(&ps->names, address_hash(pair->name), name);
        ps->bytes += sizeof(*name) + hash_set_bytes(&ps->names) - before;
    }
    struct posting *p = find_value(name, pair->value);
    if (p == NULL) {
        size_t before = hash_set_bytes(&name->values);
        p = mem_zalloc(1, sizeof(*p));
        p->value = pair->value;
        hash_set_insert(&name->values, address_hash(pair->value), p);
        ps->bytes += sizeof(*p) + hash_set_bytes(&name->values) - before;
    }
    return p;
}

void postings_add(struct postings *ps, const struct labels *ls, uint32_t id)
{
    for (uint32_t i = 0; i < ls->count; i++) {
        struct posting *p = get_posting(ps, &ls->pairs[i]);
        size_t before = p->ids.capacity;
        if (before == 0) { /* most values have one series */
            p->ids.items = mem_alloc(sizeof(id));
            p->ids.capacity = 1;
        }
        vec_push(&p->ids, id);
        ps->bytes += (p->ids.capacity - before) * sizeof(id);
    }
}

/* Takes the dead out of a list; frees the list, and its name, where that was all. */
static void sweep(struct postings *ps, struct posting_name *name, struct posting *p,
                  bool (*is_dead)(const void *context, uint32_t id), const void *context)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->ids.len; i++) {
        if (!is_dead(context, p->ids.items[i])) {
            p->ids.items[kept++] = p->ids.items[i];
        }
    }
    p->ids.len = kept;
    p->dirty = false;
    if (kept > 0) {
        return;
    }
    size_t before = hash_set_bytes(&name->values);
    hash_set_remove(&name->values, address_hash(p->value), p);
    ps->bytes -= before - hash_set_bytes(&name->values);
    ps->bytes -= sizeof(*p) + p->ids.capacity * sizeof(*p->ids.items);
    destroy_posting(p);
    if (name->values.count == 0) {
        before = hash_set_bytes(&ps->names);
        hash_set_remove(&ps->names, address_hash(name->name), name);
        ps->bytes -= before - hash_set_bytes(&ps->names);
        ps->bytes -= sizeof(*name) + hash_set_bytes(&name->values);
        hash_set_release(&name->values);
        free(name);
    }
}

void postings_remove(struct postings *ps, const struct labels *const *sets, size_t count,
                     bool (*is_dead)(const void *context, uint32_t id), const void *context)
{
    struct dirty {
        struct posting_name *name;
        struct posting *posting;
    };
    VEC(struct dirty) dirty = {.items = NULL};
    /* Each list once, however many of its series go. */
    for (size_t i = 0; i < count; i++) {
        for (uint32_t j = 0; j < sets[i]->count; j++) {
            struct posting_name *name = find_name(ps, sets[i]->pairs[j].name);
            struct posting *p = name != NULL ? find_value(name, sets[i]->pairs[j].value) : NULL;
            if (p != NULL && !p->dirty) {
                p->dirty = true;
                vec_push(&dirty, ((struct dirty){.name = name, .posting = p}));
            }
        }
    }
    VEC_EACH (&dirty, struct dirty, d) {
        sweep(ps, d->name, d->posting, is_dead, context);
    }
    vec_release(&dirty);
}

const struct posting_name *postings_name(const struct postings *ps, struct str name)
{
    const struct interned *s = label_table_find(ps->table, name);
    return s != NULL ? find_name(ps, s) : NULL;
}

const struct posting *postings_value(const struct postings *ps, const struct posting_name *name,
                                     struct str value)
{
    const struct interned *s = label_table_find(ps->table, value);
    return s != NULL ? find_value(name, s) : NULL;
}
