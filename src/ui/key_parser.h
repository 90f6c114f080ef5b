/*
 * Bytes a terminal sends to keys: a state machine of our own, since curses waits for the rest of an
 * escape sequence and nothing here may wait. Knows what xterm, tmux, screen, rxvt, the Linux
 * console and VT100s send for the keys of ui/keycode.h (ECMA-48 control sequences; xterm's
 * ctlseqs). Answers to queries, focus and mouse reports and bracketed pastes are taken whole and
 * give no keys: what is pasted must never act.
 *
 * A lone Escape and the start of a sequence look the same: key_parser_pending says that one waits,
 * and KEY_PARSER_ESCAPE_MS later the owner calls key_parser_timeout. From the second byte on no
 * time runs out: a slow line may cut a sequence anywhere, and half of one must not act as keys.
 */
#ifndef TOCSIN_UI_KEY_PARSER_H
#define TOCSIN_UI_KEY_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEY_PARSER_ESCAPE_MS 25
/* Longer sequences than any terminal sends are dropped to their end. */
#define KEY_PARSER_MAX 64

enum key_parser_state {
    KEY_STATE_GROUND,
    KEY_STATE_ESCAPE,
    KEY_STATE_CSI,
    KEY_STATE_SS3,
    KEY_STATE_STRING, /* OSC, DCS, APC, PM, SOS: up to ST or BEL */
    KEY_STATE_STRING_ESCAPE,
    KEY_STATE_PASTE,
    KEY_STATE_UTF8
};

/* Zero-initialised is ready. Holds no resources. */
struct key_parser {
    enum key_parser_state state;
    char buffer[KEY_PARSER_MAX];
    size_t len;
    size_t expected; /* bytes of a UTF-8 sequence */
    bool alt;        /* an Escape came right before */
};

/* Takes one byte; the key it completes, or KEYCODE_NONE. */
int32_t key_parser_byte(struct key_parser *p, unsigned char byte);
bool key_parser_pending(const struct key_parser *p);
/* Nothing came after an Escape: it was the key. */
int32_t key_parser_timeout(struct key_parser *p);

#endif
