#include "source/prometheus/json_stream.h"

#include "base/number.h"
#include "base/utf8.h"

/* How much of a piece is tried at a time to complete a token that the piece before cut off. */
#define CARRY_STEP 128

const char *json_event_name(enum json_event event)
{
    static const char *const names[] = {
        [JSON_OBJECT_BEGIN] = "an object",
        [JSON_OBJECT_END] = "the end of an object",
        [JSON_ARRAY_BEGIN] = "an array",
        [JSON_ARRAY_END] = "the end of an array",
        [JSON_KEY] = "a key",
        [JSON_STRING] = "a string",
        [JSON_NUMBER] = "a number",
        [JSON_TRUE] = "a boolean",
        [JSON_FALSE] = "a boolean",
        [JSON_NULL] = "null",
    };
    return names[event];
}

void json_stream_init(struct json_stream *js, const struct json_stream_ops *ops, void *user)
{
    *js = (struct json_stream){.ops = ops, .user = user, .expect = JSON_EXPECT_VALUE};
    strbuf_init(&js->carry, JSON_STREAM_MAX_STRING + 2 * CARRY_STEP);
    strbuf_init(&js->plain, JSON_STREAM_MAX_STRING);
}

void json_stream_release(struct json_stream *js)
{
    strbuf_release(&js->carry);
    strbuf_release(&js->plain);
}

/* The piece being read: its tokens stand whole in [p, end), save the last. */
struct window {
    const char *begin;
    const char *p;
    const char *end;
};

enum step { STEP_DONE, STEP_CUT, STEP_FAILED };

static enum step fail_at(const struct json_stream *js, const struct window *w, const char *at,
                         const char *problem, struct error *err)
{
    uint64_t offset = js->offset + (uint64_t)(at - w->begin);
    error_set(err, ERROR_PROTOCOL, "%s at byte %llu of the answer", problem,
              (unsigned long long)offset);
    return STEP_FAILED;
}

static bool in_object(const struct json_stream *js)
{
    return js->depth > 0 && (js->objects >> (js->depth - 1) & 1) != 0;
}

static void after_value(struct json_stream *js)
{
    js->expect = js->depth == 0 ? JSON_EXPECT_NOTHING : JSON_EXPECT_COMMA_OR_END;
}

static enum step emit(struct json_stream *js, enum json_event event, struct str text,
                      struct error *err)
{
    return js->ops->event(js->user, event, text, err) ? STEP_DONE : STEP_FAILED;
}

static enum step begin(struct json_stream *js, struct window *w, bool object, struct error *err)
{
    if (js->depth == JSON_STREAM_MAX_DEPTH) {
        error_set(err, ERROR_LIMIT, "the answer is nested more than %d levels deep",
                  JSON_STREAM_MAX_DEPTH);
        return STEP_FAILED;
    }
    uint64_t bit = UINT64_C(1) << js->depth;
    js->objects = object ? js->objects | bit : js->objects & ~bit;
    js->depth++;
    js->expect = object ? JSON_EXPECT_KEY_OR_END : JSON_EXPECT_VALUE_OR_END;
    w->p++;
    return emit(js, object ? JSON_OBJECT_BEGIN : JSON_ARRAY_BEGIN, STR_NONE, err);
}

static enum step end(struct json_stream *js, struct window *w, struct error *err)
{
    bool object = in_object(js);
    if (*w->p != (object ? '}' : ']')) {
        return fail_at(js, w, w->p, "the wrong bracket", err);
    }
    js->depth--;
    after_value(js);
    w->p++;
    return emit(js, object ? JSON_OBJECT_END : JSON_ARRAY_END, STR_NONE, err);
}

static bool hex4(const char *p, uint32_t *out)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A') + 10
                                                : 16;
        if (digit == 16) {
            return false;
        }
        v = v << 4 | digit;
    }
    *out = v;
    return true;
}

/* `p` is behind "\u" and [p, end) ends before the closing quote. A surrogate without its partner is
 * U+FFFD, as Go's encoding/json reads it. */
static const char *add_unicode(struct strbuf *out, const char *p, const char *end_of_text)
{
    uint32_t c = 0;
    if (end_of_text - p < 4 || !hex4(p, &c)) {
        return NULL;
    }
    p += 4;
    uint32_t low = 0;
    if (c >= 0xD800 && c < 0xDC00 && end_of_text - p >= 6 && p[0] == '\\' && p[1] == 'u' &&
        hex4(p + 2, &low) && low >= 0xDC00 && low < 0xE000) {
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        p += 6;
    } else if (c >= 0xD800 && c < 0xE000) {
        c = UTF8_REPLACEMENT;
    }
    char bytes[4];
    strbuf_add(out, bytes, utf8_encode(c, bytes));
    return p;
}

/* The text between the quotes without its escapes, in js->plain. NULL, or where the bad escape
 * stands. */
