/* What a view is given to draw one frame. */
#ifndef TOCSIN_UI_FRAME_H
#define TOCSIN_UI_FRAME_H

#include "ui/bucket.h"
#include "ui/canvas.h"
#include "ui/glyphs.h"
#include "ui/model.h"
#include "ui/scene.h"
#include "ui/state.h"

/* Buckets a chart may need: two a column of braille, four series. */
#define FRAME_BUCKETS ((size_t)CANVAS_MAX_SIDE * 2 * 4)

struct frame {
    struct canvas *canvas;
    const struct glyphs *glyphs;
    const struct ui_model *model; /* of now: clock, environment, notice */
    const struct scene *scene;    /* what is shown: now, or as of the pause */
    struct ui_state *state;
    struct bucket *buckets; /* FRAME_BUCKETS of them, for the view to use */
};

#endif
