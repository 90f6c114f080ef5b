/*
 * Alerts without anything behind them, for tests of who reads and commands them: stands in for
 * alert/alerts.c (link one or the other). A test fills in what there is; what is asked of it is
 * kept, and done when the test says so, or by itself in the next turn of a loop.
 *
 * Owner: fake_alerts_create/destroy. Texts that are given are borrowed, literals in practice; what
 * the `add` functions return may be changed until the next one of the same kind.
 */
#ifndef TOCSIN_TESTS_SUPPORT_FAKE_ALERTS_H
#define TOCSIN_TESTS_SUPPORT_FAKE_ALERTS_H

#include "alert/alerts.h"
#include "base/arena.h"
#include "loop/loop.h"

#define FAKE_ALERTS_NOW INT64_C(1795230461000) /* 2026-11-21 03:07:41 UTC */

enum fake_command_id {
    FAKE_ACK,
    FAKE_UNACK,
    FAKE_DISMISS,
    FAKE_SILENCE_PUT,
    FAKE_SILENCE_EXPIRE,
    FAKE_TRANSITIONS
};
struct fake_command {
    enum fake_command_id id;
    uint64_t alert;
    char *by;
    char *note;
    int64_t expires_ms;
    struct silence silence;
    char *silence_id;
    struct transition_filter filter; /* its rule is borrowed for the call only */
    alerts_done_cb done;
    transitions_cb transitions;
    void *user;
    bool finished;
};

struct alerts {
    struct label_table *table;
    struct arena arena;
    struct loop *loop; /* where not NULL, commands are done in its next turn */
    struct deferred *deferred;
    struct error failure; /* what commands are done with, where there is one */
    const char *problem;
    uint64_t version;
    struct alert_counts counts;
    VEC(struct alert_info *) alerts;
    VEC(struct silence *) silences;
    VEC(struct rule_info) rules;
    VEC(struct transition) transitions; /* newest first */
    VEC(struct fake_command *) commands;
};

struct alerts *fake_alerts_create(struct loop *loop);
void fake_alerts_destroy(struct alerts *alerts);
/* `labels` is `name=value` pairs with commas between; the id is the count, from 1. Firing since ten
 * minutes, a warning, unless changed. */
struct alert_info *fake_alerts_add(struct alerts *alerts, const char *name, const char *labels);
struct rule_info *fake_alerts_add_rule(struct alerts *alerts, const char *name);
/* Active for an hour from FAKE_ALERTS_NOW. `matcher` as in silence_add_matcher. */
struct silence *fake_alerts_add_silence(struct alerts *alerts, const char *id, const char *matcher);
/* From now on `alert` is hidden by it too. */
void fake_alerts_silence(struct alerts *alerts, struct alert_info *alert, const struct silence *s);
void fake_alerts_add_transition(struct alerts *alerts, const struct transition *t);
/* Does all that was asked and is not done; with `failure` where it is set. */
void fake_alerts_finish(struct alerts *alerts);
/* The last one asked; NULL where none was. */
const struct fake_command *fake_alerts_last(const struct alerts *alerts);

#endif