static const char *unescape(struct json_stream *js, const char *p, const char *end_of_text)
{
    static const char escapes[][2] = {{'"', '"'},  {'\\', '\\'}, {'/', '/'},  {'b', '\b'},
                                      {'f', '\f'}, {'n', '\n'},  {'r', '\r'}, {'t', '\t'}};
    strbuf_reset(&js->plain);
    while (p < end_of_text) {
        const char *slash = memchr(p, '\\', (size_t)(end_of_text - p));
        const char *stop = slash != NULL ? slash : end_of_text;
        strbuf_add(&js->plain, p, (size_t)(stop - p));
        if (slash == NULL) {
            break;
        }
        p = slash + 2;
        if (slash[1] == 'u') {
            p = add_unicode(&js->plain, p, end_of_text);
            if (p == NULL) {
                return slash;
            }
            continue;
        }
        size_t i = 0;
        while (i < ARRAY_LEN(escapes) && escapes[i][0] != slash[1]) {
            i++;
        }
        if (i == ARRAY_LEN(escapes)) {
            return slash;
        }
        strbuf_add_char(&js->plain, escapes[i][1]);
    }
    return NULL;
}

/* A string at w->p. Behind it the expectation is `next`. */
static enum step string(struct json_stream *js, struct window *w, enum json_event event,
                        struct error *err)
{
    const char *text = w->p + 1;
    const char *p = w->p + (js->resume > 0 ? js->resume : 1);
    while (p < w->end && *p != '"') {
        if ((unsigned char)*p < 0x20) {
            return fail_at(js, w, p, "a control character in a string", err);
        }
        size_t width = *p == '\\' ? 2 : 1;
        if ((size_t)(w->end - p) < width) {
            break;
        }
        p += width;
    }
    if ((size_t)(p - text) > JSON_STREAM_MAX_STRING) {
        error_set(err, ERROR_LIMIT, "the answer has a string of more than %zu bytes",
                  JSON_STREAM_MAX_STRING);
        return STEP_FAILED;
    }
    if (p >= w->end || *p != '"') {
        js->resume = (size_t)(p - w->p);
        return STEP_CUT;
    }
    struct str plain = str_span(text, (size_t)(p - text));
    if (memchr(text, '\\', plain.len) != NULL) {
        const char *bad = unescape(js, text, p);
        if (bad != NULL) {
            return fail_at(js, w, bad, "a bad escape", err);
        }
        plain = strbuf_str(&js->plain);
    }
    js->resume = 0;
    w->p = p + 1;
    if (event == JSON_KEY) {
        js->expect = JSON_EXPECT_COLON;
    } else {
        after_value(js);
    }
    return emit(js, event, plain, err);
}

