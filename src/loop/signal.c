/* Signals as ordinary callbacks of the loop. */
#include <stdlib.h>

#include "base/mem.h"
#include "loop/loop_internal.h"

struct loop_signal {
    uv_signal_t uv;
    struct loop *loop;
    loop_cb cb;
    void *user;
};

static void on_signal(uv_signal_t *uv, int signum)
{
    struct loop_signal *s = uv->data;
    (void)signum;
    loop_call(s->loop, "signal", s->cb, s->user);
}

struct loop_signal *loop_signal_create(struct loop *loop, int signum, loop_cb cb, void *user,
                                       struct error *err)
{
    struct loop_signal *s = mem_zalloc(1, sizeof(*s));
    int status = uv_signal_init(&loop->uv, &s->uv);
    if (status != 0) {
        error_set_sys(err, -status, "cannot watch for signals");
        free(s);
        return NULL;
    }
    s->uv.data = s;
    s->loop = loop;
    s->cb = cb;
    s->user = user;
    loop->handles++;
    status = uv_signal_start(&s->uv, on_signal, signum);
    if (status != 0) {
        error_set_sys(err, -status, "cannot watch for signal %d", signum);
        loop_signal_destroy(s);
        return NULL;
    }
    return s;
}

void loop_signal_destroy(struct loop_signal *s)
{
    if (s != NULL) {
        loop_close_handle(s->loop, (uv_handle_t *)&s->uv);
    }
}
