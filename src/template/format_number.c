/* Numbers, durations and times as Go's fmt writes them (fmt/format.go, strconv, time). */
#include <math.h>

#include "base/escape.h"
#include "base/number.h"
#include "base/utf8.h"
#include "template/format.h"
#include "template/moment.h"

void format_pad(struct strbuf *out, const struct format_spec *spec, struct str text)
{
    size_t width = spec->has_width ? (size_t)spec->width : 0;
    size_t count = width > 0 ? utf8_count(text) : 0;
    size_t missing = width > count ? width - count : 0;
    if (!spec->minus) {
        strbuf_add_repeated(out, spec->zero ? '0' : ' ', missing);
    }
    strbuf_add_str(out, text);
    if (spec->minus) {
        strbuf_add_repeated(out, ' ', missing);
    }
}

static unsigned base_of(char verb)
{
    switch (verb) {
    case 'b':
        return 2;
    case 'o':
    case 'O':
        return 8;
    case 'x':
    case 'X':
        return 16;
    default:
        return 10;
    }
}

/* In single quotes, as Go's strconv.QuoteRune. */
static void quote_character(struct strbuf *out, uint32_t c)
{
    struct strbuf quoted;
    char bytes[4];
    strbuf_init(&quoted, 40);
    (void)escape_quoted(&quoted, str_span(bytes, utf8_encode(c, bytes))); /* it is short */
    struct str inside = str_slice(strbuf_str(&quoted), 1, quoted.len - 2);
    strbuf_add_char(out, '\'');
    if (c == '\'') {
        strbuf_add_c(out, "\\'");
    } else if (c == '"') {
        strbuf_add_char(out, '"');
    } else {
        strbuf_add_str(out, inside);
    }
    strbuf_add_char(out, '\'');
    strbuf_release(&quoted);
}

/* %c, %q and %U: the number is a character. */
static void format_character(struct strbuf *out, const struct format_spec *spec, int64_t value)
{
    bool valid = value >= 0 && value <= 0x10FFFF && !(value >= 0xD800 && value < 0xE000);
    uint32_t c = valid ? (uint32_t)value : UTF8_REPLACEMENT;
    struct strbuf text;
    char bytes[4];
    strbuf_init(&text, 100);
    if (spec->verb == 'U') {
        strbuf_printf(&text, "U+%04llX", (unsigned long long)value);
        if (spec->sharp && valid) {
            strbuf_add_char(&text, ' ');
            strbuf_add_char(&text, '\'');
            strbuf_add(&text, bytes, utf8_encode(c, bytes));
            strbuf_add_char(&text, '\'');
        }
    } else if (spec->verb == 'c') {
        strbuf_add(&text, bytes, utf8_encode(c, bytes));
    } else {
        quote_character(&text, c);
    }
    format_pad(out, spec, strbuf_str(&text));
    strbuf_release(&text);
}

/* How many digits there are at least. */
static size_t least_digits(const struct format_spec *spec, bool sign)
{
    if (spec->has_precision) {
        return (size_t)spec->precision;
    }
    bool zeros = spec->zero && spec->has_width && !spec->minus;
    return zeros && (spec->width > 0 || !sign) ? (size_t)spec->width - (sign ? 1 : 0) : 0;
}

void format_int(struct strbuf *out, const struct format_spec *spec, int64_t value)
{
    if (strchr("cqU", spec->verb) != NULL) {
        format_character(out, spec, value);
        return;
    }
    char digits[64];
    size_t at = sizeof(digits);
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    unsigned base = base_of(spec->verb);
    const char *letters = spec->verb == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    const struct format_spec blanks = {
        .minus = spec->minus, .has_width = spec->has_width, .width = spec->width};
    if (spec->has_precision && spec->precision == 0 && value == 0) {
        format_pad(out, &blanks, STR(""));
        return;
    }
    do {
        digits[--at] = letters[left % base];
        left /= base;
    } while (left > 0);
    struct strbuf text;
    strbuf_init(&text, out->max);
    bool sign = value < 0 || spec->plus || spec->space;
    if (sign) {
        strbuf_add_char(&text, value < 0 ? '-' : spec->plus ? '+' : ' ');
    }
    size_t count = sizeof(digits) - at;
    size_t least = least_digits(spec, sign);
    if (base == 16 && spec->sharp) {
        strbuf_add_c(&text, spec->verb == 'X' ? "0X" : "0x");
    } else if (base == 2 && spec->sharp) {
        strbuf_add_c(&text, "0b");
    } else if (base == 8 && (spec->verb == 'O' || (spec->sharp && least <= count))) {
        strbuf_add_c(&text, spec->verb == 'O' ? "0o" : digits[at] != '0' ? "0" : "");
    }
    strbuf_add_repeated(&text, '0', least > count ? least - count : 0);
    strbuf_add(&text, digits + at, count);
    out->overflowed = out->overflowed || text.overflowed;
    format_pad(out, &blanks, strbuf_str(&text));
    strbuf_release(&text);
}

