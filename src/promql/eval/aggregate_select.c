/*
 * Aggregation that chooses among the series of a group (topk, bottomk, limitk, limit_ratio), or
 * needs all their values at once (quantile, count_values).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/mem.h"
#include "base/number.h"
#include "promql/absent.h"
#include "promql/eval/aggregate.h"
#include "promql/eval/func.h"
#include "promql/eval/quantile.h"

/* The groups of an aggregation's series. */
struct members {
    struct label_groups groups;
    size_t *of_row;  /* number of each row's group */
    bool *drop_name; /* by group: a name that any member has lost is lost for the group */
    struct group_rows rows;
};

/* Released by the caller also where it fails. */
static bool members_find(struct evaluator *ev, const struct node *n, const struct columns *c,
                         struct members *m)
{
    *m = (struct members){0};
    struct label_reduction reduction = aggregate_reduction(n);
    label_groups_init(&m->groups, c->count / 4);
    m->of_row = mem_alloc((c->count + 1) * sizeof(*m->of_row));
    struct labels_builder b;
    labels_builder_init(&b, ev->table);
    bool ok = true;
    for (size_t i = 0; ok && i < c->count; i++) {
        struct labels *labels = NULL;
        if (eval_spend(ev, WORK_ROW)) {
            labels = label_reduction_apply(&reduction, &b, c->heads[i].labels, ev->err);
        }
        ok = labels != NULL;
        if (ok) {
            m->of_row[i] = label_groups_add(&m->groups, labels);
        }
    }
    labels_builder_release(&b);
    m->drop_name = mem_zalloc(m->groups.count + 1, sizeof(*m->drop_name));
    for (size_t i = 0; ok && i < c->count; i++) {
        m->drop_name[m->of_row[i]] |= c->heads[i].drop_name;
    }
    if (ok) {
        group_rows_init(&m->rows, m->of_row, c->count, m->groups.count);
    }
    return ok;
}

static void members_release(struct members *m)
{
    label_groups_release(&m->groups);
    group_rows_release(&m->rows);
    free(m->of_row);
    free(m->drop_name);
}

/* int64's range, as the doubles that bound it. */
#define COUNT_MIN (-9223372036854775808.0)
#define COUNT_MAX 9223372036854775808.0

/* Over all steps; where one is NaN, so are both ends. */
struct extent {
    double least;
    double most;
};

static struct extent extent_of(const double *values, size_t count)
{
    struct extent e = {INFINITY, -INFINITY};
    for (size_t i = 0; i < count; i++) {
        if (isnan(values[i])) {
            return (struct extent){NAN, NAN};
        }
        e.least = fmin(e.least, values[i]);
        e.most = fmax(e.most, values[i]);
    }
    return e;
}

static bool check_count(struct evaluator *ev, const struct extent *k)
{
    if (isnan(k->most)) {
        return error_set(ev->err, ERROR_EVALUATION, "Parameter value is NaN");
    }
    bool under = k->least <= COUNT_MIN;
    /* Where no step asks for any series, none is what all get (in Prometheus 3). */
    bool none = k->most < 1 && ev->semantics == SEMANTICS_V3;
    if (none || (!under && k->most < COUNT_MAX)) {
        return true;
    }
    struct strbuf text = STRBUF_INIT;
    error_set(ev->err, ERROR_EVALUATION, "Scalar value %s %s int64",
              eval_number_text(&text, under ? k->least : k->most),
              under ? "underflows" : "overflows");
    strbuf_release(&text);
    return false;
}

static void warn_ratio(struct evaluator *ev, const struct node *n, double ratio, int cap)
{
    struct strbuf text = STRBUF_INIT;
    eval_warn(ev, n->aggregate.parameter,
              "ratio value should be between -1 and 1, got %s, capping to %d",
              eval_number_text(&text, ratio), cap);
    strbuf_release(&text);
}

