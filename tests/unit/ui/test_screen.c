/* The screen object: what keys do, what is shown at any size, and what a pause keeps. */
#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "support/fake_board.h"
#include "support/suite.h"
#include "ui/filter.h"
#include "ui/keycode.h"
#include "ui/keys.h"
#include "ui/screen.h"
#include "ui/timefmt.h"

struct told {
    struct ui_command commands[16];
    size_t count;
};

static void remember(void *user, const struct ui_command *command)
{
    struct told *told = user;
    ck_assert_uint_lt(told->count, ARRAY_LEN(told->commands));
    told->commands[told->count++] = *command;
}

/* A screen on a board, and its last frame as text. */
struct fixture {
    struct screen *screen;
    struct board *board;
    struct source_health sources[FAKE_SOURCES];
    struct ui_model model;
    struct told told;
    struct strbuf text;
};

static struct fixture *fixture_create(int width, int height)
{
    struct fixture *f = mem_zalloc(1, sizeof(*f));
    struct fake_options fake = {.now_ms = FAKE_NOW};
    struct screen_options options = {.utc = true, .width = width, .height = height};
    f->board = fake_board_create(&fake);
    fake_sources(f->sources, FAKE_NOW);
    f->model = fake_model(f->board, f->sources, FAKE_NOW);
    f->screen = screen_create(NULL, &options, remember, &f->told);
    strbuf_init(&f->text, STRBUF_MAX_DEFAULT);
    return f;
}

static void fixture_destroy(struct fixture *f)
{
    screen_destroy(f->screen);
    fake_board_destroy(f->board);
    strbuf_release(&f->text);
    free(f);
}

static const char *draw(struct fixture *f)
{
    screen_draw(f->screen, &f->model);
    const struct canvas *c = screen_canvas(f->screen);
    strbuf_reset(&f->text);
    for (int y = 0; y < c->height; y++) {
        canvas_row_text(c, y, &f->text);
        strbuf_add_char(&f->text, '\n');
    }
    return strbuf_cstr(&f->text);
}

static const char *press(struct fixture *f, const char *keys)
{
    const char *names = keys;
    int32_t key;
    draw(f);
    while ((key = keys_next(&names)) != KEYCODE_NONE) {
        screen_key(f->screen, key);
        draw(f);
    }
    return strbuf_cstr(&f->text);
}

static void move_on(struct fixture *f, int64_t seconds)
{
    f->model.now.ms += seconds * 1000;
    fake_board_step(f->board, f->model.now.ms);
    fake_sources(f->sources, f->model.now.ms);
}

/* The screen goes to standard error: it is longer than a message of Check may be. */
static void check_shows(const char *screen, const char *text, bool wanted)
{
    bool found = strstr(screen, text) != NULL;
    if (found != wanted) {
        fprintf(stderr, "%s\n", screen);
    }
    ck_assert_msg(found == wanted, "'%s' is %s", text, wanted ? "missing" : "there");
}
#define SHOWS(screen, text)     check_shows((screen), (text), true)
#define SHOWS_NOT(screen, text) check_shows((screen), (text), false)

