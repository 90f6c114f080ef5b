/*
 * The terminal over a pty: one write a frame between the marks of a synchronized update, nothing
 * where nothing changed, the line put back afterwards, and a line that does not take more.
 */
#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "support/suite.h"
#include "ui/term.h"

struct pty {
    int master, slave;
};

static struct pty open_pty(int width, int height)
{
    struct pty pty = {.master = posix_openpt(O_RDWR | O_NOCTTY)};
    ck_assert_int_ge(pty.master, 0);
    ck_assert_int_eq(grantpt(pty.master), 0);
    ck_assert_int_eq(unlockpt(pty.master), 0);
    pty.slave = open(ptsname(pty.master), O_RDWR | O_NOCTTY);
    ck_assert_int_ge(pty.slave, 0);
    struct winsize size = {.ws_col = (unsigned short)width, .ws_row = (unsigned short)height};
    ck_assert_int_eq(ioctl(pty.master, TIOCSWINSZ, &size), 0);
    ck_assert_int_eq(fcntl(pty.master, F_SETFL, O_NONBLOCK), 0);
    return pty;
}

static void close_pty(struct pty *pty)
{
    close(pty->slave);
    close(pty->master);
}

#define MARK    "\x1F<mark>\x1F"
#define WAIT_MS 30000 /* for bytes that are on their way; never reached */

/* Waits for bytes and adds what there is. */
static void read_some(const struct pty *pty, struct strbuf *out)
{
    char chunk[4096];
    struct pollfd fd = {.fd = pty->master, .events = POLLIN};
    ck_assert_int_eq(poll(&fd, 1, WAIT_MS), 1);
    ssize_t n = read(pty->master, chunk, sizeof(chunk));
    ck_assert_int_gt(n, 0);
    strbuf_add(out, chunk, (size_t)n);
}

/* Everything that has been written so far. The kernel brings it from one end to the other in its
 * own time, but in order: what comes before a mark of ours is all. */
static char *take(const struct pty *pty)
{
    struct strbuf out;
    strbuf_init(&out, (size_t)8 << 20);
    struct pollfd fd = {.fd = pty->slave, .events = POLLOUT};
    for (size_t i = 0; i < strlen(MARK); i++) {
        while (poll(&fd, 1, 0) == 0) {
            read_some(pty, &out); /* makes room */
        }
        ck_assert_int_eq(write(pty->slave, &MARK[i], 1), 1);
    }
    while (!str_ends_with(strbuf_str(&out), STR(MARK))) {
        read_some(pty, &out);
    }
    strbuf_truncate(&out, out.len - strlen(MARK));
    return strbuf_take(&out);
}

static struct term *open_term(const struct pty *pty, const char *name)
{
    struct term_options options = {
        .in_fd = pty->slave, .out_fd = pty->slave, .name = name, .color = TERM_COLOR_ALWAYS};
    struct error err = ERROR_INIT;
    struct term *term = term_create(&options, &err);
    ck_assert_msg(term != NULL, "%s", error_text(&err));
    return term;
}

static void draw_text(struct canvas *canvas, const char *text, enum role role)
{
    canvas_reset(canvas, canvas->width, canvas->height);
    canvas_text(canvas, 0, 0, canvas->width, style_of(role), str_from(text));
}

static void use_utf8(void)
{
    setenv("LC_ALL", "C.UTF-8", 1);
}

