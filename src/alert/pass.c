/*
 * One evaluation of one rule: it is asked, its texts may ask more, and where alerts vanished it is
 * asked why; then the states take their step and the series are written.
 *
 * Invariants: a pass is there from pass_begin until pass_end or pass_cancel. `open` counts the
 * questions whose answers are to come; nothing goes on before it is 0.
 */
#include <assert.h>
#include <stdlib.h>

#include "alert/group.h"
#include "base/mem.h"
#include "rule/commit.h"
#include "rule/evidence.h"
#include "rule/text_queries.h"

/* No answer so often in a row, and nothing is known any more. */
#define FAILURES_MAX 2
/* How often a rule without alerts is asked whether there is any data for it, and how often while
 * there was none; up to half of it later, so that not all rules ask at once. */
#define LOOK_EVERY_MS ((int64_t)10 * 60 * 1000)
#define LOOK_AGAIN_MS ((int64_t)2 * 60 * 1000)

struct question {
    struct pass *pass;
    struct query *query; /* NULL: answered */
    size_t number;       /* of the evidence's */
};

struct pass {
    struct live_rule *live;
    struct wall slot;
    struct grid grid; /* when is asked for */
    struct mono began;
    struct query *query; /* the rule's own, or a text's */
    struct value answer;
    struct text_queries texts;
    struct evidence *evidence;
    struct question *questions;
    size_t open;
};

static void destroy(struct pass *pass)
{
    query_cancel(pass->query);
    for (size_t i = 0; pass->questions != NULL && i < evidence_count(pass->evidence); i++) {
        query_cancel(pass->questions[i].query);
    }
    free(pass->questions);
    evidence_destroy(pass->evidence);
    text_queries_release(&pass->texts);
    value_release(&pass->answer);
    free(pass);
}

void pass_cancel(struct live_rule *live)
{
    if (live->pass != NULL) {
        destroy(live->pass);
        live->pass = NULL;
    }
}

static struct alert_policy policy_of(const struct live_rule *live)
{
    const struct rule *rule = live->rule;
    return (struct alert_policy){.for_ms = rule->for_ms,
                                 .keep_firing_for_ms = rule->keep_firing_for_ms,
                                 .on_missing = rule->on_missing,
                                 .on_error = rule->on_error,
                                 .flapping = live->group->env->flapping};
}

static struct alerting_verdict judge(void *user, const struct alert *alert)
{
    const struct live_rule *live = user;
    return evidence_judge(live->pass->evidence, alert);
}

static void changed(void *user, struct alert *alert, enum alert_change change)
{
    struct live_rule *live = user;
    live->group->env->changed(live->group->env->user, live, alert, change);
}

static void forgotten(void *user, struct alert *alert)
{
    struct live_rule *live = user;
    live->group->env->forgotten(live->group->env->user, live, alert);
}

static struct alerting_events events_of(struct live_rule *live, bool judged)
{
    return (struct alerting_events){
        .judge = judged ? judge : NULL, .changed = changed, .forgotten = forgotten, .user = live};
}

/* What batches of a rule share. */
struct rule_batches {
    struct batch samples;
    struct batch markers;
};

static void batches_init(struct rule_batches *b, const struct pass *pass)
{
    batch_init(&b->samples);
    batch_init(&b->markers);
    batch_reset(&b->samples, pass->grid.start_ms);
    batch_reset(&b->markers, pass->grid.start_ms);
}

static void batches_release(struct rule_batches *b)
{
    batch_release(&b->samples);
    batch_release(&b->markers);
}

static bool commit(const struct live_rule *live, const struct rule_batches *b, struct error *err)
{
    return rule_commit(live->group->env->store, live->group->target, &b->samples, &b->markers, err);
}

static bool write_alerts(struct live_rule *live, struct error *err)
{
    struct rule_batches b;
    batches_init(&b, live->pass);
    bool ok = alerting_write(&live->alerting, &b.samples, &b.markers, err) && commit(live, &b, err);
    batches_release(&b);
    return ok;
}

static bool write_record(struct live_rule *live, const struct value *answer, struct error *err)
{
    struct rule_batches b;
    batches_init(&b, live->pass);
    bool ok = record_apply(&live->record, answer, live->group->bound->group->limit,
                           live->group->env->labels, &b.samples, &b.markers, err) &&
              commit(live, &b, err);
    batches_release(&b);
    return ok;
}

