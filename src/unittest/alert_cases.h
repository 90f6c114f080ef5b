/*
 * Which alerts a test expects to fire, and their comparison with those that do (prometheus:
 * cmd/promtool/unittest.go): of all rules of the name, and whole: every label and every annotation.
 *
 * Owner: nobody keeps anything.
 */
#ifndef TOCSIN_UNITTEST_ALERT_CASES_H
#define TOCSIN_UNITTEST_ALERT_CASES_H

#include "unittest/rule_loop.h"
#include "unittest/rule_test.h"

/* A rule of the name cannot be evaluated. */
bool alert_case_is_unknown(const struct alert_case *c, const struct rule_loop *l);
/* By what the rules gave last. False: `why` says what differs. */
bool alert_case_holds(const struct alert_case *c, const struct rule_loop *l,
                      struct strbuf *why) ATTR_NODISCARD;

#endif
