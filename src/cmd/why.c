/* tocsin why: what a rule looks at, how far it is, and what happened to its alerts. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/engine_state.h"
#include "cmd/local_time.h"
#include "cmd/query_time.h"
#include "cmd/why_read.h"

static const struct option_row options[] = {
    {"at", 't', "TIME", "as it was known then: Unix seconds, RFC 3339, now-1h"},
    {"format", 'f', "text|json", "how to print it (text)"},
    ENGINE_SOCKET_OPTION,
    ENGINE_STATE_OPTION,
};

static bool make_question(const struct invocation *inv, struct engine_question *question,
                          struct error *err)
{
    const char *at = invocation_value(inv, "at");
    const struct clock clock = clock_real();
    struct query_moment moment;
    if (inv->argument_count == 0) {
        return error_set(err, ERROR_USAGE, "'why' takes the name of a rule");
    }
    *question = (struct engine_question){.about = ENGINE_WHY,
                                         .rule = inv->arguments[0],
                                         .matchers = inv->arguments + 1,
                                         .matcher_count = inv->argument_count - 1};
    if (at != NULL) {
        if (!query_moment_parse(str_from(at), &moment, err)) {
            return false;
        }
        question->at_ms = query_moment_at(&moment, clock_wall(&clock).ms);
    }
    return true;
}

static bool check_format(const char *format, struct error *err)
{
    if (format == NULL || strcmp(format, "text") == 0 || strcmp(format, "json") == 0) {
        return true;
    }
    error_set(err, ERROR_USAGE, "unknown format '%s'", format);
    error_suggest(err, "formats are text and json");
    return false;
}

static bool print_reply(const struct engine_reply *reply, const char *format, struct error *err)
{
    if (format != NULL && strcmp(format, "json") == 0) {
        fwrite(reply->body.data, 1, reply->body.len, stdout);
        putchar('\n');
        return true;
    }
    struct why why;
    struct strbuf out;
    why_init(&why);
    strbuf_init(&out, ENGINE_MAX_ANSWER);
    bool ok = why_read(&why, json_root(reply->document), err);
    if (ok) {
        why_format(&out, &why, local_time_format);
        ok = !out.overflowed || error_set(err, ERROR_LIMIT, "the answer is too long to be shown");
    }
    if (ok) {
        fputs(strbuf_cstr(&out), stdout);
    }
    strbuf_release(&out);
    why_release(&why);
    return ok;
}

static int run(const struct invocation *inv)
{
    const char *format = invocation_value(inv, "format");
    struct engine_reply reply = {.document = NULL};
    struct error err = ERROR_INIT;
    struct engine_question question;
    int status = EXIT_STATUS_OK;
    if (!check_format(format, &err) || !make_question(inv, &question, &err) ||
        !engine_get(inv, &question, &reply, &err)) {
        status = command_fail(&err);
    } else {
        (void)engine_reply_is_old(&reply);
        status = print_reply(&reply, format, &err) ? EXIT_STATUS_OK : command_fail(&err);
        engine_reply_warn(&reply);
    }
    error_release(&err);
    engine_reply_release(&reply);
    return status;
}

const struct command command_why = {.name = "why",
                                    .arguments = "RULE [MATCHER...]",
                                    .doc = "why a rule fires, or does not",
                                    .options = options,
                                    .option_count = ARRAY_LEN(options),
                                    .run = run};
