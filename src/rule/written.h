/*
 * The series that a rule wrote the time before: those it does not write this time get a staleness
 * marker (prometheus: rules/group.go, Eval).
 *
 * Owner: written_release. Label sets are interned: the same set is the same address.
 */
#ifndef TOCSIN_RULE_WRITTEN_H
#define TOCSIN_RULE_WRITTEN_H

#include "base/vec.h"
#include "series/batch.h"

struct written {
    VEC(struct labels *) last; /* owned references; by address */
};

void written_release(struct written *w);
/* `now` are the series of this time, sorted by address, none twice; markers go to `markers`. */
void written_next(struct written *w, struct labels *const *now, size_t count,
                  struct batch *markers);
/* For qsort of an array of label sets. */
int written_compare(const void *a, const void *b);

#endif
