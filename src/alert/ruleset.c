/* See ruleset.h. */
#include "alert/ruleset.h"

#include <stdlib.h>

struct ruleset *ruleset_create(void)
{
    struct ruleset *r = mem_zalloc(1, sizeof(*r));
    r->refs = 1;
    return r;
}

struct ruleset *ruleset_ref(const struct ruleset *r)
{
    /* The count is not part of what is immutable. */
    struct ruleset *counted = (struct ruleset *)(uintptr_t)r;
    counted->refs++;
    return counted;
}

void ruleset_unref(struct ruleset *r)
{
    if (r == NULL || --r->refs > 0) {
        return;
    }
    VEC_EACH (&r->groups, struct bound_group, g) {
        free(g->source);
    }
    vec_release(&r->groups);
    VEC_EACH (&r->files, struct rule_file *, f) {
        rule_file_unref(*f);
    }
    vec_release(&r->files);
    free(r);
}

void ruleset_add(struct ruleset *r, const struct rule_file *file, const char *source, bool local,
                 int64_t interval_ms)
{
    vec_push(&r->files, rule_file_ref(file));
    for (size_t i = 0; i < file->group_count; i++) {
        const struct rule_group *group = &file->groups[i];
        struct bound_group bound = {.file = file,
                                    .group = group,
                                    .source = mem_strdup(source),
                                    .local = local,
                                    .interval_ms =
                                        group->interval_ms != 0 ? group->interval_ms : interval_ms};
        vec_push(&r->groups, bound);
    }
}

size_t ruleset_rule_count(const struct ruleset *r)
{
    size_t count = 0;
    VEC_EACH (&r->groups, const struct bound_group, g) {
        count += g->group->rule_count;
    }
    return count;
}
