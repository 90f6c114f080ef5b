#include "ui/alert_actions.h"

#include <stdio.h>
#include <string.h>

#include "ui/alert_look.h"

static void say(struct screen *screen, const char *problem, const char *subject)
{
    snprintf(screen->state.said, sizeof(screen->state.said), "%s: '%s'", problem, subject);
}

/* The one that keys act on: the open one, or what is selected in the list; NULL where it is gone
 * since it was drawn. */
static const struct alert_info *target(struct screen *screen)
{
    struct ui_state *state = &screen->state;
    const struct list *list = &state->alerts;
    if (screen->alerts == NULL) {
        return NULL;
    }
    if (state->view == VIEW_ALERT) {
        return alerts_find(screen->alerts, state->alert_id);
    }
    return list_selected(list) != SIZE_MAX ? alerts_find(screen->alerts, list->selected) : NULL;
}

/* From now on it is this row, wherever it stands then. */
static void hold(struct screen *screen, const struct alert_info *alert)
{
    if (screen->state.view == VIEW_ALERTS) {
        list_select_id(&screen->state.alerts, alert->id);
    }
}

void alert_act_ack(struct screen *screen)
{
    const struct alert_info *alert = target(screen);
    if (alert == NULL) {
        return;
    }
    if (alert->state == ALERT_INACTIVE) {
        say(screen, "there is nothing to acknowledge, it is resolved", alert->rule);
        return;
    }
    hold(screen, alert);
    dialog_open_alert(&screen->state.dialog, DIALOG_ACK, alert);
}

void alert_act_unack(struct screen *screen)
{
    const struct alert_info *alert = target(screen);
    if (alert == NULL) {
        return;
    }
    if (alert->ack == NULL) {
        say(screen, "nobody has acknowledged it", alert->rule);
        return;
    }
    hold(screen, alert);
    const struct ui_command command = {
        .id = UI_COMMAND_UNACK, .alert = alert->id, .subject = alert->rule};
    screen->sink(screen->sink_user, &command);
}

void alert_act_dismiss(struct screen *screen)
{
    const struct alert_info *alert = target(screen);
    if (alert == NULL) {
        return;
    }
    if (alert->state != ALERT_UNKNOWN) {
        say(screen, "only what is UNKNOWN can be dismissed", alert->rule);
        return;
    }
    hold(screen, alert);
    dialog_open_alert(&screen->state.dialog, DIALOG_DISMISS, alert);
}

void alert_act_silence(struct screen *screen)
{
    const struct alert_info *alert = target(screen);
    if (alert != NULL) {
        hold(screen, alert);
        dialog_open_alert(&screen->state.dialog, DIALOG_SILENCE, alert);
    }
}

/* Of the row: rows are identified by a hash of the silence's id. */
static const struct silence *selected_silence(const struct screen *screen)
{
    const struct list *list = &screen->state.silences;
    size_t count = screen->alerts != NULL ? alerts_silence_count(screen->alerts) : 0;
    for (size_t i = 0; list_selected(list) != SIZE_MAX && i < count; i++) {
        const struct silence *s = alerts_silence_at(screen->alerts, i);
        if (s->id != NULL && str_hash(str_from(s->id)) == list->selected) {
            return s;
        }
    }
    return NULL;
}

void alert_act_expire(struct screen *screen)
{
    const struct silence *s = selected_silence(screen);
    if (s == NULL) {
        return;
    }
    if (silence_state_at(s, screen->now_ms) == SILENCE_EXPIRED) {
        say(screen, "it has ended already", s->comment != NULL ? s->comment : s->id);
        return;
    }
    list_select_id(&screen->state.silences, str_hash(str_from(s->id)));
    dialog_open_expire(&screen->state.dialog, s);
}

static void show_alert(struct ui_state *state, uint64_t id)
{
    if (state->view == VIEW_ALERT) {
        state->alert_id = id;
        list_unselect(&state->alert_lines);
    } else {
        state->view = state->root = VIEW_ALERTS;
        state->zoom = false;
    }
    list_select_id(&state->alerts, id);
}

/* In the engine's order, which is the list's but for moments; round at the ends. */
void alert_act_next_bad(struct screen *screen, int by)
{
    struct ui_state *state = &screen->state;
    size_t count = screen->alerts != NULL ? alerts_count(screen->alerts) : 0;
    bool looking = state->view == VIEW_ALERTS || state->view == VIEW_ALERT;
    uint64_t from = state->view == VIEW_ALERT ? state->alert_id : state->alerts.selected;
    size_t at = count;
    for (size_t i = 0; looking && i < count; i++) {
        at = alerts_at(screen->alerts, i)->id == from ? i : at;
    }
    bool anywhere = at == count; /* then the first one, or the last, is next */
    for (size_t step = anywhere ? 0 : 1; step < count + (anywhere ? 0 : 1); step++) {
        size_t base = anywhere ? (by > 0 ? 0 : count - 1) : at;
        size_t i = by > 0 ? (base + step) % count : (base + count - step % count) % count;
        const struct alert_info *alert = alerts_at(screen->alerts, i);
        if (alert_is_unacked(alert) &&
            (state->filter[0] == '\0' || !looking || alert_matches(alert, state->filter))) {
            if (!looking) {
                state->filter[0] = '\0'; /* it was about other rows */
            }
            show_alert(state, alert->id);
            return;
        }
    }
    snprintf(state->said, sizeof(state->said), "every alert that fires is acknowledged");
}

static void send_note(struct screen *screen, enum ui_command_id id)
{
    struct dialog *d = &screen->state.dialog;
    const struct ui_command command = {
        .id = id, .alert = d->alert, .subject = d->subject, .text = d->text};
    screen->sink(screen->sink_user, &command);
    dialog_close(d);
}

static void commit_silence(struct screen *screen)
{
    struct dialog *d = &screen->state.dialog;
    struct silence silence;
    if (!dialog_make_silence(d, screen->now_ms, screen->state.user, &silence)) {
        return;
    }
    const struct ui_command command = {
        .id = UI_COMMAND_SILENCE, .alert = d->alert, .subject = d->subject, .silence = &silence};
    screen->sink(screen->sink_user, &command);
    silence_release(&silence);
    dialog_close(d);
}

void dialog_act_commit(struct screen *screen)
{
    struct dialog *d = &screen->state.dialog;
    switch (d->kind) {
    case DIALOG_ACK:
        send_note(screen, UI_COMMAND_ACK);
        break;
    case DIALOG_DISMISS:
        if (str_trim(str_from(d->text)).len == 0) {
            snprintf(d->error, sizeof(d->error), "say why");
        } else {
            send_note(screen, UI_COMMAND_DISMISS);
        }
        break;
    case DIALOG_SILENCE:
        commit_silence(screen);
        break;
    case DIALOG_EXPIRE: {
        const struct ui_command command = {
            .id = UI_COMMAND_EXPIRE, .subject = d->subject, .silence_id = d->silence_id};
        screen->sink(screen->sink_user, &command);
        dialog_close(d);
        break;
    }
    case DIALOG_QUIT:
        dialog_close(d);
        screen_quit(screen);
        break;
    case DIALOG_NONE:
        break;
    }
}
