/*
 * Times and steps as a person and the HTTP API of Prometheus write them: Unix seconds with
 * decimals, RFC 3339, or relative to now: `now`, `now-1h30m`, `now+5m`. Steps are seconds or a
 * duration.
 */
#ifndef TOCSIN_CMD_QUERY_TIME_H
#define TOCSIN_CMD_QUERY_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

/* What is now is known only when the question is put. */
struct query_moment {
    bool from_now;
    int64_t ms; /* since 1970, or from now; far enough from the ends of its range to be added to */
};

bool query_moment_parse(struct str s, struct query_moment *out, struct error *err) ATTR_NODISCARD;
int64_t query_moment_at(const struct query_moment *moment, int64_t now_ms);
bool query_step_parse(struct str s, int64_t *step_ms, struct error *err) ATTR_NODISCARD;

#endif
