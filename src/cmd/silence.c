/* tocsin silence: make one, look at what one would hide, list them, end one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/silence_json.h"
#include "base/clock.h"
#include "base/duration.h"
#include "base/timestamp.h"
#include "base/utf8.h"
#include "cmd/engine_state.h"
#include "cmd/local_time.h"
#include "cmd/query_time.h"
#include "net/http.h"

/* Alerts that are named in a preview. */
#define NAMES_MAX 10

static const struct option_row options[] = {
    {"for", 0, "DURATION", "how long, from now"},
    {"until", 0, "TIME", "until when: Unix seconds, RFC 3339, now+2h"},
    {"comment", 'm', "TEXT", "why, for those who wonder"},
    {"by", 0, "NAME", "who makes it (the user who asks)"},
    {"end-when-resolved", 0, "DURATION", "ends by itself once nothing has matched for so long"},
    {"source", 0, "NAME", "make it in the Alertmanager that this source is"},
    {"preview", 'p', NULL, "only say what it would hide"},
    {"list", 'l', NULL, "list the silences there are"},
    {"all", 'a', NULL, "with --list: expired ones, too"},
    {"expire", 0, "ID", "end one now"},
    ENGINE_SOCKET_OPTION,
    ENGINE_STATE_OPTION,
};

/* --- what one is --- */

static bool read_end(const struct invocation *inv, struct silence *s, struct error *err)
{
    const char *duration = invocation_value(inv, "for");
    const char *until = invocation_value(inv, "until");
    struct query_moment moment;
    int64_t ms;
    if (duration != NULL && until != NULL) {
        return error_set(err, ERROR_USAGE, "--for and --until are two ways to say the same");
    }
    if (until != NULL) {
        if (!query_moment_parse(str_from(until), &moment, err)) {
            return false;
        }
        s->ends_at_ms = query_moment_at(&moment, s->starts_at_ms);
    } else if (duration != NULL) {
        if (!duration_parse(str_from(duration), &ms, err)) {
            err->kind = ERROR_USAGE;
            return error_wrap(err, "--for");
        }
        if (ms > (int64_t)(TIMESTAMP_MAX_SECONDS * 1000) - s->starts_at_ms) {
            return error_set(err, ERROR_USAGE, "--for '%s' is too long", duration);
        }
        s->ends_at_ms = s->starts_at_ms + ms;
    }
    return true;
}

static char *given_text(const struct invocation *inv, const char *name)
{
    const char *value = invocation_value(inv, name);
    return value != NULL ? mem_strdup(value) : NULL;
}

static bool read_silence(const struct invocation *inv, struct silence *s, struct error *err)
{
    const struct clock clock = clock_real();
    const char *quiet = invocation_value(inv, "end-when-resolved");
    s->starts_at_ms = s->updated_at_ms = clock_wall(&clock).ms;
    for (size_t i = 0; i < inv->argument_count; i++) {
        if (!silence_add_matcher(s, str_from(inv->arguments[i]), err)) {
            return false;
        }
    }
    if (quiet != NULL && !duration_parse(str_from(quiet), &s->end_when_resolved_ms, err)) {
        err->kind = ERROR_USAGE;
        return error_wrap(err, "--end-when-resolved");
    }
    s->created_by = engine_actor(inv) != NULL ? mem_strdup(engine_actor(inv)) : NULL;
    s->comment = given_text(inv, "comment");
    s->source = given_text(inv, "source");
    return read_end(inv, s, err);
}

/* What the engine would refuse too, in the words of the command line. The author is its to find. */
static bool check_silence(const struct silence *s, struct error *err)
{
    if (s->matchers.len == 0) {
        error_set(err, ERROR_USAGE, "'silence' takes matchers such as service=checkout");
        error_suggest(err, "'tocsin silence --list' shows what there is");
        return false;
    }
    if (s->ends_at_ms == 0) {
        error_set(err, ERROR_USAGE, "a silence must end");
        error_suggest(err, "say when: --for 2h, or --until TIME");
        return false;
    }
    if (s->ends_at_ms <= s->starts_at_ms) {
        return error_set(err, ERROR_USAGE, "a silence that is over before it begins");
    }
    if (s->comment == NULL || str_trim(str_from(s->comment)).len == 0) {
        error_set(err, ERROR_USAGE, "a silence needs a comment");
        error_suggest(err, "say why, for those who wonder: --comment TEXT");
        return false;
    }
    return true;
}

