/* The overview's panel of alerts: the loud ones, as many as there is room for, and what is left
 * unsaid in a word. */
#include "ui/alert_look.h"
#include "ui/timefmt.h"
#include "ui/views/alerts.h"
#include "ui/widgets/box.h"
#include "ui/width.h"

#define TITLE_MIN_WIDTH 44
#define ROWS_MAX        6

enum { C_STATE, C_SINCE, C_FOR, C_NAME, C_WHERE, C_WHO, C_COUNT };

static size_t count_loud(const struct frame *frame)
{
    const struct alerts *alerts = frame->model->alerts;
    size_t count = alerts != NULL ? alerts_count(alerts) : 0, loud = 0;
    for (size_t i = 0; i < count; i++) {
        loud += alert_is_loud(alerts_at(alerts, i)) ? 1 : 0;
    }
    return loud;
}

int alert_panel_rows(const struct frame *frame, int max)
{
    size_t loud = count_loud(frame);
    int rows = loud < ROWS_MAX ? (int)loud : ROWS_MAX;
    return loud == 0 || max < 2 ? 0 : rows + 1 < max ? rows + 1 : max;
}

static void title_text(struct strbuf *out, const struct frame *frame, int width)
{
    struct alert_counts counts = {0};
    alerts_counts(frame->model->alerts, &counts);
    const char *was = frame->model->engine == UI_ENGINE_LOST ? "was: " : "";
    if (width < TITLE_MIN_WIDTH) {
        strbuf_printf(out, "%sunacked %zu", was, counts.unacknowledged);
        return;
    }
    strbuf_printf(out, "Alerts %s%zu firing, %zu unacked", was,
                  counts.critical + counts.warning + counts.info, counts.unacknowledged);
    if (counts.pending > 0) {
        strbuf_printf(out, ", %zu pending", counts.pending);
    }
    if (counts.silenced > 0) {
        strbuf_printf(out, ", %zu silenced", counts.silenced);
    }
}

struct panel_draw {
    struct frame *frame;
    const struct table_layout *layout;
    struct strbuf text;
};

static void put(struct panel_draw *d, size_t column, int y, enum text_align align,
                enum text_fit fit, enum role role)
{
    canvas_text_in(d->frame->canvas, table_cell(d->layout, column, y), align, fit,
                   d->frame->glyphs->cut, style_of(role), strbuf_str(&d->text));
    strbuf_reset(&d->text);
}

static void draw_alert(struct panel_draw *d, int y, const struct alert_info *a)
{
    int64_t now = d->frame->model->now.ms, since = alert_since_ms(a);
    bool utc = d->frame->state->utc;
    enum role role = alert_look_role(a);
    const char *source = alert_foreign_source(a);
    canvas_put(d->frame->canvas, d->layout->x[C_STATE], y, alert_look_glyph(d->frame->glyphs, a),
               style_of(role));
    alert_time_text(&d->text, since, now, utc);
    put(d, C_SINCE, y, ALIGN_RIGHT, TEXT_WHOLE, ROLE_TEXT_MUTED);
    timefmt_age_coarse(&d->text, now, since);
    put(d, C_FOR, y, ALIGN_RIGHT, TEXT_WHOLE, ROLE_TEXT);
    strbuf_printf(&d->text, "%s%s%s", a->rule, source != NULL ? " @" : "",
                  source != NULL ? source : "");
    put(d, C_NAME, y, ALIGN_LEFT, TEXT_MARK_MIDDLE, role);
    alert_where_text(&d->text, a);
    put(d, C_WHERE, y, ALIGN_LEFT, TEXT_MARK_MIDDLE, ROLE_TEXT);
    alert_who_text(&d->text, a, now, utc);
    put(d, C_WHO, y, ALIGN_LEFT, TEXT_MARK_END, a->ack != NULL ? ROLE_TEXT_MUTED : ROLE_TEXT);
}

static struct table_layout lay_out(struct frame *frame, struct rect r)
{
    const struct alerts *alerts = frame->model->alerts;
    int name = 8, where = 5;
    struct strbuf text = STRBUF_INIT;
    for (size_t i = 0, rows = 0; i < alerts_count(alerts) && rows < ROWS_MAX; i++) {
        const struct alert_info *a = alerts_at(alerts, i);
        if (!alert_is_loud(a)) {
            continue;
        }
        const char *source = alert_foreign_source(a);
        int wide = width_columns(str_from(a->rule));
        wide += source != NULL ? width_columns(str_from(source)) + 2 : 0;
        name = wide > name ? wide : name;
        alert_where_text(&text, a);
        wide = width_columns(strbuf_str(&text));
        where = wide > where ? wide : where;
        strbuf_reset(&text);
        rows++;
    }
    strbuf_release(&text);
    name = name < r.w / 2 ? name : r.w / 2;
    where = where < r.w / 3 ? where : r.w / 3;
    const struct table_column columns[C_COUNT] = {
        [C_STATE] = {"", 1, 1, 0, false, ALIGN_LEFT},
        [C_SINCE] = {"", 8, 8, 1, false, ALIGN_RIGHT},
        [C_FOR] = {"", 4, 4, 0, false, ALIGN_RIGHT},
        [C_NAME] = {"", name < 16 ? name : 16, name, 0, false, ALIGN_LEFT},
        [C_WHERE] = {"", where < 8 ? where : 8, where, 2, false, ALIGN_LEFT},
        [C_WHO] = {"", 6, 16, 3, true, ALIGN_LEFT},
    };
    return table_fit(columns, C_COUNT, rect_at(r.x + 1, r.y, r.w - 1, r.h));
}

void alert_panel_draw(struct frame *frame, struct rect r)
{
    const struct alerts *alerts = frame->model->alerts;
    struct strbuf title = STRBUF_INIT;
    if (rect_is_empty(r) || alerts == NULL) {
        return;
    }
    title_text(&title, frame, r.w);
    struct box_text texts[] = {{strbuf_cstr(&title), style_of(ROLE_TITLE)},
                               {NULL, style_of(ROLE_TEXT)}};
    struct box box = {.glyphs = frame->glyphs, .title = texts, .right = "2:alerts"};
    struct rect in = box_rule(frame->canvas, r, &box);
    struct table_layout layout = lay_out(frame, in);
    struct panel_draw d = {.frame = frame, .layout = &layout, .text = STRBUF_INIT};
    int y = in.y;
    for (size_t i = 0; i < alerts_count(alerts) && y < in.y + in.h; i++) {
        if (alert_is_loud(alerts_at(alerts, i))) {
            draw_alert(&d, y++, alerts_at(alerts, i));
        }
    }
    strbuf_release(&d.text);
    strbuf_release(&title);
}
