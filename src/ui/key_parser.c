#include "ui/key_parser.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "ui/keycode.h"

static void start(struct key_parser *p, enum key_parser_state state)
{
    p->state = state;
    p->len = 0;
}

static void collect(struct key_parser *p, char byte)
{
    if (p->len < sizeof(p->buffer)) {
        p->buffer[p->len] = byte;
    }
    p->len++; /* past the end: too long, known as such at its end */
}

static int32_t finish(struct key_parser *p, int32_t key)
{
    bool alt = p->alt;
    p->state = KEY_STATE_GROUND;
    p->alt = false;
    return key != KEYCODE_NONE && alt ? key | KEYCODE_ALT : key;
}

static int32_t letter_key(char final)
{
    switch (final) {
    case 'A':
        return KEYCODE_UP;
    case 'B':
        return KEYCODE_DOWN;
    case 'C':
        return KEYCODE_RIGHT;
    case 'D':
        return KEYCODE_LEFT;
    case 'F':
        return KEYCODE_END;
    case 'H':
        return KEYCODE_HOME;
    case 'M':
        return KEYCODE_ENTER; /* of the keypad, after ESC O */
    case 'P':
    case 'Q':
    case 'R':
    case 'S':
        return KEYCODE_F1 + (final - 'P');
    case 'Z':
        return KEYCODE_BACK_TAB;
    default:
        return KEYCODE_NONE;
    }
}

/* `CSI n ~`: the VT220's editing and function keys. */
static int32_t tilde_key(long number)
{
    static const struct {
        int number;
        int32_t key;
    } keys[] = {
        {1, KEYCODE_HOME},    {2, KEYCODE_INSERT},    {3, KEYCODE_DELETE},   {4, KEYCODE_END},
        {5, KEYCODE_PAGE_UP}, {6, KEYCODE_PAGE_DOWN}, {7, KEYCODE_HOME},     {8, KEYCODE_END},
        {11, KEYCODE_F1},     {12, KEYCODE_F1 + 1},   {13, KEYCODE_F1 + 2},  {14, KEYCODE_F1 + 3},
        {15, KEYCODE_F1 + 4}, {17, KEYCODE_F1 + 5},   {18, KEYCODE_F1 + 6},  {19, KEYCODE_F1 + 7},
        {20, KEYCODE_F1 + 8}, {21, KEYCODE_F1 + 9},   {23, KEYCODE_F1 + 10}, {24, KEYCODE_F12},
    };
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        if (keys[i].number == number) {
            return keys[i].key;
        }
    }
    return KEYCODE_NONE;
}

static int32_t csi_end(struct key_parser *p, char final)
{
    if (p->len >= sizeof(p->buffer)) {
        return finish(p, KEYCODE_NONE);
    }
    p->buffer[p->len] = '\0';
    char first = p->buffer[0];
    if (final == '~') {
        long number = strtol(p->buffer, NULL, 10);
        if (number == 200) {
            p->alt = false;
            start(p, KEY_STATE_PASTE);
            return KEYCODE_NONE;
        }
        return finish(p, tilde_key(number));
    }
    if (final == 'M' || final == 'm' || first == '<' || first == '?' || first == '>' ||
        (final == 'R' && p->len > 0)) {
        return finish(p, KEYCODE_NONE); /* mouse, answers to queries, cursor position */
    }
    return finish(p, letter_key(final));
}

static int32_t csi_byte(struct key_parser *p, unsigned char byte)
{
    if (byte == '[' && p->len == 0) { /* the Linux console: ESC [ [ A is F1 */
        collect(p, (char)byte);
        return KEYCODE_NONE;
    }
    if (p->len == 1 && p->buffer[0] == '[') {
        return finish(p, byte >= 'A' && byte <= 'E' ? KEYCODE_F1 + (byte - 'A') : KEYCODE_NONE);
    }
    if (byte == 0x1B) { /* the sequence was cut off; another begins */
        start(p, KEY_STATE_ESCAPE);
        p->alt = false;
        return KEYCODE_NONE;
    }
    if (byte < 0x40 || byte > 0x7E) {
        collect(p, (char)byte);
        return KEYCODE_NONE;
    }
    return csi_end(p, (char)byte);
}

static int32_t escape_byte(struct key_parser *p, unsigned char byte);

