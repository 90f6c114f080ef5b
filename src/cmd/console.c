/*
 * tocsin without a subcommand: the console. The terminal is taken and the first frame drawn before
 * anything is asked for; then the engine starts on the same loop.
 *
 * A frame is drawn once a second, when a key asks for it and when data came. Sources tick at the
 * same moments as the screen; a frame waits for them (FRAME_PATIENCE_MS at most), so that it shows
 * this second's data and one wake-up does for both.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/duration.h"
#include "cmd/command.h"
#include "cmd/console_alerts.h"
#include "cmd/engine_places.h"
#include "cmd/headless.h"
#include "cmd/reload.h"
#include "cmd/startup.h"
#include "engine/config.h"
#include "engine/engine.h"
#include "loop/loop.h"
#include "ui/screen.h"

#define RANGE_DEFAULT_MS  ((int64_t)3600 * 1000)
#define RANGE_MIN_MS      ((int64_t)60 * 1000)
#define RANGE_MAX_MS      ((int64_t)365 * 24 * 3600 * 1000)
#define FRAME_INTERVAL_MS 1000
#define FRAME_PATIENCE_MS 100
#define TOLD_MS           8000 /* what became of a command is shown so long */

static const struct option_row options[] = {
    {"config", 'c', "FILE", "the configuration"},
    {"theme", 0, "NAME|FILE", "colours: terminal, tocsin-dark, tocsin-light, tocsin-cvd, ..."},
    {"glyphs", 0, "auto|eighth|braille|linux|ascii", "what charts are made of (auto)"},
    {"color", 0, "auto|always|never", "colours (auto, which obeys NO_COLOR)"},
    {"utc", 0, NULL, "times in UTC"},
    {"range", 0, "DURATION", "how far back charts go (1h)"},
    {"headless", 0, NULL, "the engine alone: no terminal, the log on standard error"},
    {"state", 0, "DIRECTORY", "where alerts and what is to be sent are kept"},
    {"socket", 0, "PATH", "where other commands reach this engine"},
    {"log", 0, "FILE", "write the log there"},
    {"log-format", 0, "logfmt|json", "how the log is written (logfmt)"},
    {"log-level", 0, "debug|info|warn|error", "what is logged from (info)"},
};

struct console {
    struct loop *loop;
    struct startup_log log;
    struct config *config;
    struct engine *engine; /* NULL until the first frame is out */
    struct term *term;
    struct screen *screen;
    struct theme *theme; /* or NULL: the built-in */
    int64_t range_ms;
    struct source_health *health;
    size_t health_count;
    char *notice;
    struct engine_places places;
    struct console_alerts alerts;
    char *told;            /* what became of the last command, or NULL */
    int64_t told_until_ms; /* wall clock */
    struct loop_fd *input;
    struct loop_timer *wake;     /* what the screen asked to be woken for */
    struct loop_timer *patience; /* a frame is due, and waits for this second's data */
    struct deferred *draw_soon;
    struct ticker *ticker;
    struct loop_signal *signals[5];
    struct reload *reload; /* there with the engine */
    struct deferred *start;
};

static void arm_wake(struct console *c)
{
    int64_t wait_ms = screen_wait_ms(c->screen);
    if (wait_ms >= 0) {
        loop_timer_arm(c->wake, wait_ms);
    } else {
        loop_timer_disarm(c->wake);
    }
}

static void fill_health(struct console *c, struct wall now)
{
    size_t count = c->engine != NULL ? engine_source_count(c->engine) : 0;
    if (count > c->health_count) {
        c->health = mem_realloc(c->health, count, sizeof(*c->health));
    }
    c->health_count = count;
    for (size_t i = 0; i < count; i++) {
        engine_source_health(c->engine, i, now, &c->health[i]);
    }
}

static void forget_told(struct console *c, struct wall now)
{
    int64_t left_ms = c->told_until_ms - now.ms;
    if (left_ms <= 0 || left_ms > TOLD_MS) { /* or the clock was put back */
        free(c->told);
        c->told = NULL;
    }
}

static struct alerts *alerts_of(const struct console *c)
{
    return c->engine != NULL ? engine_alerts(c->engine) : NULL;
}

static enum ui_engine whose(const struct console *c)
{
    switch (c->engine != NULL ? engine_role(c->engine) : ENGINE_NONE) {
    case ENGINE_NONE:
        break;
    case ENGINE_ITSELF:
        return c->config->file != NULL ? UI_ENGINE_HERE : UI_ENGINE_NONE;
    case ENGINE_ATTACHED:
        return UI_ENGINE_ATTACHED;
    case ENGINE_UNREACHED:
        return UI_ENGINE_LOST;
    }
    return UI_ENGINE_NONE;
}

