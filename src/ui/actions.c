/*
 * What keys do. Every row of the key table has a function here; what they change is the screen's
 * state, everything else is a command to the sink.
 */
#include <assert.h>

#include "ui/alert_actions.h"
#include "ui/keycode.h"
#include "ui/keys.h"
#include "ui/screen_private.h"

#define INTERRUPT_MS 3000 /* between the two ^C that quit */

unsigned screen_contexts(const struct ui_state *state)
{
    switch (state->dialog.kind) {
    case DIALOG_ACK:
    case DIALOG_DISMISS:
        return CTX_PROMPT;
    case DIALOG_SILENCE:
        return CTX_DIALOG;
    case DIALOG_EXPIRE:
    case DIALOG_QUIT:
        return CTX_CONFIRM;
    case DIALOG_NONE:
        break;
    }
    if (state->prompt) {
        return CTX_PROMPT;
    }
    if (state->help) {
        return CTX_HELP | CTX_GLOBAL;
    }
    switch (state->view) {
    case VIEW_OVERVIEW:
    case VIEW_HOSTS:
        return CTX_GLOBAL | CTX_ROWS | CTX_BOARD;
    case VIEW_SOURCES:
        return CTX_GLOBAL | CTX_ROWS | CTX_SOURCES;
    case VIEW_DETAIL:
        return CTX_GLOBAL | CTX_DETAIL | CTX_ROWS;
    case VIEW_ALERTS:
        return CTX_GLOBAL | CTX_ROWS | CTX_ALERTS | CTX_ALERT;
    case VIEW_ALERT:
        return CTX_GLOBAL | CTX_ROWS | CTX_ALERT;
    case VIEW_RULES:
        return CTX_GLOBAL | CTX_ROWS | CTX_RULES;
    case VIEW_SILENCES:
        return CTX_GLOBAL | CTX_ROWS | CTX_SILENCES;
    }
    return CTX_GLOBAL;
}

void screen_command(struct screen *screen, enum ui_command_id id, int64_t range_ms)
{
    struct ui_command command = {.id = id, .range_ms = range_ms};
    screen->sink(screen->sink_user, &command);
}

void screen_quit(struct screen *screen)
{
    if (!screen->quitting) {
        screen->quitting = true;
        screen_command(screen, UI_COMMAND_QUIT, 0);
    }
}

static void quit(struct screen *screen)
{
    if (screen->quit_asks) {
        dialog_open_quit(&screen->state.dialog);
    } else {
        screen_quit(screen);
    }
}

/* The list that moves now. */
static struct list *moving_list(struct ui_state *state)
{
    if (state->help) {
        return &state->help_rows;
    }
    switch (state->view) {
    case VIEW_OVERVIEW:
    case VIEW_HOSTS: {
        bool second = state->panels == 2 && state->focus % 2 == 1;
        return second || state->services.ids.len == 0 ? &state->resources : &state->services;
    }
    case VIEW_SOURCES:
        return &state->sources;
    case VIEW_DETAIL:
        return &state->detail;
    case VIEW_ALERTS:
        return &state->alerts;
    case VIEW_ALERT:
        return &state->alert_lines;
    case VIEW_RULES:
        return &state->rules;
    case VIEW_SILENCES:
        return &state->silences;
    }
    return &state->services;
}

static void show_view(struct ui_state *state, enum view view)
{
    state->view = view;
    state->zoom = false;
    state->help = false;
    state->focus = 0;
    if (view != VIEW_DETAIL && view != VIEW_ALERT) {
        state->root = view;
    }
}

static void open_alert(struct ui_state *state)
{
    size_t at = list_selected(&state->alerts);
    if (at != SIZE_MAX) {
        list_select(&state->alerts, at);
        state->alert_id = state->alerts.selected;
        state->view = VIEW_ALERT;
        list_unselect(&state->alert_lines);
    }
}

static void open_selected(struct ui_state *state)
{
    struct list *list = moving_list(state);
    size_t at = list_selected(list);
    if (at < list->opens.len) {
        struct list_target target = list->opens.items[at];
        list_select(list, at); /* back from there it is this row, wherever it stands then */
        enum view root = state->view;
        show_view(state, VIEW_DETAIL);
        state->root = root;
        state->detail_id = target.instance;
        list_unselect(&state->detail);
        if (target.row != 0) {
            list_select_id(&state->detail, target.row);
        }
    }
}

