/* Answers of the query API, good and hostile, whole and cut at every byte. */
#include <stdlib.h>

#include "base/number.h"
#include "promql/promql.h"
#include "source/prometheus/decode.h"
#include "source/prometheus/json_stream.h"
#include "source/prometheus/names.h"
#include "support/suite.h"

#define OK_HEAD     "{\"status\":\"success\",\"data\":{\"resultType\":"
#define MATRIX_HEAD OK_HEAD "\"matrix\",\"result\":["
#define VECTOR_HEAD OK_HEAD "\"vector\",\"result\":["

/* Steps at 1435781430.781 and every 15 s, four of them; instant questions at the first. */
#define T0 INT64_C(1435781430781)
static const struct grid steps4 = {.start_ms = T0, .step_ms = 15000, .steps = 4};

struct row {
    const char *name;
    bool instant;
    const char *json;
    int status;
    const char *expected; /* as `shown` writes it; of an error: kind and a part of the message */
};

/* One line a series: its labels and its points as milliseconds after T0 and value. */
static void show_series(struct strbuf *out, const struct grid *grid, const struct value_series *s)
{
    labels_format(out, s->labels);
    for (size_t i = 0; i < s->count; i++) {
        if (!value_is_absent(s->points[i])) {
            int64_t t_ms = s->times_ms != NULL ? s->times_ms[i] : grid_time(grid, i);
            strbuf_printf(out, " %lld=", (long long)(t_ms - T0));
            number_format(out, s->points[i]);
        }
    }
    strbuf_add_char(out, '\n');
}

static void show_value(struct strbuf *out, const struct value *v)
{
    strbuf_printf(out, "%s\n", value_type_name(v->type));
    for (size_t i = 0; i < v->series.len; i++) {
        show_series(out, &v->grid, &v->series.items[i]);
    }
    if (v->scalar != NULL) {
        number_format(out, v->scalar[0]);
        strbuf_add_char(out, '\n');
    }
    if (v->string != NULL) {
        strbuf_printf(out, "'%s'\n", v->string);
    }
    for (size_t i = 0; i < v->warnings.len; i++) {
        strbuf_printf(out, "warning: %s\n", v->warnings.items[i]);
    }
    for (size_t i = 0; i < v->infos.len; i++) {
        strbuf_printf(out, "info: %s\n", v->infos.items[i]);
    }
}

static void show_error(struct strbuf *out, const struct error *err)
{
    strbuf_printf(out, "%s: %s", error_kind_label(err->kind), error_text(err));
}

/* Feeds `json` in pieces of the given sizes (the last size is repeated) and shows what came of it.
 * The caller frees. */
static char *decoded(const struct decode_options *options, struct str json, int status,
                     size_t first_bytes, size_t next_bytes)
{
    struct label_table *table = label_table_create();
    struct decode *d = decode_create(options, table);
    struct error err = ERROR_INIT;
    struct strbuf out;
    strbuf_init(&out, (size_t)1 << 24);
    bool ok = true;
    size_t take = first_bytes;
    for (size_t at = 0; ok && at < json.len; at += take, take = next_bytes) {
        take = take < json.len - at ? take : json.len - at;
        if (take > 0) {
            /* A copy of exactly this size, so that a sanitizer sees a read past it. */
            char *piece = mem_alloc(take);
            memcpy(piece, json.data + at, take);
            ok = decode_feed(d, piece, take, &err);
            free(piece);
        }
        if (take == 0 && next_bytes == 0) {
            break;
        }
    }
    struct value value;
    if (ok && decode_finish(d, status, &value, &err)) {
        show_value(&out, &value);
        value_release(&value);
    } else {
        show_error(&out, &err);
    }
    decode_destroy(d);
    error_release(&err);
    label_table_destroy(table);
    return strbuf_take(&out);
}

static struct decode_options options_of(const struct row *row)
{
    return (struct decode_options){
        .grid = row->instant ? grid_instant(T0) : steps4,
        .instant = row->instant,
    };
}

