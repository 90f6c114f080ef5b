/* See silence_json.h. */
#include "api/silence_json.h"

#include "api/alert_json.h"
#include "api/member.h"
#include "base/timestamp.h"

static void add_matcher(struct json_writer *w, const struct matcher *m)
{
    json_writer_object(w);
    alert_json_text(w, "name", m->name);
    alert_json_text(w, "value", m->value);
    json_writer_key(w, "isRegex");
    json_writer_bool(w, m->op == MATCH_REGEX || m->op == MATCH_NOT_REGEX);
    json_writer_key(w, "isEqual");
    json_writer_bool(w, m->op == MATCH_EQUAL || m->op == MATCH_REGEX);
    json_writer_end(w);
}

void silence_json(struct json_writer *w, const struct silence *s, struct wall now)
{
    json_writer_object(w);
    alert_json_text(w, "id", s->id);
    json_writer_key(w, "status");
    json_writer_object(w);
    alert_json_text(w, "state", silence_state_name(silence_state_at(s, now.ms)));
    json_writer_end(w);
    json_writer_key(w, "updatedAt");
    json_writer_time(w, (struct wall){s->updated_at_ms});
    alert_json_text(w, "comment", s->comment != NULL ? s->comment : "");
    alert_json_text(w, "createdBy", s->created_by != NULL ? s->created_by : "");
    json_writer_key(w, "startsAt");
    json_writer_time(w, (struct wall){s->starts_at_ms});
    json_writer_key(w, "endsAt");
    json_writer_time(w, (struct wall){s->ends_at_ms});
    json_writer_key(w, "annotations");
    json_writer_object(w);
    json_writer_end(w);
    json_writer_key(w, "matchers");
    json_writer_array(w);
    VEC_EACH (&s->matchers, struct matcher, m) {
        add_matcher(w, m);
    }
    json_writer_end(w);
    json_writer_key(w, "tocsin");
    json_writer_object(w);
    alert_json_seconds(w, "endWhenResolvedSeconds", s->end_when_resolved_ms);
    alert_json_time(w, "quietSince", (struct wall){s->quiet_since_ms});
    alert_json_text(w, "source", s->source);
    json_writer_end(w);
    json_writer_end(w);
}

static bool read_flag(struct json object, const char *key, bool otherwise, bool *out,
                      struct error *err)
{
    struct json value = json_member(object, str_from(key));
    *out = json_kind(value) == JSON_KIND_BOOL ? json_bool(value) : otherwise;
    return json_kind(value) == JSON_KIND_BOOL || json_kind(value) == JSON_KIND_MISSING ||
           json_kind(value) == JSON_KIND_NULL ||
           error_set(err, ERROR_TYPE, "'%s' of a matcher is neither true nor false", key);
}

static bool read_matcher(struct silence *s, struct json object, struct error *err)
{
    struct str name;
    struct str value;
    bool regex;
    bool equal;
    if (json_kind(object) != JSON_KIND_OBJECT) {
        return error_set(err, ERROR_TYPE, "a matcher is not an object");
    }
    if (!member_text(object, "name", &name, err) || !member_text(object, "value", &value, err) ||
        !read_flag(object, "isRegex", false, &regex, err) ||
        !read_flag(object, "isEqual", true, &equal, err)) {
        return false;
    }
    if (name.len == 0) {
        return error_set(err, ERROR_CONFIG, "a matcher without a name");
    }
    if (name.len > LABELS_MAX_VALUE || value.len > LABELS_MAX_VALUE) {
        return error_set(err, ERROR_LIMIT, "a matcher of more than %d bytes", LABELS_MAX_VALUE);
    }
    enum matcher_op op =
        regex ? (equal ? MATCH_REGEX : MATCH_NOT_REGEX) : (equal ? MATCH_EQUAL : MATCH_NOT_EQUAL);
    struct matcher m;
    if (!matcher_init(&m, op, name, value, err)) {
        matcher_release(&m);
        return error_wrap(err, "matcher of '%.*s'", STR_ARG(name));
    }
    vec_push(&s->matchers, m);
    return true;
}

static bool read_matchers(struct silence *s, struct json list, struct error *err)
{
    if (json_kind(list) != JSON_KIND_ARRAY && json_kind(list) != JSON_KIND_MISSING) {
        return error_set(err, ERROR_TYPE, "'matchers' is not a list");
    }
    size_t count = json_size(list);
    if (count > SILENCE_MAX_MATCHERS) {
        return error_set(err, ERROR_LIMIT, "%zu matchers; at most %d are allowed", count,
                         SILENCE_MAX_MATCHERS);
    }
    for (size_t i = 0; i < count; i++) {
        if (!read_matcher(s, json_item(list, i), err)) {
            return false;
        }
    }
    return true;
}

static bool read_time(struct json object, const char *key, int64_t *ms, struct error *err)
{
    struct str text;
    if (!member_text(object, key, &text, err)) {
        return false;
    }
    return text.len == 0 || timestamp_parse(text, ms) ||
           error_set(err, ERROR_SYNTAX, "'%s' is not a time: '%.*s'", key, STR_ARG(text));
}

/* An empty text is one that was not given. */
static bool read_text(struct json object, const char *key, char **out, struct error *err)
{
    struct str text;
    if (!member_text(object, key, &text, err)) {
        return false;
    }
    *out = text.len != 0 ? str_dup(text) : NULL;
    return true;
}

static bool read_own(struct silence *s, struct json own, struct error *err)
{
    double seconds = 0;
    struct json after = json_member(own, STR("endWhenResolvedSeconds"));
    if (json_kind(after) == JSON_KIND_NUMBER) {
        seconds = json_number(after);
    } else if (json_kind(after) != JSON_KIND_MISSING && json_kind(after) != JSON_KIND_NULL) {
        return error_set(err, ERROR_TYPE, "'endWhenResolvedSeconds' is not a number");
    }
    if (!timestamp_from_seconds(seconds, &s->end_when_resolved_ms)) {
        return error_set(err, ERROR_LIMIT, "'endWhenResolvedSeconds' is too large");
    }
    return read_text(own, "source", &s->source, err);
}

bool silence_json_read(struct silence *s, struct json object, struct wall now, struct error *err)
{
    s->updated_at_ms = now.ms;
    s->starts_at_ms = now.ms;
    if (!read_matchers(s, json_member(object, STR("matchers")), err) ||
        !read_time(object, "startsAt", &s->starts_at_ms, err) ||
        !read_time(object, "endsAt", &s->ends_at_ms, err) ||
        !read_text(object, "id", &s->id, err) ||
        !read_text(object, "createdBy", &s->created_by, err) ||
        !read_text(object, "comment", &s->comment, err)) {
        return false;
    }
    if (s->starts_at_ms < now.ms) {
        s->starts_at_ms = now.ms;
    }
    return read_own(s, json_member(object, STR("tocsin")), err);
}
