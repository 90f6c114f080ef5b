#include "ui/glyphs.h"

#include <stddef.h>
#include <string.h>

#include "base/attr.h"

/* U+2581..2588 and U+258F..2588; what stands for each is in the comments of the other sets. */
#define EIGHTHS                                                             \
    {                                                                       \
        ' ', 0x2581, 0x2582, 0x2583, 0x2584, 0x2585, 0x2586, 0x2587, 0x2588 \
    }
#define HBARS                                                               \
    {                                                                       \
        ' ', 0x258F, 0x258E, 0x258D, 0x258C, 0x258B, 0x258A, 0x2589, 0x2588 \
    }

#define UTF8_COMMON                                                                      \
    .gap = 0xB7, .idle = 0x2E, .horizontal = 0x2500, .vertical = 0x2502,                 \
    .corner_top_left = 0x250C, .corner_top_right = 0x2510, .corner_bottom_left = 0x2514, \
    .corner_bottom_right = 0x2518, .tick_y = 0x2524, .tick_x = 0x252C, .unknown = '?',   \
    .separator = 0xB7, .other_cursor = 0xB7, .hidden = 'z'

#define UTF8_FULL                                                                                  \
    .eighth = EIGHTHS, .hbar = HBARS, .area_base = 0x2581, .clipped = 0x25B2, .threshold = 0x2504, \
    .line_up_left = 0x256F, .line_up_right = 0x256D, .line_down_left = 0x256E,                     \
    .line_down_right = 0x2570, .series = {'*', '+', 'o', 'x'}, .critical = 0x25B2,                 \
                                                                                                   \
    .warning = 0x25CF, .pending = 0x25CB, .down = 0x2717, .cut = 0x2026, .sort_down = 0x25BC,      \
    .sort_up = 0x25B2, .at_least = 0x2265, .above = 0x2191, .below = 0x2193, .above_below = 0x2195

static const struct glyphs eighth = {
    .mode = GLYPHS_EIGHTH, UTF8_COMMON, UTF8_FULL, .braille = true};
static const struct glyphs braille = {
    .mode = GLYPHS_BRAILLE, UTF8_COMMON, UTF8_FULL, .braille = true};

/* Debian's console fonts have lines, the full block and the middle dot, but no part of a block. */
static const struct glyphs linux_console = {
    .mode = GLYPHS_LINUX,
    UTF8_COMMON,
    .eighth = {' ', '_', '.', '-', ':', '=', '+', '#', 0x2588},
    .hbar = {' ', ' ', ' ', ' ', '-', '-', '-', '-', 0x2588},
    .area_base = '_',
    .clipped = '^',
    .threshold = '-',
    .line_up_left = '/',
    .line_up_right = '/',
    .line_down_left = '\\',
    .line_down_right = '\\',
    .series = {'*', '+', 'o', 'x'},
    .critical = '!',
    .warning = '*',
    .pending = 'o',
    .down = 'X',
    .cut = '~',
    .sort_down = 'v',
    .sort_up = '^',
    .at_least = '>',
    .above = '^',
    .below = 'v',
    .above_below = '|',
};

static const struct glyphs ascii = {
    .mode = GLYPHS_ASCII,
    .eighth = {' ', '_', '.', '-', ':', '=', '+', '*', '#'},
    .hbar = {' ', ' ', ' ', ' ', '-', '-', '-', '-', '#'},
    .area_base = '_',
    .gap = '?',
    .idle = ',',
    .clipped = '^',
    .threshold = '-',
    .horizontal = '-',
    .vertical = '|',
    .corner_top_left = '+',
    .corner_top_right = '+',
    .corner_bottom_left = '+',
    .corner_bottom_right = '+',
    .tick_y = '+',
    .tick_x = '+',
    .line_up_left = '/',
    .line_up_right = '/',
    .line_down_left = '\\',
    .line_down_right = '\\',
    .series = {'*', '+', 'o', 'x'},
    .critical = '!',
    .warning = '*',
    .pending = 'o',
    .hidden = 'z',
    .unknown = '?',
    .down = 'X',
    .cut = '~',
    .sort_down = 'v',
    .sort_up = '^',
    .at_least = '>',
    .separator = ';',
    .other_cursor = '.',
    .above = '^',
    .below = 'v',
    .above_below = '|',
};

const struct glyphs *glyphs_of(enum glyph_mode mode)
{
    switch (mode) {
    case GLYPHS_AUTO:
    case GLYPHS_EIGHTH:
        return &eighth;
    case GLYPHS_BRAILLE:
        return &braille;
    case GLYPHS_LINUX:
        return &linux_console;
    case GLYPHS_ASCII:
        return &ascii;
    }
    return &ascii;
}

bool glyph_mode_from_name(const char *name, enum glyph_mode *mode)
{
    static const char *const names[] = {[GLYPHS_AUTO] = "auto",
                                        [GLYPHS_EIGHTH] = "eighth",
                                        [GLYPHS_BRAILLE] = "braille",
                                        [GLYPHS_LINUX] = "linux",
                                        [GLYPHS_ASCII] = "ascii"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (strcmp(names[i], name) == 0) {
            *mode = (enum glyph_mode)i;
            return true;
        }
    }
    return false;
}
