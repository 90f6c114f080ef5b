/*
 * One grammar, compiled twice: `strict` is a constant in each of the two callers, and forced
 * inlining makes two parsers of it (a third faster than one that asks).
 */
#include "source/scrape/sample_line.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/utf8.h"

/* Braces hold a series' labels or an exemplar's; only the former may name the metric inside. */
enum braces { BRACES_SERIES, BRACES_EXEMPLAR };

void sample_line_init(struct sample_line *sl)
{
    *sl = (struct sample_line){.t_ms = BATCH_NO_TIME};
}

void sample_line_release(struct sample_line *sl)
{
    vec_release(&sl->labels);
    free(sl->unescaped);
    *sl = (struct sample_line){.t_ms = BATCH_NO_TIME};
}

/* Eight bytes at a time up to the first quote, backslash or byte that is not ASCII. */
static inline const char *plain_end(const char *p, const char *end)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    const uint64_t ones = 0x0101010101010101u;
    const uint64_t tops = 0x8080808080808080u;
    while (end - p >= 8) {
        uint64_t bytes;
        memcpy(&bytes, p, sizeof(bytes));
        uint64_t quote = bytes ^ (ones * '"');
        uint64_t backslash = bytes ^ (ones * '\\');
        uint64_t hit =
            (((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) | bytes) & tops;
        if (hit != 0) {
            return p + (__builtin_ctzll(hit) >> 3);
        }
        p += 8;
    }
#endif
    while (p < end && *p != '"' && *p != '\\' && (uint8_t)*p < 0x80) {
        p++;
    }
    return p;
}

/* Prometheus' three escapes; any other backslash stands for itself (prometheus: model/textparse).
 */
static struct str unescape(struct sample_line *sl, const struct scan *s, struct str raw)
{
    size_t line_len = (size_t)(s->end - s->line);
    /* What a line unescapes to is no longer than the line: grown once, while nothing points here.
     */
    if (sl->unescaped_used == 0 && sl->unescaped_capacity < line_len) {
        sl->unescaped = mem_realloc(sl->unescaped, line_len, 1);
        sl->unescaped_capacity = line_len;
    }
    char *start = sl->unescaped + sl->unescaped_used;
    char *out = start;
    for (size_t i = 0; i < raw.len; i++) {
        char c = raw.data[i];
        char next = i + 1 < raw.len ? raw.data[i + 1] : '\0';
        if (c == '\\' && (next == '"' || next == '\\' || next == 'n')) {
            c = next == 'n' ? '\n' : next;
            i++;
        }
        *out++ = c;
    }
    sl->unescaped_used += (size_t)(out - start);
    return str_span(start, (size_t)(out - start));
}

/* At the opening quote. */
static ATTR_ALWAYS_INLINE bool read_quoted(struct sample_line *sl, struct scan *s, const char *what,
                                           struct str *out, struct error *err)
{
    const char *open = s->p;
    const char *p = open + 1;
    bool escaped = false;
    bool ascii = true;
    for (;;) {
        p = plain_end(p, s->end);
        if (UNLIKELY(p >= s->end)) {
            return scan_fail(s, open, err, "%s has no closing quote", what);
        }
        if (LIKELY(*p == '"')) {
            break;
        }
        if (*p == '\\') {
            escaped = true;
            p += p + 1 < s->end ? 2 : 1;
        } else {
            ascii = false;
            p++;
        }
    }
    struct str raw = str_span(open + 1, (size_t)(p - open - 1));
    if (UNLIKELY(!ascii) && !utf8_valid(raw)) {
        return scan_fail(s, open, err, "%s is not valid UTF-8", what);
    }
    *out = UNLIKELY(escaped) ? unescape(sl, s, raw) : raw;
    s->p = p + 1;
    return true;
}

/* Behind a label's name: '=' and the value. */
static ATTR_ALWAYS_INLINE bool read_value_of_label(struct sample_line *sl, bool strict,
                                                   enum braces braces, struct scan *s,
                                                   struct str name, struct error *err)
{
    if (!scan_at(s, '=')) {
        return scan_expected(s, s->p, err, "'=' after the label's name");
    }
    s->p++;
    if (!strict) {
        scan_blanks(s);
    }
    if (!scan_at(s, '"')) {
        return scan_expected(s, s->p, err, "a label value in double quotes");
    }
    struct str value;
    if (!read_quoted(sl, s, "the label's value", &value, err)) {
        return false;
    }
    if (braces == BRACES_SERIES) {
        vec_push(&sl->labels, ((struct label){name, value}));
    }
    return true;
}

static bool set_quoted_name(struct sample_line *sl, const struct scan *s, const char *at,
                            struct str name, struct error *err)
{
    if (sl->name.len != 0) {
        return scan_fail(s, at, err, "the metric's name is given twice");
    }
    if (name.len == 0) {
        return scan_fail(s, at, err, "the metric's name is empty");
    }
    sl->name = name;
    return true;
}

