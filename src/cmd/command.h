/*
 * Subcommands: one file each, one table of them (commands.def). A command states its options as
 * rows; the rows feed the parser, `--help`, completion and the manual's check.
 */
#ifndef TOCSIN_CMD_COMMAND_H
#define TOCSIN_CMD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/vec.h"

/* How monitoring plugins exit, and sysexits.h from 64 on (base/errors.def). */
enum exit_status {
    EXIT_STATUS_OK = 0,
    EXIT_STATUS_WARNING = 1,
    EXIT_STATUS_CRITICAL = 2,
    EXIT_STATUS_UNKNOWN = 3,
    EXIT_STATUS_USAGE = 64,
};

struct option_row {
    const char *name;     /* long name, without "--" */
    char letter;          /* short one, or 0 */
    const char *argument; /* "FILE", or NULL: a flag */
    const char *doc;      /* one line */
};

/* An option as it was given; `value` is "" for a flag. */
struct given_option {
    const struct option_row *row;
    const char *value;
};

/* What was given on the command line. Texts are borrowed from argv. */
struct invocation {
    const struct command *command;
    VEC(struct given_option) given; /* in the order of the command line */
    const char *const *arguments;
    size_t argument_count;
};

struct command {
    const char *name;      /* "" is the console: what runs without a subcommand */
    const char *arguments; /* "EXPR", "[FILE...]" */
    const char *doc;       /* one line */
    const struct option_row *options;
    size_t option_count;
    /* Does everything, errors printed; returns the exit status. */
    int (*run)(const struct invocation *inv);
};

/* The last argument of option `name`, "" for a flag, or NULL where it was not given. A name that
 * the command does not have is a bug. */
const char *invocation_value(const struct invocation *inv, const char *name);
/* All arguments of an option that may be given several times, from `*at` (0 at first) on; NULL
 * behind the last one. */
const char *invocation_next(const struct invocation *inv, const char *name, size_t *at);

const struct command *command_find(const char *name);
const struct command *const *command_table(size_t *count);
/* "tocsin: TEXT" on standard error, with the suggestion where there is one. Returns the error's
 * exit status. */
int command_fail(const struct error *err);
/* A line on standard error of text that may come from a server: what a terminal would act on is
 * made harmless. */
void command_say(const char *head, const char *text);

#endif
