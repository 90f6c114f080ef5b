/* tocsin ack: say that somebody looks after an alert, or give up an unknown one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/silence.h"
#include "base/json_writer.h"
#include "cmd/alert_rows.h"
#include "cmd/engine_client.h"
#include "net/http.h"

static const struct option_row options[] = {
    {"note", 'n', "TEXT", "what others are to know"},
    {"for", 0, "DURATION", "how long it holds (as long as the alert)"},
    {"by", 0, "NAME", "who looks after it (the user who asks)"},
    {"undo", 'u', NULL, "nobody looks after it any more"},
    {"dismiss", 0, NULL, "give up alerts of which nothing is known any more"},
    ENGINE_SOCKET_OPTION,
};

enum act { ACT_ACK, ACT_UNDO, ACT_DISMISS };

static bool is_id(const char *text)
{
    return strlen(text) == 16 && strspn(text, "0123456789abcdef") == 16;
}

/* The alerts that the arguments name: ids, or matchers that must all hold. */
static bool make_path(const struct invocation *inv, struct strbuf *path, struct error *err)
{
    struct silence filter;
    struct strbuf query = STRBUF_INIT;
    bool ok = true;
    silence_init(&filter);
    for (size_t i = 0; ok && i < inv->argument_count; i++) {
        if (!is_id(inv->arguments[i])) {
            ok = silence_add_matcher(&filter, str_from(inv->arguments[i]), err);
            http_form_add(&query, "filter", str_from(inv->arguments[i]));
        }
    }
    strbuf_printf(path, "/api/tocsin/v1/alerts%s%s", query.len != 0 ? "?" : "",
                  strbuf_cstr(&query));
    silence_release(&filter);
    strbuf_release(&query);
    return ok;
}

static bool is_named(const struct invocation *inv, const struct alert_row *row)
{
    bool any_id = false;
    for (size_t i = 0; i < inv->argument_count; i++) {
        any_id = any_id || is_id(inv->arguments[i]);
        if (strcmp(inv->arguments[i], row->id) == 0) {
            return true;
        }
    }
    return !any_id;
}

static bool is_fit(enum act act, const struct alert_row *row)
{
    switch (act) {
    case ACT_ACK:
        return row->acked_by[0] == '\0' && row->fires;
    case ACT_UNDO:
        return row->acked_by[0] != '\0';
    case ACT_DISMISS:
        return strcmp(row->state, "unknown") == 0;
    }
    return false;
}

static bool refuse_none(enum act act, size_t named, struct error *err)
{
    static const char *const states[] = {"acknowledged already, or not firing", "not acknowledged",
                                         "not unknown"};
    if (named == 0) {
        error_set(err, ERROR_NOT_FOUND, "no alert is named so");
        error_suggest(err, "'tocsin alerts --all' shows what there is");
        return false;
    }
    return error_set(err, ERROR_NOT_FOUND, "%zu %s named so, and %s", named,
                     named == 1 ? "alert is" : "alerts are", states[act]);
}

struct choice {
    struct alert_rows rows;
    VEC(const struct alert_row *) chosen;
};

static bool choose(const struct invocation *inv, enum act act, const struct engine_reply *reply,
                   struct choice *choice, struct error *err)
{
    size_t named = 0;
    if (!alert_rows_read(&choice->rows, json_root(reply->document), err)) {
        return false;
    }
    VEC_EACH (&choice->rows.rows, struct alert_row, row) {
        if (is_named(inv, row)) {
            named++;
            if (is_fit(act, row)) {
                vec_push(&choice->chosen, row);
            }
        }
    }
    return choice->chosen.len != 0 || refuse_none(act, named, err);
}

static void add_text(struct json_writer *w, const char *name, const char *value)
{
    if (value != NULL) {
        json_writer_key(w, name);
        json_writer_text(w, value);
    }
}

static bool send_body(const struct invocation *inv, const char *path, const struct choice *choice,
                      struct engine_reply *reply, struct error *err)
{
    struct strbuf body = STRBUF_INIT;
    struct json_writer w;
    json_writer_init(&w, &body);
    json_writer_object(&w);
    json_writer_key(&w, "ids");
    json_writer_array(&w);
    VEC_EACH (&choice->chosen, const struct alert_row *, row) {
        json_writer_text(&w, (*row)->id);
    }
    json_writer_end(&w);
    add_text(&w, "note", invocation_value(inv, "note"));
    add_text(&w, "for", invocation_value(inv, "for"));
    add_text(&w, "by", engine_actor(inv));
    json_writer_end(&w);
    bool ok =
        json_writer_finish(&w, err) && engine_ask(inv, "POST", path, strbuf_str(&body), reply, err);
    strbuf_release(&body);
    return ok;
}

