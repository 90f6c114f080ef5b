/* The evaluator's way in, its dispatch over the kinds of nodes, and what all parts share. */
#include "promql/eval/eval.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "promql/absent.h"
#include "promql/binary_row.h"
#include "promql/eval/eval_edges.h"
#include "promql/eval/func.h"
#include "promql/eval/window.h"
#include "promql/functions.h"

const struct node *eval_unwrap(const struct node *n)
{
    for (;;) {
        if (n->kind == NODE_PAREN) {
            n = n->paren;
        } else if (n->kind == NODE_SIGNAL) {
            n = n->signal.inner;
        } else {
            return n;
        }
    }
}

struct str eval_string(const struct node *n)
{
    n = eval_unwrap(n);
    return n->kind == NODE_STRING ? n->string : STR_NONE;
}

static bool check_points(struct evaluator *ev, size_t rows, size_t steps)
{
    return rows == 0 || steps <= ev->max_points / rows ||
           error_set(ev->err, ERROR_LIMIT,
                     "the result of a part of the expression has more than %zu points",
                     ev->max_points);
}

bool eval_reserve(struct evaluator *ev, struct columns *c, size_t rows)
{
    if (!check_points(ev, c->count + rows, c->steps)) {
        return false;
    }
    columns_reserve(c, c->sink != NULL ? 1 : rows);
    return true;
}

/* With a type and a unit a metric is another one than with others (Prometheus 3, feature
 * type-and-unit-labels). */
#define LABEL_TYPE "__type__"
#define LABEL_UNIT "__unit__"

bool eval_is_of_name(const struct evaluator *ev, struct str label)
{
    return str_equal(label, STR(LABEL_NAME)) ||
           (ev->semantics == SEMANTICS_V3 &&
            (str_equal(label, STR(LABEL_TYPE)) || str_equal(label, STR(LABEL_UNIT))));
}

/* `labels` without the metric name and its kin; an owned reference, or NULL with ev->err. */
static struct labels *without_name(struct evaluator *ev, const struct labels *labels)
{
    struct labels_builder b;
    labels_builder_init(&b, ev->table);
    bool any = false;
    for (size_t i = 0; i < labels_count(labels); i++) {
        struct label l = labels_at(labels, i);
        if (eval_is_of_name(ev, l.name)) {
            any = true;
        } else {
            labels_builder_add(&b, l.name, l.value);
        }
    }
    struct labels *without = any ? labels_builder_finish(&b, ev->err) : labels_ref(labels);
    labels_builder_release(&b);
    return without;
}

/* Takes the marked names away, which may make rows equal. */
static bool remove_names(struct evaluator *ev, struct columns *c)
{
    bool any = false;
    for (size_t i = 0; i < c->count; i++) {
        if (!c->heads[i].drop_name) {
            continue;
        }
        struct labels *without = NULL;
        if (eval_spend(ev, WORK_ROW)) {
            without = without_name(ev, c->heads[i].labels);
        }
        if (without == NULL) {
            return false;
        }
        columns_relabel(c, i, without);
        c->heads[i].drop_name = false;
        any = true;
    }
    return !any || columns_merge(c, COLUMNS_SAME_LABELSET, ev->work);
}

bool eval_drop_names(struct evaluator *ev, struct columns *c)
{
    for (size_t i = 0; i < c->count; i++) {
        c->heads[i].drop_name = true;
    }
    return ev->delay_names || remove_names(ev, c);
}

/* The value is the same at every step. */
static bool is_constant(const struct node *n)
{
    switch (n->kind) {
    case NODE_NUMBER:
    case NODE_STRING:
        return true;
    case NODE_SELECTOR:
        return n->selector.at != AT_NONE;
    case NODE_SUBQUERY:
        return n->subquery.at != AT_NONE;
    case NODE_CALL:
        if (function_depends_on_time(n->call.function, n->call.arg_count)) {
            return false;
        }
        for (size_t i = 0; i < n->call.arg_count; i++) {
            if (!is_constant(n->call.args[i])) {
                return false;
            }
        }
        return true;
    case NODE_AGGREGATE:
        return is_constant(n->aggregate.inner) &&
               (n->aggregate.parameter == NULL || is_constant(n->aggregate.parameter));
    case NODE_BINARY:
        return is_constant(n->binary.left) && is_constant(n->binary.right);
    case NODE_UNARY:
        return is_constant(n->unary.inner);
    case NODE_PAREN:
        return is_constant(n->paren);
    case NODE_SIGNAL:
        return is_constant(n->signal.inner);
    }
    return false;
}

static double negative(double v)
{
    return -v;
}

