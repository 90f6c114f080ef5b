/*
 * Units on the screen. A column of figures is compared by eye, so every finite value fits six
 * columns and has as many digits as mean something: two to three. What rounding would make untrue
 * is not rounded: a ratio above 0 is never shown as 0%, one below 1 never as 100%.
 */
#include "base/unit.h"

#include <math.h>
#include <stdio.h>

#include "base/attr.h"
#include "base/duration.h"
#include "base/number.h"

static const struct unit_literal literals[] = {
#define UNIT(suffix, factor, base) {suffix, factor, base},
#include "base/units.def"
#undef UNIT
};

static const char *const names[] = {
    [UNIT_COUNT] = "count",           [UNIT_SECONDS] = "seconds",
    [UNIT_BYTES] = "bytes",           [UNIT_RATIO] = "ratio",
    [UNIT_PER_SECOND] = "per_second", [UNIT_BYTES_PER_SECOND] = "bytes_per_second",
    [UNIT_FACTOR] = "factor",
};

const struct unit_literal *unit_literals(size_t *count)
{
    *count = ARRAY_LEN(literals);
    return literals;
}

static bool is_word_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (unsigned char)c >= 0x80;
}

/* Since no word character may follow, at most one literal fits a text. */
const struct unit_literal *unit_find_literal(struct str s)
{
    for (size_t i = 0; i < ARRAY_LEN(literals); i++) {
        struct str suffix = str_from(literals[i].suffix);
        if (str_starts_with(s, suffix) &&
            (s.len == suffix.len || !is_word_char(s.data[suffix.len]))) {
            return &literals[i];
        }
    }
    return NULL;
}

bool unit_parse(struct str s, double *value, enum unit *unit, struct error *err)
{
    *unit = UNIT_COUNT;
    if (number_parse(s, value)) {
        return true;
    }
    double number = 0;
    const char *behind = s.len > 0 ? number_scan(s.data, s.data + s.len, &number) : NULL;
    if (behind == NULL || isinf(number)) {
        return error_set_at(
            err, ERROR_SYNTAX,
            (struct span){.line = 1, .column = 1, .length = (uint32_t)s.len + !s.len},
            "'%.*s' is not a number", STR_ARG(s));
    }
    size_t number_len = (size_t)(behind - s.data);
    struct str suffix = str_slice(s, number_len, s.len);
    const struct unit_literal *literal = unit_find_literal(suffix);
    if (literal != NULL && strlen(literal->suffix) == suffix.len) {
        *value = number * literal->factor;
        *unit = literal->base;
        return true;
    }
    int64_t ms;
    struct error not_duration = ERROR_INIT;
    if (duration_parse(s, &ms, &not_duration)) {
        *value = (double)ms / 1000;
        *unit = UNIT_SECONDS;
        return true;
    }
    error_release(&not_duration);
    error_set_at(err, ERROR_SYNTAX,
                 (struct span){
                     .line = 1, .column = (uint32_t)number_len + 1, .length = (uint32_t)suffix.len},
                 "unknown unit '%.*s'", STR_ARG(suffix));
    error_suggest(err, "units are ns us ms s m h d w y, B kB MB GB TB KiB MiB GiB TiB, k and %%");
    return false;
}

bool unit_from_name(struct str name, enum unit *unit)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_equal_c(name, names[i])) {
            *unit = (enum unit)i;
            return true;
        }
    }
    return false;
}

const char *unit_name(enum unit unit)
{
    return names[unit];
}

/* snprintf writes the locale's decimal point; figures here always have a full stop. */
static void add_fixed(struct strbuf *out, double value, int decimals)
{
    char text[64];
    snprintf(text, sizeof(text), "%.*f", decimals, value);
    for (char *p = text; *p != '\0'; p++) {
        if (*p != '-' && (*p < '0' || *p > '9')) {
            *p = '.';
        }
    }
    strbuf_add_c(out, text);
}

