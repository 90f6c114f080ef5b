/*
 * The state that survives: what the journal is given, and what is made of what it had.
 *
 * A command is answered when it is on disk. What an evaluation found is shown and logged at once
 * and goes to disk behind its group, all of it or nothing, together with when tocsin was last
 * alive: after a kill it is one evaluation behind at most, and that one is made anew. So nothing
 * may be sent to anybody before the flush that has it is done, with what is to be sent in it.
 *
 * Time in which no tocsin ran does not count towards `for`; who was away for longer than
 * ALERT_RESTORE_MAX_MS begins its pending alerts anew. Firing ones fire, since when they did.
 */
#include <stdlib.h>
#include <string.h>

#include "alert/alerts_private.h"
#include "alert/journal.h"
#include "alert/kept_text.h"
#include "base/mem.h"

#define FAILED_TEXT "the alerts that were kept could not be read"

/* A question to the ledger. */
struct ledger_query {
    struct alerts *alerts;
    struct journal_query *query;
    transitions_cb done;
    void *user;
};

/* A command that waits for the disk. */
struct kept_command {
    struct keeper *keeper;
    alerts_done_cb done;
    void *user;
};

struct keeper {
    struct journal *journal;
    VEC(struct kept_command *) commands;
    int64_t started_ms;
    char *problem; /* of restoring, or NULL */
    VEC(struct ledger_query *) queries;
};

void keeper_create(struct alerts *alerts)
{
    alerts->keeper = mem_zalloc(1, sizeof(*alerts->keeper));
    alerts->keeper->journal = alerts->o.journal;
    alerts->keeper->started_ms = loop_wall(alerts->o.loop).ms;
}

void keeper_destroy(struct alerts *alerts)
{
    VEC_EACH (&alerts->keeper->queries, struct ledger_query *, q) {
        journal_query_cancel((*q)->query);
        free(*q);
    }
    vec_release(&alerts->keeper->queries);
    VEC_EACH (&alerts->keeper->commands, struct kept_command *, c) {
        journal_flush_cancel(alerts->keeper->journal, *c);
        free(*c);
    }
    vec_release(&alerts->keeper->commands);
    free(alerts->keeper->problem);
    free(alerts->keeper);
}

void keeper_put_alert(struct alerts *alerts, const struct live_rule *rule, struct alert *alert)
{
    struct alert_record r = {
        .rule = group_rule_name(rule),
        .labels = kept_labels_write(alert->labels),
        .fingerprint = alert->fingerprint,
        .status = alert->status,
        .annotations = kept_pairs_write(alert->annotations),
        .source = rule->group->bound->source,
        .reason = alert->reason,
        .value = alert->value,
        .has_value = alert->has_value,
        .updated_at_ms = alert->known_at_ms,
    };
    journal_put_alert(alerts->keeper->journal, &r);
    free(r.rule);
    free(r.labels);
    free(r.annotations);
}

void keeper_drop_alert(struct alerts *alerts, const struct live_rule *rule,
                       const struct alert *alert)
{
    struct alert_record key = {.rule = group_rule_name(rule),
                               .labels = kept_labels_write(alert->labels),
                               .fingerprint = alert->fingerprint};
    journal_drop_alert(alerts->keeper->journal, &key);
    free(key.rule);
    free(key.labels);
}

static struct ack_record ack_key(const struct live_rule *rule, const struct alert *alert)
{
    return (struct ack_record){.rule = group_rule_name(rule),
                               .labels = kept_labels_write(alert->labels),
                               .kind = ACK_TAKEN,
                               .fingerprint = alert->fingerprint};
}

void keeper_put_ack(struct alerts *alerts, const struct live_rule *rule, const struct alert *alert,
                    const struct ack *ack)
{
    struct ack_record r = ack_key(rule, alert);
    r.by = ack->by;
    r.note = ack->note;
    r.at_ms = ack->at.ms;
    r.expires_at_ms = ack->expires_at.ms;
    journal_put_ack(alerts->keeper->journal, &r);
    free(r.rule);
    free(r.labels);
}

