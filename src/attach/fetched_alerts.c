/* See fetched.h: alerts, and the silences beside them (api/alert_json.c, api/silence_json.c write
 * them). */
#include <math.h>
#include <string.h>

#include "api/alert_json.h"
#include "api/silence_json.h"
#include "attach/decode.h"
#include "attach/fetched.h"

void fetched_alerts_init(struct fetched_alerts *f)
{
    *f = (struct fetched_alerts){.version = NULL};
    arena_init(&f->arena);
}

void fetched_alerts_release(struct fetched_alerts *f)
{
    VEC_EACH (&f->labels, struct labels *, labels) {
        labels_unref(*labels);
    }
    VEC_EACH (&f->silences, struct silence, s) {
        silence_release(s);
    }
    vec_release(&f->alerts);
    vec_release(&f->labels);
    vec_release(&f->silences);
    vec_release(&f->hiding);
    arena_release(&f->arena);
}

static bool read_silence(struct fetched_alerts *f, struct json object, struct error *err)
{
    struct silence s;
    struct wall updated, quiet;
    silence_init(&s);
    /* At the beginning of time nothing has begun before now. */
    bool ok = silence_json_read(&s, object, (struct wall){0}, err) &&
              decode_time(object, "updatedAt", &updated, err) &&
              decode_time(json_member(object, STR("tocsin")), "quietSince", &quiet, err) &&
              (s.id != NULL || error_set(err, ERROR_PROTOCOL, "'id' is missing"));
    if (!ok) {
        silence_release(&s);
        return error_wrap(err, "a silence");
    }
    s.updated_at_ms = updated.ms;
    s.quiet_since_ms = quiet.ms;
    s.created_by = s.created_by != NULL ? s.created_by : mem_strdup("");
    s.comment = s.comment != NULL ? s.comment : mem_strdup("");
    vec_push(&f->silences, s);
    return true;
}

static bool read_state(struct json object, enum alert_state *out, struct error *err)
{
    static const enum alert_state states[] = {ALERT_INACTIVE, ALERT_PENDING, ALERT_FIRING,
                                              ALERT_UNKNOWN};
    struct str word;
    if (!json_get_str(object, "state", &word, err)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        if (str_equal_c(word, alert_state_name(states[i]))) {
            *out = states[i];
            return true;
        }
    }
    return error_set(err, ERROR_PROTOCOL, "'%.*s' is no state", STR_ARG(word));
}

static bool read_origin(struct json object, enum alert_origin *out, struct error *err)
{
    static const enum alert_origin origins[] = {ALERT_OF_TOCSIN, ALERT_OF_PROMETHEUS,
                                                ALERT_OF_ALERTMANAGER};
    struct str word;
    if (!json_get_str(object, "origin", &word, err)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(origins); i++) {
        if (str_equal_c(word, alert_origin_name(origins[i]))) {
            *out = origins[i];
            return true;
        }
    }
    return error_set(err, ERROR_PROTOCOL, "'%.*s' is no origin", STR_ARG(word));
}

/* JSON has no word for infinities: where the number is null, the text beside it tells. */
static bool read_value(struct json object, const char *key, const char *text_key, bool *has,
                       double *value, struct error *err)
{
    struct json number;
    struct str text = json_str(json_member(object, str_from(text_key)));
    *has = false;
    if (!decode_member(object, key, &number, err)) {
        return false;
    }
    *has = json_kind(number) == JSON_KIND_NUMBER || text.len != 0;
    *value = json_kind(number) == JSON_KIND_NUMBER ? json_number(number)
             : str_starts_with(text, STR("+Inf"))  ? (double)INFINITY
             : str_starts_with(text, STR("-Inf"))  ? -(double)INFINITY
             : *has                                ? (double)NAN
                                                   : 0;
    return true;
}

static bool read_values(struct fetched_alerts *f, struct json object, struct alert_info *a,
                        struct error *err)
{
    struct str unit;
    if (!read_value(object, "value", "valueText", &a->has_value, &a->value, err) ||
        !read_value(object, "threshold", "thresholdText", &a->has_threshold, &a->threshold, err) ||
        !decode_optional_text(object, "comparison", &f->arena, &a->comparison, err) ||
        !json_get_str(object, "unit", &unit, err)) {
        return false;
    }
    return unit_from_name(unit, &a->unit) ||
           error_set(err, ERROR_PROTOCOL, "'%.*s' is no unit", STR_ARG(unit));
}

static bool read_rule(struct fetched_alerts *f, struct json object, struct alert_info *a,
                      struct error *err)
{
    struct json rule;
    size_t line;
    if (!json_get(object, "rule", JSON_KIND_OBJECT, &rule, err) ||
        !decode_text(rule, "name", &f->arena, &a->rule, err) ||
        !decode_text(rule, "group", &f->arena, &a->group, err) ||
        !decode_text(rule, "file", &f->arena, &a->file, err) ||
        !decode_text(rule, "query", &f->arena, &a->expr, err) ||
        !decode_count(rule, "line", &line, err)) {
        return false;
    }
    a->line = (unsigned)line;
    return true;
}

