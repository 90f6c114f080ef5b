#include "ui/term.h"

#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <termcap.h>

#include "base/mem.h"
#include "ui/line.h"
#include "ui/term_guard.h"

/* xterm's private modes: synchronized update (contour's VT extension) and bracketed paste. */
#define SYNC_BEGIN "\x1B[?2026h"
#define SYNC_END   "\x1B[?2026l"
#define PASTE_ON   "\x1B[?2004h"
#define PASTE_OFF  "\x1B[?2004l"

#define STYLE_FLAGS 8 /* combinations of enum style_flag */

/* A style as curses wants it. */
struct pen {
    attr_t attrs;
    int pair;
};

struct term {
    struct line line;
    FILE *memory; /* what curses writes to */
    FILE *input;  /* curses wants one; it never reads */
    SCREEN *screen;
    int width, height;
    bool utf8;
    bool modern; /* knows the private modes above */
    bool linux_console;
    int colors; /* 0: attributes only */
    struct canvas last;
    bool whole; /* the next frame paints every cell */
    const struct theme *theme;
    struct pen pens[ROLE_COUNT][STYLE_FLAGS];
    cchar_t *row;
    int row_capacity;
    struct strbuf frame;
    uint64_t frames_skipped;
};

static bool names_utf8(const char *value)
{
    if (value == NULL) {
        return false;
    }
    struct str s = str_from(value);
    const char *const ends[] = {"UTF-8", "utf8", "UTF8", "utf-8"};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        if (str_ends_with(s, str_from(ends[i]))) {
            return true;
        }
    }
    return false;
}

static const char *first_set(const char *a, const char *b, const char *c)
{
    return a != NULL && *a != '\0' ? a : b != NULL && *b != '\0' ? b : c;
}

/* A shell often forwards a locale this host does not have; in "C" curses prints blanks for every
 * character that is not ASCII. C.UTF-8 is always there. */
static bool choose_locale(void)
{
    if (setlocale(LC_CTYPE, "") != NULL && strcmp(nl_langinfo(CODESET), "UTF-8") == 0) {
        return true;
    }
    const char *wanted = first_set(getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG"));
    bool unset = wanted == NULL || *wanted == '\0';
    if (names_utf8(wanted) || (unset && getenv("TMUX") != NULL)) {
        return setlocale(LC_CTYPE, "C.UTF-8") != NULL;
    }
    return false;
}

static bool starts_with(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* newterm takes over signals that belong to the loop. */
static SCREEN *new_screen(const char *name, FILE *out, FILE *in)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
    struct sigaction before[ARRAY_LEN(signals)];
    for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
        sigaction(signals[i], NULL, &before[i]);
    }
    use_env(FALSE); /* the size comes from the line, not from stale LINES and COLUMNS */
    SCREEN *screen = newterm(name, out, in);
    for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
        sigaction(signals[i], &before[i], NULL);
    }
    return screen;
}

/* A host without kitty's, foot's or ghostty's description still has xterm's. */
static bool open_screen(struct term *t, const char *wanted, struct error *err)
{
    const char *names[] = {wanted, "xterm-256color", "vt100"};
    const char *used = NULL;
    for (size_t i = 0; i < ARRAY_LEN(names) && t->screen == NULL; i++) {
        used = names[i];
        /* newterm loses memory where there is no description: ask first. */
        bool known = used != NULL && *used != '\0' && tgetent(NULL, used) == 1;
        t->screen = known ? new_screen(used, t->memory, t->input) : NULL;
    }
    if (t->screen == NULL) {
        return error_set(err, ERROR_UNSUPPORTED,
                         "no terminal description for '%s', 'xterm-256color' or 'vt100'",
                         wanted != NULL ? wanted : "");
    }
    const char *name = wanted != NULL && *wanted != '\0' ? wanted : used;
    t->linux_console = strcmp(name, "linux") == 0;
    t->modern = !t->linux_console && !starts_with(used, "vt") && !starts_with(name, "dumb") &&
                !starts_with(name, "ansi") && !starts_with(name, "vt");
    return true;
}

