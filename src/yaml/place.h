/*
 * Places in a text: from libyaml's marks (a count of characters) to bytes, lines and columns.
 *
 * libyaml counts lines and columns itself, but takes NEL, LS and PS for line ends, which no editor
 * and no diag_line does; so only its character index is used. The cursor moves forward with the
 * parser: a whole text costs one pass, also where it is one line of megabytes.
 *
 * Owner: the caller; the text is borrowed.
 */
#ifndef TOCSIN_YAML_PLACE_H
#define TOCSIN_YAML_PLACE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

struct place {
    struct str text;
    size_t index; /* characters in front */
    size_t byte;
    uint32_t line;
    uint32_t column;
};

void place_init(struct place *p, struct str text);
/* To the character `index`, or the end of the text where that is before it. */
void place_seek(struct place *p, size_t index);
/* Forward to the byte `byte`, which begins a character. */
void place_seek_byte(struct place *p, size_t byte);
/* From here to the character `end_index`, but not past the line. Does not move the cursor. */
struct span place_span(const struct place *p, size_t end_index);

#endif
