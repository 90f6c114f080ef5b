/* Lines, words and numbers of the kernel's tables. Views into the text; nothing is copied. */
#ifndef TOCSIN_SOURCE_HOST_WORDS_H
#define TOCSIN_SOURCE_HOST_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* The next word of `*line`, cut off it; empty at the end of the line. */
static inline struct str word_next(struct str *line)
{
    if (line->len == 0) {
        return STR_NONE;
    }
    const char *p = line->data;
    const char *end = p + line->len;
    while (p < end && (*p == ' ' || *p == '\t')) {
        p++;
    }
    const char *start = p;
    while (p < end && *p != ' ' && *p != '\t') {
        p++;
    }
    *line = str_span(p, (size_t)(end - p));
    return str_span(start, (size_t)(p - start));
}

/* Whole of `word` as a number; also a negative one (Tcp: MaxConn is -1). */
bool word_number(struct str word, double *out);
/* The next word as an unsigned number. */
bool word_next_u64(struct str *line, uint64_t *out);

#endif
