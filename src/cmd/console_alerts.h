/*
 * What the screen asks to be done to alerts and silences, handed to them; and what became of it, in
 * a line for the screen.
 *
 * Owner: console_alerts_init/console_alerts_release, the latter after the alerts are gone, which
 * cancels what is under way.
 */
#ifndef TOCSIN_CMD_CONSOLE_ALERTS_H
#define TOCSIN_CMD_CONSOLE_ALERTS_H

#include <stdbool.h>

#include "alert/alerts.h"
#include "ui/model.h"

/* `text` is borrowed for the call. */
typedef void (*console_told_cb)(void *user, const char *text);

struct console_order;
struct console_alerts {
    char *author; /* in whose name */
    console_told_cb told;
    void *user;
    struct console_order *orders; /* under way */
};

/* The author is $TOCSIN_USER, else who is logged in. */
void console_alerts_init(struct console_alerts *c, console_told_cb told, void *user);
void console_alerts_release(struct console_alerts *c);
/* Does what the command asks; false where it is not about alerts. `alerts` may be NULL: then that
 * is what is told. */
bool console_alerts_command(struct console_alerts *c, struct alerts *alerts,
                            const struct ui_command *command);

#endif
