#include "source/scrape/line_splitter.h"

void line_splitter_init(struct line_splitter *ls, size_t max_line)
{
    strbuf_init(&ls->held, max_line + 1);
}

void line_splitter_release(struct line_splitter *ls)
{
    strbuf_release(&ls->held);
}

void line_splitter_reset(struct line_splitter *ls)
{
    strbuf_reset(&ls->held);
}

struct str line_splitter_rest(const struct line_splitter *ls)
{
    return strbuf_str(&ls->held);
}

static bool hold(struct line_splitter *ls, struct str part, struct error *err)
{
    if (!strbuf_add_str(&ls->held, part)) {
        return error_set(err, ERROR_LIMIT, "a line of more than %zu bytes", ls->held.max - 1);
    }
    return true;
}

bool line_splitter_feed(struct line_splitter *ls, struct str piece, line_block_cb cb, void *user,
                        struct error *err)
{
    if (ls->held.len > 0) {
        size_t feed = str_find(piece, '\n');
        if (feed == piece.len) {
            return hold(ls, piece, err);
        }
        if (!hold(ls, str_slice(piece, 0, feed + 1), err) ||
            !cb(user, strbuf_str(&ls->held), err)) {
            return false;
        }
        strbuf_reset(&ls->held);
        piece = str_slice(piece, feed + 1, piece.len);
    }
    const char *last = piece.len > 0 ? memrchr(piece.data, '\n', piece.len) : NULL;
    size_t whole = last != NULL ? (size_t)(last - piece.data) + 1 : 0;
    if (whole > 0 && !cb(user, str_slice(piece, 0, whole), err)) {
        return false;
    }
    return whole == piece.len || hold(ls, str_slice(piece, whole, piece.len), err);
}