static bool check_ratio(struct evaluator *ev, const struct node *n, const struct extent *ratio)
{
    if (isnan(ratio->most)) {
        return error_set(ev->err, ERROR_EVALUATION, "Ratio value is NaN");
    }
    if (ratio->most > 1) {
        warn_ratio(ev, n, ratio->most, 1);
    }
    if (ratio->least < -1) {
        warn_ratio(ev, n, ratio->least, -1);
    }
    return true;
}

/* The scalar parameter over the grid, checked; NULL for operations without one. Of what is doubtful
 * the extremes are told, not each step's value. The caller frees it, also where this fails. */
static bool parameter_eval(struct evaluator *ev, const struct node *n, double **parameter)
{
    enum aggregate_id op = n->aggregate.op;
    if (n->aggregate.parameter == NULL || op == AGG_COUNT_VALUES) {
        return true;
    }
    size_t steps = ev->grid.steps;
    *parameter = mem_alloc(steps * sizeof(**parameter));
    if (!eval_scalar(ev, n->aggregate.parameter, *parameter)) {
        return false;
    }
    struct extent extent = extent_of(*parameter, steps);
    if (op == AGG_QUANTILE) {
        func_check_quantile(ev, n->aggregate.parameter, &extent.most, 1);
        func_check_quantile(ev, n->aggregate.parameter, &extent.least, 1);
        return true;
    }
    return op == AGG_LIMIT_RATIO ? check_ratio(ev, n, &extent) : check_count(ev, &extent);
}

struct candidate {
    size_t row;
    double v;
};

/*
 * The best of a group at one step, as a heap with the worst of them in front. Which of equal values
 * stay follows from how the heap moves them; it is done as Go's container/heap does it, so that the
 * same series are chosen as by Prometheus.
 */
struct best {
    struct candidate *items;
    size_t len;
    double sign; /* 1: large is good, -1: small is good */
    bool is_v2;  /* as Prometheus 2 takes a place: by another NaN too, and from the heap's end */
};

/* NaN is worse than anything, another NaN included. */
static bool is_worse(const struct best *b, double x, double y)
{
    return isnan(x) || x * b->sign < y * b->sign;
}

static void swap(struct best *b, size_t i, size_t j)
{
    struct candidate c = b->items[i];
    b->items[i] = b->items[j];
    b->items[j] = c;
}

static void best_push(struct best *b, struct candidate c)
{
    size_t i = b->len++;
    b->items[i] = c;
    while (i > 0) {
        size_t parent = (i - 1) / 2;
        if (!is_worse(b, b->items[i].v, b->items[parent].v)) {
            return;
        }
        swap(b, i, parent);
        i = parent;
    }
}

static void best_down(struct best *b)
{
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= b->len) {
            return;
        }
        if (child + 1 < b->len && is_worse(b, b->items[child + 1].v, b->items[child].v)) {
            child++;
        }
        if (!is_worse(b, b->items[child].v, b->items[i].v)) {
            return;
        }
        swap(b, i, child);
        i = child;
    }
}

static int best_compare(const void *a, const void *b, void *user)
{
    const struct candidate *x = a;
    const struct candidate *y = b;
    const struct best *best = user;
    if (isnan(x->v) || isnan(y->v)) {
        return (isnan(x->v) != 0) - (isnan(y->v) != 0);
    }
    return is_worse(best, x->v, y->v) - is_worse(best, y->v, x->v);
}

/* Go sorts few by insertion, which leaves equal ones as they are and turns NaNs around. */
#define SORTED_BY_INSERTION 12

static bool best_sort(struct evaluator *ev, struct best *b)
{
    if (b->len > SORTED_BY_INSERTION) {
        const struct sort_pace pace = eval_sort_pace(ev);
        return merge_sort_with(b->items, b->len, sizeof(*b->items), best_compare, b, &pace);
    }
    for (size_t i = 1; i < b->len; i++) {
        for (size_t j = i; j > 0 && is_worse(b, b->items[j - 1].v, b->items[j].v); j--) {
            swap(b, j, j - 1);
        }
    }
    return true;
}

