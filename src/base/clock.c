/* The only place that asks the kernel what time it is. */
#include "base/clock.h"

#include <assert.h>
#include <time.h>

struct clock clock_real(void)
{
    return (struct clock){.manual = false};
}

/* A test clock's monotonic time starts at one second rather than at 0, which some fields use for
 * "never". */
struct clock clock_manual(struct wall start)
{
    return (struct clock){.manual = true, .mono = {.ns = 1000000000}, .wall = start};
}

struct mono clock_mono(const struct clock *c)
{
    if (c->manual) {
        return c->mono;
    }
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (struct mono){.ns = (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec};
}

struct wall clock_wall(const struct clock *c)
{
    if (c->manual) {
        return c->wall;
    }
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (struct wall){.ms = (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000};
}

void clock_advance(struct clock *c, int64_t ms)
{
    assert(c->manual && ms >= 0);
    c->mono.ns += ms * 1000000;
    c->wall.ms += ms;
}

void clock_jump(struct clock *c, int64_t wall_jump_ms)
{
    assert(c->manual);
    c->wall.ms += wall_jump_ms;
}
