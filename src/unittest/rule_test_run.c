/*
 * Runs a unit test of rules: for each of its groups a world of its own, the input fed and the rules
 * evaluated step by step up to the latest time asked for, and alerts looked at behind the last step
 * at or before the time they are expected at; then the expressions (prometheus:
 * cmd/promtool/unittest.go).
 */
#include <glob.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/number.h"
#include "rule/rule.h"
#include "unittest/alert_cases.h"
#include "unittest/feed.h"
#include "unittest/rule_loop.h"
#include "unittest/rule_test.h"
#include "unittest/unittest.h"
#include "unittest/unknowns.h"

/* Series shown of an answer, or of what was expected. */
#define SHOWN_MAX 20

struct rule_run {
    const char *file;
    const struct rule_test *test;
    const struct unittest_options *options;
    struct report *report;
    struct label_table *table;
    VEC(struct rule_file *) rule_files;
};

/* One group at work. */
struct group_run {
    const struct rule_run *run;
    const struct test_group *group;
    struct store *store;
    struct feed feed;
    struct rule_loop loop;
    struct unknowns unknowns;
};

/* A rule file that two patterns name is read once. */
static bool load_rule_file(struct rule_run *run, const char *path, struct diags *diags)
{
    VEC_EACH (&run->rule_files, struct rule_file *, f) {
        if (strcmp((*f)->file, path) == 0) {
            return true;
        }
    }
    struct rule_file *file = rule_file_load(path, diags);
    if (file != NULL) {
        vec_push(&run->rule_files, file);
    }
    return file != NULL;
}

/* Relative patterns start where the test file is. */
static bool load_pattern(struct rule_run *run, const struct rule_pattern *p, struct diags *diags)
{
    struct strbuf path = STRBUF_INIT;
    const char *slash = strrchr(run->file, '/');
    if (p->pattern.data[0] != '/' && slash != NULL) {
        strbuf_add(&path, run->file, (size_t)(slash - run->file) + 1);
    }
    strbuf_add_str(&path, p->pattern);
    glob_t found;
    bool ok = true;
    if (glob(strbuf_cstr(&path), 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++) {
            ok = load_rule_file(run, found.gl_pathv[i], diags) && ok;
        }
        globfree(&found);
    } else {
        diags_add(diags, DIAG_WARNING, run->file, yaml_text(run->test->doc), p->span,
                  "no file is named '%s'", strbuf_cstr(&path));
    }
    strbuf_release(&path);
    return ok;
}

/* "EXPR at 5m, in 'NAME'" */
static void add_case(struct strbuf *out, const struct test_group *g, int64_t eval_ms)
{
    strbuf_add_c(out, " at ");
    duration_format(out, eval_ms);
    if (g->name.len > 0) {
        strbuf_printf(out, ", in '%.*s'", STR_ARG(g->name));
    }
}

static void report_expr(const struct group_run *g, const struct expr_case *c, enum verdict verdict,
                        struct str why)
{
    struct strbuf what = STRBUF_INIT;
    strbuf_add_str(&what, str_trim(c->expr->text));
    add_case(&what, g->group, c->eval_ms);
    report_add(g->run->report, verdict, g->run->file, c->span.line, strbuf_str(&what), why);
    strbuf_release(&what);
}

static void report_alert(const struct group_run *g, const struct alert_case *c,
                         enum verdict verdict, struct str why)
{
    struct strbuf what = STRBUF_INIT;
    strbuf_printf(&what, "alert '%.*s'", STR_ARG(c->name));
    add_case(&what, g->group, c->eval_ms);
    report_add(g->run->report, verdict, g->run->file, c->span.line, strbuf_str(&what), why);
    strbuf_release(&what);
}

static bool numbers_equal(double a, double b, bool fuzzy)
{
    if (isnan(a) || isnan(b)) {
        return isnan(a) && isnan(b);
    }
    return a == b || (fuzzy && (nextafter(a, b) == b));
}

struct sample_list {
    VEC(struct test_sample) items; /* labels are borrowed */
};

static int compare_samples(const void *a, const void *b)
{
    const struct test_sample *sa = a, *sb = b;
    int order = labels_compare(sa->labels, sb->labels);
    return order != 0 ? order : (sa->value > sb->value) - (sa->value < sb->value);
}

static void sort_samples(struct sample_list *l)
{
    if (l->items.len > 1) {
        qsort(l->items.items, l->items.len, sizeof(*l->items.items), compare_samples);
    }
}

static void add_samples(struct strbuf *out, const char *head, const struct sample_list *l)
{
    strbuf_printf(out, "%s:%s\n", head, l->items.len == 0 ? " nothing" : "");
    for (size_t i = 0; i < l->items.len && i < SHOWN_MAX; i++) {
        strbuf_add_c(out, "  ");
        labels_format(out, l->items.items[i].labels);
        strbuf_add_char(out, ' ');
        number_format(out, l->items.items[i].value);
        strbuf_add_char(out, '\n');
    }
    if (l->items.len > SHOWN_MAX) {
        strbuf_printf(out, "  ... and %zu more\n", l->items.len - SHOWN_MAX);
    }
}

