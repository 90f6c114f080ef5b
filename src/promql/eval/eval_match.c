/*
 * Arithmetic and comparison between two vectors, by matching labels.
 *
 * Matching is done once a series: each gets the number of its signature (the labels matched by).
 * What may differ from step to step is only who is present: two series of one signature on the
 * "one" side are an error at the first step where both have a point, and none where they take
 * turns. In the ordinary case, one series on either side, the result takes over the points of the
 * "many" side and its labels are made once.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "promql/absent.h"
#include "promql/binary_row.h"
#include "promql/eval/eval.h"
#include "promql/eval/matching.h"

/* The two sides by their part in the matching, not by where they stand. */
struct sides {
    const struct node *n;
    struct columns *many;
    struct columns *one;
    bool many_is_left;
    bool filters;
    bool one_to_one;
    bool check_first;  /* second partners are an error also where the filter drops them */
    struct matching m; /* side 0 is many, side 1 is one */
    struct labels_builder b;
    struct columns *out;
    bool distinct; /* so far no two rows of the result can have equal labels */
    /* Where a filter could hide that labels of group_left made two pairs equal: all pairs, with a
     * point wherever they meet. */
    bool tracks_pairs;
    struct columns pairs;
};

/* A value for what is missing on a side. In Prometheus `fill_left` is for the "many" side with
 * group_right as well, where that stands on the right (promql/engine.go, VectorBinop). */
static bool fills_many(const struct sides *s)
{
    return s->n->binary.has_fill_left;
}

static bool fills_one(const struct sides *s)
{
    return s->n->binary.has_fill_right;
}

static bool fills(const struct sides *s)
{
    return fills_many(s) || fills_one(s);
}

static bool too_many_on_one_side(struct evaluator *ev, struct sides *s, size_t signature, size_t a,
                                 size_t b)
{
    struct labels *labels = matching_labels(&s->m, signature, &s->b, ev->err);
    if (labels == NULL) {
        return false;
    }
    struct strbuf group = STRBUF_INIT;
    struct strbuf first = STRBUF_INIT;
    struct strbuf second = STRBUF_INIT;
    const struct labels *x = s->one->heads[a].labels;
    const struct labels *y = s->one->heads[b].labels;
    bool swap = labels_compare(x, y) > 0;
    matching_format_labels(&group, labels);
    matching_format_labels(&first, swap ? y : x);
    matching_format_labels(&second, swap ? x : y);
    error_set(ev->err, ERROR_EVALUATION,
              "found duplicate series for the match group %s on the %s hand-side of the "
              "operation: [%s, %s];many-to-many matching not allowed: matching labels must be "
              "unique on one side",
              strbuf_cstr(&group), s->many_is_left ? "right" : "left", strbuf_cstr(&first),
              strbuf_cstr(&second));
    error_suggest(ev->err, "match by more labels, or aggregate that side: sum by (...)");
    strbuf_release(&group);
    strbuf_release(&first);
    strbuf_release(&second);
    labels_unref(labels);
    return false;
}

/* Steps at which the many side has any point: at others nothing can match, nothing is an error. */
static bool steps_with_points(struct evaluator *ev, const struct columns *c, bool *any)
{
    for (size_t row = 0; row < c->count; row++) {
        if (!eval_spend(ev, c->steps)) {
            return false;
        }
        const double *points = columns_row(c, row);
        for (size_t i = 0; i < c->steps; i++) {
            any[i] = any[i] || !is_absent(points[i]);
        }
    }
    return true;
}

/* At no step of `any` may two of the rows be present. */
static bool check_rows(struct evaluator *ev, struct sides *s, size_t sig, const bool *any)
{
    struct matching_rows rows = matching_rows_of(&s->m, 1, sig);
    for (size_t i = 1; i < rows.count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (!eval_spend(ev, s->one->steps)) {
                return false;
            }
            const double *a = columns_row(s->one, rows.items[j]);
            const double *b = columns_row(s->one, rows.items[i]);
            for (size_t step = 0; step < s->one->steps; step++) {
                if (any[step] && !is_absent(a[step]) && !is_absent(b[step])) {
                    return too_many_on_one_side(ev, s, sig, rows.items[j], rows.items[i]);
                }
            }
        }
    }
    return true;
}

/* At no step may two series of one signature be present on the one side. */
static bool check_one_side(struct evaluator *ev, struct sides *s)
{
    bool *any = NULL;
    bool ok = true;
    for (size_t sig = 0; ok && sig < s->m.count; sig++) {
        if (matching_rows_of(&s->m, 1, sig).count < 2) {
            continue;
        }
        if (any == NULL) {
            any = mem_zalloc(s->many->steps, sizeof(*any));
            memset(any, fills(s), s->many->steps * sizeof(*any));
            ok = fills(s) || steps_with_points(ev, s->many, any);
        }
        ok = ok && check_rows(ev, s, sig, any);
    }
    free(any);
    return ok;
}

