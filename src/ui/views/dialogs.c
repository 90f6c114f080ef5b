/* What is asked before something is changed: a line in place of the hints, or a dialog over the
 * body. Both say what it is about. */
#include <string.h>

#include "ui/alert_look.h"
#include "ui/timefmt.h"
#include "ui/views/alerts.h"
#include "ui/views/views.h"
#include "ui/widgets/box.h"
#include "ui/width.h"

#define DIALOG_MAX_WIDTH 84
#define NAME_COLUMNS     10
#define FIXED_ROWS       5 /* hides, duration, comment, as, and the reason or the keys */

static int put(struct frame *frame, struct rect r, int x, enum role role, struct str text)
{
    int room = r.x + r.w - x;
    return room <= 0 ? x : x + canvas_text(frame->canvas, x, r.y, room, style_of(role), text);
}

/* A field's text with its cursor; the end of what is typed stays visible. */
static int put_input(struct frame *frame, struct rect r, int x, const char *text, bool cursor)
{
    struct str typed = str_from(text);
    int room = r.x + r.w - x - 1;
    size_t kept = width_suffix(typed, room > 0 ? room : 0);
    x = put(frame, r, x, ROLE_INPUT, str_slice(typed, typed.len - kept, kept));
    if (cursor && x < r.x + r.w) {
        canvas_put(frame->canvas, x++, r.y, '_', style_with(ROLE_INPUT, STYLE_STRONG));
    }
    return x;
}

/* The subject gets what the question, the cursor and a few columns to type in leave of the row. */
static int put_subject(struct frame *frame, struct rect r, int x, const char *subject, int others)
{
    int room = r.x + r.w - x - others;
    room = room > 6 ? room : 6;
    return x + canvas_text_in(frame->canvas, rect_at(x, r.y, room, 1), ALIGN_LEFT, TEXT_MARK_MIDDLE,
                              frame->glyphs->cut, style_of(ROLE_TEXT_STRONG), str_from(subject));
}

static void draw_note_line(struct frame *frame, struct rect r)
{
    const struct dialog *d = &frame->state->dialog;
    bool ack = d->kind == DIALOG_ACK;
    struct strbuf rest = STRBUF_INIT;
    strbuf_add_c(&rest, ack ? " as " : " (UNKNOWN) as ");
    strbuf_printf(&rest, "%s, note: ", frame->state->user);
    int columns = width_columns(strbuf_str(&rest));
    bool wide = r.w >= columns + 40;
    int x = put(frame, r, r.x + (wide ? 1 : 0), ROLE_HINT_KEY, ack ? STR("ack ") : STR("dismiss "));
    if (!wide) {
        strbuf_reset(&rest);
        strbuf_add_c(&rest, " note: ");
        columns = 7;
    }
    x = put_subject(frame, r, x, d->subject, columns + (wide ? 30 : 14));
    x = put(frame, r, x, ROLE_TEXT, strbuf_str(&rest));
    x = put_input(frame, r, x, d->text, true);
    if (d->error[0] != '\0') {
        put(frame, r, x + 1, ROLE_ERROR, str_from(d->error));
    } else {
        put(frame, r, x + 2, ROLE_HINT_TEXT, STR("Enter:do it  Esc:cancel"));
    }
    strbuf_release(&rest);
}

static void draw_expire_line(struct frame *frame, struct rect r)
{
    struct str question = STR(" now?  y:yes  n:no");
    int x = put(frame, r, r.x + (r.w >= 60 ? 1 : 0), ROLE_HINT_KEY,
                r.w >= 60 ? STR("end the silence ") : STR("end "));
    x = put_subject(frame, r, x, frame->state->dialog.subject, (int)question.len);
    put(frame, r, x, ROLE_TEXT_STRONG, question);
}

static void draw_quit_line(struct frame *frame, struct rect r)
{
    static const char *const questions[] = {
        "this is the engine: with it rules are no longer evaluated. ", "this is the engine. ", ""};
    struct str end = STR("End it?  y:yes  n:no");
    size_t i = 0;
    while (i + 1 < ARRAY_LEN(questions) && (int)(strlen(questions[i]) + end.len) + 2 > r.w) {
        i++;
    }
    int x = put(frame, r, r.x + (r.w >= 60 ? 1 : 0), ROLE_TEXT, str_from(questions[i]));
    put(frame, r, x, ROLE_TEXT_STRONG, end);
}

void dialog_line_draw(struct frame *frame, struct rect r)
{
    if (frame->state->dialog.kind == DIALOG_QUIT) {
        draw_quit_line(frame, r);
    } else if (frame->state->dialog.kind == DIALOG_EXPIRE) {
        draw_expire_line(frame, r);
    } else {
        draw_note_line(frame, r);
    }
}

