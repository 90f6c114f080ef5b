/*
 * The key table (keys.def) as data: what is bound where, and what a key means in a context.
 */
#ifndef TOCSIN_UI_KEYS_H
#define TOCSIN_UI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum action {
    ACTION_NONE,
#define KEY(id, keys, contexts, command, hint, help, group) ACTION_##id,
#include "ui/keys.def"
#undef KEY
    ACTION_COUNT
};

/* Where a key works. The prompt takes every key for itself. */
enum key_context {
    CTX_GLOBAL = 1 << 0,
    CTX_ROWS = 1 << 1,    /* a list with a selected row */
    CTX_BOARD = 1 << 2,   /* services and resources */
    CTX_DETAIL = 1 << 3,  /* one service or resource */
    CTX_SOURCES = 1 << 4, /* the sources */
    CTX_HELP = 1 << 5,
    CTX_PROMPT = 1 << 6,
    CTX_ALERTS = 1 << 7,    /* the list of alerts */
    CTX_ALERT = 1 << 8,     /* an alert: selected in the list, or opened */
    CTX_RULES = 1 << 9,     /* the rules and their health */
    CTX_SILENCES = 1 << 10, /* the silences */
    CTX_DIALOG = 1 << 11,   /* the dialog of a new silence; takes every key for itself */
    CTX_CONFIRM = 1 << 12   /* a question for yes or no; the same */
};
#define CTX_COUNT 13

enum key_group {
    GROUP_MOVE,
    GROUP_ALERT,
    GROUP_VIEW,
    GROUP_TIME,
    GROUP_PROGRAM,
    GROUP_PROMPT,
    GROUP_DIALOG,
    GROUP_COUNT
};

struct key_row {
    enum action action;
    const char *keys;
    unsigned contexts;
    const char *command;
    const char *hint;
    const char *help;
    enum key_group group;
};

const struct key_row *keys_table(size_t *count);
const char *key_group_title(enum key_group group);
const char *key_context_name(enum key_context context);
/* Takes the next of a row's keys off `*names`; KEYCODE_NONE at the end. */
int32_t keys_next(const char **names);
/* What `key` does where `contexts` are active. */
enum action keys_find(int32_t key, unsigned contexts);

#endif
