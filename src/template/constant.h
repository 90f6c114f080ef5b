/* What literals mean: Go's strings in quotes, characters and numbers. Private to this folder. */
#ifndef TOCSIN_TEMPLATE_CONSTANT_H
#define TOCSIN_TEMPLATE_CONSTANT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* The text between double quotes, which are part of `quoted`. False where an escape is wrong. */
bool constant_string(struct arena *arena, struct str quoted, struct str *out) ATTR_NODISCARD;

struct constant_number {
    bool is_int; /* it has a whole number's value within 64 bits */
    bool is_float;
    bool looks_int; /* without a point or an exponent, or a character */
    int64_t integer;
    double number;
};

/* A number, or a character in single quotes. False where it is neither, or too large. */
bool constant_number(struct str text, struct constant_number *out) ATTR_NODISCARD;

#endif
