/*
 * One source on the board: which panels are found there, and a feed for each. What is there is
 * asked for at first and then every BOARD_DETECT_MS; a panel once found stays, so that a service
 * whose metrics went away is seen to be away.
 */
#ifndef TOCSIN_PANEL_BOARD_SOURCE_H
#define TOCSIN_PANEL_BOARD_SOURCE_H

#include "panel/board.h"
#include "panel/feed.h"

struct board_source;

/* After instances changed. */
typedef void (*board_source_cb)(void *user);

/* What all sources of a board share; borrowed. */
struct board_scope {
    struct label_table *table;
    struct panel *const *panels;
    size_t panel_count;
    const struct service *services;
    size_t service_count;
    int64_t range_ms;
};

struct board_source *board_source_create(const struct board_scope *scope, const char *name,
                                         struct answerer *answerer, const char *match,
                                         board_source_cb changed, void *user);
void board_source_destroy(struct board_source *s);
const char *board_source_name(const struct board_source *s);
/* Takes the scope's range over; what there is stays until the first answers over it are in. */
void board_source_set_range(struct board_source *s);
/* Gives up all feeds, to be found again: after the panels or the services changed. */
void board_source_reset(struct board_source *s);
void board_source_refresh(struct board_source *s, struct wall now);
bool board_source_tick(struct board_source *s, struct wall now);
size_t board_source_feeds(const struct board_source *s);
const struct feed *board_source_feed(const struct board_source *s, size_t i);
bool board_source_busy(const struct board_source *s);
/* Why asking failed, or NULL. */
const char *board_source_problem(const struct board_source *s);

/* True where the label sets of `panel`'s instances are enough to tell the service's instance by
 * (then it is only a name for one of them; else it gets a feed of its own). */
bool service_is_rename(const struct service *service, const struct panel *panel);
/* True where all of the service's matches are in `ls`. */
bool service_matches(const struct service *service, const struct labels *ls);

#endif