static const struct row good[] = {
    {"range", false,
     MATRIX_HEAD
     "{\"metric\":{\"__name__\":\"up\",\"job\":\"a\"},\"values\":[[1435781430.781,\"1\"],"
     "[1435781445.781,\"2.5\"],[1435781460.781,\"-3e-7\"],[1435781475.781,\"4\"]]}]}}",
     200, "matrix\nup{job=\"a\"} 0=1 15000=2.5 30000=-0.0000003 45000=4\n"},
    {"gaps at the beginning, in the middle and at the end", false,
     MATRIX_HEAD
     "{\"metric\":{\"a\":\"1\"},\"values\":[[1435781445.781,\"1\"]]},"
     "{\"metric\":{\"a\":\"2\"},\"values\":[[1435781430.781,\"1\"],[1435781460.781,\"2\"]]},"
     "{\"metric\":{\"a\":\"3\"},\"values\":[[1435781475.781,\"9\"]]}]}}",
     200, "matrix\n{a=\"1\"} 15000=1\n{a=\"2\"} 0=1 30000=2\n{a=\"3\"} 45000=9\n"},
    {"values that are no plain numbers", false,
     MATRIX_HEAD "{\"metric\":{},\"values\":[[1435781430.781,\"NaN\"],[1435781445.781,\"+Inf\"],"
                 "[1435781460.781,\"-Inf\"],[1435781475.781,\"1e+06\"]]}]}}",
     200, "matrix\n{} 0=NaN 15000=+Inf 30000=-Inf 45000=1000000\n"},
    {"times in other spellings, one millisecond off", false,
     MATRIX_HEAD "{\"metric\":{},\"values\":[[1.435781430781e9,\"1\"],[1435781445.7810,\"2\"],"
                 "[1435781460.782,\"3\"],[1435781475.780,\"4\"]]}]}}",
     200, "matrix\n{} 0=1 15000=2 30000=3 45000=4\n"},
    {"members in any order, unknown ones, white space", false,
     "\n{ \"infos\" : [ ] , \"data\" : { \"stats\":{\"a\":[1,{\"b\":null}],\"c\":true},\"result\" "
     ": "
     "[ { \"x\":[[{}]], \"values\" : [ [ 1435781430.781 , \"1\" ] , [ 1435781445.781,\"2\" ] ] ,"
     "\"metric\" : { \"b\" : \"2\" , \"a\" : \"1\" } } ], \"more\":-1.5e3, \"resultType\" : "
     "\"matrix\" } ,\t\"isPartial\":false, \"status\" : \"success\" }\r\n ",
     200, "matrix\n{a=\"1\", b=\"2\"} 0=1 15000=2\n"},
    {"nothing found", false, MATRIX_HEAD "]}}", 200, "matrix\n"},
    {"null for nothing", false, OK_HEAD "\"matrix\",\"result\":null}}", 200, "matrix\n"},
    {"a series without samples is none", false,
     MATRIX_HEAD "{\"metric\":{\"a\":\"1\"},\"values\":[]},{\"metric\":{\"a\":\"2\"}},"
                 "{\"metric\":{\"a\":\"3\"},\"values\":[[1435781430.781,\"7\"]]}]}}",
     200, "matrix\n{a=\"3\"} 0=7\n"},
    {"escapes in labels", false,
     MATRIX_HEAD
     "{\"metric\":{\"a\":\"q\\\"b\\\\s\\/n\\nt\\tu\\u00e9\\ud83d\\ude00x\\ud83d\",\"\\u0062\":"
     "\"\\u0063\"},\"values\":[[1435781430.781,\"1\"]]}]}}",
     200,
     "matrix\n{a=\"q\\\"b\\\\s/n\\nt\\tu\xc3\xa9\xf0\x9f\x98\x80x\xef\xbf\xbd\", b=\"c\"} 0=1\n"},
    {"an empty label is not there", false,
     MATRIX_HEAD "{\"metric\":{\"a\":\"\",\"b\":\"1\"},\"values\":[[1435781430.781,\"1\"]]}]}}",
     200, "matrix\n{b=\"1\"} 0=1\n"},
    {"warnings and infos", false,
     "{\"status\":\"success\",\"warnings\":[\"w1\",\"w2\",\"w1\"],\"infos\":[\"i\"],\"data\":{"
     "\"resultType\":\"matrix\",\"result\":[]}}",
     200, "matrix\nwarning: w1\nwarning: w2\ninfo: i\n"},
    {"native histograms are left out", false,
     MATRIX_HEAD
     "{\"metric\":{\"a\":\"1\"},\"histograms\":[[1435781430.781,{\"count\":\"1\",\"sum\":\"2\","
     "\"buckets\":[[0,\"1\",\"2\",\"3\"]]}]]},{\"metric\":{\"a\":\"2\"},\"values\":[[1435781430."
     "781,"
     "\"5\"]],\"histograms\":[[1435781445.781,{}]]}]}}",
     200, "matrix\n{a=\"2\"} 0=5\nwarning: native histograms of 2 series are left out\n"},
    {"vector", true,
     VECTOR_HEAD "{\"metric\":{\"__name__\":\"b\"},\"value\":[1435781430.781,\"2\"]},"
                 "{\"metric\":{\"__name__\":\"a\"},\"value\":[1435781430.781,\"1\"]}]}}",
     200, "vector\nb 0=2\na 0=1\n"},
    {"a vector one millisecond early", true,
     VECTOR_HEAD "{\"metric\":{},\"value\":[1435781430.780,\"2\"]}]}}", 200, "vector\n{} 0=2\n"},
    {"a vector one millisecond late", true,
     VECTOR_HEAD "{\"metric\":{},\"value\":[1435781430.782,\"2\"]}]}}", 200, "vector\n{} 0=2\n"},
    {"scalar", true, OK_HEAD "\"scalar\",\"result\":[1435781430.781,\"0.1\"]}}", 200,
     "scalar\n0.1\n"},
    {"scalar, its type behind it", true,
     "{\"data\":{\"result\":[1435781430.781,\"NaN\"],\"resultType\":\"scalar\"},\"status\":"
     "\"success\"}",
     200, "scalar\nNaN\n"},
    {"string", true, OK_HEAD "\"string\",\"result\":[1435781430.781,\"a\\nb\"]}}", 200,
     "string\n'a\nb'\n"},
    {"raw matrix", true,
     MATRIX_HEAD
     "{\"metric\":{\"__name__\":\"m\"},\"values\":[[1435781400,\"1\"],[1435781410.5,\"2\"],"
     "[1435781420.25,\"3\"]]},{\"metric\":{\"__name__\":\"n\"},\"values\":[[1435781430.781,"
     "\"4\"]]}]}}",
     200, "matrix\nm -30781=1 -20281=2 -10531=3\nn 0=4\n"},
};

