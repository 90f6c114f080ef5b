/*
 * What a person is looking at: kept between frames, changed by keys (ui/actions.c), read by views.
 * Views also note here what they drew (rows of lists, number of panels), so that a key acts on what
 * was seen.
 */
#ifndef TOCSIN_UI_STATE_H
#define TOCSIN_UI_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "ui/axis.h"
#include "ui/dialog.h"
#include "ui/widgets/table.h"

#define FILTER_MAX 200 /* bytes */

#define USER_MAX 100 /* bytes of the person's name */
#define SAID_MAX 200 /* bytes of what a key is answered with */

enum view {
    VIEW_OVERVIEW,
    VIEW_HOSTS,
    VIEW_SOURCES,
    VIEW_DETAIL, /* of a service or machine */
    VIEW_ALERTS,
    VIEW_ALERT, /* one of them */
    VIEW_RULES,
    VIEW_SILENCES
};
enum sort_key { SORT_STATE, SORT_NAME, SORT_RATE, SORT_ERRORS, SORT_LATENCY, SORT_COUNT };

/* Vertical axes of charts, so that they can be calm. The least recently used one is given up. */
#define AXES_MAX 32
struct axis_memory {
    struct {
        uint64_t key;
        uint64_t used;
        struct axis axis;
    } slots[AXES_MAX];
    uint64_t clock;
};

struct ui_state {
    enum view view;
    enum view root;     /* where back leads from a detail */
    uint64_t detail_id; /* of the instance */
    uint64_t alert_id;  /* the one that is open */
    struct list services, resources, sources, detail;
    struct list alerts, rules, silences;
    struct list alert_lines; /* of the open alert: scrolls by its first line */
    size_t focus;            /* panel of the view */
    size_t panels;           /* as last drawn */
    bool zoom;
    bool help;
    struct list help_rows;
    bool prompt; /* the filter is being typed */
    struct dialog dialog;
    char user[USER_MAX + 1]; /* as of the last model */
    char said[SAID_MAX + 1]; /* why a key did nothing; shown until the next one */
    char filter[FILTER_MAX + 1];
    enum sort_key sort;
    bool sort_inverted;
    bool utc;
    bool hints;
    bool paused;
    int64_t paused_at_ms;
    int64_t last_key_ms;       /* lists keep their order for a moment after a key */
    int64_t interrupted_at_ms; /* ^C once */
    int64_t drawn_at_ms;
    int64_t first_data_ms;  /* when a source was first seen to have any; 0: none had */
    int64_t stalled_for_ms; /* the screen stood still for so long, shown until a key */
    struct axis_memory axes;
};

struct axis *axis_memory_get(struct axis_memory *memory, uint64_t key);

#endif
