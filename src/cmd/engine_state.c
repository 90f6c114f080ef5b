/* The answers out of the journal. See engine_state.h. */
#include "cmd/engine_state.h"

#include <stdlib.h>
#include <string.h>

#include "alert/journal.h"
#include "alert/kept_text.h"
#include "alert/state_dir.h"
#include "alert/why.h"
#include "api/alert_json.h"
#include "api/silence_json.h"

/* systemd's StateDirectory=tocsin (systemd.exec(5)). */
#define SERVICE_FOLDER "/var/lib/tocsin"

struct old_state {
    struct journal_reader *reader;
    struct journal_state journal;
    struct label_table *table;
    VEC(struct silence) silences;
    int64_t now_ms;
};

static void old_state_release(struct old_state *state)
{
    VEC_EACH (&state->silences, struct silence, s) {
        silence_release(s);
    }
    vec_release(&state->silences);
    journal_state_release(&state->journal);
    journal_reader_close(state->reader);
    label_table_destroy(state->table);
}

static bool read_silence(struct old_state *state, const struct silence_record *r, struct error *err)
{
    struct silence s;
    silence_init(&s);
    if (!kept_matchers_read(r->matchers, &s, err)) {
        silence_release(&s);
        return error_wrap(err, "silence '%s'", r->id);
    }
    s.id = mem_strdup(r->id);
    s.starts_at_ms = r->starts_at_ms;
    s.ends_at_ms = r->ends_at_ms;
    s.updated_at_ms = r->updated_at_ms;
    s.end_when_resolved_ms = r->end_when_resolved_ms;
    s.quiet_since_ms = r->quiet_since_ms;
    s.created_by = mem_strdup(r->created_by);
    s.comment = mem_strdup(r->comment);
    vec_push(&state->silences, s);
    return true;
}

/* One's own state or, where there is none, a service's. */
static bool open_reader(struct old_state *state, const char *named, struct error *err)
{
    if (named != NULL) {
        state->reader = journal_open_reader(named, err);
        return state->reader != NULL;
    }
    char *folder = state_dir_find(err);
    state->reader = folder != NULL ? journal_open_reader(folder, err) : NULL;
    free(folder);
    if (state->reader == NULL && getenv("STATE_DIRECTORY") == NULL &&
        (err->kind == ERROR_NOT_FOUND || err->kind == ERROR_CONFIG)) {
        error_release(err);
        state->reader = journal_open_reader(SERVICE_FOLDER, err);
    }
    return state->reader != NULL;
}

static bool old_state_open(struct old_state *state, const char *folder, int64_t now_ms,
                           struct error *err)
{
    *state = (struct old_state){.now_ms = now_ms, .table = label_table_create()};
    if (!open_reader(state, folder, err) ||
        !journal_reader_load(state->reader, &state->journal, err)) {
        return false;
    }
    VEC_EACH (&state->journal.silences, struct silence_record, r) {
        if (!read_silence(state, r, err)) {
            return false;
        }
    }
    return true;
}

bool engine_state_age(const char *folder, int64_t now_ms, int64_t *age_ms, struct error *err)
{
    struct old_state state;
    bool ok = old_state_open(&state, folder, now_ms, err);
    int64_t alive_ms = ok ? state.journal.engine.alive_ms : 0;
    *age_ms = alive_ms != 0 && alive_ms <= now_ms ? now_ms - alive_ms : -1;
    old_state_release(&state);
    return ok;
}

/* --- alerts --- */

static const struct ack_record *ack_of(const struct old_state *state, const struct alert_record *r)
{
    VEC_EACH (&state->journal.acks, struct ack_record, ack) {
        if (ack->kind == ACK_TAKEN && strcmp(ack->rule, r->rule) == 0 &&
            strcmp(ack->labels, r->labels) == 0 &&
            (ack->expires_at_ms == 0 || ack->expires_at_ms > state->now_ms)) {
            return ack;
        }
    }
    return NULL;
}

/* As it was when the engine ended. */
static void add_alert(struct json_writer *w, const struct old_state *state,
                      const struct alert_record *r, const struct labels *labels)
{
    const struct ack_record *kept = ack_of(state, r);
    struct ack ack = {.by = NULL};
    VEC(const struct silence *) silences = {0};
    VEC_EACH (&state->silences, struct silence, s) {
        if (silence_state_at(s, state->now_ms) == SILENCE_ACTIVE && silence_matches(s, labels)) {
            vec_push(&silences, s);
        }
    }
    struct alert_info a = {
        .fingerprint = r->fingerprint,
        .labels = labels,
        .state = alert_status_state(&r->status),
        .fires = alert_status_fires(&r->status),
        .flapping = r->status.flapping,
        .severity = severity_of(labels_get(labels, STR("severity"))),
        .active_at = {r->status.active_at_ms},
        .fired_at = {r->status.fired_at_ms},
        .resolved_at = {r->status.resolved_at_ms},
        .unknown_since = {r->status.unknown ? r->status.frozen_since_ms : 0},
        .updated_at = {r->updated_at_ms},
        .fires_in_ms = -1,
        .value = r->value,
        .has_value = r->has_value,
        .rule = r->rule,
        .group = "",
        .file = "",
        .expr = "",
        .source = r->source,
        .reason = r->reason,
        .silences = silences.items,
        .silence_count = silences.len,
    };
    if (kept != NULL) {
        ack = (struct ack){kept->by, kept->note, {kept->at_ms}, {kept->expires_at_ms}};
        a.ack = &ack;
    }
    alert_json(w, &a);
    vec_release(&silences);
}

