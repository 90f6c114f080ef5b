#include "ui/scene.h"

#include <string.h>

void scene_take(struct scene *scene, const struct ui_model *model)
{
    scene->instances.len = 0;
    scene->has_board = model->board != NULL;
    size_t count = model->board != NULL ? board_count(model->board) : 0;
    for (size_t i = 0; i < count; i++) {
        vec_push(&scene->instances, board_at(model->board, i));
    }
    scene->sources = model->sources;
    scene->source_count = model->source_count;
    scene->now_ms = model->now.ms;
    scene->range_ms = model->range_ms > 0 ? model->range_ms : 3600000;
}

static void copy_row(struct arena *a, struct signal_row *row, const struct grid *grid)
{
    row->detail = arena_str(a, str_from(row->detail)).data;
    if (row->points != NULL) {
        double *points = arena_array(a, double, grid->steps);
        memcpy(points, row->points, grid->steps * sizeof(*points));
        row->points = points;
    }
}

static void copy_rows(struct arena *a, struct signal_rows *to, const struct signal_rows *from,
                      const struct grid *grid)
{
    *to = (struct signal_rows){.rows = NULL};
    if (from->count == 0) {
        return;
    }
    to->rows = arena_array(a, struct signal_row, from->count);
    to->count = from->count;
    memcpy(to->rows, from->rows, from->count * sizeof(*to->rows));
    for (size_t i = 0; i < to->count; i++) {
        copy_row(a, &to->rows[i], grid);
    }
}

static const struct instance *copy_instance(struct arena *a, const struct instance *from)
{
    struct instance *to = arena_new(a, struct instance);
    *to = *from;
    to->panel = panel_ref(from->panel);
    to->name = arena_str(a, str_from(from->name)).data;
    to->source = arena_str(a, str_from(from->source)).data;
    to->labels = NULL; /* screens do not look at them */
    size_t signals = from->panel->signals.len;
    to->signals = arena_array(a, struct signal_rows, signals > 0 ? signals : 1);
    for (size_t i = 0; i < signals; i++) {
        copy_rows(a, &to->signals[i], &from->signals[i], &from->grid);
    }
    return to;
}

void scene_freeze(struct scene *scene)
{
    if (scene->frozen) {
        return;
    }
    arena_init(&scene->copies);
    for (size_t i = 0; i < scene->instances.len; i++) {
        scene->instances.items[i] = copy_instance(&scene->copies, scene->instances.items[i]);
    }
    if (scene->source_count > 0) {
        struct source_health *sources =
            arena_array(&scene->copies, struct source_health, scene->source_count);
        memcpy(sources, scene->sources, scene->source_count * sizeof(*sources));
        scene->sources = sources;
    }
    scene->frozen = true;
}

void scene_forget(struct scene *scene)
{
    if (!scene->frozen) {
        scene->instances.len = 0;
        scene->sources = NULL;
        scene->source_count = 0;
    }
}

void scene_release(struct scene *scene)
{
    if (scene->frozen) {
        VEC_EACH (&scene->instances, const struct instance *, it) {
            /* The copy holds a reference of its own; the pack itself stays unchanged. */
            panel_unref((struct panel *)(uintptr_t)(*it)->panel);
        }
        arena_release(&scene->copies);
    }
    vec_release(&scene->instances);
    *scene = (struct scene){.has_board = false};
}

const struct instance *scene_find(const struct scene *scene, uint64_t id)
{
    VEC_EACH (&scene->instances, const struct instance *, it) {
        if ((*it)->id == id) {
            return *it;
        }
    }
    return NULL;
}