static void go_back(struct screen *screen)
{
    struct ui_state *state = &screen->state;
    if (state->help) {
        state->help = false;
    } else if (state->zoom) {
        state->zoom = false;
    } else if (state->view == VIEW_DETAIL || state->view == VIEW_ALERT) {
        show_view(state, state->root);
    } else if (state->filter[0] != '\0') {
        state->filter[0] = '\0';
    } else if (state->view == VIEW_RULES) {
        show_view(state, VIEW_ALERTS);
    } else if (state->view != VIEW_OVERVIEW) {
        show_view(state, VIEW_OVERVIEW);
    } else if (screen->key == 'q') {
        quit(screen);
    }
}

static void interrupt(struct screen *screen)
{
    struct ui_state *state = &screen->state;
    if (state->help || state->zoom) {
        state->help = state->zoom = false;
        return;
    }
    int64_t since = screen->now_ms - state->interrupted_at_ms;
    if (state->interrupted_at_ms != 0 && since >= 0 && since < INTERRUPT_MS) {
        screen_quit(screen); /* twice is an answer */
    }
    state->interrupted_at_ms = screen->now_ms != 0 ? screen->now_ms : 1;
}

static void change_range(struct screen *screen, int by)
{
    static const int64_t minutes[] = {5, 15, 30, 60, 180, 360, 720, 1440};
    long at = 0;
    while (at + 1 < (long)ARRAY_LEN(minutes) && minutes[at] * 60000 < screen->range_ms) {
        at++;
    }
    bool between = minutes[at] * 60000 > screen->range_ms;
    long next = by > 0 && between ? at : at + by;
    if (next >= 0 && next < (long)ARRAY_LEN(minutes)) {
        screen->range_ms = minutes[next] * 60000;
        screen_command(screen, UI_COMMAND_RANGE, screen->range_ms);
    }
}

static void toggle_pause(struct screen *screen)
{
    struct ui_state *state = &screen->state;
    state->paused = !state->paused;
    state->paused_at_ms = screen->now_ms;
    /* The copy is made of what is on the screen: screen_draw takes it before the model changes. */
    if (!state->paused) {
        scene_release(&screen->scene);
    }
}

static void move_focus(struct ui_state *state, size_t by)
{
    if (state->panels > 0) {
        state->focus = (state->focus + by) % state->panels;
    }
}

static long half_page(const struct list *list)
{
    return list->page >= 2 ? (long)(list->page / 2) : 1;
}

static long whole_page(const struct list *list)
{
    return list->page >= 2 ? (long)list->page - 1 : 1;
}

/* Order anew at once: the person asked for it. */
static void order_changed(struct ui_state *state)
{
    state->last_key_ms = 0;
}

/* One a row of the key table. */
typedef void (*action_fn)(struct screen *screen);

static void act_help(struct screen *screen)
{
    screen->state.help = !screen->state.help;
    list_unselect(&screen->state.help_rows);
}

static void act_open(struct screen *screen)
{
    if (screen->state.view == VIEW_ALERTS) {
        open_alert(&screen->state);
    } else {
        open_selected(&screen->state);
    }
}

static void act_down(struct screen *screen)
{
    list_move(moving_list(&screen->state), 1);
}

static void act_up(struct screen *screen)
{
    list_move(moving_list(&screen->state), -1);
}

static void act_page_down(struct screen *screen)
{
    struct list *list = moving_list(&screen->state);
    list_move(list, whole_page(list));
}

static void act_page_up(struct screen *screen)
{
    struct list *list = moving_list(&screen->state);
    list_move(list, -whole_page(list));
}

static void act_half_down(struct screen *screen)
{
    struct list *list = moving_list(&screen->state);
    list_move(list, half_page(list));
}

static void act_half_up(struct screen *screen)
{
    struct list *list = moving_list(&screen->state);
    list_move(list, -half_page(list));
}

static void act_top(struct screen *screen)
{
    list_select(moving_list(&screen->state), 0);
}

static void act_bottom(struct screen *screen)
{
    list_select(moving_list(&screen->state), SIZE_MAX);
}

static void act_focus_next(struct screen *screen)
{
    move_focus(&screen->state, 1);
}

static void act_focus_prev(struct screen *screen)
{
    move_focus(&screen->state, screen->state.panels > 0 ? screen->state.panels - 1 : 0);
}

