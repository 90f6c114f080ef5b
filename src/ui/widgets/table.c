#include "ui/widgets/table.h"

#include <stdio.h>

#include "base/attr.h"

static int total_width(const struct table_layout *layout)
{
    int total = 0;
    for (size_t i = 0; i < layout->count; i++) {
        total += layout->width[i] > 0 ? layout->width[i] + 1 : 0;
    }
    return total > 0 ? total - 1 : 0;
}

static void shrink(struct table_layout *layout, const struct table_column *columns, int room,
                   bool growing_only)
{
    for (size_t i = layout->count; i-- > 0;) {
        int over = total_width(layout) - room;
        if (over > 0 && layout->width[i] > columns[i].min && (columns[i].grows || !growing_only)) {
            int spare = layout->width[i] - columns[i].min;
            layout->width[i] -= over < spare ? over : spare;
        }
    }
}

static bool drop_one(struct table_layout *layout, const struct table_column *columns)
{
    size_t next = layout->count;
    for (size_t i = 0; i < layout->count; i++) {
        if (layout->width[i] > 0 && columns[i].drop > 0 &&
            (next == layout->count || columns[i].drop < columns[next].drop)) {
            next = i;
        }
    }
    if (next == layout->count) {
        return false;
    }
    layout->width[next] = 0;
    return true;
}

/* What was dropped for a wider column that then went too: the last dropped first. */
static void take_back(struct table_layout *layout, const struct table_column *columns, int room)
{
    for (int drop = TABLE_MAX_COLUMNS; drop > 0; drop--) {
        for (size_t i = 0; i < layout->count; i++) {
            if (columns[i].drop != drop || layout->width[i] > 0 || columns[i].min == 0) {
                continue;
            }
            layout->width[i] = columns[i].min;
            layout->width[i] = total_width(layout) <= room ? columns[i].min : 0;
        }
    }
}

static void grow(struct table_layout *layout, const struct table_column *columns, int room)
{
    int takers = 0, spare = room - total_width(layout);
    for (size_t i = 0; i < layout->count; i++) {
        takers += columns[i].grows && layout->width[i] > 0 ? 1 : 0;
    }
    for (size_t i = layout->count; spare > 0 && takers > 0 && i-- > 0;) {
        if (columns[i].grows && layout->width[i] > 0) {
            int share = spare / takers;
            layout->width[i] += share;
            spare -= share;
            takers--;
        }
    }
}

struct table_layout table_fit(const struct table_column *columns, size_t count, struct rect r)
{
    struct table_layout layout = {.count = count < TABLE_MAX_COLUMNS ? count : TABLE_MAX_COLUMNS};
    for (size_t i = 0; i < layout.count; i++) {
        layout.width[i] = columns[i].ideal;
    }
    shrink(&layout, columns, r.w, true);
    while (total_width(&layout) > r.w && drop_one(&layout, columns)) {
        shrink(&layout, columns, r.w, true);
    }
    shrink(&layout, columns, r.w, false);
    take_back(&layout, columns, r.w);
    grow(&layout, columns, r.w);
    int x = r.x;
    for (size_t i = 0; i < layout.count; i++) {
        int left = r.x + r.w - x;
        layout.width[i] = left <= 0 ? 0 : layout.width[i] < left ? layout.width[i] : left;
        layout.x[i] = x;
        x += layout.width[i] > 0 ? layout.width[i] + 1 : 0;
    }
    return layout;
}

void table_head(struct canvas *c, int y, const struct table_column *columns,
                const struct table_layout *layout)
{
    for (size_t i = 0; i < layout->count; i++) {
        canvas_text_in(c, table_cell(layout, i, y), columns[i].align, TEXT_CUT, ' ',
                       style_of(ROLE_TABLE_HEAD), str_from(columns[i].title));
    }
}

void list_release(struct list *list)
{
    vec_release(&list->ids);
    vec_release(&list->opens);
}

void list_begin(struct list *list)
{
    list->ids.len = 0;
    list->opens.len = 0;
}

