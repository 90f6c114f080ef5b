/*
 * A number is first measured by Prometheus' lexer rules, then what stands directly behind it
 * decides: nothing, a duration's units, or a unit literal. Go's ParseInt with base 0 comes before
 * ParseFloat there, so a leading zero makes a whole number octal where its digits allow (`010` is
 * 8, `09` is 9).
 */
#include "promql/syntax/literals.h"

#include "base/attr.h"
#include "base/diag.h"
#include "base/duration.h"
#include "base/number.h"
#include "base/strbuf.h"
#include "base/utf8.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int hex_value(char c)
{
    if (is_digit(c)) {
        return c - '0';
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (unsigned char)c >= 0x80;
}

/* Past the digits and underscores at `i`. */
static size_t skip_digits(struct str s, size_t i)
{
    while (i < s.len && (is_digit(s.data[i]) || s.data[i] == '_')) {
        i++;
    }
    return i;
}

static bool is_hexadecimal(struct str s)
{
    return s.len >= 2 && s.data[0] == '0' && (s.data[1] == 'x' || s.data[1] == 'X');
}

/* The bytes of the number at the start of `s`, without any unit. */
static size_t measure(struct str s)
{
    if (is_hexadecimal(s)) {
        size_t i = 2;
        while (i < s.len && (hex_value(s.data[i]) >= 0 || s.data[i] == '_')) {
            i++;
        }
        return i;
    }
    size_t i = skip_digits(s, 0);
    if (i < s.len && s.data[i] == '.') {
        i = skip_digits(s, i + 1);
    }
    if (i < s.len && (s.data[i] == 'e' || s.data[i] == 'E')) {
        size_t exponent = i + 1;
        if (exponent < s.len && (s.data[exponent] == '+' || s.data[exponent] == '-')) {
            exponent++;
        }
        if (exponent < s.len && is_digit(s.data[exponent])) {
            i = skip_digits(s, exponent);
        }
    }
    return i;
}

/* Go's rule: only between digits, or between the base's prefix and a digit. */
static bool underscores_are_fine(struct str s)
{
    bool hexadecimal = is_hexadecimal(s);
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] != '_') {
            continue;
        }
        bool before = i > 0 && (is_digit(s.data[i - 1]) ||
                                (hexadecimal && (i == 2 || hex_value(s.data[i - 1]) >= 0)));
        bool after = i + 1 < s.len &&
                     (is_digit(s.data[i + 1]) || (hexadecimal && hex_value(s.data[i + 1]) >= 0));
        if (!before || !after) {
            return false;
        }
    }
    return true;
}

/* Digits of base 8 or 16; false where one is none or the value is over what int64 holds. */
static bool whole_number(struct str digits, unsigned base, double *value)
{
    uint64_t sum = 0;
    if (digits.len == 0) {
        return false;
    }
    for (size_t i = 0; i < digits.len; i++) {
        int digit = hex_value(digits.data[i]);
        if (digit < 0 || (unsigned)digit >= base || sum > ((uint64_t)INT64_MAX - 15) / base) {
            return false;
        }
        sum = sum * base + (unsigned)digit;
    }
    *value = (double)sum;
    return true;
}

static bool evaluate(struct str s, double *value)
{
    if (!underscores_are_fine(s)) {
        return false;
    }
    struct strbuf plain = STRBUF_INIT;
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] != '_') {
            strbuf_add_char(&plain, s.data[i]);
        }
    }
    struct str digits = strbuf_str(&plain);
    bool ok;
    if (is_hexadecimal(digits)) {
        ok = whole_number(str_slice(digits, 2, digits.len), 16, value);
    } else {
        ok = (digits.len > 1 && digits.data[0] == '0' && whole_number(digits, 8, value)) ||
             number_parse(digits, value);
    }
    strbuf_release(&plain);
    return ok;
}

static bool same_word(struct str s, const char *word, size_t len)
{
    return str_equal_ignoring_case(s, str_span(word, len));
}

