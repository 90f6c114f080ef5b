/*
 * A source: where data comes from. One implementation is one const `struct source_ops` in a file or
 * folder of its own; sources.def lists them. The poller (poller.h) decides when to poll, with which
 * deadline, and keeps the health; a source only polls once when told to.
 *
 * What a poll found goes to the sink as one batch, whole or not at all. A source that can answer
 * PromQL itself gives an answerer instead, and its poll is a probe of the server's health.
 */
#ifndef TOCSIN_SOURCE_SOURCE_H
#define TOCSIN_SOURCE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "loop/loop.h"
#include "net/http.h"
#include "query/query.h"
#include "series/batch.h"
#include "series/store.h"

struct yaml_reader;
struct yaml_node;
struct foreign_ops;

struct source;

/* What a source is given. All of it outlives the source. */
struct source_env {
    struct loop *loop;
    struct http_client *http;
    struct log *log;
    struct label_table *labels;
    struct store *store; /* where its target's batches go; NULL in tests that only decode */
};

/* What one poll found, beside the batch: for health and the `scrape_*` series. */
struct poll_result {
    uint64_t samples;
    uint64_t samples_after_relabeling; /* the same number as long as nothing relabels */
    uint64_t series_added;
    uint64_t bytes;
    struct wall server_time; /* 0: unknown */
    /* Parts that failed while the rest came in (a kind without rights, a file that could not be
     * read): at most one sentence; or NULL. Borrowed for the call. */
    const char *partial;
};

/* Exactly one of `result` and `err` is not NULL; borrowed for the call. */
typedef void (*poll_done_cb)(void *user, const struct poll_result *result, const struct error *err);

struct source_config {
    char *name;
    const struct source_ops *ops;
    int64_t interval_ms;
    int64_t timeout_ms; /* deadline of one poll; at most the interval */
    void *options;      /* the kind's own, made by ops->read_options, freed by ops->free_options */
};

struct source_ops {
    const char *kind;            /* key in the configuration: "prometheus" */
    const char *doc;             /* one line for help and manual */
    bool answers_promql;         /* then `answerer` is there */
    int64_t default_interval_ms; /* 0: global.interval */

    /* The kind's own options from the member of its name; NULL after reported errors. */
    void *(*read_options)(struct yaml_reader *reader, const struct yaml_node *node);
    /* From a target on the command line (`http://...`, `host:`); NULL with err. */
    void *(*target_options)(struct str target, struct error *err);
    void (*free_options)(void *options);
    /* Same meaning as another's? So that a reload keeps what did not change. */
    bool (*same_options)(const void *a, const void *b);

    /* `config` is borrowed until destroy. Cheap: opens nothing. */
    struct source *(*create)(const struct source_env *env, const struct source_config *config,
                             struct error *err);
    /* Starts one poll for the slot `slot`, to be done before deadline_ms from now. Never called
     * while one is open. `done` runs exactly once, never inside the call. The source's samples have
     * been committed when it runs. The source may be destroyed in there: `done` is the last thing
     * it does. */
    void (*poll)(struct source *source, struct wall slot, int64_t deadline_ms, poll_done_cb done,
                 void *user);
    /* Ends an open poll without its callback. */
    void (*cancel)(struct source *source);
    /* Told by the poller when the source is down for good measure: its series get staleness markers
     * at `t`. NULL where it has no series. */
    void (*mark_stale)(struct source *source, struct wall t);
    /* `up` and scrape_* series of this target, in the target's own labels; NULL for sources that
     * keep none. */
    void (*report)(struct source *source, struct wall slot, bool up, double duration_seconds,
                   const struct poll_result *result);
    struct answerer *(*answerer)(struct source *source);
    /* For screens: where it points, without secrets. */
    void (*endpoint)(const struct source *source, struct strbuf *out);
    /* Alerts of an engine behind it (foreign.h); NULL where there can be none. */
    const struct foreign_ops *foreign;
    void (*destroy)(struct source *source); /* cancels; NULL is fine */
};

/* Implementations embed this as their first member. */
struct source {
    const struct source_ops *ops;
    const struct source_config *config;
};

/* From sources.def. */
const struct source_ops *source_find(struct str kind);
const struct source_ops *const *source_table(size_t *count);

/* The `sources:` block: a sequence of mappings with `name`, `interval`, `timeout` and one member
 * named as a kind. */
struct source_configs {
    VEC(struct source_config) list;
};
void source_configs_read(struct source_configs *out, struct yaml_reader *reader,
                         const struct yaml_node *node, int64_t default_interval_ms);
void source_configs_release(struct source_configs *configs);
void source_config_release(struct source_config *config);

#endif
