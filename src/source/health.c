#include "source/health.h"

#include <stddef.h>

const char *source_state_name(enum source_state state)
{
    switch (state) {
    case SOURCE_WAITING:
        return "waiting";
    case SOURCE_UP:
        return "up";
    case SOURCE_DEGRADED:
        return "degraded";
    case SOURCE_DOWN:
        return "down";
    }
    return "unknown";
}

/* A source that was never heard of is down with its first failure: there is no data to be old. */
enum source_state source_health_state(const struct source_health *h, struct wall now)
{
    if (h->last_success.ms == 0) {
        return h->failures_in_a_row > 0 ? SOURCE_DOWN : SOURCE_WAITING;
    }
    if (now.ms - h->last_success.ms >= 2 * h->interval_ms) {
        return SOURCE_DOWN;
    }
    return h->failures_in_a_row > 0 || h->error[0] != '\0' ? SOURCE_DEGRADED : SOURCE_UP;
}

/* A Date header says whole seconds, so what it means lies within a second from it on. The smallest
 * difference that fits. */
int64_t source_clock_skew_ms(struct wall server_date, struct wall now)
{
    int64_t ahead_ms = server_date.ms - now.ms;
    if (ahead_ms >= 0) {
        return ahead_ms;
    }
    return ahead_ms > -1000 ? 0 : ahead_ms + 999;
}
