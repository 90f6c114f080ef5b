#include "query/apart.h"

#include <string.h>

void apart_release(struct apart *a)
{
    VEC_EACH (&a->exprs, struct apart_expr, it) {
        expr_unref(it->expr);
    }
    vec_release(&a->exprs);
}

static bool is_over(struct mono since, struct mono now)
{
    return mono_ms_since(now, since) >= APART_MS;
}

bool apart_has(struct apart *a, const struct expr *e, struct mono now)
{
    bool found = false;
    a->all = a->all && !is_over(a->all_since, now);
    for (size_t i = a->exprs.len; i-- > 0;) {
        if (is_over(a->exprs.items[i].since, now)) {
            expr_unref(a->exprs.items[i].expr);
            vec_remove(&a->exprs, i);
        } else {
            found = found || a->exprs.items[i].expr == e;
        }
    }
    return a->all || found;
}

void apart_all(struct apart *a, struct mono now)
{
    a->all = true;
    a->all_since = now;
}

void apart_one(struct apart *a, const struct expr *e, struct mono now)
{
    if (a->exprs.len < APART_MAX) {
        vec_push(&a->exprs, ((struct apart_expr){expr_ref(e), now}));
        a->all = false;
    }
}
