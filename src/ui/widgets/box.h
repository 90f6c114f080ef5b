/* Frames and ruled titles. A frame costs two columns and two rows: small screens get the ruled
 * title alone. */
#ifndef TOCSIN_UI_WIDGETS_BOX_H
#define TOCSIN_UI_WIDGETS_BOX_H

#include <stdbool.h>

#include "ui/canvas.h"
#include "ui/glyphs.h"

/* One part of a title. */
struct box_text {
    const char *text; /* NULL ends an array of them */
    struct style style;
};

struct box {
    const struct glyphs *glyphs;
    const struct box_text *title; /* left; ends with a NULL text */
    const char *right;            /* at the right end of the title, or NULL */
    bool focus;
};

/* A frame around `r`; gives what is inside. */
struct rect box_draw(struct canvas *c, struct rect r, const struct box *box);
/* A rule with the title over the whole width of `r`; gives what is below. */
struct rect box_rule(struct canvas *c, struct rect r, const struct box *box);

#endif
