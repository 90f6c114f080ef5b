/* The views of alerts, rules and silences: what keys ask for, what is said of each state, and what
 * a dialog takes and refuses. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "support/fake_board.h"
#include "support/fake_night.h"
#include "support/suite.h"
#include "ui/alert_look.h"
#include "ui/keycode.h"
#include "ui/keys.h"
#include "ui/screen.h"

/* The last command, copied. */
struct told {
    size_t count;
    struct ui_command last;
    char text[500], subject[200], silence_id[100];
    struct silence silence;
};

struct fixture {
    struct screen *screen;
    struct board *board;
    struct alerts *alerts;
    struct source_health sources[FAKE_SOURCES];
    struct ui_model model;
    struct told told;
    struct strbuf text;
};

static void remember(void *user, const struct ui_command *command)
{
    struct told *told = user;
    told->count++;
    told->last = *command;
    snprintf(told->text, sizeof(told->text), "%s", command->text != NULL ? command->text : "");
    snprintf(told->subject, sizeof(told->subject), "%s",
             command->subject != NULL ? command->subject : "");
    snprintf(told->silence_id, sizeof(told->silence_id), "%s",
             command->silence_id != NULL ? command->silence_id : "");
    if (command->silence != NULL) {
        silence_release(&told->silence);
        silence_copy(&told->silence, command->silence);
    }
}

static struct fixture *fixture_create(enum fake_night night, int width, int height)
{
    struct fixture *f = mem_zalloc(1, sizeof(*f));
    struct fake_options fake = {.now_ms = FAKE_NOW};
    struct screen_options options = {.utc = true, .width = width, .height = height};
    silence_init(&f->told.silence);
    f->board = fake_board_create(&fake);
    f->alerts = fake_night_create(night);
    fake_sources(f->sources, FAKE_NOW);
    f->model = fake_model(f->board, f->sources, FAKE_NOW);
    f->model.alerts = f->alerts;
    f->model.user = "op1";
    f->screen = screen_create(NULL, &options, remember, &f->told);
    strbuf_init(&f->text, STRBUF_MAX_DEFAULT);
    return f;
}

static void fixture_destroy(struct fixture *f)
{
    screen_destroy(f->screen);
    fake_board_destroy(f->board);
    fake_alerts_destroy(f->alerts);
    silence_release(&f->told.silence);
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
    int32_t key;
    draw(f);
    while ((key = keys_next(&keys)) != KEYCODE_NONE) {
        screen_key(f->screen, key);
        draw(f);
    }
    return strbuf_cstr(&f->text);
}