static const struct {
    const char *keys;
    const char *shows; /* after them */
} ways[] = {
    {"", "Resources, worst first"},
    {"Enter", "Overview > checkout"},
    {"Enter q", "Resources, worst first"},
    {"Enter Esc", "Resources, worst first"},
    {"Enter Backspace", "Resources, worst first"},
    {"j Enter", "Overview > payments"},
    {"Down Down Up Enter", "Overview > payments"},
    {"j k k k k Enter", "Overview > checkout"},
    {"G Enter", "Overview > web"},
    {"G g Enter", "Overview > checkout"},
    {"End Enter", "Overview > web"},
    {"PgDn PgUp Enter", "Overview > checkout"},
    {"^D ^U Enter", "Overview > checkout"},
    {"Tab Enter", "Overview > ip-10-2-7-31:9100"},
    {"S-Tab Enter", "Overview > ip-10-2-7-31:9100"},
    {"Tab Tab Enter", "Overview > checkout"},
    {"4", "Hosts  machines 2"},
    {"4 Enter", "Hosts > ip-10-2-7-31:9100"},
    {"4 Enter q", "Hosts  machines 2"},
    {"4 Enter 1", "Resources, worst first"},
    {"8", "2 of 3 healthy"},
    {"8 q", "Resources, worst first"},
    {"8 j", "Connection refused"},
    {"?", "Alerts and silences"},
    {"? ?", "Resources, worst first"},
    {"? q", "Resources, worst first"},
    {"? G", "no, leave it"},
    {"/ w e b", "filter: web"},
    {"/ w e b Backspace Backspace", "filter: w"},
    {"/ w e b ^U c", "filter: c"},
    {"/ w e b Enter Enter", "Overview > web"},
    {"/ z z z", "Nothing has the filter's words"},
    {"/ w e b Enter Esc", "checkout"},
    {"/ w e b Esc", "checkout"},
    {"/ q j ?", "filter: qj?"}, /* keys are text in the prompt */
    {"O O", "sort: rate"},
    {"O I", "sort: name inverted"},
    {"z", "S SERVICE"},
    {"p", "PAUSED +0s"},
    {"p p", "LIVE 1h"},
    {"^C", "^C again to quit"},
    {"^C j", "?:help"},
    {"^E", "Resources, worst first"},
};

START_TEST(test_ways)
{
    struct fixture *f = fixture_create(100, 40);
    SHOWS(press(f, ways[_i].keys), ways[_i].shows);
    ck_assert_uint_eq(f->told.count, 0);
    fixture_destroy(f);
}
END_TEST

static const struct {
    const char *keys;
    enum ui_command_id id;
    int64_t range_minutes;
} commands[] = {
    {"q", UI_COMMAND_QUIT, 0},     {"Q", UI_COMMAND_QUIT, 0},
    {"F10", UI_COMMAND_QUIT, 0},   {"Enter Q", UI_COMMAND_QUIT, 0},
    {"^C ^C", UI_COMMAND_QUIT, 0}, {"Enter q q", UI_COMMAND_QUIT, 0},
    {"^R", UI_COMMAND_REFRESH, 0}, {"F5", UI_COMMAND_REFRESH, 0},
    {"+", UI_COMMAND_RANGE, 30},   {"=", UI_COMMAND_RANGE, 30},
    {"-", UI_COMMAND_RANGE, 180},  {"_", UI_COMMAND_RANGE, 180},
};

START_TEST(test_commands)
{
    struct fixture *f = fixture_create(100, 40);
    press(f, commands[_i].keys);
    ck_assert_uint_eq(f->told.count, 1);
    ck_assert_int_eq(f->told.commands[0].id, commands[_i].id);
    ck_assert_int_eq(f->told.commands[0].range_ms, commands[_i].range_minutes * 60000);
    fixture_destroy(f);
}
END_TEST

START_TEST(test_ranges)
{
    static const int64_t minutes[] = {5, 15, 30, 60, 180, 360, 720, 1440};
    struct fixture *f = fixture_create(100, 40);
    f->model.range_ms = 5 * 60000;
    for (size_t i = 0; i + 1 < ARRAY_LEN(minutes); i++) {
        f->told.count = 0;
        press(f, "-");
        ck_assert_uint_eq(f->told.count, 1);
        ck_assert_int_eq(f->told.commands[0].range_ms, minutes[i + 1] * 60000);
        f->model.range_ms = f->told.commands[0].range_ms;
    }
    f->told.count = 0;
    press(f, "-"); /* there is no longer one */
    ck_assert_uint_eq(f->told.count, 0);
    f->model.range_ms = 45 * 60000; /* set elsewhere: the next one of the table */
    press(f, "-");
    ck_assert_int_eq(f->told.commands[0].range_ms, 60 * 60000);
    fixture_destroy(f);
}
END_TEST

START_TEST(test_escape_never_quits)
{
    struct fixture *f = fixture_create(100, 40);
    press(f, "Esc Esc Backspace Esc");
    ck_assert_uint_eq(f->told.count, 0);
    /* Two ^C, but far apart. */
    press(f, "^C");
    move_on(f, 2);
    draw(f);
    move_on(f, 2);
    press(f, "^C");
    ck_assert_uint_eq(f->told.count, 0);
    fixture_destroy(f);
}
END_TEST

