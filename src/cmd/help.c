/* See help.h. */
#include "cmd/help.h"

#include <string.h>

#include "base/attr.h"
#include "base/strbuf.h"
#include "source/source.h"

#define HELP_COLUMN 30

static void print_row(FILE *out, const char *left, const char *right)
{
    int width = (int)strlen(left);
    if (width + 2 > HELP_COLUMN) {
        fprintf(out, "  %s\n  %*s%s\n", left, HELP_COLUMN, "", right);
    } else {
        fprintf(out, "  %-*s%s\n", HELP_COLUMN, left, right);
    }
}

static void print_option(FILE *out, const struct option_row *row)
{
    struct strbuf left = STRBUF_INIT;
    if (row->letter != 0) {
        strbuf_printf(&left, "-%c, ", row->letter);
    } else {
        strbuf_add_c(&left, "    ");
    }
    strbuf_printf(&left, "--%s", row->name);
    if (row->argument != NULL) {
        strbuf_printf(&left, "=%s", row->argument);
    }
    print_row(out, strbuf_cstr(&left), row->doc);
    strbuf_release(&left);
}

static void print_options(FILE *out, const struct command *command)
{
    fprintf(out, "\nOptions:\n");
    for (size_t i = 0; i < command->option_count; i++) {
        print_option(out, &command->options[i]);
    }
    print_row(out, "-h, --help", "this text");
    print_row(out, "-V, --version", "version and libraries");
}

static void print_usage(FILE *out, const struct command *command)
{
    fprintf(out, "tocsin %s%s[OPTION...] %s\n", command->name, command->name[0] != '\0' ? " " : "",
            command->arguments);
}

static void print_targets(FILE *out)
{
    fprintf(out, "\nTargets:\n");
    print_row(out, "http(s)://HOST:PORT[/PATH]",
              "a Prometheus API or a metrics page: it asks which");
    print_row(out, "host:", "this machine");
    fprintf(out, "\nKinds of sources in this build:\n");
    size_t count;
    const struct source_ops *const *table = source_table(&count);
    for (size_t i = 0; i < count; i++) {
        print_row(out, table[i]->kind, table[i]->doc);
    }
}

void help_print_all(FILE *out)
{
    size_t count;
    const struct command *const *commands = command_table(&count);
    const struct command *console = command_find("");
    fprintf(out, "tocsin: %s\n\nUsage: ", console->doc);
    print_usage(out, console);
    for (size_t i = 0; i < count; i++) {
        if (commands[i] != console) {
            fprintf(out, "       ");
            print_usage(out, commands[i]);
        }
    }
    fprintf(out, "\nCommands:\n");
    for (size_t i = 0; i < count; i++) {
        if (commands[i] != console) {
            print_row(out, commands[i]->name, commands[i]->doc);
        }
    }
    print_targets(out);
    print_options(out, console);
    fprintf(out, "\nThe manual is tocsin(1).\n");
}

void help_print_command(FILE *out, const struct command *command)
{
    fprintf(out, "tocsin %s: %s\n\nUsage: ", command->name, command->doc);
    print_usage(out, command);
    print_options(out, command);
}