/* Labels of the result of a pair (prometheus: promql/engine.go, resultMetric). */
static struct labels *pair_labels(struct evaluator *ev, struct sides *s, const struct labels *many,
                                  const struct labels *one)
{
    const struct node *n = s->n;
    /* With bool the name goes later (eval_drop_names), so that label functions still see it. */
    bool keep_name = eval_binary_keeps_name(ev, n) || n->binary.return_bool;
    for (size_t i = 0; i < labels_count(many); i++) {
        struct label l = labels_at(many, i);
        bool keep = keep_name || !eval_is_of_name(ev, l.name);
        if (s->one_to_one && matching_names(n, l.name) != n->binary.on) {
            keep = false;
        }
        if (keep) {
            labels_builder_add(&s->b, l.name, l.value);
        }
    }
    for (size_t i = 0; i < n->binary.include_count; i++) {
        labels_builder_set(&s->b, n->binary.include[i], labels_get(one, n->binary.include[i]));
    }
    return labels_builder_finish(&s->b, ev->err);
}

static void compute(const struct sides *s, const double *many, const double *one, double *out)
{
    const double *left = s->many_is_left ? many : one;
    const double *right = s->many_is_left ? one : many;
    if (s->filters) {
        binary_row_filter(s->n->binary.op, left, right, left, out, s->out->steps);
    } else {
        binary_row(s->n->binary.op, left, right, out, s->out->steps);
    }
}

static bool track_pair(struct evaluator *ev, struct sides *s, const struct labels *labels,
                       const double *many, const double *one)
{
    if (!s->tracks_pairs) {
        return true;
    }
    if (!eval_reserve(ev, &s->pairs, 1) || !eval_spend(ev, s->out->steps)) {
        return false;
    }
    double *row = columns_add(&s->pairs, labels_ref(labels), false);
    for (size_t i = 0; i < s->out->steps; i++) {
        row[i] = is_absent(many[i]) || is_absent(one[i]) ? absent() : 1;
    }
    return true;
}

/* One series on either side: the result's points are written over those of the many side. */
static bool match_pair(struct evaluator *ev, struct sides *s, size_t many, size_t one)
{
    struct columns_head *head = &s->many->heads[many];
    struct labels *labels = pair_labels(ev, s, head->labels, s->one->heads[one].labels);
    if (labels == NULL) {
        return false;
    }
    if (!eval_reserve(ev, s->out, 1) ||
        !track_pair(ev, s, labels, head->points, columns_row(s->one, one))) {
        labels_unref(labels);
        return false;
    }
    compute(s, head->points, columns_row(s->one, one), head->points);
    columns_add_points(s->out, labels, head->points, s->n->binary.return_bool);
    head->points = NULL;
    return true;
}

/* What a signature with several series, or with values for missing ones, needs beside them. */
struct group {
    size_t sig;
    struct matching_rows many;
    struct matching_rows one;
    struct labels *labels; /* of the signature: those of what is filled in; or NULL */
    bool *taken;           /* by step: a partner was found, of which there may be one */
    bool *matched;         /* by step: the many side needs no filling in */
    double *filled;        /* points of what is filled in */
};

/* Adds the row of a pair, of which either may be filled in. */
static bool add_pair(struct evaluator *ev, struct sides *s, struct group *g,
                     const struct labels *many_labels, const double *many,
                     const struct labels *one_labels, const double *one)
{
    struct labels *labels = pair_labels(ev, s, many_labels, one_labels);
    if (labels == NULL) {
        return false;
    }
    if (!eval_reserve(ev, s->out, 1) || !eval_spend(ev, s->out->steps) ||
        !track_pair(ev, s, labels, many, one)) {
        labels_unref(labels);
        return false;
    }
    double *row = columns_add(s->out, labels, s->n->binary.return_bool);
    compute(s, many, one, row);
    for (size_t i = 0; i < s->out->steps; i++) {
        bool present = !is_absent(many[i]) && !is_absent(one[i]);
        bool kept = !is_absent(row[i]);
        if (s->one_to_one && (s->check_first ? present : kept)) {
            if (g->taken[i]) {
                return error_set(ev->err, ERROR_EVALUATION,
                                 "multiple matches for labels: many-to-one matching must be "
                                 "explicit (group_left/group_right)");
            }
            g->taken[i] = true;
        }
        g->matched[i] = g->matched[i] || (s->check_first ? present : kept);
    }
    return true;
}

/* `value` at the steps where none of the rows is present. */
static void fill_where_missing(const struct columns *c, struct matching_rows rows, double value,
                               double *out)
{
    for (size_t i = 0; i < c->steps; i++) {
        out[i] = value;
    }
    for (size_t r = 0; r < rows.count; r++) {
        const double *points = columns_row(c, rows.items[r]);
        for (size_t i = 0; i < c->steps; i++) {
            out[i] = is_absent(points[i]) ? out[i] : absent();
        }
    }
}

