/* See decode.h. */
#include "attach/decode.h"

#include "api/member.h"
#include "base/timestamp.h"

bool decode_member(struct json object, const char *key, struct json *out, struct error *err)
{
    *out = json_member(object, str_from(key));
    return json_kind(*out) != JSON_KIND_MISSING ||
           error_set(err, ERROR_PROTOCOL, "'%s' is missing", key);
}

bool decode_text(struct json object, const char *key, struct arena *arena, const char **out,
                 struct error *err)
{
    struct str text;
    struct json value;
    if (!decode_member(object, key, &value, err) || !member_text(object, key, &text, err)) {
        return false;
    }
    *out = arena_str(arena, text).data;
    return true;
}

static bool is_there(struct json value)
{
    return json_kind(value) != JSON_KIND_MISSING && json_kind(value) != JSON_KIND_NULL;
}

bool decode_optional_text(struct json object, const char *key, struct arena *arena,
                          const char **out, struct error *err)
{
    *out = NULL;
    return !is_there(json_member(object, str_from(key))) ||
           decode_text(object, key, arena, out, err);
}

bool decode_time(struct json object, const char *key, struct wall *out, struct error *err)
{
    struct str text;
    *out = (struct wall){0};
    if (!member_text(object, key, &text, err)) {
        return false;
    }
    return text.len == 0 || timestamp_parse(text, &out->ms) ||
           error_set(err, ERROR_PROTOCOL, "'%s' is not a time: '%.*s'", key, STR_ARG(text));
}

bool decode_seconds(struct json object, const char *key, int64_t otherwise, int64_t *out_ms,
                    struct error *err)
{
    struct json value;
    *out_ms = otherwise;
    if (!decode_member(object, key, &value, err)) {
        return false;
    }
    if (json_kind(value) == JSON_KIND_NULL) {
        return true;
    }
    return (json_kind(value) == JSON_KIND_NUMBER &&
            timestamp_from_seconds(json_number(value), out_ms)) ||
           error_set(err, ERROR_PROTOCOL, "'%s' is not a number of seconds", key);
}

bool decode_count(struct json object, const char *key, size_t *out, struct error *err)
{
    int64_t count;
    if (!json_get_int(object, key, &count, err)) {
        return false;
    }
    *out = (size_t)count;
    return count >= 0 || error_set(err, ERROR_PROTOCOL, "'%s' is negative", key);
}

bool decode_id(struct json object, const char *key, uint64_t *out, struct error *err)
{
    struct str text;
    *out = 0;
    if (!json_get_str(object, key, &text, err)) {
        return false;
    }
    bool ok = text.len == 16;
    for (size_t i = 0; ok && i < text.len; i++) {
        char c = text.data[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        ok = digit >= 0;
        *out = *out << 4 | (uint64_t)(ok ? digit : 0);
    }
    return ok || error_set(err, ERROR_PROTOCOL, "'%s' is not 16 hexadecimal digits", key);
}

bool decode_pairs(struct json object, const char *key, struct arena *arena, struct rule_pairs *out,
                  struct error *err)
{
    struct json value;
    *out = (struct rule_pairs){.items = NULL};
    if (!json_get(object, key, JSON_KIND_OBJECT, &value, err)) {
        return false;
    }
    out->items = arena_array(arena, struct rule_pair, json_size(value) + 1);
    struct json_members it = json_members(value);
    while (json_next(&it)) {
        if (json_kind(it.value) != JSON_KIND_STRING) {
            return error_set(err, ERROR_PROTOCOL, "'%.*s' of '%s' is not a text", STR_ARG(it.key),
                             key);
        }
        out->items[out->count++] = (struct rule_pair){
            .name = arena_str(arena, it.key), .value = arena_str(arena, json_str(it.value))};
    }
    return true;
}