/* Nobody else evaluates a person's rules when this console is gone. */
static bool quit_asks(const struct console *c)
{
    return whose(c) == UI_ENGINE_HERE && config_rules_has_users(&c->config->rules);
}

static void draw(struct console *c)
{
    struct wall now = loop_wall(c->loop);
    if (c->engine != NULL) {
        engine_tick(c->engine, now);
    }
    fill_health(c, now);
    forget_told(c, now);
    const char *problem = c->engine != NULL ? engine_problem(c->engine) : NULL;
    const struct ui_model model = {.board = c->engine != NULL ? engine_board(c->engine) : NULL,
                                   .sources = c->health,
                                   .source_count = c->health_count,
                                   .alerts = alerts_of(c),
                                   .engine = whose(c),
                                   .quit_asks = quit_asks(c),
                                   .user = c->alerts.author,
                                   .environment = c->config->environment,
                                   .version = TOCSIN_VERSION,
                                   .now = now,
                                   .range_ms = c->range_ms,
                                   .notice = c->told != NULL     ? c->told
                                             : c->notice != NULL ? c->notice
                                                                 : problem,
                                   .bytes_to_terminal = term_bytes_written(c->term)};
    loop_timer_disarm(c->patience);
    screen_draw(c->screen, &model);
    arm_wake(c);
}

static void draw_now(void *user)
{
    struct console *c = user;
    c->draw_soon = NULL;
    draw(c);
}

/* In the next turn, once for however many reasons. */
static void request_draw(struct console *c)
{
    if (c->draw_soon == NULL) {
        c->draw_soon = loop_defer(c->loop, draw_now, c);
    }
}

static void engine_moved(void *user)
{
    struct console *c = user;
    bool waiting = loop_timer_armed(c->patience) && c->engine != NULL && engine_busy(c->engine);
    if (!waiting) {
        request_draw(c);
    }
}

static void patience_over(void *user)
{
    draw(user);
}

static void tick_settled(void *user)
{
    struct console *c = user;
    c->draw_soon = NULL;
    if (c->engine != NULL && engine_busy(c->engine)) {
        loop_timer_arm(c->patience, FRAME_PATIENCE_MS);
    } else {
        draw(c);
    }
}

/* The sources' ticks of this moment may come after this one in the same turn: looked at one turn
 * later. */
static void tick(void *user, struct wall slot, uint64_t missed)
{
    struct console *c = user;
    (void)slot;
    (void)missed;
    if (c->draw_soon == NULL) {
        c->draw_soon = loop_defer(c->loop, tick_settled, c);
    }
}

static void on_input(void *user, unsigned events)
{
    struct console *c = user;
    (void)events;
    if (screen_input(c->screen)) {
        request_draw(c);
    }
    arm_wake(c);
}

static void on_wake(void *user)
{
    struct console *c = user;
    if (screen_wake(c->screen)) {
        request_draw(c);
    }
    arm_wake(c);
}

static void on_resize(void *user)
{
    struct console *c = user;
    screen_resized(c->screen);
    request_draw(c);
}

static void on_quit_signal(void *user)
{
    struct console *c = user;
    loop_stop(c->loop);
}

static void set_notice(struct console *c, char *text)
{
    free(c->notice);
    c->notice = text;
    request_draw(c);
}

/* There is one: loading failed. */
static const struct diag *first_error(const struct diags *diags)
{
    const struct diag *first = diags->list.items;
    while (first->severity != DIAG_ERROR && first + 1 < diags->list.items + diags->list.len) {
        first++;
    }
    return first;
}

static void reloaded(void *user, const struct config *fresh, const struct diags *diags)
{
    struct console *c = user;
    if (fresh == NULL) {
        const struct diag *first = first_error(diags);
        const char *slash = first->file != NULL ? strrchr(first->file, '/') : NULL;
        const char *file = slash != NULL ? slash + 1 : first->file != NULL ? first->file : "";
        set_notice(c, mem_printf(UI_NOTICE_REFUSED " %s (%s:%u)", first->message, file,
                                 first->span.line));
    } else {
        config_unref(c->config);
        c->config = config_ref(fresh);
        set_notice(c, NULL);
    }
}

/* The line hung up, or somebody wants the configuration read again: the terminal tells which. */
static void on_hangup(void *user)
{
    struct console *c = user;
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    if (poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) {
        loop_stop(c->loop);
    } else if (c->reload != NULL) {
        reload_now(c->reload);
    }
}

static void told(void *user, const char *text)
{
    struct console *c = user;
    free(c->told);
    c->told = mem_strdup(text);
    c->told_until_ms = loop_wall(c->loop).ms + TOLD_MS;
    request_draw(c);
}

