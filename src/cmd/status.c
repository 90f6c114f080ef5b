/*
 * tocsin status: one line of how everything is, from a running engine, for prompts and status
 * lines. The exit status is a monitoring plugin's.
 */
#include <stdio.h>

#include "base/clock.h"
#include "cmd/engine_state.h"
#include "cmd/status_line.h"

static const struct option_row options[] = {
    {"short", 's', NULL, "in a few columns"},
    {"tmux", 0, NULL, "for a status line of tmux, with colours"},
    {"json", 'j', NULL, "all that the engine says of itself"},
    ENGINE_SOCKET_OPTION,
    ENGINE_STATE_OPTION,
};

static bool check_usage(const struct invocation *inv, struct error *err)
{
    size_t forms = 0;
    static const char *const names[] = {"short", "tmux", "json"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        forms += invocation_value(inv, names[i]) != NULL;
    }
    if (forms > 1) {
        return error_set(err, ERROR_USAGE, "--short, --tmux and --json exclude each other");
    }
    return inv->argument_count == 0 || error_set(err, ERROR_USAGE, "'status' takes no argument");
}

static enum status_form form_of(const struct invocation *inv)
{
    return invocation_value(inv, "short") != NULL  ? STATUS_SHORT
           : invocation_value(inv, "tmux") != NULL ? STATUS_TMUX
                                                   : STATUS_LONG;
}

/* No engine, or none that answers: a line too, on standard output, since that is what stands in a
 * status line. */
static int print_unknown(const struct invocation *inv, const struct error *why)
{
    const struct clock clock = clock_real();
    struct error err = ERROR_INIT;
    struct strbuf line = STRBUF_INIT;
    int64_t age_ms = -1;
    if (why->kind == ERROR_REFUSED && engine_state_counts(inv) &&
        engine_state_age(invocation_value(inv, "state"), clock_wall(&clock).ms, &age_ms, &err)) {
        status_line_gone(&line, form_of(inv), age_ms);
    } else {
        status_line_unknown(&line, form_of(inv), why);
    }
    puts(strbuf_cstr(&line));
    strbuf_release(&line);
    error_release(&err);
    return EXIT_STATUS_UNKNOWN;
}

static int print_reply(const struct invocation *inv, const struct engine_reply *reply)
{
    struct json root = json_root(reply->document);
    int status = status_line_exit(root);
    if (invocation_value(inv, "json") != NULL) {
        fwrite(reply->body.data, 1, reply->body.len, stdout);
        putchar('\n');
        return status;
    }
    struct strbuf line = STRBUF_INIT;
    status_line(&line, form_of(inv), root);
    puts(strbuf_cstr(&line));
    strbuf_release(&line);
    return status;
}

static int run(const struct invocation *inv)
{
    struct engine_reply reply = {.document = NULL};
    struct error err = ERROR_INIT;
    int status;
    if (!check_usage(inv, &err)) {
        status = command_fail(&err);
    } else if (engine_ask(inv, "GET", "/api/tocsin/v1/status", STR_NONE, &reply, &err)) {
        status = print_reply(inv, &reply);
    } else if (invocation_value(inv, "json") != NULL) {
        (void)command_fail(&err);
        status = EXIT_STATUS_UNKNOWN;
    } else {
        status = print_unknown(inv, &err);
    }
    error_release(&err);
    engine_reply_release(&reply);
    return status;
}

const struct command command_status = {.name = "status",
                                       .arguments = "",
                                       .doc = "one line of how everything is",
                                       .options = options,
                                       .option_count = ARRAY_LEN(options),
                                       .run = run};
