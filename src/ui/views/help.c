/* The help: the key table by groups, in as many columns as there is room for. */
#include "ui/keys.h"
#include "ui/keys_format.h"
#include "ui/views/views.h"
#include "ui/widgets/box.h"

#define HELP_KEYS_WIDTH   18
#define HELP_COLUMN_WIDTH 58

/* The help as lines: a group's title, or a row of the table. */
struct help_line {
    const char *title;
    const struct key_row *row;
};

static size_t make_lines(struct help_line *lines, size_t max)
{
    size_t count, n = 0;
    const struct key_row *rows = keys_table(&count);
    for (int group = 0; group < GROUP_COUNT; group++) {
        if (n < max) {
            lines[n++] = (struct help_line){.title = key_group_title((enum key_group)group)};
        }
        for (size_t i = 0; i < count && n < max; i++) {
            if (rows[i].group == (enum key_group)group) {
                lines[n++] = (struct help_line){.row = &rows[i]};
            }
        }
    }
    return n;
}

static void draw_line(struct frame *frame, struct rect r, const struct help_line *line)
{
    struct canvas *c = frame->canvas;
    if (line->title != NULL) {
        canvas_text(c, r.x, r.y, r.w, style_of(ROLE_TITLE), str_from(line->title));
        return;
    }
    struct strbuf keys = STRBUF_INIT;
    keys_format_row_keys(&keys, line->row, " ");
    int used = canvas_text(c, r.x + 1, r.y, r.w - 1, style_of(ROLE_HINT_KEY), strbuf_str(&keys));
    int at = used + 2 > HELP_KEYS_WIDTH ? used + 2 : HELP_KEYS_WIDTH;
    canvas_text_in(c, rect_at(r.x + at, r.y, r.w - at, 1), ALIGN_LEFT, TEXT_MARK_END,
                   frame->glyphs->cut, style_of(ROLE_TEXT), str_from(line->row->help));
    strbuf_release(&keys);
}

void help_draw(struct frame *frame, struct rect r)
{
    struct help_line lines[128];
    size_t count = make_lines(lines, ARRAY_LEN(lines));
    canvas_fill(frame->canvas, r, ' ', style_of(ROLE_TEXT));
    struct box_text title[] = {{"Keys", style_of(ROLE_TITLE)}, {NULL, style_of(ROLE_TEXT)}};
    struct box box = {.glyphs = frame->glyphs, .title = title, .right = "? close", .focus = true};
    struct rect inside = r.h >= 5 && r.w >= 20 ? box_draw(frame->canvas, r, &box) : r;
    size_t columns = inside.w >= 2 * HELP_COLUMN_WIDTH ? (size_t)(inside.w / HELP_COLUMN_WIDTH) : 1;
    int width = inside.w / (int)columns;
    size_t height = inside.h > 0 ? (size_t)inside.h : 0;
    size_t rows = (count + columns - 1) / columns;
    struct list *list = &frame->state->help_rows;
    /* The help scrolls by whole rows: its "selected" row is the first one shown. */
    list_begin(list);
    for (size_t i = 0; i + (height < rows ? height : rows) <= rows; i++) {
        vec_push(&list->ids, i);
    }
    list_fit(list, height);
    size_t top = list_selected(list) != SIZE_MAX ? list_selected(list) : 0;
    for (size_t i = 0; i < columns; i++) {
        int x = inside.x + (int)i * width;
        for (size_t y = 0; y < height && top + y < rows && i * rows + top + y < count; y++) {
            draw_line(frame, rect_at(x + 1, inside.y + (int)y, width - 1, 1),
                      &lines[i * rows + top + y]);
        }
    }
}
