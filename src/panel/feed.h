/*
 * A feed: one panel at one source, asked and kept. It holds the history of every signal on the
 * chart's grid, and, where a grid step is longer than the source's interval, the latest value
 * beside it.
 *
 * Owner: feed_create/feed_destroy (cancels). Instances are the feed's, valid until the next
 * `changed`.
 */
#ifndef TOCSIN_PANEL_FEED_H
#define TOCSIN_PANEL_FEED_H

#include "panel/instances.h"
#include "query/query.h"

struct feed;

/* After the feed's instances were built anew. */
typedef void (*feed_changed_cb)(void *user);

struct feed_options {
    struct panel *panel; /* referenced */
    const char *source;  /* borrowed, as are all below */
    struct answerer *answerer;
    struct label_table *table;
    const char *match;   /* `$match` */
    const char *service; /* all that matches is this one instance; or NULL: one for each */
    int64_t range_ms;
};

/* NULL where the panel's expressions do not bind with this match. */
struct feed *feed_create(const struct feed_options *options, feed_changed_cb changed, void *user,
                         struct error *err) ATTR_NODISCARD;
void feed_destroy(struct feed *feed);
/* Asks anew over another range; the instances stay as they are until the first answers to that are
 * in. False, with nothing changed, where the expressions do not bind. */
bool feed_set_range(struct feed *feed, int64_t range_ms, struct error *err) ATTR_NODISCARD;
/* Asks for what is new. What is still open is left to end. */
void feed_refresh(struct feed *feed, struct wall now);
bool feed_tick(struct feed *feed, struct wall now);
const struct instances *feed_instances(const struct feed *feed);
/* True while questions are open. */
bool feed_busy(const struct feed *feed);
/* Why the last question failed, or NULL. */
const char *feed_problem(const struct feed *feed);

/* The step of a chart over range_ms of data that comes every interval_ms: the smallest round one
 * not below the interval that needs at most FEED_MAX_STEPS steps. */
#define FEED_MAX_STEPS 240
int64_t feed_step_ms(int64_t range_ms, int64_t interval_ms);

#endif
