/* Why, as JSON. See why.h. */
#include <inttypes.h>
#include <stdio.h>

#include "alert/why.h"

static void add_text(struct json_writer *w, const char *key, const char *text)
{
    json_writer_key(w, key);
    json_writer_text(w, text);
}

static void add_time(struct json_writer *w, const char *key, int64_t ms)
{
    json_writer_key(w, key);
    if (ms == 0) {
        json_writer_null(w);
    } else {
        json_writer_time(w, (struct wall){ms});
    }
}

static void add_seconds(struct json_writer *w, const char *key, int64_t ms)
{
    json_writer_key(w, key);
    json_writer_number(w, (double)ms / 1000);
}

static void add_bool(struct json_writer *w, const char *key, bool yes)
{
    json_writer_key(w, key);
    json_writer_bool(w, yes);
}

static void add_id(struct json_writer *w, const char *key, uint64_t id)
{
    char text[17];
    int len = snprintf(text, sizeof(text), "%016" PRIx64, id);
    json_writer_key(w, key);
    json_writer_str(w, str_span(text, (size_t)len));
}

/* As Prometheus' API gives samples, so that no value is lost; null where there is none. */
static void add_value(struct json_writer *w, const char *key, bool has, double value)
{
    json_writer_key(w, key);
    if (has) {
        json_writer_sample(w, value);
    } else {
        json_writer_null(w);
    }
}

static void add_hidden(struct json_writer *w, const struct why_alert *a)
{
    json_writer_key(w, "ack");
    if (a->acked_by == NULL) {
        json_writer_null(w);
    } else {
        json_writer_object(w);
        add_text(w, "by", a->acked_by);
        add_text(w, "note", a->ack_note);
        add_time(w, "at", a->acked_at_ms);
        add_time(w, "expiresAt", a->ack_expires_ms);
        json_writer_end(w);
    }
    json_writer_key(w, "silences");
    json_writer_array(w);
    for (size_t i = 0; i < a->silence_count; i++) {
        json_writer_object(w);
        add_text(w, "id", a->silences[i].id);
        add_text(w, "createdBy", a->silences[i].by);
        add_text(w, "comment", a->silences[i].comment);
        add_time(w, "endsAt", a->silences[i].ends_at_ms);
        json_writer_end(w);
    }
    json_writer_end(w);
    add_text(w, "inhibitedBy", a->inhibited_by);
    add_bool(w, "mutedElsewhere", a->muted_elsewhere);
}

static void add_events(struct json_writer *w, const struct why_alert *a)
{
    json_writer_key(w, "events");
    json_writer_array(w);
    for (size_t i = 0; i < a->event_count; i++) {
        const struct why_event *e = &a->events[i];
        json_writer_object(w);
        add_time(w, "at", e->at_ms);
        add_text(w, "from", e->from);
        add_text(w, "to", e->to);
        add_value(w, "value", e->has_value, e->value);
        add_text(w, "reason", e->reason);
        add_text(w, "who", e->who);
        json_writer_end(w);
    }
    json_writer_end(w);
}

static void add_alert(struct json_writer *w, const struct why_alert *a)
{
    json_writer_object(w);
    add_id(w, "id", a->id);
    add_id(w, "fingerprint", a->fingerprint);
    add_text(w, "labels", a->labels);
    add_text(w, "origin", a->origin);
    add_text(w, "state", a->state);
    add_text(w, "severity", a->severity);
    add_bool(w, "fires", a->fires);
    add_bool(w, "flapping", a->flapping);
    add_value(w, "value", a->has_value, a->value);
    add_value(w, "threshold", a->has_threshold, a->threshold);
    add_text(w, "comparison", a->comparison);
    add_text(w, "unit", unit_name(a->unit));
    add_time(w, "activeAt", a->active_at_ms);
    add_time(w, "firedAt", a->fired_at_ms);
    add_time(w, "resolvedAt", a->resolved_at_ms);
    add_time(w, "unknownSince", a->unknown_since_ms);
    add_seconds(w, "forSeconds", a->for_ms);
    json_writer_key(w, "firesInSeconds");
    if (a->fires_in_ms < 0) {
        json_writer_null(w);
    } else {
        json_writer_number(w, (double)a->fires_in_ms / 1000);
    }
    add_text(w, "reason", a->reason);
    add_hidden(w, a);
    add_events(w, a);
    json_writer_end(w);
}

static void add_rule(struct json_writer *w, const struct why_rule *r)
{
    json_writer_object(w);
    add_text(w, "name", r->name);
    add_text(w, "type", r->alerting ? "alerting" : "recording");
    add_bool(w, "loaded", r->known);
    add_text(w, "group", r->group);
    add_text(w, "file", r->file);
    json_writer_key(w, "line");
    json_writer_int(w, r->line);
    add_text(w, "source", r->source);
    add_text(w, "query", r->expr);
    add_text(w, "recover", r->recover);
    add_seconds(w, "intervalSeconds", r->interval_ms);
    add_seconds(w, "forSeconds", r->for_ms);
    add_seconds(w, "keepFiringForSeconds", r->keep_firing_for_ms);
    add_text(w, "health", r->health);
    add_text(w, "error", r->error);
    add_text(w, "note", r->note);
    add_time(w, "lastEvaluation", r->evaluated_ms);
    add_time(w, "nextEvaluation", r->next_ms);
    json_writer_key(w, "evaluationSeconds");
    json_writer_number(w, (double)r->duration_us / 1e6);
    json_writer_key(w, "missed");
    json_writer_int(w, (int64_t)r->missed);
    json_writer_key(w, "alerts");
    json_writer_array(w);
    VEC_EACH (&r->alerts, struct why_alert *, a) {
        add_alert(w, *a);
    }
    json_writer_end(w);
    json_writer_end(w);
}

void why_json(struct json_writer *w, const struct why *why)
{
    json_writer_object(w);
    add_time(w, "now", why->now_ms);
    add_time(w, "at", why->at_ms);
    add_bool(w, "past", why->past);
    add_bool(w, "ledgerOnly", why->ledger_only);
    json_writer_key(w, "rules");
    json_writer_array(w);
    VEC_EACH (&why->rules, struct why_rule, r) {
        add_rule(w, r);
    }
    json_writer_end(w);
    json_writer_end(w);
}
