/*
 * The rules of `tocsin gate`, and the judgement of each from what was answered: pure, the time is a
 * parameter.
 *
 * Of each rule up to three questions are asked, one after the other: does it hold; if not, what is
 * the value that is compared; and if there is none, is there any data of what the rule looks at. So
 * nothing at all is unknown, and not well.
 *
 * Owner: gate_checks_init/gate_checks_release. Expressions are the checks'.
 */
#ifndef TOCSIN_CMD_GATE_CHECK_H
#define TOCSIN_CMD_GATE_CHECK_H

#include "base/diag.h"
#include "cmd/gate_report.h"
#include "rule/rule.h"
#include "rule/severity.h"

#define GATE_MAX_HELD 1000 /* series of one rule that are told; more is an error of the rule */

/* A series for which the rule held. */
struct gate_held {
    struct labels *labels;
    int64_t since_ms;
    int64_t last_ms;
    double value;    /* the newest */
    bool tripped;    /* it held for as long as the rule says, once */
    int64_t held_ms; /* the longest */
};

enum gate_question { GATE_ASK_HOLDS, GATE_ASK_VALUE, GATE_ASK_DATA, GATE_ASK_COUNT };

struct gate_check {
    const struct rule *rule;
    enum severity severity;
    /* By gate_question; NULL where it has no such question. Without one for data there always is.
     */
    struct expr *exprs[GATE_ASK_COUNT];
    double threshold; /* NaN: none to tell */
    bool highest;     /* is the highest value the nearest to the threshold, or the lowest? */
    const char *unit;
    VEC(struct gate_held) held;
    bool known; /* by the newest evaluation */
    double value;
    char *problem; /* of the newest evaluation, or NULL */
};

struct gate_checks {
    struct rule_file *file;
    VEC(struct gate_check) list;
};

/* The alerting rules of a rule file, or of the list `gate:` of a YAML file, in the form of the
 * alerts of a service. False after reported errors; a file without any is one. */
bool gate_checks_load(struct gate_checks *checks, const char *file,
                      struct diags *diags) ATTR_NODISCARD;
void gate_checks_release(struct gate_checks *checks);

/* The answer to a question at `t_ms`. The question that is to be asked next, or GATE_ASK_COUNT:
 * this evaluation is over. `at_once`: a rule that holds need not do so for as long as it says. */
enum gate_question gate_check_answer(struct gate_check *c, enum gate_question question,
                                     const struct value *value, int64_t t_ms, bool at_once);
/* No answer: this evaluation is over. */
void gate_check_failed(struct gate_check *c, const struct error *err);

/* Everything that was judged; texts are in `arena`. */
struct gate_results {
    VEC(struct gate_result) list;
};
void gate_check_results(const struct gate_check *c, struct arena *arena, struct gate_results *out);

#endif
