/* Sources: how the data comes in, and more of the one that is selected. */
#include <math.h>

#include "base/duration.h"
#include "base/unit.h"
#include "ui/filter.h"
#include "ui/views/views.h"
#include "ui/widgets/spark.h"
#include "ui/width.h"

#define NAME_MAX_COLUMNS     24
#define ENDPOINT_MAX_COLUMNS 40
#define ENDPOINT_CUT         21 /* "http://127.0.0.1:9090": other columns go first */

enum { C_STATE, C_NAME, C_KIND, C_ENDPOINT, C_AGE, C_EVERY, C_LATENCY, C_SPARK, C_ERROR, C_COUNT };

struct source_draw {
    struct frame *frame;
    const struct table_layout *layout;
    const struct source_health *source;
    int y;
    unsigned flags;
};

static uint32_t state_glyph(const struct glyphs *glyphs, enum source_state state)
{
    switch (state) {
    case SOURCE_DOWN:
        return glyphs->down;
    case SOURCE_DEGRADED:
        return glyphs->warning;
    case SOURCE_WAITING:
        return glyphs->unknown;
    case SOURCE_UP:
        return ' ';
    }
    return ' ';
}

static void put(const struct source_draw *d, size_t column, enum text_align align, enum role role,
                const char *text)
{
    canvas_text_in(d->frame->canvas, table_cell(d->layout, column, d->y), align, TEXT_MARK_END,
                   d->frame->glyphs->cut, style_with(role, d->flags), str_from(text));
}

static double newest_latency(const struct source_health *source)
{
    return source->latency_ms[SOURCE_HEALTH_LATENCIES - 1];
}

/* The last polls, newest at the right; failed ones are gaps, those before the first are nothing. */
static void put_latencies(const struct source_draw *d)
{
    struct bucket buckets[SOURCE_HEALTH_LATENCIES];
    uint64_t polls = d->source->attempts;
    for (size_t i = 0; i < SOURCE_HEALTH_LATENCIES; i++) {
        double latency = d->source->latency_ms[i];
        bool happened = SOURCE_HEALTH_LATENCIES - i <= polls;
        buckets[i] = (struct bucket){.value = latency,
                                     .state = !isnan(latency) ? BUCKET_VALUE
                                              : happened      ? BUCKET_GAP
                                                              : BUCKET_BEFORE};
    }
    struct spark spark = {
        .glyphs = d->frame->glyphs, .buckets = buckets, .count = SOURCE_HEALTH_LATENCIES};
    spark_draw(d->frame->canvas, table_cell(d->layout, C_SPARK, d->y), &spark);
}

static void draw_source(const struct source_draw *d)
{
    const struct source_health *s = d->source;
    int64_t now = d->frame->scene->now_ms;
    enum role role = source_state_role(s->state);
    struct strbuf text = STRBUF_INIT;
    canvas_put(d->frame->canvas, d->layout->x[C_STATE], d->y,
               state_glyph(d->frame->glyphs, s->state), style_with(role, d->flags));
    put(d, C_NAME, ALIGN_LEFT, role, s->name);
    put(d, C_KIND, ALIGN_LEFT, ROLE_TEXT_MUTED, s->kind);
    put(d, C_ENDPOINT, ALIGN_LEFT, ROLE_TEXT_MUTED, s->endpoint);
    source_age_text(&text, s, now);
    put(d, C_AGE, ALIGN_RIGHT,
        s->last_success.ms != 0 && source_is_late(s, now) ? ROLE_STATE_WARN : ROLE_TEXT,
        strbuf_cstr(&text));
    strbuf_reset(&text);
    duration_format_short(&text, s->interval_ms);
    put(d, C_EVERY, ALIGN_RIGHT, ROLE_TEXT_MUTED, strbuf_cstr(&text));
    strbuf_reset(&text);
    unit_format(&text, newest_latency(s) / 1000, UNIT_SECONDS);
    put(d, C_LATENCY, ALIGN_RIGHT, ROLE_TEXT, strbuf_cstr(&text));
    put_latencies(d);
    put(d, C_ERROR, ALIGN_LEFT, role,
        s->error_kind == ERROR_NONE ? "-" : error_kind_label(s->error_kind));
    strbuf_release(&text);
}

static uint64_t source_id(const struct source_health *source)
{
    return str_hash(str_from(source->name));
}

static bool is_shown(const struct frame *frame, const struct source_health *source)
{
    const char *texts[] = {source->name, source->kind, source->endpoint, source->error, NULL};
    return filter_matches(frame->state->filter, texts);
}

