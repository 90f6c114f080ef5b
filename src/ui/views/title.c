/* Where one is: the view, what is selected or opened, sort and filter. */
#include "ui/alert_look.h"
#include "ui/timefmt.h"
#include "ui/views/alerts.h"
#include "ui/views/views.h"

static const char *sort_name(enum sort_key sort)
{
    static const char *const names[SORT_COUNT] = {[SORT_STATE] = "state",
                                                  [SORT_NAME] = "name",
                                                  [SORT_RATE] = "rate",
                                                  [SORT_ERRORS] = "errors",
                                                  [SORT_LATENCY] = "p95"};
    return names[sort];
}

static int add(struct frame *frame, struct rect r, int x, enum role role, const char *text)
{
    int room = r.x + r.w - x;
    return room <= 0 ? x
                     : x + canvas_text_in(frame->canvas, rect_at(x, r.y, room, 1), ALIGN_LEFT,
                                          TEXT_MARK_END, frame->glyphs->cut, style_of(role),
                                          str_from(text));
}

static void add_detail(struct frame *frame, struct rect r, int x)
{
    const struct instance *instance = scene_find(frame->scene, frame->state->detail_id);
    x = add(frame, r, x, ROLE_TEXT_MUTED, frame->state->root == VIEW_HOSTS ? "Hosts" : "Overview");
    x = add(frame, r, x, ROLE_TEXT_MUTED, " > ");
    if (instance == NULL) {
        add(frame, r, x, ROLE_STATE_UNKNOWN, "gone: no source knows it any more");
        return;
    }
    x = add(frame, r, x, ROLE_TITLE, instance->name);
    struct strbuf text = STRBUF_INIT;
    strbuf_printf(&text, "   %s   from %s   ", instance->panel->title, instance->source);
    x = add(frame, r, x, ROLE_TEXT_MUTED, strbuf_cstr(&text));
    strbuf_reset(&text);
    bool stale = instance->state == INSTANCE_STALE;
    if (stale && instance->last_seen.ms == 0) {
        strbuf_add_c(&text, "no data yet");
    } else if (stale) {
        strbuf_add_c(&text, "stale: last seen ");
        timefmt_age(&text, frame->scene->now_ms, instance->last_seen.ms);
        strbuf_add_c(&text, " ago");
    }
    add(frame, r, x, ROLE_STATE_UNKNOWN, strbuf_cstr(&text));
    strbuf_release(&text);
}

static size_t count_services(const struct frame *frame)
{
    size_t count = 0;
    VEC_EACH (&frame->scene->instances, const struct instance *, it) {
        count += (*it)->panel->shape == PANEL_RED ? 1 : 0;
    }
    return count;
}

static int add_board(struct frame *frame, struct rect r, int x)
{
    size_t services = count_services(frame), all = frame->scene->instances.len;
    bool hosts = frame->state->view == VIEW_HOSTS;
    x = add(frame, r, x, ROLE_TITLE, hosts ? "Hosts" : "Overview");
    if (!frame->scene->has_board) {
        return x;
    }
    struct strbuf text = STRBUF_INIT;
    strbuf_add_c(&text, "  ");
    if (!hosts) {
        strbuf_printf(&text, "services %zu  ", services);
    }
    strbuf_printf(&text, "machines %zu  sort: %s%s", all - services, sort_name(frame->state->sort),
                  frame->state->sort_inverted ? " inverted" : "");
    x = add(frame, r, x, ROLE_TEXT_MUTED, strbuf_cstr(&text));
    strbuf_release(&text);
    return x;
}

static int add_sources(struct frame *frame, struct rect r, int x)
{
    size_t up = 0;
    for (size_t i = 0; i < frame->scene->source_count; i++) {
        up += frame->scene->sources[i].state == SOURCE_UP ? 1 : 0;
    }
    struct strbuf text = STRBUF_INIT;
    strbuf_printf(&text, "  %zu of %zu healthy", up, frame->scene->source_count);
    x = add(frame, r, x, ROLE_TITLE, "Sources");
    x = add(frame, r, x, ROLE_TEXT_MUTED, strbuf_cstr(&text));
    strbuf_release(&text);
    return x;
}

static int add_filter(struct frame *frame, struct rect r, int x)
{
    if (frame->state->filter[0] != '\0') {
        x = add(frame, r, x, ROLE_STATE_WARN, "  filter: ");
        x = add(frame, r, x, ROLE_STATE_WARN, frame->state->filter);
    }
    return x;
}

/* "Alerts  firing 5": the view, which of it is shown, and what it counts. */
static void add_counts(struct frame *frame, struct rect r, int x, const char *name,
                       void (*text_of)(struct strbuf *out, const struct frame *frame))
{
    struct strbuf text = STRBUF_INIT;
    text_of(&text, frame);
    x = add(frame, r, x, ROLE_TITLE, name);
    x = add_filter(frame, r, x);
    add(frame, r, x, ROLE_TEXT_MUTED, strbuf_cstr(&text));
    strbuf_release(&text);
}

static void add_alert(struct frame *frame, struct rect r, int x)
{
    const struct alerts *alerts = frame->model->alerts;
    const struct alert_info *alert =
        alerts != NULL ? alerts_find(alerts, frame->state->alert_id) : NULL;
    struct strbuf text = STRBUF_INIT;
    x = add(frame, r, x, ROLE_TEXT_MUTED, "Alerts > ");
    if (alert != NULL) {
        alert_name_text(&text, frame, alert);
        x = add(frame, r, x, alert_look_role(alert), strbuf_cstr(&text));
        strbuf_reset(&text);
        strbuf_printf(&text, "   %s", alert_look_word(alert_look_of(alert)));
        add(frame, r, x, ROLE_TITLE, strbuf_cstr(&text));
    }
    strbuf_release(&text);
}

void title_draw(struct frame *frame, struct rect r)
{
    if (rect_is_empty(r)) {
        return;
    }
    int x = r.x + 1;
    switch (frame->state->view) {
    case VIEW_OVERVIEW:
    case VIEW_HOSTS:
        add_filter(frame, r, add_board(frame, r, x));
        break;
    case VIEW_SOURCES:
        add_filter(frame, r, add_sources(frame, r, x));
        break;
    case VIEW_DETAIL:
        add_detail(frame, r, x);
        break;
    case VIEW_ALERTS:
        add_counts(frame, r, x, "Alerts", alerts_title_text);
        break;
    case VIEW_ALERT:
        add_alert(frame, r, x);
        break;
    case VIEW_RULES:
        add_counts(frame, r, x, "Alerts > Rules", rules_title_text);
        break;
    case VIEW_SILENCES:
        add_counts(frame, r, x, "Silences", silences_title_text);
        break;
    }
}