/* Units the suffix may have been meant to be: `5M` is neither 5m nor 5MiB. */
static void suggest_unit(struct error *err, struct str number, struct str suffix)
{
    size_t count;
    const struct unit_literal *literals = unit_literals(&count);
    struct strbuf list = STRBUF_INIT;
    for (size_t i = 0; i < count; i++) {
        const char *name = literals[i].suffix;
        size_t len = strlen(name);
        bool bytes = literals[i].base == UNIT_BYTES;
        bool near = same_word(suffix, name, len) ||
                    (bytes && len > 1 && same_word(suffix, name, len - 1)) ||
                    (bytes && len > 2 && same_word(suffix, name, len - 2));
        if (near) {
            strbuf_printf(&list, "%s'%.*s%s'", list.len > 0 ? ", " : "", STR_ARG(number), name);
        }
    }
    if (list.len > 0) {
        error_suggest(err, "did you mean %s?", strbuf_cstr(&list));
    } else {
        error_suggest(err, "units are ns us ms s m h d w y, B kB MB GB TB KiB MiB GiB TiB, k, %%");
    }
    strbuf_release(&list);
}

static bool bad_number(struct str text, size_t at, size_t end, struct error *err)
{
    struct str shown = str_slice(text, at, end - at);
    return error_set_at(err, ERROR_SYNTAX, diag_span(text, at, end), "bad number '%.*s'",
                        STR_ARG(shown));
}

/* A number with something directly behind it that may belong to it. */
static bool number_with_suffix(struct str text, size_t at, size_t number_len, bool conveniences,
                               struct number_literal *out, struct error *err)
{
    struct str rest = str_slice(text, at, text.len);
    struct str number = str_slice(rest, 0, number_len);
    struct str suffix = str_slice(rest, number_len, rest.len);
    size_t word = 0;
    while (word < suffix.len && (is_word(suffix.data[word]) || suffix.data[word] == '.')) {
        word++;
    }
    struct str whole = str_slice(rest, 0, number_len + word);
    struct error not_duration = ERROR_INIT;
    int64_t ms;
    if (duration_parse(whole, &ms, &not_duration)) {
        *out = (struct number_literal){(double)ms / 1000, whole.len, true, UNIT_SECONDS};
        return true;
    }
    if (not_duration.kind == ERROR_LIMIT) {
        not_duration.span = diag_span(text, at, at + whole.len);
        return error_move(err, &not_duration);
    }
    error_release(&not_duration);
    const struct unit_literal *literal = conveniences ? unit_find_literal(suffix) : NULL;
    double value;
    if (literal != NULL && !is_hexadecimal(number) && evaluate(number, &value)) {
        *out = (struct number_literal){value * literal->factor,
                                       number_len + strlen(literal->suffix), true, literal->base};
        return true;
    }
    if (!evaluate(number, &value) || suffix.len == 0 || word == 0 || suffix.data[0] == '.') {
        return bad_number(text, at, at + whole.len, err);
    }
    error_set_at(err, ERROR_SYNTAX, diag_span(text, at, at + whole.len),
                 "'%.*s' is neither a number nor a duration", STR_ARG(whole));
    if (conveniences) {
        suggest_unit(err, number, str_slice(suffix, 0, word));
    } else {
        error_suggest(err, "units of durations are y, w, d, h, m, s and ms");
    }
    return false;
}

bool literal_number(struct str text, size_t at, bool conveniences, struct number_literal *out,
                    struct error *err)
{
    struct str rest = str_slice(text, at, text.len);
    size_t len = measure(rest);
    char next = len < rest.len ? rest.data[len] : '\0';
    if (is_word(next) || next == '.' ||
        (next == '%' && conveniences &&
         unit_find_literal(str_slice(rest, len, rest.len)) != NULL)) {
        return number_with_suffix(text, at, len, conveniences, out, err);
    }
    *out = (struct number_literal){.length = len};
    return evaluate(str_slice(rest, 0, len), &out->value) || bad_number(text, at, at + len, err);
}