static bool match_rows(struct evaluator *ev, struct sides *s, struct group *g)
{
    for (size_t i = 0; i < g->many.count; i++) {
        const struct columns_head *many = &s->many->heads[g->many.items[i]];
        for (size_t k = 0; k < g->one.count; k++) {
            const struct columns_head *one = &s->one->heads[g->one.items[k]];
            if (!add_pair(ev, s, g, many->labels, many->points, one->labels, one->points)) {
                return false;
            }
        }
        if (fills_one(s)) {
            fill_where_missing(s->one, g->one, s->n->binary.fill_right, g->filled);
            if (!add_pair(ev, s, g, many->labels, many->points, g->labels, g->filled)) {
                return false;
            }
        }
    }
    return true;
}

/* What had no partner on the many side meets one that is filled in. */
static bool fill_many_side(struct evaluator *ev, struct sides *s, struct group *g)
{
    for (size_t i = 0; i < s->out->steps; i++) {
        g->filled[i] = g->matched[i] ? absent() : s->n->binary.fill_left;
    }
    for (size_t k = 0; k < g->one.count; k++) {
        const struct columns_head *one = &s->one->heads[g->one.items[k]];
        memset(g->taken, 0, s->out->steps * sizeof(*g->taken));
        if (!add_pair(ev, s, g, g->labels, g->filled, one->labels, one->points)) {
            return false;
        }
    }
    return true;
}

static bool match_group(struct evaluator *ev, struct sides *s, struct group *g)
{
    size_t steps = s->out->steps;
    memset(g->taken, 0, steps * sizeof(*g->taken));
    memset(g->matched, 0, steps * sizeof(*g->matched));
    if (fills(s)) {
        g->labels = matching_labels(&s->m, g->sig, &s->b, ev->err);
        if (g->labels == NULL) {
            return false;
        }
    }
    bool ok = match_rows(ev, s, g) && (!fills_many(s) || fill_many_side(ev, s, g));
    labels_unref(g->labels);
    g->labels = NULL;
    return ok;
}

static bool match_all(struct evaluator *ev, struct sides *s)
{
    size_t steps = s->out->steps;
    struct group g = {.taken = mem_alloc(steps * sizeof(bool)),
                      .matched = mem_alloc(steps * sizeof(bool)),
                      .filled = mem_alloc(steps * sizeof(double))};
    bool ok = true;
    for (size_t sig = 0; ok && sig < s->m.count; sig++) {
        g.sig = sig;
        g.many = matching_rows_of(&s->m, 0, sig);
        g.one = matching_rows_of(&s->m, 1, sig);
        bool pair = g.one.count == 1 && (g.many.count == 1 || !s->one_to_one);
        if (fills(s) || (!pair && g.many.count * g.one.count > 0)) {
            s->distinct = false;
            ok = match_group(ev, s, &g);
            continue;
        }
        for (size_t i = 0; ok && pair && i < g.many.count; i++) {
            ok = eval_spend(ev, WORK_ROW + steps) &&
                 match_pair(ev, s, g.many.items[i], g.one.items[0]);
        }
    }
    free(g.taken);
    free(g.matched);
    free(g.filled);
    return ok;
}

/* Rows of one signature each are told apart by it; others may have become equal. */
static bool merge(struct evaluator *ev, struct sides *s)
{
    if (s->one_to_one) {
        return s->distinct || columns_merge(s->out, COLUMNS_SAME_LABELSET, ev->work);
    }
    static const char *message =
        "multiple matches for labels: grouping labels must ensure unique matches";
    return columns_merge(&s->pairs, message, ev->work) && columns_merge(s->out, message, ev->work);
}

bool eval_match(struct evaluator *ev, const struct node *n, struct columns *left,
                struct columns *right, struct columns *out)
{
    bool swapped = n->binary.card == CARD_ONE_TO_MANY;
    struct sides s = {.n = n,
                      .many = swapped ? right : left,
                      .one = swapped ? left : right,
                      .many_is_left = !swapped,
                      .filters = eval_binary_filters(n),
                      .one_to_one = n->binary.card == CARD_ONE_TO_ONE,
                      /* Prometheus 2 filtered before it looked for second partners. */
                      .check_first = ev->semantics == SEMANTICS_V3,
                      .out = out,
                      .distinct = true};
    s.tracks_pairs = s.check_first && s.filters && !s.one_to_one && n->binary.include_count > 0;
    columns_init(&s.pairs, out->steps);
    labels_builder_init(&s.b, ev->table);
    bool ok = matching_find(&s.m, n, s.many, s.one, ev->work) && check_one_side(ev, &s) &&
              match_all(ev, &s) && merge(ev, &s) && columns_drop_empty(out, ev->work);
    matching_release(&s.m);
    labels_builder_release(&s.b);
    columns_release(&s.pairs);
    return ok && (!n->binary.return_bool || eval_drop_names(ev, out));
}