/* One member of the braces: a label, or the metric's quoted name. */
static ATTR_ALWAYS_INLINE bool read_member(struct sample_line *sl, bool strict, enum braces braces,
                                           struct scan *s, struct error *err)
{
    const char *at = s->p;
    struct str name;
    if (LIKELY(scan_is(s, SCAN_LABEL_START))) {
        scan_over(s, SCAN_LABEL);
        name = str_span(at, (size_t)(s->p - at));
        if (!strict) {
            scan_blanks(s);
        }
        return read_value_of_label(sl, strict, braces, s, name, err);
    }
    if (!scan_at(s, '"')) {
        return scan_expected(s, at, err, "a label's name or '}'");
    }
    if (!read_quoted(sl, s, "the quoted name", &name, err)) {
        return false;
    }
    if (!strict) {
        scan_blanks(s);
    }
    if (braces == BRACES_SERIES && (scan_at(s, ',') || scan_at(s, '}'))) {
        return set_quoted_name(sl, s, at, name, err);
    }
    if (name.len == 0) {
        return scan_fail(s, at, err, "the label's name is empty");
    }
    return read_value_of_label(sl, strict, braces, s, name, err);
}

/* Behind the opening brace. The classic format lets blanks stand anywhere, a comma stand before the
 * closing brace, and even be left out between labels; OpenMetrics has none of it. */
static ATTR_ALWAYS_INLINE bool read_braces(struct sample_line *sl, bool strict, enum braces braces,
                                           struct scan *s, struct error *err)
{
    bool after_comma = false;
    for (;;) {
        if (!strict) {
            scan_blanks(s);
        }
        if (scan_at(s, '}')) {
            if (strict && after_comma) {
                return scan_fail(s, s->p, err, "OpenMetrics has no comma before the '}'");
            }
            s->p++;
            return true;
        }
        if (!read_member(sl, strict, braces, s, err)) {
            return false;
        }
        if (UNLIKELY(sl->labels.len > LABELS_MAX_COUNT)) {
            return scan_fail(s, s->p, err, "more than %d labels", LABELS_MAX_COUNT);
        }
        if (!strict) {
            scan_blanks(s);
        }
        after_comma = scan_at(s, ',');
        if (after_comma) {
            s->p++;
        } else if (strict && !scan_at(s, '}')) {
            return scan_expected(s, s->p, err, "',' or '}' after the label's value");
        }
    }
}

static ATTR_ALWAYS_INLINE bool read_series(struct sample_line *sl, bool strict, struct scan *s,
                                           struct error *err)
{
    const char *start = s->p;
    sl->labels.len = 0;
    sl->unescaped_used = 0;
    sl->name = STR_NONE;
    if (LIKELY(scan_is(s, SCAN_NAME_START))) {
        scan_over(s, SCAN_NAME);
        sl->name = str_span(start, (size_t)(s->p - start));
    } else if (!scan_at(s, '{')) {
        return scan_expected(s, s->p, err, "a metric's name");
    }
    const char *name_end = s->p;
    if (!strict) {
        scan_blanks(s);
    }
    if (scan_at(s, '{')) {
        s->p++;
        if (!read_braces(sl, strict, BRACES_SERIES, s, err)) {
            return false;
        }
    } else {
        s->p = name_end;
    }
    if (UNLIKELY(sl->name.len == 0)) {
        return scan_fail(s, start, err, "the braces hold no metric name");
    }
    sl->series = str_span(start, (size_t)(s->p - start));
    return true;
}

static const char *token_end(const struct scan *s, bool strict)
{
    const char *p = s->p;
    while (p < s->end && *p != ' ' && (strict || (*p != '\t' && *p != '{'))) {
        p++;
    }
    return p;
}

/* Words, and numbers that do not end where they should. */
static bool read_odd_number(const struct sample_line *sl, bool strict, struct scan *s,
                            const char *what, double *out, struct error *err)
{
    const char *at = s->p;
    struct str token = str_span(at, (size_t)(token_end(s, strict) - at));
    if (token.len == 0 || (uint8_t)token.data[0] < ' ') {
        return scan_expected(s, at, err, what);
    }
    if (sl->stale_nan && str_equal(token, STR("StaleNaN"))) {
        *out = stale_nan();
    } else if (!number_parse(token, out)) {
        if (token.data[token.len - 1] == '\r') {
            return scan_fail(s, at + token.len - 1, err,
                             "a carriage return: lines end with a line feed alone");
        }
        return scan_fail(s, at, err, "expected %s, got '%.*s', which is no number or too large",
                         what, (int)(token.len < 60 ? token.len : 60), token.data);
    }
    s->p = at + token.len;
    return true;
}

static inline bool read_number(const struct sample_line *sl, bool strict, struct scan *s,
                               const char *what, double *out, struct error *err)
{
    const char *behind = number_scan(s->p, s->end, out);
    if (LIKELY(behind != NULL && (behind == s->end || *behind == ' ') && !isinf(*out))) {
        s->p = behind;
        return true;
    }
    return read_odd_number(sl, strict, s, what, out, err);
}

