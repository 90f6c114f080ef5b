/* See moment.h. Go: time/format.go, nextStdChunk. */
#include "template/moment.h"

#include "base/attr.h"

#define NS_A_SECOND   1000000000
#define SECONDS_A_DAY 86400

static const char *const months[] = {"January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December"};
static const char *const weekdays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                       "Thursday", "Friday", "Saturday"};

/* What a layout has, longest first where one begins with another. `_2` pads with a blank. */
enum part {
    PART_LONG_MONTH,
    PART_MONTH,
    PART_NUM_MONTH,
    PART_ZERO_MONTH,
    PART_LONG_WEEKDAY,
    PART_WEEKDAY,
    PART_DAY,
    PART_UNDER_DAY,
    PART_ZERO_DAY,
    PART_UNDER_YEAR_DAY,
    PART_ZERO_YEAR_DAY,
    PART_HOUR,
    PART_HOUR12,
    PART_ZERO_HOUR12,
    PART_MINUTE,
    PART_ZERO_MINUTE,
    PART_SECOND,
    PART_ZERO_SECOND,
    PART_LONG_YEAR,
    PART_YEAR,
    PART_UPPER_PM,
    PART_LOWER_PM,
    PART_ZONE,
    PART_Z,
    PART_OFFSET,
};

static const struct {
    const char *text;
    enum part part;
    const char *shows; /* of UTC */
} parts[] = {
    {"January", PART_LONG_MONTH, NULL},
    {"Jan", PART_MONTH, NULL},
    {"Monday", PART_LONG_WEEKDAY, NULL},
    {"Mon", PART_WEEKDAY, NULL},
    {"MST", PART_ZONE, "UTC"},
    {"002", PART_ZERO_YEAR_DAY, NULL},
    {"01", PART_ZERO_MONTH, NULL},
    {"02", PART_ZERO_DAY, NULL},
    {"03", PART_ZERO_HOUR12, NULL},
    {"04", PART_ZERO_MINUTE, NULL},
    {"05", PART_ZERO_SECOND, NULL},
    {"06", PART_YEAR, NULL},
    {"15", PART_HOUR, NULL},
    {"1", PART_NUM_MONTH, NULL},
    {"2006", PART_LONG_YEAR, NULL},
    {"2", PART_DAY, NULL},
    {"__2", PART_UNDER_YEAR_DAY, NULL},
    {"_2", PART_UNDER_DAY, NULL},
    {"3", PART_HOUR12, NULL},
    {"4", PART_MINUTE, NULL},
    {"5", PART_SECOND, NULL},
    {"PM", PART_UPPER_PM, NULL},
    {"pm", PART_LOWER_PM, NULL},
    {"-07:00:00", PART_OFFSET, "+00:00:00"},
    {"-07:00", PART_OFFSET, "+00:00"},
    {"-070000", PART_OFFSET, "+000000"},
    {"-0700", PART_OFFSET, "+0000"},
    {"-07", PART_OFFSET, "+00"},
    {"Z07:00:00", PART_Z, "Z"},
    {"Z070000", PART_Z, "Z"},
    {"Z07:00", PART_Z, "Z"},
    {"Z0700", PART_Z, "Z"},
    {"Z07", PART_Z, "Z"},
};

const char *moment_month_name(int month)
{
    return months[month - 1];
}

const char *moment_weekday_name(int weekday)
{
    return weekdays[weekday];
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

struct moment moment_of(int64_t ns)
{
    int64_t second = ns / NS_A_SECOND - (ns % NS_A_SECOND < 0 ? 1 : 0);
    int64_t day = second / SECONDS_A_DAY - (second % SECONDS_A_DAY < 0 ? 1 : 0);
    int64_t rest = second - day * SECONDS_A_DAY;
    struct moment m = {.nanosecond = (int)(ns - second * NS_A_SECOND),
                       .hour = (int)(rest / 3600),
                       .minute = (int)(rest / 60 % 60),
                       .second = (int)(rest % 60),
                       .weekday = (int)(((day + 4) % 7 + 7) % 7)};
    /* Years from March on, in eras of 400 years: the day that leaps is the last. */
    int64_t shifted = day + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t of_era = shifted - era * 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * of_year + 2) / 153;
    m.day = (int)(of_year - (153 * month + 2) / 5 + 1);
    m.month = (int)(month < 10 ? month + 3 : month - 9);
    m.year = year_of_era + era * 400 + (m.month <= 2 ? 1 : 0);
    m.year_day = (int)(m.month <= 2 ? of_year - 305 : of_year + 60 + (is_leap(m.year) ? 1 : 0));
    return m;
}

