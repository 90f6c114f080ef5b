/*
 * A canvas: cells in rows, the only thing views draw into. No terminal is needed for one, so every
 * screen can be looked at by a test.
 *
 * Invariants: a cell holds one grapheme of at most CELL_CODE_POINTS code points, all printable; a
 * grapheme of two columns owns its cell and the next, whose width is 0; writing over half of one
 * blanks the other half; nothing outside the clipping rectangle is ever touched. Text of any origin
 * is safe to draw: what is not printable becomes '?'.
 *
 * A style is a role of the theme and flags on top of it.
 *
 * Owner: canvas_init/canvas_release. Sizes are clamped to CANVAS_MAX_SIDE; 0 is a size.
 */
#ifndef TOCSIN_UI_CANVAS_H
#define TOCSIN_UI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "base/strbuf.h"
#include "ui/theme.h"

#define CANVAS_MAX_SIDE  1000
#define CELL_CODE_POINTS 4

struct rect {
    int x, y, w, h;
};

static inline struct rect rect_at(int x, int y, int w, int h)
{
    return (struct rect){.x = x, .y = y, .w = w > 0 ? w : 0, .h = h > 0 ? h : 0};
}
static inline bool rect_is_empty(struct rect r)
{
    return r.w <= 0 || r.h <= 0;
}
struct rect rect_intersect(struct rect a, struct rect b);
/* Without `n` cells at each side. */
struct rect rect_inset(struct rect r, int n);
/* Row `i` of `r`. */
struct rect rect_row(struct rect r, int i);

enum style_flag {
    STYLE_SELECTED = 1 << 0, /* the theme's `selection` on top */
    STYLE_DIM = 1 << 1,      /* stale or unfinished */
    STYLE_STRONG = 1 << 2
};
struct style {
    uint8_t role;  /* enum role */
    uint8_t flags; /* enum style_flag */
};
static inline struct style style_of(enum role role)
{
    return (struct style){.role = (uint8_t)role};
}
static inline struct style style_with(enum role role, unsigned flags)
{
    return (struct style){.role = (uint8_t)role, .flags = (uint8_t)flags};
}

struct cell {
    uint32_t text[CELL_CODE_POINTS]; /* unused ones are 0 */
    uint8_t width;                   /* 1, 2, or 0: right half of the cell before */
    uint8_t zero;                    /* no padding: cells are compared by memcmp */
    struct style style;
};

struct canvas {
    int width, height;
    struct cell *cells; /* row by row */
    struct rect clip;
};

void canvas_init(struct canvas *c, int width, int height);
void canvas_release(struct canvas *c);
/* Blank, of this size, clipping taken off. */
void canvas_reset(struct canvas *c, int width, int height);
bool canvas_equal(const struct canvas *a, const struct canvas *b);
void canvas_copy(struct canvas *to, const struct canvas *from);
const struct cell *canvas_at(const struct canvas *c, int x, int y);

/* Narrows the clipping rectangle to its part within `r`; canvas_unclip takes what this gave. */
struct rect canvas_clip(struct canvas *c, struct rect r);
void canvas_unclip(struct canvas *c, struct rect before);

void canvas_put(struct canvas *c, int x, int y, uint32_t code_point, struct style style);
void canvas_fill(struct canvas *c, struct rect r, uint32_t code_point, struct style style);

enum text_fit {
    TEXT_CUT,         /* ends where the room ends */
    TEXT_MARK_END,    /* with a mark where it was cut */
    TEXT_MARK_MIDDLE, /* both ends are kept: names that differ at the end */
    TEXT_WHOLE        /* whole or only the mark: half a number is another number */
};
enum text_align { ALIGN_LEFT, ALIGN_RIGHT, ALIGN_CENTER };

/* Draws `text` at x, at most `room` columns; returns the columns used. */
int canvas_text(struct canvas *c, int x, int y, int room, struct style style, struct str text);
/* Into the first row of `r`; `mark` is the code point that stands for what was cut. */
int canvas_text_in(struct canvas *c, struct rect r, enum text_align align, enum text_fit fit,
                   uint32_t mark, struct style style, struct str text);
int canvas_printf(struct canvas *c, int x, int y, int room, struct style style, const char *fmt,
                  ...) ATTR_PRINTF(6, 7);

/* One row as text, without trailing blanks. */
void canvas_row_text(const struct canvas *c, int y, struct strbuf *out);
/* One row's styles as runs: `text:12 state.crit:3 text+selected:60`. */
void canvas_row_styles(const struct canvas *c, int y, struct strbuf *out);

#endif
