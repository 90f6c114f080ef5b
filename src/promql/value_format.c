/* See value_format.h. */
#include "promql/value_format.h"

#include <inttypes.h>
#include <math.h>
#include <time.h>

#include "base/escape.h"
#include "base/number.h"
#include "base/utf8.h"

/* Go writes 'e' outside [1e-6, 1e21) and 'f' inside. */
static void add_number(struct strbuf *out, double v)
{
    double magnitude = fabs(v);
    if (magnitude != 0 && (magnitude < 1e-6 || magnitude >= 1e21) && isfinite(v)) {
        number_format_short(out, v);
    } else {
        number_format(out, v);
    }
}

/* Seconds with as many of three decimals as there are: all or none. */
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

/* Never with an exponent, other than a sample's (prometheus: promql, Scalar.MarshalJSON). */
static void add_scalar(struct strbuf *out, int64_t t_ms, double v)
{
    strbuf_add_char(out, '[');
    add_timestamp(out, t_ms);
    strbuf_add_c(out, ",\"");
    number_format(out, v);
    strbuf_add_c(out, "\"]");
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

static void add_series(struct strbuf *out, const struct value *v, const struct value_series *s)
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
            }
        }
        strbuf_add_char(out, ']');
    }
    strbuf_add_char(out, '}');
}

static void add_texts(struct strbuf *out, const char *name, char *const *texts, size_t count)
{
    if (count == 0) {
        return;
    }
    strbuf_printf(out, ",\"%s\":[", name);
    for (size_t i = 0; i < count; i++) {
        strbuf_add_c(out, i != 0 ? ",\"" : "\"");
        escape_json(out, str_from(texts[i]));
        strbuf_add_char(out, '"');
    }
    strbuf_add_char(out, ']');
}

static void add_result(struct strbuf *out, const struct value *v)
{
    if (v->type == VALUE_SCALAR) {
        add_scalar(out, v->grid.start_ms, v->scalar[0]);
        return;
    }
    strbuf_add_char(out, '[');
    if (v->type == VALUE_STRING) {
        add_timestamp(out, v->grid.start_ms);
        strbuf_add_c(out, ",\"");
        escape_json(out, str_from(v->string));
        strbuf_add_char(out, '"');
    }
    for (size_t i = 0; i < v->series.len; i++) {
        strbuf_add_c(out, i != 0 ? "," : "");
        add_series(out, v, &v->series.items[i]);
    }
    strbuf_add_char(out, ']');
}

void value_format_json(struct strbuf *out, const struct value *v)
{
    strbuf_printf(out, "{\"status\":\"success\",\"data\":{\"resultType\":\"%s\",\"result\":",
                  value_type_name(v->type));
    add_result(out, v);
    strbuf_add_char(out, '}');
    add_texts(out, "warnings", v->warnings.items, v->warnings.len);
    add_texts(out, "infos", v->infos.items, v->infos.len);
    strbuf_add_c(out, "}\n");
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

static void add_time(struct strbuf *out, int64_t ms)
{
    int64_t second = ms / 1000 - (ms % 1000 < 0 ? 1 : 0);
    time_t t = (time_t)second;
    struct tm tm = {0};
    gmtime_r(&t, &tm);
    strbuf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1,
                  tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)((ms % 1000 + 1000) % 1000));
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

static void add_csv_series(struct strbuf *out, const struct value *v, const struct value_series *s)
{
    struct strbuf name = STRBUF_INIT;
    labels_format(&name, s->labels);
    for (size_t i = 0; i < s->count; i++) {
        if (!value_is_absent(s->points[i])) {
            add_csv_field(out, strbuf_str(&name));
            strbuf_add_char(out, ',');
            add_time(out, point_time(v, s, i));
            strbuf_add_char(out, ',');
            add_number(out, s->points[i]);
            strbuf_add_c(out, "\r\n");
        }
    }
    strbuf_release(&name);
}

void value_format_csv(struct strbuf *out, const struct value *v)
{
    strbuf_add_c(out, "series,time,value\r\n");
    if (v->type == VALUE_STRING) {
        strbuf_add_c(out, ",");
        add_time(out, v->grid.start_ms);
        strbuf_add_char(out, ',');
        add_csv_field(out, str_from(v->string));
        strbuf_add_c(out, "\r\n");
    }
    for (size_t i = 0; v->type == VALUE_SCALAR && i < v->grid.steps; i++) {
        strbuf_add_char(out, ',');
        add_time(out, grid_time(&v->grid, i));
        strbuf_add_char(out, ',');
        add_number(out, v->scalar[i]);
        strbuf_add_c(out, "\r\n");
    }
    for (size_t i = 0; i < v->series.len; i++) {
        add_csv_series(out, v, &v->series.items[i]);
    }
}

static void add_table_points(struct strbuf *out, const struct value *v,
                             const struct value_series *s)
{
    for (size_t i = 0; i < s->count; i++) {
        if (!value_is_absent(s->points[i])) {
            strbuf_add_c(out, "  ");
            add_time(out, point_time(v, s, i));
            strbuf_add_c(out, "  ");
            add_number(out, s->points[i]);
            strbuf_add_char(out, '\n');
        }
    }
}

void value_format_table(struct strbuf *out, const struct value *v)
{
    if (v->type == VALUE_STRING) {
        utf8_add_printable(out, str_from(v->string));
        strbuf_add_char(out, '\n');
    }
    if (v->type == VALUE_SCALAR) {
        add_number(out, v->scalar[0]);
        strbuf_add_char(out, '\n');
    }
    size_t width = 0;
    for (size_t i = 0; i < v->series.len; i++) {
        struct strbuf name = STRBUF_INIT;
        labels_format(&name, v->series.items[i].labels);
        width = name.len > width ? name.len : width;
        strbuf_release(&name);
    }
    for (size_t i = 0; i < v->series.len; i++) {
        const struct value_series *s = &v->series.items[i];
        size_t start = out->len;
        labels_format(out, s->labels);
        if (v->type == VALUE_VECTOR) {
            strbuf_add_repeated(out, ' ', width - (out->len - start) + 2);
            add_number(out, s->points[0]);
            strbuf_add_char(out, '\n');
        } else {
            strbuf_add_char(out, '\n');
            add_table_points(out, v, s);
        }
    }
}
