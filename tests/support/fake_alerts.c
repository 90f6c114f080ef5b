#include "support/fake_alerts.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

#define MINUTE INT64_C(60000)

/* --- what a test fills in --- */

struct alerts *fake_alerts_create(struct loop *loop)
{
    struct alerts *alerts = mem_zalloc(1, sizeof(*alerts));
    alerts->table = label_table_create();
    alerts->loop = loop;
    arena_init(&alerts->arena);
    return alerts;
}

void fake_alerts_destroy(struct alerts *alerts)
{
    deferred_cancel(alerts->deferred);
    VEC_EACH (&alerts->alerts, struct alert_info *, a) {
        struct labels *labels = labels_ref((*a)->labels);
        labels_unref(labels);
        labels_unref(labels);
    }
    VEC_EACH (&alerts->silences, struct silence *, s) {
        silence_release(*s);
    }
    VEC_EACH (&alerts->commands, struct fake_command *, c) {
        free((*c)->by);
        free((*c)->note);
        free((*c)->silence_id);
        silence_release(&(*c)->silence);
        free(*c);
    }
    vec_release(&alerts->alerts);
    vec_release(&alerts->silences);
    vec_release(&alerts->rules);
    vec_release(&alerts->transitions);
    vec_release(&alerts->commands);
    error_release(&alerts->failure);
    label_table_destroy(alerts->table);
    arena_release(&alerts->arena);
    free(alerts);
}

struct alert_info *fake_alerts_add(struct alerts *alerts, const char *name, const char *labels)
{
    struct labels_builder b;
    struct error err = ERROR_INIT;
    struct str rest = str_from(labels);
    struct str pair;
    labels_builder_init(&b, alerts->table);
    labels_builder_set(&b, STR("alertname"), str_from(name));
    while (str_split(&rest, ',', &pair)) {
        size_t at = str_find(pair, '=');
        labels_builder_set(&b, str_slice(pair, 0, at), str_slice(pair, at + 1, pair.len));
    }
    struct alert_info *a = arena_new(&alerts->arena, struct alert_info);
    *a = (struct alert_info){.id = alerts->alerts.len + 1,
                             .labels = labels_builder_finish(&b, &err),
                             .state = ALERT_FIRING,
                             .fires = true,
                             .severity = SEVERITY_WARNING,
                             .active_at = {FAKE_ALERTS_NOW - 15 * MINUTE},
                             .fired_at = {FAKE_ALERTS_NOW - 10 * MINUTE},
                             .updated_at = {FAKE_ALERTS_NOW - 4000},
                             .for_ms = 5 * MINUTE,
                             .fires_in_ms = -1,
                             .rule = name,
                             .group = "",
                             .file = "",
                             .expr = "",
                             .source = "prom",
                             .reason = ""};
    assert(a->labels != NULL);
    a->fingerprint = labels_hash(a->labels);
    labels_builder_release(&b);
    vec_push(&alerts->alerts, a);
    alerts->version++;
    return a;
}

struct rule_info *fake_alerts_add_rule(struct alerts *alerts, const char *name)
{
    struct rule_info rule = {.alerting = true,
                             .name = name,
                             .group = "",
                             .file = "",
                             .source = "prom",
                             .expr = "",
                             .interval_ms = 15000,
                             .for_ms = 5 * MINUTE,
                             .health = RULE_HEALTH_OK,
                             .error = "",
                             .evaluated = {FAKE_ALERTS_NOW - 4000},
                             .next = {FAKE_ALERTS_NOW + 11000},
                             .duration_us = 1500,
                             .note = ""};
    vec_push(&alerts->rules, rule);
    return &alerts->rules.items[alerts->rules.len - 1];
}

struct silence *fake_alerts_add_silence(struct alerts *alerts, const char *id, const char *matcher)
{
    struct silence *s = arena_new(&alerts->arena, struct silence);
    struct error err = ERROR_INIT;
    bool ok = silence_add_matcher(s, str_from(matcher), &err);
    assert(ok);
    (void)ok;
    s->id = mem_strdup(id);
    s->created_by = mem_strdup("ada");
    s->comment = mem_strdup("deploying");
    s->starts_at_ms = s->updated_at_ms = FAKE_ALERTS_NOW;
    s->ends_at_ms = FAKE_ALERTS_NOW + 60 * MINUTE;
    vec_push(&alerts->silences, s);
    return s;
}

