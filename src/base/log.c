/*
 * Log lines are for machines first: logfmt or one JSON object a line, keys as the caller wrote
 * them, values always escaped. A value that could move a terminal's cursor is escaped even where
 * JSON would let it through (DEL and C1), since people read logs with cat.
 *
 * A value over LOG_MAX_VALUE bytes is cut and says by how much.
 */
#include "base/log.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/attr.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/strbuf.h"
#include "base/timestamp.h"
#include "base/utf8.h"

#define LOG_MAX_VALUE ((size_t)2048)

struct log {
    FILE *out;
    enum log_format format;
    enum log_level level;
    const struct clock *clock;
    struct strbuf line;
};

static const char *const level_names[] = {
    [LOG_LEVEL_DEBUG] = "debug",
    [LOG_LEVEL_INFO] = "info",
    [LOG_LEVEL_WARN] = "warn",
    [LOG_LEVEL_ERROR] = "error",
};

struct log *log_create(FILE *out, enum log_format format, enum log_level level,
                       const struct clock *clock)
{
    struct log *log = mem_zalloc(1, sizeof(*log));
    log->out = out;
    log->format = format;
    log->level = level;
    log->clock = clock;
    strbuf_init(&log->line, STRBUF_MAX_DEFAULT);
    return log;
}

void log_destroy(struct log *log)
{
    if (log == NULL) {
        return;
    }
    strbuf_release(&log->line);
    free(log);
}

bool log_level_from_name(const char *name, enum log_level *level)
{
    for (size_t i = 0; i < ARRAY_LEN(level_names); i++) {
        if (strcmp(name, level_names[i]) == 0) {
            *level = (enum log_level)i;
            return true;
        }
    }
    return false;
}

/* The inside of a quoted value; these escapes are JSON's and Go's (which logfmt readers use). */
static void add_escaped(struct strbuf *out, struct str s)
{
    for (size_t i = 0; i < s.len;) {
        size_t length;
        uint32_t cp = utf8_decode(str_slice(s, i, 4), &length);
        if (cp == '"' || cp == '\\') {
            strbuf_printf(out, "\\%c", (char)cp);
        } else if (cp == '\n') {
            strbuf_add_c(out, "\\n");
        } else if (cp == '\t') {
            strbuf_add_c(out, "\\t");
        } else if (utf8_is_control(cp) || (cp == UTF8_REPLACEMENT && length == 1)) {
            strbuf_printf(out, "\\u%04" PRIx32, cp);
        } else {
            strbuf_add(out, s.data + i, length);
        }
        i += length;
    }
}

static bool needs_quotes(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.data[i];
        if (c <= ' ' || c >= 0x7F || c == '=' || c == '"' || c == '\\') {
            return true;
        }
    }
    return s.len == 0;
}

static void add_text(struct log *log, struct str s)
{
    struct strbuf *out = &log->line;
    struct str shown = s;
    if (s.len > LOG_MAX_VALUE) {
        shown.len = LOG_MAX_VALUE;
        while (shown.len > 0 && ((unsigned char)s.data[shown.len] & 0xC0u) == 0x80u) {
            shown.len--;
        }
    }
    bool quotes = log->format == LOG_FORMAT_JSON || needs_quotes(s);
    if (quotes) {
        strbuf_add_char(out, '"');
    }
    add_escaped(out, shown);
    if (shown.len < s.len) {
        strbuf_printf(out, "...(%zu bytes more)", s.len - shown.len);
    }
    if (quotes) {
        strbuf_add_char(out, '"');
    }
}

static void add_key(struct log *log, const char *key, const char *suffix)
{
    struct strbuf *out = &log->line;
    bool first = out->len == 0;
    switch (log->format) {
    case LOG_FORMAT_LOGFMT:
        strbuf_printf(out, "%s%s%s=", first ? "" : " ", key, suffix);
        break;
    case LOG_FORMAT_JSON:
        strbuf_printf(out, "%s\"%s%s\":", first ? "{" : ",", key, suffix);
        break;
    }
}

static void add_field(struct log *log, const struct log_field *field)
{
    add_key(log, field->key, field->type == LOG_FIELD_MS ? "_ms" : "");
    switch (field->type) {
    case LOG_FIELD_END:
        break;
    case LOG_FIELD_STR:
        add_text(log, str_from(field->s));
        break;
    case LOG_FIELD_INT:
    case LOG_FIELD_MS:
        strbuf_printf(&log->line, "%" PRId64, field->i);
        break;
    case LOG_FIELD_DOUBLE:
        if (isfinite(field->d) || log->format == LOG_FORMAT_LOGFMT) {
            number_format(&log->line, field->d);
        } else {
            strbuf_add_c(&log->line, "null");
        }
        break;
    }
}

static void add_time(struct log *log)
{
    add_key(log, "ts", "");
    const char *quote = log->format == LOG_FORMAT_JSON ? "\"" : "";
    strbuf_add_c(&log->line, quote);
    timestamp_format(&log->line, clock_wall(log->clock).ms, true);
    strbuf_add_c(&log->line, quote);
}

void log_event(struct log *log, enum log_level level, const char *event, ...)
{
    if (log == NULL || log->out == NULL || level < log->level) {
        return;
    }
    strbuf_reset(&log->line);
    add_time(log);
    add_field(log, &LOG_STR("level", level_names[level]));
    add_field(log, &LOG_STR("event", event));
    va_list args;
    va_start(args, event);
    for (;;) {
        struct log_field field = va_arg(args, struct log_field);
        if (field.type == LOG_FIELD_END) {
            break;
        }
        add_field(log, &field);
    }
    va_end(args);
    if (log->format == LOG_FORMAT_JSON) {
        strbuf_add_char(&log->line, '}');
    }
    /* One call a line: an unbuffered stream then writes it in one piece. A log that cannot be
     * written has nobody to tell. */
    strbuf_add_char(&log->line, '\n');
    (void)fwrite(log->line.data, 1, log->line.len, log->out);
    (void)fflush(log->out);
}
