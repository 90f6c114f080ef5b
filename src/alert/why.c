/*
 * See why.h. Live alerts are put under their rules first; then the ledger is read once, newest
 * first, and each line of it goes to the alert of its fingerprint. A line whose alert is not there
 * any more, or none at all where the past is asked for, makes one.
 */
#include "alert/why.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/suggest.h"
#include "promql/promql.h"

void why_init(struct why *why)
{
    *why = (struct why){0};
    arena_init(&why->arena);
}

void why_release(struct why *why)
{
    VEC_EACH (&why->rules, struct why_rule, rule) {
        vec_release(&rule->alerts);
    }
    vec_release(&why->rules);
    arena_release(&why->arena);
}

struct transition_filter why_filter(const struct why_question *question)
{
    return (struct transition_filter){.to = question->at,
                                      .rule = question->rule,
                                      .fingerprint = question->fingerprint,
                                      .limit = ALERTS_MAX_TRANSITIONS};
}

static const char *keep(struct why *why, const char *text)
{
    return text != NULL ? arena_str(&why->arena, str_from(text)).data : NULL;
}

/* --- what there is now --- */

static void add_rule(struct why *why, const struct rule_info *r)
{
    struct why_rule rule = {.known = true,
                            .alerting = r->alerting,
                            .name = keep(why, r->name),
                            .group = keep(why, r->group),
                            .file = keep(why, r->file),
                            .line = r->line,
                            .source = keep(why, r->source),
                            .expr = keep(why, r->expr),
                            .recover = keep(why, r->recover),
                            .health = rule_health_name(r->health),
                            .error = keep(why, r->error),
                            .note = keep(why, r->note),
                            .interval_ms = r->interval_ms,
                            .for_ms = r->for_ms,
                            .keep_firing_for_ms = r->keep_firing_for_ms,
                            .evaluated_ms = r->evaluated.ms,
                            .next_ms = r->next.ms,
                            .duration_us = r->duration_us,
                            .missed = r->missed};
    vec_push(&why->rules, rule);
}

static void add_rules(struct why *why, const struct alerts *alerts, const char *name)
{
    for (size_t i = 0; alerts != NULL && i < alerts_rule_count(alerts); i++) {
        struct rule_info r;
        alerts_rule_at(alerts, i, &r);
        if (strcmp(r.name, name) == 0) {
            add_rule(why, &r);
        }
    }
}

static bool is_of(const struct why_rule *rule, const struct alert_info *a)
{
    return rule->line == a->line && strcmp(rule->group, a->group) == 0 &&
           strcmp(rule->file, a->file) == 0 &&
           (rule->known || strcmp(rule->source, a->source) == 0);
}

/* The alert's rule; one that only its alerts tell of is made. */
static struct why_rule *rule_of(struct why *why, const struct alert_info *a)
{
    VEC_EACH (&why->rules, struct why_rule, rule) {
        if (is_of(rule, a) && (rule->known == (a->origin == ALERT_OF_TOCSIN))) {
            return rule;
        }
    }
    struct why_rule rule = {.alerting = true,
                            .name = keep(why, a->rule),
                            .group = keep(why, a->group),
                            .file = keep(why, a->file),
                            .line = a->line,
                            .source = keep(why, a->source),
                            .expr = keep(why, a->expr),
                            .error = "",
                            .note = "",
                            .for_ms = a->for_ms};
    vec_push(&why->rules, rule);
    return &why->rules.items[why->rules.len - 1];
}

static const char *origin_of(enum alert_origin origin)
{
    switch (origin) {
    case ALERT_OF_TOCSIN:
        return NULL;
    case ALERT_OF_PROMETHEUS:
        return "prometheus";
    case ALERT_OF_ALERTMANAGER:
        return "alertmanager";
    }
    assert(false);
    return NULL;
}

static void keep_hidden(struct why *why, struct why_alert *to, const struct alert_info *a)
{
    to->silences = arena_array(&why->arena, struct why_silence, a->silence_count);
    to->silence_count = a->silence_count;
    for (size_t i = 0; i < a->silence_count; i++) {
        const struct silence *s = a->silences[i];
        to->silences[i] = (struct why_silence){.id = keep(why, s->id),
                                               .by = keep(why, s->created_by),
                                               .comment = keep(why, s->comment),
                                               .ends_at_ms = s->ends_at_ms};
    }
    to->inhibited_by = keep(why, a->inhibited_by);
    to->muted_elsewhere = a->muted_elsewhere;
    if (a->ack != NULL) {
        to->acked_by = keep(why, a->ack->by);
        to->ack_note = keep(why, a->ack->note);
        to->acked_at_ms = a->ack->at.ms;
        to->ack_expires_ms = a->ack->expires_at.ms;
    }
}

