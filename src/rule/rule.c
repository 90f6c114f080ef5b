/* See rule.h. */
#include "rule/rule.h"

#include <stdlib.h>

struct str rule_text(const struct rule *rule)
{
    return rule->written.len != 0 ? rule->written : rule->expr->text;
}

struct str rule_recover_text(const struct rule *rule)
{
    bool as_it_is = rule->written_recover.len == 0 && rule->recover != NULL;
    return as_it_is ? rule->recover->text : rule->written_recover;
}

struct rule_file *rule_file_ref(const struct rule_file *f)
{
    /* The count is not part of what is immutable. */
    struct rule_file *counted = (struct rule_file *)(uintptr_t)f;
    counted->refs++;
    return counted;
}

void rule_file_unref(struct rule_file *f)
{
    if (f == NULL || --f->refs > 0) {
        return;
    }
    for (size_t g = 0; g < f->group_count; g++) {
        for (size_t i = 0; i < f->groups[g].rule_count; i++) {
            expr_unref(f->groups[g].rules[i].expr);
            expr_unref(f->groups[g].rules[i].recover);
        }
    }
    arena_release(&f->arena);
    free(f->file);
    free(f);
}
