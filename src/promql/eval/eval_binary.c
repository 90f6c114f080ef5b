/*
 * Binary operators with at least one vector. Between two vectors: eval_match.c, and eval_set.c for
 * the set operators.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "promql/binary_row.h"
#include "promql/eval/eval.h"
#include "promql/operators.h"

bool eval_binary_filters(const struct node *n)
{
    return operator_info(n->binary.op)->kind == OPERATOR_COMPARISON && !n->binary.return_bool;
}

/* Filters keep their series' names. So did atan2 in Prometheus 2, by oversight. */
bool eval_binary_keeps_name(const struct evaluator *ev, const struct node *n)
{
    return eval_binary_filters(n) || (n->binary.op == OP_ATAN2 && ev->semantics == SEMANTICS_V2);
}

static bool vector_and_scalar(struct evaluator *ev, const struct node *n, bool vector_left,
                              struct columns *out)
{
    const struct node *vector = vector_left ? n->binary.left : n->binary.right;
    const struct node *scalar = vector_left ? n->binary.right : n->binary.left;
    double *s = mem_alloc(ev->grid.steps * sizeof(*s));
    bool ok = eval_scalar(ev, scalar, s) && eval_vector(ev, vector, out);
    bool filters = eval_binary_filters(n);
    for (size_t row = 0; ok && row < out->count; row++) {
        ok = eval_spend(ev, out->steps);
        double *points = columns_row(out, row);
        const double *left = vector_left ? points : s;
        const double *right = vector_left ? s : points;
        if (filters) {
            binary_row_filter(n->binary.op, left, right, points, points, out->steps);
        } else {
            binary_row(n->binary.op, left, right, points, out->steps);
        }
    }
    free(s);
    if (!ok) {
        return false;
    }
    return eval_binary_keeps_name(ev, n) || eval_drop_names(ev, out);
}

bool eval_binary(struct evaluator *ev, const struct node *n, struct columns *out)
{
    enum value_type left_type = eval_unwrap(n->binary.left)->type;
    enum value_type right_type = eval_unwrap(n->binary.right)->type;
    if (left_type == VALUE_SCALAR || right_type == VALUE_SCALAR) {
        return vector_and_scalar(ev, n, left_type != VALUE_SCALAR, out);
    }
    struct columns left;
    struct columns right;
    if (!eval_vector(ev, n->binary.left, &left)) {
        return false;
    }
    if (!eval_vector(ev, n->binary.right, &right)) {
        columns_release(&left);
        return false;
    }
    bool set = n->binary.op == OP_AND || n->binary.op == OP_OR || n->binary.op == OP_UNLESS;
    bool ok = set ? eval_set(ev, n, &left, &right, out) : eval_match(ev, n, &left, &right, out);
    columns_release(&left);
    columns_release(&right);
    return ok;
}
