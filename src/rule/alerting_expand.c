/*
 * The texts of an alerting rule. They are parsed when the first of its alerts needs them: most
 * rules have none most of the time, and a tree of a text is several times its size.
 *
 * What Prometheus does with a text that fails, so do we: the error is shown in its place
 * (prometheus: rules/alerting.go, expand), and nobody misses the alert for it.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "rule/alerting_private.h"

static struct str failed(struct arena *arena, struct error *err)
{
    struct str text = arena_printf(arena, "<error expanding template: %s>", error_text(err));
    error_release(err);
    return text;
}

static enum alerting_result expand_text(struct template **t, struct str text,
                                        const struct template_data *data, struct arena *arena,
                                        struct str *out)
{
    *out = text;
    if (str_find(text, '{') == text.len) {
        return ALERTING_DONE;
    }
    struct error err = ERROR_INIT;
    if (*t == NULL) {
        *t = template_parse(text, &err);
    }
    if (*t == NULL) {
        *out = failed(arena, &err);
        return ALERTING_DONE;
    }
    struct strbuf buffer;
    strbuf_init(&buffer, TEMPLATE_MAX_OUTPUT);
    enum template_result result = template_expand(*t, data, &buffer, &err);
    if (result == TEMPLATE_OK) {
        *out = arena_str(arena, strbuf_str(&buffer));
    } else if (result == TEMPLATE_FAILED) {
        *out = failed(arena, &err);
    }
    strbuf_release(&buffer);
    return result == TEMPLATE_PENDING ? ALERTING_PENDING : ALERTING_DONE;
}

enum alerting_result alerting_expand(struct template ***texts, struct rule_pairs pairs,
                                     const struct template_data *data, struct arena *arena,
                                     struct rule_pairs *out)
{
    *out = (struct rule_pairs){0};
    if (pairs.count == 0) {
        return ALERTING_DONE;
    }
    if (*texts == NULL) {
        *texts = mem_zalloc(pairs.count, sizeof(**texts));
    }
    out->items = arena_array(arena, struct rule_pair, pairs.count);
    out->count = pairs.count;
    for (size_t i = 0; i < pairs.count; i++) {
        out->items[i] = pairs.items[i];
        if (expand_text(&(*texts)[i], pairs.items[i].value, data, arena, &out->items[i].value) !=
            ALERTING_DONE) {
            return ALERTING_PENDING;
        }
    }
    return ALERTING_DONE;
}
