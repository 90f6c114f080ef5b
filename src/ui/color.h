/* Colours of themes: from what a person writes to palette indexes a terminal has. */
#ifndef TOCSIN_UI_COLOR_H
#define TOCSIN_UI_COLOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "ui/theme.h"

/* One word: `#rrggbb`, an index 0..255, a name of the 16 (`red`, `bright-red`, ...) or `default`.
 * What is not said is the nearest: of 16..255 for `index`, of the 16 for `ansi`. */
bool color_from_word(struct str word, struct theme_color *out);
/* Up to three words of different kinds, each deciding its part: `#ff5f5f 203 red`. */
bool color_from_words(struct str words, struct theme_color *out);
/* 0xRRGGBB of an index of the 256-colour palette (xterm's values for the first 16). */
uint32_t color_rgb(int index);
/* The index in [first, last] nearest to `rgb` in OKLab (Ottosson, "A perceptual color space for
 * image processing", 2020). */
int color_nearest(uint32_t rgb, int first, int last);

#endif
