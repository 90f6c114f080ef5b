/* See evidence.h. */
#include "rule/evidence.h"

#include <assert.h>
#include <stdlib.h>

#include "base/duration.h"
#include "base/escape.h"
#include "base/mem.h"
#include "rule/evidence_tree.h"

/* Labels by which Prometheus knows a target. */
static const struct str job = STR_INIT("job");
static const struct str instance = STR_INIT("instance");

/*
 * Questions: the targets that are down; the condition's left side, where it is compared with a
 * number; the condition to recover; and of each selector what it selects, by the alerts' labels,
 * what there is of its metric at all, and which targets' series it has lost, since the newest and
 * since the oldest time at which something was known of an alert.
 */
enum question { ASK_DOWN, ASK_LEFT, ASK_RECOVER, ASK_FIRST_SELECTOR };
enum selector_question { ASK_SELECTED, ASK_METRIC, ASK_LOST, ASK_LOST_LONG, SELECTOR_QUESTIONS };

struct answer {
    struct expr *expr; /* NULL: not asked */
    struct value value;
    bool known;
};

struct evidence {
    const struct rule *rule;
    struct expr *plain; /* the condition without signals and unit literals */
    struct evidence_tree tree;
    VEC(struct str) names; /* labels of the alerts that the data may have */
    int64_t newest_known_ms;
    int64_t oldest_known_ms;
    VEC(struct answer) answers;
};

static bool has_pair(struct rule_pairs pairs, struct str name)
{
    for (size_t i = 0; i < pairs.count; i++) {
        if (str_equal(pairs.items[i].name, name)) {
            return true;
        }
    }
    return false;
}

/* Is it the rule that gives alerts this label? */
static bool is_of_rule(const struct evidence *e, struct str name)
{
    return str_equal_c(name, ALERTING_NAME) || has_pair(e->rule->labels, name);
}

static void add_name(struct evidence *e, struct str name)
{
    VEC_EACH (&e->names, struct str, known) {
        if (str_equal(*known, name)) {
            return;
        }
    }
    if (!is_of_rule(e, name) && !evidence_tree_is_made(&e->tree, name)) {
        vec_push(&e->names, name);
    }
}

static void add_question(struct evidence *e, const struct strbuf *text)
{
    struct answer answer = {0};
    struct error err = ERROR_INIT;
    answer.expr = expr_parse(strbuf_str(text), NULL, &err);
    /* What is made of parts of an expression that parses does so too; a text over the limit of its
     * length does not, and is then a question that nothing is known of. */
    error_release(&err);
    vec_push(&e->answers, answer);
}

static void skip_question(struct evidence *e)
{
    vec_push(&e->answers, (struct answer){0});
}

static void skip_questions(struct evidence *e, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        skip_question(e);
    }
}

static const struct matcher *find_matcher(const struct node *s, struct str name, enum matcher_op op)
{
    for (size_t i = 0; i < s->selector.matcher_count; i++) {
        const struct matcher *m = &s->selector.matchers[i];
        if (m->op == op && str_equal_c(name, m->name)) {
            return m;
        }
    }
    return NULL;
}

static void add_modifiers(struct strbuf *text, const struct node *s)
{
    if (s->selector.at == AT_TIME) {
        strbuf_printf(text, " @ %.3f", (double)s->selector.at_ms / 1000);
    }
    if (s->selector.offset_ms != 0) {
        bool back = s->selector.offset_ms > 0;
        strbuf_add_c(text, back ? " offset " : " offset -");
        duration_format(text, back ? s->selector.offset_ms : -s->selector.offset_ms);
    }
}

static void add_selector(struct strbuf *text, const struct node *s)
{
    strbuf_add_char(text, '{');
    for (size_t i = 0; i < s->selector.matcher_count; i++) {
        strbuf_add_c(text, i == 0 ? "" : ", ");
        matcher_format(text, &s->selector.matchers[i]);
    }
    strbuf_add_char(text, '}');
}

