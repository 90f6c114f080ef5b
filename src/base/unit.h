/*
 * Units: what a signal's number means, how a person writes one (`500ms`, `1.5GiB`, `0.42%`) and how
 * the screen shows one: three significant digits, at most six columns (console.md, section 3):
 * `830ms`, `1.9s`, `2m03s`, `0.31%`,
 * `<0.01%` (never 0.00% when above 0), `18.2k`, `3.1GiB`, `22.0x`, `>=5s` is the caller's.
 *
 * Base units: seconds, bytes, ratio (1 = 100%), per second, plain count.
 */
#ifndef TOCSIN_BASE_UNIT_H
#define TOCSIN_BASE_UNIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/str.h"
#include "base/strbuf.h"

enum unit {
    UNIT_COUNT,            /* "count": plain number, SI suffixes */
    UNIT_SECONDS,          /* "seconds" */
    UNIT_BYTES,            /* "bytes": binary suffixes */
    UNIT_RATIO,            /* "ratio": shown in per cent */
    UNIT_PER_SECOND,       /* "per_second": events a second */
    UNIT_BYTES_PER_SECOND, /* "bytes_per_second" */
    UNIT_FACTOR            /* "factor": shown as 22.0x */
};

struct unit_literal {
    const char *suffix;
    double factor;
    enum unit base;
};

/* The table of units.def; longest suffixes are found first by unit_find_literal. */
const struct unit_literal *unit_literals(size_t *count);
/* The literal whose suffix stands at the start of `s` and is not followed by a letter, digit or
 * underscore; NULL where there is none. */
const struct unit_literal *unit_find_literal(struct str s);
/* A number with or without a unit literal, whole of `s`, in base units. */
bool unit_parse(struct str s, double *value, enum unit *unit, struct error *err) ATTR_NODISCARD;
/* `name` as in panel packs (the words above). False where there is no such unit. */
bool unit_from_name(struct str name, enum unit *unit);
const char *unit_name(enum unit unit);
/* For the screen: at most six columns for finite values; NaN is "-", infinities "+Inf" and "-Inf".
 * With UNIT_PER_SECOND no "/s" is added (columns say it); unit_format_long adds it and other words.
 */
void unit_format(struct strbuf *out, double value, enum unit unit);
/* For sentences: `412/s`, `3.1GiB/s`, `830ms`. */
void unit_format_long(struct strbuf *out, double value, enum unit unit);

#endif
