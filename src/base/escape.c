/* See escape.h. */
#include "base/escape.h"

#include <stdio.h>

#include "base/utf8.h"

/* The two-character escape of `c` that JSON and Go share, or 0. */
static char short_escape(unsigned char c)
{
    switch (c) {
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '"':
        return '"';
    case '\\':
        return '\\';
    default:
        return 0;
    }
}

/* One character beyond ASCII; `bad` stands for a byte that is none. Terminals act on C1 controls as
 * on those of ASCII. */
static bool add_wide(struct strbuf *b, struct str bytes, uint32_t cp, const char *bad)
{
    if (cp == UTF8_REPLACEMENT && bytes.len == 1) {
        return strbuf_add_c(b, bad);
    }
    return utf8_is_control(cp) ? strbuf_printf(b, "\\u%04x", (unsigned)cp)
                               : strbuf_add_str(b, bytes);
}

bool escape_json(struct strbuf *b, struct str s)
{
    size_t start = b->len;
    bool ok = true;
    while (ok && s.len != 0) {
        unsigned char c = (unsigned char)s.data[0];
        size_t used = 1;
        if (c >= 0x80) {
            uint32_t cp = utf8_decode(s, &used);
            ok = add_wide(b, str_slice(s, 0, used), cp, "\xEF\xBF\xBD");
        } else if (short_escape(c) != 0) {
            ok = strbuf_printf(b, "\\%c", short_escape(c));
        } else if (c < 0x20 || c == 0x7f) {
            ok = strbuf_printf(b, "\\u%04x", c);
        } else {
            while (used < s.len && (unsigned char)s.data[used] < 0x7f &&
                   (unsigned char)s.data[used] >= 0x20 && s.data[used] != '"' &&
                   s.data[used] != '\\') {
                used++;
            }
            ok = strbuf_add(b, s.data, used);
        }
        s = str_slice(s, used, s.len);
    }
    if (!ok) {
        strbuf_truncate(b, start);
    }
    return ok;
}

bool escape_quoted(struct strbuf *b, struct str s)
{
    size_t start = b->len;
    bool ok = strbuf_add_char(b, '"');
    while (ok && s.len != 0) {
        unsigned char c = (unsigned char)s.data[0];
        size_t used = 1;
        if (c >= 0x80) {
            uint32_t cp = utf8_decode(s, &used);
            char byte[8];
            snprintf(byte, sizeof(byte), "\\x%02x", c);
            ok = add_wide(b, str_slice(s, 0, used), cp, byte);
        } else if (short_escape(c) != 0) {
            ok = strbuf_printf(b, "\\%c", short_escape(c));
        } else if (c < 0x20 || c == 0x7f) {
            ok = strbuf_printf(b, "\\x%02x", c);
        } else {
            ok = strbuf_add_char(b, (char)c);
        }
        s = str_slice(s, used, s.len);
    }
    ok = ok && strbuf_add_char(b, '"');
    if (!ok) {
        strbuf_truncate(b, start);
    }
    return ok;
}