static void add_alert(struct why *why, const struct alert_info *a)
{
    struct strbuf labels = STRBUF_INIT;
    labels_format(&labels, a->labels);
    struct why_alert *alert = arena_new(&why->arena, struct why_alert);
    *alert = (struct why_alert){.id = a->id,
                                .fingerprint = a->fingerprint,
                                .labels = keep(why, strbuf_cstr(&labels)),
                                .origin = origin_of(a->origin),
                                .state = alert_state_name(a->state),
                                .severity = severity_name(a->severity),
                                .fires = a->fires,
                                .flapping = a->flapping,
                                .value = a->value,
                                .has_value = a->has_value,
                                .threshold = a->threshold,
                                .has_threshold = a->has_threshold,
                                .comparison = keep(why, a->comparison),
                                .unit = a->unit,
                                .active_at_ms = a->active_at.ms,
                                .fired_at_ms = a->fired_at.ms,
                                .resolved_at_ms = a->resolved_at.ms,
                                .unknown_since_ms = a->unknown_since.ms,
                                .for_ms = a->for_ms,
                                .fires_in_ms = a->fires_in_ms,
                                .reason = keep(why, a->reason)};
    strbuf_release(&labels);
    keep_hidden(why, alert, a);
    struct why_rule *rule = rule_of(why, a);
    vec_push(&rule->alerts, alert);
}

static bool is_wanted(const struct why_question *q, const struct alert_info *a)
{
    return strcmp(a->rule, q->rule) == 0 &&
           (q->fingerprint == 0 || a->fingerprint == q->fingerprint) &&
           (q->filter == NULL || q->filter->matchers.len == 0 ||
            silence_matches(q->filter, a->labels));
}

/* --- what the ledger tells --- */

/* What state a line of the ledger leaves an alert in; NULL where it is about something else. */
static const char *state_of(const char *to)
{
    static const struct {
        const char *word;
        enum alert_state state;
    } words[] = {{"pending", ALERT_PENDING},   {"firing", ALERT_FIRING},
                 {"fired", ALERT_FIRING},      {"unknown", ALERT_UNKNOWN},
                 {"inactive", ALERT_INACTIVE}, {"resolved", ALERT_INACTIVE},
                 {"dropped", ALERT_INACTIVE}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (strcmp(to, words[i].word) == 0) {
            return alert_state_name(words[i].state);
        }
    }
    return NULL;
}

struct reading {
    struct why *why;
    const struct why_question *question;
    struct map alerts; /* by the bytes of their fingerprints */
    size_t gone;
};

static struct str fingerprint_key(const uint64_t *fingerprint)
{
    return str_span((const char *)fingerprint, sizeof(*fingerprint));
}

static void note_alerts(struct reading *r)
{
    VEC_EACH (&r->why->rules, struct why_rule, rule) {
        VEC_EACH (&rule->alerts, struct why_alert *, alert) {
            (void)map_put(&r->alerts, fingerprint_key(&(*alert)->fingerprint), *alert);
        }
    }
}

/* The ledger keeps labels as text, a selector in form. */
static bool text_passes(const struct silence *filter, const struct transition *t)
{
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(str_from(t->labels), NULL, &err);
    const struct node *n = e != NULL ? e->selectors : NULL;
    bool passes = true;
    VEC_EACH (&filter->matchers, struct matcher, m) {
        struct str value = strcmp(m->name, "alertname") == 0 ? str_from(t->alertname) : STR_NONE;
        for (size_t i = 0; n != NULL && i < n->selector.matcher_count; i++) {
            const struct matcher *has = &n->selector.matchers[i];
            value = strcmp(has->name, m->name) == 0 ? str_from(has->value) : value;
        }
        passes = passes && matcher_test(m, value) == MATCHER_YES;
    }
    expr_unref(e);
    error_release(&err);
    return passes;
}

/* An alert that is there no more, or was then, from its newest line; or NULL. */
static struct why_alert *make_gone(struct reading *r, const struct transition *t)
{
    struct why *why = r->why;
    if (r->gone >= WHY_MAX_GONE ||
        (r->question->filter != NULL && !text_passes(r->question->filter, t))) {
        return NULL;
    }
    if (why->rules.len == 0) {
        struct why_rule rule = {.alerting = true,
                                .name = keep(why, r->question->rule),
                                .group = "",
                                .file = "",
                                .source = "",
                                .expr = "",
                                .error = "",
                                .note = ""};
        vec_push(&why->rules, rule);
    }
    struct why_alert *alert = arena_new(&why->arena, struct why_alert);
    *alert = (struct why_alert){.fingerprint = t->fingerprint,
                                .labels = keep(why, t->labels),
                                .fires_in_ms = -1,
                                .reason = ""};
    vec_push(&why->rules.items[0].alerts, alert);
    (void)map_put(&r->alerts, fingerprint_key(&alert->fingerprint), alert);
    r->gone++;
    return alert;
}

