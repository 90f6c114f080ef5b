/*
 * What the screen shows and what it asks for: the only door between ui/ and the rest. Everything in
 * the model but the alerts is borrowed for the call that got it; the screen acts only by handing
 * commands to its sink.
 */
#ifndef TOCSIN_UI_MODEL_H
#define TOCSIN_UI_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alert/alerts.h"
#include "base/clock.h"
#include "panel/board.h"
#include "source/health.h"

/* A notice that begins so is cut to "refused:" where it has no room. */
#define UI_NOTICE_REFUSED "new configuration refused, the old one goes on:"

/* Whose the alerts are. */
enum ui_engine {
    UI_ENGINE_NONE, /* nobody's beyond this screen: targets of the command line */
    UI_ENGINE_HERE,
    UI_ENGINE_ATTACHED, /* of an engine elsewhere */
    UI_ENGINE_LOST      /* the same, which does not answer: what is shown was so */
};

struct ui_model {
    const struct board *board;           /* NULL before there is one */
    const struct source_health *sources; /* by the order of the configuration */
    size_t source_count;
    const struct alerts *alerts; /* NULL before there are any; until the next model, or the end */
    enum ui_engine engine;
    bool quit_asks;             /* more than this screen would end */
    const char *user;           /* in whose name alerts are acknowledged and silenced, or NULL */
    const char *environment;    /* "" where none is set */
    const char *version;        /* of tocsin */
    struct wall now;            /* of this frame */
    int64_t range_ms;           /* shown by charts */
    const char *notice;         /* one line to be told (configuration refused, ...), or NULL */
    uint64_t bytes_to_terminal; /* so far: for the sources view's own row */
};

enum ui_command_id {
    UI_COMMAND_QUIT,
    UI_COMMAND_REFRESH, /* poll every source now */
    UI_COMMAND_RANGE,   /* range_ms is the new one */
    UI_COMMAND_ACK,     /* alert; text is the note, or "" */
    UI_COMMAND_UNACK,   /* alert */
    UI_COMMAND_DISMISS, /* alert, which is unknown; text is the note */
    UI_COMMAND_SILENCE, /* silence, of which only the author is not said */
    UI_COMMAND_EXPIRE   /* silence_id */
};
/* What a command does not name is 0 or NULL. All of it is borrowed for the call. */
struct ui_command {
    enum ui_command_id id;
    int64_t range_ms;
    uint64_t alert;
    const char *subject; /* what it is about, for what is said of it: "CartLatencyP95" */
    const char *text;
    const struct silence *silence;
    const char *silence_id;
};
typedef void (*ui_command_sink)(void *user, const struct ui_command *command);

#endif