static bool ask_with(const struct invocation *inv, const char *path, const struct silence *s,
                     struct engine_reply *reply, struct error *err)
{
    struct strbuf body = STRBUF_INIT;
    struct json_writer w;
    json_writer_init(&w, &body);
    silence_json(&w, s, (struct wall){s->starts_at_ms});
    bool ok =
        json_writer_finish(&w, err) && engine_ask(inv, "POST", path, strbuf_str(&body), reply, err);
    strbuf_release(&body);
    return ok;
}

/* --- what it hides --- */

static void print_labels(struct json labels)
{
    struct strbuf line = STRBUF_INIT;
    struct json_members it = json_members(labels);
    utf8_add_printable(&line, json_str(json_member(labels, STR("alertname"))));
    while (json_next(&it)) {
        if (!str_equal_c(it.key, "alertname") && !str_equal_c(it.key, "severity")) {
            strbuf_add_char(&line, ' ');
            utf8_add_printable(&line, it.key);
            strbuf_add_char(&line, '=');
            utf8_add_printable(&line, json_str(it.value));
        }
    }
    printf("  %s\n", strbuf_cstr(&line));
    strbuf_release(&line);
}

static void print_preview(const struct engine_reply *reply, const char *verb)
{
    struct json root = json_root(reply->document);
    struct json alerts = json_member(root, STR("alerts"));
    size_t now = (size_t)json_number(json_member(root, STR("now")));
    size_t day = (size_t)json_number(json_member(root, STR("day")));
    size_t shown = json_size(alerts) < NAMES_MAX ? json_size(alerts) : NAMES_MAX;
    printf("%s %zu alert%s now, %zu in the last 24h\n", verb, now, now == 1 ? "" : "s", day);
    for (size_t i = 0; i < shown; i++) {
        print_labels(json_member(json_item(alerts, i), STR("labels")));
    }
    if (now > shown) {
        printf("  and %zu more\n", now - shown);
    }
}

static bool preview(const struct invocation *inv, const struct silence *s, const char *verb,
                    struct error *err)
{
    struct engine_reply reply = {.document = NULL};
    bool ok = ask_with(inv, "/api/tocsin/v1/silence/preview", s, &reply, err);
    if (ok) {
        print_preview(&reply, verb);
    }
    engine_reply_release(&reply);
    return ok;
}

static bool make(const struct invocation *inv, const struct silence *s, struct error *err)
{
    struct engine_reply reply = {.document = NULL};
    struct strbuf line = STRBUF_INIT;
    /* Before it is made: then what it hides is still loud. */
    bool ok = check_silence(s, err) && preview(inv, s, "hides", err) &&
              ask_with(inv, "/api/v2/silences", s, &reply, err);
    if (ok) {
        utf8_add_printable(&line, json_str(json_find(json_root(reply.document), "silenceID")));
        strbuf_add_c(&line, " until ");
        local_time_format(&line, s->ends_at_ms);
        printf("silence %s\n", strbuf_cstr(&line));
        engine_reply_warn(&reply);
    }
    strbuf_release(&line);
    engine_reply_release(&reply);
    return ok;
}

/* --- list and end --- */

