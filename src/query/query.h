/*
 * The one way to ask. An answerer takes a parsed expression and a grid and gives a value, some
 * turns of the loop later; whether the embedded engine or a server did the work is not visible,
 * save in latency and errors.
 *
 * Rules: `done` runs exactly once, never inside the call that asked; after query_cancel it does not
 * run. Destroying an answerer ends its open queries with ERROR_CANCELLED.
 *
 * Owner: a `struct query` belongs to the answerer and is dead once `done` ran or it was cancelled.
 */
#ifndef TOCSIN_QUERY_QUERY_H
#define TOCSIN_QUERY_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "promql/promql.h"

struct answerer;
struct query;

/* Exactly one of `value` and `err` is not NULL; both borrowed for the call, except that a value may
 * be moved out of (value_init over what was taken). */
typedef void (*query_done_cb)(void *user, struct value *value, const struct error *err);

/* Strings: values of a label, or names of metrics. Sorted, borrowed for the call. */
typedef void (*query_names_cb)(void *user, const struct str *names, size_t count,
                               const struct error *err);

enum query_priority { QUERY_NORMAL, QUERY_BACKGROUND };

#define QUERY_TIMEOUT_DEFAULT_MS 30000

struct query_request {
    const struct expr *expr; /* referenced until done */
    struct grid grid;
    /* What `end()` is where a range ends behind the grid's last step, less than a step; 0: there.
     */
    int64_t end_ms;
    bool instant;
    int64_t timeout_ms; /* 0: the default; the whole of it, waiting included, also at a server */
    enum query_priority priority;
    query_done_cb done;
    void *user;
};

struct query_names_request {
    struct str label;               /* __name__: metric names */
    const struct matcher *matchers; /* series looked at; borrowed for the call; n may be 0 */
    size_t matcher_count;
    int64_t from_ms, to_ms; /* series with data in here */
    int64_t timeout_ms;
    query_names_cb done;
    void *user;
};

/* What an answerer implements. `self` is the struct that embeds `struct answerer`. All are required
 * save `stand` and `withdraw`, of which there are both or none. */
struct answerer_ops {
    const char *kind; /* "local", "prometheus" */
    struct query *(*ask)(struct answerer *self, const struct query_request *request);
    struct query *(*names)(struct answerer *self, const struct query_names_request *request);
    /* Ends an open query without its callback. */
    void (*cancel)(struct answerer *self, struct query *query);
    void (*stand)(struct answerer *self, const struct expr *expr);
    void (*withdraw)(struct answerer *self, const struct expr *expr);
};

struct answerer {
    const struct answerer_ops *ops;
    const char *source;  /* the source's name, for messages; borrowed */
    int64_t interval_ms; /* how often its data comes: rate windows and overlaps are made of it */
    int64_t late_ms;     /* how late data may still come (overlap of incremental asking) */
};

/* The base of every open query; implementations embed it. */
struct query {
    struct answerer *answerer;
};

struct query *query_ask(struct answerer *answerer, const struct query_request *request);
struct query *query_names(struct answerer *answerer, const struct query_names_request *request);
void query_cancel(struct query *query); /* NULL is fine */

/*
 * A standing question: `expr`, this very object, will be asked again and again, beside others that
 * stand. The embedded engine finds once what standing questions of one grid have in common; a
 * server does as it likes. It changes no answer.
 *
 * Whoever announces withdraws, once for each time and before the answerer is destroyed; the
 * answerer references the expression meanwhile. At any time, also while the question is open.
 */
void query_stand(struct answerer *answerer, const struct expr *expr);
void query_withdraw(struct answerer *answerer, const struct expr *expr);

/*
 * The embedded engine over a store: evaluates in turns of its own, several short questions in one
 * and a long one in slices over many (evaluation.h), so that the loop is not kept waiting. One
 * normal question and one of the background may be under way at a time; the normal one goes first.
 * `store` and `table` must outlive it. `options` may be NULL: the defaults; their `memo` and
 * `pause` are not looked at.
 *
 * What a selector selects is kept until series come or go, and of standing questions the common
 * parts until a question of another grid or after a commit: each up to ANSWERER_LOCAL_KEEPS_BYTES.
 *
 * A question that takes longer than its time-out, or than the answerer's, ends with ERROR_TIMEOUT.
 */
#define ANSWERER_LOCAL_KEEPS_BYTES ((size_t)16 << 20)
struct loop;
struct answerer *answerer_local_create(struct loop *loop, struct store *store,
                                       struct label_table *table, const char *source,
                                       const struct eval_options *options);
void answerer_local_destroy(struct answerer *answerer);
/* For the questions that begin from now on. `timeout_ms` is the longest that one may take, and what
 * those take that name none; 0: QUERY_TIMEOUT_DEFAULT_MS. */
void answerer_local_set_options(struct answerer *answerer, const struct eval_options *options,
                                int64_t timeout_ms);
/* How much of a turn of the loop an evaluation may take; EVALUATION_SLICE_MS unless told, 0: it
 * gives way whenever it can. Before the first question. */
void answerer_local_set_slice(struct answerer *answerer, int64_t slice_ms);

#endif
