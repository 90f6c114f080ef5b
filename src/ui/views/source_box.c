/* One source: its last error in full, what that means for the screen, and what it costs. */
#include "base/unit.h"
#include "ui/timefmt.h"
#include "ui/views/views.h"
#include "ui/widgets/box.h"
#include "ui/width.h"

#define FACT_COLUMN     14 /* where the facts begin, after their names */
#define ERROR_LINES     3
#define OTHER_ROWS      7 /* those that are not the error's, with the frame */
#define MIN_FRAME_WIDTH 40

static void put_fact(struct frame *frame, struct rect r, int row, const char *name, struct str text,
                     enum role role)
{
    struct rect line = rect_row(r, row);
    if (rect_is_empty(line)) {
        return;
    }
    canvas_text(frame->canvas, line.x + 1, line.y, line.w - 1, style_of(ROLE_TEXT_MUTED),
                str_from(name));
    canvas_text_in(frame->canvas, rect_at(line.x + FACT_COLUMN, line.y, line.w - FACT_COLUMN, 1),
                   ALIGN_LEFT, TEXT_MARK_END, frame->glyphs->cut, style_of(role), text);
}

/* Takes from `rest` what a line of `room` columns holds, to its last blank where there is one. */
static struct str take_line(struct str *rest, int room)
{
    size_t fits = 0, blank = 0;
    while (fits < rest->len && width_columns(str_slice(*rest, 0, fits + 1)) <= room) {
        blank = rest->data[fits] == ' ' ? fits : blank;
        fits++;
    }
    while (fits > 0 && fits < rest->len && ((unsigned char)rest->data[fits] & 0xC0) == 0x80) {
        fits--; /* no character is broken */
    }
    size_t end = fits == rest->len || blank == 0 ? fits : blank;
    end = end > 0 ? end : rest->len;
    struct str line = str_slice(*rest, 0, end);
    *rest = str_slice(*rest, end, rest->len - end);
    while (rest->len > 0 && rest->data[0] == ' ') {
        *rest = str_slice(*rest, 1, rest->len - 1);
    }
    return line;
}

static void last_error_text(struct strbuf *out, const struct source_health *s, int64_t now)
{
    if (s->error[0] == '\0') {
        strbuf_add_c(out, "none");
        return;
    }
    strbuf_add_c(out, s->error);
    if (s->next_attempt.ms > now) {
        strbuf_add_c(out, "   next try in ");
        timefmt_age(out, s->next_attempt.ms, now);
    }
}

/* How many lines of `room` columns it takes, ERROR_LINES at most. */
static int error_lines(const struct source_health *s, int64_t now, int room)
{
    struct strbuf text = STRBUF_INIT;
    last_error_text(&text, s, now);
    struct str rest = strbuf_str(&text);
    int lines = 0;
    do {
        take_line(&rest, room > 0 ? room : 1);
        lines++;
    } while (rest.len > 0 && lines < ERROR_LINES);
    strbuf_release(&text);
    return lines;
}

/* Gives the rows used. */
static int put_error(struct frame *frame, struct rect r, const struct source_health *s)
{
    int64_t now = frame->scene->now_ms;
    int room = r.w - FACT_COLUMN, lines = error_lines(s, now, room);
    enum role role = s->error[0] != '\0' ? source_state_role(s->state) : ROLE_TEXT;
    struct strbuf text = STRBUF_INIT;
    last_error_text(&text, s, now);
    struct str rest = strbuf_str(&text);
    for (int i = 0; i < lines; i++) {
        struct str line = i + 1 < lines ? take_line(&rest, room > 0 ? room : 1) : rest;
        put_fact(frame, r, i, i == 0 ? "last error" : "", line, role);
    }
    strbuf_release(&text);
    return lines;
}