/* %x: as C's %a, with two digits of the exponent at least. */
static void write_hexadecimal(struct strbuf *text, const struct format_spec *spec, double value)
{
    struct strbuf hex = STRBUF_INIT;
    if (spec->has_precision) {
        strbuf_printf(&hex, "%.*a", spec->precision, value);
    } else {
        strbuf_printf(&hex, "%a", value);
    }
    size_t p = str_find(strbuf_str(&hex), 'p');
    for (size_t i = 0; i < hex.len; i++) {
        char c = hex.data[i];
        bool letter = c >= 'a' && c <= 'z';
        strbuf_add_char(text, spec->verb == 'X' && letter ? (char)(c & ~0x20) : c);
        if (i == p + 1 && hex.len == p + 3) {
            strbuf_add_char(text, '0');
        }
    }
    strbuf_release(&hex);
}

static void write_shortest(struct strbuf *text, const struct format_spec *spec, double value)
{
    number_format_general(text, value);
    for (size_t i = 0; i < text->len && spec->verb == 'G'; i++) {
        text->data[i] = text->data[i] == 'e' ? 'E' : text->data[i];
    }
}

/* Digits without a sign but a '-'. */
static void write_float(struct strbuf *text, const struct format_spec *spec, double value)
{
    int precision = spec->has_precision ? spec->precision : 6;
    bool sharp = spec->sharp;
    switch (spec->verb) {
    case 'x':
    case 'X':
        write_hexadecimal(text, spec, value);
        break;
    case 'e':
        strbuf_printf(text, sharp ? "%#.*e" : "%.*e", precision, value);
        break;
    case 'E':
        strbuf_printf(text, sharp ? "%#.*E" : "%.*E", precision, value);
        break;
    case 'f':
    case 'F':
        strbuf_printf(text, sharp ? "%#.*f" : "%.*f", precision, value);
        break;
    default:
        if (!spec->has_precision && !sharp) {
            write_shortest(text, spec, value);
        } else if (spec->verb == 'G') {
            strbuf_printf(text, sharp ? "%#.*G" : "%.*G", precision, value);
        } else {
            strbuf_printf(text, sharp ? "%#.*g" : "%.*g", precision, value);
        }
    }
}

void format_float(struct strbuf *out, const struct format_spec *spec, double value)
{
    const struct format_spec blanks = {
        .minus = spec->minus, .has_width = spec->has_width, .width = spec->width};
    if (isnan(value) || isinf(value)) {
        bool sign = spec->plus || spec->space;
        struct str text = value < 0 ? STR("-Inf") : STR("+Inf");
        if (isnan(value)) {
            text = sign ? STR("+NaN") : STR("NaN");
        }
        bool blank = spec->space && !spec->plus && !(value < 0);
        format_pad(out, &blanks, blank ? (isnan(value) ? STR(" NaN") : STR(" Inf")) : text);
        return;
    }
    struct strbuf text;
    strbuf_init(&text, out->max);
    if (!signbit(value) && (spec->plus || spec->space)) {
        strbuf_add_char(&text, spec->plus ? '+' : ' ');
    }
    write_float(&text, spec, value);
    struct str s = strbuf_str(&text);
    size_t width = spec->has_width ? (size_t)spec->width : 0;
    bool has_sign = s.len > 0 && strchr("+- ", s.data[0]) != NULL;
    out->overflowed = out->overflowed || text.overflowed;
    if (spec->zero && has_sign && width > s.len) {
        strbuf_add_char(out, s.data[0]);
        strbuf_add_repeated(out, '0', width - s.len);
        strbuf_add_str(out, str_slice(s, 1, s.len));
    } else {
        format_pad(out, spec, s);
    }
    strbuf_release(&text);
}

/* Whole part and fraction of `units`, without the fraction's trailing zeros. */
static void add_fraction(struct strbuf *out, uint64_t value, uint64_t unit)
{
    uint64_t fraction = value % unit;
    strbuf_printf(out, "%llu", (unsigned long long)(value / unit));
    if (fraction == 0) {
        return;
    }
    strbuf_add_char(out, '.');
    for (unit /= 10; fraction > 0; unit /= 10) {
        strbuf_add_char(out, (char)('0' + fraction / unit));
        fraction %= unit;
    }
}

void format_duration(struct strbuf *out, int64_t ns)
{
    uint64_t left = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    strbuf_add_c(out, ns < 0 ? "-" : "");
    if (left == 0) {
        strbuf_add_c(out, "0s");
    } else if (left < 1000) {
        strbuf_printf(out, "%lluns", (unsigned long long)left);
    } else if (left < 1000000) {
        add_fraction(out, left, 1000);
        strbuf_add_c(out, "\u00b5s");
    } else if (left < 1000000000) {
        add_fraction(out, left, 1000000);
        strbuf_add_c(out, "ms");
    } else {
        uint64_t minutes = left / 60000000000u;
        if (minutes >= 60) {
            strbuf_printf(out, "%lluh", (unsigned long long)(minutes / 60));
        }
        if (minutes > 0) {
            strbuf_printf(out, "%llum", (unsigned long long)(minutes % 60));
        }
        add_fraction(out, left % 60000000000u, 1000000000);
        strbuf_add_char(out, 's');
    }
}

void format_time(struct strbuf *out, int64_t ns)
{
    moment_format(out, ns, STR("2006-01-02 15:04:05.999999999 -0700 MST"));
}