START_TEST(test_frames)
{
    struct pty pty = open_pty(40, 10);
    struct term *term = open_term(&pty, "xterm-256color");
    struct theme *theme = theme_builtin("tocsin-dark");
    int width, height;
    struct canvas canvas;
    term_size(term, &width, &height);
    ck_assert_int_eq(width, 40);
    ck_assert_int_eq(height, 10);
    canvas_init(&canvas, width, height);
    draw_text(&canvas, "caf\xC3\xA9 \xE6\xB1\xBA", ROLE_STATE_CRIT);
    ck_assert_int_eq(term_draw(term, &canvas, theme), TERM_FRAME_DRAWN);
    char *bytes = take(&pty);
    ck_assert_ptr_nonnull(strstr(bytes, "\x1B[?2026h"));
    ck_assert_ptr_nonnull(strstr(bytes, "caf\xC3\xA9 \xE6\xB1\xBA"));
    ck_assert_ptr_nonnull(strstr(bytes, "38;5;203"));
    ck_assert_str_eq(bytes + strlen(bytes) - 8, "\x1B[?2026l");
    ck_assert_uint_eq(term_bytes_written(term), strlen(bytes));
    free(bytes);
    /* The same again: not a byte. */
    ck_assert_int_eq(term_draw(term, &canvas, theme), TERM_FRAME_SAME);
    bytes = take(&pty);
    ck_assert_str_eq(bytes, "");
    free(bytes);
    /* One character: a handful, in one update. */
    canvas_put(&canvas, 20, 5, 'x', style_of(ROLE_TEXT));
    ck_assert_int_eq(term_draw(term, &canvas, theme), TERM_FRAME_DRAWN);
    bytes = take(&pty);
    ck_assert_uint_lt(strlen(bytes), 60);
    ck_assert_ptr_nonnull(strchr(bytes, 'x'));
    free(bytes);
    term_redraw(term);
    ck_assert_int_eq(term_draw(term, &canvas, theme), TERM_FRAME_DRAWN);
    bytes = take(&pty);
    ck_assert_ptr_nonnull(strstr(bytes, "caf\xC3\xA9"));
    free(bytes);
    canvas_release(&canvas);
    theme_destroy(theme);
    term_destroy(term);
    close_pty(&pty);
}
END_TEST

START_TEST(test_modes)
{
    struct pty pty = open_pty(40, 10);
    struct termios before, during, after;
    ck_assert_int_eq(tcgetattr(pty.slave, &before), 0);
    int flags = fcntl(pty.slave, F_GETFL);
    struct term *term = open_term(&pty, "xterm-256color");
    ck_assert_int_eq(tcgetattr(pty.slave, &during), 0);
    ck_assert_uint_eq(during.c_lflag & (ECHO | ICANON | ISIG), 0);
    ck_assert_uint_eq(during.c_iflag & IXON, 0); /* Ctrl-S is a key */
    ck_assert_int_eq(fcntl(pty.slave, F_GETFL), flags);
    free(take(&pty));
    term_destroy(term);
    char *bytes = take(&pty);
    ck_assert_ptr_nonnull(strstr(bytes, "\x1B[?1049l"));
    ck_assert_ptr_nonnull(strstr(bytes, "\x1B[?2004l"));
    ck_assert_ptr_nonnull(strstr(bytes, "25h")); /* the cursor */
    free(bytes);
    ck_assert_int_eq(tcgetattr(pty.slave, &after), 0);
    ck_assert_uint_eq(after.c_lflag, before.c_lflag);
    ck_assert_uint_eq(after.c_iflag, before.c_iflag);
    ck_assert_uint_eq(after.c_oflag, before.c_oflag);
    close_pty(&pty);
}
END_TEST

static const struct {
    int width, height;
} sizes[] = {{0, 0}, {1, 1}, {2, 50}, {500, 1}, {80, 24}, {1, 100}, {300, 200}, {40, 10}};

START_TEST(test_resize)
{
    struct pty pty = open_pty(40, 10);
    struct term *term = open_term(&pty, "xterm-256color");
    struct theme *theme = theme_builtin("terminal");
    struct canvas canvas;
    canvas_init(&canvas, 0, 0);
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct winsize size = {.ws_col = (unsigned short)sizes[i].width,
                               .ws_row = (unsigned short)sizes[i].height};
        ck_assert_int_eq(ioctl(pty.master, TIOCSWINSZ, &size), 0);
        term_resized(term);
        int width, height;
        term_size(term, &width, &height);
        ck_assert_int_eq(width, sizes[i].width);
        ck_assert_int_eq(height, sizes[i].height);
        canvas_reset(&canvas, width, height);
        canvas_fill(&canvas, rect_at(0, 0, width, height), '#', style_of(ROLE_TEXT));
        canvas_text(&canvas, width - 1, 0, 2, style_of(ROLE_TEXT), STR("\xE6\xB1\xBA"));
        term_draw(term, &canvas, theme);
        struct strbuf sent;
        strbuf_init(&sent, (size_t)8 << 20);
        while (!term_flush(term)) {
            read_some(&pty, &sent);
        }
        strbuf_release(&sent);
        free(take(&pty));
    }
    canvas_release(&canvas);
    theme_destroy(theme);
    term_destroy(term);
    close_pty(&pty);
}
END_TEST