START_TEST(test_nothing_changed)
{
    struct fixture *f = fixture_create(100, 30);
    ck_assert(screen_draw(f->screen, &f->model));
    ck_assert(!screen_draw(f->screen, &f->model));
    f->model.now.ms += 1000; /* the clock */
    ck_assert(screen_draw(f->screen, &f->model));
    ck_assert(!screen_key(f->screen, 'd'));
    ck_assert(screen_key(f->screen, 'j'));
    fixture_destroy(f);
}
END_TEST

START_TEST(test_pause_keeps_what_was_seen)
{
    struct fixture *f = fixture_create(100, 30);
    press(f, "p");
    char *before = mem_strdup(strchr(draw(f), '\n'));
    for (int i = 0; i < 40; i++) {
        move_on(f, 1);
        draw(f);
    }
    fake_board_drop(f->board, 0);
    const char *after = draw(f);
    SHOWS(after, "PAUSED +40s");
    ck_assert_str_eq(strchr(after, '\n'), before);
    /* It can be walked through although the board has moved on. */
    SHOWS(press(f, "Enter"), "Overview > checkout");
    SHOWS(press(f, "q p"), "LIVE 1h");
    SHOWS_NOT(draw(f), "checkout ");
    free(before);
    fixture_destroy(f);
}
END_TEST

START_TEST(test_opened_thing_goes_away)
{
    struct fixture *f = fixture_create(100, 30);
    press(f, "Enter");
    fake_board_drop(f->board, 0);
    SHOWS(draw(f), "gone: no source knows it any more");
    SHOWS_NOT(press(f, "q"), "gone");
    fixture_destroy(f);
}
END_TEST

START_TEST(test_unknown_is_not_zero)
{
    struct fixture *f = fixture_create(100, 40);
    const char *text = draw(f);
    SHOWS(text, "mailer       idle    idle    idle    idle");
    SHOWS(text, "stale 6m");
    SHOWS(text, "? pricing");
    SHOWS(text, "src 2/3");
    SHOWS(text, "web          5.5k      0%"); /* known to be zero */
    f->model.board = NULL;
    text = draw(f);
    SHOWS(text, "Waiting for the first data");
    SHOWS_NOT(text, "0%");
    fixture_destroy(f);
}
END_TEST

START_TEST(test_stale_machine_says_since_when)
{
    struct fixture *f = fixture_create(80, 40);
    struct fake_options fake = {.stale_machine = true};
    fake_board_destroy(f->board);
    f->board = fake_board_create(&fake);
    f->model.board = f->board;
    const char *text = press(f, "4");
    SHOWS(text, "filesystem /          stale 6m   76.6%?");
    SHOWS(text, "32.6%? -\n"); /* its load was never known */
    fixture_destroy(f);
}
END_TEST

START_TEST(test_small_status_has_no_half_words)
{
    struct fixture *f = fixture_create(40, 12);
    f->model.environment = "";
    size_t whole = 0, without = 0;
    for (int width = 1; width <= 60; width++) {
        screen_set_size(f->screen, width, 12);
        struct str row = str_from(draw(f));
        bool named = str_starts_with(row, STR(" tocsin "));
        ck_assert_msg(named || !str_starts_with(row, STR(" t")), "%d", width);
        whole += named ? 1 : 0;
        without += named ? 0 : 1;
    }
    ck_assert_uint_gt(whole, 20);
    ck_assert_uint_gt(without, 20);
    fixture_destroy(f);
}
END_TEST

START_TEST(test_source_that_never_answered)
{
    struct fixture *f = fixture_create(80, 30);
    struct source_health *s = &f->sources[1];
    s->last_success.ms = 0;
    s->samples = 0;
    strcpy(s->name, "127.0.0.1:39555");
    strcpy(s->endpoint, "http://127.0.0.1:9090");
    strcpy(s->error, "the server at 127.0.0.1:39555 answered with a status of 503 and then a text "
                     "that says what is wrong there");
    f->sources[0].samples = 0;
    const char *text = press(f, "8 j");
    SHOWS(text, "127.0.0.1:39555 ");
    SHOWS(text, " http://127.0.0.1:9090 ");
    SHOWS(text, "effect       nothing is known of it yet");
    SHOWS_NOT(text, "samples");
    SHOWS(text, "what is wrong there   next try in 11s");
    SHOWS(press(f, "k"), "size         80KiB in the last good one");
    fixture_destroy(f);
}
END_TEST

