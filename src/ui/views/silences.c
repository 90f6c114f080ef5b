/* The silences: what is hidden, by whom, until when and why. */
#include "ui/alert_look.h"
#include "ui/filter.h"
#include "ui/timefmt.h"
#include "ui/views/alerts.h"
#include "ui/views/views.h"
#include "ui/width.h"

enum { C_STATE, C_WORD, C_MATCHERS, C_BY, C_UNTIL, C_LEFT, C_COMMENT, C_COUNT };

#define MATCHERS_MAX_COLUMNS 60
#define BY_MAX_COLUMNS       16
#define LIST_LEAST           4 /* rows it keeps beside the box */

struct silence_rows {
    VEC(const struct silence *) list;
};

static const char *text_or(const char *text, const char *otherwise)
{
    return text != NULL ? text : otherwise;
}

static uint64_t silence_row_id(const struct silence *s)
{
    return str_hash(str_from(text_or(s->id, "")));
}

static const char *word_of(enum silence_state state)
{
    switch (state) {
    case SILENCE_PENDING:
        return "later";
    case SILENCE_ACTIVE:
        return "ACTIVE";
    case SILENCE_EXPIRED:
        return "ended";
    }
    return "";
}

static bool is_shown(const struct frame *frame, const struct silence *s)
{
    struct strbuf text = STRBUF_INIT;
    silence_format_matchers(&text, s);
    const char *texts[] = {strbuf_cstr(&text),
                           text_or(s->created_by, ""),
                           text_or(s->comment, ""),
                           text_or(s->source, ""),
                           word_of(silence_state_at(s, frame->model->now.ms)),
                           NULL};
    bool shown = filter_matches(frame->state->filter, texts);
    strbuf_release(&text);
    return shown;
}

static void make_rows(struct silence_rows *rows, struct frame *frame)
{
    const struct alerts *alerts = frame->model->alerts;
    size_t count = alerts != NULL ? alerts_silence_count(alerts) : 0;
    struct list *list = &frame->state->silences;
    list_begin(list);
    for (size_t i = 0; i < count; i++) {
        const struct silence *s = alerts_silence_at(alerts, i);
        if (is_shown(frame, s)) {
            vec_push(&rows->list, s);
            vec_push(&list->ids, silence_row_id(s));
        }
    }
    list_settle(list);
}

struct silence_draw {
    struct frame *frame;
    const struct table_layout *layout;
    struct strbuf text;
    int y;
    unsigned flags;
};

static void put(struct silence_draw *d, size_t column, enum text_align align, enum role role)
{
    canvas_text_in(d->frame->canvas, table_cell(d->layout, column, d->y), align, TEXT_MARK_END,
                   d->frame->glyphs->cut, style_with(role, d->flags), strbuf_str(&d->text));
    strbuf_reset(&d->text);
}

/* The matchers, and `@am-1` behind them where it lives elsewhere. */
static void matchers_text(struct strbuf *out, const struct silence *s)
{
    silence_format_matchers(out, s);
    if (s->source != NULL) {
        strbuf_printf(out, " @%s", s->source);
    }
}

/* What is left of it; of one that begins later, when. */
static void left_text(struct strbuf *out, const struct frame *frame, const struct silence *s)
{
    int64_t now = frame->model->now.ms;
    switch (silence_state_at(s, now)) {
    case SILENCE_ACTIVE:
        timefmt_age_coarse(out, s->ends_at_ms, now);
        break;
    case SILENCE_PENDING:
    case SILENCE_EXPIRED:
        strbuf_add_c(out, "-");
        break;
    }
}

