/*
 * Diagnostics: what is wrong in files and expressions, all of it at once, each with its place:
 *
 *     tocsin.yaml:7:5: error: unknown key 'intervall'
 *       7 |     intervall: 15s
 *         |     ^^^^^^^^^
 *         = did you mean 'interval'?
 *
 * Owner: the list owns its texts. The line a diagnostic points to is copied when it is added.
 * Limits: DIAG_MAX diagnostics are kept; the count goes on and the printed list says how many more
 * there were.
 */
#ifndef TOCSIN_BASE_DIAG_H
#define TOCSIN_BASE_DIAG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "base/vec.h"

#define DIAG_MAX      200
#define DIAG_MAX_TEXT 1000

enum diag_severity { DIAG_ERROR, DIAG_WARNING, DIAG_INFO };

struct diag {
    enum diag_severity severity;
    char *file; /* NULL: no file */
    struct span span;
    char *message;
    char *suggestion;  /* or NULL */
    char *source_line; /* the line the span is in, fit for a terminal (of a long one: a window), or
                          NULL */
    uint32_t source_column; /* the column that source_line begins at */
};

struct diags {
    VEC(struct diag) list;
    size_t errors;   /* also those past DIAG_MAX */
    size_t warnings; /* the same */
    size_t infos;
};

void diags_init(struct diags *d);
void diags_release(struct diags *d);
/* `text` is the whole text `span` points into (the line is copied out of it), or STR_NONE. Returns
 * the entry for diag_suggest, or NULL past the limit. */
struct diag *diags_add(struct diags *d, enum diag_severity severity, const char *file,
                       struct str text, struct span span, const char *fmt, ...) ATTR_PRINTF(6, 7);
struct diag *diags_vadd(struct diags *d, enum diag_severity severity, const char *file,
                        struct str text, struct span span, const char *fmt, va_list args)
    ATTR_PRINTF(6, 0);
/* The same from an error value (its span, message and suggestion). */
struct diag *diags_add_error(struct diags *d, const char *file, struct str text,
                             const struct error *e);
void diag_suggest(struct diag *diag, const char *fmt, ...) ATTR_PRINTF(2, 3);
/* In order of file and place; each with its source line and a caret where known. Control characters
 * of the source are made visible; tabs are kept as one column. */
void diags_format(const struct diags *d, struct strbuf *out);
/* Line `line` (from 1) of `text`, without its line end. */
struct str diag_line(struct str text, uint32_t line);
/* Place of the bytes [begin, end) in `text`; columns in characters. The end is clamped to the
 * line's. */
struct span diag_span(struct str text, size_t begin, size_t end);

#endif
