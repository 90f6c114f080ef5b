#include "ui/keycode.h"

#include "base/utf8.h"

static const struct {
    const char *name;
    int32_t key;
} key_names[] = {
    {"Tab", KEYCODE_TAB},
    {"Enter", KEYCODE_ENTER},
    {"Esc", KEYCODE_ESCAPE},
    {"Backspace", KEYCODE_BACKSPACE},
    {"Space", ' '},
    {"Up", KEYCODE_UP},
    {"Down", KEYCODE_DOWN},
    {"Left", KEYCODE_LEFT},
    {"Right", KEYCODE_RIGHT},
    {"Home", KEYCODE_HOME},
    {"End", KEYCODE_END},
    {"PgUp", KEYCODE_PAGE_UP},
    {"PgDn", KEYCODE_PAGE_DOWN},
    {"Insert", KEYCODE_INSERT},
    {"Delete", KEYCODE_DELETE},
    {"S-Tab", KEYCODE_BACK_TAB},
    {"F1", KEYCODE_F1},
    {"F2", KEYCODE_F1 + 1},
    {"F3", KEYCODE_F1 + 2},
    {"F4", KEYCODE_F1 + 3},
    {"F5", KEYCODE_F1 + 4},
    {"F6", KEYCODE_F1 + 5},
    {"F7", KEYCODE_F1 + 6},
    {"F8", KEYCODE_F1 + 7},
    {"F9", KEYCODE_F1 + 8},
    {"F10", KEYCODE_F1 + 9},
    {"F11", KEYCODE_F1 + 10},
    {"F12", KEYCODE_F12},
};

int32_t keycode_from_name(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(key_names); i++) {
        if (str_equal_c(name, key_names[i].name)) {
            return key_names[i].key;
        }
    }
    if (name.len == 2 && name.data[0] == '^' && name.data[1] >= 'A' && name.data[1] <= 'Z') {
        return KEYCODE_CTRL(name.data[1]);
    }
    size_t length;
    uint32_t cp = utf8_decode(name, &length);
    return length == name.len && cp > ' ' && cp != UTF8_REPLACEMENT ? (int32_t)cp : KEYCODE_NONE;
}

void keycode_format(struct strbuf *out, int32_t key)
{
    if ((key & KEYCODE_ALT) != 0) {
        strbuf_add_c(out, "M-");
        key &= ~KEYCODE_ALT;
    }
    for (size_t i = 0; i < ARRAY_LEN(key_names); i++) {
        if (key_names[i].key == key) {
            strbuf_add_c(out, key_names[i].name);
            return;
        }
    }
    if (key > 0 && key < ' ') {
        strbuf_printf(out, "^%c", key + '@');
    } else if (key > 0 && key < 0x110000) {
        char bytes[4];
        strbuf_add(out, bytes, utf8_encode((uint32_t)key, bytes));
    }
}