static void draw_silence(struct silence_draw *d, const struct silence *s)
{
    int64_t now = d->frame->model->now.ms;
    bool utc = d->frame->state->utc;
    enum silence_state state = silence_state_at(s, now);
    enum role role = state == SILENCE_ACTIVE ? ROLE_TEXT : ROLE_TEXT_MUTED;
    canvas_put(d->frame->canvas, d->layout->x[C_STATE], d->y,
               state == SILENCE_ACTIVE    ? d->frame->glyphs->hidden
               : state == SILENCE_PENDING ? d->frame->glyphs->pending
                                          : ' ',
               style_with(role, d->flags));
    strbuf_add_c(&d->text, word_of(state));
    put(d, C_WORD, ALIGN_LEFT, role);
    matchers_text(&d->text, s);
    put(d, C_MATCHERS, ALIGN_LEFT, role);
    strbuf_add_c(&d->text, text_or(s->created_by, "-"));
    put(d, C_BY, ALIGN_LEFT, role);
    alert_until_text(&d->text, s->ends_at_ms, now, utc);
    put(d, C_UNTIL, ALIGN_LEFT, role);
    left_text(&d->text, d->frame, s);
    put(d, C_LEFT, ALIGN_RIGHT, role);
    strbuf_add_c(&d->text, text_or(s->comment, ""));
    put(d, C_COMMENT, ALIGN_LEFT, role);
}

static struct table_layout lay_out(const struct frame *frame, struct rect r,
                                   const struct silence_rows *rows)
{
    int matchers = 16, by = 4, until = 5;
    struct strbuf text = STRBUF_INIT;
    VEC_EACH (&rows->list, const struct silence *, it) {
        matchers_text(&text, *it);
        int wide = width_columns(strbuf_str(&text));
        matchers = wide > matchers ? wide : matchers;
        strbuf_reset(&text);
        alert_until_text(&text, (*it)->ends_at_ms, frame->model->now.ms, frame->state->utc);
        until = text.len > (size_t)until ? (int)text.len : until;
        strbuf_reset(&text);
        wide = width_columns(str_from((*it)->created_by));
        by = wide > by ? wide : by;
    }
    strbuf_release(&text);
    matchers = matchers < MATCHERS_MAX_COLUMNS ? matchers : MATCHERS_MAX_COLUMNS;
    by = by < BY_MAX_COLUMNS ? by : BY_MAX_COLUMNS;
    const struct table_column columns[C_COUNT] = {
        [C_STATE] = {"S", 1, 1, 0, false, ALIGN_LEFT},
        [C_WORD] = {"STATE", 6, 6, 2, false, ALIGN_LEFT},
        [C_MATCHERS] = {"HIDES", 16, matchers, 0, true, ALIGN_LEFT},
        [C_BY] = {"BY", 4, by, 0, false, ALIGN_LEFT},
        [C_UNTIL] = {"UNTIL", until, until, 3, false, ALIGN_LEFT},
        [C_LEFT] = {"LEFT", 4, 4, 0, false, ALIGN_RIGHT},
        [C_COMMENT] = {"WHY", 12, 24, 1, true, ALIGN_LEFT},
    };
    struct table_layout layout = table_fit(columns, C_COUNT, rect_at(r.x + 1, r.y, r.w - 1, r.h));
    table_head(frame->canvas, r.y, columns, &layout);
    return layout;
}

static void draw_table(struct frame *frame, struct rect r, const struct silence_rows *rows)
{
    struct list *list = &frame->state->silences;
    if (r.h < 1 || r.w < 2) {
        return;
    }
    struct table_layout layout = lay_out(frame, r, rows);
    list_fit(list, (size_t)(r.h - 1));
    struct silence_draw d = {.frame = frame, .layout = &layout, .text = STRBUF_INIT};
    for (size_t i = 0; i < list->page && list->top + i < rows->list.len; i++) {
        d.y = r.y + 1 + (int)i;
        d.flags =
            list->ids.items[list->top + i] != list->selected
                ? 0
                : list_draw_selected(frame->canvas, rect_at(r.x, d.y, r.w, 1), true, frame->glyphs);
        draw_silence(&d, rows->list.items[list->top + i]);
    }
    strbuf_release(&d.text);
    list_draw_more(list, frame->canvas, r.x, r.y, frame->glyphs);
    list_draw_count(list, frame->canvas, rect_row(r, 0));
}

