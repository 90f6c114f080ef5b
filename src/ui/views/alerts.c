/* The list of alerts, and more of the selected one below it. */
#include <stdlib.h>

#include "base/utf8.h"
#include "ui/alert_look.h"
#include "ui/filter.h"
#include "ui/timefmt.h"
#include "ui/views/alerts.h"
#include "ui/views/rows.h"
#include "ui/views/views.h"
#include "ui/widgets/box.h"
#include "ui/width.h"

#define NAME_MAX_COLUMNS    40
#define WHERE_MAX_COLUMNS   36
#define VALUE_COLUMNS       16 /* "96.2% (>90.0%)"; they do not follow the values, which move */
#define WHO_COLUMNS         28
#define WHO_MIN_COLUMNS     12
#define FIXED_COLUMNS       (1 + 8 + 4 + VALUE_COLUMNS + 9 + 7) /* the others, and blanks between */
#define BOX_MIN_ROWS        14 /* below them the list is all there is room for; Enter opens one */
#define BOX_MIN_WIDTH       50
#define RULES_LINE_MIN_ROWS 10
#define TINY_WIDTH          36
#define MEASURED_ROWS       200 /* whose texts decide how wide columns are */

enum { C_STATE, C_NAME, C_WHERE, C_SINCE, C_FOR, C_VALUE, C_WORD, C_WHO, C_COUNT };

struct alert_row {
    const struct alert_info *alert;
    size_t place;  /* in the engine's order */
    size_t before; /* in the last frame */
};

struct alert_rows {
    VEC(struct alert_row) list;
};

struct place {
    uint64_t id;
    size_t at;
};

static int by_id(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    return a->id < b->id ? -1 : a->id > b->id ? 1 : 0;
}

static int by_before(const void *left, const void *right)
{
    const struct alert_row *a = left, *b = right;
    if (a->before != b->before) {
        return a->before < b->before ? -1 : 1;
    }
    return a->place < b->place ? -1 : a->place > b->place ? 1 : 0;
}

/* For a moment after a key rows stay where they were, so that nothing moves away under the finger;
 * new ones come last. */
static void keep_order(struct alert_rows *rows, const struct list *list)
{
    struct place *places = mem_zalloc(list->ids.len, sizeof(*places));
    for (size_t i = 0; i < list->ids.len; i++) {
        places[i] = (struct place){list->ids.items[i], i};
    }
    qsort(places, list->ids.len, sizeof(*places), by_id);
    VEC_EACH (&rows->list, struct alert_row, row) {
        const struct place key = {.id = row->alert->id};
        const struct place *found = bsearch(&key, places, list->ids.len, sizeof(*places), by_id);
        row->before = found != NULL ? found->at : SIZE_MAX;
    }
    if (rows->list.len > 0) {
        qsort(rows->list.items, rows->list.len, sizeof(rows->list.items[0]), by_before);
    }
    free(places);
}

static void make_rows(struct alert_rows *rows, struct frame *frame)
{
    const struct alerts *alerts = frame->model->alerts;
    struct list *list = &frame->state->alerts;
    size_t count = alerts != NULL ? alerts_count(alerts) : 0;
    for (size_t i = 0; i < count; i++) {
        const struct alert_info *alert = alerts_at(alerts, i);
        if (frame->state->filter[0] == '\0' || alert_matches(alert, frame->state->filter)) {
            struct alert_row row = {.alert = alert, .place = i};
            vec_push(&rows->list, row);
        }
    }
    int64_t since_key = frame->model->now.ms - frame->state->last_key_ms;
    if (since_key >= 0 && since_key < ROWS_CALM_MS && list->ids.len > 0) {
        keep_order(rows, list);
    }
    list_begin(list);
    VEC_EACH (&rows->list, const struct alert_row, row) {
        vec_push(&list->ids, row->alert->id);
    }
    list_settle(list);
}

