/* The rules with their health: those that fail or match nothing first, since they will not fire
 * when they should. */
#include <string.h>

#include "base/duration.h"
#include "ui/alert_look.h"
#include "ui/filter.h"
#include "ui/timefmt.h"
#include "ui/views/alerts.h"
#include "ui/width.h"

enum { C_STATE, C_HEALTH, C_NAME, C_GROUP, C_PLACE, C_LAST, C_ALERTS, C_NOTE, C_COUNT };

#define NAME_MAX_COLUMNS  36
#define GROUP_MAX_COLUMNS 20
#define PLACE_MAX_COLUMNS 28

struct rule_counts rule_counts_of(const struct alerts *alerts)
{
    struct rule_counts counts = {.all = 0};
    if (alerts != NULL) {
        alerts_rule_counts(alerts, &counts);
    }
    return counts;
}

void rule_counts_text(struct strbuf *out, const struct rule_counts *counts)
{
    if (counts->failing > 0) {
        strbuf_printf(out, "%zu rule%s failing", counts->failing, counts->failing == 1 ? "" : "s");
    }
    if (counts->no_data > 0) {
        strbuf_printf(out, "%s%zu%s match%s nothing", counts->failing > 0 ? ", " : "",
                      counts->no_data,
                      counts->failing > 0    ? ""
                      : counts->no_data == 1 ? " rule"
                                             : " rules",
                      counts->no_data == 1 ? "es" : "");
    }
}

static const char *health_word(enum rule_health health)
{
    switch (health) {
    case RULE_HEALTH_ERROR:
        return "FAILS";
    case RULE_HEALTH_NO_DATA:
        return "NO DATA";
    case RULE_HEALTH_NEW:
        return "waiting";
    case RULE_HEALTH_OK:
        return "ok";
    }
    return "";
}

/* In the order of the list. */
static int health_rank(enum rule_health health)
{
    switch (health) {
    case RULE_HEALTH_ERROR:
        return 0;
    case RULE_HEALTH_NO_DATA:
        return 1;
    case RULE_HEALTH_NEW:
        return 2;
    case RULE_HEALTH_OK:
        return 3;
    }
    return 3;
}
#define HEALTH_RANKS 4

static enum role health_role(enum rule_health health)
{
    switch (health) {
    case RULE_HEALTH_ERROR:
        return ROLE_STATE_CRIT;
    case RULE_HEALTH_NO_DATA:
        return ROLE_STATE_WARN;
    case RULE_HEALTH_NEW:
        return ROLE_STATE_UNKNOWN;
    case RULE_HEALTH_OK:
        return ROLE_TEXT_MUTED;
    }
    return ROLE_TEXT;
}

static uint32_t health_glyph(const struct glyphs *glyphs, enum rule_health health)
{
    switch (health) {
    case RULE_HEALTH_ERROR:
        return glyphs->down;
    case RULE_HEALTH_NO_DATA:
        return glyphs->warning;
    case RULE_HEALTH_NEW:
        return glyphs->unknown;
    case RULE_HEALTH_OK:
        return ' ';
    }
    return ' ';
}

#define LIST_LEAST 4 /* rows it keeps beside the box */

struct rule_row {
    struct rule_info rule;
    uint64_t id;
};

struct rule_rows {
    VEC(struct rule_row) list;
};

static bool is_shown(const struct frame *frame, const struct rule_info *rule)
{
    const char *texts[] = {rule->name,
                           rule->group,
                           rule->file,
                           rule->source,
                           rule->error,
                           rule->note,
                           health_word(rule->health),
                           NULL};
    return filter_matches(frame->state->filter, texts);
}

static uint64_t rule_id(const struct rule_info *rule)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_printf(&text, "%s\n%s\n%u\n%s", rule->file, rule->group, rule->line, rule->name);
    uint64_t id = str_hash(strbuf_str(&text));
    strbuf_release(&text);
    return id;
}

static void make_rows(struct rule_rows *rows, struct frame *frame)
{
    const struct alerts *alerts = frame->model->alerts;
    size_t count = alerts != NULL ? alerts_rule_count(alerts) : 0;
    struct list *list = &frame->state->rules;
    struct rule_rows of_rank[HEALTH_RANKS] = {{.list = {0}}};
    for (size_t i = 0; i < count; i++) {
        struct rule_row row;
        alerts_rule_at(alerts, i, &row.rule);
        if (is_shown(frame, &row.rule)) {
            row.id = rule_id(&row.rule);
            vec_push(&of_rank[health_rank(row.rule.health)].list, row);
        }
    }
    list_begin(list);
    for (int rank = 0; rank < HEALTH_RANKS; rank++) {
        VEC_EACH (&of_rank[rank].list, const struct rule_row, row) {
            vec_push(&rows->list, *row);
            vec_push(&list->ids, row->id);
        }
        vec_release(&of_rank[rank].list);
    }
    list_settle(list);
}

