/*
 * What numbers and strings in an expression mean: Go's literals, as Prometheus reads them.
 *
 * Numbers: decimal with exponent, hexadecimal and octal whole numbers (`0x1f`, `017`), underscores
 * between digits, durations (`5m` is 300), and with conveniences unit literals (units.def).
 * Strings: in double or single quotes with Go's escapes, or raw in back quotes.
 */
#ifndef TOCSIN_PROMQL_SYNTAX_LITERALS_H
#define TOCSIN_PROMQL_SYNTAX_LITERALS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "base/unit.h"

struct number_literal {
    double value;
    size_t length; /* bytes of it */
    bool has_unit;
    enum unit unit;
};

/* The number at byte `at` of `text`, where a digit or a point with a digit stands. Errors have
 * their place in `text`. */
bool literal_number(struct str text, size_t at, bool conveniences, struct number_literal *out,
                    struct error *err) ATTR_NODISCARD;
/* Bytes of the string literal that starts at `at`, quotes included; 0 where it has no end. */
size_t literal_string_length(struct str text, size_t at);
/* Where in `text` the byte `value_at` of the value of the literal at `at`, which is sound, comes
 * from; at the value's end, the closing quote. */
size_t literal_string_place(struct str text, size_t at, size_t value_at);
/* The value of the string literal [at, at + length) of `text`, in `arena`. */
bool literal_string(struct arena *arena, struct str text, size_t at, size_t length, struct str *out,
                    struct error *err) ATTR_NODISCARD;

#endif
