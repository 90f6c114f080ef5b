/* A horizontal bar in one row, to an eighth of a cell. */
#ifndef TOCSIN_UI_WIDGETS_BAR_H
#define TOCSIN_UI_WIDGETS_BAR_H

#include "ui/canvas.h"
#include "ui/glyphs.h"

/* `ratio` of the row's width, clamped to 0..1; NaN draws nothing. */
void bar_draw(struct canvas *c, struct rect r, const struct glyphs *glyphs, double ratio,
              struct style style);

#endif
