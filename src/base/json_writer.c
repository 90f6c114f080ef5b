/*
 * See json_writer.h. Of the levels around the one at hand only their kind is kept: one that has
 * another inside it has items.
 */
#include "base/json_writer.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>

#include "base/escape.h"
#include "base/number.h"
#include "base/timestamp.h"

void json_writer_init(struct json_writer *w, struct strbuf *out)
{
    *w = (struct json_writer){.out = out};
}

static bool in_object(const struct json_writer *w)
{
    return w->depth > 0 && (w->objects >> (w->depth - 1) & 1) != 0;
}

/* A value is about to be written. */
static void begin_value(struct json_writer *w)
{
    assert(in_object(w) == w->has_key);
    assert(w->depth > 0 || !w->has_items);
    if (!w->has_key && w->has_items) {
        strbuf_add_char(w->out, ',');
    }
    w->has_key = false;
    w->has_items = true;
}

static void begin_level(struct json_writer *w, char bracket, bool object)
{
    begin_value(w);
    assert(w->depth < JSON_WRITER_MAX_DEPTH);
    uint64_t bit = UINT64_C(1) << w->depth;
    w->objects = object ? w->objects | bit : w->objects & ~bit;
    w->depth++;
    w->has_items = false;
    strbuf_add_char(w->out, bracket);
}

void json_writer_object(struct json_writer *w)
{
    begin_level(w, '{', true);
}

void json_writer_array(struct json_writer *w)
{
    begin_level(w, '[', false);
}

void json_writer_end(struct json_writer *w)
{
    assert(w->depth > 0 && !w->has_key);
    strbuf_add_char(w->out, in_object(w) ? '}' : ']');
    w->depth--;
    w->has_items = true;
}

static void add_string(struct json_writer *w, struct str s)
{
    strbuf_add_char(w->out, '"');
    escape_json(w->out, s);
    strbuf_add_char(w->out, '"');
}

void json_writer_key_str(struct json_writer *w, struct str key)
{
    assert(in_object(w) && !w->has_key);
    if (w->has_items) {
        strbuf_add_char(w->out, ',');
    }
    add_string(w, key);
    strbuf_add_char(w->out, ':');
    w->has_key = true;
}

void json_writer_key(struct json_writer *w, const char *key)
{
    json_writer_key_str(w, str_from(key));
}

void json_writer_str(struct json_writer *w, struct str s)
{
    begin_value(w);
    add_string(w, s);
}

void json_writer_text(struct json_writer *w, const char *text)
{
    if (text != NULL) {
        json_writer_str(w, str_from(text));
    } else {
        json_writer_null(w);
    }
}

void json_writer_number(struct json_writer *w, double number)
{
    if (!isfinite(number)) {
        json_writer_null(w);
        return;
    }
    begin_value(w);
    number_format_short(w->out, number);
}

void json_writer_sample(struct json_writer *w, double number)
{
    begin_value(w);
    strbuf_add_char(w->out, '"');
    number_format(w->out, number);
    strbuf_add_char(w->out, '"');
}

void json_writer_int(struct json_writer *w, int64_t number)
{
    begin_value(w);
    strbuf_printf(w->out, "%" PRId64, number);
}

void json_writer_bool(struct json_writer *w, bool yes)
{
    begin_value(w);
    strbuf_add_c(w->out, yes ? "true" : "false");
}

void json_writer_null(struct json_writer *w)
{
    begin_value(w);
    strbuf_add_c(w->out, "null");
}

void json_writer_time(struct json_writer *w, struct wall t)
{
    begin_value(w);
    strbuf_add_char(w->out, '"');
    timestamp_format(w->out, t.ms, true);
    strbuf_add_char(w->out, '"');
}

void json_writer_raw(struct json_writer *w, struct str json)
{
    begin_value(w);
    strbuf_add_str(w->out, json);
}

bool json_writer_finish(const struct json_writer *w, struct error *err)
{
    assert(w->depth == 0 && !w->has_key);
    return !w->out->overflowed ||
           error_set(err, ERROR_LIMIT, "the JSON is larger than %zu bytes", w->out->max);
}
