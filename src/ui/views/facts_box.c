/* More of what is selected, below its list. */
#include "ui/views/alerts.h"
#include "ui/widgets/box.h"

#define BOX_MIN_WIDTH 40 /* a frame takes two columns and two rows */
#define BOX_MIN_LINES 3
#define LIST_MIN_ROWS 4

int facts_box_below(struct frame *frame, struct rect r, int list_rows, const struct facts *facts,
                    const char *title, enum role role, const char *right)
{
    bool framed = r.w >= BOX_MIN_WIDTH;
    int lines = facts_lines(facts, framed ? r.w - 4 : r.w - 1);
    int around = framed ? 2 : 1;
    int least = list_rows < LIST_MIN_ROWS ? list_rows : LIST_MIN_ROWS;
    int half = r.h / 2 > least ? r.h / 2 : least;
    int list = list_rows < half ? list_rows : half; /* the list has half, or what it needs */
    int box = lines + around < r.h - list ? lines + around : r.h - list;
    if (box < BOX_MIN_LINES + around) {
        return r.h;
    }
    list = r.h - box < list_rows ? r.h - box : list_rows;
    struct box_text texts[] = {{title, style_of(role)}, {NULL, style_of(ROLE_TEXT)}};
    struct box look = {.glyphs = frame->glyphs, .title = texts, .right = right};
    struct rect area = rect_at(r.x, r.y + list, r.w, box);
    struct rect inside =
        framed ? box_draw(frame->canvas, area, &look) : box_rule(frame->canvas, area, &look);
    inside = framed ? rect_at(inside.x + 1, inside.y, inside.w - 2, inside.h)
                    : rect_at(inside.x + 1, inside.y, inside.w - 1, inside.h);
    facts_draw(facts, frame->canvas, inside, 0, frame->glyphs->cut);
    return list;
}
