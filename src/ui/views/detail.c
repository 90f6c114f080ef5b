/*
 * One service or resource: the charts its pack's `view` asks for; for a machine the USE table
 * above them, and before them the charts of what is selected there.
 */
#include <string.h>

#include "ui/layout.h"
#include "ui/views/chart_panel.h"
#include "ui/views/rows.h"
#include "ui/views/use_table.h"
#include "ui/views/views.h"

#define MIN_CELL_WIDTH 40
#define MIN_CELL_ROWS  3 /* a rule and two rows of values */
#define MIN_CHART_ROWS 6 /* below a table */
#define MAX_PANELS     32

struct detail_panels {
    struct chart_panel list[MAX_PANELS];
    size_t row[MAX_PANELS]; /* of the pack's view */
    size_t count;
    size_t rows;
};

static void add_panel(struct detail_panels *panels, const struct instance *instance,
                      const size_t *signals, size_t count)
{
    if (panels->count == MAX_PANELS || count == 0) {
        return;
    }
    struct chart_panel *panel = &panels->list[panels->count];
    *panel = (struct chart_panel){.instance = instance};
    for (size_t i = 0; i < count && i < CHART_PANEL_SIGNALS; i++) {
        panel->signals[panel->count++] = signals[i];
    }
    panels->row[panels->count++] = panels->rows;
}

static void add_named(struct detail_panels *panels, const struct instance *instance,
                      const char *const *names, size_t count)
{
    size_t signals[CHART_PANEL_SIGNALS], found = 0;
    for (size_t i = 0; i < count && found < CHART_PANEL_SIGNALS; i++) {
        size_t signal = panel_find_signal(instance->panel, names[i]);
        if (signal != PANEL_NONE) {
            signals[found++] = signal;
        }
    }
    add_panel(panels, instance, signals, found);
}

/* A pack without a view. */
static void add_default(struct detail_panels *panels, const struct instance *instance)
{
    static const char *const rate[] = {"rate"}, *const errors[] = {"errors"};
    static const char *const durations[] = {"p50", "p95", "p99"};
    add_named(panels, instance, rate, 1);
    add_named(panels, instance, errors, 1);
    panels->rows++;
    add_named(panels, instance, durations, 3);
    panels->rows++;
    for (size_t i = 0; panels->count == 0 && i < instance->panel->signals.len && i < 8; i++) {
        add_panel(panels, instance, &i, 1);
        panels->rows++;
    }
}

/* The resource's name before a signal that does not say it ("load/cpu" does, so does the "in" of
 * "net in"). */
static const char *subject_of(const struct panel_resource *resource,
                              const struct panel_signal *signal)
{
    bool said = strstr(signal->title, resource->name) != NULL ||
                str_ends_with(str_from(resource->name), str_from(signal->title));
    return said ? NULL : resource->name;
}

static void add_selected(struct detail_panels *panels, const struct instance *instance,
                         const struct use_row *row)
{
    const struct signal_row *const rows[] = {row->utilization, row->saturation, row->errors};
    size_t count =
        chart_panel_of_resource(&panels->list[panels->count], instance, row->resource, rows);
    for (size_t i = 0; i < count; i++) {
        struct chart_panel *panel = &panels->list[panels->count];
        panel->subject = subject_of(row->resource, rows_signal(instance, panel->signals[0]));
        panels->row[panels->count++] = panels->rows;
    }
    panels->rows += count > 0 ? 1 : 0;
}

/* A chart of the pack that shows nothing but what is selected anyway. */
static bool is_of_selected(const struct panel_cell *cell, const struct use_row *row)
{
    return row != NULL && row->detail[0] == '\0' && cell->signals.len == 1 &&
           (cell->signals.items[0] == row->resource->utilization ||
            cell->signals.items[0] == row->resource->saturation ||
            cell->signals.items[0] == row->resource->errors);
}

/* `selected` in the table above, or NULL. */
static struct detail_panels panels_of(const struct instance *instance,
                                      const struct use_row *selected)
{
    struct detail_panels panels = {.count = 0};
    if (selected != NULL) {
        add_selected(&panels, instance, selected);
    }
    VEC_EACH (&instance->panel->view, const struct panel_row, row) {
        size_t before = panels.count;
        VEC_EACH (&row->cells, const struct panel_cell, cell) {
            if (!is_of_selected(cell, selected)) {
                add_panel(&panels, instance, cell->signals.items, cell->signals.len);
            }
        }
        panels.rows += panels.count > before ? 1 : 0;
    }
    if (panels.count == 0 && instance->panel->resources.len == 0) {
        add_default(&panels, instance);
    }
    return panels;
}

/* Rows of cells, as the pack has them where they are wide enough, else one below the other. */
static size_t cells_in_row(const struct detail_panels *panels, size_t row, size_t *first)
{
    size_t count = 0;
    for (size_t i = 0; i < panels->count; i++) {
        if (panels->row[i] == row) {
            *first = count == 0 ? i : *first;
            count++;
        }
    }
    return count;
}

static size_t rows_on_screen(const struct detail_panels *panels, int width)
{
    size_t rows = 0, first;
    for (size_t row = 0; row < panels->rows; row++) {
        rows += layout_cell_rows(width, cells_in_row(panels, row, &first), MIN_CELL_WIDTH);
    }
    return rows;
}

