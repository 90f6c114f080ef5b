/* `--help` and `--version`, written from the command and option tables. */
#ifndef TOCSIN_CMD_HELP_H
#define TOCSIN_CMD_HELP_H

#include <stdio.h>

#include "cmd/command.h"

/* The console and every subcommand. */
void help_print_all(FILE *out);
void help_print_command(FILE *out, const struct command *command);
/* Version, and the versions of the libraries it runs with. */
void help_print_version(FILE *out);

#endif