#define RANGE(values) MATRIX_HEAD "{\"metric\":{},\"values\":" values "}]}}"

static const struct row bad[] = {
    /* What the server says. */
    {"syntax", false,
     "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"1:4: parse error: no\"}", 400,
     "syntax: the server says: 1:4: parse error: no"},
    {"execution", false,
     "{\"status\":\"error\",\"data\":null,\"errorType\":\"execution\",\"error\":\"many-to-many\"}",
     422, "evaluation: the server says: many-to-many"},
    {"too many samples", false,
     "{\"error\":\"query processing would load too many samples into memory\",\"errorType\":"
     "\"execution\",\"status\":\"error\"}",
     422, "limit: the server says: query processing"},
    {"timeout", false, "{\"status\":\"error\",\"errorType\":\"timeout\",\"error\":\"x\"}", 503,
     "timeout: the server says: x"},
    {"unavailable", false, "{\"status\":\"error\",\"errorType\":\"unavailable\",\"error\":\"x\"}",
     503, "busy: the server says: x"},
    {"the status as the type", false,
     "{\"status\":\"error\",\"errorType\":\"422\",\"error\":\"cannot parse \\\"a\\\"\"}", 422,
     "syntax: the server says: cannot parse \"a\""},
    {"no words", false, "{\"status\":\"error\"}", 0,
     "evaluation: the server says: an error without a text"},
    {"control characters in the text", false,
     "{\"status\":\"error\",\"errorType\":\"internal\",\"error\":\"a\\u001b[2Jb\"}", 500,
     "http: the server says: a?[2Jb"},
    /* Not an answer at all. */
    {"nothing", false, "", 200, "protocol: the answer is empty"},
    {"blanks", false, " \n ", 200, "protocol: the answer is empty"},
    {"a web page", false, "\n<!DOCTYPE html><html>", 200,
     "protocol: answered with a web page instead of JSON: is the path right?"},
    {"a sentence", false, "no healthy upstream", 200, "protocol: neither an object"},
    {"another sentence", false, "Bad gateway", 200, "protocol: no JSON at byte 0"},
    {"an array", false, "[]", 200, "protocol: the answer is an array, not an object"},
    {"no status", false, "{}", 200, "protocol: the answer has no 'status'"},
    {"no data", false, "{\"status\":\"success\"}", 200, "protocol: the answer has no 'data'"},
    {"another status", false, "{\"status\":\"ok\"}", 200, "protocol: the answer's status 'ok'"},
    {"status of a wrong type", false, "{\"status\":1}", 200, "protocol: 'status' of the answer is"},
    {"data of a wrong type", false, "{\"status\":\"success\",\"data\":[]}", 200,
     "protocol: data is an array"},
    {"data twice", false,
     "{\"data\":{\"resultType\":\"matrix\",\"result\":[]},\"data\":{\"result\":[]}}", 200,
     "protocol: the answer has 'data' twice"},
    {"warnings of a wrong type", false, "{\"warnings\":\"w\"}", 200, "protocol: 'warnings'"},
    {"warnings of numbers", false, "{\"warnings\":[1]}", 200, "protocol: 'warnings'"},
    /* Bad JSON. */
    {"cut off", false, MATRIX_HEAD "{\"metric\":{},\"val", 200,
     "protocol: the answer ends in the middle, after"},
    {"cut off in a number", false, MATRIX_HEAD "{\"metric\":{},\"values\":[[14357", 200,
     "protocol: the answer ends in the middle, after"},
    {"cut off behind an escape", false, MATRIX_HEAD "{\"metric\":{\"a\":\"\\", 200,
     "protocol: the answer ends in the middle, after"},
    {"something behind", false, MATRIX_HEAD "]}} x", 200,
     "protocol: something follows the end of the JSON"},
    {"a second answer", false, MATRIX_HEAD "]}}{}", 200,
     "protocol: something follows the end of the JSON"},
    {"brackets crossed", false, MATRIX_HEAD "{\"metric\":{}]", 200,
     "protocol: the wrong bracket at byte"},
    {"comma missing", false, "{\"a\":1 \"b\":2}", 200,
     "protocol: a comma or closing bracket is missing at byte 7"},
    {"comma too many", false, "{\"a\":1,}", 200, "protocol: a key is missing at byte 7"},
    {"comma too many in an array", false, "{\"a\":[1,]}", 200,
     "protocol: a value is missing at byte 8"},
    {"colon missing", false, "{\"a\" 1}", 200, "protocol: a colon is missing at byte 5"},
    {"a bad escape", false, "{\"a\":\"b\\x\"}", 200, "protocol: a bad escape at byte 7"},
    {"a bad unicode escape", false, "{\"a\":\"\\u12g4\"}", 200, "protocol: a bad escape at byte 6"},
    {"a short unicode escape", false, "{\"a\":\"\\u12\"}", 200, "protocol: a bad escape at byte 6"},
    {"a bare line end in a string", false, "{\"a\":\"b\nc\"}", 200,
     "protocol: a control character in a string at byte 7"},
    {"a leading zero", false, "{\"a\":01}", 200, "protocol: a malformed number at byte 5"},
    {"a sign alone", false, "{\"a\":-}", 200, "protocol: a malformed number at byte 5"},
    {"a point without digits", false, "{\"a\":1.}", 200, "protocol: a malformed number at byte 5"},
    {"an exponent without digits", false, "{\"a\":1e}", 200,
     "protocol: a malformed number at byte 5"},
    {"a half word", false, "{\"a\":nul}", 200, "protocol: neither an object"},
    /* Not the question's answer. */
    {"no type", false, "{\"status\":\"success\",\"data\":{\"result\":[]}}", 200,
     "protocol: the answer has no 'resultType'"},
    {"no result", false, "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\"}}", 200,
     "protocol: the answer has no 'result'"},
    {"an unknown type", false, OK_HEAD "\"tensor\",\"result\":[]}}", 200,
     "protocol: the answer is of an unknown resultType"},
    {"a vector for a range", false, OK_HEAD "\"vector\",\"result\":[]}}", 200,
     "protocol: a range question was answered by a vector"},
    {"result of a wrong type", false, OK_HEAD "\"matrix\",\"result\":{}}}", 200,
     "protocol: result is an object"},
    {"result twice", false, OK_HEAD "\"matrix\",\"result\":[],\"result\":[]}}", 200,
     "protocol: the answer has 'result' twice"},
    {"a scalar that says matrix", true, OK_HEAD "\"matrix\",\"result\":[1435781430.781,\"1\"]}}",
     200, "protocol: the answer's result is not the matrix it says it is"},
    {"a vector that says scalar", true,
     OK_HEAD "\"scalar\",\"result\":[{\"metric\":{},\"value\":[1435781430.781,\"1\"]}]}}", 200,
     "protocol: the answer's result is not the scalar it says it is"},
    {"a scalar without a value", true, OK_HEAD "\"scalar\",\"result\":[1435781430.781]}}", 200,
     "protocol: the answer has a sample of less than two parts"},
    {"a scalar of three parts", true,
     OK_HEAD "\"scalar\",\"result\":[1435781430.781,\"1\",\"2\"]}}", 200,
     "protocol: the answer has a sample of more than two parts"},
    {"a scalar of another time", true, OK_HEAD "\"scalar\",\"result\":[1435781431,\"1\"]}}", 200,
     "protocol: the answer has a sample at 1435781431.000, which is not a step asked for"},
    {"a scalar that is no number", true, OK_HEAD "\"scalar\",\"result\":[1435781430.781,\"x\"]}}",
     200, "protocol: the answer has a sample that is not a number"},
    {"a series after a scalar", true, OK_HEAD "\"scalar\",\"result\":[1435781430.781,{}]}}", 200,
     "protocol: a part of a scalar is an object"},
    {"an array in a scalar", true, OK_HEAD "\"scalar\",\"result\":[1435781430.781,[1]]}}", 200,
     "protocol: the value of a sample is an array"},
    {"a number after a series", true,
     VECTOR_HEAD "{\"metric\":{},\"value\":[1435781430.781,\"1\"]},1]}}", 200,
     "protocol: a series is a number"},
    {"a vector of another time", true,
     VECTOR_HEAD "{\"metric\":{},\"value\":[1435781430.784,\"1\"]}]}}", 200,
     "protocol: the answer has a sample at 1435781430.784, which is not a step asked for"},
    /* Bad samples. */
    {"before the grid", false, RANGE("[[1435781415.781,\"1\"]]"), 200,
     "protocol: the answer has a sample at 1435781415.781, which is not a step asked for"},
    {"behind the grid", false, RANGE("[[1435781490.781,\"1\"]]"), 200,
     "protocol: the answer has a sample at 1435781490.781, which is not a step asked for"},
    {"between steps", false, RANGE("[[1435781430.781,\"1\"],[1435781445,\"1\"]]"), 200,
     "protocol: the answer has a sample at 1435781445.000, which is not a step asked for"},
    {"twice the same step", false, RANGE("[[1435781430.781,\"1\"],[1435781430.781,\"1\"]]"), 200,
     "protocol: the answer has a sample at 1435781430.781 out of order"},
    {"backwards", false, RANGE("[[1435781445.781,\"1\"],[1435781430.781,\"1\"]]"), 200,
     "protocol: the answer has a sample at 1435781430.781 out of order"},
    {"an impossible time", false, RANGE("[[1e300,\"1\"]]"), 200,
     "protocol: the answer has a sample at no possible time"},
    {"a time as a string", false, RANGE("[[\"1435781430.781\",\"1\"]]"), 200,
     "protocol: the time of a sample is a string"},
    {"a value as a number", false, RANGE("[[1435781430.781,1]]"), 200,
     "protocol: the value of a sample is a number"},
    {"a value that is none", false, RANGE("[[1435781430.781,\"1x\"]]"), 200,
     "protocol: the answer has a sample that is not a number"},
    {"an empty value", false, RANGE("[[1435781430.781,\"\"]]"), 200,
     "protocol: the answer has a sample that is not a number"},
    {"half a sample", false, RANGE("[[1435781430.781]]"), 200,
     "protocol: the answer has a sample of less than two parts"},
    {"a sample and a half", false, RANGE("[[1435781430.781,\"1\",\"2\"]]"), 200,
     "protocol: the answer has a sample of more than two parts"},
    {"a sample that is a number", false, RANGE("[1]"), 200, "protocol: a sample is a number"},
    {"a sample that is an object", false, RANGE("[{}]"), 200, "protocol: a sample is an object"},
    {"values that are an object", false, RANGE("{}"), 200,
     "protocol: a series' values is an object"},
    {"values twice", false, RANGE("[],\"values\":[]"), 200,
     "protocol: a series has its samples twice in the answer"},
    {"raw, out of order", true, RANGE("[[1435781400,\"1\"],[1435781400,\"2\"]]"), 200,
     "protocol: the answer has a sample at 1435781400.000 out of order"},
    /* Bad labels. */
    {"a number as a label", false, MATRIX_HEAD "{\"metric\":{\"a\":1}}]}}", 200,
     "protocol: a label's value is a number"},
    {"a label without a name", false, MATRIX_HEAD "{\"metric\":{\"\":\"1\"}}]}}", 200,
     "protocol: the answer has a label without a name"},
    {"a label twice", false, MATRIX_HEAD "{\"metric\":{\"a\":\"1\",\"a\":\"2\"}}]}}", 200,
     "protocol: "},
    {"the metric twice", false, MATRIX_HEAD "{\"metric\":{},\"metric\":{}}]}}", 200,
     "protocol: a series' metric is an object"},
    {"a metric that is null", false, MATRIX_HEAD "{\"metric\":null}]}}", 200,
     "protocol: a series' metric is null"},
    {"a series twice", false,
     MATRIX_HEAD "{\"metric\":{\"a\":\"1\"},\"values\":[[1435781430.781,\"1\"]]},"
                 "{\"metric\":{\"b\":\"1\"},\"values\":[[1435781430.781,\"1\"]]},"
                 "{\"metric\":{\"a\":\"1\"},\"values\":[[1435781430.781,\"1\"]]}]}}",
     200, "protocol: the answer has the series {a=\"1\"} twice"},
};

