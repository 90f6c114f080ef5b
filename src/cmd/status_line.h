/*
 * One line out of what /api/tocsin/v1/status answers, in three widths. The one for tmux has its
 * colours as #[...]; a `#` of a name is doubled there, so that no name can bring styles or commands
 * of its own.
 */
#ifndef TOCSIN_CMD_STATUS_LINE_H
#define TOCSIN_CMD_STATUS_LINE_H

#include <stdint.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "net/json.h"

enum status_form { STATUS_LONG, STATUS_SHORT, STATUS_TMUX };

void status_line(struct strbuf *out, enum status_form form, struct json answer);
/* 0 ok, 1 warning, 2 critical, 3 for anything else. */
int status_line_exit(struct json answer);
/* No engine runs; the last one was alive `age_ms` ago, or never (-1). */
void status_line_gone(struct strbuf *out, enum status_form form, int64_t age_ms);
/* It could not be asked. */
void status_line_unknown(struct strbuf *out, enum status_form form, const struct error *why);

#endif
