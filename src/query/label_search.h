/*
 * The values of a label over a store, as query_names asks for them. Long ones pause as an
 * evaluation does (promql/eval/work.h): the store may be committed to meanwhile, and is held.
 */
#ifndef TOCSIN_QUERY_LABEL_SEARCH_H
#define TOCSIN_QUERY_LABEL_SEARCH_H

#include "promql/eval/work.h"
#include "query/query.h"

/* Sorted and distinct; `out` is the caller's to release, its strings are borrowed from the store as
 * a selection is. False with work->err, and `out` holds nothing. */
bool label_search(const struct store *store, const struct query_names_request *wanted,
                  struct work *work, struct label_values *out) ATTR_NODISCARD;

#endif
