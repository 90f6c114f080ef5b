#include "ui/widgets/chart.h"

#include <math.h>
#include <stdlib.h>

#include "base/unit.h"
#include "base/utf8.h"
#include "ui/level.h"
#include "ui/timefmt.h"
#include "ui/widgets/chart_private.h"
#include "ui/width.h"

#define LABEL_WIDTH      4
#define TIME_LABEL_WIDTH 12 /* columns between two of them, at least */

static int gutter_of(int width)
{
    return width >= 24 ? CHART_GUTTER : 0;
}

static int labels_of(int width, size_t series_count)
{
    return series_count > 1 && width >= 30 ? LABEL_WIDTH : 0;
}

int chart_buckets(int width, size_t series_count, bool braille)
{
    int columns = width - gutter_of(width) - labels_of(width, series_count);
    if (columns < 0) {
        return 0;
    }
    return braille ? columns * 2 : columns;
}

enum role chart_line_role(size_t i)
{
    static const enum role roles[CHART_MAX_SERIES] = {ROLE_CHART_LINE_1, ROLE_CHART_LINE_2,
                                                      ROLE_CHART_LINE_3, ROLE_CHART_LINE_4};
    return roles[i < CHART_MAX_SERIES ? i : CHART_MAX_SERIES - 1];
}

int chart_row(double value, double max, int rows)
{
    double row = max > 0 && rows > 1 ? value / max * (rows - 1) : 0;
    return row > 0 ? (int)fmin(floor(row + 0.5), rows - 1) : 0;
}

void chart_draw_missing(struct canvas *c, struct rect plot, const struct chart *chart,
                        int buckets_a_column)
{
    const struct bucket *buckets = chart->series[0].buckets;
    int y = plot.y + plot.h - 1;
    for (size_t i = 0; i < chart->axis.count; i++) {
        int x = plot.x + (int)i / buckets_a_column;
        bool free = canvas_at(c, x, y)->text[0] == ' ';
        if (buckets[i].state == BUCKET_GAP && free) {
            canvas_put(c, x, y, chart->glyphs->gap, style_of(ROLE_CHART_GAP));
        } else if (buckets[i].state == BUCKET_IDLE && free) {
            canvas_put(c, x, y, chart->glyphs->idle, style_of(ROLE_CHART_IDLE));
        }
    }
}

/* A number and its tick in the gutter. */
static void draw_tick(struct canvas *c, struct rect r, int y, const struct chart *chart,
                      double value, struct style style)
{
    struct strbuf text;
    strbuf_init(&text, 64);
    if (value == 0) {
        strbuf_add_char(&text, '0');
    } else {
        unit_format(&text, value, chart->signal->unit);
    }
    canvas_fill(c, rect_at(r.x, y, CHART_GUTTER - 1, 1), ' ', style_of(ROLE_CHART_AXIS));
    canvas_text_in(c, rect_at(r.x, y, CHART_GUTTER - 2, 1), ALIGN_RIGHT, TEXT_CUT, ' ', style,
                   strbuf_str(&text));
    canvas_put(c, r.x + CHART_GUTTER - 1, y, chart->glyphs->tick_y, style_of(ROLE_CHART_AXIS));
    strbuf_release(&text);
}

/* The row that a number belongs to. An area fills a row from its lower edge on, a line runs through
 * the middle of one. */
static int tick_row(const struct chart *chart, double value, int rows)
{
    if (chart->count > 1) {
        return chart_row(value, chart->max, rows);
    }
    return (int)fmin(floor(value / chart->max * rows), rows - 1);
}

static bool is_limit_near(const struct chart *chart, int row, int rows)
{
    const struct panel_signal *s = chart->signal;
    const double limits[] = {s->has_warning ? s->warning : -1, s->has_critical ? s->critical : -1};
    for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
        int at = tick_row(chart, limits[i], rows);
        if (!s->low_is_bad && limits[i] > 0 && limits[i] <= chart->max && abs(at - row) <= 1) {
            return true;
        }
    }
    return false;
}

static void draw_limit(struct canvas *c, struct rect r, struct rect plot, const struct chart *chart,
                       double limit)
{
    if (!(limit > 0) || limit > chart->max) {
        return;
    }
    int row = tick_row(chart, limit, plot.h);
    if (row == 0) {
        return; /* on the ground it would look like the ground */
    }
    int y = plot.y + plot.h - 1 - row;
    canvas_fill(c, rect_at(plot.x, y, plot.w, 1), chart->glyphs->threshold,
                style_of(ROLE_CHART_THRESHOLD));
    if (plot.x - r.x >= CHART_GUTTER && row < plot.h - 1) {
        draw_tick(c, r, y, chart, limit, style_of(ROLE_CHART_THRESHOLD));
    }
}

