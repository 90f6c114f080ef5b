#include "ui/views/lists.h"

#include "base/unit.h"
#include "ui/level.h"
#include "ui/timefmt.h"
#include "ui/views/series.h"
#include "ui/views/use_table.h"
#include "ui/widgets/bar.h"
#include "ui/widgets/spark.h"
#include "ui/width.h"

/* A row being drawn. */
struct row_draw {
    struct frame *frame;
    const struct table_layout *layout;
    const struct board_row *row;
    int y;
    unsigned flags; /* STYLE_SELECTED on the selected row of the list that has the focus */
};

static struct style with_flags(struct style style, unsigned flags)
{
    style.flags |= (uint8_t)flags;
    return style;
}

static void cell_text(const struct row_draw *d, size_t column, enum text_align align,
                      enum text_fit fit, struct style style, struct str text)
{
    canvas_text_in(d->frame->canvas, table_cell(d->layout, column, d->y), align, fit,
                   d->frame->glyphs->cut, with_flags(style, d->flags), text);
}

static void cell_value(const struct row_draw *d, size_t column, enum value_form form,
                       const struct panel_signal *signal, const struct signal_row *value)
{
    struct strbuf text;
    strbuf_init(&text, 128);
    value_text_within(&text, form, d->layout->width[column], d->frame->glyphs, d->row->instance,
                      signal, value);
    cell_text(d, column, ALIGN_RIGHT, TEXT_WHOLE, value_style(d->row->instance, value, ROLE_TEXT),
              strbuf_str(&text));
    strbuf_release(&text);
}

static void cell_named(const struct row_draw *d, size_t column, const char *name)
{
    size_t index = panel_find_signal(d->row->instance->panel, name);
    cell_value(d, column, VALUE_COLUMN, rows_signal(d->row->instance, index),
               index == PANEL_NONE ? NULL : instance_signal(d->row->instance, name));
}

static void cell_state(const struct row_draw *d, size_t column, enum signal_level level)
{
    const struct instance *instance = d->row->instance;
    bool stale = instance->state == INSTANCE_STALE;
    canvas_put(d->frame->canvas, d->layout->x[column], d->y,
               stale ? d->frame->glyphs->unknown : level_glyph(d->frame->glyphs, level),
               with_flags(style_of(stale ? ROLE_STATE_UNKNOWN : level_role(level, ROLE_TEXT)),
                          d->flags));
}

static void cell_name(const struct row_draw *d, size_t column, enum signal_level level)
{
    const struct instance *instance = d->row->instance;
    enum role role =
        instance->state == INSTANCE_STALE ? ROLE_STATE_STALE : level_role(level, ROLE_TEXT);
    cell_text(d, column, ALIGN_LEFT, TEXT_MARK_MIDDLE, style_of(role), str_from(instance->name));
}

/* How long nothing came: in words, or as a mere age where they have no room. */
static void cell_stale(const struct row_draw *d, size_t column)
{
    const struct instance *instance = d->row->instance;
    int64_t now_ms = d->frame->scene->now_ms;
    struct strbuf text = STRBUF_INIT;
    strbuf_add_char(&text, ' ');
    timefmt_stale(&text, now_ms, instance->last_seen.ms);
    if (width_columns(strbuf_str(&text)) > d->layout->width[column]) {
        strbuf_reset(&text);
        strbuf_add_char(&text, ' ');
        if (instance->last_seen.ms != 0) {
            timefmt_age_coarse(&text, now_ms, instance->last_seen.ms);
        }
    }
    cell_text(d, column, ALIGN_RIGHT, TEXT_WHOLE, style_of(ROLE_STATE_UNKNOWN), strbuf_str(&text));
    strbuf_release(&text);
}

static void cell_spark(const struct row_draw *d, size_t column, const struct panel_signal *signal,
                       const struct signal_row *value, double max)
{
    struct frame *frame = d->frame;
    struct rect r = table_cell(d->layout, column, d->y);
    const struct instance *instance = d->row->instance;
    if (rect_is_empty(r)) {
        return;
    }
    struct bucket_axis axis = series_axis(frame, instance, r.w);
    series_fill(frame->buckets, &axis, instance, signal, value);
    bool stale = instance->state == INSTANCE_STALE;
    struct spark spark = {.glyphs = frame->glyphs,
                          .buckets = frame->buckets,
                          .count = axis.count,
                          .max = max,
                          .signal = signal,
                          .flags = stale ? STYLE_DIM : 0};
    spark_draw(frame->canvas, r, &spark);
    if (stale) { /* over the gap at the end */
        cell_stale(d, column);
    }
}

/* Columns of the longest name, within reason. */
static int name_columns(const struct board_rows *rows)
{
    int columns = 8;
    VEC_EACH (&rows->list, const struct board_row, row) {
        int width = width_columns(str_from(row->instance->name));
        columns = width > columns ? width : columns;
    }
    return columns < 24 ? columns : 24;
}

