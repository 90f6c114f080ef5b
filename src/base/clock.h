/*
 * Time. Two types that cannot be mixed up: `struct mono` never jumps and is for deadlines and
 * intervals; `struct wall` is what samples, rules and people use. Everything that decides takes the
 * time as a parameter; a clock is read at the edge, once a loop turn. Tests step a test clock.
 *
 * Units: mono in nanoseconds since an arbitrary point, wall in milliseconds since the Unix epoch
 * (Prometheus' unit).
 */
#ifndef TOCSIN_BASE_CLOCK_H
#define TOCSIN_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct mono {
    int64_t ns;
};

struct wall {
    int64_t ms;
};

/* Owner: the caller keeps the struct; it holds no resources. */
struct clock {
    bool manual; /* a test clock: the two values below are the time */
    struct mono mono;
    struct wall wall;
};

struct clock clock_real(void);
struct clock clock_manual(struct wall start);
struct mono clock_mono(const struct clock *c);
struct wall clock_wall(const struct clock *c);
/* Test clocks only. `wall_jump_ms` moves the wall clock alone, as a time step by NTP does. */
void clock_advance(struct clock *c, int64_t ms);
void clock_jump(struct clock *c, int64_t wall_jump_ms);

static inline int64_t mono_ms_since(struct mono now, struct mono then)
{
    return (now.ns - then.ns) / 1000000;
}

#endif