static void act_overview(struct screen *screen)
{
    show_view(&screen->state, VIEW_OVERVIEW);
}

static void act_hosts(struct screen *screen)
{
    show_view(&screen->state, VIEW_HOSTS);
}

static void act_sources(struct screen *screen)
{
    show_view(&screen->state, VIEW_SOURCES);
}

static void act_alerts(struct screen *screen)
{
    show_view(&screen->state, VIEW_ALERTS);
}

static void act_rules(struct screen *screen)
{
    show_view(&screen->state, VIEW_RULES);
    screen->state.filter[0] = '\0'; /* it was about alerts */
}

static void act_silences(struct screen *screen)
{
    show_view(&screen->state, VIEW_SILENCES);
}

static void act_next_bad(struct screen *screen)
{
    alert_act_next_bad(screen, 1);
}

static void act_prev_bad(struct screen *screen)
{
    alert_act_next_bad(screen, -1);
}

static void act_filter(struct screen *screen)
{
    screen->state.prompt = true;
}

static void act_zoom(struct screen *screen)
{
    screen->state.zoom = !screen->state.zoom;
}

static void act_header(struct screen *screen)
{
    screen->state.hints = !screen->state.hints;
}

static void act_range_out(struct screen *screen)
{
    change_range(screen, 1);
}

static void act_range_in(struct screen *screen)
{
    change_range(screen, -1);
}

static void act_zone(struct screen *screen)
{
    screen->state.utc = !screen->state.utc;
}

static void act_refresh(struct screen *screen)
{
    screen_command(screen, UI_COMMAND_REFRESH, 0);
}

static void act_prompt_accept(struct screen *screen)
{
    if (screen->state.dialog.kind != DIALOG_NONE) {
        dialog_act_commit(screen);
    } else {
        screen->state.prompt = false;
    }
}

static void act_prompt_erase(struct screen *screen)
{
    if (screen->state.dialog.kind != DIALOG_NONE) {
        dialog_erase(&screen->state.dialog);
    } else {
        text_erase_last(screen->state.filter);
    }
}

static void act_prompt_clear(struct screen *screen)
{
    if (screen->state.dialog.kind != DIALOG_NONE) {
        dialog_clear(&screen->state.dialog);
    } else {
        screen->state.filter[0] = '\0';
    }
}

static void act_dialog_cancel(struct screen *screen)
{
    dialog_close(&screen->state.dialog);
}

static void act_dialog_next(struct screen *screen)
{
    dialog_move(&screen->state.dialog, 1);
}

static void act_dialog_prev(struct screen *screen)
{
    dialog_move(&screen->state.dialog, -1);
}

static void act_dialog_space(struct screen *screen)
{
    if (!dialog_toggle(&screen->state.dialog)) {
        dialog_type(&screen->state.dialog, ' ');
    }
}

static void act_dialog_shorter(struct screen *screen)
{
    dialog_choose(&screen->state.dialog, -1);
}

static void act_dialog_longer(struct screen *screen)
{
    dialog_choose(&screen->state.dialog, 1);
}

static void act_dialog_erase(struct screen *screen)
{
    dialog_erase(&screen->state.dialog);
}

static void act_dialog_clear(struct screen *screen)
{
    dialog_clear(&screen->state.dialog);
}

static void act_sort(struct screen *screen)
{
    screen->state.sort = (enum sort_key)((screen->state.sort + 1) % SORT_COUNT);
    order_changed(&screen->state);
}

static void act_invert(struct screen *screen)
{
    screen->state.sort_inverted = !screen->state.sort_inverted;
    order_changed(&screen->state);
}

static void act_prompt_cancel(struct screen *screen)
{
    if (screen->state.dialog.kind != DIALOG_NONE) {
        dialog_close(&screen->state.dialog);
        return;
    }
    screen->state.prompt = false;
    screen->state.filter[0] = '\0';
}

static void act_redraw(struct screen *screen)
{
    if (screen->term != NULL) {
        term_redraw(screen->term);
    }
}

static void act_suspend(struct screen *screen)
{
    if (screen->term != NULL) {
        term_suspend(screen->term);
        screen_resized(screen);
    }
}