static bool eval_unary(struct evaluator *ev, const struct node *n, struct columns *out)
{
    if (!eval_vector(ev, n->unary.inner, out)) {
        return false;
    }
    if (!n->unary.negative) {
        return true;
    }
    return columns_map(out, negative, ev->work) && eval_drop_names(ev, out);
}

static bool vector_over_grid(struct evaluator *ev, const struct node *n, struct columns *out)
{
    switch (n->kind) {
    case NODE_SELECTOR:
        return eval_selector(ev, n, false, out);
    case NODE_CALL:
        return func_call_vector(ev, n, out);
    case NODE_AGGREGATE:
        return eval_aggregate(ev, n, out);
    case NODE_BINARY:
        return eval_binary(ev, n, out);
    case NODE_UNARY:
        return eval_unary(ev, n, out);
    case NODE_NUMBER:
    case NODE_STRING:
    case NODE_SUBQUERY:
    case NODE_PAREN:
    case NODE_SIGNAL:
        break;
    }
    return error_set(ev->err, ERROR_TYPE, "expected an instant vector");
}

bool eval_vector(struct evaluator *ev, const struct node *n, struct columns *out)
{
    n = eval_unwrap(n);
    struct part *part = plan_part(ev->plan, n);
    return part != NULL ? eval_shared(ev, n, part, out) : eval_vector_anew(ev, n, out);
}

bool eval_vector_anew(struct evaluator *ev, const struct node *n, struct columns *out)
{
    bool repeat = ev->grid.steps > 1 && is_constant(n);
    bool ok;
    if (repeat) {
        struct evaluator once = *ev;
        once.grid.steps = 1;
        once.plan = NULL;
        columns_init(out, 1);
        out->work = ev->work;
        ok = vector_over_grid(&once, n, out) && check_points(ev, out->count, ev->grid.steps) &&
             columns_broadcast(out, ev->grid.steps, ev->work);
    } else {
        columns_init(out, ev->grid.steps);
        out->work = ev->work;
        ok = vector_over_grid(ev, n, out);
    }
    if (!ok) {
        columns_release(out);
        return false;
    }
    return true;
}

/*
 * Made row by row: what reads series and needs no look at the others. Names that are dropped at
 * once can make series equal, which only all of them together show.
 */
static bool makes_rows(const struct evaluator *ev, const struct node *n)
{
    bool keeps = plan_part(ev->plan, n) != NULL;
    if (!ev->delay_names || keeps || (ev->grid.steps > 1 && is_constant(n))) {
        return false;
    }
    return n->kind == NODE_SELECTOR || (n->kind == NODE_CALL && func_makes_rows(n->call.function));
}

bool eval_vector_rows(struct evaluator *ev, const struct node *n, struct columns_sink *sink)
{
    n = eval_unwrap(n);
    struct columns c;
    bool ok;
    if (makes_rows(ev, n)) {
        columns_init(&c, ev->grid.steps);
        c.work = ev->work;
        c.sink = sink;
        ok = vector_over_grid(ev, n, &c);
        columns_release(&c);
        return ok;
    }
    if (!eval_vector(ev, n, &c)) {
        return false;
    }
    ok = true;
    for (size_t i = 0; ok && i < c.count; i++) {
        ok = eval_spend(ev, WORK_ROW) && sink->take(sink, &c.heads[i]);
    }
    columns_release(&c);
    return ok;
}

static bool scalar_binary(struct evaluator *ev, const struct node *n, double *out)
{
    size_t steps = ev->grid.steps;
    double *right = mem_alloc(steps * sizeof(*right));
    bool ok = eval_scalar(ev, n->binary.left, out) && eval_scalar(ev, n->binary.right, right);
    for (size_t i = 0; ok && i < steps; i++) {
        out[i] = binary_point(n->binary.op, out[i], right[i]);
    }
    free(right);
    return ok;
}

bool eval_scalar(struct evaluator *ev, const struct node *n, double *out)
{
    n = eval_unwrap(n);
    size_t steps = ev->grid.steps;
    if (!eval_spend(ev, steps)) {
        return false;
    }
    switch (n->kind) {
    case NODE_NUMBER:
        for (size_t i = 0; i < steps; i++) {
            out[i] = n->number.value;
        }
        return true;
    case NODE_UNARY:
        if (!eval_scalar(ev, n->unary.inner, out)) {
            return false;
        }
        for (size_t i = 0; n->unary.negative && i < steps; i++) {
            out[i] = -out[i];
        }
        return true;
    case NODE_BINARY:
        return scalar_binary(ev, n, out);
    case NODE_CALL:
        return func_call_scalar(ev, n, out);
    case NODE_STRING:
    case NODE_SELECTOR:
    case NODE_SUBQUERY:
    case NODE_AGGREGATE:
    case NODE_PAREN:
    case NODE_SIGNAL:
        break;
    }
    return error_set(ev->err, ERROR_TYPE, "expected a scalar");
}

