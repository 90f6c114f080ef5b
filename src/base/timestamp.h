/* A point in time as people and Prometheus' HTTP API write it: Unix seconds with decimals
 * (`1609459200.5`) or RFC 3339 (`2021-01-01T00:00:00Z`, `...T01:00:00.5+01:00`). */
#ifndef TOCSIN_BASE_TIMESTAMP_H
#define TOCSIN_BASE_TIMESTAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/str.h"
#include "base/strbuf.h"

/* Beyond this many seconds milliseconds would not fit into 64 bits with room for arithmetic. */
#define TIMESTAMP_MAX_SECONDS 9.0e12

/* Unix milliseconds. False where it is neither form, or beyond the limit. */
bool timestamp_parse(struct str s, int64_t *t_ms) ATTR_NODISCARD;
/* Seconds as milliseconds, within the same limit. */
bool timestamp_from_seconds(double seconds, int64_t *t_ms) ATTR_NODISCARD;
/* RFC 3339 in UTC: `2021-01-01T00:00:00Z`, or with the milliseconds, `...T00:00:00.000Z`; else they
 * are left out. */
void timestamp_format(struct strbuf *out, int64_t t_ms, bool with_ms);

#endif
