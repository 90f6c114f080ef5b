/*
 * The line to the terminal: its modes, its size, and writing that never waits. A frame is taken
 * whole; what the line does not take at once is kept and no other frame is taken until it is gone,
 * so that frames never mix.
 *
 * The descriptor is opened anew from the terminal's name, because O_NONBLOCK belongs to the open
 * file: set on the shell's descriptor it would still be there when the shell reads again.
 *
 * Owner: line_init/line_release.
 */
#ifndef TOCSIN_UI_LINE_H
#define TOCSIN_UI_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>

#include "base/str.h"
#include "base/strbuf.h"

struct line {
    int in_fd, out_fd; /* borrowed */
    int own_fd;        /* or -1 */
    struct termios saved;
    bool has_saved;
    struct strbuf waiting;
    size_t sent; /* of `waiting` */
    uint64_t bytes_written;
};

void line_init(struct line *line, int in_fd, int out_fd);
void line_release(struct line *line);
/* The descriptor that is written to. */
int line_fd(const struct line *line);
/* Every key comes as it is pressed, Ctrl-C and Ctrl-S too. */
void line_set_raw(const struct line *line);
void line_restore_modes(const struct line *line);
/* 0x0 where it cannot be told. */
void line_size(const struct line *line, int *width, int *height);
/* Something is kept here, or in the line's own queue. */
bool line_is_busy(const struct line *line);
void line_write(struct line *line, struct str bytes);
/* True when nothing is kept. */
bool line_flush(struct line *line);
/* Waits until all is written, at most `ms`: for leaving. */
void line_drain(struct line *line, int ms);
/* Up to `max` bytes of input without waiting: 0 none now, -1 the terminal is gone. */
long line_read(const struct line *line, char *out, size_t max);

#endif