/* What a person does not see while this source is as it is. */
static const char *effect_of(const struct source_health *s)
{
    switch (s->state) {
    case SOURCE_UP:
        return "all of its data is current";
    case SOURCE_DEGRADED:
        return "its data is still young enough; the next failure makes it stale";
    case SOURCE_DOWN:
        if (s->last_success.ms == 0) {
            return "nothing is known of it yet";
        }
        return "stale, shown with '?'; gaps in charts are missing data, not zero";
    case SOURCE_WAITING:
        return "nothing is known of it yet";
    }
    return "";
}

static void size_text(struct strbuf *out, const struct source_health *s)
{
    if (s->last_success.ms == 0) {
        strbuf_add_c(out, "no good one yet");
        return;
    }
    if (s->samples > 0) { /* a source that is asked has none */
        unit_format(out, (double)s->samples, UNIT_COUNT);
        strbuf_add_c(out, " samples, ");
    }
    unit_format(out, (double)s->bytes, UNIT_BYTES);
    strbuf_add_c(out, " in the last good one");
}

static bool clock_text(struct strbuf *out, const struct source_health *s)
{
    if (!s->has_clock_skew) {
        strbuf_add_c(out, "not told by the server");
        return true;
    }
    bool off = s->clock_skew_ms > 5000 || s->clock_skew_ms < -5000;
    strbuf_printf(out, "%+.1fs%s", (double)s->clock_skew_ms / 1000,
                  off ? ": more than 5s, times of its data are not ours" : "");
    return !off;
}

static void draw_facts(struct frame *frame, struct rect r, const struct source_health *s)
{
    struct strbuf text = STRBUF_INIT;
    int row = put_error(frame, r, s);
    put_fact(frame, r, row++, "effect", str_from(effect_of(s)), ROLE_TEXT);
    strbuf_printf(&text, "%llu attempts, %llu failed, %u in a row", (unsigned long long)s->attempts,
                  (unsigned long long)s->failures, s->failures_in_a_row);
    put_fact(frame, r, row++, "polls", strbuf_str(&text), ROLE_TEXT);
    strbuf_reset(&text);
    size_text(&text, s);
    put_fact(frame, r, row++, "size", strbuf_str(&text), ROLE_TEXT);
    strbuf_reset(&text);
    bool well = clock_text(&text, s);
    put_fact(frame, r, row++, "clock", strbuf_str(&text),
             !well               ? ROLE_STATE_WARN
             : s->has_clock_skew ? ROLE_TEXT
                                 : ROLE_TEXT_MUTED);
    strbuf_reset(&text);
    unit_format(&text, (double)frame->model->bytes_to_terminal, UNIT_BYTES);
    strbuf_printf(&text, " written to this terminal, version %s",
                  frame->model->version != NULL ? frame->model->version : "unknown");
    put_fact(frame, r, row, "tocsin", strbuf_str(&text), ROLE_TEXT_MUTED);
    strbuf_release(&text);
}

/* The frame takes two columns where there is one. */
static int inside_columns(int width)
{
    return width >= MIN_FRAME_WIDTH ? width - 2 : width;
}

int source_box_rows(const struct source_health *s, int64_t now_ms, int width)
{
    return OTHER_ROWS + error_lines(s, now_ms, inside_columns(width) - FACT_COLUMN);
}

void source_box_draw(struct frame *frame, struct rect r, const struct source_health *s)
{
    struct strbuf right = STRBUF_INIT;
    strbuf_add_c(&right, source_state_name(s->state));
    if (s->down_since.ms != 0) {
        strbuf_add_c(&right, " since ");
        timefmt_clock(&right, s->down_since.ms, frame->state->utc);
    }
    struct box_text title[] = {{s->name, style_of(ROLE_TITLE)}, {NULL, style_of(ROLE_TEXT)}};
    struct box box = {.glyphs = frame->glyphs, .title = title, .right = strbuf_cstr(&right)};
    struct rect inside = r.w >= MIN_FRAME_WIDTH ? box_draw(frame->canvas, r, &box)
                                                : box_rule(frame->canvas, r, &box);
    draw_facts(frame, inside, s);
    strbuf_release(&right);
}