struct alert_draw {
    struct frame *frame;
    const struct table_layout *layout;
    const struct alert_info *alert;
    struct strbuf text;
    int y;
    unsigned flags;
};

/* What stands in `text`, which is empty afterwards. */
static void put(struct alert_draw *d, size_t column, enum text_align align, enum text_fit fit,
                enum role role)
{
    canvas_text_in(d->frame->canvas, table_cell(d->layout, column, d->y), align, fit,
                   d->frame->glyphs->cut, style_with(role, d->flags), strbuf_str(&d->text));
    strbuf_reset(&d->text);
}

/* The name, and `@am-1` behind it where it is another engine's. */
static void put_name(struct alert_draw *d)
{
    const char *source = alert_foreign_source(d->alert);
    struct canvas *c = d->frame->canvas;
    struct rect cell = table_cell(d->layout, C_NAME, d->y);
    int mark = 0;
    if (source != NULL) {
        strbuf_printf(&d->text, "@%s", source);
        mark = width_columns(strbuf_str(&d->text)) + 1;
        mark = mark < cell.w / 2 ? mark : cell.w / 2;
    }
    int used =
        canvas_text_in(c, rect_at(cell.x, cell.y, cell.w - mark, 1), ALIGN_LEFT, TEXT_MARK_MIDDLE,
                       d->frame->glyphs->cut, style_with(alert_look_role(d->alert), d->flags),
                       str_from(d->alert->rule));
    canvas_text_in(c, rect_at(cell.x + used + 1, cell.y, mark - 1, 1), ALIGN_LEFT, TEXT_MARK_END,
                   d->frame->glyphs->cut, style_with(ROLE_TEXT_MUTED, d->flags),
                   strbuf_str(&d->text));
    strbuf_reset(&d->text);
}

static void draw_alert(struct alert_draw *d)
{
    const struct alert_info *a = d->alert;
    int64_t now = d->frame->model->now.ms, since = alert_since_ms(a);
    bool utc = d->frame->state->utc;
    enum role role = alert_look_role(a);
    canvas_put(d->frame->canvas, d->layout->x[C_STATE], d->y, alert_look_glyph(d->frame->glyphs, a),
               style_with(role, d->flags));
    put_name(d);
    alert_where_text(&d->text, a);
    put(d, C_WHERE, ALIGN_LEFT, TEXT_MARK_MIDDLE, ROLE_TEXT);
    alert_time_text(&d->text, since, now, utc);
    put(d, C_SINCE, ALIGN_RIGHT, TEXT_WHOLE, ROLE_TEXT_MUTED);
    if (since != 0) {
        timefmt_age_coarse(&d->text, now, since);
    }
    put(d, C_FOR, ALIGN_RIGHT, TEXT_WHOLE, ROLE_TEXT);
    alert_value_text(&d->text, a);
    if (width_columns(strbuf_str(&d->text)) > d->layout->width[C_VALUE] && a->has_value) {
        strbuf_truncate(&d->text, str_find(strbuf_str(&d->text), ' '));
    }
    put(d, C_VALUE, ALIGN_LEFT, TEXT_WHOLE, a->state == ALERT_UNKNOWN ? ROLE_STATE_STALE : role);
    strbuf_add_c(&d->text, alert_look_word(alert_look_of(a)));
    put(d, C_WORD, ALIGN_LEFT, TEXT_CUT, role);
    alert_who_text(&d->text, a, now, utc);
    put(d, C_WHO, ALIGN_LEFT, TEXT_MARK_END, ROLE_TEXT);
}

static int widest(int before, const struct strbuf *text)
{
    int columns = width_columns(strbuf_str(text));
    return columns > before ? columns : before;
}

static int at_most(int columns, int max)
{
    return columns < max ? columns : max;
}

