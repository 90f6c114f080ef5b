/*
 * Reading a rule file. Everything wrong with it is reported at once; a file with an error is not
 * used. What is refused is what Prometheus refuses (prometheus: model/rulefmt, Validate), in words
 * that say what to do.
 *
 * Texts are taken as they stand: `${...}` means nothing in a rule file.
 */
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "promql/selector_terms.h"
#include "rule/additions.h"
#include "rule/impossible.h"
#include "rule/rule.h"
#include "rule/text_check.h"
#include "yaml/plain.h"

struct reading {
    struct yaml_reader r;
    struct rule_file *out;
    struct map groups; /* by name: struct rule_group */
    struct map rules;  /* by what makes two the same: struct rule */
    struct arena keys; /* of them */
    struct selector_table *terms;
};

static struct str keep(struct reading *reading, struct str text)
{
    return arena_str(&reading->out->arena, text);
}

/* The name and with it the kind of rule; NULL where there is none. */
static const struct yaml_node *read_name(struct reading *reading, const struct yaml_node *node,
                                         struct rule *rule)
{
    struct yaml_reader *r = &reading->r;
    const struct yaml_node *record = yaml_member(r, node, "record");
    const struct yaml_node *alert = yaml_member(r, node, "alert");
    if (record != NULL && alert != NULL) {
        yaml_error(r, alert, "a rule is either a record or an alert, not both");
        return NULL;
    }
    const struct yaml_node *name = record != NULL ? record : alert;
    if (name == NULL) {
        yaml_error(r, node, "a rule needs a name: 'record' or 'alert'");
        return NULL;
    }
    rule->kind = record != NULL ? RULE_RECORDING : RULE_ALERTING;
    rule->span = name->span;
    struct str text;
    if (!yaml_plain_node(r, name, &text)) {
        return NULL;
    }
    if (text.len == 0) {
        yaml_error(r, name, "the name is empty");
        return NULL;
    }
    if (record != NULL && (str_find(text, '{') < text.len || str_find(text, '}') < text.len)) {
        struct diag *diag = yaml_error(r, name, "the name of a record has no braces");
        diag_suggest(diag, "labels go under 'labels', matchers into 'expr'");
        return NULL;
    }
    rule->name = keep(reading, text);
    return name;
}

static void read_expr(struct reading *reading, const struct yaml_node *node, struct rule *rule)
{
    struct yaml_reader *r = &reading->r;
    const struct yaml_node *at = yaml_required(r, node, "expr");
    struct str text;
    if (at == NULL || !yaml_plain_node(r, at, &text)) {
        return;
    }
    struct diags wrong;
    diags_init(&wrong);
    const struct parse_options options = {.terms = reading->terms};
    rule->expr = expr_parse_all(text, &options, NULL, &wrong);
    if (rule->expr != NULL && impossible_check(rule->expr, &wrong)) {
        rule->never = impossible_why(rule->expr, &reading->out->arena);
    }
    yaml_diags_in(r, at, &wrong);
    diags_release(&wrong);
    enum value_type type = rule->expr != NULL ? rule->expr->root->type : VALUE_VECTOR;
    if (type != VALUE_VECTOR && type != VALUE_SCALAR) {
        yaml_warning(r, at, "this rule can only fail: it gives a %s, not a vector or scalar",
                     value_type_name(type));
    }
}

/* Keys that only alerting rules have. */
static void refuse_alert_keys(struct reading *reading, const struct yaml_node *node)
{
    static const char *const keys[] = {"for", "keep_firing_for", "annotations"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const struct yaml_node *at = yaml_member(&reading->r, node, keys[i]);
        if (at != NULL && at->kind != YAML_NULL) {
            yaml_error(&reading->r, at, "'%s' has no meaning in a recording rule", keys[i]);
        }
    }
}

/* Two rules that write the same series, or say the same twice. */
static void warn_of_double(struct reading *reading, const struct yaml_node *name, struct rule *rule)
{
    struct arena *arena = &reading->keys;
    bool alert = rule->kind == RULE_ALERTING;
    struct str key = arena_printf(arena, "%d\1%.*s\1%.*s", rule->kind, STR_ARG(rule->name),
                                  STR_ARG(alert ? rule->expr->text : STR("")));
    for (size_t i = 0; i < rule->labels.count; i++) {
        key =
            arena_printf(arena, "%.*s\1%.*s\2%.*s", STR_ARG(key),
                         STR_ARG(rule->labels.items[i].name), STR_ARG(rule->labels.items[i].value));
    }
    struct rule *earlier = map_get(&reading->rules, key);
    if (earlier == NULL) {
        map_put(&reading->rules, key, rule);
        return;
    }
    yaml_warning(&reading->r, name, "the same rule as in line %u: %s", earlier->span.line,
                 alert ? "name, labels and expression are equal"
                       : "name and labels are equal, so both write the same series");
}