static void draw_grid(struct frame *frame, struct rect r, const struct detail_panels *panels)
{
    int total = (int)rows_on_screen(panels, r.w), at = 0;
    for (size_t row = 0; total > 0 && row < panels->rows; row++) {
        size_t first = 0, count = cells_in_row(panels, row, &first);
        int rows = (int)layout_cell_rows(r.w, count, MIN_CELL_WIDTH);
        int y0 = r.h * at / total, y1 = r.h * (at + rows) / total;
        for (size_t i = 0; i < count; i++) {
            struct rect band = rect_at(r.x, r.y + y0, r.w, y1 - y0);
            chart_panel_draw(frame, layout_cell(band, i, count, MIN_CELL_WIDTH),
                             &panels->list[first + i]);
        }
        at += rows;
    }
}

/* No room for all as charts: a line each, as many as fit, from the focused one on. */
static void draw_lines(struct frame *frame, struct rect r, const struct detail_panels *panels,
                       size_t focus)
{
    size_t fit = r.h > 0 ? (size_t)r.h : 0;
    size_t top = focus + 1 > fit ? focus + 1 - fit : 0;
    for (size_t i = 0; i < fit && top + i < panels->count; i++) {
        chart_panel_draw(frame, rect_row(r, (int)i), &panels->list[top + i]);
    }
}

static void draw_panels(struct frame *frame, struct rect r, struct detail_panels *panels,
                        size_t focus)
{
    if (focus < panels->count && panels->count > 1) {
        panels->list[focus].focus = true;
    }
    size_t rows = rows_on_screen(panels, r.w);
    if (rows * MIN_CELL_ROWS <= (size_t)(r.h > 0 ? r.h : 0)) {
        draw_grid(frame, r, panels);
    } else {
        draw_lines(frame, r, panels, focus < panels->count ? focus : 0);
    }
}

static void draw_zoomed(struct frame *frame, struct rect r, struct detail_panels *panels,
                        size_t focus)
{
    struct chart_panel *panel = &panels->list[focus < panels->count ? focus : 0];
    panel->zoom = true;
    panel->focus = true;
    chart_panel_draw(frame, r, panel);
}

/* The first ones, as many as have room as charts; one at least. */
static void keep_first(struct detail_panels *panels, int width, int height)
{
    while (panels->count > 1 &&
           rows_on_screen(panels, width) * MIN_CHART_ROWS > (size_t)(height > 0 ? height : 0)) {
        panels->count--;
        panels->rows = panels->row[panels->count - 1] + 1;
    }
}

/* The table takes what it needs, up to two thirds; charts get what is left where that is enough. */
static void draw_machine(struct frame *frame, struct rect r, const struct use_table *table,
                         struct detail_panels *panels)
{
    struct ui_state *state = frame->state;
    int wanted = 1 + (int)table->rows.len;
    int charts = r.h - wanted;
    if (charts < (int)(rows_on_screen(panels, r.w) * MIN_CHART_ROWS)) {
        charts = r.h / 3 >= MIN_CHART_ROWS ? r.h / 3 : 0;
        charts = charts > r.h - wanted ? charts : r.h - wanted;
    }
    if (charts < MIN_CHART_ROWS || panels->count == 0) {
        charts = 0;
    }
    use_table_draw(table, frame, rect_at(r.x, r.y, r.w, r.h - charts));
    if (charts > 0) {
        keep_first(panels, r.w, charts);
        draw_panels(frame, rect_at(r.x, r.y + r.h - charts, r.w, charts), panels,
                    state->focus > 0 ? state->focus - 1 : panels->count);
    }
}

static void detail_draw_machine(struct frame *frame, struct rect r, const struct instance *instance)
{
    struct ui_state *state = frame->state;
    struct use_table table;
    use_table_make(&table, frame, instance);
    struct detail_panels panels = panels_of(instance, use_table_selected(&table, frame));
    state->panels = panels.count + 1; /* the table is the first */
    state->focus = state->focus % state->panels;
    if (state->zoom && state->focus > 0) {
        draw_zoomed(frame, r, &panels, state->focus - 1);
    } else {
        if (state->zoom) {
            panels.count = panels.rows = 0;
        }
        draw_machine(frame, r, &table, &panels);
    }
    use_table_release(&table);
}

static void detail_draw_service(struct frame *frame, struct rect r, const struct instance *instance)
{
    struct ui_state *state = frame->state;
    struct detail_panels panels = panels_of(instance, NULL);
    list_begin(&state->detail); /* no rows for keys to act on */
    state->panels = panels.count;
    state->focus = state->panels > 0 ? state->focus % state->panels : 0;
    if (panels.count > 0 && state->zoom) {
        draw_zoomed(frame, r, &panels, state->focus);
    } else {
        draw_panels(frame, r, &panels, state->focus);
    }
}

void detail_draw(struct frame *frame, struct rect r, const struct instance *instance)
{
    if (instance->panel->resources.len > 0) {
        detail_draw_machine(frame, r, instance);
    } else {
        detail_draw_service(frame, r, instance);
    }
}