static void add_selected(struct evidence *e, const struct node *s)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_add_c(&text, "group by (");
    VEC_EACH (&e->names, struct str, name) {
        strbuf_add_c(&text, name == e->names.items ? "" : ", ");
        (void)escape_quoted(&text, *name);
    }
    strbuf_add_c(&text, ") (");
    add_selector(&text, s);
    add_modifiers(&text, s);
    strbuf_add_char(&text, ')');
    add_question(e, &text);
    strbuf_release(&text);
}

/*
 * Targets that are down, and whose series the selector had at a time, and has no more. Of data that
 * is asked for from another time than now nothing is lost.
 */
static void add_lost(struct evidence *e, const struct node *s, int64_t since_ms)
{
    if (since_ms <= 0 || s->selector.at != AT_NONE || s->selector.offset_ms != 0) {
        skip_question(e);
        return;
    }
    struct strbuf text = STRBUF_INIT;
    strbuf_add_c(&text, "group by (job, instance) (up == 0) and on (job, instance) ");
    strbuf_add_c(&text, s->selector.range_ms != 0 ? "present_over_time(" : "(");
    add_selector(&text, s);
    if (s->selector.range_ms != 0) {
        strbuf_add_char(&text, '[');
        duration_format(&text, s->selector.range_ms);
        strbuf_add_char(&text, ']');
    }
    strbuf_add_c(&text, " offset ");
    duration_format(&text, since_ms);
    strbuf_add_c(&text, ") unless on (job, instance) ");
    add_selector(&text, s);
    add_question(e, &text);
    strbuf_release(&text);
}

/* All there is of the metric, at the jobs that it is selected of. */
static void add_siblings(struct evidence *e, const struct node *s)
{
    struct strbuf text = STRBUF_INIT;
    const struct matcher *name = find_matcher(s, STR(LABEL_NAME), MATCH_EQUAL);
    const struct matcher *of_job = find_matcher(s, job, MATCH_EQUAL);
    if (name == NULL) {
        skip_question(e);
        return;
    }
    strbuf_add_c(&text, "group by (job) ({");
    matcher_format(&text, name);
    if (of_job != NULL) {
        strbuf_add_c(&text, ", ");
        matcher_format(&text, of_job);
    }
    strbuf_add_char(&text, '}');
    add_modifiers(&text, s);
    strbuf_add_char(&text, ')');
    add_question(e, &text);
    strbuf_release(&text);
}

static void add_left(struct evidence *e)
{
    struct rule_threshold threshold;
    if (!rule_threshold(e->plain, &threshold)) {
        skip_question(e);
        return;
    }
    struct strbuf text = STRBUF_INIT;
    const struct node *n = threshold.left;
    strbuf_add_str(&text, str_slice(e->plain->text, n->begin, n->end - n->begin));
    add_question(e, &text);
    strbuf_release(&text);
}

/* The condition as plain PromQL, so that parts of it can be cut out of its text. */
static struct expr *make_plain(const struct expr *e)
{
    struct strbuf text = STRBUF_INIT;
    struct error err = ERROR_INIT;
    expr_print(&text, e, PRINT_PLAIN);
    struct expr *plain = expr_parse(strbuf_str(&text), NULL, &err);
    strbuf_release(&text);
    error_release(&err);
    return plain != NULL ? plain : expr_ref(e);
}

/* The newest and the oldest time at which something was known of the alerts. */
static void find_known(struct evidence *e, struct alert *const *alerts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t known_ms = alerts[i]->known_at_ms;
        e->newest_known_ms =
            i == 0 || known_ms > e->newest_known_ms ? known_ms : e->newest_known_ms;
        e->oldest_known_ms =
            i == 0 || known_ms < e->oldest_known_ms ? known_ms : e->oldest_known_ms;
    }
}

