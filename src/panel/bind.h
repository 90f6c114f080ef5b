/*
 * From a pack's text to expressions that can be asked: `$match`, `$each` and `$window` are filled
 * in, signal names stand for their expressions, and every signal is parsed and checked.
 *
 *   $match   the instance's matchers (`job="checkout"`), or nothing
 *   $each    the panel's labels and the signal's own, for `by (...)`
 *   $window  the rate window (`1m`)
 *
 * Where `$match` or `$each` is nothing, the comma behind it goes too.
 *
 * Owner: binding_create/binding_destroy; expressions may be referenced beyond that.
 */
#ifndef TOCSIN_PANEL_BIND_H
#define TOCSIN_PANEL_BIND_H

#include "base/error.h"
#include "panel/panel.h"
#include "promql/promql.h"

struct binding_scope {
    const char *match; /* "" for none */
    bool single;       /* one instance for all that matches: `$each` is nothing but the signal's own
                          labels */
    int64_t window_ms;
};

struct binding {
    struct expr *presence; /* how many series of `detect` each instance has */
    struct expr **signals; /* one a signal, in order */
    size_t count;
};

/* NULL after an error. `failed`, where not NULL, gets the signal's number (PANEL_NONE: detect or
 * unless); the error's span is within that signal's expr as written. */
struct binding *binding_create(const struct panel *panel, const struct binding_scope *scope,
                               size_t *failed, struct error *err);
void binding_destroy(struct binding *binding);
/* Binds to find what is wrong: `found` is told of the first error of each signal, and of those that
 * refer to it only the one that is wrong. */
typedef void (*binding_error)(void *user, size_t failed, const struct error *err);
void binding_check(const struct panel *panel, const struct binding_scope *scope,
                   binding_error found, void *user);

/* The rate window for data that comes every interval_ms, on a chart with steps of step_ms: at least
 * four intervals, so that a lost poll leaves no hole, and no step left out. */
int64_t binding_window_ms(int64_t interval_ms, int64_t step_ms);

#endif
