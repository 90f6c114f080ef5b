/*
 * Numbers to text and back, fast, exact and independent of the locale.
 *
 * number_parse reads what Go's strconv.ParseFloat reads in the forms Prometheus' text formats use:
 * decimal, exponent, `Inf`, `+Inf`, `-Inf`, `Infinity`, `NaN` (any case); no hexadecimal, no
 * underscores. Up to 19 digits take exact fast paths (number.c says which); the rest goes to strtod
 * in the C locale.
 *
 * The other way takes the digits of shortest.h: the fewest that read back to the same bits.
 */
#ifndef TOCSIN_BASE_NUMBER_H
#define TOCSIN_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "base/strbuf.h"

/* Whole of `s`; false where it is not a number or too large for a double (as in Go). */
bool number_parse(struct str s, double *out);
/* The longest number at the start of [p, end); returns the first byte behind it, or NULL where
 * there is none. Decimal forms only (no Inf, no NaN, no hexadecimal); what is too large for a
 * double is an infinity. Never reads at or past `end`. */
const char *number_scan(const char *p, const char *end, double *out);
/* Bytes of the longest text of a number, "-0.000...": a subnormal one without an exponent. */
#define NUMBER_BYTES 352

/* Shortest text that reads back to the same bits, as Go's FormatFloat(v, 'f', -1, 64): what
 * Prometheus' HTTP API prints for sample values: `0.1`, `1500000`, `NaN`, `+Inf`, `-Inf`. */
void number_format(struct strbuf *out, double value);
/* The same with an exponent below 1e-4 or from 1e21 on: for expressions, where people read it. */
void number_format_short(struct strbuf *out, double value);
/* Go's %g: with an exponent below 1e-4 or from 1e6 on. */
void number_format_general(struct strbuf *out, double value);
/* The first two without a buffer between, to `to` with room for NUMBER_BYTES; they return the end,
 * where they put no NUL. */
char *number_write(char *to, double value);
char *number_write_short(char *to, double value);

#endif