size_t list_selected(const struct list *list)
{
    for (size_t i = 0; list->has_selection && i < list->ids.len; i++) {
        if (list->ids.items[i] == list->selected) {
            return i;
        }
    }
    return SIZE_MAX;
}

static void select_at(struct list *list, size_t index)
{
    if (list->ids.len == 0) {
        return;
    }
    list->position = index < list->ids.len ? index : list->ids.len - 1;
    list->selected = list->ids.items[list->position];
    list->has_selection = true;
}

void list_select(struct list *list, size_t index)
{
    select_at(list, index);
    list->chosen = list->has_selection;
}

void list_select_id(struct list *list, uint64_t id)
{
    list->position = 0;
    list->selected = id;
    list->has_selection = list->chosen = true;
}

void list_unselect(struct list *list)
{
    list->position = 0;
    list->has_selection = list->chosen = false;
}

void list_move(struct list *list, long by)
{
    size_t at = list_selected(list);
    if (at == SIZE_MAX) {
        list_select(list, 0);
        return;
    }
    if (by < 0 && (size_t)-by > at) {
        list_select(list, 0);
    } else {
        list_select(list, by < 0 ? at - (size_t)-by : at + (size_t)by);
    }
}

void list_settle(struct list *list)
{
    if (!list->chosen) {
        select_at(list, 0);
    } else if (list_selected(list) == SIZE_MAX) {
        select_at(list, list->position);
    }
}

void list_fit(struct list *list, size_t rows)
{
    list_settle(list);
    size_t at = list_selected(list);
    list->page = rows;
    if (at == SIZE_MAX || rows == 0) {
        list->top = 0;
        return;
    }
    list->position = at;
    size_t last_top = list->ids.len > rows ? list->ids.len - rows : 0;
    list->top = list->top < last_top ? list->top : last_top;
    if (at < list->top) {
        list->top = at;
    } else if (at >= list->top + rows) {
        list->top = at - rows + 1;
    }
}

unsigned list_draw_selected(struct canvas *c, struct rect row, bool focus,
                            const struct glyphs *glyphs)
{
    if (!focus) {
        canvas_put(c, row.x, row.y, glyphs->other_cursor, style_of(ROLE_TEXT_MUTED));
        return 0;
    }
    canvas_fill(c, row, ' ', style_with(ROLE_TEXT, STYLE_SELECTED));
    canvas_put(c, row.x, row.y, '>', style_with(ROLE_TEXT, STYLE_SELECTED));
    return STYLE_SELECTED;
}

void list_draw_more(const struct list *list, struct canvas *c, int x, int y,
                    const struct glyphs *glyphs)
{
    bool above = list->top > 0, below = list->top + list->page < list->ids.len;
    if (above || below) {
        canvas_put(c, x, y,
                   above && below ? glyphs->above_below
                   : above        ? glyphs->above
                                  : glyphs->below,
                   style_of(ROLE_TEXT_STRONG));
    }
}

static bool is_blank(const struct canvas *c, struct rect r)
{
    for (int x = r.x; x < r.x + r.w; x++) {
        const struct cell *cell = canvas_at(c, x, r.y);
        if (cell == NULL || cell->text[0] != ' ') {
            return false;
        }
    }
    return true;
}

/* The rightmost place for `columns` with a blank at both ends, or at the head's own end; -1: none.
 */
static int blank_place(const struct canvas *c, struct rect head, int columns)
{
    for (int x = head.x + head.w - columns; x > head.x; x--) {
        int after = x + columns < head.x + head.w ? 1 : 0;
        if (is_blank(c, rect_at(x - 1, head.y, columns + 1 + after, 1))) {
            return x;
        }
    }
    return -1;
}

void list_draw_count(const struct list *list, struct canvas *c, struct rect head)
{
    static const char *const between[] = {" of ", "/"};
    if (list->page >= list->ids.len) {
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(between); i++) {
        char text[64];
        int columns =
            snprintf(text, sizeof(text), "%zu%s%zu", list->page, between[i], list->ids.len);
        int x = blank_place(c, head, columns);
        if (x >= 0) {
            canvas_text(c, x, head.y, columns, style_of(ROLE_TEXT_STRONG), str_from(text));
            return;
        }
    }
}