/* `c` instead of the worst. */
static void best_replace_worst(struct best *b, struct candidate c)
{
    if (b->is_v2 && b->len > 1) {
        b->items[0] = b->items[--b->len];
        best_down(b);
        best_push(b, c);
    } else {
        b->items[0] = c;
        best_down(b);
    }
}

/* Takes a candidate or another one's place; returns the row of whoever is left out, or SIZE_MAX. */
static size_t offer(struct best *b, enum aggregate_id op, size_t limit, struct candidate c)
{
    if (b->len < limit) {
        best_push(b, c);
        return SIZE_MAX;
    }
    bool is_out = isnan(c.v) && !b->is_v2;
    if (limit == 0 || op == AGG_LIMITK || is_out || !is_worse(b, b->items[0].v, c.v)) {
        return c.row;
    }
    size_t out = b->items[0].row;
    best_replace_worst(b, c);
    return out;
}

/* The share of the hash space a series lies in: [0, 1]. The same for a series in every question, so
 * that a ratio r and its complement r - 1 divide the series without rest; and the same as
 * Prometheus' (promql/engine.go, HashRatioSampler), which hashes names and values each behind its
 * length in one byte, or from 255 bytes on, in 0xff and three bytes (model/labels). */
static double place_of(const struct labels *labels, struct strbuf *scratch)
{
    strbuf_reset(scratch);
    for (size_t i = 0; i < labels_count(labels); i++) {
        struct label l = labels_at(labels, i);
        struct str parts[] = {l.name, l.value};
        for (size_t p = 0; p < 2; p++) {
            size_t len = parts[p].len;
            if (len < 0xff) {
                strbuf_add_char(scratch, (char)len);
            } else {
                strbuf_add_char(scratch, (char)0xff);
                strbuf_add_char(scratch, (char)(len & 0xff));
                strbuf_add_char(scratch, (char)(len >> 8 & 0xff));
                strbuf_add_char(scratch, (char)(len >> 16));
            }
            strbuf_add_str(scratch, parts[p]);
        }
    }
    return (double)str_hash_xxh64(strbuf_str(scratch)) / 0x1p64;
}

static bool is_within(double place, double ratio)
{
    double capped = ratio < -1 ? -1 : ratio > 1 ? 1 : ratio;
    return capped >= 0 ? place < capped : place >= 1 + capped;
}

static bool keep_ratio(struct evaluator *ev, const double *parameter, struct columns *c)
{
    struct strbuf scratch = STRBUF_INIT;
    bool ok = true;
    for (size_t row = 0; ok && row < c->count; row++) {
        ok = eval_spend(ev, c->steps);
        double *points = columns_row(c, row);
        double place = place_of(c->heads[row].labels, &scratch);
        for (size_t i = 0; ok && i < c->steps; i++) {
            if (!is_within(place, parameter[i])) {
                points[i] = absent();
            }
        }
    }
    strbuf_release(&scratch);
    return ok;
}

/* How many of `count` series a parameter asks for. */
static size_t limit_of(double parameter, size_t count)
{
    if (parameter < 1) {
        return 0;
    }
    return parameter < (double)count ? (size_t)parameter : count;
}

/* At every step of one group, all but the chosen points become absent. `best` has the last step's
 * choice. */
static bool keep_chosen(struct evaluator *ev, const struct node *n, const double *parameter,
                        struct columns *c, const size_t *rows, size_t count, struct best *best)
{
    best->sign = n->aggregate.op == AGG_BOTTOMK ? -1 : 1;
    for (size_t step = 0; step < c->steps; step++) {
        best->len = 0;
        size_t limit = limit_of(parameter[step], count);
        for (size_t i = 0; i < count; i++) {
            if (i % EVAL_STRETCH == 0 &&
                !eval_spend(ev, count - i < EVAL_STRETCH ? count - i : EVAL_STRETCH)) {
                return false;
            }
            double v = columns_row(c, rows[i])[step];
            if (is_absent(v)) {
                continue;
            }
            struct candidate candidate = {.row = rows[i], .v = v};
            size_t left_out = offer(best, n->aggregate.op, limit, candidate);
            if (left_out != SIZE_MAX) {
                columns_row(c, left_out)[step] = absent();
            }
        }
    }
    return true;
}