static void on_command(void *user, const struct ui_command *command)
{
    struct console *c = user;
    switch (command->id) {
    case UI_COMMAND_QUIT:
        loop_stop(c->loop);
        break;
    case UI_COMMAND_REFRESH:
        if (c->engine != NULL) {
            engine_poll_now(c->engine);
        }
        break;
    case UI_COMMAND_RANGE:
        c->range_ms = command->range_ms;
        if (c->engine != NULL) {
            engine_set_range(c->engine, c->range_ms);
        }
        break;
    case UI_COMMAND_ACK:
    case UI_COMMAND_UNACK:
    case UI_COMMAND_DISMISS:
    case UI_COMMAND_SILENCE:
    case UI_COMMAND_EXPIRE:
        console_alerts_command(&c->alerts, alerts_of(c), command);
        break;
    }
}

static bool reload_wanted(void *user, struct error *err)
{
    struct console *c = user;
    return reload_try(c->reload, err);
}

/* Where another tocsin has the state directory, its socket is where this one's would be. */
static const char *attach_socket(const struct console *c)
{
    return c->places.running != NULL ? c->places.running
           : c->config->file != NULL ? c->places.socket
                                     : NULL;
}

/* The first frame is on its way to the terminal: now the rest may take its time. */
static void start_engine(void *user)
{
    struct console *c = user;
    c->start = NULL;
    const struct engine_options engine = {.loop = c->loop,
                                          .log = c->log.log,
                                          .config = c->config,
                                          .rules = true,
                                          .state_dir = c->places.state_dir,
                                          .socket_path = c->places.socket,
                                          .attach_socket = attach_socket(c),
                                          .attach = c->places.running != NULL,
                                          .range_ms = c->range_ms,
                                          .changed = engine_moved,
                                          .reload = reload_wanted,
                                          .user = c};
    const struct reload_events events = {.ended = reloaded, .user = c};
    struct error err = ERROR_INIT;
    c->engine = engine_create(&engine);
    c->reload = reload_create(c->loop, c->log.log, c->engine, &events);
    if (!reload_watch(c->reload, &err)) {
        set_notice(c, mem_printf("the configuration is not watched: %s", error_text(&err)));
        error_release(&err);
    }
}

static bool watch_signals(struct console *c, struct error *err)
{
    static const int numbers[] = {SIGWINCH, SIGCONT, SIGTERM, SIGINT, SIGHUP};
    static const loop_cb handlers[] = {on_resize, on_resize, on_quit_signal, on_quit_signal,
                                       on_hangup};
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        c->signals[i] = loop_signal_create(c->loop, numbers[i], handlers[i], c, err);
        if (c->signals[i] == NULL) {
            return false;
        }
    }
    return true;
}

static bool read_theme(struct console *c, const struct invocation *inv, struct diags *diags)
{
    const char *name = invocation_value(inv, "theme");
    name = name != NULL ? name : c->config->theme;
    if (name == NULL) {
        return true;
    }
    size_t count;
    char **folders = config_theme_folders(&count);
    c->theme = theme_find(name, (const char *const *)folders, count, diags);
    for (size_t i = 0; i < count; i++) {
        free(folders[i]);
    }
    free(folders);
    return c->theme != NULL;
}

static bool read_color(const struct invocation *inv, enum term_color *color, struct error *err)
{
    const char *word = invocation_value(inv, "color");
    if (word == NULL || strcmp(word, "auto") == 0) {
        *color = TERM_COLOR_AUTO;
    } else if (strcmp(word, "always") == 0) {
        *color = TERM_COLOR_ALWAYS;
    } else if (strcmp(word, "never") == 0) {
        *color = TERM_COLOR_NEVER;
    } else {
        return error_set(err, ERROR_USAGE, "'%s' is not auto, always or never", word);
    }
    return true;
}

static bool read_glyphs(const struct console *c, const struct invocation *inv,
                        enum glyph_mode *mode, struct error *err)
{
    const char *word = invocation_value(inv, "glyphs");
    word = word != NULL ? word : c->config->glyphs;
    *mode = GLYPHS_AUTO;
    if (word != NULL && !glyph_mode_from_name(word, mode)) {
        return error_set(err, ERROR_USAGE, "'%s' is not auto, eighth, braille, linux or ascii",
                         word);
    }
    return true;
}

