/*
 * The embedded engine as an answerer. Questions wait in two queues (normal before background) and
 * one is evaluated a turn of the loop, so that keys and sockets get their turn between two
 * expensive ones.
 *
 * Invariant: a turn is deferred exactly when a question waits. `done` runs after the question has
 * left its queue and nothing of the answerer is touched behind it, so that it may ask again,
 * cancel others or destroy the answerer.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/vec.h"
#include "loop/loop.h"
#include "query/query.h"
#include "series/store.h"

struct local_query {
    struct query base;
    struct local_query *next;
    bool is_names;
    struct query_request request;      /* expr is our own reference */
    struct query_names_request wanted; /* label and matchers are our own copies */
};

struct queue {
    struct local_query *first;
    struct local_query **last;
};

struct local {
    struct answerer base;
    struct loop *loop;
    struct store *store;
    struct label_table *table;
    struct eval_options options;
    struct queue queues[QUERY_BACKGROUND + 1]; /* by enum query_priority */
    struct deferred *turn;
};

static void queue_init(struct queue *q)
{
    q->first = NULL;
    q->last = &q->first;
}

static struct local_query *queue_pop(struct queue *q)
{
    struct local_query *lq = q->first;
    if (lq != NULL) {
        q->first = lq->next;
        if (q->first == NULL) {
            q->last = &q->first;
        }
        lq->next = NULL;
    }
    return lq;
}

static bool queue_remove(struct queue *q, const struct local_query *lq)
{
    for (struct local_query **at = &q->first; *at != NULL; at = &(*at)->next) {
        if (*at == lq) {
            *at = lq->next;
            if (*at == NULL) {
                q->last = at;
            }
            return true;
        }
    }
    return false;
}

static struct local_query *pop(struct local *l)
{
    struct local_query *lq = queue_pop(&l->queues[QUERY_NORMAL]);
    return lq != NULL ? lq : queue_pop(&l->queues[QUERY_BACKGROUND]);
}

