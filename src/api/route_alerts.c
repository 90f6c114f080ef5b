/* Alerts over the API: lists, acknowledging and giving up, and what happened to them. */
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/alert_json.h"
#include "api/control_private.h"
#include "api/silence_json.h"
#include "base/duration.h"
#include "base/timestamp.h"

/* --- reading --- */

struct shown_alerts {
    bool active, silenced, inhibited, unprocessed;
    struct silence filter;
};

/* Alertmanager's own conditions (api/v2/api.go, alertFilter); it has never heard of what does not
 * fire. */
static bool is_shown(const struct shown_alerts *shown, const struct alert_info *a)
{
    bool hidden = a->silence_count != 0 || a->inhibited_by != NULL || a->muted_elsewhere;
    return a->fires && (shown->active || hidden) && (shown->silenced || a->silence_count == 0) &&
           (shown->inhibited || a->inhibited_by == NULL) &&
           control_passes(&shown->filter, a->labels);
}

void control_v2_alerts(void *user, struct http_exchange *exchange)
{
    const struct control *api = user;
    struct shown_alerts shown = {0};
    struct error err = ERROR_INIT;
    silence_init(&shown.filter);
    if (!control_bool_param(exchange, "active", true, &shown.active, &err) ||
        !control_bool_param(exchange, "silenced", true, &shown.silenced, &err) ||
        !control_bool_param(exchange, "inhibited", true, &shown.inhibited, &err) ||
        !control_bool_param(exchange, "unprocessed", true, &shown.unprocessed, &err) ||
        !control_filter_param(exchange, "filter", &shown.filter, &err)) {
        silence_release(&shown.filter);
        control_fail(exchange, &err);
        return;
    }
    struct control_answer answer;
    struct wall now = control_now(api);
    control_answer_begin(&answer);
    json_writer_array(&answer.json);
    for (size_t i = 0; i < alerts_count(api->alerts); i++) {
        const struct alert_info *a = alerts_at(api->alerts, i);
        if (is_shown(&shown, a)) {
            alert_json_v2(&answer.json, a, now);
        }
    }
    json_writer_end(&answer.json);
    silence_release(&shown.filter);
    control_answer_send(&answer, exchange);
}

void control_v2_alerts_post(void *user, struct http_exchange *exchange)
{
    (void)user;
    struct error err = ERROR_INIT;
    error_set(&err, ERROR_UNSUPPORTED, "tocsin takes no alerts of others here");
    error_suggest(&err, "name their Prometheus or Alertmanager as a source, then it shows them");
    control_fail(exchange, &err);
}

/* Another one after a change and after a restart: for who asks again and again. */
static char *version_text(const struct control *api)
{
    return mem_printf("%lx-%" PRIx64 "-%" PRIx64, (unsigned long)getpid(),
                      (uint64_t)api->host.started.ms, alerts_version(api->alerts));
}

/* False where the asker has this version already, which is all the answer then says. */
static bool add_version(const struct control *api, struct json_writer *w,
                        const struct http_exchange *exchange)
{
    char *version = version_text(api);
    bool known = str_equal_c(http_exchange_param(exchange, "unless", 0), version);
    alert_json_text(w, "version", version);
    json_writer_key(w, "unchanged");
    json_writer_bool(w, known);
    free(version);
    return !known;
}

static void add_all_silences(const struct control *api, struct json_writer *w)
{
    json_writer_key(w, "silences");
    json_writer_array(w);
    for (size_t i = 0; i < alerts_silence_count(api->alerts); i++) {
        silence_json(w, alerts_silence_at(api->alerts, i), control_now(api));
    }
    json_writer_end(w);
}

static void add_all(const struct control *api, struct json_writer *w, const struct silence *filter,
                    bool silences)
{
    struct alert_counts counts;
    alert_json_time(w, "lastCycle", alerts_last_cycle(api->alerts));
    alert_json_text(w, "problem", alerts_problem(api->alerts));
    alerts_counts(api->alerts, &counts);
    json_writer_key(w, "counts");
    alert_json_counts(w, &counts);
    json_writer_key(w, "alerts");
    json_writer_array(w);
    for (size_t i = 0; i < alerts_count(api->alerts); i++) {
        const struct alert_info *a = alerts_at(api->alerts, i);
        if (control_passes(filter, a->labels)) {
            alert_json(w, a);
        }
    }
    json_writer_end(w);
    if (silences) {
        add_all_silences(api, w);
    }
}