/* For what no suffix reaches: `1.2e24`, within `columns`. */
static void add_exponent(struct strbuf *out, double value, size_t columns)
{
    char text[32];
    for (int decimals = 1; decimals >= 0; decimals--) {
        int exponent = (int)floor(log10(fabs(value)));
        double mantissa = value / pow(10, exponent);
        if (!isfinite(mantissa)) {
            mantissa = value < 0 ? -1 : 1;
        }
        if (fabs(mantissa) >= (decimals == 1 ? 9.95 : 9.5)) {
            mantissa /= 10;
            exponent++;
        }
        struct strbuf figure = STRBUF_INIT;
        add_fixed(&figure, mantissa, decimals);
        snprintf(text, sizeof(text), "%se%d", strbuf_cstr(&figure), exponent);
        strbuf_release(&figure);
        if (strlen(text) <= columns) {
            strbuf_add_c(out, text);
            return;
        }
    }
    strbuf_add_c(out, fabs(value) < 1 ? "~0" : "<-e99");
}

/* Decimals that leave `digits` significant ones of `value`, after rounding; never below 0. */
static int decimals_for(double value, int digits)
{
    double rounding = 0.5;
    double v = fabs(value);
    int decimals = digits - 1;
    for (int i = 0; i < decimals; i++) {
        rounding /= 10;
    }
    for (double limit = 10; decimals > 0 && v + rounding >= limit; limit *= 10) {
        decimals--;
        rounding *= 10;
    }
    return decimals;
}

struct scale {
    double factor;
    const char *suffix;
};

static const struct scale si[] = {{1e3, "k"},  {1e6, "M"},  {1e9, "G"},
                                  {1e12, "T"}, {1e15, "P"}, {1e18, "E"}};
static const struct scale binary[] = {{0x1p10, "Ki"}, {0x1p20, "Mi"}, {0x1p30, "Gi"},
                                      {0x1p40, "Ti"}, {0x1p50, "Pi"}, {0x1p60, "Ei"}};

/* The scale in which |value| has at most three digits before the point; NULL beyond the last. */
static const struct scale *find_scale(double value, const struct scale *scales, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (fabs(value) / scales[i].factor < 999.5) {
            return &scales[i];
        }
    }
    return NULL;
}

/* Counts, rates and factors, in `columns`: 412, 4.12, 0.042, 18.2k, 4.1M. */
static void add_count(struct strbuf *out, double value, size_t columns)
{
    double v = fabs(value);
    if (v >= 999.5) {
        const struct scale *scale = find_scale(value, si, ARRAY_LEN(si));
        if (scale == NULL) {
            add_exponent(out, value, columns);
            return;
        }
        double scaled = value / scale->factor;
        bool narrow = value < 0 && columns < 6;
        add_fixed(out, scaled, fabs(scaled) < (narrow ? 9.95 : 99.95) ? 1 : 0);
        strbuf_add_c(out, scale->suffix);
    } else if (v == round(v)) {
        add_fixed(out, v == 0 ? 0 : value, 0);
    } else if (v < 0.001) {
        strbuf_add_c(out, value > 0 ? "<0.001" : ">-.001");
    } else {
        int decimals = v >= 0.0995 ? decimals_for(value, 3) : value < 0 || v >= 0.00995 ? 3 : 4;
        add_fixed(out, value, v >= 0.0995 && v < 0.9995 ? 3 : decimals);
    }
}

static void add_factor(struct strbuf *out, double value)
{
    if (value != 0 && fabs(value) < 0.01) {
        strbuf_add_c(out, value > 0 ? "<0.01" : ">-.01");
    } else if (value == 0) {
        strbuf_add_c(out, "0.0");
    } else if (fabs(value) < 99.95) {
        add_fixed(out, value, fabs(value) < 0.995 ? 2 : 1);
    } else if (fabs(value) < 999.5) {
        add_fixed(out, value, 0);
    } else {
        add_count(out, value, 5);
    }
    strbuf_add_char(out, 'x');
}

