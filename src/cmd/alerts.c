/* tocsin alerts: what is wrong now. */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cmd/alert_rows.h"
#include "cmd/engine_state.h"

#define WIDTH_DEFAULT 80
#define WIDTH_MAX     240

static const struct option_row options[] = {
    {"all", 'a', NULL, "also what is silenced, inhibited or resolved"},
    {"format", 'f', "table|plain|json", "how to print them (table)"},
    ENGINE_SOCKET_OPTION,
    ENGINE_STATE_OPTION,
};

static int terminal_width(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > WIDTH_DEFAULT) {
        return size.ws_col < WIDTH_MAX ? size.ws_col : WIDTH_MAX;
    }
    return WIDTH_DEFAULT;
}

static bool is_shown(const struct alert_row *row, bool all)
{
    return all || (!row->hidden && strcmp(row->state, "inactive") != 0);
}

/* What is not shown is counted, so that nobody takes an empty list for all. */
static void say_rest(const struct alert_rows *rows, bool all)
{
    size_t hidden = 0;
    size_t resolved = 0;
    VEC_EACH (&rows->rows, struct alert_row, row) {
        bool over = strcmp(row->state, "inactive") == 0;
        resolved += !all && over;
        hidden += !all && !over && row->hidden;
    }
    if (hidden + resolved != 0) {
        fflush(stdout);
        fprintf(stderr, "not shown: %zu silenced or inhibited, %zu resolved (--all)\n", hidden,
                resolved);
    }
}

static void print_rows(const struct alert_rows *rows, bool all, bool plain)
{
    int width = terminal_width();
    size_t shown = 0;
    VEC_EACH (&rows->rows, struct alert_row, row) {
        struct strbuf line = STRBUF_INIT;
        if (is_shown(row, all) && plain) {
            alert_row_plain(&line, row, rows->now_ms);
            puts(strbuf_cstr(&line));
        } else if (is_shown(row, all)) {
            if (shown++ == 0) {
                alert_row_table_head(&line, width);
                strbuf_add_char(&line, '\n');
            }
            alert_row_table(&line, row, rows->now_ms, width);
            puts(strbuf_cstr(&line));
        }
        strbuf_release(&line);
    }
}

/* As monitoring plugins exit: by the worst that fires and is not hidden. */
static int status_of(const struct alert_rows *rows)
{
    int status = EXIT_STATUS_OK;
    VEC_EACH (&rows->rows, struct alert_row, row) {
        if (row->fires && !row->hidden && row->severity == SEVERITY_CRITICAL) {
            return EXIT_STATUS_CRITICAL;
        }
        if (row->fires && !row->hidden && row->severity == SEVERITY_WARNING) {
            status = EXIT_STATUS_WARNING;
        }
    }
    return status;
}

static int print_reply(const struct invocation *inv, const struct engine_reply *reply,
                       struct error *err)
{
    const char *format = invocation_value(inv, "format");
    bool all = invocation_value(inv, "all") != NULL;
    struct alert_rows rows;
    int status = EXIT_STATUS_UNKNOWN;
    if (!alert_rows_read(&rows, json_root(reply->document), err)) {
        (void)command_fail(err);
    } else {
        bool old = engine_reply_is_old(reply);
        status = old ? EXIT_STATUS_UNKNOWN : status_of(&rows);
        if (format != NULL && strcmp(format, "json") == 0) {
            fwrite(reply->body.data, 1, reply->body.len, stdout);
            putchar('\n');
        } else {
            print_rows(&rows, all, format != NULL && strcmp(format, "plain") == 0);
            say_rest(&rows, all);
        }
        engine_reply_warn(reply);
    }
    alert_rows_release(&rows);
    return status;
}

static bool check_format(const struct invocation *inv, struct error *err)
{
    const char *format = invocation_value(inv, "format");
    if (format == NULL || strcmp(format, "table") == 0 || strcmp(format, "plain") == 0 ||
        strcmp(format, "json") == 0) {
        return true;
    }
    error_set(err, ERROR_USAGE, "unknown format '%s'", format);
    error_suggest(err, "formats are table, plain and json");
    return false;
}

static int run(const struct invocation *inv)
{
    const struct engine_question question = {
        .about = ENGINE_ALERTS, .matchers = inv->arguments, .matcher_count = inv->argument_count};
    struct engine_reply reply = {.document = NULL};
    struct error err = ERROR_INIT;
    int status;
    if (!check_format(inv, &err)) {
        status = command_fail(&err);
    } else if (!engine_get(inv, &question, &reply, &err)) {
        status = command_fail(&err);
        /* Whoever watches the exit status must not take this for all being well. */
        status = err.kind == ERROR_SYNTAX ? status : EXIT_STATUS_UNKNOWN;
    } else {
        status = print_reply(inv, &reply, &err);
    }
    error_release(&err);
    engine_reply_release(&reply);
    return status;
}

const struct command command_alerts = {.name = "alerts",
                                       .arguments = "[MATCHER...]",
                                       .doc = "the alerts of a running tocsin",
                                       .options = options,
                                       .option_count = ARRAY_LEN(options),
                                       .run = run};
