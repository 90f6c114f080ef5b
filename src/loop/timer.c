/* One-shot timers: libuv's, with deadlines rounded up (see loop_internal.h). */
#include "base/mem.h"
#include "loop/loop_internal.h"

struct loop_timer {
    uv_timer_t uv;
    struct loop *loop;
    const char *name;
    loop_cb cb;
    void *user;
};

/* Far enough for anybody, and no sum overflows. */
#define DELAY_MAX_MS ((int64_t)1000 * 365 * 24 * 3600 * 10)

struct loop_timer *loop_timer_create(struct loop *loop, const char *name, loop_cb cb, void *user)
{
    struct loop_timer *t = mem_zalloc(1, sizeof(*t));
    t->loop = loop;
    t->name = name;
    t->cb = cb;
    t->user = user;
    uv_timer_init(&loop->uv, &t->uv);
    t->uv.data = t;
    loop->handles++;
    return t;
}

static void on_timer(uv_timer_t *uv)
{
    struct loop_timer *t = uv->data;
    loop_call(t->loop, t->name, t->cb, t->user);
}

void loop_timer_arm(struct loop_timer *t, int64_t delay_ms)
{
    if (delay_ms < 0) {
        delay_ms = 0;
    }
    if (delay_ms > DELAY_MAX_MS) {
        delay_ms = DELAY_MAX_MS;
    }
    loop_refresh_outside(t->loop);
    struct mono deadline = {.ns = t->loop->mono.ns + delay_ms * 1000000};
    uv_timer_start(&t->uv, on_timer, loop_uv_delay(t->loop, deadline), 0);
}

void loop_timer_disarm(struct loop_timer *t)
{
    uv_timer_stop(&t->uv);
}

bool loop_timer_armed(const struct loop_timer *t)
{
    return uv_is_active((const uv_handle_t *)&t->uv) != 0;
}

void loop_timer_destroy(struct loop_timer *t)
{
    if (t != NULL) {
        loop_close_handle(t->loop, (uv_handle_t *)&t->uv);
    }
}
