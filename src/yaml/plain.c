/* See plain.h. */
#include "yaml/plain.h"

#include <math.h>

#include "base/duration.h"
#include "base/number.h"

bool yaml_plain_node(struct yaml_reader *r, const struct yaml_node *node, struct str *out)
{
    if (node->kind == YAML_SEQUENCE || node->kind == YAML_MAPPING) {
        yaml_error(r, node, "a text belongs here, not a %s",
                   node->kind == YAML_SEQUENCE ? "list" : "mapping");
        return false;
    }
    if (node->kind == YAML_SCALAR && str_find(node->text, '\0') < node->text.len) {
        yaml_error(r, node, "a text may not contain the character U+0000");
        return false;
    }
    *out = node->kind == YAML_NULL ? STR("") : node->text;
    return true;
}

/* The member where it says something. */
static const struct yaml_node *given(struct yaml_reader *r, const struct yaml_node *owner,
                                     const char *key)
{
    const struct yaml_node *node = yaml_member(r, owner, key);
    return node != NULL && node->kind != YAML_NULL ? node : NULL;
}

bool yaml_plain_text(struct yaml_reader *r, const struct yaml_node *owner, const char *key,
                     struct str *out)
{
    const struct yaml_node *node = given(r, owner, key);
    return node == NULL || yaml_plain_node(r, node, out);
}

bool yaml_plain_duration(struct yaml_reader *r, const struct yaml_node *owner, const char *key,
                         int64_t *out_ms)
{
    const struct yaml_node *node = given(r, owner, key);
    struct str text;
    if (node == NULL) {
        return true;
    }
    if (!yaml_plain_node(r, node, &text)) {
        return false;
    }
    struct error err = ERROR_INIT;
    int64_t ms;
    bool ok = duration_parse(text, &ms, &err);
    if (!ok) {
        yaml_error_in(r, node, &err);
        error_release(&err);
    } else if (ms > YAML_PLAIN_MAX_DURATION_MS) {
        yaml_error(r, node, "'%s' must be at most 106751d", key);
        ok = false;
    } else {
        *out_ms = ms;
    }
    return ok;
}

static bool parse_number(struct str s, double *out)
{
    static const struct {
        const char *word;
        double value;
    } words[] = {{".inf", INFINITY}, {"+.inf", INFINITY}, {"-.inf", -INFINITY}, {".nan", NAN}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_equal_ignoring_case(s, str_from(words[i].word))) {
            *out = words[i].value;
            return true;
        }
    }
    return number_parse(s, out);
}

bool yaml_plain_number(struct yaml_reader *r, const struct yaml_node *owner, const char *key,
                       double *out)
{
    const struct yaml_node *node = given(r, owner, key);
    if (node == NULL) {
        return true;
    }
    if (node->kind != YAML_SCALAR || node->quoted || !parse_number(node->text, out)) {
        yaml_error(r, node, "a number belongs here%s", node->quoted ? ", without quotes" : "");
        return false;
    }
    return true;
}

static const struct yaml_node *given_as(struct yaml_reader *r, const struct yaml_node *owner,
                                        const char *key, enum yaml_kind kind)
{
    const struct yaml_node *node = given(r, owner, key);
    if (node != NULL && node->kind != kind) {
        yaml_error(r, node, "'%s' must be a %s", key, kind == YAML_SEQUENCE ? "list" : "mapping");
        return NULL;
    }
    return node;
}

const struct yaml_node *yaml_plain_list(struct yaml_reader *r, const struct yaml_node *owner,
                                        const char *key)
{
    return given_as(r, owner, key, YAML_SEQUENCE);
}

const struct yaml_node *yaml_plain_mapping(struct yaml_reader *r, const struct yaml_node *owner,
                                           const char *key)
{
    return given_as(r, owner, key, YAML_MAPPING);
}
