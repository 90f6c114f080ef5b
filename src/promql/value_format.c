/* See value_format.h. */
#include "promql/value_format.h"

#include <inttypes.h>
#include <math.h>
#include <time.h>

#include "base/escape.h"
#include "base/number.h"
#include "base/utf8.h"

#define SPILL_BYTES 65536

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
static void add_number(struct strbuf *out, double v)
{
    double magnitude = fabs(v);
    if (magnitude != 0 && (magnitude < 1e-6 || magnitude >= 1e21) && isfinite(v)) {
        number_format_short(out, v);
    } else {
        number_format(out, v);
    }
}

/* A sample's time: seconds with three decimals or none (MarshalTimestamp). */
static void add_timestamp(struct strbuf *out, int64_t ms)
{
    uint64_t magnitude = ms < 0 ? -(uint64_t)ms : (uint64_t)ms;
    strbuf_printf(out, "%s%" PRIu64, ms < 0 ? "-" : "", magnitude / 1000);
    if (magnitude % 1000 != 0) {
        strbuf_printf(out, ".%03d", (int)(magnitude % 1000));
    }
}

static void add_point(struct strbuf *out, int64_t t_ms, double v)
{
    strbuf_add_char(out, '[');
    add_timestamp(out, t_ms);
    strbuf_add_c(out, ",\"");
    add_number(out, v);
    strbuf_add_c(out, "\"]");
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
                strbuf_add_c(out, first ? "" : ",");
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

/* In UTC. `whole`: without the milliseconds, which are 0. */
static void add_time(struct strbuf *out, int64_t ms, bool whole)
{
    int64_t second = ms / 1000 - (ms % 1000 < 0 ? 1 : 0);
    time_t t = (time_t)second;
    struct tm tm = {0};
    gmtime_r(&t, &tm);
    strbuf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1,
                  tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
    if (!whole) {
        strbuf_printf(out, ".%03d", (int)((ms % 1000 + 1000) % 1000));
    }
    strbuf_add_char(out, 'Z');
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

static bool add_csv_series(struct strbuf *out, FILE *file, const struct value *v,
                           const struct value_series *s)
{
    struct strbuf name = STRBUF_INIT;
    labels_format(&name, s->labels);
    bool ok = true;
    for (size_t i = 0; ok && i < s->count; i++) {
        if (!value_is_absent(s->points[i])) {
            add_csv_field(out, strbuf_str(&name));
            strbuf_add_char(out, ',');
            add_time(out, point_time(v, s, i), false);
            strbuf_add_char(out, ',');
            add_number(out, s->points[i]);
            strbuf_add_c(out, "\r\n");
            ok = spill(out, file, SPILL_BYTES);
        }
    }
    strbuf_release(&name);
    return ok;
}

bool value_format_csv(struct strbuf *out, FILE *file, const struct value *v)
{
    strbuf_add_c(out, "series,time,value\r\n");
    if (v->type == VALUE_STRING) {
        strbuf_add_c(out, ",");
        add_time(out, v->grid.start_ms, false);
        strbuf_add_char(out, ',');
        add_csv_field(out, str_from(v->string));
        strbuf_add_c(out, "\r\n");
    }
    for (size_t i = 0; v->type == VALUE_SCALAR && i < v->grid.steps; i++) {
        strbuf_add_char(out, ',');
        add_time(out, grid_time(&v->grid, i), false);
        strbuf_add_char(out, ',');
        add_number(out, v->scalar[i]);
        strbuf_add_c(out, "\r\n");
    }
    for (size_t i = 0; i < v->series.len; i++) {
        if (!add_csv_series(out, file, v, &v->series.items[i])) {
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

static bool add_table_points(struct strbuf *out, FILE *file, const struct value *v,
                             const struct value_series *s)
{
    bool whole = times_are_whole(v, s);
    labels_format(out, s->labels);
    strbuf_add_char(out, '\n');
    for (size_t i = 0; i < s->count; i++) {
        if (!value_is_absent(s->points[i])) {
            strbuf_add_c(out, "  ");
            add_time(out, point_time(v, s, i), whole);
            strbuf_add_c(out, "  ");
            add_number(out, s->points[i]);
            strbuf_add_char(out, '\n');
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
        if (!add_table_points(out, file, v, &v->series.items[i])) {
            return false;
        }
    }
    return spill(out, file, 1);
}