static int32_t utf8_start(struct key_parser *p, unsigned char byte)
{
    p->expected = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
    start(p, KEY_STATE_UTF8);
    collect(p, (char)byte);
    return KEYCODE_NONE;
}

static int32_t ground_byte(struct key_parser *p, unsigned char byte)
{
    if (byte == 0x1B) {
        start(p, KEY_STATE_ESCAPE);
        return KEYCODE_NONE;
    }
    if (byte >= 0xC2 && byte <= 0xF4) {
        return utf8_start(p, byte);
    }
    if (byte >= 0x80) {
        return finish(p, KEYCODE_NONE);
    }
    if (byte == '\n') { /* Ctrl-J, and Enter where something turned it into a line feed */
        byte = '\r';
    }
    return finish(p, byte == 0x08 ? KEYCODE_BACKSPACE : byte);
}

static int32_t utf8_byte(struct key_parser *p, unsigned char byte)
{
    if ((byte & 0xC0) != 0x80) {
        finish(p, KEYCODE_NONE);
        return ground_byte(p, byte);
    }
    collect(p, (char)byte);
    if (p->len < p->expected) {
        return KEYCODE_NONE;
    }
    size_t length;
    uint32_t cp = utf8_decode(str_span(p->buffer, p->len), &length);
    return finish(p, length == p->len ? (int32_t)cp : KEYCODE_NONE);
}

static int32_t escape_byte(struct key_parser *p, unsigned char byte)
{
    switch (byte) {
    case '[':
        start(p, KEY_STATE_CSI);
        return KEYCODE_NONE;
    case 'O':
        start(p, KEY_STATE_SS3);
        return KEYCODE_NONE;
    case ']':
    case 'P':
    case '_':
    case '^':
    case 'X':
        start(p, KEY_STATE_STRING);
        return KEYCODE_NONE;
    case 0x1B: /* Esc pressed twice: the first is a key, the second may begin something */
        return KEYCODE_ESCAPE;
    default:
        p->alt = true;
        return ground_byte(p, byte);
    }
}

static int32_t string_byte(struct key_parser *p, unsigned char byte)
{
    if (byte == 0x07) {
        return finish(p, KEYCODE_NONE);
    }
    if (p->state == KEY_STATE_STRING_ESCAPE) {
        if (byte == '\\') {
            return finish(p, KEYCODE_NONE);
        }
        p->alt = false;
        start(p, KEY_STATE_ESCAPE);
        return escape_byte(p, byte);
    }
    if (byte == 0x1B) {
        p->state = KEY_STATE_STRING_ESCAPE;
    } else if (++p->len > 4096) { /* nobody answers that much: it was no string */
        return finish(p, KEYCODE_NONE);
    }
    return KEYCODE_NONE;
}

static int32_t paste_byte(struct key_parser *p, unsigned char byte)
{
    static const char end[] = "\x1B[201~";
    p->len = byte == (unsigned char)end[p->len] ? p->len + 1 : byte == 0x1B ? 1 : 0;
    return p->len == sizeof(end) - 1 ? finish(p, KEYCODE_NONE) : KEYCODE_NONE;
}

int32_t key_parser_byte(struct key_parser *p, unsigned char byte)
{
    switch (p->state) {
    case KEY_STATE_GROUND:
        return ground_byte(p, byte);
    case KEY_STATE_ESCAPE:
        return escape_byte(p, byte);
    case KEY_STATE_CSI:
        return csi_byte(p, byte);
    case KEY_STATE_SS3:
        return finish(p, letter_key((char)byte));
    case KEY_STATE_STRING:
    case KEY_STATE_STRING_ESCAPE:
        return string_byte(p, byte);
    case KEY_STATE_PASTE:
        return paste_byte(p, byte);
    case KEY_STATE_UTF8:
        return utf8_byte(p, byte);
    }
    return KEYCODE_NONE;
}

bool key_parser_pending(const struct key_parser *p)
{
    return p->state == KEY_STATE_ESCAPE || p->state == KEY_STATE_STRING_ESCAPE;
}

int32_t key_parser_timeout(struct key_parser *p)
{
    if (!key_parser_pending(p)) {
        return KEYCODE_NONE;
    }
    bool alone = p->state == KEY_STATE_ESCAPE;
    p->alt = false;
    return finish(p, alone ? KEYCODE_ESCAPE : KEYCODE_NONE);
}