void keeper_drop_ack(struct alerts *alerts, const struct live_rule *rule, const struct alert *alert)
{
    struct ack_record key = ack_key(rule, alert);
    journal_drop_ack(alerts->keeper->journal, &key);
    free(key.rule);
    free(key.labels);
}

void keeper_put_silence(struct alerts *alerts, const struct silence *s)
{
    struct silence_record r = {.id = s->id,
                               .matchers = kept_matchers_write(s),
                               .starts_at_ms = s->starts_at_ms,
                               .ends_at_ms = s->ends_at_ms,
                               .updated_at_ms = s->updated_at_ms,
                               .end_when_resolved_ms = s->end_when_resolved_ms,
                               .quiet_since_ms = s->quiet_since_ms,
                               .created_by = s->created_by,
                               .comment = s->comment};
    journal_put_silence(alerts->keeper->journal, &r);
    free(r.matchers);
}

void keeper_drop_silence(struct alerts *alerts, const char *id)
{
    journal_drop_silence(alerts->keeper->journal, id);
}

void keeper_put_transition(struct alerts *alerts, struct wall at, const struct note *note)
{
    const struct alert *alert = note->alert;
    struct transition_record r = {
        .at_ms = at.ms,
        .rule = note->rule != NULL ? group_rule_name(note->rule) : mem_strdup(""),
        .fingerprint = alert != NULL ? alert->fingerprint : 0,
        .alertname = note->rule != NULL ? mem_strdup(note->rule->rule->name.data) : mem_strdup(""),
        .labels = alert != NULL ? kept_labels_write(alert->labels) : mem_strdup(""),
        .from = (char *)(uintptr_t)note->from,
        .to = (char *)(uintptr_t)note->to,
        .value = alert != NULL ? alert->value : 0,
        .has_value = alert != NULL && alert->has_value,
        .reason = (char *)(uintptr_t)note->reason,
        .who = (char *)(uintptr_t)note->who,
    };
    journal_add_transition(alerts->keeper->journal, &r);
    free(r.rule);
    free(r.alertname);
    free(r.labels);
}

void keeper_alive(struct alerts *alerts, struct wall at)
{
    const struct engine_record r = {.started_ms = alerts->keeper->started_ms, .alive_ms = at.ms};
    journal_put_engine(alerts->keeper->journal, &r);
    keeper_flush(alerts, NULL, NULL);
}

static void on_kept(void *user, const struct error *err)
{
    struct kept_command *c = user;
    const struct kept_command command = *c;
    for (size_t i = 0; i < command.keeper->commands.len; i++) {
        if (command.keeper->commands.items[i] == c) {
            vec_remove(&command.keeper->commands, i);
            break;
        }
    }
    free(c);
    command.done(command.user, err);
}

void keeper_flush(struct alerts *alerts, alerts_done_cb done, void *user)
{
    struct keeper *keeper = alerts->keeper;
    struct kept_command *c = NULL;
    if (done != NULL) {
        c = mem_zalloc(1, sizeof(*c));
        *c = (struct kept_command){.keeper = keeper, .done = done, .user = user};
        vec_push(&keeper->commands, c);
    }
    journal_flush(keeper->journal, loop_wall(alerts->o.loop), c != NULL ? on_kept : NULL, c);
}

const char *keeper_problem(const struct alerts *alerts)
{
    const char *problem = journal_problem(alerts->keeper->journal);
    return problem != NULL ? problem : alerts->keeper->problem;
}

/* One restoring. */
struct restoring {
    struct alerts *alerts;
    struct journal_state state;
    int64_t now_ms;
    size_t lost; /* records that make no sense here */
};

static struct live_rule *rule_of_name(const struct alerts *alerts, const char *name)
{
    return alerts_rule_of_key(alerts, RULE_ALERTING, str_hash(str_from(name)));
}

/* Its name, also where its rule is gone; the caller frees. */
static char *name_of(const struct restoring *r, const struct alert_record *record)
{
    struct error err = ERROR_INIT;
    struct labels *labels = kept_labels_read(record->labels, r->alerts->o.labels, &err);
    char *name = labels != NULL ? str_dup(labels_get(labels, STR(ALERTING_NAME))) : mem_strdup("");
    labels_unref(labels);
    error_release(&err);
    return name;
}

