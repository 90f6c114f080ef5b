/*
 * The status bar. It is there on every screen and never covered. Its parts shorten in steps as the
 * screen gets narrow; what fires, the age of data, the count of sources and the clock are the last
 * to go.
 *
 * All of it is in the alarm's style, which is reversed in every theme, while something critical
 * fires that nobody has acknowledged. What it says of alerts is of now even while the rest is
 * paused.
 */
#include <string.h>

#include "base/duration.h"
#include "base/utf8.h"
#include "ui/alert_look.h"
#include "ui/timefmt.h"
#include "ui/views/alerts.h"
#include "ui/views/views.h"
#include "ui/width.h"

#define PARTS_MAX       8
#define NAME_MIN_WIDTH  60 /* the program's name and the whole environment */
#define ENVIRONMENT_CUT 6  /* fewer columns of it tell nothing */

struct part {
    struct strbuf text;
    enum role role;
};

struct parts {
    struct part list[PARTS_MAX];
    size_t count;
};

enum status_length { STATUS_FULL, STATUS_MEDIUM, STATUS_SHORT, STATUS_TINY, STATUS_LENGTHS };

static struct strbuf *add_part(struct parts *parts, enum role role)
{
    struct part *part = &parts->list[parts->count++];
    strbuf_init(&part->text, 512);
    part->role = role;
    return &part->text;
}

static void parts_release(struct parts *parts)
{
    for (size_t i = 0; i < parts->count; i++) {
        strbuf_release(&parts->list[i].text);
    }
    parts->count = 0;
}

static int parts_width(const struct parts *parts)
{
    int width = 0;
    for (size_t i = 0; i < parts->count; i++) {
        width += width_columns(strbuf_str(&parts->list[i].text));
    }
    return width;
}

static void add_glyph(struct strbuf *out, uint32_t code_point)
{
    char bytes[4];
    strbuf_add(out, bytes, utf8_encode(code_point, bytes));
}

static void add_count(struct strbuf *out, enum status_length length, const char *word, size_t n)
{
    strbuf_add_c(out, out->len > 0 ? length == STATUS_FULL ? "  " : " " : "");
    strbuf_printf(out, "%s%s%zu", word, length <= STATUS_MEDIUM ? " " : "", n);
}

/* "CRIT 2▲": of these two the blank stays as long as the word does. */
static void add_severity(struct strbuf *out, enum status_length length, bool critical, size_t n,
                         uint32_t glyph)
{
    static const char *const words[2][2] = {{"WARN ", "W"}, {"CRIT ", "C"}};
    if (n == 0 && length > STATUS_MEDIUM) {
        return;
    }
    strbuf_add_c(out, out->len > 0 ? length == STATUS_FULL ? "  " : " " : "");
    strbuf_printf(out, "%s%zu", words[critical][length == STATUS_TINY], n);
    if (n > 0) {
        add_glyph(out, glyph);
    }
}

/* "tocsin", or what this console is where it is one of several that could be the engine. */
static const char *name_of(const struct frame *frame)
{
    switch (frame->model->engine) {
    case UI_ENGINE_NONE:
        break;
    case UI_ENGINE_HERE:
        return "ENGINE";
    case UI_ENGINE_ATTACHED:
        return "ATTACHED";
    case UI_ENGINE_LOST:
        return "NO ENGINE";
    }
    return "tocsin";
}

/* What fires, what is not known, what nobody has, what is hidden, and what does not work of the
 * rules: without them nothing would fire, so that "0" alone would say too much. */
