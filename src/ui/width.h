/*
 * How many columns text takes. A table of our own and not wcwidth: tests and snapshots must give
 * the same in every locale. Ambiguous characters count as one column. Where the terminal's library
 * disagrees about a character, ui/term.c shows '?' for it, so that columns never drift.
 */
#ifndef TOCSIN_UI_WIDTH_H
#define TOCSIN_UI_WIDTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* One character as it is shown: what cannot be is replaced here, at the only way in. */
struct grapheme {
    uint32_t text[4]; /* a character and what combines with it; unused ones are 0 */
    int width;        /* 1 or 2 */
};

/* 0, 1 or 2 columns. */
int width_of(uint32_t code_point);
/* Takes the next grapheme off `rest`. Controls, line separators and invalid bytes come as '?'
 * (white space as a blank), characters that are invisible or reorder others are left out, marks
 * past the third are dropped. Returns false at the end. */
bool width_next(struct str *rest, struct grapheme *out);
/* Columns of the whole text. */
int width_columns(struct str text);
/* Bytes of the longest part at the start, and at the end, of at most `columns` columns. */
size_t width_prefix(struct str text, int columns);
size_t width_suffix(struct str text, int columns);

#endif