static bool waiting(const struct local *l)
{
    return l->queues[QUERY_NORMAL].first != NULL || l->queues[QUERY_BACKGROUND].first != NULL;
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

static void evaluate(struct local *l, struct local_query *lq)
{
    struct value value;
    struct error err = ERROR_INIT;
    bool ok = expr_eval(lq->request.expr, l->store, l->table, &lq->request.grid,
                        lq->request.instant, &l->options, &value, &err);
    query_done_cb done = lq->request.done;
    void *user = lq->request.user;
    query_free(lq);
    if (ok) {
        done(user, &value, NULL);
        value_release(&value);
    } else {
        done(user, NULL, &err);
        error_release(&err);
    }
}

static int compare_strs(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* The values of one label over the selected series that have a sample within the time asked for. */
static void collect_values(const struct selection *sel, const struct query_names_request *wanted,
                           struct label_values *out)
{
    for (size_t i = 0; i < sel->series.len; i++) {
        const struct series *s = sel->series.items[i];
        int64_t t_ms = 0;
        double v = 0;
        if (!series_read_last(s, wanted->from_ms, wanted->to_ms, &t_ms, &v)) {
            continue;
        }
        struct str value = labels_get(series_labels(s), wanted->label);
        if (value.len > 0) {
            vec_push(&out->values, value);
        }
    }
    if (out->values.len == 0) {
        return;
    }
    qsort(out->values.items, out->values.len, sizeof(*out->values.items), compare_strs);
    size_t kept = 1;
    for (size_t i = 1; i < out->values.len; i++) {
        if (!str_equal(out->values.items[i], out->values.items[kept - 1])) {
            out->values.items[kept++] = out->values.items[i];
        }
    }
    out->values.len = kept;
}

static bool find_names(struct local *l, const struct query_names_request *wanted,
                       struct label_values *out, struct error *err)
{
    if (wanted->from_ms == INT64_MIN && wanted->to_ms == INT64_MAX) {
        return store_label_values(l->store, wanted->label, wanted->matchers, wanted->matcher_count,
                                  out, err);
    }
    struct selection sel = {0};
    bool ok;
    if (wanted->matcher_count > 0) {
        ok = store_select(l->store, wanted->matchers, wanted->matcher_count, &sel, err);
    } else {
        struct matcher named;
        if (!matcher_init(&named, MATCH_NOT_EQUAL, STR(LABEL_NAME), STR(""), err)) {
            return false;
        }
        ok = store_select(l->store, &named, 1, &sel, err);
        matcher_release(&named);
    }
    if (ok) {
        collect_values(&sel, wanted, out);
    }
    selection_release(&sel);
    return ok;
}

static void answer_names(struct local *l, struct local_query *lq)
{
    struct label_values found = {0};
    struct error err = ERROR_INIT;
    bool ok = find_names(l, &lq->wanted, &found, &err);
    query_names_cb done = lq->wanted.done;
    void *user = lq->wanted.user;
    query_free(lq);
    if (ok) {
        done(user, found.values.items, found.values.len, NULL);
    } else {
        done(user, NULL, 0, &err);
    }
    error_release(&err);
    vec_release(&found.values);
}

static void take_turn(void *user)
{
    struct local *l = user;
    l->turn = NULL;
    struct local_query *lq = pop(l);
    assert(lq != NULL);
    if (waiting(l)) {
        l->turn = loop_defer(l->loop, take_turn, l);
    }
    if (lq->is_names) {
        answer_names(l, lq);
    } else {
        evaluate(l, lq);
    }
}

static struct query *enqueue(struct local *l, struct local_query *lq, enum query_priority priority)
{
    struct queue *q = &l->queues[priority];
    lq->base.answerer = &l->base;
    *q->last = lq;
    q->last = &lq->next;
    if (l->turn == NULL) {
        l->turn = loop_defer(l->loop, take_turn, l);
    }
    return &lq->base;
}

static struct query *local_ask(struct answerer *self, const struct query_request *request)
{
    struct local *l = CONTAINER_OF(self, struct local, base);
    struct local_query *lq = mem_zalloc(1, sizeof(*lq));
    lq->request = *request;
    lq->request.expr = expr_ref(request->expr);
    return enqueue(l, lq, request->priority);
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
    return enqueue(l, lq, QUERY_NORMAL);
}

static void local_cancel(struct answerer *self, struct query *query)
{
    struct local *l = CONTAINER_OF(self, struct local, base);
    struct local_query *lq = CONTAINER_OF(query, struct local_query, base);
    bool removed = queue_remove(&l->queues[QUERY_NORMAL], lq) ||
                   queue_remove(&l->queues[QUERY_BACKGROUND], lq);
    assert(removed);
    (void)removed;
    query_free(lq);
    if (!waiting(l)) {
        deferred_cancel(l->turn);
        l->turn = NULL;
    }
}

static const struct answerer_ops local_ops = {
    .kind = "local",
    .ask = local_ask,
    .names = local_names,
    .cancel = local_cancel,
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
    if (options != NULL) {
        l->options = *options;
    }
    queue_init(&l->queues[QUERY_NORMAL]);
    queue_init(&l->queues[QUERY_BACKGROUND]);
    return &l->base;
}

void answerer_local_destroy(struct answerer *answerer)
{
    if (answerer == NULL) {
        return;
    }
    struct local *l = CONTAINER_OF(answerer, struct local, base);
    deferred_cancel(l->turn);
    l->turn = NULL;
    struct error err = ERROR_INIT;
    error_set(&err, ERROR_CANCELLED, "the source '%s' was closed", l->base.source);
    for (struct local_query *lq = pop(l); lq != NULL; lq = pop(l)) {
        if (lq->is_names) {
            lq->wanted.done(lq->wanted.user, NULL, 0, &err);
        } else {
            lq->request.done(lq->request.user, NULL, &err);
        }
        query_free(lq);
    }
    error_release(&err);
    free(l);
}
