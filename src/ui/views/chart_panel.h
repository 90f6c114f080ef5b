/*
 * One chart of an instance's signals with its title: in a frame where there is room, under a rule
 * where there is less, as one line where there is hardly any.
 */
#ifndef TOCSIN_UI_VIEWS_CHART_PANEL_H
#define TOCSIN_UI_VIEWS_CHART_PANEL_H

#include "ui/frame.h"

#define CHART_PANEL_SIGNALS 4

struct chart_panel {
    const struct instance *instance;
    size_t signals[CHART_PANEL_SIGNALS]; /* of the instance's panel */
    size_t count;
    const struct signal_row *only; /* of signals[0]: this row alone; NULL: all */
    const char *subject;           /* before the signal's title, or NULL */
    bool focus;
    bool zoom;
};

/* The charts of a resource by USE: of the rows of its utilization, saturation and errors that there
 * are (NULL: not). Gives how many of `out` were filled. */
#define CHART_PANEL_USE 3
size_t chart_panel_of_resource(struct chart_panel out[CHART_PANEL_USE],
                               const struct instance *instance,
                               const struct panel_resource *resource,
                               const struct signal_row *const rows[CHART_PANEL_USE]);
void chart_panel_draw(struct frame *frame, struct rect r, const struct chart_panel *panel);

#endif
