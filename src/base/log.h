/*
 * The log: one line an event, logfmt or JSON, to standard error or a file; never to the terminal
 * the screen is on. Fields are given one by one rather than as a format, so that they are always
 * escaped:
 *
 *     log_event(log, LOG_LEVEL_WARN, "source", LOG_STR("name", name), LOG_ERR(err), LOG_END);
 *
 * LOG_MS appends `_ms` to its key. Control characters in values are escaped; secrets never get here
 * (they are not printable types). Owner: log_create/log_destroy. Single-threaded.
 */
#ifndef TOCSIN_BASE_LOG_H
#define TOCSIN_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/error.h"

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };
enum log_format { LOG_FORMAT_LOGFMT, LOG_FORMAT_JSON };

struct log;

enum log_field_type { LOG_FIELD_END, LOG_FIELD_STR, LOG_FIELD_INT, LOG_FIELD_DOUBLE, LOG_FIELD_MS };
struct log_field {
    const char *key;
    enum log_field_type type;
    const char *s;
    int64_t i;
    double d;
};

#define LOG_STR(k, v) ((struct log_field){.key = (k), .type = LOG_FIELD_STR, .s = (v)})
#define LOG_INT(k, v) ((struct log_field){.key = (k), .type = LOG_FIELD_INT, .i = (int64_t)(v)})
#define LOG_DBL(k, v) ((struct log_field){.key = (k), .type = LOG_FIELD_DOUBLE, .d = (v)})
#define LOG_MS(k, v)  ((struct log_field){.key = (k), .type = LOG_FIELD_MS, .i = (int64_t)(v)})
#define LOG_ERR(e)    LOG_STR("err", error_text(e))
#define LOG_END       ((struct log_field){.type = LOG_FIELD_END})

/* `out` is borrowed until log_destroy; NULL drops every line. */
struct log *log_create(FILE *out, enum log_format format, enum log_level level,
                       const struct clock *clock);
void log_destroy(struct log *log);
/* `event` is one word. Fields end with LOG_END. A NULL log drops the line. */
void log_event(struct log *log, enum log_level level, const char *event, ...);
/* "debug", "info", "warn", "error"; false for another word. */
bool log_level_from_name(const char *name, enum log_level *level);

#endif