static void type(struct fixture *f, const char *text)
{
    for (; *text != '\0'; text++) {
        screen_key(f->screen, *text);
    }
    draw(f);
}

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
    enum fake_night night;
    const char *keys;
    const char *shows; /* after them */
} ways[] = {
    {NIGHT_BUSY, "2", "Alerts  firing 5 (acked 1)"},
    {NIGHT_BUSY, "2 Enter", "Alerts > ▲ CheckoutBurnFast"},
    {NIGHT_BUSY, "2 Enter q", "Alerts  firing 5"},
    {NIGHT_BUSY, "2 j Enter q", ">● CartLatencyP95"},
    {NIGHT_BUSY, "2 q", "Overview  services 9"},
    {NIGHT_BUSY, "2 r", "Alerts > Rules"},
    {NIGHT_BUSY, "2 r q", "Alerts  firing 5"},
    {NIGHT_BUSY, "2 / c a r t", "filter: cart"},
    {NIGHT_BUSY, "2 / c a r t r", "filter: cartr"},
    {NIGHT_BUSY, "2 / z z z", "No alert has the filter's words"},
    {NIGHT_BUSY, "9", "Silences  active 1  later 1  ended 1  next ends 03:40"},
    {NIGHT_BUSY, "9 q", "Overview  services 9"},
    {NIGHT_BUSY, "n", "Alerts  firing 5"},
    {NIGHT_BUSY, "n n", ">● CartLatencyP95"},
    {NIGHT_BUSY, "2 n n n", ">? PgReplicaLag"},
    {NIGHT_BUSY, "2 n n n n", ">▲ CheckoutBurnFast"},
    {NIGHT_BUSY, "2 N", ">? PgReplicaLag"},
    {NIGHT_BUSY, "2 G n", ">▲ CheckoutBurnFast"},
    {NIGHT_BUSY, "2 G N", ">? PgReplicaLag"},
    {NIGHT_BUSY, "2 Enter n", "Alerts > ● CartLatencyP95"},
    {NIGHT_BUSY, "2 Enter N", "Alerts > ? PgReplicaLag"},
    {NIGHT_ACKED, "2 n", "every alert that fires is acknowledged"},
    {NIGHT_QUIET, "n", "every alert that fires is acknowledged"},
    {NIGHT_QUIET, "2", "No alerts. 8 rules, last evaluated 3s ago."},
    {NIGHT_QUIET, "2 Enter a s u x", "No alerts. 8 rules"},
    {NIGHT_QUIET, "9 x", "No silences"},
    {NIGHT_BLIND, "2", "2 of 8 rules cannot see what they watch"},
    {NIGHT_BLIND, "2", "1 rule failing, 1 matches nothing   r: which"},
    {NIGHT_STARTED, "2", "Not known yet: of 8 rules none was evaluated so far"},
    {NIGHT_STARTED, "", "alerts ?"},
    {NIGHT_NO_RULES, "2", "There are no rules, so no alert can fire"},
    {NIGHT_NO_RULES, "2 r", "There are no rules."},
    {NIGHT_BUSY, "2 a", "ack CheckoutBurnFast as op1, note: _"},
    {NIGHT_BUSY, "2 a Esc", "a:ack"},
    {NIGHT_BUSY, "2 a q 2 Backspace", "note: q_"}, /* every key is the note's */
    {NIGHT_BUSY, "2 x", "only what is UNKNOWN can be dismissed: 'CheckoutBurnFast'"},
    {NIGHT_BUSY, "2 x j", "a:ack"},
    {NIGHT_BUSY, "2 u", "nobody has acknowledged it: 'CheckoutBurnFast'"},
    {NIGHT_BUSY, "2 G a", "there is nothing to acknowledge, it is resolved: 'SearchSlow'"},
    {NIGHT_BUSY, "2 s", "Silence CheckoutBurnFast"},
    {NIGHT_BUSY, "2 Enter s", "Silence CheckoutBurnFast"},
    {NIGHT_BUSY, "2 s Esc", "a:ack"},
    {NIGHT_BUSY, "2 s Right", "[1h]"},
    {NIGHT_BUSY, "2 s Right Right Right Right", "[4h]"},
    {NIGHT_BUSY, "2 s Left Left", "[15m]"},
    {NIGHT_BUSY, "2 s S-Tab Space", "window=\"1h\"  dropped"},
    {NIGHT_BUSY, "2 s S-Tab Space", "hides    1 firing now, 1 within 24h"},
    {NIGHT_BUSY, "2 s ^S", "say why, for whoever comes next"},
    {NIGHT_BUSY, "2 j j s", "made in Alertmanager 'am-1'"},
    {NIGHT_BUSY, "9 x", "end the silence alertname=\"DiskWillFill\" now?  y:yes  n:no"},
    {NIGHT_BUSY, "9 x Enter x", "end the silence"}, /* neither answers */
    {NIGHT_BUSY, "9 x n", "x:end"},
    {NIGHT_BUSY, "9 G x", "it has ended already: 'deploying'"},
};

START_TEST(test_ways)
{
    struct fixture *f = fixture_create(ways[_i].night, 100, 30);
    SHOWS(press(f, ways[_i].keys), ways[_i].shows);
    ck_assert_uint_eq(f->told.count, 0);
    fixture_destroy(f);
}
END_TEST

