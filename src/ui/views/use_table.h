/*
 * The USE table of one machine: a row for every resource and device, with utilization as number and
 * spark, saturation and errors as what the pack calls them.
 *
 * Made before it is drawn, because what is selected in it decides which charts stand beside it, and
 * these how much room it gets.
 */
#ifndef TOCSIN_UI_VIEWS_USE_TABLE_H
#define TOCSIN_UI_VIEWS_USE_TABLE_H

#include "base/vec.h"
#include "ui/frame.h"

struct use_row {
    const struct panel_resource *resource;
    const char *detail;
    const struct signal_row *utilization, *saturation, *errors;
};

struct use_table {
    const struct instance *instance;
    VEC(struct use_row) rows;
};

/* Owner: use_table_release. Its rows become those of the detail's list. */
void use_table_make(struct use_table *table, struct frame *frame, const struct instance *instance);
void use_table_release(struct use_table *table);
void use_table_draw(const struct use_table *table, struct frame *frame, struct rect r);
/* NULL where there is no row. */
const struct use_row *use_table_selected(const struct use_table *table, const struct frame *frame);
/* The id of the row of a resource and device. */
uint64_t use_row_id(const struct panel_resource *resource, const char *detail);

#endif