START_TEST(test_notice_keeps_the_reason)
{
    struct fixture *f = fixture_create(120, 30);
    f->model.notice = UI_NOTICE_REFUSED " unknown key 'intervall' (tocsin.yaml:7)";
    SHOWS(draw(f), " new configuration refused, the old one goes on: unknown key 'intervall' (t");
    screen_set_size(f->screen, 40, 12);
    SHOWS(draw(f), "\n refused: unknown key 'intervall' ");
    f->model.notice = "something else that is much longer than the screen is wide";
    SHOWS(draw(f), "\n something else that");
    fixture_destroy(f);
}
END_TEST

START_TEST(test_resumed)
{
    struct fixture *f = fixture_create(100, 30);
    draw(f);
    move_on(f, 840);
    SHOWS(draw(f), "RESUMED after 14m");
    move_on(f, 1);
    SHOWS(draw(f), "RESUMED after 14m"); /* until somebody has seen it */
    SHOWS_NOT(press(f, "j"), "RESUMED");
    fixture_destroy(f);
}
END_TEST

START_TEST(test_rows_stay_under_the_finger)
{
    struct fixture *f = fixture_create(100, 40);
    press(f, "O O O O"); /* by latency: checkout, payments, search, cart, ... */
    const char *first = strstr(draw(f), "checkout");
    ck_assert_ptr_nonnull(first);
    press(f, "j");
    SHOWS(draw(f), ">\xE2\x97\x8F payments");
    fake_board_drop(f->board, 0); /* the row above goes: the selection goes with its row */
    f->model.now.ms += 500;
    SHOWS(draw(f), ">\xE2\x97\x8F payments");
    SHOWS(press(f, "Enter"), "> payments");
    fixture_destroy(f);
}
END_TEST

/* The share that a row of machines without a problem says is in use; 0 where it says none. */
static double busy_of(struct str row)
{
    const char *percent = memchr(row.data, '%', row.len), *digits = percent;
    struct str before = str_slice(row, 0, percent != NULL ? (size_t)(percent - row.data) : 0);
    if (percent == NULL || memmem(row.data, row.len, "net in", 6) != NULL) {
        return 0;
    }
    while (digits > before.data && digits[-1] != ' ') {
        digits--;
    }
    return strtod(digits, NULL);
}

START_TEST(test_worst_first)
{
    struct fixture *f = fixture_create(100, 40);
    press(f, "4");
    int rows = 0;
    for (int minute = 0; minute < 40; minute++) {
        move_on(f, 60);
        struct str rest = str_from(draw(f)), row;
        double above = 100;
        while (str_split(&rest, '\n', &row)) {
            if (str_starts_with(row, STR("   ip-"))) {
                double busy = busy_of(row);
                ck_assert_msg(busy <= above, "%.*s", STR_ARG(row));
                above = busy;
                rows++;
            }
        }
        ck_assert(above == 0); /* what is no share comes last */
    }
    ck_assert_int_gt(rows, 100);
    fixture_destroy(f);
}
END_TEST

static const struct {
    const char *keys;
    int width, height;
    const char *shows;
} counts[] = {
    {"", 80, 24, "Resources, worst first, 4 of 10 "},
    {"", 80, 24, "p95, last 1h                 8 of 9\n"},
    {"", 100, 50, "Resources, worst first \xE2\x94\x80"}, /* all of them */
    {"4", 80, 12, " 9 of 10"},
    {"", 40, 12, "p95 1h  5/9\n"},
    {"Tab Enter", 80, 9, " 6 of 7"},
    {"8", 80, 4, " 2 of 3"},
};

START_TEST(test_cut_lists_say_so)
{
    struct fixture *f = fixture_create(counts[_i].width, counts[_i].height);
    SHOWS(press(f, counts[_i].keys), counts[_i].shows);
    fixture_destroy(f);
}
END_TEST

static size_t count_cursors(const char *text)
{
    size_t count = 0;
    for (const char *at = strstr(text, "\n>"); at != NULL; at = strstr(at + 1, "\n>")) {
        count++;
    }
    return count;
}

