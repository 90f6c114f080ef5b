/*
 * Whole screens against files: NAME.txt is the text, NAME.style the roles in runs. A changed screen
 * is looked at by a person first: TOCSIN_UPDATE_GOLDEN=1 writes the files anew, `git diff` shows
 * what became of them.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "support/fake_board.h"
#include "support/fake_night.h"
#include "support/suite.h"
#include "ui/keycode.h"
#include "ui/screen.h"

enum world {
    WORLD_FULL,
    WORLD_WIDE,
    WORLD_NO_BOARD,
    WORLD_EMPTY,
    WORLD_MACHINES,
    WORLD_SERVICE,
    WORLD_STARTED,
    WORLD_STALE
};

struct golden {
    const char *name;
    int width, height;
    enum world world;
    enum glyph_mode glyphs;
    int32_t keys[8]; /* ends with 0 */
    int64_t then_ms; /* another frame so much later, or 0 */
    enum fake_night night;
};

static const struct golden cases[] = {
    {"overview", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {0}, 0, NIGHT_QUIET},
    {"overview", 100, 30, WORLD_FULL, GLYPHS_EIGHTH, {0}, 0, NIGHT_QUIET},
    {"overview", 132, 43, WORLD_FULL, GLYPHS_EIGHTH, {0}, 0, NIGHT_QUIET},
    {"overview", 40, 12, WORLD_FULL, GLYPHS_EIGHTH, {0}, 0, NIGHT_QUIET},
    {"overview", 200, 50, WORLD_FULL, GLYPHS_EIGHTH, {0}, 0, NIGHT_QUIET},
    {"overview", 24, 6, WORLD_FULL, GLYPHS_EIGHTH, {0}, 0, NIGHT_QUIET},
    {"overview", 60, 1, WORLD_FULL, GLYPHS_EIGHTH, {0}, 0, NIGHT_QUIET},
    {"overview_ascii", 100, 30, WORLD_FULL, GLYPHS_ASCII, {0}, 0, NIGHT_QUIET},
    {"overview_linux", 80, 24, WORLD_FULL, GLYPHS_LINUX, {0}, 0, NIGHT_QUIET},
    {"overview_wide_text", 80, 24, WORLD_WIDE, GLYPHS_EIGHTH, {0}, 0, NIGHT_QUIET},
    {"overview_wide_text", 40, 12, WORLD_WIDE, GLYPHS_EIGHTH, {0}, 0, NIGHT_QUIET},
    {"overview_machines_only", 80, 24, WORLD_MACHINES, GLYPHS_EIGHTH, {0}, 0, NIGHT_QUIET},
    {"overview_one_service", 100, 30, WORLD_SERVICE, GLYPHS_EIGHTH, {0}, 0, NIGHT_QUIET},
    {"overview_resources_focus", 100, 30, WORLD_FULL, GLYPHS_EIGHTH, {'\t'}, 0, NIGHT_QUIET},
    {"overview_filter", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {'/', 'c', 'a'}, 0, NIGHT_QUIET},
    {"overview_by_latency",
     80,
     24,
     WORLD_FULL,
     GLYPHS_EIGHTH,
     {'O', 'O', 'O', 'O', 'j'},
     0,
     NIGHT_QUIET},
    {"overview_paused", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {'p'}, 41000, NIGHT_QUIET},
    {"overview_stalled", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {0}, 840000, NIGHT_QUIET},
    {"hosts", 100, 30, WORLD_FULL, GLYPHS_EIGHTH, {'4'}, 0, NIGHT_QUIET},
    {"hosts_stale", 80, 24, WORLD_STALE, GLYPHS_EIGHTH, {'4'}, 0, NIGHT_QUIET},
    {"hosts_stale", 60, 16, WORLD_STALE, GLYPHS_EIGHTH, {'4'}, 0, NIGHT_QUIET},
    {"hosts_stale", 40, 12, WORLD_STALE, GLYPHS_EIGHTH, {'4'}, 0, NIGHT_QUIET},
    {"machine_stale",
     80,
     24,
     WORLD_STALE,
     GLYPHS_EIGHTH,
     {'4', 'j', 'j', KEYCODE_ENTER},
     0,
     NIGHT_QUIET},
    {"service", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {KEYCODE_ENTER}, 0, NIGHT_QUIET},
    {"service", 100, 30, WORLD_FULL, GLYPHS_EIGHTH, {KEYCODE_ENTER}, 0, NIGHT_QUIET},
    {"service", 132, 43, WORLD_FULL, GLYPHS_EIGHTH, {KEYCODE_ENTER}, 0, NIGHT_QUIET},
    {"service", 200, 50, WORLD_FULL, GLYPHS_EIGHTH, {KEYCODE_ENTER}, 0, NIGHT_QUIET},
    {"service", 40, 12, WORLD_FULL, GLYPHS_EIGHTH, {KEYCODE_ENTER}, 0, NIGHT_QUIET},
    {"service_stale",
     100,
     30,
     WORLD_FULL,
     GLYPHS_EIGHTH,
     {'j', 'j', KEYCODE_ENTER},
     0,
     NIGHT_QUIET},
    {"service_gap",
     100,
     30,
     WORLD_FULL,
     GLYPHS_EIGHTH,
     {'G', 'k', 'k', 'k', KEYCODE_ENTER},
     0,
     NIGHT_QUIET},
    {"service_zoom",
     100,
     30,
     WORLD_FULL,
     GLYPHS_EIGHTH,
     {KEYCODE_ENTER, '\t', '\t', 'z'},
     0,
     NIGHT_QUIET},
    {"service_zoom_ascii",
     80,
     24,
     WORLD_FULL,
     GLYPHS_ASCII,
     {KEYCODE_ENTER, '\t', '\t', 'z'},
     0,
     NIGHT_QUIET},
    {"machine", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {'\t', KEYCODE_ENTER}, 0, NIGHT_QUIET},
    {"machine", 100, 30, WORLD_FULL, GLYPHS_EIGHTH, {'\t', KEYCODE_ENTER}, 0, NIGHT_QUIET},
    {"machine", 132, 43, WORLD_FULL, GLYPHS_EIGHTH, {'\t', KEYCODE_ENTER}, 0, NIGHT_QUIET},
    {"machine", 40, 12, WORLD_FULL, GLYPHS_EIGHTH, {'\t', KEYCODE_ENTER}, 0, NIGHT_QUIET},
    {"sources", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {'8', 'j'}, 0, NIGHT_QUIET},
    {"sources", 100, 30, WORLD_FULL, GLYPHS_EIGHTH, {'8', 'j'}, 0, NIGHT_QUIET},
    {"sources", 132, 43, WORLD_FULL, GLYPHS_EIGHTH, {'8'}, 0, NIGHT_QUIET},
    {"sources", 40, 12, WORLD_FULL, GLYPHS_EIGHTH, {'8'}, 0, NIGHT_QUIET},
    {"help", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {'?'}, 0, NIGHT_QUIET},
    {"help", 132, 43, WORLD_FULL, GLYPHS_EIGHTH, {'?'}, 0, NIGHT_QUIET},
    {"help", 40, 12, WORLD_FULL, GLYPHS_EIGHTH, {'?', 'j', 'j'}, 0, NIGHT_QUIET},
    {"first_frame", 80, 24, WORLD_NO_BOARD, GLYPHS_EIGHTH, {0}, 0, NIGHT_QUIET},
    {"just_started", 100, 30, WORLD_STARTED, GLYPHS_EIGHTH, {0}, 0, NIGHT_QUIET},
    {"nothing_found_yet", 80, 24, WORLD_EMPTY, GLYPHS_EIGHTH, {0}, 0, NIGHT_QUIET},
    {"nothing_found", 80, 24, WORLD_EMPTY, GLYPHS_EIGHTH, {0}, 11000, NIGHT_QUIET},
    {"nothing_found", 40, 12, WORLD_EMPTY, GLYPHS_EIGHTH, {0}, 11000, NIGHT_QUIET},
    {"overview_alerts", 40, 12, WORLD_FULL, GLYPHS_EIGHTH, {0}, 0, NIGHT_BUSY},
    {"overview_alerts", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {0}, 0, NIGHT_BUSY},
    {"overview_alerts", 100, 30, WORLD_FULL, GLYPHS_EIGHTH, {0}, 0, NIGHT_BUSY},
    {"overview_alerts", 132, 43, WORLD_FULL, GLYPHS_EIGHTH, {0}, 0, NIGHT_BUSY},
    {"overview_alerts", 200, 50, WORLD_FULL, GLYPHS_EIGHTH, {0}, 0, NIGHT_BUSY},
    {"overview_alerts", 60, 20, WORLD_FULL, GLYPHS_EIGHTH, {0}, 0, NIGHT_BUSY},
    {"overview_alerts_acked", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {0}, 0, NIGHT_ACKED},
    {"overview_alerts_no_services", 80, 24, WORLD_EMPTY, GLYPHS_EIGHTH, {0}, 0, NIGHT_BUSY},
    {"alerts", 40, 12, WORLD_FULL, GLYPHS_EIGHTH, {'2'}, 0, NIGHT_BUSY},
    {"alerts", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {'2'}, 0, NIGHT_BUSY},
    {"alerts", 100, 30, WORLD_FULL, GLYPHS_EIGHTH, {'2'}, 0, NIGHT_BUSY},
    {"alerts", 132, 43, WORLD_FULL, GLYPHS_EIGHTH, {'2'}, 0, NIGHT_BUSY},
    {"alerts", 200, 50, WORLD_FULL, GLYPHS_EIGHTH, {'2'}, 0, NIGHT_BUSY},
    {"alerts", 24, 6, WORLD_FULL, GLYPHS_EIGHTH, {'2'}, 0, NIGHT_BUSY},
    {"alerts", 60, 20, WORLD_FULL, GLYPHS_EIGHTH, {'2'}, 0, NIGHT_BUSY},
    {"alerts_ascii", 100, 30, WORLD_FULL, GLYPHS_ASCII, {'2'}, 0, NIGHT_BUSY},
    {"alerts_linux", 80, 24, WORLD_FULL, GLYPHS_LINUX, {'2'}, 0, NIGHT_BUSY},
    {"alerts_wide_text", 40, 12, WORLD_FULL, GLYPHS_EIGHTH, {'2'}, 0, NIGHT_WIDE},
    {"alerts_wide_text", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {'2'}, 0, NIGHT_WIDE},
    {"alerts_wide_text", 132, 43, WORLD_FULL, GLYPHS_EIGHTH, {'2'}, 0, NIGHT_WIDE},
    {"alerts_wide_text_3", 100, 30, WORLD_FULL, GLYPHS_EIGHTH, {'2', 'j', 'j'}, 0, NIGHT_WIDE},
    {"alerts_quiet", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {'2'}, 0, NIGHT_QUIET},
    {"alerts_blind", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {'2'}, 0, NIGHT_BLIND},
    {"alerts_no_rules", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {'2'}, 0, NIGHT_NO_RULES},
    {"alerts_started", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {'2'}, 0, NIGHT_STARTED},
    {"alerts_quiet", 40, 12, WORLD_FULL, GLYPHS_EIGHTH, {'2'}, 0, NIGHT_QUIET},
    {"alerts_foreign",
     100,
     30,
     WORLD_FULL,
     GLYPHS_EIGHTH,
     {'2', 'G', 'k', 'k', 'k', 'k', 'k', 'k'},
     0,
     NIGHT_BUSY},
    {"alerts_unknown",
     100,
     30,
     WORLD_FULL,
     GLYPHS_EIGHTH,
     {'2', 'G', 'k', 'k', 'k', 'k', 'k'},
     0,
     NIGHT_BUSY},
    {"alerts_acked",
     100,
     30,
     WORLD_FULL,
     GLYPHS_EIGHTH,
     {'2', 'G', 'k', 'k', 'k', 'k'},
     0,
     NIGHT_BUSY},
    {"alerts_pending",
     100,
     30,
     WORLD_FULL,
     GLYPHS_EIGHTH,
     {'2', 'G', 'k', 'k', 'k'},
     0,
     NIGHT_BUSY},
    {"alerts_silenced", 100, 30, WORLD_FULL, GLYPHS_EIGHTH, {'2', 'G', 'k', 'k'}, 0, NIGHT_BUSY},
    {"alerts_inhibited", 100, 30, WORLD_FULL, GLYPHS_EIGHTH, {'2', 'G', 'k'}, 0, NIGHT_BUSY},
    {"alerts_resolved", 100, 30, WORLD_FULL, GLYPHS_EIGHTH, {'2', 'G'}, 0, NIGHT_BUSY},
    {"alerts_filter",
     80,
     24,
     WORLD_FULL,
     GLYPHS_EIGHTH,
     {'2', '/', 't', 'e', 'a', 'm', '='},
     0,
     NIGHT_BUSY},
    {"alert", 40, 12, WORLD_FULL, GLYPHS_EIGHTH, {'2', KEYCODE_ENTER}, 0, NIGHT_BUSY},
    {"alert", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {'2', KEYCODE_ENTER}, 0, NIGHT_BUSY},
    {"alert", 132, 43, WORLD_FULL, GLYPHS_EIGHTH, {'2', KEYCODE_ENTER}, 0, NIGHT_BUSY},
    {"alert_scrolled", 40, 12, WORLD_FULL, GLYPHS_EIGHTH, {'2', KEYCODE_ENTER, 'G'}, 0, NIGHT_BUSY},
    {"alert_wide_text", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {'2', KEYCODE_ENTER}, 0, NIGHT_WIDE},
    {"rules", 40, 12, WORLD_FULL, GLYPHS_EIGHTH, {'2', 'r'}, 0, NIGHT_BUSY},
    {"rules", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {'2', 'r'}, 0, NIGHT_BUSY},
    {"rules", 132, 43, WORLD_FULL, GLYPHS_EIGHTH, {'2', 'r'}, 0, NIGHT_BUSY},
    {"silences", 40, 12, WORLD_FULL, GLYPHS_EIGHTH, {'9'}, 0, NIGHT_BUSY},
    {"silences", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {'9'}, 0, NIGHT_BUSY},
    {"silences", 132, 43, WORLD_FULL, GLYPHS_EIGHTH, {'9'}, 0, NIGHT_BUSY},
    {"silences_none", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {'9'}, 0, NIGHT_QUIET},
    {"ask_ack", 40, 12, WORLD_FULL, GLYPHS_EIGHTH, {'2', 'a', 'd', 'b'}, 0, NIGHT_BUSY},
    {"ask_ack", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {'2', 'a', 'd', 'b'}, 0, NIGHT_BUSY},
    {"ask_ack", 100, 30, WORLD_FULL, GLYPHS_EIGHTH, {'2', 'a', 'd', 'b'}, 0, NIGHT_BUSY},
    {"ask_ack", 24, 5, WORLD_FULL, GLYPHS_EIGHTH, {'2', 'a', 'd', 'b'}, 0, NIGHT_BUSY},
    {"ask_dismiss",
     80,
     24,
     WORLD_FULL,
     GLYPHS_EIGHTH,
     {'2', 'j', 'j', 'j', 'x', KEYCODE_ENTER},
     0,
     NIGHT_BUSY},
    {"ask_silence", 40, 12, WORLD_FULL, GLYPHS_EIGHTH, {'2', 's'}, 0, NIGHT_BUSY},
    {"ask_silence", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {'2', 's'}, 0, NIGHT_BUSY},
    {"ask_silence", 132, 43, WORLD_FULL, GLYPHS_EIGHTH, {'2', 's'}, 0, NIGHT_BUSY},
    {"ask_silence_ascii",
     80,
     24,
     WORLD_FULL,
     GLYPHS_ASCII,
     {'2', 's', KEYCODE_BACK_TAB, ' '},
     0,
     NIGHT_BUSY},
    {"ask_silence_typed",
     80,
     24,
     WORLD_FULL,
     GLYPHS_EIGHTH,
     {'2', 's', '2', 'h', KEYCODE_ENTER, 'v', '4'},
     0,
     NIGHT_BUSY},
    {"ask_silence_refused",
     80,
     24,
     WORLD_FULL,
     GLYPHS_EIGHTH,
     {'2', 's', KEYCODE_CTRL('s')},
     0,
     NIGHT_BUSY},
    {"ask_silence", 24, 6, WORLD_FULL, GLYPHS_EIGHTH, {'2', 's'}, 0, NIGHT_BUSY},
    {"ask_silence_wide_text", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {'2', 'j', 's'}, 0, NIGHT_WIDE},
    {"ask_expire", 40, 12, WORLD_FULL, GLYPHS_EIGHTH, {'9', 'x'}, 0, NIGHT_BUSY},
    {"ask_expire", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {'9', 'x'}, 0, NIGHT_BUSY},
    {"nothing_to_unack", 80, 24, WORLD_FULL, GLYPHS_EIGHTH, {'2', 'u'}, 0, NIGHT_BUSY},
};

