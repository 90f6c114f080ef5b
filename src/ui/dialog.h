/*
 * What is being asked of a person before something is changed: the note of an acknowledgement or of
 * a dismissal, the dialog of a new silence, whether to end one. A dialog holds copies of what it is
 * about and names it: lists may change under it, and it never moves to another row.
 *
 * It takes no key before it was painted: what was typed ahead was meant for something else.
 *
 * Owner: dialog_close releases; zero-initialised is closed.
 */
#ifndef TOCSIN_UI_DIALOG_H
#define TOCSIN_UI_DIALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alert/alerts.h"
#include "base/vec.h"

enum dialog_kind {
    DIALOG_NONE,
    DIALOG_ACK,     /* a line: the note */
    DIALOG_DISMISS, /* the same; a note is required */
    DIALOG_SILENCE,
    DIALOG_EXPIRE, /* yes or no */
    DIALOG_QUIT    /* the same */
};

#define DIALOG_TEXT_MAX     400 /* bytes of a note or comment */
#define DIALOG_DURATION_MAX 30
#define DIALOG_ERROR_MAX    200
/* A silence of more than this is a rule that should be changed. */
#define DIALOG_SILENCE_MAX_MS ((int64_t)90 * 24 * 3600 * 1000)

struct dialog_matcher {
    char *name;
    char *value;
    bool dropped;
};

/* The fields after the matchers. */
enum dialog_field { DIALOG_DURATION, DIALOG_COMMENT, DIALOG_FIELDS };

struct dialog {
    enum dialog_kind kind;
    bool painted;
    uint64_t alert;
    char *silence_id; /* DIALOG_EXPIRE */
    char *subject;    /* the alert's name, or the silence's matchers */
    char *where;      /* a silence is made in this Alertmanager; or NULL: here */
    VEC(struct dialog_matcher) matchers;
    size_t focus; /* a matcher, or matchers.len + enum dialog_field */
    char duration[DIALOG_DURATION_MAX + 1];
    bool typed; /* the duration was changed by typing */
    char text[DIALOG_TEXT_MAX + 1];
    char error[DIALOG_ERROR_MAX + 1]; /* why it was not taken */
};

void dialog_close(struct dialog *d);
/* About an alert; DIALOG_EXPIRE: about a silence. What was open is closed. */
void dialog_open_alert(struct dialog *d, enum dialog_kind kind, const struct alert_info *alert);
void dialog_open_expire(struct dialog *d, const struct silence *silence);
void dialog_open_quit(struct dialog *d);

/* Does the dialog stand in the hints row? */
bool dialog_is_line(const struct dialog *d);
void dialog_move(struct dialog *d, int by);
/* Of the durations that are offered, the next shorter (by < 0) or longer one. */
void dialog_choose(struct dialog *d, int by);
const char *const *dialog_durations(size_t *count);
/* On a matcher: drop it or take it back. False where the field takes text. */
bool dialog_toggle(struct dialog *d);
void dialog_type(struct dialog *d, int32_t key);
void dialog_erase(struct dialog *d);
void dialog_clear(struct dialog *d);

/* The silence that it describes, as far as it does: its matchers, its times where the duration can
 * be read, else an end of 0. The caller releases it. */
void dialog_silence(const struct dialog *d, int64_t now_ms, const char *user, struct silence *out);
/* The same, complete; or false, with the reason in d->error and the field that it is about in
 * focus. */
bool dialog_make_silence(struct dialog *d, int64_t now_ms, const char *user, struct silence *out);

/* Takes the last character off. */
void text_erase_last(char *text);
/* Adds a printable one where it fits into `max` bytes. */
void text_type(char *text, size_t max, int32_t key);

#endif
