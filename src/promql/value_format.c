/* See value_format.h. */
#include "promql/value_format.h"

#include <inttypes.h>
#include <math.h>
#include <time.h>

#include "base/digits.h"
#include "base/escape.h"
#include "base/number.h"
#include "base/utf8.h"

#define SPILL_BYTES 65536

/* Of a time, as JSON or as a date, which has the longer one: years have nine digits at most. */
#define TIME_BYTES 48
/* What stands around them, too. */
#define POINT_BYTES (TIME_BYTES + NUMBER_BYTES + 16)

/* Moves a piece of a long text on its way. False where that failed: nothing more needs to be made.
 */
static bool spill(struct strbuf *out, FILE *file, size_t at_least)
{
    if (file == NULL || out->len < at_least) {
        return true;
    }
    bool ok = fwrite(strbuf_cstr(out), 1, out->len, file) == out->len;
    strbuf_reset(out);
    return ok;
}

/* A sample's value: 'e' outside [1e-6, 1e21) and 'f' inside (prometheus: util/jsonutil,
 * MarshalFloat). */
static char *write_number(char *to, double v)
{
    double magnitude = fabs(v);
    if (magnitude != 0 && (magnitude < 1e-6 || magnitude >= 1e21) && isfinite(v)) {
        return number_write_short(to, v);
    }
    return number_write(to, v);
}

static void add_number(struct strbuf *out, double v)
{
    char text[NUMBER_BYTES];
    strbuf_add(out, text, (size_t)(write_number(text, v) - text));
}

