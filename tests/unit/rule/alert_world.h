/*
 * A rule over a store, for tests of alerts: samples as text, an evaluation, and what came of it as
 * text. Times are minutes.
 */
#ifndef TOCSIN_TESTS_UNIT_RULE_ALERT_WORLD_H
#define TOCSIN_TESTS_UNIT_RULE_ALERT_WORLD_H

#include <stdlib.h>

#include "base/number.h"
#include "promql/syntax/series_notation.h"
#include "rule/alerting.h"
#include "rule/commit.h"
#include "rule/evidence.h"
#include "rule/text_queries.h"
#include "series/store.h"
#include "support/store_text.h"
#include "support/suite.h"

#define MINUTE ((int64_t)60 * 1000)

struct alert_world {
    struct label_table *table;
    struct store *store;
    store_target target;
    store_target written;
    struct rule_file *file;
    const struct rule_group *group;
    struct alerting alerting;
    struct alerting_context context;
    struct alert_policy policy;
    bool judged; /* by evidence */
    struct evidence *evidence;
    struct strbuf events;
};

/* `rule` is what stands in the braces: `alert: A, expr: up == 0`; `group` likewise: `limit: 1`. */
static inline void alert_world_init(struct alert_world *w, const char *rule, const char *group)
{
    *w = (struct alert_world){.events = STRBUF_INIT, .table = label_table_create()};
    w->store = store_create(&(struct store_options){0}, w->table);
    w->target = store_add_target(w->store);
    w->written = store_add_target(w->store);
    struct strbuf text = STRBUF_INIT;
    struct diags diags;
    diags_init(&diags);
    strbuf_printf(&text, "groups: [{name: a, %s rules: [{%s}]}]", group, rule);
    w->file = rule_file_parse("rules.yml", strbuf_str(&text), &diags);
    ck_assert_msg(w->file != NULL, "%s: %s", rule,
                  diags.errors > 0 ? diags.list.items[0].message : "");
    strbuf_release(&text);
    diags_release(&diags);
    w->group = &w->file->groups[0];
    const struct rule *r = &w->group->rules[0];
    alerting_init(&w->alerting, r, w->table);
    w->policy = (struct alert_policy){.for_ms = r->for_ms,
                                      .keep_firing_for_ms = r->keep_firing_for_ms,
                                      .on_missing = r->on_missing,
                                      .on_error = r->on_error};
}

static inline void alert_world_release(struct alert_world *w)
{
    alerting_release(&w->alerting);
    rule_file_unref(w->file);
    store_destroy(w->store);
    label_table_destroy(w->table);
    strbuf_release(&w->events);
}

/* `up{job="a"} 1; up{job="b"} stale` */
static inline void alert_world_feed(struct alert_world *w, int64_t minutes, const char *samples)
{
    struct batch batch;
    struct error err = ERROR_INIT;
    struct str rest = str_from(samples), one, value;
    batch_init(&batch);
    batch_reset(&batch, minutes * MINUTE);
    while (str_split(&rest, ';', &one)) {
        struct labels *labels = series_notation_labels(str_trim(one), w->table, &value, &err);
        ck_assert_msg(labels != NULL, "%s: %s", samples, error_text(&err));
        char *text = str_dup(str_trim(value));
        batch_add_labels(&batch, labels,
                         strcmp(text, "stale") == 0 ? stale_nan() : strtod(text, NULL));
        free(text);
    }
    ck_assert(store_commit(w->store, w->target, &batch, NULL, &err));
    batch_release(&batch);
}

static inline bool alert_world_ask(struct alert_world *w, const struct expr *e, int64_t t_ms,
                                   struct value *out, struct error *err)
{
    struct grid grid = grid_instant(t_ms);
    const struct eval_options options = {0};
    return expr_eval(e, w->store, w->table, &grid, true, &options, out, err);
}

