/* The command line: which command, which options, what is refused. Commands run in this process,
 * with standard output and error in files. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cmd/command.h"
#include "cmd/command_line.h"
#include "support/suite.h"

static char *output, *errors; /* of the last run */

static char *slurp(FILE *file)
{
    char *text = mem_zalloc(1, 65536);
    rewind(file);
    size_t len = fread(text, 1, 65535, file);
    text[len] = '\0';
    fclose(file);
    return text;
}

static int run(int argc, const char *const *argv)
{
    fflush(NULL);
    FILE *out = tmpfile(), *err = tmpfile();
    int saved_out = dup(STDOUT_FILENO), saved_err = dup(STDERR_FILENO);
    dup2(fileno(out), STDOUT_FILENO);
    dup2(fileno(err), STDERR_FILENO);
    int status = command_line_run(argc, argv);
    fflush(NULL);
    dup2(saved_out, STDOUT_FILENO);
    dup2(saved_err, STDERR_FILENO);
    close(saved_out);
    close(saved_err);
    free(output);
    free(errors);
    output = slurp(out);
    errors = slurp(err);
    return status;
}

static void tear_down(void)
{
    free(output);
    free(errors);
    output = errors = NULL;
}

static const struct run_case {
    const char *words[8];
    int status;
    const char *out, *err; /* what is somewhere in there; NULL: it is empty */
} run_cases[] = {
    {{"--version"}, EXIT_STATUS_OK, "tocsin ", NULL},
    {{"query", "-V"}, EXIT_STATUS_OK, "tocsin ", NULL},
    {{"--help"}, EXIT_STATUS_OK, "Usage: tocsin [OPTION...] [TARGET...]", NULL},
    {{"help"}, EXIT_STATUS_OK, "Commands:", NULL},
    {{"help", "query"}, EXIT_STATUS_OK, "histogram_quantile(scalar, vector)", NULL},
    {{"help", "tocsin.yaml"}, EXIT_STATUS_OK, "default_source", NULL},
    {{"help", "tocsin"}, EXIT_STATUS_OK, "\nMove\n  Enter", NULL},
    {{"help", "keys"}, EXIT_STATUS_OK, "Usage: tocsin keys", NULL},
    {{"help", "nothing"}, EXIT_STATUS_USAGE, NULL, "there is no help on 'nothing'"},
    {{"help", ""}, EXIT_STATUS_USAGE, NULL, "there is no help on ''"},
    {{"help", "query", "keys"}, EXIT_STATUS_USAGE, NULL, "takes one topic"},
    {{"query", "-h"}, EXIT_STATUS_OK, "Usage: tocsin query [OPTION...] EXPR", NULL},
    {{"keys"}, EXIT_STATUS_OK, "q", NULL},
    {{"keys", "--format=json"}, EXIT_STATUS_OK, "[", NULL},
    {{"keys", "-fjson"}, EXIT_STATUS_OK, "[", NULL},
    {{"keys", "-f", "man"}, EXIT_STATUS_OK, ".", NULL},
    {{"keys", "--format", "xml"}, EXIT_STATUS_USAGE, NULL, "unknown format 'xml'"},
    {{"keys", "more"}, EXIT_STATUS_USAGE, NULL, "takes no argument"},
    {{"keys", "--fromat=json"}, EXIT_STATUS_USAGE, NULL, "did you mean '--format'?"},
    {{"keys", "--format"}, EXIT_STATUS_USAGE, NULL, "needs an argument"},
    {{"keys", "-x"}, EXIT_STATUS_USAGE, NULL, "unknown option '-x'"},
    {{"query", "-rate(x)"}, EXIT_STATUS_USAGE, NULL, "stands behind --"},
    {{"query", "-sum(x)"}, EXIT_STATUS_USAGE, NULL, "takes one expression"},
    {{"query", "-sum(x)"}, EXIT_STATUS_USAGE, NULL, "stands behind --"},
    {{"query", "-2^2"}, EXIT_STATUS_USAGE, NULL, "stands behind --"},
    {{"keys", "--", "--help"}, EXIT_STATUS_USAGE, NULL, "takes no argument"},
    {{"--utc=yes"}, EXIT_STATUS_USAGE, NULL, "takes no argument"},
    {{"--utc", "--range", "0", "host:"}, EXIT_STATUS_USAGE, NULL, "--range is from"},
    {{"--range=5", "host:"}, EXIT_STATUS_USAGE, NULL, "--range"},
    {{"--config", "/nowhere.yaml", "host:"}, EXIT_STATUS_USAGE, NULL, "cannot both be given"},
    {{"host:", "host:"}, 78, NULL, "two targets have the name 'host'"},
    {{"query"}, EXIT_STATUS_USAGE, NULL, "takes one expression"},
    {{"query", "a", "b"}, EXIT_STATUS_USAGE, NULL, "takes one expression"},
    {{"query", "up", "--format=xml"}, EXIT_STATUS_USAGE, NULL, "unknown format 'xml'"},
    {{"query", "up", "--load=x", "--source=y"}, EXIT_STATUS_USAGE, NULL, "--load and --source"},
    {{"query", "up", "--load=x", "-cy"}, EXIT_STATUS_USAGE, NULL, "--config has no effect"},
    {{"query", "up", "-s", "http://h", "-cy"}, EXIT_STATUS_USAGE, NULL, "--config has no effect"},
    {{"query", "up", "--lookback=soon"}, EXIT_STATUS_USAGE, NULL, "--lookback: "},
    {{"query", "up", "--lookback=0s"}, EXIT_STATUS_USAGE, NULL, "longer than 0"},
    {{"query", "up", "--timeout=x"}, EXIT_STATUS_USAGE, NULL, "--timeout: "},
    {{"query", "up", "--max-samples=-1"}, EXIT_STATUS_USAGE, NULL, "--max-samples is"},
    {{"query", "up", "--max-samples=0"}, EXIT_STATUS_USAGE, NULL, "--max-samples is"},
    {{"query", "up", "--load=x", "--semantics=v9"}, EXIT_STATUS_USAGE, NULL, "unknown semantics"},
    {{"query", "up", "--step=1", "--end=9"}, EXIT_STATUS_USAGE, NULL, "--start"},
    {{"query", "up", "--start=1", "--time=9"}, EXIT_STATUS_USAGE, NULL, "--time is one time"},
    {{"query", "up", "--start=now", "--end=now-1h"}, EXIT_STATUS_USAGE, NULL, "before --start"},
    {{"query", "up", "--start=9", "--end=0", "--step=1"},
     EXIT_STATUS_USAGE,
     NULL,
     "before --start"},
    {{"query", "up", "--time=soon"}, EXIT_STATUS_USAGE, NULL, "'soon' is not a time"},
    {{"query", "-l/dev/null", "1 + 1"}, EXIT_STATUS_OK, "2\n", NULL},
    {{"query", "-l/dev/null", "--format=json", "\"a\x1b[31mb\""},
     EXIT_STATUS_OK,
     "a\\u001b[31mb",
     NULL},
    {{"query", "-l/dev/null", "\"a\x1b[31mb\""}, EXIT_STATUS_OK, "a?[31mb\n", NULL},
    {{"query", "-l/dev/null", "1", "--start=0", "--end=9000000000000", "--step=0.001"},
     0 /* not looked at */,
     NULL,
     "steps were asked for"},
    {{"query", "-l/dev/null", "1 +"}, 65, NULL, "EXPR:1:"},
    {{"check", "/nowhere.yaml"}, 78, NULL, "/nowhere.yaml"},
};

