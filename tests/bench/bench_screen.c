/*
 * What the screen costs: bytes to the terminal and time a frame over a simulated quarter of an hour
 * at one frame a second and new data every fifteen seconds, through a pty whose other end is read
 * here.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "support/fake_board.h"
#include "ui/keycode.h"
#include "ui/screen.h"

#define FRAMES 900

struct run {
    const char *name;
    int width, height;
    int32_t key;
};

static const struct run runs[] = {
    {"overview", 80, 24, 0},   {"overview", 100, 30, 0},
    {"overview", 200, 50, 0},  {"service", 100, 30, KEYCODE_ENTER},
    {"sources", 100, 30, '8'},
};

static void ignore_command(void *user, const struct ui_command *command)
{
    (void)user;
    (void)command;
}

static void drain(int fd)
{
    char buffer[65536];
    while (read(fd, buffer, sizeof(buffer)) > 0) {
    }
}

static int open_pty(int *slave, int width, int height)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) {
        return -1;
    }
    *slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    struct winsize size = {.ws_col = (unsigned short)width, .ws_row = (unsigned short)height};
    ioctl(master, TIOCSWINSZ, &size);
    return master;
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A frame that a pty's small buffer does not take at once goes out in parts. */
static void flush(struct term *term, int master)
{
    for (int i = 0; i < 1000 && !term_flush(term); i++) {
        drain(master);
    }
    drain(master);
}

static int measure(const struct run *run)
{
    int slave = -1, master = open_pty(&slave, run->width, run->height);
    struct error err = ERROR_INIT;
    struct term_options options = {
        .in_fd = slave, .out_fd = slave, .name = "xterm-256color", .color = TERM_COLOR_ALWAYS};
    struct term *term = master >= 0 ? term_create(&options, &err) : NULL;
    if (term == NULL) {
        fprintf(stderr, "bench_screen: no pty: %s\n", error_text(&err));
        error_release(&err);
        return 1;
    }
    struct screen_options screen_options = {.utc = true};
    struct screen *screen = screen_create(term, &screen_options, ignore_command, NULL);
    struct fake_options fake = {.now_ms = FAKE_NOW};
    struct board *board = fake_board_create(&fake);
    struct source_health sources[FAKE_SOURCES];
    uint64_t first = 0, most = 0, before = 0;
    double cpu = 0;
    for (int i = 0; i < FRAMES; i++) {
        int64_t now = FAKE_NOW + i * 1000;
        if (now % 15000 < 1000) {
            fake_board_step(board, now);
        }
        fake_sources(sources, now);
        struct ui_model model = fake_model(board, sources, now);
        model.bytes_to_terminal = term_bytes_written(term);
        double start = seconds_now();
        screen_draw(screen, &model);
        cpu += seconds_now() - start;
        flush(term, master);
        uint64_t frame = term_bytes_written(term) - before;
        before += frame;
        first = i == 0 ? frame : first;
        if (i == 0 && run->key != 0) {
            screen_key(screen, run->key);
        }
        most = i > 1 && frame > most ? frame : most;
    }
    printf(
        "%-9s %3dx%-2d  first frame %5llu B  then %6.0f B/s on average, at most %5llu B a frame, "
        "%4.0f us CPU a frame\n",
        run->name, run->width, run->height, (unsigned long long)first,
        (double)(before - first) / (FRAMES - 1), (unsigned long long)most, cpu / FRAMES * 1e6);
    screen_destroy(screen);
    term_destroy(term);
    fake_board_destroy(board);
    close(slave);
    close(master);
    return 0;
}

int main(void)
{
    for (size_t i = 0; i < ARRAY_LEN(runs); i++) {
        if (measure(&runs[i]) != 0) {
            return 1;
        }
    }
    return 0;
}
