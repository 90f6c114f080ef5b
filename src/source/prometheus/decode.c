#include "source/prometheus/decode.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/number.h"
#include "source/prometheus/envelope.h"
#include "source/prometheus/metric_reader.h"
#include "source/prometheus/result.h"
#include "source/prometheus/stamps.h"

/* Seconds beyond this are no time: keeps milliseconds within int64. */
#define MAX_SECONDS 1e15

enum data_member { DATA_OTHER, DATA_RESULT_TYPE, DATA_RESULT };
enum series_member { SERIES_OTHER, SERIES_METRIC, SERIES_VALUE, SERIES_VALUES, SERIES_HISTOGRAM };

/* `[time, "value"]`, as far as it was read. */
struct pair {
    unsigned parts;
    int64_t t_ms;
};

struct decode {
    struct envelope envelope;
    bool instant;
    struct metric_reader metric;
    struct result result;

    enum data_member data_member;
    bool has_type;
    bool has_result;
    enum value_type type;
    bool bare;   /* the result is one pair: scalar or string */
    bool single; /* a series had `value` */
    bool many;   /* a series had `values` */
    char *text;  /* of the bare pair */

    enum series_member series_member;
    bool in_values; /* between the brackets of `values`, not within an item */
    bool has_column;
    bool has_histogram;
    struct labels *labels; /* of the series at hand; NULL before they were read */
    struct pair pair;

    struct stamp *stamps;
    bool stamps_made;
    size_t histograms; /* series that had any */
};

static bool unexpected(const char *where, enum json_event got, struct error *err)
{
    return error_set(err, ERROR_PROTOCOL, "%s is %s in the answer", where, json_event_name(got));
}

/* Room for the samples of the series at hand, once. */
static bool open_column(struct decode *d, struct error *err)
{
    if (d->has_column) {
        return error_set(err, ERROR_PROTOCOL, "a series has its samples twice in the answer");
    }
    d->has_column = true;
    bool raw = d->instant && d->series_member == SERIES_VALUES;
    return result_begin_series(&d->result, raw, err);
}

static bool read_time(struct str text, int64_t *t_ms, struct error *err)
{
    double seconds = 0;
    if (!number_parse(text, &seconds) || !(fabs(seconds) < MAX_SECONDS)) {
        return error_set(err, ERROR_PROTOCOL, "the answer has a sample at no possible time");
    }
    *t_ms = llround(seconds * 1000.0);
    return true;
}

static bool read_sample(struct str text, double *v, struct error *err)
{
    if (!number_parse(text, v)) {
        return error_set(err, ERROR_PROTOCOL, "the answer has a sample that is not a number");
    }
    return true;
}

/* A part of a pair: first the time, then the value, whose text is given on. */
static bool take_pair(struct pair *pair, enum json_event event, struct str text, bool *whole,
                      struct error *err)
{
    *whole = false;
    switch (pair->parts++) {
    case 0:
        return event == JSON_NUMBER ? read_time(text, &pair->t_ms, err)
                                    : unexpected("the time of a sample", event, err);
    case 1:
        *whole = true;
        return event == JSON_STRING || unexpected("the value of a sample", event, err);
    default:
        return error_set(err, ERROR_PROTOCOL, "the answer has a sample of more than two parts");
    }
}

static bool end_pair(const struct pair *pair, struct error *err)
{
    return pair->parts == 2 ||
           error_set(err, ERROR_PROTOCOL, "the answer has a sample of less than two parts");
}

static bool take_sample_part(struct decode *d, enum json_event event, struct str text,
                             struct error *err)
{
    bool whole = false;
    double v = 0;
    if (!take_pair(&d->pair, event, text, &whole, err)) {
        return false;
    }
    if (!whole) {
        return true;
    }
    return read_sample(text, &v, err) && result_add(&d->result, d->pair.t_ms, v, err);
}

