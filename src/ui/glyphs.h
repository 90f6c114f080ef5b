/*
 * The characters that charts, bars, frames and marks are made of, one table a set. Everything a
 * view draws beside text comes from here, so that a terminal without a character never shows a
 * box for it: fonts of the Linux console have no eighths, few fonts have braille, and in a C
 * locale only ASCII gets through.
 */
#ifndef TOCSIN_UI_GLYPHS_H
#define TOCSIN_UI_GLYPHS_H

#include <stdbool.h>
#include <stdint.h>

enum glyph_mode {
    GLYPHS_AUTO,    /* eighths where the terminal is UTF-8 and not the Linux console */
    GLYPHS_EIGHTH,  /* block eighths; braille only for several lines in a zoomed chart */
    GLYPHS_BRAILLE, /* braille wherever a chart has several lines */
    GLYPHS_LINUX,   /* lines and full blocks only */
    GLYPHS_ASCII
};

struct glyphs {
    enum glyph_mode mode;
    uint32_t eighth[9]; /* column filled to n/8; [0] is for an empty cell above a column */
    uint32_t hbar[9];   /* cell filled from the left to n/8; [0] is empty */
    uint32_t area_base; /* a value of (nearly) nothing on the chart's lowest row */
    uint32_t gap;       /* no data */
    uint32_t idle;      /* known to have no traffic */
    uint32_t clipped;   /* value above the axis */
    uint32_t threshold; /* in empty cells only */
    uint32_t horizontal, vertical;
    uint32_t corner_top_left, corner_top_right, corner_bottom_left, corner_bottom_right;
    uint32_t tick_y, tick_x;
    uint32_t line_up_left, line_up_right, line_down_left, line_down_right; /* of drawn lines */
    uint32_t series[4]; /* marks of lines where they cannot be drawn as one line */
    uint32_t critical, warning, unknown, down;
    uint32_t pending, hidden; /* of alerts: not yet, and silenced or inhibited */
    uint32_t cut;             /* text goes on */
    uint32_t sort_down, sort_up;
    uint32_t at_least;                  /* before a number */
    uint32_t separator;                 /* between parts of a sentence */
    uint32_t other_cursor;              /* the selected row of a list that has not the keys */
    uint32_t above, below, above_below; /* rows that a list does not show */
    bool braille;                       /* may be used at all */
};

/* GLYPHS_AUTO is taken as GLYPHS_EIGHTH here: the terminal decides before (term_glyph_mode). */
const struct glyphs *glyphs_of(enum glyph_mode mode);
/* "auto", "eighth", "braille", "linux", "ascii" */
bool glyph_mode_from_name(const char *name, enum glyph_mode *mode);

#endif
