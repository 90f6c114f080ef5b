/* See alert_json.h. */
#include "api/alert_json.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

/* Alertmanager's resolve_timeout: how far ahead it sets the end of what still fires. */
#define ENDS_AHEAD_MS ((int64_t)5 * 60 * 1000)

const char *alert_origin_name(enum alert_origin origin)
{
    switch (origin) {
    case ALERT_OF_TOCSIN:
        return "tocsin";
    case ALERT_OF_PROMETHEUS:
        return "prometheus";
    case ALERT_OF_ALERTMANAGER:
        return "alertmanager";
    }
    assert(false);
    return "";
}

void alert_json_labels(struct json_writer *w, const struct labels *labels)
{
    json_writer_object(w);
    for (size_t i = 0; i < labels_count(labels); i++) {
        struct label label = labels_at(labels, i);
        json_writer_key_str(w, label.name);
        json_writer_str(w, label.value);
    }
    json_writer_end(w);
}

void alert_json_pairs(struct json_writer *w, const struct rule_pairs *pairs)
{
    json_writer_object(w);
    for (size_t i = 0; i < pairs->count; i++) {
        json_writer_key_str(w, pairs->items[i].name);
        json_writer_str(w, pairs->items[i].value);
    }
    json_writer_end(w);
}

void alert_json_time(struct json_writer *w, const char *key, struct wall t)
{
    json_writer_key(w, key);
    if (t.ms == 0) {
        json_writer_null(w);
    } else {
        json_writer_time(w, t);
    }
}

void alert_json_id(struct json_writer *w, const char *key, uint64_t id)
{
    char text[17];
    int len = snprintf(text, sizeof(text), "%016" PRIx64, id);
    json_writer_key(w, key);
    json_writer_str(w, str_span(text, (size_t)len));
}

void alert_json_text(struct json_writer *w, const char *key, const char *text)
{
    json_writer_key(w, key);
    json_writer_text(w, text);
}

void alert_json_seconds(struct json_writer *w, const char *key, int64_t ms)
{
    json_writer_key(w, key);
    json_writer_number(w, (double)ms / 1000);
}

/* The number, and how it reads in its unit: JSON has no word for infinities. */
static void add_value(struct json_writer *w, const char *key, const char *text_key, bool has,
                      double value, enum unit unit)
{
    json_writer_key(w, key);
    if (!has) {
        json_writer_null(w);
        return;
    }
    struct strbuf text = STRBUF_INIT;
    json_writer_number(w, value);
    unit_format_long(&text, value, unit);
    alert_json_text(w, text_key, strbuf_cstr(&text));
    strbuf_release(&text);
}

static void add_ack(struct json_writer *w, const struct ack *ack)
{
    json_writer_key(w, "ack");
    if (ack == NULL) {
        json_writer_null(w);
        return;
    }
    json_writer_object(w);
    alert_json_text(w, "by", ack->by);
    alert_json_text(w, "note", ack->note);
    alert_json_time(w, "at", ack->at);
    alert_json_time(w, "expiresAt", ack->expires_at);
    json_writer_end(w);
}

static void add_silences(struct json_writer *w, const struct alert_info *a)
{
    json_writer_key(w, "silences");
    json_writer_array(w);
    for (size_t i = 0; i < a->silence_count; i++) {
        const struct silence *s = a->silences[i];
        json_writer_object(w);
        alert_json_text(w, "id", s->id);
        alert_json_text(w, "createdBy", s->created_by);
        alert_json_text(w, "comment", s->comment);
        alert_json_time(w, "endsAt", (struct wall){s->ends_at_ms});
        json_writer_end(w);
    }
    json_writer_end(w);
}

static void add_rule(struct json_writer *w, const struct alert_info *a)
{
    json_writer_key(w, "rule");
    json_writer_object(w);
    alert_json_text(w, "name", a->rule);
    alert_json_text(w, "group", a->group);
    alert_json_text(w, "file", a->file);
    json_writer_key(w, "line");
    json_writer_int(w, a->line);
    alert_json_text(w, "query", a->expr);
    json_writer_end(w);
}

