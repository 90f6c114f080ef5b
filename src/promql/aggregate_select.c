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
#include "promql/aggregate.h"
#include "promql/func.h"
#include "promql/quantile.h"

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

static bool check_count(struct evaluator *ev, double k)
{
    if (isnan(k)) {
        return error_set(ev->err, ERROR_EVALUATION, "Parameter value is NaN");
    }
    if (k <= COUNT_MIN || k >= COUNT_MAX) {
        struct strbuf text = STRBUF_INIT;
        error_set(ev->err, ERROR_EVALUATION, "Scalar value %s %s int64", eval_number_text(&text, k),
                  k < 0 ? "underflows" : "overflows");
        strbuf_release(&text);
        return false;
    }
    return true;
}

static bool check_ratio(struct evaluator *ev, const struct node *n, double *ratio)
{
    if (isnan(*ratio)) {
        return error_set(ev->err, ERROR_EVALUATION, "Ratio value is NaN");
    }
    double capped = *ratio < -1 ? -1 : *ratio > 1 ? 1 : *ratio;
    if (capped != *ratio) {
        struct strbuf text = STRBUF_INIT;
        eval_warn(ev, n->aggregate.parameter,
                  "ratio value should be between -1 and 1, got %s, capping to %d",
                  eval_number_text(&text, *ratio), (int)capped);
        strbuf_release(&text);
        *ratio = capped;
    }
    return true;
}

/* The scalar parameter over the grid, checked; NULL for operations without one. The caller frees
 * it, also where this fails. */
static bool parameter_eval(struct evaluator *ev, const struct node *n, double **parameter)
{
    enum aggregate_id op = n->aggregate.op;
    if (n->aggregate.parameter == NULL || op == AGG_COUNT_VALUES) {
        return true;
    }
    size_t steps = ev->grid.steps;
    double *p = mem_alloc(steps * sizeof(*p));
    *parameter = p;
    if (!eval_scalar(ev, n->aggregate.parameter, p)) {
        return false;
    }
    if (op == AGG_QUANTILE) {
        func_check_quantile(ev, n->aggregate.parameter, p, steps);
        return true;
    }
    for (size_t i = 0; i < steps; i++) {
        if (op == AGG_LIMIT_RATIO ? !check_ratio(ev, n, &p[i]) : !check_count(ev, p[i])) {
            return false;
        }
    }
    return true;
}

struct candidate {
    size_t row;
    double v;
    int direction; /* 1: the smallest first */
};

/* NaN last; among equals the one that came first. */
static int candidate_compare(const void *a, const void *b)
{
    const struct candidate *x = a;
    const struct candidate *y = b;
    if (isnan(x->v) || isnan(y->v)) {
        int order = (isnan(x->v) != 0) - (isnan(y->v) != 0);
        return order != 0 ? order : (x->row > y->row) - (x->row < y->row);
    }
    if (x->v != y->v) {
        return (x->v < y->v ? -1 : 1) * x->direction;
    }
    return (x->row > y->row) - (x->row < y->row);
}

/* How a step chooses: fills `chosen` with candidates, best first, and returns how many to keep. */
static size_t choose(enum aggregate_id op, double parameter, struct candidate *all, size_t count)
{
    if (op == AGG_TOPK || op == AGG_BOTTOMK) {
        qsort(all, count, sizeof(*all), candidate_compare);
    }
    if (parameter < 1) {
        return 0;
    }
    return parameter < (double)count ? (size_t)parameter : count;
}

/* The share of the hash space a series lies in: [0, 1). The same for a series in every question, so
 * that a ratio r and its complement r - 1 divide the series without rest. */
static bool within_ratio(const struct labels *labels, double ratio)
{
    double place = (double)(labels_hash(labels) >> 11) * 0x1p-53;
    return ratio >= 0 ? place < ratio : place >= 1 + ratio;
}

static bool keep_ratio(struct evaluator *ev, const double *parameter, struct columns *c)
{
    for (size_t row = 0; row < c->count; row++) {
        if (!eval_spend(ev, c->steps)) {
            return false;
        }
        double *points = columns_row(c, row);
        for (size_t i = 0; i < c->steps; i++) {
            if (!within_ratio(c->heads[row].labels, parameter[i])) {
                points[i] = absent();
            }
        }
    }
    return true;
}

/* At every step of one group, all but the chosen points become absent. `order` gets the rows of the
 * last step's choice, best first, `kept_count` their number. */
static bool keep_chosen(struct evaluator *ev, const struct node *n, const double *parameter,
                        struct columns *c, const size_t *rows, size_t count,
                        struct candidate *scratch, size_t *order, size_t *kept_count)
{
    size_t kept = 0;
    for (size_t step = 0; step < c->steps; step++) {
        if (!eval_spend(ev, count)) {
            return false;
        }
        size_t present = 0;
        for (size_t i = 0; i < count; i++) {
            double v = columns_row(c, rows[i])[step];
            if (!is_absent(v)) {
                scratch[present++] = (struct candidate){
                    .row = rows[i], .v = v, .direction = n->aggregate.op == AGG_BOTTOMK ? 1 : -1};
            }
        }
        kept = choose(n->aggregate.op, parameter[step], scratch, present);
        for (size_t i = kept; i < present; i++) {
            columns_row(c, scratch[i].row)[step] = absent();
        }
        for (size_t i = 0; i < kept; i++) {
            order[i] = scratch[i].row;
        }
    }
    *kept_count = kept;
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
    struct candidate *scratch = mem_alloc((c->count + 1) * sizeof(*scratch));
    size_t *order = mem_alloc((c->count + 1) * sizeof(*order));
    bool ok = true;
    for (size_t group = 0; ok && group < m->groups.count; group++) {
        const size_t *rows = m->rows.rows + m->rows.starts[group];
        size_t count = m->rows.starts[group + 1] - m->rows.starts[group];
        size_t kept = 0;
        ok = keep_chosen(ev, n, parameter, c, rows, count, scratch, order, &kept);
        if (ok && c->steps == 1) {
            rows = order;
            count = kept;
        }
        for (size_t i = 0; ok && i < count; i++) {
            if (!absent_all(columns_row(c, rows[i]), c->steps)) {
                move_row(c, rows[i], out);
            }
        }
    }
    free(order);
    free(scratch);
    return ok;
}

static bool quantile_rows(struct evaluator *ev, const double *parameter, const struct columns *c,
                          const struct members *m, struct columns *out)
{
    if (!eval_reserve(ev, out, m->groups.count)) {
        return false;
    }
    double *values = mem_alloc((c->count + 1) * sizeof(*values));
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
            row[step] = n > 0 ? quantile_of_values(parameter[step], values, n) : absent();
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
