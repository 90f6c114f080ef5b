/* See error.h. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const struct error_kind_row {
    const char *label;
    bool retryable;
    int exit_status;
    const char *doc;
} error_kinds[ERROR_KIND_COUNT] = {
    [ERROR_NONE] = {"none", false, 0, "no error"},
#define ERROR(id, label, retryable, status, doc) [ERROR_##id] = {label, retryable, status, doc},
#include "base/errors.def"
#undef ERROR
};

static char *format_message(const char *fmt, va_list args) ATTR_PRINTF(1, 0);

static char *format_message(const char *fmt, va_list args)
{
    char *text = NULL;
    if (vasprintf(&text, fmt, args) < 0) {
        return mem_strdup("an error whose text could not be formed");
    }
    return text;
}

bool error_set(struct error *e, enum error_kind kind, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *message = format_message(fmt, args);
    va_end(args);
    error_release(e);
    e->kind = kind;
    e->message = message;
    return false;
}

static enum error_kind kind_of_errno(int errnum)
{
    switch (errnum) {
    case ENOENT:
    case ENOTDIR:
        return ERROR_NOT_FOUND;
    case EACCES:
    case EPERM:
        return ERROR_AUTH;
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH:
        return ERROR_REFUSED;
    case ETIMEDOUT:
        return ERROR_TIMEOUT;
    default:
        return ERROR_IO;
    }
}

bool error_set_sys(struct error *e, int errnum, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *message = format_message(fmt, args);
    va_end(args);
    char text[128];
    const char *reason = strerror_r(errnum, text, sizeof(text));
    error_set(e, kind_of_errno(errnum), "%s: %s", message, reason);
    e->sys = errnum;
    free(message);
    return false;
}

bool error_set_at(struct error *e, enum error_kind kind, struct span span, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *message = format_message(fmt, args);
    va_end(args);
    error_release(e);
    e->kind = kind;
    e->span = span;
    e->message = message;
    return false;
}

bool error_wrap(struct error *e, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *context = format_message(fmt, args);
    va_end(args);
    char *message = mem_printf("%s: %s", context, error_text(e));
    free(context);
    free(e->message);
    e->message = message;
    return false;
}

void error_suggest(struct error *e, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    free(e->suggestion);
    e->suggestion = format_message(fmt, args);
    va_end(args);
}

void error_release(struct error *e)
{
    free(e->message);
    free(e->suggestion);
    *e = (struct error)ERROR_INIT;
}

bool error_move(struct error *to, struct error *from)
{
    error_release(to);
    *to = *from;
    *from = (struct error)ERROR_INIT;
    return false;
}

void error_copy(struct error *to, const struct error *from)
{
    struct error copy = *from;
    copy.message = from->message != NULL ? mem_strdup(from->message) : NULL;
    copy.suggestion = from->suggestion != NULL ? mem_strdup(from->suggestion) : NULL;
    error_release(to);
    *to = copy;
}

const char *error_text(const struct error *e)
{
    return e->message != NULL ? e->message : error_kinds[e->kind].doc;
}

const char *error_kind_label(enum error_kind kind)
{
    return error_kinds[kind].label;
}

const char *error_kind_doc(enum error_kind kind)
{
    return error_kinds[kind].doc;
}

bool error_kind_retryable(enum error_kind kind)
{
    return error_kinds[kind].retryable;
}

int error_kind_exit_status(enum error_kind kind)
{
    return error_kinds[kind].exit_status;
}
