/*
 * See bundle.h. An open question is in one of three places: waiting for the end of its turn, with a
 * share in a parcel, or passed on by itself. Parcels under way own nothing but the places of their
 * questions; a question that goes leaves an empty place behind.
 *
 * Invariant: a turn is deferred exactly when a question waits. While a parcel gives out its answers
 * it is in nobody's list and the stack frame's alone, so that a callback may ask, cancel or
 * destroy: whatever went has left its place, and behind the last callback nothing but the parcel is
 * touched.
 */
#include "query/bundle.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"
#include "loop/loop.h"
#include "query/apart.h"
#include "query/joint.h"

/* The sets of expressions that a screen asks for in turn: history and latest value, before and
 * after a switch. */
#define PLANS_KEPT 4

struct question {
    struct query base;
    struct question *previous;
    struct question *next;
    struct query_request request; /* expr is our own reference; NULL: of names */
    struct query_names_request wanted;
    struct mono asked_at;
    bool waits;
    struct parcel *parcel; /* has a share in it, at `place`; or NULL */
    size_t place;
    struct query *passed_on; /* or NULL */
    bool asked_again;        /* after its parcel failed */
};

/* A joined question under way. */
struct parcel {
    struct bundle *bundle;
    struct parcel *previous;
    struct parcel *next;
    struct query *query;
    struct question **questions; /* by place; NULL: gone */
    size_t count;
    size_t open;
    bool answering;
};

struct bundle {
    struct answerer base;
    struct loop *loop;
    struct answerer *inner;
    struct label_table *table;
    struct question *open;
    struct parcel *parcels;
    VEC(struct question *) waiting;
    struct deferred *turn;
    struct joint_plan *plans[PLANS_KEPT]; /* the last used first */
    struct apart apart;
    bool closing;
};

static struct question *question_create(struct bundle *b)
{
    struct question *q = mem_zalloc(1, sizeof(*q));
    q->base.answerer = &b->base;
    q->asked_at = loop_mono(b->loop);
    q->next = b->open;
    if (q->next != NULL) {
        q->next->previous = q;
    }
    b->open = q;
    return q;
}

static void stop_waiting(struct bundle *b, struct question *q)
{
    for (size_t i = 0; i < b->waiting.len; i++) {
        if (b->waiting.items[i] == q) {
            vec_remove(&b->waiting, i);
            break;
        }
    }
    q->waits = false;
    if (b->waiting.len == 0) {
        deferred_cancel(b->turn);
        b->turn = NULL;
    }
}

static void leave_parcel(struct question *q)
{
    q->parcel->questions[q->place] = NULL;
    q->parcel->open--;
    q->parcel = NULL;
}

static void question_destroy(struct bundle *b, struct question *q)
{
    *(q->previous != NULL ? &q->previous->next : &b->open) = q->next;
    if (q->next != NULL) {
        q->next->previous = q->previous;
    }
    if (q->parcel != NULL) {
        leave_parcel(q);
    }
    expr_unref((struct expr *)(uintptr_t)q->request.expr);
    free(q);
}

/* Gives the question its end; nothing is touched behind it. */
static void question_end(struct bundle *b, struct question *q, struct value *value,
                         const struct error *err)
{
    query_done_cb done = q->request.done;
    void *user = q->request.user;
    query_names_cb names_done = q->wanted.done;
    void *names_user = q->wanted.user;
    question_destroy(b, q);
    if (done != NULL) {
        done(user, value, err);
    } else {
        names_done(names_user, NULL, 0, err);
    }
}

static int64_t timeout_of(const struct query_request *request)
{
    return request->timeout_ms > 0 ? request->timeout_ms : QUERY_TIMEOUT_DEFAULT_MS;
}

/* Can an expression, or its length, be the reason? Gateways before a server that is gone (502, 503)
 * are not asked thirty times more. */
static bool may_be_its_own(const struct error *err)
{
    switch (err->kind) {
    case ERROR_EVALUATION:
    case ERROR_SYNTAX:
    case ERROR_TYPE:
    case ERROR_LIMIT:
    case ERROR_PROTOCOL:
    case ERROR_TIMEOUT:
        return true;
    case ERROR_HTTP:
        return err->http != 502 && err->http != 503;
    case ERROR_NONE:
    case ERROR_IO:
    case ERROR_DNS:
    case ERROR_REFUSED:
    case ERROR_TLS:
    case ERROR_AUTH:
    case ERROR_BUSY:
    case ERROR_CONFIG:
    case ERROR_NOT_FOUND:
    case ERROR_CANCELLED:
    case ERROR_UNSUPPORTED:
    case ERROR_USAGE:
    case ERROR_KIND_COUNT:
        return false;
    }
    return false;
}

static void on_passed_value(void *user, struct value *value, const struct error *err)
{
    struct question *q = user;
    struct bundle *b = CONTAINER_OF(q->base.answerer, struct bundle, base);
    if (err != NULL && q->asked_again && may_be_its_own(err)) {
        apart_one(&b->apart, q->request.expr, loop_mono(b->loop));
    }
    question_end(b, q, value, err);
}