START_TEST(test_ack)
{
    struct fixture *f = fixture_create(NIGHT_BUSY, 100, 30);
    press(f, "2 j a");
    type(f, "it is the db  ");
    press(f, "Backspace Backspace Enter");
    ck_assert_uint_eq(f->told.count, 1);
    ck_assert_int_eq(f->told.last.id, UI_COMMAND_ACK);
    ck_assert_uint_eq(f->told.last.alert, f->alerts->alerts.items[1]->id);
    ck_assert_str_eq(f->told.text, "it is the db");
    ck_assert_str_eq(f->told.subject, "CartLatencyP95");
    SHOWS_NOT(draw(f), "note:");
    press(f, "a Enter"); /* a note is not required */
    ck_assert_uint_eq(f->told.count, 2);
    ck_assert_str_eq(f->told.text, "");
    fixture_destroy(f);
}
END_TEST

START_TEST(test_unack_and_dismiss)
{
    struct fixture *f = fixture_create(NIGHT_BUSY, 100, 30);
    press(f, "2 j j j j u");
    ck_assert_int_eq(f->told.last.id, UI_COMMAND_UNACK);
    ck_assert_str_eq(f->told.subject, "PaymentsErrors");
    SHOWS(press(f, "k x Enter"), "say why");
    ck_assert_uint_eq(f->told.count, 1);
    type(f, "gone for good");
    press(f, "Enter");
    ck_assert_int_eq(f->told.last.id, UI_COMMAND_DISMISS);
    ck_assert_str_eq(f->told.subject, "PgReplicaLag");
    ck_assert_str_eq(f->told.text, "gone for good");
    fixture_destroy(f);
}
END_TEST

static bool has_matcher(const struct silence *s, const char *name)
{
    bool found = false;
    VEC_EACH (&s->matchers, const struct matcher, m) {
        found = found || strcmp(m->name, name) == 0;
    }
    return found;
}

START_TEST(test_silence)
{
    struct fixture *f = fixture_create(NIGHT_BUSY, 100, 30);
    press(f, "2 s Up Space Down"); /* the window is dropped */
    type(f, "2h");
    press(f, "Enter");
    type(f, "rollback of v418");
    ck_assert_uint_eq(f->told.count, 0);
    press(f, "Enter ^S"); /* Enter only moves on */
    ck_assert_uint_eq(f->told.count, 1);
    ck_assert_int_eq(f->told.last.id, UI_COMMAND_SILENCE);
    const struct silence *s = &f->told.silence;
    ck_assert_str_eq(s->comment, "rollback of v418");
    ck_assert_str_eq(s->created_by, "op1");
    ck_assert_int_eq(s->ends_at_ms - s->starts_at_ms, 2 * 3600 * 1000);
    ck_assert_int_eq(s->starts_at_ms, FAKE_NOW);
    ck_assert_uint_eq(s->matchers.len, 4);
    ck_assert(has_matcher(s, "alertname") && has_matcher(s, "service"));
    ck_assert(!has_matcher(s, "window"));
    ck_assert_ptr_null(s->source);
    SHOWS_NOT(draw(f), "Silence CheckoutBurnFast");
    fixture_destroy(f);
}
END_TEST

START_TEST(test_silence_elsewhere)
{
    struct fixture *f = fixture_create(NIGHT_BUSY, 100, 30);
    press(f, "2 j j s Enter");
    type(f, "known");
    press(f, "F2"); /* where a multiplexer takes ^S */
    ck_assert_uint_eq(f->told.count, 1);
    ck_assert_str_eq(f->told.silence.source, "am-1");
    ck_assert_int_eq(f->told.silence.ends_at_ms - FAKE_NOW, 30 * 60 * 1000);
    fixture_destroy(f);
}
END_TEST

static const struct {
    const char *duration;
    const char *says;
} refused[] = {
    {"0s", "a silence needs some time"},
    {"soon", "a duration is written as 45m, 2h or 1d12h"},
    {"91d", "at most 90d"},
    {"30", "a duration is written as"},
};

START_TEST(test_silence_refused)
{
    struct fixture *f = fixture_create(NIGHT_BUSY, 100, 30);
    press(f, "2 s Enter");
    type(f, "why");
    press(f, "Up ^U");
    type(f, refused[_i].duration);
    SHOWS(press(f, "^S"), refused[_i].says);
    ck_assert_uint_eq(f->told.count, 0);
    press(f, "^U");
    type(f, "1h"); /* the field is in focus, and what was typed before is still there */
    press(f, "^S");
    ck_assert_uint_eq(f->told.count, 1);
    ck_assert_str_eq(f->told.silence.comment, "why");
    fixture_destroy(f);
}
END_TEST

