#include "source/scrape/exposition.h"

#include <string.h>

#include "base/utf8.h"

static const char *const types_text[] = {"counter", "gauge", "histogram", "summary", "untyped"};
static const char *const types_openmetrics[] = {"counter", "gauge", "histogram", "gaugehistogram",
                                                "summary", "info",  "stateset",  "unknown"};

void exposition_init(struct exposition *e, enum exposition_format format)
{
    *e = (struct exposition){.format = format};
    sample_line_init(&e->sample);
}

void exposition_release(struct exposition *e)
{
    sample_line_release(&e->sample);
}

void exposition_reset(struct exposition *e, enum exposition_format format)
{
    e->format = format;
    e->line = 0;
    e->eof = false;
}

static bool type_is_known(enum exposition_format format, struct str word)
{
    bool strict = format == EXPOSITION_OPENMETRICS;
    const char *const *types = strict ? types_openmetrics : types_text;
    size_t count = strict ? ARRAY_LEN(types_openmetrics) : ARRAY_LEN(types_text);
    for (size_t i = 0; i < count; i++) {
        if (str_equal_c(word, types[i])) {
            return true;
        }
    }
    return false;
}

static bool unit_fits(struct str name, struct str unit)
{
    return unit.len == 0 || (str_ends_with(name, unit) && name.len > unit.len &&
                             name.data[name.len - unit.len - 1] == '_');
}

/* A metric's name behind HELP, TYPE or UNIT: plain, or quoted. */
static bool read_metadata_name(struct scan *s, const char *keyword, struct str *name,
                               struct error *err)
{
    const char *at = s->p;
    if (scan_is(s, SCAN_NAME_START)) {
        scan_over(s, SCAN_NAME);
        *name = str_span(at, (size_t)(s->p - at));
        return true;
    }
    if (!scan_at(s, '"')) {
        return scan_fail(s, at, err, "expected a metric's name after %s", keyword);
    }
    for (s->p++; s->p < s->end && *s->p != '"'; s->p++) {
        s->p += *s->p == '\\' && s->p + 1 < s->end;
    }
    if (s->p >= s->end) {
        return scan_fail(s, at, err, "the metric's name has no closing quote");
    }
    *name = str_span(at + 1, (size_t)(s->p - at - 1));
    s->p++;
    return true;
}

/* Behind the keyword and its blank: a name, one blank, a text to the end of the line. */
static bool check_metadata(const struct exposition *e, struct scan *s, const char *keyword,
                           struct error *err)
{
    bool strict = e->format == EXPOSITION_OPENMETRICS;
    struct str name = STR_NONE;
    if (!read_metadata_name(s, keyword, &name, err)) {
        return false;
    }
    if (strict && !scan_at(s, ' ')) {
        return scan_fail(s, s->p, err, "expected a blank and a text after %s %.*s", keyword,
                         STR_ARG(name));
    }
    const char *at = s->p < s->end ? s->p + 1 : s->p;
    struct str text = str_span(at, (size_t)(s->end - at));
    if (strcmp(keyword, "TYPE") == 0 && !type_is_known(e->format, text)) {
        return scan_fail(s, at, err, "'%.*s' is not a type of metric", STR_ARG(text));
    }
    if (strcmp(keyword, "UNIT") == 0 && !unit_fits(name, text)) {
        return scan_fail(s, at, err, "unit '%.*s' is not the last word of the name '%.*s'",
                         STR_ARG(text), STR_ARG(name));
    }
    if (strcmp(keyword, "HELP") == 0 && !utf8_valid(text)) {
        return scan_fail(s, at, err, "the help text is not valid UTF-8");
    }
    return true;
}

/* The keyword `s` stands at, with the blanks behind it, or NULL. */
static const char *take_keyword(struct scan *s, bool strict)
{
    static const char *const keywords[] = {"HELP", "TYPE", "UNIT"};
    struct str rest = str_span(s->p, (size_t)(s->end - s->p));
    for (size_t i = 0; i < (strict ? 3 : 2); i++) {
        if (str_starts_with(rest, str_from(keywords[i])) && rest.len > 4 &&
            (rest.data[4] == ' ' || (!strict && rest.data[4] == '\t'))) {
            s->p += 5;
            if (!strict) {
                scan_blanks(s);
            }
            return keywords[i];
        }
    }
    return NULL;
}

/* At a '#': metadata, or a comment in the classic format, or the end in OpenMetrics. */
static bool check_hash_line(struct exposition *e, struct scan *s, struct error *err)
{
    const char *hash = s->p++;
    if (e->format == EXPOSITION_TEXT) {
        bool blank = scan_at(s, ' ') || scan_at(s, '\t');
        scan_blanks(s);
        const char *keyword = blank ? take_keyword(s, false) : NULL;
        return keyword == NULL || check_metadata(e, s, keyword, err);
    }
    if (scan_at(s, ' ')) {
        s->p++;
        if (str_equal_c(str_span(s->p, (size_t)(s->end - s->p)), "EOF")) {
            e->eof = true;
            return true;
        }
        const char *keyword = take_keyword(s, true);
        if (keyword != NULL) {
            return check_metadata(e, s, keyword, err);
        }
        if (str_starts_with(str_span(s->p, (size_t)(s->end - s->p)), STR("EOF"))) {
            return scan_fail(s, s->p + 3, err, "unexpected text after '# EOF'");
        }
    }
    return scan_fail(s, hash, err,
                     "OpenMetrics has no comments: expected '# HELP', '# TYPE', '# UNIT' or "
                     "'# EOF', each with one blank");
}

