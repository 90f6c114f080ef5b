/* See why_read.h: alert/why_json.c the other way round. */
#include "cmd/why_read.h"

#include "base/number.h"
#include "base/timestamp.h"

/* NULL where it is missing or null. */
static const char *text_or_null(struct why *why, struct json object, const char *key)
{
    struct json value = json_member(object, str_from(key));
    return json_kind(value) == JSON_KIND_STRING ? arena_str(&why->arena, json_str(value)).data
                                                : NULL;
}

static const char *text(struct why *why, struct json object, const char *key)
{
    const char *found = text_or_null(why, object, key);
    return found != NULL ? found : "";
}

static int64_t moment(struct json object, const char *key)
{
    int64_t ms = 0;
    return timestamp_parse(json_str(json_member(object, str_from(key))), &ms) ? ms : 0;
}

static int64_t seconds(struct json object, const char *key, int64_t otherwise)
{
    struct json value = json_member(object, str_from(key));
    int64_t ms;
    bool known =
        json_kind(value) == JSON_KIND_NUMBER && timestamp_from_seconds(json_number(value), &ms);
    return known ? ms : otherwise;
}

static bool flag(struct json object, const char *key)
{
    return json_bool(json_member(object, str_from(key)));
}

static bool sample(struct json object, const char *key, double *out)
{
    return number_parse(json_str(json_member(object, str_from(key))), out);
}

/* 0 where it is none. */
static uint64_t hexadecimal(struct json object, const char *key)
{
    struct str digits = json_str(json_member(object, str_from(key)));
    uint64_t id = 0;
    for (size_t i = 0; i < digits.len; i++) {
        char c = digits.data[i];
        bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        if (!digit || digits.len > 16) {
            return 0;
        }
        id = id << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return id;
}

static void read_events(struct why *why, struct why_alert *a, struct json list)
{
    size_t count = json_size(list);
    a->event_count = count < WHY_MAX_EVENTS ? count : WHY_MAX_EVENTS;
    a->events = arena_array(&why->arena, struct why_event, a->event_count + 1);
    for (size_t i = 0; i < a->event_count; i++) {
        struct json event = json_item(list, i);
        a->events[i] = (struct why_event){.at_ms = moment(event, "at"),
                                          .from = text(why, event, "from"),
                                          .to = text(why, event, "to"),
                                          .reason = text(why, event, "reason"),
                                          .who = text(why, event, "who")};
        a->events[i].has_value = sample(event, "value", &a->events[i].value);
    }
}

static void read_hidden(struct why *why, struct why_alert *a, struct json object)
{
    struct json ack = json_member(object, STR("ack"));
    struct json silences = json_member(object, STR("silences"));
    a->acked_by = text_or_null(why, ack, "by");
    a->ack_note = text_or_null(why, ack, "note");
    a->acked_at_ms = moment(ack, "at");
    a->ack_expires_ms = moment(ack, "expiresAt");
    a->inhibited_by = text_or_null(why, object, "inhibitedBy");
    a->muted_elsewhere = flag(object, "mutedElsewhere");
    a->silence_count = json_size(silences);
    a->silences = arena_array(&why->arena, struct why_silence, a->silence_count + 1);
    for (size_t i = 0; i < a->silence_count; i++) {
        struct json silence = json_item(silences, i);
        a->silences[i] = (struct why_silence){.id = text(why, silence, "id"),
                                              .by = text(why, silence, "createdBy"),
                                              .comment = text(why, silence, "comment"),
                                              .ends_at_ms = moment(silence, "endsAt")};
    }
}

static struct why_alert *read_alert(struct why *why, struct json object)
{
    struct why_alert *a = arena_new(&why->arena, struct why_alert);
    *a = (struct why_alert){.id = hexadecimal(object, "id"),
                            .fingerprint = hexadecimal(object, "fingerprint"),
                            .labels = text(why, object, "labels"),
                            .origin = text_or_null(why, object, "origin"),
                            .state = text(why, object, "state"),
                            .severity = text_or_null(why, object, "severity"),
                            .fires = flag(object, "fires"),
                            .flapping = flag(object, "flapping"),
                            .comparison = text_or_null(why, object, "comparison"),
                            .active_at_ms = moment(object, "activeAt"),
                            .fired_at_ms = moment(object, "firedAt"),
                            .resolved_at_ms = moment(object, "resolvedAt"),
                            .unknown_since_ms = moment(object, "unknownSince"),
                            .for_ms = seconds(object, "forSeconds", 0),
                            .fires_in_ms = seconds(object, "firesInSeconds", -1),
                            .reason = text(why, object, "reason")};
    a->has_value = sample(object, "value", &a->value);
    a->has_threshold = sample(object, "threshold", &a->threshold);
    if (!unit_from_name(json_str(json_member(object, STR("unit"))), &a->unit)) {
        a->unit = UNIT_COUNT;
    }
    read_hidden(why, a, object);
    read_events(why, a, json_member(object, STR("events")));
    return a;
}

static void read_rule(struct why *why, struct json object)
{
    struct json alerts = json_member(object, STR("alerts"));
    struct why_rule rule = {
        .known = flag(object, "loaded"),
        .alerting = str_equal_c(json_str(json_member(object, STR("type"))), "alerting"),
        .name = text(why, object, "name"),
        .group = text(why, object, "group"),
        .file = text(why, object, "file"),
        .line = (unsigned)json_number(json_member(object, STR("line"))),
        .source = text(why, object, "source"),
        .expr = text(why, object, "query"),
        .recover = text_or_null(why, object, "recover"),
        .health = text_or_null(why, object, "health"),
        .error = text(why, object, "error"),
        .note = text(why, object, "note"),
        .interval_ms = seconds(object, "intervalSeconds", 0),
        .for_ms = seconds(object, "forSeconds", 0),
        .keep_firing_for_ms = seconds(object, "keepFiringForSeconds", 0),
        .evaluated_ms = moment(object, "lastEvaluation"),
        .next_ms = moment(object, "nextEvaluation"),
        .duration_us = (int64_t)(json_number(json_member(object, STR("evaluationSeconds"))) * 1e6),
        .missed = (uint64_t)json_number(json_member(object, STR("missed")))};
    for (size_t i = 0; i < json_size(alerts); i++) {
        vec_push(&rule.alerts, read_alert(why, json_item(alerts, i)));
    }
    vec_push(&why->rules, rule);
}

bool why_read(struct why *why, struct json answer, struct error *err)
{
    struct json rules;
    struct json from = json_member(answer, STR("why"));
    if (!json_get(from, "rules", JSON_KIND_ARRAY, &rules, err)) {
        return error_wrap(err, "the answer of the engine");
    }
    why->now_ms = moment(from, "now");
    why->at_ms = moment(from, "at");
    why->past = flag(from, "past");
    why->ledger_only = flag(from, "ledgerOnly");
    for (size_t i = 0; i < json_size(rules); i++) {
        read_rule(why, json_item(rules, i));
    }
    return true;
}