static void add_counts(struct strbuf *out, const struct frame *frame,
                       const struct rule_counts *rules, enum status_length length)
{
    const struct alerts *alerts = frame->model->alerts;
    struct alert_counts counts = {0};
    if (alerts == NULL) {
        strbuf_add_c(out, length == STATUS_TINY ? "" : "alerts -");
        return;
    }
    bool lost = frame->model->engine == UI_ENGINE_LOST;
    if (!lost && rules->all == 0 && alerts_count(alerts) == 0) {
        strbuf_add_c(out, length == STATUS_TINY ? "" : "no rules");
        return;
    }
    if (!lost && rules->evaluated.ms == 0 && alerts_count(alerts) == 0) { /* not 0: not known */
        strbuf_add_c(out, length == STATUS_TINY ? "a?" : "alerts ?");
        return;
    }
    bool wide = length <= STATUS_MEDIUM;
    alerts_counts(alerts, &counts);
    if (lost) {
        if (counts.critical + counts.warning + counts.unknown == 0) { /* none was: not none is */
            strbuf_add_c(out, length == STATUS_TINY ? "a?" : "alerts ?");
            return;
        }
        strbuf_add_c(out, "was");
    }
    if (!wide && counts.critical + counts.warning == 0) {
        strbuf_add_c(out, length == STATUS_TINY ? "C0" : "CRIT 0");
    }
    add_severity(out, length, true, counts.critical, frame->glyphs->critical);
    add_severity(out, length, false, counts.warning, frame->glyphs->warning);
    if (counts.unknown > 0) {
        add_count(out, length, wide ? "UNKNOWN" : "?", counts.unknown);
    }
    if (wide || counts.unacknowledged > 0) {
        add_count(out, length, wide ? "unacked" : "un", counts.unacknowledged);
    }
    if (counts.silenced > 0) {
        add_count(out, length, length == STATUS_TINY ? "s" : "sil", counts.silenced);
    }
    if (rules->failing > 0) {
        add_count(out, length, wide ? "RULES" : "r", rules->failing);
        add_glyph(out, frame->glyphs->down);
    }
}

static bool is_alarm(const struct frame *frame)
{
    const struct alerts *alerts = frame->model->alerts;
    size_t count = alerts != NULL ? alerts_count(alerts) : 0;
    for (size_t i = 0; i < count; i++) {
        const struct alert_info *a = alerts_at(alerts, i);
        if (a->severity == SEVERITY_CRITICAL && alert_is_unacked(a)) {
            return true;
        }
    }
    return false;
}

/* The oldest data of sources that still deliver; of the others the count of sources tells. Where
 * none delivers any more, the youngest there is. */
static const struct source_health *oldest_source(const struct frame *frame)
{
    const struct source_health *oldest = NULL, *youngest = NULL;
    for (size_t i = 0; i < frame->scene->source_count; i++) {
        const struct source_health *s = &frame->scene->sources[i];
        if (s->last_success.ms == 0) {
            continue;
        }
        if (s->state != SOURCE_DOWN &&
            (oldest == NULL || s->last_success.ms < oldest->last_success.ms)) {
            oldest = s;
        }
        if (youngest == NULL || s->last_success.ms > youngest->last_success.ms) {
            youngest = s;
        }
    }
    return oldest != NULL ? oldest : youngest;
}

static void add_age(struct parts *parts, const struct frame *frame, enum status_length length)
{
    int64_t now = frame->scene->now_ms;
    const struct source_health *source = oldest_source(frame);
    bool late = source != NULL && source_is_late(source, now);
    struct strbuf *text = add_part(parts, late ? ROLE_STATUS_BAR_ALARM : ROLE_STATUS_BAR);
    strbuf_add_c(text, length <= STATUS_MEDIUM ? "data " : "");
    if (source != NULL) {
        timefmt_age(text, now, source->last_success.ms);
    } else {
        strbuf_add_char(text, '-');
    }
}

static void add_sources(struct parts *parts, const struct frame *frame, enum status_length length)
{
    size_t up = 0, down = 0, degraded = 0, count = frame->scene->source_count;
    for (size_t i = 0; i < count; i++) {
        enum source_state state = frame->scene->sources[i].state;
        up += state == SOURCE_UP ? 1 : 0;
        down += state == SOURCE_DOWN ? 1 : 0;
        degraded += state == SOURCE_DEGRADED ? 1 : 0;
    }
    struct strbuf *text =
        add_part(parts, up < count || count == 0 ? ROLE_STATUS_BAR_ALARM : ROLE_STATUS_BAR);
    strbuf_printf(text, "%s%zu/%zu",
                  length <= STATUS_MEDIUM  ? "src "
                  : length == STATUS_SHORT ? "src"
                                           : "",
                  up, count);
    if (up < count) {
        strbuf_add_c(text, length <= STATUS_MEDIUM ? " " : "");
        add_glyph(text, down > 0       ? frame->glyphs->down
                        : degraded > 0 ? frame->glyphs->warning
                                       : frame->glyphs->unknown);
    }
}