/* How wide names and places are, of the first so many rows. */
static void measure(const struct alert_rows *rows, int *name, int *where)
{
    struct strbuf text = STRBUF_INIT;
    *name = 8;
    *where = 5;
    for (size_t i = 0; i < rows->list.len && i < MEASURED_ROWS; i++) {
        const struct alert_info *a = rows->list.items[i].alert;
        const char *source = alert_foreign_source(a);
        strbuf_printf(&text, "%s%s%s", a->rule, source != NULL ? " @" : "",
                      source != NULL ? source : "");
        *name = widest(*name, &text);
        strbuf_reset(&text);
        alert_where_text(&text, a);
        *where = widest(*where, &text);
        strbuf_reset(&text);
    }
    strbuf_release(&text);
}

/* The word and the name stay; where it is goes last of the rest. */
static struct table_layout lay_out(const struct frame *frame, struct rect r,
                                   const struct alert_rows *rows)
{
    int name, where;
    measure(rows, &name, &where);
    name = at_most(name, NAME_MAX_COLUMNS);
    where = at_most(where, WHERE_MAX_COLUMNS);
    /* What nobody else needs is the last column's. */
    int spare = r.w - 1 - (name + where + WHO_COLUMNS + FIXED_COLUMNS);
    int who = WHO_COLUMNS + (spare > 0 ? spare : 0);
    const struct table_column columns[C_COUNT] = {
        [C_STATE] = {"S", 1, 1, 0, false, ALIGN_LEFT},
        [C_NAME] = {"ALERT", at_most(name, r.w < TINY_WIDTH ? 8 : 19), name, 0, true, ALIGN_LEFT},
        [C_WHERE] = {"WHERE", at_most(where, 14), where, 4, true, ALIGN_LEFT},
        [C_SINCE] = {"SINCE", 8, 8, 1, false, ALIGN_RIGHT},
        [C_FOR] = {"FOR", 4, 4, 0, false, ALIGN_RIGHT},
        [C_VALUE] = {"VALUE", 14, VALUE_COLUMNS, 2, true, ALIGN_LEFT},
        [C_WORD] = {"STATE", 7, 9, 0, false, ALIGN_LEFT},
        [C_WHO] = {"WHO / UNTIL", WHO_MIN_COLUMNS, who, 3, true, ALIGN_LEFT},
    };
    struct table_layout layout = table_fit(columns, C_COUNT, rect_at(r.x + 1, r.y, r.w - 1, r.h));
    table_head(frame->canvas, r.y, columns, &layout);
    return layout;
}

static void draw_table(struct frame *frame, struct rect r, const struct alert_rows *rows)
{
    struct list *list = &frame->state->alerts;
    if (r.h < 1 || r.w < 2) {
        return;
    }
    struct table_layout layout = lay_out(frame, r, rows);
    list_fit(list, (size_t)(r.h - 1));
    struct alert_draw d = {.frame = frame, .layout = &layout, .text = STRBUF_INIT};
    for (size_t i = 0; i < list->page && list->top + i < rows->list.len; i++) {
        d.alert = rows->list.items[list->top + i].alert;
        d.y = r.y + 1 + (int)i;
        d.flags =
            d.alert->id != list->selected
                ? 0
                : list_draw_selected(frame->canvas, rect_at(r.x, d.y, r.w, 1), true, frame->glyphs);
        draw_alert(&d);
    }
    strbuf_release(&d.text);
    list_draw_more(list, frame->canvas, r.x, r.y, frame->glyphs);
    list_draw_count(list, frame->canvas, rect_row(r, 0));
}

void alert_name_text(struct strbuf *out, const struct frame *frame, const struct alert_info *alert)
{
    uint32_t glyph = alert_look_glyph(frame->glyphs, alert);
    const char *source = alert_foreign_source(alert);
    char bytes[4];
    if (glyph != ' ') {
        strbuf_add(out, bytes, utf8_encode(glyph, bytes));
        strbuf_add_char(out, ' ');
    }
    strbuf_add_c(out, alert->rule);
    if (source != NULL) {
        strbuf_printf(out, " @%s", source);
    }
    strbuf_add_c(out, "  ");
    alert_where_text(out, alert);
}