static inline void alert_world_changed(void *user, struct alert *alert, enum alert_change change)
{
    struct alert_world *w = user;
    strbuf_printf(&w->events, "%s ", alert_change_name(change));
    labels_format(&w->events, alert->labels);
    if (alert->reason != NULL) {
        strbuf_printf(&w->events, " (%s)", alert->reason);
    }
    strbuf_add_char(&w->events, '\n');
}

static inline void alert_world_forgotten(void *user, struct alert *alert)
{
    struct alert_world *w = user;
    strbuf_add_c(&w->events, "forgotten ");
    labels_format(&w->events, alert->labels);
    strbuf_add_char(&w->events, '\n');
}

static inline struct alerting_verdict alert_world_judge(void *user, const struct alert *alert)
{
    struct alert_world *w = user;
    return evidence_judge(w->evidence, alert);
}

static inline void alert_world_gather(struct alert_world *w, int64_t t_ms)
{
    w->evidence = evidence_create(w->alerting.rule, w->alerting.vanished.items,
                                  w->alerting.vanished.len, t_ms);
    for (size_t i = 0; i < evidence_count(w->evidence); i++) {
        struct value v;
        struct error err = ERROR_INIT;
        const struct expr *question = evidence_question(w->evidence, i);
        if (question == NULL) {
            continue;
        }
        ck_assert_msg(alert_world_ask(w, question, t_ms, &v, &err), "%s", error_text(&err));
        evidence_answer(w->evidence, i, &v);
        value_release(&v);
    }
}

static inline enum alerting_result alert_world_collect(struct alert_world *w, int64_t t_ms,
                                                       struct error *err)
{
    struct value answer;
    struct text_queries texts;
    struct text_query *query;
    text_queries_init(&texts);
    struct alerting_context context = w->context;
    context.query = text_queries_look;
    context.user = &texts;
    ck_assert(alert_world_ask(w, w->alerting.rule->expr, t_ms, &answer, err));
    enum alerting_result result;
    while ((result = alerting_collect(&w->alerting, &answer, w->group->limit, &context, err)) ==
           ALERTING_PENDING) {
        while ((query = text_queries_open(&texts)) != NULL) {
            struct value v;
            struct error wrong = ERROR_INIT;
            bool ok = alert_world_ask(w, query->expr, t_ms, &v, &wrong);
            text_query_answer(query, ok ? &v : NULL, &wrong);
            if (ok) {
                value_release(&v);
            }
            error_release(&wrong);
        }
    }
    text_queries_release(&texts);
    value_release(&answer);
    return result;
}

/* One evaluation; what it tells is in `events`. */
static inline bool alert_world_step(struct alert_world *w, int64_t minutes, struct error *err)
{
    int64_t t_ms = minutes * MINUTE;
    strbuf_reset(&w->events);
    if (alert_world_collect(w, t_ms, err) != ALERTING_DONE) {
        return false;
    }
    const struct alerting_events events = {.judge = w->judged ? alert_world_judge : NULL,
                                           .changed = alert_world_changed,
                                           .forgotten = alert_world_forgotten,
                                           .user = w};
    if (w->judged) {
        alert_world_gather(w, t_ms);
    }
    alerting_settle(&w->alerting, &w->policy, t_ms, &events);
    evidence_destroy(w->evidence);
    w->evidence = NULL;
    struct batch samples, markers;
    batch_init(&samples);
    batch_init(&markers);
    batch_reset(&samples, t_ms);
    batch_reset(&markers, t_ms);
    bool ok = alerting_write(&w->alerting, &samples, &markers, err) &&
              rule_commit(w->store, w->written, &samples, &markers, err);
    batch_release(&samples);
    batch_release(&markers);
    return ok;
}

static inline void alert_world_expect(struct alert_world *w, int64_t minutes, const char *events)
{
    struct error err = ERROR_INIT;
    ck_assert_msg(alert_world_step(w, minutes, &err), "at %lld m: %s", (long long)minutes,
                  error_text(&err));
    ck_assert_msg(str_equal_c(strbuf_str(&w->events), events), "at %lld m: expected\n%sgot\n%s",
                  (long long)minutes, events, strbuf_cstr(&w->events));
}

#endif
