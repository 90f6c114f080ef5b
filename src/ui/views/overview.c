/* The overview: services by RED, resources by USE, charts of what is selected. */
#include "ui/layout.h"
#include "ui/views/alerts.h"
#include "ui/views/chart_panel.h"
#include "ui/views/lists.h"
#include "ui/views/views.h"
#include "ui/widgets/box.h"

#define MIN_CHART_WIDTH 44
#define MIN_CHART_ROWS  8

struct overview {
    struct board_rows services, resources;
    bool focus_resources;
};

static struct overview overview_make(struct frame *frame)
{
    struct overview o = {.services = {.hidden = 0}};
    struct ui_state *state = frame->state;
    if (state->view == VIEW_OVERVIEW) {
        rows_services(&o.services, frame);
    }
    rows_resources(&o.resources, frame);
    /* A key must not act on rows of a list that is not shown any more. */
    if (o.services.list.len == 0) {
        list_begin(&state->services);
    }
    if (o.resources.list.len == 0) {
        list_begin(&state->resources);
    }
    bool both = o.services.list.len > 0 && o.resources.list.len > 0;
    state->panels = both ? 2 : 1;
    o.focus_resources = both ? state->focus % 2 == 1 : o.services.list.len == 0;
    return o;
}

static void overview_release(struct overview *o)
{
    rows_release(&o->services);
    rows_release(&o->resources);
}

/* The charts of a service: errors and latency tell most; the rate where there is room. */
static size_t service_charts(struct chart_panel *out, const struct instance *instance)
{
    static const char *const wanted[][CHART_PANEL_SIGNALS] = {
        {"errors"}, {"p50", "p95", "p99"}, {"rate"}};
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        struct chart_panel panel = {.instance = instance, .subject = instance->name};
        for (size_t j = 0; j < CHART_PANEL_SIGNALS && wanted[i][j] != NULL; j++) {
            size_t signal = panel_find_signal(instance->panel, wanted[i][j]);
            if (signal != PANEL_NONE) {
                panel.signals[panel.count++] = signal;
            }
        }
        if (panel.count > 0) {
            out[count++] = panel;
        }
    }
    return count;
}

static size_t resource_charts(struct chart_panel *out, const struct board_row *row)
{
    if (row->resource == NULL) {
        return 0;
    }
    const struct signal_row *const rows[] = {row->utilization, row->saturation, row->errors};
    size_t count = chart_panel_of_resource(out, row->instance, row->resource, rows);
    for (size_t i = 0; i < count; i++) {
        out[i].subject = row->instance->name;
    }
    return count;
}

/* Of what is selected among the resources, or among the services. */
static void draw_charts(struct frame *frame, struct rect r, const struct overview *o,
                        bool of_resource)
{
    const struct ui_state *state = frame->state;
    const struct list *list = of_resource ? &state->resources : &state->services;
    const struct board_row *row =
        rows_find(of_resource ? &o->resources : &o->services, list->selected);
    if (row == NULL || rect_is_empty(r)) {
        return;
    }
    struct chart_panel panels[CHART_PANEL_USE];
    size_t count =
        of_resource ? resource_charts(panels, row) : service_charts(panels, row->instance);
    /* As many as there is room for, the most telling first. */
    while (count > 1 && layout_cell_rows(r.w, count, MIN_CHART_WIDTH) * MIN_CHART_ROWS >
                            (size_t)(r.h > MIN_CHART_ROWS ? r.h : MIN_CHART_ROWS)) {
        count--;
    }
    for (size_t i = 0; i < count; i++) {
        chart_panel_draw(frame, layout_cell(r, i, count, MIN_CHART_WIDTH), &panels[i]);
    }
}

/* A rule says what the list is; without one the head says how much of it is shown. */
static void draw_resources(struct frame *frame, struct rect r, const struct overview *o, bool rule)
{
    struct list *list = &frame->state->resources;
    struct rect below = rule ? rect_at(r.x, r.y + 1, r.w, r.h - 1) : r;
    resource_list_draw(frame, below, &o->resources, o->focus_resources);
    if (!rule) {
        list_draw_count(list, frame->canvas, rect_row(r, 0));
        return;
    }
    struct strbuf text = STRBUF_INIT;
    strbuf_add_c(&text, "Resources, worst first");
    if (list->page < list->ids.len) {
        strbuf_printf(&text, ", %zu of %zu", list->page, list->ids.len);
    }
    struct box_text title[] = {{strbuf_cstr(&text), style_of(ROLE_TITLE)},
                               {NULL, style_of(ROLE_TEXT)}};
    struct box box = {.glyphs = frame->glyphs, .title = title, .focus = o->focus_resources};
    box_rule(frame->canvas, r, &box);
    strbuf_release(&text);
}

/* Too small for tables: the worst rows, services first. */
static void draw_micro(struct frame *frame, struct rect r, const struct overview *o)
{
    struct overview_layout l =
        layout_overview(SIZE_MICRO, r, o->services.list.len, o->resources.list.len, 0);
    struct ui_state *state = frame->state;
    bool services = l.services.h > 1, resources = l.resources.h > 1;
    if (services && !resources) { /* the only list there is room for has the keys */
        list_begin(&state->resources);
        state->panels = 1;
    }
    if (services) {
        service_list_draw(frame, l.services, &o->services, !resources || !o->focus_resources);
    }
    if (resources) {
        draw_resources(frame, l.resources, o, false);
    }
}

static void draw_panels(struct frame *frame, struct rect r, struct overview *o,
                        enum size_class size)
{
    struct ui_state *state = frame->state;
    int alerts = alert_panel_rows(frame, layout_alert_rows(size, r));
    struct overview_layout l =
        layout_overview(size, r, o->services.list.len, o->resources.list.len, alerts);
    if (l.resources.h < 2 && l.services.h > 0) { /* the only list there is room for has the keys */
        list_begin(&state->resources);
        state->panels = 1;
        o->focus_resources = false;
    }
    if (o->services.list.len > 0) {
        service_list_draw(frame, l.services, &o->services, !o->focus_resources);
    }
    draw_resources(frame, l.resources, o, l.services.h > 0 && l.resources.y > r.y);
    alert_panel_draw(frame, l.alerts);
    draw_charts(frame, l.charts, o, o->focus_resources);
    draw_charts(frame, l.more, o, !o->focus_resources);
}

/* Nothing to show of services and machines; alerts come before the reason why. */
static void draw_nothing(struct frame *frame, struct rect r, enum size_class size)
{
    int alerts = alert_panel_rows(frame, layout_alert_rows(size, r));
    alert_panel_draw(frame, rect_at(r.x, r.y, r.w, alerts));
    empty_draw(frame, rect_at(r.x, r.y + alerts, r.w, r.h - alerts));
}

void overview_draw(struct frame *frame, struct rect r)
{
    struct overview o = overview_make(frame);
    enum size_class size = size_class_of(frame->canvas->width, frame->canvas->height);
    if (o.services.list.len == 0 && o.resources.list.len == 0) {
        draw_nothing(frame, r, size);
    } else if (frame->state->zoom) {
        if (o.focus_resources) {
            draw_resources(frame, r, &o, false);
        } else {
            service_list_draw(frame, r, &o.services, true);
        }
    } else if (size == SIZE_MICRO) {
        draw_micro(frame, r, &o);
    } else {
        draw_panels(frame, r, &o, size);
    }
    overview_release(&o);
}