/* Of the alerts, whatever the selectors. */
static void add_alert_questions(struct evidence *e)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_add_c(&text, "up == 0");
    add_question(e, &text);
    strbuf_release(&text);
    add_left(e);
    vec_push(
        &e->answers,
        ((struct answer){.expr = e->rule->recover != NULL ? expr_ref(e->rule->recover) : NULL}));
}

static void add_selector_questions(struct evidence *e, const struct node *s, int64_t t_ms)
{
    bool both = e->oldest_known_ms != e->newest_known_ms;
    add_siblings(e, s);
    add_lost(e, s, e->newest_known_ms != 0 ? t_ms - e->newest_known_ms : 0);
    add_lost(e, s, both && e->oldest_known_ms != 0 ? t_ms - e->oldest_known_ms : 0);
}

struct evidence *evidence_create(const struct rule *rule, struct alert *const *alerts, size_t count,
                                 int64_t t_ms)
{
    struct evidence *e = mem_zalloc(1, sizeof(*e));
    e->rule = rule;
    e->plain = make_plain(rule->expr);
    evidence_tree_init(&e->tree, e->plain, EVIDENCE_MAX_SELECTORS);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < labels_count(alerts[i]->labels); k++) {
            add_name(e, labels_at(alerts[i]->labels, k).name);
        }
    }
    if (count != 0) {
        find_known(e, alerts, count);
        add_alert_questions(e);
    } else {
        skip_questions(e, ASK_FIRST_SELECTOR);
    }
    VEC_EACH (&e->tree.selectors, const struct node *, s) {
        add_selected(e, *s);
        if (count != 0) {
            add_selector_questions(e, *s, t_ms);
        } else {
            skip_questions(e, SELECTOR_QUESTIONS - 1);
        }
    }
    return e;
}

void evidence_destroy(struct evidence *e)
{
    if (e == NULL) {
        return;
    }
    VEC_EACH (&e->answers, struct answer, answer) {
        expr_unref(answer->expr);
        value_release(&answer->value);
    }
    vec_release(&e->answers);
    vec_release(&e->names);
    evidence_tree_release(&e->tree);
    expr_unref(e->plain);
    free(e);
}

size_t evidence_count(const struct evidence *e)
{
    return e->answers.len;
}

const struct expr *evidence_question(const struct evidence *e, size_t i)
{
    return e->answers.items[i].expr;
}

void evidence_answer(struct evidence *e, size_t i, struct value *value)
{
    struct answer *answer = &e->answers.items[i];
    assert(!answer->known);
    answer->value = *value;
    answer->known = true;
    value_init(value, VALUE_VECTOR, answer->value.grid);
}

static bool is_there(const struct value_series *row)
{
    return row->count != 0 && !value_is_absent(row->points[0]);
}

/* A label that the row has not says nothing. */
static bool agrees(const struct labels *row, const struct labels *alert, struct str name)
{
    struct str value = labels_get(row, name);
    return value.len == 0 || str_equal(value, labels_get(alert, name));
}

static const struct answer *answer_of(const struct evidence *e, size_t selector,
                                      enum selector_question question)
{
    return &e->answers.items[ASK_FIRST_SELECTOR + SELECTOR_QUESTIONS * selector + question];
}

static bool selects(const struct evidence *e, size_t selector, const struct alert *alert)
{
    const struct answer *a = answer_of(e, selector, ASK_SELECTED);
    VEC_EACH (&a->value.series, struct value_series, row) {
        bool all = is_there(row);
        for (size_t i = 0; all && i < e->names.len; i++) {
            all = agrees(row->labels, alert->labels, e->names.items[i]);
        }
        if (all) {
            return true;
        }
    }
    return false;
}

