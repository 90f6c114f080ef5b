/* See control.h: the table of routes, and how the handlers get what was asked and answer it. */
#include "api/control.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/control_private.h"
#include "base/mem.h"

#define BODY_MAX   ((size_t)512 * 1024)
#define PEOPLE_MAX 10000

static const struct http_route routes[] = {
    {"GET", "/api/v2/status", control_v2_status, 0},
    {"GET", "/api/v2/alerts", control_v2_alerts, 0},
    {"POST", "/api/v2/alerts", control_v2_alerts_post, 0},
    {"GET", "/api/v2/silences", control_v2_silences, 0},
    {"POST", "/api/v2/silences", control_v2_silences_post, BODY_MAX},
    {"GET", "/api/v2/silence/{id}", control_v2_silence, 0},
    {"DELETE", "/api/v2/silence/{id}", control_v2_silence_delete, 0},
    {"GET", "/api/v1/rules", control_v1_rules, 0},
    {"GET", "/api/v1/alerts", control_v1_alerts, 0},
    {"GET", "/api/tocsin/v1/status", control_status_get, 0},
    {"GET", "/api/tocsin/v1/alerts", control_alerts_get, 0},
    {"POST", "/api/tocsin/v1/ack", control_ack_post, BODY_MAX},
    {"DELETE", "/api/tocsin/v1/ack", control_ack_delete, 0},
    {"POST", "/api/tocsin/v1/dismiss", control_dismiss_post, BODY_MAX},
    {"POST", "/api/tocsin/v1/silence/preview", control_preview_post, BODY_MAX},
    {"GET", "/api/tocsin/v1/why", control_why_get, 0},
    {"GET", "/api/tocsin/v1/transitions", control_transitions_get, 0},
    {"POST", "/api/tocsin/v1/reload", control_reload_post, BODY_MAX},
};

const struct http_route *control_routes(size_t *count)
{
    *count = ARRAY_LEN(routes);
    return routes;
}

/* Read once and from the file alone: a look-up could go over the network, and would hold the loop
 * up. Who came later is shown by number. */
static void read_people(struct control *api)
{
    FILE *file = fopen("/etc/passwd", "re");
    for (struct passwd *p;
         file != NULL && api->people.len < PEOPLE_MAX && (p = fgetpwent(file)) != NULL;) {
        struct control_person person = {.uid = p->pw_uid, .name = mem_strdup(p->pw_name)};
        vec_push(&api->people, person);
    }
    if (file != NULL) {
        fclose(file);
    }
}

struct control *control_create(struct alerts *alerts, const struct control_host *host)
{
    struct control *api = mem_zalloc(1, sizeof(*api));
    api->alerts = alerts;
    api->host = *host;
    read_people(api);
    return api;
}

static void pending_free(struct control_pending *pending)
{
    *pending->link = pending->next;
    if (pending->next != NULL) {
        pending->next->link = pending->link;
    }
    strbuf_release(&pending->answer.text);
    error_release(&pending->failure);
    error_release(&pending->warning);
    if (pending->release != NULL) {
        pending->release(pending->own);
    }
    free(pending);
}

void control_destroy(struct control *api)
{
    if (api == NULL) {
        return;
    }
    while (api->pending != NULL) {
        pending_free(api->pending);
    }
    VEC_EACH (&api->people, struct control_person, person) {
        free(person->name);
    }
    vec_release(&api->people);
    free(api);
}

struct wall control_now(const struct control *api)
{
    return api->host.now(api->host.user);
}

/* --- answers --- */

void control_answer_begin(struct control_answer *answer)
{
    strbuf_init(&answer->text, CONTROL_MAX_ANSWER);
    json_writer_init(&answer->json, &answer->text);
}

void control_answer_send(struct control_answer *answer, struct http_exchange *exchange)
{
    struct error err = ERROR_INIT;
    if (json_writer_finish(&answer->json, &err)) {
        http_exchange_answer_buffer(exchange, 200, "application/json", &answer->text);
    } else {
        control_fail(exchange, &err);
    }
    strbuf_release(&answer->text);
}

/* The words of Prometheus' API (prometheus: web/api/v1/api.go, errorType). */
static int status_of(enum error_kind kind, const char **type)
{
    switch (kind) {
    case ERROR_NOT_FOUND:
        *type = "not_found";
        return 404;
    case ERROR_UNSUPPORTED:
        *type = "not_supported";
        return 405;
    case ERROR_AUTH:
        *type = "forbidden";
        return 403;
    case ERROR_BUSY:
    case ERROR_TIMEOUT:
    case ERROR_CANCELLED:
    case ERROR_REFUSED:
    case ERROR_DNS:
        *type = "unavailable";
        return 503;
    case ERROR_PROTOCOL:
    case ERROR_SYNTAX:
    case ERROR_TYPE:
    case ERROR_CONFIG:
    case ERROR_LIMIT:
    case ERROR_USAGE:
        *type = "bad_data";
        return 400;
    case ERROR_NONE:
    case ERROR_IO:
    case ERROR_TLS:
    case ERROR_HTTP:
    case ERROR_EVALUATION:
    case ERROR_KIND_COUNT:
        break;
    }
    *type = "internal";
    return 500;
}

/* As Prometheus' API gives errors, and with the suggestion. */
static void add_failure(struct json_writer *w, const char *type, const struct error *err)
{
    json_writer_object(w);
    json_writer_key(w, "status");
    json_writer_text(w, "error");
    json_writer_key(w, "errorType");
    json_writer_text(w, type);
    json_writer_key(w, "error");
    json_writer_text(w, error_text(err));
    if (err->suggestion != NULL) {
        json_writer_key(w, "suggestion");
        json_writer_text(w, err->suggestion);
    }
    json_writer_end(w);
}