static void note_gone(struct restoring *r, const struct alert_record *record, const char *reason)
{
    char *name = name_of(r, record);
    const struct transition_record t = {
        .at_ms = r->now_ms,
        .rule = record->rule,
        .alertname = name,
        .fingerprint = record->fingerprint,
        .labels = record->labels,
        .from = (char *)(uintptr_t)alert_state_name(alert_status_state(&record->status)),
        .to = (char *)(uintptr_t)alert_state_name(ALERT_INACTIVE),
        .value = record->value,
        .has_value = record->has_value,
        .reason = (char *)(uintptr_t)reason};
    if (record->status.phase != ALERT_INACTIVE) {
        journal_add_transition(r->alerts->keeper->journal, &t);
        log_event(r->alerts->o.log, LOG_LEVEL_WARN, "alert", LOG_STR("state", t.to),
                  LOG_STR("from", t.from), LOG_STR("labels", record->labels),
                  LOG_STR("reason", reason), LOG_END);
    }
    journal_drop_alert(r->alerts->keeper->journal, record);
    free(name);
}

/* That nothing is known since tocsin was last alive is to be on disk before a group's next cycle
 * says that it is alive now: the alert's own group may come much later, or never. */
static void keep_frozen(struct restoring *r, const struct alert_record *record,
                        const struct alert_status *status)
{
    if (status->frozen_since_ms != record->status.frozen_since_ms) {
        struct alert_record frozen = *record;
        frozen.status = *status;
        journal_put_alert(r->alerts->keeper->journal, &frozen);
    }
}

static void restore_alert(struct restoring *r, const struct alert_record *record)
{
    struct live_rule *rule = rule_of_name(r->alerts, record->rule);
    if (rule == NULL) {
        note_gone(r, record, "its rule is gone");
        return;
    }
    struct error err = ERROR_INIT;
    struct labels *labels = kept_labels_read(record->labels, r->alerts->o.labels, &err);
    if (labels == NULL) {
        error_release(&err);
        r->lost++;
        return;
    }
    struct alert alert = {.labels = labels,
                          .fingerprint = alert_fingerprint(labels),
                          .annotations = kept_pairs_read(record->annotations),
                          .value = record->value,
                          .has_value = record->has_value,
                          .status = record->status,
                          .kept = record->status,
                          .known_at_ms = record->updated_at_ms,
                          .reason = record->reason != NULL && record->reason[0] != '\0'
                                        ? mem_strdup(record->reason)
                                        : NULL};
    if (!alert_status_restore(&alert.status, r->state.engine.alive_ms, r->now_ms)) {
        labels_unref(labels);
        free(alert.annotations.items);
        free(alert.reason);
        note_gone(r, record, "it begins anew: tocsin was away for too long");
        return;
    }
    keep_frozen(r, record, &alert.status);
    alert.kept = alert.status;
    alerting_restore(&rule->alerting, &alert);
}

static void restore_ack(struct restoring *r, const struct ack_record *record)
{
    struct live_rule *rule = rule_of_name(r->alerts, record->rule);
    struct error err = ERROR_INIT;
    struct labels *labels = kept_labels_read(record->labels, r->alerts->o.labels, &err);
    const struct alert *alert =
        labels != NULL && rule != NULL ? alerting_find(&rule->alerting, labels) : NULL;
    r->lost += labels == NULL ? 1 : 0;
    if (alert != NULL && record->kind == ACK_TAKEN) {
        struct kept_ack ack = {.id = alerts_id(rule, alert),
                               .ack = {.by = mem_strdup(record->by),
                                       .note = mem_strdup(record->note),
                                       .at = {record->at_ms},
                                       .expires_at = {record->expires_at_ms}}};
        vec_push(&r->alerts->acks, ack);
    } else {
        journal_drop_ack(r->alerts->keeper->journal, record);
    }
    labels_unref(labels);
    error_release(&err);
}