static bool several_sources(const struct board_rows *rows)
{
    for (size_t i = 1; i < rows->list.len; i++) {
        if (!str_equal(str_from(rows->list.items[i].instance->source),
                       str_from(rows->list.items[0].instance->source))) {
            return true;
        }
    }
    return false;
}

static struct list_target target_of(const struct board_row *row)
{
    return (struct list_target){
        .instance = row->instance->id,
        .row = row->resource != NULL ? use_row_id(row->resource, rows_detail(row)) : 0};
}

/* The rows below the head; the marker of the selected one stands left of the columns. */
static void draw_rows(struct frame *frame, struct rect r, struct list *list,
                      const struct board_rows *rows, const struct table_layout *layout, bool focus,
                      void (*draw)(const struct row_draw *d))
{
    list_begin(list);
    VEC_EACH (&rows->list, const struct board_row, row) {
        vec_push(&list->ids, row->id);
        vec_push(&list->opens, target_of(row));
    }
    list_fit(list, r.h > 0 ? (size_t)r.h : 0);
    for (size_t i = 0; i < list->page && list->top + i < rows->list.len; i++) {
        const struct board_row *row = &rows->list.items[list->top + i];
        bool selected = list->has_selection && row->id == list->selected;
        int y = r.y + (int)i;
        struct row_draw d = {.frame = frame, .layout = layout, .row = row, .y = y};
        if (selected) {
            d.flags = list_draw_selected(frame->canvas, rect_row(r, (int)i), focus, frame->glyphs);
        }
        draw(&d);
    }
    list_draw_more(list, frame->canvas, r.x, r.y - 1, frame->glyphs);
}

enum { S_STATE, S_NAME, S_SOURCE, S_RATE, S_ERRORS, S_P50, S_P95, S_SPARK, S_COUNT };

static void draw_service(const struct row_draw *d)
{
    const struct instance *instance = d->row->instance;
    cell_state(d, S_STATE, instance->level);
    cell_name(d, S_NAME, instance->level);
    cell_text(d, S_SOURCE, ALIGN_LEFT, TEXT_MARK_END, style_of(ROLE_TEXT_MUTED),
              str_from(instance->source));
    cell_named(d, S_RATE, "rate");
    cell_named(d, S_ERRORS, "errors");
    cell_named(d, S_P50, "p50");
    cell_named(d, S_P95, "p95");
    size_t p95 = panel_find_signal(instance->panel, "p95");
    cell_spark(d, S_SPARK, rows_signal(instance, p95),
               p95 == PANEL_NONE ? NULL : instance_signal(instance, "p95"), 0);
}

#define COUNT_COLUMNS 4

/* "p95, last 1h", or as much of it as has room. */
static void spark_head(struct strbuf *out, const struct frame *frame, int room)
{
    static const char *const beginnings[] = {"p95, last ", "last ", ""};
    for (size_t i = 0; i < ARRAY_LEN(beginnings); i++) {
        strbuf_reset(out);
        strbuf_add_c(out, beginnings[i]);
        timefmt_range(out, frame->scene->range_ms);
        if (width_columns(strbuf_str(out)) <= room) {
            return;
        }
    }
}

static struct table_layout lay_out_services(const struct frame *frame, struct rect r,
                                            const struct board_rows *rows)
{
    bool sources = several_sources(rows), narrow = r.w < 60;
    int rate = narrow ? 5 : 7, value = narrow ? 6 : 7;
    struct table_column columns[S_COUNT] = {
        [S_STATE] = {"S", 1, 1, 0, false, ALIGN_LEFT},
        [S_NAME] = {"SERVICE", 4, name_columns(rows), 0, false, ALIGN_LEFT},
        [S_SOURCE] = {"SOURCE", sources ? 6 : 0, sources ? 10 : 0, 1, false, ALIGN_LEFT},
        [S_RATE] = {"REQ/S", rate, rate, 3, false, ALIGN_RIGHT},
        [S_ERRORS] = {"ERR%", value, value, 0, false, ALIGN_RIGHT},
        [S_P50] = {"p50", 7, 7, 2, false, ALIGN_RIGHT},
        [S_P95] = {"p95", value, value, 0, false, ALIGN_RIGHT},
        [S_SPARK] = {"", narrow ? 4 : 8, narrow ? 7 : 16, 4, true, ALIGN_LEFT},
    };
    struct table_layout layout = table_fit(columns, S_COUNT, rect_at(r.x + 1, r.y, r.w - 1, r.h));
    struct strbuf spark = STRBUF_INIT;
    bool cut = r.h - 1 < (int)rows->list.len; /* "5/9" stands there too */
    spark_head(&spark, frame, layout.width[S_SPARK] - (cut && narrow ? COUNT_COLUMNS : 0));
    columns[S_SPARK].title = strbuf_cstr(&spark);
    table_head(frame->canvas, r.y, columns, &layout);
    strbuf_release(&spark);
    return layout;
}