void control_alerts_get(void *user, struct http_exchange *exchange)
{
    const struct control *api = user;
    struct silence filter;
    bool silences;
    struct error err = ERROR_INIT;
    silence_init(&filter);
    if (!control_filter_param(exchange, "filter", &filter, &err) ||
        !control_bool_param(exchange, "silences", false, &silences, &err)) {
        silence_release(&filter);
        control_fail(exchange, &err);
        return;
    }
    struct control_answer answer;
    struct json_writer *w = &answer.json;
    control_answer_begin(&answer);
    json_writer_object(w);
    alert_json_time(w, "now", control_now(api));
    if (add_version(api, w, exchange)) {
        add_all(api, w, &filter, silences);
    }
    json_writer_end(w);
    silence_release(&filter);
    control_answer_send(&answer, exchange);
}

/* --- acting --- */

struct named_alerts {
    VEC(uint64_t) ids;
};

/* By its id, or by its fingerprint: the first of that one. */
static bool add_named(const struct control *api, struct named_alerts *named, struct str text,
                      struct error *err)
{
    uint64_t id;
    if (named->ids.len >= CONTROL_MAX_IDS) {
        return error_set(err, ERROR_LIMIT, "more than %d alerts at once", CONTROL_MAX_IDS);
    }
    if (!control_id_parse(text, &id)) {
        error_set(err, ERROR_SYNTAX, "'%.*s' is no alert's id", STR_ARG(text));
        error_suggest(err, "ids and fingerprints are 16 hexadecimal digits");
        return false;
    }
    const struct alert_info *found = alerts_find(api->alerts, id);
    for (size_t i = 0; found == NULL && i < alerts_count(api->alerts); i++) {
        const struct alert_info *a = alerts_at(api->alerts, i);
        found = a->fingerprint == id ? a : NULL;
    }
    if (found == NULL) {
        return error_set(err, ERROR_NOT_FOUND, "there is no alert '%.*s'", STR_ARG(text));
    }
    vec_push(&named->ids, found->id);
    return true;
}

/* `ids`, a list, or `id` or `fingerprint`. */
static bool read_named(const struct control *api, struct json body, struct named_alerts *named,
                       struct error *err)
{
    struct json list = json_member(body, STR("ids"));
    for (size_t i = 0; i < json_size(list); i++) {
        if (!add_named(api, named, json_str(json_item(list, i)), err)) {
            return false;
        }
    }
    static const char *const keys[] = {"id", "fingerprint"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        struct str text;
        if (!member_text(body, keys[i], &text, err) ||
            (text.len != 0 && !add_named(api, named, text, err))) {
            return false;
        }
    }
    if (named->ids.len == 0) {
        error_set(err, ERROR_CONFIG, "no alert is named");
        error_suggest(err, "name it by 'id' or 'fingerprint', or several by 'ids'");
        return false;
    }
    return true;
}

/* 0 where it lasts as long as the alert. */
static bool read_expiry(const struct control *api, struct json body, int64_t *ms, struct error *err)
{
    struct str at;
    struct str after;
    *ms = 0;
    if (!member_text(body, "expires", &at, err) || !member_text(body, "for", &after, err)) {
        return false;
    }
    int64_t now_ms = control_now(api).ms;
    if (after.len != 0) {
        if (!duration_parse(after, ms, err)) {
            return error_wrap(err, "'for'");
        }
        if (*ms <= 0 || *ms > (int64_t)(TIMESTAMP_MAX_SECONDS * 1000) - now_ms) {
            return error_set(err, ERROR_CONFIG, "'for' is not a time to come");
        }
        *ms += now_ms;
    } else if (at.len != 0 && (!timestamp_parse(at, ms) || *ms <= now_ms)) {
        return error_set(err, ERROR_CONFIG, "'expires' is not a time to come: '%.*s'", STR_ARG(at));
    }
    return true;
}

