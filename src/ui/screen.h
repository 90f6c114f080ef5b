/*
 * The screen: state of what a person looks at (view, selection, filter, range, pause) and the pure
 * step from a model and that state to a canvas. It reads nothing by itself and waits for nothing;
 * its owner drives it:
 *
 *     struct term *term = term_create(&term_options, &err);
 *     struct screen *screen = screen_create(term, &options, on_command, app);
 *     screen_draw(screen, &model);            // at once: a model without a board is fine
 *
 *     input readable    -> if (screen_input(screen)) screen_draw(screen, &model);
 *     SIGWINCH          -> screen_resized(screen), screen_draw(screen, &model);
 *     SIGCONT           -> the same
 *     every second      -> screen_draw(screen, &model);
 *     after all of these: screen_wait_ms(screen) >= 0 -> one timer; when it fires:
 *                          if (screen_wake(screen)) screen_draw(screen, &model);
 *
 * The model is borrowed for the call. A command goes to the sink from within screen_input,
 * screen_key or screen_wake; UI_COMMAND_QUIT asks the owner to stop, it may destroy the screen
 * after the call has returned.
 *
 * Nothing is written to the terminal while nothing changed.
 */
#ifndef TOCSIN_UI_SCREEN_H
#define TOCSIN_UI_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "ui/canvas.h"
#include "ui/glyphs.h"
#include "ui/model.h"
#include "ui/term.h"
#include "ui/theme.h"

struct screen;

struct screen_options {
    const struct theme *theme; /* borrowed for the screen's life; NULL: the built-in "terminal" */
    enum glyph_mode glyphs;
    bool utc;          /* times in UTC at first; `t` toggles */
    int width, height; /* without a terminal */
};

/* `term` is borrowed, or NULL: then frames only reach the canvas (tests, snapshots). */
struct screen *screen_create(struct term *term, const struct screen_options *options,
                             ui_command_sink sink, void *user);
void screen_destroy(struct screen *screen);

/* Draws one frame. True where something reached the terminal (without one: where the canvas
 * changed). */
bool screen_draw(struct screen *screen, const struct ui_model *model);

/* Reads what was typed and acts on it. True: draw again. At a hang-up it asks to quit. */
bool screen_input(struct screen *screen);
/* One key (ui/keycode.h), as from screen_input. */
bool screen_key(struct screen *screen, int32_t key);
/* Milliseconds after which screen_wake is due (a lone Escape to tell from a sequence, output the
 * line did not take yet), or -1. */
int64_t screen_wait_ms(const struct screen *screen);
bool screen_wake(struct screen *screen);

/* The terminal's size may have changed. */
void screen_resized(struct screen *screen);
/* Without a terminal. */
void screen_set_size(struct screen *screen, int width, int height);

/* The last frame. */
const struct canvas *screen_canvas(const struct screen *screen);

#endif
