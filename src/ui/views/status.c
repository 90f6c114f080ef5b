/*
 * The status bar. It is there on every screen and never covered. Its parts shorten in steps as the
 * screen gets narrow; the age of data, the count of sources and the clock are the last to go.
 */
#include "base/duration.h"
#include "base/utf8.h"
#include "ui/timefmt.h"
#include "ui/views/views.h"
#include "ui/width.h"

#define PARTS_MAX 8

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

static void draw_left(struct frame *frame, struct rect r)
{
    struct canvas *c = frame->canvas;
    const char *environment = frame->model->environment != NULL ? frame->model->environment : "";
    const struct ui_state *state = frame->state;
    int x = r.x + 1, end = r.x + r.w;
    if (end - x >= (int)sizeof("tocsin") && (frame->canvas->width >= 60 || *environment == '\0')) {
        x += canvas_text(c, x, r.y, end - x, style_of(ROLE_STATUS_BAR), STR("tocsin "));
    }
    x += canvas_text_in(c, rect_at(x, r.y, end - x - 1, 1), ALIGN_LEFT, TEXT_MARK_MIDDLE,
                        frame->glyphs->cut, style_of(environment_role(environment)),
                        str_from(environment));
    if (state->stalled_for_ms > 0 && end - x >= 19) {
        struct strbuf text = STRBUF_INIT;
        strbuf_add_c(&text, "RESUMED after ");
        timefmt_age_coarse(&text, state->stalled_for_ms, 0);
        canvas_text(c, x + 2, r.y, end - x - 2, style_of(ROLE_STATUS_BAR_ALARM), strbuf_str(&text));
        strbuf_release(&text);
    }
}

/* What the left side needs: blanks, the program's name where it is wide, the environment's,
 * "RESUMED after 14m". */
static int left_width(const struct frame *frame, int width)
{
    const char *name = frame->model->environment != NULL ? frame->model->environment : "";
    int columns = width_columns(str_from(name));
    int most = width >= 60 ? 24 : 10;
    int stalled = frame->state->stalled_for_ms > 0 && width >= 50 ? 20 : 0;
    return 3 + (width >= 60 ? 7 : 0) + (columns < most ? columns : most) + stalled;
}

void status_draw(struct frame *frame, struct rect r)
{
    if (rect_is_empty(r)) {
        return;
    }
    canvas_fill(frame->canvas, r, ' ', style_of(ROLE_STATUS_BAR));
    struct parts parts = {.count = 0};
    for (int length = STATUS_FULL; length < STATUS_LENGTHS; length++) {
        parts_release(&parts);
        make_right(&parts, frame, (enum status_length)length);
        if (parts_width(&parts) + left_width(frame, r.w) <= r.w) {
            break;
        }
    }
    int width = parts_width(&parts);
    int x = r.x + (r.w - width - 1 > 0 ? r.w - width - 1 : 0);
    draw_left(frame, rect_at(r.x, r.y, x - r.x - 1, 1));
    for (size_t i = 0; i < parts.count; i++) {
        x += canvas_text(frame->canvas, x, r.y, r.x + r.w - x, style_of(parts.list[i].role),
                         strbuf_str(&parts.list[i].text));
    }
    parts_release(&parts);
}
