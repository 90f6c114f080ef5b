/*
 * Bytes that arrive in pieces, as blocks of whole lines. A line cut by the end of a piece is held
 * until its rest comes; everything else is passed on where it lies, uncopied.
 *
 * Owner: line_splitter_init/release. Limit: a held line of at most `max_line` bytes (ERROR_LIMIT).
 */
#ifndef TOCSIN_SOURCE_SCRAPE_LINE_SPLITTER_H
#define TOCSIN_SOURCE_SCRAPE_LINE_SPLITTER_H

#include "base/error.h"
#include "base/str.h"
#include "base/strbuf.h"

struct line_splitter {
    struct strbuf held;
};

/* `block` is not empty and ends with a line feed; borrowed for the call. */
typedef bool (*line_block_cb)(void *user, struct str block, struct error *err);

void line_splitter_init(struct line_splitter *ls, size_t max_line);
void line_splitter_release(struct line_splitter *ls);
void line_splitter_reset(struct line_splitter *ls);
/* Stops at the first block that returns false. */
bool line_splitter_feed(struct line_splitter *ls, struct str piece, line_block_cb cb, void *user,
                        struct error *err) ATTR_NODISCARD;
/* What came after the last line feed. */
struct str line_splitter_rest(const struct line_splitter *ls);

#endif
