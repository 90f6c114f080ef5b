#include "ui/canvas.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "ui/width.h"

static const struct cell blank = {.text = {' '}, .width = 1};

struct rect rect_intersect(struct rect a, struct rect b)
{
    int left = a.x > b.x ? a.x : b.x;
    int top = a.y > b.y ? a.y : b.y;
    int right = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w;
    int bottom = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;
    return rect_at(left, top, right - left, bottom - top);
}

struct rect rect_inset(struct rect r, int n)
{
    return rect_at(r.x + n, r.y + n, r.w - 2 * n, r.h - 2 * n);
}

struct rect rect_row(struct rect r, int i)
{
    return rect_at(r.x, r.y + i, r.w, i >= 0 && i < r.h ? 1 : 0);
}

static int clamp_side(int side)
{
    return side < 0 ? 0 : side > CANVAS_MAX_SIDE ? CANVAS_MAX_SIDE : side;
}

void canvas_init(struct canvas *c, int width, int height)
{
    *c = (struct canvas){.width = -1};
    canvas_reset(c, width, height);
}

void canvas_release(struct canvas *c)
{
    free(c->cells);
    *c = (struct canvas){.cells = NULL};
}

void canvas_reset(struct canvas *c, int width, int height)
{
    width = clamp_side(width);
    height = clamp_side(height);
    size_t count = (size_t)width * (size_t)height;
    if (width != c->width || height != c->height) {
        c->cells = mem_realloc(c->cells, count > 0 ? count : 1, sizeof(*c->cells));
        c->width = width;
        c->height = height;
    }
    for (size_t i = 0; i < count; i++) {
        c->cells[i] = blank;
    }
    c->clip = rect_at(0, 0, width, height);
}

bool canvas_equal(const struct canvas *a, const struct canvas *b)
{
    return a->width == b->width && a->height == b->height &&
           memcmp(a->cells, b->cells, (size_t)a->width * (size_t)a->height * sizeof(*a->cells)) ==
               0;
}

void canvas_copy(struct canvas *to, const struct canvas *from)
{
    canvas_reset(to, from->width, from->height);
    memcpy(to->cells, from->cells,
           (size_t)from->width * (size_t)from->height * sizeof(*from->cells));
}

static struct cell *cell_at(const struct canvas *c, int x, int y)
{
    return &c->cells[(size_t)y * (size_t)c->width + (size_t)x];
}

const struct cell *canvas_at(const struct canvas *c, int x, int y)
{
    return x >= 0 && y >= 0 && x < c->width && y < c->height ? cell_at(c, x, y) : &blank;
}

struct rect canvas_clip(struct canvas *c, struct rect r)
{
    struct rect before = c->clip;
    c->clip = rect_intersect(before, r);
    return before;
}

void canvas_unclip(struct canvas *c, struct rect before)
{
    c->clip = before;
}

static bool is_inside(struct rect r, int x, int y)
{
    return x >= r.x && y >= r.y && x < r.x + r.w && y < r.y + r.h;
}

/* Before (x, y) is written over: the other half of a wide character there becomes blank. */
static void split_wide(struct canvas *c, int x, int y)
{
    struct cell *cell = cell_at(c, x, y);
    if (cell->width == 0 && x > 0) {
        struct style style = cell_at(c, x - 1, y)->style;
        *cell_at(c, x - 1, y) = blank;
        cell_at(c, x - 1, y)->style = style;
    } else if (cell->width == 2 && x + 1 < c->width) {
        struct style style = cell_at(c, x + 1, y)->style;
        *cell_at(c, x + 1, y) = blank;
        cell_at(c, x + 1, y)->style = style;
    }
}

static void put_grapheme(struct canvas *c, int x, int y, const struct grapheme *g,
                         struct style style)
{
    if (!is_inside(c->clip, x, y)) {
        return;
    }
    struct cell cell = {.width = (uint8_t)g->width, .style = style};
    memcpy(cell.text, g->text, sizeof(cell.text));
    if (g->width == 2 && !is_inside(c->clip, x + 1, y)) {
        cell = blank; /* half a character cannot be shown */
        cell.style = style;
    }
    split_wide(c, x, y);
    if (cell.width == 2) {
        split_wide(c, x + 1, y);
        *cell_at(c, x + 1, y) = (struct cell){.width = 0, .style = style};
    }
    *cell_at(c, x, y) = cell;
}