START_TEST(test_run)
{
    const struct run_case *c = &run_cases[_i];
    const char *argv[ARRAY_LEN(c->words) + 1] = {"tocsin"};
    int argc = 1;
    while (argc <= (int)ARRAY_LEN(c->words) && c->words[argc - 1] != NULL) {
        argv[argc] = c->words[argc - 1];
        argc++;
    }
    int status = run(argc, argv);
    ck_assert_msg(c->status == 0 ? (status == 0) == (c->err == NULL) : status == c->status,
                  "status %d, said: %s", status, errors);
    ck_assert_msg(c->out == NULL ? output[0] == '\0' : strstr(output, c->out) != NULL, "%s",
                  output);
    ck_assert_msg(c->err == NULL ? errors[0] == '\0' : strstr(errors, c->err) != NULL, "%s",
                  errors);
}
END_TEST

/* What a server says goes to a terminal only after what a terminal acts on is out of it. */
START_TEST(test_fail_is_printable)
{
    fflush(NULL);
    FILE *err_file = tmpfile();
    int saved = dup(STDERR_FILENO);
    dup2(fileno(err_file), STDERR_FILENO);
    struct error err = ERROR_INIT;
    error_set(&err, ERROR_TIMEOUT, "said \x1b]0;title\x07");
    int status = command_fail(&err);
    fflush(NULL);
    dup2(saved, STDERR_FILENO);
    close(saved);
    errors = slurp(err_file);
    ck_assert_str_eq(errors, "tocsin: said ?]0;title?\n");
    ck_assert_int_eq(status, error_kind_exit_status(ERROR_TIMEOUT));
    error_release(&err);
}
END_TEST

START_TEST(test_table_is_sound)
{
    size_t count;
    const struct command *const *commands = command_table(&count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_ptr_eq(command_find(commands[i]->name), commands[i]);
        for (size_t k = 0; k < commands[i]->option_count; k++) {
            const struct option_row *row = &commands[i]->options[k];
            ck_assert_msg(row->letter != 'h' && row->letter != 'V', "%s", row->name);
            for (size_t m = 0; m < k; m++) {
                const struct option_row *other = &commands[i]->options[m];
                ck_assert_str_ne(row->name, other->name);
                ck_assert(row->letter == 0 || row->letter != other->letter);
            }
        }
    }
    ck_assert_ptr_null(command_find("nonsense"));
}
END_TEST

int main(void)
{
    /* The console's tests must not find a configuration of this machine's user. */
    setenv("TOCSIN_CONFIG", "/nowhere/tocsin.yaml", 1);
    setenv("XDG_CONFIG_HOME", "/nowhere", 1);
    TCase *tc = tcase_create("command");
    tcase_add_checked_fixture(tc, NULL, tear_down);
    tcase_add_loop_test(tc, test_run, 0, ARRAY_LEN(run_cases));
    tcase_add_test(tc, test_fail_is_printable);
    tcase_add_test(tc, test_table_is_sound);
    return suite_run("cmd/command", tc);
}
