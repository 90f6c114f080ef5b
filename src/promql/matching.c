/* See matching.h. */
#include "promql/matching.h"

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

static bool number_rows(struct matching *m, struct matching_side *side,
                        const struct label_reduction *reduction, struct labels_builder *b,
                        const struct columns *c, struct work *work)
{
    side->of_row = mem_alloc((c->count + 1) * sizeof(*side->of_row));
    for (size_t i = 0; i < c->count; i++) {
        struct labels *labels = NULL;
        if (work_spend(work, WORK_ROW)) {
            labels = label_reduction_apply(reduction, b, c->heads[i].labels, work->err);
        }
        if (labels == NULL) {
            return false;
        }
        side->of_row[i] = label_groups_add(&m->groups, labels);
    }
    return true;
}

bool matching_find(struct matching *m, struct label_table *table, const struct node *n,
                   const struct columns *first, const struct columns *second, struct work *work)
{
    *m = (struct matching){0};
    label_groups_init(&m->groups, first->count);
    struct label_reduction reduction = {
        .names = n->binary.labels, .count = n->binary.label_count, .keep = n->binary.on};
    struct labels_builder b;
    labels_builder_init(&b, table);
    bool ok = number_rows(m, &m->sides[0], &reduction, &b, first, work) &&
              number_rows(m, &m->sides[1], &reduction, &b, second, work);
    labels_builder_release(&b);
    if (ok) {
        group_rows_init(&m->sides[0].rows, m->sides[0].of_row, first->count, m->groups.count);
        group_rows_init(&m->sides[1].rows, m->sides[1].of_row, second->count, m->groups.count);
    }
    return ok;
}

void matching_release(struct matching *m)
{
    label_groups_release(&m->groups);
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
