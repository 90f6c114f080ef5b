/*
 * The rules of one configuration: groups of rule files and of services, each bound to the source
 * that answers for it. Immutable once built; what is running takes it over whole.
 *
 *     ruleset_create -> ruleset_add for each file -> ruleset_settle
 *
 * At a server, rules that use what other rules of it record are rules of the set's own, with the
 * names replaced (rule/inline.h). Where the server records by itself what a file says
 * (`recorded: server`), the file's recording rules are left out, and their names left alone.
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

/* How the rules of one file are bound. */
struct ruleset_binding {
    const char *source;
    bool local;
    bool recorded_there; /* the source records what the recording rules say */
    int64_t interval_ms; /* of groups that name none */
};

struct ruleset {
    unsigned refs;
    VEC(struct bound_group) groups;
    VEC(struct rule_file *) files;
    struct arena arena;       /* of rules that are not as in their file */
    VEC(struct expr *) exprs; /* their expressions */
};

struct ruleset *ruleset_create(void);
struct ruleset *ruleset_ref(const struct ruleset *r);
void ruleset_unref(struct ruleset *r); /* NULL is fine */
/* All groups of the file, which is referenced. */
void ruleset_add(struct ruleset *r, const struct rule_file *file,
                 const struct ruleset_binding *binding);
/* All files are there: names of what is recorded here are replaced at servers. Errors are at the
 * rules that use them. */
void ruleset_settle(struct ruleset *r, struct diags *diags);
size_t ruleset_rule_count(const struct ruleset *r);

#endif
