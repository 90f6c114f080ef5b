#include "ui/width.h"

#include "base/attr.h"
#include "base/utf8.h"

struct width_range {
    uint32_t first, last;
};
#include "ui/width_table.h"

static bool in_ranges(const struct width_range *ranges, size_t count, uint32_t cp)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (cp > ranges[middle].last) {
            low = middle + 1;
        } else if (cp < ranges[middle].first) {
            high = middle;
        } else {
            return true;
        }
    }
    return false;
}

int width_of(uint32_t cp)
{
    if (cp < 0x300) {
        return 1; /* nothing below combines or is wide; controls are replaced by one column */
    }
    if (in_ranges(width_none, ARRAY_LEN(width_none), cp)) {
        return 0;
    }
    return in_ranges(width_wide, ARRAY_LEN(width_wide), cp) ? 2 : 1;
}

/* Joiners, variation selectors, marks of direction and tags: they show nothing themselves, and
 * terminals disagree about what they do to their neighbours. */
static bool is_invisible(uint32_t cp)
{
    return cp == 0x61C || (cp >= 0x180B && cp <= 0x180F) || (cp >= 0x200B && cp <= 0x200F) ||
           (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2060 && cp <= 0x206F) ||
           (cp >= 0xFE00 && cp <= 0xFE0F) || cp == 0xFEFF || (cp >= 0xFFF9 && cp <= 0xFFFB) ||
           (cp >= 0xE0000 && cp <= 0xE0FFF);
}

/* What stands for `cp` on a terminal. */
static uint32_t shown(uint32_t cp)
{
    if (cp == '\t' || cp == '\n' || cp == '\r' || cp == '\v' || cp == '\f' || cp == 0x2028 ||
        cp == 0x2029) {
        return ' ';
    }
    if (cp < 0x20 || (cp >= 0x7F && cp <= 0x9F) || cp == UTF8_REPLACEMENT) {
        return '?';
    }
    return cp;
}

static uint32_t peek(struct str rest, size_t *length)
{
    uint32_t cp = utf8_decode(rest, length);
    while (*length > 0 && is_invisible(cp)) {
        size_t more;
        cp = utf8_decode(str_slice(rest, *length, rest.len), &more);
        if (more == 0) {
            return 0; /* only invisible ones were left; *length takes them off */
        }
        *length += more;
    }
    return cp;
}

bool width_next(struct str *rest, struct grapheme *out)
{
    size_t length;
    uint32_t cp = peek(*rest, &length);
    if (length == 0 || cp == 0) {
        bool nul = length == 1 && rest->len > 0 && rest->data[0] == '\0';
        *rest = str_slice(*rest, length, rest->len);
        *out = (struct grapheme){.text = {'?'}, .width = 1};
        return nul;
    }
    *out = (struct grapheme){.text = {shown(cp)}, .width = width_of(cp)};
    if (out->width == 0) { /* a mark with nothing to stand on */
        out->text[0] = '?';
        out->width = 1;
    }
    *rest = str_slice(*rest, length, rest->len);
    for (size_t n = 1;;) {
        cp = peek(*rest, &length);
        if (length == 0 || cp < 0x300 || width_of(cp) != 0) {
            return true;
        }
        if (n < ARRAY_LEN(out->text)) {
            out->text[n++] = cp;
        }
        *rest = str_slice(*rest, length, rest->len);
    }
}

int width_columns(struct str text)
{
    int columns = 0;
    struct grapheme g;
    while (width_next(&text, &g)) {
        columns += g.width;
    }
    return columns;
}

size_t width_prefix(struct str text, int columns)
{
    struct str rest = text;
    struct grapheme g;
    size_t bytes = 0;
    while (width_next(&rest, &g) && g.width <= columns) {
        columns -= g.width;
        bytes = text.len - rest.len;
    }
    return bytes;
}

size_t width_suffix(struct str text, int columns)
{
    int skip = width_columns(text) - columns;
    struct str rest = text;
    struct grapheme g;
    while (skip > 0 && width_next(&rest, &g)) {
        skip -= g.width;
    }
    return rest.len;
}