static bool has_siblings(const struct evidence *e, size_t selector, const struct alert *alert)
{
    const struct answer *metric = answer_of(e, selector, ASK_METRIC);
    const struct answer *a = metric->expr != NULL ? metric : answer_of(e, selector, ASK_SELECTED);
    bool of_job = !is_of_rule(e, job) && !evidence_tree_is_made(&e->tree, job) &&
                  labels_get(alert->labels, job).len != 0;
    VEC_EACH (&a->value.series, struct value_series, row) {
        if (is_there(row) && (!of_job || agrees(row->labels, alert->labels, job))) {
            return true;
        }
    }
    return false;
}

/* What a selector's series have as a label, as far as the alert or the selector says. */
static struct str known_label(const struct evidence *e, const struct node *s,
                              const struct alert *alert, struct str name)
{
    const struct matcher *m = find_matcher(s, name, MATCH_EQUAL);
    if (m != NULL) {
        return str_from(m->value);
    }
    bool made = is_of_rule(e, name) || evidence_tree_is_made(&e->tree, name);
    return made ? STR_NONE : labels_get(alert->labels, name);
}

/* Is there a row of the alert's target, as far as that is known? */
static bool has_target(const struct answer *a, struct str of_job, struct str of_instance)
{
    VEC_EACH (&a->value.series, struct value_series, row) {
        if (is_there(row) && (of_job.len == 0 || str_equal(of_job, labels_get(row->labels, job))) &&
            (of_instance.len == 0 || str_equal(of_instance, labels_get(row->labels, instance)))) {
            return true;
        }
    }
    return false;
}

static bool is_down(const struct evidence *e, const struct node *s, const struct alert *alert)
{
    struct str of_job = known_label(e, s, alert, job);
    struct str of_instance = known_label(e, s, alert, instance);
    bool known = of_job.len != 0 || of_instance.len != 0;
    return known && has_target(&e->answers.items[ASK_DOWN], of_job, of_instance);
}

/*
 * Is some of what counted in gone, with a target that went down since? Of alerts of which something
 * was known at different times all but the newest are seen from the oldest of these.
 */
static bool has_lost(const struct evidence *e, size_t selector, const struct alert *alert)
{
    bool newest = alert->known_at_ms == e->newest_known_ms;
    const struct node *s = e->tree.selectors.items[selector];
    return has_target(answer_of(e, selector, newest ? ASK_LOST : ASK_LOST_LONG),
                      known_label(e, s, alert, job), known_label(e, s, alert, instance));
}

/* Were both questions answered that say whether there is data? */
static bool is_known(const struct evidence *e, size_t selector)
{
    const struct answer *metric = answer_of(e, selector, ASK_METRIC);
    return answer_of(e, selector, ASK_SELECTED)->known && (metric->known || metric->expr == NULL) &&
           e->answers.items[ASK_DOWN].known;
}

static struct alerting_verdict judge_selector(const struct evidence *e, size_t selector,
                                              const struct alert *alert)
{
    const struct node *s = e->tree.selectors.items[selector];
    if (selects(e, selector, alert)) {
        if (has_lost(e, selector, alert)) {
            return (struct alerting_verdict){
                .finding = FINDING_MISSING, .reason = "part of the data stopped: a target is down"};
        }
        return (struct alerting_verdict){.finding = FINDING_FALSE};
    }
    if (!is_known(e, selector)) {
        return (struct alerting_verdict){.finding = FINDING_MISSING,
                                         .reason = "whether there is data could not be asked"};
    }
    if (is_down(e, s, alert)) {
        return (struct alerting_verdict){.finding = FINDING_MISSING,
                                         .reason = "the data stopped: its target is down"};
    }
    if (!has_siblings(e, selector, alert)) {
        return (struct alerting_verdict){.finding = FINDING_MISSING,
                                         .reason = "the data stopped: its metric is gone"};
    }
    return (struct alerting_verdict){.finding = FINDING_GONE};
}

/* Of two that are both needed, what is not known weighs most; of two that will do, what is known.
 */
static int weight(const struct alerting_verdict *v)
{
    return v->finding == FINDING_MISSING ? 2 : v->finding == FINDING_GONE ? 1 : 0;
}

