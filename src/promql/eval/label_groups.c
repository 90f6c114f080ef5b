/* See label_groups.h. */
#include "promql/eval/label_groups.h"

#include <stdlib.h>

#include "base/mem.h"

static size_t slots_for(size_t count)
{
    size_t slots = 16;
    while (slots < count * 2) {
        slots *= 2;
    }
    return slots;
}

void label_groups_init(struct label_groups *g, size_t expected)
{
    *g = (struct label_groups){.slot_count = slots_for(expected)};
    g->slots = mem_zalloc(g->slot_count, sizeof(*g->slots));
}

void label_groups_release(struct label_groups *g)
{
    for (size_t i = 0; i < g->count; i++) {
        labels_unref(g->labels[i]);
    }
    free(g->labels);
    free(g->slots);
    *g = (struct label_groups){0};
}

/* The slot where `labels` is, or where it would go. */
static size_t probe(const struct label_groups *g, const struct labels *labels)
{
    size_t mask = g->slot_count - 1;
    size_t at = (size_t)labels_hash(labels) & mask;
    while (g->slots[at] != 0 && g->labels[g->slots[at] - 1] != labels) {
        at = (at + 1) & mask;
    }
    return at;
}

static void grow(struct label_groups *g)
{
    free(g->slots);
    g->slot_count *= 2;
    g->slots = mem_zalloc(g->slot_count, sizeof(*g->slots));
    for (size_t i = 0; i < g->count; i++) {
        g->slots[probe(g, g->labels[i])] = (uint32_t)i + 1;
    }
}

size_t label_groups_add(struct label_groups *g, struct labels *labels)
{
    size_t at = probe(g, labels);
    if (g->slots[at] != 0) {
        labels_unref(labels);
        return g->slots[at] - 1;
    }
    if ((g->count + 1) * 2 > g->slot_count) {
        grow(g);
        at = probe(g, labels);
    }
    if (g->count == g->capacity) {
        g->capacity = g->capacity != 0 ? g->capacity * 2 : 16;
        g->labels = mem_realloc(g->labels, g->capacity, sizeof(struct labels *));
    }
    g->labels[g->count] = labels;
    g->slots[at] = (uint32_t)++g->count;
    return g->count - 1;
}

size_t label_groups_find(const struct label_groups *g, const struct labels *labels)
{
    size_t at = probe(g, labels);
    return g->slots[at] != 0 ? g->slots[at] - 1 : LABEL_GROUPS_NONE;
}

/* A counting sort. While rows are placed, starts[g + 1] is the next place in group g; in the end it
 * is where the next group starts. */
void group_rows_init(struct group_rows *r, const size_t *of_row, size_t count, size_t groups)
{
    r->rows = mem_alloc((count + 1) * sizeof(*r->rows));
    r->starts = mem_zalloc(groups + 2, sizeof(*r->starts));
    for (size_t i = 0; i < count; i++) {
        r->starts[of_row[i] + 2]++;
    }
    for (size_t i = 2; i < groups + 2; i++) {
        r->starts[i] += r->starts[i - 1];
    }
    for (size_t i = 0; i < count; i++) {
        r->rows[r->starts[of_row[i] + 1]++] = i;
    }
}

void group_rows_release(struct group_rows *r)
{
    free(r->rows);
    free(r->starts);
    *r = (struct group_rows){0};
}

static bool reduction_names(const struct label_reduction *r, struct str name)
{
    for (size_t i = 0; i < r->count; i++) {
        if (str_equal(r->names[i], name)) {
            return true;
        }
    }
    return false;
}

bool label_reduction_keeps(const struct label_reduction *r, struct str name)
{
    return reduction_names(r, name) == r->keep && (r->keep || !str_equal(name, STR(LABEL_NAME)));
}

struct labels *label_reduction_apply(const struct label_reduction *r, struct labels_builder *b,
                                     const struct labels *ls, struct error *err)
{
    size_t count = labels_count(ls);
    for (size_t i = 0; i < count; i++) {
        struct label l = labels_at(ls, i);
        if (label_reduction_keeps(r, l.name)) {
            labels_builder_add(b, l.name, l.value);
        }
    }
    return labels_builder_finish(b, err);
}
