/*
 * The input of a test, given to the store bit by bit: rules see at each time what has happened up
 * to then and nothing of what is to come (it matters for negative offsets, and for what is recorded
 * under the name of an input).
 *
 * Owner: feed_init/feed_release; the group, the store and the table are borrowed.
 */
#ifndef TOCSIN_UNITTEST_FEED_H
#define TOCSIN_UNITTEST_FEED_H

#include "promql/syntax/series_notation.h"
#include "series/store.h"
#include "unittest/rule_test.h"

struct feed_series {
    const struct labels *labels;
    struct notation_runs runs;
    struct notation_cursor at;
};

struct feed {
    const struct test_group *group;
    struct store *store;
    store_target target;
    VEC(struct feed_series) series;
    uint64_t next; /* number of the values to come next */
    uint64_t end;  /* of the longest series */
};

bool feed_init(struct feed *f, const struct test_group *group, struct store *store,
               struct error *err) ATTR_NODISCARD;
void feed_release(struct feed *f);
/* All samples up to and including `until_ms` (Unix milliseconds) that are not there yet. */
bool feed_until(struct feed *f, int64_t until_ms, struct error *err) ATTR_NODISCARD;

#endif