/* Sorted, without the names that were marked: those of a subquery may have told series apart. */
static bool each_is_distinct(struct evaluator *ev, const struct value *v)
{
    for (size_t i = 1; i < v->series.len; i++) {
        if (v->series.items[i].labels == v->series.items[i - 1].labels) {
            return error_set(ev->err, ERROR_EVALUATION, "%s", COLUMNS_SAME_LABELSET);
        }
    }
    return true;
}

static bool spend_comparisons(void *user, size_t comparisons)
{
    return eval_spend(user, comparisons * 4);
}

struct sort_pace eval_sort_pace(struct evaluator *ev)
{
    return (struct sort_pace){.spend = spend_comparisons, .user = ev};
}

static bool sort_series(struct evaluator *ev, struct value *out)
{
    const struct sort_pace pace = eval_sort_pace(ev);
    return value_sort_paced(out, &pace);
}

/* `m[5m]` asked as such: the samples themselves. */
static bool answer_matrix(struct evaluator *ev, const struct node *n, struct value *out)
{
    out->type = VALUE_MATRIX;
    if (edges_of(n) != EDGES_PLAIN) {
        return edges_answer(ev, n, out) && sort_series(ev, out);
    }
    struct range_reader r;
    if (!range_reader_open(&r, ev, n)) {
        return false;
    }
    struct stream s;
    size_t points = 0;
    bool ok = true;
    while (ok && range_reader_next(&r, ev, &s, &ok)) {
        struct window w = range_reader_window(&r, &s);
        window_slide(&w, 0);
        size_t len = w.end - w.begin;
        if (len == 0) {
            continue;
        }
        ok = eval_spend(ev, len);
        points += len;
        if (ok && points > ev->max_points) {
            ok = error_set(ev->err, ERROR_LIMIT, "the result has more than %zu points",
                           ev->max_points);
            break;
        }
        struct labels *labels = NULL;
        if (ok) {
            labels = s.drop_name ? without_name(ev, s.labels) : labels_ref(s.labels);
        }
        ok = labels != NULL;
        if (!ok) {
            break;
        }
        struct value_series series = {.labels = labels, .count = len};
        series.points = mem_alloc(len * sizeof(double));
        series.times_ms = mem_alloc(len * sizeof(int64_t));
        memcpy(series.points, s.v + w.begin, len * sizeof(double));
        memcpy(series.times_ms, s.t_ms + w.begin, len * sizeof(int64_t));
        vec_push(&out->series, series);
    }
    range_reader_close(&r);
    return ok && sort_series(ev, out) && each_is_distinct(ev, out);
}

static bool answer_scalar(struct evaluator *ev, const struct node *n, struct value *out)
{
    double *points = mem_alloc(ev->grid.steps * sizeof(*points));
    if (!eval_scalar(ev, n, points)) {
        free(points);
        return false;
    }
    if (ev->instant) {
        out->type = VALUE_SCALAR;
        out->scalar = points;
        return true;
    }
    out->type = VALUE_MATRIX;
    vec_push(&out->series, ((struct value_series){.labels = labels_empty(ev->table),
                                                  .points = points,
                                                  .count = ev->grid.steps}));
    return true;
}

static bool answer_vector(struct evaluator *ev, const struct node *n, struct value *out)
{
    struct columns c;
    if (!eval_vector(ev, n, &c)) {
        return false;
    }
    if (!remove_names(ev, &c) || !columns_merge(&c, COLUMNS_SAME_LABELSET, ev->work)) {
        columns_release(&c);
        return false;
    }
    out->type = ev->instant ? VALUE_VECTOR : VALUE_MATRIX;
    vec_reserve(&out->series, c.count);
    bool ok = true;
    for (size_t i = 0; ok && i < c.count; i++) {
        ok = eval_spend(ev, WORK_ROW + c.steps / WORK_QUICK);
        if (ok && !absent_all(columns_row(&c, i), c.steps)) {
            struct columns_head *h = &c.heads[i];
            vec_push(&out->series, ((struct value_series){.labels = labels_ref(h->labels),
                                                          .points = h->points,
                                                          .count = c.steps}));
            h->points = NULL;
        }
    }
    columns_release(&c);
    return ok && (ev->instant || sort_series(ev, out));
}

