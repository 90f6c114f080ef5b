/* The hints row: at most eight keys that work here, the help always first; or the filter's prompt.
 */
#include "ui/keycode.h"
#include "ui/keys.h"
#include "ui/views/alerts.h"
#include "ui/views/views.h"
#include "ui/width.h"

#define HINTS_MAX 8

static void draw_prompt(struct frame *frame, struct rect r)
{
    struct canvas *c = frame->canvas;
    int x = r.x + canvas_text(c, r.x, r.y, r.w, style_of(ROLE_HINT_KEY), STR(" /"));
    struct str typed = str_from(frame->state->filter);
    /* The end of what is typed stays visible. */
    size_t kept = width_suffix(typed, r.x + r.w - x - 1);
    x += canvas_text(c, x, r.y, r.x + r.w - x, style_of(ROLE_INPUT),
                     str_slice(typed, typed.len - kept, kept));
    canvas_put(c, x++, r.y, '_', style_of(ROLE_INPUT));
    canvas_text(c, x + 2, r.y, r.x + r.w - x - 2, style_of(ROLE_HINT_TEXT),
                STR("Enter:keep  Esc:clear"));
}

/* `?:help` and the blanks behind it, where there is room for all of it. */
static int draw_hint(struct frame *frame, struct rect r, int x, const struct key_row *row,
                     const char *gap)
{
    const char *names = row->keys;
    struct strbuf key = STRBUF_INIT;
    keycode_format(&key, keys_next(&names));
    int columns = width_columns(strbuf_str(&key)) + 1 + width_columns(str_from(row->hint));
    int left = r.x + r.w - x;
    if (columns <= left) {
        x += canvas_text(frame->canvas, x, r.y, left, style_of(ROLE_HINT_KEY), strbuf_str(&key));
        left = r.x + r.w - x;
        x += canvas_printf(frame->canvas, x, r.y, left, style_of(ROLE_HINT_TEXT), ":%s%s",
                           row->hint, gap);
    } else {
        x = r.x + r.w;
    }
    strbuf_release(&key);
    return x;
}

void hints_draw(struct frame *frame, struct rect r, unsigned contexts)
{
    if (rect_is_empty(r)) {
        return;
    }
    if (dialog_is_line(&frame->state->dialog)) {
        dialog_line_draw(frame, r);
        return;
    }
    if (frame->state->prompt) {
        draw_prompt(frame, r);
        return;
    }
    if (frame->state->interrupted_at_ms != 0) {
        canvas_text(frame->canvas, r.x + 1, r.y, r.w - 1, style_of(ROLE_STATE_WARN),
                    STR("^C again to quit"));
        return;
    }
    size_t count;
    const struct key_row *rows = keys_table(&count);
    int x = r.x + (r.w >= 60 ? 1 : 0);
    for (size_t i = 0, shown = 0; i < count && shown < HINTS_MAX; i++) {
        if (rows[i].hint[0] != '\0' && (rows[i].contexts & contexts) != 0) {
            x = draw_hint(frame, r, x, &rows[i], r.w >= 80 ? "  " : " ");
            shown++;
        }
    }
}