START_TEST(test_slow_line)
{
    struct pty pty = open_pty(300, 200);
    struct term *term = open_term(&pty, "xterm-256color");
    struct theme *theme = theme_builtin("tocsin-dark");
    struct canvas canvas;
    canvas_init(&canvas, 300, 200);
    for (int y = 0; y < 200; y++) {
        for (int x = 0; x < 300; x++) {
            canvas_put(&canvas, x, y, '!' + (uint32_t)(x * 7 + y) % 90,
                       style_of(x % 2 == 0 ? ROLE_STATE_CRIT : ROLE_TEXT));
        }
    }
    /* Nobody reads: the frame does not fit, and nothing waits for it. */
    ck_assert_int_eq(term_draw(term, &canvas, theme), TERM_FRAME_DRAWN);
    ck_assert(term_is_waiting(term));
    canvas_put(&canvas, 0, 0, 'Z', style_of(ROLE_TEXT));
    ck_assert_int_eq(term_draw(term, &canvas, theme), TERM_FRAME_SKIPPED);
    ck_assert_uint_eq(term_frames_skipped(term), 1);
    struct strbuf all;
    strbuf_init(&all, (size_t)8 << 20);
    while (term_is_waiting(term)) {
        read_some(&pty, &all);
        term_flush(term);
    }
    char *bytes = take(&pty);
    strbuf_add_c(&all, bytes);
    free(bytes);
    ck_assert_uint_eq(term_bytes_written(term), all.len);
    ck_assert(str_ends_with(strbuf_str(&all), STR("\x1B[?2026l")));
    strbuf_release(&all);
    /* The line is free again: what was skipped is there with the next frame. */
    ck_assert_int_eq(term_draw(term, &canvas, theme), TERM_FRAME_DRAWN);
    bytes = take(&pty);
    ck_assert_ptr_nonnull(strchr(bytes, 'Z'));
    free(bytes);
    canvas_release(&canvas);
    theme_destroy(theme);
    term_destroy(term);
    close_pty(&pty);
}
END_TEST

static const struct {
    const char *name;
    const char *lc_all;
    bool utf8, sync;
    enum glyph_mode glyphs;
} terminals[] = {
    {"xterm-256color", "C.UTF-8", true, true, GLYPHS_EIGHTH},
    {"xterm-kitty-without-a-description", "C.UTF-8", true, true, GLYPHS_EIGHTH},
    {"xterm-ghostty", "en_US.UTF-8", true, true, GLYPHS_EIGHTH}, /* a locale that is not here */
    {"xterm-256color", "C", false, true, GLYPHS_ASCII},
    {"tmux-256color", "C.UTF-8", true, true, GLYPHS_EIGHTH},
    {"screen", "C.UTF-8", true, true, GLYPHS_EIGHTH},
    {"linux", "C.UTF-8", true, false, GLYPHS_LINUX},
    {"vt100", "C.UTF-8", true, false, GLYPHS_EIGHTH},
    {"", "C.UTF-8", true, true, GLYPHS_EIGHTH},
};

START_TEST(test_terminals)
{
    setenv("LC_ALL", terminals[_i].lc_all, 1);
    struct pty pty = open_pty(40, 10);
    struct term *term = open_term(&pty, terminals[_i].name);
    struct theme *theme = theme_builtin("terminal");
    ck_assert(term_is_utf8(term) == terminals[_i].utf8);
    ck_assert_int_eq(term_glyph_mode(term), terminals[_i].glyphs);
    struct canvas canvas;
    canvas_init(&canvas, 40, 10);
    draw_text(&canvas, "caf\xC3\xA9!", ROLE_STATE_WARN);
    ck_assert_int_eq(term_draw(term, &canvas, theme), TERM_FRAME_DRAWN);
    char *bytes = take(&pty);
    ck_assert((strstr(bytes, "\x1B[?2026h") != NULL) == terminals[_i].sync);
    ck_assert_ptr_nonnull(strstr(bytes, terminals[_i].utf8 ? "caf\xC3\xA9!" : "caf?!"));
    free(bytes);
    canvas_release(&canvas);
    theme_destroy(theme);
    term_destroy(term);
    close_pty(&pty);
}
END_TEST

