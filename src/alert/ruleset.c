/* See ruleset.h. */
#include "alert/ruleset.h"

#include <stdlib.h>
#include <string.h>

#include "rule/inline.h"

struct ruleset *ruleset_create(void)
{
    struct ruleset *r = mem_zalloc(1, sizeof(*r));
    r->refs = 1;
    arena_init(&r->arena);
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
    VEC_EACH (&r->exprs, struct expr *, e) {
        expr_unref(*e);
    }
    vec_release(&r->exprs);
    arena_release(&r->arena);
    free(r);
}

/* The group with rules of the set's own, so that they can differ from the file's. */
static struct rule_group *copy_group(struct ruleset *r, const struct rule_group *group)
{
    struct rule_group *copy = arena_new(&r->arena, struct rule_group);
    *copy = *group;
    copy->rules = arena_array(&r->arena, struct rule, group->rule_count + 1);
    for (size_t i = 0; i < group->rule_count; i++) {
        copy->rules[i] = group->rules[i];
    }
    return copy;
}

static const struct rule_group *without_records(struct ruleset *r, const struct rule_group *group)
{
    struct rule_group *copy = copy_group(r, group);
    copy->rule_count = 0;
    for (size_t i = 0; i < group->rule_count; i++) {
        if (group->rules[i].kind == RULE_ALERTING) {
            copy->rules[copy->rule_count++] = group->rules[i];
        }
    }
    return copy;
}

void ruleset_add(struct ruleset *r, const struct rule_file *file,
                 const struct ruleset_binding *binding)
{
    vec_push(&r->files, rule_file_ref(file));
    for (size_t i = 0; i < file->group_count; i++) {
        const struct rule_group *group = &file->groups[i];
        struct bound_group bound = {
            .file = file,
            .group = binding->recorded_there ? without_records(r, group) : group,
            .source = mem_strdup(binding->source),
            .local = binding->local,
            .interval_ms = group->interval_ms != 0 ? group->interval_ms : binding->interval_ms};
        vec_push(&r->groups, bound);
    }
}

/* Of one expression of a rule: `*slot` and its text are replaced. */
static void replace(struct ruleset *r, struct inlining *in, struct expr **slot, struct str *written,
                    struct error *err)
{
    struct expr *replaced = NULL;
    if (*slot != NULL && !error_is(err) && inlining_apply(in, *slot, &replaced, err) &&
        replaced != NULL) {
        *written = (*slot)->text;
        *slot = replaced;
        vec_push(&r->exprs, replaced);
    }
}

static void settle_rule(struct ruleset *r, struct inlining *in, const struct bound_group *bound,
                        struct rule *rule, struct diags *diags)
{
    struct error err = ERROR_INIT;
    replace(r, in, &rule->expr, &rule->written, &err);
    replace(r, in, &rule->recover, &rule->written_recover, &err);
    if (error_is(&err)) {
        err.span = rule->span;
        error_wrap(&err, "'%.*s'", STR_ARG(rule->name));
        diags_add_error(diags, bound->file->file, STR_NONE, &err);
        error_release(&err);
    }
}

static void settle_source(struct ruleset *r, const char *source, struct diags *diags)
{
    struct inlining *in = inlining_create();
    size_t records = 0;
    VEC_EACH (&r->groups, const struct bound_group, g) {
        for (size_t i = 0; i < g->group->rule_count && strcmp(g->source, source) == 0; i++) {
            if (g->group->rules[i].kind == RULE_RECORDING) {
                inlining_add(in, g->file->file, &g->group->rules[i]);
                records++;
            }
        }
    }
    VEC_EACH (&r->groups, struct bound_group, g) {
        if (records != 0 && strcmp(g->source, source) == 0) {
            struct rule_group *copy = copy_group(r, g->group);
            for (size_t i = 0; i < copy->rule_count; i++) {
                settle_rule(r, in, g, &copy->rules[i], diags);
            }
            g->group = copy;
        }
    }
    inlining_destroy(in);
}

void ruleset_settle(struct ruleset *r, struct diags *diags)
{
    for (size_t i = 0; i < r->groups.len; i++) {
        bool first = !r->groups.items[i].local;
        for (size_t k = 0; first && k < i; k++) {
            first = strcmp(r->groups.items[k].source, r->groups.items[i].source) != 0;
        }
        if (first) {
            settle_source(r, r->groups.items[i].source, diags);
        }
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