START_TEST(test_silence_of_everything)
{
    struct fixture *f = fixture_create(NIGHT_BUSY, 100, 30);
    SHOWS(press(f, "2 j s Up Space Up Space Up Space"), "everything: a matcher is needed");
    press(f, "Up");
    type(f, "x");
    SHOWS(press(f, "^S"), "without a matcher it would hide everything");
    ck_assert_uint_eq(f->told.count, 0);
    fixture_destroy(f);
}
END_TEST

START_TEST(test_expire)
{
    struct fixture *f = fixture_create(NIGHT_BUSY, 100, 30);
    press(f, "9 x y");
    ck_assert_uint_eq(f->told.count, 1);
    ck_assert_int_eq(f->told.last.id, UI_COMMAND_EXPIRE);
    ck_assert_str_eq(f->told.silence_id, f->alerts->silences.items[0]->id);
    SHOWS(draw(f), "x:end");
    fixture_destroy(f);
}
END_TEST

/* What is typed ahead of a dialog's first frame is not for it. */
START_TEST(test_typed_ahead)
{
    static const char *const keys[] = {"a", "s"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        struct fixture *f = fixture_create(NIGHT_BUSY, 100, 30);
        press(f, "2");
        screen_key(f->screen, keys[i][0]);
        screen_key(f->screen, 'y');
        screen_key(f->screen, KEYCODE_CTRL('s'));
        screen_key(f->screen, KEYCODE_ENTER);
        ck_assert_uint_eq(f->told.count, 0);
        SHOWS_NOT(draw(f), "y_");
        fixture_destroy(f);
    }
    struct fixture *f = fixture_create(NIGHT_BUSY, 100, 30);
    press(f, "9");
    screen_key(f->screen, 'x');
    screen_key(f->screen, 'y');
    ck_assert_uint_eq(f->told.count, 0);
    SHOWS(draw(f), "end the silence");
    fixture_destroy(f);
}
END_TEST

/* A dialog stays with what it was opened for, whatever happens to the list. */
START_TEST(test_dialog_keeps_its_alert)
{
    struct fixture *f = fixture_create(NIGHT_BUSY, 100, 30);
    uint64_t id = f->alerts->alerts.items[1]->id;
    press(f, "2 j a");
    struct alert_info *first = f->alerts->alerts.items[0];
    f->alerts->alerts.items[0] = f->alerts->alerts.items[1];
    f->alerts->alerts.items[1] = first;
    SHOWS(draw(f), "ack CartLatencyP95 as");
    f->model.now.ms += 10000;
    SHOWS(draw(f), ">● CartLatencyP95");
    press(f, "Enter");
    ck_assert_uint_eq(f->told.last.alert, id);
    fixture_destroy(f);
}
END_TEST

START_TEST(test_rows_stay_under_the_finger)
{
    struct fixture *f = fixture_create(NIGHT_BUSY, 100, 30);
    press(f, "2 j j");
    struct alert_info *last = f->alerts->alerts.items[8];
    memmove(&f->alerts->alerts.items[1], &f->alerts->alerts.items[0],
            8 * sizeof(f->alerts->alerts.items[0]));
    f->alerts->alerts.items[0] = last;
    const char *text = draw(f);
    ck_assert(strstr(text, "CheckoutBurnFast  ") < strstr(text, "SearchSlow"));
    f->model.now.ms += 4000;
    text = draw(f);
    ck_assert(strstr(text, "CheckoutBurnFast  ") > strstr(text, "SearchSlow"));
    SHOWS(text, ">● KubePodCrashLooping @am-1");
    fixture_destroy(f);
}
END_TEST