static void add_times(struct facts *facts, const struct frame *frame, const struct silence *s)
{
    int64_t now = frame->model->now.ms;
    bool utc = frame->state->utc;
    struct strbuf text = STRBUF_INIT;
    strbuf_add_c(&text, "from ");
    alert_until_text(&text, s->starts_at_ms, now, utc);
    strbuf_add_c(&text, " until ");
    alert_until_text(&text, s->ends_at_ms, now, utc);
    if (s->end_when_resolved_ms > 0) {
        strbuf_add_c(&text, ", or once nothing that it hides has fired for ");
        timefmt_range(&text, s->end_when_resolved_ms);
    }
    facts_add(facts, "time", ROLE_TEXT, strbuf_str(&text));
    strbuf_release(&text);
}

static void silence_facts(struct facts *facts, const struct frame *frame, const struct silence *s)
{
    struct strbuf text = STRBUF_INIT;
    size_t now = 0, day = 0;
    facts_add(facts, "why", ROLE_TEXT, str_from(s->comment));
    silence_format_matchers(&text, s);
    facts_add(facts, "matchers", ROLE_TEXT, strbuf_str(&text));
    strbuf_release(&text);
    if (silence_state_at(s, frame->model->now.ms) != SILENCE_EXPIRED) {
        alerts_silence_preview(frame->model->alerts, s, &now, &day);
        facts_printf(facts, "hides", ROLE_TEXT, "%zu firing now, %zu within 24h", now, day);
    }
    add_times(facts, frame, s);
    facts_printf(facts, "kept", ROLE_TEXT_MUTED, "%s   id %s",
                 s->source != NULL ? s->source : "here", text_or(s->id, "-"));
}

static int draw_box(struct frame *frame, struct rect r, int rows, const struct silence *s)
{
    struct facts facts = {.list = {0}};
    silence_facts(&facts, frame, s);
    int left =
        facts_box_below(frame, r, rows, LIST_LEAST, &facts, text_or(s->created_by, "-"), ROLE_TITLE,
                        silence_state_name(silence_state_at(s, frame->model->now.ms)));
    facts_release(&facts);
    return left;
}

void silences_draw(struct frame *frame, struct rect r)
{
    struct silence_rows rows = {.list = {0}};
    make_rows(&rows, frame);
    size_t at = list_selected(&frame->state->silences);
    if (at < rows.list.len) {
        int wanted = rows.list.len < CANVAS_MAX_SIDE ? (int)rows.list.len + 1 : CANVAS_MAX_SIDE;
        r.h = draw_box(frame, r, wanted, rows.list.items[at]);
        draw_table(frame, r, &rows);
    } else {
        bool filtered = frame->state->filter[0] != '\0';
        canvas_text_in(frame->canvas, rect_at(r.x + 1, r.y + (r.h > 4 ? 1 : 0), r.w - 1, 1),
                       ALIGN_LEFT, TEXT_MARK_END, frame->glyphs->cut, style_of(ROLE_TEXT_STRONG),
                       frame->model->alerts == NULL || frame->model->engine == UI_ENGINE_LOST
                           ? STR("Nothing is known of silences yet.")
                       : filtered
                           ? STR("No silence has the filter's words. Esc clears it.")
                           : STR("No silences: nothing is hidden. s on an alert makes one."));
    }
    vec_release(&rows.list);
}

void silences_title_text(struct strbuf *out, const struct frame *frame)
{
    const struct alerts *alerts = frame->model->alerts;
    size_t counts[3] = {0}, count = alerts != NULL ? alerts_silence_count(alerts) : 0;
    int64_t next_ms = 0, now = frame->model->now.ms;
    for (size_t i = 0; i < count; i++) {
        const struct silence *s = alerts_silence_at(alerts, i);
        enum silence_state state = silence_state_at(s, now);
        counts[state]++;
        if (state == SILENCE_ACTIVE && (next_ms == 0 || s->ends_at_ms < next_ms)) {
            next_ms = s->ends_at_ms;
        }
    }
    strbuf_printf(out, "  active %zu  later %zu  ended %zu", counts[SILENCE_ACTIVE],
                  counts[SILENCE_PENDING], counts[SILENCE_EXPIRED]);
    if (next_ms != 0) {
        strbuf_add_c(out, "  next ends ");
        alert_until_text(out, next_ms, now, frame->state->utc);
    }
}
