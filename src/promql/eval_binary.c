/*
 * Binary operators with at least one vector: arithmetic and comparison with a scalar, and between
 * vectors by matching labels. Set operators are in eval_set.c.
 *
 * Matching is done once a series: each gets the number of its signature (the labels matched by).
 * What may differ from step to step is only who is present: two series of one signature on the
 * "one" side are an error at the first step where both have a point, and none where they take
 * turns.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "promql/absent.h"
#include "promql/eval.h"
#include "promql/matching.h"

static bool is_comparison(enum operator_id op)
{
    return op == OP_EQUAL || op == OP_NOT_EQUAL || op == OP_LESS || op == OP_LESS_EQUAL ||
           op == OP_GREATER || op == OP_GREATER_EQUAL;
}

/* Filters keep their series' names. So did atan2 in Prometheus 2, by oversight. */
static bool keeps_name(const struct evaluator *ev, const struct node *n)
{
    return (is_comparison(n->binary.op) && !n->binary.return_bool) ||
           (n->binary.op == OP_ATAN2 && ev->semantics == SEMANTICS_V2);
}

/* Comparisons give 1 or 0. */
double eval_arithmetic(enum operator_id op, double a, double b)
{
    switch (op) {
    case OP_ADD:
        return a + b;
    case OP_SUBTRACT:
        return a - b;
    case OP_MULTIPLY:
        return a * b;
    case OP_DIVIDE:
        return a / b;
    case OP_MODULO:
        return fmod(a, b);
    case OP_POWER:
        return pow(a, b);
    case OP_ATAN2:
        return atan2(a, b);
    case OP_EQUAL:
        return a == b;
    case OP_NOT_EQUAL:
        return a != b;
    case OP_LESS:
        return a < b;
    case OP_LESS_EQUAL:
        return a <= b;
    case OP_GREATER:
        return a > b;
    case OP_GREATER_EQUAL:
        return a >= b;
    case OP_NONE:
    case OP_OR:
    case OP_AND:
    case OP_UNLESS:
    case OP_COUNT:
        break;
    }
    return NAN;
}

/* One point of a vector's; a comparison without `bool` keeps `kept` or nothing. */
static double combine(const struct node *n, double a, double b, double kept)
{
    double result = eval_arithmetic(n->binary.op, a, b);
    if (is_comparison(n->binary.op) && !n->binary.return_bool) {
        return result != 0 ? kept : absent();
    }
    return result;
}

static bool vector_and_scalar(struct evaluator *ev, const struct node *n, bool vector_left,
                              struct columns *out)
{
    const struct node *vector = vector_left ? n->binary.left : n->binary.right;
    const struct node *scalar = vector_left ? n->binary.right : n->binary.left;
    double *s = mem_alloc(ev->grid.steps * sizeof(*s));
    bool ok = eval_scalar(ev, scalar, s) && eval_vector(ev, vector, out);
    for (size_t row = 0; ok && row < out->count; row++) {
        ok = eval_spend(ev, out->steps);
        double *points = columns_row(out, row);
        for (size_t i = 0; i < out->steps; i++) {
            double v = points[i];
            if (!is_absent(v)) {
                points[i] = vector_left ? combine(n, v, s[i], v) : combine(n, s[i], v, v);
            }
        }
    }
    free(s);
    if (!ok) {
        return false;
    }
    return keeps_name(ev, n) || eval_drop_names(ev, out);
}

/* The two sides by their part in the matching, not by where they stand. */
struct sides {
    const struct node *n;
    const struct columns *many;
    const struct columns *one;
    bool many_is_left;
    struct matching m; /* signatures; side 0 is many, side 1 is one */
};

static bool too_many_on_one_side(struct evaluator *ev, const struct sides *s, size_t signature,
                                 size_t a, size_t b)
{
    struct strbuf group = STRBUF_INIT;
    struct strbuf first = STRBUF_INIT;
    struct strbuf second = STRBUF_INIT;
    const struct labels *x = s->one->heads[a].labels;
    const struct labels *y = s->one->heads[b].labels;
    bool swap = labels_compare(x, y) > 0;
    matching_format_labels(&group, s->m.groups.labels[signature]);
    matching_format_labels(&first, swap ? y : x);
    matching_format_labels(&second, swap ? x : y);
    error_set(ev->err, ERROR_EVALUATION,
              "found duplicate series for the match group %s on the %s hand-side of the "
              "operation: [%s, %s];many-to-many matching not allowed: matching labels must be "
              "unique on one side",
              strbuf_cstr(&group), s->many_is_left ? "right" : "left", strbuf_cstr(&first),
              strbuf_cstr(&second));
    strbuf_release(&group);
    strbuf_release(&first);
    strbuf_release(&second);
    return false;
}

/* Steps at which the many side has any point: at others nothing can match, nothing is an error. */
static bool *steps_with_points(struct evaluator *ev, const struct columns *c, bool *ok)
{
    bool *any = mem_zalloc(c->steps, sizeof(*any));
    for (size_t row = 0; *ok && row < c->count; row++) {
        *ok = eval_spend(ev, c->steps);
        const double *points = columns_row(c, row);
        for (size_t i = 0; i < c->steps; i++) {
            any[i] = any[i] || !is_absent(points[i]);
        }
    }
    return any;
}