START_TEST(test_open_alert_goes_away)
{
    struct fixture *f = fixture_create(NIGHT_BUSY, 100, 30);
    press(f, "2 Enter");
    f->alerts->alerts.items[0]->id = 4711;
    SHOWS(draw(f), "It is gone");
    press(f, "a s u x j k G");
    ck_assert_uint_eq(f->told.count, 0);
    SHOWS(press(f, "q"), "Alerts  firing");
    fixture_destroy(f);
}
END_TEST

/* In every theme the alarm's style is reversed; here it is looked for as a role. */
static bool bar_is_alarm(struct fixture *f)
{
    struct strbuf styles = STRBUF_INIT;
    draw(f);
    canvas_row_styles(screen_canvas(f->screen), 0, &styles);
    bool alarm = str_starts_with(strbuf_str(&styles), STR("status.bar.alarm:"));
    strbuf_release(&styles);
    return alarm;
}

START_TEST(test_alarm)
{
    struct fixture *f = fixture_create(NIGHT_BUSY, 100, 30);
    ck_assert(bar_is_alarm(f));
    struct alert_info *critical = f->alerts->alerts.items[0];
    critical->inhibited_by = "another";
    ck_assert(!bar_is_alarm(f));
    critical->inhibited_by = NULL;
    fake_alerts_silence(f->alerts, critical, f->alerts->silences.items[0]);
    ck_assert(!bar_is_alarm(f));
    critical->silence_count = 0;
    critical->state = ALERT_UNKNOWN; /* it fired before: nothing says that it is over */
    ck_assert(bar_is_alarm(f));
    critical->ack = f->alerts->alerts.items[4]->ack;
    ck_assert(!bar_is_alarm(f));
    critical->ack = NULL;
    critical->severity = SEVERITY_WARNING;
    ck_assert(!bar_is_alarm(f));
    fixture_destroy(f);
}
END_TEST

/* Whatever the width, no number of the bar is cut, and the age of data is there. */
START_TEST(test_status_at_every_width)
{
    struct fixture *f = fixture_create(NIGHT_BUSY, 100, 12);
    for (int width = 24; width <= 140; width++) {
        screen_set_size(f->screen, width, 12);
        const char *text = draw(f);
        struct str row = str_slice(str_from(text), 0, str_find(str_from(text), '\n'));
        ck_assert_msg(str_contains(row, STR("4s")), "%d", width);
        ck_assert_msg(str_contains(row, STR("2▲")), "%d", width);
        ck_assert_msg(width < 40 || str_contains(row, STR("un4")) ||
                          str_contains(row, STR("unacked 4")),
                      "%d", width);
        ck_assert_msg(width < 40 || str_contains(row, STR("?1")) ||
                          str_contains(row, STR("UNKNOWN 1")),
                      "%d", width);
    }
    fixture_destroy(f);
}
END_TEST

START_TEST(test_problem_is_told)
{
    struct fixture *f = fixture_create(NIGHT_QUIET, 100, 30);
    f->alerts->problem = "state is in memory only: disk full";
    SHOWS(draw(f), "alerts: state is in memory only: disk full");
    f->model.notice = "no such file";
    SHOWS(draw(f), "alerts: state is in memory only: disk full; no such file");
    fixture_destroy(f);
}
END_TEST

static const struct {
    enum ui_engine engine;
    enum fake_night night;
    const char *shown[3];
    const char *hidden;
} roles[] = {
    {UI_ENGINE_NONE, NIGHT_QUIET, {"tocsin", "CRIT 0"}, "ENGINE"},
    {UI_ENGINE_HERE, NIGHT_QUIET, {"ENGINE", "CRIT 0"}, "tocsin"},
    {UI_ENGINE_ATTACHED, NIGHT_QUIET, {"ATTACHED", "No alerts."}, "NO ENGINE"},
    /* Nothing was there: that is not to say that nothing is. */
    {UI_ENGINE_LOST, NIGHT_QUIET, {"NO ENGINE", "alerts ?", "Not known"}, "No alerts."},
    {UI_ENGINE_LOST, NIGHT_NO_RULES, {"NO ENGINE", "alerts ?", "Not known"}, "no rules"},
    {UI_ENGINE_LOST, NIGHT_BUSY, {"NO ENGINE", "was  CRIT 2", "was: firing"}, "alerts ?"},
};