static void add_ratio(struct strbuf *out, double ratio)
{
    double percent = ratio * 100;
    double v = fabs(percent);
    if (isinf(percent)) {
        strbuf_add_c(out, percent > 0 ? "+Inf" : "-Inf");
    } else if (v == 0) {
        strbuf_add_c(out, "0%");
    } else if (v < 0.01) {
        strbuf_add_c(out, percent > 0 ? "<0.01%" : ">-.01%");
    } else if (percent > 99 && percent < 100) {
        add_fixed(out, fmin(floor(percent * 100) / 100, 99.99), 2);
        strbuf_add_char(out, '%');
    } else if (v < 999.5) {
        add_fixed(out, percent, decimals_for(percent, 3));
        strbuf_add_char(out, '%');
    } else {
        add_count(out, percent, 5);
        strbuf_add_char(out, '%');
    }
}

static void add_seconds(struct strbuf *out, double seconds)
{
    double v = fabs(seconds);
    if (v >= 99.5) {
        if (v >= 9.2e15) {
            add_exponent(out, seconds, 5);
            strbuf_add_char(out, 's');
            return;
        }
        duration_format_short(out, (int64_t)round(seconds) * 1000);
    } else if (v >= 0.9995) {
        add_fixed(out, seconds, v < 9.95 ? 1 : 0);
        strbuf_add_char(out, 's');
    } else if (v == 0) {
        strbuf_add_c(out, "0s");
    } else if (v >= 0.0995e-3) {
        add_fixed(out, seconds * 1e3, v < 0.995e-3 && seconds > 0 ? 2 : v < 9.95e-3 ? 1 : 0);
        strbuf_add_c(out, "ms");
    } else if (v >= 0.9995e-6) {
        add_fixed(out, seconds * 1e6, v < 9.95e-6 ? 1 : 0);
        strbuf_add_c(out, "us");
    } else if (v >= 0.05e-9) {
        add_fixed(out, seconds * 1e9, v < 9.95e-9 ? 1 : 0);
        strbuf_add_c(out, "ns");
    } else {
        strbuf_add_c(out, seconds > 0 ? "<.1ns" : ">-.1ns");
    }
}

static void add_bytes(struct strbuf *out, double bytes)
{
    double v = fabs(bytes);
    if (v != 0 && v < 0.05) {
        strbuf_add_c(out, bytes > 0 ? "<0.1B" : ">-.1B");
        return;
    }
    if (v < 999.5) {
        add_fixed(out, v == 0 ? 0 : bytes, v == round(v) || v >= 9.95 ? 0 : 1);
        strbuf_add_char(out, 'B');
        return;
    }
    const struct scale *scale = find_scale(bytes, binary, ARRAY_LEN(binary));
    if (scale == NULL) {
        add_exponent(out, bytes, 5);
        strbuf_add_char(out, 'B');
        return;
    }
    double scaled = bytes / scale->factor;
    add_fixed(out, scaled, fabs(scaled) < 9.95 ? 1 : 0);
    strbuf_add_c(out, scale->suffix);
    if (bytes > 0) {
        strbuf_add_char(out, 'B'); /* the sign of a negative one takes its column */
    }
}

void unit_format(struct strbuf *out, double value, enum unit unit)
{
    if (isnan(value)) {
        strbuf_add_char(out, '-');
        return;
    }
    if (isinf(value)) {
        strbuf_add_c(out, value > 0 ? "+Inf" : "-Inf");
        return;
    }
    switch (unit) {
    case UNIT_COUNT:
    case UNIT_PER_SECOND:
        add_count(out, value, 6);
        return;
    case UNIT_SECONDS:
        add_seconds(out, value);
        return;
    case UNIT_BYTES:
    case UNIT_BYTES_PER_SECOND:
        add_bytes(out, value);
        return;
    case UNIT_RATIO:
        add_ratio(out, value);
        return;
    case UNIT_FACTOR:
        add_factor(out, value);
        return;
    }
}

void unit_format_long(struct strbuf *out, double value, enum unit unit)
{
    if (isnan(value)) {
        strbuf_add_c(out, "no value");
        return;
    }
    unit_format(out, value, unit);
    if (unit == UNIT_PER_SECOND || unit == UNIT_BYTES_PER_SECOND) {
        strbuf_add_c(out, "/s");
    }
}