/* Whole milliseconds since the epoch, without a sign (prometheus: model/textparse/promlex.l). */
static bool read_millis(struct sample_line *sl, struct scan *s, struct error *err)
{
    const char *at = s->p;
    while (s->p < s->end && *s->p >= '0' && *s->p <= '9') {
        s->p++;
    }
    uint64_t ms = 0;
    if (s->p == at) {
        return scan_expected(s, at, err, "a time in whole milliseconds or the end of the line");
    }
    if (!str_to_u64(str_span(at, (size_t)(s->p - at)), &ms) || ms > INT64_MAX) {
        return scan_fail(s, at, err, "the time is too large");
    }
    sl->t_ms = (int64_t)ms;
    scan_blanks(s);
    if (s->p != s->end) {
        return scan_expected(s, s->p, err, "the end of the line after the time");
    }
    return true;
}

static bool read_tail_text(struct sample_line *sl, struct scan *s, struct error *err)
{
    sl->t_ms = BATCH_NO_TIME;
    scan_blanks(s);
    if (!read_number(sl, false, s, "a value", &sl->value, err)) {
        return false;
    }
    scan_blanks(s);
    return s->p == s->end || read_millis(sl, s, err);
}

static bool read_blank(struct scan *s, const char *before, struct error *err)
{
    if (!scan_at(s, ' ')) {
        return scan_expected(s, s->p, err, before);
    }
    s->p++;
    return true;
}

/* Seconds since the epoch, a fraction allowed. */
static bool read_seconds(struct sample_line *sl, struct scan *s, int64_t *t_ms, struct error *err)
{
    const char *at = s->p;
    double seconds;
    if (!read_number(sl, true, s, "a time in seconds", &seconds, err)) {
        return false;
    }
    if (!isfinite(seconds)) {
        return scan_fail(s, at, err, "the time is not finite");
    }
    double ms = seconds * 1000;
    *t_ms = ms >= 0x1p63 ? INT64_MAX : ms <= -0x1p63 ? INT64_MIN + 1 : (int64_t)ms;
    return true;
}

static bool at_exemplar(const struct scan *s)
{
    return s->end - s->p >= 4 && memcmp(s->p, " # {", 4) == 0;
}

static bool read_exemplar(struct sample_line *sl, struct scan *s, struct str name,
                          struct error *err)
{
    if (!str_ends_with(name, STR("_total")) && !str_ends_with(name, STR("_bucket"))) {
        return scan_fail(s, s->p + 1, err,
                         "an exemplar on a metric that cannot have one (only names that end in "
                         "_total or _bucket can)");
    }
    s->p += 4;
    double value;
    if (!read_braces(sl, true, BRACES_EXEMPLAR, s, err) ||
        !read_blank(s, "a blank and the exemplar's value", err) ||
        !read_number(sl, true, s, "the exemplar's value", &value, err)) {
        return false;
    }
    if (s->p == s->end) {
        return true;
    }
    int64_t t_ms;
    if (!read_blank(s, "the exemplar's time or the end of the line", err) ||
        !read_seconds(sl, s, &t_ms, err)) {
        return false;
    }
    return s->p == s->end ||
           scan_expected(s, s->p, err, "the end of the line after the exemplar's time");
}

static bool read_tail_openmetrics(struct sample_line *sl, struct scan *s, struct str name,
                                  struct error *err)
{
    sl->t_ms = BATCH_NO_TIME;
    if (!read_blank(s, "a blank and the value", err) ||
        !read_number(sl, true, s, "a value", &sl->value, err)) {
        return false;
    }
    if (LIKELY(s->p == s->end)) {
        return true;
    }
    if (!at_exemplar(s)) {
        if (!read_blank(s, "a time, an exemplar or the end of the line", err) ||
            !read_seconds(sl, s, &sl->t_ms, err)) {
            return false;
        }
    }
    if (s->p == s->end) {
        return true;
    }
    if (!at_exemplar(s)) {
        return scan_expected(s, s->p, err, "an exemplar or the end of the line");
    }
    return read_exemplar(sl, s, name, err);
}

bool sample_line_read_tail(struct sample_line *sl, enum exposition_format format, struct scan *s,
                           struct str name, struct error *err)
{
    return format == EXPOSITION_OPENMETRICS ? read_tail_openmetrics(sl, s, name, err)
                                            : read_tail_text(sl, s, err);
}

bool sample_line_read(struct sample_line *sl, enum exposition_format format, struct scan *s,
                      struct error *err)
{
    if (format == EXPOSITION_OPENMETRICS) {
        return read_series(sl, true, s, err) && read_tail_openmetrics(sl, s, sl->name, err);
    }
    return read_series(sl, false, s, err) && read_tail_text(sl, s, err);
}