static bool open_screen(struct console *c, const struct invocation *inv, struct error *err)
{
    struct term_options term = {.in_fd = STDIN_FILENO, .out_fd = STDOUT_FILENO};
    struct screen_options screen = {.theme = c->theme, .utc = invocation_value(inv, "utc") != NULL};
    if (!read_color(inv, &term.color, err) || !read_glyphs(c, inv, &screen.glyphs, err)) {
        return false;
    }
    if (isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0) {
        error_set(err, ERROR_USAGE, "the console needs a terminal");
        error_suggest(err, "'tocsin query' answers without one");
        return false;
    }
    term.ascii = screen.glyphs == GLYPHS_ASCII;
    c->term = term_create(&term, err);
    if (c->term == NULL) {
        return false;
    }
    c->screen = screen_create(c->term, &screen, on_command, c);
    return true;
}

static bool read_range(struct console *c, const struct invocation *inv, struct error *err)
{
    const char *range = invocation_value(inv, "range");
    c->range_ms = RANGE_DEFAULT_MS;
    if (range != NULL && !duration_parse(str_from(range), &c->range_ms, err)) {
        err->kind = ERROR_USAGE;
        return error_wrap(err, "--range");
    }
    if (c->range_ms < RANGE_MIN_MS || c->range_ms > RANGE_MAX_MS) {
        return error_set(err, ERROR_USAGE, "--range is from 1m to 1y, not '%s'", range);
    }
    return true;
}

static bool open_all(struct console *c, const struct invocation *inv, struct error *err)
{
    /* Standard error is for the log only where it is not the screen's terminal. */
    FILE *otherwise = isatty(STDERR_FILENO) != 0 ? NULL : stderr;
    if (!read_range(c, inv, err) || !startup_log_open(&c->log, inv, otherwise, err)) {
        return false;
    }
    engine_places_find(&c->places, inv, c->config, c->log.log);
    engine_places_find_running(&c->places, inv, c->config);
    c->loop = loop_create(c->log.log, err);
    if (c->loop == NULL || !watch_signals(c, err) || !open_screen(c, inv, err)) {
        return false;
    }
    c->wake = loop_timer_create(c->loop, "screen wake", on_wake, c);
    c->patience = loop_timer_create(c->loop, "frame", patience_over, c);
    c->input = loop_fd_create(c->loop, "keys", STDIN_FILENO, LOOP_READABLE, on_input, c, err);
    if (c->input == NULL) {
        return false;
    }
    console_alerts_init(&c->alerts, told, c);
    draw(c);
    c->ticker = loop_ticker_create(c->loop, "frame", FRAME_INTERVAL_MS, 0, tick, c);
    c->start = loop_defer(c->loop, start_engine, c);
    return true;
}

static void close_all(struct console *c)
{
    deferred_cancel(c->start);
    deferred_cancel(c->draw_soon);
    loop_ticker_destroy(c->ticker);
    reload_destroy(c->reload);
    loop_fd_destroy(c->input);
    loop_timer_destroy(c->wake);
    loop_timer_destroy(c->patience);
    screen_destroy(c->screen);
    term_destroy(c->term);
    engine_destroy(c->engine);
    for (size_t i = 0; i < ARRAY_LEN(c->signals); i++) {
        loop_signal_destroy(c->signals[i]);
    }
    if (c->loop != NULL) {
        loop_destroy(c->loop);
    }
    startup_log_close(&c->log);
    theme_destroy(c->theme);
    free(c->health);
    free(c->notice);
    free(c->told);
    console_alerts_release(&c->alerts);
    engine_places_release(&c->places);
    config_unref(c->config);
}

/* False after reported errors. */
static bool open_theme(struct console *c, const struct invocation *inv)
{
    struct diags diags;
    diags_init(&diags);
    bool ok = read_theme(c, inv, &diags);
    struct strbuf text = STRBUF_INIT;
    diags_format(&diags, &text);
    fputs(strbuf_cstr(&text), stderr);
    strbuf_release(&text);
    diags_release(&diags);
    return ok;
}

static int run(const struct invocation *inv)
{
    struct console c = {0};
    struct error err = ERROR_INIT;
    int status;
    if (invocation_value(inv, "headless") != NULL) {
        return headless_run(inv);
    }
    c.config = startup_config(inv, &status);
    if (c.config == NULL) {
        return status;
    }
    if (!open_theme(&c, inv)) {
        status = error_kind_exit_status(ERROR_CONFIG);
    } else if (open_all(&c, inv, &err)) {
        loop_run(c.loop);
    }
    close_all(&c);
    if (error_is(&err)) {
        status = command_fail(&err);
        error_release(&err);
    }
    return status;
}

const struct command command_console = {.name = "",
                                        .arguments = "[TARGET...]",
                                        .doc = "a terminal observability console",
                                        .options = options,
                                        .option_count = ARRAY_LEN(options),
                                        .run = run};
