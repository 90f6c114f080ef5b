/*
 * What an eval of the test language expects, and its comparison with an answer.
 *
 * Owner: expected_init/expected_release.
 */
#ifndef TOCSIN_UNITTEST_EXPECTED_H
#define TOCSIN_UNITTEST_EXPECTED_H

#include "base/strbuf.h"
#include "promql/syntax/series_notation.h"
#include "promql/value.h"
#include "unittest/script.h"

struct expected_series {
    struct labels *labels;
    struct notation_values values;
    bool seen; /* scratch of the comparison */
};

struct expected {
    bool is_scalar;
    double scalar;
    VEC(struct expected_series) series;
};

/* ERROR_UNSUPPORTED where native histograms are expected. The span of `err` is in `script`, the
 * text that the command was read from. */
bool expected_init(struct expected *e, const struct command *c, struct str script,
                   struct label_table *table, struct error *err) ATTR_NODISCARD;
void expected_release(struct expected *e);

/* True where they are the same; else `why` says what differs first. Each looks at `v` in its way:
 * the answer of an instant question; one step of a range; the whole range; raw samples. */
bool expected_equals_instant(struct expected *e, const struct value *v, bool ordered,
                             struct strbuf *why);
bool expected_equals_step(struct expected *e, const struct value *v, size_t step,
                          struct strbuf *why);
bool expected_equals_range(struct expected *e, const struct value *v, struct strbuf *why);
bool expected_equals_samples(struct expected *e, const struct value *v,
                             const struct expectation *range, struct strbuf *why);

#endif
