#include "source/prometheus/envelope.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"

/* A server's sentence is shown on one line; more than this of it helps nobody. */
#define MESSAGE_MAX ((size_t)1000)

static enum envelope_member member_of(struct str key)
{
    static const struct {
        struct str key;
        enum envelope_member member;
    } members[] = {
        {STR_INIT("status"), ENVELOPE_STATUS},        {STR_INIT("data"), ENVELOPE_DATA},
        {STR_INIT("errorType"), ENVELOPE_ERROR_TYPE}, {STR_INIT("error"), ENVELOPE_ERROR},
        {STR_INIT("warnings"), ENVELOPE_WARNINGS},    {STR_INIT("infos"), ENVELOPE_INFOS},
    };
    for (size_t i = 0; i < ARRAY_LEN(members); i++) {
        if (str_equal(members[i].key, key)) {
            return members[i].member;
        }
    }
    return ENVELOPE_OTHER;
}

/* One printable line, marked where it was cut. */
static char *sentence(struct str text)
{
    struct strbuf out;
    strbuf_init(&out, 4 * MESSAGE_MAX);
    utf8_add_printable(&out, str_slice(text, 0, MESSAGE_MAX));
    if (text.len > MESSAGE_MAX) {
        strbuf_add_c(&out, "...");
    }
    return strbuf_take(&out);
}

static void note(struct envelope_notes *notes, struct str text)
{
    if (notes->texts.len == ENVELOPE_MAX_NOTES) {
        notes->dropped++;
        return;
    }
    vec_push(&notes->texts, sentence(text));
}

static bool wrong_type(const char *what, const char *wanted, enum json_event got, struct error *err)
{
    return error_set(err, ERROR_PROTOCOL, "'%s' of the answer is %s, not %s", what,
                     json_event_name(got), wanted);
}

static bool take_status(struct envelope *e, enum json_event event, struct str text,
                        struct error *err)
{
    if (event != JSON_STRING) {
        return wrong_type("status", "a string", event, err);
    }
    if (str_equal_c(text, "success")) {
        e->status = ENVELOPE_SUCCESS;
    } else if (str_equal_c(text, "error")) {
        e->status = ENVELOPE_FAILURE;
    } else {
        char *shown = sentence(text);
        error_set(err, ERROR_PROTOCOL, "the answer's status '%s' is neither success nor error",
                  shown);
        free(shown);
        return false;
    }
    return true;
}

static bool take_text(char **to, const char *what, enum json_event event, struct str text,
                      struct error *err)
{
    if (event != JSON_STRING) {
        return wrong_type(what, "a string", event, err);
    }
    free(*to);
    *to = sentence(text);
    return true;
}

/* `depth`, as in envelope_data_cb. Servers write null for no notes. */
static bool take_note(struct envelope_notes *notes, unsigned depth, enum json_event event,
                      struct str text, struct error *err)
{
    if (depth == 0) {
        return event == JSON_ARRAY_BEGIN || event == JSON_ARRAY_END || event == JSON_NULL ||
               wrong_type("warnings", "an array", event, err);
    }
    if (event != JSON_STRING) {
        return wrong_type("warnings", "an array of strings", event, err);
    }
    note(notes, text);
    return true;
}

static bool take(struct envelope *e, unsigned depth, enum json_event event, struct str text,
                 struct error *err)
{
    switch (e->member) {
    case ENVELOPE_OTHER:
        return true;
    case ENVELOPE_STATUS:
        return take_status(e, event, text, err);
    case ENVELOPE_DATA:
        e->has_data = true;
        if (depth == 0 && event == JSON_NULL) {
            return true; /* how Go writes a list that was never made */
        }
        return e->data(e->user, depth, event, text, err);
    case ENVELOPE_ERROR_TYPE:
        return take_text(&e->error_type, "errorType", event, text, err);
    case ENVELOPE_ERROR:
        return take_text(&e->error, "error", event, text, err);
    case ENVELOPE_WARNINGS:
        return take_note(&e->warnings, depth, event, text, err);
    case ENVELOPE_INFOS:
        return take_note(&e->infos, depth, event, text, err);
    }
    return true;
}