static struct scan begin_line(struct exposition *e, struct str line)
{
    e->line++;
    return (struct scan){
        .line = line.data, .p = line.data, .end = line.data + line.len, .number = e->line};
}

static bool check_line(const struct exposition *e, const struct scan *s, struct error *err)
{
    if (UNLIKELY(e->eof)) {
        return scan_fail(s, s->line, err, "unexpected text after '# EOF'");
    }
    if (UNLIKELY((size_t)(s->end - s->line) > EXPOSITION_MAX_LINE)) {
        return error_set_at(err, ERROR_LIMIT, (struct span){(uint32_t)s->number, 1, 1},
                            "line %llu is longer than %zu bytes", (unsigned long long)s->number,
                            EXPOSITION_MAX_LINE);
    }
    return true;
}

enum exposition_line exposition_read_line(struct exposition *e, struct str line, struct error *err)
{
    struct scan s = begin_line(e, line);
    if (!check_line(e, &s, err)) {
        return EXPOSITION_WRONG;
    }
    if (e->format == EXPOSITION_TEXT) {
        scan_blanks(&s);
        if (s.p == s.end) {
            return EXPOSITION_NOTHING;
        }
    } else if (line.len == 0) {
        scan_fail(&s, s.p, err, "OpenMetrics has no blank lines");
        return EXPOSITION_WRONG;
    }
    if (scan_at(&s, '#')) {
        return check_hash_line(e, &s, err) ? EXPOSITION_NOTHING : EXPOSITION_WRONG;
    }
    return sample_line_read(&e->sample, e->format, &s, err) ? EXPOSITION_SAMPLE : EXPOSITION_WRONG;
}

enum exposition_line exposition_read_known(struct exposition *e, struct str line, size_t series_len,
                                           struct error *err)
{
    struct scan s = begin_line(e, line);
    if (!check_line(e, &s, err)) {
        return EXPOSITION_WRONG;
    }
    s.p += series_len;
    struct str series = str_slice(line, 0, series_len);
    struct str name = str_slice(series, 0, str_find(series, '{'));
    return sample_line_read_tail(&e->sample, e->format, &s, name, err) ? EXPOSITION_SAMPLE
                                                                       : EXPOSITION_WRONG;
}

bool exposition_finish(const struct exposition *e, struct error *err)
{
    if (e->format == EXPOSITION_OPENMETRICS && !e->eof) {
        return error_set_at(err, ERROR_PROTOCOL, (struct span){(uint32_t)e->line, 1, 1},
                            "the page ends at line %llu without '# EOF': it was cut short",
                            (unsigned long long)e->line);
    }
    return true;
}

/* The sample's own labels as a set. */
static struct labels *sample_labels(const struct exposition *e, struct labels_builder *b,
                                    struct error *err)
{
    labels_builder_add(b, STR(LABEL_NAME), e->sample.name);
    VEC_EACH (&e->sample.labels, struct label, l) {
        if (l->value.len > 0) {
            labels_builder_add(b, l->name, l->value);
        }
    }
    struct labels *made = labels_builder_finish(b, err);
    if (made == NULL) {
        error_wrap(err, "line %llu", (unsigned long long)e->line);
    }
    return made;
}

static bool add_to_batch(const struct exposition *e, struct labels_builder *b, struct batch *out,
                         struct error *err)
{
    struct labels *labels = sample_labels(e, b, err);
    if (labels == NULL) {
        return false;
    }
    batch_add_labels(out, labels, e->sample.value);
    if (e->sample.t_ms != BATCH_NO_TIME) {
        batch_set_time(out, e->sample.t_ms);
    }
    return true;
}

bool exposition_to_batch(struct str text, enum exposition_format format, bool stale_nan,
                         struct label_table *table, int64_t t_ms, struct batch *out,
                         struct error *err)
{
    struct exposition e;
    struct labels_builder b;
    exposition_init(&e, format);
    e.sample.stale_nan = stale_nan;
    labels_builder_init(&b, table);
    batch_reset(out, t_ms);
    bool ok = true;
    while (ok && text.len > 0) {
        size_t len = str_find(text, '\n');
        enum exposition_line found = exposition_read_line(&e, str_slice(text, 0, len), err);
        ok = found != EXPOSITION_WRONG &&
             (found == EXPOSITION_NOTHING || add_to_batch(&e, &b, out, err));
        text = str_slice(text, len + 1, text.len);
    }
    ok = ok && exposition_finish(&e, err);
    labels_builder_release(&b);
    exposition_release(&e);
    return ok;
}