size_t literal_string_length(struct str text, size_t at)
{
    char quote = text.data[at];
    for (size_t i = at + 1; i < text.len; i++) {
        if (text.data[i] == quote) {
            return i + 1 - at;
        }
        if (quote == '`') {
            continue;
        }
        if (text.data[i] == '\n') {
            return 0;
        }
        if (text.data[i] == '\\') {
            i++;
            if (i < text.len && text.data[i] == '\n') {
                return 0;
            }
        }
    }
    return 0;
}

static bool bad_escape(struct str text, size_t begin, size_t end, const char *why,
                       struct error *err)
{
    return error_set_at(err, ERROR_SYNTAX, diag_span(text, begin, end), "%s", why);
}

/* `digits` digits of `base` at `i`; -1 where they are not there. */
static int64_t escape_digits(struct str s, size_t i, size_t digits, int base)
{
    int64_t value = 0;
    if (i + digits > s.len) {
        return -1;
    }
    for (size_t k = 0; k < digits; k++) {
        int digit = hex_value(s.data[i + k]);
        if (digit < 0 || digit >= base) {
            return -1;
        }
        value = value * base + digit;
    }
    return value;
}

/* The escape whose backslash is at `*i`; writes at most 4 bytes, never more than it is long. */
static bool unescape(struct str text, size_t *i, size_t end, char quote, char *out, size_t *len,
                     struct error *err)
{
    static const char simple[] = "abfnrtv\\";
    static const char simple_value[] = "\a\b\f\n\r\t\v\\";
    size_t begin = *i;
    struct str s = str_slice(text, 0, end);
    char c = s.data[begin + 1];
    const char *found = c != '\0' ? strchr(simple, c) : NULL;
    if (found != NULL || c == quote) {
        out[(*len)++] = found != NULL ? simple_value[found - simple] : quote;
        *i = begin + 2;
        return true;
    }
    bool octal = c >= '0' && c <= '7';
    size_t digits = octal ? 3 : c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (digits == 0) {
        return bad_escape(text, begin, begin + 2, "unknown escape in the string", err);
    }
    size_t first = begin + (octal ? 1 : 2);
    int64_t value = escape_digits(s, first, digits, octal ? 8 : 16);
    if (value < 0) {
        return bad_escape(text, begin, first,
                          "the escape in the string has not enough digits behind it", err);
    }
    if (digits <= 3) {
        if (value > 255) {
            return bad_escape(text, begin, first + digits,
                              "the escape in the string is larger than a byte", err);
        }
        out[(*len)++] = (char)value;
    } else {
        if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) {
            return bad_escape(text, begin, first + digits,
                              "the escape in the string is no Unicode character", err);
        }
        *len += utf8_encode((uint32_t)value, out + *len);
    }
    *i = first + digits;
    return true;
}

bool literal_string(struct arena *arena, struct str text, size_t at, size_t length, struct str *out,
                    struct error *err)
{
    char quote = text.data[at];
    size_t end = at + length - 1;
    char *value = arena_alloc(arena, length);
    size_t len = 0;
    for (size_t i = at + 1; i < end;) {
        if (quote != '`' && text.data[i] == '\\') {
            if (!unescape(text, &i, end, quote, value, &len, err)) {
                return false;
            }
        } else {
            value[len++] = text.data[i++];
        }
    }
    *out = str_span(value, len);
    return true;
}

size_t literal_string_place(struct str text, size_t at, size_t value_at)
{
    char quote = text.data[at];
    size_t i = at + 1;
    for (size_t len = 0; len < value_at && i < text.len && text.data[i] != quote;) {
        if (quote == '`' || text.data[i] != '\\') {
            len++;
            i++;
            continue;
        }
        char decoded[4];
        size_t count = 0;
        size_t next = i;
        struct error unused = ERROR_INIT;
        if (!unescape(text, &next, text.len, quote, decoded, &count, &unused)) {
            error_release(&unused);
            break;
        }
        if (len + count > value_at) {
            break;
        }
        len += count;
        i = next;
    }
    return i;
}