/* `count` digits, zeros in front. */
static char *write_digits(char *to, unsigned number, int count)
{
    for (int i = count - 1; i >= 0; i--) {
        to[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return to + count;
}

/* A sample's time: seconds with three decimals or none (MarshalTimestamp). */
static char *write_timestamp(char *to, int64_t ms)
{
    uint64_t magnitude = ms < 0 ? -(uint64_t)ms : (uint64_t)ms;
    unsigned decimals = (unsigned)(magnitude % 1000);
    if (ms < 0) {
        *to++ = '-';
    }
    to = digits_write(to, magnitude / 1000);
    if (decimals != 0) {
        *to++ = '.';
        to = write_digits(to, decimals, 3);
    }
    return to;
}

static void add_timestamp(struct strbuf *out, int64_t ms)
{
    char text[TIME_BYTES];
    strbuf_add(out, text, (size_t)(write_timestamp(text, ms) - text));
}

static void add_point(struct strbuf *out, int64_t t_ms, double v)
{
    char *to = strbuf_room(out, POINT_BYTES);
    if (to == NULL) {
        return;
    }
    *to++ = '[';
    to = write_timestamp(to, t_ms);
    *to++ = ',';
    *to++ = '"';
    to = write_number(to, v);
    *to++ = '"';
    *to++ = ']';
    strbuf_wrote(out, to);
}

/* A scalar's and a string's time: a JSON number, without zeros at its end (prometheus:
 * promql/value.go, MarshalJSON). */
static void add_short_timestamp(struct strbuf *out, int64_t ms)
{
    add_timestamp(out, ms);
    if (ms % 1000 != 0) {
        while (strbuf_str(out).data[out->len - 1] == '0') {
            strbuf_truncate(out, out->len - 1);
        }
    }
}

static void add_metric(struct strbuf *out, const struct labels *ls)
{
    strbuf_add_c(out, "{\"metric\":{");
    for (size_t i = 0; i < labels_count(ls); i++) {
        struct label label = labels_at(ls, i);
        strbuf_add_c(out, i != 0 ? ",\"" : "\"");
        escape_json(out, label.name);
        strbuf_add_c(out, "\":\"");
        escape_json(out, label.value);
        strbuf_add_char(out, '"');
    }
    strbuf_add_c(out, "},");
}

static int64_t point_time(const struct value *v, const struct value_series *s, size_t i)
{
    return s->times_ms != NULL ? s->times_ms[i] : grid_time(&v->grid, i);
}

static bool add_series(struct strbuf *out, FILE *file, const struct value *v,
                       const struct value_series *s)
{
    add_metric(out, s->labels);
    if (v->type == VALUE_VECTOR) {
        strbuf_add_c(out, "\"value\":");
        add_point(out, point_time(v, s, 0), s->points[0]);
    } else {
        strbuf_add_c(out, "\"values\":[");
        bool first = true;
        for (size_t i = 0; i < s->count; i++) {
            if (!value_is_absent(s->points[i])) {
                if (!first) {
                    strbuf_add_char(out, ',');
                }
                add_point(out, point_time(v, s, i), s->points[i]);
                first = false;
                if (!spill(out, file, SPILL_BYTES)) {
                    return false;
                }
            }
        }
        strbuf_add_char(out, ']');
    }
    strbuf_add_char(out, '}');
    return spill(out, file, SPILL_BYTES);
}

/* `kind` is "warning" or "info". */
static void add_texts(struct strbuf *out, const char *kind, char *const *texts, size_t count)
{
    if (count == 0) {
        return;
    }
    strbuf_printf(out, ",\"%ss\":[", kind);
    size_t shown = count < VALUE_FORMAT_NOTES ? count : VALUE_FORMAT_NOTES;
    for (size_t i = 0; i < shown; i++) {
        strbuf_add_c(out, i != 0 ? ",\"" : "\"");
        escape_json(out, str_from(texts[i]));
        strbuf_add_char(out, '"');
    }
    if (shown < count) {
        strbuf_printf(out, ",\"%zu more %s annotations omitted\"", count - shown, kind);
    }
    strbuf_add_char(out, ']');
}

static bool add_result(struct strbuf *out, FILE *file, const struct value *v)
{
    strbuf_add_char(out, '[');
    if (v->type == VALUE_SCALAR) {
        /* No exponent here, unlike in a sample. */
        add_short_timestamp(out, v->grid.start_ms);
        strbuf_add_c(out, ",\"");
        number_format(out, v->scalar[0]);
        strbuf_add_char(out, '"');
    }
    if (v->type == VALUE_STRING) {
        add_short_timestamp(out, v->grid.start_ms);
        strbuf_add_c(out, ",\"");
        escape_json(out, str_from(v->string));
        strbuf_add_char(out, '"');
    }
    for (size_t i = 0; i < v->series.len; i++) {
        strbuf_add_c(out, i != 0 ? "," : "");
        if (!add_series(out, file, v, &v->series.items[i])) {
            return false;
        }
    }
    strbuf_add_char(out, ']');
    return true;
}

bool value_format_json(struct strbuf *out, FILE *file, const struct value *v)
{
    strbuf_printf(out, "{\"status\":\"success\",\"data\":{\"resultType\":\"%s\",\"result\":",
                  value_type_name(v->type));
    if (!add_result(out, file, v)) {
        return false;
    }
    strbuf_add_char(out, '}');
    add_texts(out, "warning", v->warnings.items, v->warnings.len);
    add_texts(out, "info", v->infos.items, v->infos.len);
    strbuf_add_c(out, "}\n");
    return spill(out, file, 1);
}

/* The API's words for what went wrong (prometheus: web/api/v1, errorType). */
static const char *api_error_type(enum error_kind kind)
{
    if (kind == ERROR_SYNTAX || kind == ERROR_TYPE || kind == ERROR_USAGE) {
        return "bad_data";
    }
    if (kind == ERROR_TIMEOUT) {
        return "timeout";
    }
    if (kind == ERROR_CANCELLED) {
        return "canceled";
    }
    if (kind == ERROR_EVALUATION || kind == ERROR_LIMIT) {
        return "execution";
    }
    return kind == ERROR_NOT_FOUND ? "not_found" : "unavailable";
}

void error_format_json(struct strbuf *out, const struct error *err)
{
    strbuf_printf(out, "{\"status\":\"error\",\"errorType\":\"%s\",\"error\":\"",
                  api_error_type(err->kind));
    escape_json(out, str_from(error_text(err)));
    strbuf_add_c(out, "\"}\n");
}

/* The last date that was written, since points of a range are seldom days apart. */
struct date {
    bool known;
    int64_t day; /* since 1970 */
    char text[TIME_BYTES];
    size_t len;
};

static int64_t divide_down(int64_t number, int64_t divisor)
{
    return number / divisor - (number % divisor < 0);
}

static void date_set(struct date *date, int64_t day)
{
    time_t t = (time_t)(day * 86400);
    struct tm tm = {0};
    gmtime_r(&t, &tm);
    date->len = (size_t)snprintf(date->text, sizeof(date->text), "%04d-%02d-%02dT",
                                 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    date->day = day;
    date->known = true;
}

/* In UTC. `whole`: without the milliseconds, which are 0. */
static char *write_time(char *to, struct date *date, int64_t ms, bool whole)
{
    int64_t second = divide_down(ms, 1000);
    int64_t day = divide_down(second, 86400);
    unsigned of_day = (unsigned)(second - day * 86400);
    if (!date->known || date->day != day) {
        date_set(date, day);
    }
    memcpy(to, date->text, date->len);
    to = write_digits(to + date->len, of_day / 3600, 2);
    *to++ = ':';
    to = write_digits(to, of_day / 60 % 60, 2);
    *to++ = ':';
    to = write_digits(to, of_day % 60, 2);
    if (!whole) {
        *to++ = '.';
        to = write_digits(to, (unsigned)((ms % 1000 + 1000) % 1000), 3);
    }
    *to++ = 'Z';
    return to;
}

static void add_csv_field(struct strbuf *out, struct str s)
{
    strbuf_add_char(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] == '"') {
            strbuf_add_char(out, '"');
        }
        strbuf_add_char(out, s.data[i]);
    }
    strbuf_add_char(out, '"');
}

/* What stands behind a series: time, value. */
static void add_csv_point(struct strbuf *out, struct date *date, int64_t t_ms, double v)
{
    char *to = strbuf_room(out, POINT_BYTES);
    if (to != NULL) {
        *to++ = ',';
        to = write_time(to, date, t_ms, false);
        *to++ = ',';
        to = write_number(to, v);
        *to++ = '\r';
        *to++ = '\n';
        strbuf_wrote(out, to);
    }
}

static bool add_csv_series(struct strbuf *out, FILE *file, const struct value *v,
                           const struct value_series *s, struct date *date)
{
    struct strbuf name = STRBUF_INIT;
    struct strbuf field = STRBUF_INIT;
    labels_format(&name, s->labels);
    add_csv_field(&field, strbuf_str(&name));
    bool ok = true;
    for (size_t i = 0; ok && i < s->count; i++) {
        if (!value_is_absent(s->points[i])) {
            strbuf_add_str(out, strbuf_str(&field));
            add_csv_point(out, date, point_time(v, s, i), s->points[i]);
            ok = spill(out, file, SPILL_BYTES);
        }
    }
    strbuf_release(&name);
    strbuf_release(&field);
    return ok;
}

bool value_format_csv(struct strbuf *out, FILE *file, const struct value *v)
{
    struct date date = {0};
    strbuf_add_c(out, "series,time,value\r\n");
    if (v->type == VALUE_STRING) {
        char time[TIME_BYTES];
        char *end = write_time(time, &date, v->grid.start_ms, false);
        strbuf_add_char(out, ',');
        strbuf_add(out, time, (size_t)(end - time));
        strbuf_add_char(out, ',');
        add_csv_field(out, str_from(v->string));
        strbuf_add_c(out, "\r\n");
    }
    for (size_t i = 0; v->type == VALUE_SCALAR && i < v->grid.steps; i++) {
        add_csv_point(out, &date, grid_time(&v->grid, i), v->scalar[i]);
    }
    for (size_t i = 0; i < v->series.len; i++) {
        if (!add_csv_series(out, file, v, &v->series.items[i], &date)) {
            return false;
        }
    }
    return spill(out, file, 1);
}

/* Numbers stand in a column by their decimal points: the larger one is seen to be larger. */
struct number_column {
    size_t before; /* columns before the point */
    size_t behind; /* from it on */
};

static size_t point_at(struct str number)
{
    return str_find(number, '.');
}

static void column_widen(struct number_column *column, double v)
{
    struct strbuf text = STRBUF_INIT;
    add_number(&text, v);
    size_t point = point_at(strbuf_str(&text));
    column->before = point > column->before ? point : column->before;
    column->behind = text.len - point > column->behind ? text.len - point : column->behind;
    strbuf_release(&text);
}

static void column_add(struct strbuf *out, const struct number_column *column, double v)
{
    struct strbuf text = STRBUF_INIT;
    add_number(&text, v);
    size_t point = point_at(strbuf_str(&text));
    strbuf_add_repeated(out, ' ', column->before - point);
    strbuf_add_str(out, strbuf_str(&text));
    strbuf_add_repeated(out, ' ', column->behind - (text.len - point));
    strbuf_release(&text);
}

static bool times_are_whole(const struct value *v, const struct value_series *s)
{
    for (size_t i = 0; i < s->count; i++) {
        if (point_time(v, s, i) % 1000 != 0) {
            return false;
        }
    }
    return true;
}

static void add_table_point(struct strbuf *out, struct date *date, int64_t t_ms, bool whole,
                            double v)
{
    char *to = strbuf_room(out, POINT_BYTES);
    if (to != NULL) {
        *to++ = ' ';
        *to++ = ' ';
        to = write_time(to, date, t_ms, whole);
        *to++ = ' ';
        *to++ = ' ';
        to = write_number(to, v);
        *to++ = '\n';
        strbuf_wrote(out, to);
    }
}

static bool add_table_points(struct strbuf *out, FILE *file, const struct value *v,
                             const struct value_series *s, struct date *date)
{
    bool whole = times_are_whole(v, s);
    labels_format(out, s->labels);
    strbuf_add_char(out, '\n');
    for (size_t i = 0; i < s->count; i++) {
        if (!value_is_absent(s->points[i])) {
            add_table_point(out, date, point_time(v, s, i), whole, s->points[i]);
            if (!spill(out, file, SPILL_BYTES)) {
                return false;
            }
        }
    }
    return true;
}

/* One number that is of nothing in particular, such as a sum over all: shells want it alone. */
static bool is_one_number(const struct value *v)
{
    return v->type == VALUE_VECTOR && v->series.len == 1 &&
           labels_count(v->series.items[0].labels) == 0;
}

static bool add_table_vector(struct strbuf *out, FILE *file, const struct value *v)
{
    struct number_column column = {0};
    for (size_t i = 0; i < v->series.len; i++) {
        column_widen(&column, v->series.items[i].points[0]);
    }
    for (size_t i = 0; i < v->series.len; i++) {
        column_add(out, &column, v->series.items[i].points[0]);
        strbuf_add_c(out, "  ");
        labels_format(out, v->series.items[i].labels);
        strbuf_add_char(out, '\n');
        if (!spill(out, file, SPILL_BYTES)) {
            return false;
        }
    }
    return true;
}

bool value_format_table(struct strbuf *out, FILE *file, const struct value *v)
{
    struct date date = {0};
    if (v->type == VALUE_STRING) {
        utf8_add_printable(out, str_from(v->string));
        strbuf_add_char(out, '\n');
    }
    if (v->type == VALUE_SCALAR || is_one_number(v)) {
        add_number(out, v->type == VALUE_SCALAR ? v->scalar[0] : v->series.items[0].points[0]);
        strbuf_add_char(out, '\n');
    } else if (v->type == VALUE_VECTOR && !add_table_vector(out, file, v)) {
        return false;
    }
    for (size_t i = 0; v->type == VALUE_MATRIX && i < v->series.len; i++) {
        if (!add_table_points(out, file, v, &v->series.items[i], &date)) {
            return false;
        }
    }
    return spill(out, file, 1);
}
