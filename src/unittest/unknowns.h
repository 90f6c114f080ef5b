/*
 * What a test cannot know: native histograms, which tocsin does not have, and what rules make of
 * them: the series that are recorded, and those of alerts. A test that needs one of them is
 * skipped, never passed.
 *
 * Owner: unknowns_init/unknowns_release; names are borrowed.
 */
#ifndef TOCSIN_UNITTEST_UNKNOWNS_H
#define TOCSIN_UNITTEST_UNKNOWNS_H

#include <stdbool.h>

#include "base/vec.h"
#include "promql/promql.h"
#include "rule/rule.h"
#include "unittest/rule_test.h"

struct unknown {
    struct str name;        /* of the metric; or */
    struct labels *natives; /* the labels of one series; borrowed */
    const char *why;        /* "needs ..." */
};

struct unknowns {
    VEC(struct unknown) list;
};

/* With the native histograms of the input. */
void unknowns_init(struct unknowns *u, const struct test_group *group);
void unknowns_release(struct unknowns *u);
/* The rule writes what cannot be known. */
void unknowns_add_rule(struct unknowns *u, const struct rule *rule);
/* Why the expression cannot be evaluated, or NULL where it can. */
const char *unknowns_of(const struct unknowns *u, const struct expr *e);

#endif