/* "FIRING 18m  critical" */
static void state_text(struct strbuf *out, const struct frame *frame, const struct alert_info *a)
{
    int64_t since = alert_since_ms(a);
    strbuf_printf(out, "%s ", alert_look_word(alert_look_of(a)));
    if (since != 0) {
        timefmt_age_coarse(out, frame->model->now.ms, since);
    }
    strbuf_printf(out, "  %s", severity_name(a->severity));
}

static int draw_box(struct frame *frame, struct rect r, int rows, const struct alert_info *alert)
{
    struct facts facts = {.list = {0}};
    struct strbuf name = STRBUF_INIT, state = STRBUF_INIT;
    alert_facts(&facts, frame, alert);
    alert_name_text(&name, frame, alert);
    state_text(&state, frame, alert);
    int left = facts_box_below(frame, r, rows, r.h / 2, &facts, strbuf_cstr(&name),
                               alert_look_role(alert), strbuf_cstr(&state));
    facts_release(&facts);
    strbuf_release(&name);
    strbuf_release(&state);
    return left;
}

/* Above the hints: that some rules do not do their work. */
static struct rect draw_rules_line(struct frame *frame, struct rect r)
{
    struct rule_counts counts = rule_counts_of(frame->model->alerts);
    struct strbuf text = STRBUF_INIT;
    rule_counts_text(&text, &counts);
    if (text.len > 0 && r.h >= RULES_LINE_MIN_ROWS) {
        strbuf_add_c(&text, "   r: which");
        r.h--;
        canvas_text_in(frame->canvas, rect_at(r.x + 1, r.y + r.h, r.w - 1, 1), ALIGN_LEFT,
                       TEXT_MARK_END, frame->glyphs->cut,
                       style_of(counts.failing > 0 ? ROLE_STATE_CRIT : ROLE_STATE_WARN),
                       strbuf_str(&text));
    }
    strbuf_release(&text);
    return r;
}

static enum role headline(const struct frame *frame, struct strbuf *out)
{
    const struct alerts *alerts = frame->model->alerts;
    struct rule_counts counts = rule_counts_of(alerts);
    if (alerts == NULL) {
        strbuf_add_c(out, "Waiting for the rules: nothing is known of alerts yet.");
        return ROLE_STATE_UNKNOWN;
    }
    if (frame->state->filter[0] != '\0' && alerts_count(alerts) > 0) {
        strbuf_add_c(out, "No alert has the filter's words. Esc clears it.");
        return ROLE_TEXT_STRONG;
    }
    if (frame->model->engine == UI_ENGINE_LOST) {
        strbuf_add_c(out, "Not known: the engine is not reached.");
        return ROLE_STATE_UNKNOWN;
    }
    if (counts.all == 0) {
        strbuf_add_c(out, "There are no rules, so no alert can fire.");
        return ROLE_STATE_WARN;
    }
    if (counts.evaluated.ms == 0) {
        strbuf_printf(out, "Not known yet: of %zu rules none was evaluated so far.", counts.all);
        return ROLE_STATE_UNKNOWN;
    }
    size_t blind = counts.failing + counts.no_data;
    if (blind > 0) {
        strbuf_printf(out, "No alerts, but %zu of %zu rules cannot see what they watch.", blind,
                      counts.all);
        return ROLE_STATE_UNKNOWN;
    }
    strbuf_printf(out, "No alerts. %zu rules, last evaluated ", counts.all);
    timefmt_age(out, frame->model->now.ms, counts.evaluated.ms);
    strbuf_add_c(out, " ago.");
    return ROLE_TEXT_STRONG;
}

