/*
 * Keys as numbers: a printable key is its code point, Ctrl-X is its control code (0x18), the others
 * are the constants below (above Unicode). Alt with a key is KEYCODE_ALT | key.
 */
#ifndef TOCSIN_UI_KEYCODE_H
#define TOCSIN_UI_KEYCODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "base/strbuf.h"

#define KEYCODE_ALT     0x400000
#define KEYCODE_CTRL(c) ((c)&0x1f)

enum keycode {
    KEYCODE_NONE = 0,
    KEYCODE_TAB = '\t',
    KEYCODE_ENTER = '\r',
    KEYCODE_ESCAPE = 0x1b,
    KEYCODE_BACKSPACE = 0x7f,
    KEYCODE_UP = 0x200000,
    KEYCODE_DOWN,
    KEYCODE_LEFT,
    KEYCODE_RIGHT,
    KEYCODE_HOME,
    KEYCODE_END,
    KEYCODE_PAGE_UP,
    KEYCODE_PAGE_DOWN,
    KEYCODE_INSERT,
    KEYCODE_DELETE,
    KEYCODE_BACK_TAB,
    KEYCODE_F1,
    KEYCODE_F12 = KEYCODE_F1 + 11
};

/* "j", "Up", "^R", "S-Tab", "F5", "Space": how keys.def writes them. KEYCODE_NONE where it is
 * none. */
int32_t keycode_from_name(struct str name);
void keycode_format(struct strbuf *out, int32_t key);

#endif