static void put_name(struct frame *frame, struct rect row, const char *name, bool focus)
{
    canvas_put(frame->canvas, row.x, row.y, focus ? '>' : ' ', style_of(ROLE_TEXT_STRONG));
    canvas_text(frame->canvas, row.x + 1, row.y, NAME_COLUMNS - 2,
                style_of(focus ? ROLE_TEXT_STRONG : ROLE_TEXT_MUTED), str_from(name));
}

static void draw_matcher(struct frame *frame, struct rect row, size_t i, bool first)
{
    const struct dialog *d = &frame->state->dialog;
    const struct dialog_matcher *m = &d->matchers.items[i];
    struct strbuf text = STRBUF_INIT;
    strbuf_printf(&text, "%s=\"%s\"%s", m->name, m->value, m->dropped ? "  dropped" : "");
    put_name(frame, row, first ? "matchers" : "", d->focus == i);
    canvas_put(frame->canvas, row.x + NAME_COLUMNS, row.y, m->dropped ? '-' : '+',
               style_of(ROLE_TEXT));
    canvas_text_in(frame->canvas,
                   rect_at(row.x + NAME_COLUMNS + 2, row.y, row.w - NAME_COLUMNS - 2, 1),
                   ALIGN_LEFT, TEXT_MARK_END, frame->glyphs->cut,
                   style_of(m->dropped ? ROLE_TEXT_MUTED : ROLE_TEXT), strbuf_str(&text));
    strbuf_release(&text);
}

/* As many as there is room for, the focused one among them. */
static void draw_matchers(struct frame *frame, struct rect r)
{
    const struct dialog *d = &frame->state->dialog;
    size_t rows = (size_t)r.h, count = d->matchers.len;
    size_t top = d->focus < count && d->focus >= rows ? d->focus - rows + 1 : 0;
    for (size_t i = 0; i < rows && top + i < count; i++) {
        draw_matcher(frame, rect_row(r, (int)i), top + i, i == 0);
    }
    if (count > rows) {
        struct strbuf text = STRBUF_INIT;
        strbuf_printf(&text, " %zu of %zu", rows, count);
        int columns = width_columns(strbuf_str(&text));
        canvas_text(frame->canvas, r.x + r.w - columns, r.y, columns, style_of(ROLE_TEXT_STRONG),
                    strbuf_str(&text));
        strbuf_release(&text);
    }
}

static void draw_preview(struct frame *frame, struct rect row, const struct silence *s)
{
    size_t now = 0, day = 0;
    struct strbuf text = STRBUF_INIT;
    put_name(frame, row, "hides", false);
    if (s->matchers.len == 0) {
        strbuf_add_c(&text, "everything: a matcher is needed");
    } else if (frame->model->alerts != NULL) {
        alerts_silence_preview(frame->model->alerts, s, &now, &day);
        strbuf_printf(&text, "%zu firing now, %zu within 24h", now, day);
    }
    canvas_text_in(frame->canvas, rect_at(row.x + NAME_COLUMNS, row.y, row.w - NAME_COLUMNS, 1),
                   ALIGN_LEFT, TEXT_MARK_END, frame->glyphs->cut,
                   style_of(s->matchers.len == 0 ? ROLE_STATE_WARN : ROLE_TEXT), strbuf_str(&text));
    strbuf_release(&text);
}

static void draw_duration(struct frame *frame, struct rect row, const struct silence *s)
{
    const struct dialog *d = &frame->state->dialog;
    bool focus = d->focus == d->matchers.len + DIALOG_DURATION;
    size_t count;
    const char *const *offered = dialog_durations(&count);
    int x = row.x + NAME_COLUMNS;
    put_name(frame, row, "duration", focus);
    for (size_t i = 0; i < count; i++) {
        bool chosen = strcmp(offered[i], d->duration) == 0;
        x = put(frame, row, x, chosen ? ROLE_TEXT_STRONG : ROLE_TEXT_MUTED,
                chosen ? STR("[") : STR(" "));
        x = put(frame, row, x, chosen ? ROLE_TEXT_STRONG : ROLE_TEXT_MUTED, str_from(offered[i]));
        x = put(frame, row, x, chosen ? ROLE_TEXT_STRONG : ROLE_TEXT_MUTED,
                chosen ? STR("]") : STR(" "));
    }
    if (d->typed) {
        x = put_input(frame, row, x + 1, d->duration, focus);
    } else if (focus && row.w >= 60) {
        x = put(frame, row, x, ROLE_HINT_TEXT, STR(" or type"));
    }
    if (s->ends_at_ms != 0) {
        struct strbuf text = STRBUF_INIT;
        strbuf_add_c(&text, row.w >= 60 ? "   ends " : " to ");
        alert_until_text(&text, s->ends_at_ms, frame->model->now.ms, frame->state->utc);
        strbuf_add_char(&text, ' ');
        timefmt_zone(&text, s->ends_at_ms, frame->state->utc);
        put(frame, row, x, ROLE_TEXT, strbuf_str(&text));
        strbuf_release(&text);
    }
}

