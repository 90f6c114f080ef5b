/* See fetched.h: rules with their health (api/route_rules.c writes them). */
#include <math.h>

#include "attach/decode.h"
#include "attach/fetched.h"

#define EVALUATION_MAX_S 1e9

void fetched_rules_init(struct fetched_rules *f)
{
    *f = (struct fetched_rules){.rules = {0}};
    arena_init(&f->arena);
}

void fetched_rules_release(struct fetched_rules *f)
{
    vec_release(&f->rules);
    arena_release(&f->arena);
}

static bool read_health(struct json own, enum rule_health *out, struct error *err)
{
    static const enum rule_health all[] = {RULE_HEALTH_NEW, RULE_HEALTH_OK, RULE_HEALTH_ERROR,
                                           RULE_HEALTH_NO_DATA};
    struct str word;
    if (!json_get_str(own, "health", &word, err)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (str_equal_c(word, rule_health_name(all[i]))) {
            *out = all[i];
            return true;
        }
    }
    return error_set(err, ERROR_PROTOCOL, "'%.*s' is no health", STR_ARG(word));
}

static bool read_own(struct fetched_rules *f, struct json object, struct rule_info *r,
                     struct error *err)
{
    struct json own;
    int64_t missed;
    size_t line;
    if (!json_get(object, "tocsin", JSON_KIND_OBJECT, &own, err) ||
        !read_health(own, &r->health, err) ||
        !decode_text(own, "source", &f->arena, &r->source, err) ||
        !decode_text(own, "note", &f->arena, &r->note, err) ||
        !decode_optional_text(own, "recover", &f->arena, &r->recover, err) ||
        !decode_time(own, "nextEvaluation", &r->next, err) ||
        !json_get_int(own, "missed", &missed, err) || !decode_count(own, "line", &line, err) ||
        !decode_count(own, "pending", &r->pending, err) ||
        !decode_count(own, "firing", &r->firing, err) ||
        !decode_count(own, "unknown", &r->unknown, err)) {
        return false;
    }
    r->missed = (uint64_t)missed;
    r->line = (unsigned)line;
    return true;
}

/* Go's zero time is written where there was none yet. */
static bool read_evaluation(struct json object, struct rule_info *r, struct error *err)
{
    double seconds;
    struct str last;
    if (!json_get_number(object, "evaluationTime", &seconds, err) ||
        !json_get_str(object, "lastEvaluation", &last, err)) {
        return false;
    }
    if (!(seconds >= 0 && seconds < EVALUATION_MAX_S)) {
        return error_set(err, ERROR_PROTOCOL, "'evaluationTime' is not a time");
    }
    r->duration_us = llround(seconds * 1e6);
    return str_starts_with(last, STR("0001-")) ||
           decode_time(object, "lastEvaluation", &r->evaluated, err);
}

static bool read_alerting(struct fetched_rules *f, struct json object, struct rule_info *r,
                          struct error *err)
{
    return decode_seconds(object, "duration", 0, &r->for_ms, err) &&
           decode_seconds(object, "keepFiringFor", 0, &r->keep_firing_for_ms, err) &&
           decode_pairs(object, "annotations", &f->arena, &r->annotations, err);
}

static bool read_rule(struct fetched_rules *f, struct json object, struct rule_info *r,
                      struct error *err)
{
    struct str type;
    const char *error;
    if (!json_get_str(object, "type", &type, err) ||
        !decode_text(object, "name", &f->arena, &r->name, err) ||
        !decode_text(object, "query", &f->arena, &r->expr, err) ||
        !decode_pairs(object, "labels", &f->arena, &r->labels, err) ||
        !decode_optional_text(object, "lastError", &f->arena, &error, err) ||
        !read_evaluation(object, r, err) || !read_own(f, object, r, err)) {
        return error_wrap(err, "a rule");
    }
    r->error = error != NULL ? error : "";
    r->alerting = str_equal(type, STR("alerting"));
    return !r->alerting || read_alerting(f, object, r, err) || error_wrap(err, "a rule");
}

static bool read_group(struct fetched_rules *f, struct json object, struct error *err)
{
    struct rule_info group = {.alerting = false};
    struct json rules;
    if (!decode_text(object, "name", &f->arena, &group.group, err) ||
        !decode_text(object, "file", &f->arena, &group.file, err) ||
        !decode_seconds(object, "interval", 0, &group.interval_ms, err) ||
        !json_get(object, "rules", JSON_KIND_ARRAY, &rules, err)) {
        return error_wrap(err, "a group of rules");
    }
    for (size_t i = 0; i < json_size(rules); i++) {
        struct rule_info r = group;
        if (!read_rule(f, json_item(rules, i), &r, err)) {
            return false;
        }
        vec_push(&f->rules, r);
    }
    return true;
}

bool fetched_rules_read(struct fetched_rules *f, struct json root, struct error *err)
{
    struct json groups;
    if (!json_get(root, "data.groups", JSON_KIND_ARRAY, &groups, err)) {
        return false;
    }
    for (size_t i = 0; i < json_size(groups); i++) {
        if (!read_group(f, json_item(groups, i), err)) {
            return false;
        }
    }
    return true;
}