START_TEST(good_answers)
{
    const struct row *row = &good[_i];
    struct decode_options options = options_of(row);
    struct str json = str_from(row->json);
    char *whole = decoded(&options, json, row->status, json.len, 0);
    ck_assert_msg(strcmp(whole, row->expected) == 0, "%s: got\n%s", row->name, whole);
    free(whole);
}
END_TEST

START_TEST(bad_answers)
{
    const struct row *row = &bad[_i];
    struct decode_options options = options_of(row);
    struct str json = str_from(row->json);
    char *whole = decoded(&options, json, row->status, json.len, 0);
    ck_assert_msg(strncmp(whole, row->expected, strlen(row->expected)) == 0, "%s: got\n%s",
                  row->name, whole);
    free(whole);
}
END_TEST

/* Cut in two at every byte, and into single bytes, the outcome is the same. */
static void check_cuts(const struct row *row)
{
    struct decode_options options = options_of(row);
    struct str json = str_from(row->json);
    char *whole = decoded(&options, json, row->status, json.len, 0);
    for (size_t cut = 1; cut < json.len; cut++) {
        char *twice = decoded(&options, json, row->status, cut, json.len);
        ck_assert_msg(strcmp(twice, whole) == 0, "%s, cut at %zu: got\n%s\nnot\n%s", row->name, cut,
                      twice, whole);
        free(twice);
    }
    char *bytes = decoded(&options, json, row->status, 1, 1);
    ck_assert_msg(strcmp(bytes, whole) == 0, "%s, byte by byte: got\n%s\nnot\n%s", row->name, bytes,
                  whole);
    free(bytes);
    free(whole);
}

