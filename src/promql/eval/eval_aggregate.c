/*
 * Aggregation that makes one series of each group: sum, avg, count, min, max, group, stddev, stdvar
 * (and the front door to the others, in aggregate_select.c). Rows are taken as they are made and
 * added to their group's accumulators; a group of one series needs none.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "promql/absent.h"
#include "promql/eval/aggregate.h"
#include "promql/eval/kahan.h"

/* Which members are used depends on the operation. avg counts in its mean. */
struct accumulator {
    union {
        struct kahan_mean mean;
        struct {
            union {
                struct kahan sum;
                struct {
                    double mean;
                    double squares; /* sum of squared distances from the mean (Welford) */
                } spread;
                double value;
            };
            uint32_t count;
        };
    };
};

static void add_sum(struct accumulator *acc, const double *row, size_t steps)
{
    for (size_t i = 0; i < steps; i++) {
        if (!is_absent(row[i])) {
            kahan_add(&acc[i].sum, row[i]);
            acc[i].count++;
        }
    }
}

static void add_avg(struct accumulator *acc, const double *row, size_t steps)
{
    for (size_t i = 0; i < steps; i++) {
        if (!is_absent(row[i])) {
            kahan_mean_add(&acc[i].mean, row[i]);
        }
    }
}

static void add_count(struct accumulator *acc, const double *row, size_t steps)
{
    for (size_t i = 0; i < steps; i++) {
        acc[i].count += !is_absent(row[i]);
    }
}

static void add_min(struct accumulator *acc, const double *row, size_t steps)
{
    for (size_t i = 0; i < steps; i++) {
        if (is_absent(row[i])) {
            continue;
        }
        if (acc[i].count++ == 0 || row[i] < acc[i].value || isnan(acc[i].value)) {
            acc[i].value = row[i];
        }
    }
}

static void add_max(struct accumulator *acc, const double *row, size_t steps)
{
    for (size_t i = 0; i < steps; i++) {
        if (is_absent(row[i])) {
            continue;
        }
        if (acc[i].count++ == 0 || row[i] > acc[i].value || isnan(acc[i].value)) {
            acc[i].value = row[i];
        }
    }
}

static void add_spread(struct accumulator *acc, const double *row, size_t steps)
{
    for (size_t i = 0; i < steps; i++) {
        if (is_absent(row[i])) {
            continue;
        }
        acc[i].count++;
        double delta = row[i] - acc[i].spread.mean;
        acc[i].spread.mean += delta / acc[i].count;
        acc[i].spread.squares += delta * (row[i] - acc[i].spread.mean);
    }
}

/* In 2.x a first value does not spread, were it NaN or an infinity. */
static void add_spread_v2(struct accumulator *acc, const double *row, size_t steps)
{
    for (size_t i = 0; i < steps; i++) {
        if (acc[i].count == 0 && !is_absent(row[i])) {
            acc[i].count = 1;
            acc[i].spread.mean = row[i];
        } else {
            add_spread(&acc[i], &row[i], 1);
        }
    }
}

static double accumulated(enum aggregate_id op, const struct accumulator *acc)
{
    if ((op == AGG_AVG ? acc->mean.count : acc->count) == 0) {
        return absent();
    }
    switch (op) {
    case AGG_SUM:
        return kahan_value(&acc->sum);
    case AGG_AVG:
        return kahan_mean_value(&acc->mean);
    case AGG_COUNT:
        return acc->count;
    case AGG_GROUP:
        return 1;
    case AGG_STDVAR:
        return acc->spread.squares / acc->count;
    case AGG_STDDEV:
        return sqrt(acc->spread.squares / acc->count);
    case AGG_MIN:
    case AGG_MAX:
    case AGG_NONE:
    case AGG_TOPK:
    case AGG_BOTTOMK:
    case AGG_QUANTILE:
    case AGG_COUNT_VALUES:
    case AGG_LIMITK:
    case AGG_LIMIT_RATIO:
    case AGG_COUNT_OF:
        break;
    }
    return acc->value;
}

typedef void (*add_function)(struct accumulator *acc, const double *row, size_t steps);