static void add_mode(struct parts *parts, const struct frame *frame, enum status_length length)
{
    const struct ui_state *state = frame->state;
    if (state->paused) {
        struct strbuf *text = add_part(parts, ROLE_STATUS_BAR_ALARM);
        strbuf_add_c(text, length <= STATUS_MEDIUM ? "PAUSED +" : "P+");
        timefmt_age(text, frame->model->now.ms, state->paused_at_ms);
        return;
    }
    if (length == STATUS_TINY) {
        return;
    }
    struct strbuf *text = add_part(parts, ROLE_STATUS_BAR);
    strbuf_add_c(text, length <= STATUS_MEDIUM ? "LIVE " : "");
    timefmt_range(text, frame->scene->range_ms);
}

static void add_clock(struct parts *parts, const struct frame *frame, enum status_length length)
{
    int64_t now = frame->model->now.ms;
    struct strbuf *text = add_part(parts, ROLE_STATUS_BAR);
    if (length == STATUS_TINY) {
        timefmt_minute(text, now, frame->state->utc);
        return;
    }
    timefmt_clock(text, now, frame->state->utc);
    strbuf_add_char(text, ' ');
    timefmt_zone(text, now, frame->state->utc);
}

static void make_right(struct parts *parts, const struct frame *frame, enum status_length length)
{
    const char *gap = length == STATUS_FULL ? "  " : " ";
    add_age(parts, frame, length);
    strbuf_add_c(add_part(parts, ROLE_STATUS_BAR), gap);
    add_sources(parts, frame, length);
    strbuf_add_c(add_part(parts, ROLE_STATUS_BAR), gap);
    add_mode(parts, frame, length);
    strbuf_add_c(add_part(parts, ROLE_STATUS_BAR), length == STATUS_TINY ? "" : gap);
    add_clock(parts, frame, length);
}

static enum role environment_role(const char *name)
{
    struct str s = str_from(name);
    return str_starts_with(s, STR("prod"))   ? ROLE_ENV_PROD
           : str_starts_with(s, STR("stag")) ? ROLE_ENV_STAGE
                                             : ROLE_ENV;
}

/* The bar as it is to be drawn. */
struct status {
    struct parts right;
    struct strbuf counts;
    bool alarm;
    bool named; /* the program's name has room */
};

static enum role role_in(const struct status *status, enum role calm)
{
    return status->alarm ? ROLE_STATUS_BAR_ALARM : calm;
}

static const char *environment_of(const struct frame *frame)
{
    return frame->model->environment != NULL ? frame->model->environment : "";
}

/* Whole, or as much as there is room for; not at all where that would tell nothing. */
static int draw_environment(struct frame *frame, const struct status *status, int x, int y,
                            int room)
{
    const char *name = environment_of(frame);
    int columns = width_columns(str_from(name));
    if (columns > room && room < ENVIRONMENT_CUT) {
        return 0;
    }
    return canvas_text_in(frame->canvas, rect_at(x, y, room, 1), ALIGN_LEFT, TEXT_MARK_MIDDLE,
                          frame->glyphs->cut, style_of(role_in(status, environment_role(name))),
                          str_from(name));
}

static int draw_stalled(struct frame *frame, int x, int y, int room)
{
    struct strbuf text = STRBUF_INIT;
    int used = 0;
    if (frame->state->stalled_for_ms > 0 && room >= 19) {
        strbuf_add_c(&text, "  RESUMED after ");
        timefmt_age_coarse(&text, frame->state->stalled_for_ms, 0);
        used = canvas_text(frame->canvas, x, y, room, style_of(ROLE_STATUS_BAR_ALARM),
                           strbuf_str(&text));
    }
    strbuf_release(&text);
    return used;
}

