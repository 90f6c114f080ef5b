#include "ui/views/chart_panel.h"

#include <math.h>

#include "base/unit.h"
#include "ui/level.h"
#include "ui/timefmt.h"
#include "ui/views/series.h"
#include "ui/widgets/box.h"
#include "ui/widgets/chart.h"
#include "ui/widgets/spark.h"

/* One line of a chart. */
struct line_of {
    size_t signal;
    const struct signal_row *row;
};

struct lines {
    struct line_of list[CHART_MAX_SERIES];
    size_t count;
    size_t more; /* that a chart has no room for */
};

static void add_line(struct lines *lines, size_t signal, const struct signal_row *row)
{
    if (lines->count == CHART_MAX_SERIES) {
        lines->more++;
        return;
    }
    lines->list[lines->count++] = (struct line_of){.signal = signal, .row = row};
}

static struct lines lines_of(const struct chart_panel *panel)
{
    struct lines lines = {.count = 0};
    for (size_t i = 0; i < panel->count; i++) {
        size_t signal = panel->signals[i];
        if (signal >= panel->instance->panel->signals.len) {
            continue;
        }
        const struct signal_rows *rows = &panel->instance->signals[signal];
        if (i == 0 && panel->only != NULL) {
            add_line(&lines, signal, panel->only);
            continue;
        }
        for (size_t j = 0; j < rows->count; j++) {
            add_line(&lines, signal, &rows->rows[j]);
        }
        if (rows->count == 0) {
            add_line(&lines, signal, NULL);
        }
    }
    return lines;
}

static const struct panel_signal *signal_of(const struct chart_panel *panel, size_t signal)
{
    return &panel->instance->panel->signals.items[signal];
}

size_t chart_panel_of_resource(struct chart_panel out[CHART_PANEL_USE],
                               const struct instance *instance,
                               const struct panel_resource *resource,
                               const struct signal_row *const rows[CHART_PANEL_USE])
{
    const size_t signals[CHART_PANEL_USE] = {resource->utilization, resource->saturation,
                                             resource->errors};
    size_t count = 0;
    for (size_t i = 0; i < CHART_PANEL_USE; i++) {
        if (signals[i] != PANEL_NONE && rows[i] != NULL) {
            out[count++] = (struct chart_panel){
                .instance = instance, .signals = {signals[i]}, .count = 1, .only = rows[i]};
        }
    }
    return count;
}

/* At the end of a line: what tells it from the others. */
static const char *label_of(const struct chart_panel *panel, const struct line_of *line)
{
    bool by_device = panel->count == 1 && line->row != NULL && line->row->detail[0] != '\0';
    return by_device ? line->row->detail : signal_of(panel, line->signal)->title;
}

/* Texts of a title live as long as the frame of it is drawn. */
struct title {
    struct strbuf texts[CHART_MAX_SERIES + 1];
    struct box_text parts[2 * CHART_MAX_SERIES + 2];
    size_t count;
};

static void title_add(struct title *title, const char *text, struct style style)
{
    title->parts[title->count++] = (struct box_text){.text = text, .style = style};
}

static void title_make(struct title *title, const struct frame *frame,
                       const struct chart_panel *panel, const struct lines *lines)
{
    struct strbuf *name = &title->texts[CHART_MAX_SERIES];
    strbuf_init(name, 512);
    if (panel->subject != NULL) {
        strbuf_printf(name, "%s ", panel->subject);
    }
    if (lines->count > 0) {
        const struct line_of *first = &lines->list[0];
        if (lines->count == 1) {
            strbuf_printf(name, "%s ", signal_of(panel, first->signal)->title);
        }
        if (lines->count == 1 && first->row != NULL && first->row->detail[0] != '\0') {
            strbuf_printf(name, "%s ", first->row->detail);
        }
    }
    title_add(title, strbuf_cstr(name), style_of(ROLE_TITLE));
    for (size_t i = 0; i < lines->count; i++) {
        const struct line_of *line = &lines->list[i];
        struct strbuf *text = &title->texts[i];
        strbuf_init(text, 512);
        if (lines->count > 1) {
            bool both = panel->count > 1 && line->row != NULL && line->row->detail[0] != '\0';
            strbuf_printf(text, "%s%s %s%s", i > 0 ? "  " : "", label_of(panel, line),
                          both ? line->row->detail : "", both ? " " : "");
        }
        value_text(text, VALUE_LONG, frame->glyphs, panel->instance, signal_of(panel, line->signal),
                   line->row);
        enum role calm = lines->count > 1 ? chart_line_role(i) : ROLE_TEXT_STRONG;
        title_add(title, strbuf_cstr(text), value_style(panel->instance, line->row, calm));
    }
    title_add(title, NULL, style_of(ROLE_TEXT));
}

static void title_release(struct title *title)
{
    for (size_t i = 0; i < ARRAY_LEN(title->texts); i++) {
        strbuf_release(&title->texts[i]);
    }
}

