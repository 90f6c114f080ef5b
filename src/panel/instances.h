/*
 * From answers to instances: which there are, how old they are, and each signal's rows. Pure:
 * values in, instances out; tested without asking anybody.
 *
 * Everything points into the arena of the struct, which keeps nothing of the values it was made
 * from save references on label sets.
 */
#ifndef TOCSIN_PANEL_INSTANCES_H
#define TOCSIN_PANEL_INSTANCES_H

#include "base/arena.h"
#include "panel/board.h"

/* An answer: the history on the chart's grid, and where the newest step may be too old to be called
 * now, an instant one. Either may be NULL: nothing is known of it. */
struct answer {
    const struct value *history;
    const struct value *latest;
};

struct instances_input {
    const struct panel *panel;
    const char *source;  /* borrowed as long as the instances live */
    const char *service; /* name of the one instance, or NULL: named by its label */
    struct grid grid;    /* the chart's */
    struct answer presence;
    const struct answer *signals;  /* panel->signals.len */
    const double *highest_buckets; /* panel->signals.len, NaN where not known; or NULL */
    int64_t interval_ms;           /* of the source's data */
    struct wall now;
    struct label_table *table;
};

struct instances {
    struct arena arena;
    VEC(struct instance) list;   /* by name */
    VEC(struct labels *) labels; /* references held */
    int64_t asked_ms;            /* the newest time that was asked for; 0: none */
};

/* `known` are instances of before (or NULL): one that left the answers is kept with its last_seen
 * until INSTANCES_FORGET_MS after it, as stale. Where the presence has nothing, neither has any
 * signal: a rate over a window outlives its data by that window, and is not of now. */
#define INSTANCES_FORGET_MS ((int64_t)24 * 3600 * 1000)
void instances_build(struct instances *out, const struct instances_input *in,
                     const struct instances *known);
void instances_release(struct instances *instances);
/* States as of `now`. True where one changed. */
bool instances_tick(struct instances *instances, int64_t interval_ms, struct wall now);

#endif