static bool lists_equal(const struct sample_list *a, const struct sample_list *b, bool fuzzy)
{
    if (a->items.len != b->items.len) {
        return false;
    }
    for (size_t i = 0; i < a->items.len; i++) {
        if (a->items.items[i].labels != b->items.items[i].labels ||
            !numbers_equal(a->items.items[i].value, b->items.items[i].value, fuzzy)) {
            return false;
        }
    }
    return true;
}

/* A scalar is a vector of one sample without labels. */
static void take_answer(const struct value *v, struct labels *none, struct sample_list *out)
{
    if (v->type == VALUE_SCALAR) {
        vec_push(&out->items, ((struct test_sample){.labels = none, .value = v->scalar[0]}));
    }
    for (size_t i = 0; i < v->series.len; i++) {
        const struct value_series *s = &v->series.items[i];
        if (!value_is_absent(s->points[0])) {
            struct test_sample sample = {.labels = s->labels, .value = s->points[0]};
            vec_push(&out->items, sample);
        }
    }
}

static bool compare_answer(const struct group_run *g, const struct expr_case *c,
                           const struct value *v, struct strbuf *why)
{
    if (v->type != VALUE_VECTOR && v->type != VALUE_SCALAR) {
        strbuf_printf(why, "expected a vector or scalar, got a %s", value_type_name(v->type));
        return false;
    }
    struct labels *none = labels_empty(g->run->table);
    struct sample_list want = {0}, have = {0};
    VEC_EACH (&c->samples, const struct test_sample, s) {
        vec_push(&want.items, *s);
    }
    take_answer(v, none, &have);
    sort_samples(&want);
    sort_samples(&have);
    bool equal = lists_equal(&want, &have, g->run->test->fuzzy);
    if (!equal) {
        add_samples(why, "expected", &want);
        add_samples(why, "got", &have);
    }
    vec_release(&want.items);
    vec_release(&have.items);
    labels_unref(none);
    return equal;
}

static bool run_expr(struct group_run *g, const struct expr_case *c, struct strbuf *why)
{
    struct grid grid = grid_instant(g->group->start_ms + c->eval_ms);
    struct value v;
    struct error err = ERROR_INIT;
    if (!expr_eval(c->expr, g->store, g->run->table, &grid, true, &g->loop.options, &v, &err)) {
        strbuf_printf(why, "expected an answer, got the error: %s", error_text(&err));
        error_release(&err);
        return false;
    }
    bool ok = compare_answer(g, c, &v, why);
    value_release(&v);
    return ok;
}

static void judge_expr(struct group_run *g, const struct expr_case *c)
{
    struct strbuf why = STRBUF_INIT;
    const char *unknown = unknowns_of(&g->unknowns, c->expr);
    enum verdict verdict = VERDICT_SKIPPED;
    if (c->native) {
        strbuf_add_c(&why, "expects a native histogram, which is not supported");
    } else if (unknown != NULL) {
        strbuf_add_c(&why, unknown);
    } else {
        verdict = run_expr(g, c, &why) ? VERDICT_PASSED : VERDICT_FAILED;
    }
    report_expr(g, c, verdict, strbuf_str(&why));
    strbuf_release(&why);
}

static void judge_alert(struct group_run *g, const struct alert_case *c)
{
    struct strbuf why = STRBUF_INIT;
    enum verdict verdict = VERDICT_SKIPPED;
    if (alert_case_is_unknown(c, &g->loop)) {
        strbuf_add_c(&why, "needs a native histogram, which is not supported");
    } else {
        verdict = alert_case_holds(c, &g->loop, &why) ? VERDICT_PASSED : VERDICT_FAILED;
    }
    report_alert(g, c, verdict, strbuf_str(&why));
    strbuf_release(&why);
}

/* Those that are to be looked at before the next evaluation. */
static void judge_alerts(struct group_run *g, int64_t at_ms)
{
    int64_t next_ms = at_ms + g->run->test->evaluation_interval_ms;
    VEC_EACH (&g->group->alerts, const struct alert_case, c) {
        if (c->eval_ms >= at_ms && c->eval_ms < next_ms) {
            judge_alert(g, c);
        }
    }
}

/* The rules in order of the test's list; what it does not name goes first, as with promtool. */
static size_t rank_of(const struct rule_test *test, struct str group)
{
    for (size_t i = 0; i < test->group_eval_order.len; i++) {
        if (str_equal(test->group_eval_order.items[i], group)) {
            return i;
        }
    }
    return 0;
}

