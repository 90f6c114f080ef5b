/* Text as the inside of quotes, appended to a buffer. Both add all or nothing, and return false
 * where the buffer's limit was hit. */
#ifndef TOCSIN_BASE_ESCAPE_H
#define TOCSIN_BASE_ESCAPE_H

#include <stdbool.h>

#include "base/str.h"
#include "base/strbuf.h"

/* The inside of a JSON string, without the quotes (RFC 8259): control characters, quote and
 * backslash escaped; invalid UTF-8 becomes U+FFFD. */
bool escape_json(struct strbuf *out, struct str s);
/* In quotes, with PromQL's escapes, which are Go's (strconv.Quote): invalid bytes as \x. */
bool escape_quoted(struct strbuf *out, struct str s);

#endif
