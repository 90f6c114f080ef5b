/*
 * Hides secrets in a line of a configuration that is about to be shown: what stands behind keys
 * such as `password:` or `client_secret:`, and passwords in URLs, become stars, as many as there
 * were characters, so that a caret below still points right.
 */
#ifndef TOCSIN_BASE_SECRET_MASK_H
#define TOCSIN_BASE_SECRET_MASK_H

#include <stddef.h>

/* Changes the `len` bytes of `line` in place and returns how many there are then: fewer where a
 * hidden character had several. Values that only refer to a secret (`${NAME}`, keys that end in
 * _file) stay. */
size_t secret_mask(char *line, size_t len);

#endif
