/*
 * Several series as lines of box drawing, a row's height apart: every font has these. Where even
 * they are missing each series has a mark of its own.
 */
#include "ui/widgets/chart_private.h"

struct line_draw {
    struct canvas *canvas;
    struct rect plot;
    const struct glyphs *glyphs;
    struct style style;
    uint32_t mark; /* 0: line drawing */
};

static void put(const struct line_draw *d, int x, int row, uint32_t glyph)
{
    canvas_put(d->canvas, x, d->plot.y + d->plot.h - 1 - row, d->mark != 0 ? d->mark : glyph,
               d->style);
}

/* From `before` to `row` within column x. */
static void step(const struct line_draw *d, int x, int before, int row)
{
    if (before == row) {
        put(d, x, row, d->glyphs->horizontal);
        return;
    }
    if (d->mark != 0) {
        put(d, x, row, d->mark);
        return;
    }
    bool up = row > before;
    put(d, x, before, up ? d->glyphs->line_up_left : d->glyphs->line_down_left);
    put(d, x, row, up ? d->glyphs->line_up_right : d->glyphs->line_down_right);
    for (int r = (up ? before : row) + 1; r < (up ? row : before); r++) {
        put(d, x, r, d->glyphs->vertical);
    }
}

void chart_draw_lines(struct canvas *c, struct rect plot, const struct chart *chart)
{
    bool drawn = chart->glyphs->mode != GLYPHS_ASCII && chart->glyphs->mode != GLYPHS_LINUX;
    for (size_t s = 0; s < chart->count; s++) {
        struct line_draw d = {
            .canvas = c,
            .plot = plot,
            .glyphs = chart->glyphs,
            .style = style_with(chart_line_role(s), chart->stale ? STYLE_DIM : 0),
            .mark = drawn ? 0 : chart->glyphs->series[s],
        };
        int before = -1;
        for (size_t i = 0; i < chart->axis.count; i++) {
            const struct bucket *bucket = &chart->series[s].buckets[i];
            if (bucket->state != BUCKET_VALUE) {
                before = -1;
                continue;
            }
            int row = chart_row(bucket->value, chart->max, plot.h);
            step(&d, plot.x + (int)i, before >= 0 ? before : row, row);
            before = row;
        }
    }
}
