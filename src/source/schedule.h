/*
 * When one source is polled: the decisions of the poller, without a loop, a clock or a source.
 *
 * Every slot of the interval is asked for (schedule_tick). It is polled unless a poll is still open
 * or the source backs off. Waits are counted from the slot the last poll belonged to, so that a
 * source stays on its ticks however late its answers come.
 */
#ifndef TOCSIN_SOURCE_SCHEDULE_H
#define TOCSIN_SOURCE_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

#define SCHEDULE_TIMEOUT_MAX_MS     10000   /* of a poll, where the configuration gives none */
#define SCHEDULE_BACKOFF_MAX_MS     120000  /* unless the interval is longer */
#define SCHEDULE_RETRY_AFTER_MAX_MS 3600000 /* what a server may ask for */
/* Two polls are at least this far apart (half an interval where that is less). The first poll does
 * not wait for its slot, and a rate over the moment between it and the next one would show little
 * but our own start. */
#define SCHEDULE_GAP_MS 2000

struct schedule {
    int64_t interval_ms;
    bool steady; /* it does not back off by itself; set behind schedule_init */
    bool open;
    unsigned failures; /* in a row */
    int64_t slot_ms;   /* of the open or last poll */
    int64_t due_ms;    /* no slot before this one */
    bool succeeded;    /* the last poll */
    uint64_t skipped;
};

enum schedule_verdict {
    SCHEDULE_POLL,
    SCHEDULE_STILL_OPEN,
    SCHEDULE_BACKS_OFF,
    SCHEDULE_TOO_SOON /* after the last good poll */
};

void schedule_init(struct schedule *s, int64_t interval_ms);
/* A slot came, after `missed` others that nobody saw. Counts those that are passed over. */
enum schedule_verdict schedule_tick(struct schedule *s, struct wall slot, uint64_t missed);
void schedule_begin(struct schedule *s, struct wall slot);
/* `jitter` in [0, 1). */
void schedule_end(struct schedule *s, bool ok, int64_t retry_after_ms, double jitter);
/* The wall clock was set by so much: waits are as long as they were. */
void schedule_follow_clock(struct schedule *s, int64_t step_ms);
/* The next slot at which it will be polled, seen at `now`. */
struct wall schedule_next(const struct schedule *s, struct wall now);

#endif