void fake_alerts_silence(struct alerts *alerts, struct alert_info *alert, const struct silence *s)
{
    const struct silence **list =
        arena_array(&alerts->arena, const struct silence *, alert->silence_count + 1);
    for (size_t i = 0; i < alert->silence_count; i++) {
        list[i] = alert->silences[i];
    }
    list[alert->silence_count++] = s;
    alert->silences = list;
}

void fake_alerts_add_transition(struct alerts *alerts, const struct transition *t)
{
    vec_push(&alerts->transitions, *t);
}

const struct fake_command *fake_alerts_last(const struct alerts *alerts)
{
    return alerts->commands.len != 0 ? alerts->commands.items[alerts->commands.len - 1] : NULL;
}

/* --- what is asked of it, and done --- */

static bool passes(const struct transition *t, const struct transition_filter *f, const char *rule)
{
    return (f->from.ms == 0 || t->at.ms >= f->from.ms) && (f->to.ms == 0 || t->at.ms <= f->to.ms) &&
           (rule == NULL || strcmp(t->rule, rule) == 0 || strcmp(t->alertname, rule) == 0) &&
           (f->fingerprint == 0 || t->fingerprint == f->fingerprint);
}

static void finish_transitions(const struct alerts *alerts, const struct fake_command *c,
                               const struct error *err)
{
    VEC(struct transition) list = {0};
    for (size_t i = 0; err == NULL && i < alerts->transitions.len && list.len < c->filter.limit;
         i++) {
        if (passes(&alerts->transitions.items[i], &c->filter, c->note)) {
            vec_push(&list, alerts->transitions.items[i]);
        }
    }
    c->transitions(c->user, list.items, list.len, err);
    vec_release(&list);
}

void fake_alerts_finish(struct alerts *alerts)
{
    const struct error *err = error_is(&alerts->failure) ? &alerts->failure : NULL;
    for (size_t i = 0; i < alerts->commands.len; i++) {
        struct fake_command *c = alerts->commands.items[i];
        if (c->finished) {
            continue;
        }
        c->finished = true;
        if (c->id == FAKE_TRANSITIONS) {
            finish_transitions(alerts, c, err);
        } else {
            c->done(c->user, err);
        }
    }
}

static void on_turn(void *user)
{
    struct alerts *alerts = user;
    alerts->deferred = NULL;
    fake_alerts_finish(alerts);
}

static struct fake_command *record(struct alerts *alerts, enum fake_command_id id,
                                   alerts_done_cb done, void *user)
{
    struct fake_command *c = mem_zalloc(1, sizeof(*c));
    *c = (struct fake_command){.id = id, .done = done, .user = user};
    vec_push(&alerts->commands, c);
    if (alerts->loop != NULL && alerts->deferred == NULL) {
        alerts->deferred = loop_defer(alerts->loop, on_turn, alerts);
    }
    return c;
}

static char *copied(const char *text)
{
    return text != NULL ? mem_strdup(text) : NULL;
}

void alerts_ack(struct alerts *alerts, uint64_t id, const char *by, const char *note,
                int64_t expires_ms, alerts_done_cb done, void *user)
{
    struct fake_command *c = record(alerts, FAKE_ACK, done, user);
    c->alert = id;
    c->by = copied(by);
    c->note = copied(note);
    c->expires_ms = expires_ms;
}

void alerts_unack(struct alerts *alerts, uint64_t id, const char *by, alerts_done_cb done,
                  void *user)
{
    struct fake_command *c = record(alerts, FAKE_UNACK, done, user);
    c->alert = id;
    c->by = copied(by);
}

void alerts_dismiss(struct alerts *alerts, uint64_t id, const char *by, const char *note,
                    alerts_done_cb done, void *user)
{
    struct fake_command *c = record(alerts, FAKE_DISMISS, done, user);
    c->alert = id;
    c->by = copied(by);
    c->note = copied(note);
}

