/*
 * Files compiled in by scripts/embed.py: one array of these for panels, one for themes. Whoever
 * uses such an array declares it (`extern const struct embedded_file tocsin_themes[];` with its
 * `_count`); the build makes its source.
 */
#ifndef TOCSIN_BASE_EMBEDDED_H
#define TOCSIN_BASE_EMBEDDED_H

#include <stddef.h>

struct embedded_file {
    const char *name; /* without folders */
    const char *data; /* `len` bytes and a NUL */
    size_t len;
};

#endif