/* One part of a bare pair, at the level where otherwise series stand. */
static bool take_bare_part(struct decode *d, enum json_event event, struct str text,
                           struct error *err)
{
    if (d->single || d->many) {
        return unexpected("a series", event, err);
    }
    bool whole = false;
    d->bare = true;
    if (!take_pair(&d->pair, event, text, &whole, err)) {
        return false;
    }
    if (whole) {
        d->text = str_dup(text);
    }
    return true;
}

static void begin_series(struct decode *d)
{
    d->has_column = false;
    d->has_histogram = false;
    d->series_member = SERIES_OTHER;
}

static void end_series(struct decode *d)
{
    d->histograms += d->has_histogram;
    if (d->has_column) {
        result_end_series(&d->result, d->labels);
    } else {
        labels_unref(d->labels);
    }
    d->labels = NULL;
}

static enum series_member series_member_of(struct str key)
{
    if (str_equal_c(key, "metric")) {
        return SERIES_METRIC;
    }
    if (str_equal_c(key, "value")) {
        return SERIES_VALUE;
    }
    if (str_equal_c(key, "values")) {
        return SERIES_VALUES;
    }
    if (str_equal_c(key, "histogram") || str_equal_c(key, "histograms")) {
        return SERIES_HISTOGRAM;
    }
    return SERIES_OTHER;
}

static bool take_metric_bounds(struct decode *d, enum json_event event, struct error *err)
{
    if (event == JSON_OBJECT_BEGIN && d->labels == NULL) {
        metric_reader_begin(&d->metric);
        return true;
    }
    if (event == JSON_OBJECT_END) {
        d->labels = metric_reader_finish(&d->metric, err);
        return d->labels != NULL;
    }
    return unexpected("a series' metric", event, err);
}

/* The value of a series' member, or its bounds. */
static bool take_series_member(struct decode *d, enum json_event event, struct str text,
                               struct error *err)
{
    if (event == JSON_KEY) {
        d->series_member = series_member_of(text);
        return true;
    }
    bool bound = event == JSON_ARRAY_BEGIN || event == JSON_ARRAY_END;
    switch (d->series_member) {
    case SERIES_OTHER:
        return true;
    case SERIES_METRIC:
        return take_metric_bounds(d, event, err);
    case SERIES_HISTOGRAM:
        d->has_histogram = true;
        return true;
    case SERIES_VALUE:
        d->single = true;
        d->pair.parts = event == JSON_ARRAY_BEGIN ? 0 : d->pair.parts;
        return bound ? (event == JSON_ARRAY_BEGIN ? open_column(d, err) : end_pair(&d->pair, err))
                     : unexpected("a series' value", event, err);
    case SERIES_VALUES:
        d->many = true;
        d->in_values = event == JSON_ARRAY_BEGIN;
        return bound ? (event == JSON_ARRAY_END || open_column(d, err))
                     : unexpected("a series' values", event, err);
    }
    return true;
}

/* Within a series' member. */
static bool take_inside_member(struct decode *d, unsigned depth, enum json_event event,
                               struct str text, struct error *err)
{
    switch (d->series_member) {
    case SERIES_OTHER:
    case SERIES_HISTOGRAM:
        return true;
    case SERIES_METRIC:
        if (event == JSON_KEY) {
            return metric_reader_name(&d->metric, text, err);
        }
        return event == JSON_STRING ? metric_reader_value(&d->metric, text, err)
                                    : unexpected("a label's value", event, err);
    case SERIES_VALUE:
        return take_sample_part(d, event, text, err);
    case SERIES_VALUES:
        break;
    }
    if (depth > 4) {
        return take_sample_part(d, event, text, err);
    }
    switch (event) {
    case JSON_ARRAY_BEGIN:
        d->in_values = false;
        d->pair.parts = 0;
        return true;
    case JSON_ARRAY_END:
        d->in_values = true;
        return end_pair(&d->pair, err);
    case JSON_OBJECT_BEGIN:
    case JSON_OBJECT_END:
    case JSON_KEY:
    case JSON_STRING:
    case JSON_NUMBER:
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        break;
    }
    return unexpected("a sample", event, err);
}