void canvas_put(struct canvas *c, int x, int y, uint32_t code_point, struct style style)
{
    char bytes[4];
    struct str text = {.data = bytes, .len = utf8_encode(code_point, bytes)};
    struct grapheme g;
    if (width_next(&text, &g)) {
        put_grapheme(c, x, y, &g, style);
    }
}

void canvas_fill(struct canvas *c, struct rect r, uint32_t code_point, struct style style)
{
    r = rect_intersect(r, c->clip);
    for (int y = r.y; y < r.y + r.h; y++) {
        for (int x = r.x; x < r.x + r.w; x++) {
            canvas_put(c, x, y, code_point, style);
        }
    }
}

int canvas_text(struct canvas *c, int x, int y, int room, struct style style, struct str text)
{
    struct grapheme g;
    int used = 0;
    while (width_next(&text, &g) && used + g.width <= room) {
        put_grapheme(c, x + used, y, &g, style);
        used += g.width;
    }
    return used;
}

static int text_marked(struct canvas *c, struct rect r, enum text_fit fit, uint32_t mark,
                       struct style style, struct str text)
{
    int tail = fit == TEXT_MARK_MIDDLE ? (r.w - 1) / 2 : 0;
    int head = r.w - 1 - tail;
    size_t kept = width_suffix(text, tail);
    struct str end = str_slice(text, text.len - kept, kept);
    int used = canvas_text(c, r.x, r.y, head, style, str_slice(text, 0, width_prefix(text, head)));
    canvas_put(c, r.x + used, r.y, mark, style);
    return used + 1 + canvas_text(c, r.x + used + 1, r.y, tail, style, end);
}

int canvas_text_in(struct canvas *c, struct rect r, enum text_align align, enum text_fit fit,
                   uint32_t mark, struct style style, struct str text)
{
    if (rect_is_empty(r)) {
        return 0;
    }
    int columns = width_columns(text);
    if (columns > r.w && fit == TEXT_WHOLE) {
        canvas_put(c, align == ALIGN_LEFT ? r.x : r.x + r.w - 1, r.y, mark, style);
        return r.w;
    }
    if (columns > r.w) {
        return fit == TEXT_CUT ? canvas_text(c, r.x, r.y, r.w, style, text)
                               : text_marked(c, r, fit, mark, style, text);
    }
    int left = align == ALIGN_LEFT ? 0 : align == ALIGN_RIGHT ? r.w - columns : (r.w - columns) / 2;
    return canvas_text(c, r.x + left, r.y, columns, style, text);
}

int canvas_printf(struct canvas *c, int x, int y, int room, struct style style, const char *fmt,
                  ...)
{
    struct strbuf text;
    strbuf_init(&text, 4096);
    va_list args;
    va_start(args, fmt);
    strbuf_vprintf(&text, fmt, args);
    va_end(args);
    int used = canvas_text(c, x, y, room, style, strbuf_str(&text));
    strbuf_release(&text);
    return used;
}

void canvas_row_text(const struct canvas *c, int y, struct strbuf *out)
{
    size_t visible = out->len; /* end of the last character that is no blank */
    for (int x = 0; y >= 0 && y < c->height && x < c->width; x++) {
        const struct cell *cell = cell_at(c, x, y);
        for (size_t i = 0; cell->width > 0 && i < CELL_CODE_POINTS && cell->text[i] != 0; i++) {
            char bytes[4];
            strbuf_add(out, bytes, utf8_encode(cell->text[i], bytes));
        }
        if (cell->width > 0 && cell->text[0] != ' ') {
            visible = out->len;
        }
    }
    strbuf_truncate(out, visible);
}

static void add_run(struct strbuf *out, struct style style, int length)
{
    strbuf_printf(out, "%s%s%s%s:%d ", role_name((enum role)style.role),
                  (style.flags & STYLE_SELECTED) != 0 ? "+selected" : "",
                  (style.flags & STYLE_DIM) != 0 ? "+dim" : "",
                  (style.flags & STYLE_STRONG) != 0 ? "+strong" : "", length);
}

void canvas_row_styles(const struct canvas *c, int y, struct strbuf *out)
{
    for (int x = 0; y >= 0 && y < c->height && x < c->width;) {
        struct style style = cell_at(c, x, y)->style;
        int end = x;
        while (end < c->width && memcmp(&cell_at(c, end, y)->style, &style, sizeof(style)) == 0) {
            end++;
        }
        add_run(out, style, end - x);
        x = end;
    }
    if (c->width > 0 && y >= 0 && y < c->height) {
        strbuf_truncate(out, out->len - 1);
    }
}
