/*
 * A secret: given as a value, or as a file that is read again whenever the secret is needed, so
 * that rotation needs no reload. Never printed; wiped when released.
 *
 * Limit: SECRET_MAX_BYTES.
 */
#ifndef TOCSIN_NET_SECRET_H
#define TOCSIN_NET_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strbuf.h"

#define SECRET_MAX_BYTES ((size_t)64 * 1024)

/* At most one of the two is there; both are heap strings. */
struct secret {
    char *value;
    char *file;
};

/* Appends the secret; from a file without the line ends behind it. Nothing is appended for a secret
 * that was not given. */
bool secret_read(const struct secret *secret, struct strbuf *out, struct error *err) ATTR_NODISCARD;
void secret_release(struct secret *secret);
/* Releases a buffer that held a secret. */
void secret_wipe(struct strbuf *buffer);

#endif
