#include "ui/screen.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ui/keycode.h"
#include "ui/layout.h"
#include "ui/screen_private.h"
#include "ui/views/alerts.h"
#include "ui/views/views.h"
#include "ui/width.h"

/* Two frames of the owner's ticker further apart than this: tocsin or the machine stood still. */
#define STALL_MS    3000
#define FLUSH_MS    20
#define INPUT_CHUNK 256

/* Used where even the built-in theme cannot be had: the terminal's defaults. */
static struct theme *plain_theme(void)
{
    struct theme *theme = mem_zalloc(1, sizeof(*theme));
    theme->name = mem_strdup("plain");
    for (size_t i = 0; i < ROLE_COUNT; i++) {
        theme->styles[i].fg = (struct theme_color){THEME_COLOR_DEFAULT, THEME_COLOR_DEFAULT};
        theme->styles[i].bg = theme->styles[i].fg;
    }
    theme->styles[ROLE_SELECTION].attrs = THEME_REVERSE;
    theme->styles[ROLE_STATUS_BAR].attrs = THEME_BOLD;
    theme->styles[ROLE_STATUS_BAR_ALARM].attrs = THEME_REVERSE | THEME_BOLD;
    return theme;
}

struct screen *screen_create(struct term *term, const struct screen_options *options,
                             ui_command_sink sink, void *user)
{
    struct screen *s = mem_zalloc(1, sizeof(*s));
    s->term = term;
    s->theme = options->theme;
    if (s->theme == NULL) {
        s->own_theme = theme_builtin("terminal");
        s->own_theme = s->own_theme != NULL ? s->own_theme : plain_theme();
        s->theme = s->own_theme;
    }
    enum glyph_mode glyphs = options->glyphs;
    if (term != NULL && (glyphs == GLYPHS_AUTO || !term_is_utf8(term))) {
        glyphs = term_glyph_mode(term);
    }
    s->glyphs = glyphs_of(glyphs);
    s->sink = sink;
    s->sink_user = user;
    s->state.utc = options->utc;
    s->state.hints = true;
    s->buckets = mem_zalloc(FRAME_BUCKETS, sizeof(*s->buckets));
    canvas_init(&s->canvas, options->width, options->height);
    canvas_init(&s->last, 0, 0);
    if (term != NULL) {
        screen_resized(s);
    }
    return s;
}

void screen_destroy(struct screen *s)
{
    if (s == NULL) {
        return;
    }
    scene_release(&s->scene);
    list_release(&s->state.services);
    list_release(&s->state.resources);
    list_release(&s->state.sources);
    list_release(&s->state.detail);
    list_release(&s->state.help_rows);
    list_release(&s->state.alerts);
    list_release(&s->state.alert_lines);
    list_release(&s->state.rules);
    list_release(&s->state.silences);
    dialog_close(&s->state.dialog);
    canvas_release(&s->canvas);
    canvas_release(&s->last);
    theme_destroy(s->own_theme);
    free(s->buckets);
    free(s);
}

static const struct alert_info *open_alert(const struct frame *frame)
{
    const struct alerts *alerts = frame->model->alerts;
    return alerts != NULL ? alerts_find(alerts, frame->state->alert_id) : NULL;
}

static void draw_view(struct frame *frame, struct rect r)
{
    struct ui_state *state = frame->state;
    if (state->help) {
        help_draw(frame, r);
        return;
    }
    switch (state->view) {
    case VIEW_OVERVIEW:
    case VIEW_HOSTS:
        overview_draw(frame, r);
        break;
    case VIEW_SOURCES:
        sources_draw(frame, r);
        break;
    case VIEW_DETAIL: {
        const struct instance *instance = scene_find(frame->scene, state->detail_id);
        if (instance != NULL) {
            detail_draw(frame, r, instance);
        }
        break;
    }
    case VIEW_ALERTS:
        alerts_draw(frame, r);
        break;
    case VIEW_ALERT:
        alert_detail_draw(frame, r, open_alert(frame));
        break;
    case VIEW_RULES:
        rules_draw(frame, r);
        break;
    case VIEW_SILENCES:
        silences_draw(frame, r);
        break;
    }
}