/* Moves a row over; what is left behind has no points any more. */
static void move_row(struct columns *c, size_t row, struct columns *out)
{
    struct columns_head *from = &c->heads[row];
    columns_reserve(out, 1);
    out->heads[out->count++] = *from;
    from->labels = NULL;
    from->points = NULL;
}

/* Rows that still have points: at one instant in the order chosen, else in their own. */
static bool choose_rows(struct evaluator *ev, const struct node *n, const double *parameter,
                        struct columns *c, const struct members *m, struct columns *out)
{
    if (!eval_reserve(ev, out, c->count)) {
        return false;
    }
    struct best best = {.items = mem_alloc((c->count + 1) * sizeof(*best.items)),
                        .is_v2 = ev->semantics == SEMANTICS_V2};
    bool ok = true;
    for (size_t group = 0; ok && group < m->groups.count; group++) {
        const size_t *rows = m->rows.rows + m->rows.starts[group];
        size_t count = m->rows.starts[group + 1] - m->rows.starts[group];
        ok = keep_chosen(ev, n, parameter, c, rows, count, &best);
        bool ordered = c->steps == 1;
        if (ok && ordered) {
            count = best.len;
            if (n->aggregate.op != AGG_LIMITK) {
                ok = best_sort(ev, &best);
            }
        }
        for (size_t i = 0; ok && i < count; i++) {
            size_t row = ordered ? best.items[i].row : rows[i];
            ok = eval_spend(ev, WORK_ROW + c->steps / WORK_QUICK);
            if (ok && !absent_all(columns_row(c, row), c->steps)) {
                move_row(c, row, out);
            }
        }
    }
    free(best.items);
    return ok;
}

static bool quantile_rows(struct evaluator *ev, const double *parameter, const struct columns *c,
                          const struct members *m, struct columns *out)
{
    if (!eval_reserve(ev, out, m->groups.count)) {
        return false;
    }
    double *values = mem_alloc((c->count + 1) * sizeof(*values));
    const struct sort_pace pace = eval_sort_pace(ev);
    bool ok = true;
    for (size_t group = 0; ok && group < m->groups.count; group++) {
        double *row = columns_add(out, labels_ref(m->groups.labels[group]), m->drop_name[group]);
        for (size_t step = 0; ok && step < c->steps; step++) {
            ok = eval_spend(ev, m->rows.starts[group + 1] - m->rows.starts[group]);
            size_t n = 0;
            for (size_t i = m->rows.starts[group]; i < m->rows.starts[group + 1]; i++) {
                double v = columns_row(c, m->rows.rows[i])[step];
                if (!is_absent(v)) {
                    values[n++] = v;
                }
            }
            row[step] = absent();
            ok = ok && (n == 0 ||
                        quantile_of_values_paced(parameter[step], values, n, &pace, &row[step]));
        }
    }
    free(values);
    return ok;
}

/* The new label is part of what `without` looks at: named there, it goes again. */
static bool label_is_dropped(const struct node *n, struct str name)
{
    if (!n->aggregate.without) {
        return false;
    }
    for (size_t i = 0; i < n->aggregate.label_count; i++) {
        if (str_equal(n->aggregate.labels[i], name)) {
            return true;
        }
    }
    return str_equal(name, STR(LABEL_NAME));
}