START_TEST(test_whose_the_alerts_are)
{
    struct fixture *f = fixture_create(roles[_i].night, 140, 30);
    f->model.engine = roles[_i].engine;
    const char *text = press(f, "2");
    for (size_t i = 0; i < ARRAY_LEN(roles[_i].shown) && roles[_i].shown[i] != NULL; i++) {
        SHOWS(text, roles[_i].shown[i]);
    }
    ck_assert_msg(strstr(text, roles[_i].hidden) == NULL, "%s", text);
    SHOWS(press(f, "r"), roles[_i].engine == UI_ENGINE_LOST ? "" : "Rules");
    ck_assert(roles[_i].engine != UI_ENGINE_LOST || strstr(draw(f), "all well") == NULL);
    fixture_destroy(f);
}
END_TEST

START_TEST(test_engine_asks_before_it_ends)
{
    static const char *const keys[] = {"q", "Q", "F10"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        struct fixture *f = fixture_create(NIGHT_QUIET, 100, 30);
        f->model.engine = UI_ENGINE_HERE;
        f->model.quit_asks = true;
        draw(f);
        SHOWS(press(f, keys[i]),
              "this is the engine: with it rules are no longer evaluated. End it?");
        ck_assert_uint_eq(f->told.count, 0);
        press(f, "n");
        ck_assert(strstr(draw(f), "End it?") == NULL);
        ck_assert_uint_eq(f->told.count, 0);
        press(f, keys[i]);
        press(f, "y");
        ck_assert_uint_eq(f->told.count, 1);
        ck_assert_int_eq((int)f->told.last.id, (int)UI_COMMAND_QUIT);
        fixture_destroy(f);
    }
}
END_TEST

START_TEST(test_question_has_room_on_small_screens)
{
    struct fixture *f = fixture_create(NIGHT_QUIET, 30, 10);
    f->model.quit_asks = true;
    draw(f);
    SHOWS(press(f, "q"), "End it?  y:yes  n:no");
    fixture_destroy(f);
}
END_TEST

/* A page must not be missed because a chart was frozen. */
START_TEST(test_pause_does_not_hold_alerts)
{
    struct fixture *f = fixture_create(NIGHT_QUIET, 100, 30);
    SHOWS(press(f, "2 p"), "No alerts.");
    struct alert_info *a = fake_alerts_add(f->alerts, "New", "service=web");
    a->severity = SEVERITY_CRITICAL;
    fake_night_count(f->alerts);
    const char *text = draw(f);
    SHOWS(text, "CRIT 1▲");
    SHOWS(text, ">▲ New");
    fixture_destroy(f);
}
END_TEST

START_TEST(test_nothing_changed_nothing_drawn)
{
    struct fixture *f = fixture_create(NIGHT_BUSY, 100, 30);
    f->model.sources = NULL; /* their ages change every second */
    f->model.source_count = 0;
    press(f, "2");
    f->model.now.ms += 6000; /* past the moment in which rows stay where they are */
    draw(f);
    const struct canvas *c = screen_canvas(f->screen);
    struct canvas before;
    canvas_init(&before, 0, 0);
    canvas_copy(&before, c);
    f->model.now.ms += 1000;
    draw(f);
    /* The clock, and nothing below it. */
    for (int y = 1; y < c->height; y++) {
        ck_assert_msg(memcmp(canvas_at(&before, 0, y), canvas_at(c, 0, y),
                             (size_t)c->width * sizeof(struct cell)) == 0,
                      "row %d", y);
    }
    canvas_release(&before);
    fixture_destroy(f);
}
END_TEST

static const enum fake_night nights[] = {NIGHT_BUSY, NIGHT_WIDE, NIGHT_QUIET, NIGHT_NO_RULES};
static const char *const everywhere[] = {"2",     "2 Enter", "2 r", "9",        "2 a",
                                         "2 j s", "9 x",     "1",   "2 s Up Up"};

