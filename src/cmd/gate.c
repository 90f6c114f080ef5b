/*
 * tocsin gate: the alerting rules of a file, evaluated once or for a while, and an exit status that
 * says how it stands: for a pipeline, or while a load test runs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "cmd/command.h"
#include "cmd/gate_check.h"
#include "cmd/gate_run.h"
#include "yaml/read.h"

#define OUTPUT_MAX ((size_t)64 << 20)

static const struct option_row options[] = {
    {"wait", 'w', "DURATION", "evaluate again and again for so long (once)"},
    {"format", 'f', "text|json|junit", "how to print what was found (text)"},
    {"source", 's', "NAME|TARGET", "who is asked: a source of the configuration, or an address"},
    {"load", 'l', "FILE", "ask the samples in FILE (- is standard input); may be given again"},
    {"config", 'c', "FILE", "the configuration"},
};

static bool read_wait(const struct invocation *inv, int64_t *wait_ms, struct error *err)
{
    const char *text = invocation_value(inv, "wait");
    *wait_ms = 0;
    if (text == NULL) {
        return true;
    }
    if (!duration_parse(str_from(text), wait_ms, err)) {
        err->kind = ERROR_USAGE;
        return error_wrap(err, "--wait");
    }
    if (*wait_ms <= 0 || *wait_ms > YAML_MAX_DURATION_MS) {
        return error_set(err, ERROR_USAGE, "--wait must be %s",
                         *wait_ms > 0 ? "at most 100y" : "longer than 0");
    }
    return true;
}

/* Options of which one would have no effect. */
static bool check_together(const struct invocation *inv, struct error *err)
{
    const char *source = invocation_value(inv, "source");
    bool loads = invocation_value(inv, "load") != NULL;
    if (inv->argument_count != 1) {
        return error_set(err, ERROR_USAGE, "'gate' takes one file of rules");
    }
    if (loads && source != NULL) {
        return error_set(err, ERROR_USAGE, "--load and --source both say who is asked");
    }
    if (loads && invocation_value(inv, "wait") != NULL) {
        return error_set(err, ERROR_USAGE, "--wait has no effect: what is loaded does not change");
    }
    bool is_target = source != NULL && strchr(source, ':') != NULL;
    if (invocation_value(inv, "config") != NULL && (loads || is_target)) {
        return error_set(err, ERROR_USAGE, "--config has no effect where %s is given",
                         loads ? "--load" : "an address");
    }
    return true;
}

static bool read_options(const struct invocation *inv, int64_t *wait_ms, gate_format *format,
                         struct error *err)
{
    const char *name = invocation_value(inv, "format");
    *format = gate_format_find(name != NULL ? name : "text");
    if (*format == NULL) {
        error_set(err, ERROR_USAGE, "unknown format '%s'", name);
        error_suggest(err, "formats are text, json and junit");
        return false;
    }
    return check_together(inv, err) && read_wait(inv, wait_ms, err);
}

static bool print_report(const struct gate_checks *checks, const char *file, int64_t took_ms,
                         gate_format format, enum gate_state *state, struct error *err)
{
    struct arena arena;
    struct gate_results results = {0};
    struct strbuf out;
    arena_init(&arena);
    strbuf_init(&out, OUTPUT_MAX);
    VEC_EACH (&checks->list, const struct gate_check, c) {
        gate_check_results(c, &arena, &results);
    }
    const struct gate_report report = {
        .file = file, .took_ms = took_ms, .results = results.list.items, .count = results.list.len};
    *state = gate_report_state(&report);
    format(&out, &report);
    bool ok = !out.overflowed;
    if (ok) {
        fwrite(strbuf_cstr(&out), 1, out.len, stdout);
    } else {
        error_set(err, ERROR_LIMIT, "more than %zu MiB of results", OUTPUT_MAX >> 20);
    }
    strbuf_release(&out);
    vec_release(&results.list);
    arena_release(&arena);
    return ok;
}

static int judge(const struct invocation *inv, int64_t wait_ms, gate_format format,
                 struct diags *diags, struct error *err)
{
    const char *file = inv->arguments[0];
    struct gate_checks checks = {0};
    struct gate_run *run = NULL;
    enum gate_state state = GATE_UNKNOWN;
    if (gate_checks_load(&checks, file, diags)) {
        run = gate_run_create(&checks, inv, wait_ms, diags, err);
    }
    int status = error_kind_exit_status(ERROR_CONFIG);
    if (run != NULL && gate_run_until_over(run, err) &&
        print_report(&checks, file, gate_run_took_ms(run), format, &state, err)) {
        status = (int)state;
    }
    /* What was judged has labels of whoever answered. */
    gate_checks_release(&checks);
    gate_run_destroy(run);
    return status;
}

static int run(const struct invocation *inv)
{
    struct error err = ERROR_INIT;
    struct diags diags;
    int64_t wait_ms;
    gate_format format;
    int status = EXIT_STATUS_USAGE;
    diags_init(&diags);
    if (read_options(inv, &wait_ms, &format, &err)) {
        status = judge(inv, wait_ms, format, &diags, &err);
    }
    struct strbuf text = STRBUF_INIT;
    diags_format(&diags, &text);
    fputs(strbuf_cstr(&text), stderr);
    strbuf_release(&text);
    diags_release(&diags);
    if (error_is(&err)) {
        status = command_fail(&err);
        error_release(&err);
    }
    return status;
}

const struct command command_gate = {.name = "gate",
                                     .arguments = "FILE",
                                     .doc = "judge alerting rules once, or for a while",
                                     .options = options,
                                     .option_count = ARRAY_LEN(options),
                                     .run = run};