static void add_rules(struct group_run *g)
{
    VEC_EACH (&g->run->rule_files, struct rule_file *, f) {
        for (size_t i = 0; i < (*f)->group_count; i++) {
            const struct rule_group *group = &(*f)->groups[i];
            rule_loop_add(&g->loop, *f, group, rank_of(g->run->test, group->name));
        }
    }
}

static void report_step(const struct group_run *g, int64_t at_ms,
                        const struct rule_failure *failure, const struct error *err)
{
    struct strbuf what = STRBUF_INIT, why = STRBUF_INIT;
    strbuf_printf(&why, "%s\nin the test at %s:%u", error_text(err), g->run->file,
                  g->group->span.line);
    bool of_rule = failure->rule != NULL;
    if (of_rule) {
        strbuf_printf(&what, "rule '%.*s'", STR_ARG(failure->rule->name));
    } else {
        strbuf_add_c(&what, "input");
    }
    add_case(&what, g->group, at_ms);
    report_add(g->run->report, VERDICT_FAILED, of_rule ? failure->file : g->run->file,
               of_rule ? failure->rule->span.line : g->group->span.line, strbuf_str(&what),
               strbuf_str(&why));
    strbuf_release(&what);
    strbuf_release(&why);
}

/* Up to the last evaluation at or before the latest time asked for. The time from which on nothing
 * was evaluated, since a rule failed, which is reported; or behind the end. */
static int64_t step_through(struct group_run *g)
{
    int64_t interval_ms = g->run->test->evaluation_interval_ms;
    int64_t end_ms = test_group_end_ms(g->group);
    for (int64_t at_ms = 0; at_ms <= end_ms; at_ms += interval_ms) {
        struct rule_failure failure = {0};
        struct error err = ERROR_INIT;
        int64_t t_ms = g->group->start_ms + at_ms;
        if (!feed_until(&g->feed, t_ms, &err) || !rule_loop_step(&g->loop, t_ms, &failure, &err)) {
            report_step(g, at_ms, &failure, &err);
            error_release(&err);
            return at_ms;
        }
        judge_alerts(g, at_ms);
    }
    return INT64_MAX;
}

static void judge_group(struct group_run *g)
{
    static const struct str failed = STR_INIT("a rule of this test failed");
    int64_t done_ms = step_through(g);
    VEC_EACH (&g->group->alerts, const struct alert_case, c) {
        if (c->eval_ms >= done_ms) {
            report_alert(g, c, VERDICT_SKIPPED, failed);
        }
    }
    VEC_EACH (&g->group->exprs, const struct expr_case, c) {
        if (done_ms == INT64_MAX) {
            judge_expr(g, c);
        } else {
            report_expr(g, c, VERDICT_SKIPPED, failed);
        }
    }
}

static bool run_group(const struct rule_run *run, const struct test_group *group, struct error *err)
{
    struct eval_options options = {.semantics = run->options->semantics,
                                   .default_step_ms = run->test->evaluation_interval_ms};
    struct group_run g = {.run = run, .group = group};
    g.store = store_create(&(struct store_options){0}, run->table);
    bool ok = feed_init(&g.feed, group, g.store, err);
    if (ok) {
        rule_loop_init(&g.loop, g.store, run->table, &options);
        g.loop.texts.external_labels = group->external_labels;
        g.loop.texts.external_url = group->external_url;
        add_rules(&g);
        unknowns_init(&g.unknowns, group);
        rule_loop_find_unknowns(&g.loop, &g.unknowns);
        judge_group(&g);
        unknowns_release(&g.unknowns);
        rule_loop_release(&g.loop);
        feed_release(&g.feed);
    }
    store_destroy(g.store);
    return ok;
}

static bool run_test(struct rule_run *run, struct diags *diags)
{
    bool ok = true;
    VEC_EACH (&run->test->rule_files, const struct rule_pattern, p) {
        ok = load_pattern(run, p, diags) && ok;
    }
    struct error err = ERROR_INIT;
    VEC_EACH (&run->test->groups, const struct test_group, g) {
        ok = ok && run_group(run, g, &err);
    }
    if (error_is(&err)) {
        diags_add_error(diags, run->file, STR_NONE, &err);
        error_release(&err);
    }
    VEC_EACH (&run->rule_files, struct rule_file *, f) {
        rule_file_unref(*f);
    }
    vec_release(&run->rule_files);
    return ok;
}

bool unittest_run_rule_test(const char *file, const struct unittest_options *options,
                            struct report *report, struct diags *diags)
{
    struct label_table *table = label_table_create();
    struct rule_test *test = rule_test_load(file, table, diags);
    struct rule_run run = {
        .file = file, .test = test, .options = options, .report = report, .table = table};
    bool ok = test != NULL && run_test(&run, diags);
    rule_test_destroy(test);
    label_table_destroy(table);
    return ok;
}
