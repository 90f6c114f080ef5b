/*
 * The embedded engine as an answerer. Questions wait in two lanes, normal before background. A turn
 * of the loop answers as many as there is time for, or a slice of a long one: a thousand rules are
 * a few turns, and not a thousand. A lane has one evaluation, so that a normal question need not
 * wait for a background one that was begun.
 *
 * A huge value is not freed in the turn that delivers it either but bit by bit in the next ones,
 * before anything else is evaluated, so that there is never more than one.
 *
 * The memo is the answerer's own and not one for all over the store: those are narrowed to a job
 * each, so that their selectors differ, and answers of several that take turns are of several
 * grids.
 *
 * Invariants: a turn is deferred exactly when a question waits or is under way or something is to
 * be freed. `done` runs after the question has left its lane; it may ask again, cancel others or
 * destroy the answerer, so that nothing of the answerer is touched behind it before it is clear
 * that it is still there (`gone`).
 */
#include <assert.h>
#include <stdlib.h>

#include "base/duration.h"
#include "base/mem.h"
#include "base/vec.h"
#include "loop/loop.h"
#include "promql/eval/memo.h"
#include "query/evaluation.h"
#include "query/query.h"
#include "series/store.h"

#define NS_PER_MS INT64_C(1000000)
#define LANES     2 /* by enum query_priority */

/* Points of a value that are freed together: well under a millisecond. */
#define FREED_AT_ONCE ((size_t)200000)

struct local_query {
    struct query base;
    struct local_query *next;
    bool is_names;
    int64_t timeout_ms;
    struct mono deadline;
    struct query_request request;      /* expr is our own reference */
    struct query_names_request wanted; /* label and matchers are our own copies */
};

struct lane {
    struct local_query *open;  /* whose evaluation is under way, or NULL */
    struct local_query *first; /* that wait */
    struct local_query **last;
    struct evaluation *evaluation; /* NULL before the first */
};

struct local {
    struct answerer base;
    struct loop *loop;
    struct store *store;
    struct label_table *table;
    struct eval_options options;
    struct memo *memo;
    int64_t timeout_ms;
    int64_t slice_ms;
    struct lane lanes[LANES];
    struct deferred *turn;
    bool has_waste;
    struct value waste; /* delivered, and still to be freed */
    bool *gone;         /* within a turn: set where the answerer is destroyed */
};

/* False where it is in another lane. One that is under way is stopped. */
static bool lane_remove(struct lane *lane, const struct local_query *lq)
{
    if (lane->open == lq) {
        evaluation_stop(lane->evaluation);
        lane->open = NULL;
        return true;
    }
    for (struct local_query **at = &lane->first; *at != NULL; at = &(*at)->next) {
        if (*at == lq) {
            *at = lq->next;
            if (*at == NULL) {
                lane->last = at;
            }
            return true;
        }
    }
    return false;
}

/* The question whose turn is next, or NULL. */
static struct local_query *lane_next(const struct lane *lane)
{
    return lane->open != NULL ? lane->open : lane->first;
}

/* The lane whose turn is next, or NULL. */
static struct lane *next_lane(struct local *l)
{
    for (size_t i = 0; i < LANES; i++) {
        if (lane_next(&l->lanes[i]) != NULL) {
            return &l->lanes[i];
        }
    }
    return NULL;
}

static void query_free(struct local_query *lq)
{
    if (lq->is_names) {
        struct matcher *copies = (struct matcher *)(uintptr_t)lq->wanted.matchers;
        for (size_t i = 0; i < lq->wanted.matcher_count; i++) {
            matcher_release(&copies[i]);
        }
        free(copies);
        free((void *)(uintptr_t)lq->wanted.label.data);
    } else {
        expr_unref((struct expr *)(uintptr_t)lq->request.expr);
    }
    free(lq);
}

/* Ends a question that has left its lane. */
static void fail(struct local_query *lq, const struct error *err)
{
    if (lq->is_names) {
        query_names_cb done = lq->wanted.done;
        void *user = lq->wanted.user;
        query_free(lq);
        done(user, NULL, 0, err);
    } else {
        query_done_cb done = lq->request.done;
        void *user = lq->request.user;
        query_free(lq);
        done(user, NULL, err);
    }
}

static void take_turn(void *user);

/* Nothing within a turn, which looks at its end. */
static void arm(struct local *l)
{
    if (l->gone == NULL && l->turn == NULL && (next_lane(l) != NULL || l->has_waste)) {
        l->turn = loop_defer(l->loop, take_turn, l);
    }
}

/* Ends a question that is still in its lane. */
static void fail_next(struct local *l, struct lane *lane, struct error *err)
{
    struct local_query *lq = lane_next(lane);
    lane_remove(lane, lq);
    arm(l);
    fail(lq, err);
    error_release(err);
}