/* An item of `result`: a series' bounds, or a part of a bare pair. */
static bool take_item(struct decode *d, enum json_event event, struct str text, struct error *err)
{
    if (event == JSON_OBJECT_BEGIN) {
        if (d->bare) {
            return unexpected("a part of a scalar", event, err);
        }
        begin_series(d);
        return true;
    }
    if (event == JSON_OBJECT_END) {
        end_series(d);
        return true;
    }
    return take_bare_part(d, event, text, err);
}

static bool take_type(struct decode *d, enum json_event event, struct str text, struct error *err)
{
    if (event != JSON_STRING) {
        return unexpected("resultType", event, err);
    }
    static const enum value_type types[] = {VALUE_SCALAR, VALUE_VECTOR, VALUE_MATRIX, VALUE_STRING};
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (str_equal_c(text, value_type_name(types[i]))) {
            d->type = types[i];
            d->has_type = true;
            return true;
        }
    }
    return error_set(err, ERROR_PROTOCOL, "the answer is of an unknown resultType");
}

static bool take_result_bounds(struct decode *d, enum json_event event, struct error *err)
{
    switch (event) {
    case JSON_NULL: /* how Go writes an empty list that was never made */
        d->has_result = true;
        return true;
    case JSON_ARRAY_BEGIN:
        if (d->has_result) {
            return error_set(err, ERROR_PROTOCOL, "the answer has 'result' twice");
        }
        d->has_result = true;
        d->pair.parts = 0;
        return true;
    case JSON_ARRAY_END:
        return !d->bare || end_pair(&d->pair, err);
    case JSON_OBJECT_BEGIN:
    case JSON_OBJECT_END:
    case JSON_KEY:
    case JSON_STRING:
    case JSON_NUMBER:
    case JSON_TRUE:
    case JSON_FALSE:
        break;
    }
    return unexpected("result", event, err);
}

static bool take_data_member(struct decode *d, enum json_event event, struct str text,
                             struct error *err)
{
    if (event == JSON_KEY) {
        d->data_member = str_equal_c(text, "resultType") ? DATA_RESULT_TYPE
                         : str_equal_c(text, "result")   ? DATA_RESULT
                                                         : DATA_OTHER;
        return true;
    }
    switch (d->data_member) {
    case DATA_RESULT_TYPE:
        return take_type(d, event, text, err);
    case DATA_RESULT:
        return take_result_bounds(d, event, err);
    case DATA_OTHER:
        break;
    }
    return true;
}

static bool on_data(void *user, unsigned depth, enum json_event event, struct str text,
                    struct error *err)
{
    struct decode *d = user;
    if (depth == 0) {
        return event == JSON_OBJECT_BEGIN || event == JSON_OBJECT_END ||
               unexpected("data", event, err);
    }
    if (depth == 1) {
        return take_data_member(d, event, text, err);
    }
    if (d->data_member != DATA_RESULT) {
        return true;
    }
    if (depth == 2) {
        return take_item(d, event, text, err);
    }
    if (d->bare) {
        return unexpected("a part of a scalar", event, err);
    }
    if (depth == 3) {
        return take_series_member(d, event, text, err);
    }
    return take_inside_member(d, depth, event, text, err);
}

/*
 * Whole samples `[1435781430.781,"12.5"]` whose times are the next steps. What is not exactly of
 * this form (gaps, blanks, NaN, a sample cut by the end of the piece) is left to the tokens.
 */
static const char *on_items(void *user, const char *p, const char *end)
{
    struct decode *d = user;
    if (!d->in_values || d->instant) {
        return p;
    }
    if (!d->stamps_made) {
        d->stamps = stamps_create(&d->result.value.grid);
        d->stamps_made = true;
    }
    if (d->stamps == NULL) {
        return p;
    }
    const char *taken = p;
    double *points = d->result.points;
    size_t step = d->result.next;
    size_t steps = d->result.value.grid.steps;
    while (step < steps && end - p > 1 && p[0] == '[' &&
           stamp_matches(&d->stamps[step], p + 1, end)) {
        double v;
        const char *q = number_scan(p + 1 + d->stamps[step].len, end, &v);
        if (q == NULL || end - q < 2 || q[0] != '"' || q[1] != ']') {
            break;
        }
        points[step++] = v;
        taken = q + 2;
        if (end - taken < 2 || taken[0] != ',') {
            break;
        }
        p = taken + 1;
    }
    d->result.next = step;
    return taken;
}