static void draw_comment(struct frame *frame, struct rect row)
{
    const struct dialog *d = &frame->state->dialog;
    bool focus = d->focus == d->matchers.len + DIALOG_COMMENT;
    put_name(frame, row, "comment", focus);
    int x = put_input(frame, row, row.x + NAME_COLUMNS, d->text, focus);
    if (d->text[0] == '\0') {
        put(frame, row, x + 1, ROLE_HINT_TEXT, STR("(required)"));
    }
}

static void draw_author(struct frame *frame, struct rect row)
{
    const struct dialog *d = &frame->state->dialog;
    struct strbuf text = STRBUF_INIT;
    strbuf_printf(&text, "%s, ", frame->state->user);
    if (d->where != NULL) {
        strbuf_printf(&text, "made in Alertmanager '%s'", d->where);
    } else {
        strbuf_add_c(&text, "kept here");
    }
    put_name(frame, row, "as", false);
    canvas_text_in(frame->canvas, rect_at(row.x + NAME_COLUMNS, row.y, row.w - NAME_COLUMNS, 1),
                   ALIGN_LEFT, TEXT_MARK_END, frame->glyphs->cut, style_of(ROLE_TEXT),
                   strbuf_str(&text));
    strbuf_release(&text);
}

static void draw_foot(struct frame *frame, struct rect row)
{
    const struct dialog *d = &frame->state->dialog;
    if (d->error[0] != '\0') {
        canvas_text_in(frame->canvas, rect_at(row.x + 1, row.y, row.w - 1, 1), ALIGN_LEFT,
                       TEXT_MARK_END, frame->glyphs->cut, style_of(ROLE_ERROR), str_from(d->error));
    } else if (d->focus < d->matchers.len) {
        put(frame, row, row.x + 1, ROLE_HINT_TEXT, STR("Space: drop it, or take it back"));
    } else {
        put(frame, row, row.x + 1, ROLE_HINT_TEXT,
            row.w >= 60 ? STR("Ctrl-S: create    Esc: cancel    Enter only moves to the next field")
                        : STR("Ctrl-S: create  Esc: cancel"));
    }
}

/* In the middle of the body, as high as its matchers ask for. */
static struct rect place(struct rect body, int rows)
{
    int w = body.w < DIALOG_MAX_WIDTH + 4 ? body.w : DIALOG_MAX_WIDTH;
    int h = rows + 2 < body.h ? rows + 2 : body.h;
    return rect_at(body.x + (body.w - w) / 2, body.y + (body.h - h) / 3, w, h);
}

void dialog_draw(struct frame *frame, struct rect body)
{
    const struct dialog *d = &frame->state->dialog;
    struct silence silence;
    struct strbuf title = STRBUF_INIT;
    int matchers = d->matchers.len < CANVAS_MAX_SIDE ? (int)d->matchers.len : CANVAS_MAX_SIDE;
    struct rect area = place(body, matchers + FIXED_ROWS);
    strbuf_printf(&title, "Silence %s", d->subject);
    struct box_text texts[] = {{strbuf_cstr(&title), style_of(ROLE_TITLE)},
                               {NULL, style_of(ROLE_TEXT)}};
    struct box box = {.glyphs = frame->glyphs, .title = texts, .focus = true};
    canvas_fill(frame->canvas, area, ' ', style_of(ROLE_TEXT));
    struct rect in = area.h >= 10 && area.w >= 44 ? box_draw(frame->canvas, area, &box)
                     : area.h > FIXED_ROWS + 1    ? box_rule(frame->canvas, area, &box)
                                                  : area;
    int rows = in.h - FIXED_ROWS < matchers ? in.h - FIXED_ROWS : matchers;
    rows = rows > 1 ? rows : 1; /* without it one would not see what is dropped */
    struct rect clip = canvas_clip(frame->canvas, in);
    dialog_silence(d, frame->model->now.ms, frame->state->user, &silence);
    draw_matchers(frame, rect_at(in.x, in.y, in.w, rows));
    in = rect_at(in.x, in.y + rows, in.w, FIXED_ROWS);
    draw_preview(frame, rect_row(in, 0), &silence);
    draw_duration(frame, rect_row(in, 1), &silence);
    draw_comment(frame, rect_row(in, 2));
    draw_author(frame, rect_row(in, 3));
    draw_foot(frame, rect_row(in, 4));
    canvas_unclip(frame->canvas, clip);
    silence_release(&silence);
    strbuf_release(&title);
}