static void draw_empty(struct frame *frame, struct rect r)
{
    struct strbuf text = STRBUF_INIT;
    struct facts facts = {.list = {0}};
    enum role role = headline(frame, &text);
    facts_add(&facts, NULL, role, strbuf_str(&text));
    if (frame->model->alerts != NULL && frame->model->engine != UI_ENGINE_LOST &&
        alerts_rule_count(frame->model->alerts) == 0 && alerts_count(frame->model->alerts) == 0) {
        facts_add(&facts, NULL, ROLE_TEXT, STR(" "));
        facts_add(&facts, NULL, ROLE_TEXT,
                  STR("'tocsin help tocsin.yaml' says how rule files are named there."));
    }
    int top = r.h > 4 ? 1 : 0;
    facts_draw(&facts, frame->canvas, rect_at(r.x + 1, r.y + top, r.w - 2, r.h - top), 0,
               frame->glyphs->cut);
    facts_release(&facts);
    strbuf_release(&text);
}

void alerts_draw(struct frame *frame, struct rect r)
{
    struct alert_rows rows = {.list = {0}};
    make_rows(&rows, frame);
    r = draw_rules_line(frame, r);
    if (rows.list.len == 0) {
        draw_empty(frame, r);
    } else {
        size_t at = list_selected(&frame->state->alerts);
        int wanted = (int)at_most((int)rows.list.len, CANVAS_MAX_SIDE) + 1;
        if (at < rows.list.len && r.h >= BOX_MIN_ROWS && r.w >= BOX_MIN_WIDTH) {
            r.h = draw_box(frame, r, wanted, rows.list.items[at].alert);
        }
        draw_table(frame, r, &rows);
    }
    vec_release(&rows.list);
}

void alert_detail_draw(struct frame *frame, struct rect r, const struct alert_info *alert)
{
    struct list *list = &frame->state->alert_lines;
    struct facts facts = {.list = {0}};
    list_begin(list);
    if (alert == NULL) {
        canvas_text(frame->canvas, r.x + 1, r.y, r.w - 1, style_of(ROLE_STATE_UNKNOWN),
                    STR("It is gone: nothing is known of it any more."));
        return;
    }
    alert_facts(&facts, frame, alert);
    struct rect inside = rect_at(r.x + 1, r.y, r.w - 2, r.h);
    int lines = facts_lines(&facts, inside.w);
    /* It scrolls by lines: its "selected" row is the first one shown. */
    for (int i = 0; i + (r.h < lines ? r.h : lines) <= lines; i++) {
        vec_push(&list->ids, (uint64_t)i);
    }
    list_fit(list, (size_t)r.h);
    size_t top = list_selected(list) != SIZE_MAX ? list_selected(list) : 0;
    facts_draw(&facts, frame->canvas, inside, (int)top, frame->glyphs->cut);
    if (lines > r.h && r.h > 0) {
        bool above = top > 0, below = (int)top + r.h < lines;
        canvas_put(frame->canvas, r.x, r.y,
                   above && below ? frame->glyphs->above_below
                   : above        ? frame->glyphs->above
                                  : frame->glyphs->below,
                   style_of(ROLE_TEXT_STRONG));
    }
    facts_release(&facts);
}

void alerts_title_text(struct strbuf *out, const struct frame *frame)
{
    struct alert_counts counts = {0};
    if (frame->model->alerts == NULL) {
        return;
    }
    alerts_counts(frame->model->alerts, &counts);
    strbuf_printf(out, "  %sfiring %zu", frame->model->engine == UI_ENGINE_LOST ? "was: " : "",
                  counts.critical + counts.warning + counts.info);
    if (counts.acknowledged > 0) {
        strbuf_printf(out, " (acked %zu)", counts.acknowledged);
    }
    strbuf_printf(out, "  pending %zu  silenced %zu  resolved %zu", counts.pending, counts.silenced,
                  counts.resolved);
    if (counts.unknown > 0) {
        strbuf_printf(out, "  unknown %zu", counts.unknown);
    }
}