static void restore_silence(struct restoring *r, const struct silence_record *record)
{
    struct silence s;
    struct error err = ERROR_INIT;
    silence_init(&s);
    if (!kept_matchers_read(record->matchers, &s, &err)) {
        error_release(&err);
        silence_release(&s);
        r->lost++;
        return;
    }
    s.id = mem_strdup(record->id);
    s.starts_at_ms = record->starts_at_ms;
    s.ends_at_ms = record->ends_at_ms;
    s.updated_at_ms = record->updated_at_ms;
    s.end_when_resolved_ms = record->end_when_resolved_ms;
    s.quiet_since_ms = record->quiet_since_ms;
    s.created_by = mem_strdup(record->created_by);
    s.comment = mem_strdup(record->comment);
    vec_push(&r->alerts->silences, s);
}

static void report(struct restoring *r)
{
    size_t lost = r->lost + r->state.unreadable;
    if (lost != 0) {
        r->alerts->keeper->problem =
            mem_printf("%zu records of the kept state could not be read", lost);
    }
    if (r->state.engine.alive_ms != 0) {
        log_event(r->alerts->o.log, LOG_LEVEL_INFO, "restored",
                  LOG_INT("alerts", r->state.alerts.len), LOG_INT("acks", r->state.acks.len),
                  LOG_INT("silences", r->state.silences.len), LOG_INT("lost", lost),
                  LOG_MS("away", r->now_ms - r->state.engine.alive_ms), LOG_END);
    }
}

void keeper_restore(struct alerts *alerts)
{
    struct restoring r = {.alerts = alerts, .now_ms = loop_wall(alerts->o.loop).ms};
    struct error err = ERROR_INIT;
    if (!journal_load(alerts->keeper->journal, &r.state, &err)) {
        alerts->keeper->problem = mem_printf(FAILED_TEXT ": %s", error_text(&err));
        log_event(alerts->o.log, LOG_LEVEL_ERROR, "restore", LOG_ERR(&err), LOG_END);
        error_release(&err);
        return;
    }
    VEC_EACH (&r.state.alerts, const struct alert_record, record) {
        restore_alert(&r, record);
    }
    VEC_EACH (&r.state.acks, const struct ack_record, ack) {
        restore_ack(&r, ack);
    }
    VEC_EACH (&r.state.silences, const struct silence_record, s) {
        restore_silence(&r, s);
    }
    report(&r);
    journal_state_release(&r.state);
}

static void forget_query(struct ledger_query *q)
{
    struct keeper *k = q->alerts->keeper;
    for (size_t i = 0; i < k->queries.len; i++) {
        if (k->queries.items[i] == q) {
            vec_remove(&k->queries, i);
            break;
        }
    }
    free(q);
}

static void on_transitions(void *user, const struct transition_record *list, size_t count,
                           const struct error *err)
{
    struct ledger_query *q = user;
    transitions_cb done = q->done;
    void *done_user = q->user;
    forget_query(q);
    VEC(struct transition) out = {0};
    for (size_t i = 0; err == NULL && i < count; i++) {
        const struct transition_record *r = &list[i];
        vec_push(&out, ((struct transition){.at = {r->at_ms},
                                            .rule = r->rule,
                                            .alertname = r->alertname,
                                            .fingerprint = r->fingerprint,
                                            .labels = r->labels,
                                            .from = r->from,
                                            .to = r->to,
                                            .value = r->value,
                                            .has_value = r->has_value,
                                            .reason = r->reason,
                                            .who = r->who}));
    }
    done(done_user, out.items, out.len, err);
    vec_release(&out);
}

void alerts_transitions(struct alerts *alerts, const struct transition_filter *filter,
                        transitions_cb done, void *user)
{
    if (alerts->host != NULL) {
        alerts->host->transitions(alerts->host->user, filter, done, user);
        return;
    }
    struct ledger_query *q = mem_zalloc(1, sizeof(*q));
    const struct journal_filter wanted = {.from_ms = filter->from.ms,
                                          .to_ms = filter->to.ms,
                                          .rule = filter->rule,
                                          .fingerprint = filter->fingerprint,
                                          .limit = filter->limit};
    *q = (struct ledger_query){.alerts = alerts, .done = done, .user = user};
    vec_push(&alerts->keeper->queries, q);
    q->query = journal_transitions(alerts->keeper->journal, &wanted, on_transitions, q);
}