static add_function adder(enum aggregate_id op, enum semantics semantics)
{
    switch (op) {
    case AGG_SUM:
        return add_sum;
    case AGG_AVG:
        return add_avg;
    case AGG_COUNT:
    case AGG_GROUP:
        return add_count;
    case AGG_MIN:
        return add_min;
    case AGG_MAX:
        return add_max;
    case AGG_STDDEV:
    case AGG_STDVAR:
        return semantics == SEMANTICS_V2 ? add_spread_v2 : add_spread;
    case AGG_NONE:
    case AGG_TOPK:
    case AGG_BOTTOMK:
    case AGG_QUANTILE:
    case AGG_COUNT_VALUES:
    case AGG_LIMITK:
    case AGG_LIMIT_RATIO:
    case AGG_COUNT_OF:
        break;
    }
    return NULL;
}

struct label_reduction aggregate_reduction(const struct node *n)
{
    return (struct label_reduction){.names = n->aggregate.labels,
                                    .count = n->aggregate.label_count,
                                    .keep = !n->aggregate.without};
}

/* A group while rows come. */
struct group {
    double *row;              /* the first series' points; in the end the result's */
    struct accumulator *sums; /* NULL while there is one series */
    bool drop_name;
};

struct accumulation {
    struct columns_sink sink; /* first: the sink handed out is this */
    struct evaluator *ev;
    enum aggregate_id op;
    add_function add;
    struct label_reduction reduction;
    struct labels_builder builder;
    struct label_groups labels;
    VEC(struct group) groups; /* by number in `labels` */
};

static void add_to_group(const struct accumulation *a, struct group *g, const double *row)
{
    size_t steps = a->ev->grid.steps;
    if (g->sums == NULL) {
        g->sums = mem_zalloc(steps, sizeof(*g->sums));
        a->add(g->sums, g->row, steps);
    }
    a->add(g->sums, row, steps);
}

static bool accumulate_row(struct columns_sink *sink, struct columns_head *row)
{
    struct accumulation *a = CONTAINER_OF(sink, struct accumulation, sink);
    if (!eval_spend(a->ev, WORK_ROW + a->ev->grid.steps)) {
        return false;
    }
    struct labels *labels =
        label_reduction_apply(&a->reduction, &a->builder, row->labels, a->ev->err);
    if (labels == NULL) {
        return false;
    }
    size_t number = label_groups_add(&a->labels, labels);
    if (number == a->groups.len) {
        vec_push(&a->groups, ((struct group){.row = row->points, .drop_name = row->drop_name}));
        row->points = NULL;
        return true;
    }
    struct group *g = &a->groups.items[number];
    g->drop_name = g->drop_name || row->drop_name; /* lost by one, lost for the group */
    add_to_group(a, g, row->points);
    return true;
}

/* The result of one series is that series. */
static bool is_itself(enum aggregate_id op)
{
    return op == AGG_SUM || op == AGG_AVG || op == AGG_MIN || op == AGG_MAX;
}

static void finish_group(const struct accumulation *a, struct group *g)
{
    size_t steps = a->ev->grid.steps;
    if (g->sums == NULL) {
        if (is_itself(a->op)) {
            return;
        }
        g->sums = mem_zalloc(steps, sizeof(*g->sums));
        a->add(g->sums, g->row, steps);
    }
    for (size_t i = 0; i < steps; i++) {
        g->row[i] = accumulated(a->op, &g->sums[i]);
    }
}

static bool accumulate(struct evaluator *ev, const struct node *n, struct columns *out)
{
    struct accumulation a = {.sink.take = accumulate_row,
                             .ev = ev,
                             .op = n->aggregate.op,
                             .add = adder(n->aggregate.op, ev->semantics),
                             .reduction = aggregate_reduction(n)};
    labels_builder_init(&a.builder, ev->table);
    label_groups_init(&a.labels, 0);
    bool ok =
        eval_vector_rows(ev, n->aggregate.inner, &a.sink) && eval_reserve(ev, out, a.groups.len);
    for (size_t i = 0; i < a.groups.len; i++) {
        struct group *g = &a.groups.items[i];
        ok = ok && eval_spend(ev, WORK_ROW + ev->grid.steps);
        if (ok) {
            finish_group(&a, g);
            columns_add_points(out, labels_ref(a.labels.labels[i]), g->row, g->drop_name);
        } else {
            free(g->row);
        }
        free(g->sums);
    }
    vec_release(&a.groups);
    label_groups_release(&a.labels);
    labels_builder_release(&a.builder);
    return ok;
}

bool eval_aggregate(struct evaluator *ev, const struct node *n, struct columns *out)
{
    if (adder(n->aggregate.op, ev->semantics) != NULL) {
        return accumulate(ev, n, out);
    }
    return aggregate_select(ev, n, out);
}
