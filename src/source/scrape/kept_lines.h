/*
 * The lines of a target's last page, so that the next one need not be understood again: most pages
 * come with the same series in the same order, and then a line is known by comparing its bytes with
 * the one expected there. A line that is not the expected one is looked up by its text; from there
 * the expectation goes on, so that series that come, go or move cost one look-up each.
 *
 * Kept are the text of each series and of each line that carries none (metadata), and for a series
 * the index of target_series.h. Reading a page is bracketed by kept_lines_begin and kept_lines_end;
 * a page that failed changes nothing.
 *
 * Owner: zero-initialised is empty; kept_lines_release. Limit: KEPT_MAX_BYTES of text, above which
 * lines are not kept (slower, nothing else); text of lines that are gone is dropped with everything
 * else once it is the larger part.
 */
#ifndef TOCSIN_SOURCE_SCRAPE_KEPT_LINES_H
#define TOCSIN_SOURCE_SCRAPE_KEPT_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "base/vec.h"

#define KEPT_MAX_BYTES ((size_t)256 << 20)
#define KEPT_NO_SERIES UINT32_MAX /* the index of a line without a series */
#define KEPT_NONE      UINT32_MAX

struct kept_line {
    uint32_t offset; /* in the text */
    uint32_t len;
    uint32_t index;    /* of the series, or KEPT_NO_SERIES */
    uint32_t position; /* in the order of the last page, or KEPT_NONE */
    uint64_t hash;
};

struct kept_lines {
    VEC(char) text;
    VEC(struct kept_line) lines;
    VEC(uint32_t) order;      /* lines of the last good page */
    VEC(uint32_t) next_order; /* of the running one, once it differs */
    uint32_t *slots;          /* line + 1 by hash; 0: free */
    size_t slot_count;
    size_t cursor; /* in `order`: the line expected next */
    bool differs;
};

void kept_lines_release(struct kept_lines *k);
void kept_lines_clear(struct kept_lines *k);
void kept_lines_begin(struct kept_lines *k);
/* `good`: the page was read to its end. */
void kept_lines_end(struct kept_lines *k, bool good);

/* The line expected next, or NULL. */
static inline const struct kept_line *kept_lines_expected(const struct kept_lines *k)
{
    return k->cursor < k->order.len ? &k->lines.items[k->order.items[k->cursor]] : NULL;
}

static inline struct str kept_lines_text(const struct kept_lines *k, const struct kept_line *line)
{
    return str_span(k->text.items + line->offset, line->len);
}

/* The expected line came. */
static inline void kept_lines_took_expected(struct kept_lines *k)
{
    if (UNLIKELY(k->differs)) {
        vec_push(&k->next_order, k->order.items[k->cursor]);
    }
    k->cursor++;
}

/* Another line came. True with its index where it is known. */
bool kept_lines_find(struct kept_lines *k, struct str text, uint32_t *index);
/* A line came that is not known: keeps it. */
void kept_lines_add(struct kept_lines *k, struct str text, uint32_t index);

#endif
