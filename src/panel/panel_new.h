/* For who makes panels (the reader, tests): an empty panel with one reference, its fields to be
 * filled. */
#ifndef TOCSIN_PANEL_PANEL_NEW_H
#define TOCSIN_PANEL_PANEL_NEW_H

#include "panel/panel.h"

struct panel *panel_new(void);

#endif
