/*
 * and, or, unless: points of one side that have, or have not, a partner with the same signature on
 * the other side at the same step. Values do not matter.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "promql/absent.h"
#include "promql/eval.h"
#include "promql/matching.h"

/* Steps at which any of the rows has a point. */
static void find_present(const struct columns *c, struct matching_rows rows, bool *present)
{
    memset(present, 0, c->steps * sizeof(*present));
    for (size_t r = 0; r < rows.count; r++) {
        const double *points = columns_row(c, rows.items[r]);
        for (size_t i = 0; i < c->steps; i++) {
            present[i] = present[i] || !is_absent(points[i]);
        }
    }
}

/* Rows of `side` lose the points at steps where the other side is (or is not) present. */
static void mask(struct columns *c, const struct columns *other, const struct matching *m, int side,
                 bool keep_where_present)
{
    bool *present = mem_alloc(c->steps * sizeof(*present));
    for (size_t sig = 0; sig < m->groups.count; sig++) {
        struct matching_rows rows = matching_rows_of(m, side, sig);
        if (rows.count == 0) {
            continue;
        }
        find_present(other, matching_rows_of(m, 1 - side, sig), present);
        for (size_t r = 0; r < rows.count; r++) {
            double *points = columns_row(c, rows.items[r]);
            for (size_t i = 0; i < c->steps; i++) {
                if (present[i] != keep_where_present) {
                    points[i] = absent();
                }
            }
        }
    }
    free(present);
}

bool eval_set(struct evaluator *ev, const struct node *n, struct columns *left,
              struct columns *right, struct columns *out)
{
    struct matching m;
    bool ok = matching_find(&m, ev->table, n, left, right, ev->err);
    if (ok && n->binary.op == OP_OR) {
        mask(right, left, &m, 1, false);
        columns_drop_empty(right);
        ok = eval_reserve(ev, out, left->count + right->count);
        if (ok) {
            columns_append(out, left);
            columns_append(out, right);
            ok = columns_merge(out, COLUMNS_SAME_LABELSET, ev->err);
        }
    } else if (ok) {
        mask(left, right, &m, 0, n->binary.op == OP_AND);
        columns_drop_empty(left);
        columns_append(out, left);
    }
    matching_release(&m);
    return ok;
}
