/* What keys do to alerts, silences and the dialogs about them. Private to this folder. */
#ifndef TOCSIN_UI_ALERT_ACTIONS_H
#define TOCSIN_UI_ALERT_ACTIONS_H

#include "ui/screen_private.h"

void alert_act_ack(struct screen *screen);
void alert_act_unack(struct screen *screen);
void alert_act_dismiss(struct screen *screen);
void alert_act_silence(struct screen *screen);
void alert_act_expire(struct screen *screen);
/* The next (by > 0) or previous alert that nobody has. */
void alert_act_next_bad(struct screen *screen, int by);

/* The open dialog: what it asks for is done, or it says why not. */
void dialog_act_commit(struct screen *screen);

#endif
