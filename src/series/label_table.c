/*
 * Interning. A set's hash is the hash of its strings' hashes in order, so a set that is already
 * there (what aggregation produces again at every step) is found without touching the table of
 * strings, and a new one has its strings' hashes at hand.
 */
#include "series/label_table.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

struct label_table *label_table_create(void)
{
    return mem_zalloc(1, sizeof(struct label_table));
}

void label_table_destroy(struct label_table *table)
{
    if (table == NULL) {
        return;
    }
    assert(table->sets.count == 0); /* the table outlives every set */
    hash_set_release(&table->sets);
    hash_set_release(&table->strings);
    free(table);
}

size_t label_table_sets(const struct label_table *table)
{
    return table->sets.count;
}

static struct interned *find_string(const struct label_table *table, struct str s, uint64_t hash)
{
    struct interned *e = NULL;
    size_t at = hash_set_first(&table->strings, hash);
    while ((e = hash_set_next(&table->strings, hash, &at)) != NULL) {
        if (str_equal(interned_str(e), s)) {
            return e;
        }
    }
    return NULL;
}

struct interned *label_table_find(const struct label_table *table, struct str s)
{
    return find_string(table, s, str_hash(s));
}

static struct interned *intern_string(struct label_table *table, struct str s, uint64_t hash)
{
    struct interned *e = find_string(table, s, hash);
    if (e != NULL) {
        e->refs++;
        return e;
    }
    e = mem_alloc(sizeof(*e) + s.len + 1);
    e->refs = 1;
    e->len = (uint32_t)s.len;
    if (s.len > 0) {
        memcpy(e->data, s.data, s.len);
    }
    e->data[s.len] = '\0';
    hash_set_insert(&table->strings, hash, e);
    return e;
}

static void drop_string(struct label_table *table, struct interned *s)
{
    if (--s->refs == 0) {
        hash_set_remove(&table->strings, str_hash(interned_str(s)), s);
        free(s);
    }
}

static bool set_is(const struct labels *ls, const struct label *labels, size_t count)
{
    if (ls->count != count) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const struct interned *name = ls->pairs[i].name;
        const struct interned *value = ls->pairs[i].value;
        if (name->len != labels[i].name.len || value->len != labels[i].value.len) {
            return false;
        }
        if (name->data != labels[i].name.data &&
            memcmp(name->data, labels[i].name.data, name->len) != 0) {
            return false;
        }
        if (value->data != labels[i].value.data &&
            memcmp(value->data, labels[i].value.data, value->len) != 0) {
            return false;
        }
    }
    return true;
}

struct labels *label_table_intern(struct label_table *table, const struct label *labels,
                                  size_t count)
{
    uint64_t hashes[2 * LABELS_MAX_COUNT];
    assert(count <= LABELS_MAX_COUNT);
    for (size_t i = 0; i < count; i++) {
        hashes[2 * i] = str_hash(labels[i].name);
        hashes[2 * i + 1] = str_hash(labels[i].value);
    }
    uint64_t hash = str_hash(str_span((const char *)hashes, 2 * count * sizeof(hashes[0])));

    struct labels *ls = NULL;
    size_t at = hash_set_first(&table->sets, hash);
    while ((ls = hash_set_next(&table->sets, hash, &at)) != NULL) {
        if (set_is(ls, labels, count)) {
            return labels_ref(ls);
        }
    }
    ls = mem_alloc(sizeof(*ls) + count * sizeof(ls->pairs[0]));
    *ls = (struct labels){.table = table, .hash = hash, .refs = 1, .count = (uint32_t)count};
    for (size_t i = 0; i < count; i++) {
        ls->pairs[i].name = intern_string(table, labels[i].name, hashes[2 * i]);
        ls->pairs[i].value = intern_string(table, labels[i].value, hashes[2 * i + 1]);
    }
    hash_set_insert(&table->sets, hash, ls);
    return ls;
}

void label_table_drop(struct labels *ls)
{
    struct label_table *table = ls->table;
    hash_set_remove(&table->sets, ls->hash, ls);
    for (uint32_t i = 0; i < ls->count; i++) {
        drop_string(table, ls->pairs[i].name);
        drop_string(table, ls->pairs[i].value);
    }
    free(ls);
}