static bool answer(struct evaluator *ev, const struct node *root, struct value *out)
{
    const struct node *n = eval_unwrap(root);
    switch (n->type) {
    case VALUE_SCALAR:
        return answer_scalar(ev, n, out);
    case VALUE_VECTOR:
        return answer_vector(ev, n, out);
    case VALUE_MATRIX:
    case VALUE_STRING:
        break;
    }
    if (!ev->instant) {
        return error_set(
            ev->err, ERROR_TYPE,
            "invalid expression type \"%s\" for range query, must be Scalar or instant Vector",
            n->type == VALUE_MATRIX ? "range vector" : "string");
    }
    if (n->type == VALUE_MATRIX) {
        return answer_matrix(ev, n, out);
    }
    out->type = VALUE_STRING;
    out->string = str_dup(eval_string(n));
    return true;
}

/* With the durations computed that depend on the question; an instant has no step and no range. */
static bool eval_of_question(const struct expr *e, const struct store *store,
                             struct label_table *table, const struct grid *grid, bool instant,
                             const struct eval_options *o, struct value *out, struct error *err)
{
    int64_t end_ms = o->end_ms != 0 ? o->end_ms : grid_end(grid);
    struct expr *computed = expr_for_question(e, instant ? 0 : grid->step_ms,
                                              instant ? 0 : end_ms - grid->start_ms, err);
    if (computed == NULL) {
        value_init(out, VALUE_VECTOR, *grid);
        return false;
    }
    /* The memo knows expressions that are asked again, which this one will not be. */
    struct eval_options once = *o;
    once.memo = NULL;
    bool ok = expr_eval(computed, store, table, grid, instant, &once, out, err);
    expr_unref(computed);
    return ok;
}

static struct memo_key key_of(const struct evaluator *ev)
{
    return (struct memo_key){
        .grid = ev->grid,
        .end_ms = ev->end_ms,
        .lookback_ms = ev->lookback_ms,
        .default_step_ms = ev->default_step_ms,
        .semantics = ev->semantics,
        .instant = ev->instant,
    };
}

/* A selector that stands twice in a question is looked up once. */
#define SELECTIONS_OF_A_QUESTION ((size_t)8 << 20)

bool expr_eval(const struct expr *e, const struct store *store, struct label_table *table,
               const struct grid *grid, bool instant, const struct eval_options *options,
               struct value *out, struct error *err)
{
    static const struct eval_options defaults = {0};
    const struct eval_options *o = options != NULL ? options : &defaults;
    if (e->of_question) {
        return eval_of_question(e, store, table, grid, instant, o, out, err);
    }
    bool v3 = o->semantics == SEMANTICS_V3;
    struct work work = {
        .max_samples = o->max_samples != 0 ? o->max_samples : EVAL_MAX_SAMPLES,
        .pause = o->pause,
        .pause_user = o->pause_user,
        .err = err,
    };
    struct notes notes = {0};
    struct sources sources = {0};
    struct evaluator ev = {
        .store = store,
        .table = table,
        .grid = *grid,
        .query = grid,
        .end_ms = o->end_ms != 0 ? o->end_ms : grid_end(grid),
        .instant = instant,
        .lookback_ms = o->lookback_delta_ms != 0 ? o->lookback_delta_ms : LOOKBACK_DELTA_DEFAULT_MS,
        .default_step_ms = o->default_step_ms != 0 ? o->default_step_ms : (int64_t)60 * 1000,
        .left_open = v3,
        .delay_names = v3,
        .semantics = o->semantics,
        .max_points = o->max_points != 0 ? o->max_points : EVAL_MAX_POINTS,
        .notes = &notes,
        .sources = &sources,
        .work = &work,
        .err = err,
    };
    value_init(out, VALUE_VECTOR, *grid);
    if (grid->steps > ev.max_points) {
        return error_set(err, ERROR_LIMIT, "more than %zu steps were asked for", ev.max_points);
    }
    struct selections own;
    selections_init(&own, SELECTIONS_OF_A_QUESTION);
    ev.selections = &own;
    struct samples spare = {0};
    ev.spare = &spare;
    struct plan *plan = NULL;
    if (o->memo != NULL) {
        ev.memo = o->memo;
        ev.selections = &o->memo->selections;
        ev.spare = &o->memo->spare;
        const struct memo_key key = key_of(&ev);
        plan = memo_enter(o->memo, e, &key, &ev.way);
        ev.plan = plan;
    }
    bool ok = answer(&ev, e->root, out) && work_end(&work);
    memo_leave(o->memo, plan);
    selections_release(&own);
    samples_release(&spare);
    if (ok) {
        notes_tell(&notes, e->text, out);
    } else {
        value_release(out);
        value_init(out, VALUE_VECTOR, *grid);
    }
    notes_release(&notes);
    return ok;
}
