/*
 * What one question has cost so far, counted where the work is done. All parts of an evaluation
 * share one count, those of its subqueries too. Two things hang on it: the limit on samples, and
 * the pauses in which the caller lives on (keys, polls, other questions).
 *
 * Work is counted in samples or points; what is not either (a row's labels, a comparison of a sort)
 * counts as so many of them as it takes time. A pause comes whenever another WORK_SLICE is full. It
 * may switch to other work, which may commit to the store: whoever spends holds no pointer into a
 * chunk or an index. Series and label sets stay; the caller sees to that (promql.h).
 */
#ifndef TOCSIN_PROMQL_EVAL_WORK_H
#define TOCSIN_PROMQL_EVAL_WORK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/error.h"

/* Well under 2 ms on a slow machine: bench_promql prints what the longest slice takes. */
#define WORK_SLICE ((size_t)20000)
/* A row: its labels, its place in a hash table, its allocation. */
#define WORK_ROW ((size_t)16)
/* So many points looked at or freed in one go are like one that is computed. */
#define WORK_QUICK ((size_t)8)

struct work {
    size_t since_pause;
    size_t samples;
    size_t max_samples;
    bool (*pause)(void *user); /* NULL: never; false: the question is called off */
    void *pause_user;
    bool refused; /* called off while something was cleared away: said at the next pause */
    bool ended;   /* called off: no more pauses, only clearing away */
    struct error *err;
};

/* Full slices: ERROR_CANCELLED where the question was called off. */
bool work_pause(struct work *w) ATTR_NODISCARD;

/* False with w->err. */
static inline bool work_spend(struct work *w, size_t amount)
{
    w->since_pause += amount;
    return w->since_pause < WORK_SLICE || work_pause(w);
}

/* The same where nothing can fail, since something is just cleared away. */
void work_spend_clearing(struct work *w, size_t amount);

/* All is done: false where it was called off in between and nobody has said so yet. */
bool work_end(struct work *w) ATTR_NODISCARD;

/* The same of samples read, which are limited: ERROR_LIMIT. */
bool work_read(struct work *w, size_t samples) ATTR_NODISCARD;

#endif
