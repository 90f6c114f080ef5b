/* Decoding follows the table of well-formed byte sequences, so that "valid" means the same
 * everywhere and no reader can be led past the end of a view by a cut sequence. */
#include "base/utf8.h"

#include "base/attr.h"

/*
 * The table of well-formed sequences (Unicode 15, table 3-7): the first byte decides the length and
 * the range of the second one, which is what keeps overlong forms, surrogates and code points above
 * U+10FFFF out; later bytes are always 80..BF.
 */
static size_t lead_length(unsigned char lead, unsigned char *second_min, unsigned char *second_max)
{
    *second_min = 0x80;
    *second_max = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
        return 2;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        if (lead == 0xE0) {
            *second_min = 0xA0;
        } else if (lead == 0xED) {
            *second_max = 0x9F;
        }
        return 3;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        if (lead == 0xF0) {
            *second_min = 0x90;
        } else if (lead == 0xF4) {
            *second_max = 0x8F;
        }
        return 4;
    }
    return 0;
}

uint32_t utf8_decode(struct str s, size_t *length)
{
    if (s.len == 0) {
        *length = 0;
        return 0;
    }
    const unsigned char *p = (const unsigned char *)s.data;
    *length = 1;
    if (LIKELY(p[0] < 0x80)) {
        return p[0];
    }
    unsigned char min;
    unsigned char max;
    size_t need = lead_length(p[0], &min, &max);
    if (need == 0 || need > s.len || p[1] < min || p[1] > max) {
        return UTF8_REPLACEMENT;
    }
    uint32_t cp = p[0] & (0x7Fu >> need);
    cp = cp << 6 | (p[1] & 0x3Fu);
    for (size_t i = 2; i < need; i++) {
        if ((p[i] & 0xC0u) != 0x80u) {
            return UTF8_REPLACEMENT;
        }
        cp = cp << 6 | (p[i] & 0x3Fu);
    }
    *length = need;
    return cp;
}

size_t utf8_encode(uint32_t code_point, char out[4])
{
    uint32_t cp = code_point;
    if (cp > 0x10FFFFu || (cp >= 0xD800u && cp <= 0xDFFFu)) {
        cp = UTF8_REPLACEMENT;
    }
    if (cp < 0x80u) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800u) {
        out[0] = (char)(0xC0u | cp >> 6);
        out[1] = (char)(0x80u | (cp & 0x3Fu));
        return 2;
    }
    if (cp < 0x10000u) {
        out[0] = (char)(0xE0u | cp >> 12);
        out[1] = (char)(0x80u | (cp >> 6 & 0x3Fu));
        out[2] = (char)(0x80u | (cp & 0x3Fu));
        return 3;
    }
    out[0] = (char)(0xF0u | cp >> 18);
    out[1] = (char)(0x80u | (cp >> 12 & 0x3Fu));
    out[2] = (char)(0x80u | (cp >> 6 & 0x3Fu));
    out[3] = (char)(0x80u | (cp & 0x3Fu));
    return 4;
}

/* Most text is ASCII: eight bytes at a time as long as no high bit is set. */
static size_t ascii_run(struct str s, size_t from)
{
    size_t i = from;
    while (i + 8 <= s.len) {
        uint64_t word;
        memcpy(&word, s.data + i, sizeof(word));
        if ((word & UINT64_C(0x8080808080808080)) != 0) {
            break;
        }
        i += 8;
    }
    return i;
}

size_t utf8_valid_prefix(struct str s)
{
    size_t i = 0;
    while ((i = ascii_run(s, i)) < s.len) {
        size_t length;
        uint32_t cp = utf8_decode(str_span(s.data + i, s.len - i), &length);
        /* U+FFFD itself takes three bytes; one byte means that it stands for a bad one. */
        if (cp == UTF8_REPLACEMENT && length == 1) {
            return i;
        }
        i += length;
    }
    return s.len;
}

bool utf8_valid(struct str s)
{
    return utf8_valid_prefix(s) == s.len;
}

size_t utf8_count(struct str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.len;) {
        size_t run = ascii_run(s, i);
        count += run - i;
        i = run;
        if (i < s.len) {
            size_t length;
            (void)utf8_decode(str_span(s.data + i, s.len - i), &length);
            i += length;
            count++;
        }
    }
    return count;
}

void utf8_add_printable(struct strbuf *out, struct str s)
{
    for (size_t i = 0; i < s.len;) {
        size_t length;
        uint32_t cp = utf8_decode(str_span(s.data + i, s.len - i), &length);
        if (cp == '\t' || cp == '\n' || cp == '\v' || cp == '\f' || cp == '\r') {
            strbuf_add_char(out, ' ');
        } else if (utf8_is_control(cp) || (cp == UTF8_REPLACEMENT && length == 1)) {
            strbuf_add_char(out, '?');
        } else {
            strbuf_add(out, s.data + i, length);
        }
        i += length;
    }
}
