/*
 * The board: every service and resource that the packs found at every source, with the data of
 * their signals. It asks through query/ and is told by its owner when to look again; screens read
 * it.
 *
 * One question a signal and source, grouped by `$each`, serves all instances of a panel there. What
 * exists is decided by the panel's presence (`count by ($each) (detect)`): a step without presence
 * is a gap, and the newest step with it is the instance's last_seen.
 *
 * A signal tells three things apart: a value, no data (absent), and no traffic (NaN: known to be
 * idle).
 */
#ifndef TOCSIN_PANEL_BOARD_H
#define TOCSIN_PANEL_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "panel/panel.h"
#include "promql/value.h"
#include "query/query.h"

enum signal_state { SIGNAL_NO_DATA, SIGNAL_NO_TRAFFIC, SIGNAL_VALUE };
enum signal_level { LEVEL_OK, LEVEL_WARNING, LEVEL_CRITICAL };

/* One series of a signal of an instance. */
struct signal_row {
    const char *detail; /* values of the signal's own `each` labels ("sda"), "" where it has none */
    const double
        *points; /* grid.steps of the instance's grid; value_is_absent: gap; NaN: no traffic */
    double now;  /* newest known value, where state is SIGNAL_VALUE */
    enum signal_state state;
    enum signal_level level;
    bool above_highest_bucket; /* a quantile in the +Inf bucket: shown as ">= now" */
};

struct signal_rows {
    struct signal_row *rows;
    size_t count; /* 0: no data at all */
};

enum instance_state {
    INSTANCE_LIVE,
    INSTANCE_STALE /* it was there, and is not, or its newest data is older than two intervals */
};

struct instance {
    uint64_t id; /* of panel, source and labels: the same after a refresh or restart */
    const struct panel *panel;
    const char *name; /* "checkout", "10.2.7.31:9100" */
    const char *source;
    const struct labels *labels; /* those of `each` */
    struct grid grid;            /* of all its points; the last step is the newest asked for */
    struct wall last_seen;       /* 0: never */
    enum instance_state state;
    enum signal_level level;     /* the worst of its signals' */
    struct signal_rows *signals; /* panel->signals.len of them */
};

struct board;

/* A label and its value. */
struct service_match {
    const char *label;
    const char *value;
};

/* What is asked for by name in the configuration: it has its own name and is shown even where
 * nothing is found. */
struct service {
    const char *name;
    const char *source; /* or NULL: any */
    const char *panel;  /* or NULL: whichever pack finds it */
    const struct service_match *match;
    size_t match_count;
};

/* After something shown changed; never inside a call to the board. */
typedef void (*board_changed_cb)(void *user);

/* `table` outlives the board. Owner: board_destroy cancels all questions. */
struct board *board_create(struct label_table *table, int64_t range_ms, board_changed_cb changed,
                           void *user);
void board_destroy(struct board *board);
/* Before the first source is added; references the panels, copies the services. */
void board_set_panels(struct board *board, struct panel *const *panels, size_t count);
void board_set_services(struct board *board, const struct service *services, size_t count);
/* `answerer` is borrowed until board_remove_source. `match` narrows everything asked of it
 * (`job="edge"`), or "". */
void board_add_source(struct board *board, const char *source, struct answerer *answerer,
                      const char *match);
void board_remove_source(struct board *board, const char *source);
/* How far back charts go. What is shown stays, with the grid it has, until the first answers over
 * the new range are in. */
void board_set_range(struct board *board, int64_t range_ms);
/* The source may have new data: asks for it. Detection is repeated every BOARD_DETECT_EMPTY_MS
 * while nothing is found, then after longer and longer times up to BOARD_DETECT_MS. Questions still
 * open are left to end. */
#define BOARD_DETECT_EMPTY_MS 5000
#define BOARD_DETECT_MS       60000
void board_refresh(struct board *board, const char *source, struct wall now);
/* Time went on: ages and states follow, nothing is asked. */
void board_tick(struct board *board, struct wall now);
/* True while questions are open whose answers will call `changed`. */
bool board_busy(const struct board *board);
/* The newest failure of a question, for people: what and why; or NULL. Borrowed until the next
 * turn. */
const char *board_problem(const struct board *board);

/* Instances in a stable order: panels' shape, then name. Two of one shape and name say in their
 * name which source (or, at one source, which panel) they are of. Borrowed until the next loop
 * turn. */
size_t board_count(const struct board *board);
const struct instance *board_at(const struct board *board, size_t i);
const struct instance *board_find(const struct board *board, uint64_t id);
/* Grows when anything shown changed. */
uint64_t board_version(const struct board *board);
/* The first row of the signal of that name, or NULL where the panel has none or nothing came. */
const struct signal_row *instance_signal(const struct instance *instance, const char *signal);

#endif
