/* See constant.h. Go: strconv.Unquote, ParseInt with base 0, ParseFloat. */
#include "template/constant.h"

#include <math.h>

#include "base/number.h"
#include "base/utf8.h"

static const struct {
    char c;
    char means;
} escapes[] = {
    {'a', '\a'}, {'b', '\b'}, {'f', '\f'},  {'n', '\n'},  {'r', '\r'},
    {'t', '\t'}, {'v', '\v'}, {'\\', '\\'}, {'\'', '\''}, {'"', '"'},
};

static int digit_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

static bool read_digits(struct str s, size_t count, unsigned base, uint32_t *value)
{
    *value = 0;
    if (s.len < count) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        unsigned digit = (unsigned)digit_value(s.data[i]);
        if (digit >= base) {
            return false;
        }
        *value = *value * base + digit;
    }
    return true;
}

struct character {
    uint32_t value;
    bool is_byte; /* \x and octal escapes are bytes, not code points */
    size_t length;
};

static bool numeric_escape(struct str s, char kind, struct character *out)
{
    size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 3;
    bool octal = digits == 3;
    struct str from = str_slice(s, octal ? 1 : 2, s.len);
    if (!read_digits(from, digits, octal ? 8 : 16, &out->value)) {
        return false;
    }
    out->is_byte = octal || kind == 'x';
    out->length = digits + (octal ? 1 : 2);
    bool surrogate = out->value >= 0xD800 && out->value < 0xE000;
    return out->is_byte ? out->value < 256 : out->value <= 0x10FFFF && !surrogate;
}

/* `s` is not empty. The other kind of quote is not escaped in Go. */
static bool read_character(struct str s, char quote, struct character *out)
{
    *out = (struct character){.length = 0};
    if (s.data[0] != '\\') {
        out->value = utf8_decode(s, &out->length);
        if (out->value == UTF8_REPLACEMENT && out->length == 1) {
            *out =
                (struct character){.value = (unsigned char)s.data[0], .is_byte = true, .length = 1};
        }
        return true;
    }
    char kind = s.len > 1 ? s.data[1] : '\0';
    if (kind == 'x' || kind == 'u' || kind == 'U' || (kind >= '0' && kind <= '7')) {
        return numeric_escape(s, kind, out);
    }
    for (size_t i = 0; i < ARRAY_LEN(escapes); i++) {
        bool other_quote = (kind == '"' || kind == '\'') && kind != quote;
        if (escapes[i].c == kind && !other_quote) {
            *out = (struct character){.value = (unsigned char)escapes[i].means, .length = 2};
            return true;
        }
    }
    return false;
}

bool constant_string(struct arena *arena, struct str quoted, struct str *out)
{
    struct str s = str_slice(quoted, 1, quoted.len - 2);
    char *to = arena_alloc(arena, s.len + 1); /* no escape is shorter than what it stands for */
    size_t len = 0;
    while (s.len > 0) {
        struct character c;
        if (!read_character(s, '"', &c)) {
            return false;
        }
        if (c.is_byte) {
            to[len++] = (char)(unsigned char)c.value;
        } else {
            len += utf8_encode(c.value, to + len);
        }
        s = str_slice(s, c.length, s.len);
    }
    *out = str_span(to, len);
    return true;
}

static unsigned take_base(struct str *s)
{
    if (s->len < 2 || s->data[0] != '0') {
        return 10;
    }
    char kind = (char)(s->data[1] | 0x20);
    unsigned base = kind == 'x' ? 16 : kind == 'o' ? 8 : kind == 'b' ? 2 : 0;
    *s = str_slice(*s, base == 0 ? 1 : 2, s->len);
    return base == 0 ? 8 : base;
}

/* Whole numbers of any base. False where it is none; *fits is false where it takes more than 64
 * bits. */
static bool parse_int(struct str s, bool negative, int64_t *out, bool *fits)
{
    unsigned base = take_base(&s);
    uint64_t value = 0;
    *fits = true;
    if (s.len == 0) {
        return false;
    }
    for (size_t i = 0; i < s.len; i++) {
        unsigned digit = (unsigned)digit_value(s.data[i]);
        if (digit >= base) {
            return false;
        }
        *fits = *fits && !__builtin_mul_overflow(value, base, &value) &&
                !__builtin_add_overflow(value, digit, &value);
    }
    uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    *fits = *fits && value <= limit;
    *out = negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

static bool read_rune(struct str text, struct constant_number *out)
{
    struct str s = str_slice(text, 1, text.len - 2);
    struct character c;
    if (s.len == 0 || !read_character(s, '\'', &c) || c.length != s.len) {
        return false;
    }
    *out = (struct constant_number){
        .is_int = true, .is_float = true, .looks_int = true, .integer = c.value, .number = c.value};
    return true;
}

/* Without the underscores that may stand between digits. */
static bool without_underscores(struct str text, char *to, size_t room, struct str *out)
{
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool between = i > 0 && i + 1 < text.len && text.data[i + 1] != '_';
        if (text.data[i] == '_' && between) {
            continue;
        }
        if (text.data[i] == '_' || len == room) {
            return false;
        }
        to[len++] = text.data[i];
    }
    *out = str_span(to, len);
    return true;
}

bool constant_number(struct str text, struct constant_number *out)
{
    char bytes[400];
    struct str s;
    if (text.data[0] == '\'') {
        return read_rune(text, out);
    }
    if (!without_underscores(text, bytes, sizeof(bytes), &s)) {
        return false;
    }
    *out = (struct constant_number){.is_float = true};
    bool negative = s.data[0] == '-';
    bool is_signed = negative || s.data[0] == '+';
    bool fits = false;
    if (parse_int(str_slice(s, is_signed ? 1 : 0, s.len), negative, &out->integer, &fits)) {
        out->is_int = out->looks_int = true;
        out->number = (double)out->integer;
        return fits;
    }
    char last = s.data[s.len - 1];
    if (digit_value(last) >= 10 && last != '.') {
        return false; /* Inf and NaN are no literals */
    }
    if (!number_parse(s, &out->number)) {
        return false;
    }
    if (out->number == trunc(out->number) && fabs(out->number) < 9.2e18) {
        out->is_int = true;
        out->integer = (int64_t)out->number;
    }
    return true;
}