static void on_passed_names(void *user, const struct str *names, size_t count,
                            const struct error *err)
{
    struct question *q = user;
    query_names_cb done = q->wanted.done;
    void *done_user = q->wanted.user;
    question_destroy(CONTAINER_OF(q->base.answerer, struct bundle, base), q);
    done(done_user, names, count, err);
}

static void pass_on(struct bundle *b, struct question *q, int64_t timeout_ms)
{
    struct query_request request = q->request;
    request.timeout_ms = timeout_ms;
    request.done = on_passed_value;
    request.user = q;
    q->passed_on = query_ask(b->inner, &request);
}

static void parcel_unlink(struct parcel *parcel)
{
    *(parcel->previous != NULL ? &parcel->previous->next : &parcel->bundle->parcels) = parcel->next;
    if (parcel->next != NULL) {
        parcel->next->previous = parcel->previous;
    }
}

static void parcel_free(struct parcel *parcel)
{
    free(parcel->questions);
    free(parcel);
}

static void parcel_cancel(struct parcel *parcel)
{
    query_cancel(parcel->query);
    parcel_unlink(parcel);
    parcel_free(parcel);
}

/* All that still have a share fail alike. A place in the text is one of the joined text. */
static void parcel_fail(struct parcel *parcel, const struct error *failed)
{
    struct error err = ERROR_INIT;
    error_copy(&err, failed);
    err.span = (struct span){0};
    for (size_t i = 0; i < parcel->count; i++) {
        if (parcel->questions[i] != NULL) {
            question_end(parcel->bundle, parcel->questions[i], NULL, &err);
        }
    }
    error_release(&err);
}

/* Those that still have time are asked one by one. */
static void parcel_ask_apart(struct parcel *parcel)
{
    struct bundle *b = parcel->bundle;
    struct mono now = loop_mono(b->loop);
    apart_all(&b->apart, now);
    for (size_t i = 0; i < parcel->count; i++) {
        struct question *q = parcel->questions[i];
        if (q == NULL) {
            continue;
        }
        int64_t left_ms = timeout_of(&q->request) - mono_ms_since(now, q->asked_at);
        if (left_ms >= BUNDLE_RETRY_MIN_MS) {
            leave_parcel(q);
            q->asked_again = true;
            pass_on(b, q, left_ms);
        }
    }
}

static void parcel_give(struct parcel *parcel, struct value *parts)
{
    for (size_t i = 0; i < parcel->count; i++) {
        if (parcel->questions[i] != NULL) {
            question_end(parcel->bundle, parcel->questions[i], &parts[i], NULL);
        }
        value_release(&parts[i]);
    }
}

static void on_parcel_done(void *user, struct value *value, const struct error *failed)
{
    struct parcel *parcel = user;
    struct value *parts = mem_zalloc(parcel->count, sizeof(*parts));
    struct error err = ERROR_INIT;
    parcel_unlink(parcel);
    parcel->answering = true;
    if (failed != NULL) {
        error_copy(&err, failed);
    }
    if (failed == NULL && joint_split(value, parcel->count, parcel->bundle->table, parts, &err)) {
        parcel_give(parcel, parts);
    } else {
        if (may_be_its_own(&err)) {
            parcel_ask_apart(parcel);
        }
        parcel_fail(parcel, &err);
    }
    error_release(&err);
    free(parts);
    parcel_free(parcel);
}

static void parcel_send(struct bundle *b, struct question *const *questions, size_t count,
                        const struct expr *joined)
{
    struct parcel *parcel = mem_zalloc(1, sizeof(*parcel));
    parcel->bundle = b;
    parcel->count = parcel->open = count;
    parcel->questions = mem_zalloc(count, sizeof(struct question *));
    struct query_request request = questions[0]->request;
    for (size_t i = 0; i < count; i++) {
        struct question *q = questions[i];
        int64_t timeout_ms = timeout_of(&q->request);
        request.timeout_ms = timeout_ms > request.timeout_ms ? timeout_ms : request.timeout_ms;
        q->parcel = parcel;
        q->place = i;
        parcel->questions[i] = q;
    }
    request.expr = joined;
    request.done = on_parcel_done;
    request.user = parcel;
    parcel->next = b->parcels;
    if (parcel->next != NULL) {
        parcel->next->previous = parcel;
    }
    b->parcels = parcel;
    parcel->query = query_ask(b->inner, &request);
}

static const struct joint_plan *plan_for(struct bundle *b, const struct expr *const *exprs,
                                         size_t count)
{
    size_t at = 0;
    while (at < PLANS_KEPT - 1 && b->plans[at] != NULL &&
           !joint_plan_is_of(b->plans[at], exprs, count)) {
        at++;
    }
    struct joint_plan *plan = b->plans[at];
    if (plan == NULL || !joint_plan_is_of(plan, exprs, count)) {
        joint_plan_destroy(plan);
        plan = joint_plan_create(exprs, count);
    }
    memmove(b->plans + 1, b->plans, at * sizeof(struct joint_plan *));
    b->plans[0] = plan;
    return plan;
}

