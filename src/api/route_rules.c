/* Rules and alerts as Prometheus' API gives them (prometheus: web/api/v1/api.go, rules and alerts;
 * docs/querying/api.md), for what reads those. What tocsin knows beyond stands in `tocsin`. */
#include "api/alert_json.h"
#include "api/control_private.h"

static void begin_success(struct json_writer *w)
{
    json_writer_object(w);
    alert_json_text(w, "status", "success");
    json_writer_key(w, "data");
    json_writer_object(w);
}

static void end_success(struct json_writer *w)
{
    json_writer_end(w);
    json_writer_end(w);
}

/* tocsin's own: others' alerts are theirs to show, and what resolved is none any more. */
static bool is_prometheus_alert(const struct alert_info *a)
{
    return a->origin == ALERT_OF_TOCSIN && a->state != ALERT_INACTIVE;
}

void control_v1_alerts(void *user, struct http_exchange *exchange)
{
    const struct control *api = user;
    struct control_answer answer;
    struct json_writer *w = &answer.json;
    control_answer_begin(&answer);
    begin_success(w);
    json_writer_key(w, "alerts");
    json_writer_array(w);
    for (size_t i = 0; i < alerts_count(api->alerts); i++) {
        const struct alert_info *a = alerts_at(api->alerts, i);
        if (is_prometheus_alert(a)) {
            alert_json_v1(w, a);
        }
    }
    json_writer_end(w);
    end_success(w);
    control_answer_send(&answer, exchange);
}

static const char *prometheus_health(enum rule_health health)
{
    switch (health) {
    case RULE_HEALTH_NEW:
        return "unknown";
    case RULE_HEALTH_OK:
    case RULE_HEALTH_NO_DATA: /* it was evaluated; `tocsin` says that there was nothing */
        return "ok";
    case RULE_HEALTH_ERROR:
        return "err";
    }
    return "unknown";
}

static bool is_of_rule(const struct alert_info *a, const struct rule_info *r)
{
    return is_prometheus_alert(a) && a->line == r->line && strcmp(a->rule, r->name) == 0 &&
           strcmp(a->group, r->group) == 0 && strcmp(a->file, r->file) == 0;
}

static void add_alerting(struct json_writer *w, const struct alerts *alerts,
                         const struct rule_info *r)
{
    bool fires = false;
    bool pending = false;
    json_writer_key(w, "alerts");
    json_writer_array(w);
    for (size_t i = 0; i < alerts_count(alerts); i++) {
        const struct alert_info *a = alerts_at(alerts, i);
        if (is_of_rule(a, r)) {
            fires = fires || a->fires;
            pending = pending || !a->fires;
            alert_json_v1(w, a);
        }
    }
    json_writer_end(w);
    alert_json_text(w, "state", fires ? "firing" : pending ? "pending" : "inactive");
    alert_json_seconds(w, "duration", r->for_ms);
    alert_json_seconds(w, "keepFiringFor", r->keep_firing_for_ms);
    json_writer_key(w, "annotations");
    alert_json_pairs(w, &r->annotations);
}

static void add_count(struct json_writer *w, const char *key, size_t count)
{
    json_writer_key(w, key);
    json_writer_int(w, (int64_t)count);
}

static void add_own(struct json_writer *w, const struct rule_info *r)
{
    json_writer_key(w, "tocsin");
    json_writer_object(w);
    alert_json_text(w, "health", rule_health_name(r->health));
    alert_json_text(w, "source", r->source);
    alert_json_text(w, "note", r->note);
    alert_json_text(w, "recover", r->recover);
    alert_json_time(w, "nextEvaluation", r->next);
    json_writer_key(w, "missed");
    json_writer_int(w, (int64_t)r->missed);
    json_writer_key(w, "line");
    json_writer_int(w, r->line);
    add_count(w, "pending", r->pending);
    add_count(w, "firing", r->firing);
    add_count(w, "unknown", r->unknown);
    json_writer_end(w);
}

