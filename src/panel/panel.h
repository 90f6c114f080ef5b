/*
 * Panel packs: how one kind of service or resource is recognised and shown. A pack is a YAML file
 * (tocsin-panels(5)); this is what it says, read and checked. Immutable and reference-counted.
 *
 * Expressions are parsed when the pack is read, with the pack's signal names known; `$match`,
 * `$each` and `$window` are filled in by panel/bind.h.
 */
#ifndef TOCSIN_PANEL_PANEL_H
#define TOCSIN_PANEL_PANEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/unit.h"
#include "base/vec.h"

#define PANEL_MAX_SIGNALS 64
#define PANEL_NONE        SIZE_MAX /* no signal */

enum panel_shape { PANEL_RED, PANEL_USE };

/* How several points become one column of a chart: the worst must survive for latency, the mean is
 * right for rates. */
enum panel_rollup { PANEL_ROLLUP_MAX, PANEL_ROLLUP_AVG, PANEL_ROLLUP_MIN };

struct panel_signal {
    char *name;       /* "p95": an identifier */
    char *title;      /* "p95", or what `title:` says */
    char *expr;       /* as written, with $match, $each, $window */
    struct span span; /* of expr in the file */
    enum unit unit;
    enum panel_rollup rollup;
    VEC(char *) each; /* labels beside the panel's: one row a device, say */
    bool has_warning, has_critical;
    double warning, critical; /* shown as such from here on; base units */
    bool low_is_bad;          /* then: at or below */
};

/* One row of a USE table: indexes of signals, PANEL_NONE where it has none. */
struct panel_resource {
    char *name; /* "cpu" */
    size_t utilization, saturation, errors;
};

/* A chart of one or more signals. */
struct panel_cell {
    VEC(size_t) signals;
};
struct panel_row {
    VEC(struct panel_cell) cells;
};

struct panel {
    unsigned refs;
    uint64_t fingerprint; /* of the pack's text: equal packs need not be taken over anew */
    char *file;           /* or "(built in)/NAME.yaml" */
    char *name;           /* "http-server" */
    char *title;
    enum panel_shape shape;
    char *detect; /* a selector */
    char *unless; /* a selector, or NULL: instances that have this are another pack's */
    VEC(char *) each;
    char *name_label; /* whose value is the instance's name; default: the first of `each` */
    VEC(struct panel_signal) signals;
    VEC(struct panel_resource) resources; /* USE */
    VEC(struct panel_row) view;
};

/* PANEL_NONE where there is none of that name. */
size_t panel_find_signal(const struct panel *panel, const char *name);
struct panel *panel_ref(const struct panel *panel);
void panel_unref(struct panel *panel);

/* Reads one pack; NULL after reported errors. */
struct panel *panel_parse(const char *file, struct str text, struct diags *diags);

#endif