static void ignore_command(void *user, const struct ui_command *command)
{
    (void)user;
    (void)command;
}

static struct board *world_board(enum world world)
{
    struct fake_options options = {.wide_names = world == WORLD_WIDE,
                                   .stale_machine = world == WORLD_STALE,
                                   .just_started = world == WORLD_STARTED,
                                   .no_services = world == WORLD_MACHINES || world == WORLD_EMPTY,
                                   .no_machines = world == WORLD_SERVICE || world == WORLD_EMPTY,
                                   .services = world == WORLD_SERVICE ? 1 : 0};
    return world == WORLD_NO_BOARD ? NULL : fake_board_create(&options);
}

static struct ui_model world_model(struct board *board, struct source_health *sources,
                                   int64_t now_ms)
{
    fake_sources(sources, now_ms);
    if (board == NULL) {
        for (size_t i = 0; i < FAKE_SOURCES; i++) {
            sources[i].state = SOURCE_WAITING;
            sources[i].last_success.ms = sources[i].down_since.ms = 0;
            sources[i].next_attempt.ms = 0;
            sources[i].error[0] = '\0';
        }
    }
    return fake_model(board, sources, now_ms);
}

static void render(const struct golden *golden, struct strbuf *text, struct strbuf *style)
{
    struct source_health sources[FAKE_SOURCES];
    struct board *board = world_board(golden->world);
    struct alerts *alerts = fake_night_create(golden->night);
    struct ui_model model = world_model(board, sources, FAKE_NOW);
    struct screen_options options = {
        .glyphs = golden->glyphs, .utc = true, .width = golden->width, .height = golden->height};
    struct screen *screen = screen_create(NULL, &options, ignore_command, NULL);
    model.alerts = board != NULL ? alerts : NULL;
    model.user = "op1";
    screen_draw(screen, &model);
    for (size_t i = 0; i < ARRAY_LEN(golden->keys) && golden->keys[i] != 0; i++) {
        screen_key(screen, golden->keys[i]);
        screen_draw(screen, &model);
    }
    /* Second by second while it is less than a minute: longer is a screen that stood still. */
    int64_t step = golden->then_ms < 60000 ? 1000 : golden->then_ms;
    for (int64_t t = step; golden->then_ms != 0 && t <= golden->then_ms; t += step) {
        fake_board_step(board, FAKE_NOW + t);
        model = world_model(board, sources, FAKE_NOW + t);
        model.alerts = alerts;
        model.user = "op1";
        screen_draw(screen, &model);
    }
    for (int y = 0; y < golden->height; y++) {
        canvas_row_text(screen_canvas(screen), y, text);
        strbuf_add_char(text, '\n');
        canvas_row_styles(screen_canvas(screen), y, style);
        strbuf_add_char(style, '\n');
    }
    screen_destroy(screen);
    fake_alerts_destroy(alerts);
    if (board != NULL) {
        fake_board_destroy(board);
    }
}

