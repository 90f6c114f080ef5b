/*
 * Where things go: pure arithmetic over sizes. Nothing is ever refused for being small; what has no
 * room is left out in a fixed order, and positions never depend on values.
 */
#ifndef TOCSIN_UI_LAYOUT_H
#define TOCSIN_UI_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/canvas.h"

enum size_class {
    SIZE_MICRO,  /* under 40 columns or 8 rows: the status and the worst rows */
    SIZE_NARROW, /* under 80 columns or 20 rows: lists */
    SIZE_STD,    /* lists, and charts of what is selected below */
    SIZE_WIDE,   /* from 120 columns on: charts to the right */
    SIZE_WALL    /* from 180 columns and 45 rows on: long lists stand side by side */
};
enum size_class size_class_of(int width, int height);

/* The screen's rows that are not the view's. Empty where there is no room. */
struct screen_layout {
    struct rect status, title, body, notice, hints;
};
struct screen_layout layout_screen(int width, int height, bool with_title, bool with_hints,
                                   bool with_notice);

/* The overview's panels; empty ones are not shown. `charts` are of what is selected in the list
 * that has the keys, `more` of what is selected in the other one. */
struct overview_layout {
    struct rect services, resources, charts, more, alerts;
};
/* `services` and `resources`: rows they have to show. `alerts`: rows of the panel of alerts with
 * its title, as layout_alert_rows allows; 0: none. */
struct overview_layout layout_overview(enum size_class size, struct rect body, size_t services,
                                       size_t resources, int alerts);
/* The most that the panel of alerts may have. */
int layout_alert_rows(enum size_class size, struct rect body);

/* Rows for two sections that want `a` and `b` of `total`: what they want where it fits; else the
 * second has two fifths, or what the first leaves. */
void layout_share(int total, int *a, int *b);

/* Cell `i` of `count` side by side in `r`; a cell gets at least `min_width`, else they stand below
 * each other. */
struct rect layout_cell(struct rect r, size_t i, size_t count, int min_width);
/* How many rows of cells that takes. */
size_t layout_cell_rows(int width, size_t count, int min_width);

#endif
