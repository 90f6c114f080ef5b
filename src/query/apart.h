/*
 * Which expressions are asked by themselves and not joined with others, and until when. Pure;
 * bundle.h says why.
 *
 * Owner: apart_release; zero-initialised is empty. Expressions are referenced, so that they can be
 * told by address. Limit: APART_MAX of them; with more, joining stays given up.
 */
#ifndef TOCSIN_QUERY_APART_H
#define TOCSIN_QUERY_APART_H

#include "base/clock.h"
#include "base/vec.h"
#include "promql/promql.h"

#define APART_MS  ((int64_t)10 * 60 * 1000)
#define APART_MAX 64

struct apart_expr {
    struct expr *expr;
    struct mono since;
};

struct apart {
    bool all;
    struct mono all_since;
    VEC(struct apart_expr) exprs;
};

void apart_release(struct apart *a);
/* Is it to be asked by itself now? Forgets what is over. */
bool apart_has(struct apart *a, const struct expr *e, struct mono now);
/* A joined question failed: nothing is joined until somebody is found to be to blame. */
void apart_all(struct apart *a, struct mono now);
/* It failed by itself too: the others may be joined again. */
void apart_one(struct apart *a, const struct expr *e, struct mono now);

#endif
