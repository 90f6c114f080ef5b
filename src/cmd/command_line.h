/*
 * The command line: which subcommand it names, its options by the command's rows, and running it.
 *
 * Options and arguments may be mixed; `--` ends the options; `-ab` is `-a -b`; `--name=value` and
 * `--name value` are the same. --help and --version are answered here for every command.
 */
#ifndef TOCSIN_CMD_COMMAND_LINE_H
#define TOCSIN_CMD_COMMAND_LINE_H

/* `argv[0]` is the program's name. Returns the exit status (command.h). */
int command_line_run(int argc, const char *const *argv);

#endif