START_TEST(test_every_size)
{
    for (size_t i = 0; i < ARRAY_LEN(everywhere); i++) {
        struct fixture *f = fixture_create(nights[_i], 80, 24);
        press(f, everywhere[i]);
        for (int width = 0; width <= 130; width += 1 + width / 20) {
            for (int height = 0; height <= 34; height += 1 + height / 12) {
                screen_set_size(f->screen, width, height);
                draw(f);
            }
        }
        fixture_destroy(f);
    }
}
END_TEST

static const struct {
    const char *filter;
    bool matches;
} filters[] = {
    {"", true},
    {"checkout", true},
    {"CHECKOUT", true},
    {"checkout critical", true},
    {"checkout warning", false},
    {"service=checkout", true},
    {"service=check", true},
    {"service=\"checkout\"", true},
    {"service=cart", false},
    {"severity=crit team=shop", true},
    {"instance=", false},
    {"firing", true},
    {"pending", false},
    {"prom-a", true},
    {"=", false},
};

START_TEST(test_filter)
{
    struct alerts *alerts = fake_night_create(NIGHT_BUSY);
    ck_assert_int_eq(alert_matches(alerts->alerts.items[0], filters[_i].filter),
                     filters[_i].matches);
    fake_alerts_destroy(alerts);
}
END_TEST

START_TEST(test_looks)
{
    static const char *const words[] = {"FIRING",  "FIRING",   "FIRING",    "UNKNOWN", "ACKED",
                                        "PENDING", "SILENCED", "INHIBITED", "RESOLVED"};
    struct alerts *alerts = fake_night_create(NIGHT_BUSY);
    ck_assert_uint_eq(alerts->alerts.len, ARRAY_LEN(words));
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        ck_assert_str_eq(alert_look_word(alert_look_of(alerts->alerts.items[i])), words[i]);
    }
    /* What is not known is never taken for well, nor for silenced alone. */
    struct alert_info *a = alerts->alerts.items[6];
    a->state = ALERT_UNKNOWN;
    ck_assert_uint_eq(alert_look_glyph(glyphs_of(GLYPHS_EIGHTH), a), '?');
    a = alerts->alerts.items[0];
    a->muted_elsewhere = true;
    ck_assert_str_eq(alert_look_word(alert_look_of(a)), "MUTED THERE");
    fake_alerts_destroy(alerts);
}
END_TEST

int main(void)
{
    TCase *keys = tcase_create("keys");
    tcase_add_loop_test(keys, test_ways, 0, ARRAY_LEN(ways));
    tcase_add_test(keys, test_ack);
    tcase_add_test(keys, test_unack_and_dismiss);
    tcase_add_test(keys, test_silence);
    tcase_add_test(keys, test_silence_elsewhere);
    tcase_add_loop_test(keys, test_silence_refused, 0, ARRAY_LEN(refused));
    tcase_add_test(keys, test_silence_of_everything);
    tcase_add_test(keys, test_expire);
    tcase_add_test(keys, test_typed_ahead);
    tcase_add_test(keys, test_dialog_keeps_its_alert);
    tcase_add_test(keys, test_rows_stay_under_the_finger);
    tcase_add_test(keys, test_open_alert_goes_away);
    TCase *frames = tcase_create("frames");
    tcase_add_test(frames, test_alarm);
    tcase_add_test(frames, test_status_at_every_width);
    tcase_add_test(frames, test_problem_is_told);
    tcase_add_loop_test(frames, test_whose_the_alerts_are, 0, ARRAY_LEN(roles));
    tcase_add_test(frames, test_engine_asks_before_it_ends);
    tcase_add_test(frames, test_question_has_room_on_small_screens);
    tcase_add_test(frames, test_pause_does_not_hold_alerts);
    tcase_add_test(frames, test_nothing_changed_nothing_drawn);
    tcase_add_loop_test(frames, test_every_size, 0, ARRAY_LEN(nights));
    TCase *looks = tcase_create("looks");
    tcase_add_loop_test(looks, test_filter, 0, ARRAY_LEN(filters));
    tcase_add_test(looks, test_looks);
    return suite_run("ui/alerts", keys, frames, looks);
}