static bool add_alerts(struct json_writer *w, const struct old_state *state,
                       const struct silence *filter, struct error *err)
{
    bool ok = true;
    json_writer_key(w, "alerts");
    json_writer_array(w);
    VEC_EACH (&state->journal.alerts, struct alert_record, r) {
        struct labels *labels = ok ? kept_labels_read(r->labels, state->table, err) : NULL;
        ok = labels != NULL;
        if (ok && (filter->matchers.len == 0 || silence_matches(filter, labels))) {
            add_alert(w, state, r, labels);
        }
        labels_unref(labels);
    }
    json_writer_end(w);
    return ok;
}

/* --- silences and why --- */

static void add_silences(struct json_writer *w, const struct old_state *state, bool expired)
{
    json_writer_key(w, "silences");
    json_writer_array(w);
    VEC_EACH (&state->silences, struct silence, s) {
        if (expired || silence_state_at(s, state->now_ms) != SILENCE_EXPIRED) {
            silence_json(w, s, (struct wall){state->now_ms});
        }
    }
    json_writer_end(w);
}

struct why_reading {
    struct why why;
    struct why_question question;
    struct error err;
    bool ok;
};

static void ledger_read(void *user, const struct transition_record *list, size_t count,
                        const struct error *err)
{
    struct why_reading *reading = user;
    VEC(struct transition) ledger = {0};
    for (size_t i = 0; err == NULL && i < count; i++) {
        const struct transition t = {.at = {list[i].at_ms},
                                     .rule = list[i].rule,
                                     .alertname = list[i].alertname,
                                     .fingerprint = list[i].fingerprint,
                                     .labels = list[i].labels,
                                     .from = list[i].from,
                                     .to = list[i].to,
                                     .value = list[i].value,
                                     .has_value = list[i].has_value,
                                     .reason = list[i].reason,
                                     .who = list[i].who};
        vec_push(&ledger, t);
    }
    if (err != NULL) {
        error_copy(&reading->err, err);
    } else {
        reading->ok = why_build(&reading->why, NULL, &reading->question, ledger.items, ledger.len,
                                &reading->err);
    }
    vec_release(&ledger);
}

/* Nothing is known but what the ledger tells: the rules are in the head of an engine. */
static bool add_why(struct json_writer *w, const struct old_state *state,
                    const struct engine_question *q, const struct silence *filter,
                    struct error *err)
{
    struct why_reading reading = {
        .question = {.rule = q->rule, .filter = filter, .now = {state->now_ms}, .at = {q->at_ms}}};
    const struct transition_filter wanted = why_filter(&reading.question);
    const struct journal_filter ledger = {
        .to_ms = wanted.to.ms, .rule = wanted.rule, .limit = wanted.limit};
    why_init(&reading.why);
    bool ok = journal_reader_transitions(state->reader, &ledger, ledger_read, &reading, err);
    if (ok && !reading.ok) {
        ok = error_move(err, &reading.err);
    }
    json_writer_key(w, "why");
    why_json(w, &reading.why);
    error_release(&reading.err);
    why_release(&reading.why);
    return ok;
}

bool engine_state_answer(const char *folder, const struct engine_question *question,
                         const struct silence *filter, int64_t now_ms, struct strbuf *out,
                         struct error *err)
{
    struct old_state state;
    struct json_writer w;
    bool ok = old_state_open(&state, folder, now_ms, err);
    json_writer_init(&w, out);
    json_writer_object(&w);
    if (ok) {
        json_writer_key(&w, "fromDisk");
        json_writer_time(&w, (struct wall){state.journal.engine.alive_ms});
        json_writer_key(&w, "now");
        json_writer_time(&w, (struct wall){now_ms});
    }
    if (ok && question->about == ENGINE_ALERTS) {
        ok = add_alerts(&w, &state, filter, err);
    } else if (ok && question->about == ENGINE_SILENCES) {
        add_silences(&w, &state, question->expired);
    } else if (ok) {
        ok = add_why(&w, &state, question, filter, err);
    }
    json_writer_end(&w);
    old_state_release(&state);
    return ok && json_writer_finish(&w, err);
}
