#include "ui/views/use_table.h"

#include "ui/level.h"
#include "ui/timefmt.h"
#include "ui/views/rows.h"
#include "ui/views/series.h"
#include "ui/widgets/spark.h"

static const struct signal_row *row_of(const struct instance *instance, size_t signal,
                                       const char *detail)
{
    if (signal >= instance->panel->signals.len) {
        return NULL;
    }
    const struct signal_rows *rows = &instance->signals[signal];
    for (size_t i = 0; i < rows->count; i++) {
        /* A signal of the whole machine stands in every device's row. */
        if (str_equal(str_from(rows->rows[i].detail), str_from(detail))) {
            return &rows->rows[i];
        }
    }
    return NULL;
}

static bool has_detail(const struct use_table *table, size_t from, const char *detail)
{
    for (size_t i = from; i < table->rows.len; i++) {
        if (str_equal(str_from(table->rows.items[i].detail), str_from(detail))) {
            return true;
        }
    }
    return false;
}

static void add_resource(struct use_table *table, const struct panel_resource *resource)
{
    const struct instance *instance = table->instance;
    const size_t signals[] = {resource->utilization, resource->saturation, resource->errors};
    size_t from = table->rows.len;
    for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
        if (signals[i] >= instance->panel->signals.len) {
            continue;
        }
        const struct signal_rows *rows = &instance->signals[signals[i]];
        for (size_t j = 0; j < rows->count; j++) {
            const char *detail = rows->rows[j].detail;
            if (has_detail(table, from, detail)) {
                continue;
            }
            struct use_row row = {.resource = resource, .detail = detail};
            row.utilization = row_of(instance, resource->utilization, detail);
            row.saturation = row_of(instance, resource->saturation, detail);
            row.errors = row_of(instance, resource->errors, detail);
            vec_push(&table->rows, row);
        }
    }
}

uint64_t use_row_id(const struct panel_resource *resource, const char *detail)
{
    return str_hash(str_from(resource->name)) * 31 + str_hash(str_from(detail));
}

void use_table_make(struct use_table *table, struct frame *frame, const struct instance *instance)
{
    struct list *list = &frame->state->detail;
    *table = (struct use_table){.instance = instance};
    VEC_EACH (&instance->panel->resources, const struct panel_resource, resource) {
        add_resource(table, resource);
    }
    list_begin(list);
    VEC_EACH (&table->rows, const struct use_row, row) {
        vec_push(&list->ids, use_row_id(row->resource, row->detail));
    }
    list_settle(list);
}

void use_table_release(struct use_table *table)
{
    vec_release(&table->rows);
}

const struct use_row *use_table_selected(const struct use_table *table, const struct frame *frame)
{
    size_t at = list_selected(&frame->state->detail);
    return at < table->rows.len ? &table->rows.items[at] : NULL;
}

enum { U_STATE, U_RESOURCE, U_BUSY, U_SPARK, U_SATURATION, U_ERRORS, U_COUNT };

struct use_draw {
    struct frame *frame;
    const struct instance *instance;
    const struct table_layout *layout;
    const struct use_row *row;
    int y;
    unsigned flags;
};

static void put_text(const struct use_draw *d, size_t column, enum text_align align,
                     enum text_fit fit, struct style style, struct str text)
{
    style.flags |= (uint8_t)d->flags;
    canvas_text_in(d->frame->canvas, table_cell(d->layout, column, d->y), align, fit,
                   d->frame->glyphs->cut, style, text);
}

static void put_titled(const struct use_draw *d, size_t column, size_t signal,
                       const struct signal_row *value)
{
    const struct panel_signal *of = rows_signal(d->instance, signal);
    if (of == NULL || value == NULL) {
        return;
    }
    struct strbuf text;
    strbuf_init(&text, 512);
    value_text_titled(&text, d->frame->glyphs, d->instance, of, value);
    put_text(d, column, ALIGN_LEFT, TEXT_MARK_END, value_style(d->instance, value, ROLE_TEXT_MUTED),
             strbuf_str(&text));
    strbuf_release(&text);
}

static void put_spark(const struct use_draw *d, const struct panel_signal *signal)
{
    struct frame *frame = d->frame;
    struct rect r = table_cell(d->layout, U_SPARK, d->y);
    if (rect_is_empty(r) || signal == NULL || d->row->utilization == NULL) {
        return;
    }
    struct bucket_axis axis = series_axis(frame, d->instance, r.w);
    series_fill(frame->buckets, &axis, d->instance, signal, d->row->utilization);
    struct spark spark = {.glyphs = frame->glyphs,
                          .buckets = frame->buckets,
                          .count = axis.count,
                          .max = signal->unit == UNIT_RATIO ? 1 : 0,
                          .signal = signal,
                          .flags = d->instance->state == INSTANCE_STALE ? STYLE_DIM : 0};
    spark_draw(frame->canvas, r, &spark);
}

