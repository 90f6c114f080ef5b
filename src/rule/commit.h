/* Writing what a rule gave to the store, with the errors that Prometheus has there: a series that
 * another rule wrote with another value at this time, or that has newer samples. */
#ifndef TOCSIN_RULE_COMMIT_H
#define TOCSIN_RULE_COMMIT_H

#include "series/store.h"

/* ERROR_EVALUATION names the series. Markers may be refused: another rule wrote the series. */
bool rule_commit(struct store *store, store_target target, const struct batch *samples,
                 const struct batch *markers, struct error *err) ATTR_NODISCARD;

#endif
