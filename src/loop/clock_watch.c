/*
 * Steps of the wall clock: somebody set it, or the machine was suspended, which the monotonic clock
 * does not count. Seen by the distance between the two clocks; a slow adjustment by NTP moves both
 * alike and is no step.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "loop/loop_internal.h"

#define NS_PER_MS 1000000

struct clock_watch {
    struct loop *loop;
    int64_t least_ms;
    int64_t skew_ms; /* when it was last told, or made */
    clock_step_cb cb;
    void *user;
};

static int64_t skew_ms(const struct loop *loop)
{
    return loop->wall.ms - loop->mono.ns / NS_PER_MS;
}

/* From the last to the first: one that is destroyed meanwhile leaves nobody out. */
void clock_watches_look(struct loop *loop)
{
    for (size_t i = loop->clock_watches.len; i > 0; i--) {
        if (i > loop->clock_watches.len) {
            continue;
        }
        struct clock_watch *w = loop->clock_watches.items[i - 1];
        int64_t step_ms = skew_ms(loop) - w->skew_ms;
        if (llabs(step_ms) >= w->least_ms) {
            w->skew_ms += step_ms;
            w->cb(w->user, step_ms);
        }
    }
}

struct clock_watch *loop_watch_clock(struct loop *loop, int64_t least_ms, clock_step_cb cb,
                                     void *user)
{
    loop_refresh_outside(loop);
    struct clock_watch *w = mem_zalloc(1, sizeof(*w));
    *w = (struct clock_watch){
        .loop = loop, .least_ms = least_ms, .skew_ms = skew_ms(loop), .cb = cb, .user = user};
    vec_push(&loop->clock_watches, w);
    loop->handles++;
    return w;
}

void clock_watch_destroy(struct clock_watch *w)
{
    if (w == NULL) {
        return;
    }
    struct loop *loop = w->loop;
    for (size_t i = 0; i < loop->clock_watches.len; i++) {
        if (loop->clock_watches.items[i] == w) {
            vec_remove(&loop->clock_watches, i);
            break;
        }
    }
    loop->handles--;
    free(w);
}