static void set_up_curses(struct term *t, enum term_color color)
{
    const char *no_color = getenv("NO_COLOR");
    bool wanted = color == TERM_COLOR_ALWAYS ||
                  (color == TERM_COLOR_AUTO && (no_color == NULL || *no_color == '\0'));
    if (wanted && has_colors()) {
        start_color();
        t->colors = use_default_colors() == OK ? COLORS : 0;
    }
    noecho();
    typeahead(-1); /* a frame is never left half done for a key */
    leaveok(stdscr, TRUE);
    curs_set(0);
}

/* What a crash must write: built now, since nothing can be looked up then. */
static void arm_guard(const struct term *t)
{
    struct strbuf bytes;
    strbuf_init(&bytes, TERM_GUARD_MAX);
    if (t->modern) {
        strbuf_add_c(&bytes, SYNC_END PASTE_OFF);
    }
    static const char *const capabilities[] = {"sgr0", "cnorm", "rmcup"};
    for (size_t i = 0; i < ARRAY_LEN(capabilities); i++) {
        const char *bytes_of = tigetstr(capabilities[i]);
        if (bytes_of != NULL && (intptr_t)bytes_of != -1) {
            strbuf_add_c(&bytes, bytes_of);
        }
    }
    term_guard_set(t->line.out_fd, t->line.has_saved ? &t->line.saved : NULL, strbuf_cstr(&bytes),
                   bytes.len);
    strbuf_release(&bytes);
}

static void take_size(struct term *t)
{
    line_size(&t->line, &t->width, &t->height);
    resizeterm(t->height > 0 ? t->height : 1, t->width > 0 ? t->width : 1);
    leaveok(stdscr, TRUE);
    t->whole = true;
}

static bool open_files(struct term *t, struct error *err)
{
    int memory = memfd_create("tocsin-frame", MFD_CLOEXEC);
    t->memory = memory >= 0 ? fdopen(memory, "w") : NULL;
    if (t->memory == NULL) {
        if (memory >= 0) {
            close(memory);
        }
        return error_set(err, ERROR_IO, "no memory file for the terminal's frames");
    }
    int input = dup(t->line.in_fd);
    t->input = input >= 0 ? fdopen(input, "r") : NULL;
    if (t->input == NULL) {
        if (input >= 0) {
            close(input);
        }
        return error_set(err, ERROR_IO, "the terminal's input cannot be opened");
    }
    return true;
}

struct term *term_create(const struct term_options *options, struct error *err)
{
    struct term *t = mem_zalloc(1, sizeof(*t));
    line_init(&t->line, options->in_fd, options->out_fd);
    strbuf_init(&t->frame, (size_t)64 << 20);
    canvas_init(&t->last, 0, 0);
    t->utf8 = choose_locale() && !options->ascii;
    const char *name = options->name != NULL ? options->name : getenv("TERM");
    if (!open_files(t, err) || !open_screen(t, name, err)) {
        term_destroy(t);
        return NULL;
    }
    set_up_curses(t, options->color);
    take_size(t);
    arm_guard(t);
    line_set_raw(&t->line);
    return t;
}

/* Takes what curses wrote since the last time. */
static void collect_frame(struct term *t)
{
    fflush(t->memory);
    int fd = fileno(t->memory);
    off_t size = lseek(fd, 0, SEEK_END);
    if (size <= 0) {
        return;
    }
    char *room = mem_alloc((size_t)size);
    ssize_t n = pread(fd, room, (size_t)size, 0);
    if (n > 0) {
        strbuf_add(&t->frame, room, (size_t)n);
    }
    free(room);
    if (ftruncate(fd, 0) == 0) {
        lseek(fd, 0, SEEK_SET);
    }
}

static void leave(struct term *t)
{
    endwin();
    strbuf_reset(&t->frame);
    collect_frame(t);
    if (t->modern) {
        strbuf_add_c(&t->frame, PASTE_OFF);
    }
    line_write(&t->line, strbuf_str(&t->frame));
    line_drain(&t->line, 500);
    line_restore_modes(&t->line);
}

