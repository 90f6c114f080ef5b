/*
 * info(v, {selector}): adds to each series the data labels of the info series of its target, which
 * are those of the same `instance` and `job` (prometheus: promql/info.go). The metric is
 * target_info unless the selector names another; the selector's other matchers say which data
 * labels are added, all where there are none.
 *
 * At each step the newest sample of an info metric counts, so that a label that changed is found
 * under its new value although the old series is still within the look-back.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"
#include "promql/absent.h"
#include "promql/eval/func.h"
#include "promql/eval/label_groups.h"
#include "promql/eval/matching.h"

/* What one base series becomes: with these info series, this row of the result. */
struct variant {
    size_t first; /* of its info rows, in `chosen_rows` */
    size_t count;
    size_t row; /* of the result; VARIANT_DROPPED */
};
#define VARIANT_DROPPED SIZE_MAX

struct info_join {
    struct evaluator *ev;
    const struct node *selector; /* the second argument, or NULL */
    bool has_data_matchers;
    bool data_must_exist; /* a matcher does not match the empty string */
    struct columns base;
    struct columns info;        /* points are the samples' times */
    struct label_groups groups; /* of info rows, by identifying labels */
    struct group_rows rows;
    struct labels_builder b;
    struct columns *out;
    /* of the base series at hand */
    VEC(struct variant) variants;
    VEC(size_t) chosen_rows;
};

static const struct str identifying[] = {STR_INIT("instance"), STR_INIT("job")};
static const struct label_reduction by_target = {
    .names = identifying, .count = ARRAY_LEN(identifying), .keep = true};

static bool is_name(const struct matcher *m)
{
    return strcmp(m->name, LABEL_NAME) == 0;
}

static size_t matcher_count(const struct info_join *j)
{
    return j->selector != NULL ? j->selector->selector.matcher_count : 0;
}

static bool names_metric(const struct info_join *j)
{
    for (size_t i = 0; i < matcher_count(j); i++) {
        if (is_name(&j->selector->selector.matchers[i])) {
            return true;
        }
    }
    return false;
}

/* Info series are not joined with themselves. */
static bool is_info_series(const struct info_join *j, const struct labels *labels)
{
    struct str name = labels_name(labels);
    if (j->selector == NULL) {
        return str_equal_c(name, "target_info");
    }
    for (size_t i = 0; i < matcher_count(j); i++) {
        const struct matcher *m = &j->selector->selector.matchers[i];
        if (is_name(m) && matcher_test(m, name) != MATCHER_YES) {
            return false;
        }
    }
    return names_metric(j);
}

static void read_selector(struct info_join *j, const struct node *n)
{
    j->selector = n->call.arg_count > 1 ? eval_unwrap(n->call.args[1]) : NULL;
    for (size_t i = 0; i < matcher_count(j); i++) {
        const struct matcher *m = &j->selector->selector.matchers[i];
        if (!is_name(m)) {
            j->has_data_matchers = true;
            j->data_must_exist = j->data_must_exist || matcher_test(m, STR("")) != MATCHER_YES;
        }
    }
}

/* The times of the info series' samples: the selector's matchers and the metric's name. */
static bool read_info(struct info_join *j)
{
    size_t count = matcher_count(j);
    struct matcher *matchers = mem_zalloc(count + 1, sizeof(*matchers));
    struct node n = {.kind = NODE_SELECTOR, .type = VALUE_VECTOR};
    bool named = names_metric(j);
    bool ok = matcher_init(&matchers[0], named ? MATCH_NOT_EQUAL : MATCH_EQUAL, STR(LABEL_NAME),
                           named ? STR("") : STR("target_info"), j->ev->err);
    for (size_t i = 0; i < count; i++) {
        matchers[i + 1] = j->selector->selector.matchers[i]; /* borrowed */
    }
    n.selector.matchers = matchers;
    n.selector.matcher_count = (uint32_t)count + 1;
    struct strbuf key;
    strbuf_init(&key, SIZE_MAX);
    if (ok) {
        node_matchers_key(&key, &n);
        n.selector.matchers_key = strbuf_str(&key);
        ok = eval_selector(j->ev, &n, true, &j->info);
    }
    strbuf_release(&key);
    matcher_release(&matchers[0]);
    free(matchers);
    return ok;
}