static void draw_gutter(struct canvas *c, struct rect r, struct rect plot,
                        const struct chart *chart)
{
    if (plot.x - r.x < CHART_GUTTER) {
        return;
    }
    canvas_fill(c, rect_at(plot.x - 1, plot.y, 1, plot.h), chart->glyphs->vertical,
                style_of(ROLE_CHART_AXIS));
    draw_tick(c, r, plot.y, chart, chart->max, style_of(ROLE_CHART_AXIS));
    int middle = tick_row(chart, chart->max / 2, plot.h);
    if (plot.h >= 6 && !is_limit_near(chart, middle, plot.h)) {
        draw_tick(c, r, plot.y + plot.h - 1 - middle, chart, chart->max / 2,
                  style_of(ROLE_CHART_AXIS));
    }
    if (plot.h >= 2) {
        draw_tick(c, r, plot.y + plot.h - 1, chart, 0, style_of(ROLE_CHART_AXIS));
    }
}

/* The step of round times at which labels have room. */
static int64_t label_step(const struct bucket_axis *axis, int columns)
{
    int64_t a_column = axis->size_ms * (int64_t)axis->count / (columns > 0 ? columns : 1);
    static const int64_t minutes[] = {1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440};
    for (size_t i = 0; i < ARRAY_LEN(minutes); i++) {
        if (minutes[i] * 60000 >= a_column * TIME_LABEL_WIDTH) {
            return minutes[i] * 60000;
        }
    }
    int64_t days = a_column * TIME_LABEL_WIDTH / 86400000 + 1;
    return days * 86400000;
}

static void draw_times(struct canvas *c, struct rect row, const struct chart *chart, int columns)
{
    const struct bucket_axis *axis = &chart->axis;
    int64_t end = bucket_end(axis, axis->count - 1), span = end - axis->start_ms;
    int64_t step = label_step(axis, columns);
    int64_t offset = timefmt_offset_ms(end, chart->utc);
    int free_from = row.x, limit = row.x + row.w;
    if (chart->live && row.w >= 8) {
        limit = row.x + columns - 4;
        canvas_text(c, row.x + columns - 3, row.y, 3, style_of(ROLE_CHART_AXIS), STR("now"));
    }
    struct strbuf text;
    strbuf_init(&text, 64);
    int64_t first = (axis->start_ms + offset) / step * step - offset;
    for (int64_t t = first; t <= end; t += step) {
        strbuf_reset(&text);
        bool midnight = (t + offset) % 86400000 == 0;
        if (midnight) {
            timefmt_day(&text, t, chart->utc);
        } else {
            timefmt_minute(&text, t, chart->utc);
        }
        int width = width_columns(strbuf_str(&text));
        int x = row.x + (int)((t - axis->start_ms) * columns / span) - width / 2;
        if (x >= free_from && x + width <= limit) {
            canvas_text(c, x, row.y, width, style_of(ROLE_CHART_AXIS), strbuf_str(&text));
            free_from = x + width + 1;
        }
    }
    strbuf_release(&text);
}

/* The lines' names where they end, each on a row of its own. */
static void draw_labels(struct canvas *c, struct rect plot, const struct chart *chart)
{
    bool taken[CANVAS_MAX_SIDE] = {false};
    for (size_t s = chart->count; s-- > 0;) {
        const struct bucket *buckets = chart->series[s].buckets;
        size_t i = chart->axis.count;
        while (i > 0 && buckets[i - 1].state != BUCKET_VALUE) {
            i--;
        }
        if (i == 0 || plot.h > CANVAS_MAX_SIDE) {
            continue;
        }
        int row = chart_row(buckets[i - 1].value, chart->max, plot.h);
        while (row < plot.h && taken[row]) {
            row++;
        }
        if (row < plot.h) {
            taken[row] = true;
            canvas_text(c, plot.x + plot.w + 1, plot.y + plot.h - 1 - row, LABEL_WIDTH - 1,
                        style_of(chart_line_role(s)), str_from(chart->series[s].label));
        }
    }
}

static void draw_values(struct canvas *c, struct rect plot, const struct chart *chart)
{
    if (chart->count == 1) {
        chart_draw_area(c, plot, chart);
    } else if (chart->braille) {
        chart_draw_braille(c, plot, chart);
    } else {
        chart_draw_lines(c, plot, chart);
    }
    chart_draw_missing(c, plot, chart, chart->count > 1 && chart->braille ? 2 : 1);
}

void chart_draw(struct canvas *c, struct rect r, const struct chart *chart)
{
    int gutter = gutter_of(r.w), labels = labels_of(r.w, chart->count);
    int time_rows = r.h >= 4 ? 1 : 0;
    struct rect plot = rect_at(r.x + gutter, r.y, r.w - gutter - labels, r.h - time_rows);
    if (rect_is_empty(plot) || chart->count == 0 || chart->axis.count == 0) {
        return;
    }
    struct rect before = canvas_clip(c, r);
    draw_gutter(c, r, plot, chart);
    if (chart->signal->has_critical && !chart->signal->low_is_bad) {
        draw_limit(c, r, plot, chart, chart->signal->critical);
    }
    if (chart->signal->has_warning && !chart->signal->low_is_bad) {
        draw_limit(c, r, plot, chart, chart->signal->warning);
    }
    draw_values(c, plot, chart);
    if (labels > 0) {
        draw_labels(c, plot, chart);
    }
    if (time_rows > 0) {
        draw_times(c, rect_at(plot.x, r.y + r.h - 1, plot.w, 1), chart, plot.w);
    }
    canvas_unclip(c, before);
}
