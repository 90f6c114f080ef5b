/*
 * What a frame shows: the model as it is now, or, while the screen is paused, a copy of what it was
 * then. Views read this and never the board, so that a frozen screen can still be walked through.
 *
 * Owner: scene_release. A live scene borrows from the model; a frozen one owns its copies.
 */
#ifndef TOCSIN_UI_SCENE_H
#define TOCSIN_UI_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/vec.h"
#include "ui/model.h"

struct scene {
    bool has_board;
    VEC(const struct instance *) instances;
    const struct source_health *sources;
    size_t source_count;
    int64_t now_ms;
    int64_t range_ms;
    bool frozen;
    struct arena copies; /* frozen only */
};

/* Zero-initialised is an empty one. */
void scene_take(struct scene *scene, const struct ui_model *model);
/* Turns a live scene into a copy of itself. */
void scene_freeze(struct scene *scene);
/* At the end of a frame: what a live scene borrowed is gone with the loop's turn. */
void scene_forget(struct scene *scene);
void scene_release(struct scene *scene);
const struct instance *scene_find(const struct scene *scene, uint64_t id);

#endif
