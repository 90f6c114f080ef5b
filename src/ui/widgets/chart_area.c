/* One series as an area of stacked eighths. */
#include <math.h>

#include "ui/level.h"
#include "ui/widgets/chart_private.h"

static void draw_column(struct canvas *c, int x, struct rect plot, const struct chart *chart,
                        const struct bucket *bucket)
{
    const struct glyphs *g = chart->glyphs;
    double part = chart->max > 0 ? bucket->value / chart->max : 0;
    bool clipped = part > 1.05;
    part = part < 0 ? 0 : part > 1 ? 1 : part;
    int eighths = (int)floor(part * plot.h * 8 + 0.5);
    enum role role = level_chart_role(level_of_value(chart->signal, bucket->value));
    struct style style =
        style_with(bucket->partial ? ROLE_CHART_PARTIAL : role, chart->stale ? STYLE_DIM : 0);
    int y = plot.y + plot.h - 1;
    if (eighths == 0) {
        canvas_put(c, x, y, g->area_base, style);
        return;
    }
    for (; eighths > 0 && y >= plot.y; y--, eighths -= 8) {
        canvas_put(c, x, y, g->eighth[eighths < 8 ? eighths : 8], style);
    }
    if (clipped) {
        canvas_put(c, x, plot.y, g->clipped, style);
    }
}

void chart_draw_area(struct canvas *c, struct rect plot, const struct chart *chart)
{
    for (size_t i = 0; i < chart->axis.count; i++) {
        const struct bucket *bucket = &chart->series[0].buckets[i];
        if (bucket->state == BUCKET_VALUE) {
            draw_column(c, plot.x + (int)i, plot, chart, bucket);
        } else if (bucket->state != BUCKET_BEFORE) {
            /* The limit's line must not run through what is not known. */
            canvas_fill(c, rect_at(plot.x + (int)i, plot.y, 1, plot.h), ' ', style_of(ROLE_TEXT));
        }
    }
}
