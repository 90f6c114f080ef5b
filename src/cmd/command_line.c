/* See command_line.h. */
#include "cmd/command_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/suggest.h"
#include "cmd/command.h"
#include "cmd/help.h"

static size_t find_option(const struct command *command, struct str name)
{
    for (size_t i = 0; i < command->option_count; i++) {
        if (str_equal_c(name, command->options[i].name)) {
            return i;
        }
    }
    return command->option_count;
}

static size_t find_letter(const struct command *command, char letter)
{
    for (size_t i = 0; i < command->option_count; i++) {
        if (command->options[i].letter == letter) {
            return i;
        }
    }
    return command->option_count;
}

static bool unknown_option(const struct command *command, struct str name, struct error *err)
{
    const char *names[64];
    size_t count = 0;
    for (size_t i = 0; i < command->option_count && count < ARRAY_LEN(names); i++) {
        names[count++] = command->options[i].name;
    }
    error_set(err, ERROR_USAGE, "unknown option '--%.*s'", STR_ARG(name));
    const char *nearest = suggest_nearest(name, names, count);
    if (nearest != NULL) {
        error_suggest(err, "did you mean '--%s'?", nearest);
    }
    return false;
}

/* The words of the command line as they are gone through. */
struct words {
    int argc;
    const char *const *argv;
    int at;
};

static void give(struct invocation *inv, const struct option_row *row, const char *value)
{
    const struct given_option given = {row, value};
    vec_push(&inv->given, given);
}

/* Sets option `i`; `attached` is what stood behind '=' or the letter, or NULL. */
static bool set_option(struct invocation *inv, struct words *w, size_t i, const char *attached,
                       struct error *err)
{
    const struct option_row *row = &inv->command->options[i];
    if (row->argument == NULL) {
        if (attached != NULL) {
            return error_set(err, ERROR_USAGE, "option '--%s' takes no argument", row->name);
        }
        give(inv, row, "");
        return true;
    }
    if (attached == NULL && w->at + 1 < w->argc) {
        attached = w->argv[++w->at];
    }
    if (attached == NULL) {
        return error_set(err, ERROR_USAGE, "option '--%s' needs an argument: %s", row->name,
                         row->argument);
    }
    give(inv, row, attached);
    return true;
}

static bool parse_long(struct invocation *inv, struct words *w, struct error *err)
{
    struct str word = str_from(w->argv[w->at] + 2);
    size_t equal = str_find(word, '=');
    struct str name = str_slice(word, 0, equal);
    size_t i = find_option(inv->command, name);
    if (i == inv->command->option_count) {
        return unknown_option(inv->command, name, err);
    }
    return set_option(inv, w, i, equal < word.len ? word.data + equal + 1 : NULL, err);
}

static bool parse_short(struct invocation *inv, struct words *w, struct error *err)
{
    for (const char *p = w->argv[w->at] + 1; *p != '\0'; p++) {
        size_t i = find_letter(inv->command, *p);
        if (i == inv->command->option_count) {
            error_set(err, ERROR_USAGE, "unknown option '%s'", w->argv[w->at]);
            if (strpbrk(w->argv[w->at], "0123456789(") != NULL) {
                /* `-x` is an expression, too */
                error_suggest(err, "what is no option stands behind --");
            }
            return false;
        }
        if (inv->command->options[i].argument != NULL) {
            return set_option(inv, w, i, p[1] != '\0' ? p + 1 : NULL, err);
        }
        give(inv, &inv->command->options[i], "");
    }
    return true;
}

/* Options and arguments may be mixed; `--` ends the options; a lone `-` is an argument. */
static bool parse_words(struct invocation *inv, struct words *w, const char **arguments,
                        struct error *err)
{
    bool options = true;
    for (; w->at < w->argc; w->at++) {
        const char *word = w->argv[w->at];
        if (options && strcmp(word, "--") == 0) {
            options = false;
        } else if (options && word[0] == '-' && word[1] == '-') {
            if (!parse_long(inv, w, err)) {
                return false;
            }
        } else if (options && word[0] == '-' && word[1] != '\0') {
            if (!parse_short(inv, w, err)) {
                return false;
            }
        } else {
            arguments[inv->argument_count++] = word;
        }
    }
    return true;
}

static bool asked_for(const struct words *w, const char *option, const char *letter)
{
    for (int i = w->at; i < w->argc && strcmp(w->argv[i], "--") != 0; i++) {
        if (strcmp(w->argv[i], option) == 0 || strcmp(w->argv[i], letter) == 0) {
            return true;
        }
    }
    return false;
}

int command_line_run(int argc, const char *const *argv)
{
    const struct command *command = argc > 1 ? command_find(argv[1]) : NULL;
    struct words w = {.argc = argc, .argv = argv, .at = command != NULL ? 2 : 1};
    if (command == NULL) {
        command = command_find("");
    }
    if (asked_for(&w, "--version", "-V")) {
        help_print_version(stdout);
        return EXIT_STATUS_OK;
    }
    if (asked_for(&w, "--help", "-h")) {
        if (command->name[0] == '\0') {
            help_print_all(stdout);
        } else {
            help_print_command(stdout, command);
        }
        return EXIT_STATUS_OK;
    }
    struct invocation inv = {.command = command};
    const char **arguments = mem_zalloc((size_t)argc, sizeof(char *));
    inv.arguments = arguments;
    struct error err = ERROR_INIT;
    int status;
    if (parse_words(&inv, &w, arguments, &err)) {
        status = command->run(&inv);
    } else {
        status = command_fail(&err);
        fprintf(stderr, "tocsin: see 'tocsin %s%s--help'\n", command->name,
                command->name[0] != '\0' ? " " : "");
        error_release(&err);
    }
    vec_release(&inv.given);
    free(arguments);
    return status;
}