/* Where the sentence has no room its beginning is said in a word: what comes after it is news. */
static void draw_notice(struct screen *s, struct rect r, struct str notice)
{
    struct str beginning = STR(UI_NOTICE_REFUSED);
    struct strbuf text = STRBUF_INIT;
    struct rect line = rect_at(r.x + 1, r.y, r.w - 1, r.h);
    if (width_columns(notice) > line.w && str_starts_with(notice, beginning)) {
        struct str rest = str_slice(notice, beginning.len, notice.len - beginning.len);
        strbuf_printf(&text, "refused:%.*s", STR_ARG(rest));
        notice = strbuf_str(&text);
    }
    canvas_text_in(&s->canvas, line, ALIGN_LEFT, TEXT_MARK_END, s->glyphs->cut,
                   style_of(ROLE_ERROR), notice);
    strbuf_release(&text);
}

/* What is to be told: why a key did nothing; else what is wrong with the alerts and what the owner
 * has to tell. */
static void notice_text(struct strbuf *out, const struct screen *s, const struct ui_model *model)
{
    const char *problem = model->alerts != NULL ? alerts_problem(model->alerts) : NULL;
    if (s->state.said[0] != '\0') {
        strbuf_add_c(out, s->state.said);
        return;
    }
    if (problem != NULL) {
        strbuf_printf(out, "alerts: %s", problem);
    }
    if (model->notice != NULL && model->notice[0] != '\0') {
        strbuf_printf(out, "%s%s", out->len > 0 ? "; " : "", model->notice);
    }
}

/* A row of titles only where it tells something the rest does not, or costs little. */
static bool has_title(const struct screen *s)
{
    switch (s->state.view) {
    case VIEW_OVERVIEW:
    case VIEW_HOSTS:
        return s->canvas.height >= 28 || s->state.filter[0] != '\0';
    case VIEW_ALERTS:
        return s->canvas.height >= 16 || s->state.filter[0] != '\0';
    case VIEW_SOURCES:
    case VIEW_DETAIL:
    case VIEW_ALERT:
    case VIEW_RULES:
    case VIEW_SILENCES:
        return true;
    }
    return true;
}

/* A question has a row, however small the screen is. */
static struct screen_layout lay_out(const struct screen *s, bool notice)
{
    bool asks = s->state.prompt || dialog_is_line(&s->state.dialog);
    struct screen_layout l = layout_screen(s->canvas.width, s->canvas.height, has_title(s),
                                           s->state.hints || asks, notice);
    if (asks && rect_is_empty(l.hints) && l.body.h > 0) {
        l.body.h--;
        l.hints = rect_row(rect_at(l.body.x, l.body.y, l.body.w, l.body.h + 1), l.body.h);
    }
    return l;
}

static void draw_frame(struct screen *s, const struct ui_model *model)
{
    struct frame frame = {.canvas = &s->canvas,
                          .glyphs = s->glyphs,
                          .model = model,
                          .scene = &s->scene,
                          .state = &s->state,
                          .buckets = s->buckets};
    struct strbuf notice = STRBUF_INIT;
    notice_text(&notice, s, model);
    struct screen_layout l = lay_out(s, notice.len > 0);
    canvas_reset(&s->canvas, s->canvas.width, s->canvas.height);
    draw_view(&frame, l.body);
    title_draw(&frame, l.title);
    if (notice.len > 0) {
        draw_notice(s, l.notice, strbuf_str(&notice));
    }
    strbuf_release(&notice);
    if (s->state.dialog.kind == DIALOG_SILENCE) {
        dialog_draw(&frame, l.body);
    }
    hints_draw(&frame, l.hints, screen_contexts(&s->state));
    status_draw(&frame, l.status);
}

/* While paused the scene is a copy of what was shown when the pause began. */
static void take_scene(struct screen *s, const struct ui_model *model)
{
    if (s->scene.frozen) {
        return;
    }
    scene_take(&s->scene, model);
    if (s->state.paused) {
        scene_freeze(&s->scene);
    }
}