void service_list_draw(struct frame *frame, struct rect r, const struct board_rows *rows,
                       bool focus)
{
    if (r.h > 0 && r.w > 1) {
        struct table_layout layout = lay_out_services(frame, r, rows);
        draw_rows(frame, rect_at(r.x, r.y + 1, r.w, r.h - 1), &frame->state->services, rows,
                  &layout, focus, draw_service);
        list_draw_count(&frame->state->services, frame->canvas, rect_row(r, 0));
    }
}

void resource_title(struct strbuf *out, const struct board_row *row)
{
    if (row->resource == NULL) {
        strbuf_add_c(out, "-");
        return;
    }
    strbuf_add_c(out, row->resource->name);
    const char *detail = rows_detail(row);
    strbuf_printf(out, "%s%s", detail[0] != '\0' ? " " : "", detail);
}

enum { R_STATE, R_NAME, R_RESOURCE, R_BAR, R_BUSY, R_SATURATION, R_ERRORS, R_COUNT };

/* "load/cpu 1.7": saturation and errors mean another thing for each resource. */
static void cell_titled(const struct row_draw *d, size_t column, size_t index,
                        const struct signal_row *value)
{
    const struct panel_signal *signal = rows_signal(d->row->instance, index);
    if (signal == NULL || value == NULL) {
        return;
    }
    struct strbuf text;
    strbuf_init(&text, 512);
    value_text_titled(&text, d->frame->glyphs, d->row->instance, signal, value);
    cell_text(d, column, ALIGN_LEFT, TEXT_MARK_END,
              value_style(d->row->instance, value, ROLE_TEXT_MUTED), strbuf_str(&text));
    strbuf_release(&text);
}

static void draw_busy(const struct row_draw *d, const struct panel_signal *signal)
{
    const struct signal_row *busy = d->row->utilization;
    if (signal != NULL && signal->unit != UNIT_RATIO) {
        cell_spark(d, R_BAR, signal, busy, 0);
    } else if (d->row->instance->state == INSTANCE_STALE) {
        cell_stale(d, R_BAR); /* a bar would be of now */
    } else if (busy != NULL && busy->state == SIGNAL_VALUE) {
        bar_draw(d->frame->canvas, table_cell(d->layout, R_BAR, d->y), d->frame->glyphs, busy->now,
                 style_of(level_chart_role(busy->level)));
    }
    cell_value(d, R_BUSY, VALUE_LONG, signal, busy);
}

static void draw_resource(const struct row_draw *d)
{
    const struct board_row *row = d->row;
    struct strbuf title = STRBUF_INIT;
    cell_state(d, R_STATE, row->level);
    cell_name(d, R_NAME, row->level);
    resource_title(&title, row);
    cell_text(d, R_RESOURCE, ALIGN_LEFT, TEXT_MARK_MIDDLE,
              style_of(row->instance->state == INSTANCE_STALE ? ROLE_STATE_STALE : ROLE_TEXT),
              strbuf_str(&title));
    if (row->resource != NULL) {
        draw_busy(d, rows_signal(row->instance, row->resource->utilization));
        cell_titled(d, R_SATURATION, row->resource->saturation, row->saturation);
        cell_titled(d, R_ERRORS, row->resource->errors, row->errors);
    }
    strbuf_release(&title);
}

void resource_list_draw(struct frame *frame, struct rect r, const struct board_rows *rows,
                        bool focus)
{
    struct table_column columns[R_COUNT] = {
        [R_STATE] = {"S", 1, 1, 0, false, ALIGN_LEFT},
        [R_NAME] = {"HOST", 4, name_columns(rows), 0, false, ALIGN_LEFT},
        [R_RESOURCE] = {"RESOURCE", 6, 16, 0, false, ALIGN_LEFT},
        [R_BAR] = {"BUSY", 9, 12, 2, true, ALIGN_LEFT},
        [R_BUSY] = {"", 8, 8, 0, false, ALIGN_RIGHT},
        [R_SATURATION] = {"SATURATION", 15, 17, 3, true, ALIGN_LEFT},
        [R_ERRORS] = {"ERRORS", 12, 16, 1, false, ALIGN_LEFT},
    };
    if (r.h > 0 && r.w > 1) {
        struct rect table = rect_at(r.x + 1, r.y, r.w - 1, r.h);
        struct table_layout layout = table_fit(columns, R_COUNT, table);
        table_head(frame->canvas, r.y, columns, &layout);
        draw_rows(frame, rect_at(r.x, r.y + 1, r.w, r.h - 1), &frame->state->resources, rows,
                  &layout, focus, draw_resource);
    }
}