static bool is_number_byte(char c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/* -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)? */
static bool is_number(const char *p, const char *stop)
{
    p += p < stop && *p == '-';
    const char *digits = p;
    while (p < stop && *p >= '0' && *p <= '9') {
        p++;
    }
    if (p == digits || (p - digits > 1 && *digits == '0')) {
        return false;
    }
    if (p < stop && *p == '.') {
        const char *fraction = ++p;
        while (p < stop && *p >= '0' && *p <= '9') {
            p++;
        }
        if (p == fraction) {
            return false;
        }
    }
    if (p < stop && (*p == 'e' || *p == 'E')) {
        p++;
        p += p < stop && (*p == '-' || *p == '+');
        const char *exponent = p;
        while (p < stop && *p >= '0' && *p <= '9') {
            p++;
        }
        if (p == exponent) {
            return false;
        }
    }
    return p == stop;
}

static enum step number(struct json_stream *js, struct window *w, struct error *err)
{
    const char *p = w->p + js->resume;
    while (p < w->end && is_number_byte(*p)) {
        p++;
    }
    if ((size_t)(p - w->p) > JSON_STREAM_MAX_STRING) {
        error_set(err, ERROR_LIMIT, "the answer has a number of more than %zu bytes",
                  JSON_STREAM_MAX_STRING);
        return STEP_FAILED;
    }
    if (p == w->end) {
        js->resume = (size_t)(p - w->p);
        return STEP_CUT;
    }
    if (!is_number(w->p, p)) {
        return fail_at(js, w, w->p, "a malformed number", err);
    }
    struct str text = str_span(w->p, (size_t)(p - w->p));
    js->resume = 0;
    w->p = p;
    after_value(js);
    return emit(js, JSON_NUMBER, text, err);
}

static enum step word(struct json_stream *js, struct window *w, const char *literal,
                      enum json_event event, struct error *err)
{
    size_t len = strlen(literal);
    size_t have = (size_t)(w->end - w->p);
    if (memcmp(w->p, literal, have < len ? have : len) != 0) {
        return fail_at(js, w, w->p,
                       "neither an object, array, string, number, true, false nor null", err);
    }
    if (have < len) {
        return STEP_CUT;
    }
    w->p += len;
    after_value(js);
    return emit(js, event, STR_NONE, err);
}

static enum step value(struct json_stream *js, struct window *w, struct error *err)
{
    switch (*w->p) {
    case '{':
        return begin(js, w, true, err);
    case '[':
        return begin(js, w, false, err);
    case '"':
        return string(js, w, JSON_STRING, err);
    case 't':
        return word(js, w, "true", JSON_TRUE, err);
    case 'f':
        return word(js, w, "false", JSON_FALSE, err);
    case 'n':
        return word(js, w, "null", JSON_NULL, err);
    default:
        break;
    }
    if (*w->p == '-' || (*w->p >= '0' && *w->p <= '9')) {
        return number(js, w, err);
    }
    if (*w->p == '<' && js->depth == 0) {
        error_set(err, ERROR_PROTOCOL,
                  "answered with a web page instead of JSON: is the path right?");
        return STEP_FAILED;
    }
    return fail_at(js, w, w->p, js->depth == 0 ? "no JSON" : "a value is missing", err);
}

/* In an array: first whatever the owner takes by itself. */
static enum step item(struct json_stream *js, struct window *w, struct error *err)
{
    if (js->ops->items != NULL && js->depth > 0 && !in_object(js)) {
        const char *behind = js->ops->items(js->user, w->p, w->end);
        if (behind != w->p) {
            w->p = behind;
            after_value(js);
            return STEP_DONE;
        }
    }
    return value(js, w, err);
}

static enum step comma(struct json_stream *js, struct window *w, struct error *err)
{
    if (*w->p != ',') {
        return *w->p == '}' || *w->p == ']'
                   ? end(js, w, err)
                   : fail_at(js, w, w->p, "a comma or closing bracket is missing", err);
    }
    w->p++;
    js->expect = in_object(js) ? JSON_EXPECT_KEY : JSON_EXPECT_VALUE;
    return STEP_DONE;
}

static enum step token(struct json_stream *js, struct window *w, struct error *err)
{
    switch (js->expect) {
    case JSON_EXPECT_VALUE_OR_END:
        return *w->p == ']' ? end(js, w, err) : item(js, w, err);
    case JSON_EXPECT_VALUE:
        return item(js, w, err);
    case JSON_EXPECT_KEY_OR_END:
        if (*w->p == '}') {
            return end(js, w, err);
        }
        __attribute__((fallthrough));
    case JSON_EXPECT_KEY:
        return *w->p == '"' ? string(js, w, JSON_KEY, err)
                            : fail_at(js, w, w->p, "a key is missing", err);
    case JSON_EXPECT_COLON:
        if (*w->p != ':') {
            return fail_at(js, w, w->p, "a colon is missing", err);
        }
        w->p++;
        js->expect = JSON_EXPECT_VALUE;
        return STEP_DONE;
    case JSON_EXPECT_COMMA_OR_END:
        return comma(js, w, err);
    case JSON_EXPECT_NOTHING:
        break;
    }
    return fail_at(js, w, w->p, "something follows the end of the JSON", err);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Reads all whole tokens of the piece; `*used` is what they took. */
static bool run(struct json_stream *js, const char *data, size_t len, size_t *used,
                struct error *err)
{
    struct window w = {.begin = data, .p = data, .end = data + len};
    for (;;) {
        while (w.p < w.end && is_space(*w.p)) {
            w.p++;
        }
        if (w.p == w.end) {
            break;
        }
        js->begun = true;
        enum step step = token(js, &w, err);
        if (step == STEP_FAILED) {
            return false;
        }
        if (step == STEP_CUT) {
            break;
        }
    }
    *used = (size_t)(w.p - data);
    js->offset += *used;
    return true;
}

bool json_stream_feed(struct json_stream *js, const char *data, size_t len, struct error *err)
{
    size_t used = 0;
    while (js->carry.len > 0 && len > 0) {
        size_t before = js->carry.len;
        size_t take = len < CARRY_STEP ? len : CARRY_STEP;
        strbuf_add(&js->carry, data, take);
        if (!run(js, js->carry.data, js->carry.len, &used, err)) {
            return false;
        }
        if (used == 0) {
            data += take;
            len -= take;
            continue;
        }
        /* The token ended in this piece, which is read on from there. */
        data += used - before;
        len -= used - before;
        strbuf_reset(&js->carry);
    }
    if (len == 0) {
        return true;
    }
    if (!run(js, data, len, &used, err)) {
        return false;
    }
    if (used < len && !strbuf_add(&js->carry, data + used, len - used)) {
        return error_set(err, ERROR_LIMIT, "the answer has a string of more than %zu bytes",
                         JSON_STREAM_MAX_STRING);
    }
    return true;
}

bool json_stream_finish(struct json_stream *js, struct error *err)
{
    if (js->expect == JSON_EXPECT_NOTHING && js->carry.len == 0) {
        return true;
    }
    if (!js->begun) {
        return error_set(err, ERROR_PROTOCOL, "the answer is empty");
    }
    return error_set(err, ERROR_PROTOCOL, "the answer ends in the middle, after %llu bytes",
                     (unsigned long long)(js->offset + js->carry.len));
}
