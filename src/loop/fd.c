/*
 * Watching a descriptor.
 *
 * libuv makes every descriptor it watches non-blocking. That flag belongs to the open file, which a
 * terminal shares with the shell and with standard output, so it is put back as it was: watching
 * needs no such mode.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/mem.h"
#include "loop/loop_internal.h"

struct loop_fd {
    uv_poll_t uv;
    struct loop *loop;
    const char *name;
    unsigned events;
    bool dead;
    loop_fd_cb cb;
    void *user;
};

static void on_poll(uv_poll_t *uv, int status, int uv_events)
{
    struct loop_fd *w = uv->data;
    unsigned events =
        ((uv_events & UV_READABLE) != 0 ? (unsigned)LOOP_READABLE : 0) |
        ((uv_events & (UV_WRITABLE | UV_DISCONNECT)) != 0 ? (unsigned)LOOP_WRITABLE : 0);
    if (status < 0) {
        events = LOOP_READABLE | LOOP_WRITABLE;
    }
    const char *name = w->name;
    struct loop *loop = w->loop;
    uint64_t entered_ns = loop_enter(loop);
    w->cb(w->user, events);
    loop_leave(loop, name, entered_ns);
    /* libuv stops watching at an error; the owner did not ask for that. */
    if (status < 0 && !w->dead) {
        loop_fd_set(w, w->events);
    }
}

struct loop_fd *loop_fd_create(struct loop *loop, const char *name, int fd, unsigned events,
                               loop_fd_cb cb, void *user, struct error *err)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0) {
        error_set_sys(err, errno, "cannot watch descriptor %d (%s)", fd, name);
        return NULL;
    }
    struct loop_fd *w = mem_zalloc(1, sizeof(*w));
    int status = uv_poll_init(&loop->uv, &w->uv, fd);
    if ((flags & O_NONBLOCK) == 0) {
        fcntl(fd, F_SETFL, flags);
    }
    if (status != 0) {
        error_set_sys(err, -status, "cannot watch descriptor %d (%s)", fd, name);
        free(w);
        return NULL;
    }
    w->uv.data = w;
    w->loop = loop;
    w->name = name;
    w->cb = cb;
    w->user = user;
    loop->handles++;
    loop_fd_set(w, events);
    return w;
}

void loop_fd_set(struct loop_fd *w, unsigned events)
{
    w->events = events;
    int uv_events = ((events & LOOP_READABLE) != 0 ? UV_READABLE : 0) |
                    ((events & LOOP_WRITABLE) != 0 ? UV_WRITABLE : 0);
    if (uv_events == 0) {
        uv_poll_stop(&w->uv);
    } else {
        uv_poll_start(&w->uv, uv_events, on_poll);
    }
}

void loop_fd_destroy(struct loop_fd *w)
{
    if (w != NULL) {
        w->dead = true;
        loop_close_handle(w->loop, (uv_handle_t *)&w->uv);
    }
}
