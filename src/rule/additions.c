/* See additions.h. */
#include "rule/additions.h"

#include "base/suggest.h"
#include "rule/condition.h"
#include "yaml/plain.h"

#define PREFIX "tocsin_"

/* In the order of enum rule_missing. */
static const char *const words[] = {"unknown", "firing", "ok", "keep"};

static void read_recover(struct yaml_reader *r, const struct yaml_node *at,
                         const struct parse_options *options, struct rule *rule)
{
    struct str text;
    if (yaml_plain_node(r, at, &text)) {
        rule->recover = condition_read(r, at, text, options);
    }
}

static void read_missing(struct yaml_reader *r, const struct yaml_node *at, enum rule_missing *out)
{
    struct str text;
    if (!yaml_plain_node(r, at, &text)) {
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_equal_c(text, words[i])) {
            *out = (enum rule_missing)i;
            return;
        }
    }
    struct diag *diag =
        yaml_error(r, at, "expected unknown, firing, ok or keep, not '%.*s'", STR_ARG(text));
    const char *near = suggest_nearest(text, words, ARRAY_LEN(words));
    if (near != NULL) {
        diag_suggest(diag, "did you mean '%s'?", near);
    }
}

void additions_from_keys(struct yaml_reader *r, const struct yaml_node *node,
                         const struct parse_options *options, struct rule *rule)
{
    const struct yaml_node *recover = yaml_member(r, node, "recover");
    const struct yaml_node *missing = yaml_member(r, node, "on_missing");
    const struct yaml_node *error = yaml_member(r, node, "on_error");
    if (recover != NULL) {
        read_recover(r, recover, options, rule);
    }
    if (missing != NULL) {
        read_missing(r, missing, &rule->on_missing);
    }
    if (error != NULL) {
        read_missing(r, error, &rule->on_error);
    }
}

static void read_annotation(struct yaml_reader *r, const struct yaml_node *name,
                            const struct yaml_node *value, struct rule *rule)
{
    static const char *const names[] = {PREFIX "recover", PREFIX "on_missing", PREFIX "on_error"};
    if (str_equal_c(name->text, names[0])) {
        read_recover(r, value, NULL, rule);
    } else if (str_equal_c(name->text, names[1])) {
        read_missing(r, value, &rule->on_missing);
    } else if (str_equal_c(name->text, names[2])) {
        read_missing(r, value, &rule->on_error);
    } else {
        struct diag *diag =
            yaml_error(r, name, "unknown annotation '%.*s' of tocsin's", STR_ARG(name->text));
        const char *near = suggest_nearest(name->text, names, ARRAY_LEN(names));
        if (near != NULL) {
            diag_suggest(diag, "did you mean '%s'?", near);
        } else {
            diag_suggest(diag, "there are %s, %s and %s", names[0], names[1], names[2]);
        }
    }
}

void additions_from_annotations(struct yaml_reader *r, const struct yaml_node *node,
                                struct rule *rule)
{
    const struct yaml_node *annotations = yaml_get(node, "annotations");
    if (annotations == NULL || annotations->kind != YAML_MAPPING) {
        return;
    }
    for (size_t i = 0; i < annotations->count; i++) {
        const struct yaml_node *name = annotations->items[2 * i];
        if (name->kind == YAML_SCALAR && str_starts_with(name->text, STR(PREFIX))) {
            read_annotation(r, name, annotations->items[2 * i + 1], rule);
        }
    }
    rule_drop_additions(&rule->annotations);
}

void rule_drop_additions(struct rule_pairs *annotations)
{
    size_t kept = 0;
    for (size_t i = 0; i < annotations->count; i++) {
        if (!str_starts_with(annotations->items[i].name, STR(PREFIX))) {
            annotations->items[kept++] = annotations->items[i];
        }
    }
    annotations->count = kept;
}
