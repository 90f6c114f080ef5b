/*
 * tocsin completion: a script for bash, zsh or fish, made from the tables of commands, options,
 * functions and aggregations. What an option takes follows from its row: `a|b|c` are its words,
 * FILE is a file.
 */
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "cmd/command.h"
#include "promql/functions.h"
#include "promql/operators.h"

/* `a|b|c` as `a b c`; false where the argument is a name for something else. */
static bool add_words(struct strbuf *out, const char *argument)
{
    if (argument == NULL || strchr(argument, '|') == NULL) {
        return false;
    }
    for (const char *p = argument; *p != '\0'; p++) {
        if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-|", *p) == NULL) {
            return false;
        }
    }
    for (const char *p = argument; *p != '\0'; p++) {
        strbuf_add_char(out, *p == '|' ? ' ' : *p);
    }
    return true;
}

static bool takes_file(const char *argument)
{
    return argument != NULL && (strstr(argument, "FILE") != NULL || strcmp(argument, "PATH") == 0 ||
                                strcmp(argument, "DIRECTORY") == 0);
}

static bool takes_expression(const struct command *command)
{
    return strcmp(command->arguments, "EXPR") == 0;
}

static void add_expression_names(struct strbuf *out)
{
    size_t count;
    const struct function *functions = function_table(&count);
    for (int i = AGG_NONE + 1; i < AGG_COUNT_OF; i++) {
        strbuf_printf(out, "%s ", aggregate_info((enum aggregate_id)i)->name);
    }
    for (size_t i = 0; i < count; i++) {
        strbuf_printf(out, "%s%s", functions[i].name, i + 1 < count ? " " : "");
    }
}

static void add_command_names(struct strbuf *out)
{
    size_t count;
    const struct command *const *commands = command_table(&count);
    const char *between = "";
    for (size_t i = 0; i < count; i++) {
        if (commands[i]->name[0] != '\0') {
            strbuf_printf(out, "%s%s", between, commands[i]->name);
            between = " ";
        }
    }
}

/* `text` inside of single quotes, with `special` characters escaped by a backslash. */
static void add_quoted(struct strbuf *out, const char *text, const char *special)
{
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\'') {
            strbuf_add_c(out, "'\\''");
        } else {
            strbuf_add_c(out, strchr(special, *p) != NULL ? "\\" : "");
            strbuf_add_char(out, *p);
        }
    }
}

/* "console" stands for what runs without a subcommand. */
static const char *shown_name(const struct command *command)
{
    return command->name[0] != '\0' ? command->name : "console";
}

static void bash_option_values(struct strbuf *out, const struct command *command,
                               const struct option_row *row)
{
    if (row->argument == NULL) {
        return;
    }
    strbuf_printf(out, "    '%s --%s'", shown_name(command), row->name);
    if (row->letter != 0) {
        strbuf_printf(out, "|'%s -%c'", shown_name(command), row->letter);
    }
    struct strbuf words = STRBUF_INIT;
    (void)add_words(&words, row->argument);
    strbuf_printf(out, ") words='%s' files=%s expression='' ;;\n", strbuf_cstr(&words),
                  takes_file(row->argument) ? "1" : "''");
    strbuf_release(&words);
}

static void bash_command(struct strbuf *out, const struct command *command)
{
    strbuf_printf(out, "    %s)\n        options='", shown_name(command));
    for (size_t i = 0; i < command->option_count; i++) {
        strbuf_printf(out, "--%s%s ", command->options[i].name,
                      command->options[i].argument != NULL ? "=" : "");
    }
    strbuf_add_c(out, "--help --version'\n");
    struct strbuf words = STRBUF_INIT;
    if (takes_expression(command)) {
        strbuf_add_c(out, "        expression=1\n");
    } else if (add_words(&words, command->arguments)) {
        strbuf_printf(out, "        words='%s'\n", strbuf_cstr(&words));
    } else if (takes_file(command->arguments)) {
        strbuf_add_c(out, "        files=1\n");
    } else if (command->name[0] == '\0') {
        strbuf_add_c(out, "        words='host: http://'\n");
    }
    strbuf_add_c(out, "        ;;\n");
    strbuf_release(&words);
}

static const char bash_head[] =
    "# bash completion for tocsin; made by 'tocsin completion bash'\n"
    "_tocsin()\n"
    "{\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
    "    local command=console options='' words='' files='' expression='' value='' names\n"
    "    # bash takes '--format=js' apart at the sign.\n"
    "    if [[ $cur == = ]]; then\n"
    "        cur='' value=1\n"
    "    elif [[ $prev == = && $COMP_CWORD -gt 2 ]]; then\n"
    "        prev=${COMP_WORDS[COMP_CWORD-2]} value=1\n"
    "    fi\n"
    "    COMPREPLY=()\n";