/* What Alertmanager's shape has no place for. */
static void add_own(struct json_writer *w, const struct alert_info *a)
{
    alert_json_id(w, "id", a->id);
    alert_json_text(w, "origin", alert_origin_name(a->origin));
    alert_json_text(w, "state", alert_state_name(a->state));
    alert_json_text(w, "severity", severity_name(a->severity));
    json_writer_key(w, "fires");
    json_writer_bool(w, a->fires);
    json_writer_key(w, "flapping");
    json_writer_bool(w, a->flapping);
    alert_json_time(w, "activeAt", a->active_at);
    alert_json_time(w, "firedAt", a->fired_at);
    alert_json_time(w, "resolvedAt", a->resolved_at);
    alert_json_time(w, "unknownSince", a->unknown_since);
    alert_json_seconds(w, "forSeconds", a->for_ms);
    json_writer_key(w, "firesInSeconds");
    if (a->fires_in_ms < 0) {
        json_writer_null(w);
    } else {
        json_writer_number(w, (double)a->fires_in_ms / 1000);
    }
    add_value(w, "value", "valueText", a->has_value, a->value, a->unit);
    add_value(w, "threshold", "thresholdText", a->has_threshold, a->threshold, a->unit);
    alert_json_text(w, "comparison", a->has_threshold ? a->comparison : NULL);
    alert_json_text(w, "unit", unit_name(a->unit));
    add_rule(w, a);
    alert_json_text(w, "source", a->source);
    alert_json_text(w, "reason", a->reason);
    add_ack(w, a->ack);
    add_silences(w, a);
    alert_json_text(w, "inhibitedBy", a->inhibited_by);
    json_writer_key(w, "mutedElsewhere");
    json_writer_bool(w, a->muted_elsewhere);
}

static void add_status(struct json_writer *w, const struct alert_info *a)
{
    bool hidden = a->silence_count != 0 || a->inhibited_by != NULL || a->muted_elsewhere;
    json_writer_key(w, "status");
    json_writer_object(w);
    alert_json_text(w, "state", hidden ? "suppressed" : "active");
    json_writer_key(w, "silencedBy");
    json_writer_array(w);
    for (size_t i = 0; i < a->silence_count; i++) {
        json_writer_text(w, a->silences[i]->id);
    }
    json_writer_end(w);
    json_writer_key(w, "inhibitedBy");
    json_writer_array(w);
    if (a->inhibited_by != NULL) {
        json_writer_text(w, a->inhibited_by);
    }
    json_writer_end(w);
    json_writer_key(w, "mutedBy");
    json_writer_array(w);
    json_writer_end(w);
    json_writer_end(w);
}

void alert_json_v2(struct json_writer *w, const struct alert_info *a, struct wall now)
{
    struct wall ends = {a->resolved_at.ms != 0 ? a->resolved_at.ms : now.ms + ENDS_AHEAD_MS};
    json_writer_object(w);
    json_writer_key(w, "annotations");
    alert_json_pairs(w, &a->annotations);
    json_writer_key(w, "endsAt");
    json_writer_time(w, ends);
    alert_json_id(w, "fingerprint", a->fingerprint);
    json_writer_key(w, "receivers");
    json_writer_array(w);
    json_writer_end(w);
    json_writer_key(w, "startsAt");
    json_writer_time(w, a->fired_at.ms != 0 ? a->fired_at : a->active_at);
    add_status(w, a);
    json_writer_key(w, "updatedAt");
    json_writer_time(w, a->updated_at);
    alert_json_text(w, "generatorURL", "");
    json_writer_key(w, "labels");
    alert_json_labels(w, a->labels);
    json_writer_key(w, "tocsin");
    json_writer_object(w);
    add_own(w, a);
    json_writer_end(w);
    json_writer_end(w);
}

void alert_json(struct json_writer *w, const struct alert_info *a)
{
    json_writer_object(w);
    alert_json_id(w, "fingerprint", a->fingerprint);
    json_writer_key(w, "labels");
    alert_json_labels(w, a->labels);
    json_writer_key(w, "annotations");
    alert_json_pairs(w, &a->annotations);
    alert_json_time(w, "updatedAt", a->updated_at);
    add_own(w, a);
    json_writer_end(w);
}

void alert_json_v1(struct json_writer *w, const struct alert_info *a)
{
    json_writer_object(w);
    json_writer_key(w, "labels");
    alert_json_labels(w, a->labels);
    json_writer_key(w, "annotations");
    alert_json_pairs(w, &a->annotations);
    alert_json_text(w, "state", a->fires ? "firing" : "pending");
    json_writer_key(w, "activeAt");
    json_writer_time(w, a->active_at);
    json_writer_key(w, "value");
    if (a->has_value) {
        json_writer_sample(w, a->value);
    } else {
        json_writer_text(w, "NaN");
    }
    json_writer_end(w);
}

void alert_json_counts(struct json_writer *w, const struct alert_counts *counts)
{
    const struct {
        const char *key;
        size_t count;
    } rows[] = {
        {"critical", counts->critical},
        {"warning", counts->warning},
        {"info", counts->info},
        {"unacknowledged", counts->unacknowledged},
        {"acknowledged", counts->acknowledged},
        {"pending", counts->pending},
        {"unknown", counts->unknown},
        {"silenced", counts->silenced},
        {"resolved", counts->resolved},
    };
    json_writer_object(w);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        json_writer_key(w, rows[i].key);
        json_writer_int(w, (int64_t)rows[i].count);
    }
    json_writer_end(w);
}