static bool group_info(struct info_join *j)
{
    size_t *of_row = mem_alloc((j->info.count + 1) * sizeof(*of_row));
    bool ok = true;
    for (size_t i = 0; ok && i < j->info.count; i++) {
        struct labels *target =
            label_reduction_apply(&by_target, &j->b, j->info.heads[i].labels, j->ev->err);
        ok = target != NULL && eval_spend(j->ev, WORK_ROW);
        of_row[i] = target != NULL ? label_groups_add(&j->groups, target) : 0;
    }
    if (ok) {
        group_rows_init(&j->rows, of_row, j->info.count, j->groups.count);
    }
    free(of_row);
    return ok;
}

static bool two_at_once(struct info_join *j, size_t a, size_t b, double t_s)
{
    struct strbuf first = STRBUF_INIT;
    struct strbuf second = STRBUF_INIT;
    matching_format_labels(&first, j->info.heads[a].labels);
    matching_format_labels(&second, j->info.heads[b].labels);
    long long ms = (long long)(t_s * 1000);
    error_set(j->ev->err, ERROR_EVALUATION,
              "found duplicate series for info metric: existing %s @ %lld, new %s @ %lld",
              strbuf_cstr(&first), ms, strbuf_cstr(&second), ms);
    strbuf_release(&first);
    strbuf_release(&second);
    return false;
}

/* Adds to `chosen_rows` behind `first` the newest info row of each metric at `step`. */
static bool choose(struct info_join *j, struct matching_rows rows, size_t step, size_t first)
{
    for (size_t i = 0; i < rows.count; i++) {
        size_t row = rows.items[i];
        double t = columns_row(&j->info, row)[step];
        if (is_absent(t)) {
            continue;
        }
        struct str name = labels_name(j->info.heads[row].labels);
        size_t k = first;
        while (k < j->chosen_rows.len &&
               !str_equal(name, labels_name(j->info.heads[j->chosen_rows.items[k]].labels))) {
            k++;
        }
        if (k == j->chosen_rows.len) {
            vec_push(&j->chosen_rows, row);
            continue;
        }
        size_t *existing = &j->chosen_rows.items[k];
        double existing_t = columns_row(&j->info, *existing)[step];
        if (existing_t == t) {
            return two_at_once(j, *existing, row, t);
        }
        *existing = existing_t < t ? row : *existing;
    }
    return true;
}

static bool wants_label(const struct info_join *j, struct str name)
{
    for (size_t i = 0; i < matcher_count(j); i++) {
        if (str_equal_c(name, j->selector->selector.matchers[i].name)) {
            return true;
        }
    }
    return !j->has_data_matchers;
}

/* Another info series of the same variant, among those before `k`, that says otherwise. */
static bool conflicts(const struct info_join *j, const struct variant *v, size_t k, struct label l)
{
    for (size_t i = 0; i < k; i++) {
        size_t row = j->chosen_rows.items[v->first + i];
        struct str other = labels_get(j->info.heads[row].labels, l.name);
        if (other.len > 0 && !str_equal(other, l.value)) {
            return true;
        }
    }
    return false;
}

/* The labels of a base series with what its info series add; the base's own ones win. */
static struct labels *join_labels(struct info_join *j, const struct labels *base,
                                  const struct variant *v)
{
    labels_builder_from(&j->b, base);
    for (size_t k = 0; k < v->count; k++) {
        const struct labels *info = j->info.heads[j->chosen_rows.items[v->first + k]].labels;
        for (size_t i = 0; i < labels_count(info); i++) {
            struct label l = labels_at(info, i);
            if (str_equal(l.name, STR(LABEL_NAME)) || !wants_label(j, l.name) ||
                labels_get(base, l.name).len > 0) {
                continue;
            }
            if (conflicts(j, v, k, l)) {
                labels_unref(labels_builder_finish(&j->b, j->ev->err));
                error_set(j->ev->err, ERROR_EVALUATION, "conflicting label: %.*s", STR_ARG(l.name));
                return NULL;
            }
            labels_builder_set(&j->b, l.name, l.value);
        }
    }
    return labels_builder_finish(&j->b, j->ev->err);
}