static enum signal_level row_level(const struct use_row *row)
{
    const struct signal_row *parts[] = {row->utilization, row->saturation, row->errors};
    enum signal_level level = LEVEL_OK;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        level = parts[i] != NULL && parts[i]->level > level ? parts[i]->level : level;
    }
    return level;
}

static void draw_row(const struct use_draw *d)
{
    const struct use_row *row = d->row;
    bool stale = d->instance->state == INSTANCE_STALE;
    enum signal_level level = row_level(row);
    canvas_put(d->frame->canvas, d->layout->x[U_STATE], d->y,
               stale ? d->frame->glyphs->unknown : level_glyph(d->frame->glyphs, level),
               style_with(stale ? ROLE_STATE_UNKNOWN : level_role(level, ROLE_TEXT), d->flags));
    struct strbuf name = STRBUF_INIT;
    strbuf_printf(&name, "%s%s%s", row->resource->name, row->detail[0] != '\0' ? " " : "",
                  row->detail);
    put_text(d, U_RESOURCE, ALIGN_LEFT, TEXT_MARK_MIDDLE,
             style_of(stale ? ROLE_STATE_STALE : level_role(level, ROLE_TEXT)), strbuf_str(&name));
    strbuf_reset(&name);
    const struct panel_signal *signal = rows_signal(d->instance, row->resource->utilization);
    if (signal != NULL) {
        value_text_within(&name, VALUE_LONG, d->layout->width[U_BUSY], d->frame->glyphs,
                          d->instance, signal, row->utilization);
        put_text(d, U_BUSY, ALIGN_RIGHT, TEXT_WHOLE,
                 value_style(d->instance, row->utilization, ROLE_TEXT), strbuf_str(&name));
    }
    put_spark(d, signal);
    put_titled(d, U_SATURATION, row->resource->saturation, row->saturation);
    put_titled(d, U_ERRORS, row->resource->errors, row->errors);
    strbuf_release(&name);
}

static void draw_rows(const struct use_table *table, struct frame *frame, struct rect r,
                      const struct table_layout *layout)
{
    struct list *list = &frame->state->detail;
    list_fit(list, r.h > 0 ? (size_t)r.h : 0);
    for (size_t i = 0; i < list->page && list->top + i < table->rows.len; i++) {
        struct use_draw d = {.frame = frame,
                             .instance = table->instance,
                             .layout = layout,
                             .row = &table->rows.items[list->top + i],
                             .y = r.y + (int)i};
        if (list->ids.items[list->top + i] == list->selected) {
            d.flags = list_draw_selected(frame->canvas, rect_row(r, (int)i),
                                         frame->state->focus == 0, frame->glyphs);
        }
        draw_row(&d);
    }
    list_draw_more(list, frame->canvas, r.x, r.y - 1, frame->glyphs);
    list_draw_count(list, frame->canvas, rect_at(r.x, r.y - 1, r.w, 1));
}

void use_table_draw(const struct use_table *table, struct frame *frame, struct rect r)
{
    if (r.h < 1 || r.w < 2) {
        return;
    }
    struct strbuf spark = STRBUF_INIT;
    strbuf_add_c(&spark, r.w >= 60 ? "UTILIZATION" : "BUSY");
    if (r.w >= 100) {
        strbuf_add_c(&spark, ", last ");
        timefmt_range(&spark, frame->scene->range_ms);
    }
    struct table_column columns[U_COUNT] = {
        [U_STATE] = {"S", 1, 1, 0, false, ALIGN_LEFT},
        [U_RESOURCE] = {"RESOURCE", 8, 18, 0, false, ALIGN_LEFT},
        [U_BUSY] = {"", 8, 8, 0, false, ALIGN_RIGHT},
        [U_SPARK] = {strbuf_cstr(&spark), 8, 24, 2, true, ALIGN_LEFT},
        [U_SATURATION] = {"SATURATION", 12, r.w >= 100 ? 20 : 16, 3, false, ALIGN_LEFT},
        [U_ERRORS] = {"ERRORS", 12, r.w >= 100 ? 20 : 12, 1, false, ALIGN_LEFT},
    };
    struct table_layout layout = table_fit(columns, U_COUNT, rect_at(r.x + 1, r.y, r.w - 1, r.h));
    table_head(frame->canvas, r.y, columns, &layout);
    draw_rows(table, frame, rect_at(r.x, r.y + 1, r.w, r.h - 1), &layout);
    strbuf_release(&spark);
}