START_TEST(good_answers_cut)
{
    check_cuts(&good[_i]);
}
END_TEST

START_TEST(bad_answers_cut)
{
    check_cuts(&bad[_i]);
}
END_TEST

/* `prefix`, then `count` times `part`, then `suffix`. */
static struct strbuf repeated(const char *prefix, const char *part, size_t count,
                              const char *suffix)
{
    struct strbuf text;
    strbuf_init(&text, (size_t)1 << 26);
    strbuf_add_c(&text, prefix);
    for (size_t i = 0; i < count; i++) {
        strbuf_add_c(&text, part);
    }
    strbuf_add_c(&text, suffix);
    ck_assert(!text.overflowed);
    return text;
}

static void check_error(const struct decode_options *options, const struct strbuf *text,
                        const char *expected)
{
    char *whole = decoded(options, strbuf_str(text), 200, text->len, 0);
    ck_assert_msg(strncmp(whole, expected, strlen(expected)) == 0, "got\n%.300s", whole);
    free(whole);
    char *pieces = decoded(options, strbuf_str(text), 200, 1000, 1000);
    ck_assert_msg(strncmp(pieces, expected, strlen(expected)) == 0, "in pieces: got\n%.300s",
                  pieces);
    free(pieces);
}

static const struct decode_options range4 = {
    .grid = {.start_ms = T0, .step_ms = 15000, .steps = 4}};