/* A path has limits that a body has not. */
#define UNDO_AT_ONCE 500

static bool send_undo(const struct invocation *inv, const struct choice *choice,
                      struct engine_reply *reply, struct error *err)
{
    const char *by = engine_actor(inv);
    bool ok = true;
    for (size_t at = 0; ok && at < choice->chosen.len; at += UNDO_AT_ONCE) {
        struct strbuf query = STRBUF_INIT;
        for (size_t i = at; i < choice->chosen.len && i < at + UNDO_AT_ONCE; i++) {
            http_form_add(&query, "id", str_from(choice->chosen.items[i]->id));
        }
        if (by != NULL) {
            http_form_add(&query, "by", str_from(by));
        }
        char *path = mem_printf("/api/tocsin/v1/ack?%s", strbuf_cstr(&query));
        engine_reply_release(reply);
        ok = engine_ask(inv, "DELETE", path, STR_NONE, reply, err);
        free(path);
        strbuf_release(&query);
    }
    return ok;
}

static bool send_act(const struct invocation *inv, enum act act, const struct choice *choice,
                     struct engine_reply *reply, struct error *err)
{
    switch (act) {
    case ACT_ACK:
        return send_body(inv, "/api/tocsin/v1/ack", choice, reply, err);
    case ACT_UNDO:
        return send_undo(inv, choice, reply, err);
    case ACT_DISMISS:
        return send_body(inv, "/api/tocsin/v1/dismiss", choice, reply, err);
    }
    return false;
}

static bool check_usage(const struct invocation *inv, enum act act, struct error *err)
{
    if (inv->argument_count == 0) {
        error_set(err, ERROR_USAGE, "'ack' takes alerts: names, ids or matchers");
        error_suggest(err, "'tocsin alerts' shows what there is");
        return false;
    }
    if (act == ACT_UNDO &&
        (invocation_value(inv, "dismiss") != NULL || invocation_value(inv, "note") != NULL)) {
        return error_set(err, ERROR_USAGE,
                         "--undo goes together with neither --dismiss nor --note");
    }
    if (act != ACT_ACK && invocation_value(inv, "for") != NULL) {
        return error_set(err, ERROR_USAGE, "--for is for acknowledging only");
    }
    return true;
}

static bool act_on(const struct invocation *inv, enum act act, struct error *err)
{
    static const char *const words[] = {"acknowledged", "not acknowledged any more", "dismissed"};
    struct engine_reply list = {.document = NULL};
    struct engine_reply reply = {.document = NULL};
    struct choice choice = {.rows = {.now_ms = 0}};
    struct strbuf path = STRBUF_INIT;
    bool ok = make_path(inv, &path, err) &&
              engine_ask(inv, "GET", strbuf_cstr(&path), STR_NONE, &list, err) &&
              choose(inv, act, &list, &choice, err) && send_act(inv, act, &choice, &reply, err);
    for (size_t i = 0; ok && i < choice.chosen.len; i++) {
        struct strbuf name = STRBUF_INIT;
        alert_row_name(&name, choice.chosen.items[i]);
        printf("%s %s\n", words[act], strbuf_cstr(&name));
        strbuf_release(&name);
    }
    if (ok) {
        engine_reply_warn(&reply);
    }
    vec_release(&choice.chosen);
    alert_rows_release(&choice.rows);
    engine_reply_release(&list);
    engine_reply_release(&reply);
    strbuf_release(&path);
    return ok;
}

static int run(const struct invocation *inv)
{
    struct error err = ERROR_INIT;
    enum act act = invocation_value(inv, "undo") != NULL      ? ACT_UNDO
                   : invocation_value(inv, "dismiss") != NULL ? ACT_DISMISS
                                                              : ACT_ACK;
    int status = EXIT_STATUS_OK;
    if (!check_usage(inv, act, &err) || !act_on(inv, act, &err)) {
        status = command_fail(&err);
        error_release(&err);
    }
    return status;
}

const struct command command_ack = {.name = "ack",
                                    .arguments = "ALERT|ID|MATCHER...",
                                    .doc = "acknowledge alerts",
                                    .options = options,
                                    .option_count = ARRAY_LEN(options),
                                    .run = run};