/* Why it is not well; where it is: what it watches. */
static const char *note_of(const struct rule_info *rule)
{
    return rule->error[0] != '\0' ? rule->error : rule->note[0] != '\0' ? rule->note : rule->expr;
}

/* "node.yaml:41": the folder is told in the box. */
static void place_text(struct strbuf *out, const struct rule_info *rule)
{
    const char *slash = strrchr(rule->file, '/');
    strbuf_printf(out, "%s:%u", slash != NULL ? slash + 1 : rule->file, rule->line);
}

struct rule_draw {
    struct frame *frame;
    const struct table_layout *layout;
    struct strbuf text;
    int y;
    unsigned flags;
};

static void put(struct rule_draw *d, size_t column, enum text_align align, enum role role,
                const char *text)
{
    canvas_text_in(d->frame->canvas, table_cell(d->layout, column, d->y), align,
                   column == C_NAME ? TEXT_MARK_MIDDLE : TEXT_MARK_END, d->frame->glyphs->cut,
                   style_with(role, d->flags), str_from(text));
    strbuf_reset(&d->text);
}

static void draw_rule(struct rule_draw *d, const struct rule_info *rule)
{
    enum role role = health_role(rule->health);
    bool calm = rule->health == RULE_HEALTH_OK;
    canvas_put(d->frame->canvas, d->layout->x[C_STATE], d->y,
               health_glyph(d->frame->glyphs, rule->health), style_with(role, d->flags));
    put(d, C_HEALTH, ALIGN_LEFT, role, health_word(rule->health));
    put(d, C_NAME, ALIGN_LEFT, calm ? ROLE_TEXT : role, rule->name);
    put(d, C_GROUP, ALIGN_LEFT, ROLE_TEXT_MUTED, rule->group);
    place_text(&d->text, rule);
    put(d, C_PLACE, ALIGN_LEFT, ROLE_TEXT_MUTED, strbuf_cstr(&d->text));
    alert_time_text(&d->text, rule->evaluated.ms, d->frame->model->now.ms, d->frame->state->utc);
    put(d, C_LAST, ALIGN_RIGHT, ROLE_TEXT_MUTED, strbuf_cstr(&d->text));
    if (rule->alerting) {
        strbuf_printf(&d->text, "%zu", rule->firing + rule->pending + rule->unknown);
    } else {
        strbuf_add_c(&d->text, "rec");
    }
    put(d, C_ALERTS, ALIGN_RIGHT, ROLE_TEXT, strbuf_cstr(&d->text));
    put(d, C_NOTE, ALIGN_LEFT, calm ? ROLE_TEXT_MUTED : role, note_of(rule));
}

static void widest(int *columns, int max, const char *text)
{
    int wide = width_columns(str_from(text));
    wide = wide < max ? wide : max;
    *columns = wide > *columns ? wide : *columns;
}

static struct table_layout lay_out(const struct frame *frame, struct rect r,
                                   const struct rule_rows *rows)
{
    int name = 8, group = 5, place = 8;
    struct strbuf text = STRBUF_INIT;
    VEC_EACH (&rows->list, const struct rule_row, row) {
        widest(&name, NAME_MAX_COLUMNS, row->rule.name);
        widest(&group, GROUP_MAX_COLUMNS, row->rule.group);
        place_text(&text, &row->rule);
        widest(&place, PLACE_MAX_COLUMNS, strbuf_cstr(&text));
        strbuf_reset(&text);
    }
    strbuf_release(&text);
    const struct table_column columns[C_COUNT] = {
        [C_STATE] = {"S", 1, 1, 0, false, ALIGN_LEFT},
        [C_HEALTH] = {"HEALTH", 7, 7, 0, false, ALIGN_LEFT},
        [C_NAME] = {"RULE", name < 14 ? name : 14, name, 0, true, ALIGN_LEFT},
        [C_GROUP] = {"GROUP", group, group, 1, false, ALIGN_LEFT},
        [C_PLACE] = {"FILE", place, place, 4, false, ALIGN_LEFT},
        [C_LAST] = {"LAST", 8, 8, 3, false, ALIGN_RIGHT},
        [C_ALERTS] = {"ALERTS", 6, 6, 2, false, ALIGN_RIGHT},
        [C_NOTE] = {"NOTE", 12, 40, 0, true, ALIGN_LEFT},
    };
    struct table_layout layout = table_fit(columns, C_COUNT, rect_at(r.x + 1, r.y, r.w - 1, r.h));
    table_head(frame->canvas, r.y, columns, &layout);
    return layout;
}

