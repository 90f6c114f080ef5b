/* tocsin test: files of tests, with what was expected and what came. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "cmd/command.h"
#include "unittest/unittest.h"

static const struct option_row options[] = {
    {"semantics", 0, "v3|v2", "windows and names as in Prometheus 3 (default) or 2.x"},
};

static void print(void *user, const char *text)
{
    fputs(text, user);
}

static bool read_options(const struct invocation *inv, struct unittest_options *out,
                         struct error *err)
{
    if (inv->argument_count == 0) {
        error_set(err, ERROR_USAGE, "'test' takes at least one file");
        return false;
    }
    const char *semantics = invocation_value(inv, "semantics");
    out->semantics = SEMANTICS_V3;
    if (semantics != NULL && strcmp(semantics, "v2") == 0) {
        out->semantics = SEMANTICS_V2;
    } else if (semantics != NULL && strcmp(semantics, "v3") != 0) {
        error_set(err, ERROR_USAGE, "unknown semantics '%s'", semantics);
        error_suggest(err, "semantics are v3 and v2");
        return false;
    }
    return true;
}

/* Results go to standard output, what is wrong with the file itself to standard error. */
static bool run_file(const char *file, const struct unittest_options *how, struct report *report)
{
    struct diags diags;
    diags_init(&diags);
    bool ok = unittest_run_file(file, how, report, &diags);
    struct strbuf text = STRBUF_INIT;
    diags_format(&diags, &text);
    fflush(stdout);
    fputs(strbuf_cstr(&text), stderr);
    strbuf_release(&text);
    diags_release(&diags);
    return ok;
}

static int finish(const struct tally *tally)
{
    printf("%zu passed, %zu failed, %zu skipped\n", tally->passed, tally->failed, tally->skipped);
    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        struct error err = ERROR_INIT;
        error_set_sys(&err, errno, "cannot write to standard output");
        int status = command_fail(&err);
        error_release(&err);
        return status;
    }
    return tally->failed == 0 ? EXIT_STATUS_OK : EXIT_STATUS_WARNING;
}

static int run(const struct invocation *inv)
{
    struct unittest_options unittest;
    struct error err = ERROR_INIT;
    if (!read_options(inv, &unittest, &err)) {
        int status = command_fail(&err);
        error_release(&err);
        return status;
    }
    /* A reader that has seen enough (`| head`) ends this as it ends any other program. */
    signal(SIGPIPE, SIG_DFL);
    struct report report = {.print = print, .user = stdout};
    for (size_t i = 0; i < inv->argument_count; i++) {
        if (!run_file(inv->arguments[i], &unittest, &report)) {
            /* What could not be run counts, so that the summary never looks better than it is. */
            report.tally.failed++;
        }
    }
    return finish(&report.tally);
}

const struct command command_test = {.name = "test",
                                     .arguments = "FILE...",
                                     .doc = "run tests of expressions and rules",
                                     .options = options,
                                     .option_count = ARRAY_LEN(options),
                                     .run = run};
