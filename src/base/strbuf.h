/*
 * A growing string with a limit. What would go over the limit is not added and `overflowed` stays
 * set: the caller looks once at the end and reports ERROR_LIMIT; nothing is cut silently. The bytes
 * are always NUL-terminated.
 *
 * Owner: the struct owns its memory (strbuf_release); strbuf_take hands it over.
 */
#ifndef TOCSIN_BASE_STRBUF_H
#define TOCSIN_BASE_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/str.h"

struct strbuf {
    char *data; /* never NULL after the first addition; use strbuf_str or strbuf_cstr before that */
    size_t len;
    size_t capacity;
    size_t max; /* bytes without the NUL */
    bool overflowed;
};

#define STRBUF_MAX_DEFAULT ((size_t)1 << 20)
#define STRBUF_INIT               \
    {                             \
        .max = STRBUF_MAX_DEFAULT \
    }

void strbuf_init(struct strbuf *b, size_t max);
void strbuf_release(struct strbuf *b);
/* Keeps the memory, forgets the content and the overflow. */
void strbuf_reset(struct strbuf *b);
/* All additions return false where the limit was hit (and nothing was added). */
bool strbuf_add(struct strbuf *b, const void *data, size_t len);
bool strbuf_add_str(struct strbuf *b, struct str s);
bool strbuf_add_c(struct strbuf *b, const char *cstr);
bool strbuf_add_char(struct strbuf *b, char c);
bool strbuf_add_repeated(struct strbuf *b, char c, size_t times);
bool strbuf_printf(struct strbuf *b, const char *fmt, ...) ATTR_PRINTF(2, 3);
bool strbuf_vprintf(struct strbuf *b, const char *fmt, va_list args) ATTR_PRINTF(2, 0);
/* For what is written in many small pieces: where `room` bytes may be written, or NULL as if so
 * many had been added; then strbuf_wrote with the end of what was. Nothing else comes between. */
char *strbuf_room(struct strbuf *b, size_t room);
void strbuf_wrote(struct strbuf *b, const char *end);
void strbuf_truncate(struct strbuf *b, size_t len);
struct str strbuf_str(const struct strbuf *b);
const char *strbuf_cstr(const struct strbuf *b);
/* The content as a heap string (never NULL) that the caller frees; the buffer is empty afterwards.
 */
char *strbuf_take(struct strbuf *b) ATTR_NODISCARD;

#endif
