/* See matching.h. */
#include "promql/eval/matching.h"

#include <stdlib.h>

#include "base/escape.h"
#include "base/mem.h"

bool matching_names(const struct node *n, struct str name)
{
    for (size_t i = 0; i < n->binary.label_count; i++) {
        if (str_equal(n->binary.labels[i], name)) {
            return true;
        }
    }
    return false;
}

void matching_format_labels(struct strbuf *out, const struct labels *labels)
{
    strbuf_add_char(out, '{');
    for (size_t i = 0; i < labels_count(labels); i++) {
        struct label l = labels_at(labels, i);
        strbuf_add_c(out, i > 0 ? ", " : "");
        strbuf_add_str(out, l.name);
        strbuf_add_char(out, '=');
        escape_quoted(out, l.value);
    }
    strbuf_add_char(out, '}');
}

/* The labels of a set that make its signature, one by one. */
struct kept {
    const struct label_reduction *reduction;
    const struct labels *labels;
    size_t next;
};

static bool kept_next(struct kept *k, struct label *label)
{
    while (k->next < labels_count(k->labels)) {
        *label = labels_at(k->labels, k->next++);
        if (label_reduction_keeps(k->reduction, label->name)) {
            return true;
        }
    }
    return false;
}

static uint64_t hash_signature(const struct label_reduction *r, const struct labels *labels)
{
    struct kept k = {.reduction = r, .labels = labels};
    struct label l;
    uint64_t hash = 0;
    while (kept_next(&k, &l)) {
        hash = (hash ^ (uintptr_t)l.name.data) * UINT64_C(0x9e3779b97f4a7c15);
        hash = (hash ^ (hash >> 29) ^ (uintptr_t)l.value.data) * UINT64_C(0xbf58476d1ce4e5b9);
    }
    return hash ^ (hash >> 32);
}

static bool same_signature(const struct label_reduction *r, const struct labels *a,
                           const struct labels *b)
{
    if (a == b) {
        return true;
    }
    struct kept x = {.reduction = r, .labels = a};
    struct kept y = {.reduction = r, .labels = b};
    struct label l;
    struct label m;
    while (kept_next(&x, &l)) {
        if (!kept_next(&y, &m) || l.name.data != m.name.data || l.value.data != m.value.data) {
            return false;
        }
    }
    return !kept_next(&y, &m);
}

/* Signature numbers plus one by hash, open addressing; room for all rows of both sides. */
struct signature_table {
    uint32_t *slots;
    size_t mask;
};

static bool number_rows(struct matching *m, struct signature_table *t, int side,
                        const struct columns *c, struct work *work)
{
    m->sides[side].of_row = mem_alloc((c->count + 1) * sizeof(size_t));
    for (size_t i = 0; i < c->count; i++) {
        if (!work_spend(work, WORK_ROW)) {
            return false;
        }
        const struct labels *labels = c->heads[i].labels;
        size_t at = (size_t)hash_signature(&m->reduction, labels) & t->mask;
        while (t->slots[at] != 0 &&
               !same_signature(&m->reduction, m->example[t->slots[at] - 1], labels)) {
            at = (at + 1) & t->mask;
        }
        if (t->slots[at] == 0) {
            m->example[m->count] = labels;
            t->slots[at] = (uint32_t)++m->count;
        }
        m->sides[side].of_row[i] = t->slots[at] - 1;
    }
    return true;
}

bool matching_find(struct matching *m, const struct node *n, const struct columns *first,
                   const struct columns *second, struct work *work)
{
    *m = (struct matching){.reduction = {.names = n->binary.labels,
                                         .count = n->binary.label_count,
                                         .keep = n->binary.on}};
    size_t rows = first->count + second->count;
    size_t slots = 16;
    while (slots < rows * 2) {
        slots *= 2;
    }
    struct signature_table t = {.slots = mem_zalloc(slots, sizeof(*t.slots)), .mask = slots - 1};
    m->example = mem_alloc((rows + 1) * sizeof(const struct labels *));
    bool ok = number_rows(m, &t, 0, first, work) && number_rows(m, &t, 1, second, work);
    free(t.slots);
    if (ok) {
        group_rows_init(&m->sides[0].rows, m->sides[0].of_row, first->count, m->count);
        group_rows_init(&m->sides[1].rows, m->sides[1].of_row, second->count, m->count);
    }
    return ok;
}

void matching_release(struct matching *m)
{
    free(m->example);
    for (int i = 0; i < 2; i++) {
        free(m->sides[i].of_row);
        group_rows_release(&m->sides[i].rows);
    }
}

struct matching_rows matching_rows_of(const struct matching *m, int side, size_t signature)
{
    const struct group_rows *r = &m->sides[side].rows;
    return (struct matching_rows){.items = r->rows + r->starts[signature],
                                  .count = r->starts[signature + 1] - r->starts[signature]};
}

struct labels *matching_labels(const struct matching *m, size_t signature, struct labels_builder *b,
                               struct error *err)
{
    return label_reduction_apply(&m->reduction, b, m->example[signature], err);
}