void term_destroy(struct term *t)
{
    if (t == NULL) {
        return;
    }
    if (t->screen != NULL) {
        leave(t);
        term_guard_clear();
        delscreen(t->screen);
    }
    if (t->memory != NULL) {
        fclose(t->memory);
    }
    if (t->input != NULL) {
        fclose(t->input);
    }
    line_release(&t->line);
    canvas_release(&t->last);
    strbuf_release(&t->frame);
    free(t->row);
    free(t);
}

void term_size(const struct term *t, int *width, int *height)
{
    *width = t->width;
    *height = t->height;
}

void term_resized(struct term *t)
{
    take_size(t);
}

enum glyph_mode term_glyph_mode(const struct term *t)
{
    return !t->utf8 ? GLYPHS_ASCII : t->linux_console ? GLYPHS_LINUX : GLYPHS_EIGHTH;
}

bool term_is_utf8(const struct term *t)
{
    return t->utf8;
}

/* The colour this terminal has for one of a theme's; -1 is its own. */
static int color_here(const struct term *t, struct theme_color color, attr_t *bold)
{
    if (t->colors >= 256) {
        return color.index;
    }
    if (color.ansi >= 8 && t->colors < 16) {
        *bold = A_BOLD; /* how terminals of 8 colours show the bright ones */
        return color.ansi - 8;
    }
    return color.ansi;
}

static struct pen make_pen(const struct term *t, const struct theme *theme, enum role role,
                           unsigned flags)
{
    struct theme_style style = theme->styles[role];
    attr_t attrs = A_NORMAL, bold = 0, ignored = 0;
    if ((flags & STYLE_SELECTED) != 0) {
        const struct theme_style *on_top = &theme->styles[ROLE_SELECTION];
        style.attrs ^= on_top->attrs & THEME_REVERSE;
        style.attrs |= on_top->attrs & ~(unsigned)THEME_REVERSE;
        style.bg = on_top->bg.index != theme->styles[ROLE_TEXT].bg.index ? on_top->bg : style.bg;
    }
    if ((flags & STYLE_DIM) != 0) {
        style.attrs = (style.attrs | THEME_DIM) & ~(unsigned)THEME_BOLD;
    }
    if ((flags & STYLE_STRONG) != 0) {
        style.attrs |= THEME_BOLD;
    }
    attrs |= (style.attrs & THEME_BOLD) != 0 ? A_BOLD : 0;
    attrs |= (style.attrs & THEME_DIM) != 0 ? A_DIM : 0;
    attrs |= (style.attrs & THEME_UNDERLINE) != 0 ? A_UNDERLINE : 0;
    attrs |= (style.attrs & THEME_REVERSE) != 0 ? A_REVERSE : 0;
    int pair = 0;
    if (t->colors > 0) {
        int fg = color_here(t, style.fg, &bold), bg = color_here(t, style.bg, &ignored);
        pair = fg < 0 && bg < 0 ? 0 : alloc_pair(fg, bg);
        attrs |= bold;
    }
    return (struct pen){.attrs = attrs, .pair = pair > 0 ? pair : 0};
}

static void use_theme(struct term *t, const struct theme *theme)
{
    if (t->theme == theme) {
        return;
    }
    t->theme = theme;
    t->whole = true;
    for (size_t role = 0; role < ROLE_COUNT; role++) {
        for (unsigned flags = 0; flags < STYLE_FLAGS; flags++) {
            t->pens[role][flags] = make_pen(t, theme, (enum role)role, flags);
        }
    }
}

/* False where this terminal, or its library, would not give the character the columns it has in the
 * canvas. */
static bool is_showable(const struct term *t, const struct cell *cell)
{
    if (!t->utf8) {
        return cell->text[0] >= ' ' && cell->text[0] < 0x7F && cell->text[1] == 0;
    }
    if (wcwidth((wchar_t)cell->text[0]) != cell->width) {
        return false;
    }
    for (size_t i = 1; i < CELL_CODE_POINTS && cell->text[i] != 0; i++) {
        if (wcwidth((wchar_t)cell->text[i]) != 0) {
            return false;
        }
    }
    return true;
}

