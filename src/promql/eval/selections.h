/*
 * What sets of matchers select, kept until the store's series come or go. Rules ask the same
 * selectors every cycle; finding a series costs more than reading it.
 *
 * Owner: selections_release. What is handed out is a reference of its own: it stays good, as the
 * store's hold says (series/store.h), whatever is dropped here meanwhile. Limit: max_bytes; a
 * selection that would go over it makes room by dropping all others, and one that is larger itself
 * is not kept.
 */
#ifndef TOCSIN_PROMQL_EVAL_SELECTIONS_H
#define TOCSIN_PROMQL_EVAL_SELECTIONS_H

#include "promql/ast.h"
#include "promql/eval/sources.h"
#include "promql/eval/work.h"
#include "series/hash_set.h"
#include "series/store.h"

struct selected {
    unsigned refs;
    struct selection selection;
    struct str key; /* of the matchers */
    struct sources sources;
    uint64_t owners_version; /* of the store, that `sources` was found at */
};

struct selections {
    struct hash_set by_key;
    uint64_t series_version; /* of the store, that all of these were made at */
    size_t bytes;
    size_t max_bytes;
};

void selections_init(struct selections *s, size_t max_bytes);
void selections_release(struct selections *s);

/* What `n`, a NODE_SELECTOR, selects: a reference for selected_unref; its targets are added to
 * `sources`. NULL with work->err. A node that was not parsed has no key (ast.h) and is always
 * looked up. */
struct selected *selections_get(struct selections *s, const struct store *store,
                                const struct node *n, struct sources *sources,
                                struct work *work) ATTR_NODISCARD;
void selected_unref(struct selected *s); /* NULL is fine */

#endif
