/* Reading a unit test of rules. See rule_test.h; all that is wrong is reported at once. */
#include "unittest/rule_test.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/timestamp.h"
#include "promql/syntax/series_notation.h"
#include "rule/rule.h"
#include "yaml/plain.h"

/* Latest time of a sample, from the start: leaves room to calculate with. */
#define TIME_MAX_MS (INT64_MAX / 4)

struct reading {
    struct yaml_reader r;
    struct rule_test *out;
    struct label_table *table;
};

static void report_at(struct reading *reading, const struct yaml_node *node, struct error *err)
{
    yaml_error_in(&reading->r, node, err);
    error_release(err);
}

/* A label set in the notation of series; an empty text is the empty set. NULL with the error
 * reported. */
static struct labels *read_labels(struct reading *reading, const struct yaml_node *node)
{
    struct str text, rest;
    if (!yaml_plain_node(&reading->r, node, &text)) {
        return NULL;
    }
    if (str_trim(text).len == 0) {
        return labels_empty(reading->table);
    }
    struct error err = ERROR_INIT;
    struct labels *labels = series_notation_labels(text, reading->table, &rest, &err);
    if (labels != NULL && str_trim(rest).len > 0) {
        size_t begin = (size_t)(str_trim(rest).data - text.data);
        error_set_at(&err, ERROR_SYNTAX, diag_span(text, begin, text.len),
                     "nothing belongs behind the labels");
        labels_unref(labels);
        labels = NULL;
    }
    if (labels == NULL) {
        report_at(reading, node, &err);
    }
    return labels;
}

static void check_values(struct reading *reading, const struct yaml_node *node,
                         const struct test_group *g, struct test_series *s)
{
    struct notation_runs runs = {0};
    struct error err = ERROR_INIT;
    if (!series_notation_runs(s->values, &runs, &err)) {
        s->native = err.kind == ERROR_UNSUPPORTED;
        if (s->native) {
            error_release(&err);
        } else {
            report_at(reading, node, &err);
        }
    }
    s->count = runs.count;
    if (runs.count > (uint64_t)(TIME_MAX_MS / g->interval_ms)) {
        yaml_error(&reading->r, node, "the last value's time is out of range");
    }
    notation_runs_release(&runs);
}

static struct test_series *find_series(struct test_group *g, const struct labels *labels)
{
    VEC_EACH (&g->series, struct test_series, s) {
        if (s->labels == labels) {
            return s;
        }
    }
    return NULL;
}

static void read_series(struct reading *reading, const struct yaml_node *node, struct test_group *g)
{
    struct yaml_reader *r = &reading->r;
    if (!yaml_is_mapping(r, node)) {
        return;
    }
    const struct yaml_node *series = yaml_required(r, node, "series");
    const struct yaml_node *values = yaml_member(r, node, "values");
    yaml_read_done(r, node);
    struct test_series s = {0};
    if (series == NULL || (values != NULL && !yaml_plain_node(r, values, &s.values))) {
        return;
    }
    if (values != NULL && values->kind == YAML_SCALAR) {
        check_values(reading, values, g, &s);
    } else {
        yaml_warning(r, node, "this series has no values");
    }
    s.labels = read_labels(reading, series);
    if (s.labels == NULL) {
        return;
    }
    struct test_series *earlier = find_series(g, s.labels);
    if (earlier != NULL) { /* of a series given twice the last one counts */
        labels_unref(s.labels);
        s.labels = earlier->labels;
        *earlier = s;
        return;
    }
    vec_push(&g->series, s);
}

static void read_sample(struct reading *reading, const struct yaml_node *node, struct expr_case *c)
{
    struct yaml_reader *r = &reading->r;
    if (node->kind == YAML_NULL || !yaml_is_mapping(r, node)) {
        return;
    }
    struct test_sample sample = {0};
    yaml_plain_number(r, node, "value", &sample.value);
    const struct yaml_node *histogram = yaml_member(r, node, "histogram");
    c->native = c->native || (histogram != NULL && histogram->kind != YAML_NULL);
    const struct yaml_node *labels = yaml_member(r, node, "labels");
    sample.labels = labels != NULL ? read_labels(reading, labels) : labels_empty(reading->table);
    yaml_read_done(r, node);
    if (sample.labels != NULL) {
        vec_push(&c->samples, sample);
    }
}

static void read_expr_case(struct reading *reading, const struct yaml_node *node,
                           struct test_group *g)
{
    struct yaml_reader *r = &reading->r;
    if (!yaml_is_mapping(r, node)) {
        return;
    }
    struct expr_case c = {.span = node->span};
    const struct yaml_node *expr = yaml_required(r, node, "expr");
    struct str text;
    if (expr != NULL && yaml_plain_node(r, expr, &text)) {
        struct diags wrong;
        diags_init(&wrong);
        c.span = expr->span;
        c.expr = expr_parse_all(text, NULL, NULL, &wrong);
        yaml_diags_in(r, expr, &wrong);
        diags_release(&wrong);
    }
    yaml_plain_duration(r, node, "eval_time", &c.eval_ms);
    const struct yaml_node *samples = yaml_plain_list(r, node, "exp_samples");
    for (size_t i = 0; samples != NULL && i < samples->count; i++) {
        read_sample(reading, samples->items[i], &c);
    }
    yaml_read_done(r, node);
    vec_push(&g->exprs, c);
}

