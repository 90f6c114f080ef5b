/*
 * Diagnostics are collected first and printed at the end, sorted by place, because readers visit a
 * file in the order of what they look for, which is not the order a person reads it in.
 *
 * The source line is copied when the diagnostic is made: the text need not outlive it. A long line
 * (minified JSON is YAML, too) is cut to a window around the place, so that DIAG_MAX diagnostics
 * over one line of megabytes stay small.
 */
#include "base/diag.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/secret_mask.h"
#include "base/utf8.h"

/* Characters shown of a line, and how many of them stand before the place in a line that is cut. */
#define WINDOW_CHARS  160
#define WINDOW_BEFORE 60
#define CUT_MARK      "..."

/* Bytes that the first `chars` characters of `s` take. */
static size_t bytes_of_chars(struct str s, size_t chars)
{
    size_t i = 0;
    while (chars-- > 0 && i < s.len) {
        size_t length;
        (void)utf8_decode(str_slice(s, i, 4), &length);
        i += length;
    }
    return i;
}

struct str diag_line(struct str text, uint32_t line)
{
    struct str rest = text;
    for (uint32_t n = 1; n < line; n++) {
        size_t end = str_find(rest, '\n');
        if (end == rest.len) {
            return STR_NONE;
        }
        rest = str_slice(rest, end + 1, SIZE_MAX);
    }
    struct str found = str_slice(rest, 0, str_find(rest, '\n'));
    if (found.len > 0 && found.data[found.len - 1] == '\r') {
        found.len--;
    }
    return found;
}

struct span diag_span(struct str text, size_t begin, size_t end)
{
    begin = begin < text.len ? begin : text.len;
    end = end < text.len ? end : text.len;
    struct span span = {.line = 1};
    size_t line_start = 0;
    for (;;) {
        struct str rest = str_slice(text, line_start, begin - line_start);
        size_t newline = str_find(rest, '\n');
        if (newline == rest.len) {
            break;
        }
        line_start += newline + 1;
        span.line++;
    }
    struct str before = str_slice(text, line_start, begin - line_start);
    span.column = (uint32_t)utf8_count(before) + 1;
    struct str covered = diag_line(str_slice(text, begin, end > begin ? end - begin : 0), 1);
    size_t length = utf8_count(covered);
    span.length = length > 0 ? (uint32_t)length : 1;
    return span;
}

void diags_init(struct diags *d)
{
    *d = (struct diags){.errors = 0};
}

void diags_release(struct diags *d)
{
    VEC_EACH (&d->list, struct diag, it) {
        free(it->file);
        free(it->message);
        free(it->suggestion);
        free(it->source_line);
    }
    vec_release(&d->list);
    diags_init(d);
}

/* One column a character, so that the caret below stays in place: a tab becomes a blank, a control
 * character its picture (U+2400..), an invalid byte U+FFFD. */
static void add_visible(struct strbuf *out, struct str s)
{
    for (size_t i = 0; i < s.len;) {
        size_t length;
        uint32_t cp = utf8_decode(str_slice(s, i, 4), &length);
        i += length;
        if (cp == '\t') {
            cp = ' ';
        } else if (cp < 0x20) {
            cp += 0x2400;
        } else if (cp == 0x7F) {
            cp = 0x2421;
        } else if (utf8_is_control(cp)) {
            cp = UTF8_REPLACEMENT;
        }
        char bytes[4];
        strbuf_add(out, bytes, utf8_encode(cp, bytes));
    }
}

/* Keeps of `line` what will be shown, and the column it then starts at. */
static void keep_window(struct diag *diag, struct str line)
{
    struct strbuf kept = STRBUF_INIT;
    diag->source_column = 1;
    size_t shown = bytes_of_chars(line, WINDOW_CHARS);
    if (shown < line.len && diag->span.column > WINDOW_BEFORE + sizeof(CUT_MARK)) {
        size_t skip = diag->span.column - WINDOW_BEFORE;
        line = str_slice(line, bytes_of_chars(line, skip), SIZE_MAX);
        shown = bytes_of_chars(line, WINDOW_CHARS);
        strbuf_add_c(&kept, CUT_MARK);
        diag->source_column = (uint32_t)(skip + 1 - (sizeof(CUT_MARK) - 1));
    }
    add_visible(&kept, str_slice(line, 0, shown));
    if (shown < line.len) {
        strbuf_add_c(&kept, CUT_MARK);
    }
    diag->source_line = strbuf_take(&kept);
}

static void keep_line(struct diag *diag, struct str line)
{
    /* Hidden before it is cut, while the keys are still in front of their values. */
    char *masked = str_dup(line);
    keep_window(diag, str_span(masked, secret_mask(masked, line.len)));
    free(masked);
}

/* Takes over `message`. */
static struct diag *add(struct diags *d, enum diag_severity severity, const char *file,
                        struct str text, struct span span, char *message)
{
    switch (severity) {
    case DIAG_ERROR:
        d->errors++;
        break;
    case DIAG_WARNING:
        d->warnings++;
        break;
    case DIAG_INFO:
        d->infos++;
        break;
    }
    if (d->list.len == DIAG_MAX) {
        free(message);
        return NULL;
    }
    struct diag diag = {
        .severity = severity,
        .file = file != NULL ? mem_strdup(file) : NULL,
        .span = span,
        .message = message,
    };
    if (text.data != NULL && span.line > 0) {
        keep_line(&diag, diag_line(text, span.line));
    }
    vec_push(&d->list, diag);
    return &d->list.items[d->list.len - 1];
}

