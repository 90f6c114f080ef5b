/* An engine's control socket, served by tests/support/fake_engine.c (its path is $FAKE_ENGINE), and
 * commands run in this process with their output caught. */
#ifndef TOCSIN_TESTS_UNIT_CMD_ENGINE_FIXTURE_H
#define TOCSIN_TESTS_UNIT_CMD_ENGINE_FIXTURE_H

#include "cmd/command.h"
#include "support/suite.h"

extern char socket_path[108];
extern char *output, *errors; /* of the last command */

/* With $TOCSIN_SOCKET at the socket, and TZ UTC. */
void engine_setup(void);
void engine_teardown(void);
/* Served from here on. */
void engine_start(const char *scenario);
/* What the engine was told: a line a command. The caller frees. */
char *engine_record(void);
/* Its words end with NULL. */
int run_words(const char *const *words);
#define run(...) run_words((const char *const[]){"tocsin", __VA_ARGS__, NULL})
void expect_output(const char *part);
void expect_errors(const char *part);

#endif
