/* What the ledger is asked for over the API: transitions, and why a rule says what it says. Both
 * answer when it has been read. */
#include <stdlib.h>

#include "alert/why.h"
#include "api/alert_json.h"
#include "api/control_private.h"
#include "base/timestamp.h"

#define LIMIT_DEFAULT 100

static bool time_param(const struct http_exchange *exchange, const char *name, struct wall *out,
                       struct error *err)
{
    struct str text = http_exchange_param(exchange, name, 0);
    *out = (struct wall){0};
    if (text.data == NULL || text.len == 0 || timestamp_parse(text, &out->ms)) {
        return true;
    }
    error_set(err, ERROR_USAGE, "parameter '%s' is not a time: '%.*s'", name, STR_ARG(text));
    error_suggest(err, "times are Unix seconds or RFC 3339, such as 2026-11-21T02:49:10Z");
    return false;
}

static bool fingerprint_param(const struct http_exchange *exchange, uint64_t *out,
                              struct error *err)
{
    struct str text = http_exchange_param(exchange, "fingerprint", 0);
    *out = 0;
    return text.data == NULL || control_id_parse(text, out) ||
           error_set(err, ERROR_USAGE, "'%.*s' is no fingerprint: 16 hexadecimal digits",
                     STR_ARG(text));
}

/* --- transitions --- */

static bool read_filter(const struct http_exchange *exchange, struct transition_filter *filter,
                        struct error *err)
{
    struct str limit = http_exchange_param(exchange, "limit", 0);
    uint64_t count = LIMIT_DEFAULT;
    if (limit.data != NULL && (!str_to_u64(limit, &count) || count == 0)) {
        return error_set(err, ERROR_USAGE, "parameter 'limit' is not a number: '%.*s'",
                         STR_ARG(limit));
    }
    if (count > ALERTS_MAX_TRANSITIONS) {
        return error_set(err, ERROR_LIMIT, "parameter 'limit' is over %zu", ALERTS_MAX_TRANSITIONS);
    }
    filter->limit = (size_t)count;
    return time_param(exchange, "from", &filter->from, err) &&
           time_param(exchange, "to", &filter->to, err) &&
           fingerprint_param(exchange, &filter->fingerprint, err);
}

static void transitions_read(void *user, const struct transition *list, size_t count,
                             const struct error *err)
{
    struct control_pending *pending = user;
    struct json_writer *w = &pending->answer.json;
    json_writer_key(w, "transitions");
    json_writer_array(w);
    for (size_t i = 0; err == NULL && i < count; i++) {
        const struct transition *t = &list[i];
        json_writer_object(w);
        json_writer_key(w, "at");
        json_writer_time(w, t->at);
        alert_json_text(w, "rule", t->rule);
        alert_json_text(w, "alertname", t->alertname);
        alert_json_id(w, "fingerprint", t->fingerprint);
        alert_json_text(w, "labels", t->labels);
        alert_json_text(w, "from", t->from);
        alert_json_text(w, "to", t->to);
        json_writer_key(w, "value");
        if (t->has_value) {
            json_writer_sample(w, t->value);
        } else {
            json_writer_null(w);
        }
        alert_json_text(w, "reason", t->reason);
        alert_json_text(w, "who", t->who);
        json_writer_end(w);
    }
    json_writer_end(w);
    if (err != NULL) {
        error_copy(&pending->failure, err);
    }
    control_pending_finish(pending);
}

void control_transitions_get(void *user, struct http_exchange *exchange)
{
    struct control *api = user;
    struct transition_filter filter = {.limit = 0};
    struct error err = ERROR_INIT;
    if (!read_filter(exchange, &filter, &err)) {
        control_fail(exchange, &err);
        return;
    }
    struct str name = http_exchange_param(exchange, "rule", 0);
    char *rule = name.data != NULL ? str_dup(name) : NULL;
    filter.rule = rule;
    alerts_transitions(api->alerts, &filter, transitions_read,
                       control_pending_create(api, exchange, 1));
    free(rule);
}

/* --- why --- */

struct why_call {
    char *rule;
    struct silence filter;
    struct why_question question;
};

static void why_call_free(void *user)
{
    struct why_call *call = user;
    silence_release(&call->filter);
    free(call->rule);
    free(call);
}

static void why_read(void *user, const struct transition *list, size_t count,
                     const struct error *err)
{
    struct control_pending *pending = user;
    const struct why_call *call = pending->own;
    struct why why;
    why_init(&why);
    if (why_build(&why, pending->api->alerts, &call->question, list, err == NULL ? count : 0,
                  &pending->failure)) {
        json_writer_key(&pending->answer.json, "why");
        why_json(&pending->answer.json, &why);
        if (err != NULL) {
            /* The present is known all the same. */
            error_copy(why.past ? &pending->failure : &pending->warning, err);
        }
    }
    why_release(&why);
    control_pending_finish(pending);
}

void control_why_get(void *user, struct http_exchange *exchange)
{
    struct control *api = user;
    struct error err = ERROR_INIT;
    struct str name = http_exchange_param(exchange, "rule", 0);
    struct why_call *call = mem_zalloc(1, sizeof(*call));
    struct why_question *q = &call->question;
    silence_init(&call->filter);
    bool ok = name.len != 0 || error_set(&err, ERROR_USAGE, "no rule is named by 'rule'");
    if (!ok || !time_param(exchange, "at", &q->at, &err) ||
        !fingerprint_param(exchange, &q->fingerprint, &err) ||
        !control_filter_param(exchange, "filter", &call->filter, &err)) {
        control_fail(exchange, &err);
        why_call_free(call);
        return;
    }
    call->rule = str_dup(name);
    q->rule = call->rule;
    q->filter = &call->filter;
    q->now = control_now(api);
    struct transition_filter filter = why_filter(q);
    struct control_pending *pending = control_pending_create(api, exchange, 1);
    pending->own = call;
    pending->release = why_call_free;
    alerts_transitions(api->alerts, &filter, why_read, pending);
}