START_TEST(nesting_is_limited)
{
    struct strbuf text = repeated("{\"x\":", "[", 100000, "");
    check_error(&range4, &text, "limit: the answer is nested more than 64 levels deep");
    strbuf_release(&text);
    text = repeated("{\"x\":", "{\"x\":", 62, "[]");
    strbuf_add_repeated(&text, '}', 63);
    check_error(&range4, &text, "protocol: the answer has no 'status'");
    strbuf_release(&text);
}
END_TEST

START_TEST(strings_are_limited)
{
    struct strbuf text = repeated("{\"x\":\"", "a", JSON_STREAM_MAX_STRING + 1, "\"}");
    check_error(&range4, &text, "limit: the answer has a string of more than 1048576 bytes");
    strbuf_release(&text);
    text = repeated("{\"x\":\"", "a", JSON_STREAM_MAX_STRING, "\"}");
    check_error(&range4, &text, "protocol: the answer has no 'status'");
    strbuf_release(&text);
    text = repeated("{\"x\":", "1", JSON_STREAM_MAX_STRING + 1, "}");
    check_error(&range4, &text, "limit: the answer has a number of more than 1048576 bytes");
    strbuf_release(&text);
}
END_TEST

START_TEST(labels_are_limited)
{
    struct strbuf text =
        repeated(MATRIX_HEAD "{\"metric\":{", "\"a\":\"\",", 300, "\"b\":\"\"}}]}}");
    check_error(&range4, &text, "limit: the answer has a series with more than 256 labels");
    strbuf_release(&text);
    struct strbuf label = repeated("\"a\":\"", "v", 60000, "\",");
    text = repeated(MATRIX_HEAD "{\"metric\":{", strbuf_cstr(&label), 18, "\"b\":\"\"}}]}}");
    check_error(&range4, &text, "limit: the answer has a series with labels of over 1048576 bytes");
    strbuf_release(&text);
    strbuf_release(&label);
    text = repeated(MATRIX_HEAD "{\"metric\":{\"a\":\"", "v", 65536, "\"}}]}}");
    check_error(&range4, &text, "limit: ");
    strbuf_release(&text);
}
END_TEST

