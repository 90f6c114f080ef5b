/*
 * What `tocsin check` says of rules: of those of a configuration or of a rule file by themselves,
 * and, live, of what their sources have for them. Private to cmd/check*.c.
 */
#ifndef TOCSIN_CMD_CHECK_RULES_H
#define TOCSIN_CMD_CHECK_RULES_H

#include "alert/ruleset.h"
#include "base/diag.h"
#include "engine/config.h"

/* Warnings: a `for` that is shorter than the interval, and what other files say, too. */
void check_rules_warn(const struct ruleset *rules, struct diags *diags);
/* How many rules there are, a line for each source; nothing where there are none. */
void check_rules_count(const char *file, const struct ruleset *rules);
/* Is it tocsin's own, which nobody has written into a configuration? */
bool check_rules_is_own(const struct bound_group *bound);

/*
 * Asks all sources that the rules are bound to, one after the other, whether there is anything that
 * the rules select, and prints what there is nothing of, and why. `timeout_ms` is for each of them.
 * The exit status; `*warnings` grows by the rules that were complained about. Rules of the
 * configuration are not evaluated: `config` is left without them.
 */
int check_live(struct config *config, const struct ruleset *rules, int64_t timeout_ms,
               size_t *warnings);

#endif
