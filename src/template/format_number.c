/* Numbers, durations and times as Go's fmt writes them (fmt/format.go, strconv, time). */
#include <math.h>
#include <stdio.h>

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

/* %c, %q and %U: the number is a character. */
static void format_character(struct strbuf *out, const struct format_spec *spec, int64_t value)
{
    char text[16];
    char bytes[4];
    bool valid = value >= 0 && value <= 0x10FFFF && !(value >= 0xD800 && value < 0xE000);
    size_t len = utf8_encode(valid ? (uint32_t)value : UTF8_REPLACEMENT, bytes);
    int written = 0;
    if (spec->verb == 'U') {
        written =
            snprintf(text, sizeof(text), "U+%04llX", (unsigned long long)value & 0xffffffffff);
    } else if (spec->verb == 'c') {
        written = snprintf(text, sizeof(text), "%.*s", (int)len, bytes);
        if (value == 0) {
            format_pad(out, spec, str_span("", 1));
            return;
        }
    } else if (value == '\'' || value == '\\') {
        written = snprintf(text, sizeof(text), "'\\%c'", (char)value);
    } else if (valid && utf8_is_control((uint32_t)value)) {
        written = value == '\n'   ? snprintf(text, sizeof(text), "'\\n'")
                  : value == '\t' ? snprintf(text, sizeof(text), "'\\t'")
                  : value == '\r' ? snprintf(text, sizeof(text), "'\\r'")
                                  : snprintf(text, sizeof(text), "'\\x%02x'", (unsigned)value);
    } else {
        written = snprintf(text, sizeof(text), "'%.*s'", (int)len, bytes);
    }
    format_pad(out, spec, str_span(text, (size_t)written));
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

/* Digits without a sign but a '-'. */
static void write_float(struct strbuf *text, const struct format_spec *spec, double value)
{
    bool general = spec->verb == 'v' || spec->verb == 'g' || spec->verb == 'G';
    int precision = spec->has_precision ? spec->precision : 6;
    if (general && !spec->has_precision) {
        number_format_general(text, value);
        if (spec->verb == 'G') {
            for (size_t i = 0; i < text->len; i++) {
                text->data[i] = text->data[i] == 'e' ? 'E' : text->data[i];
            }
        }
        return;
    }
    switch (spec->verb) {
    case 'e':
        strbuf_printf(text, "%.*e", precision, value);
        break;
    case 'E':
        strbuf_printf(text, "%.*E", precision, value);
        break;
    case 'f':
    case 'F':
        strbuf_printf(text, "%.*f", precision, value);
        break;
    case 'G':
        strbuf_printf(text, "%.*G", precision, value);
        break;
    default:
        strbuf_printf(text, "%.*g", precision, value);
        break;
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
