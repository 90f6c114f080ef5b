/* Shared by the files that draw a chart's parts. */
#ifndef TOCSIN_UI_WIDGETS_CHART_PRIVATE_H
#define TOCSIN_UI_WIDGETS_CHART_PRIVATE_H

#include "ui/widgets/chart.h"

#define CHART_GUTTER 8 /* six columns of number, a blank, the axis */

/* The values' place, without gutter, labels and time row. */
void chart_draw_area(struct canvas *c, struct rect plot, const struct chart *chart);
void chart_draw_lines(struct canvas *c, struct rect plot, const struct chart *chart);
void chart_draw_braille(struct canvas *c, struct rect plot, const struct chart *chart);
/* Gaps and idle times of the first series, along the lowest row. */
void chart_draw_missing(struct canvas *c, struct rect plot, const struct chart *chart,
                        int buckets_a_column);
/* Row of `value` counted from the lowest (0) of `rows`. */
int chart_row(double value, double max, int rows);

#endif
