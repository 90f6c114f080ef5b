/*
 * Recording rules at a server: what they record is stored here, and the server does not have it. So
 * where another rule of that server uses the name, the recording rule's expression is put in its
 * place (language.md, "Who answers"):
 *
 *     record: job:up:sum, expr: sum by (job) (up), labels: {team: shop}
 *     alert: Down, expr: job:up:sum == 0
 *     asked:  (label_replace(sum by (job) (up), "team", "shop", "", "")) == 0
 *
 * A name stands for all rules that record it, one after the other with `or`. What is only there
 * once it is recorded cannot be put in place: matchers, a range, an offset, `@`, and a rule that
 * uses itself; that is an error.
 *
 * Owner: inlining_destroy. Rules and files that were added are borrowed until then.
 */
#ifndef TOCSIN_RULE_INLINE_H
#define TOCSIN_RULE_INLINE_H

#include "rule/rule.h"

/* Recording rules that use one another, one in the other; more is an error. */
#define INLINE_MAX_DEPTH 32

struct inlining;

struct inlining *inlining_create(void);
void inlining_destroy(struct inlining *in); /* NULL is fine */
/* A recording rule, and the file that it is in. */
void inlining_add(struct inlining *in, const char *file, const struct rule *rule);
/* `*out` is the expression with all names replaced, as plain PromQL, or NULL where there are none.
 * ERROR_CONFIG with a suggestion where one cannot be, ERROR_LIMIT where it becomes too long. */
bool inlining_apply(struct inlining *in, const struct expr *e, struct expr **out,
                    struct error *err) ATTR_NODISCARD;

#endif