/* Alertmanager's errors are a text (api/v2/openapi.yaml: responses); amtool shows nothing else. */
static void add_failure_v2(struct json_writer *w, const struct error *err)
{
    if (err->suggestion == NULL) {
        json_writer_text(w, error_text(err));
        return;
    }
    char *text = mem_printf("%s: %s", error_text(err), err->suggestion);
    json_writer_text(w, text);
    free(text);
}

void control_fail(struct http_exchange *exchange, struct error *err)
{
    const char *type;
    int status = status_of(err->kind, &type);
    struct strbuf text = STRBUF_INIT;
    struct json_writer w;
    json_writer_init(&w, &text);
    if (str_starts_with(http_exchange_path(exchange), STR("/api/v2/"))) {
        add_failure_v2(&w, err);
    } else {
        add_failure(&w, type, err);
    }
    http_exchange_answer_buffer(exchange, status, "application/json", &text);
    strbuf_release(&text);
    error_release(err);
}

/* --- what was asked --- */

struct json_document *control_body(struct http_exchange *exchange, struct error *err)
{
    const char *type = http_exchange_header(exchange, "Content-Type");
    struct str media = str_from(type);
    media = str_trim(str_slice(media, 0, str_find(media, ';')));
    if (!http_exchange_peer(exchange)->local &&
        !str_equal_ignoring_case(media, STR("application/json"))) {
        error_set(err, ERROR_AUTH, "a body that is not sent as application/json");
        error_suggest(err, "send it with the header Content-Type: application/json");
        return NULL;
    }
    struct str body = http_exchange_body(exchange);
    struct json_document *document = json_parse(body.len != 0 ? body : STR("{}"), BODY_MAX, err);
    if (document != NULL && json_kind(json_root(document)) != JSON_KIND_OBJECT) {
        error_set(err, ERROR_TYPE, "the body is not a JSON object");
        json_destroy(document);
        return NULL;
    }
    return document;
}

char *control_actor(const struct control *api, const struct http_exchange *exchange,
                    struct str given, struct error *err)
{
    given = str_trim(given);
    if (given.len > SILENCE_MAX_TEXT) {
        error_set(err, ERROR_LIMIT, "'by' has %zu bytes; at most %d are allowed", given.len,
                  SILENCE_MAX_TEXT);
        return NULL;
    }
    if (given.len != 0) {
        return str_dup(given);
    }
    const struct http_peer *peer = http_exchange_peer(exchange);
    if (!peer->local) {
        error_set(err, ERROR_CONFIG, "it is not known who asks");
        error_suggest(err, "say it with 'by'");
        return NULL;
    }
    VEC_EACH (&api->people, struct control_person, person) {
        if (person->uid == peer->uid) {
            return mem_strdup(person->name);
        }
    }
    return mem_printf("uid %lu", (unsigned long)peer->uid);
}

bool control_bool_param(const struct http_exchange *exchange, const char *name, bool otherwise,
                        bool *out, struct error *err)
{
    struct str text = http_exchange_param(exchange, name, 0);
    bool yes = str_equal_c(text, "true") || str_equal_c(text, "1");
    *out = text.data != NULL ? yes : otherwise;
    return text.data == NULL || yes || str_equal_c(text, "false") || str_equal_c(text, "0") ||
           error_set(err, ERROR_USAGE, "parameter '%s' is neither true nor false", name);
}

bool control_filter_param(const struct http_exchange *exchange, const char *name,
                          struct silence *filter, struct error *err)
{
    struct str text;
    for (size_t i = 0; (text = http_exchange_param(exchange, name, i)).data != NULL; i++) {
        if (!silence_add_matcher(filter, text, err)) {
            return error_wrap(err, "parameter '%s'", name);
        }
    }
    return true;
}

bool control_passes(const struct silence *filter, const struct labels *labels)
{
    return filter->matchers.len == 0 || silence_matches(filter, labels);
}

bool control_id_parse(struct str text, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0) {
            return false;
        }
        *out = *out << 4 | (uint64_t)digit;
    }
    return text.len == 16;
}

/* --- answers that are due --- */

static void gone(void *user)
{
    struct control_pending *pending = user;
    pending->exchange = NULL;
}

struct control_pending *control_pending_create(struct control *api, struct http_exchange *exchange,
                                               size_t open)
{
    struct control_pending *pending = mem_zalloc(1, sizeof(*pending));
    *pending = (struct control_pending){.api = api,
                                        .next = api->pending,
                                        .link = &api->pending,
                                        .exchange = exchange,
                                        .open = open};
    if (api->pending != NULL) {
        api->pending->link = &pending->next;
    }
    api->pending = pending;
    control_answer_begin(&pending->answer);
    json_writer_object(&pending->answer.json);
    http_exchange_on_gone(exchange, gone, pending);
    return pending;
}

void control_pending_finish(struct control_pending *pending)
{
    if (pending->exchange != NULL && error_is(&pending->failure)) {
        control_fail(pending->exchange, &pending->failure);
    } else if (pending->exchange != NULL) {
        struct json_writer *w = &pending->answer.json;
        if (error_is(&pending->warning)) {
            json_writer_key(w, "warnings");
            json_writer_array(w);
            json_writer_text(w, error_text(&pending->warning));
            json_writer_end(w);
        }
        json_writer_end(w);
        control_answer_send(&pending->answer, pending->exchange);
    }
    pending_free(pending);
}

void control_pending_done(void *user, const struct error *err)
{
    struct control_pending *pending = user;
    if (err != NULL) {
        struct error *slot = err->kind == ERROR_IO ? &pending->warning : &pending->failure;
        if (!error_is(slot)) {
            error_copy(slot, err);
        }
    }
    if (--pending->open == 0) {
        control_pending_finish(pending);
    }
}
