/* See check_rules.h. */
#include "cmd/check_rules.h"

#include <stdio.h>
#include <string.h>

#include "base/duration.h"
#include "base/map.h"

#define BUILT_IN "(built in)/"

static bool is_built_in(const struct bound_group *bound)
{
    return str_starts_with(str_from(bound->file->file), STR(BUILT_IN));
}

bool check_rules_is_own(const struct bound_group *bound)
{
    return strcmp(bound->file->file, BUILT_IN "tocsin.yaml") == 0;
}

/* Between two evaluations nothing is known. */
static void warn_of_for(const struct bound_group *bound, const struct rule *rule,
                        struct diags *diags)
{
    if (rule->for_ms == 0 || rule->for_ms >= bound->interval_ms) {
        return;
    }
    struct strbuf text = STRBUF_INIT;
    strbuf_printf(&text, "'%.*s' waits for ", STR_ARG(rule->name));
    duration_format(&text, rule->for_ms);
    strbuf_add_c(&text, ", less than the ");
    duration_format(&text, bound->interval_ms);
    strbuf_add_c(&text, " from one evaluation to the next: it fires a whole interval later");
    (void)diags_add(diags, DIAG_WARNING, bound->file->file, STR_NONE, rule->span, "%s",
                    strbuf_cstr(&text));
    strbuf_release(&text);
}

/* Where a rule is that was seen. */
struct seen {
    const struct bound_group *bound;
    const struct rule *rule;
};

struct doubles {
    struct arena arena;
    struct map rules; /* by what makes two the same: struct seen */
    struct diags *diags;
};

static struct str key_of(struct arena *arena, const struct bound_group *bound,
                         const struct rule *rule)
{
    bool alert = rule->kind == RULE_ALERTING;
    struct str key = arena_printf(arena, "%s\1%d\1%.*s\1%.*s", bound->source, rule->kind,
                                  STR_ARG(rule->name), STR_ARG(alert ? rule_text(rule) : STR("")));
    for (size_t i = 0; i < rule->labels.count; i++) {
        key =
            arena_printf(arena, "%.*s\1%.*s\2%.*s", STR_ARG(key),
                         STR_ARG(rule->labels.items[i].name), STR_ARG(rule->labels.items[i].value));
    }
    return key;
}

/* Within a file it was told when that was read. */
static void warn_of_double(struct doubles *d, const struct bound_group *bound,
                           const struct rule *rule)
{
    struct str key = key_of(&d->arena, bound, rule);
    const struct seen *earlier = map_get(&d->rules, key);
    if (earlier == NULL) {
        struct seen *seen = arena_new(&d->arena, struct seen);
        *seen = (struct seen){bound, rule};
        map_put(&d->rules, key, seen);
        return;
    }
    if (earlier->bound->file != bound->file) {
        (void)diags_add(d->diags, DIAG_WARNING, bound->file->file, STR_NONE, rule->span,
                        "the same rule as in %s:%u: %s", earlier->bound->file->file,
                        earlier->rule->span.line,
                        rule->kind == RULE_ALERTING
                            ? "name, labels and expression are equal"
                            : "name and labels are equal, so both write the same series");
    }
}

void check_rules_warn(const struct ruleset *rules, struct diags *diags)
{
    struct doubles d = {.diags = diags};
    arena_init(&d.arena);
    VEC_EACH (&rules->groups, const struct bound_group, bound) {
        for (size_t i = 0; i < bound->group->rule_count; i++) {
            const struct rule *rule = &bound->group->rules[i];
            if (!is_built_in(bound)) {
                warn_of_for(bound, rule, diags);
            }
            warn_of_double(&d, bound, rule);
        }
    }
    map_release(&d.rules);
    arena_release(&d.arena);
}

static void count_source(const char *file, const struct ruleset *rules, const char *source)
{
    size_t groups = 0, alerts = 0, records = 0;
    VEC_EACH (&rules->groups, const struct bound_group, bound) {
        bool counts = strcmp(bound->source, source) == 0 && !check_rules_is_own(bound);
        groups += counts && bound->group->rule_count != 0 ? 1 : 0;
        for (size_t i = 0; counts && i < bound->group->rule_count; i++) {
            alerts += bound->group->rules[i].kind == RULE_ALERTING ? 1 : 0;
            records += bound->group->rules[i].kind == RULE_RECORDING ? 1 : 0;
        }
    }
    if (groups != 0) {
        printf("%s: %zu alerting and %zu recording rules in %zu group%s", file, alerts, records,
               groups, groups == 1 ? "" : "s");
        printf(source[0] != '\0' ? " at '%s'\n" : "\n", source);
    }
}

void check_rules_count(const char *file, const struct ruleset *rules)
{
    for (size_t i = 0; i < rules->groups.len; i++) {
        bool first = true;
        for (size_t k = 0; first && k < i; k++) {
            first = strcmp(rules->groups.items[k].source, rules->groups.items[i].source) != 0;
        }
        if (first) {
            count_source(file, rules, rules->groups.items[i].source);
        }
    }
}
