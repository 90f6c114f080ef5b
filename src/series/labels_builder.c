/*
 * Building label sets. Aggregation and the scraper make very many of them, nearly always of sets
 * that exist: labels added in order are not sorted again, and nothing is copied unless the set is
 * new.
 */
#include "series/labels.h"

#include <stdlib.h>

#include "series/label_table.h"

void labels_builder_init(struct labels_builder *b, struct label_table *table)
{
    *b = (struct labels_builder){.table = table, .sorted = true};
}

void labels_builder_release(struct labels_builder *b)
{
    vec_release(&b->labels);
}

static void clear(struct labels_builder *b)
{
    b->labels.len = 0;
    b->sorted = true;
}

void labels_builder_from(struct labels_builder *b, const struct labels *ls)
{
    clear(b);
    vec_reserve(&b->labels, ls->count);
    for (size_t i = 0; i < ls->count; i++) {
        b->labels.items[b->labels.len++] = labels_at(ls, i);
    }
}

void labels_builder_add(struct labels_builder *b, struct str name, struct str value)
{
    if (b->sorted && b->labels.len > 0) {
        b->sorted = str_compare(b->labels.items[b->labels.len - 1].name, name) < 0;
    }
    vec_push(&b->labels, ((struct label){.name = name, .value = value}));
}

void labels_builder_set(struct labels_builder *b, struct str name, struct str value)
{
    if (value.len == 0) {
        labels_builder_remove(b, name);
        return;
    }
    size_t at = b->labels.len; /* where it keeps the order */
    for (size_t i = b->labels.len; i > 0; i--) {
        struct label *l = &b->labels.items[i - 1];
        int order = str_compare(l->name, name);
        if (order == 0) {
            l->value = value;
            return;
        }
        if (b->sorted && order < 0) {
            break;
        }
        at = order > 0 ? i - 1 : at;
    }
    if (!b->sorted) {
        at = b->labels.len;
    }
    vec_reserve(&b->labels, 1);
    struct label *gap = &b->labels.items[at];
    memmove(gap + 1, gap, (b->labels.len - at) * sizeof(*gap));
    *gap = (struct label){.name = name, .value = value};
    b->labels.len++;
}

void labels_builder_remove(struct labels_builder *b, struct str name)
{
    size_t kept = 0;
    for (size_t i = 0; i < b->labels.len; i++) {
        if (!str_equal(b->labels.items[i].name, name)) {
            b->labels.items[kept++] = b->labels.items[i];
        }
    }
    b->labels.len = kept;
}

static int by_name(const void *a, const void *b)
{
    const struct label *x = a;
    const struct label *y = b;
    return str_compare(x->name, y->name);
}

/* Sets are small and nearly in order, where insertion beats qsort several times over. */
static void sort_by_name(struct label *labels, size_t count)
{
    if (count > 32) {
        qsort(labels, count, sizeof(*labels), by_name);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        struct label l = labels[i];
        size_t at = i;
        for (; at > 0 && str_compare(labels[at - 1].name, l.name) > 0; at--) {
            labels[at] = labels[at - 1];
        }
        labels[at] = l;
    }
}

static bool check_limits(const struct labels_builder *b, struct error *err)
{
    if (b->labels.len > LABELS_MAX_COUNT) {
        return error_set(err, ERROR_LIMIT, "%zu labels: more than the limit of %d", b->labels.len,
                         LABELS_MAX_COUNT);
    }
    VEC_EACH (&b->labels, struct label, l) {
        size_t longest = l->name.len > l->value.len ? l->name.len : l->value.len;
        if (UNLIKELY(longest > LABELS_MAX_VALUE)) {
            struct str shown = str_slice(l->name, 0, 64);
            return error_set(err, ERROR_LIMIT, "label '%.*s' of %zu bytes: the limit is %d",
                             STR_ARG(shown), longest, LABELS_MAX_VALUE);
        }
    }
    return true;
}

static bool check_names(const struct labels_builder *b, struct error *err)
{
    for (size_t i = 1; i < b->labels.len; i++) {
        struct str name = b->labels.items[i].name;
        if (str_equal(b->labels.items[i - 1].name, name)) {
            return error_set(err, ERROR_PROTOCOL, "label '%.*s' is there twice", STR_ARG(name));
        }
    }
    return true;
}

struct labels *labels_builder_finish(struct labels_builder *b, struct error *err)
{
    struct labels *ls = NULL;
    if (!b->sorted) {
        sort_by_name(b->labels.items, b->labels.len);
    }
    /* Names first: a name twice is wrong even where one of the values is empty. */
    if (check_limits(b, err) && (b->sorted || check_names(b, err))) {
        size_t kept = 0;
        for (size_t i = 0; i < b->labels.len; i++) {
            if (b->labels.items[i].value.len > 0) {
                b->labels.items[kept++] = b->labels.items[i];
            }
        }
        ls = label_table_intern(b->table, b->labels.items, kept);
    }
    clear(b);
    return ls;
}

struct labels *labels_empty(struct label_table *table)
{
    return label_table_intern(table, NULL, 0);
}