static bool read_ack(struct fetched_alerts *f, struct json object, struct alert_info *a,
                     struct error *err)
{
    struct json value;
    const char *by, *note;
    struct ack ack;
    if (!decode_member(object, "ack", &value, err) || json_kind(value) == JSON_KIND_NULL) {
        return !error_is(err);
    }
    if (!decode_text(value, "by", &f->arena, &by, err) ||
        !decode_text(value, "note", &f->arena, &note, err) ||
        !decode_time(value, "at", &ack.at, err) ||
        !decode_time(value, "expiresAt", &ack.expires_at, err)) {
        return error_wrap(err, "an acknowledgement");
    }
    /* struct ack is the owner's elsewhere; here the arena is. */
    ack.by = (char *)(uintptr_t)by;
    ack.note = (char *)(uintptr_t)note;
    struct ack *kept = arena_new(&f->arena, struct ack);
    *kept = ack;
    a->ack = kept;
    return true;
}

static const struct silence *find_silence(const struct fetched_alerts *f, struct str id)
{
    VEC_EACH (&f->silences, const struct silence, s) {
        if (str_equal_c(id, s->id)) {
            return s;
        }
    }
    return NULL;
}

/* Pointers into `hiding` are set when it no longer grows. */
static bool read_hiding(struct fetched_alerts *f, struct json object, struct alert_info *a,
                        struct error *err)
{
    struct json list;
    if (!json_get(object, "silences", JSON_KIND_ARRAY, &list, err)) {
        return false;
    }
    a->silence_count = json_size(list);
    for (size_t i = 0; i < a->silence_count; i++) {
        struct str id = json_str(json_member(json_item(list, i), STR("id")));
        const struct silence *s = find_silence(f, id);
        if (s == NULL) {
            return error_set(err, ERROR_PROTOCOL, "there is no silence '%.*s'", STR_ARG(id));
        }
        vec_push(&f->hiding, s);
    }
    return true;
}

static bool read_labels(struct fetched_alerts *f, struct label_table *table, struct json object,
                        struct alert_info *a, struct error *err)
{
    struct json value;
    struct labels_builder b;
    if (!json_get(object, "labels", JSON_KIND_OBJECT, &value, err)) {
        return false;
    }
    labels_builder_init(&b, table);
    struct json_members it = json_members(value);
    while (json_next(&it)) {
        labels_builder_add(&b, it.key, json_str(it.value));
    }
    struct labels *labels = labels_builder_finish(&b, err);
    labels_builder_release(&b);
    if (labels == NULL) {
        return false;
    }
    vec_push(&f->labels, labels);
    a->labels = labels;
    return true;
}

static bool read_times(struct json object, struct alert_info *a, struct error *err)
{
    return decode_time(object, "updatedAt", &a->updated_at, err) &&
           decode_time(object, "activeAt", &a->active_at, err) &&
           decode_time(object, "firedAt", &a->fired_at, err) &&
           decode_time(object, "resolvedAt", &a->resolved_at, err) &&
           decode_time(object, "unknownSince", &a->unknown_since, err) &&
           decode_seconds(object, "forSeconds", 0, &a->for_ms, err) &&
           decode_seconds(object, "firesInSeconds", -1, &a->fires_in_ms, err);
}

static bool read_alert(struct fetched_alerts *f, struct label_table *table, struct json object,
                       struct alert_info *a, struct error *err)
{
    struct str severity;
    if (!decode_id(object, "id", &a->id, err) ||
        !decode_id(object, "fingerprint", &a->fingerprint, err) ||
        !read_labels(f, table, object, a, err) ||
        !decode_pairs(object, "annotations", &f->arena, &a->annotations, err) ||
        !read_origin(object, &a->origin, err) || !read_state(object, &a->state, err) ||
        !json_get_str(object, "severity", &severity, err) ||
        !json_get_bool(object, "fires", &a->fires, err) ||
        !json_get_bool(object, "flapping", &a->flapping, err) || !read_times(object, a, err) ||
        !read_values(f, object, a, err) || !read_rule(f, object, a, err) ||
        !decode_text(object, "source", &f->arena, &a->source, err) ||
        !decode_text(object, "reason", &f->arena, &a->reason, err) ||
        !read_ack(f, object, a, err) || !read_hiding(f, object, a, err) ||
        !decode_optional_text(object, "inhibitedBy", &f->arena, &a->inhibited_by, err) ||
        !json_get_bool(object, "mutedElsewhere", &a->muted_elsewhere, err)) {
        return error_wrap(err, "an alert");
    }
    a->severity = severity_of(severity); /* its name is one of the words */
    return true;
}

static void set_hiding(struct fetched_alerts *f)
{
    size_t at = 0;
    VEC_EACH (&f->alerts, struct alert_info, a) {
        a->silences = a->silence_count != 0 ? &f->hiding.items[at] : NULL;
        at += a->silence_count;
    }
}

bool fetched_alerts_read(struct fetched_alerts *f, struct label_table *table, struct json root,
                         struct error *err)
{
    struct json alerts, silences;
    if (!json_get(root, "alerts", JSON_KIND_ARRAY, &alerts, err) ||
        !json_get(root, "silences", JSON_KIND_ARRAY, &silences, err) ||
        !decode_text(root, "version", &f->arena, &f->version, err) ||
        !decode_optional_text(root, "problem", &f->arena, &f->problem, err) ||
        !decode_time(root, "lastCycle", &f->last_cycle, err)) {
        return false;
    }
    for (size_t i = 0; i < json_size(silences); i++) {
        if (!read_silence(f, json_item(silences, i), err)) {
            return false;
        }
    }
    for (size_t i = 0; i < json_size(alerts); i++) {
        struct alert_info a = {.silences = NULL};
        if (!read_alert(f, table, json_item(alerts, i), &a, err)) {
            return false;
        }
        vec_push(&f->alerts, a);
    }
    set_hiding(f);
    return true;
}
