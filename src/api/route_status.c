/* How tocsin itself is, over the API, and reading its configuration again. */
#include <unistd.h>

#include "api/alert_json.h"
#include "api/control_private.h"

void control_v2_status(void *user, struct http_exchange *exchange)
{
    static const char *const unknown[] = {"revision", "branch", "buildUser", "buildDate",
                                          "goVersion"};
    const struct control *api = user;
    struct control_answer answer;
    struct json_writer *w = &answer.json;
    control_answer_begin(&answer);
    json_writer_object(w);
    json_writer_key(w, "cluster");
    json_writer_object(w);
    alert_json_text(w, "status", "disabled");
    json_writer_key(w, "peers");
    json_writer_array(w);
    json_writer_end(w);
    json_writer_end(w);
    json_writer_key(w, "versionInfo");
    json_writer_object(w);
    alert_json_text(w, "version", api->host.version);
    for (size_t i = 0; i < ARRAY_LEN(unknown); i++) {
        alert_json_text(w, unknown[i], "");
    }
    json_writer_end(w);
    json_writer_key(w, "config");
    json_writer_object(w);
    alert_json_text(w, "original", "");
    json_writer_end(w);
    json_writer_key(w, "uptime");
    json_writer_time(w, api->host.started);
    json_writer_end(w);
    control_answer_send(&answer, exchange);
}

static bool has_data(const struct source_health *h)
{
    return h->state == SOURCE_UP || h->state == SOURCE_DEGRADED;
}

static size_t sources_up(const struct control_status *status)
{
    size_t up = 0;
    for (size_t i = 0; i < status->source_count; i++) {
        up += has_data(&status->sources[i]);
    }
    return up;
}

/* In the words of monitoring plugins. Where no source answers nothing is known; state that is not
 * kept is a warning by itself. */
static const char *worst(const struct alert_counts *counts, const struct control_status *status,
                         const char *problem)
{
    if (counts->critical != 0) {
        return "critical";
    }
    if (status->source_count != 0 && sources_up(status) == 0) {
        return "unknown";
    }
    return counts->warning != 0 || problem != NULL ? "warning" : "ok";
}

/* The first of the list, where it is one that a person is to hear of. */
static void add_top(struct json_writer *w, const struct alerts *alerts)
{
    const struct alert_info *a = alerts_count(alerts) != 0 ? alerts_at(alerts, 0) : NULL;
    json_writer_key(w, "top");
    if (a == NULL || !a->fires || a->ack != NULL || a->silence_count != 0 ||
        a->inhibited_by != NULL || a->muted_elsewhere) {
        json_writer_null(w);
    } else {
        alert_json(w, a);
    }
}

/* Age of the oldest data among the sources that have some; null where none has. */
static void add_data_age(struct json_writer *w, const struct control_status *status,
                         struct wall now)
{
    int64_t age_ms = -1;
    for (size_t i = 0; i < status->source_count; i++) {
        const struct source_health *h = &status->sources[i];
        int64_t this_ms = now.ms - h->last_success.ms;
        if (has_data(h) && h->last_success.ms != 0 && this_ms > age_ms) {
            age_ms = this_ms;
        }
    }
    json_writer_key(w, "dataAgeSeconds");
    if (age_ms < 0) {
        json_writer_null(w);
    } else {
        json_writer_number(w, (double)age_ms / 1000);
    }
}

static void add_sources(struct json_writer *w, const struct control_status *status)
{
    json_writer_key(w, "sources");
    json_writer_object(w);
    json_writer_key(w, "up");
    json_writer_int(w, (int64_t)sources_up(status));
    json_writer_key(w, "total");
    json_writer_int(w, (int64_t)status->source_count);
    json_writer_key(w, "list");
    json_writer_array(w);
    for (size_t i = 0; i < status->source_count; i++) {
        const struct source_health *h = &status->sources[i];
        json_writer_object(w);
        alert_json_text(w, "name", h->name);
        alert_json_text(w, "kind", h->kind);
        alert_json_text(w, "endpoint", h->endpoint);
        alert_json_text(w, "state", source_state_name(h->state));
        alert_json_time(w, "lastSuccess", h->last_success);
        alert_json_time(w, "downSince", h->down_since);
        alert_json_text(w, "error", h->error);
        json_writer_end(w);
    }
    json_writer_end(w);
    json_writer_end(w);
}

void control_status_get(void *user, struct http_exchange *exchange)
{
    const struct control *api = user;
    const char *problem = alerts_problem(api->alerts);
    struct wall now = control_now(api);
    struct control_status status = {.environment = ""};
    struct alert_counts counts;
    struct control_answer answer;
    struct json_writer *w = &answer.json;
    api->host.status(api->host.user, &status);
    alerts_counts(api->alerts, &counts);
    control_answer_begin(&answer);
    json_writer_object(w);
    alert_json_text(w, "version", api->host.version);
    json_writer_key(w, "pid");
    json_writer_int(w, getpid());
    json_writer_key(w, "started");
    json_writer_time(w, api->host.started);
    alert_json_time(w, "now", now);
    alert_json_text(w, "environment", status.environment);
    alert_json_text(w, "worst", worst(&counts, &status, problem));
    json_writer_key(w, "alerts");
    alert_json_counts(w, &counts);
    add_top(w, api->alerts);
    add_sources(w, &status);
    add_data_age(w, &status, now);
    alert_json_text(w, "problem", problem);
    alert_json_time(w, "lastCycle", status.last_cycle);
    json_writer_end(w);
    control_answer_send(&answer, exchange);
}

void control_reload_post(void *user, struct http_exchange *exchange)
{
    const struct control *api = user;
    struct error err = ERROR_INIT;
    struct json_document *body = control_body(exchange, &err);
    bool ok = body != NULL && api->host.reload(api->host.user, &err);
    json_destroy(body);
    if (!ok) {
        control_fail(exchange, &err);
        return;
    }
    struct control_answer answer;
    control_answer_begin(&answer);
    json_writer_object(&answer.json);
    alert_json_text(&answer.json, "status", "success");
    json_writer_end(&answer.json);
    control_answer_send(&answer, exchange);
}