static char *read_whole(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    struct strbuf text = STRBUF_INIT;
    char chunk[4096];
    size_t n;
    while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0) {
        strbuf_add(&text, chunk, n);
    }
    fclose(file);
    return strbuf_take(&text);
}

static void write_whole(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

static void print_difference(const char *path, const char *want, const char *have)
{
    struct str wanted = str_from(want), had = str_from(have), a, b;
    for (int line = 1;; line++) {
        bool more_a = str_split(&wanted, '\n', &a), more_b = str_split(&had, '\n', &b);
        if (!more_a && !more_b) {
            return;
        }
        a = more_a ? a : STR_NONE;
        b = more_b ? b : STR_NONE;
        if (!str_equal(a, b)) {
            fprintf(stderr, "%s:%d\n  want %.*s\n  have %.*s\n", path, line, STR_ARG(a),
                    STR_ARG(b));
        }
    }
}

static bool compare(const struct golden *golden, const char *suffix, const char *have)
{
    const char *folder = getenv("TOCSIN_GOLDEN");
    char *path = mem_printf("%s/%s_%dx%d.%s", folder != NULL ? folder : "tests/golden",
                            golden->name, golden->width, golden->height, suffix);
    bool same = true;
    if (getenv("TOCSIN_UPDATE_GOLDEN") != NULL) {
        write_whole(path, have);
    } else {
        char *want = read_whole(path);
        same = want != NULL && strcmp(want, have) == 0;
        if (!same) {
            print_difference(path, want != NULL ? want : "", have);
        }
        free(want);
    }
    free(path);
    return same;
}

START_TEST(test_golden)
{
    struct strbuf text = STRBUF_INIT, style = STRBUF_INIT;
    render(&cases[_i], &text, &style);
    bool same = compare(&cases[_i], "txt", strbuf_cstr(&text));
    same = compare(&cases[_i], "style", strbuf_cstr(&style)) && same;
    ck_assert_msg(same, "%s %dx%d differs", cases[_i].name, cases[_i].width, cases[_i].height);
    strbuf_release(&text);
    strbuf_release(&style);
}
END_TEST

int main(void)
{
    TCase *screens = tcase_create("screens");
    tcase_add_loop_test(screens, test_golden, 0, ARRAY_LEN(cases));
    return suite_run("golden", screens);
}