static const action_fn actions[ACTION_COUNT] = {
    [ACTION_HELP] = act_help,
    [ACTION_OPEN] = act_open,
    [ACTION_BACK] = go_back,
    [ACTION_DOWN] = act_down,
    [ACTION_UP] = act_up,
    [ACTION_TOP] = act_top,
    [ACTION_BOTTOM] = act_bottom,
    [ACTION_PAGE_DOWN] = act_page_down,
    [ACTION_PAGE_UP] = act_page_up,
    [ACTION_HALF_DOWN] = act_half_down,
    [ACTION_HALF_UP] = act_half_up,
    [ACTION_FOCUS_NEXT] = act_focus_next,
    [ACTION_FOCUS_PREV] = act_focus_prev,
    [ACTION_OVERVIEW] = act_overview,
    [ACTION_ALERTS] = act_alerts,
    [ACTION_HOSTS] = act_hosts,
    [ACTION_SOURCES] = act_sources,
    [ACTION_SILENCES] = act_silences,
    [ACTION_RULES] = act_rules,
    [ACTION_ACK] = alert_act_ack,
    [ACTION_UNACK] = alert_act_unack,
    [ACTION_SILENCE] = alert_act_silence,
    [ACTION_DISMISS] = alert_act_dismiss,
    [ACTION_EXPIRE] = alert_act_expire,
    [ACTION_NEXT_BAD] = act_next_bad,
    [ACTION_PREV_BAD] = act_prev_bad,
    [ACTION_FILTER] = act_filter,
    [ACTION_SORT] = act_sort,
    [ACTION_INVERT] = act_invert,
    [ACTION_ZOOM] = act_zoom,
    [ACTION_HEADER] = act_header,
    [ACTION_RANGE_OUT] = act_range_out,
    [ACTION_RANGE_IN] = act_range_in,
    [ACTION_PAUSE] = toggle_pause,
    [ACTION_ZONE] = act_zone,
    [ACTION_REFRESH] = act_refresh,
    [ACTION_REDRAW] = act_redraw,
    [ACTION_SUSPEND] = act_suspend,
    [ACTION_INTERRUPT] = interrupt,
    [ACTION_QUIT] = quit,
    [ACTION_PROMPT_ACCEPT] = act_prompt_accept,
    [ACTION_PROMPT_CANCEL] = act_prompt_cancel,
    [ACTION_PROMPT_ERASE] = act_prompt_erase,
    [ACTION_PROMPT_CLEAR] = act_prompt_clear,
    [ACTION_DIALOG_COMMIT] = dialog_act_commit,
    [ACTION_DIALOG_CANCEL] = act_dialog_cancel,
    [ACTION_DIALOG_NEXT] = act_dialog_next,
    [ACTION_DIALOG_PREV] = act_dialog_prev,
    [ACTION_DIALOG_SPACE] = act_dialog_space,
    [ACTION_DIALOG_SHORTER] = act_dialog_shorter,
    [ACTION_DIALOG_LONGER] = act_dialog_longer,
    [ACTION_DIALOG_ERASE] = act_dialog_erase,
    [ACTION_DIALOG_CLEAR] = act_dialog_clear,
    [ACTION_CONFIRM_YES] = dialog_act_commit,
    [ACTION_CONFIRM_NO] = act_dialog_cancel,
};

/* What is typed where a text is asked for. */
static void type_key(struct ui_state *state, int32_t key)
{
    if (state->dialog.kind != DIALOG_NONE) {
        dialog_type(&state->dialog, key);
    } else if (key != KEYCODE_BACKSPACE) {
        text_type(state->filter, FILTER_MAX, key);
        order_changed(state);
    }
}

bool screen_act(struct screen *screen, int32_t key)
{
    struct ui_state *state = &screen->state;
    enum action action = keys_find(key, screen_contexts(state));
    bool was_stalled = state->stalled_for_ms != 0, had_said = state->said[0] != '\0';
    if (state->dialog.kind != DIALOG_NONE && !state->dialog.painted) {
        return false; /* typed before it was there to be read */
    }
    state->stalled_for_ms = 0;
    state->said[0] = '\0';
    if (action != ACTION_INTERRUPT) {
        state->interrupted_at_ms = 0;
    }
    state->last_key_ms = screen->now_ms;
    if (action == ACTION_NONE && (state->prompt || state->dialog.kind != DIALOG_NONE)) {
        type_key(state, key);
        return true;
    }
    if (action == ACTION_NONE) {
        return was_stalled || had_said;
    }
    assert(actions[action] != NULL);
    screen->key = key;
    actions[action](screen);
    return true;
}
