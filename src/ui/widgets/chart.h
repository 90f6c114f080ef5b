/*
 * A chart of several rows: one signal as an area of eighths, several as lines (braille where the
 * glyphs allow it, else line drawing, else marks). Gaps break lines, are drawn as such and are
 * never zero; the limits of the signal are a dashed line and a tick; times stand at round local
 * times.
 */
#ifndef TOCSIN_UI_WIDGETS_CHART_H
#define TOCSIN_UI_WIDGETS_CHART_H

#include <stdbool.h>

#include "ui/bucket.h"
#include "ui/canvas.h"
#include "ui/glyphs.h"

#define CHART_MAX_SERIES 4

struct chart_series {
    const struct bucket *buckets; /* of the chart's axis */
    const char *label;            /* at the right end of its line */
};

struct chart {
    const struct glyphs *glyphs;
    struct bucket_axis axis;
    struct chart_series series[CHART_MAX_SERIES]; /* a later one is drawn over an earlier one */
    size_t count;
    const struct panel_signal *signal; /* unit and limits */
    double max;                        /* upper end of the vertical axis; the lower one is 0 */
    bool braille;                      /* lines of dots: two buckets a column */
    bool utc;
    bool live; /* the right end is now */
    bool stale;
};

/* How many buckets a chart in a rectangle of `width` shows. */
int chart_buckets(int width, size_t series_count, bool braille);
void chart_draw(struct canvas *c, struct rect r, const struct chart *chart);
/* The role of series `i` of several. */
enum role chart_line_role(size_t i);

#endif