/* Row of `out` for the group's labels with `name`, where it has one, set to the value as text. */
static bool value_row(struct evaluator *ev, struct labels_builder *b, const struct labels *group,
                      struct str name, double v, struct label_groups *rows, struct columns *out,
                      size_t *at)
{
    struct strbuf text = STRBUF_INIT;
    number_format(&text, v);
    labels_builder_from(b, group);
    if (name.len > 0) {
        labels_builder_set(b, name, strbuf_str(&text));
    }
    struct labels *labels = labels_builder_finish(b, ev->err);
    strbuf_release(&text);
    if (labels == NULL) {
        return false;
    }
    *at = label_groups_add(rows, labels);
    if (*at == out->count) {
        if (!eval_reserve(ev, out, 1)) {
            return false;
        }
        absent_fill(columns_add(out, labels_ref(labels), false), out->steps);
    }
    return true;
}

static bool count_values(struct evaluator *ev, const struct node *n, const struct columns *c,
                         const struct members *m, struct columns *out)
{
    struct str name = eval_string(n->aggregate.parameter);
    if (!func_label_name_valid(ev, name)) {
        struct strbuf text = STRBUF_INIT;
        escape_quoted(&text, name);
        error_set(ev->err, ERROR_EVALUATION, "invalid label name %s", strbuf_cstr(&text));
        strbuf_release(&text);
        return false;
    }
    if (label_is_dropped(n, name)) {
        name = STR_NONE;
    }
    struct labels_builder b;
    labels_builder_init(&b, ev->table);
    struct label_groups rows;
    label_groups_init(&rows, c->count);
    bool ok = true;
    for (size_t i = 0; ok && i < c->count; i++) {
        const double *points = columns_row(c, i);
        double last = absent();
        size_t at = 0;
        for (size_t step = 0; ok && step < c->steps; step++) {
            if (is_absent(points[step])) {
                continue;
            }
            ok = eval_spend(ev, 1);
            if (ok && memcmp(&points[step], &last, sizeof(last)) != 0) {
                last = points[step];
                ok = value_row(ev, &b, m->groups.labels[m->of_row[i]], name, last, &rows, out, &at);
            }
            if (ok) {
                double *count = &columns_row(out, at)[step];
                *count = is_absent(*count) ? 1 : *count + 1;
            }
        }
    }
    label_groups_release(&rows);
    labels_builder_release(&b);
    return ok;
}

static bool select_from(struct evaluator *ev, const struct node *n, const double *parameter,
                        struct columns *c, const struct members *m, struct columns *out)
{
    switch (n->aggregate.op) {
    case AGG_TOPK:
    case AGG_BOTTOMK:
    case AGG_LIMITK:
        return choose_rows(ev, n, parameter, c, m, out);
    case AGG_LIMIT_RATIO:
        if (!keep_ratio(ev, parameter, c) || !columns_drop_empty(c, ev->work)) {
            return false;
        }
        columns_append(out, c);
        return true;
    case AGG_QUANTILE:
        return quantile_rows(ev, parameter, c, m, out);
    case AGG_COUNT_VALUES:
        return count_values(ev, n, c, m, out);
    case AGG_NONE:
    case AGG_SUM:
    case AGG_AVG:
    case AGG_COUNT:
    case AGG_MIN:
    case AGG_MAX:
    case AGG_GROUP:
    case AGG_STDDEV:
    case AGG_STDVAR:
    case AGG_COUNT_OF:
        break;
    }
    return error_set(ev->err, ERROR_UNSUPPORTED, "unknown aggregation");
}

bool aggregate_select(struct evaluator *ev, const struct node *n, struct columns *out)
{
    struct columns c;
    double *parameter = NULL;
    if (!parameter_eval(ev, n, &parameter) || !eval_vector(ev, n->aggregate.inner, &c)) {
        free(parameter);
        return false;
    }
    struct members m;
    bool ok = members_find(ev, n, &c, &m) && select_from(ev, n, parameter, &c, &m, out);
    members_release(&m);
    columns_release(&c);
    free(parameter);
    return ok;
}