/* The same for one that has taken too long. */
static void fail_late(struct local *l, struct lane *lane)
{
    struct strbuf limit = STRBUF_INIT;
    struct error err = ERROR_INIT;
    duration_format(&limit, lane_next(lane)->timeout_ms);
    error_set(&err, ERROR_TIMEOUT, "the query took longer than %s", strbuf_cstr(&limit));
    strbuf_release(&limit);
    fail_next(l, lane, &err);
}

/* Makes the lane's next question the one under way. */
static bool begin(struct local *l, struct lane *lane, struct error *err)
{
    if (lane->evaluation == NULL) {
        lane->evaluation = evaluation_create(l->loop, l->store, l->table, l->slice_ms, err);
        if (lane->evaluation == NULL) {
            return false;
        }
    }
    struct local_query *first = lane->first;
    lane_remove(lane, first);
    lane->open = first;
    if (first->is_names) {
        evaluation_begin_names(lane->evaluation, &first->wanted, first->deadline);
        return true;
    }
    evaluation_begin(lane->evaluation, &first->request, &l->options, first->deadline);
    return true;
}

/* Hands the value over and frees what was not moved out of it. */
static void deliver(struct local *l, struct local_query *lq, struct value *value)
{
    const bool *gone = l->gone;
    query_done_cb done = lq->request.done;
    void *user = lq->request.user;
    query_free(lq);
    done(user, value, NULL);
    if (*gone) {
        value_release(value);
        return;
    }
    if (!value_is_huge(value)) {
        value_release(value);
        return;
    }
    l->waste = *value;
    l->has_waste = true;
}

/* The store outlives the answerer, which may not be there any more behind `done`. */
static void answer_names(struct local *l, struct lane *lane)
{
    struct local_query *lq = lane->open;
    struct store *store = l->store;
    struct label_values found;
    struct error err = ERROR_INIT;
    uint64_t hold;
    if (!evaluation_take_names(lane->evaluation, &found, &hold, &err)) {
        fail_next(l, lane, &err);
        return;
    }
    query_names_cb done = lq->wanted.done;
    void *user = lq->wanted.user;
    lane->open = NULL;
    query_free(lq);
    done(user, found.values.items, found.values.len, NULL);
    store_release_hold(store, hold);
    vec_release(&found.values);
}

/* Until this turn has taken long enough. */
static void free_waste(struct local *l)
{
    int64_t slice_end_ns = loop_mono(l->loop).ns + l->slice_ms * NS_PER_MS;
    do {
        l->has_waste = !value_release_part(&l->waste, FREED_AT_ONCE);
    } while (l->has_waste && loop_clock(l->loop).ns < slice_end_ns);
    arm(l);
}

/* One question, or a slice of it. True where it has ended; the answerer may be gone then. */
static bool evaluate(struct local *l, struct lane *lane)
{
    struct value value;
    struct error err = ERROR_INIT;
    if (lane->open == NULL && !begin(l, lane, &err)) {
        fail_next(l, lane, &err);
        return true;
    }
    struct local_query *lq = lane->open;
    enum evaluation_state state = evaluation_continue(lane->evaluation);
    if (state == EVALUATION_PAUSED) {
        return false;
    }
    if (state == EVALUATION_LATE) {
        fail_late(l, lane);
    } else if (lq->is_names) {
        answer_names(l, lane);
    } else if (!evaluation_take(lane->evaluation, &value, &err)) {
        fail_next(l, lane, &err);
    } else {
        lane->open = NULL;
        deliver(l, lq, &value);
    }
    return true;
}

/* What waits, until this turn has taken long enough. */
static void evaluate_some(struct local *l)
{
    bool gone = false;
    const struct loop *loop = l->loop;
    int64_t slice_end_ns = loop_mono(loop).ns + l->slice_ms * NS_PER_MS;
    struct lane *lane;
    l->gone = &gone;
    while ((lane = next_lane(l)) != NULL) { /* else nobody waits any more */
        bool ended = evaluate(l, lane);
        if (gone) {
            return;
        }
        if (!ended || l->has_waste || loop_clock(loop).ns >= slice_end_ns) {
            break;
        }
    }
    l->gone = NULL;
    arm(l);
}

static void take_turn(void *user)
{
    struct local *l = user;
    struct mono now = loop_mono(l->loop);
    l->turn = NULL;
    if (l->has_waste) {
        free_waste(l);
        return;
    }
    for (size_t i = 0; i < LANES; i++) { /* also a background one that never had its turn */
        struct local_query *next = lane_next(&l->lanes[i]);
        if (next != NULL && now.ns >= next->deadline.ns) {
            fail_late(l, &l->lanes[i]);
            return;
        }
    }
    evaluate_some(l);
}

