#include "ui/line.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* More than a whole frame of the largest canvas takes. */
#define LINE_MAX_WAITING ((size_t)64 << 20)

void line_init(struct line *line, int in_fd, int out_fd)
{
    *line = (struct line){.in_fd = in_fd, .out_fd = out_fd, .own_fd = -1};
    strbuf_init(&line->waiting, LINE_MAX_WAITING);
    char name[128];
    if (ttyname_r(out_fd, name, sizeof(name)) == 0) {
        line->own_fd = open(name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    }
    line->has_saved = tcgetattr(in_fd, &line->saved) == 0;
}

void line_release(struct line *line)
{
    if (line->own_fd >= 0) {
        close(line->own_fd);
    }
    strbuf_release(&line->waiting);
    line->own_fd = -1;
}

int line_fd(const struct line *line)
{
    return line->own_fd >= 0 ? line->own_fd : line->out_fd;
}

void line_set_raw(const struct line *line)
{
    if (line->has_saved) {
        struct termios raw = line->saved;
        cfmakeraw(&raw);
        raw.c_cc[VMIN] = 1;
        raw.c_cc[VTIME] = 0;
        tcsetattr(line->in_fd, TCSADRAIN, &raw);
    }
}

void line_restore_modes(const struct line *line)
{
    if (line->has_saved) {
        tcsetattr(line->in_fd, TCSADRAIN, &line->saved);
    }
}

void line_size(const struct line *line, int *width, int *height)
{
    struct winsize size = {0};
    *width = *height = 0;
    if (ioctl(line->out_fd, TIOCGWINSZ, &size) == 0) {
        *width = size.ws_col;
        *height = size.ws_row;
    }
}

bool line_is_busy(const struct line *line)
{
    int queued = 0;
    return line->waiting.len > line->sent ||
           (ioctl(line_fd(line), TIOCOUTQ, &queued) == 0 && queued > 0);
}

bool line_flush(struct line *line)
{
    while (line->sent < line->waiting.len) {
        struct pollfd fd = {.fd = line_fd(line), .events = POLLOUT};
        if (poll(&fd, 1, 0) != 1 || (fd.revents & POLLOUT) == 0) {
            return false;
        }
        ssize_t n = write(fd.fd, line->waiting.data + line->sent, line->waiting.len - line->sent);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0 && errno == EAGAIN) {
            return false;
        }
        if (n < 0) { /* the terminal is gone: reading will tell */
            line->sent = line->waiting.len;
            break;
        }
        line->sent += (size_t)n;
        line->bytes_written += (uint64_t)n;
    }
    strbuf_reset(&line->waiting);
    line->sent = 0;
    return true;
}

void line_write(struct line *line, struct str bytes)
{
    strbuf_add_str(&line->waiting, bytes);
    line_flush(line);
}

void line_drain(struct line *line, int ms)
{
    struct pollfd fd = {.fd = line_fd(line), .events = POLLOUT};
    while (!line_flush(line) && ms > 0) {
        poll(&fd, 1, 20);
        ms -= 20;
    }
}

long line_read(const struct line *line, char *out, size_t max)
{
    struct pollfd fd = {.fd = line->in_fd, .events = POLLIN};
    if (poll(&fd, 1, 0) != 1) {
        return 0;
    }
    if ((fd.revents & POLLIN) == 0) {
        return -1;
    }
    ssize_t n = read(line->in_fd, out, max);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
        return 0;
    }
    return n > 0 ? (long)n : -1;
}
