/*
 * How a running engine begins, with a screen or without: which configuration it has and where its
 * log goes. The options that this reads are in the rows of `tocsin` without a subcommand.
 *
 * Owner: a zeroed startup_log is closed; startup_log_close closes it.
 */
#ifndef TOCSIN_CMD_STARTUP_H
#define TOCSIN_CMD_STARTUP_H

#include <stdio.h>

#include "base/log.h"
#include "cmd/command.h"
#include "engine/config.h"

struct startup_log {
    struct clock clock;
    FILE *file; /* of --log, or NULL */
    struct log *log;
};

/* From the targets, or from --config and where else a configuration may be. Prints everything that
 * is wrong with it, and gives NULL where it cannot be used; the exit status is in `*status`. */
struct config *startup_config(const struct invocation *inv, int *status);
/* By --log, --log-format and --log-level; `otherwise` is where it goes without --log (NULL: not at
 * all). */
bool startup_log_open(struct startup_log *to, const struct invocation *inv, FILE *otherwise,
                      struct error *err) ATTR_NODISCARD;
void startup_log_close(struct startup_log *to);

#endif