/* Since when it is in its state, by a line that tells of its coming into it. */
static void take_since(struct why_alert *alert, const struct transition *t)
{
    const char *before = state_of(t->from);
    if (alert->since_known || before == NULL || strcmp(state_of(t->to), alert->state) != 0) {
        return;
    }
    alert->since_known = true;
    if (strcmp(alert->state, "firing") == 0) {
        alert->fired_at_ms = t->at.ms;
    } else if (strcmp(alert->state, "pending") == 0) {
        alert->active_at_ms = t->at.ms;
    } else if (strcmp(alert->state, "unknown") == 0) {
        alert->unknown_since_ms = t->at.ms;
        alert->fires = strcmp(before, "firing") == 0;
    } else {
        alert->resolved_at_ms = t->at.ms;
    }
}

/* Of one that the ledger alone tells of: the newest line about a state says which. */
static void take_state(struct why *why, struct why_alert *alert, const struct transition *t)
{
    const char *state = state_of(t->to);
    if (state != NULL && alert->state == NULL) {
        alert->state = state;
        alert->reason = keep(why, t->reason);
        alert->value = t->value;
        alert->has_value = t->has_value;
        alert->fires = strcmp(state, "firing") == 0;
    }
    if (state != NULL) {
        take_since(alert, t);
    }
}

static void add_event(struct why *why, struct why_alert *alert, const struct transition *t)
{
    if (alert->id == 0) {
        take_state(why, alert, t);
    }
    if (alert->event_count == WHY_MAX_EVENTS) {
        return;
    }
    if (alert->events == NULL) {
        alert->events = arena_array(&why->arena, struct why_event, WHY_MAX_EVENTS);
    }
    alert->events[alert->event_count++] = (struct why_event){.at_ms = t->at.ms,
                                                             .from = keep(why, t->from),
                                                             .to = keep(why, t->to),
                                                             .reason = keep(why, t->reason),
                                                             .who = keep(why, t->who),
                                                             .value = t->value,
                                                             .has_value = t->has_value};
}

static void read_ledger(struct reading *r, const struct transition *ledger, size_t count)
{
    note_alerts(r);
    for (size_t i = 0; i < count; i++) {
        struct why_alert *alert = map_get(&r->alerts, fingerprint_key(&ledger[i].fingerprint));
        if (alert == NULL) {
            alert = make_gone(r, &ledger[i]);
        }
        if (alert != NULL) {
            add_event(r->why, alert, &ledger[i]);
        }
    }
    VEC_EACH (&r->why->rules, struct why_rule, rule) {
        VEC_EACH (&rule->alerts, struct why_alert *, alert) {
            if ((*alert)->state == NULL) {
                (*alert)->state = alert_state_name(ALERT_INACTIVE);
            }
        }
    }
    map_release(&r->alerts);
}

static bool refuse(const struct alerts *alerts, const char *name, struct error *err)
{
    VEC(const char *) names = {0};
    for (size_t i = 0; alerts != NULL && i < alerts_rule_count(alerts); i++) {
        struct rule_info r;
        alerts_rule_at(alerts, i, &r);
        vec_push(&names, r.name);
    }
    error_set(err, ERROR_NOT_FOUND, "there is no rule '%s', and no alert of that name", name);
    const char *near = suggest_nearest(str_from(name), names.items, names.len);
    if (near != NULL) {
        error_suggest(err, "did you mean '%s'?", near);
    }
    vec_release(&names);
    return false;
}

bool why_build(struct why *why, const struct alerts *alerts, const struct why_question *question,
               const struct transition *ledger, size_t count, struct error *err)
{
    why->now_ms = question->now.ms;
    why->ledger_only = alerts == NULL;
    why->past = question->at.ms != 0 && question->at.ms < question->now.ms;
    why->at_ms = why->past ? question->at.ms : question->now.ms;
    add_rules(why, alerts, question->rule);
    for (size_t i = 0; alerts != NULL && !why->past && i < alerts_count(alerts); i++) {
        if (is_wanted(question, alerts_at(alerts, i))) {
            add_alert(why, alerts_at(alerts, i));
        }
    }
    struct reading reading = {.why = why, .question = question};
    read_ledger(&reading, ledger, count);
    return why->rules.len != 0 || refuse(alerts, question->rule, err);
}