static void draw_table(struct frame *frame, struct rect r, const struct rule_rows *rows)
{
    struct list *list = &frame->state->rules;
    if (r.h < 1 || r.w < 2) {
        return;
    }
    struct table_layout layout = lay_out(frame, r, rows);
    list_fit(list, (size_t)(r.h - 1));
    struct rule_draw d = {.frame = frame, .layout = &layout, .text = STRBUF_INIT};
    for (size_t i = 0; i < list->page && list->top + i < rows->list.len; i++) {
        const struct rule_row *row = &rows->list.items[list->top + i];
        d.y = r.y + 1 + (int)i;
        d.flags =
            row->id != list->selected
                ? 0
                : list_draw_selected(frame->canvas, rect_at(r.x, d.y, r.w, 1), true, frame->glyphs);
        draw_rule(&d, &row->rule);
    }
    strbuf_release(&d.text);
    list_draw_more(list, frame->canvas, r.x, r.y, frame->glyphs);
    list_draw_count(list, frame->canvas, rect_row(r, 0));
}

static void add_timing(struct facts *facts, const struct rule_info *rule)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_add_c(&text, "every ");
    duration_format(&text, rule->interval_ms);
    if (rule->for_ms > 0) {
        strbuf_add_c(&text, ", for ");
        duration_format(&text, rule->for_ms);
    }
    if (rule->keep_firing_for_ms > 0) {
        strbuf_add_c(&text, ", keeps firing for ");
        duration_format(&text, rule->keep_firing_for_ms);
    }
    if (rule->evaluated.ms != 0) {
        strbuf_add_c(&text, ", took ");
        unit_format(&text, (double)rule->duration_us / 1e6, UNIT_SECONDS);
    }
    if (rule->missed > 0) {
        strbuf_printf(&text, ", %llu slots missed", (unsigned long long)rule->missed);
    }
    facts_add(facts, "timing", ROLE_TEXT, strbuf_str(&text));
    strbuf_release(&text);
}

static int draw_box(struct frame *frame, struct rect r, int rows, const struct rule_info *rule)
{
    struct facts facts = {.list = {0}};
    facts_add(&facts, "error", ROLE_STATE_CRIT, str_from(rule->error));
    facts_add(&facts, "note", ROLE_STATE_WARN, str_from(rule->note));
    facts_printf(&facts, "rule", ROLE_TEXT, "%s:%u   group %s   asks '%s'", rule->file, rule->line,
                 rule->group, rule->source);
    add_timing(&facts, rule);
    if (rule->alerting) {
        facts_printf(&facts, "alerts", ROLE_TEXT, "%zu firing, %zu pending, %zu unknown",
                     rule->firing, rule->pending, rule->unknown);
    }
    facts_add(&facts, "expr", ROLE_TEXT, str_from(rule->expr));
    facts_add(&facts, "recover", ROLE_TEXT, str_from(rule->recover));
    int left = facts_box_below(frame, r, rows, LIST_LEAST, &facts, rule->name,
                               health_role(rule->health), health_word(rule->health));
    facts_release(&facts);
    return left;
}

void rules_draw(struct frame *frame, struct rect r)
{
    struct rule_rows rows = {.list = {0}};
    make_rows(&rows, frame);
    size_t at = list_selected(&frame->state->rules);
    if (at < rows.list.len) {
        int wanted = rows.list.len < CANVAS_MAX_SIDE ? (int)rows.list.len + 1 : CANVAS_MAX_SIDE;
        r.h = draw_box(frame, r, wanted, &rows.list.items[at].rule);
        draw_table(frame, r, &rows);
    } else {
        bool filtered = frame->state->filter[0] != '\0';
        canvas_text(frame->canvas, r.x + 1, r.y + (r.h > 4 ? 1 : 0), r.w - 1,
                    style_of(ROLE_TEXT_STRONG),
                    filtered ? STR("No rule has the filter's words. Esc clears it.")
                    : frame->model->engine == UI_ENGINE_LOST
                        ? STR("Not known: the engine is not reached.")
                        : STR("There are no rules."));
    }
    vec_release(&rows.list);
}

void rules_title_text(struct strbuf *out, const struct frame *frame)
{
    struct rule_counts counts = rule_counts_of(frame->model->alerts);
    strbuf_printf(out, "  %zu in all: ", counts.all);
    rule_counts_text(out, &counts);
    if (counts.failing + counts.no_data + counts.waiting == 0 && counts.all > 0) {
        strbuf_add_c(out, frame->model->engine == UI_ENGINE_LOST ? "were well" : "all well");
    } else if (counts.waiting > 0) {
        strbuf_printf(out, "%s%zu not evaluated yet",
                      counts.failing + counts.no_data > 0 ? ", " : "", counts.waiting);
    }
}