static void set_error(struct live_rule *live, const struct error *err)
{
    char *text = err != NULL ? mem_strdup(error_text(err)) : NULL;
    if (text != NULL && (live->error == NULL || live->failures == 1)) {
        log_event(live->group->env->log, LOG_LEVEL_WARN, "rule-failed",
                  LOG_STR("rule", live->rule->name.data),
                  LOG_STR("group", live->group->bound->group->name.data), LOG_STR("err", text),
                  LOG_END);
    }
    free(live->error);
    live->error = text;
}

/* The evaluation is over; the pass is gone behind it. */
static void end(struct live_rule *live)
{
    struct pass *pass = live->pass;
    live->evaluated_ms = pass->slot.ms;
    live->duration_us = (loop_clock(live->group->env->loop).ns - pass->began.ns) / 1000;
    live->group->env->settled(live->group->env->user, live);
    pass_cancel(live);
}

static void end_well(struct live_rule *live, bool idle)
{
    live->failures = 0;
    live->health = idle ? RULE_HEALTH_NO_DATA : RULE_HEALTH_OK;
    set_error(live, NULL);
    end(live);
}

static void note_failure(struct live_rule *live, const struct error *err)
{
    const struct group_env *env = live->group->env;
    live->failures++;
    live->group->failures++;
    live->health = RULE_HEALTH_ERROR;
    set_error(live, err);
    if (live->rule->kind == RULE_ALERTING) {
        bool nothing_known = live->failures >= FAILURES_MAX ||
                             env->is_down(env->source_user, live->group->bound->source);
        struct alert_policy policy = policy_of(live);
        struct alerting_events events = events_of(live, false);
        alerting_fail(&live->alerting, &policy, live->pass->slot.ms,
                      nothing_known ? FINDING_FAILING : FINDING_ERROR, live->error, &events);
    }
}

static void end_badly(struct live_rule *live, const struct error *err)
{
    note_failure(live, err);
    end(live);
}

static void end_unwritten(struct live_rule *live, const struct error *err)
{
    live->failures = 0;
    live->health = RULE_HEALTH_ERROR;
    set_error(live, err);
    end(live);
}

static void forget_idle(struct live_rule *live)
{
    free(live->idle);
    live->idle = NULL;
}

/* Whether there is data was asked, or the condition's answer says so. */
static void note_data(struct live_rule *live)
{
    const struct evidence *evidence = live->pass->evidence;
    bool holds = live->alerting.alerts.len != 0 || live->alerting.found.len != 0;
    if (evidence != NULL && !holds) {
        forget_idle(live);
        if (evidence_is_idle(evidence)) {
            struct str first = evidence_selector(evidence, 0);
            live->idle = mem_printf("matches nothing at '%s': %.*s", live->group->bound->source,
                                    STR_ARG(first));
        }
    } else if (holds) {
        forget_idle(live);
    }
}

static void settle(struct live_rule *live)
{
    struct pass *pass = live->pass;
    note_data(live);
    struct alert_policy policy = policy_of(live);
    struct alerting_events events = events_of(live, pass->evidence != NULL);
    struct error err = ERROR_INIT;
    alerting_settle(&live->alerting, &policy, pass->slot.ms, &events);
    if (!write_alerts(live, &err)) {
        /* The states are right all the same: only the series are not there. */
        end_unwritten(live, &err);
        error_release(&err);
        return;
    }
    end_well(live, live->idle != NULL);
}

static void on_evidence(void *user, struct value *value, const struct error *err)
{
    struct question *question = user;
    struct pass *pass = question->pass;
    question->query = NULL;
    pass->open--;
    /* What could not be asked is not known: the evidence says so. */
    if (err == NULL) {
        evidence_answer(pass->evidence, question->number, value);
    }
    if (pass->open == 0) {
        struct live_rule *live = pass->live;
        settle(live);
        group_rule_done(live);
    }
}

static struct query *ask(const struct pass *pass, const struct expr *expr, query_done_cb done,
                         void *user)
{
    const struct live_rule *live = pass->live;
    const struct group_env *env = live->group->env;
    struct answerer *answerer = env->answerer(env->source_user, live->group->bound->source);
    if (answerer == NULL) {
        return NULL;
    }
    const struct query_request request = {.expr = expr,
                                          .grid = pass->grid,
                                          .instant = true,
                                          .timeout_ms = live->group->bound->interval_ms,
                                          .done = done,
                                          .user = user};
    return query_ask(answerer, &request);
}