static int add_cell(struct term *t, cchar_t *out, const struct cell *cell)
{
    const struct pen *pen = &t->pens[cell->style.role < ROLE_COUNT ? cell->style.role : ROLE_TEXT]
                                    [cell->style.flags % STYLE_FLAGS];
    wchar_t text[CELL_CODE_POINTS + 1] = {0};
    int pair = pen->pair;
    if (is_showable(t, cell)) {
        for (size_t i = 0; i < CELL_CODE_POINTS; i++) {
            text[i] = (wchar_t)cell->text[i];
        }
        setcchar(&out[0], text, pen->attrs, 0, &pair);
        return 1;
    }
    text[0] = L'?';
    setcchar(&out[0], text, pen->attrs, 0, &pair);
    if (cell->width == 2) {
        setcchar(&out[1], text, pen->attrs, 0, &pair);
    }
    return cell->width == 2 ? 2 : 1;
}

static void put_row(struct term *t, const struct canvas *canvas, int y, int width)
{
    int count = 0;
    for (int x = 0; x < width; x++) {
        const struct cell *cell = canvas_at(canvas, x, y);
        if (cell->width == 0 || (cell->width == 2 && x + 1 >= width)) {
            continue;
        }
        count += add_cell(t, &t->row[count], cell);
    }
    mvadd_wchnstr(y, 0, t->row, count);
}

static bool row_differs(const struct term *t, const struct canvas *canvas, int y)
{
    return t->whole || canvas->width != t->last.width || y >= t->last.height ||
           memcmp(canvas_at(canvas, 0, y), canvas_at(&t->last, 0, y),
                  (size_t)canvas->width * sizeof(struct cell)) != 0;
}

static void put_canvas(struct term *t, const struct canvas *canvas)
{
    int width = canvas->width < COLS ? canvas->width : COLS;
    int height = canvas->height < LINES ? canvas->height : LINES;
    if (t->row_capacity < width + 2) {
        t->row_capacity = width + 2;
        t->row = mem_realloc(t->row, (size_t)t->row_capacity, sizeof(*t->row));
    }
    if (t->whole) {
        erase();
        clearok(curscr, TRUE);
    }
    for (int y = 0; width > 0 && y < height; y++) {
        if (row_differs(t, canvas, y)) {
            put_row(t, canvas, y, width);
        }
    }
}

enum term_frame term_draw(struct term *t, const struct canvas *canvas, const struct theme *theme)
{
    if (!line_flush(&t->line) || line_is_busy(&t->line)) {
        t->frames_skipped++;
        return TERM_FRAME_SKIPPED;
    }
    use_theme(t, theme);
    if (!t->whole && canvas_equal(canvas, &t->last)) {
        return TERM_FRAME_SAME;
    }
    put_canvas(t, canvas);
    strbuf_reset(&t->frame);
    if (t->modern) {
        strbuf_add_c(&t->frame, t->whole ? PASTE_ON SYNC_BEGIN : SYNC_BEGIN);
    }
    size_t before = t->frame.len;
    wnoutrefresh(stdscr);
    doupdate();
    collect_frame(t);
    canvas_copy(&t->last, canvas);
    t->whole = false;
    if (t->frame.len == before) {
        return TERM_FRAME_SAME;
    }
    if (t->modern) {
        strbuf_add_c(&t->frame, SYNC_END);
    }
    line_write(&t->line, strbuf_str(&t->frame));
    return TERM_FRAME_DRAWN;
}

void term_redraw(struct term *t)
{
    t->whole = true;
}

bool term_flush(struct term *t)
{
    return line_flush(&t->line);
}

bool term_is_waiting(const struct term *t)
{
    return t->line.waiting.len > t->line.sent;
}

long term_read(struct term *t, char *out, size_t max)
{
    return line_read(&t->line, out, max);
}

void term_suspend(struct term *t)
{
    leave(t);
    term_guard_clear();
    kill(0, SIGTSTP); /* the whole job, as the terminal itself would have done */
    arm_guard(t);
    line_set_raw(&t->line);
    take_size(t);
}

uint64_t term_bytes_written(const struct term *t)
{
    return t->line.bytes_written;
}

uint64_t term_frames_skipped(const struct term *t)
{
    return t->frames_skipped;
}

const char *term_library(void)
{
    return curses_version();
}
