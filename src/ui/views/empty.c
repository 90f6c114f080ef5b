/* When there is no service and no machine: what is being waited for, or what is wrong. */
#include "ui/views/views.h"

/* The questions for what there is were not all answered before this much time has passed. */
#define LOOKING_MS 10000

static enum role source_role(const struct source_health *source)
{
    switch (source->state) {
    case SOURCE_DOWN:
        return ROLE_STATE_CRIT;
    case SOURCE_DEGRADED:
        return ROLE_STATE_WARN;
    case SOURCE_WAITING:
    case SOURCE_UP:
        return ROLE_TEXT;
    }
    return ROLE_TEXT;
}

static const char *headline(const struct frame *frame, bool *wrong)
{
    const struct scene *scene = frame->scene;
    size_t count = scene->source_count, waiting = 0, up = 0;
    for (size_t i = 0; i < count; i++) {
        waiting += scene->sources[i].state == SOURCE_WAITING ? 1 : 0;
        up += scene->sources[i].state == SOURCE_UP || scene->sources[i].state == SOURCE_DEGRADED;
    }
    *wrong = false;
    if (frame->state->filter[0] != '\0' && scene->instances.len > 0) {
        return "Nothing has the filter's words. Esc clears it.";
    }
    if (scene->instances.len > 0) {
        return "No machines here: 1 is the overview.";
    }
    if (!scene->has_board || (count > 0 && waiting == count)) {
        return "Waiting for the first data.";
    }
    *wrong = true;
    if (count == 0) {
        return "There is no source to ask: give one on the command line or in tocsin.yaml.";
    }
    if (up == 0) {
        return waiting > 0 ? "No data yet." : "No source answers.";
    }
    *wrong = false;
    int64_t known_for_ms = scene->now_ms - frame->state->first_data_ms;
    if (known_for_ms >= 0 && known_for_ms < LOOKING_MS) {
        return "Data comes in: looking for services and machines in it.";
    }
    return "Data comes in, but no panel has found its service or machine in it yet.";
}

void empty_draw(struct frame *frame, struct rect r)
{
    bool wrong;
    struct str text = str_from(headline(frame, &wrong));
    int y = r.y + (r.h > 4 ? 1 : 0);
    struct rect before = canvas_clip(frame->canvas, r);
    canvas_text_in(frame->canvas, rect_at(r.x + 1, y, r.w - 1, 1), ALIGN_LEFT, TEXT_MARK_END,
                   frame->glyphs->cut, style_of(wrong ? ROLE_STATE_WARN : ROLE_TEXT_STRONG), text);
    y += r.h > 4 ? 2 : 1;
    for (size_t i = 0; i < frame->scene->source_count && y < r.y + r.h; i++, y++) {
        const struct source_health *source = &frame->scene->sources[i];
        struct strbuf line = STRBUF_INIT;
        strbuf_printf(&line, "%-14s ", source->name);
        source_state_text(&line, source, frame->scene->now_ms);
        canvas_text_in(frame->canvas, rect_at(r.x + 1, y, r.w - 1, 1), ALIGN_LEFT, TEXT_MARK_END,
                       frame->glyphs->cut, style_of(source_role(source)), strbuf_str(&line));
        strbuf_release(&line);
    }
    canvas_unclip(frame->canvas, before);
}