START_TEST(points_are_limited)
{
    struct decode_options few = range4;
    few.max_points = 7;
    struct strbuf text = repeated(MATRIX_HEAD, "{\"metric\":{},\"values\":[]},", 1,
                                  "{\"metric\":{},\"values\":[]}]}}");
    check_error(&few, &text, "limit: the answer has more than 7 points");
    strbuf_release(&text);

    struct decode_options raw = {.grid = grid_instant(T0), .instant = true, .max_points = 2};
    text = repeated(RANGE("[[1,\"1\"],[2,\"1\"],[3,\"1\"]]"), "", 0, "");
    check_error(&raw, &text, "limit: the answer has more than 2 points");
    strbuf_release(&text);
}
END_TEST

START_TEST(annotations_are_limited)
{
    struct strbuf text = repeated(
        "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]},\"warnings\":[",
        "\"a\",", 150, "\"b\"]}");
    char *got = decoded(&range4, strbuf_str(&text), 200, text.len, 0);
    ck_assert_str_eq(
        got, "matrix\nwarning: a\nwarning: 51 more annotations of the server are not shown\n");
    free(got);
    strbuf_release(&text);
}
END_TEST

/* A long regular answer takes the fast path; the general way, forced by a blank in each sample,
 * must say the same. */
START_TEST(both_ways_agree)
{
    struct strbuf fast;
    struct strbuf slow;
    strbuf_init(&fast, (size_t)1 << 24);
    strbuf_init(&slow, (size_t)1 << 24);
    struct decode_options options = {
        .grid = {.start_ms = _i == 0 ? T0 : T0 - 781, .step_ms = 15000, .steps = 361}};
    strbuf_add_c(&fast, MATRIX_HEAD);
    strbuf_add_c(&slow, MATRIX_HEAD);
    static const char *const values[] = {"0",    "1.5",  "-0",     "123456789.123456789",
                                         "NaN",  "1e-9", "5e-324", "179769313486231570000",
                                         "+Inf", "0.1",  "1e+300", "9007199254740993"};
    for (int s = 0; s < 20; s++) {
        strbuf_printf(&fast, "%s{\"metric\":{\"s\":\"%d\"},\"values\":[", s > 0 ? "," : "", s);
        strbuf_printf(&slow, "%s{\"metric\":{\"s\":\"%d\"},\"values\":[", s > 0 ? "," : "", s);
        const char *comma = "";
        for (size_t i = 0; i < options.grid.steps; i++) {
            if ((i * 7 + (size_t)s) % 31 == 0) {
                continue; /* a gap */
            }
            int64_t t_ms = grid_time(&options.grid, i);
            const char *v = values[(i + (size_t)s) % ARRAY_LEN(values)];
            if (t_ms % 1000 != 0) {
                strbuf_printf(&fast, "%s[%lld.%03lld,\"%s\"]", comma, (long long)(t_ms / 1000),
                              (long long)(t_ms % 1000), v);
                strbuf_printf(&slow, "%s[ %lld.%03lld,\"%s\"]", comma, (long long)(t_ms / 1000),
                              (long long)(t_ms % 1000), v);
            } else {
                strbuf_printf(&fast, "%s[%lld,\"%s\"]", comma, (long long)(t_ms / 1000), v);
                strbuf_printf(&slow, "%s[ %lld,\"%s\"]", comma, (long long)(t_ms / 1000), v);
            }
            comma = ",";
        }
        strbuf_add_c(&fast, "]}");
        strbuf_add_c(&slow, "]}");
    }
    strbuf_add_c(&fast, "]}}");
    strbuf_add_c(&slow, "]}}");
    char *expected = decoded(&options, strbuf_str(&slow), 200, slow.len, 0);
    ck_assert_msg(strncmp(expected, "matrix\n{s=\"0\"} ", 15) == 0, "%.200s", expected);
    static const size_t pieces[] = {1 << 24, 16384, 1000, 97, 13};
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        char *got = decoded(&options, strbuf_str(&fast), 200, pieces[i], pieces[i]);
        ck_assert_msg(strcmp(got, expected) == 0, "pieces of %zu", pieces[i]);
        free(got);
    }
    free(expected);
    strbuf_release(&fast);
    strbuf_release(&slow);
}
END_TEST

