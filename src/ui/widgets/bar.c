#include "ui/widgets/bar.h"

#include <math.h>

void bar_draw(struct canvas *c, struct rect r, const struct glyphs *glyphs, double ratio,
              struct style style)
{
    if (rect_is_empty(r) || isnan(ratio)) {
        return;
    }
    double clamped = ratio < 0 ? 0 : ratio > 1 ? 1 : ratio;
    int eighths = (int)floor(clamped * r.w * 8 + 0.5);
    if (eighths == 0 && ratio > 0) {
        eighths = 1; /* a little is not nothing */
    }
    for (int x = 0; x < r.w && eighths > 0; x++, eighths -= 8) {
        canvas_put(c, r.x + x, r.y, glyphs->hbar[eighths < 8 ? eighths : 8], style);
    }
}