static void print_silence(const struct silence *s, struct str state)
{
    struct strbuf line = STRBUF_INIT;
    struct strbuf matchers = STRBUF_INIT;
    silence_format_matchers(&matchers, s);
    utf8_add_printable(&line, str_from(s->id != NULL ? s->id : ""));
    bool pending = str_equal_c(state, "pending");
    strbuf_printf(&line, "  %-7.*s  %s ", STR_ARG(state),
                  pending                         ? "from"
                  : str_equal_c(state, "expired") ? "since"
                                                  : "until");
    local_time_format(&line, pending ? s->starts_at_ms : s->ends_at_ms);
    strbuf_add_c(&line, "\n  ");
    utf8_add_printable(&line, strbuf_str(&matchers));
    strbuf_add_c(&line, "\n  ");
    utf8_add_printable(&line, str_from(s->created_by != NULL ? s->created_by : ""));
    strbuf_add_c(&line, ": ");
    utf8_add_printable(&line, str_from(s->comment != NULL ? s->comment : ""));
    if (s->end_when_resolved_ms != 0) {
        strbuf_add_c(&line, "\n  ends once nothing has matched for ");
        duration_format(&line, s->end_when_resolved_ms);
    }
    if (s->source != NULL) {
        strbuf_add_c(&line, "\n  lives at ");
        utf8_add_printable(&line, str_from(s->source));
    }
    puts(strbuf_cstr(&line));
    strbuf_release(&line);
    strbuf_release(&matchers);
}

static bool list(const struct invocation *inv, struct error *err)
{
    struct engine_reply reply = {.document = NULL};
    const struct engine_question question = {.about = ENGINE_SILENCES,
                                             .expired = invocation_value(inv, "all") != NULL};
    bool ok = engine_get(inv, &question, &reply, err);
    struct json root = ok ? json_root(reply.document) : (struct json){0};
    if (ok && engine_reply_is_old(&reply)) {
        root = json_member(root, STR("silences"));
    }
    for (size_t i = 0; ok && i < json_size(root); i++) {
        struct json item = json_item(root, i);
        struct silence s;
        silence_init(&s);
        /* As it is, not as a new one: nothing is moved to now. */
        ok = silence_json_read(&s, item, (struct wall){0}, err);
        if (ok) {
            print_silence(&s, json_str(json_find(item, "status.state")));
        }
        silence_release(&s);
    }
    engine_reply_release(&reply);
    return ok;
}

static bool expire(const struct invocation *inv, const char *id, struct error *err)
{
    struct engine_reply reply = {.document = NULL};
    const char *by = engine_actor(inv);
    struct strbuf path = STRBUF_INIT;
    struct strbuf query = STRBUF_INIT;
    if (id[0] == '\0' || strspn(id, "0123456789abcdefABCDEF-") != strlen(id)) {
        return error_set(err, ERROR_USAGE, "'%s' is no silence's id", id);
    }
    if (by != NULL) {
        http_form_add(&query, "by", str_from(by));
    }
    strbuf_printf(&path, "/api/v2/silence/%s%s%s", id, by != NULL ? "?" : "", strbuf_cstr(&query));
    bool ok = engine_ask(inv, "DELETE", strbuf_cstr(&path), STR_NONE, &reply, err);
    if (ok) {
        printf("silence %s has ended\n", id);
        engine_reply_warn(&reply);
    }
    engine_reply_release(&reply);
    strbuf_release(&path);
    strbuf_release(&query);
    return ok;
}

static bool run_one(const struct invocation *inv, struct error *err)
{
    const char *id = invocation_value(inv, "expire");
    bool lists = invocation_value(inv, "list") != NULL;
    bool previews = invocation_value(inv, "preview") != NULL;
    struct silence s;
    if ((id != NULL) + lists + previews > 1) {
        return error_set(err, ERROR_USAGE, "--list, --expire and --preview exclude each other");
    }
    if ((id != NULL || lists) && inv->argument_count != 0) {
        return error_set(err, ERROR_USAGE, "%s takes no matchers", lists ? "--list" : "--expire");
    }
    if (id != NULL || lists) {
        return lists ? list(inv, err) : expire(inv, id, err);
    }
    silence_init(&s);
    bool ok = read_silence(inv, &s, err) &&
              (previews ? preview(inv, &s, "would hide", err) : make(inv, &s, err));
    silence_release(&s);
    return ok;
}

static int run(const struct invocation *inv)
{
    struct error err = ERROR_INIT;
    int status = EXIT_STATUS_OK;
    if (!run_one(inv, &err)) {
        status = command_fail(&err);
        error_release(&err);
    }
    return status;
}

const struct command command_silence = {.name = "silence",
                                        .arguments = "[MATCHER...]",
                                        .doc = "hide alerts for a while",
                                        .options = options,
                                        .option_count = ARRAY_LEN(options),
                                        .run = run};