static double shown_max(const struct frame *frame, const struct chart_panel *panel,
                        const struct lines *lines, const struct bucket_axis *axis)
{
    double max = 0;
    for (size_t i = 0; i < lines->count; i++) {
        double low, high;
        if (bucket_extent(frame->buckets + i * axis->count, axis->count, &low, &high)) {
            max = high > max ? high : max;
        }
    }
    uint64_t key = panel->instance->id ^ (lines->list[0].signal + 1) * UINT64_C(0x9E3779B97F4A7C15);
    key ^= (uint64_t)(uintptr_t)axis->size_ms * 31;
    if (lines->list[0].row != NULL && panel->only != NULL) {
        key ^= str_hash(str_from(panel->only->detail));
    }
    struct axis *vertical = axis_memory_get(&frame->state->axes, key);
    axis_update(vertical, max, signal_of(panel, lines->list[0].signal)->unit,
                bucket_end(axis, axis->count - 1), axis->size_ms);
    return vertical->max;
}

static void fill_buckets(const struct frame *frame, const struct chart_panel *panel,
                         const struct lines *lines, const struct bucket_axis *axis)
{
    for (size_t i = 0; i < lines->count; i++) {
        const struct line_of *line = &lines->list[i];
        series_fill(frame->buckets + i * axis->count, axis, panel->instance,
                    signal_of(panel, line->signal), line->row);
    }
}

static void draw_chart(struct frame *frame, struct rect r, const struct chart_panel *panel,
                       const struct lines *lines)
{
    bool braille = lines->count > 1 && frame->glyphs->braille &&
                   (panel->zoom || frame->glyphs->mode == GLYPHS_BRAILLE);
    int buckets = chart_buckets(r.w, lines->count, braille);
    if (buckets <= 0 || lines->count == 0) {
        return;
    }
    struct chart chart = {
        .glyphs = frame->glyphs,
        .axis = series_axis(frame, panel->instance, buckets),
        .count = lines->count,
        .signal = signal_of(panel, lines->list[0].signal),
        .braille = braille,
        .utc = frame->state->utc,
        .live = !frame->scene->frozen,
        .stale = panel->instance->state == INSTANCE_STALE,
    };
    fill_buckets(frame, panel, lines, &chart.axis);
    for (size_t i = 0; i < lines->count; i++) {
        chart.series[i] = (struct chart_series){.buckets = frame->buckets + i * chart.axis.count,
                                                .label = label_of(panel, &lines->list[i])};
    }
    chart.max = shown_max(frame, panel, lines, &chart.axis);
    chart_draw(frame->canvas, r, &chart);
}

/* `title value  spark` in one row. */
static void draw_line(struct frame *frame, struct rect r, const struct chart_panel *panel,
                      const struct title *title, const struct lines *lines)
{
    int x = r.x + 1, end = r.x + r.w;
    for (const struct box_text *t = title->parts; t->text != NULL && x < end; t++) {
        x += canvas_text(frame->canvas, x, r.y, end - x, t->style, str_from(t->text));
    }
    int aligned = r.x + (r.w >= 64 ? 32 : r.w / 2);
    int left = aligned > x + 1 ? aligned : x + 1;
    if (lines->count != 1 || end - left < 8) {
        return;
    }
    struct bucket_axis axis = series_axis(frame, panel->instance, end - left);
    fill_buckets(frame, panel, lines, &axis);
    struct spark spark = {.glyphs = frame->glyphs,
                          .buckets = frame->buckets,
                          .count = axis.count,
                          .signal = signal_of(panel, lines->list[0].signal)};
    spark_draw(frame->canvas, rect_at(left, r.y, end - left, 1), &spark);
}

static void right_text(struct strbuf *out, const struct frame *frame,
                       const struct chart_panel *panel, const struct lines *lines, int width)
{
    if (lines->more > 0) {
        strbuf_printf(out, "+%zu more  ", lines->more);
    }
    if (panel->instance->state == INSTANCE_STALE) {
        timefmt_stale(out, frame->scene->now_ms, panel->instance->last_seen.ms);
        return;
    }
    int buckets = chart_buckets(width, lines->count, false);
    if (buckets > 0) {
        timefmt_range(out, series_axis(frame, panel->instance, buckets).size_ms);
        strbuf_add_c(out, "/col");
    }
}

void chart_panel_draw(struct frame *frame, struct rect r, const struct chart_panel *panel)
{
    struct lines lines = lines_of(panel);
    if (rect_is_empty(r) || lines.count == 0) {
        return;
    }
    struct title title = {.count = 0};
    title_make(&title, frame, panel, &lines);
    if (r.h < 3) {
        draw_line(frame, rect_row(r, 0), panel, &title, &lines);
        title_release(&title);
        return;
    }
    struct strbuf right = STRBUF_INIT;
    right_text(&right, frame, panel, &lines, r.w - 2);
    struct box box = {.glyphs = frame->glyphs,
                      .title = title.parts,
                      .right = strbuf_cstr(&right),
                      .focus = panel->focus};
    struct rect inside =
        r.h >= 6 && r.w >= 40 ? box_draw(frame->canvas, r, &box) : box_rule(frame->canvas, r, &box);
    draw_chart(frame, inside, panel, &lines);
    strbuf_release(&right);
    title_release(&title);
}
