/*
 * Several series as lines of braille dots: two by four a cell. A cell has one colour, the last
 * series' in it; so that lines can be told apart without colour the second leaves out every second
 * dot and the third two of four.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "ui/widgets/chart_private.h"

/* Bits of U+2800 by column and row from the top (Unicode, chapter 21). */
static const uint8_t dots[2][4] = {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}};

struct dot_cell {
    uint8_t bits;
    uint8_t series;
};

struct dot_plane {
    struct dot_cell *cells;
    int width, height; /* in cells */
};

static void set_dot(struct dot_plane *plane, int x, int y, size_t series)
{
    if (x < 0 || y < 0 || x >= plane->width * 2 || y >= plane->height * 4) {
        return;
    }
    int row = plane->height - 1 - y / 4;
    struct dot_cell *cell = &plane->cells[row * plane->width + x / 2];
    cell->bits |= dots[x % 2][3 - y % 4];
    cell->series = (uint8_t)series;
}

static bool is_dashed_out(size_t series, int x)
{
    return series == 0 ? x % 2 == 1 : series == 1 ? x % 4 >= 2 : false;
}

static void add_series(struct dot_plane *plane, const struct chart *chart, size_t series)
{
    int before = -1;
    /* The last series is the one that matters most: it is the unbroken one. */
    size_t rank = chart->count - 1 - series;
    for (size_t i = 0; i < chart->axis.count; i++) {
        const struct bucket *bucket = &chart->series[series].buckets[i];
        if (bucket->state != BUCKET_VALUE) {
            before = -1;
            continue;
        }
        int y = chart_row(bucket->value, chart->max, plane->height * 4);
        int from = before < 0 ? y : before < y ? before + 1 : before > y ? before - 1 : y;
        before = y;
        if (rank > 0 && is_dashed_out(rank - 1, (int)i)) {
            continue;
        }
        for (int dot = from < y ? from : y; dot <= (from < y ? y : from); dot++) {
            set_dot(plane, (int)i, dot, series);
        }
    }
}

void chart_draw_braille(struct canvas *c, struct rect plot, const struct chart *chart)
{
    struct dot_plane plane = {.width = plot.w, .height = plot.h};
    plane.cells = mem_zalloc((size_t)plot.w * (size_t)plot.h, sizeof(*plane.cells));
    for (size_t s = 0; s < chart->count; s++) {
        add_series(&plane, chart, s);
    }
    for (int i = 0; i < plot.w * plot.h; i++) {
        if (plane.cells[i].bits != 0) {
            canvas_put(c, plot.x + i % plot.w, plot.y + i / plot.w, 0x2800u + plane.cells[i].bits,
                       style_with(chart_line_role(plane.cells[i].series),
                                  chart->stale ? STYLE_DIM : 0));
        }
    }
    free(plane.cells);
}