static bool check_note(struct str note, struct error *err)
{
    return note.len <= SILENCE_MAX_TEXT ||
           error_set(err, ERROR_LIMIT, "a note of %zu bytes; at most %d are allowed", note.len,
                     SILENCE_MAX_TEXT);
}

struct act {
    struct named_alerts named;
    char *by, *note;
    int64_t expires_ms;
};

static void act_release(struct act *act)
{
    vec_release(&act->named.ids);
    free(act->by);
    free(act->note);
}

static bool read_act(const struct control *api, struct http_exchange *exchange, struct act *act,
                     struct error *err)
{
    struct str by;
    struct str note;
    struct json_document *document = control_body(exchange, err);
    if (document == NULL) {
        return false;
    }
    struct json body = json_root(document);
    bool ok = read_named(api, body, &act->named, err) && member_text(body, "by", &by, err) &&
              member_text(body, "note", &note, err) && check_note(note, err) &&
              read_expiry(api, body, &act->expires_ms, err) &&
              (act->by = control_actor(api, exchange, by, err)) != NULL;
    if (ok) {
        act->note = str_dup(note);
    }
    json_destroy(document);
    return ok;
}

static struct control_pending *begin_act(struct control *api, struct http_exchange *exchange,
                                         const struct act *act, const char *key)
{
    struct control_pending *pending = control_pending_create(api, exchange, act->named.ids.len);
    struct json_writer *w = &pending->answer.json;
    json_writer_key(w, key);
    json_writer_int(w, (int64_t)act->named.ids.len);
    alert_json_text(w, "by", act->by);
    return pending;
}

void control_ack_post(void *user, struct http_exchange *exchange)
{
    struct control *api = user;
    struct act act = {0};
    struct error err = ERROR_INIT;
    if (!read_act(api, exchange, &act, &err)) {
        control_fail(exchange, &err);
    } else {
        struct control_pending *pending = begin_act(api, exchange, &act, "acknowledged");
        VEC_EACH (&act.named.ids, uint64_t, id) {
            alerts_ack(api->alerts, *id, act.by, act.note, act.expires_ms, control_pending_done,
                       pending);
        }
    }
    act_release(&act);
}

void control_ack_delete(void *user, struct http_exchange *exchange)
{
    struct control *api = user;
    struct act act = {0};
    struct error err = ERROR_INIT;
    struct str id = http_exchange_param(exchange, "id", 0);
    bool ok = id.data != NULL || error_set(&err, ERROR_CONFIG, "no alert is named by 'id'");
    for (size_t i = 0; ok && (id = http_exchange_param(exchange, "id", i)).data != NULL; i++) {
        ok = add_named(api, &act.named, id, &err);
    }
    if (ok) {
        act.by = control_actor(api, exchange, http_exchange_param(exchange, "by", 0), &err);
    }
    if (act.by == NULL) {
        control_fail(exchange, &err);
    } else {
        struct control_pending *pending = begin_act(api, exchange, &act, "unacknowledged");
        VEC_EACH (&act.named.ids, uint64_t, each) {
            alerts_unack(api->alerts, *each, act.by, control_pending_done, pending);
        }
    }
    act_release(&act);
}

/* Only what is unknown can be given up. */
static bool check_unknown(const struct control *api, const struct act *act, struct error *err)
{
    VEC_EACH (&act->named.ids, uint64_t, id) {
        const struct alert_info *a = alerts_find(api->alerts, *id);
        if (a->state != ALERT_UNKNOWN) {
            error_set(err, ERROR_CONFIG, "alert '%s' is %s, not unknown", a->rule,
                      alert_state_name(a->state));
            error_suggest(err, "acknowledge it, or silence it");
            return false;
        }
    }
    return true;
}

void control_dismiss_post(void *user, struct http_exchange *exchange)
{
    struct control *api = user;
    struct act act = {0};
    struct error err = ERROR_INIT;
    if (!read_act(api, exchange, &act, &err) || !check_unknown(api, &act, &err)) {
        control_fail(exchange, &err);
    } else {
        struct control_pending *pending = begin_act(api, exchange, &act, "dismissed");
        VEC_EACH (&act.named.ids, uint64_t, id) {
            alerts_dismiss(api->alerts, *id, act.by, act.note, control_pending_done, pending);
        }
    }
    act_release(&act);
}
