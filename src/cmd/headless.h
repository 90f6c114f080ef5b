/*
 * tocsin --headless: the engine alone, as a service. It needs no terminal; its log is on standard
 * error. A service manager is told when it is ready, reloads and stops (loop/sd_notify.h).
 *
 * Ready: the configuration is loaded, the engine is there and every source was asked once, or
 * HEADLESS_READY_LIMIT_MS are over. SIGHUP and a changed file reload (cmd/reload.h). SIGTERM and
 * SIGINT end it with status 0, within HEADLESS_STOP_LIMIT_S.
 */
#ifndef TOCSIN_CMD_HEADLESS_H
#define TOCSIN_CMD_HEADLESS_H

#include "cmd/command.h"

#define HEADLESS_READY_LIMIT_MS 30000
#define HEADLESS_STOP_LIMIT_S   10
#define HEADLESS_SUMMARY_MS     60000

/* Does everything, errors printed; returns the exit status. */
int headless_run(const struct invocation *inv);

#endif
