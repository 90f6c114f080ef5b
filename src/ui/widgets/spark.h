/* A chart of one row: a column of eighths a bucket. */
#ifndef TOCSIN_UI_WIDGETS_SPARK_H
#define TOCSIN_UI_WIDGETS_SPARK_H

#include "ui/bucket.h"
#include "ui/canvas.h"
#include "ui/glyphs.h"

struct spark {
    const struct glyphs *glyphs;
    const struct bucket *buckets;
    size_t count;
    double max;                        /* full height; 0: of the buckets themselves */
    const struct panel_signal *signal; /* columns past its limits are coloured; may be NULL */
    unsigned flags;                    /* of every cell */
};

/* Into the first row of `r`, the newest bucket at its right end. */
void spark_draw(struct canvas *c, struct rect r, const struct spark *spark);
/* Which of glyphs->eighth shows `value`: 1 to 8; zero is a line, not nothing. */
size_t spark_level(double value, double max);

#endif
