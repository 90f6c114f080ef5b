/*
 * Where state is kept: systemd's $STATE_DIRECTORY (its first, where there are several), else
 * $XDG_STATE_HOME/tocsin, else ~/.local/state/tocsin (systemd.exec(5), RuntimeDirectory=; the XDG
 * base directory specification, which has relative paths ignored).
 */
#ifndef TOCSIN_ALERT_STATE_DIR_H
#define TOCSIN_ALERT_STATE_DIR_H

#include "base/error.h"

/* The caller frees. NULL with ERROR_CONFIG where the environment names none. Nothing is made. */
char *state_dir_find(struct error *err) ATTR_NODISCARD;
/* Makes it and what is above it, for their owner only. Fine where it is there. */
bool state_dir_make(const char *path, struct error *err) ATTR_NODISCARD;

#endif
