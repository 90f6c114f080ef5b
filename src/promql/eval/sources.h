/*
 * What a result was computed from: the targets whose series its selectors read. As long as none of
 * them brings samples the result stays right, whatever others commit: the rules of a cycle that
 * record what they find leave alone what the next ones ask of other data.
 *
 * That a series comes, goes or gets another target, is told by the store's owners_version.
 */
#ifndef TOCSIN_PROMQL_EVAL_SOURCES_H
#define TOCSIN_PROMQL_EVAL_SOURCES_H

#include "series/store.h"

/* From more targets than these is from any. */
#define SOURCES_MAX 8

struct sources {
    bool any;
    uint8_t count;
    store_target targets[SOURCES_MAX];
};

void sources_add(struct sources *s, store_target target);
void sources_merge(struct sources *s, const struct sources *more);
/* store_version as of the last time that one of them changed. */
uint64_t sources_version(const struct sources *s, const struct store *store);

#endif