static struct alerting_verdict judge_need(const struct evidence *e, const struct need *need,
                                          const struct alert *alert)
{
    if (need->kind == NEED_NOTHING) {
        return (struct alerting_verdict){.finding = FINDING_FALSE};
    }
    if (need->kind == NEED_SELECTOR) {
        return judge_selector(e, need->selector, alert);
    }
    struct alerting_verdict left = judge_need(e, need->left, alert);
    struct alerting_verdict right = judge_need(e, need->right, alert);
    bool left_weighs = weight(&left) >= weight(&right);
    return left_weighs == (need->kind == NEED_ALL) ? left : right;
}

/* Is every label of the row the alert's? Those that the rule gives say nothing. `*of_data` counts
 * the labels that do. */
static bool is_part_of(const struct evidence *e, const struct labels *row,
                       const struct alert *alert, size_t *of_data)
{
    *of_data = 0;
    for (size_t i = 0; i < labels_count(row); i++) {
        struct label label = labels_at(row, i);
        if (str_equal_c(label.name, LABEL_NAME) || is_of_rule(e, label.name)) {
            continue;
        }
        if (!str_equal(labels_get(alert->labels, label.name), label.value)) {
            return false;
        }
        ++*of_data;
    }
    return true;
}

static size_t count_of_data(const struct evidence *e, const struct alert *alert)
{
    size_t count = 0;
    for (size_t i = 0; i < labels_count(alert->labels); i++) {
        count += is_of_rule(e, labels_at(alert->labels, i).name) ? 0 : 1;
    }
    return count;
}

/* The row of the left side that would be this alert. */
static const struct value_series *left_of_alert(const struct evidence *e, const struct alert *alert)
{
    size_t all = count_of_data(e, alert), of_data;
    VEC_EACH (&e->answers.items[ASK_LEFT].value.series, const struct value_series, row) {
        if (is_there(row) && is_part_of(e, row->labels, alert, &of_data) && of_data == all) {
            return row;
        }
    }
    return NULL;
}

/* Does the condition to recover hold for the alert? It may tell fewer labels apart than the
 * condition does. */
static bool has_recovered(const struct evidence *e, const struct alert *alert)
{
    size_t of_data;
    VEC_EACH (&e->answers.items[ASK_RECOVER].value.series, const struct value_series, row) {
        if (is_there(row) && is_part_of(e, row->labels, alert, &of_data)) {
            return true;
        }
    }
    return false;
}

struct alerting_verdict evidence_judge(const struct evidence *e, const struct alert *alert)
{
    struct alerting_verdict verdict = judge_need(e, e->tree.root, alert);
    if (verdict.finding != FINDING_FALSE) {
        return verdict;
    }
    const struct value_series *left = left_of_alert(e, alert);
    if (left != NULL) {
        verdict.has_value = true;
        verdict.value = left->points[0];
    }
    if (e->rule->recover != NULL && !has_recovered(e, alert)) {
        verdict.finding = FINDING_HELD;
    }
    return verdict;
}

size_t evidence_selector_count(const struct evidence *e)
{
    return e->tree.selectors.len;
}

struct str evidence_selector(const struct evidence *e, size_t i)
{
    const struct node *s = e->tree.selectors.items[i];
    return str_slice(e->plain->text, s->begin, s->end - s->begin);
}

bool evidence_is_empty(const struct evidence *e, size_t i)
{
    const struct answer *a = answer_of(e, i, ASK_SELECTED);
    VEC_EACH (&a->value.series, const struct value_series, row) {
        if (is_there(row)) {
            return false;
        }
    }
    return a->known;
}

bool evidence_is_idle(const struct evidence *e)
{
    bool empty = e->tree.root->kind != NEED_NOTHING;
    for (size_t i = 0; empty && i < e->tree.selectors.len; i++) {
        empty = evidence_is_empty(e, i);
    }
    return empty;
}