static const char bash_tail[] =
    "    if [[ -z $value && $cur == -* ]]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")\n"
    "        [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace\n"
    "        return\n"
    "    fi\n"
    "    case \"$command $prev\" in\n";

static const char bash_end[] =
    "    esac\n"
    "    if [[ -n $expression && -z $words && -z $files ]]; then\n"
    "        # The name being written, behind what is written of the expression.\n"
    "        names=${cur##*[!a-zA-Z0-9_]}\n"
    "        mapfile -t COMPREPLY < <(compgen -P \"${cur%\"$names\"}\" -S '(' -W \"$functions\" -- "
    "\"$names\")\n"
    "        compopt -o nospace\n"
    "    elif [[ -n $words ]]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
    "    elif [[ -n $files ]]; then\n"
    "        compopt -o filenames\n"
    "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
    "    fi\n"
    "}\n"
    "complete -F _tocsin tocsin\n";

static void write_bash(struct strbuf *out)
{
    size_t count;
    const struct command *const *commands = command_table(&count);
    strbuf_add_c(out, bash_head);
    strbuf_add_c(out, "    local commands='");
    add_command_names(out);
    strbuf_add_c(out, "'\n    local functions='");
    add_expression_names(out);
    strbuf_add_c(out, "'\n    case ${COMP_WORDS[1]} in\n    ");
    struct strbuf names = STRBUF_INIT;
    add_command_names(&names);
    for (const char *p = strbuf_cstr(&names); *p != '\0'; p++) {
        strbuf_add_char(out, *p == ' ' ? '|' : *p);
    }
    strbuf_release(&names);
    strbuf_add_c(out, ") [[ $COMP_CWORD -gt 1 ]] && command=${COMP_WORDS[1]} ;;\n"
                      "    esac\n    case $command in\n");
    for (size_t i = 0; i < count; i++) {
        bash_command(out, commands[i]);
    }
    strbuf_add_c(out, "    esac\n"
                      "    [[ $COMP_CWORD -eq 1 ]] && words=\"$commands $words\"\n");
    strbuf_add_c(out, bash_tail);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < commands[i]->option_count; k++) {
            bash_option_values(out, commands[i], &commands[i]->options[k]);
        }
    }
    strbuf_add_c(out, bash_end);
}

static void zsh_argument(struct strbuf *out, const char *argument)
{
    strbuf_add_char(out, ':');
    add_quoted(out, argument, ":[]");
    strbuf_add_char(out, ':');
    struct strbuf words = STRBUF_INIT;
    if (add_words(&words, argument)) {
        strbuf_printf(out, "(%s)", strbuf_cstr(&words));
    } else if (takes_file(argument)) {
        strbuf_add_c(out, "_files");
    }
    strbuf_release(&words);
}

static void zsh_option(struct strbuf *out, const struct option_row *row)
{
    /* May be given again: `*`. */
    strbuf_add_c(out, " \\\n        '*--");
    strbuf_printf(out, "%s%s[", row->name, row->argument != NULL ? "=" : "");
    add_quoted(out, row->doc, ":[]");
    strbuf_add_char(out, ']');
    if (row->argument != NULL) {
        zsh_argument(out, row->argument);
    }
    strbuf_add_char(out, '\'');
    if (row->letter != 0) {
        strbuf_printf(out, " \\\n        '*-%c%s[", row->letter, row->argument != NULL ? "+" : "");
        add_quoted(out, row->doc, ":[]");
        strbuf_add_char(out, ']');
        if (row->argument != NULL) {
            zsh_argument(out, row->argument);
        }
        strbuf_add_char(out, '\'');
    }
}

