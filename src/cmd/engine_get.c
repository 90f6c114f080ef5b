/* Asking first the engine and then the disk. See engine_state.h. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/timestamp.h"
#include "cmd/engine_state.h"
#include "net/http.h"
#include "ui/timefmt.h"

static int64_t now_ms(void)
{
    const struct clock clock = clock_real();
    return clock_wall(&clock).ms;
}

/* A heap string. */
static char *path_of(const struct engine_question *q)
{
    static const char *const paths[] = {"/api/tocsin/v1/alerts", "/api/v2/silences",
                                        "/api/tocsin/v1/why"};
    struct strbuf query = STRBUF_INIT;
    for (size_t i = 0; i < q->matcher_count; i++) {
        http_form_add(&query, "filter", str_from(q->matchers[i]));
    }
    if (q->rule != NULL) {
        http_form_add(&query, "rule", str_from(q->rule));
    }
    if (q->at_ms != 0) {
        struct strbuf at = STRBUF_INIT;
        timestamp_format(&at, q->at_ms, true);
        http_form_add(&query, "at", strbuf_str(&at));
        strbuf_release(&at);
    }
    if (q->about == ENGINE_SILENCES && !q->expired) {
        http_form_add(&query, "expired", STR("false"));
    }
    char *path =
        mem_printf("%s%s%s", paths[q->about], query.len != 0 ? "?" : "", strbuf_cstr(&query));
    strbuf_release(&query);
    return path;
}

bool engine_state_counts(const struct invocation *inv)
{
    return !engine_is_named(inv) || invocation_value(inv, "state") != NULL;
}

static bool ask_disk(const struct invocation *inv, const struct engine_question *q,
                     const struct silence *filter, struct engine_reply *out, struct error *err)
{
    strbuf_init(&out->body, ENGINE_MAX_ANSWER);
    if (engine_state_answer(invocation_value(inv, "state"), q, filter, now_ms(), &out->body, err)) {
        out->document = json_parse(strbuf_str(&out->body), ENGINE_MAX_ANSWER, err);
    }
    if (out->document == NULL) {
        engine_reply_release(out);
    }
    return out->document != NULL;
}

bool engine_get(const struct invocation *inv, const struct engine_question *question,
                struct engine_reply *out, struct error *err)
{
    struct silence filter;
    bool ok = true;
    silence_init(&filter);
    for (size_t i = 0; ok && i < question->matcher_count; i++) {
        ok = silence_add_matcher(&filter, str_from(question->matchers[i]), err);
    }
    if (ok) {
        char *path = path_of(question);
        ok = engine_ask(inv, "GET", path, STR_NONE, out, err);
        free(path);
        /* An engine that was named is asked and no other: not what another one left, either. */
        if (!ok && err->kind == ERROR_REFUSED && engine_state_counts(inv)) {
            struct error none = ERROR_INIT;
            ok = ask_disk(inv, question, &filter, out, &none);
            /* That none runs is the news where there never was one. */
            bool silent = none.kind == ERROR_NOT_FOUND || none.kind == ERROR_CONFIG;
            if (ok || !silent || invocation_value(inv, "state") != NULL) {
                error_release(err);
                error_move(err, &none);
            }
            error_release(&none);
        }
    }
    silence_release(&filter);
    return ok;
}

bool engine_reply_is_old(const struct engine_reply *reply)
{
    struct str alive = json_str(json_find(json_root(reply->document), "fromDisk"));
    struct strbuf text = STRBUF_INIT;
    int64_t ms;
    if (!timestamp_parse(alive, &ms)) {
        return false;
    }
    strbuf_add_c(&text, "no engine is running; this is the state on disk, ");
    if (ms != 0) {
        timefmt_age(&text, now_ms(), ms);
        strbuf_add_c(&text, " old");
    } else {
        strbuf_add_c(&text, "of unknown age");
    }
    fflush(stdout);
    command_say("tocsin", strbuf_cstr(&text));
    strbuf_release(&text);
    return true;
}
