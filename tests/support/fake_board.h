/*
 * A board without anything behind it, for tests of the screen: it stands in for the panel library
 * (link one or the other) and has services and machines whose data is a pure function of time, so
 * that every frame can be foretold. Also the sources and the model around it.
 *
 * At FAKE_NOW: checkout fails and is slow since twenty minutes, payments is slow, inventory has a
 * gap of five minutes, mailer is idle, pricing is stale for six minutes, and one machine's cpu is
 * full.
 */
#ifndef TOCSIN_TESTS_SUPPORT_FAKE_BOARD_H
#define TOCSIN_TESTS_SUPPORT_FAKE_BOARD_H

#include <stdbool.h>

#include "panel/board.h"
#include "source/health.h"
#include "ui/model.h"

#define FAKE_NOW INT64_C(1795230461000) /* 2026-11-21 03:07:41 UTC */

struct fake_options {
    int64_t now_ms;   /* 0: FAKE_NOW */
    int64_t range_ms; /* 0: an hour */
    size_t services;  /* at most FAKE_SERVICES; 0: all */
    bool no_services, no_machines;
    bool just_started;  /* values are known now, the past is not */
    bool stale_machine; /* the second one, for six minutes */
    bool wide_names;    /* wide, combining, hostile and very long ones */
};
#define FAKE_SERVICES 9

struct board *fake_board_create(const struct fake_options *options);
void fake_board_destroy(struct board *board);
/* Moves it to another time: new grids, new points. */
void fake_board_step(struct board *board, int64_t now_ms);
/* One instance less, as when a pack's presence is gone. */
void fake_board_drop(struct board *board, size_t index);

#define FAKE_SOURCES 3
/* prom-a is up, prom-b is down since six minutes, here is up. */
void fake_sources(struct source_health sources[FAKE_SOURCES], int64_t now_ms);
/* A model of them; `board` may be NULL, `sources` too. */
struct ui_model fake_model(const struct board *board, const struct source_health *sources,
                           int64_t now_ms);

#endif