/* Of PART_NUM_MONTH and what follows it in numbers: `width` digits at least. */
static bool add_number(struct strbuf *out, const struct moment *m, enum part part)
{
    int hour12 = m->hour % 12 == 0 ? 12 : m->hour % 12;
    const struct {
        enum part part;
        int value;
        int width;
        char pad;
    } numbers[] = {
        {PART_NUM_MONTH, m->month, 1, '0'},
        {PART_ZERO_MONTH, m->month, 2, '0'},
        {PART_DAY, m->day, 1, '0'},
        {PART_UNDER_DAY, m->day, 2, ' '},
        {PART_ZERO_DAY, m->day, 2, '0'},
        {PART_UNDER_YEAR_DAY, m->year_day, 3, ' '},
        {PART_ZERO_YEAR_DAY, m->year_day, 3, '0'},
        {PART_HOUR, m->hour, 2, '0'},
        {PART_HOUR12, hour12, 1, '0'},
        {PART_ZERO_HOUR12, hour12, 2, '0'},
        {PART_MINUTE, m->minute, 1, '0'},
        {PART_ZERO_MINUTE, m->minute, 2, '0'},
        {PART_SECOND, m->second, 1, '0'},
        {PART_ZERO_SECOND, m->second, 2, '0'},
        {PART_LONG_YEAR, (int)m->year, 4, '0'},
        {PART_YEAR, (int)(m->year % 100), 2, '0'},
    };
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        if (numbers[i].part == part) {
            return numbers[i].pad == '0'
                       ? strbuf_printf(out, "%0*d", numbers[i].width, numbers[i].value)
                       : strbuf_printf(out, "%*d", numbers[i].width, numbers[i].value);
        }
    }
    return false;
}

static void add_part(struct strbuf *out, const struct moment *m, enum part part)
{
    if (part == PART_LONG_MONTH || part == PART_MONTH) {
        strbuf_printf(out, "%.*s", part == PART_MONTH ? 3 : 20, months[m->month - 1]);
    } else if (part == PART_LONG_WEEKDAY || part == PART_WEEKDAY) {
        strbuf_printf(out, "%.*s", part == PART_WEEKDAY ? 3 : 20, weekdays[m->weekday]);
    } else if (part == PART_UPPER_PM) {
        strbuf_add_c(out, m->hour >= 12 ? "PM" : "AM");
    } else if (part == PART_LOWER_PM) {
        strbuf_add_c(out, m->hour >= 12 ? "pm" : "am");
    } else {
        add_number(out, m, part);
    }
}

/* `.000` and `,000` show that many digits, `.999` without zeros at the end. 0: there is none. */
static size_t add_fraction(struct strbuf *out, const struct moment *m, struct str layout)
{
    char kind = layout.len > 1 ? layout.data[1] : '\0';
    size_t end = 1;
    if ((layout.data[0] != '.' && layout.data[0] != ',') || (kind != '0' && kind != '9')) {
        return 0;
    }
    while (end < layout.len && layout.data[end] == kind) {
        end++;
    }
    if ((end < layout.len && layout.data[end] >= '0' && layout.data[end] <= '9') || end > 10) {
        return 0;
    }
    struct strbuf digits;
    strbuf_init(&digits, 16);
    strbuf_printf(&digits, "%09d", m->nanosecond);
    size_t count = end - 1;
    while (kind == '9' && count > 0 && digits.data[count - 1] == '0') {
        count--;
    }
    if (count > 0) {
        strbuf_add_char(out, layout.data[0]);
        strbuf_add(out, digits.data, count);
    }
    strbuf_release(&digits);
    return end;
}

/* "Jan" stands for no month where it begins a word such as "Janet". */
static bool begins_word(struct str layout, size_t length)
{
    return layout.len > length && layout.data[length] >= 'a' && layout.data[length] <= 'z';
}

void moment_format(struct strbuf *out, int64_t ns, struct str layout)
{
    const struct moment m = moment_of(ns);
    while (layout.len > 0 && !out->overflowed) {
        size_t used = add_fraction(out, &m, layout);
        for (size_t i = 0; i < ARRAY_LEN(parts) && used == 0; i++) {
            struct str text = str_from(parts[i].text);
            bool word = parts[i].part == PART_MONTH;
            if (!str_starts_with(layout, text) || (word && begins_word(layout, text.len))) {
                continue;
            }
            used = text.len;
            if (parts[i].shows != NULL) {
                strbuf_add_c(out, parts[i].shows);
            } else {
                add_part(out, &m, parts[i].part);
            }
        }
        if (used == 0) {
            strbuf_add_char(out, layout.data[0]);
            used = 1;
        }
        layout = str_slice(layout, used, layout.len);
    }
}
