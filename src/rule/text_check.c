/* See text_check.h. */
#include "rule/text_check.h"

#include "base/mem.h"
#include "template/template.h"

/* What alerting.c gives to each text. */
static const struct str variables[] = {STR_INIT("$externalLabels"), STR_INIT("$externalURL"),
                                       STR_INIT("$labels"), STR_INIT("$value")};

static void check(struct yaml_reader *r, const struct yaml_node *value)
{
    struct error err = ERROR_INIT;
    struct template *t = template_parse(value->text, &err);
    if (t == NULL || !template_check_variables(t, variables, ARRAY_LEN(variables), &err)) {
        yaml_error_in(r, value, &err);
    }
    template_unref(t);
    error_release(&err);
}

void text_check(struct yaml_reader *r, const struct yaml_node *owner, const char *key)
{
    const struct yaml_node *texts = yaml_get(owner, key);
    if (texts == NULL || texts->kind != YAML_MAPPING) {
        return;
    }
    for (size_t i = 0; i < texts->count; i++) {
        const struct yaml_node *value = texts->items[2 * i + 1];
        if (value->kind == YAML_SCALAR && str_find(value->text, '{') < value->text.len) {
            check(r, value);
        }
    }
}
