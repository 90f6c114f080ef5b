#include "ui/color.h"

#include <math.h>

static const char *const ansi_names[16] = {
    "black",        "red",           "green",       "yellow",         "blue",
    "magenta",      "cyan",          "white",       "bright-black",   "bright-red",
    "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan",
    "bright-white",
};

static const uint32_t ansi_rgb[16] = {
    0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
    0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
};

uint32_t color_rgb(int index)
{
    static const uint32_t levels[6] = {0, 95, 135, 175, 215, 255};
    if (index < 16) {
        return ansi_rgb[index & 15];
    }
    if (index < 232) {
        int n = index - 16;
        return levels[n / 36 % 6] << 16 | levels[n / 6 % 6] << 8 | levels[n % 6];
    }
    uint32_t grey = 8 + 10 * (uint32_t)(index - 232);
    return grey << 16 | grey << 8 | grey;
}

struct oklab {
    double l, a, b;
};

static double linear(uint32_t channel)
{
    double c = channel / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static struct oklab oklab_of(uint32_t rgb)
{
    double r = linear(rgb >> 16 & 0xFF), g = linear(rgb >> 8 & 0xFF), b = linear(rgb & 0xFF);
    double l = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    double m = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    double s = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return (struct oklab){0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
                          1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
                          0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

int color_nearest(uint32_t rgb, int first, int last)
{
    struct oklab want = oklab_of(rgb);
    int best = first;
    double best_distance = INFINITY;
    for (int i = first; i <= last; i++) {
        struct oklab have = oklab_of(color_rgb(i));
        double dl = have.l - want.l, da = have.a - want.a, db = have.b - want.b;
        double distance = dl * dl + da * da + db * db;
        if (distance < best_distance) {
            best_distance = distance;
            best = i;
        }
    }
    return best;
}

enum color_kind { COLOR_WRONG, COLOR_DEFAULT, COLOR_RGB, COLOR_INDEX, COLOR_ANSI };

static enum color_kind kind_of(struct str word, uint32_t *value)
{
    if (str_equal_c(word, "default")) {
        return COLOR_DEFAULT;
    }
    if (word.len == 7 && word.data[0] == '#') {
        *value = 0;
        for (size_t i = 1; i < 7; i++) {
            char c = word.data[i];
            uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                             : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10
                             : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A') + 10
                                                    : 16;
            if (digit == 16) {
                return COLOR_WRONG;
            }
            *value = *value << 4 | digit;
        }
        return COLOR_RGB;
    }
    for (uint32_t i = 0; i < 16; i++) {
        if (str_equal_c(word, ansi_names[i])) {
            *value = i;
            return COLOR_ANSI;
        }
    }
    uint64_t index;
    if (str_to_u64(word, &index) && index < 256) {
        *value = (uint32_t)index;
        return COLOR_INDEX;
    }
    return COLOR_WRONG;
}

bool color_from_words(struct str words, struct theme_color *out)
{
    int index = -1, ansi = -1;
    int64_t rgb = -1;
    struct str word;
    size_t count = 0;
    while (str_split(&words, ' ', &word)) {
        uint32_t value = 0;
        if (word.len == 0) {
            continue;
        }
        count++;
        switch (kind_of(word, &value)) {
        case COLOR_WRONG:
            return false;
        case COLOR_DEFAULT:
            *out = (struct theme_color){THEME_COLOR_DEFAULT, THEME_COLOR_DEFAULT};
            return count == 1 && str_trim(words).len == 0;
        case COLOR_RGB:
            rgb = value;
            break;
        case COLOR_INDEX:
            index = (int)value;
            break;
        case COLOR_ANSI:
            ansi = (int)value;
            break;
        }
    }
    if (count == 0) {
        return false;
    }
    /* A name alone means the terminal's own colour of that name, which the user may have set. */
    if (index < 0) {
        index = rgb >= 0 ? color_nearest((uint32_t)rgb, 16, 255) : ansi;
    }
    if (ansi < 0) {
        ansi =
            index < 16 ? index : color_nearest(rgb >= 0 ? (uint32_t)rgb : color_rgb(index), 0, 15);
    }
    *out = (struct theme_color){(int16_t)index, (int16_t)ansi};
    return true;
}

bool color_from_word(struct str word, struct theme_color *out)
{
    return str_find(word, ' ') == word.len && color_from_words(word, out);
}
