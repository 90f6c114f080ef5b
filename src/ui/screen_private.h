/* The screen object, shared by the file that draws it and those that act on keys. */
#ifndef TOCSIN_UI_SCREEN_PRIVATE_H
#define TOCSIN_UI_SCREEN_PRIVATE_H

#include "ui/frame.h"
#include "ui/key_parser.h"
#include "ui/screen.h"

struct screen {
    struct term *term; /* or NULL */
    const struct theme *theme;
    struct theme *own_theme; /* where none was given */
    const struct glyphs *glyphs;
    ui_command_sink sink;
    void *sink_user;
    struct ui_state state;
    struct scene scene;
    const struct alerts *alerts; /* of the last model, or NULL */
    struct canvas canvas, last;  /* `last` only without a terminal */
    struct bucket *buckets;
    struct key_parser keys;
    int32_t key;      /* being acted on */
    int64_t range_ms; /* of the last model, or what was asked for since */
    int64_t now_ms;   /* of the last model */
    bool skipped;     /* the line was busy: the frame is still owed */
    bool quit_asks;   /* of the last model */
    bool quitting;    /* said so once */
};

/* Contexts whose keys work now. */
unsigned screen_contexts(const struct ui_state *state);
/* Does what `key` means; true where the screen has to be drawn again. */
bool screen_act(struct screen *screen, int32_t key);
/* Says so once; without asking. */
void screen_quit(struct screen *screen);
void screen_command(struct screen *screen, enum ui_command_id id, int64_t range_ms);

#endif