static void draw_left(struct frame *frame, struct rect r, const struct status *status)
{
    struct canvas *c = frame->canvas;
    int counts = width_columns(strbuf_str(&status->counts));
    int x = r.x + 1, end = r.x + r.w, gap = frame->canvas->width >= 100 ? 2 : 1;
    int before = end - (counts > 0 ? counts + gap : 0); /* what stands before them ends here */
    struct str name = str_from(name_of(frame));
    if (status->named && before - x > (int)name.len) {
        x += canvas_text(c, x, r.y, before - x, style_of(role_in(status, ROLE_STATUS_BAR)), name);
        x++;
    }
    x += draw_environment(frame, status, x, r.y, before - x);
    x += draw_stalled(frame, x, r.y, before - x);
    if (counts > 0) {
        x += x > r.x + 1 && canvas_at(c, x - 1, r.y)->text[0] != ' ' ? gap : 0;
        canvas_text(c, x, r.y, end - x, style_of(role_in(status, ROLE_STATUS_BAR)),
                    strbuf_str(&status->counts));
    }
}

/* What the left side needs before the counts: a blank, the program's name where it is wide, the
 * environment's, "RESUMED after 14m". */
static int left_width(const struct frame *frame, const struct status *status, int width)
{
    int columns = width_columns(str_from(environment_of(frame)));
    int most = width >= NAME_MIN_WIDTH ? 24 : status->counts.len > 0 ? 0 : 10;
    int stalled = frame->state->stalled_for_ms > 0 && width >= 50 ? 20 : 0;
    return 2 + (status->named ? (int)strlen(name_of(frame)) + 1 : 0) +
           (columns < most ? columns + 1 : most) + stalled;
}

/* Half a number is another number: what does not fit goes as a whole, from the right. */
static void cut_counts(struct strbuf *counts, int room)
{
    while (counts->len > 0 && width_columns(strbuf_str(counts)) > room) {
        size_t end = counts->len;
        while (end > 0 && counts->data[end - 1] != ' ') {
            end--;
        }
        strbuf_truncate(counts, end > 0 ? end - 1 : 0);
    }
}

static void make_status(struct status *status, const struct frame *frame, int width)
{
    static const struct {
        enum status_length counts, right;
        bool named;
    } steps[] = {{STATUS_FULL, STATUS_FULL, true},      {STATUS_MEDIUM, STATUS_MEDIUM, true},
                 {STATUS_MEDIUM, STATUS_MEDIUM, false}, {STATUS_SHORT, STATUS_MEDIUM, false},
                 {STATUS_SHORT, STATUS_SHORT, false},   {STATUS_SHORT, STATUS_TINY, false},
                 {STATUS_TINY, STATUS_TINY, false}};
    const struct rule_counts rules = rule_counts_of(frame->model->alerts);
    bool empty = environment_of(frame)[0] == '\0';
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        parts_release(&status->right);
        strbuf_reset(&status->counts);
        make_right(&status->right, frame, steps[i].right);
        add_counts(&status->counts, frame, &rules, steps[i].counts);
        status->named = (steps[i].named && width >= NAME_MIN_WIDTH) || empty;
        int counts = width_columns(strbuf_str(&status->counts));
        if (parts_width(&status->right) + (counts > 0 ? counts + 1 : 0) +
                left_width(frame, status, width) + 1 <=
            width) {
            break;
        }
    }
    cut_counts(&status->counts, width - parts_width(&status->right) - 3);
}

void status_draw(struct frame *frame, struct rect r)
{
    if (rect_is_empty(r)) {
        return;
    }
    struct status status = {.counts = STRBUF_INIT, .alarm = is_alarm(frame)};
    canvas_fill(frame->canvas, r, ' ', style_of(role_in(&status, ROLE_STATUS_BAR)));
    make_status(&status, frame, r.w);
    int width = parts_width(&status.right);
    int x = r.x + (r.w - width - 1 > 0 ? r.w - width - 1 : 0);
    draw_left(frame, rect_at(r.x, r.y, x - r.x - 1, 1), &status);
    for (size_t i = 0; i < status.right.count; i++) {
        const struct part *part = &status.right.list[i];
        x += canvas_text(frame->canvas, x, r.y, r.x + r.w - x,
                         style_of(role_in(&status, part->role)), strbuf_str(&part->text));
    }
    parts_release(&status.right);
    strbuf_release(&status.counts);
}
