/*
 * A night's alerts for tests of the screen, over fake_alerts.h: one of each state, with reasons,
 * notes, silences and rules around them, all of it foretold from FAKE_ALERTS_NOW. Or a quiet night.
 */
#ifndef TOCSIN_TESTS_SUPPORT_FAKE_NIGHT_H
#define TOCSIN_TESTS_SUPPORT_FAKE_NIGHT_H

#include "support/fake_alerts.h"

enum fake_night {
    NIGHT_QUIET,    /* rules, all well, nothing fires */
    NIGHT_BUSY,     /* one of each */
    NIGHT_WIDE,     /* texts as hostile, wide and long as they get */
    NIGHT_BLIND,    /* nothing fires, but some rules cannot see */
    NIGHT_NO_RULES, /* none are configured */
    NIGHT_STARTED,  /* none was evaluated yet */
    NIGHT_ACKED     /* what fires is in somebody's hands */
};

/* The caller destroys it with fake_alerts_destroy. */
struct alerts *fake_night_create(enum fake_night night);
/* Counts again what the alerts are now. */
void fake_night_count(struct alerts *alerts);

#endif
