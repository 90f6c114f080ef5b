/*
 * See service_alerts.h. Two alerts of a service with one name and the same labels would be one and
 * the same to whoever receives them; that is an error, since names are often made.
 */
#include "rule/service_alerts.h"

#include "base/mem.h"
#include "rule/additions.h"
#include "rule/condition.h"
#include "rule/impossible.h"
#include "rule/shorthand_split.h"
#include "rule/text_check.h"
#include "yaml/plain.h"

struct reading {
    struct yaml_reader *r;
    const struct service_scope *scope;
    struct rule_file *out;
    struct rule_group *group;
};

static bool read_line(struct reading *rd, const struct yaml_node *node, struct rule *rule)
{
    struct diags wrong;
    diags_init(&wrong);
    struct str text;
    bool ok = yaml_plain_node(rd->r, node, &text) &&
              shorthand_parse(text, rd->scope, &rd->out->arena, rule, &wrong);
    yaml_diags_in(rd->r, node, &wrong);
    diags_release(&wrong);
    return ok;
}

/* Words of the shorthand are keys of a mapping: they have no place in its condition. */
static bool is_condition_only(struct reading *rd, const struct yaml_node *at, struct str text)
{
    static const char *const keys[SHORTHAND_WORDS] = {"for", "keep_firing_for", "recover",
                                                      "labels"};
    struct shorthand_parts parts;
    struct diags inside;
    diags_init(&inside);
    shorthand_split(text, &parts, &inside);
    bool only = true, sound = inside.errors == 0;
    for (enum shorthand_part part = 0; part < SHORTHAND_WORDS; part++) {
        const struct shorthand_span *span = &parts.of[part];
        if (span->given && sound) {
            struct diag *diag = diags_add(&inside, DIAG_ERROR, NULL, text,
                                          diag_span(text, span->word_begin, span->word_end),
                                          "'%s' has no place in 'when'", shorthand_word(part));
            diag_suggest(diag, "it is the key '%s' beside it", keys[part]);
            only = false;
        }
    }
    if (!only) {
        yaml_diags_in(rd->r, at, &inside);
    }
    diags_release(&inside);
    return only;
}

static void read_when(struct reading *rd, const struct yaml_node *node, struct rule *rule)
{
    const struct yaml_node *at = yaml_required(rd->r, node, "when");
    struct str text;
    if (at != NULL && yaml_plain_node(rd->r, at, &text) && is_condition_only(rd, at, text)) {
        rule->expr = condition_read(rd->r, at, text, rd->scope->expressions);
    }
    if (rule->expr != NULL) {
        rule->never = impossible_why(rule->expr, &rd->out->arena);
    }
}

static void read_name(struct reading *rd, const struct yaml_node *node, struct rule *rule)
{
    const struct yaml_node *at = yaml_member(rd->r, node, "alert");
    struct str text;
    if (at == NULL) {
        if (rule->expr != NULL) {
            rule->name = condition_alert_name(&rd->out->arena, rd->scope->service, rule->expr);
        }
    } else if (yaml_plain_node(rd->r, at, &text)) {
        if (text.len == 0) {
            yaml_error(rd->r, at, "the name is empty");
        }
        rule->name = arena_str(&rd->out->arena, text);
        rule->span = at->span;
    }
}

static bool read_mapping(struct reading *rd, const struct yaml_node *node, struct rule *rule)
{
    struct yaml_reader *r = rd->r;
    struct arena *arena = &rd->out->arena;
    size_t before = r->diags->errors;
    *rule = (struct rule){.kind = RULE_ALERTING, .span = node->span};
    read_when(rd, node, rule);
    read_name(rd, node, rule);
    yaml_plain_duration(r, node, "for", &rule->for_ms);
    yaml_plain_duration(r, node, "keep_firing_for", &rule->keep_firing_for_ms);
    additions_from_keys(r, node, rd->scope->expressions, rule);
    rule->labels = rule_pairs_merge(arena, service_scope_labels(rd->scope, arena),
                                    rule_pairs_read_expanded(r, arena, node, "labels", "label"));
    rule->annotations = rule_pairs_read_expanded(r, arena, node, "annotations", "annotation");
    text_check(r, node, "labels");
    text_check(r, node, "annotations");
    yaml_read_done(r, node);
    return r->diags->errors == before;
}

static bool same_labels(struct rule_pairs a, struct rule_pairs b)
{
    bool same = a.count == b.count;
    for (size_t i = 0; same && i < a.count; i++) {
        same = str_equal(a.items[i].name, b.items[i].name) &&
               str_equal(a.items[i].value, b.items[i].value);
    }
    return same;
}

static void refuse_double(struct reading *rd, const struct yaml_node *node, const struct rule *rule)
{
    for (size_t i = 0; i < rd->group->rule_count; i++) {
        const struct rule *earlier = &rd->group->rules[i];
        if (str_equal(earlier->name, rule->name) && same_labels(earlier->labels, rule->labels)) {
            struct diag *diag =
                yaml_error(rd->r, node,
                           "the alert in line %u has the name '%.*s' and the same labels, too",
                           earlier->span.line, STR_ARG(rule->name));
            diag_suggest(diag, "give one of them another severity, or another name with 'alert'");
            return;
        }
    }
}

static void read_item(struct reading *rd, const struct yaml_node *node)
{
    struct rule *rule = &rd->group->rules[rd->group->rule_count];
    bool ok;
    if (node->kind == YAML_MAPPING) {
        ok = read_mapping(rd, node, rule);
    } else {
        ok = read_line(rd, node, rule);
        rule->span = node->span;
    }
    if (ok) {
        refuse_double(rd, node, rule);
    }
    /* Also one with an error: what was read of it is released with the file. */
    rd->group->rule_count++;
}

static void read_list(struct reading *rd, const struct yaml_node *list)
{
    if (list == NULL || list->kind == YAML_NULL) {
        return;
    }
    if (list->kind != YAML_SEQUENCE || list->count > SERVICE_MAX_ALERTS) {
        yaml_error(rd->r, list, "expected a list of at most %d alerts", SERVICE_MAX_ALERTS);
        return;
    }
    rd->group->rules = arena_array(&rd->out->arena, struct rule, list->count);
    for (size_t i = 0; i < list->count; i++) {
        read_item(rd, list->items[i]);
    }
}

struct rule_file *service_alerts_read(struct yaml_reader *r, const struct yaml_node *list,
                                      const struct service_scope *scope)
{
    size_t before = r->diags->errors;
    struct rule_file *out = mem_zalloc(1, sizeof(*out));
    out->refs = 1;
    out->file = mem_strdup(yaml_file(r->doc));
    arena_init(&out->arena);
    out->groups = arena_new(&out->arena, struct rule_group);
    out->group_count = 1;
    out->groups->name = arena_str(&out->arena, scope->service);
    if (list != NULL) {
        out->groups->span = list->span;
    }
    struct rule_pairs labels = scope->labels;
    struct service_scope own = *scope;
    own.service = out->groups->name;
    own.labels.items = arena_array(&out->arena, struct rule_pair, labels.count);
    for (size_t i = 0; i < labels.count; i++) {
        own.labels.items[i] =
            (struct rule_pair){.name = arena_str(&out->arena, labels.items[i].name),
                               .value = arena_str(&out->arena, labels.items[i].value),
                               .span = labels.items[i].span};
    }
    struct reading rd = {.r = r, .scope = &own, .out = out, .group = out->groups};
    read_list(&rd, list);
    if (r->diags->errors != before) {
        rule_file_unref(out);
        return NULL;
    }
    return out;
}
