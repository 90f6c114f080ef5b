/*
 * The engine: everything put together from one configuration snapshot, without a screen. It polls
 * the sources into the store, keeps the board, takes a new snapshot over, and shuts down in order.
 *
 * Owner: engine_create/engine_destroy. Single-threaded; loop, log and label table outlive it.
 */
#ifndef TOCSIN_ENGINE_ENGINE_H
#define TOCSIN_ENGINE_ENGINE_H

#include "alert/alerts.h"
#include "base/log.h"
#include "engine/config.h"
#include "loop/loop.h"
#include "panel/board.h"
#include "query/directory.h"
#include "source/health.h"

struct engine;

/* After a poll, or after the board changed: there may be something new to show. Never inside a call
 * to the engine. */
typedef void (*engine_changed_cb)(void *user);

struct engine_options {
    struct loop *loop;
    struct log *log;
    struct config *config;   /* referenced */
    bool rules;              /* are evaluated */
    const char *state_dir;   /* where their state is kept, or NULL: in memory */
    const char *socket_path; /* of the control socket, or NULL */
    /* Of an engine that runs elsewhere, or NULL: this is one. Its alerts are shown in the place of
     * own ones at once, or without `attach` where another tocsin has the state directory. */
    const char *attach_socket;
    bool attach;
    int64_t range_ms; /* of charts; 0: no board (a single question, or no screen) */
    engine_changed_cb changed;
    /* For the control socket: reads the configuration again; an error where it is refused. */
    bool (*reload)(void *user, struct error *err);
    void *user;
};

struct engine *engine_create(const struct engine_options *options);
void engine_destroy(struct engine *engine);

/* Takes over a new snapshot of the configuration file: sources that say the same as before go on
 * untouched, with their data, and so does the board where packs and services say the same. What
 * `promql` says holds for the questions that begin from then on. Both
 * snapshots are from files: targets of the command line cannot change. What is kept and for how
 * long changes with the next start; the log says so. */
void engine_reload(struct engine *engine, struct config *config);
const struct config *engine_config(const struct engine *engine);

/* NULL where rules are not evaluated. */
struct alerts *engine_alerts(const struct engine *engine);
/* Whose alerts these are. */
enum engine_role {
    ENGINE_NONE, /* rules are not evaluated */
    ENGINE_ITSELF,
    ENGINE_ATTACHED,
    ENGINE_UNREACHED /* attached, and what was known is old or nothing */
};
enum engine_role engine_role(const struct engine *engine);
/* Another engine has the state directory: this one keeps its state in memory. */
bool engine_is_second(const struct engine *engine);
/* NULL where the engine has none. */
const struct board *engine_board(const struct engine *engine);
void engine_set_range(struct engine *engine, int64_t range_ms);
/* Ages follow the time; to be called before drawing. */
void engine_tick(struct engine *engine, struct wall now);
/* Every source, also addresses that are not recognised yet. */
size_t engine_source_count(const struct engine *engine);
void engine_source_health(const struct engine *engine, size_t i, struct wall now,
                          struct source_health *out);
/* Figures of all of it, for the log. */
struct engine_stats {
    size_t sources, sources_up;
    uint64_t polls, failures; /* of the sources that there are now, since each was added */
    size_t series;            /* in the store */
    size_t store_bytes;
};
void engine_stats(const struct engine *engine, struct wall now, struct engine_stats *out);
/* True once every source was asked and answered or failed, however often since. */
bool engine_settled(const struct engine *engine);
void engine_poll_now(struct engine *engine);
/* Who answers for a source of this name. */
const struct directory *engine_directory(const struct engine *engine);
/* True while an address is still being asked what it is for the first time. */
bool engine_probing(const struct engine *engine);
/* True while polls or questions are under way whose end will call `changed`. */
bool engine_busy(const struct engine *engine);
/* The newest problem of the board's questions, or NULL. */
const char *engine_problem(const struct engine *engine);

#endif
