/* Silences over the API: list, one, make or change, preview, end. */
#include <stdlib.h>

#include "api/alert_json.h"
#include "api/control_private.h"
#include "api/silence_json.h"

/* Names in a preview; how many there are is said beside them. */
#define PREVIEW_NAMES 100
#define NOBODY        "somebody over the network"

struct shown_states {
    bool active, pending, expired;
};

static bool is_shown(const struct shown_states *shown, enum silence_state state)
{
    switch (state) {
    case SILENCE_PENDING:
        return shown->pending;
    case SILENCE_ACTIVE:
        return shown->active;
    case SILENCE_EXPIRED:
        return shown->expired;
    }
    return false;
}

/* Alertmanager's meaning of `filter` for silences: a silence passes where it has, for each label
 * that the filter names, a matcher whose text the filter's matcher fits. */
static bool silence_passes(const struct silence *filter, const struct silence *s)
{
    VEC_EACH (&filter->matchers, struct matcher, f) {
        bool found = false;
        VEC_EACH (&s->matchers, struct matcher, m) {
            found = found || (strcmp(m->name, f->name) == 0 &&
                              matcher_test(f, str_from(m->value)) == MATCHER_YES);
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

void control_v2_silences(void *user, struct http_exchange *exchange)
{
    const struct control *api = user;
    struct shown_states shown;
    struct silence filter;
    struct error err = ERROR_INIT;
    silence_init(&filter);
    if (!control_bool_param(exchange, "active", true, &shown.active, &err) ||
        !control_bool_param(exchange, "pending", true, &shown.pending, &err) ||
        !control_bool_param(exchange, "expired", true, &shown.expired, &err) ||
        !control_filter_param(exchange, "filter", &filter, &err)) {
        silence_release(&filter);
        control_fail(exchange, &err);
        return;
    }
    struct control_answer answer;
    struct wall now = control_now(api);
    control_answer_begin(&answer);
    json_writer_array(&answer.json);
    for (size_t i = 0; i < alerts_silence_count(api->alerts); i++) {
        const struct silence *s = alerts_silence_at(api->alerts, i);
        if (is_shown(&shown, silence_state_at(s, now.ms)) && silence_passes(&filter, s)) {
            silence_json(&answer.json, s, now);
        }
    }
    json_writer_end(&answer.json);
    silence_release(&filter);
    control_answer_send(&answer, exchange);
}

/* The one that `{id}` of the path names, or NULL with the answer sent. */
static const struct silence *named(const struct control *api, struct http_exchange *exchange)
{
    char *id = str_dup(http_exchange_variable(exchange, "id"));
    const struct silence *s = alerts_silence_find(api->alerts, id);
    if (s == NULL) {
        struct error err = ERROR_INIT;
        error_set(&err, ERROR_NOT_FOUND, "there is no silence '%s'", id);
        control_fail(exchange, &err);
    }
    free(id);
    return s;
}

void control_v2_silence(void *user, struct http_exchange *exchange)
{
    const struct control *api = user;
    const struct silence *s = named(api, exchange);
    if (s != NULL) {
        struct control_answer answer;
        control_answer_begin(&answer);
        silence_json(&answer.json, s, control_now(api));
        control_answer_send(&answer, exchange);
    }
}

void control_v2_silence_delete(void *user, struct http_exchange *exchange)
{
    struct control *api = user;
    struct error err = ERROR_INIT;
    const struct silence *s = named(api, exchange);
    if (s == NULL) {
        return;
    }
    struct str given = http_exchange_param(exchange, "by", 0);
    /* Alertmanager's clients do not say who ends a silence. */
    given = given.len == 0 && !http_exchange_peer(exchange)->local ? STR(NOBODY) : given;
    char *by = control_actor(api, exchange, given, &err);
    if (by == NULL) {
        control_fail(exchange, &err);
        return;
    }
    struct control_pending *pending = control_pending_create(api, exchange, 1);
    alert_json_text(&pending->answer.json, "silenceID", s->id);
    alerts_silence_expire(api->alerts, s->id, by, control_pending_done, pending);
    free(by);
}

/* What Alertmanager's API checks beyond the silence itself (api/v2/api.go, postSilencesHandler). */
static bool check_new(const struct control *api, const struct silence *s, struct error *err)
{
    if (s->ends_at_ms <= control_now(api).ms) {
        error_set(err, ERROR_CONFIG, "a silence that has ended already, or has no end");
        error_suggest(err, "give its end as 'endsAt', a time to come");
        return false;
    }
    if (s->id != NULL && alerts_silence_find(api->alerts, s->id) == NULL) {
        return error_set(err, ERROR_NOT_FOUND, "there is no silence '%s'", s->id);
    }
    if (s->id == NULL && alerts_silence_count(api->alerts) >= SILENCE_MAX) {
        error_set(err, ERROR_LIMIT, "there are %d silences already", SILENCE_MAX);
        error_suggest(err, "end some that are not needed");
        return false;
    }
    return silence_check(s, err);
}

static bool read_silence(const struct control *api, struct http_exchange *exchange,
                         struct silence *s, struct error *err)
{
    struct json_document *document = control_body(exchange, err);
    if (document == NULL) {
        return false;
    }
    bool ok = silence_json_read(s, json_root(document), control_now(api), err);
    json_destroy(document);
    if (ok && s->created_by == NULL && http_exchange_peer(exchange)->local) {
        s->created_by = control_actor(api, exchange, STR_NONE, err);
        return s->created_by != NULL;
    }
    return ok;
}

void control_v2_silences_post(void *user, struct http_exchange *exchange)
{
    struct control *api = user;
    struct silence s;
    struct error err = ERROR_INIT;
    silence_init(&s);
    if (!read_silence(api, exchange, &s, &err) || !check_new(api, &s, &err)) {
        control_fail(exchange, &err);
    } else {
        struct control_pending *pending = control_pending_create(api, exchange, 1);
        char *id = NULL;
        alerts_silence_put(api->alerts, &s, &id, control_pending_done, pending);
        alert_json_text(&pending->answer.json, "silenceID", id);
        free(id);
    }
    silence_release(&s);
}

static void preview_answer(const struct control *api, const struct silence *s,
                           struct http_exchange *exchange)
{
    struct control_answer answer;
    struct json_writer *w = &answer.json;
    size_t now_count;
    size_t day_count;
    size_t named_count = 0;
    control_answer_begin(&answer);
    alerts_silence_preview(api->alerts, s, &now_count, &day_count);
    json_writer_object(w);
    json_writer_key(w, "now");
    json_writer_int(w, (int64_t)now_count);
    json_writer_key(w, "day");
    json_writer_int(w, (int64_t)day_count);
    json_writer_key(w, "alerts");
    json_writer_array(w);
    for (size_t i = 0; i < alerts_count(api->alerts) && named_count < PREVIEW_NAMES; i++) {
        const struct alert_info *a = alerts_at(api->alerts, i);
        if (a->fires && silence_matches(s, a->labels)) {
            named_count++;
            json_writer_object(w);
            alert_json_id(w, "id", a->id);
            json_writer_key(w, "labels");
            alert_json_labels(w, a->labels);
            alert_json_text(w, "severity", severity_name(a->severity));
            json_writer_end(w);
        }
    }
    json_writer_end(w);
    json_writer_end(w);
    control_answer_send(&answer, exchange);
}

void control_preview_post(void *user, struct http_exchange *exchange)
{
    const struct control *api = user;
    struct silence s;
    struct error err = ERROR_INIT;
    silence_init(&s);
    bool ok = read_silence(api, exchange, &s, &err);
    if (ok && s.matchers.len == 0) {
        ok = error_set(&err, ERROR_CONFIG, "a silence without a matcher");
    }
    if (ok) {
        preview_answer(api, &s, exchange);
    } else {
        control_fail(exchange, &err);
    }
    silence_release(&s);
}