struct decode *decode_create(const struct decode_options *options, struct label_table *table)
{
    struct decode *d = mem_zalloc(1, sizeof(*d));
    d->instant = options->instant;
    metric_reader_init(&d->metric, table);
    result_init(&d->result, options, table);
    envelope_init(&d->envelope, on_data, on_items, d);
    return d;
}

void decode_destroy(struct decode *d)
{
    if (d == NULL) {
        return;
    }
    envelope_release(&d->envelope);
    metric_reader_release(&d->metric);
    result_release(&d->result);
    labels_unref(d->labels);
    free(d->text);
    free(d->stamps);
    free(d);
}

bool decode_feed(struct decode *d, const char *data, size_t len, struct error *err)
{
    return envelope_feed(&d->envelope, data, len, err);
}

/* Does what was read fit its resultType and the question? */
static bool check_type(const struct decode *d, struct error *err)
{
    if (!d->has_type || !d->has_result) {
        return error_set(err, ERROR_PROTOCOL, "the answer has no '%s'",
                         d->has_type ? "result" : "resultType");
    }
    if (!d->instant && d->type != VALUE_MATRIX) {
        return error_set(err, ERROR_PROTOCOL, "a range question was answered by a %s",
                         value_type_name(d->type));
    }
    bool fits = false;
    switch (d->type) {
    case VALUE_SCALAR:
    case VALUE_STRING:
        fits = d->bare;
        break;
    case VALUE_VECTOR:
        fits = !d->bare && !d->many;
        break;
    case VALUE_MATRIX:
        fits = !d->bare && !d->single;
        break;
    }
    if (!fits) {
        return error_set(err, ERROR_PROTOCOL, "the answer's result is not the %s it says it is",
                         value_type_name(d->type));
    }
    return true;
}

static bool finish_bare(struct decode *d, struct error *err)
{
    struct value *v = &d->result.value;
    if (!result_check_time(&d->result, d->pair.t_ms, err)) {
        return false;
    }
    if (d->type == VALUE_STRING) {
        v->string = d->text;
        d->text = NULL;
        return true;
    }
    v->scalar = mem_alloc(sizeof(*v->scalar));
    return read_sample(str_from(d->text), v->scalar, err);
}

static void annotate(const struct decode *d, struct value *v)
{
    const struct envelope_notes *warnings = &d->envelope.warnings;
    const struct envelope_notes *infos = &d->envelope.infos;
    for (size_t i = 0; i < warnings->texts.len; i++) {
        value_warn(v, "%s", warnings->texts.items[i]);
    }
    for (size_t i = 0; i < infos->texts.len; i++) {
        value_info(v, "%s", infos->texts.items[i]);
    }
    if (warnings->dropped + infos->dropped > 0) {
        value_warn(v, "%zu more annotations of the server are not shown",
                   warnings->dropped + infos->dropped);
    }
    if (d->histograms > 0) {
        value_warn(v, "native histograms of %zu series are left out", d->histograms);
    }
}

bool decode_finish(struct decode *d, int http_status, struct value *out, struct error *err)
{
    if (!envelope_finish(&d->envelope, http_status, err) || !check_type(d, err) ||
        !result_check_unique(&d->result, err)) {
        return false;
    }
    d->result.value.type = d->type;
    if (d->bare && !finish_bare(d, err)) {
        return false;
    }
    annotate(d, &d->result.value);
    *out = d->result.value;
    value_init(&d->result.value, VALUE_MATRIX, out->grid);
    return true;
}