static bool add_row(struct info_join *j, const struct columns_head *base, struct variant *v)
{
    if (v->count == 0 && j->data_must_exist) {
        v->row = VARIANT_DROPPED;
        return true;
    }
    struct labels *labels = join_labels(j, base->labels, v);
    if (labels == NULL) {
        return false;
    }
    if (!eval_reserve(j->ev, j->out, 1) || !eval_spend(j->ev, WORK_ROW)) {
        labels_unref(labels);
        return false;
    }
    v->row = j->out->count;
    absent_fill(columns_add(j->out, labels, base->drop_name), j->out->steps);
    return true;
}

/* The variant whose info rows are the last ones of `chosen_rows`, from `first` on. */
static bool find_variant(struct info_join *j, const struct columns_head *base, size_t first,
                         const struct variant **found)
{
    size_t count = j->chosen_rows.len - first;
    for (size_t i = j->variants.len; i-- > 0;) {
        const struct variant *v = &j->variants.items[i];
        if (v->count == count &&
            (count == 0 || memcmp(&j->chosen_rows.items[v->first], &j->chosen_rows.items[first],
                                  count * sizeof(size_t)) == 0)) {
            j->chosen_rows.len = first;
            *found = v;
            return true;
        }
    }
    vec_push(&j->variants, ((struct variant){.first = first, .count = count}));
    *found = &j->variants.items[j->variants.len - 1];
    return add_row(j, base, &j->variants.items[j->variants.len - 1]);
}

static bool join_row(struct info_join *j, const struct columns_head *base,
                     struct matching_rows rows)
{
    j->variants.len = 0;
    j->chosen_rows.len = 0;
    if (!eval_spend(j->ev, j->base.steps * (rows.count + 1))) {
        return false;
    }
    for (size_t step = 0; step < j->base.steps; step++) {
        if (is_absent(base->points[step])) {
            continue;
        }
        size_t first = j->chosen_rows.len;
        const struct variant *v;
        if (!choose(j, rows, step, first) || !find_variant(j, base, first, &v)) {
            return false;
        }
        if (v->row != VARIANT_DROPPED) {
            columns_row(j->out, v->row)[step] = base->points[step];
        }
    }
    return true;
}

/* The info rows of the base series' target. */
static bool rows_of(struct info_join *j, const struct labels *base, struct matching_rows *rows)
{
    *rows = (struct matching_rows){0};
    struct labels *target = label_reduction_apply(&by_target, &j->b, base, j->ev->err);
    if (target == NULL) {
        return false;
    }
    size_t group =
        labels_count(target) > 0 ? label_groups_find(&j->groups, target) : LABEL_GROUPS_NONE;
    labels_unref(target);
    if (group != LABEL_GROUPS_NONE) {
        rows->items = j->rows.rows + j->rows.starts[group];
        rows->count = j->rows.starts[group + 1] - j->rows.starts[group];
    }
    return true;
}

static bool join_all(struct info_join *j)
{
    for (size_t i = 0; i < j->base.count; i++) {
        struct columns_head *base = &j->base.heads[i];
        if (is_info_series(j, base->labels)) {
            if (!eval_reserve(j->ev, j->out, 1)) {
                return false;
            }
            columns_add_points(j->out, labels_ref(base->labels), base->points, base->drop_name);
            base->points = NULL;
            continue;
        }
        struct matching_rows rows;
        if (!rows_of(j, base->labels, &rows) || !join_row(j, base, rows)) {
            return false;
        }
    }
    return columns_merge(j->out, COLUMNS_SAME_LABELSET, j->ev->work);
}

bool func_info(struct evaluator *ev, const struct node *n, struct columns *out)
{
    struct info_join j = {.ev = ev, .out = out};
    if (!eval_vector(ev, n->call.args[0], &j.base)) {
        return false;
    }
    read_selector(&j, n);
    columns_init(&j.info, ev->grid.steps);
    labels_builder_init(&j.b, ev->table);
    label_groups_init(&j.groups, 16);
    bool ok = read_info(&j) && group_info(&j) && join_all(&j);
    vec_release(&j.variants);
    vec_release(&j.chosen_rows);
    group_rows_release(&j.rows);
    label_groups_release(&j.groups);
    labels_builder_release(&j.b);
    columns_release(&j.info);
    columns_release(&j.base);
    return ok;
}
