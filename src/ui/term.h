/*
 * The terminal: the one place that knows curses. It takes whole canvases and
 * puts on the wire what differs from the last one, as one write a frame.
 *
 * How: curses writes into a memory file; each frame is copied from there between the marks of a
 * synchronized update (private mode 2026) to a descriptor of our own, opened non-blocking, so that
 * a slow line never blocks the loop: what the line does not take is kept, and frames are skipped
 * until it is gone. The modes of the line (raw, no echo) are set here and not by curses. Input is
 * bytes for a key_parser; curses never reads.
 *
 * The terminal is put back as it was by term_destroy, while suspended, and on fatal signals.
 *
 * Owner: term_create/term_destroy. One at a time in a process (signal handlers need to find it).
 */
#ifndef TOCSIN_UI_TERM_H
#define TOCSIN_UI_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "ui/canvas.h"
#include "ui/glyphs.h"
#include "ui/theme.h"

struct term;

enum term_color {
    TERM_COLOR_AUTO, /* unless NO_COLOR is set and not empty */
    TERM_COLOR_ALWAYS,
    TERM_COLOR_NEVER
};

struct term_options {
    int in_fd, out_fd; /* borrowed */
    const char *name;  /* of the terminal's description; NULL: $TERM */
    enum term_color color;
    bool ascii; /* whatever the locale says */
};

/* Fails where `out_fd` is no terminal that a description could be found for, not for being
 * small. */
struct term *term_create(const struct term_options *options, struct error *err) ATTR_NODISCARD;
/* Puts the terminal back; NULL is fine. */
void term_destroy(struct term *term);

void term_size(const struct term *term, int *width, int *height);
/* After SIGWINCH: asks for the size again. The next frame is a whole one. */
void term_resized(struct term *term);
/* What GLYPHS_AUTO means here. */
enum glyph_mode term_glyph_mode(const struct term *term);

enum term_frame {
    TERM_FRAME_SAME, /* nothing differed: nothing was written */
    TERM_FRAME_DRAWN,
    TERM_FRAME_SKIPPED /* the line is still busy with the last one; draw again later */
};
enum term_frame term_draw(struct term *term, const struct canvas *canvas,
                          const struct theme *theme);
/* The next frame repaints every cell (the screen was overwritten by something else). */
void term_redraw(struct term *term);
/* Writes what the line did not take before; true when nothing is left. */
bool term_flush(struct term *term);
bool term_is_waiting(const struct term *term);

/* Up to `max` bytes of input without waiting: 0 none now, -1 the terminal is gone (hang-up). */
long term_read(struct term *term, char *out, size_t max);

/* Gives the terminal back, stops the process group as Ctrl-Z does, and takes it again when
 * continued. */
void term_suspend(struct term *term);

uint64_t term_bytes_written(const struct term *term);
uint64_t term_frames_skipped(const struct term *term);
bool term_is_utf8(const struct term *term);

/* "ncurses 6.4.20221231": what it runs with. */
const char *term_library(void);

#endif