/* Text quoted from a file can be as long as the file. */
static char *format_text(const char *fmt, va_list args) ATTR_PRINTF(1, 0);
static char *format_text(const char *fmt, va_list args)
{
    char text[DIAG_MAX_TEXT + 1];
    int wanted = vsnprintf(text, sizeof(text), fmt, args);
    if (wanted < (int)sizeof(text)) {
        return mem_strdup(wanted < 0 ? fmt : text);
    }
    size_t kept = sizeof(text) - sizeof(CUT_MARK);
    while (kept > 0 && ((unsigned char)text[kept] & 0xC0u) == 0x80u) {
        kept--;
    }
    memcpy(text + kept, CUT_MARK, sizeof(CUT_MARK));
    return mem_strdup(text);
}

struct diag *diags_vadd(struct diags *d, enum diag_severity severity, const char *file,
                        struct str text, struct span span, const char *fmt, va_list args)
{
    return add(d, severity, file, text, span, format_text(fmt, args));
}

struct diag *diags_add(struct diags *d, enum diag_severity severity, const char *file,
                       struct str text, struct span span, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    struct diag *diag = diags_vadd(d, severity, file, text, span, fmt, args);
    va_end(args);
    return diag;
}

struct diag *diags_add_error(struct diags *d, const char *file, struct str text,
                             const struct error *e)
{
    struct diag *diag = diags_add(d, DIAG_ERROR, file, text, e->span, "%s", error_text(e));
    if (diag != NULL && e->suggestion != NULL) {
        diag_suggest(diag, "%s", e->suggestion);
    }
    return diag;
}

void diag_suggest(struct diag *diag, const char *fmt, ...)
{
    if (diag == NULL) {
        return;
    }
    va_list args;
    va_start(args, fmt);
    char *text = format_text(fmt, args);
    va_end(args);
    free(diag->suggestion);
    diag->suggestion = text;
}

static void format_source(const struct diag *diag, struct strbuf *out)
{
    int gutter = snprintf(NULL, 0, "%u", diag->span.line);
    strbuf_printf(out, "  %u | ", diag->span.line);
    struct str line = str_from(diag->source_line);
    strbuf_add_str(out, line);
    strbuf_add_char(out, '\n');
    if (diag->span.column >= diag->source_column) {
        size_t at = diag->span.column - diag->source_column;
        size_t chars = utf8_count(line);
        at = at < chars ? at : chars;
        size_t carets = diag->span.length;
        carets = carets > chars - at ? chars - at : carets;
        strbuf_printf(out, "  %*s | ", gutter, "");
        strbuf_add_repeated(out, ' ', at);
        strbuf_add_repeated(out, '^', carets > 0 ? carets : 1);
        strbuf_add_char(out, '\n');
    }
}

static const char *const severity_words[] = {
    [DIAG_ERROR] = "error: ", [DIAG_WARNING] = "warning: ", [DIAG_INFO] = "info: "};

static void format_one(const struct diag *diag, struct strbuf *out)
{
    if (diag->file != NULL) {
        utf8_add_printable(out, str_from(diag->file));
        strbuf_add_char(out, ':');
    }
    if (diag->span.line > 0) {
        strbuf_printf(out, "%u:%u:", diag->span.line, diag->span.column);
    }
    if (diag->file != NULL || diag->span.line > 0) {
        strbuf_add_char(out, ' ');
    }
    strbuf_add_c(out, severity_words[diag->severity]);
    utf8_add_printable(out, str_from(diag->message));
    strbuf_add_char(out, '\n');
    int gutter = 1;
    if (diag->source_line != NULL) {
        format_source(diag, out);
        gutter = snprintf(NULL, 0, "%u", diag->span.line);
    }
    if (diag->suggestion != NULL) {
        strbuf_printf(out, "  %*s = ", gutter, "");
        utf8_add_printable(out, str_from(diag->suggestion));
        strbuf_add_char(out, '\n');
    }
}

/* By file, line and column; equal places in the order they were found (their addresses in the list
 * say it). No file comes first. */
static int compare_places(const void *a, const void *b)
{
    const struct diag *x = *(const struct diag *const *)a;
    const struct diag *y = *(const struct diag *const *)b;
    int by_file = str_compare(str_from(x->file), str_from(y->file));
    if (by_file != 0) {
        return by_file;
    }
    if (x->span.line != y->span.line) {
        return x->span.line < y->span.line ? -1 : 1;
    }
    if (x->span.column != y->span.column) {
        return x->span.column < y->span.column ? -1 : 1;
    }
    return x < y ? -1 : x > y;
}

void diags_format(const struct diags *d, struct strbuf *out)
{
    if (d->list.len == 0) {
        return;
    }
    const struct diag **order = mem_zalloc(d->list.len, sizeof(*order));
    for (size_t i = 0; i < d->list.len; i++) {
        order[i] = &d->list.items[i];
    }
    qsort(order, d->list.len, sizeof(*order), compare_places);
    for (size_t i = 0; i < d->list.len; i++) {
        format_one(order[i], out);
    }
    free(order);
    size_t all = d->errors + d->warnings + d->infos;
    if (all > d->list.len) {
        strbuf_printf(out, "... and %zu more\n", all - d->list.len);
    }
}