static struct query *enqueue(struct local *l, struct local_query *lq, int64_t timeout_ms,
                             enum query_priority priority)
{
    struct lane *lane = &l->lanes[priority];
    bool shorter = timeout_ms > 0 && timeout_ms < l->timeout_ms;
    lq->base.answerer = &l->base;
    lq->timeout_ms = shorter ? timeout_ms : l->timeout_ms;
    lq->deadline = (struct mono){loop_mono(l->loop).ns + lq->timeout_ms * NS_PER_MS};
    *lane->last = lq;
    lane->last = &lq->next;
    arm(l);
    return &lq->base;
}

static struct query *local_ask(struct answerer *self, const struct query_request *request)
{
    struct local *l = CONTAINER_OF(self, struct local, base);
    struct local_query *lq = mem_zalloc(1, sizeof(*lq));
    lq->request = *request;
    lq->request.expr = expr_ref(request->expr);
    return enqueue(l, lq, request->timeout_ms, request->priority);
}

static struct query *local_names(struct answerer *self, const struct query_names_request *request)
{
    struct local *l = CONTAINER_OF(self, struct local, base);
    struct local_query *lq = mem_zalloc(1, sizeof(*lq));
    lq->is_names = true;
    lq->wanted = *request;
    lq->wanted.label = str_span(str_dup(request->label), request->label.len);
    struct matcher *copies = mem_zalloc(request->matcher_count + 1, sizeof(*copies));
    for (size_t i = 0; i < request->matcher_count; i++) {
        matcher_copy(&copies[i], &request->matchers[i]);
    }
    lq->wanted.matchers = copies;
    return enqueue(l, lq, request->timeout_ms, QUERY_NORMAL);
}

static void local_cancel(struct answerer *self, struct query *query)
{
    struct local *l = CONTAINER_OF(self, struct local, base);
    struct local_query *lq = CONTAINER_OF(query, struct local_query, base);
    bool removed =
        lane_remove(&l->lanes[QUERY_NORMAL], lq) || lane_remove(&l->lanes[QUERY_BACKGROUND], lq);
    assert(removed);
    (void)removed;
    query_free(lq);
    if (next_lane(l) == NULL && !l->has_waste) {
        deferred_cancel(l->turn);
        l->turn = NULL;
    }
}

static void local_stand(struct answerer *self, const struct expr *expr)
{
    memo_add(CONTAINER_OF(self, struct local, base)->memo, expr);
}

static void local_withdraw(struct answerer *self, const struct expr *expr)
{
    memo_remove(CONTAINER_OF(self, struct local, base)->memo, expr);
}

static const struct answerer_ops local_ops = {
    .kind = "local",
    .ask = local_ask,
    .names = local_names,
    .cancel = local_cancel,
    .stand = local_stand,
    .withdraw = local_withdraw,
};

struct answerer *answerer_local_create(struct loop *loop, struct store *store,
                                       struct label_table *table, const char *source,
                                       const struct eval_options *options)
{
    struct local *l = mem_zalloc(1, sizeof(*l));
    l->base.ops = &local_ops;
    l->base.source = source;
    l->loop = loop;
    l->store = store;
    l->table = table;
    l->memo = memo_create(ANSWERER_LOCAL_KEEPS_BYTES);
    l->slice_ms = EVALUATION_SLICE_MS;
    for (size_t i = 0; i < LANES; i++) {
        l->lanes[i].last = &l->lanes[i].first;
    }
    answerer_local_set_options(&l->base, options != NULL ? options : &(struct eval_options){0}, 0);
    return &l->base;
}

void answerer_local_set_options(struct answerer *answerer, const struct eval_options *options,
                                int64_t timeout_ms)
{
    struct local *l = CONTAINER_OF(answerer, struct local, base);
    l->options = *options;
    l->options.memo = l->memo;
    l->timeout_ms = timeout_ms > 0 ? timeout_ms : QUERY_TIMEOUT_DEFAULT_MS;
}

void answerer_local_set_slice(struct answerer *answerer, int64_t slice_ms)
{
    struct local *l = CONTAINER_OF(answerer, struct local, base);
    assert(next_lane(l) == NULL);
    l->slice_ms = slice_ms;
}

void answerer_local_destroy(struct answerer *answerer)
{
    if (answerer == NULL) {
        return;
    }
    struct local *l = CONTAINER_OF(answerer, struct local, base);
    struct error err = ERROR_INIT;
    error_set(&err, ERROR_CANCELLED, "the source '%s' was closed", l->base.source);
    for (struct lane *lane; (lane = next_lane(l)) != NULL;) {
        struct local_query *lq = lane_next(lane);
        lane_remove(lane, lq);
        fail(lq, &err);
    }
    error_release(&err);
    deferred_cancel(l->turn);
    if (l->has_waste) {
        value_release(&l->waste);
    }
    if (l->gone != NULL) {
        *l->gone = true;
    }
    for (size_t i = 0; i < LANES; i++) {
        evaluation_destroy(l->lanes[i].evaluation);
    }
    memo_destroy(l->memo);
    free(l);
}
