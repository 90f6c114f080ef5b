#include "ui/widgets/box.h"

#include "ui/width.h"

static struct style border_style(const struct box *box)
{
    return style_of(box->focus ? ROLE_BORDER_FOCUS : ROLE_BORDER);
}

/* Between two columns of rule: ` title ─── right `. */
static void draw_title(struct canvas *c, struct rect r, const struct box *box)
{
    int x = r.x, end = r.x + r.w;
    if (box->title != NULL && box->title[0].text != NULL && r.w > 2) {
        canvas_put(c, x++, r.y, ' ', border_style(box));
        for (const struct box_text *t = box->title; t->text != NULL && x < end - 1; t++) {
            x += canvas_text_in(c, rect_at(x, r.y, end - 1 - x, 1), ALIGN_LEFT, TEXT_MARK_END,
                                box->glyphs->cut, t->style, str_from(t->text));
        }
        canvas_put(c, x++, r.y, ' ', border_style(box));
    }
    if (box->right != NULL) {
        int columns = width_columns(str_from(box->right));
        if (columns > 0 && end - columns - 3 > x) {
            canvas_printf(c, end - columns - 2, r.y, columns + 2, style_of(ROLE_TEXT_MUTED), " %s ",
                          box->right);
        }
    }
}

struct rect box_draw(struct canvas *c, struct rect r, const struct box *box)
{
    const struct glyphs *g = box->glyphs;
    struct style style = border_style(box);
    if (r.w < 2 || r.h < 2) {
        return r;
    }
    int right = r.x + r.w - 1, bottom = r.y + r.h - 1;
    canvas_fill(c, rect_at(r.x + 1, r.y, r.w - 2, 1), g->horizontal, style);
    canvas_fill(c, rect_at(r.x + 1, bottom, r.w - 2, 1), g->horizontal, style);
    canvas_fill(c, rect_at(r.x, r.y + 1, 1, r.h - 2), g->vertical, style);
    canvas_fill(c, rect_at(right, r.y + 1, 1, r.h - 2), g->vertical, style);
    canvas_put(c, r.x, r.y, g->corner_top_left, style);
    canvas_put(c, right, r.y, g->corner_top_right, style);
    canvas_put(c, r.x, bottom, g->corner_bottom_left, style);
    canvas_put(c, right, bottom, g->corner_bottom_right, style);
    draw_title(c, rect_at(r.x + 1, r.y, r.w - 2, 1), box);
    return rect_inset(r, 1);
}

struct rect box_rule(struct canvas *c, struct rect r, const struct box *box)
{
    if (rect_is_empty(r)) {
        return r;
    }
    canvas_fill(c, rect_row(r, 0), box->glyphs->horizontal, border_style(box));
    draw_title(c, rect_at(r.x + 1, r.y, r.w - 2, 1), box);
    return rect_at(r.x, r.y + 1, r.w, r.h - 1);
}