START_TEST(any_time_takes_the_servers)
{
    struct label_table *table = label_table_create();
    struct decode_options options = {.grid = grid_instant(0), .instant = true, .any_time = true};
    struct decode *d = decode_create(&options, table);
    struct str json = STR(VECTOR_HEAD "{\"metric\":{},\"value\":[1435781430.781,\"1\"]}]}}");
    struct error err = ERROR_INIT;
    struct value value;
    ck_assert(decode_feed(d, json.data, json.len, &err));
    ck_assert(decode_finish(d, 200, &value, &err));
    ck_assert_int_eq(value.grid.start_ms, T0);
    value_release(&value);
    decode_destroy(d);
    label_table_destroy(table);
}
END_TEST

struct names_row {
    const char *json;
    const char *expected; /* each with a blank behind; or an error as above */
};

static const struct names_row names_rows[] = {
    {"{\"status\":\"success\",\"data\":[\"b\",\"a\",\"b\",\"a\\n\"]}", "a a\n b "},
    {"{\"status\":\"success\",\"data\":[]}", ""},
    {"{\"status\":\"success\",\"data\":null}", ""},
    {"{\"status\":\"success\",\"data\":{}}", "protocol: the answer has an object where"},
    {"{\"status\":\"success\",\"data\":[1]}", "protocol: the answer has a number where"},
    {"{\"status\":\"success\",\"data\":[[\"a\"]]}", "protocol: the answer has an array where"},
    {"{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"invalid label name\"}",
     "evaluation: the server says: invalid label name"},
    {"<html>", "protocol: answered with a web page"},
};

START_TEST(names)
{
    const struct names_row *row = &names_rows[_i];
    struct str json = str_from(row->json);
    for (size_t cut = 0; cut <= json.len; cut++) {
        struct names *n = names_create();
        struct error err = ERROR_INIT;
        struct strbuf out = STRBUF_INIT;
        const struct str *list = NULL;
        size_t count = 0;
        if (names_feed(n, json.data, cut, &err) &&
            names_feed(n, json.data + cut, json.len - cut, &err) &&
            names_finish(n, 200, &list, &count, &err)) {
            for (size_t i = 0; i < count; i++) {
                strbuf_printf(&out, "%.*s ", STR_ARG(list[i]));
            }
            ck_assert_str_eq(strbuf_cstr(&out), row->expected);
        } else {
            show_error(&out, &err);
            ck_assert_msg(strncmp(strbuf_cstr(&out), row->expected, strlen(row->expected)) == 0,
                          "got %s", strbuf_cstr(&out));
        }
        names_destroy(n);
        error_release(&err);
        strbuf_release(&out);
    }
}
END_TEST

int main(void)
{
    TCase *answers = tcase_create("answers");
    tcase_add_loop_test(answers, good_answers, 0, (int)ARRAY_LEN(good));
    tcase_add_loop_test(answers, bad_answers, 0, (int)ARRAY_LEN(bad));
    tcase_add_test(answers, any_time_takes_the_servers);
    tcase_add_loop_test(answers, names, 0, (int)ARRAY_LEN(names_rows));
    TCase *cuts = tcase_create("cuts");
    tcase_add_loop_test(cuts, good_answers_cut, 0, (int)ARRAY_LEN(good));
    tcase_add_loop_test(cuts, bad_answers_cut, 0, (int)ARRAY_LEN(bad));
    tcase_add_loop_test(cuts, both_ways_agree, 0, 2);
    TCase *limits = tcase_create("limits");
    tcase_add_test(limits, nesting_is_limited);
    tcase_add_test(limits, strings_are_limited);
    tcase_add_test(limits, labels_are_limited);
    tcase_add_test(limits, points_are_limited);
    tcase_add_test(limits, annotations_are_limited);
    return suite_run("source/prometheus/decode", answers, cuts, limits);
}
