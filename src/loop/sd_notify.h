/*
 * What the program tells its service manager: systemd's protocol of one datagram a message to
 * $NOTIFY_SOCKET (sd_notify(3)), without its library. Nothing happens where the variable is
 * missing, so that callers need not ask.
 *
 * The watchdog ($WATCHDOG_USEC, $WATCHDOG_PID: sd_watchdog_enabled(3)) is told from a timer of the
 * loop, at half the time: a loop that hangs no longer tells it, and is started anew.
 *
 * Owner: sd_notify_create/sd_notify_destroy (NULL is fine). The loop outlives it. Limit: a status
 * of SD_NOTIFY_STATUS_MAX bytes.
 */
#ifndef TOCSIN_LOOP_SD_NOTIFY_H
#define TOCSIN_LOOP_SD_NOTIFY_H

#include "loop/loop.h"

#define SD_NOTIFY_STATUS_MAX 256

struct sd_notify;

/* What the service manager said; each NULL where it is missing. Borrowed for the call. */
struct sd_notify_env {
    const char *socket;
    const char *watchdog_usec;
    const char *watchdog_pid;
};

/* From this program's environment. */
struct sd_notify_env sd_notify_env(void);
/* Takes the variables out of the environment: programs that this one starts do not speak for it. */
void sd_notify_env_forget(void);

/* ERROR_CONFIG for an address or a time that is none. The watchdog is told from now on; a message
 * of its that does not get out is logged. `log` may be NULL. */
struct sd_notify *sd_notify_create(struct loop *loop, struct log *log,
                                   const struct sd_notify_env *env,
                                   struct error *err) ATTR_NODISCARD;
void sd_notify_destroy(struct sd_notify *n);

/* Serving, from the start or again after a reload. */
bool sd_notify_ready(struct sd_notify *n, struct error *err) ATTR_NODISCARD;
/* To be followed by sd_notify_ready. */
bool sd_notify_reloading(struct sd_notify *n, struct error *err) ATTR_NODISCARD;
bool sd_notify_stopping(struct sd_notify *n, struct error *err) ATTR_NODISCARD;
/* One line for people, shown by systemctl status: line ends become spaces, and ERROR_LIMIT where it
 * is too long. */
bool sd_notify_status(struct sd_notify *n, const char *text, struct error *err) ATTR_NODISCARD;
/* How often the watchdog is told; 0: there is none. */
int64_t sd_notify_watchdog_ms(const struct sd_notify *n);

#endif
