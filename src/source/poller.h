/*
 * The poller: when each source is polled. Sources with the same interval share its tick (one
 * wake-up for all); a poll has a deadline; a failing source backs off (doubling up to 8 intervals,
 * at most 2 minutes) and recovers with its first good poll. One whose data goes into the store does
 * not back off: rules wait for it. Retry-After is obeyed for both. Keeps the health; writes `up`
 * and scrape_duration_seconds, scrape_samples_scraped, scrape_series_added through the source's
 * `report`; marks series stale when a poll fails.
 *
 * Owner: poller_create/destroy; sources added belong to the poller and are destroyed by it.
 */
#ifndef TOCSIN_SOURCE_POLLER_H
#define TOCSIN_SOURCE_POLLER_H

#include "source/health.h"
#include "source/source.h"

struct poller;
struct polled; /* one source in the poller */

/* After each poll, good or bad; the health is already updated and committed samples are in the
 * store. */
typedef void (*polled_cb)(void *user, struct polled *p);

struct poller *poller_create(struct loop *loop, struct log *log, polled_cb done, void *user);
/* Cancels open polls. */
void poller_destroy(struct poller *poller);
/* Takes over `source`. Its first poll starts in the next turn; later ones at its ticks. */
struct polled *poller_add(struct poller *poller, struct source *source);
/* Cancels, marks its series stale, destroys the source. */
void poller_remove(struct poller *poller, struct polled *p);
size_t poller_count(const struct poller *poller);
struct polled *poller_at(const struct poller *poller, size_t i);
struct source *polled_source(const struct polled *p);
/* With the state as of `now`. */
void polled_health(const struct polled *p, struct wall now, struct source_health *out);
/* True while a poll is under way, or about to start. */
bool polled_busy(const struct polled *p);
/* `start` runs at the start of each poll, just before the source is told: what it asks of the
 * source's answerer may be the poll (source/prometheus/probe.h). It must not remove the source. */
void polled_on_start(struct polled *p, polled_cb start, void *user);
/* Polls now, back-off or not (a person asked). */
void poller_poll_now(struct poller *poller, struct polled *p);
/* The wall clock was set by so much: no source is older or younger for it. */
void poller_follow_clock(struct poller *poller, int64_t step_ms);

/* The wait after `failures_in_a_row` failures. Pure. `jitter` in [0, 1). */
int64_t poller_backoff_ms(int64_t interval_ms, unsigned failures_in_a_row, int64_t retry_after_ms,
                          double jitter);

#endif