static void note_time(struct screen *s, int64_t now_ms)
{
    int64_t since = now_ms - s->state.drawn_at_ms;
    if (s->state.drawn_at_ms != 0 && (since > STALL_MS || since < -STALL_MS)) {
        s->state.stalled_for_ms = since > 0 ? since : -since;
    }
    s->state.drawn_at_ms = now_ms;
    s->now_ms = now_ms;
}

static bool show(struct screen *s)
{
    if (s->term != NULL) {
        enum term_frame result = term_draw(s->term, &s->canvas, s->theme);
        s->skipped = result == TERM_FRAME_SKIPPED;
        return result == TERM_FRAME_DRAWN;
    }
    if (canvas_equal(&s->canvas, &s->last)) {
        return false;
    }
    canvas_copy(&s->last, &s->canvas);
    return true;
}

static void note_data(struct ui_state *state, const struct ui_model *model)
{
    for (size_t i = 0; state->first_data_ms == 0 && i < model->source_count; i++) {
        state->first_data_ms = model->sources[i].last_success.ms != 0 ? model->now.ms : 0;
    }
}

/* What was typed before the dialog could be read is not for it. */
static void note_painted(struct screen *s)
{
    char bytes[INPUT_CHUNK];
    long n = 0;
    if (s->state.dialog.kind == DIALOG_NONE || s->state.dialog.painted || s->skipped) {
        return;
    }
    s->state.dialog.painted = true;
    while (s->term != NULL && (n = term_read(s->term, bytes, sizeof(bytes))) > 0) {
    }
    s->keys = (struct key_parser){.state = KEY_STATE_GROUND};
    if (n < 0) {
        screen_quit(s);
    }
}

bool screen_draw(struct screen *s, const struct ui_model *model)
{
    note_time(s, model->now.ms);
    note_data(&s->state, model);
    s->range_ms = model->range_ms;
    s->alerts = model->alerts;
    s->quit_asks = model->quit_asks;
    snprintf(s->state.user, sizeof(s->state.user), "%s",
             model->user != NULL && model->user[0] != '\0' ? model->user : "nobody");
    take_scene(s, model);
    draw_frame(s, model);
    scene_forget(&s->scene);
    bool shown = show(s);
    note_painted(s);
    return shown;
}

bool screen_key(struct screen *s, int32_t key)
{
    return screen_act(s, key);
}

bool screen_input(struct screen *s)
{
    char bytes[INPUT_CHUNK];
    bool redraw = false;
    if (s->term == NULL) {
        return false;
    }
    for (;;) {
        long n = term_read(s->term, bytes, sizeof(bytes));
        if (n < 0) {
            screen_quit(s);
        }
        if (n <= 0) {
            return redraw;
        }
        for (long i = 0; i < n; i++) {
            int32_t key = key_parser_byte(&s->keys, (unsigned char)bytes[i]);
            redraw = (key != KEYCODE_NONE && screen_act(s, key)) || redraw;
        }
        if (n < (long)sizeof(bytes)) {
            return redraw;
        }
    }
}

int64_t screen_wait_ms(const struct screen *s)
{
    if (key_parser_pending(&s->keys)) {
        return KEY_PARSER_ESCAPE_MS;
    }
    return s->skipped || (s->term != NULL && term_is_waiting(s->term)) ? FLUSH_MS : -1;
}

bool screen_wake(struct screen *s)
{
    int32_t key = key_parser_timeout(&s->keys);
    bool redraw = key != KEYCODE_NONE && screen_act(s, key);
    if (s->term != NULL && term_flush(s->term) && s->skipped) {
        redraw = true; /* the line is free again: the frame that was owed */
    }
    return redraw;
}

void screen_resized(struct screen *s)
{
    if (s->term != NULL) {
        int width, height;
        term_resized(s->term);
        term_size(s->term, &width, &height);
        canvas_reset(&s->canvas, width, height);
    }
}

void screen_set_size(struct screen *s, int width, int height)
{
    if (s->term == NULL) {
        canvas_reset(&s->canvas, width, height);
    }
}

const struct canvas *screen_canvas(const struct screen *s)
{
    return &s->canvas;
}
