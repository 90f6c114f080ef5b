#include "source/schedule.h"

#include "source/poller.h"

int64_t poller_backoff_ms(int64_t interval_ms, unsigned failures_in_a_row, int64_t retry_after_ms,
                          double jitter)
{
    int64_t wait_ms = interval_ms;
    for (unsigned i = 1; i < failures_in_a_row && i < 4 && wait_ms < SCHEDULE_BACKOFF_MAX_MS; i++) {
        wait_ms *= 2;
    }
    if (wait_ms > SCHEDULE_BACKOFF_MAX_MS) {
        wait_ms = interval_ms > SCHEDULE_BACKOFF_MAX_MS ? interval_ms : SCHEDULE_BACKOFF_MAX_MS;
    }
    /* Up to a quarter earlier, so that sources that failed together do not come back together. */
    if (wait_ms > interval_ms) {
        wait_ms -= (int64_t)((double)wait_ms / 4 * jitter);
        wait_ms = wait_ms < interval_ms ? interval_ms : wait_ms;
    }
    if (retry_after_ms > SCHEDULE_RETRY_AFTER_MAX_MS) {
        retry_after_ms = SCHEDULE_RETRY_AFTER_MAX_MS;
    }
    return wait_ms > retry_after_ms ? wait_ms : retry_after_ms;
}

static int64_t slot_floor(int64_t t_ms, int64_t interval_ms)
{
    int64_t rest = t_ms % interval_ms;
    return t_ms - (rest < 0 ? rest + interval_ms : rest);
}

static int64_t slot_ceiling(int64_t t_ms, int64_t interval_ms)
{
    int64_t floor_ms = slot_floor(t_ms, interval_ms);
    return floor_ms == t_ms ? t_ms : floor_ms + interval_ms;
}

void schedule_init(struct schedule *s, int64_t interval_ms)
{
    *s = (struct schedule){.interval_ms = interval_ms, .due_ms = INT64_MIN};
}

enum schedule_verdict schedule_tick(struct schedule *s, struct wall slot, uint64_t missed)
{
    s->skipped += missed;
    if (s->open) {
        s->skipped++;
        return SCHEDULE_STILL_OPEN;
    }
    /* Somebody has set the clock back: the wait cannot be longer than it was made. */
    if (s->due_ms > slot.ms && s->due_ms - slot.ms > SCHEDULE_RETRY_AFTER_MAX_MS + s->interval_ms) {
        s->due_ms = INT64_MIN;
    }
    if (slot.ms < s->due_ms) {
        return SCHEDULE_BACKS_OFF;
    }
    int64_t gap_ms = s->interval_ms / 2 < SCHEDULE_GAP_MS ? s->interval_ms / 2 : SCHEDULE_GAP_MS;
    bool too_soon = s->succeeded && slot.ms >= s->slot_ms && slot.ms - s->slot_ms < gap_ms;
    return too_soon ? SCHEDULE_TOO_SOON : SCHEDULE_POLL;
}

void schedule_begin(struct schedule *s, struct wall slot)
{
    s->open = true;
    s->slot_ms = slot.ms;
}

void schedule_end(struct schedule *s, bool ok, int64_t retry_after_ms, double jitter)
{
    s->open = false;
    s->succeeded = ok;
    if (ok) {
        s->failures = 0;
        s->due_ms = INT64_MIN;
        return;
    }
    s->failures++;
    unsigned failures = s->steady ? 1 : s->failures;
    int64_t wait_ms = poller_backoff_ms(s->interval_ms, failures, retry_after_ms, jitter);
    /* What the server asked for counts from when it was asked; our own wait from its slot. */
    int64_t from_ms =
        retry_after_ms >= wait_ms ? s->slot_ms : slot_floor(s->slot_ms, s->interval_ms);
    s->due_ms = from_ms + wait_ms;
}

void schedule_follow_clock(struct schedule *s, int64_t step_ms)
{
    if (s->open) {
        s->slot_ms += step_ms;
    }
    if (s->due_ms != INT64_MIN) {
        s->due_ms += step_ms;
    }
}

struct wall schedule_next(const struct schedule *s, struct wall now)
{
    int64_t next_ms = slot_floor(now.ms, s->interval_ms) + s->interval_ms;
    if (s->due_ms > next_ms) {
        next_ms = slot_ceiling(s->due_ms, s->interval_ms);
    }
    return (struct wall){.ms = next_ms};
}