START_TEST(test_one_cursor)
{
    static const char *const keys[] = {"", "Tab", "Tab Tab", "4", "8"};
    struct fixture *f = fixture_create(100, 40);
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        ck_assert_uint_eq(count_cursors(press(f, keys[i])), 1);
    }
    fixture_destroy(f);
}
END_TEST

/* What was opened is what is selected there, and its charts come first. */
static const struct {
    const char *keys;
    const char *row, *chart;
} opened[] = {
    {"4 Enter", ">\xE2\x97\x8F cpu ", " cpu 94.9% "},
    {"4 j Enter", ">\xE2\x97\x8F net in eth0 ", " in eth0 6.1MiB/s "},
    {"4 j j Enter", ">  filesystem / ", " filesystem full / 69.0% "},
    {"4 j j Enter k", ">  disk sda ", " disk busy sda 30.2% "},
    {"4 j j Enter q Enter", ">  filesystem / ", " filesystem full / 69.0% "},
};

START_TEST(test_detail_of_what_was_opened)
{
    for (int height = 30; height <= 50; height += 20) {
        struct fixture *f = fixture_create(100, height);
        const char *text = press(f, opened[_i].keys);
        SHOWS(text, opened[_i].row);
        SHOWS(text, opened[_i].chart);
        fixture_destroy(f);
    }
}
END_TEST

/* All is well, then checkout fails. */
START_TEST(test_cursor_stays_on_top_until_moved)
{
    struct fixture *f = fixture_create(100, 40);
    for (int moved = 0; moved < 2; moved++) {
        f->model.now.ms = FAKE_NOW - INT64_C(3000) * 1000;
        fake_board_step(f->board, f->model.now.ms);
        draw(f);
        SHOWS_NOT(draw(f), "\xE2\x96\xB2 checkout");
        if (moved) {
            press(f, "j k");
        }
        move_on(f, 3000);
        f->model.now.ms = FAKE_NOW;
        if (moved) {
            SHOWS_NOT(draw(f), ">\xE2\x96\xB2 checkout");
            SHOWS(draw(f), "\xE2\x96\xB2 checkout");
        } else {
            SHOWS(draw(f), ">\xE2\x96\xB2 checkout");
        }
    }
    fixture_destroy(f);
}
END_TEST

static const char *const everywhere[] = {"",
                                         "Tab",
                                         "Enter",
                                         "Enter z",
                                         "Enter Tab Tab z",
                                         "Tab Enter",
                                         "Tab Enter Tab z",
                                         "4",
                                         "8",
                                         "?",
                                         "/ c",
                                         "z",
                                         "p",
                                         "^C"};

START_TEST(test_every_size)
{
    struct fixture *f = fixture_create(100, 30);
    press(f, everywhere[_i]);
    f->model.notice = "tocsin.yaml:7: unknown key 'intervall'; the old configuration is kept";
    for (int w = 0; w <= 210; w += w < 12 ? 1 : 13) {
        for (int h = 0; h <= 60; h += h < 12 ? 1 : 7) {
            screen_set_size(f->screen, w, h);
            draw(f);
            ck_assert_int_eq(screen_canvas(f->screen)->width, w);
        }
    }
    fixture_destroy(f);
}
END_TEST

START_TEST(test_local_time)
{
    setenv("TZ", "CET-1", 1);
    tzset();
    struct fixture *f = fixture_create(100, 30);
    SHOWS(draw(f), "03:07:41 UTC");
    SHOWS(press(f, "t"), "04:07:41 CET");
    fixture_destroy(f);
}
END_TEST

