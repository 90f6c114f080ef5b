/* Durations; the table's order is the order in which units may follow each other. */
#include "base/duration.h"

#include <stddef.h>

#include "base/attr.h"

static const struct {
    const char *name;
    int64_t ms;
    bool exact; /* printed only where nothing remains: 90d reads better than 12w6d */
} units[] = {
    {"y", INT64_C(365) * 24 * 60 * 60 * 1000, true},
    {"w", INT64_C(7) * 24 * 60 * 60 * 1000, true},
    {"d", INT64_C(24) * 60 * 60 * 1000, false},
    {"h", INT64_C(60) * 60 * 1000, false},
    {"m", INT64_C(60) * 1000, false},
    {"s", 1000, false},
    {"ms", 1, false},
};

static struct span span_of(size_t begin, size_t end)
{
    return (struct span){.line = 1,
                         .column = (uint32_t)begin + 1,
                         .length = end > begin ? (uint32_t)(end - begin) : 1};
}

/* The unit whose name is all the letters at the start of `s`; ARRAY_LEN(units) where none is. */
static size_t find_unit(struct str s, size_t *length)
{
    size_t n = 0;
    while (n < s.len &&
           ((s.data[n] >= 'a' && s.data[n] <= 'z') || (s.data[n] >= 'A' && s.data[n] <= 'Z'))) {
        n++;
    }
    *length = n;
    size_t u = 0;
    while (u < ARRAY_LEN(units) && !str_equal_c(str_slice(s, 0, n), units[u].name)) {
        u++;
    }
    return u;
}

static bool out_of_range(struct str s, struct error *err)
{
    return error_set_at(err, ERROR_LIMIT, span_of(0, s.len), "duration '%.*s' is out of range",
                        STR_ARG(s));
}

bool duration_parse(struct str s, int64_t *ms, struct error *err)
{
    if (str_equal_c(s, "0")) {
        *ms = 0;
        return true;
    }
    if (s.len == 0) {
        return error_set_at(err, ERROR_SYNTAX, span_of(0, 0), "the duration is empty");
    }
    int64_t total = 0;
    size_t next_unit = 0;
    for (size_t i = 0; i < s.len;) {
        size_t begin = i;
        int64_t value = 0;
        for (; i < s.len && s.data[i] >= '0' && s.data[i] <= '9'; i++) {
            if (__builtin_mul_overflow(value, 10, &value) ||
                __builtin_add_overflow(value, s.data[i] - '0', &value)) {
                return out_of_range(s, err);
            }
        }
        if (i == begin) {
            return error_set_at(err, ERROR_SYNTAX, span_of(begin, begin + 1),
                                "duration '%.*s' needs a whole number here", STR_ARG(s));
        }
        size_t length;
        size_t unit = find_unit(str_slice(s, i, s.len), &length);
        if (unit == ARRAY_LEN(units)) {
            error_set_at(err, ERROR_SYNTAX, span_of(i, i + length), "duration '%.*s' %s",
                         STR_ARG(s), length == 0 ? "misses a unit here" : "has an unknown unit");
            error_suggest(err, "units are y, w, d, h, m, s and ms");
            return false;
        }
        if (unit < next_unit) {
            return error_set_at(err, ERROR_SYNTAX, span_of(begin, i + length),
                                "duration '%.*s' has its units twice or in the wrong order",
                                STR_ARG(s));
        }
        if (__builtin_mul_overflow(value, units[unit].ms, &value) ||
            __builtin_add_overflow(total, value, &total)) {
            return out_of_range(s, err);
        }
        next_unit = unit + 1;
        i += length;
    }
    *ms = total;
    return true;
}

void duration_format(struct strbuf *out, int64_t ms)
{
    if (ms == 0) {
        strbuf_add_c(out, "0s");
        return;
    }
    if (ms < 0) {
        strbuf_add_char(out, '-');
    }
    uint64_t rest = ms < 0 ? -(uint64_t)ms : (uint64_t)ms;
    for (size_t u = 0; u < ARRAY_LEN(units); u++) {
        uint64_t size = (uint64_t)units[u].ms;
        if (rest >= size && (!units[u].exact || rest % size == 0)) {
            strbuf_printf(out, "%llu%s", (unsigned long long)(rest / size), units[u].name);
            rest %= size;
        }
    }
}

/* Two parts, the second one in two digits: 6m08s. */
static void add_two(struct strbuf *out, uint64_t first, char first_unit, uint64_t second,
                    char second_unit)
{
    strbuf_printf(out, "%u%c%02u%c", (unsigned)first, first_unit, (unsigned)second, second_unit);
}

static void add_one(struct strbuf *out, uint64_t value, const char *unit)
{
    strbuf_printf(out, "%u%s", (unsigned)value, unit);
}

void duration_format_short(struct strbuf *out, int64_t ms)
{
    bool two = ms >= 0; /* a sign takes the column of the second part */
    uint64_t rest = ms < 0 ? -(uint64_t)ms : (uint64_t)ms;
    uint64_t seconds = rest / 1000;
    uint64_t minutes = seconds / 60;
    uint64_t hours = minutes / 60;
    uint64_t days = hours / 24;
    if (ms < 0) {
        strbuf_add_char(out, '-');
    }
    if (rest == 0 || (rest >= 1000 && seconds < 60)) {
        add_one(out, seconds, "s");
    } else if (rest < 1000) {
        add_one(out, rest, "ms");
    } else if (hours < 1 && two) {
        add_two(out, minutes, 'm', seconds % 60, 's');
    } else if (hours < 1) {
        add_one(out, minutes, "m");
    } else if (days < 1 && two) {
        add_two(out, hours, 'h', minutes % 60, 'm');
    } else if (days < 1) {
        add_one(out, hours, "h");
    } else if (days < 10 && two) {
        add_two(out, days, 'd', hours % 24, 'h');
    } else if (days < 10000) {
        add_one(out, days, "d");
    } else if (days / 365 < 10000) {
        add_one(out, days / 365, "y");
    } else {
        strbuf_add_c(out, ">10ky");
    }
}