/* Is it time to ask whether there is any data for a rule that has no alert? */
static bool is_look_due(const struct live_rule *live)
{
    if (live->alerting.alerts.len != 0 || live->alerting.found.len != 0) {
        return false;
    }
    int64_t every_ms = live->idle != NULL ? LOOK_AGAIN_MS : LOOK_EVERY_MS;
    int64_t later_ms = (int64_t)(live->key % (uint64_t)(every_ms / 2));
    return live->looked_ms == 0 || live->pass->slot.ms - live->looked_ms >= every_ms + later_ms;
}

/* Some alerts vanished, or there is none: why? True where it is being asked. */
static bool ask_for_evidence(struct live_rule *live)
{
    struct pass *pass = live->pass;
    pass->evidence = evidence_create(live->rule, live->alerting.vanished.items,
                                     live->alerting.vanished.len, pass->slot.ms);
    size_t count = evidence_count(pass->evidence);
    pass->questions = mem_zalloc(count + 1, sizeof(*pass->questions));
    for (size_t i = 0; i < count; i++) {
        const struct expr *expr = evidence_question(pass->evidence, i);
        pass->questions[i] = (struct question){.pass = pass, .number = i};
        if (expr != NULL) {
            pass->questions[i].query = ask(pass, expr, on_evidence, &pass->questions[i]);
            pass->open += pass->questions[i].query != NULL;
        }
    }
    return pass->open != 0;
}

static bool collect(struct live_rule *live);

static void on_text(void *user, struct value *value, const struct error *err)
{
    struct live_rule *live = user;
    struct pass *pass = live->pass;
    pass->query = NULL;
    text_query_answer(text_queries_open(&pass->texts), value, err);
    if (!collect(live)) {
        group_rule_done(live);
    }
}

/* True where an answer is still to come, false where the evaluation has ended. */
static bool collect(struct live_rule *live)
{
    struct pass *pass = live->pass;
    const struct group_env *env = live->group->env;
    const struct alerting_context context = {.external_labels = env->external_labels,
                                             .external_url = env->external_url,
                                             .query = text_queries_look,
                                             .user = &pass->texts};
    struct error err = ERROR_INIT;
    switch (alerting_collect(&live->alerting, &pass->answer, live->group->bound->group->limit,
                             &context, &err)) {
    case ALERTING_FAILED:
        end_badly(live, &err);
        error_release(&err);
        return false;
    case ALERTING_PENDING:
        pass->query = ask(pass, text_queries_open(&pass->texts)->expr, on_text, live);
        if (pass->query == NULL) {
            error_set(&err, ERROR_CANCELLED, "the source is gone");
            end_badly(live, &err);
            error_release(&err);
            return false;
        }
        return true;
    case ALERTING_DONE:
        break;
    }
    if (is_look_due(live)) {
        live->looked_ms = pass->slot.ms;
        if (ask_for_evidence(live)) {
            return true;
        }
    } else if (live->alerting.vanished.len != 0 && ask_for_evidence(live)) {
        return true;
    }
    settle(live);
    return false;
}

static void on_answer(void *user, struct value *value, const struct error *err)
{
    struct live_rule *live = user;
    live->pass->query = NULL;
    struct error wrong = ERROR_INIT;
    if (err != NULL) {
        end_badly(live, err);
    } else if (live->rule->kind == RULE_ALERTING) {
        live->pass->answer = *value;
        value_init(value, VALUE_VECTOR, live->pass->answer.grid);
        if (collect(live)) {
            return;
        }
    } else if (write_record(live, value, &wrong)) {
        end_well(live, false);
    } else {
        end_badly(live, &wrong);
        error_release(&wrong);
    }
    group_rule_done(live);
}

bool pass_begin(struct live_rule *live, struct wall slot)
{
    assert(live->pass == NULL);
    struct pass *pass = mem_zalloc(1, sizeof(*pass));
    live->pass = pass;
    pass->live = live;
    pass->slot = slot;
    pass->grid = grid_instant(slot.ms - live->group->bound->group->query_offset_ms);
    pass->began = loop_clock(live->group->env->loop);
    text_queries_init(&pass->texts);
    value_init(&pass->answer, VALUE_VECTOR, pass->grid);
    pass->query = ask(pass, live->rule->expr, on_answer, live);
    if (pass->query == NULL) {
        struct error err = ERROR_INIT;
        error_set(&err, ERROR_NOT_FOUND, "there is no source '%s'", live->group->bound->source);
        end_badly(live, &err);
        error_release(&err);
        return false;
    }
    return true;
}