static void add_evaluation(struct json_writer *w, const struct rule_info *r)
{
    json_writer_key(w, "evaluationTime");
    json_writer_number(w, (double)r->duration_us / 1e6);
    json_writer_key(w, "lastEvaluation");
    /* Go's zero time, where Prometheus has not evaluated yet. */
    if (r->evaluated.ms == 0) {
        json_writer_text(w, "0001-01-01T00:00:00Z");
    } else {
        json_writer_time(w, r->evaluated);
    }
}

static void add_rule(struct json_writer *w, const struct alerts *alerts, const struct rule_info *r)
{
    json_writer_object(w);
    alert_json_text(w, "name", r->name);
    alert_json_text(w, "query", r->expr);
    json_writer_key(w, "labels");
    alert_json_pairs(w, &r->labels);
    if (r->alerting) {
        add_alerting(w, alerts, r);
    }
    alert_json_text(w, "health", prometheus_health(r->health));
    if (r->error[0] != '\0') {
        alert_json_text(w, "lastError", r->error);
    }
    add_evaluation(w, r);
    alert_json_text(w, "type", r->alerting ? "alerting" : "recording");
    add_own(w, r);
    json_writer_end(w);
}

/* Is one of the parameter's values this one? Yes where there are none. */
static bool is_asked(const struct http_exchange *exchange, const char *name, const char *array_name,
                     const char *value)
{
    const char *const names[] = {name, array_name};
    bool any = false;
    for (size_t k = 0; k < ARRAY_LEN(names); k++) {
        struct str text;
        for (size_t i = 0; (text = http_exchange_param(exchange, names[k], i)).data != NULL; i++) {
            any = true;
            if (str_equal_c(text, value)) {
                return true;
            }
        }
    }
    return !any;
}

static bool rule_is_asked(const struct http_exchange *exchange, const struct rule_info *r)
{
    return is_asked(exchange, "type", "type", r->alerting ? "alert" : "record") &&
           is_asked(exchange, "rule_name", "rule_name[]", r->name) &&
           is_asked(exchange, "rule_group", "rule_group[]", r->group) &&
           is_asked(exchange, "file", "file[]", r->file);
}

static bool same_group(const struct rule_info *a, const struct rule_info *b)
{
    return strcmp(a->group, b->group) == 0 && strcmp(a->file, b->file) == 0;
}

static void begin_group(struct json_writer *w, const struct rule_info *r)
{
    json_writer_object(w);
    alert_json_text(w, "name", r->group);
    alert_json_text(w, "file", r->file);
    alert_json_seconds(w, "interval", r->interval_ms);
    json_writer_key(w, "limit");
    json_writer_int(w, 0);
    add_evaluation(w, r);
    json_writer_key(w, "rules");
    json_writer_array(w);
}

static void end_group(struct json_writer *w)
{
    json_writer_end(w);
    json_writer_end(w);
}

void control_v1_rules(void *user, struct http_exchange *exchange)
{
    const struct control *api = user;
    struct control_answer answer;
    struct json_writer *w = &answer.json;
    struct rule_info last = {.group = NULL};
    struct error err = ERROR_INIT;
    struct str type = http_exchange_param(exchange, "type", 0);
    if (type.data != NULL && !str_equal_c(type, "alert") && !str_equal_c(type, "record")) {
        error_set(&err, ERROR_USAGE, "type '%.*s' is neither 'alert' nor 'record'", STR_ARG(type));
        control_fail(exchange, &err);
        return;
    }
    control_answer_begin(&answer);
    begin_success(w);
    json_writer_key(w, "groups");
    json_writer_array(w);
    for (size_t i = 0; i < alerts_rule_count(api->alerts); i++) {
        struct rule_info r;
        alerts_rule_at(api->alerts, i, &r);
        if (!rule_is_asked(exchange, &r)) {
            continue;
        }
        if (last.group != NULL && !same_group(&last, &r)) {
            end_group(w);
        }
        if (last.group == NULL || !same_group(&last, &r)) {
            begin_group(w, &r);
        }
        add_rule(w, api->alerts, &r);
        last = r;
    }
    if (last.group != NULL) {
        end_group(w);
    }
    json_writer_end(w);
    end_success(w);
    control_answer_send(&answer, exchange);
}
