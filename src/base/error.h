/*
 * Errors are values. An error is filled once, where it happens, gets context wrapped around it on
 * the way up, and is printed once, at the top. Text: lower case, the problem first, the subject in
 * single quotes, no full stop, no secrets.
 *
 *     if (!store_commit(store, batch, err)) {
 *         return error_wrap(err, "source '%s'", name);
 *     }
 *
 * A fallible function returns bool, and false exactly when it filled `err` (never NULL). Ordinary
 * outcomes (not found, end of input) are not errors. Bugs are asserted.
 *
 * Owner: the message belongs to the struct; error_release frees it and makes it ready for use
 * again.
 */
#ifndef TOCSIN_BASE_ERROR_H
#define TOCSIN_BASE_ERROR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

enum error_kind {
    ERROR_NONE = 0,
#define ERROR(id, label, retryable, status, doc) ERROR_##id,
#include "base/errors.def"
#undef ERROR
    ERROR_KIND_COUNT
};

/* A place in a text. Lines and columns count from 1, columns in characters; line 0: no place known.
 */
struct span {
    uint32_t line;
    uint32_t column;
    uint32_t length; /* characters; at least 1 where the place is known */
};

struct error {
    enum error_kind kind;
    int sys;                /* errno value, or 0 */
    int http;               /* HTTP status, or 0 */
    struct span span;       /* in the text the failing call was given */
    char *message;          /* NULL exactly when kind is ERROR_NONE */
    char *suggestion;       /* a whole sentence part such as "did you mean 'rate'?", or NULL */
    int64_t retry_after_ms; /* what the server asked for (Retry-After), or 0 */
};

#define ERROR_INIT         \
    {                      \
        .kind = ERROR_NONE \
    }

/* All of these return false, so that a function can `return error_set(...)`. What was in `e` is
 * released. */
bool error_set(struct error *e, enum error_kind kind, const char *fmt, ...) ATTR_PRINTF(3, 4);
/* Kind chosen by `errnum`; ": " and its text are appended. */
bool error_set_sys(struct error *e, int errnum, const char *fmt, ...) ATTR_PRINTF(3, 4);
bool error_set_at(struct error *e, enum error_kind kind, struct span span, const char *fmt, ...)
    ATTR_PRINTF(4, 5);
/* Puts "context: " before the message. */
bool error_wrap(struct error *e, const char *fmt, ...) ATTR_PRINTF(2, 3);
void error_suggest(struct error *e, const char *fmt, ...) ATTR_PRINTF(2, 3);

void error_release(struct error *e);
/* Takes what `from` has; `from` is empty afterwards. Returns false. */
bool error_move(struct error *to, struct error *from);
void error_copy(struct error *to, const struct error *from);
static inline bool error_is(const struct error *e)
{
    return e->kind != ERROR_NONE;
}
/* Never NULL; "no error" for an empty one. */
const char *error_text(const struct error *e);

const char *error_kind_label(enum error_kind kind);
const char *error_kind_doc(enum error_kind kind);
bool error_kind_retryable(enum error_kind kind);
int error_kind_exit_status(enum error_kind kind);

#endif
