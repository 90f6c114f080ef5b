/*
 * Durations as Prometheus writes them: `1h30m`, `15s`, `500ms`; units y w d h m s ms in this order,
 * each at most once, whole numbers only (prometheus: model/time.go, ParseDuration). A year is 365
 * days, a week 7, a day 24 hours.
 *
 * Unit: milliseconds. Range: what int64 holds of milliseconds; more is ERROR_LIMIT.
 */
#ifndef TOCSIN_BASE_DURATION_H
#define TOCSIN_BASE_DURATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "base/strbuf.h"

/* "0" is allowed without a unit. The error's span is within `s`. */
bool duration_parse(struct str s, int64_t *ms, struct error *err) ATTR_NODISCARD;
/* The form Prometheus prints (`1h30m`, `1d`, `0s`), which duration_parse reads back. */
void duration_format(struct strbuf *out, int64_t ms);
/* For people, at most six columns, two parts: `4s`, `6m08s`, `4h12m`, `41d`, `830ms`. */
void duration_format_short(struct strbuf *out, int64_t ms);

#endif