static void write_zsh(struct strbuf *out)
{
    size_t count;
    const struct command *const *commands = command_table(&count);
    strbuf_add_c(out, "#compdef tocsin\n# zsh completion for tocsin; made by 'tocsin completion "
                      "zsh'\n_tocsin()\n{\n    local -a commands\n    commands=(\n");
    for (size_t i = 0; i < count; i++) {
        if (commands[i]->name[0] != '\0') {
            strbuf_printf(out, "        '%s:", commands[i]->name);
            add_quoted(out, commands[i]->doc, ":");
            strbuf_add_c(out, "'\n");
        }
    }
    strbuf_add_c(out, "    )\n"
                      "    if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then\n"
                      "        _describe command commands\n    fi\n"
                      "    local command=console\n"
                      "    if (( CURRENT > 2 )) && (( ${commands[(I)$words[2]:*]} )); then\n"
                      "        command=$words[2]\n        shift words\n        (( CURRENT-- ))\n"
                      "    fi\n    case $command in\n");
    for (size_t i = 0; i < count; i++) {
        strbuf_printf(out, "    %s) _arguments '--help[print the options]'",
                      shown_name(commands[i]));
        for (size_t k = 0; k < commands[i]->option_count; k++) {
            zsh_option(out, &commands[i]->options[k]);
        }
        if (takes_expression(commands[i])) {
            strbuf_add_c(out, " \\\n        '*:expression:(");
            add_expression_names(out);
            strbuf_add_c(out, ")'");
        } else if (commands[i]->arguments[0] != '\0') {
            strbuf_add_c(out, " \\\n        '*");
            zsh_argument(out, commands[i]->arguments);
            strbuf_add_char(out, '\'');
        }
        strbuf_add_c(out, " ;;\n");
    }
    strbuf_add_c(out, "    esac\n}\n_tocsin \"$@\"\n");
}

static void fish_option(struct strbuf *out, const struct command *command,
                        const struct option_row *row)
{
    strbuf_add_c(out, "complete -c tocsin -n ");
    if (command->name[0] == '\0') {
        strbuf_add_c(out, "__fish_use_subcommand");
    } else {
        strbuf_printf(out, "'__fish_seen_subcommand_from %s'", command->name);
    }
    strbuf_printf(out, " -l %s", row->name);
    if (row->letter != 0) {
        strbuf_printf(out, " -s %c", row->letter);
    }
    struct strbuf words = STRBUF_INIT;
    if (add_words(&words, row->argument)) {
        strbuf_printf(out, " -x -a '%s'", strbuf_cstr(&words));
    } else if (row->argument != NULL) {
        strbuf_add_c(out, takes_file(row->argument) ? " -r -F" : " -x");
    }
    strbuf_release(&words);
    strbuf_add_c(out, " -d '");
    add_quoted(out, row->doc, "");
    strbuf_add_c(out, "'\n");
}

static void write_fish(struct strbuf *out)
{
    size_t count;
    const struct command *const *commands = command_table(&count);
    strbuf_add_c(out, "# fish completion for tocsin; made by 'tocsin completion fish'\n"
                      "complete -c tocsin -f\n");
    for (size_t i = 0; i < count; i++) {
        const struct command *command = commands[i];
        struct strbuf words = STRBUF_INIT;
        if (command->name[0] != '\0') {
            strbuf_printf(out, "complete -c tocsin -n __fish_use_subcommand -a %s -d '",
                          command->name);
            add_quoted(out, command->doc, "");
            strbuf_printf(out, "'\ncomplete -c tocsin -n '__fish_seen_subcommand_from %s'",
                          command->name);
            if (takes_expression(command)) {
                add_expression_names(&words);
            }
            if (words.len != 0 || add_words(&words, command->arguments)) {
                strbuf_printf(out, " -a '%s'\n", strbuf_cstr(&words));
            } else {
                strbuf_add_c(out, takes_file(command->arguments) ? " -F\n" : " -f\n");
            }
        }
        strbuf_release(&words);
        for (size_t k = 0; k < command->option_count; k++) {
            fish_option(out, command, &command->options[k]);
        }
    }
}

static int run(const struct invocation *inv)
{
    static const struct {
        const char *shell;
        void (*write)(struct strbuf *out);
    } shells[] = {{"bash", write_bash}, {"zsh", write_zsh}, {"fish", write_fish}};
    for (size_t i = 0; inv->argument_count == 1 && i < ARRAY_LEN(shells); i++) {
        if (strcmp(inv->arguments[0], shells[i].shell) == 0) {
            struct strbuf out = STRBUF_INIT;
            shells[i].write(&out);
            fputs(strbuf_cstr(&out), stdout);
            strbuf_release(&out);
            return EXIT_STATUS_OK;
        }
    }
    struct error err = ERROR_INIT;
    error_set(&err, ERROR_USAGE, "'completion' takes the name of a shell: bash, zsh or fish");
    int status = command_fail(&err);
    error_release(&err);
    return status;
}

const struct command command_completion = {.name = "completion",
                                           .arguments = "bash|zsh|fish",
                                           .doc = "print a completion script for a shell",
                                           .options = NULL,
                                           .option_count = 0,
                                           .run = run};