static void read_rule(struct reading *reading, const struct yaml_node *node,
                      struct rule_pairs group_labels, struct rule *rule)
{
    struct yaml_reader *r = &reading->r;
    if (!yaml_is_mapping(r, node)) {
        return;
    }
    const struct yaml_node *name = read_name(reading, node, rule);
    read_expr(reading, node, rule);
    struct arena *arena = &reading->out->arena;
    rule->labels =
        rule_pairs_merge(arena, group_labels, rule_pairs_read(r, arena, node, "labels", "label"));
    if (name != NULL && rule->kind == RULE_RECORDING) {
        refuse_alert_keys(reading, node);
    } else {
        yaml_plain_duration(r, node, "for", &rule->for_ms);
        yaml_plain_duration(r, node, "keep_firing_for", &rule->keep_firing_for_ms);
        rule->annotations = rule_pairs_read(r, arena, node, "annotations", "annotation");
        additions_from_annotations(r, node, rule);
        text_check(r, node, "labels");
        text_check(r, node, "annotations");
    }
    yaml_read_done(r, node);
    if (name != NULL && rule->expr != NULL) {
        warn_of_double(reading, name, rule);
    }
}

static void read_group_name(struct reading *reading, const struct yaml_node *node,
                            struct rule_group *group)
{
    struct yaml_reader *r = &reading->r;
    const struct yaml_node *name = yaml_required(r, node, "name");
    if (name == NULL || !yaml_plain_node(r, name, &group->name)) {
        return;
    }
    group->name = keep(reading, group->name);
    group->span = name->span;
    if (group->name.len == 0) {
        yaml_error(r, name, "the name of the group is empty");
        return;
    }
    const struct rule_group *earlier = map_put(&reading->groups, group->name, group);
    if (earlier != NULL) {
        yaml_error(r, name, "a group of this name is in line %u", earlier->span.line);
    }
}

static void read_group(struct reading *reading, const struct yaml_node *node,
                       struct rule_group *group)
{
    struct yaml_reader *r = &reading->r;
    if (!yaml_is_mapping(r, node)) {
        return;
    }
    read_group_name(reading, node, group);
    yaml_plain_duration(r, node, "interval", &group->interval_ms);
    yaml_read_int(r, node, "limit", 0, INT64_MAX, &group->limit);
    const struct yaml_node *offset = yaml_member(r, node, "query_offset");
    group->has_query_offset = offset != NULL && offset->kind != YAML_NULL;
    yaml_plain_duration(r, node, "query_offset", &group->query_offset_ms);
    struct rule_pairs labels = rule_pairs_read(r, &reading->out->arena, node, "labels", "label");
    const struct yaml_node *rules = yaml_plain_list(r, node, "rules");
    if (rules != NULL) {
        group->rules = arena_array(&reading->out->arena, struct rule, rules->count);
        group->rule_count = rules->count;
        for (size_t i = 0; i < rules->count; i++) {
            read_rule(reading, rules->items[i], labels, &group->rules[i]);
        }
    }
    yaml_read_done(r, node);
}

static void read_root(struct reading *reading, const struct yaml_node *root)
{
    struct yaml_reader *r = &reading->r;
    if (root->kind == YAML_NULL) {
        return; /* a file in which all rules are commented out */
    }
    if (!yaml_is_mapping(r, root)) {
        return;
    }
    const struct yaml_node *groups = yaml_plain_list(r, root, "groups");
    if (groups != NULL) {
        struct rule_file *out = reading->out;
        out->groups = arena_array(&out->arena, struct rule_group, groups->count);
        out->group_count = groups->count;
        for (size_t i = 0; i < groups->count; i++) {
            read_group(reading, groups->items[i], &out->groups[i]);
        }
    }
    yaml_read_done(r, root);
}

static struct rule_file *read_document(const char *file, const struct yaml_document *doc,
                                       struct diags *diags, size_t errors_before)
{
    struct reading reading = {.out = mem_zalloc(1, sizeof(struct rule_file))};
    reading.out->refs = 1;
    reading.out->file = mem_strdup(file);
    arena_init(&reading.out->arena);
    arena_init(&reading.keys);
    reading.terms = selector_table_create();
    yaml_reader_init(&reading.r, doc, diags);
    read_root(&reading, yaml_root(doc));
    yaml_reader_release(&reading.r);
    map_release(&reading.groups);
    map_release(&reading.rules);
    selector_table_destroy(reading.terms);
    arena_release(&reading.keys);
    if (diags->errors != errors_before) {
        rule_file_unref(reading.out);
        return NULL;
    }
    return reading.out;
}

struct rule_file *rule_file_load(const char *file, struct diags *diags)
{
    size_t before = diags->errors;
    struct yaml_document *doc = yaml_load(file, diags);
    struct rule_file *out = doc != NULL ? read_document(file, doc, diags, before) : NULL;
    yaml_destroy(doc);
    return out;
}

struct rule_file *rule_file_parse(const char *file, struct str text, struct diags *diags)
{
    size_t before = diags->errors;
    struct yaml_document *doc = yaml_parse(file, text, diags);
    struct rule_file *out = doc != NULL ? read_document(file, doc, diags, before) : NULL;
    yaml_destroy(doc);
    return out;
}
