/* A signal's row as the columns of a chart or spark. */
#ifndef TOCSIN_UI_VIEWS_SERIES_H
#define TOCSIN_UI_VIEWS_SERIES_H

#include "ui/frame.h"

/* The axis of a chart of this instance, `columns` buckets wide. */
struct bucket_axis series_axis(const struct frame *frame, const struct instance *instance,
                               int columns);
/* Fills axis->count buckets. `row` may be NULL. What is known now stands in the newest column until
 * its first point is in: a console that has just started shows something at once. */
void series_fill(struct bucket *out, const struct bucket_axis *axis,
                 const struct instance *instance, const struct panel_signal *signal,
                 const struct signal_row *row);

#endif