static const struct source_health *find_source(const struct frame *frame, uint64_t id)
{
    for (size_t i = 0; i < frame->scene->source_count; i++) {
        if (source_id(&frame->scene->sources[i]) == id) {
            return &frame->scene->sources[i];
        }
    }
    return NULL;
}

/* The longest name and endpoint, within reason. */
static void text_columns(const struct frame *frame, int *name, int *endpoint)
{
    *name = *endpoint = 8;
    for (size_t i = 0; i < frame->scene->source_count; i++) {
        int columns = width_columns(str_from(frame->scene->sources[i].name));
        *name = columns > *name ? columns : *name;
        columns = width_columns(str_from(frame->scene->sources[i].endpoint));
        *endpoint = columns > *endpoint ? columns : *endpoint;
    }
    *name = *name < NAME_MAX_COLUMNS ? *name : NAME_MAX_COLUMNS;
    *endpoint = *endpoint < ENDPOINT_MAX_COLUMNS ? *endpoint : ENDPOINT_MAX_COLUMNS;
}

/* Which source it is goes before how its last polls were. */
static struct table_layout lay_out(const struct frame *frame, struct rect r)
{
    int name, endpoint;
    text_columns(frame, &name, &endpoint);
    const struct table_column columns[C_COUNT] = {
        [C_STATE] = {"S", 1, 1, 0, false, ALIGN_LEFT},
        [C_NAME] = {"SOURCE", 8, name, 0, false, ALIGN_LEFT},
        [C_KIND] = {"TYPE", 10, 11, 2, false, ALIGN_LEFT},
        [C_ENDPOINT] = {"ENDPOINT", endpoint < ENDPOINT_CUT ? endpoint : ENDPOINT_CUT, endpoint, 5,
                        true, ALIGN_LEFT},
        [C_AGE] = {"AGE", 6, 6, 0, false, ALIGN_RIGHT},
        [C_EVERY] = {"EVERY", 5, 5, 3, false, ALIGN_RIGHT},
        [C_LATENCY] = {"LAT", 6, 6, 4, false, ALIGN_RIGHT},
        [C_SPARK] = {"LAST POLLS", 10, 10, 1, false, ALIGN_LEFT},
        [C_ERROR] = {"ERROR", 7, 9, 0, false, ALIGN_LEFT},
    };
    struct table_layout layout = table_fit(columns, C_COUNT, rect_at(r.x + 1, r.y, r.w - 1, r.h));
    table_head(frame->canvas, r.y, columns, &layout);
    return layout;
}

/* The rows there are, and which of them is selected. */
static void fill_list(struct frame *frame)
{
    struct list *list = &frame->state->sources;
    list_begin(list);
    for (size_t i = 0; i < frame->scene->source_count; i++) {
        if (is_shown(frame, &frame->scene->sources[i])) {
            vec_push(&list->ids, source_id(&frame->scene->sources[i]));
        }
    }
    list_settle(list);
}

static void draw_table(struct frame *frame, struct rect r)
{
    if (r.h < 1 || r.w < 2) {
        return;
    }
    struct table_layout layout = lay_out(frame, r);
    struct list *list = &frame->state->sources;
    list_fit(list, (size_t)(r.h - 1));
    for (size_t i = 0; i < list->page && list->top + i < list->ids.len; i++) {
        uint64_t id = list->ids.items[list->top + i];
        const struct source_health *source = find_source(frame, id);
        int y = r.y + 1 + (int)i;
        if (source == NULL) {
            continue;
        }
        struct source_draw d = {.frame = frame, .layout = &layout, .source = source, .y = y};
        if (id == list->selected) {
            d.flags =
                list_draw_selected(frame->canvas, rect_at(r.x, y, r.w, 1), true, frame->glyphs);
        }
        draw_source(&d);
    }
    list_draw_more(list, frame->canvas, r.x, r.y, frame->glyphs);
    list_draw_count(list, frame->canvas, rect_row(r, 0));
}

void sources_draw(struct frame *frame, struct rect r)
{
    if (frame->scene->source_count == 0) {
        empty_draw(frame, r);
        return;
    }
    fill_list(frame);
    const struct list *list = &frame->state->sources;
    const struct source_health *selected = find_source(frame, list->selected);
    int wanted = (int)frame->scene->source_count + 1, detail = 0;
    if (list->has_selection && selected != NULL) {
        detail = source_box_rows(selected, frame->scene->now_ms, r.w);
    }
    if (r.h < detail + 3) {
        detail = 0;
    }
    int table = r.h - detail < wanted ? r.h - detail : wanted;
    draw_table(frame, rect_at(r.x, r.y, r.w, table));
    if (detail > 0) {
        source_box_draw(frame, rect_at(r.x, r.y + table, r.w, detail), selected);
    }
}