void alerts_silence_put(struct alerts *alerts, const struct silence *s, char **id,
                        alerts_done_cb done, void *user)
{
    struct fake_command *c = record(alerts, FAKE_SILENCE_PUT, done, user);
    silence_copy(&c->silence, s);
    c->silence_id = s->id != NULL ? mem_strdup(s->id) : silence_new_id();
    if (id != NULL) {
        *id = mem_strdup(c->silence_id);
    }
}

void alerts_silence_expire(struct alerts *alerts, const char *id, const char *by,
                           alerts_done_cb done, void *user)
{
    struct fake_command *c = record(alerts, FAKE_SILENCE_EXPIRE, done, user);
    c->silence_id = mem_strdup(id);
    c->by = copied(by);
}

void alerts_transitions(struct alerts *alerts, const struct transition_filter *filter,
                        transitions_cb done, void *user)
{
    struct fake_command *c = record(alerts, FAKE_TRANSITIONS, NULL, user);
    c->transitions = done;
    c->filter = *filter;
    c->note = copied(filter->rule);
    c->filter.rule = NULL;
}

/* --- what alert/alerts.c would give --- */

size_t alerts_count(const struct alerts *alerts)
{
    return alerts->alerts.len;
}

const struct alert_info *alerts_at(const struct alerts *alerts, size_t i)
{
    return alerts->alerts.items[i];
}

const struct alert_info *alerts_find(const struct alerts *alerts, uint64_t id)
{
    for (size_t i = 0; i < alerts->alerts.len; i++) {
        if (alerts->alerts.items[i]->id == id) {
            return alerts->alerts.items[i];
        }
    }
    return NULL;
}

void alerts_counts(const struct alerts *alerts, struct alert_counts *out)
{
    *out = alerts->counts;
}

uint64_t alerts_version(const struct alerts *alerts)
{
    return alerts->version;
}

struct wall alerts_last_cycle(const struct alerts *alerts)
{
    (void)alerts;
    return (struct wall){0};
}

const char *alerts_problem(const struct alerts *alerts)
{
    return alerts->problem;
}

size_t alerts_silence_count(const struct alerts *alerts)
{
    return alerts->silences.len;
}

const struct silence *alerts_silence_at(const struct alerts *alerts, size_t i)
{
    return alerts->silences.items[i];
}

const struct silence *alerts_silence_find(const struct alerts *alerts, const char *id)
{
    for (size_t i = 0; i < alerts->silences.len; i++) {
        if (strcmp(alerts->silences.items[i]->id, id) == 0) {
            return alerts->silences.items[i];
        }
    }
    return NULL;
}

void alerts_silence_preview(const struct alerts *alerts, const struct silence *s, size_t *now,
                            size_t *day)
{
    *now = *day = 0;
    for (size_t i = 0; i < alerts->alerts.len; i++) {
        const struct alert_info *a = alerts->alerts.items[i];
        if (silence_matches(s, a->labels)) {
            *now += a->fires;
            (*day)++;
        }
    }
}

const char *rule_health_name(enum rule_health health)
{
    switch (health) {
    case RULE_HEALTH_NEW:
        return "new";
    case RULE_HEALTH_OK:
        return "ok";
    case RULE_HEALTH_ERROR:
        return "error";
    case RULE_HEALTH_NO_DATA:
        return "no data";
    }
    return "";
}

size_t alerts_rule_count(const struct alerts *alerts)
{
    return alerts->rules.len;
}

void alerts_rule_at(const struct alerts *alerts, size_t i, struct rule_info *out)
{
    *out = alerts->rules.items[i];
}

void alerts_rule_counts(const struct alerts *alerts, struct rule_counts *out)
{
    *out = (struct rule_counts){.all = alerts->rules.len};
    VEC_EACH (&alerts->rules, const struct rule_info, rule) {
        out->failing += rule->health == RULE_HEALTH_ERROR ? 1 : 0;
        out->no_data += rule->health == RULE_HEALTH_NO_DATA ? 1 : 0;
        out->waiting += rule->health == RULE_HEALTH_NEW ? 1 : 0;
        if (rule->evaluated.ms > out->evaluated.ms) {
            out->evaluated = rule->evaluated;
        }
    }
}