START_TEST(test_no_color)
{
    setenv("NO_COLOR", "1", 1);
    struct pty pty = open_pty(40, 10);
    struct term_options options = {
        .in_fd = pty.slave, .out_fd = pty.slave, .name = "xterm-256color"};
    struct error err = ERROR_INIT;
    struct term *term = term_create(&options, &err);
    ck_assert_ptr_nonnull(term);
    struct theme *theme = theme_builtin("tocsin-dark");
    struct canvas canvas;
    canvas_init(&canvas, 40, 10);
    draw_text(&canvas, "alarm", ROLE_STATE_CRIT);
    term_draw(term, &canvas, theme);
    char *bytes = take(&pty);
    ck_assert_ptr_null(strstr(bytes, "38;5;"));
    ck_assert_ptr_null(strstr(bytes, "\x1B[31m"));
    ck_assert_ptr_nonnull(strstr(bytes, "alarm"));
    free(bytes);
    canvas_release(&canvas);
    theme_destroy(theme);
    term_destroy(term);
    close_pty(&pty);
}
END_TEST

START_TEST(test_no_terminal)
{
    int null = open("/dev/null", O_RDWR);
    struct term_options options = {.in_fd = null, .out_fd = null, .name = "xterm-256color"};
    struct error err = ERROR_INIT;
    struct term *term = term_create(&options, &err);
    ck_assert_ptr_nonnull(term); /* a size of nothing, and nothing breaks */
    struct theme *theme = theme_builtin("mono");
    struct canvas canvas;
    canvas_init(&canvas, 10, 2);
    draw_text(&canvas, "x", ROLE_TEXT);
    term_draw(term, &canvas, theme);
    char byte;
    ck_assert_int_eq(term_read(term, &byte, 1), -1); /* end of input: it is gone */
    canvas_release(&canvas);
    theme_destroy(theme);
    term_destroy(term);
    close(null);
}
END_TEST

START_TEST(test_input)
{
    struct pty pty = open_pty(40, 10);
    struct term *term = open_term(&pty, "xterm-256color");
    char bytes[16];
    ck_assert_int_eq(term_read(term, bytes, sizeof(bytes)), 0);
    ck_assert_int_eq(write(pty.master, "\x1B[A\x03\x13\r", 6), 6);
    long n = 0;
    for (int i = 0; i < 1000 && n < 6; i++) {
        struct pollfd fd = {.fd = pty.slave, .events = POLLIN};
        poll(&fd, 1, 20);
        n += term_read(term, bytes + n, sizeof(bytes) - (size_t)n);
    }
    ck_assert_int_eq(n, 6);
    ck_assert_mem_eq(bytes, "\x1B[A\x03\x13\r", 6); /* no signal, no XOFF, no line feed */
    close(pty.master);
    ck_assert_int_eq(term_read(term, bytes, sizeof(bytes)), -1);
    term_destroy(term);
    close(pty.slave);
}
END_TEST

/* A child that crashes with the terminal in its hands. */
START_TEST(test_fatal_signal)
{
    struct pty pty = open_pty(40, 10);
    struct termios before, after;
    ck_assert_int_eq(tcgetattr(pty.slave, &before), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        open_term(&pty, "xterm-256color");
        raise(SIGABRT);
        _exit(0);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(WTERMSIG(status), SIGABRT);
    char *bytes = take(&pty);
    ck_assert_ptr_nonnull(strstr(bytes, "\x1B[?1049l"));
    ck_assert_ptr_nonnull(strstr(bytes, "\x1B[?2026l"));
    free(bytes);
    ck_assert_int_eq(tcgetattr(pty.slave, &after), 0);
    ck_assert_uint_eq(after.c_lflag, before.c_lflag);
    close_pty(&pty);
}
END_TEST

int main(void)
{
    TCase *term = tcase_create("term");
    tcase_add_checked_fixture(term, use_utf8, NULL);
    tcase_add_test(term, test_frames);
    tcase_add_test(term, test_modes);
    tcase_add_test(term, test_resize);
    tcase_add_test(term, test_slow_line);
    tcase_add_loop_test(term, test_terminals, 0, ARRAY_LEN(terminals));
    tcase_add_test(term, test_no_color);
    tcase_add_test(term, test_no_terminal);
    tcase_add_test(term, test_input);
    tcase_add_test(term, test_fatal_signal);
    return suite_run("ui/term", term);
}
