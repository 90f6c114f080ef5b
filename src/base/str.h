/*
 * String views: a pointer and a length, not NUL-terminated, owning nothing. A view lives as long as
 * what it looks into. The empty view may have a NULL pointer. Bytes are UTF-8 where text is meant
 * (base/utf8.h checks).
 */
#ifndef TOCSIN_BASE_STR_H
#define TOCSIN_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/attr.h"

struct str {
    const char *data;
    size_t len;
};

/* A view of a string literal; usable in initialisers as STR_INIT. */
#define STR_INIT(literal)                                   \
    {                                                       \
        .data = ("" literal ""), .len = sizeof(literal) - 1 \
    }
#define STR(literal) ((struct str)STR_INIT(literal))
#define STR_NONE     ((struct str){.data = NULL, .len = 0})
/* For printf's %.*s. */
#define STR_ARG(s) (int)(s).len, (s).data != NULL ? (s).data : ""

static inline struct str str_from(const char *cstr)
{
    return (struct str){.data = cstr, .len = cstr != NULL ? strlen(cstr) : 0};
}

static inline struct str str_span(const char *data, size_t len)
{
    return (struct str){.data = data, .len = len};
}

static inline bool str_equal(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool str_equal_c(struct str a, const char *b)
{
    return str_equal(a, str_from(b));
}

/* Bytewise order, shorter first where one is the other's prefix: Prometheus' order of label names.
 */
int str_compare(struct str a, struct str b);
bool str_starts_with(struct str s, struct str prefix);
bool str_ends_with(struct str s, struct str suffix);
bool str_contains(struct str s, struct str part);
/* ASCII only. */
bool str_equal_ignoring_case(struct str a, struct str b);
/* Position of the first `c`, or s.len. */
size_t str_find(struct str s, char c);
/* From `from` (clamped) to the end, or `len` (clamped) bytes of it. */
struct str str_slice(struct str s, size_t from, size_t len);
/* Without the ASCII white space at both ends. */
struct str str_trim(struct str s);
/* Takes the part before the first `sep` off `*rest`; false when `*rest` was already used up (data
 * == NULL). */
bool str_split(struct str *rest, char sep, struct str *part);
/* A NUL-terminated copy; the caller frees. */
char *str_dup(struct str s) ATTR_MALLOC;
/* 64 bits over the bytes (XXH3); the same in every run. */
uint64_t str_hash(struct str s);
/* XXH64 with seed 0, as Go's cespare/xxhash: for what others hash, too. */
uint64_t str_hash_xxh64(struct str s);
/* Whole of `s` as an unsigned decimal number; false where it is not one or does not fit. */
bool str_to_u64(struct str s, uint64_t *out);

#endif
