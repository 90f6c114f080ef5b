/*
 * How a source is doing: a plain value that screens, alerts and logs read. Immutable once given out
 * (a copy).
 */
#ifndef TOCSIN_SOURCE_HEALTH_H
#define TOCSIN_SOURCE_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"

enum source_state {
    SOURCE_WAITING, /* not asked yet, or the first answer is not in */
    SOURCE_UP,
    SOURCE_DEGRADED, /* the last attempt failed, or part of it did, but data is younger than two
                        intervals */
    SOURCE_DOWN      /* no data for two intervals or more */
};
/* "waiting", "up", "degraded", "down" */
const char *source_state_name(enum source_state state);

#define SOURCE_HEALTH_LATENCIES 32

struct source_health {
    char name[64]; /* cut with a mark where longer: for display only */
    char kind[24];
    char endpoint[128]; /* without secrets; "" where there is none */
    enum source_state state;
    int64_t interval_ms;
    struct wall last_success; /* 0: never */
    struct wall down_since;   /* 0: is not down */
    struct wall next_attempt;
    uint64_t attempts, failures;
    uint64_t skipped; /* slots passed over: a poll was still open, or the program stood still */
    unsigned failures_in_a_row;
    enum error_kind error_kind; /* of the last attempt; ERROR_NONE after a good one */
    char error[256]; /* of the last attempt; after a good one: which part failed, or "" */
    double latency_ms[SOURCE_HEALTH_LATENCIES]; /* newest last; NaN: failed or not yet */
    uint64_t samples;                           /* of the last good poll */
    uint64_t bytes;                             /* of it */
    int64_t clock_skew_ms;                      /* server's Date minus ours; 0 where unknown */
    bool has_clock_skew;
};

/* The state from the times above; `now` decides. Pure. */
enum source_state source_health_state(const struct source_health *h, struct wall now);
/* How far the server's clock is ahead, as far as its Date header tells. Pure. */
int64_t source_clock_skew_ms(struct wall server_date, struct wall now);

#endif
