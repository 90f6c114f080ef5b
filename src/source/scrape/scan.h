/*
 * A cursor over one line of a metrics page, and the characters of its grammar. Both text formats
 * have the same tokens; they differ in where blanks may stand (anywhere in the classic format, one
 * blank in given places in OpenMetrics).
 *
 * Why a line: a stored line feed cannot occur inside a token (label values and help texts write it
 * as `\n`), so lines can be cut before they are understood, and a page can be read as it arrives.
 * Prometheus' classic parser lets a raw line feed into a label value; that page is refused here,
 * with its line.
 */
#ifndef TOCSIN_SOURCE_SCRAPE_SCAN_H
#define TOCSIN_SOURCE_SCRAPE_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

enum scan_class {
    SCAN_LABEL_START = 1 << 0, /* [a-zA-Z_] */
    SCAN_LABEL = 1 << 1,       /* [a-zA-Z_0-9] */
    SCAN_NAME_START = 1 << 2,  /* [a-zA-Z_:] */
    SCAN_NAME = 1 << 3         /* [a-zA-Z_:0-9] */
};
extern const uint8_t scan_classes[256];

struct scan {
    const char *line; /* the line's first byte */
    const char *p;
    const char *end; /* behind its last one; the line feed is not part of it */
    uint64_t number; /* from 1 */
};

static inline bool scan_is(const struct scan *s, enum scan_class class)
{
    return s->p < s->end && (scan_classes[(uint8_t)*s->p] & class) != 0;
}

static inline bool scan_at(const struct scan *s, char c)
{
    return s->p < s->end && *s->p == c;
}

static inline void scan_over(struct scan *s, enum scan_class class)
{
    const char *p = s->p; /* in a register: a store a character is half of the time */
    while (p < s->end && (scan_classes[(uint8_t)*p] & class) != 0) {
        p++;
    }
    s->p = p;
}

static inline void scan_blanks(struct scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\t')) {
        s->p++;
    }
}

/* The error "line 17, column 3: ..." with its span; always false. */
bool scan_fail(const struct scan *s, const char *at, struct error *err, const char *fmt, ...)
    ATTR_PRINTF(4, 5);
/* The same with ", got X" behind: the character at `at`, or the end of the line. */
bool scan_expected(const struct scan *s, const char *at, struct error *err, const char *what);

#endif
