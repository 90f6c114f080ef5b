/* See panel.h. */
#include "panel/panel.h"

#include <stdlib.h>
#include <string.h>

#include "panel/panel_new.h"

struct panel *panel_new(void)
{
    struct panel *panel = mem_zalloc(1, sizeof(*panel));
    panel->refs = 1;
    return panel;
}

size_t panel_find_signal(const struct panel *panel, const char *name)
{
    for (size_t i = 0; i < panel->signals.len; i++) {
        if (strcmp(panel->signals.items[i].name, name) == 0) {
            return i;
        }
    }
    return PANEL_NONE;
}

struct panel *panel_ref(const struct panel *panel)
{
    struct panel *mine = (struct panel *)(uintptr_t)panel;
    mine->refs++;
    return mine;
}

static void signal_release(struct panel_signal *signal)
{
    free(signal->name);
    free(signal->title);
    free(signal->expr);
    VEC_EACH (&signal->each, char *, label) {
        free(*label);
    }
    vec_release(&signal->each);
}

static void row_release(struct panel_row *row)
{
    VEC_EACH (&row->cells, struct panel_cell, cell) {
        vec_release(&cell->signals);
    }
    vec_release(&row->cells);
}

void panel_unref(struct panel *panel)
{
    if (panel == NULL || --panel->refs != 0) {
        return;
    }
    free(panel->file);
    free(panel->name);
    free(panel->title);
    free(panel->detect);
    free(panel->unless);
    free(panel->name_label);
    VEC_EACH (&panel->each, char *, label) {
        free(*label);
    }
    vec_release(&panel->each);
    VEC_EACH (&panel->signals, struct panel_signal, signal) {
        signal_release(signal);
    }
    vec_release(&panel->signals);
    VEC_EACH (&panel->resources, struct panel_resource, resource) {
        free(resource->name);
    }
    vec_release(&panel->resources);
    VEC_EACH (&panel->view, struct panel_row, row) {
        row_release(row);
    }
    vec_release(&panel->view);
    free(panel);
}
