/*
 * The rows of the overview's lists: services, and resources worst first. A row of resources is one
 * resource of one instance (the worst of its devices).
 *
 * Order: by what the person chose, then by name. Worst first of resources is: critical, warning,
 * unknown, then the rest; in each of these by utilization to a tenth of a per cent, rows that have
 * none last. For ROWS_CALM_MS after a key the order stays as it was drawn last, so that nothing
 * moves away under the finger.
 */
#ifndef TOCSIN_UI_VIEWS_ROWS_H
#define TOCSIN_UI_VIEWS_ROWS_H

#include "base/vec.h"
#include "ui/frame.h"

#define ROWS_CALM_MS 3000

struct board_row {
    uint64_t id;
    const struct instance *instance;
    enum signal_level level;
    /* Services: NULL. */
    const struct panel_resource *resource;
    /* The first row, or the worst device's; NULL where there is none. */
    const struct signal_row *utilization, *saturation, *errors;
    double key;    /* sorted by: larger first */
    double busy;   /* then by this, in the same way */
    size_t before; /* where it stood in the last frame */
};

struct board_rows {
    VEC(struct board_row) list;
    size_t hidden; /* by the filter */
};

void rows_services(struct board_rows *out, const struct frame *frame);
void rows_resources(struct board_rows *out, const struct frame *frame);
void rows_release(struct board_rows *rows);
/* The row of that id, or NULL. */
const struct board_row *rows_find(const struct board_rows *rows, uint64_t id);

/* The device that a row of resources is of, "" where it is of none. */
const char *rows_detail(const struct board_row *row);

/* The signal an index of a resource means; NULL for PANEL_NONE. */
const struct panel_signal *rows_signal(const struct instance *instance, size_t index);
/* The worst row of a signal: by level, then by value. NULL where it has none. */
const struct signal_row *rows_worst(const struct instance *instance, size_t index);

#endif