/* Keys over a pty: a lone Escape waits for what may follow it, and no longer. */
START_TEST(test_input_over_a_line)
{
    setenv("LC_ALL", "C.UTF-8", 1);
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    ck_assert_int_ge(master, 0);
    ck_assert_int_eq(grantpt(master) + unlockpt(master), 0);
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    ck_assert_int_ge(slave, 0);
    struct term_options options = {.in_fd = slave, .out_fd = slave, .name = "xterm-256color"};
    struct error err = ERROR_INIT;
    struct term *term = term_create(&options, &err);
    ck_assert_ptr_nonnull(term);
    struct screen_options screen_options = {.utc = true};
    struct told told = {.count = 0};
    struct screen *screen = screen_create(term, &screen_options, remember, &told);
    ck_assert_int_eq(screen_wait_ms(screen), -1);
    ck_assert_int_eq(write(master, "?\x1B", 2), 2);
    struct pollfd fd = {.fd = slave, .events = POLLIN};
    ck_assert_int_eq(poll(&fd, 1, 1000), 1);
    ck_assert(screen_input(screen)); /* the help is open */
    ck_assert_int_gt(screen_wait_ms(screen), 0);
    ck_assert(screen_wake(screen)); /* and closed */
    ck_assert_int_eq(screen_wait_ms(screen), -1);
    close(master);
    ck_assert(!screen_input(screen)); /* hung up: it asks to quit, once */
    screen_input(screen);
    ck_assert_uint_eq(told.count, 1);
    ck_assert_int_eq(told.commands[0].id, UI_COMMAND_QUIT);
    screen_destroy(screen);
    term_destroy(term);
    close(slave);
}
END_TEST

static const struct {
    const char *filter;
    bool matches;
} filters[] = {
    {"", true},          {"  ", true},          {"CHECK", true},
    {"out check", true}, {"prom-a http", true}, {"checkout x", false},
    {"prom-b", false},   {"eckou", true},
};

START_TEST(test_filter)
{
    struct fixture *f = fixture_create(1, 1);
    const struct instance *checkout = board_at(f->board, 0);
    ck_assert(filter_matches_instance(filters[_i].filter, checkout, NULL) == filters[_i].matches);
    fixture_destroy(f);
}
END_TEST

static const struct {
    int64_t age_s;
    const char *coarse;
} ages[] = {{-5, "0s"},   {0, "0s"},      {59, "59s"},   {60, "1m"},       {3599, "59m"},
            {3600, "1h"}, {86399, "23h"}, {86400, "1d"}, {8640000, "100d"}};

START_TEST(test_age)
{
    struct strbuf out = STRBUF_INIT;
    timefmt_age_coarse(&out, ages[_i].age_s * 1000, 0);
    ck_assert_str_eq(strbuf_cstr(&out), ages[_i].coarse);
    strbuf_release(&out);
}
END_TEST

int main(void)
{
    TCase *keys = tcase_create("keys");
    tcase_add_loop_test(keys, test_ways, 0, ARRAY_LEN(ways));
    tcase_add_loop_test(keys, test_commands, 0, ARRAY_LEN(commands));
    tcase_add_test(keys, test_ranges);
    tcase_add_test(keys, test_escape_never_quits);
    TCase *frames = tcase_create("frames");
    tcase_add_test(frames, test_nothing_changed);
    tcase_add_test(frames, test_pause_keeps_what_was_seen);
    tcase_add_test(frames, test_opened_thing_goes_away);
    tcase_add_test(frames, test_unknown_is_not_zero);
    tcase_add_test(frames, test_resumed);
    tcase_add_test(frames, test_rows_stay_under_the_finger);
    tcase_add_test(frames, test_worst_first);
    tcase_add_test(frames, test_one_cursor);
    tcase_add_test(frames, test_notice_keeps_the_reason);
    tcase_add_test(frames, test_source_that_never_answered);
    tcase_add_test(frames, test_stale_machine_says_since_when);
    tcase_add_test(frames, test_small_status_has_no_half_words);
    tcase_add_loop_test(frames, test_cut_lists_say_so, 0, ARRAY_LEN(counts));
    tcase_add_loop_test(frames, test_detail_of_what_was_opened, 0, ARRAY_LEN(opened));
    tcase_add_test(frames, test_cursor_stays_on_top_until_moved);
    tcase_add_loop_test(frames, test_every_size, 0, ARRAY_LEN(everywhere));
    tcase_add_test(frames, test_local_time);
    tcase_add_test(frames, test_input_over_a_line);
    TCase *texts = tcase_create("texts");
    tcase_add_loop_test(texts, test_filter, 0, ARRAY_LEN(filters));
    tcase_add_loop_test(texts, test_age, 0, ARRAY_LEN(ages));
    return suite_run("ui/screen", keys, frames, texts);
}
