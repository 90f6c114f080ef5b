/*
 * The rules of one configuration: groups of rule files and of services, each bound to the source
 * that answers for it. Immutable once built; what is running takes it over whole.
 *
 * Owner: reference-counted; holds references on the rule files its groups are from.
 */
#ifndef TOCSIN_ALERT_RULESET_H
#define TOCSIN_ALERT_RULESET_H

#include "base/vec.h"
#include "rule/rule.h"

struct bound_group {
    const struct rule_file *file;
    const struct rule_group *group;
    char *source; /* who answers; DIRECTORY_LOCAL: the embedded engine over all that is polled */
    bool local;
    int64_t interval_ms;
};

struct ruleset {
    unsigned refs;
    VEC(struct bound_group) groups;
    VEC(struct rule_file *) files;
};

struct ruleset *ruleset_create(void);
struct ruleset *ruleset_ref(const struct ruleset *r);
void ruleset_unref(struct ruleset *r); /* NULL is fine */
/* All groups of the file, which is referenced. `interval_ms` is for groups that name none. */
void ruleset_add(struct ruleset *r, const struct rule_file *file, const char *source, bool local,
                 int64_t interval_ms);
size_t ruleset_rule_count(const struct ruleset *r);

#endif
