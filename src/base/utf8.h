/* UTF-8 (RFC 3629): decoding, checking, counting. Never reads past the view; overlong forms and
 * surrogates are invalid. */
#ifndef TOCSIN_BASE_UTF8_H
#define TOCSIN_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "base/strbuf.h"

#define UTF8_REPLACEMENT 0xFFFDu

/* The code point at the start of `s` and its length in bytes; an invalid byte gives
 * UTF8_REPLACEMENT and length 1; an empty view gives 0 and length 0. */
uint32_t utf8_decode(struct str s, size_t *length);
/* Writes up to 4 bytes; returns how many. */
size_t utf8_encode(uint32_t code_point, char out[4]);
bool utf8_valid(struct str s);
/* Bytes in front of the first invalid one; s.len where all are valid. */
size_t utf8_valid_prefix(struct str s);
size_t utf8_count(struct str s);
/* What a terminal would act on instead of showing it: C0, DEL and C1. */
static inline bool utf8_is_control(uint32_t code_point)
{
    return code_point < 0x20u || (code_point >= 0x7Fu && code_point <= 0x9Fu);
}
/* A copy fit for a terminal or a log: no C0, no C1, no DEL, no invalid bytes, one line; what is not
 * fit becomes '?' (white space becomes a blank). */
void utf8_add_printable(struct strbuf *out, struct str s);

#endif
