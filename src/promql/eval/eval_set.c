/*
 * and, or, unless: points of one side that have, or have not, a partner with the same signature on
 * the other side at the same step. Values do not matter.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "promql/absent.h"
#include "promql/eval/eval.h"
#include "promql/eval/matching.h"

/* Steps at which any of the rows has a point. */
static bool find_present(struct evaluator *ev, const struct columns *c, struct matching_rows rows,
                         bool *present)
{
    memset(present, 0, c->steps * sizeof(*present));
    for (size_t r = 0; r < rows.count; r++) {
        if (!eval_spend(ev, c->steps)) {
            return false;
        }
        const double *points = columns_row(c, rows.items[r]);
        for (size_t i = 0; i < c->steps; i++) {
            present[i] = present[i] || !is_absent(points[i]);
        }
    }
    return true;
}

/* Rows of `side` lose the points at steps where the other side is (or is not) present. */
static bool mask(struct evaluator *ev, struct columns *c, const struct columns *other,
                 const struct matching *m, int side, bool keep_where_present)
{
    bool *present = mem_alloc(c->steps * sizeof(*present));
    bool ok = true;
    for (size_t sig = 0; ok && sig < m->count; sig++) {
        struct matching_rows rows = matching_rows_of(m, side, sig);
        if (rows.count == 0) {
            continue;
        }
        ok = find_present(ev, other, matching_rows_of(m, 1 - side, sig), present);
        for (size_t r = 0; ok && r < rows.count; r++) {
            ok = eval_spend(ev, c->steps);
            double *points = columns_row(c, rows.items[r]);
            for (size_t i = 0; i < c->steps; i++) {
                if (present[i] != keep_where_present) {
                    points[i] = absent();
                }
            }
        }
    }
    free(present);
    return ok;
}

bool eval_set(struct evaluator *ev, const struct node *n, struct columns *left,
              struct columns *right, struct columns *out)
{
    if (!columns_drop_empty(left, ev->work) || !columns_drop_empty(right, ev->work)) {
        return false;
    }
    /* The conditions of a rule that does not fire hold for nothing. */
    if (left->count == 0 && (n->binary.op != OP_OR || right->count == 0)) {
        return true;
    }
    struct matching m;
    bool ok = matching_find(&m, n, left, right, ev->work);
    if (ok && n->binary.op == OP_OR) {
        ok = mask(ev, right, left, &m, 1, false) && columns_drop_empty(right, ev->work) &&
             eval_reserve(ev, out, left->count + right->count);
        if (ok) {
            columns_append(out, left);
            columns_append(out, right);
            ok = columns_merge(out, COLUMNS_SAME_LABELSET, ev->work);
        }
    } else if (ok) {
        ok = mask(ev, left, right, &m, 0, n->binary.op == OP_AND) &&
             columns_drop_empty(left, ev->work);
        columns_append(out, left);
    }
    matching_release(&m);
    return ok;
}
