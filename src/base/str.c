/* See str.h. xxHash is compiled in here and nowhere else: everyone hashes through str_hash. */
#include "base/str.h"

#include "base/mem.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

int str_compare(struct str a, struct str b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common != 0 ? memcmp(a.data, b.data, common) : 0;
    if (order != 0) {
        return order;
    }
    return a.len < b.len ? -1 : a.len > b.len;
}

bool str_starts_with(struct str s, struct str prefix)
{
    return s.len >= prefix.len && str_equal(str_span(s.data, prefix.len), prefix);
}

bool str_ends_with(struct str s, struct str suffix)
{
    return s.len >= suffix.len && str_equal(str_slice(s, s.len - suffix.len, suffix.len), suffix);
}

bool str_contains(struct str s, struct str part)
{
    return part.len == 0 ||
           (s.len >= part.len && memmem(s.data, s.len, part.data, part.len) != NULL);
}

static unsigned char ascii_lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

bool str_equal_ignoring_case(struct str a, struct str b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (ascii_lower(a.data[i]) != ascii_lower(b.data[i])) {
            return false;
        }
    }
    return true;
}

size_t str_find(struct str s, char c)
{
    const char *at = s.len != 0 ? memchr(s.data, c, s.len) : NULL;
    return at != NULL ? (size_t)(at - s.data) : s.len;
}

struct str str_slice(struct str s, size_t from, size_t len)
{
    if (from > s.len) {
        from = s.len;
    }
    if (len > s.len - from) {
        len = s.len - from;
    }
    return str_span(s.data != NULL ? s.data + from : NULL, len);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
    while (s.len != 0 && is_space(s.data[0])) {
        s.data++;
        s.len--;
    }
    while (s.len != 0 && is_space(s.data[s.len - 1])) {
        s.len--;
    }
    return s;
}

bool str_split(struct str *rest, char sep, struct str *part)
{
    if (rest->data == NULL) {
        return false;
    }
    size_t at = str_find(*rest, sep);
    *part = str_span(rest->data, at);
    *rest = at == rest->len ? STR_NONE : str_slice(*rest, at + 1, rest->len);
    return true;
}

char *str_dup(struct str s)
{
    return mem_strndup(s.data, s.len);
}

uint64_t str_hash(struct str s)
{
    return XXH3_64bits(s.data, s.len);
}

uint64_t str_hash_xxh64(struct str s)
{
    return XXH64(s.data, s.len, 0);
}

bool str_to_u64(struct str s, uint64_t *out)
{
    if (s.len == 0) {
        return false;
    }
    uint64_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] < '0' || s.data[i] > '9' || __builtin_mul_overflow(n, 10, &n) ||
            __builtin_add_overflow(n, (uint64_t)(s.data[i] - '0'), &n)) {
            return false;
        }
    }
    *out = n;
    return true;
}
