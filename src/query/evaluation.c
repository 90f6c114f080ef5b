/*
 * See evaluation.h. An evaluation's hold is taken only when it first gives way: until then nothing
 * of the store can have changed, and most questions end before that.
 *
 * The stack: a chain of binary operators as high as EXPR_MAX_HEIGHT takes 0.8 MiB of it, and 1.6
 * under the address sanitizer; calls within calls take less, as EXPR_MAX_DEPTH is lower.
 */
#include "query/evaluation.h"

#include <assert.h>
#include <stdlib.h>

#include "base/coroutine.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "query/label_search.h"

#define NS_PER_MS INT64_C(1000000)

struct evaluation {
    struct coroutine *coroutine;
    struct loop *loop;
    struct store *store;
    struct label_table *table;
    int64_t slice_ms;
    const struct query_request *request;
    const struct query_names_request *wanted; /* at most one of the two; NULL both: idle */
    struct eval_options options;
    struct mono deadline;
    struct mono slice_end;
    bool late;
    bool holds;
    uint64_t hold;
    bool ok;
    struct value value;
    struct label_values names;
    struct error err;
};

struct evaluation *evaluation_create(struct loop *loop, struct store *store,
                                     struct label_table *table, int64_t slice_ms, struct error *err)
{
    struct coroutine *coroutine = coroutine_create(COROUTINE_STACK_BYTES, err);
    if (coroutine == NULL) {
        return NULL;
    }
    struct evaluation *e = mem_zalloc(1, sizeof(*e));
    *e = (struct evaluation){
        .coroutine = coroutine, .loop = loop, .store = store, .table = table, .slice_ms = slice_ms};
    return e;
}

void evaluation_destroy(struct evaluation *e)
{
    if (e == NULL) {
        return;
    }
    evaluation_stop(e);
    coroutine_destroy(e->coroutine);
    free(e);
}

/* The evaluator's offer to pause. */
static bool look_at_clock(void *user)
{
    struct evaluation *e = user;
    struct mono now = loop_clock(e->loop);
    if (now.ns >= e->deadline.ns) {
        e->late = true;
        return false;
    }
    if (now.ns < e->slice_end.ns) {
        return true;
    }
    if (!e->holds) {
        e->hold = store_hold(e->store);
        e->holds = true;
    }
    return coroutine_give_way(e->coroutine);
}

static void evaluate(struct coroutine *co, void *user)
{
    struct evaluation *e = user;
    const struct query_request *request = e->request;
    (void)co;
    e->ok = expr_eval(request->expr, e->store, e->table, &request->grid, request->instant,
                      &e->options, &e->value, &e->err);
}

static void search(struct coroutine *co, void *user)
{
    struct evaluation *e = user;
    struct work work = {
        .max_samples = SIZE_MAX, .pause = look_at_clock, .pause_user = e, .err = &e->err};
    (void)co;
    e->ok = label_search(e->store, e->wanted, &work, &e->names);
}

static void start(struct evaluation *e, coroutine_body run, struct mono deadline)
{
    e->deadline = deadline;
    e->late = false;
    e->ok = false;
    e->err = (struct error)ERROR_INIT;
    coroutine_start(e->coroutine, run, e);
}

void evaluation_begin_names(struct evaluation *e, const struct query_names_request *wanted,
                            struct mono deadline)
{
    e->wanted = wanted;
    e->hold = store_hold(e->store); /* also for whoever reads the names */
    e->holds = true;
    start(e, search, deadline);
}

void evaluation_begin(struct evaluation *e, const struct query_request *request,
                      const struct eval_options *options, struct mono deadline)
{
    e->request = request;
    e->options = *options;
    e->options.pause = look_at_clock;
    e->options.pause_user = e;
    e->options.end_ms = request->end_ms;
    start(e, evaluate, deadline);
}

static void release_hold(struct evaluation *e)
{
    if (e->holds) {
        store_release_hold(e->store, e->hold);
        e->holds = false;
    }
}

enum evaluation_state evaluation_continue(struct evaluation *e)
{
    e->slice_end = (struct mono){loop_mono(e->loop).ns + e->slice_ms * NS_PER_MS};
    if (coroutine_resume(e->coroutine)) {
        return EVALUATION_PAUSED;
    }
    if (e->wanted == NULL) {
        release_hold(e);
    }
    return e->late ? EVALUATION_LATE : EVALUATION_ENDED;
}

bool evaluation_take(struct evaluation *e, struct value *value, struct error *err)
{
    assert(!coroutine_active(e->coroutine) && e->request != NULL);
    e->request = NULL;
    if (e->ok) {
        *value = e->value;
        return true;
    }
    return error_move(err, &e->err);
}

bool evaluation_take_names(struct evaluation *e, struct label_values *names, uint64_t *hold,
                           struct error *err)
{
    assert(!coroutine_active(e->coroutine) && e->wanted != NULL);
    e->wanted = NULL;
    if (e->ok) {
        *names = e->names;
        *hold = e->hold;
        e->holds = false;
        return true;
    }
    release_hold(e);
    return error_move(err, &e->err);
}

void evaluation_stop(struct evaluation *e)
{
    if (e->request == NULL && e->wanted == NULL) {
        return;
    }
    coroutine_stop(e->coroutine);
    release_hold(e);
    if (e->ok && e->wanted != NULL) {
        vec_release(&e->names.values);
    } else if (e->ok) {
        value_release(&e->value);
    }
    error_release(&e->err);
    e->request = NULL;
    e->wanted = NULL;
}