static void read_alert(struct reading *reading, const struct yaml_node *node, struct alert_case *c)
{
    struct yaml_reader *r = &reading->r;
    struct arena *arena = &reading->out->arena;
    struct expected_alert alert = {0};
    if (node->kind != YAML_NULL) {
        if (!yaml_is_mapping(r, node)) {
            return;
        }
        alert.labels = rule_pairs_read(r, arena, node, "exp_labels", "label");
        /* promtool wants tocsin's additions here; in tocsin they are no annotations. */
        alert.annotations = rule_pairs_read(r, arena, node, "exp_annotations", "annotation");
        rule_drop_additions(&alert.annotations);
        yaml_read_done(r, node);
    }
    vec_push(&c->alerts, alert);
}

static void read_alert_case(struct reading *reading, const struct yaml_node *node,
                            struct test_group *g)
{
    struct yaml_reader *r = &reading->r;
    if (!yaml_is_mapping(r, node)) {
        return;
    }
    struct alert_case c = {.span = node->span};
    const struct yaml_node *name = yaml_required(r, node, "alertname");
    if (name != NULL && yaml_plain_node(r, name, &c.name)) {
        c.span = name->span;
        if (c.name.len == 0) {
            yaml_error(r, name, "the name of the alert is empty");
        }
    }
    yaml_plain_duration(r, node, "eval_time", &c.eval_ms);
    const struct yaml_node *alerts = yaml_plain_list(r, node, "exp_alerts");
    for (size_t i = 0; alerts != NULL && i < alerts->count; i++) {
        read_alert(reading, alerts->items[i], &c);
    }
    yaml_read_done(r, node);
    vec_push(&g->alerts, c);
}

static void read_start(struct reading *reading, const struct yaml_node *node, struct test_group *g)
{
    struct yaml_reader *r = &reading->r;
    const struct yaml_node *start = yaml_member(r, node, "start_timestamp");
    struct str text;
    if (start == NULL || start->kind == YAML_NULL || !yaml_plain_node(r, start, &text)) {
        return;
    }
    if (!timestamp_parse(text, &g->start_ms)) {
        struct diag *diag = yaml_error(r, start, "'%.*s' is not a time", STR_ARG(text));
        diag_suggest(diag, "times are Unix seconds or RFC 3339, such as 2026-11-21T02:49:10Z");
    }
}

typedef void (*read_item)(struct reading *reading, const struct yaml_node *node,
                          struct test_group *g);

static void read_each(struct reading *reading, const struct yaml_node *owner, const char *key,
                      read_item read, struct test_group *g)
{
    const struct yaml_node *list = yaml_plain_list(&reading->r, owner, key);
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        read(reading, list->items[i], g);
    }
}

/* How much would have to be done: evaluations of the rules, and samples up to the last of them. */
static void check_size(struct reading *reading, const struct yaml_node *node,
                       const struct test_group *g)
{
    if (test_group_end_ms(g) / reading->out->evaluation_interval_ms > RULE_TEST_MAX_STEPS) {
        yaml_error(&reading->r, node,
                   "the rules of this test would be evaluated more than %lld times",
                   (long long)RULE_TEST_MAX_STEPS);
    }
    uint64_t steps = (uint64_t)(test_group_end_ms(g) / g->interval_ms) + 1;
    uint64_t samples = 0;
    VEC_EACH (&g->series, const struct test_series, s) {
        samples += s->count < steps ? s->count : steps;
    }
    if (samples > RULE_TEST_MAX_SAMPLES) {
        yaml_error(&reading->r, node, "this test has %llu samples; %llu is the limit",
                   (unsigned long long)samples, (unsigned long long)RULE_TEST_MAX_SAMPLES);
    }
}

static void read_group(struct reading *reading, const struct yaml_node *node)
{
    struct yaml_reader *r = &reading->r;
    if (node->kind != YAML_NULL && !yaml_is_mapping(r, node)) {
        return;
    }
    struct test_group g = {.span = node->span, .interval_ms = reading->out->evaluation_interval_ms};
    if (node->kind == YAML_MAPPING) {
        yaml_plain_text(r, node, "name", &g.name);
        int64_t interval_ms = 0;
        yaml_plain_duration(r, node, "interval", &interval_ms);
        g.interval_ms = interval_ms > 0 ? interval_ms : g.interval_ms;
        read_start(reading, node, &g);
        read_each(reading, node, "input_series", read_series, &g);
        read_each(reading, node, "promql_expr_test", read_expr_case, &g);
        read_each(reading, node, "alert_rule_test", read_alert_case, &g);
        struct arena *arena = &reading->out->arena;
        g.external_labels = rule_pairs_read(r, arena, node, "external_labels", "label");
        yaml_plain_text(r, node, "external_url", &g.external_url);
        yaml_read_done(r, node);
        check_size(reading, node, &g);
    }
    vec_push(&reading->out->groups, g);
}

