/*
 * Work on libuv's threads. Work that nobody waits for any longer is taken out of the queue where it
 * has not begun; otherwise it runs to its end, since a thread cannot be stopped from outside.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "loop/loop_internal.h"

struct work {
    uv_work_t uv;
    struct loop *loop;
    loop_cb work;
    loop_cb done;
    loop_cb release;
    void *user;
    bool abandoned;
};

static void on_thread(uv_work_t *uv)
{
    struct work *w = uv->data;
    w->work(w->user);
}

static void on_done(uv_work_t *uv, int status)
{
    struct work *w = uv->data;
    (void)status; /* only abandoned work is ever cancelled */
    struct loop *loop = w->loop;
    loop_cb cb = w->abandoned ? w->release : w->done;
    void *user = w->user;
    if (!w->abandoned) {
        loop->handles--;
    }
    free(w);
    if (cb != NULL) {
        loop_call(loop, "work", cb, user);
    }
}

struct work *loop_work(struct loop *loop, loop_cb work, loop_cb done, loop_cb release, void *user)
{
    struct work *w = mem_zalloc(1, sizeof(*w));
    w->uv.data = w;
    w->loop = loop;
    w->work = work;
    w->done = done;
    w->release = release;
    w->user = user;
    loop->handles++;
    uv_queue_work(&loop->uv, &w->uv, on_thread, on_done);
    return w;
}

void work_abandon(struct work *w)
{
    if (w == NULL || w->abandoned) {
        return;
    }
    w->abandoned = true;
    w->loop->handles--;
    uv_cancel((uv_req_t *)&w->uv);
}