static void send_group(struct bundle *b, struct question *const *questions, size_t count)
{
    const struct expr **exprs = mem_zalloc(count, sizeof(const struct expr *));
    for (size_t i = 0; i < count; i++) {
        exprs[i] = questions[i]->request.expr;
    }
    if (count == 1) {
        pass_on(b, questions[0], questions[0]->request.timeout_ms);
        free(exprs);
        return;
    }
    const struct joint_plan *plan = plan_for(b, exprs, count);
    VEC_EACH (&plan->parts, const struct joint_part, part) {
        if (part->joined != NULL) {
            parcel_send(b, questions + part->first, part->count, part->joined);
            continue;
        }
        for (size_t i = part->first; i < part->first + part->count; i++) {
            pass_on(b, questions[i], questions[i]->request.timeout_ms);
        }
    }
    free(exprs);
}

static bool alike(const struct query_request *x, const struct query_request *y)
{
    return grid_equal(&x->grid, &y->grid) && x->end_ms == y->end_ms && x->instant == y->instant &&
           x->priority == y->priority;
}

static void end_turn(void *user)
{
    struct bundle *b = user;
    b->turn = NULL;
    struct question **group = mem_zalloc(b->waiting.len, sizeof(struct question *));
    while (b->waiting.len > 0) {
        const struct query_request *first = &b->waiting.items[0]->request;
        size_t count = 0;
        size_t left = 0;
        for (size_t i = 0; i < b->waiting.len; i++) {
            struct question *q = b->waiting.items[i];
            if (alike(&q->request, first)) {
                q->waits = false;
                group[count++] = q;
            } else {
                b->waiting.items[left++] = q;
            }
        }
        b->waiting.len = left;
        send_group(b, group, count);
    }
    free(group);
}

static struct query *bundle_ask(struct answerer *self, const struct query_request *request)
{
    struct bundle *b = CONTAINER_OF(self, struct bundle, base);
    struct question *q = question_create(b);
    q->request = *request;
    q->request.expr = expr_ref(request->expr);
    if (b->closing) {
        return &q->base;
    }
    if (!joint_takes(request->expr, request->instant) ||
        apart_has(&b->apart, request->expr, q->asked_at)) {
        pass_on(b, q, request->timeout_ms);
        return &q->base;
    }
    q->waits = true;
    vec_push(&b->waiting, q);
    if (b->turn == NULL) {
        b->turn = loop_defer(b->loop, end_turn, b);
    }
    return &q->base;
}

static struct query *bundle_names(struct answerer *self, const struct query_names_request *request)
{
    struct bundle *b = CONTAINER_OF(self, struct bundle, base);
    struct question *q = question_create(b);
    q->wanted = *request;
    if (!b->closing) {
        struct query_names_request passed = *request;
        passed.done = on_passed_names;
        passed.user = q;
        q->passed_on = query_names(b->inner, &passed);
    }
    return &q->base;
}

static void bundle_cancel(struct answerer *self, struct query *query)
{
    struct bundle *b = CONTAINER_OF(self, struct bundle, base);
    struct question *q = CONTAINER_OF(query, struct question, base);
    struct parcel *parcel = q->parcel;
    if (q->waits) {
        stop_waiting(b, q);
    }
    query_cancel(q->passed_on);
    question_destroy(b, q);
    if (parcel != NULL && parcel->open == 0 && !parcel->answering) {
        parcel_cancel(parcel);
    }
}

static const struct answerer_ops bundle_ops = {
    .kind = "bundle",
    .ask = bundle_ask,
    .names = bundle_names,
    .cancel = bundle_cancel,
};

struct answerer *bundle_create(struct loop *loop, struct answerer *inner, struct label_table *table)
{
    struct bundle *b = mem_zalloc(1, sizeof(*b));
    b->base = (struct answerer){.ops = &bundle_ops,
                                .source = inner->source,
                                .interval_ms = inner->interval_ms,
                                .late_ms = inner->late_ms};
    b->loop = loop;
    b->inner = inner;
    b->table = table;
    return &b->base;
}

/* No question is with the inner answerer any more, nor waits. */
static void withdraw(struct bundle *b)
{
    deferred_cancel(b->turn);
    vec_release(&b->waiting);
    for (struct question *q = b->open; q != NULL; q = q->next) {
        query_cancel(q->passed_on);
        q->passed_on = NULL;
        q->waits = false;
        if (q->parcel != NULL) {
            leave_parcel(q);
        }
    }
    while (b->parcels != NULL) {
        parcel_cancel(b->parcels);
    }
}

void bundle_destroy(struct answerer *answerer)
{
    if (answerer == NULL) {
        return;
    }
    struct bundle *b = CONTAINER_OF(answerer, struct bundle, base);
    struct error err = ERROR_INIT;
    b->closing = true;
    withdraw(b);
    error_set(&err, ERROR_CANCELLED, "the source '%s' was closed", b->base.source);
    while (b->open != NULL) {
        question_end(b, b->open, NULL, &err);
    }
    error_release(&err);
    for (size_t i = 0; i < PLANS_KEPT; i++) {
        joint_plan_destroy(b->plans[i]);
    }
    apart_release(&b->apart);
    free(b);
}
