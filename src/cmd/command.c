/* See command.h. */
#include "cmd/command.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "base/vec.h"

#define COMMAND(id) extern const struct command command_##id;
#include "cmd/commands.def"
#undef COMMAND

static const struct command *const commands[] = {
#define COMMAND(id) &command_##id,
#include "cmd/commands.def"
#undef COMMAND
};

const struct command *const *command_table(size_t *count)
{
    *count = ARRAY_LEN(commands);
    return commands;
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (strcmp(commands[i]->name, name) == 0) {
            return commands[i];
        }
    }
    return NULL;
}

static bool has_option(const struct command *command, const char *name)
{
    for (size_t i = 0; i < command->option_count; i++) {
        if (strcmp(command->options[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

const char *invocation_next(const struct invocation *inv, const char *name, size_t *at)
{
    bool known = has_option(inv->command, name);
    assert(known);
    (void)known;
    while (*at < inv->given.len) {
        const struct given_option *given = &inv->given.items[(*at)++];
        if (strcmp(given->row->name, name) == 0) {
            return given->value;
        }
    }
    return NULL;
}

const char *invocation_value(const struct invocation *inv, const char *name)
{
    const char *last = NULL;
    size_t at = 0;
    for (const char *value; (value = invocation_next(inv, name, &at)) != NULL;) {
        last = value;
    }
    return last;
}

void command_say(const char *head, const char *text)
{
    struct strbuf line = STRBUF_INIT;
    utf8_add_printable(&line, str_from(text));
    fprintf(stderr, "%s: %s\n", head, strbuf_cstr(&line));
    strbuf_release(&line);
}

int command_fail(const struct error *err)
{
    command_say("tocsin", error_text(err));
    if (err->suggestion != NULL) {
        command_say("tocsin", err->suggestion);
    }
    return error_kind_exit_status(err->kind);
}