static bool on_event(void *user, enum json_event event, struct str text, struct error *err)
{
    struct envelope *e = user;
    bool closes = event == JSON_OBJECT_END || event == JSON_ARRAY_END;
    bool opens = event == JSON_OBJECT_BEGIN || event == JSON_ARRAY_BEGIN;
    if (closes) {
        e->depth--;
    }
    unsigned depth = e->depth;
    if (opens) {
        e->depth++;
    }
    if (depth == 0) {
        return event == JSON_OBJECT_BEGIN || event == JSON_OBJECT_END ||
               error_set(err, ERROR_PROTOCOL, "the answer is %s, not an object",
                         json_event_name(event));
    }
    if (depth == 1 && event == JSON_KEY) {
        e->member = member_of(text);
        if (e->member == ENVELOPE_DATA && e->has_data) {
            return error_set(err, ERROR_PROTOCOL, "the answer has 'data' twice");
        }
        return true;
    }
    return take(e, depth - 1, event, text, err);
}

static const char *on_items(void *user, const char *p, const char *end)
{
    struct envelope *e = user;
    return e->items != NULL && e->member == ENVELOPE_DATA ? e->items(e->user, p, end) : p;
}

static const struct json_stream_ops json_ops = {.event = on_event, .items = on_items};

void envelope_init(struct envelope *e, envelope_data_cb data, envelope_items_cb items, void *user)
{
    *e = (struct envelope){.data = data, .items = items, .user = user};
    json_stream_init(&e->json, &json_ops, e);
}

static void notes_release(struct envelope_notes *notes)
{
    for (size_t i = 0; i < notes->texts.len; i++) {
        free(notes->texts.items[i]);
    }
    vec_release(&notes->texts);
}

void envelope_release(struct envelope *e)
{
    json_stream_release(&e->json);
    free(e->error_type);
    free(e->error);
    notes_release(&e->warnings);
    notes_release(&e->infos);
}

bool envelope_feed(struct envelope *e, const char *data, size_t len, struct error *err)
{
    return json_stream_feed(&e->json, data, len, err);
}

enum error_kind envelope_status_kind(int http_status)
{
    switch (http_status) {
    case 400:
    case 422:
        return ERROR_EVALUATION;
    case 401:
    case 403:
        return ERROR_AUTH;
    case 404:
        return ERROR_NOT_FOUND;
    case 408:
    case 504:
        return ERROR_TIMEOUT;
    case 413:
        return ERROR_LIMIT;
    case 429:
    case 503:
        return ERROR_BUSY;
    default:
        return http_status >= 400 ? ERROR_HTTP : ERROR_EVALUATION;
    }
}

static enum error_kind kind_of(const char *type, const char *message, int http_status)
{
    static const struct {
        const char *type;
        enum error_kind kind;
    } kinds[] = {
        {"bad_data", ERROR_EVALUATION},    {"execution", ERROR_EVALUATION},
        {"timeout", ERROR_TIMEOUT},        {"canceled", ERROR_BUSY},
        {"internal", ERROR_HTTP},          {"unavailable", ERROR_BUSY},
        {"not_found", ERROR_NOT_FOUND},    {"not_acceptable", ERROR_UNSUPPORTED},
        {"too_many_requests", ERROR_BUSY},
    };
    enum error_kind kind = envelope_status_kind(http_status);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (strcmp(type, kinds[i].type) == 0) {
            kind = kinds[i].kind;
        }
    }
    uint64_t number = 0;
    if (str_to_u64(str_from(type), &number) && number >= 400 && number < 600) {
        kind = envelope_status_kind((int)number);
    }
    if (kind != ERROR_EVALUATION) {
        return kind;
    }
    struct str text = str_from(message);
    if (str_contains(text, STR("parse error")) || str_contains(text, STR("cannot parse"))) {
        return ERROR_SYNTAX;
    }
    bool too_much = str_contains(text, STR("too many samples")) ||
                    str_contains(text, STR("exceeded maximum resolution"));
    return too_much ? ERROR_LIMIT : kind;
}

bool envelope_server_error(struct error *err, const char *type, const char *message,
                           int http_status)
{
    error_set(err, kind_of(type, message, http_status), "the server says: %s", message);
    err->http = http_status >= 400 ? http_status : 0;
    return false;
}

bool envelope_finish(struct envelope *e, int http_status, struct error *err)
{
    if (!json_stream_finish(&e->json, err)) {
        return false;
    }
    switch (e->status) {
    case ENVELOPE_NO_STATUS:
        return error_set(err, ERROR_PROTOCOL,
                         "the answer has no 'status': is this a Prometheus API?");
    case ENVELOPE_FAILURE:
        return envelope_server_error(err, e->error_type != NULL ? e->error_type : "",
                                     e->error != NULL ? e->error : "an error without a text",
                                     http_status);
    case ENVELOPE_SUCCESS:
        break;
    }
    if (!e->has_data) {
        return error_set(err, ERROR_PROTOCOL, "the answer has no 'data'");
    }
    return true;
}
