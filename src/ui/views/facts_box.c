/* More of what is selected, below its list. */
#include "ui/views/alerts.h"
#include "ui/widgets/box.h"

#define BOX_MIN_WIDTH 40 /* a frame takes two columns and two rows */
#define BOX_MIN_LINES 3

int facts_box_below(struct frame *frame, struct rect r, int list_rows, int list_least,
                    const struct facts *facts, const char *title, enum role role, const char *right)
{
    bool framed = r.w >= BOX_MIN_WIDTH;
    int lines = facts_lines(facts, framed ? r.w - 4 : r.w - 1);
    int around = framed ? 2 : 1;
    int least = list_rows < list_least ? list_rows : list_least;
    int box = lines + around < r.h - least ? lines + around : r.h - least;
    if (box < BOX_MIN_LINES + around) {
        return r.h;
    }
    int list = r.h - box < list_rows ? r.h - box : list_rows;
    struct box_text texts[] = {{title, style_of(role)}, {NULL, style_of(ROLE_TEXT)}};
    struct box look = {.glyphs = frame->glyphs, .title = texts, .right = right};
    struct rect area = rect_at(r.x, r.y + list, r.w, box);
    struct rect in =
        framed ? box_draw(frame->canvas, area, &look) : box_rule(frame->canvas, area, &look);
    in = rect_at(in.x + 1, in.y, in.w - (framed ? 2 : 1), in.h);
    facts_draw(facts, frame->canvas, in, 0, frame->glyphs->cut);
    if (framed && lines > in.h) {
        canvas_text(frame->canvas, in.x + 1, in.y + in.h, in.w - 1, style_of(ROLE_TEXT_MUTED),
                    frame->state->view == VIEW_ALERTS ? STR(" Enter: the rest ")
                                                      : STR(" there is more "));
    }
    return list;
}