/* At no step may two series of one signature be present on the one side. */
static bool check_one_side(struct evaluator *ev, const struct sides *s)
{
    bool ok = true;
    bool *any = steps_with_points(ev, s->many, &ok);
    for (size_t sig = 0; ok && sig < s->m.groups.count; sig++) {
        struct matching_rows rows = matching_rows_of(&s->m, 1, sig);
        for (size_t i = 1; ok && i < rows.count; i++) {
            for (size_t j = 0; ok && j < i; j++) {
                ok = eval_spend(ev, s->one->steps);
                const double *a = columns_row(s->one, rows.items[j]);
                const double *b = columns_row(s->one, rows.items[i]);
                for (size_t step = 0; ok && step < s->one->steps; step++) {
                    if (any[step] && !is_absent(a[step]) && !is_absent(b[step])) {
                        ok = too_many_on_one_side(ev, s, sig, rows.items[j], rows.items[i]);
                    }
                }
            }
        }
    }
    free(any);
    return ok;
}

/* Labels of the result of a pair (prometheus: promql/engine.go, resultMetric). */
static struct labels *pair_labels(struct evaluator *ev, const struct sides *s,
                                  struct labels_builder *b, size_t many, size_t one)
{
    const struct node *n = s->n;
    const struct labels *from = s->many->heads[many].labels;
    bool one_to_one = n->binary.card == CARD_ONE_TO_ONE;
    /* With bool the name goes later (eval_drop_names), so that label functions still see it. */
    bool keep_name = keeps_name(ev, n) || n->binary.return_bool;
    for (size_t i = 0; i < labels_count(from); i++) {
        struct label l = labels_at(from, i);
        bool keep = keep_name || !eval_is_of_name(ev, l.name);
        if (one_to_one && matching_names(n, l.name) != n->binary.on) {
            keep = false;
        }
        if (keep) {
            labels_builder_add(b, l.name, l.value);
        }
    }
    for (size_t i = 0; i < n->binary.include_count; i++) {
        labels_builder_set(b, n->binary.include[i],
                           labels_get(s->one->heads[one].labels, n->binary.include[i]));
    }
    return labels_builder_finish(b, ev->err);
}

/* Computes a pair into `row`; `taken` counts, by step, partners of the one side. False where two
 * series of a one-to-one matching met the same partner. */
static bool pair_points(const struct sides *s, bool check_first, size_t many, size_t one,
                        double *row, bool *taken)
{
    const double *m = columns_row(s->many, many);
    const double *o = columns_row(s->one, one);
    for (size_t i = 0; i < s->many->steps; i++) {
        row[i] = absent();
        if (is_absent(m[i]) || is_absent(o[i])) {
            continue;
        }
        double left = s->many_is_left ? m[i] : o[i];
        double right = s->many_is_left ? o[i] : m[i];
        row[i] = combine(s->n, left, right, left);
        if (taken != NULL && (check_first || !is_absent(row[i]))) {
            if (taken[i]) {
                return false;
            }
            taken[i] = true;
        }
    }
    return true;
}

static bool match_pairs(struct evaluator *ev, const struct sides *s, struct columns *out)
{
    struct labels_builder b;
    labels_builder_init(&b, ev->table);
    bool one_to_one = s->n->binary.card == CARD_ONE_TO_ONE;
    /* Prometheus 2 filtered before it looked for second partners. */
    bool check_first = ev->semantics == SEMANTICS_V3;
    bool drop_later = s->n->binary.return_bool;
    bool *taken = mem_alloc(out->steps * sizeof(*taken));
    bool ok = true;
    for (size_t sig = 0; ok && sig < s->m.groups.count; sig++) {
        struct matching_rows many = matching_rows_of(&s->m, 0, sig);
        struct matching_rows one = matching_rows_of(&s->m, 1, sig);
        memset(taken, 0, out->steps * sizeof(*taken));
        for (size_t i = 0; ok && i < many.count * one.count; i++) {
            size_t m = many.items[i / one.count];
            size_t o = one.items[i % one.count];
            if (!eval_spend(ev, WORK_ROW + out->steps)) {
                ok = false;
                break;
            }
            struct labels *labels = pair_labels(ev, s, &b, m, o);
            ok = labels != NULL && (eval_reserve(ev, out, 1) || (labels_unref(labels), false));
            if (!ok) {
                break;
            }
            double *row = columns_add(out, labels, drop_later);
            if (!pair_points(s, check_first, m, o, row, one_to_one ? taken : NULL)) {
                ok = error_set(ev->err, ERROR_EVALUATION,
                               "multiple matches for labels: many-to-one matching must be explicit "
                               "(group_left/group_right)");
            }
        }
    }
    free(taken);
    labels_builder_release(&b);
    return ok && columns_merge(out,
                               one_to_one ? COLUMNS_SAME_LABELSET
                                          : "multiple matches for labels: grouping labels must "
                                            "ensure unique matches",
                               ev->work);
}

static bool vector_and_vector(struct evaluator *ev, const struct node *n, struct columns *left,
                              struct columns *right, struct columns *out)
{
    struct sides s = {.n = n, .many = left, .one = right, .many_is_left = true};
    if (n->binary.card == CARD_ONE_TO_MANY) {
        s.many = right;
        s.one = left;
        s.many_is_left = false;
    }
    bool ok = matching_find(&s.m, ev->table, n, s.many, s.one, ev->work) &&
              check_one_side(ev, &s) && match_pairs(ev, &s, out);
    matching_release(&s.m);
    if (!ok) {
        return false;
    }
    if (!columns_drop_empty(out, ev->work)) {
        return false;
    }
    return n->binary.return_bool ? eval_drop_names(ev, out) : true;
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
    bool ok =
        set ? eval_set(ev, n, &left, &right, out) : vector_and_vector(ev, n, &left, &right, out);
    columns_release(&left);
    columns_release(&right);
    return ok;
}