static void read_eval_order(struct reading *reading, const struct yaml_node *root)
{
    struct yaml_reader *r = &reading->r;
    struct rule_test *out = reading->out;
    const struct yaml_node *order = yaml_plain_list(r, root, "group_eval_order");
    for (size_t i = 0; order != NULL && i < order->count; i++) {
        struct str name;
        if (!yaml_plain_node(r, order->items[i], &name)) {
            continue;
        }
        VEC_EACH (&out->group_eval_order, const struct str, earlier) {
            if (str_equal(*earlier, name)) {
                yaml_error(r, order->items[i], "group '%.*s' stands in the order twice",
                           STR_ARG(name));
                break;
            }
        }
        vec_push(&out->group_eval_order, name);
    }
}

static void read_root(struct reading *reading, const struct yaml_node *root)
{
    struct yaml_reader *r = &reading->r;
    struct rule_test *out = reading->out;
    if (root->kind == YAML_NULL) {
        yaml_error(r, root, "there is no test in the file");
        return;
    }
    if (!yaml_is_mapping(r, root)) {
        return;
    }
    if (yaml_get(root, "groups") != NULL && yaml_get(root, "tests") == NULL) {
        struct diag *diag = yaml_error(r, root, "these are rules, not a test of them");
        diag_suggest(diag, "a test names them under 'rule_files'; 'tocsin check' reads them");
        return;
    }
    const struct yaml_node *files = yaml_plain_list(r, root, "rule_files");
    for (size_t i = 0; files != NULL && i < files->count; i++) {
        struct rule_pattern p = {.span = files->items[i]->span};
        if (yaml_plain_node(r, files->items[i], &p.pattern) && p.pattern.len > 0) {
            vec_push(&out->rule_files, p);
        }
    }
    int64_t interval_ms = 0;
    yaml_plain_duration(r, root, "evaluation_interval", &interval_ms);
    if (interval_ms > 0) { /* 0 is as good as not said */
        out->evaluation_interval_ms = interval_ms;
    }
    yaml_read_bool(r, root, "fuzzy_compare", &out->fuzzy);
    read_eval_order(reading, root);
    const struct yaml_node *tests = yaml_plain_list(r, root, "tests");
    for (size_t i = 0; tests != NULL && i < tests->count; i++) {
        read_group(reading, tests->items[i]);
    }
    yaml_read_done(r, root);
    if (tests == NULL || tests->count == 0) {
        yaml_error(r, root, "there is no test in the file");
    }
}

struct rule_test *rule_test_read(struct yaml_document *doc, struct label_table *table,
                                 struct diags *diags)
{
    size_t before = diags->errors;
    struct rule_test *out = mem_zalloc(1, sizeof(*out));
    out->doc = doc;
    out->evaluation_interval_ms = 60 * 1000;
    arena_init(&out->arena);
    struct reading reading = {.out = out, .table = table};
    yaml_reader_init(&reading.r, doc, diags);
    read_root(&reading, yaml_root(doc));
    yaml_reader_release(&reading.r);
    if (diags->errors != before) {
        rule_test_destroy(out);
        return NULL;
    }
    return out;
}

struct rule_test *rule_test_load(const char *file, struct label_table *table, struct diags *diags)
{
    size_t before = diags->errors;
    struct yaml_document *doc = yaml_load(file, diags);
    if (doc == NULL) {
        return NULL;
    }
    struct rule_test *out = rule_test_read(doc, table, diags);
    if (out != NULL && diags->errors != before) {
        rule_test_destroy(out);
        return NULL;
    }
    return out;
}

static void group_release(struct test_group *g)
{
    VEC_EACH (&g->series, struct test_series, s) {
        labels_unref(s->labels);
    }
    VEC_EACH (&g->exprs, struct expr_case, c) {
        VEC_EACH (&c->samples, struct test_sample, sample) {
            labels_unref(sample->labels);
        }
        vec_release(&c->samples);
        expr_unref(c->expr);
    }
    VEC_EACH (&g->alerts, struct alert_case, c) {
        vec_release(&c->alerts);
    }
    vec_release(&g->series);
    vec_release(&g->exprs);
    vec_release(&g->alerts);
}

void rule_test_destroy(struct rule_test *t)
{
    if (t == NULL) {
        return;
    }
    VEC_EACH (&t->groups, struct test_group, g) {
        group_release(g);
    }
    vec_release(&t->groups);
    vec_release(&t->rule_files);
    vec_release(&t->group_eval_order);
    arena_release(&t->arena);
    yaml_destroy(t->doc);
    free(t);
}

int64_t test_group_end_ms(const struct test_group *g)
{
    int64_t end = 0;
    VEC_EACH (&g->exprs, const struct expr_case, c) {
        end = c->eval_ms > end ? c->eval_ms : end;
    }
    VEC_EACH (&g->alerts, const struct alert_case, c) {
        end = c->eval_ms > end ? c->eval_ms : end;
    }
    return end;
}
